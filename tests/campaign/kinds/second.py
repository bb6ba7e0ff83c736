"""記述: its lines and blocks moved, hidden, doubled and deleted, its marks and headings lost, words beside its texts."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.prose_lines import Line
from tests.campaign.draft import Draft, Page, Said, Skip, Spot
from tests.campaign.kinds.around import REMARKS
from tests.campaign.kinds.register import kind


def _page(draft: Draft) -> Page:
    if draft.prose is None or draft.prose not in draft.pages or not draft.lines:
        raise Skip
    return draft.prose


def _boxes(draft: Draft, fits: Callable[[Spot], bool] = lambda _: True) -> list[Spot]:
    """The texts of indicators that stand on the sheet."""
    page = _page(draft)
    found = [s for s, m in draft.spots.items() if m.page is page and s[1] in d.keys_on("prose") and fits(s)]
    if not found:
        raise Skip
    return found


def _blocks(draft: Draft) -> list[list[Line]]:
    """The lines of each indicator's block."""
    _page(draft)
    found: list[list[Line]] = []
    for line in draft.lines:
        if not line.of_contact:
            if line.opens:
                found.append([])
            found[-1].append(line)
    return found


def _gone(draft: Draft, row: int) -> None:
    """A line taken out, with what was said in it."""
    page = _page(draft)
    for spot, mark in draft.spots.items():
        if mark.page is page and mark.row == row:
            draft.truth[spot] = replace(draft.truth[spot], value=None, also=(), ask=False, noted=False)
    draft.said = [s for s in draft.said if not (s.mark.page is page and s.mark.row == row)]
    page.delete_row(row)


@kind("記述 renamed", harmless=True, scope="sheet")
def _renamed(draft: Draft, dice: random.Random) -> None:
    _page(draft).name = dice.choice(("説明", "Sheet2", "記述 (2)", "要因分析など"))


@kind("記述 hidden", harmless=True, scope="sheet", weight=0.5)
def _hidden(draft: Draft, dice: random.Random) -> None:
    _page(draft).hidden = True


