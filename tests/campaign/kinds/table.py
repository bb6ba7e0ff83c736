"""Rows, columns, headings and sheets moved, hidden, renamed, doubled, sorted and lost."""

from __future__ import annotations

import random
from dataclasses import replace

from loaders.form import definition as d
from tests.campaign.draft import Draft, Mark, Page, Said, Skip
from tests.campaign.forms import blank, rows, shown, sorts
from tests.campaign.kinds.register import kind

_ESSENTIAL = ("value", "period", "release", "target", "baseline")


def _ask_where(draft: Draft, fits: object) -> None:
    for spot in draft.spots:
        if fits(spot):  # type: ignore[operator]
            draft.truth[spot] = replace(draft.truth[spot], ask=True)


def _table_rows(draft: Draft) -> list[int]:
    return sorted({mark.row for mark in draft.spots.values()})


# --- rows


@kind("empty rows put in", harmless=True, scope="sheet")
def _rows_in(draft: Draft, dice: random.Random) -> None:
    draft.form.insert_rows(dice.choice((2, 4, d.FIRST_DATA_ROW, *_table_rows(draft))), dice.choice((1, 2)))


@kind("empty rows put in everywhere", harmless=True, scope="sheet")
def _rows_all(draft: Draft, dice: random.Random) -> None:
    for row in reversed(_table_rows(draft)):
        draft.form.insert_rows(row)


@kind("row hidden", harmless=True, scope="sheet")
def _row_hidden(draft: Draft, dice: random.Random) -> None:
    draft.form.hidden_rows.add(dice.choice(_table_rows(draft)))


@kind("row deleted", scope="sheet")
def _row_deleted(draft: Draft, dice: random.Random) -> None:
    gone = dice.choice(draft.rows)
    row = draft.row_of(gone)
    draft.form.delete_row(row)
    for spot in draft.spots:
        if spot[0] == gone:
            draft.truth[spot] = replace(draft.truth[spot], value=None, also=(), ask=spot[1] in _ESSENTIAL, noted=False)
    draft.said = [s for s in draft.said if not (s.mark.page is draft.form and s.mark.row == row)]


def _permute(draft: Draft, order: dict[int, int], first: int = 1) -> None:
    draft.form.move(lambda r, c: (order.get(r, r) if c >= first else r, c))


@kind("rows sorted", harmless=True, scope="sheet")
def _sorted(draft: Draft, dice: random.Random) -> None:
    told = _table_rows(draft)
    if len(told) < 2 or draft.form.merged and any(t >= told[0] for t, *_ in draft.form.merged):
        raise Skip
    _permute(draft, dict(zip(told, told[::-1], strict=True)))


@kind("rows sorted without their marks", scope="sheet")
def _sorted_apart(draft: Draft, dice: random.Random) -> None:
    told = _table_rows(draft)
    if len(told) < 2:
        raise Skip
    _permute(draft, dict(zip(told, told[::-1], strict=True)), 2)


@kind("only some columns sorted", scope="sheet")
def _sorted_partly(draft: Draft, dice: random.Random) -> None:
    """Number and name stay while everything else is turned about: the unit and last value no longer fit."""
    told = _table_rows(draft)
    if len(told) < 2:
        raise Skip
    _permute(draft, dict(zip(told, told[::-1], strict=True)), draft.column("baseline"))
    for spot in draft.spots:
        draft.truth[spot] = replace(draft.truth[spot], row=True, also=(*draft.truth[spot].also, None))


@kind("row marks lost", harmless=True, scope="sheet")
def _tokens(draft: Draft, dice: random.Random) -> None:
    for row in _table_rows(draft):
        draft.form.put(row, d.TOKEN_COLUMN, None)


@kind("numbers and names emptied", scope="sheet")
def _no_names(draft: Draft, dice: random.Random) -> None:
    row = dice.choice(_table_rows(draft))
    for key in ("number", "name"):
        draft.form.put(row, draft.column(key), None)


@kind("name written otherwise", harmless=True, scope="sheet")
def _name_signs(draft: Draft, dice: random.Random) -> None:
    row, column = dice.choice(_table_rows(draft)), draft.column("name")
    name = draft.form.cells[row, column].written
    half = len(name) // 2
    draft.form.put(row, column, dice.choice((f"{name[:half]}\n{name[half:]}", f" {name}", name.replace("の", "の ", 1), name.replace("カ", "ｶ").replace("(", "（"))))


