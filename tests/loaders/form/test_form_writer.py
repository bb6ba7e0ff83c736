"""The survey workbook as it goes out: what stands in it, what is open, what it looks like, and that Excel takes it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.workflow import Brief, Past, last_before
from kpi.period import Period
from kpi.plan import Card
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.hidden_sheet import META_MARK, read_meta
from loaders.form.writing import style
from loaders.form.writing.writer import form_filename, write_form
from loaders.plan.folder import load_plan
from tests import ROOT, hurt
from tests.factory import (
    AGRI,
    COUNT,
    DAY,
    HALF_ROUND,
    LONG_COMMENT,
    LONG_NAME,
    PAPER,
    POLICY,
    RATE,
    ROUND,
    SURVEY,
    TARGETS_ROUND,
    TRADE,
    UNSET,
    filled_form,
    tiny_answers,
    tiny_brief,
    tiny_plan,
    with_plan,
)

PLANS = sorted(p.parent for p in (ROOT / "tests" / "plans").glob("*/plan.toml"))


def opened(data: bytes) -> Workbook:
    return load_workbook(BytesIO(data))


def form(department: str = POLICY, round_id: str = ROUND, brief: Brief | None = None, **more: object) -> Worksheet:
    return opened(write_form(brief or tiny_brief(), round_id, department, **more))[d.FORM_SHEET]  # type: ignore[arg-type]


def row_of(sheet: Worksheet, indicator_id: str) -> int:
    return next(r for r in range(d.FIRST_DATA_ROW, sheet.max_row + 1) if sheet.cell(r, 1).value == indicator_id)


def cell(sheet: Worksheet, indicator_id: str, key: str, kind: str = "annual"):  # type: ignore[no-untyped-def]
    if d.column(key).stands != "figures":
        return hurt.cell(sheet, indicator_id, key, kind=kind)  # type: ignore[arg-type]
    return sheet.cell(row_of(sheet, indicator_id), d.positions(kind)[key])  # type: ignore[arg-type]


@pytest.mark.parametrize("round_id", [ROUND, TARGETS_ROUND, HALF_ROUND])
def test_every_column_of_the_definition_stands_once_under_its_heading(round_id: str) -> None:
    plan = tiny_plan()
    kind = plan.round(round_id).kind
    sheet = form(round_id=round_id)
    written = [c.value for c in sheet[d.HEADING_ROW] if c.value]
    expected = [d.heading_lines(c, plan, kind) for c in d.COLUMNS if kind in c.rounds and c.stands == "figures"]
    assert written == [d.TOKEN_HEADING, *expected]
    assert len(set(written)) == len(written)
    prose = sheet.parent[d.PROSE_SHEET]
    said = [str(row[0]).split("\n")[0] for row in prose.iter_rows(min_row=5, min_col=3, max_col=3, values_only=True)]
    for column in d.columns_for(kind):
        if column.entry and column.stands == "prose":  # once for each of the four indicators
            assert said.count(d.heading(column, plan, kind)) == 4
        elif column.stands == "contact":  # once for all, and once for each 課 that the plan does not know
            assert said.count(d.heading(column, plan, kind)) == 3


def test_keys_and_headings_are_unique_and_entry_columns_explain_themselves() -> None:
    assert len({c.key for c in d.COLUMNS}) == len(d.COLUMNS)
    assert all(c.note for c in d.COLUMNS if c.entry)
    assert not any(c.note for c in d.COLUMNS if not c.entry)


def test_a_targets_round_asks_for_baseline_and_target_and_for_no_value() -> None:
    keys = {c.key for c in d.columns_for("targets")}
    assert {"baseline", "baseline_period", "target", "target_period", "evidence", "contact"} <= keys
    assert not keys & {"value", "numerator", "missing_reason", "correction", "last_value"}
    sheet = form(round_id=TARGETS_ROUND)
    assert cell(sheet, RATE, "baseline", "targets").value == 42.5
    assert not cell(sheet, RATE, "baseline", "targets").protection.locked


def test_words_of_the_plan_are_used() -> None:
    brief = with_plan(tiny_brief(), words={"baseline": "基準値", "form": "調査様式"})
    sheet = form(brief=brief)
    assert sheet.cell(d.HEADING_ROW, d.positions("annual")["baseline"]).value == "基準値"
    assert str(sheet.cell(d.TITLE_ROW, d.FIRST_COLUMN).value).startswith("調査様式")


def test_prefilled_cells_say_what_is_known() -> None:
    sheet = form(TRADE)
    known = {k: cell(sheet, COUNT, k).value for k in (*d.positions("annual"), "last_comment", "last_evidence")}
    assert known["number"] == "2"
    assert known["field"] == "産業・しごと分野"
    assert (known["direction"], known["unit"]) == ("増加", "件")
    assert (known["baseline"], known["baseline_period"]) == (1150, "令和4年度")
    assert (known["target"], known["target_period"]) == (2000, "令和10年度")
    assert (known["last_value"], known["last_period"]) == (1278, "令和5年度")
    assert known["last_comment"] == LONG_COMMENT
    assert known["last_evidence"] == "R5実績調べ(担当課集計)"
    assert (known["period"], known["value"], known["release"]) == ("令和6年度", None, None)


def test_a_row_that_is_not_due_has_its_reason_chosen_and_no_period() -> None:
    sheet = form()
    assert cell(sheet, SURVEY, "missing_reason").value == "調査年でない"
    assert cell(sheet, SURVEY, "period").value is None
    assert cell(sheet, RATE, "missing_reason").value is None


def test_an_answered_row_loses_the_chosen_reason() -> None:
    sheet = form(answers={SURVEY: {"value": 33.0, "period": Period("CY", 2021)}})
    assert cell(sheet, SURVEY, "missing_reason").value is None
    assert cell(sheet, SURVEY, "period").value == "令和3年"


@pytest.mark.parametrize(
    ("indicator_id", "key", "is_open"),
    [
        (RATE, "value", True),
        (RATE, "numerator", True),
        (PAPER, "numerator", False),
        (RATE, "baseline", False),
        (UNSET, "baseline", True),
        (UNSET, "target", True),
        (UNSET, "correction", False),
        (RATE, "correction", True),
        (RATE, "name", False),
        (RATE, "last_value", False),
        (SURVEY, "contact", True),
    ],
)
def test_only_what_the_department_fills_in_is_open(indicator_id: str, key: str, is_open: bool) -> None:
    sheet = form()
    found = cell(sheet, indicator_id, key)
    assert found.protection.locked is not is_open
    assert sheet.protection.sheet
    assert not sheet.protection.password


def test_what_belongs_to_no_row_is_hidden_and_the_rest_is_shown() -> None:
    def hidden(sheet: Worksheet) -> set[str]:
        return {k for k, p in d.positions("annual").items() if sheet.column_dimensions[get_column_letter(p)].hidden}

    last = {"last_value", "last_period"}
    assert hidden(form()) == set()
    assert hidden(form(AGRI)) == {"numerator", "denominator"}
    first = form(AGRI, brief=tiny_brief(history=False))
    assert hidden(first) == {"numerator", "denominator", "correction", "correction_kind"} | last
    assert first.column_dimensions["A"].hidden


def test_choices_are_drop_downs_of_the_words_the_program_knows() -> None:
    sheet = form()
    lists = {v.formula1: v for v in sheet.data_validations.dataValidation if v.type == "list"}
    assert '"確定,速報,見込"' in lists
    assert '"未公表,調査年でない,未集計,秘匿,該当なし"' in lists
    assert '"確報,集計誤り,定義変更"' in lists
    assert all(v.showErrorMessage and not v.showDropDown for v in lists.values())


def test_every_open_cell_has_one_message_and_a_number_is_only_warned_of() -> None:
    sheet = form()
    covered: list[str] = []
    for rule in sheet.data_validations.dataValidation:
        assert rule.showInputMessage
        assert 0 < len(rule.prompt) <= 255
        assert 0 < len(rule.promptTitle) <= 32
        assert len(rule.error or "") <= 255
        assert len(rule.formula1 or "") <= 255
        assert rule.type != "decimal" or rule.errorStyle == "warning"
        for span in str(rule.sqref).split():
            covered += [c.coordinate for row in sheet[f"{span}:{span}" if ":" not in span else span] for c in row]
    assert len(covered) == len(set(covered))
    unlocked = [c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked]
    assert sorted(covered) == sorted(unlocked)


def test_the_message_on_a_rate_says_what_its_numerator_and_denominator_are() -> None:
    sheet = form()
    rules = sheet.data_validations.dataValidation
    prompts = {str(v.sqref): v.prompt for v in rules}
    assert "県内の市町村数" in prompts[cell(sheet, RATE, "denominator").coordinate]
    assert "DXに取り組んでいる市町村数" in prompts[cell(sheet, RATE, "numerator").coordinate]


def test_colour_is_on_empty_cells_only_and_depends_on_the_row() -> None:
    sheet = form()
    at = d.positions("annual")
    formulas = {}
    for span in sheet.conditional_formatting:
        for rule in span.rules:
            if rule.dxf.fill:
                formulas.setdefault(str(span.sqref).split()[0].split(":")[0], []).append(rule.formula[0])
    first = d.FIRST_DATA_ROW
    letter = {k: get_column_letter(p) for k, p in at.items()}
    value = formulas[f"{letter['value']}{first}"][0]
    assert f"LEN(TRIM(${letter['value']}{first}))=0" in value
    assert f"LEN(TRIM(${letter['missing_reason']}{first}))=0" in value
    assert f"COUNT(${letter['numerator']}{first},${letter['denominator']}{first})<2" in value
    assert '="未公表"' in formulas[f"{letter['next_release']}{first}"][0]
    coloured = {ref for ref in formulas if not re.match(rf"{letter['value']}\d", ref)}
    assert len(coloured) == sum(c.entry for c in d.columns_on("annual", "figures")) - 1
    for row in sheet.iter_rows(min_row=first):  # no fixed colour lies under the conditional one
        assert all(c.fill.fill_type is None for c in row[1:] if not c.protection.locked)


def test_the_printed_page_is_a3_landscape_one_page_wide_with_its_headings() -> None:
    sheet = form()
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == f"${d.GROUP_ROW}:${d.HEADING_ROW}"
    last = get_column_letter(max(d.positions("annual").values()))
    assert sheet.print_area.endswith(f"$B$1:${last}${d.FIRST_DATA_ROW + 3}")
    assert "総合政策部" in sheet.oddFooter.left.text
    assert "&P" in sheet.oddFooter.right.text
    assert sheet.freeze_panes == f"E{d.FIRST_DATA_ROW}"


def test_the_form_has_no_merged_cells_and_no_formulas_but_counters_and_ways() -> None:
    book = opened(filled_form())
    assert not book[d.FORM_SHEET].merged_cells.ranges
    assert not book[d.PROSE_SHEET].merged_cells.ranges
    found = {c.column for row in book[d.FORM_SHEET].iter_rows() for c in row if c.data_type == "f"}
    assert found == {d.positions("annual")["prose"]}
    assert {c.column for row in book[d.PROSE_SHEET].iter_rows() for c in row if c.data_type == "f"} == {ln.COUNT}
    assert all(c.data_type != "f" for row in book[d.GUIDE_SHEET].iter_rows() for c in row)


def test_the_hidden_sheet_reads_back_as_written() -> None:
    book = opened(filled_form(sample=True))
    assert [s.title for s in book] == [d.GUIDE_SHEET, d.FORM_SHEET, d.PROSE_SHEET, d.META_SHEET]
    assert book[d.META_SHEET].sheet_state == "hidden"
    assert book.active.title == d.FORM_SHEET
    rows = [[str(v) for v in row if v is not None] for row in book[d.META_SHEET].iter_rows(values_only=True)]
    meta = read_meta(rows)
    assert meta is not None
    assert (meta.form_version, meta.plan_id, meta.round_id) == (d.FORM_VERSION, "tiny", ROUND)
    assert (meta.department_id, meta.made_on, meta.sample) == (POLICY, DAY, True)
    assert dict(meta.columns) == d.positions("annual")
    sheet = book[d.FORM_SHEET]
    assert [token for token, _, _ in meta.rows] == [RATE, SURVEY, PAPER, UNSET]
    assert all(sheet.cell(row, d.TOKEN_COLUMN).value == token for token, row, _ in meta.rows)


@pytest.mark.parametrize("damage", [[], [["何か", "違う"]], [[META_MARK, "1"], ["plan", "tiny"]]])
def test_a_damaged_hidden_sheet_is_none(damage: list[list[str]]) -> None:
    assert read_meta(damage) is None


def test_the_fingerprint_changes_with_what_an_indicator_means() -> None:
    plan = tiny_plan()
    indicator, card = plan.indicator(RATE), plan.card(RATE)
    assert d.fingerprint(indicator, card) == d.fingerprint(indicator, replace(card, target=90.0))
    assert d.fingerprint(indicator, card) != d.fingerprint(replace(indicator, unit="人"), card)


@pytest.mark.parametrize("sample", [True, False])
def test_a_sample_says_so_on_every_page_that_is_read(sample: bool) -> None:
    book = opened(filled_form(sample=sample))
    guide, sheet, prose = book[d.GUIDE_SHEET], book[d.FORM_SHEET], book[d.PROSE_SHEET]
    places = [
        prose.cell(1, ln.NUMBER).value,
        prose.cell(2, ln.NUMBER).value,
        prose.oddFooter.left.text,
        guide["A1"].value,
        guide["A3"].value,
        guide.oddHeader.right.text,
        sheet.cell(d.TITLE_ROW, d.FIRST_COLUMN).value,
        sheet.cell(d.SUBTITLE_ROW, d.FIRST_COLUMN).value,
        sheet.oddHeader.right.text,
        sheet.oddFooter.left.text,
        book.properties.title,
        book.properties.keywords,
    ]
    marked = [("サンプル" in str(p) or "見本" in str(p)) for p in places]
    assert all(marked) if sample else not any(marked)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", '=HYPERLINK("http://x")', "#N/A", "\t="])
def test_text_that_looks_like_a_formula_stays_text(start: str) -> None:
    text = f"{start}1+1" if len(start) == 1 else start
    plan = tiny_plan()
    hurt = tuple(replace(i, source=text) if i.id == RATE else i for i in plan.indicators)
    past = {RATE: (Past(Period("FY", 2023), 55.0, comment=text, evidence=text),)}
    brief = replace(with_plan(tiny_brief(), indicators=hurt), history=past)
    data = write_form(brief, ROUND, POLICY, answers={RATE: {"analysis": text, "value": text}})
    sheet = opened(data)[d.FORM_SHEET]
    for key in ("source", "last_comment", "last_evidence", "analysis", "value"):
        found = cell(sheet, RATE, key)
        assert found.value == text
        assert found.data_type in ("s", "e")
        assert found.quotePrefix or start == "#N/A"
    with ZipFile(BytesIO(data)) as archive:
        formulas = re.findall(rb"<f>(.*?)</f>", b"".join(archive.read(n) for n in archive.namelist() if "sheet" in n))
        assert {f[:4] for f in formulas} <= {b"LEN(", b"IF(A", b'"&#3'}
        assert b't="e"' not in b"".join(archive.read(n) for n in archive.namelist() if "worksheets/" in n)


def test_control_characters_are_left_out_but_for_the_ends_of_lines() -> None:
    sheet = form(answers={RATE: {"analysis": "増加\x00した\x0b。\r\n続く"}})
    assert cell(sheet, RATE, "analysis").value == "増加した\n。\n続く"


def test_answers_are_written_in_the_words_of_the_form() -> None:
    sheet = opened(filled_form())[d.FORM_SHEET]
    assert [cell(sheet, RATE, k).value for k in ("value", "numerator", "denominator")] == [65, 26, 40]
    assert cell(sheet, RATE, "release").value == "確定"
    assert cell(sheet, UNSET, "missing_reason").value == "未公表"
    assert cell(sheet, UNSET, "next_release").value == "令和8年3月末"
    assert cell(sheet, UNSET, "period").value is None
    odd = opened(filled_form({RATE: {"value": "７７．４％", "period": "R6", "release": "たぶん"}}))[d.FORM_SHEET]
    assert [cell(odd, RATE, k).value for k in ("value", "period", "release")] == ["７７．４％", "R6", "たぶん"]


def test_numbers_to_enter_are_general_so_that_a_typed_percent_sign_stays() -> None:
    sheet = form()
    assert cell(sheet, RATE, "value").number_format == "General"
    assert cell(sheet, RATE, "period").number_format == "@"
    assert cell(sheet, RATE, "target").number_format == "#,##0.0"


def test_a_target_stated_more_finely_than_its_card_shows_is_shown_as_stated() -> None:
    finer = replace(tiny_brief().cards[RATE], target=82.45, baseline=42.5)
    sheet = opened(filled_form(brief=tiny_brief(city_rate=finer)))[d.FORM_SHEET]
    assert cell(sheet, RATE, "target").number_format == "#,##0.00"
    assert cell(sheet, RATE, "baseline").number_format == "#,##0.0"


def test_the_same_input_gives_the_same_bytes_of_the_briefs_day() -> None:
    assert filled_form() == filled_form()
    assert filled_form() != filled_form({})
    with ZipFile(BytesIO(filled_form())) as archive:
        assert {i.date_time[:3] for i in archive.infolist()} == {(2025, 9, 1)}
        assert b"2025-09-01T00:00:00Z</dcterms:modified>" in archive.read("docProps/core.xml")


def test_rows_are_high_enough_for_their_longest_text_and_may_grow() -> None:
    data = write_form(tiny_brief(), ROUND, TRADE)
    sheet = opened(data)[d.FORM_SHEET]
    at = d.positions("annual")
    quoted = cell(sheet, COUNT, "last_comment")
    prose = quoted.parent
    lines = style.line_count(LONG_COMMENT, prose.column_dimensions[quoted.column_letter].width)
    assert lines > 12
    assert prose.row_dimensions[quoted.row].height >= lines * style.LINE_HEIGHT
    box = cell(sheet, COUNT, "analysis")
    assert prose.row_dimensions[box.row].height >= d.column("analysis").lines * style.LINE_HEIGHT
    policy = form()
    name_width = policy.column_dimensions[get_column_letter(at["name"])].width
    assert policy.row_dimensions[row_of(policy, UNSET)].height >= style.line_count(LONG_NAME, name_width) * 12.5
    with ZipFile(BytesIO(data)) as archive:
        trees = [ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{n}.xml")) for n in (2, 3)]
    for tree, growing in zip(trees, (d.FIRST_DATA_ROW, box.row), strict=True):
        heights = {int(r.attrib["r"]): r.attrib for r in tree.findall(".//{*}sheetData/{*}row")}
        assert "customHeight" in heights[1]
        assert heights[growing].get("customHeight", "0") == "0"


def test_full_width_characters_count_two() -> None:
    assert style.text_width("DX推進ｱ") == 7
    assert style.line_count("あ" * 40, 20) > style.line_count("a" * 40, 20)
    assert style.row_height([("あ" * 5000, 10)]) == style.MAX_HEIGHT


def test_a_form_written_again_does_not_show_its_own_answers_as_the_last_ones() -> None:
    round_ = tiny_plan().round(ROUND)
    before = Past(Period("FY", 2023), 1.0, round_id="fy2023")
    own = Past(Period("FY", 2024), 2.0, round_id=ROUND)
    later = Past(Period("FY", 2025), 3.0, round_id="fy2025")
    card = tiny_plan().card(RATE)
    assert last_before((before, own, later), round_.id, card, Period("FY", 2024)) == before
    assert last_before((), round_.id, card, Period("FY", 2024)) is None


def test_owner_and_name_follow_the_day() -> None:
    plan, day = tiny_plan(), tiny_brief().day
    assert form_filename(plan, day, ROUND, POLICY) == "回答様式_令和6年度実績_総合政策部.xlsx"
    assert form_filename(plan, date(2024, 3, 1), ROUND, POLICY) == "回答様式_令和6年度実績_企画政策部.xlsx"
    assert form_filename(plan, day, ROUND, AGRI, sample=True).endswith("_サンプル.xlsx")
    odd = replace(plan, rounds=(replace(plan.round(ROUND), name='R6/実績:"前期"'),))
    assert form_filename(odd, day, ROUND, AGRI) == "回答様式_R6-実績--前期-_農林水産部.xlsx"


def test_a_newer_card_is_used_and_foreign_answers_are_passed_over() -> None:
    newer = Card(
        PAPER, 2, "decrease", "annual", 0, baseline=5000.0, baseline_period=Period("FY", 2022), reason="見直し"
    )
    sheet = form(brief=tiny_brief(paper=newer), answers=tiny_answers())
    assert cell(sheet, PAPER, "baseline").value == 5000
    assert not cell(sheet, PAPER, "target").protection.locked
    tokens = [sheet.cell(r, 1).value for r in range(d.FIRST_DATA_ROW, sheet.max_row + 1)]
    assert COUNT not in tokens


def test_a_department_without_indicators_gets_a_form_without_rows() -> None:
    brief = with_plan(tiny_brief(), ownerships=())
    sheet = form(AGRI, brief=brief)
    assert sheet.max_row == d.HEADING_ROW
    assert not sheet.data_validations.dataValidation


def assert_excel_takes_it(data: bytes) -> None:
    """The rules whose breach makes Excel offer a repair, as far as the XML shows them."""
    with ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
    book = opened(data)
    for sheet in book:
        assert len(sheet.title) <= 31
        assert not set("[]:*?/\\") & set(sheet.title)
        boxes = [range_boundaries(str(r)) for r in sheet.merged_cells.ranges]
        for i, (left, top, right, bottom) in enumerate(boxes):
            for other in boxes[i + 1 :]:
                assert right < other[0] or other[2] < left or bottom < other[1] or other[3] < top
        for header in (sheet.oddHeader, sheet.oddFooter):
            assert sum(len(p.text or "") + 12 for p in (header.left, header.center, header.right)) <= 255
        for row in sheet.iter_rows():
            assert all(len(c.value) <= 32767 for c in row if isinstance(c.value, str))
    assert sum(bool(s.sheet_view.tabSelected) for s in book) == 1


@pytest.mark.parametrize("department", [POLICY, TRADE, AGRI])
@pytest.mark.parametrize("round_id", [ROUND, TARGETS_ROUND, HALF_ROUND])
def test_excel_takes_every_form_of_the_tiny_plan(department: str, round_id: str) -> None:
    assert_excel_takes_it(filled_form(department=department, round_id=round_id, sample=True))


@pytest.mark.parametrize("folder", PLANS, ids=lambda p: p.name)
def test_every_department_of_every_real_plan_gets_a_sound_form(folder: Path) -> None:
    plan, _ = load_plan(folder)
    assert plan is not None
    for round_ in plan.rounds[:2]:
        brief = Brief(plan, round_.opens or date(2025, 9, 1), {c.indicator_id: c for c in plan.cards})
        shown: list[str] = []
        for department in plan.departments:
            owned = plan.owned_by(department.id, brief.day)
            if not owned:
                continue
            data = write_form(brief, round_.id, department.id)
            assert_excel_takes_it(data)
            sheet = opened(data)[d.FORM_SHEET]
            shown += [str(sheet.cell(r, 1).value) for r in range(d.FIRST_DATA_ROW, sheet.max_row + 1)]
        assert sorted(shown) == sorted(i.id for i in plan.indicators)
