"""What people write beside the answers: remarks, notes, sheets of their own, text boxes, pictures."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random

from loaders.form import definition as d
from loaders.workbook.cells import Cell
from tests.campaign.draft import Draft, Mark, Page, Said, Skip
from tests.campaign.kinds.register import kind

REMARKS = (
    "値は10月末の速報。12月に差し替えます", "正しくは455件です", "様式の3行目は担当が替わりました", "9月に課内で確認済みです", "分母は昨年と同じ数を使用",
    "※対象を市部に限った数", "提出が遅れて申し訳ありません", "問合せは内線4321まで", "去年の分も直してください",
)  # fmt: skip


def _remark(draft: Draft, dice: random.Random, row: int, column: int) -> None:
    if (row, column) in draft.form.cells or any(t <= row <= b and x <= column <= y for t, x, b, y in draft.form.merged):
        raise Skip
    draft.remark(draft.form, row, column, dice.choice((*REMARKS, 455.0, "455")))


@kind("remark above the headings", weight=2)
def _above(draft: Draft, dice: random.Random) -> None:
    _remark(draft, dice, dice.randrange(1, d.HEADING_ROW), dice.randrange(2, draft.form.last_column() + 3))


@kind("remark below the table", weight=2)
def _below(draft: Draft, dice: random.Random) -> None:
    last = max(mark.row for mark in draft.spots.values() if mark.page is draft.form)
    _remark(draft, dice, last + dice.choice((1, 2, 3, 40)), dice.choice((2, 3, 4, 12, draft.form.last_column())))


@kind("many remarks below the table")
def _many_below(draft: Draft, dice: random.Random) -> None:
    last = max(mark.row for mark in draft.spots.values() if mark.page is draft.form) + 2
    for number in range(12):
        draft.remark(draft.form, last + number, 3, f"補足{number + 1}: {dice.choice(REMARKS)}")


@kind("column without heading, right of the table", weight=2)
def _right(draft: Draft, dice: random.Random) -> None:
    row = draft.row_of(dice.choice(draft.rows))
    _remark(draft, dice, row, draft.form.last_column() + dice.choice((1, 2, 5)))


@kind("column without heading, put in", scope="sheet", weight=2)
def _between(draft: Draft, dice: random.Random) -> None:
    at = draft.column(dice.choice(draft.columns))
    row = draft.row_of(dice.choice(draft.rows))
    draft.form.insert_columns(at)
    draft.remark(draft.form, row, at, dice.choice((*REMARKS, 455.0, "455")))


@kind("column with a heading of its own", scope="sheet")
def _own_heading(draft: Draft, dice: random.Random) -> None:
    at = dice.choice((draft.column(dice.choice(draft.columns)), draft.form.last_column() + 1))
    row = draft.row_of(dice.choice(draft.rows))
    draft.form.insert_columns(at)
    draft.form.put(d.HEADING_ROW, at, dice.choice(("備考", "課内メモ", "確認欄", "参考: 全国値", "差")))
    draft.remark(draft.form, row, at, dice.choice((*REMARKS, 455.0)))


@kind("table of its own below", scope="sheet")
def _own_table(draft: Draft, dice: random.Random) -> None:
    row = draft.form.last_row() + 3
    for n, (a, b) in enumerate((("月", "件数"), ("4月", 31.0), ("5月", 42.0), ("6月", 38.0))):
        draft.remark(draft.form, row + n, 4, a)
        draft.form.put(row + n, 5, b)
        draft.said.append(Said(str(b), draft.form.mark(row + n, 5)))


@kind("remark on another sheet", weight=2)
def _sheet(draft: Draft, dice: random.Random) -> None:
    page = Page(dice.choice(("メモ", "Sheet1", "補足", "内訳", "課内確認")), {}, hidden=dice.random() < 0.15)
    if any(p.name == page.name for p in draft.pages):
        raise Skip
    draft.pages.insert(dice.randrange(len(draft.pages) + 1), page)
    for _ in range(dice.choice((1, 1, 3))):
        draft.remark(page, dice.randrange(1, 12), dice.randrange(1, 6), dice.choice((*REMARKS, 455.0)), elsewhere=True)


@kind("breakdown on another sheet")
def _breakdown(draft: Draft, dice: random.Random) -> None:
    page = Page("月別内訳", {})
    if any(p.name == page.name for p in draft.pages):
        raise Skip
    draft.pages.append(page)
    for n in range(1, 13):
        page.put(n, 1, f"{n}月")
        page.put(n, 2, float(n * 11))
    draft.said.append(Said("月別内訳", Mark(page, 1, 1), True))


@kind("remark in the guide sheet", weight=2)
def _guide(draft: Draft, dice: random.Random) -> None:
    row, column = dice.choice(((draft.guide.last_row() + 2, 2), (dice.randrange(1, 20), 15), (3, 26)))
    if (row, column) in draft.guide.cells:
        raise Skip
    draft.remark(draft.guide, row, column, dice.choice(REMARKS), elsewhere=True)


@kind("guide's own text written over")
def _guide_over(draft: Draft, dice: random.Random) -> None:
    place = dice.choice(sorted(draft.guide.cells))
    if draft.guide.cells[place].kind != "text":
        raise Skip
    draft.remark(draft.guide, *place, dice.choice(REMARKS), elsewhere=True)


@kind("title or legend written over")
def _title(draft: Draft, dice: random.Random) -> None:
    places = [
        p
        for p in sorted(draft.form.cells)
        if p[0] in (d.SUBTITLE_ROW, d.LEGEND_ROW, d.GROUP_ROW) and draft.form.cells[p].kind == "text"
    ]
    draft.remark(draft.form, *dice.choice(places), dice.choice(REMARKS))


@kind("remark behind the title")
def _title_more(draft: Draft, dice: random.Random) -> None:
    place = next(p for p in sorted(draft.form.cells) if p[0] == d.TITLE_ROW)
    words = dice.choice(REMARKS)
    draft.form.put(*place, f"{draft.form.cells[place].written}　{words}")
    draft.said.append(Said(words, draft.form.mark(*place)))


@kind("note on an answer", weight=2)
def _note(draft: Draft, dice: random.Random) -> None:
    spot = dice.choice(list(draft.spots))
    mark = draft.spots[spot]
    _comment(draft, mark.row, mark.column, dice.choice(REMARKS), mark.page)


@kind("note on another cell")
def _note_elsewhere(draft: Draft, dice: random.Random) -> None:
    places = d.positions(draft.round.kind)
    row = dice.choice((d.HEADING_ROW, d.TITLE_ROW, draft.row_of(dice.choice(draft.rows)), draft.form.last_row() + 2))
    _comment(
        draft,
        row,
        places[dice.choice(("name", "unit", "baseline", "source", "number"))],
        dice.choice(REMARKS),
        draft.form,
    )


@kind("note on another sheet")
def _note_sheet(draft: Draft, dice: random.Random) -> None:
    _comment(draft, 5, 2, dice.choice(REMARKS), draft.guide)


def _comment(draft: Draft, row: int, column: int, words: str, page: Page) -> None:
    before = page.comments.get((row, column), "")
    page.comments[row, column] = f"{before}\n{words}" if before else words
    draft.said.append(Said(words, page.mark(row, column), page is not draft.form))


def _anchor(draft: Draft, dice: random.Random) -> Mark:
    if dice.random() < 0.3:
        return draft.guide.mark(4, 3)
    row = draft.row_of(dice.choice(draft.rows))
    return draft.form.mark(row, draft.column(dice.choice(draft.columns)))


@kind("text box", weight=2)
def _box(draft: Draft, dice: random.Random) -> None:
    words = dice.choice(REMARKS)
    _drawn(draft, "box", _anchor(draft, dice), words)


@kind("empty shape", harmless=True, weight=0.5)
def _shape(draft: Draft, dice: random.Random) -> None:
    draft.raw = True
    draft.drawn.append(("box", _anchor(draft, dice), ""))


@kind("threaded comment", weight=2)
def _thread(draft: Draft, dice: random.Random) -> None:
    mark = _anchor(draft, dice)
    if (mark.row, mark.column) in mark.page.comments:
        raise Skip
    _drawn(draft, "thread", mark, dice.choice(REMARKS))


@kind("picture")
def _picture(draft: Draft, dice: random.Random) -> None:
    _drawn(draft, "picture", _anchor(draft, dice), "")


def _drawn(draft: Draft, sort: str, mark: Mark, words: str) -> None:
    draft.raw = True
    draft.drawn.append((sort, mark, words))
    draft.said.append(Said(words, Mark(mark.page, mark.row, mark.column) if sort == "picture" else mark, True))


@kind("remark in the footer", weight=0.5)
def _footer(draft: Draft, dice: random.Random) -> None:
    draft.raw, draft.footer = True, dice.choice(REMARKS)
    draft.said.append(Said(draft.footer, Mark(draft.form, 1000, 1000), True))


@kind("signs that say nothing", harmless=True)
def _signs(draft: Draft, dice: random.Random) -> None:
    """White space in cells where nothing belongs."""
    for _ in range(3):
        row, column = draft.form.last_row() + dice.randrange(1, 5), dice.randrange(2, draft.form.last_column() + 4)
        draft.form.cells[row, column] = Cell(row, column, "text", dice.choice((" ", "　", "\n", "\u00a0")))


@kind("cell of an unfilled row holds a space", harmless=True)
def _space(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(
        dice,
        ("correction", "correction_kind", "next_release", "missing_reason", "analysis", "numerator"),
        lambda s: not draft.filled(s),
    )
    if spot[1] == "missing_reason" and not draft.filled((spot[0], "value")):
        raise Skip
    draft.write(spot, dice.choice((" ", "　", "\n", "\u200b", "\u00a0")))