@kind("記述 deleted", scope="sheet", weight=0.5)
def _deleted(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    for spot, mark in draft.spots.items():
        if mark.page is page:
            draft.truth[spot] = replace(draft.truth[spot], value=None, also=(), ask=False, noted=False)
    draft.said = [s for s in draft.said if s.mark.page is not page]
    draft.pages = [p for p in draft.pages if p is not page]


@kind("empty rows put into 記述", harmless=True, scope="sheet")
def _rows_in(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    for row in sorted({line.row for line in draft.lines}, reverse=True):
        if dice.random() < 0.4:
            page.insert_rows(row, dice.choice((1, 2)))


@kind("empty column put into 記述", harmless=True, scope="sheet")
def _column_in(draft: Draft, dice: random.Random) -> None:
    _page(draft).insert_columns(dice.choice((2, 3, 4, 5)))


@kind("line of 記述 hidden", harmless=True, scope="sheet")
def _line_hidden(draft: Draft, dice: random.Random) -> None:
    _page(draft).hidden_rows.add(draft.spots[dice.choice(_boxes(draft))].row)


def _reorder(draft: Draft, order: list[int], first: int = 1) -> None:
    """The filled lines in another order; from ``first`` on only some of the columns."""
    page = _page(draft)
    old = sorted({line.row for line in draft.lines})
    place = dict(zip(order, old, strict=True))
    page.move(lambda r, c: (place.get(r, r) if c >= first else r, c))


@kind("blocks in another order", harmless=True, scope="sheet")
def _blocks_moved(draft: Draft, dice: random.Random) -> None:
    blocks = _blocks(draft)
    dice.shuffle(blocks)
    head = [line.row for line in draft.lines if line.of_contact]
    _reorder(draft, head + [line.row for block in blocks for line in block])


@kind("lines of 記述 sorted by heading", harmless=True, scope="sheet")
def _lines_sorted(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    rows = sorted({line.row for line in draft.lines}, key=lambda r: page.cells[r, ln.PART].written)
    _reorder(draft, rows)


@kind("blocks sorted without their marks", scope="sheet")
def _blocks_apart(draft: Draft, dice: random.Random) -> None:
    blocks = _blocks(draft)
    head = [line.row for line in draft.lines if line.of_contact]
    if len({len(b) for b in blocks}) != 1 or len(blocks) < 2:
        raise Skip
    _reorder(draft, head + [line.row for block in blocks[::-1] for line in block], ln.NUMBER)


@kind("only the texts of 記述 sorted", scope="sheet", weight=0.5)
def _texts_apart(draft: Draft, dice: random.Random) -> None:
    """Names and texts turned about while numbers and headings stay: a name no longer fits its number."""
    blocks = _blocks(draft)
    head = [line.row for line in draft.lines if line.of_contact]
    if len({tuple(line.key for line in b) for b in blocks}) != 1 or len(blocks) < 2:
        raise Skip
    _reorder(draft, head + [line.row for block in blocks[::-1] for line in block], ln.TEXT)
    away = {line.row for one, other in zip(blocks, blocks[::-1], strict=True) if one is not other for line in one}
    for spot in _boxes(draft, lambda s: draft.spots[s].row in away):  # one in the middle stays where it is
        draft.truth[spot] = replace(draft.truth[spot], ask=draft.filled(spot), row=True, also=(None,))


@kind("marks of 記述 lost", harmless=True, scope="sheet")
def _no_marks(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    for line in draft.lines:
        page.put(line.row, ln.TOKEN, None)


@kind("headings of 記述 edited", harmless=True, scope="sheet")
def _headings(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    column, text = dice.choice(((ln.TEXT, "内容"), (ln.PART, "欄"), (ln.NUMBER, "番号")))
    page.put(ln.HEADING_ROW, column, dice.choice((f"{text}(必須)", f" {text} ", f"※{text}", None)))


@kind("heading row of 記述 deleted", harmless=True, scope="sheet", weight=0.5)
def _no_headings(draft: Draft, dice: random.Random) -> None:
    _page(draft).delete_row(ln.HEADING_ROW)


@kind("question under a heading cut off", harmless=True, scope="sheet")
def _no_question(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    for line in draft.lines:
        written = page.cells[line.row, ln.PART].written
        page.put(line.row, ln.PART, dice.choice((written.split("\n")[0], written.replace("\n", " "), written)))


@kind("numbers of 記述 emptied", harmless=True, scope="sheet")
def _no_numbers(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    for block in _blocks(draft):
        for line in block[1:]:
            page.put(line.row, ln.NUMBER, None)


@kind("line of 記述 deleted", harmless=True, scope="sheet")
def _line_deleted(draft: Draft, dice: random.Random) -> None:
    # The only box of a block is the block: that it is gone is asked about.
    boxes = [s[0] for s in _boxes(draft)]
    spot = dice.choice(_boxes(draft, lambda s: s not in draft.touched and boxes.count(s[0]) > 1))
    _gone(draft, draft.spots[spot].row)


@kind("block of 記述 deleted", scope="sheet")
def _block_deleted(draft: Draft, dice: random.Random) -> None:
    for line in reversed(dice.choice(_blocks(draft))):
        _gone(draft, line.row)


def _copied(draft: Draft, block: list[Line]) -> dict[int, int]:
    """A block once more below; where each of its lines stands then."""
    page, last = _page(draft), _page(draft).last_row() + 2
    target = {line.row: last + n for n, line in enumerate(block)}
    for (row, column), cell in list(page.cells.items()):
        if row in target:
            page.cells[target[row], column] = replace(cell, row=target[row])
            if (row, column) in page.runs:
                page.runs[target[row], column] = page.runs[row, column]
    return target


@kind("block of 記述 twice", harmless=True, scope="sheet")
def _block_twice(draft: Draft, dice: random.Random) -> None:
    _copied(draft, dice.choice(_blocks(draft)))


@kind("block of 記述 twice, otherwise", scope="sheet")
def _block_otherwise(draft: Draft, dice: random.Random) -> None:
    spot = dice.choice(_boxes(draft, lambda s: draft.filled(s) and s not in draft.touched))
    block = next(b for b in _blocks(draft) if b[0].rows[0].indicator.id == spot[0])
    mark = draft.spots[spot]
    _page(draft).put(_copied(draft, block)[mark.row], mark.column, "別の理由で増えた。")
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("name of another indicator over a block", scope="sheet")
def _other_name(draft: Draft, dice: random.Random) -> None:
    blocks, page = _blocks(draft), _page(draft)
    if len(blocks) < 2:
        raise Skip
    one, other = dice.sample(blocks, 2)
    page.put(one[0].row, ln.TEXT, other[0].value)
    for spot in _boxes(draft):
        if draft.spots[spot].row in {line.row for line in one} and draft.filled(spot):
            draft.truth[spot] = replace(draft.truth[spot], ask=True, also=(None,))


@kind("two headings of a block exchanged", scope="sheet")
def _parts_exchanged(draft: Draft, dice: random.Random) -> None:
    """Who sees the sheet reads it so; the marks say otherwise."""
    page = _page(draft)
    whose = {s[0] for s in _boxes(draft, lambda s: s[1] == "analysis")}
    if not whose:
        raise Skip
    chosen = dice.choice(sorted(whose))
    rows = [draft.spots[chosen, key].row for key in ("analysis", "actions")]
    texts = [page.cells[r, ln.PART].written for r in rows]
    for row, text in zip(rows, reversed(texts), strict=True):
        page.put(row, ln.PART, text)
    for key in ("analysis", "actions"):
        draft.truth[chosen, key] = replace(draft.truth[chosen, key], ask=True)


@kind("heading of a line written over", scope="sheet")
def _part_edited(draft: Draft, dice: random.Random) -> None:
    spot = dice.choice(_boxes(draft))
    words = dice.choice(("理由", "備考", "コメント欄", "正しくは455件"))
    draft.remark(_page(draft), draft.spots[spot].row, ln.PART, words)


@kind("same copy of 記述", harmless=True, scope="sheet")
def _copy(draft: Draft, dice: random.Random) -> None:
    draft.pages.insert(dice.randrange(len(draft.pages) + 1), _page(draft).copy(dice.choice(("記述 (2)", "控え"))))


@kind("copy of 記述, otherwise", scope="sheet", weight=2)
def _copy_otherwise(draft: Draft, dice: random.Random) -> None:
    spot = dice.choice(_boxes(draft, lambda s: draft.filled(s) and s not in draft.touched))
    mark, other = draft.spots[spot], _page(draft).copy(dice.choice(("記述 (2)", "修正版", "古い方")))
    other.put(mark.row, mark.column, "別の説明にした。")
    draft.pages.insert(dice.randrange(len(draft.pages) + 1), other)
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("both sheets copied, otherwise", scope="sheet")
def _both(draft: Draft, dice: random.Random) -> None:
    """The form twice in one file, each time with both of its sheets."""
    spot = draft.some(dice, ("value", "target", "analysis", "evidence"), draft.filled)
    mark = draft.spots[spot]
    for page, name in ((draft.form, "KPI調査票 (2)"), (_page(draft), "記述 (2)")):
        other = page.copy(name)
        if mark.page is page:
            value = draft.plain[spot]
            other.put(mark.row, mark.column, value + 11 if isinstance(value, float) else "別の説明にした。")
        draft.pages.append(other)
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("only the copy of 記述 filled in", scope="sheet")
def _only_copy(draft: Draft, dice: random.Random) -> None:
    own = _page(draft)
    _boxes(draft, draft.filled)
    copied = own.copy("説明はこちら")
    copied.marks, own.marks = own.marks, []
    for mark in copied.marks:
        mark.page = copied
    for mark in copied.marks:
        own.put(mark.row, mark.column, None)
    draft.prose = copied
    draft.pages.insert(1, copied)


@kind("counters pasted as values", harmless=True, scope="sheet")
def _counters(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    for (row, column), cell in list(page.cells.items()):
        if column == ln.COUNT and cell.formula:
            text = page.cells.get((row, ln.TEXT))
            page.put(row, column, float(len(text.written) if text else 0))


@kind("counter written over", scope="sheet")
def _counter_over(draft: Draft, dice: random.Random) -> None:
    spot = dice.choice(_boxes(draft))
    draft.remark(_page(draft), draft.spots[spot].row, ln.COUNT, dice.choice((*REMARKS, 4551.0)))


@kind("remark right of 記述", weight=2)
def _right(draft: Draft, dice: random.Random) -> None:
    spot = dice.choice(_boxes(draft))
    draft.remark(_page(draft), draft.spots[spot].row, ln.COUNT + dice.choice((1, 2, 4)), dice.choice((*REMARKS, 455.0)))


@kind("remark above or below 記述", weight=2)
def _outside(draft: Draft, dice: random.Random) -> None:
    page = _page(draft)
    row = dice.choice((2, 3, page.last_row() + 1, page.last_row() + 5))
    draft.remark(
        page,
        row,
        dice.choice((ln.TEXT, ln.COUNT, ln.COUNT + 2)) if row > 3 else ln.COUNT + 2,
        dice.choice((*REMARKS, 455.0)),
    )


@kind("remark between two blocks")
def _between(draft: Draft, dice: random.Random) -> None:
    block = dice.choice(_blocks(draft))
    draft.remark(_page(draft), block[-1].row + 1, dice.choice((ln.PART, ln.TEXT)), dice.choice(REMARKS))


@kind("note on a line of 記述", weight=2)
def _note(draft: Draft, dice: random.Random) -> None:
    page, line = _page(draft), dice.choice(draft.lines)
    place = (line.row, dice.choice((ln.NUMBER, ln.PART, ln.TEXT)))
    if place in page.comments:
        raise Skip
    words = dice.choice(REMARKS)
    page.comments[place] = words
    draft.said.append(Said(words, page.mark(*place), True))


@kind("text box on 記述")
def _box(draft: Draft, dice: random.Random) -> None:
    words, spot = dice.choice(REMARKS), dice.choice(_boxes(draft))
    draft.raw = True
    draft.drawn.append(("box", draft.spots[spot], words))
    draft.said.append(Said(words, draft.spots[spot], True))


@kind("two texts of a block merged", scope="sheet")
def _merged(draft: Draft, dice: random.Random) -> None:
    rows = {s[0]: draft.spots[s].row for s in _boxes(draft, lambda s: s[1] == "analysis" and draft.filled(s))}
    if not rows:
        raise Skip
    chosen = dice.choice(sorted(rows))
    below = draft.spots[chosen, "actions"]
    if below.row != rows[chosen] + 1 or {(chosen, "analysis"), (chosen, "actions")} & draft.touched:
        raise Skip
    _page(draft).merge(rows[chosen], ln.TEXT, below.row, ln.TEXT)
    draft.truth[chosen, "analysis"] = replace(draft.truth[chosen, "analysis"], ask=True)
    draft.truth[chosen, "actions"] = replace(draft.truth[chosen, "actions"], value=None, ask=True)


# --- the blocks of the 課


def _contacts(draft: Draft) -> list[list[Line]]:
    _page(draft)
    found: list[list[Line]] = []
    for line in draft.lines:
        if line.of_contact:
            if line.opens:
                found.append([])
            found[-1].append(line)
    return found


@kind("課 of its own without numbers", scope="cell")
def _unassigned(draft: Draft, dice: random.Random) -> None:
    spare = [block for block in _contacts(draft) if block[0].spare]
    if not spare:
        raise Skip
    draft.remark(_page(draft), spare[0][1].row, ln.TEXT, "地域振興課")


@kind("課 of its own with numbers", harmless=True, scope="cell")
def _assigned(draft: Draft, dice: random.Random) -> None:
    """Further 課 name the indicators they answer for; the first block speaks for the others."""
    spare = [block for block in _contacts(draft) if block[0].spare]
    if not spare or any(s[1] in d.keys_on("contact") for s in draft.touched):
        raise Skip
    page, chosen = _page(draft), dice.sample(draft.rows[1:], dice.choice((1, min(2, len(draft.rows) - 1))))
    numbers = [draft.brief.plan.indicator(i).number for i in draft.rows if i in chosen]
    page.put(spare[0][0].row, ln.TEXT, dice.choice(("、", ",", "・", " ")).join(numbers))
    said = {"section": "地域振興課", "person": "見本 三郎", "contact": "内線4321"}
    for line in spare[0][1:]:
        page.put(line.row, ln.TEXT, said[line.key])
        first = next(s for s in draft.spots if s[1] == line.key)
        draft.shared[first] = tuple(s for s in draft.shared.get(first, ()) if s[0] not in chosen)
        for indicator_id in chosen:
            spot = (indicator_id, line.key)
            draft.spots[spot] = page.mark(line.row, ln.TEXT)
            draft.truth[spot] = replace(draft.truth[first], value=said[line.key], also=(), ask=False)
            draft.plain[spot] = said[line.key]
            draft.touched.add(spot)


@kind("indicators of a 課 cleared", harmless=True, scope="cell")
def _covers_cleared(draft: Draft, dice: random.Random) -> None:
    block = dice.choice([b for b in _contacts(draft) if not b[0].spare])
    _page(draft).put(block[0].row, ln.TEXT, None)


@kind("indicators of a 課 unknown", scope="cell")
def _covers_unknown(draft: Draft, dice: random.Random) -> None:
    spare = [block for block in _contacts(draft) if block[0].spare]
    if not spare:
        raise Skip
    page = _page(draft)
    page.put(spare[0][0].row, ln.TEXT, dice.choice(("99", "全部", "1と2")))
    draft.remark(page, spare[0][1].row, ln.TEXT, "地域振興課")
