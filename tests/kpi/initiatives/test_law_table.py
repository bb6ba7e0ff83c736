"""All plans under the kinds of the law in one table."""

from dataclasses import replace

from kpi.initiatives.initiative import LAW_KINDS
from kpi.initiatives.law_table import by_law_kind, untold
from tests.worktools import AGAIN, MEETING, work_plan


def test_each_kind_holds_the_initiatives_of_each_plan():
    plan = work_plan()
    again = tuple(replace(i, law_kinds=("divide",)) if i.id == AGAIN else i for i in plan.initiatives)
    other = replace(plan, id="other", initiatives=again)
    found = by_law_kind([plan, other])
    assert list(found) == list(LAW_KINDS)
    told = {p.id: [i.id for i in mine] for p, mine in found["divide"]}
    assert told == {"tiny": [MEETING], "other": [MEETING, AGAIN]}
    assert found["online"] == ()


def test_plans_whose_documents_give_no_kind_are_named():
    plan = work_plan()
    bare = replace(plan, id="bare", initiatives=tuple(replace(i, law_kinds=()) for i in plan.initiatives))
    empty = replace(plan, id="empty", initiatives=())
    assert [p.id for p in untold([plan, bare, empty])] == ["bare"]
