"""How often a plan asks about its work: what it is called in form, letter and checks, and what it is held against."""

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kpi.collection.letters import request_letter
from kpi.collection.lifecycle import Life
from kpi.collection.round_proposal import KIND_WORDS, name_of, proposed
from kpi.collection.workflow import Brief
from kpi.initiatives.lanes import lane
from kpi.initiatives.rhythm import HALF_YEARLY, YEARLY, asked_before, reported_period, rhythm
from kpi.initiatives.work_state import work_of
from kpi.initiatives.work_tables import review_table
from kpi.initiatives.work_words import work_sentence
from kpi.period import Period
from kpi.plan import Plan
from loaders.form.writing.writer import write_form
from loaders.plan.folder import load_plan
from tests.kpi.initiatives.workstate import state, told
from tests.worktools import half, work_plan

PLANS = Path(__file__).parents[3] / "data" / "plans"


def plan_of(plan_id: str) -> Plan:
    found, _ = load_plan(PLANS / plan_id)
    assert found is not None
    return found


def test_a_plan_that_asks_for_the_same_half_of_each_year_asks_yearly():
    plan = work_plan()
    assert rhythm(plan) == HALF_YEARLY
    yearly = tuple(replace(r, period=half(f"{2023 + n}H2")) for n, r in enumerate(plan.rounds[-2:]))
    assert rhythm(replace(plan, rounds=yearly)) == YEARLY
    assert rhythm(replace(plan, rounds=yearly[:1])) == HALF_YEARLY  # one alone says nothing of the next
    assert rhythm(plan_of("aomori-ict-2019")) == YEARLY
    assert rhythm(plan_of("aomori-dx-2024")) == HALF_YEARLY


def test_a_half_year_is_held_against_the_one_that_was_asked_about_before():
    assert asked_before(plan_of("aomori-ict-2019"), half("2020H2")) == half("2019H2")
    assert asked_before(plan_of("aomori-dx-2024"), half("2026H1")) == half("2025H2")
    assert asked_before(replace(work_plan(), rounds=()), half("2025H1")) == half("2024H2")


def test_a_new_round_is_called_by_what_it_is_about_and_a_yearly_plan_is_asked_at_its_own_time_of_the_year():
    yearly, half_yearly = plan_of("aomori-ict-2019"), plan_of("aomori-dx-2024")
    held = replace(yearly, rounds=yearly.rounds[:2])
    asked = proposed(held, "initiatives", date(2021, 11, 20), Life({r.id: datetime(2021, 4, 1) for r in held.rounds}))
    assert (asked.period, asked.name) == (half("2020H2"), "令和2年度取組の点検")
    assert name_of(half_yearly, "initiatives", half("2026H2")) == "令和8年度下期取組の見直し"
    # Whoever asks a yearly plan in the middle of a year asks about a half-year.
    assert name_of(yearly, "initiatives", half("2020H1")) == "令和2年度上期取組の見直し"
    assert [reported_period(p, half("2020H2")) for p in (yearly, half_yearly)] == [Period("FY", 2020), half("2020H2")]
    assert "半期" not in KIND_WORDS["initiatives"]


def test_what_was_told_in_a_yearly_plan_is_of_the_whole_year_wherever_it_is_named():
    meeting = replace(told("meeting", "2024H2"), yearly=True)
    told_yearly, told_half = state(meeting), state(told("meeting", "2024H2"))
    said = [work_sentence(work_of(one), work_of(one).own)[-1][0] for one in (told_yearly, told_half)]
    assert said == ["(R6)", "(R6下期)"]
    (track,) = (one for one in work_of(told_yearly).own if one.initiative.id == "meeting")
    assert lane(track).words.endswith("R6 予定どおり")
    assert lane(track).told == ((half("2024H2"), "on_schedule", "令和6年度(2024年度)"),)  # drawn where it was asked
    assert list(review_table(told_yearly)["半期"]) == ["令和6年度(2024年度)"]


@pytest.mark.parametrize(
    ("plan_id", "round_id", "said", "unsaid"),
    [
        ("aomori-ict-2019", "initiatives-fy2020", ("次の年度の予定", "令和5年度下期", "R2.10.3"),
         ("次の半期", "令和10年度")),
        ("aomori-dx-2024", "initiatives-fy2026h1", ("次の半期の予定", "令和10年度下期", "R7.10.3"), ("次の年度",)),
    ],
)  # fmt: skip
def test_form_and_letter_speak_as_often_as_the_plan_asks(plan_id, round_id, said, unsaid):
    plan = plan_of(plan_id)
    asked = plan.round(round_id)
    day = asked.opens
    brief = Brief(plan, day)
    department = plan.departments[0].id
    book = load_workbook(BytesIO(write_form(brief, round_id, department)))
    texts = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value]
    texts += [rule.prompt or "" for sheet in book for rule in sheet.data_validations.dataValidation]
    whole = "\n".join(texts)
    assert [words for words in said if words not in whole] == []
    assert [words for words in (*unsaid, "{") if words in whole] == []
    letter = request_letter(plan, asked, plan.departments[:1], day)
    told = letter.subject + str(letter.items)
    assert (f"取組の{rhythm(plan).review}(" in told, said[0] in told) == (True, True)
    assert [words for words in unsaid if words in told] == []
