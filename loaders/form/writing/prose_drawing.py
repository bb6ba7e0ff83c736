"""Draws the second sheet (記述): for each 課 who answers, for each indicator its questions with room to answer them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from kpi.plan import Plan, Round
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.prose_lines import Line
from loaders.form.writing import guide, round_notes, style
from loaders.form.writing.form_content import FormContent, Results
from loaders.form.writing.prefill import shown
from loaders.form.writing.validation import add_prose_behaviour

_WIDTHS: Mapping[int, float] = {ln.NUMBER: 5.5, ln.PART: 20, ln.TEXT: 62, ln.COUNT: 9.5}
_SPACER = 9.0
#: Points of an A4 page's height that its lines may take; the heading stands on every page.
_PAGE_HEIGHT = 842.0 - 2 * 0.6 * 72
_HEADING_HEIGHT = 19.0
TO_FIGURES = "値の欄へ"
SPARE = "課が複数のとき"


def write_prose(sheet: Worksheet, content: FormContent) -> Results:
    """Fill the sheet; the results of the formulas in it."""
    plan, round_, questions, lines = content.plan, content.round, content.questions, content.lines
    results: dict[str, str | float] = {}
    figures = {row.indicator.id: number for number, row in enumerate(content.rows, start=d.FIRST_DATA_ROW)}
    due = guide.due_line(plan, round_, of_division=content.of_division, questions=questions)
    _titles(sheet, plan, round_, content.whose, due, sample=content.sample, asked=questions is not None)
    for line in lines:
        marked = questions is not None and any(line.key in questions.marked(r.indicator.id) for r in line.rows)
        if line.opens:
            _opening(sheet, line, plan, round_, marked=marked)
        else:
            _line(sheet, line, plan, round_, marked=marked)
        if not line.opens and line.open(round_) and d.column(line.key).limit:
            _counter(sheet, line, plan, round_, figures[line.rows[0].indicator.id], results)
        if line.key == ln.NAME:
            first = get_column_letter(next(iter(_entered(round_)), d.FIRST_COLUMN))
            link(
                sheet,
                f"{get_column_letter(ln.COUNT)}{line.row}",
                d.FIGURES.name,
                f"{first}{figures[line.rows[0].indicator.id]}",
            )
    add_prose_behaviour(sheet, plan, round_, lines)
    _page(sheet, plan, round_, content.whose, lines, sample=content.sample)
    return results


def _entered(round_: Round) -> tuple[int, ...]:
    """Where this round's figures are entered."""
    wanted = {"targets": "baseline", "initiatives": "progress"}.get(round_.kind, "value")
    return tuple(place for key, place in d.positions(round_.kind).items() if key == wanted)


# --- what stands on it ----------------------------------------------------------------------------------------------


def _titles(
    sheet: Worksheet, plan: Plan, round_: Round, department: str, due: str, *, sample: bool, asked: bool
) -> None:
    sheet.column_dimensions[get_column_letter(ln.TOKEN)].hidden = True
    for place, width in _WIDTHS.items():
        sheet.column_dimensions[get_column_letter(place)].width = width
    mark = d.SAMPLE_MARK if sample else ""
    title = sheet.cell(ln.TITLE_ROW, ln.NUMBER)
    style.dress(title, style.Look(14, bold=True, color=style.NAVY, bordered=False, wraps=False))
    style.put(title, f"{mark}{d.word(plan, 'form')}({d.PROSE.name})　{round_.name}　{department}")
    subtitle = sheet.cell(ln.SUBTITLE_ROW, ln.NUMBER)
    style.dress(subtitle, style.Look(10, bordered=False, wraps=False))
    style.put(subtitle, due + (f"　／　{d.SAMPLE_NOTE}" if sample else ""))
    swatch, legend = sheet.cell(ln.LEGEND_ROW, ln.NUMBER), sheet.cell(ln.LEGEND_ROW, ln.PART)
    color = style.ASKED if asked else style.WANTED
    style.dress(swatch, style.Look(fill=color, framed=asked))
    style.dress(legend, style.Look(color=style.QUIET, bordered=False, wraps=False))
    told = "　".join(f"{name}: {meaning}" for _, name, meaning in guide.legend(asked=asked))
    style.put(legend, told)
    heights = {ln.TITLE_ROW: 25, ln.SUBTITLE_ROW: 17, ln.LEGEND_ROW: 17, ln.HEADING_ROW: _HEADING_HEIGHT}
    for row, height in heights.items():
        style.set_height(sheet, row, height)
    style.put(sheet.cell(ln.HEADING_ROW, ln.TOKEN), ln.HEADINGS["token"])
    for key, place in ln.COLUMNS.items():
        if key != "token":
            cell = sheet.cell(ln.HEADING_ROW, place)
            style.dress(cell, style.Look(bold=True, fill="E4E6EA", horizontal="center"))
            style.put(cell, ln.HEADINGS[key])


