"""Columns and headings moved, renamed, deleted, doubled, and merged cells."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random
from dataclasses import replace

from loaders.form import definition as d
from tests.campaign.draft import Draft, Skip
from tests.campaign.kinds.places import ask_where, table_rows
from tests.campaign.kinds.register import kind


@kind("empty columns put in", harmless=True, scope="sheet")
def _columns_in(draft: Draft, dice: random.Random) -> None:
    draft.form.insert_columns(dice.choice(list(d.positions(draft.round.kind).values())), dice.choice((1, 2)))


@kind("column moved away", harmless=True, scope="sheet")
def _column_moved(draft: Draft, dice: random.Random) -> None:
    source, target = (
        draft.column(dice.choice(draft.columns)),
        draft.form.last_column() + dice.choice((1, 3)),
    )
    draft.form.move(lambda r, c: (r, target) if c == source and r >= d.HEADING_ROW else (r, c))


@kind("two columns swapped", harmless=True, scope="sheet")
def _columns_swapped(draft: Draft, dice: random.Random) -> None:
    places = d.positions(draft.round.kind)
    one, other = (
        (places[k] for k in dice.sample(sorted(set(draft.columns)), 2)) if len(set(draft.columns)) > 1 else (0, 0)
    )
    swap = {one: other, other: one}
    draft.form.move(lambda r, c: (r, swap.get(c, c)) if r >= d.HEADING_ROW else (r, c))


@kind("column hidden", harmless=True, scope="sheet")
def _column_hidden(draft: Draft, dice: random.Random) -> None:
    draft.form.hidden_columns.add(draft.column(dice.choice(draft.columns)))


@kind("asked column deleted", scope="sheet")
def _asked_deleted(draft: Draft, dice: random.Random) -> None:
    keys = [k for k in ("value", "period", "release") if k in d.positions(draft.round.kind)] or ["target", "baseline"]
    key = dice.choice(keys)
    gone = draft.column(key)
    draft.said[:] = [s for s in draft.said if s.mark.page is not draft.form or s.mark.column != gone]
    draft.form.delete_column(gone)
    for spot in draft.spots:
        if spot[1] == key:
            draft.truth[spot] = replace(
                draft.truth[spot], value=None, also=(), noted=False, ask=draft.filled(spot) and key != "value"
            )
        if spot[1] in ("numerator", "denominator") and key == "value":
            value = (spot[0], "value")
            draft.truth[value] = replace(draft.truth[value], ask=True)


def _rename(draft: Draft, key: str, text: str | None) -> None:
    draft.form.put(d.HEADING_ROW, draft.column(key), text)


def _heading(draft: Draft, key: str) -> str:
    return d.heading(d.column(key), draft.brief.plan, draft.round.kind)


@kind("heading with harmless words", harmless=True, scope="sheet", weight=2)
def _heading_words(draft: Draft, dice: random.Random) -> None:
    key = dice.choice([k for k in ("value", "numerator", "denominator", "period", "target", "evidence", "analysis", "section", "release", "correction")
                       if k in d.positions(draft.round.kind)])  # fmt: skip
    text = _heading(draft, key)
    _rename(draft, key, dice.choice((f"{text}(必須)", f"{text}※", f"{text}（記入）", f" {text} ", f"【{text}】", f"{text}＊", f"{text}(入力欄)", f"{text[0]}\n{text[1:]}",
                                     f"★{text}", f"{text}（※必ず記入してください）", f"{text}欄", f"※{text}")))  # fmt: skip


@kind("heading with another meaning", scope="sheet")
def _heading_other(draft: Draft, dice: random.Random) -> None:
    key = dice.choice(
        [
            k
            for k in ("value", "target", "baseline")
            if k in d.positions(draft.round.kind) and any(s[1] == k for s in draft.spots)
        ]
    )
    text = _heading(draft, key)
    _rename(
        draft,
        key,
        dice.choice(
            (
                f"{text}(千円)",
                f"{text}（単位：百万）",
                f"{text}(見込)",
                f"{text}(R5年度)",
                f"前年度の{text}",
                f"{text}(累計)",
                f"{text}の増減",
            )
        ),
    )
    ask_where(draft, lambda s: s[1] == key and draft.filled(s))


@kind("heading replaced or emptied", scope="sheet")
def _heading_gone(draft: Draft, dice: random.Random) -> None:
    key = dice.choice(draft.columns)
    _rename(draft, key, dice.choice((None, "R6", "備考", "今年", "①")))


@kind("two headings exchanged", scope="sheet")
def _headings_swapped(draft: Draft, dice: random.Random) -> None:
    """Only the headings: the column of 分子 now says 分母. Who sees the sheet reads it so."""
    if "numerator" not in d.positions(draft.round.kind) or not any(
        s[1] == "numerator" and draft.filled(s) for s in draft.spots
    ):
        raise Skip
    _rename(draft, "numerator", "分母")
    _rename(draft, "denominator", "分子")
    ask_where(draft, lambda s: s[1] in ("numerator", "denominator") and draft.filled(s))


@kind("same heading twice", scope="sheet")
def _heading_twice(draft: Draft, dice: random.Random) -> None:
    key = dice.choice(
        [
            k
            for k in ("value", "target")
            if k in d.positions(draft.round.kind) and any(s[1] == k and draft.filled(s) for s in draft.spots)
        ]
        or [""]
    )
    if not key:
        raise Skip
    target = draft.form.last_column() + 2
    draft.form.put(d.HEADING_ROW, target, _heading(draft, key))
    for spot, mark in list(draft.spots.items()):
        if spot[1] == key and draft.filled(spot):
            draft.form.put(mark.row, target, 777.0)
            draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("heading row merged with the one above", harmless=True, scope="sheet", weight=0.5)
def _heading_merged(draft: Draft, dice: random.Random) -> None:
    column = draft.column(dice.choice(draft.columns))
    page = draft.form
    text = page.cells[d.HEADING_ROW, column]
    if any(t <= d.GROUP_ROW <= b and x <= column <= y for t, x, b, y in page.merged):
        page.merged = [(t, x, b, y) for t, x, b, y in page.merged if not (t <= d.GROUP_ROW <= b and x <= column <= y)]
    page.cells[d.GROUP_ROW, column] = replace(text, row=d.GROUP_ROW)
    page.merge(d.GROUP_ROW, column, d.HEADING_ROW, column)


@kind("figure merged over two rows", scope="sheet")
def _merged_value(draft: Draft, dice: random.Random) -> None:
    told = table_rows(draft)
    if len(told) < 2:
        raise Skip
    key = dice.choice([k for k in ("value", "target", "period", "release") if any(s[1] == k for s in draft.spots)])
    at = dice.randrange(len(told) - 1)
    if told[at + 1] != told[at] + 1:
        raise Skip
    column = draft.column(key)
    draft.form.merge(told[at], column, told[at + 1], column)
    figures = {s: m for s, m in draft.spots.items() if draft.on_form(s)}
    lost = [s for s, m in figures.items() if m.column == column and m.row == told[at + 1]]
    for spot in draft.spots:
        if draft.on_form(spot) and draft.spots[spot].column == column and draft.spots[spot].row in told[at : at + 2]:
            upper = next((s for s, m in figures.items() if m.column == column and m.row == told[at]), None)
            if spot in lost:
                draft.truth[spot] = replace(draft.truth[spot], value=draft.truth[upper].value if upper else None)
            if key in ("value", "target") and (upper is None or draft.filled(upper)):
                draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("value merged with its neighbour", scope="sheet")
def _merged_across(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("value", "target"), draft.filled)
    mark = draft.spots[spot]
    beside = [s for s, m in draft.spots.items() if (m.page, m.row, m.column) == (mark.page, mark.row, mark.column + 1)]
    draft.form.merge(mark.row, mark.column, mark.row, mark.column + 1)
    for other in beside:
        draft.truth[other] = replace(draft.truth[other], value=None, also=(draft.truth[spot].value,), ask=True)
