"""The page for the 決裁: what a department or a 課 answers, beside the last time and the difference, on one A4 page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.cards.revision import band_text
from kpi.collection.letter_wording import date_text
from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS, Answer, Brief, blank_reason
from kpi.initiatives.half_year_review import Span, schedule
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS
from kpi.period import Period
from kpi.plan import Card, Department, Round
from kpi.printing.number_words import MISSING
from kpi.printing.printed_figures import difference_text, exact_text
from loaders.form import definition as d
from loaders.form.writing import guide, style
from loaders.form.writing.prefill import Row, form_rows
from loaders.form.writing.writer import saved
from loaders.text.characters import one_line, shortened, tidied

#: Who signs, from the top; the names of posts differ, so each office may write over them.
BOXES: Mapping[bool, tuple[str, ...]] = {
    False: ("部局長", "次長", "主管課長", "課長補佐", "担当"),
    True: ("課長", "課長補佐", "グループ", "担当"),
}
_HEADINGS = ("番号", "指標", "目標値", "前回", "今回", "差", "説明")
_TARGET_HEADINGS = (
    "番号",
    "指標",
    "{baseline}\n(登録)",
    "{baseline}\n(回答)",
    "{target}\n(登録)",
    "{target}\n(回答)",
    "設定根拠",
)
_WORK_HEADINGS = ("番号", "取組", "工程", "前回の\n進捗", "今回の\n進捗", "今後の\n方向性", "実績・予定")
_WIDTHS = (4.5, 20.0, 11.0, 11.0, 11.0, 11.0, 11.0, 18.0)
_LETTERS = "ABCDEFGH"
#: How many letters of explanations a page has, of figures and of the work, of which each row says several things.
_ROOM: Mapping[bool, int] = {False: 900, True: 1500}
#: What stands before the reason for leaving blank what explains a figure, or all that is asked of an initiative.
_BLANK, _EXPLAINED = "空欄の理由", ("row", "analysis", "actions", "evidence")
#: The explanation stands over the last two columns, so that the boxes above are of one width.
_TEXT_WIDTHS = (*_WIDTHS[:6], _WIDTHS[6] + _WIDTHS[7])
_DAYS = "起案　令和　　年　　月　　日　　　決裁　令和　　年　　月　　日　　　回答　令和　　年　　月　　日"


def settlement_sheet(
    brief: Brief,
    round_: Round,
    department: Department,
    answers: Iterable[Answer],
    *,
    division_id: str = "",
    sample: bool = False,
    end: str = "",
) -> bytes:
    """The page's .xlsx: portrait A4, one page, with 部局内決裁 boxes (課内決裁 for one 課).

    ``end`` is the end of the store's log: what was signed shows later that nothing before it was written anew.
    """
    brief, round_, department = tidied(brief), tidied(round_), tidied(department)
    said = {a.subject_id: tidied(a) for a in answers}
    rows = form_rows(brief, round_, department.id, {}, division_id)
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "決裁用"
    for letter, width in zip(_LETTERS, _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    division = next((v.name for v in department.divisions if v.id == division_id), "")
    whose = one_line(" ".join(t for t in (department.name(brief.day), division) if t))
    place = _boxes(sheet, of_division=bool(division))
    dated = replace(round_, due=round_.division_due or round_.due) if division else round_
    place = _titles(sheet, place, brief, dated, whose, sample=sample)
    place = _table(sheet, place, brief, round_, rows, said)
    _line(sheet, place + 1, _DAYS, size=10)
    if end:
        _line(sheet, place + 2, f"作成時の照合値　{end}", size=9)
    _page(sheet, brief, round_, whose, place + (2 if end else 1), sample=sample)
    book.properties.title, book.properties.creator = f"決裁用 {round_.name} {whose}", brief.plan.area_name
    return saved(book, brief.day)


def _boxes(sheet: Worksheet, *, of_division: bool) -> int:
    """The boxes to sign in, at the right of the page's head."""
    posts = BOXES[of_division]
    head = style.Look(10, bold=True, fill="E4E6EA", horizontal="center")
    first = 2
    title = sheet.cell(1, first)
    style.dress(title, style.Look(10, bold=True, bordered=False, horizontal="right", wraps=False))
    style.put(title, "課内決裁" if of_division else "部局内決裁")
    for column, post in enumerate(posts, start=first + 1):
        style.dress(sheet.cell(1, column), head)
        style.put(sheet.cell(1, column), post)
        style.dress(sheet.cell(2, column), style.Look())
    style.set_height(sheet, 1, 18)
    style.set_height(sheet, 2, 48)
    return 4