def _opening(sheet: Worksheet, line: Line, plan: Plan, round_: Round, *, marked: bool) -> None:
    """The line that opens a block: number and name of an indicator, or which indicators a 課 answers for."""
    color = style.ASKED if marked else style.NAVY if line.key == ln.NAME else style.SLATE
    ink = style.INK if marked else "FFFFFF"
    texts = {ln.NUMBER: line.number, ln.PART: _heading(line, plan, round_), ln.TEXT: line.value, ln.COUNT: None}
    if line.key == ln.NAME:
        texts[ln.COUNT] = TO_FIGURES
    elif line.spare:
        texts[ln.COUNT] = SPARE
    style.put(sheet.cell(line.row, ln.TOKEN), line.token)
    opened = line.open(round_)
    for place, text in texts.items():
        cell, box = sheet.cell(line.row, place), opened and place == ln.TEXT
        look = style.Look(
            10.5, bold=True, color=style.INK if box else ink, fill="" if box else color, unlocked=box, framed=marked,
            horizontal="center" if place == ln.NUMBER else "left", number_format="@",
        )  # fmt: skip
        way = style.Look(color=style.LINK, fill=style.FIXED, underlined=True, horizontal="center")
        if place == ln.COUNT:
            look = way if line.key == ln.NAME else style.Look(8, color=ink, fill=color, horizontal="center")
        style.dress(cell, look)
        style.put(cell, text)
    sides = ((line.value or "", ln.TEXT), (texts[ln.PART] or "", ln.PART))
    lines = max(style.line_count(text, _WIDTHS[place], 10.5) for text, place in sides)
    style.set_height(sheet, line.row, max(20.0, lines * 14.5 + 6), grows=True)


def _heading(line: Line, plan: Plan, round_: Round) -> str:
    """What a block's first line is called; below it the field that tells its number apart, where it needs one."""
    if line.key == ln.COVERS:
        return ln.covers_heading(round_.kind)
    field = plan.numbering_field(line.rows[0].indicator)
    return d.heading(d.column(ln.NAME), plan, round_.kind) + (f"\n({field})" if field else "")


def part_text(line: Line, plan: Plan, round_: Round) -> str:
    """What stands before a line's text: its heading, and under it the question where it is one."""
    if line.opens:
        return _heading(line, plan, round_)
    column = d.column(line.key)
    asked = round_notes.question(column, plan, round_.kind) if line.open(round_) else ""
    return d.heading(column, plan, round_.kind) + (f"\n{asked}" if asked else "")


def _line(sheet: Worksheet, line: Line, plan: Plan, round_: Round, *, marked: bool) -> None:
    column, opened = d.column(line.key), line.open(round_)
    part = part_text(line, plan, round_)
    style.put(sheet.cell(line.row, ln.TOKEN), line.token)
    looks = {
        ln.NUMBER: style.Look(color=style.QUIET, fill=style.FIXED, horizontal="center", number_format="@"),
        ln.PART: style.Look(bold=column.entry, fill="D9E1EC" if opened else style.FIXED),
        ln.TEXT: style.Look(
            10 if column.entry else style.BODY_SIZE, fill=style.ASKED if marked else "" if opened else style.FIXED,
            color=style.INK if column.entry else style.QUIET, framed=marked, unlocked=opened, top=column.lines > 1,
            number_format="@" if column.stands == "contact" or column.kind == "choice" else "General",
        ),
        ln.COUNT: style.Look(
            color=style.QUIET, fill=style.FIXED, horizontal="center", number_format=f'0"／{column.limit}字"',
        ),
    }  # fmt: skip
    for place, look in looks.items():
        style.dress(sheet.cell(line.row, place), look)
    style.put(sheet.cell(line.row, ln.NUMBER), line.number)
    style.put_heading(sheet.cell(line.row, ln.PART), part)
    style.put(sheet.cell(line.row, ln.TEXT), line.value)
    style.set_height(sheet, line.row, _height(line, part, opened=opened), grows=True)


