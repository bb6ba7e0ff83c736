"""Rows moved, hidden, doubled, sorted, deleted, and rows that nobody asked for."""

from __future__ import annotations

import random
from dataclasses import replace

from loaders.form import definition as d
from tests.campaign.draft import Draft, Page, Said, Skip
from tests.campaign.forms import blank, rows, sorts
from tests.campaign.kinds.places import ESSENTIAL, ask_where, table_rows
from tests.campaign.kinds.register import kind


@kind("empty rows put in", harmless=True, scope="sheet")
def _rows_in(draft: Draft, dice: random.Random) -> None:
    draft.form.insert_rows(dice.choice((2, 4, d.FIRST_DATA_ROW, *table_rows(draft))), dice.choice((1, 2)))


@kind("empty rows put in everywhere", harmless=True, scope="sheet")
def _rows_all(draft: Draft, dice: random.Random) -> None:
    for row in reversed(table_rows(draft)):
        draft.form.insert_rows(row)


@kind("row hidden", harmless=True, scope="sheet")
def _row_hidden(draft: Draft, dice: random.Random) -> None:
    draft.form.hidden_rows.add(dice.choice(table_rows(draft)))


@kind("row deleted", scope="sheet")
def _row_deleted(draft: Draft, dice: random.Random) -> None:
    gone = dice.choice(draft.rows)
    row = draft.row_of(gone)
    draft.form.delete_row(row)
    for spot in draft.spots:
        if spot[0] == gone:
            draft.truth[spot] = replace(draft.truth[spot], value=None, also=(), ask=spot[1] in ESSENTIAL, noted=False)
    draft.said = [s for s in draft.said if not (s.mark.page is draft.form and s.mark.row == row)]


def _permute(draft: Draft, order: dict[int, int], first: int = 1) -> None:
    draft.form.move(lambda r, c: (order.get(r, r) if c >= first else r, c))


@kind("rows sorted", harmless=True, scope="sheet")
def _sorted(draft: Draft, dice: random.Random) -> None:
    told = table_rows(draft)
    if len(told) < 2 or (draft.form.merged and any(t >= told[0] for t, *_ in draft.form.merged)):
        raise Skip
    _permute(draft, dict(zip(told, told[::-1], strict=True)))


@kind("rows sorted without their marks", scope="sheet")
def _sorted_apart(draft: Draft, dice: random.Random) -> None:
    told = table_rows(draft)
    if len(told) < 2:
        raise Skip
    _permute(draft, dict(zip(told, told[::-1], strict=True)), 2)


@kind("only some columns sorted", scope="sheet")
def _sorted_partly(draft: Draft, dice: random.Random) -> None:
    """Number and name stay while everything else is turned about: the unit and last value no longer fit."""
    told = table_rows(draft)
    if len(told) < 2:
        raise Skip
    _permute(draft, dict(zip(told, told[::-1], strict=True)), draft.column("baseline"))
    for spot in (s for s in draft.spots if draft.on_form(s)):
        draft.truth[spot] = replace(draft.truth[spot], row=True, also=(*draft.truth[spot].also, None))


@kind("row marks lost", harmless=True, scope="sheet")
def _tokens(draft: Draft, dice: random.Random) -> None:
    for row in table_rows(draft):
        draft.form.put(row, d.TOKEN_COLUMN, None)


@kind("numbers and names emptied", scope="sheet")
def _no_names(draft: Draft, dice: random.Random) -> None:
    row = dice.choice(table_rows(draft))
    for key in ("number", "name"):
        draft.form.put(row, draft.column(key), None)


@kind("name written otherwise", harmless=True, scope="sheet")
def _name_signs(draft: Draft, dice: random.Random) -> None:
    row, column = dice.choice(table_rows(draft)), draft.column("name")
    name = draft.form.cells[row, column].written
    half = len(name) // 2
    draft.form.put(
        row,
        column,
        dice.choice(
            (
                f"{name[:half]}\n{name[half:]}",
                f" {name}",
                name.replace("の", "の ", 1),
                name.replace("カ", "ｶ").replace("(", "（"),
            )
        ),
    )