@kind("name edited", scope="sheet")
def _name_edited(draft: Draft, dice: random.Random) -> None:
    row, column = dice.choice(_table_rows(draft)), draft.column("name")
    name = draft.form.cells[row, column].written
    draft.remark(draft.form, row, column, dice.choice((f"{name}(旧定義)", name[: len(name) // 2], f"新{name}", f"{name}※対象見直し")))


@kind("number written otherwise", harmless=True, scope="sheet")
def _number_signs(draft: Draft, dice: random.Random) -> None:
    row, column = dice.choice(_table_rows(draft)), draft.column("number")
    number = draft.form.cells[row, column].written
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    draft.form.put(row, column, dice.choice((wide, f" {number}", float(number))))


@kind("name of another row", scope="sheet")
def _name_swapped(draft: Draft, dice: random.Random) -> None:
    told = _table_rows(draft)
    if len(told) < 2:
        raise Skip
    one, other = dice.sample(told, 2)
    column = draft.column("name")
    names = [draft.form.cells[r, column].written for r in (one, other)]
    for row, name in zip((one, other), reversed(names), strict=True):
        draft.form.put(row, column, name)
    _ask_where(draft, lambda s: draft.spots[s].row in (one, other) and draft.filled(s) and s[1] in _ESSENTIAL)


def _copy_row(page: Page, source: int, target: int) -> None:
    for (row, column), cell in list(page.cells.items()):
        if row == source:
            page.cells[target, column] = replace(cell, row=target)
            if (row, column) in page.runs:
                page.runs[target, column] = page.runs[row, column]


@kind("row twice", harmless=True, scope="sheet")
def _twice(draft: Draft, dice: random.Random) -> None:
    _copy_row(draft.form, dice.choice(_table_rows(draft)), draft.form.last_row() + 1)


@kind("row twice, otherwise", scope="sheet")
def _twice_otherwise(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("value", "target", "analysis", "period"), draft.filled)
    if spot[1] not in ("value", "target", "analysis") and draft.plain.get((spot[0], "value")) is None:
        raise Skip
    mark, target = draft.spots[spot], draft.form.last_row() + 1
    _copy_row(draft.form, mark.row, target)
    value = draft.plain[spot]
    other = value * 1.03 + 1 if isinstance(value, float) else "令和5年度" if spot[1] == "period" else "別の理由で増えた。"
    draft.form.put(target, mark.column, other)
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("row twice, one blank", harmless=True, scope="sheet")
def _twice_blank(draft: Draft, dice: random.Random) -> None:
    spot = dice.choice(list(draft.spots))
    if draft.round.kind in ("targets", "midterm") or not any(draft.filled(s) for s in draft.spots if s[0] == spot[0]):
        raise Skip
    if (spot[0], "baseline") in draft.spots:
        raise Skip
    row, target = draft.spots[spot].row, draft.form.last_row() + 1
    _copy_row(draft.form, row, target)
    for (_, key), mark in draft.spots.items():
        if mark.row == row and key != "period":
            draft.form.put(target, mark.column, None)


@kind("headings repeated below", harmless=True, scope="sheet", weight=0.5)
def _headings_again(draft: Draft, dice: random.Random) -> None:
    told = _table_rows(draft)
    at = dice.choice((told[-1] + 1, told[len(told) // 2]))
    draft.form.insert_rows(at)
    _copy_row(draft.form, d.HEADING_ROW, at)


@kind("row of mean or sum below", harmless=True, scope="sheet", weight=2)
def _totals(draft: Draft, dice: random.Random) -> None:
    row = _table_rows(draft)[-1] + dice.choice((1, 1, 2))
    word = dice.choice(("平均", "小計", "合計", "計", "総計", "部局計", "全体", "合 計", "平均値", "計(再掲)", "最大", "総数"))
    keys = [k for k in ("value", "numerator", "denominator", "baseline", "target", "last_value") if k in d.positions(draft.round.kind)]
    column = draft.column("name" if dice.random() < 0.7 else "number")
    draft.remark(draft.form, row, column, word)
    for key in dice.sample(keys, dice.choice((1, 2))):
        draft.form.put(row, draft.column(key), 4321.5, formula=dice.choice(("", "=SUM(P6:P9)")))


@kind("figures below the table without a name", scope="sheet")
def _nameless(draft: Draft, dice: random.Random) -> None:
    key = dice.choice([k for k in ("value", "target") if k in d.positions(draft.round.kind)])
    draft.remark(draft.form, _table_rows(draft)[-1] + dice.choice((1, 2, 5)), draft.column(key), dice.choice((4321.5, "455件")))


@kind("row of a new indicator", scope="sheet")
def _new_row(draft: Draft, dice: random.Random) -> None:
    row = _table_rows(draft)[-1] + 1
    draft.remark(draft.form, row, draft.column("name"), "空き公共施設の貸出回数")
    for key, value in (("value", 88.0), ("target", 120.0), ("evidence", "貸出簿の集計")):
        if key in d.positions(draft.round.kind):
            draft.form.put(row, draft.column(key), value)
            draft.said.append(Said("空き公共施設", draft.form.mark(row, draft.column(key))))


@kind("row of another form pasted", scope="sheet")
def _foreign_row(draft: Draft, dice: random.Random) -> None:
    mine = draft.brief
    others = [s for s in sorts() if s.round_id == draft.round.id and (s.department_id != draft.department_id) and s.variant == "a"]
    sort = dice.choice(others)
    book, _ = blank(sort)
    sheet = next(s for s in book.sheets if s.name == d.FORM_SHEET)
    target = draft.form.last_row() + 1
    for column in range(1, 40):
        if cell := sheet.at(d.FIRST_DATA_ROW, column):
            draft.form.cells[target, column] = replace(cell, row=target)
    key = "target" if draft.round.kind == "targets" else "value"
    draft.form.put(target, draft.column(key), 777.0)
    draft.said.append(Said(mine.plan.indicator(rows(sort)[0].indicator.id).name, draft.form.mark(target, draft.column(key))))


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


# --- columns and headings


@kind("empty columns put in", harmless=True, scope="sheet")
def _columns_in(draft: Draft, dice: random.Random) -> None:
    draft.form.insert_columns(dice.choice(list(d.positions(draft.round.kind).values())), dice.choice((1, 2)))


@kind("column moved away", harmless=True, scope="sheet")
def _column_moved(draft: Draft, dice: random.Random) -> None:
    source, target = draft.column(dice.choice([k for _, k in draft.spots])), draft.form.last_column() + dice.choice((1, 3))
    draft.form.move(lambda r, c: (r, target) if c == source and r >= d.HEADING_ROW else (r, c))


@kind("two columns swapped", harmless=True, scope="sheet")
def _columns_swapped(draft: Draft, dice: random.Random) -> None:
    places = d.positions(draft.round.kind)
    one, other = (places[k] for k in dice.sample(sorted({k for _, k in draft.spots}), 2)) if len({k for _, k in draft.spots}) > 1 else (0, 0)
    swap = {one: other, other: one}
    draft.form.move(lambda r, c: (r, swap.get(c, c)) if r >= d.HEADING_ROW else (r, c))


@kind("column hidden", harmless=True, scope="sheet")
def _column_hidden(draft: Draft, dice: random.Random) -> None:
    draft.form.hidden_columns.add(draft.column(dice.choice([k for _, k in draft.spots])))


@kind("optional column deleted", harmless=True, scope="sheet")
def _optional_deleted(draft: Draft, dice: random.Random) -> None:
    keys = [k for k in ("analysis", "actions", "section", "person", "contact", "evidence") if k in d.positions(draft.round.kind)]
    key = dice.choice(keys)
    if any(s[1] == key for s in draft.touched):
        raise Skip
    draft.form.delete_column(draft.column(key))
    for spot in draft.spots:
        if spot[1] == key:
            draft.truth[spot] = replace(draft.truth[spot], value=None)


@kind("asked column deleted", scope="sheet")
def _asked_deleted(draft: Draft, dice: random.Random) -> None:
    keys = [k for k in ("value", "period", "release") if k in d.positions(draft.round.kind)] or ["target", "baseline"]
    key = dice.choice(keys)
    draft.form.delete_column(draft.column(key))
    for spot in draft.spots:
        if spot[1] == key:
            draft.truth[spot] = replace(draft.truth[spot], value=None, also=(), noted=False, ask=draft.filled(spot) and key != "value")
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
    key = dice.choice([k for k in ("value", "target", "baseline") if k in d.positions(draft.round.kind) and any(s[1] == k for s in draft.spots)])
    text = _heading(draft, key)
    _rename(draft, key, dice.choice((f"{text}(千円)", f"{text}（単位：百万）", f"{text}(見込)", f"{text}(R5年度)", f"前年度の{text}", f"{text}(累計)", f"{text}の増減")))
    _ask_where(draft, lambda s: s[1] == key and draft.filled(s))


@kind("heading replaced or emptied", scope="sheet")
def _heading_gone(draft: Draft, dice: random.Random) -> None:
    key = dice.choice([k for _, k in draft.spots])
    _rename(draft, key, dice.choice((None, "R6", "備考", "今年", "①")))


@kind("two headings exchanged", scope="sheet")
def _headings_swapped(draft: Draft, dice: random.Random) -> None:
    """Only the headings: the column of 分子 now says 分母. Who sees the sheet reads it so."""
    if "numerator" not in d.positions(draft.round.kind) or not any(s[1] == "numerator" and draft.filled(s) for s in draft.spots):
        raise Skip
    _rename(draft, "numerator", "分母")
    _rename(draft, "denominator", "分子")
    _ask_where(draft, lambda s: s[1] in ("numerator", "denominator") and draft.filled(s))


@kind("same heading twice", scope="sheet")
def _heading_twice(draft: Draft, dice: random.Random) -> None:
    key = dice.choice([k for k in ("value", "target") if k in d.positions(draft.round.kind) and any(s[1] == k and draft.filled(s) for s in draft.spots)] or [""])
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
    column = draft.column(dice.choice([k for _, k in draft.spots]))
    page = draft.form
    text = page.cells[d.HEADING_ROW, column]
    if any(t <= d.GROUP_ROW <= b and x <= column <= y for t, x, b, y in page.merged):
        page.merged = [(t, x, b, y) for t, x, b, y in page.merged if not (t <= d.GROUP_ROW <= b and x <= column <= y)]
    page.cells[d.GROUP_ROW, column] = replace(text, row=d.GROUP_ROW)
    page.merge(d.GROUP_ROW, column, d.HEADING_ROW, column)


# --- merged cells


@kind("figure merged over two rows", scope="sheet")
def _merged_value(draft: Draft, dice: random.Random) -> None:
    told = _table_rows(draft)
    if len(told) < 2:
        raise Skip
    key = dice.choice([k for k in ("value", "target", "period", "release") if any(s[1] == k for s in draft.spots)])
    at = dice.randrange(len(told) - 1)
    if told[at + 1] != told[at] + 1:
        raise Skip
    column = draft.column(key)
    draft.form.merge(told[at], column, told[at + 1], column)
    lost = [s for s, m in draft.spots.items() if m.column == column and m.row == told[at + 1]]
    for spot in draft.spots:
        if draft.spots[spot].column == column and draft.spots[spot].row in told[at : at + 2]:
            upper = next((s for s, m in draft.spots.items() if m.column == column and m.row == told[at]), None)
            if spot in lost:
                draft.truth[spot] = replace(draft.truth[spot], value=draft.truth[upper].value if upper else None)
            if key in ("value", "target") and (upper is None or draft.filled(upper)):
                draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("contact merged over rows", harmless=True, scope="sheet")
def _merged_contact(draft: Draft, dice: random.Random) -> None:
    told, key = _table_rows(draft), dice.choice(("section", "person", "contact"))
    column = draft.column(key)
    top = next((s for s, m in draft.spots.items() if m.row == told[0] and m.column == column), None)
    if len(told) < 2 or top is None or not draft.filled(top) or told[-1] - told[0] != len(told) - 1:
        raise Skip
    if any(s[1] == key for s in draft.touched):
        raise Skip
    draft.form.merge(told[0], column, told[-1], column)
    for spot in draft.spots:
        if spot[1] == key:
            draft.truth[spot] = replace(draft.truth[top])


@kind("value merged with its neighbour", scope="sheet")
def _merged_across(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("value", "target"), draft.filled)
    mark = draft.spots[spot]
    beside = [s for s, m in draft.spots.items() if m.row == mark.row and m.column == mark.column + 1]
    draft.form.merge(mark.row, mark.column, mark.row, mark.column + 1)
    for other in beside:
        draft.truth[other] = replace(draft.truth[other], value=None, also=(draft.truth[spot].value,), ask=True)


# --- sheets


@kind("sheet renamed", harmless=True, scope="sheet")
def _renamed(draft: Draft, dice: random.Random) -> None:
    draft.form.name = dice.choice(("提出用", "Sheet1", "KPI調査票 (2)", "回答（最終版）", "R6"))


@kind("sheets in another order", harmless=True, scope="sheet", weight=0.5)
def _reordered(draft: Draft, dice: random.Random) -> None:
    dice.shuffle(draft.pages)


@kind("hidden sheet gone", harmless=True, scope="sheet")
def _no_meta(draft: Draft, dice: random.Random) -> None:
    if any(c.kind == "text" and c.written.startswith("【修正依頼】") for c in draft.form.cells.values()) or draft.form.comments:
        raise Skip
    draft.pages = [p for p in draft.pages if p is not draft.meta]


@kind("hidden sheet damaged", scope="sheet", weight=0.5)
def _bad_meta(draft: Draft, dice: random.Random) -> None:
    assert draft.meta
    draft.meta.put(*dice.choice(sorted(draft.meta.cells)), dice.choice((None, "?", 3.0)))


@kind("guide sheet deleted", harmless=True, scope="sheet", weight=0.5)
def _no_guide(draft: Draft, dice: random.Random) -> None:
    draft.pages = [p for p in draft.pages if p is not draft.guide]


@kind("form's sheet hidden", harmless=True, scope="sheet", weight=0.5)
def _hidden(draft: Draft, dice: random.Random) -> None:
    draft.form.hidden = True


@kind("same copy of the sheet", harmless=True, scope="sheet", weight=2)
def _copy(draft: Draft, dice: random.Random) -> None:
    draft.pages.insert(dice.randrange(len(draft.pages) + 1), draft.form.copy(dice.choice(("控え", "KPI調査票 (2)", "提出前"))))


@kind("copy of the sheet, otherwise", scope="sheet", weight=2)
def _copy_otherwise(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("value", "target", "period", "release", "analysis", "evidence", "missing_reason"), draft.filled)
    mark, other = draft.spots[spot], draft.form.copy(dice.choice(("KPI調査票(最終)", "修正版", "古い方")))
    value = draft.plain[spot]
    changed: float | str | None = value + 11 if isinstance(value, float) else {"period": "令和5年度", "release": "見込", "missing_reason": "秘匿" if value != "suppressed" else "未公表"}.get(spot[1], "別の説明にした。")
    other.put(mark.row, mark.column, changed)
    draft.pages.insert(dice.randrange(len(draft.pages) + 1), other)
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("only the copy filled in", scope="sheet")
def _only_copy(draft: Draft, dice: random.Random) -> None:
    """The answers stand on the copy; the form's own sheet is as it came."""
    own = draft.form
    copied = own.copy("回答はこちら")
    copied.marks, own.marks = own.marks, []
    for mark in copied.marks:
        mark.page = copied
    for spot, mark in draft.spots.items():
        own.put(mark.row, mark.column, None)
        if spot[1] == "period" and draft.plain.get(spot):
            own.put(mark.row, mark.column, shown("period", draft.plain[spot]))
    draft.form = copied
    draft.pages.insert(1, copied)


@kind("second form in the file", scope="sheet")
def _second_form(draft: Draft, dice: random.Random) -> None:
    """Another department's sheet of the same round, filled in."""
    sort = dice.choice([s for s in sorts() if s.round_id == draft.round.id and s.department_id != draft.department_id and s.variant == "a"])
    book, _ = blank(sort)
    page = Page.of(next(s for s in book.sheets if s.name == d.FORM_SHEET))
    page.name = "もう一つの部局"
    key = "target" if draft.round.kind == "targets" else "value"
    page.put(d.FIRST_DATA_ROW, draft.column(key), 777.0)
    draft.pages.insert(dice.choice((0, len(draft.pages))), page)
    draft.said.append(Said("777", Mark(page, d.FIRST_DATA_ROW, draft.column(key)), True))


@kind("second form of another round", scope="sheet")
def _second_round(draft: Draft, dice: random.Random) -> None:
    """Last round's sheet left in the file, filled in."""
    others = [s for s in sorts() if s.round_id != draft.round.id and s.department_id == draft.department_id and s.variant == "a"]
    sort = dice.choice(others)
    book, _ = blank(sort)
    page = Page.of(next(s for s in book.sheets if s.name == d.FORM_SHEET))
    page.name = "前の回"
    key = "target" if sort.round_id == "targets" else "value"
    kind_ = draft.brief.plan.round(sort.round_id).kind
    page.put(d.FIRST_DATA_ROW, d.positions(kind_)[key], 777.0)
    draft.pages.insert(dice.choice((0, len(draft.pages))), page)
    draft.said.append(Said("777", Mark(page, d.FIRST_DATA_ROW, d.positions(kind_)[key]), True))