def _height(line: Line, part: str, *, opened: bool) -> float:
    column = d.column(line.key)
    text = style.line_count(line.value or "", _WIDTHS[ln.TEXT], 10 if column.entry else style.BODY_SIZE)
    room = max(text * (14.0 if column.entry else style.LINE_HEIGHT), (column.lines if opened else 1) * 14.0)
    beside = style.line_count(part, _WIDTHS[ln.PART]) * style.LINE_HEIGHT
    return min(style.MAX_HEIGHT, max(room, beside) + style.PADDING)


def _counter(
    sheet: Worksheet, line: Line, plan: Plan, round_: Round, number: int, results: dict[str, str | float]
) -> None:
    """How many letters stand in the box; 不要 where grounds are not wanted, as the figures' sheet gives a reason."""
    box = f"${get_column_letter(ln.TEXT)}${line.row}"
    formula = f"LEN({box})"
    reason = d.positions(round_.kind).get("missing_reason")
    answered: str | float = float(len(line.value or ""))
    if d.need_of(d.column(line.key), round_.kind, plan) == "unless_missing" and reason:
        place = f"'{d.FIGURES.name}'!${get_column_letter(reason)}${number}"
        formula = f'IF(AND(LEN({box})=0,LEN(TRIM({place}))>0),"{ln.NOT_NEEDED}",{formula})'
        if not line.value and shown(d.column("missing_reason"), line.rows[0], plan, round_):
            answered = ln.NOT_NEEDED
    cell = sheet.cell(line.row, ln.COUNT)
    cell.value = f"={formula}"
    results[cell.coordinate] = answered


# --- the links between the sheets -----------------------------------------------------------------------------------


def link(sheet: Worksheet, address: str, target_sheet: str, target: str) -> None:
    """A link within the workbook, in the look of one."""
    cell = sheet[address]
    cell.hyperlink = Hyperlink(ref=address, location=f"'{target_sheet}'!{target}", display=None)


def state_formula(lines: Iterable[Line], round_: Round) -> tuple[str, str]:
    """What the figures' sheet says of an indicator's block, as a formula and as its result: 記述シートへ　1／3."""
    open_lines = [line for line in lines if line.open(round_) and not line.opens]
    if not open_lines:  # of a form sent back, in which nothing is asked there
        return f'="{ln.TO_PROSE}"', ln.TO_PROSE
    letter = get_column_letter(ln.TEXT)
    filled = "+".join(f"(LEN(TRIM('{d.PROSE.name}'!${letter}${line.row}))>0)" for line in open_lines)
    count = sum(bool((line.value or "").strip()) for line in open_lines)
    return f'="{ln.TO_PROSE}　"&({filled})&"／{len(open_lines)}"', f"{ln.TO_PROSE}　{count}／{len(open_lines)}"


# --- the printed page -----------------------------------------------------------------------------------------------


def _page(
    sheet: Worksheet, plan: Plan, round_: Round, department: str, lines: tuple[Line, ...], *, sample: bool
) -> None:
    last = max((line.row for line in lines), default=ln.HEADING_ROW)
    sheet.freeze_panes = f"{get_column_letter(ln.NUMBER)}{ln.FIRST_ROW}"
    area = f"{get_column_letter(ln.NUMBER)}1:{get_column_letter(ln.COUNT)}{last}"
    style.set_page(sheet, sheet.PAPERSIZE_A4, "portrait", f"{ln.HEADING_ROW}:{ln.HEADING_ROW}", area, side=0.35)
    sheet.print_options.horizontalCentered = True
    guide.header_footer(sheet, plan, round_, department, sample=sample)
    _breaks(sheet, lines)


def _breaks(sheet: Worksheet, lines: tuple[Line, ...]) -> None:
    """The ends of pages: before a block that does not fit any more.

    Excel passes over them where a sheet is fitted to a page's width; there a line that is parted from its block still
    says its number.
    """
    blocks: list[list[Line]] = []
    for line in lines:
        if line.opens:
            blocks.append([])
        blocks[-1].append(line)
    used = sum(sheet.row_dimensions[row].height or 15 for row in range(1, ln.FIRST_ROW))
    for block in blocks:
        height = sum(sheet.row_dimensions[line.row].height for line in block)
        if used + height > _PAGE_HEIGHT:
            sheet.row_breaks.append(Break(id=block[0].row - 1))
            used = _HEADING_HEIGHT
        used += height + _SPACER
        style.set_height(sheet, block[-1].row + 1, _SPACER)
