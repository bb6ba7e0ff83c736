"""The form's open cells as fields: what is typed there is read as the same text typed into the form in Excel."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from kpi.collection.workflow import Brief, Reading, with_mends
from kpi.collection.workflow import Mend as Put
from loaders.form import definition as d
from loaders.form.entry_fields import EntryBlock, EntryField, entry_blocks, filled, written_again
from loaders.form.writing.prefill import Typed
from loaders.form.writing.writer import write_form
from loaders.services.batch_reading import read_return
from tests import hurt
from tests.campaign.marked import length, lengthened
from tests.factory import AGRI, COUNT, CUT, PAPER, POLICY, RATE, ROUND, SURVEY, TARGETS_ROUND, TOTAL, TRADE, UNSET
from tests.loaders.form.test_form_back import MIDTERM, brief

#: Whose form: round, department, 課.
Whose = tuple[str, str, str]
TRADES, DX, PLANNING = (ROUND, TRADE, ""), (ROUND, POLICY, "dx"), (ROUND, POLICY, "planning")


def blocks_of(whose: Whose, own: Brief, answers: Mapping[str, Mapping[str, object]] | None = None):
    return entry_blocks(own, whose[0], whose[1], division_id=whose[2], answers=answers)


def fields_of(blocks: tuple[EntryBlock, ...]) -> dict[tuple[str, str], EntryField]:
    return {(i, f.key): f for block in blocks for f in block.fields for i in f.ids}


def named(blocks: tuple[EntryBlock, ...], texts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What is typed by field, from what is said by indicator and column."""
    fields = fields_of(blocks)
    return {fields[i, key].name: text for i, said in texts.items() for key, text in said.items()}


def on_screen(whose: Whose, own: Brief, texts: Mapping[str, Mapping[str, str]]) -> bytes:
    blocks = blocks_of(whose, own)
    return write_form(own, *whose[:2], division_id=whose[2], answers=filled(blocks, named(blocks, texts)))


def in_excel(whose: Whose, own: Brief, texts: Mapping[str, Mapping[str, str]]) -> bytes:
    """The same texts typed as text into the cells of the form that everybody takes."""

    def change(book: Workbook) -> None:
        for i, said in texts.items():
            for key, text in said.items():
                cell = hurt.cell(hurt.form(book), i, key, own.plan, own.plan.round(whose[0]).kind)
                cell.value = text or None
                if text:
                    cell.data_type = "s"  # a text that begins like a formula is none

    return hurt.edit(write_form(own, *whose[:2], division_id=whose[2]), change)


def read(data: bytes, whose: Whose, own: Brief) -> Reading:
    return read_return(data, "回答.xlsx", own, round_id=whose[0], department_id=whose[1], division_id=whose[2])


def assert_read_alike(whose: Whose, texts: Mapping[str, Mapping[str, str]]) -> Reading:
    own = brief()
    screen, excel = (read(make(whose, own, texts), whose, own) for make in (on_screen, in_excel))
    assert screen == excel
    return screen


WHO = {"section": "DX推進課", "person": "青森 花子", "contact": "内線1234"}
SOUND = {"value": "1405", "release": "確定", "evidence": "実績調べ", "analysis": "支援機関が増えた。\n続ける。", **WHO}

