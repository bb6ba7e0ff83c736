"""The page of the survey workbook that says how to fill it in (記入要領), made from the form's own definition."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.letter_wording import moment_text
from kpi.collection.workflow import MISSING_WORDS
from kpi.initiatives.self_evaluation import SelfEvaluation
from kpi.plan import Plan, Round
from loaders.form import definition as d
from loaders.form.form_questions import Questions
from loaders.form.writing import round_notes, style
from loaders.form.writing.form_content import FormContent, Results
from loaders.text.characters import one_line

WIDTHS = (4.0, 22.0, 84.0)

#: What each reason for having no value means, in the order of the drop-down.
MISSING_NOTES = {
    "unpublished": "統計や調査の結果がまだ公表されていないとき。「次回公表予定」も入力してください。",
    "not_survey_year": "数年に一度の調査で、今回の対象が調査年に当たらないとき(あらかじめ選んであります)。",
    "not_compiled": "調査は済んだが集計が終わっていないとき。",
    "suppressed": "対象が少なく、個別の値が分かるため公表できないとき。",
    "not_applicable": "対象となる事業や施設がないなど、値というものが存在しないとき。",
}

_STEPS = (
    "「{sheet}」シートの、色の付いたセルに数値などを入力してください。入力すると色が消えます。",
    "「今回の値」は数字だけを入力してください。単位は付けません。値がないときは空けたまま「実績がない理由」を選んでください。0と空欄は別の意味です。",
    "率で「分子」「分母」がある指標は、分子と分母を入力してください。率は取込時に計算します。",
    "「{prose}」シートに、指標ごとの要因分析・今後の対応・根拠資料を入力してください。「{sheet}」シートの右端の欄から移れます。",
    "担当課・担当者・連絡先は、「{prose}」シートの初めに、課ごとに1回だけ入力してください。",
    "斜線のセルと灰色のセルは入力不要です。指標名・単位・前回値などに誤りがあるときは、直さずに事務局へ連絡してください。",
    "記入したら画面の「回答」からこのファイルを登録してください。セルごとの確認結果がすぐに表示され、直して何度でも登録できます。",
)
_TARGET_STEPS = (
    "「{sheet}」シートの、色の付いたセルに数値などを入力してください。入力すると色が消えます。",
    "{baseline}・{target}は数字だけを入力してください。単位は付けません。決まっていないものは空けておいてください。",
    "「{prose}」シートの「設定根拠」に、{baseline}の出典と{target}の考え方を入力してください。「{sheet}」シートの右端の欄から移れます。",
    "担当課・担当者・連絡先は、「{prose}」シートの初めに、課ごとに1回だけ入力してください。",
    "灰色のセルは入力不要です。指標名・単位などに誤りがあるときは、直さずに事務局へ連絡してください。",
    "記入したら画面の「回答」からこのファイルを登録してください。セルごとの確認結果がすぐに表示され、直して何度でも登録できます。",
)
_WORK_STEPS = (
    "「{sheet}」シートの、色の付いたセルに、取組ごとの進捗と今後の方向性を一覧から選んでください。入力すると色が消えます。",
    "進捗は、この{span}の終わりの状態です。今後の方向性は、これからどうするかです。順調でも見直すことがあり、見直しは失敗ではありません。",
    "「当初の工程」が空いている取組は、始まりと終わりの半期を入力してください。工程を変えるときだけ「工程の変更」を入力してください。",
    "「{prose}」シートに、取組ごとの実績と次の{span}の予定を150字以内で入力してください。遅れているとき、工程を変えるときは、その理由も入力してください。",
    "担当課・担当者・連絡先は、「{prose}」シートの初めに、課ごとに1回だけ入力してください。",
    "灰色のセルは入力不要です。再掲の取組は、主掲載の取組で1回だけうかがいます。取組名などに誤りがあるときは、直さずに事務局へ連絡してください。",
    "記入したら画面の「回答」からこのファイルを登録してください。セルごとの確認結果がすぐに表示され、直して何度でも登録できます。",
)

_BACK_STEPS = (
    "これは修正依頼です。御回答いただいた内容がそのまま入っています。",
    "太枠のセルに確認したい点があります。セルのメモと、下の一覧を見てください。「{prose}」シートにもあることがあります。",
    "入力できるのは、太枠のセルと、その指標の説明の欄だけです。ほかのセルは直せません。",
    "値に誤りがなければそのままにして、説明の欄に理由を入力してください。",
    "記入したら画面の「回答」からこのファイルを登録してください。",
)
_WORK_BACK_STEPS = (
    *_BACK_STEPS[:2],
    "入力できるのは、太枠のセルと、その取組の「遅れの理由」「工程を変える理由」「課題」の欄だけです。ほかのセルは直せません。",
    "回答に誤りがなければそのままにして、「課題」の欄に理由を入力してください。",
    *_BACK_STEPS[4:],
)


def due_text(round_: Round) -> str:
    """``令和7年10月3日(金)17時``, or that no day is set."""
    return moment_text(round_.due, round_.due_hour) if round_.due else "事務局からの案内のとおり"


def due_line(plan: Plan, round_: Round, *, of_division: bool = False, questions: Questions | None = None) -> str:
    """By when to answer, and to whom where that is not the secretariat; of a form sent back where to look."""
    if questions is not None:
        return f"修正依頼 {len(questions.asked)}件: {questions.places}"
    whom = "主管課への" if of_division else ""
    return f"{whom}{d.word(plan, 'answer')}期限: {due_text(round_)}"


def write_guide(sheet: Worksheet, content: FormContent) -> Results:
    """Fill the guide's sheet: what and by when, the steps, the questions, each column, the reasons, the colours."""
    plan, round_, of_division, questions = content.plan, content.round, content.of_division, content.questions
    for index, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions["ABC"[index - 1]].width = width
    sheet.sheet_view.showGridLines = False
    due = due_line(plan, round_, of_division=of_division, questions=questions)
    row = _head(sheet, plan, round_, content.whose, due, sample=content.sample)
    row = _section(sheet, row, "記入の手順")
    for number, step in enumerate(_steps(round_, of_division=of_division, back=questions is not None), start=1):
        named = step.replace("{sheet}", d.FIGURES.name).replace("{prose}", d.PROSE.name)
        row = _line(sheet, row, f"{number}", d.in_words(named, plan))
    if questions is not None:
        row = _section(sheet, row + 1, "確認したい点")
        for place, name, text in questions.listed:
            row = _entry(sheet, row, f"{place}　{name}", text)
    row = _section(sheet, row + 1, "色の意味")
    for color, name, text in legend(asked=questions is not None):
        row = _entry(sheet, row, name, text, color=color)
    asked = frozenset(c.key for c in d.asked_columns(round_.kind, plan))
    opened = questions.opened if questions is not None else asked
    for one in d.SHEETS:
        wanted = [c for c in one.columns(round_.kind) if c.entry and c.key in opened & asked]
        columns = [c for c in wanted if any(r.enterable(c, round_) for r in content.rows)]
        row = _section(sheet, row + 1, f"「{one.name}」シートの入力する欄") if columns else row
        for column in columns:
            note = round_notes.note(column, plan, round_.kind).replace("\n", " ")
            row = _entry(sheet, row, d.heading(column, plan, round_.kind), note)
    if round_.kind in d.VALUE_ROUNDS and "missing_reason" in opened:
        row = _section(sheet, row + 1, "実績がない理由の選び方")
        for code, word in MISSING_WORDS.items():
            row = _entry(sheet, row, word, MISSING_NOTES[code])
    scheme = plan.self_evaluation
    if scheme and round_.kind in d.WORK_ROUNDS and opened & {*scheme.keys}:
        row = _scheme(sheet, row + 1, scheme)
    _page(sheet, plan, round_, content.whose, row - 1, sample=content.sample)
    return {}