def _titles(sheet: Worksheet, place: int, brief: Brief, round_: Round, whose: str, *, sample: bool) -> int:
    mark = d.SAMPLE_MARK if sample else ""
    answer = d.word(brief.plan, "answer")
    _line(sheet, place, f"{mark}{round_.name}　{answer}(案)　{whose}", size=15, bold=True)
    told = f"{brief.plan.name}　／　{answer}期限: {guide.due_text(round_)}　／　{date_text(brief.day)}作成"
    _line(sheet, place + 1, told, size=10)
    return place + 3


def _line(sheet: Worksheet, place: int, text: str, *, size: float, bold: bool = False) -> None:
    cell = sheet.cell(place, 1)
    style.dress(cell, style.Look(size, bold=bold, bordered=False, wraps=False))
    style.put(cell, text)
    style.set_height(sheet, place, size + 10)


def _table(
    sheet: Worksheet, place: int, brief: Brief, round_: Round, rows: tuple[Row, ...], said: Mapping[str, Answer]
) -> int:
    headings = {"targets": _TARGET_HEADINGS, "initiatives": _WORK_HEADINGS}.get(round_.kind, _HEADINGS)
    for column, heading in enumerate(headings, start=1):
        cell = sheet.cell(place, column)
        style.dress(cell, style.Look(10, bold=True, fill="D9E1EC", horizontal="center"))
        style.put(cell, d.in_words(heading, brief.plan))
    sheet.merge_cells(start_row=place, start_column=7, end_row=place, end_column=8)
    style.set_height(sheet, place, 30)
    # The more rows, the shorter each explanation: the page is one page.
    room = max(40, _ROOM[round_.kind == "initiatives"] // max(1, len(rows)))
    for number, row in enumerate(rows, start=place + 1):
        answer = said.get(row.indicator.id)
        told = _told(row, answer, round_, brief, room)
        field = brief.plan.numbering_field(row.indicator)
        name = f"【{field}】{row.indicator.name}" if field else row.indicator.name
        text = told[-1] if round_.kind == "initiatives" else shortened(told[-1], room)
        texts = (row.indicator.number, name, *told[:-1], text)
        for column, text in enumerate(texts, start=1):
            cell = sheet.cell(number, column)
            inside = "center" if round_.kind == "initiatives" else "right"
            side = {0: "center", 1: "left", 6: "left"}.get(column - 1, inside)
            style.dress(cell, style.Look(bold=column == (4 if round_.kind == "targets" else 5), horizontal=side))
            style.put(cell, text)
        style.dress(sheet.cell(number, 8), style.Look())
        style.set_height(sheet, number, style.row_height(zip(texts, _TEXT_WIDTHS, strict=True), 34))
        sheet.merge_cells(start_row=number, start_column=7, end_row=number, end_column=8)
    return place + len(rows) + 1


def _told(row: Row, answer: Answer | None, round_: Round, brief: Brief, room: int) -> tuple[str, str, str, str, str]:
    if round_.kind == "initiatives":
        return _work_cells(row, answer, brief, room)
    return _target_cells(row, answer) if round_.kind == "targets" else _cells(row, answer, round_)


def _work_cells(row: Row, answer: Answer | None, brief: Brief, room: int) -> tuple[str, str, str, str, str]:
    """The schedule as the answer leaves it, 進捗 then and now, 方向性, and of each thing that is said its beginning."""
    _, standing = schedule(brief.plan.initiative(row.indicator.id), row.reviews)
    last = PROGRESS_WORDS.get(row.reviews[-1].progress, MISSING) if row.reviews else MISSING
    if answer is None:
        return standing.words, last, "未記入", MISSING, ""
    before = Span(standing.start or _period(answer, "planned_start"), standing.end or _period(answer, "planned_end"))
    after = Span(_period(answer, "revised_start") or before.start, _period(answer, "revised_end") or before.end)
    schedule_words = after.words + (f"\n(変更前 {before.words})" if after != before else "")
    recovery = _period(answer, "recovery")
    parts = (
        ("遅れ", "delay_reason"), ("工程変更", "revision_reason"), ("決定者", "decided_by"), ("実績", "performance"),
        ("予定", "next_plan"), ("課題", "problems"),
    )  # fmt: skip
    scheme = brief.plan.self_evaluation
    own = tuple((scheme.heading(key), key) for key in scheme.keys) if scheme else ()
    told = [*((name, answer.text(key)) for name, key in (*parts, *own)), (_BLANK, blank_reason(answer))]
    told.insert(1, ("回復見込み", recovery.short if recovery else ""))
    told = [(name, text) for name, text in told if text]
    said = " ".join(f"【{name}】{shortened(text, room // len(told))}" for name, text in told)
    progress = PROGRESS_WORDS.get(answer.text("progress"), "未記入")
    return schedule_words, last, progress, COURSE_WORDS.get(answer.text("course"), MISSING), said


def _cells(row: Row, answer: Answer | None, round_: Round) -> tuple[str, str, str, str, str]:
    card, past = row.card, row.past
    last = f"{_shown(row, past.value)}\n({past.period.short})" if past else MISSING
    target = _target(row)
    if answer is None:
        return target, last, "未記入", MISSING, ""
    value, period = answer.number("value"), _period(answer, "period")
    why = blank_reason(answer, _EXPLAINED)
    notes = [_changes(row, answer, round_), answer.text("analysis") or answer.text("actions")]
    notes += [f"【{_BLANK}】{why}"] if why else []
    if value is None:
        return target, last, _missing(answer), MISSING, " ".join(n for n in notes if n)
    release = RELEASE_WORDS.get(answer.text("release"), "")
    dated = "・".join(t for t in (period.short if period else "", release) if t)
    now = _shown(row, value) + (f"\n({dated})" if dated else "")
    comparable = past is not None and (period is None or _comparable(card, period, past.period))
    change = difference_text(value, past.value, card, row.indicator.unit) if past and comparable else MISSING
    return target, last, now, change, " ".join(n for n in notes if n)


def _target_cells(row: Row, answer: Answer | None) -> tuple[str, str, str, str, str]:
    card = row.card
    told = [_dated(row, card.baseline, card.baseline_period), "", _target(row), ""]
    for place, key in ((1, "baseline"), (3, "target")):
        value = answer.number(key) if answer else None
        told[place] = _dated(row, value, _period(answer, f"{key}_period") if answer else None)
    return told[0], told[1], told[2], told[3], answer.text("evidence") if answer else ""


def _changes(row: Row, answer: Answer, round_: Round) -> str:
    """A corrected last value and, in a 中間見直し, what is proposed: nobody shall sign these unseen."""
    told = []
    corrected = answer.number("correction")
    if corrected is not None and row.past:
        kind = CORRECTION_WORDS.get(answer.text("correction_kind"), "")
        said = f"前回値を{_shown(row, row.past.value)}から{_shown(row, corrected)}に訂正"
        told.append(f"【{said}({kind})】" if kind else f"【{said}】")
    for key, word in (("baseline", "現状値"), ("target", "目標値")):
        now, known = answer.number(key), d.card_value(row.card, key)
        if now is not None and now != known:
            what = "見直し案" if round_.kind == "midterm" and known is not None else "回答"
            told.append(f"【{word}の{what}: {_shown(row, now)}】")
    return "".join(told)


def _comparable(card: Card, period: Period, past: Period) -> bool:
    return period.kind == past.kind and card.comparable(period, past)


def _missing(answer: Answer) -> str:
    reason = answer.text("missing_reason")
    planned = _period(answer, "next_release")
    return MISSING_WORDS.get(reason, "未記入") + (f"\n次回 {planned.short}" if planned else "")


def _period(answer: Answer, key: str) -> Period | None:
    try:
        return Period.parse(answer.text(key))
    except ValueError:
        return None


def _shown(row: Row, value: float | None) -> str:
    return exact_text(value, row.card, row.indicator.unit)


def _dated(row: Row, value: float | None, period: Period | None) -> str:
    return _shown(row, value) + (f"\n({period.short})" if period and value is not None else "")


def _target(row: Row) -> str:
    card = row.card
    if d.banded(card):
        band = band_text(card, row.indicator.unit)
        return band + (f"\n({card.target_period.short})" if card.target_period else "")
    return _dated(row, card.target, card.target_period)


def _page(sheet: Worksheet, brief: Brief, round_: Round, whose: str, last: int, *, sample: bool) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = 1
    sheet.print_area = f"A1:{_LETTERS[-1]}{last}"
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    guide.header_footer(sheet, brief.plan, round_, whose, sample=sample, title="決裁用")