TYPED = {
    "sound": SOUND,
    "about": SOUND | {"value": "約80"},
    "full width": SOUND | {"value": "８０％"},
    "a formula": SOUND | {"value": "=1+1", "analysis": "=SUM(A1:A3)", "evidence": "@x"},
    "a sign before": SOUND | {"value": "-5", "analysis": "- 一つ目\n- 二つ目"},
    "a preliminary mark": SOUND | {"value": "1405(速報)", "release": ""},
    "another mark": SOUND | {"value": "1405p", "release": "確定"},
    "an error": SOUND | {"value": "#REF!"},
    "a dash": SOUND | {"value": "－", "release": "-"},
    "a reason where the value belongs": {"value": "未公表", "next_release": "R8.9"},
    "a reason": {"missing_reason": "未公表", "next_release": "2026-03", "period": ""},
    "a code of ours": SOUND | {"period": "FY2024", "release": "final"},
    "another period": SOUND | {"period": "R5"},
    "no period": SOUND | {"period": ""},
    "spaces": SOUND | {"value": " ", "analysis": "　"},
    "marks of a page": SOUND | {"analysis": "<b>太字</b> &amp; \\n _x000D_"},
    "long": SOUND | {"analysis": "あ" * 700},
    "too long": SOUND | {"value": "9" * 40},
    "a correction": SOUND | {"correction": "1,300", "correction_kind": "確報"},
    "nothing": {},
}


@pytest.mark.parametrize("said", TYPED.values(), ids=TYPED)
def test_what_is_typed_on_the_screen_is_read_as_the_same_text_in_excel(said):
    read_ = assert_read_alike(TRADES, {COUNT: said})
    assert {a.subject_id for a in read_.answers} == {COUNT, TOTAL}


def test_a_rate_from_its_parts_and_a_survey_of_other_years_are_read_alike():
    found = assert_read_alike(DX, {RATE: {"numerator": "26", "denominator": "40", "release": "確定"}, PAPER: SOUND})
    assert next(a for a in found.answers if a.subject_id == RATE).number("value") == 65.0
    # It is no year of the survey: that stands ready as the reason, and whoever has a value takes it out, or does not.
    assert_read_alike(PLANNING, {SURVEY: {"value": "31.2"}})
    assert_read_alike(PLANNING, {SURVEY: {"value": "31.2", "missing_reason": "", "period": ""}})
    assert_read_alike(PLANNING, {UNSET: {"baseline": "12", "baseline_period": "R5", "target": "30", "value": "13"}})


@pytest.mark.parametrize("round_id", [TARGETS_ROUND, MIDTERM])
def test_facts_of_the_card_stand_ready_and_are_read_alike_where_they_are_changed_and_where_not(round_id):
    whose = (round_id, AGRI, "")
    own = brief()
    assert fields_of(blocks_of(whose, own))[CUT, "baseline"].text == "3.2"
    assert_read_alike(whose, {CUT: {"target": "31.5", "evidence": "新しい考え方", **WHO}})
    assert_read_alike(whose, {})


_ODD = st.text("0123456789０１約△-－.,，％%円件(（)）速報確定未公表令和RH年度=+@#&<'\" 　\n", max_size=12)


@lengthened
@settings(max_examples=length(10, 200))
@given(st.dictionaries(st.sampled_from(["value", "period", "next_release", "analysis", "evidence", "person"]), _ODD))
def test_whatever_is_typed_is_read_alike(said):
    assert_read_alike(TRADES, {COUNT: said})


# --- what a field says ------------------------------------------------------------------------------------------


def test_the_fields_are_the_open_cells_of_the_form_and_no_other():
    own = brief()
    for whose in (TRADES, DX, PLANNING, (TARGETS_ROUND, TRADE, ""), (MIDTERM, AGRI, "")):
        kind = own.plan.round(whose[0]).kind
        book = load_workbook(BytesIO(write_form(own, *whose[:2], division_id=whose[2])))
        fields = fields_of(blocks_of(whose, own))
        for i in {i for i, _ in fields}:
            for column in d.columns_for(kind):
                if column.key == "prose" or (column.stands != "figures" and not column.entry):
                    continue
                cell = hurt.cell(hurt.form(book), i, column.key, own.plan, kind)
                assert ((i, column.key) in fields) == (not cell.protection.locked), (whose, i, column.key)
                if (i, column.key) in fields:
                    assert fields[i, column.key].ready == cell.value, (whose, i, column.key)


