"""Cells that are more than their text: formulas, errors, dates, struck pieces, merges; figures in the wrong cell."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random
from dataclasses import replace

from loaders.form import definition as d
from loaders.form.prose_lines import TEXT, Line
from loaders.workbook.cells import Cell
from tests.campaign.draft import Draft, Page, Said, Skip, Spot
from tests.campaign.kinds.figures import NUMBERS, figure_of
from tests.campaign.kinds.register import kind


def _figure(draft: Draft, dice: random.Random, keys: tuple[str, ...] = NUMBERS) -> tuple[Spot, float]:
    spot = draft.some(dice, keys, draft.filled)
    value = draft.plain[spot]
    assert isinstance(value, float)
    return spot, value


def _must_ask(draft: Draft, spot: Spot) -> None:
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("formula with its result", harmless=True)
def _formula(draft: Draft, dice: random.Random) -> None:
    spot, value = _figure(draft, dice)
    draft.write(
        spot,
        value,
        formula=dice.choice(
            (f"={value}*1", "=SUM(内訳!B2:B9)", "=ROUND(B2/B3*100,1)", "=$A$1", "=Sheet2!A1", "=IF(A1>0,1,0)")
        ),
    )


@kind("formula of a table here", harmless=True)
def _table(draft: Draft, dice: random.Random) -> None:
    spot, value = _figure(draft, dice)
    draft.write(spot, value, formula=dice.choice((
        "=SUM(テーブル1[件数])", "=テーブル1[[#This Row],[件数]]", "=SUBTOTAL(109,テーブル2[4月])", "=SUM(集計[[#All],[件数]])", "=テーブル1[@件数]", "=COUNTA(名簿[氏名])")))  # fmt: skip


@kind("formula of a table here, in a file", harmless=True)
def _table_file(draft: Draft, dice: random.Random) -> None:
    page = Page(
        "内訳", {(r, 1): Cell(r, 1, "text" if r == 1 else "number", "件数" if r == 1 else 1.0) for r in range(1, 5)}
    )
    draft.pages.append(page)
    draft.tables.append((page, "テーブル1", "A1:A4"))
    spot, value = _figure(draft, dice)
    draft.write(spot, value, formula="=SUM(テーブル1[件数])")
    draft.raw = True


@kind("formula of another file")
def _external(draft: Draft, dice: random.Random) -> None:
    spot, value = _figure(draft, dice)
    draft.write(spot, value, formula=dice.choice((
        "='[集計.xlsx]Sheet1'!A1", "=[1]Sheet1!$B$4", "=SUM([1]!テーブル1[件数])", "='C:\\data\\[r6.xlsx]表'!C3", "=[集計.xlsx]Sheet1!B2*100")))  # fmt: skip
    _must_ask(draft, spot)


@kind("formula of another file, a text or period")
def _external_text(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("period", "release", "evidence"), draft.filled)
    mark = draft.spots[spot]
    draft.write(spot, mark.page.cells[mark.row, mark.column].value, formula="=[1]Sheet1!$B$4")
    if spot[1] != "evidence":
        _must_ask(draft, spot)


@kind("formula without a result")
def _uncached(draft: Draft, dice: random.Random) -> None:
    spot, _ = _figure(draft, dice)
    draft.write(spot, None, formula="=1400+5", kind="uncached")
    _must_ask(draft, spot)


@kind("formula under manual calculation")
def _manual(draft: Draft, dice: random.Random) -> None:
    spot, value = _figure(draft, dice)
    draft.write(spot, value, formula=dice.choice(("=1400+5", "=A1+A2", "=SUM(A1:A9)")))
    draft.manual = draft.raw = True
    _must_ask(draft, spot)


@kind("manual calculation without formulas", harmless=True, weight=0.5)
def _manual_plain(draft: Draft, dice: random.Random) -> None:
    if draft.manual or any(m.page.cells[m.row, m.column].formula for m in draft.spots.values()
                           if (m.row, m.column) in m.page.cells):  # fmt: skip
        raise Skip
    draft.manual = draft.raw = True


@kind("error value in a cell")
def _error(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, (*NUMBERS, "period", "release", "evidence", "analysis"), draft.filled)
    draft.write(
        spot, dice.choice(("#REF!", "#N/A", "#DIV/0!", "#NAME?")), kind="error", formula=dice.choice(("", "=A1/B1"))
    )
    _must_ask(draft, spot)


@kind("date in a number cell")
def _date(draft: Draft, dice: random.Random) -> None:
    spot, _ = _figure(draft, dice)
    draft.write(
        spot,
        dice.choice(("2025-01-02", "2024-10-01", "1903-11-05")),
        kind="date",
        fmt=dice.choice(("m/d", "yyyy/m/d", 'm"月"d"日"')),
    )
    _must_ask(draft, spot)


@kind("number in a date format")
def _as_date(draft: Draft, dice: random.Random) -> None:
    """Excel has made a date of 1405; who looks at the sheet sees a day in 1903."""
    spot, value = _figure(draft, dice)
    if value != int(value) or value < 1:
        raise Skip
    draft.write(spot, f"19{dice.randrange(10, 60)}-11-05", kind="date", fmt="yyyy/m/d")
    _must_ask(draft, spot)


@kind("true or false in a cell")
def _boolean(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, (*NUMBERS, "period", "release"), draft.filled)
    draft.write(spot, dice.choice((True, False)))
    _must_ask(draft, spot)


@kind("date cell for a period", harmless=True)
def _period_date(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("period",), lambda s: draft.plain[s] == "FY2024")
    draft.write(
        spot, dice.choice(("2025-03-31",)), kind="date", fmt=dice.choice(("yyyy/m/d", 'yyyy"年"m"月"', "[$-411]ggge"))
    )


@kind("number for a year", harmless=True)
def _year(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("period",), lambda s: draft.plain[s] == "FY2024")
    draft.write(spot, 2024.0, fmt=dice.choice(("General", "0", '0"年度"')))


@kind("digits struck through")
def _struck(draft: Draft, dice: random.Random) -> None:
    spot, _ = _figure(draft, dice)
    text = figure_of(draft, spot, dice).text
    at = dice.randrange(1, len(text)) if len(text) > 1 else 1
    pieces = dice.choice((
        ((text[:at], ""), ("1", "struck"), (text[at:], "")), (("99", "struck"), (text, "")), ((text, ""), ("9", "struck")), (("1278", "struck"), (" " + text, "")),
    ))  # fmt: skip
    runs = tuple(p for p in pieces if p[0])
    draft.write(spot, "".join(p[0] for p in runs))
    mark = draft.spots[spot]
    mark.page.runs[mark.row, mark.column] = runs
    draft.raw = True
    draft.truth[spot] = replace(draft.truth[spot], noted=True)


@kind("a whole cell struck through")
def _all_struck(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, (*NUMBERS, "period", "release", "analysis"), draft.filled)
    mark = draft.spots[spot]
    text = mark.page.cells[mark.row, mark.column].written
    draft.write(spot, text)
    mark.page.runs[mark.row, mark.column] = ((text, "struck"),)
    draft.raw = True
    if spot[1] == "analysis":
        draft.truth[spot] = replace(draft.truth[spot], noted=True, also=(None,))
    else:
        draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("a raised footnote mark")
def _raised(draft: Draft, dice: random.Random) -> None:
    spot, _ = _figure(draft, dice)
    text, mark_ = figure_of(draft, spot, dice).text, dice.choice(("1", "2", "*", "注1", "1)"))
    draft.write(spot, text + mark_)
    mark = draft.spots[spot]
    mark.page.runs[mark.row, mark.column] = ((text, ""), (mark_, "raised"))
    draft.raw = True
    draft.truth[spot] = replace(draft.truth[spot], noted=True)


@kind("a word struck and another beside it")
def _word_struck(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("release", "period"), draft.filled)
    mark = draft.spots[spot]
    text = mark.page.cells[mark.row, mark.column].written
    old = "速報" if text == "確定" else "確定" if spot[1] == "release" else "令和5年度"
    runs = ((old, "struck"), (text, ""))
    draft.write(spot, old + text)
    mark.page.runs[mark.row, mark.column] = runs
    draft.raw = True
    draft.truth[spot] = replace(draft.truth[spot], noted=True)


@kind("a text in two fonts", harmless=True)
def _fonts(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, (*NUMBERS, "period", "release", "analysis"), draft.filled)
    mark = draft.spots[spot]
    text = mark.page.cells[mark.row, mark.column].written
    at = max(1, len(text) // 2)
    draft.write(spot, text)
    mark.page.runs[mark.row, mark.column] = ((text[:at], "bold"), (text[at:], ""))
    draft.raw = True


# --- in the wrong cell


@kind("figure one column off")
def _column_off(draft: Draft, dice: random.Random) -> None:
    spot, value = _figure(draft, dice, ("value", "target", "baseline"))
    mark = draft.spots[spot]
    other = mark.column + dice.choice((-1, 1))
    neighbour = next((s for s, m in draft.spots.items()
                      if (m.page, m.row, m.column) == (mark.page, mark.row, other)), None)  # fmt: skip
    if neighbour and neighbour in draft.touched:
        raise Skip
    draft.leave(spot)
    draft.truth[spot] = replace(draft.truth[spot], row=True)  # a question where it stands now is one about the row
    draft.form.put(mark.row, other, value)
    if neighbour:
        draft.touched.add(neighbour)
        _must_ask(draft, neighbour)
    else:
        draft.said.append(Said(figure_of(draft, spot, dice).text, draft.form.mark(mark.row, other)))


@kind("figure also in a text column")
def _also_in_text(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("evidence", "analysis", "actions"), lambda s: not draft.filled(s))
    draft.write(spot, dice.choice((455.0, "455", "65.2")))
    _must_ask(draft, spot)


@kind("answer in a cell not asked")
def _not_asked(draft: Draft, dice: random.Random) -> None:
    places = d.positions(draft.round.kind)
    rows = {i: draft.row_of(i) for i in draft.rows}
    free = [(i, k) for i in rows for k in ("numerator", "denominator") if k in places and (i, k) not in draft.spots]
    if not free:
        raise Skip
    indicator_id, key = dice.choice(free)
    draft.remark(draft.form, rows[indicator_id], places[key], dice.choice((455.0, "455件", "9月末455")))


@kind("given figures written over")
def _card(draft: Draft, dice: random.Random) -> None:
    """現状値, 目標値, 前回値 of an annual form: shown, not asked."""
    places = d.positions(draft.round.kind)
    keys = [k for k in ("baseline", "target", "last_value", "unit", "last_period", "target_period") if k in places]
    free = [
        (i, k)
        for i in draft.rows
        for k in keys
        if (i, k) not in draft.spots and (draft.row_of(i), places[k]) in draft.form.cells
    ]
    if not free:
        raise Skip
    indicator_id, key = dice.choice(free)
    words = {"unit": dice.choice(("千件", "円", "社")), "last_period": "令和3年度", "target_period": "令和12年度"}.get(
        key, dice.choice((77777, "変更予定", 1.5))
    )
    draft.remark(draft.form, draft.row_of(indicator_id), places[key], words)


@kind("last year's texts written over")
def _last_texts(draft: Draft, dice: random.Random) -> None:
    given = _quoted(draft)
    whose = dice.choice(given).rows
    for line in (line for line in given if line.rows == whose):
        words = {"last_comment": "巡回相談を3回ふやしたため伸びた。", "last_evidence": "巡回日誌 p.7"}[line.key]
        assert draft.prose
        draft.remark(draft.prose, line.row, TEXT, words)


def _quoted(draft: Draft) -> list[Line]:
    """The lines of 記述 with last time's words; :class:`Skip` where there are none."""
    found = [line for line in draft.lines if line.key in ("last_comment", "last_evidence")]
    if not found:
        raise Skip
    return found


