"""Two plans with the same departments: a role × action × plan matrix, by the table of rights and by the services."""

import json
import shutil
from dataclasses import replace
from datetime import date

import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import OF_THE_STORE, RULES, Action, may
from kpi.people import Audience, Person, Role, audience_of, own_places
from kpi.period import Period
from kpi.place import Place, parts_of, respondent_id
from kpi.plan import distinct_names, in_order
from loaders.services import NotAllowed, Services
from loaders.store import Rule, Store
from pages.parts.app.sign_in import SignIn, person_by
from tests.factory import POLICY, RATE, ROUND, TRADE, tiny_plan
from tests.storekit import AT, answer, do, figures, later, new_store, reading, save_return, send

HERE, THERE = "tiny", "other"
#: One person of each role in one plan, and of each that may be one in every plan.
ONES = {
    "reader": Person("r", "閲覧", Role.READER, plan_id=HERE),
    "department": Person("d", "部局", Role.DEPARTMENT, frozenset({POLICY}), plan_id=HERE),
    "division": Person("v", "課", Role.DEPARTMENT, frozenset({POLICY}), frozenset({f"{POLICY}/dx"}), HERE),
    "secretariat": Person("s", "事務局", Role.SECRETARIAT, plan_id=HERE),
    "admin": Person("a", "管理者", Role.ADMIN, plan_id=HERE),
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", ONES)
def test_whoever_is_somebody_in_one_plan_is_a_reader_in_another(role, action):
    one = ONES[role]
    there = [may(one, action, replace(place, plan_id=THERE)) for place in own_places(one)]
    assert set(there) == {action in (Action.SEE_APPROVED, Action.EXPORT)}
    here = any(may(one, action, place) for place in own_places(one))
    reach = RULES[action].get(one.role, "none")
    assert here == (
        reach != "none"
        and action not in OF_THE_STORE
        and not (role == "division" and action in (Action.JOIN, Action.SEND, Action.SET_DIVISIONS) and reach == "own")
    )
    everywhere = replace(one, plan_id="")
    assert all(
        may(everywhere, action, replace(p, plan_id=plan)) == may(everywhere, action, p)
        for p in own_places(everywhere)
        for plan in (HERE, THERE)
    )


def test_what_is_done_to_the_whole_store_needs_a_role_in_every_plan():
    for action in OF_THE_STORE:
        assert not may(ONES["admin"], action)
        assert may(replace(ONES["admin"], plan_id=""), action)


def test_an_audience_is_a_plans_too():
    assert audience_of(ONES["secretariat"].within(THERE)) == Audience.PUBLIC
    assert audience_of(ONES["secretariat"].within(HERE)) == Audience.ALL
    assert audience_of(ONES["department"].within(THERE)) == Audience.PUBLIC


def test_who_answers_has_one_id():
    assert [respondent_id(*pair) for pair in (("land", ""), ("land", "road"), ("", ""))] == ["land", "land/road", ""]
    assert [parts_of(one) for one in ("land", "land/road", "")] == [("land", ""), ("land", "road"), ("", "")]
    assert Place("p", "r", "land", "road").respondent_id == "land/road"


# --- rules of membership ---


def test_a_rule_of_one_plan_gives_nothing_in_another():
    signed = SignIn("i", "s", "hanako@pref.example", "青森 花子", frozenset())
    rules = (
        Rule("", "mail", "hanako@*", "department", (POLICY,), plan_id=HERE),
        Rule("", "mail", "hanako@*", "department", (TRADE,), plan_id=THERE),
    )
    assert person_by(signed, rules, plan_id=HERE).departments == {POLICY}
    assert person_by(signed, rules, plan_id=THERE).departments == {TRADE}
    assert person_by(signed, rules, plan_id="third").role is Role.READER
    assert person_by(signed, (), plan_id=HERE) is None


def test_departments_without_a_plan_are_nobodys_and_a_wider_rule_of_the_same_role_counts():
    signed = SignIn("i", "s", "hanako@pref.example", "青森 花子", frozenset())
    assert person_by(signed, [Rule("", "mail", "*", "department", (POLICY,))], plan_id=HERE).role is Role.READER
    narrow, wide = Rule("", "mail", "*", "secretariat", plan_id=HERE), Rule("", "mail", "*", "secretariat")
    assert person_by(signed, [narrow], plan_id=HERE).plan_id == HERE
    assert person_by(signed, [narrow, wide], plan_id=HERE).plan_id == ""
    assert person_by(signed, [], "hanako@pref.example", HERE).plan_id == ""


# --- services ---


@pytest.fixture(scope="module")
def two_plans(tmp_path_factory):
    """Two plans that differ in nothing but their ids, each with a sent value."""
    made = new_store(tmp_path_factory.mktemp("plans"))
    made.init([tiny_plan(), replace(tiny_plan(), id=THERE)], figures(), Act("", AT))
    for plan_id in (HERE, THERE):
        one = replace(reading(answer(RATE, value=65.0, period="FY2024", release="final")), plan_id=plan_id)
        saved = save_return(made, one, plan_id.encode(), "a.xlsx", by="x", at=later(1))
        assert not isinstance(send(made, saved.submission_id, by="x", at=later(2)), tuple)
    return made


@pytest.fixture
def store(two_plans, tmp_path):
    """A copy of it."""
    return Store(shutil.copy(two_plans.path, tmp_path))


def returns(store, plan_id):
    return list(store.snapshot(plan_id).submissions["submission_id"])


#: What each role does to a plan of its own and must not do to the other, by the id of a thing of that plan.
DEEDS = {
    "take_form": ("department", lambda d, plan, sid: d.take_form(Place(plan, ROUND, POLICY))),
    "take_uploads": ("department", lambda d, plan, sid: d.take_uploads(Place(plan, ROUND, POLICY), [("a.xlsx", b"x")])),
    "join": ("department", lambda d, plan, sid: d.join(Place(plan, ROUND, POLICY))),
    "submission": ("department", lambda d, plan, sid: d.submission(sid)),
    "revise": ("department", lambda d, plan, sid: d.revise(sid)),
    "set_divisions": ("department", lambda d, plan, sid: d.set_divisions(plan, POLICY, ())),
    "confirm": ("secretariat", lambda d, plan, sid: d.confirm(sid)),
    "close_round": ("secretariat", lambda d, plan, sid: d.close_round(plan, ROUND)),
    "log": ("secretariat", lambda d, plan, sid: d.log(plan)),
    "propose_card": ("secretariat", lambda d, plan, sid: d.propose_card(plan, RATE, {"target": 91.0}, "見直し")),
    "set_publication": (
        "secretariat",
        lambda d, plan, sid: d.set_publication(
            [d.store.snapshot(plan).observations["code"].iloc[0]], "internal", reason="x"
        ),
    ),
    "rename_department": (
        "admin",
        lambda d, plan, sid: d.rename_department(plan, POLICY, "新", later(9).date().replace(year=2026)),
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_service_does_it_in_the_own_plan_and_refuses_it_in_the_other(store, tmp_path, deed):
    role, doing = DEEDS[deed]
    services = Services(store, ONES[role], tmp_path, lambda: later(3))
    before = store.log_head().count
    with pytest.raises(NotAllowed):
        doing(services, THERE, returns(store, THERE)[0])
    assert store.log_head().count == before
    doing(services, HERE, returns(store, HERE)[0])


def test_what_is_seen_of_another_plan_is_what_is_public(store, tmp_path):
    services = Services(store, ONES["secretariat"], tmp_path, lambda: later(3))
    assert len(services.snapshot(HERE).observations) == 1
    assert services.snapshot(THERE).observations.empty
    assert services.snapshot(THERE).submissions.empty
    codes = store.snapshot(THERE).observations["code"]
    assert services.trace(codes.iloc[0]) == ()


def test_a_rule_is_kept_with_its_plan_and_the_log_names_it(store):
    made = do(store, "set_membership", Rule("", "mail", "a@b", "department", (POLICY,), plan_id=HERE), at=later(4))
    assert store.memberships() == (made,)
    assert made.plan_id == HERE
    assert "計画: tiny" in store.log(kind="set_membership")["after"].iloc[0]
    assert json.dumps(store.log(kind="set_membership")["before"].iloc[0]) == '""'


def test_plans_are_offered_by_their_years_and_a_copy_puts_none_aside():
    plan = tiny_plan()
    copy = replace(plan, id="a-copy")
    later = replace(plan, id="later", start=Period("FY", 2030), end=Period("FY", 2034))
    day = date(2026, 11, 21)
    assert [p.id for p in in_order([plan, copy, later], day)] == [plan.id, "a-copy", "later"]
    assert [p.id for p in in_order([plan, later], date(2031, 5, 1))] == ["later", plan.id]


def test_plans_of_one_name_are_told_apart_by_their_years_and_those_of_the_same_years_by_their_codes():
    plan = replace(tiny_plan(), name="県の計画", start=Period("FY", 2024), end=Period("FY", 2028))
    copy = replace(plan, id="a-copy")
    later = replace(plan, id="later", start=Period("FY", 2029), end=Period("FY", 2029))
    alone = replace(plan, id="alone", name="別の計画")
    assert distinct_names([plan, alone]) == {plan.id: "県の計画", "alone": "別の計画"}
    assert distinct_names([plan, later]) == {plan.id: "R6～R10　県の計画", "later": "R11　県の計画"}
    assert distinct_names([plan, copy, later, alone]) == {
        plan.id: f"{plan.id}　県の計画", "a-copy": "a-copy　県の計画", "later": "R11　県の計画", "alone": "別の計画",
    }  # fmt: skip