@kind("name edited", scope="sheet")
def _name_edited(draft: Draft, dice: random.Random) -> None:
    row, column = dice.choice(table_rows(draft)), draft.column("name")
    name = draft.form.cells[row, column].written
    draft.remark(
        draft.form,
        row,
        column,
        dice.choice((f"{name}(旧定義)", name[: len(name) // 2], f"新{name}", f"{name}※対象見直し")),
    )


@kind("number written otherwise", harmless=True, scope="sheet")
def _number_signs(draft: Draft, dice: random.Random) -> None:
    row, column = dice.choice(table_rows(draft)), draft.column("number")
    number = draft.form.cells[row, column].written
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    draft.form.put(row, column, dice.choice((wide, f" {number}", float(number))))


@kind("name of another row", scope="sheet")
def _name_swapped(draft: Draft, dice: random.Random) -> None:
    told = table_rows(draft)
    if len(told) < 2:
        raise Skip
    one, other = dice.sample(told, 2)
    column = draft.column("name")
    names = [draft.form.cells[r, column].written for r in (one, other)]
    for row, name in zip((one, other), reversed(names), strict=True):
        draft.form.put(row, column, name)
    ask_where(
        draft,
        lambda s: draft.on_form(s) and draft.spots[s].row in (one, other) and draft.filled(s) and s[1] in ESSENTIAL,
    )


def _copy_row(page: Page, source: int, target: int) -> None:
    for (row, column), cell in list(page.cells.items()):
        if row == source:
            page.cells[target, column] = replace(cell, row=target)
            if (row, column) in page.runs:
                page.runs[target, column] = page.runs[row, column]


@kind("row twice", harmless=True, scope="sheet")
def _twice(draft: Draft, dice: random.Random) -> None:
    _copy_row(draft.form, dice.choice(table_rows(draft)), draft.form.last_row() + 1)


@kind("row twice, otherwise", scope="sheet")
def _twice_otherwise(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("value", "target", "period"), draft.filled)
    if spot[1] not in ("value", "target") and draft.plain.get((spot[0], "value")) is None:
        raise Skip
    mark, target = draft.spots[spot], draft.form.last_row() + 1
    _copy_row(draft.form, mark.row, target)
    value = draft.plain[spot]
    other = value * 1.03 + 1 if isinstance(value, float) else "令和5年度"
    draft.form.put(target, mark.column, other)
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("row twice, one blank", harmless=True, scope="sheet")
def _twice_blank(draft: Draft, dice: random.Random) -> None:
    spot = dice.choice([s for s in draft.spots if draft.on_form(s)])
    if draft.round.kind in ("targets", "midterm") or not any(draft.filled(s) for s in draft.spots if s[0] == spot[0]):
        raise Skip
    if (spot[0], "baseline") in draft.spots:
        raise Skip
    row, target = draft.spots[spot].row, draft.form.last_row() + 1
    _copy_row(draft.form, row, target)
    for (_, key), mark in draft.spots.items():
        if mark.page is draft.form and mark.row == row and key != "period":
            draft.form.put(target, mark.column, None)


@kind("headings repeated below", harmless=True, scope="sheet", weight=0.5)
def _headings_again(draft: Draft, dice: random.Random) -> None:
    told = table_rows(draft)
    at = dice.choice((told[-1] + 1, told[len(told) // 2]))
    draft.form.insert_rows(at)
    _copy_row(draft.form, d.HEADING_ROW, at)


@kind("row of mean or sum below", harmless=True, scope="sheet", weight=2)
def _totals(draft: Draft, dice: random.Random) -> None:
    row = table_rows(draft)[-1] + dice.choice((1, 1, 2))
    word = dice.choice(
        ("平均", "小計", "合計", "計", "総計", "部局計", "全体", "合 計", "平均値", "計(再掲)", "最大", "総数")
    )
    keys = [
        k
        for k in ("value", "numerator", "denominator", "baseline", "target", "last_value")
        if k in d.positions(draft.round.kind)
    ]
    column = draft.column("name" if dice.random() < 0.7 else "number")
    draft.remark(draft.form, row, column, word)
    for key in dice.sample(keys, dice.choice((1, 2))):
        draft.form.put(row, draft.column(key), 4321.5, formula=dice.choice(("", "=SUM(P6:P9)")))


@kind("figures below the table without a name", scope="sheet")
def _nameless(draft: Draft, dice: random.Random) -> None:
    key = dice.choice([k for k in ("value", "target") if k in d.positions(draft.round.kind)])
    draft.remark(
        draft.form, table_rows(draft)[-1] + dice.choice((1, 2, 5)), draft.column(key), dice.choice((4321.5, "455件"))
    )


@kind("row of a new indicator", scope="sheet")
def _new_row(draft: Draft, dice: random.Random) -> None:
    row = table_rows(draft)[-1] + 1
    draft.remark(draft.form, row, draft.column("name"), "空き公共施設の貸出回数")
    for key, value in (("value", 88.0), ("target", 120.0)):
        if key in d.positions(draft.round.kind):
            draft.form.put(row, draft.column(key), value)
            draft.said.append(Said("空き公共施設", draft.form.mark(row, draft.column(key))))


@kind("row of another form pasted", scope="sheet")
def _foreign_row(draft: Draft, dice: random.Random) -> None:
    mine = draft.brief
    others = [
        s
        for s in sorts()
        if s.round_id == draft.round.id and (s.department_id != draft.department_id) and s.variant == "a"
    ]
    sort = dice.choice(others)
    book, _ = blank(sort)
    sheet = next(s for s in book.sheets if s.name == d.FORM_SHEET)
    target = draft.form.last_row() + 1
    for column in range(1, 40):
        if cell := sheet.at(d.FIRST_DATA_ROW, column):
            draft.form.cells[target, column] = replace(cell, row=target)
    key = "target" if draft.round.kind == "targets" else "value"
    draft.form.put(target, draft.column(key), 777.0)
    draft.said.append(
        Said(mine.plan.indicator(rows(sort)[0].indicator.id).name, draft.form.mark(target, draft.column(key)))
    )


@kind("row of another 課 answered", scope="sheet")
def _other_division(draft: Draft, dice: random.Random) -> None:
    if not draft.division_id:
        raise Skip
    others = [i for i in draft.brief.plan.owned_by(draft.department_id, draft.brief.day) if i.id not in draft.rows]
    if not others:
        raise Skip
    indicator, target = dice.choice(others), draft.form.last_row() + 1
    draft.form.put(target, draft.column("number"), indicator.number)
    draft.form.put(target, draft.column("name"), indicator.name)
    draft.remark(draft.form, target, draft.column("target" if draft.round.kind == "targets" else "value"), 777.0)
