"""Initiatives that name one another round a circle, a 再掲 of a 再掲, and what no other plan has: said and left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.initiatives.initiative import Initiative
from kpi.issue import Issue, Severity
from kpi.plan import Plan
from loaders.plan.folder import load_plan
from loaders.plan.plan_files import write_folder
from tests.factory import COUNT
from tests.loaders.plan.bookkit import book, read, settled
from tests.worktools import AGAIN, CAR, DESK, MEETING, work_plan


def loaded(tmp_path: Path, **changes: dict[str, object]) -> tuple[Plan, dict[str, Issue]]:
    """The plan with changed initiatives as its folder says it, and what is wrong with each of them."""
    plan = work_plan()
    own = tuple(replace(i, **changes.get(i.id.replace("-", "_"), {})) for i in plan.initiatives)  # type: ignore[arg-type]
    write_folder(tmp_path / plan.id, replace(plan, initiatives=own))
    found, issues = load_plan(tmp_path / plan.id)
    assert found is not None
    return found, {i.cell.split("行")[0]: i for i in issues if i.code != "plan.no_owner"}


def one(plan: Plan, initiative_id: str) -> Initiative:
    return plan.initiative(initiative_id)


@pytest.mark.parametrize("column", ["parent_id", "refers_to"])
def test_a_circle_is_said_of_each_of_it_and_opened(tmp_path, column):
    found, issues = loaded(
        tmp_path, meeting={column: DESK, "planned_start": None}, desk={column: CAR},
        car={column: MEETING, "planned_start": None},
    )  # fmt: skip
    assert {(i.code, i.severity) for i in issues.values()} == {("plan.circular", Severity.FIX)}
    assert len(issues) == 3
    assert {getattr(one(found, i), column) for i in (MEETING, DESK, CAR)} == {""}
    assert len(found.initiatives) == 4


def test_what_names_itself_is_said_so_and_not_that_it_is_unknown(tmp_path):
    found, issues = loaded(tmp_path, desk={"parent_id": DESK})
    (issue,) = issues.values()
    assert issue.code == "plan.circular"
    assert issue.value == DESK
    assert "自分自身に戻ります" in issue.message
    assert one(found, DESK).parent_id == ""


def test_a_repetition_of_a_repetition_is_one_of_what_stands_at_the_end(tmp_path):
    found, issues = loaded(tmp_path, desk={"refers_to": AGAIN})
    (issue,) = issues.values()
    assert (issue.code, issue.severity) == ("plan.reference_of_reference", Severity.ASK)
    assert one(found, DESK).refers_to == MEETING
    assert one(found, AGAIN).refers_to == MEETING


@pytest.mark.parametrize("named", ["nonsense", "tiny/desk", "another/", "/desk", "a/b/c"])
def test_what_no_other_plan_can_have_is_not_carried_on(tmp_path, named):
    found, issues = loaded(tmp_path, desk={"continues": (named, "another/desk")})
    (issue,) = issues.values()
    assert (issue.code, issue.value) == ("plan.not_another_plan", named)
    assert one(found, DESK).continues == ("another/desk",)


def test_an_indicator_cannot_carry_on_one_of_its_own_plan():
    plan = settled(work_plan())
    odd = tuple(replace(i, continues=(f"{plan.id}/{COUNT}",)) if i.id == COUNT else i for i in plan.indicators)
    found = read(book(replace(plan, indicators=odd)))
    assert "plan.not_another_plan" in {i.code for i in found.issues}
    assert not found.sound


def test_a_plan_that_ends_before_it_begins_is_not_begun_from_its_workbook():
    plan = settled(work_plan())
    found = read(book(replace(plan, start=plan.end, end=plan.start)))
    assert not found.sound
    assert "plan.period_order" in {i.code for i in found.issues if i.severity is Severity.FIX}