@kind("last year's texts cleared", harmless=True, weight=0.5)
def _last_cleared(draft: Draft, dice: random.Random) -> None:
    assert draft.prose
    for line in _quoted(draft):
        draft.prose.put(line.row, TEXT, None)


@kind("value in the column of periods")
def _value_as_period(draft: Draft, dice: random.Random) -> None:
    spot, value = _figure(draft, dice, ("value",))
    period, release = (spot[0], "period"), (spot[0], "release")
    if {period, release} & draft.touched:
        raise Skip
    draft.leave(spot)
    draft.write(period, value)
    draft.write(release, "令和6年度")
    for one in (period, release):
        _must_ask(draft, one)


@kind("figures pasted over a block")
def _block(draft: Draft, dice: random.Random) -> None:
    """A block of values pasted one column too far left: every row is off."""
    rows = [i for i in draft.rows if (i, "value") in draft.spots and draft.filled((i, "value"))]
    if len(rows) < 2 or draft.touched:
        raise Skip
    for indicator_id in rows:
        mark = draft.spots[indicator_id, "value"]
        value = draft.plain[indicator_id, "value"]
        draft.leave((indicator_id, "value"))
        draft.form.put(mark.row, mark.column - 1, value)
        told = figure_of(draft, (indicator_id, "value"), dice)
        draft.said.append(Said(told.text, draft.form.mark(mark.row, mark.column - 1)))