def test_a_field_says_what_the_form_says_at_its_cell():
    own = brief()
    fields = fields_of(blocks_of(DX, own))
    value = fields[RATE, "value"]
    assert (value.heading, value.unit, value.need, value.group) == ("今回の値", "%", "【必須】", "今回の実績")
    assert fields[RATE, "numerator"].asks == "DXに取り組んでいる市町村数"
    assert fields[RATE, "numerator"].unit == ""
    assert fields[RATE, "next_release"].need == "【未公表のとき必須】"
    assert fields[RATE, "next_release"].example == "例: 令和8年9月、2026/9"
    assert fields[RATE, "release"].choices == ("確定", "速報", "見込")
    assert fields[RATE, "analysis"].limit == 150
    assert "Alt+Enter" not in fields[RATE, "analysis"].note
    assert fields[RATE, "section"] is fields[PAPER, "section"]
    assert fields[RATE, "section"].text == "DX推進課"
    facts = dict(blocks_of(DX, own)[0].facts)
    assert (facts["現状値"], facts["前回値"], facts["目標値"]) == ("42.5", "55.0", "100.0")


def test_a_page_with_room_for_one_division_says_where_there_is_more():
    assert "「記述」シート" in blocks_of(TRADES, brief())[-1].note
    assert blocks_of(DX, brief())[-1].note == ""


# --- from an answer before ----------------------------------------------------------------------------------------


def test_a_draft_stands_ready_letter_for_letter_and_is_read_the_same_again():
    own = brief()
    texts = {RATE: {"numerator": "２６", "denominator": "40", "release": "速報値"}, PAPER: {"value": "未公表"}}
    first = read(in_excel(DX, own, texts), DX, own)
    blocks = blocks_of(DX, own, written_again(first.answers))
    fields = fields_of(blocks)
    assert fields[RATE, "numerator"].text == "２６"
    assert fields[RATE, "release"].text == "速報値"
    assert fields[RATE, "value"].text == ""  # worked out, not typed
    assert (fields[PAPER, "value"].text, fields[PAPER, "missing_reason"].text) == ("未公表", "")
    again = write_form(own, *DX[:2], division_id="dx", answers=filled(blocks, {}))
    assert read(again, DX, own) == first


def test_what_was_put_right_on_the_page_stands_ready_instead_of_what_was_written():
    own = brief()
    first = read(in_excel(TRADES, own, {COUNT: {"value": "約80", "release": "速報値"}}), TRADES, own)
    mends = [Put(COUNT, "value", 80.0, "画面で入力"), Put(COUNT, "release", "final", "画面で入力")]
    answers = with_mends(first.answers, [*mends, Put(COUNT, "period", "FY2024", "画面で入力")])
    fields = fields_of(blocks_of(TRADES, own, written_again(answers)))
    said = (fields[COUNT, "value"].text, fields[COUNT, "release"].text, fields[COUNT, "period"].text)
    assert said == ("80", "確定", "令和6年度")


def test_people_who_answer_apart_stay_apart():
    own = brief()
    first = read(write_form(own, *TRADES[:2], answers={COUNT: WHO, TOTAL: WHO | {"person": "八戸 太郎"}}), TRADES, own)
    contacts = blocks_of(TRADES, own, written_again(first.answers))[2:]
    assert [[f.text for f in block.fields] for block in contacts] == [
        ["DX推進課", "青森 花子", "内線1234"],
        ["DX推進課", "八戸 太郎", "内線1234"],
    ]


def test_only_what_is_typed_is_taken_letter_for_letter():
    """A period given as a code is still written in words, as the samples and a form sent back give it."""
    own = brief()
    book = load_workbook(BytesIO(write_form(own, ROUND, TRADE, answers={COUNT: {"period": "FY2024"}})))
    assert hurt.cell(hurt.form(book), COUNT, "period", own.plan).value == "令和6年度"
    book = load_workbook(BytesIO(write_form(own, ROUND, TRADE, answers={COUNT: {"period": Typed("FY2024")}})))
    assert hurt.cell(hurt.form(book), COUNT, "period", own.plan).value == "FY2024"
