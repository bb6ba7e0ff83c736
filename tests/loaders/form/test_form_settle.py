"""The page for the 決裁: one A4 page, last time, this time, the difference, and boxes to sign in."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.workflow import Answer, Entry, none_this_time
from kpi.plan import DatedName
from kpi.printing.number_words import MINUS
from loaders.form.approval_page import settlement_sheet
from tests.factory import COUNT, LONG_COMMENT, PAPER, POLICY, RATE, ROUND, SURVEY, TARGETS_ROUND, TRADE, UNSET
from tests.loaders.form.test_form_back import MIDTERM, brief


def answer(indicator_id: str, **said: float | str | None) -> Answer:
    return Answer(indicator_id, {k: Entry(k, "KPI調査票", "A1", str(v), v) for k, v in said.items()})


ANSWERS = (
    answer(RATE, value=65.0, period="FY2024", release="final", analysis="支援が広がった。"),
    answer(
        PAPER, value=4512.5, period="FY2024", release="provisional", correction=4870.0, correction_kind="miscounted"
    ),
    answer(SURVEY, missing_reason="not_survey_year"),
    answer(UNSET, missing_reason="unpublished", next_release="2026-03", target=50.0),
)


def page(
    department: str = POLICY, round_id: str = ROUND, answers: tuple[Answer, ...] = ANSWERS, division: str = ""
) -> Worksheet:
    used = brief()
    data = settlement_sheet(
        used, used.plan.round(round_id), used.plan.department(department), answers, division_id=division
    )
    return load_workbook(BytesIO(data)).active


def rows(sheet: Worksheet) -> dict[str, list[str]]:
    """The table's rows by the indicator's number."""
    head = next(r for r in range(1, 20) if sheet.cell(r, 1).value == "番号")
    found = ([str(c.value or "") for c in row[:7]] for row in sheet.iter_rows(min_row=head + 1))
    return {row[0]: row[1:] for row in found if row[0].isdigit()}


def said(sheet: Worksheet) -> str:
    return "\n".join(str(c.value) for row in sheet for c in row if c.value)


def test_the_end_of_the_log_stands_on_the_page_and_inside_its_print() -> None:
    used = brief()
    data = settlement_sheet(used, used.plan.round(ROUND), used.plan.department(POLICY), ANSWERS, end="123-0f3a5b7c9d1e")
    sheet = load_workbook(BytesIO(data)).active
    (place,) = [c.row for row in sheet for c in row if c.value == "作成時の照合値　123-0f3a5b7c9d1e"]
    assert sheet.print_area.endswith(f"$H${place}")


def test_a_name_with_controls_in_it_is_written_without_them() -> None:
    used = brief()
    odd = replace(used.plan.department(POLICY), names=(DatedName("総\x07合\n政\u202e策\x85部"),))
    data = settlement_sheet(used, used.plan.round(ROUND), odd, ANSWERS)
    sheet = load_workbook(BytesIO(data)).active
    assert "総合 政策 部" in said(sheet)
    assert "総合 政策 部" in sheet.oddFooter.left.text


def test_last_time_this_time_and_the_difference_stand_side_by_side() -> None:
    found = rows(page())
    assert found["1"][1:] == ["100.0%\n(R10)", "55.0%\n(R5)", "65.0%\n(R6・確定)", "+10.0ポイント", "支援が広がった。"]
    assert found["6"][2:5] == ["4,875.3万枚\n(R5)", "4,512.5万枚\n(R6・速報)", f"{MINUS}362.8万枚"]


def test_a_correction_a_proposal_and_a_reason_for_no_value_are_not_signed_unseen() -> None:
    found = rows(page())
    assert "前回値を4,875.3万枚から4,870.0万枚に訂正(集計誤り)" in found["6"][5]
    assert found["5"][3:5] == ["調査年でない", "―"]
    assert found["7"][3] == "未公表\n次回 R8.3末"
    assert "目標値の回答: 50.0%" in found["7"][5]
    proposed = page(round_id=MIDTERM, answers=(answer(RATE, value=65.0, period="FY2024", target=90.0, baseline=42.5),))
    assert rows(proposed)["1"][5] == "【目標値の見直し案: 90.0%】"
    assert rows(proposed)["6"][3] == "未記入"


def test_why_an_explanation_is_blank_is_signed_and_what_was_picked_for_a_figure_is_not_said_twice() -> None:
    entries = {
        key: Entry(key, "記述", "D9", "", None, why)
        for key, why in (("analysis", "集計の途中のため。"), ("value", none_this_time("unpublished")))
    }
    unpublished = Entry("missing_reason", "KPI調査票", "A1", "未公表", "unpublished")
    found = rows(page(answers=(Answer(RATE, {**entries, "missing_reason": unpublished}), *ANSWERS[1:])))
    assert found["1"][3] == "未公表"
    assert found["1"][5] == "【空欄の理由】集計の途中のため。"


def test_it_prints_on_one_portrait_page_with_boxes_for_the_department() -> None:
    sheet = page()
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("portrait", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    posts = [c.value for c in sheet[1]]
    assert posts[1:7] == ["部局内決裁", "部局長", "次長", "主管課長", "課長補佐", "担当"]
    assert sheet.row_dimensions[2].height > 40
    assert "回答期限: 令和7年10月3日(金)17時" in said(sheet)


def test_a_divisions_page_holds_its_indicators_its_boxes_and_its_date() -> None:
    sheet = page(division="dx")
    assert list(rows(sheet)) == ["1", "6"]
    assert [c.value for c in sheet[1]][1] == "課内決裁"
    assert "総合政策部 DX推進課" in said(sheet)
    assert "令和7年9月26日(金)17時" in said(sheet)


def test_a_targets_round_sets_registered_beside_answered() -> None:
    sheet = page(
        round_id=TARGETS_ROUND, answers=(answer(RATE, target=95.0, target_period="FY2028", evidence="審議会"),)
    )
    assert rows(sheet)["1"][1:] == ["42.5%\n(R4)", "―", "100.0%\n(R10)", "95.0%\n(R10)", "審議会"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_nothing_on_the_page_is_a_formula(text: str) -> None:
    sheet = page(answers=(answer(RATE, value=65.0, analysis=text), *ANSWERS[1:]))
    assert all(c.data_type != "f" for row in sheet for c in row)
    assert text.strip() in said(sheet)


def test_long_explanations_are_cut_so_that_the_page_stays_one_and_the_same_input_gives_the_same_bytes() -> None:
    long = (answer(COUNT, value=1405.0, period="FY2024", analysis=LONG_COMMENT * 4),)
    sheet = page(TRADE, answers=long)
    assert sum(sheet.row_dimensions[r].height or 15 for r in range(1, sheet.max_row + 1)) < 1000
    assert rows(sheet)["2"][5].endswith("…")
    used = brief()
    made = [settlement_sheet(used, used.plan.round(ROUND), used.plan.department(POLICY), ANSWERS) for _ in range(2)]
    assert made[0] == made[1]
    with ZipFile(BytesIO(made[0])) as told:
        stamps = re.findall(rb"<dcterms:(\w+)[^>]*>([^<]*)", told.read("docProps/core.xml"))
    day = f"{used.day.isoformat()}T00:00:00Z".encode()
    assert dict(stamps) == {b"created": day, b"modified": day}  # and not the moments of making and of saving
    renamed = replace(used.plan.department(POLICY), divisions=())
    assert settlement_sheet(used, used.plan.round(ROUND), renamed, ANSWERS) == made[0]