def _scheme(sheet: Worksheet, row: int, scheme: SelfEvaluation) -> int:
    """How the plan has its initiatives evaluated, in its own words; what each grade means."""
    row = _section(sheet, row, f"{scheme.name}のしかた")
    told = (("評価のしかた", scheme.asks), ("観点", "、".join(scheme.aspects)), ("出典", scheme.source))
    for name, text in (*told[:2], *((one.word, one.meaning or "―") for one in scheme.grades), told[2]):
        row = _entry(sheet, row, name, text) if text else row
    return row


def _steps(round_: Round, *, of_division: bool, back: bool) -> tuple[str, ...]:
    if back:
        return _WORK_BACK_STEPS if round_.kind in d.WORK_ROUNDS else _BACK_STEPS
    steps = {"targets": _TARGET_STEPS, "initiatives": _WORK_STEPS}.get(round_.kind, _STEPS)
    told = (steps[0], *round_notes.STEPS.get(round_.kind, ()), *steps[1:])
    # A 課 asks its own 主管課, which asks the secretariat.
    return tuple(s.replace("事務局へ連絡", "主管課へ連絡") for s in told) if of_division else told


def legend(*, asked: bool = False) -> tuple[tuple[str, str, str], ...]:
    """Colour, name and meaning of what the form's colours say."""
    if asked:
        return (
            (style.ASKED, "太枠", "修正依頼のあったセル(内容はメモに)"),
            (style.WELCOME, "水色", "説明を入力できるセル"),
            (style.FIXED, "灰色・斜線", "入力不要(直せません)"),
        )
    return (
        (style.WANTED, "黄色", "必ず入力(入力すると色が消えます)"),
        (style.WELCOME, "水色", "必要なときだけ入力(同)"),
        (style.FIXED, "灰色・斜線", "入力不要"),
    )


