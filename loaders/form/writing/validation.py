"""What the survey workbook does while it is filled in: drop-downs, messages, and colour on what is still empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.workflow import MISSING_WORDS
from kpi.initiatives.initiative import BEHIND, PROGRESS_WORDS
from kpi.plan import Plan, Round
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.prose_lines import Line
from loaders.form.writing import round_notes, style

# Entry cells stay General (a typed 77.4% keeps its sign), so thousands are grouped by condition.
_WHOLE = NumberFormat(numFmtId=3, formatCode="#,##0")
_BROKEN = NumberFormat(numFmtId=190, formatCode="#,##0.0##")

Openings = Mapping[str, tuple[int, ...]]


def add_validations(
    sheet: Worksheet, plan: Plan, round_: Round, openings: Openings, meanings: Mapping[tuple[str, int], str]
) -> None:
    """A message on every entry cell; a drop-down where there are choices; a warning where a number is no number.

    ``meanings`` says what one cell asks for, by column key and row: the 分子 of a rate is another thing in every row.
    """
    for key, rows in openings.items():
        column = d.column(key)
        common = tuple(r for r in rows if (key, r) not in meanings)
        groups = [("", common)] if common else []
        groups += [(meanings[key, r], (r,)) for r in rows if (key, r) in meanings]
        for meaning, places in groups:
            rule = _validation(column)
            rule.promptTitle = d.heading(column, plan, round_.kind)[:32]
            rule.prompt = (_said(meaning) + round_notes.note(column, plan, round_.kind))[:255]
            rule.showInputMessage = True
            rule.sqref = _ranges(column, round_, places)
            sheet.add_data_validation(rule)


def _said(meaning: str) -> str:
    return f"【{meaning[:120]}】\n" if meaning else ""


def _validation(column: d.Column) -> DataValidation:
    if column.choices:
        rule = DataValidation(type="list", formula1='"' + ",".join(column.choices.values()) + '"', allow_blank=True)
        rule.errorTitle, rule.error = "一覧にない言葉です", "一覧から選んでください。"
        rule.errorStyle, rule.showErrorMessage = "stop", True
    elif column.kind == "number":
        # A warning, no ban: who must write 約500 may, and is asked when the form comes back.
        rule = DataValidation(type="decimal", operator="between", formula1="-1E+15", formula2="1E+15", allow_blank=True)
        rule.errorTitle = "数値ではありません"
        rule.error = "単位や記号を付けず、数字だけを入力してください。値がないときは空けて、理由の欄を選んでください。"
        rule.errorStyle, rule.showErrorMessage = "warning", True
    else:
        rule = DataValidation(allow_blank=True)
    return rule


def add_colours(sheet: Worksheet, plan: Plan, round_: Round, openings: Openings) -> None:
    """Colour what is still empty: yellow where an answer is wanted, pale blue where one is welcome."""
    for key, rows in openings.items():
        if not rows:
            continue
        column = d.column(key)
        place = _ranges(column, round_, rows)
        for condition, color in _conditions(column, plan, round_, rows[0]):
            _add(sheet, place, condition, DifferentialStyle(fill=style.fill(color)))
        if column.kind == "number":
            cell = _cell(key, round_, rows[0])
            large = f"ISNUMBER({cell}),ABS({cell})>=1000"
            for condition, number_format in ((f"INT({cell})={cell}", _WHOLE), (f"INT({cell})<>{cell}", _BROKEN)):
                _add(sheet, place, f"AND({large},{condition})", DifferentialStyle(numFmt=number_format))


def _add(sheet: Worksheet, place: str, condition: str, look: DifferentialStyle) -> None:
    sheet.conditional_formatting.add(place, Rule(type="expression", dxf=look, formula=[condition], stopIfTrue=False))


def _conditions(column: d.Column, plan: Plan, round_: Round, row: int) -> list[tuple[str, str]]:
    """(condition, colour) of one column, the first that holds wins; written for its first row."""
    empty = _empty(column.key, round_, row)
    if round_.kind == "targets":
        return [(empty, style.WANTED if column.need in ("always", "unless_missing") else style.WELCOME)]
    match d.need_of(column, round_.kind, plan):
        case "always":
            return [(empty, style.WANTED)]
        case "unless_missing":
            parts = [empty, _empty("missing_reason", round_, row)]
            if column.key == "value":
                both = f"COUNT({_cell('numerator', round_, row)},{_cell('denominator', round_, row)})<2"
                parts.append(both)
            return [(f"AND({','.join(parts)})", style.WANTED)]
        case "when_unpublished":
            unpublished = f'{_cell("missing_reason", round_, row)}="{MISSING_WORDS["unpublished"]}"'
            return [(f"AND({empty},{unpublished})", style.WANTED)]
        case "when_late":
            behind = ",".join(f'{_cell("progress", round_, row)}="{PROGRESS_WORDS[key]}"' for key in BEHIND)
            return [(f"AND({empty},OR({behind}))", style.WANTED)]
        case "when_revised":
            moved = f"OR(NOT({_empty('revised_start', round_, row)}),NOT({_empty('revised_end', round_, row)}))"
            return [(f"AND({empty},{moved})", style.WANTED)]
        case "when_corrected":
            return [(f"AND({empty},NOT({_empty('correction', round_, row)}))", style.WANTED)]
        case _ if column.key == "missing_reason":
            return [(f"AND({empty},{_empty('value', round_, row)})", style.WELCOME)]
        case _:
            return [(empty, style.WELCOME)]


def _cell(key: str, round_: Round, row: int) -> str:
    return f"${get_column_letter(d.positions(round_.kind)[key])}{row}"


def _empty(key: str, round_: Round, row: int) -> str:
    return f"LEN(TRIM({_cell(key, round_, row)}))=0"


def _ranges(column: d.Column, round_: Round, rows: Iterable[int]) -> str:
    """The cells of a column as ranges: ``N6:N9 N11``."""
    letter = get_column_letter(d.positions(round_.kind)[column.key])
    spans: list[list[int]] = []
    for row in rows:
        if spans and spans[-1][1] == row - 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return " ".join(f"{letter}{a}:{letter}{b}" if a != b else f"{letter}{a}" for a, b in spans)


# --- the boxes of 記述 ---


def add_prose_behaviour(sheet: Worksheet, plan: Plan, round_: Round, lines: Iterable[Line]) -> None:
    """Messages and colour on the boxes of 記述, and a warning on a text longer than wanted."""
    boxes: dict[str, list[Line]] = {}
    for line in lines:
        if line.open(round_):
            boxes.setdefault(line.key, []).append(line)
    for key, open_lines in boxes.items():
        where = " ".join(f"{get_column_letter(ln.TEXT)}{line.row}" for line in open_lines)
        sheet.add_data_validation(_message(key, plan, round_, where))
        for line in open_lines:
            _colours(sheet, line, plan, round_)


def _message(key: str, plan: Plan, round_: Round, where: str) -> DataValidation:
    if key == ln.COVERS:
        rule = DataValidation(allow_blank=True, promptTitle=ln.covers_heading(round_.kind))
        rule.prompt = "課が複数にわたるときに、この課が担当する指標の番号を入力してください。\n例: 3、5"
    else:
        column = d.of_plan(d.column(key), plan)
        limit = column.limit
        if column.choices:
            rule = _validation(column)
        elif limit:
            # A warning, no ban: a longer text is taken all the same.
            rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(limit), allow_blank=True)
            rule.errorTitle, rule.errorStyle, rule.showErrorMessage = "字数の目安を超えています", "warning", True
            rule.error = (
                f"{limit}字以内の要約にし、詳しい内容は別の資料にしてください。このまま入力することもできます。"
            )
        else:
            rule = DataValidation(allow_blank=True)
        rule.promptTitle = d.heading(column, plan, round_.kind)[:32]
        rule.prompt = (round_notes.note(column, plan, round_.kind) + (f"\n目安は{limit}字以内です。" if limit else ""))[
            :255
        ]
    rule.showInputMessage = True
    rule.sqref = where
    return rule


def _colours(sheet: Worksheet, line: Line, plan: Plan, round_: Round) -> None:
    letter, count = get_column_letter(ln.TEXT), get_column_letter(ln.COUNT)
    empty = f"LEN(TRIM(${letter}${line.row}))=0"
    color = style.WELCOME
    spare = line.key == ln.COVERS or line.spare
    need = "optional" if spare else line.rows[0].need(d.column(line.key), round_.kind, plan)
    if need in ("always", "unless_missing"):
        color = style.WANTED
        if need == "unless_missing" and round_.kind in d.VALUE_ROUNDS:
            empty = f'AND({empty},${count}${line.row}<>"{ln.NOT_NEEDED}")'
    _add(sheet, f"{letter}{line.row}", empty, DifferentialStyle(fill=style.fill(color)))
    if line.key != ln.COVERS and (limit := d.column(line.key).limit):
        over = f"AND(ISNUMBER(${count}${line.row}),${count}${line.row}>{limit})"
        look = DifferentialStyle(font=style.font(bold=True, color="B3261E"))
        _add(sheet, f"{count}{line.row}", over, look)