def _head(sheet: Worksheet, plan: Plan, round_: Round, department: str, due: str, *, sample: bool) -> int:
    mark = d.SAMPLE_MARK if sample else ""
    title = sheet.cell(1, 1)
    style.dress(title, style.Look(16, bold=True, color=style.NAVY, bordered=False, wraps=False))
    style.put(title, f"{mark}{d.GUIDE.name}　{d.word(plan, 'form')}({round_.name})")
    style.set_height(sheet, 1, 28)
    lines = [f"{plan.name}　／　{department}　／　{due}"]
    if sample:
        lines.append(d.SAMPLE_NOTE)
    for row, text in enumerate(lines, start=2):
        cell = sheet.cell(row, 1)
        style.dress(cell, style.Look(11, bold=row > 2, bordered=False, wraps=False))
        style.put(cell, text)
        style.set_height(sheet, row, 20)
    return len(lines) + 3


def _section(sheet: Worksheet, row: int, text: str) -> int:
    for column in range(1, len(WIDTHS) + 1):
        look = style.Look(11, bold=True, color="FFFFFF", fill=style.NAVY, bordered=False, wraps=False)
        style.dress(sheet.cell(row, column), look)
    style.put(sheet.cell(row, 1), text)
    style.set_height(sheet, row, 20)
    return row + 1


def _line(sheet: Worksheet, row: int, number: str, text: str) -> int:
    place = sheet.cell(row, 1)
    style.dress(place, style.Look(10, bold=True, color=style.NAVY, bordered=False, horizontal="center"))
    style.put(place, number)
    # The one merge of the workbook's readable part: a sentence over two columns, no data.
    sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=3)
    cell = sheet.cell(row, 2)
    style.dress(cell, style.Look(10, bordered=False))
    style.put(cell, text)
    style.set_height(sheet, row, style.line_count(text, WIDTHS[1] + WIDTHS[2], 10) * 14 + 5)
    return row + 1


def _entry(sheet: Worksheet, row: int, name: str, text: str, *, color: str = "") -> int:
    if color:
        look = style.Look(fill=color, struck=color == style.FIXED, framed=color == style.ASKED)
        style.dress(sheet.cell(row, 1), look)
    for column, said in ((2, name), (3, text)):
        cell = sheet.cell(row, column)
        style.dress(cell, style.Look(10, bold=column == 2))
        style.put(cell, said)
    lines = max(style.line_count(name, WIDTHS[1], 10), style.line_count(text, WIDTHS[2], 10))
    style.set_height(sheet, row, lines * 14 + 5)
    return row + 1


def _page(sheet: Worksheet, plan: Plan, round_: Round, department: str, last: int, *, sample: bool) -> None:
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 1
    sheet.print_area = f"A1:C{last}"
    sheet.print_options.horizontalCentered = True
    header_footer(sheet, plan, round_, department, sample=sample)
    sheet.protection.sheet = True


def header_footer(
    sheet: Worksheet, plan: Plan, round_: Round, department: str, *, sample: bool, title: str = ""
) -> None:
    """Plan and sample mark above, round, department and page below. ``&`` is the language's own sign and doubled."""
    mark = d.SAMPLE_MARK if sample else ""
    sheet.oddHeader.left.text = _plain(plan.name)
    sheet.oddHeader.right.text = _plain(f"{mark}{title or d.word(plan, 'form')}")
    sheet.oddFooter.left.text = _plain(f"{mark}{round_.name}　{department}")
    sheet.oddFooter.right.text = "&P／&Nページ"
    for part in (sheet.oddHeader.left, sheet.oddHeader.right, sheet.oddFooter.left, sheet.oddFooter.right):
        part.size = 9


def _plain(text: str) -> str:
    # Excel takes at most 255 characters for a whole header; a digit at the start would be read as a font size.
    return " " + one_line(text).replace("&", "&&")[:100]
