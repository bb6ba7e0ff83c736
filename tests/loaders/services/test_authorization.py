"""Services: every action asked for every role, own and other department; a method that forgets to ask fails here."""

from __future__ import annotations

import inspect
import io
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import openpyxl
import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import ACTION_WORDS, RULES, Action, Mend, Question, may
from kpi.people import ROLE_WORDS, Person, Role
from kpi.place import Place
from kpi.plan import Division
from loaders.lists.list_intake import Intake
from loaders.lists.list_layout import Told
from loaders.lists.list_plan import Beginning
from loaders.lists.list_reading import ListReading
from loaders.plan.plan_workbook_reading import ReadPlan
from loaders.services import NotAllowed, Services
from loaders.services.authorization import Gate
from loaders.services.lists.listing import PutIn
from loaders.services.maintenance import Decision
from loaders.services.reporting import Edition
from loaders.store import Receipt, Rule, Store
from tests.factory import COUNT, FY, PAPER, POLICY, RATE, ROUND, SURVEY, TRADE, UNSET, filled_form, tiny_plan
from tests.storekit import answer, do, figures, later, reading, save_and_send, save_return

DX = Division("dx", "DX推進課", (RATE, UNSET))
GENERAL = Division("general", "総務課", (PAPER, SURVEY))
LIST = PutIn("a.xlsx", b"x", ListReading("表"), Told())
BEGINNING = Beginning("listed", "名称", FY[2029], FY[2031])
DAY, EARLIER = date(2026, 4, 1), date(2025, 9, 1)


def person(role: Role, *departments: str, divisions: tuple[str, ...] = ()) -> Person:
    return Person("p", "青森 花子", role, frozenset(departments), frozenset(divisions))


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> tuple[Store, dict[str, str]]:
    """One store that no test of this module changes: whoever may not, changes nothing, and whoever may, has a copy."""
    plan = tiny_plan()
    departments = tuple(replace(d, divisions=(DX, GENERAL)) if d.id == POLICY else d for d in plan.departments)
    store = Store(tmp_path_factory.mktemp("services") / "kpi.duckdb")
    store.init([replace(plan, departments=departments)], figures(), Act("", later(0)))
    sent = save_and_send(store, reading(answer(RATE, value=65.0, period="FY2024", release="final")), b"1", later(1))
    draft = save_return(store, reading(answer(PAPER, value=1.0)), b"2", "b.xlsx", by="x", at=later(2)).submission_id
    part = save_return(
        store, replace(reading(answer(RATE, value=1.0)), division_id=DX.id), b"3", "c.xlsx", by="x", at=later(2)
    ).submission_id
    proposal = do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="見直し", by="一郎", at=later(2))
    found = store.snapshot("tiny").observations
    ids = {"sent": sent, "draft": draft, "part": part, "proposal": str(proposal), "code": str(found["code"].iloc[0])}
    store.verify()  # a write or a read leaves no log beside the file: it can be copied as it is
    assert not store.path.with_name("kpi.duckdb.wal").exists()
    return store, ids | {"sha": str(found["sha256"].iloc[0])}


Call = Callable[[Services, dict[str, str], Path], object]


def rows(generator) -> list:
    return list(generator)


#: Every public method of Services: the action it asks, the place it is about ("" none, a department, or a 課), a call.
METHODS: dict[str, tuple[Action, str, Call]] = {
    "snapshot": (Action.SEE_APPROVED, "", lambda d, i, p: d.snapshot("tiny")),
    "trace": (Action.SEE_APPROVED, "", lambda d, i, p: d.trace(i["code"])),
    "export": (Action.EXPORT, "", lambda d, i, p: d.export("tiny", p / "out")),
    "export_parquet": (Action.EXPORT, "", lambda d, i, p: d.export_parquet("tiny", p / "parquet")),
    "report": (Action.EXPORT, "", lambda d, i, p: d.report("tiny", ROUND)),
    "edit_achievements": (Action.MAKE_REPORT, "", lambda d, i, p: d.edit_achievements("tiny", ROUND, RATE, "文")),
    "edit_summary": (Action.MAKE_REPORT, "", lambda d, i, p: d.edit_summary("tiny", ROUND, "overall", "文")),
    "anticipated_questions": (Action.MAKE_REPORT, "", lambda d, i, p: d.anticipated_questions("tiny", ROUND)),
    "edit_question": (Action.MAKE_REPORT, "", lambda d, i, p: d.edit_question("tiny", ROUND, "question:none", "文")),
    "add_question": (Action.MAKE_REPORT, "", lambda d, i, p: d.add_question("tiny", ROUND, RATE, "問", "答")),
    "make_report": (Action.MAKE_REPORT, "", lambda d, i, p: d.make_report("tiny", ROUND, "secretariat")),
    "check_report": (Action.MAKE_REPORT, "", lambda d, i, p: d.check_report("tiny", ROUND, "secretariat")),
    "compare_reports": (
        Action.MAKE_REPORT, "", lambda d, i, p: d.compare_reports("tiny", ROUND, Edition(), Edition(anew=True))
    ),
    "with_reasons": (Action.MAKE_REPORT, "", lambda d, i, p: d.with_reasons("tiny", ())),
    "report_file": (Action.EXPORT, "", lambda d, i, p: d.report_file("tiny", ROUND, "none")),
    "submission": (Action.SEE_RETURNS, POLICY, lambda d, i, p: d.submission(i["sent"])),
    "workbook": (Action.SEE_RETURNS, POLICY, lambda d, i, p: d.workbook(i["sha"])),
    "log": (Action.SEE_LOG, "", lambda d, i, p: d.log("tiny")),
    "take_form": (Action.TAKE_FORM, POLICY, lambda d, i, p: d.take_form(Place("tiny", ROUND, POLICY))),
    "look_form": (Action.TAKE_FORM, POLICY, lambda d, i, p: d.look_form(Place("tiny", ROUND, POLICY))),
    "fill_form": (Action.SAVE, POLICY, lambda d, i, p: d.fill_form(Place("tiny", ROUND, POLICY), {})),
    "take_forms": (Action.TAKE_FORM, "", lambda d, i, p: d.take_forms(Place("tiny", ROUND))),
    "take_sent_back": (Action.TAKE_FORM, POLICY, lambda d, i, p: d.take_sent_back(Place("tiny", ROUND, POLICY))),
    "take_uploads": (
        Action.SAVE, POLICY,
        lambda d, i, p: rows(d.take_uploads(Place("tiny", ROUND, POLICY), [("a.xlsx", b"x")])),
    ),
    "take_return": (
        Action.SAVE, POLICY, lambda d, i, p: d.take_return(Place("tiny", ROUND, POLICY), b"x", "a.xlsx")
    ),
    "take_files": (
        Action.SAVE, POLICY,
        lambda d, i, p: rows(d.take_files(Place("tiny", ROUND, POLICY), [("a.xlsx", b"x")])),
    ),
    "revise": (Action.SAVE, POLICY, lambda d, i, p: d.revise(i["sent"])),
    "mend": (Action.MEND, POLICY, lambda d, i, p: d.mend(i["draft"], [Mend(PAPER, "value", 2.0, "訂正")])),
    "discard": (Action.DISCARD, POLICY, lambda d, i, p: d.discard(i["draft"])),
    "pass_on": (Action.PASS_ON, f"{POLICY}/dx", lambda d, i, p: d.pass_on(i["part"])),
    "join": (Action.JOIN, POLICY, lambda d, i, p: d.join(Place("tiny", ROUND, POLICY))),
    "send": (Action.SEND, POLICY, lambda d, i, p: d.send(i["draft"], DAY)),
    "send_returns": (Action.SEND, "any", lambda d, i, p: d.send_returns([])),
    "open_round": (Action.OPEN_ROUND, "", lambda d, i, p: d.open_round("tiny", tiny_plan().rounds[1])),
    "cancel_round": (Action.OPEN_ROUND, "", lambda d, i, p: d.cancel_round("tiny", ROUND)),
    "close_round": (Action.CLOSE_ROUND, "", lambda d, i, p: d.close_round("tiny", ROUND)),
    "confirm": (Action.CONFIRM, "", lambda d, i, p: d.confirm(i["sent"])),
    "unconfirm": (Action.CONFIRM, "", lambda d, i, p: d.unconfirm(i["sent"], [RATE])),
    "ask_back": (Action.ASK_BACK, "", lambda d, i, p: d.ask_back(i["sent"], [Question(RATE, "value", "?")])),
    "withdraw": (Action.ASK_BACK, "", lambda d, i, p: d.withdraw(i["sent"], ["Q9"])),
    "propose_card": (Action.PROPOSE_CARD, "", lambda d, i, p: d.propose_card("tiny", PAPER, {"target": 1.0}, "理由")),
    "effects": (Action.PROPOSE_CARD, "", lambda d, i, p: d.effects("tiny", RATE, {"target": 60.0})),
    "decide_card": (Action.DECIDE_CARD, "", lambda d, i, p: d.decide_card(i["proposal"], True, decided_on=EARLIER)),
    "set_publication": (Action.SET_PUBLICATION, "", lambda d, i, p: d.set_publication([i["code"]], "internal")),
    "memberships": (Action.SET_PEOPLE, "", lambda d, i, p: d.memberships()),
    "set_membership": (Action.SET_PEOPLE, "", lambda d, i, p: d.set_membership(Rule("", "mail", "a@b", "reader"))),
    "remove_membership": (Action.SET_PEOPLE, "", lambda d, i, p: d.remove_membership("M9")),
    "rename_department": (Action.SET_DEPARTMENTS, "", lambda d, i, p: d.rename_department("tiny", TRADE, "経済", DAY)),
    "merge_departments": (
        Action.SET_DEPARTMENTS, "", lambda d, i, p: d.merge_departments("tiny", [TRADE, "agri"], "new", "産業部", DAY)
    ),
    "split_department": (
        Action.SET_DEPARTMENTS, "", lambda d, i, p: d.split_department("tiny", POLICY, "dx", "DX部", [RATE], DAY)
    ),
    "move_indicators": (Action.SET_DEPARTMENTS, "", lambda d, i, p: d.move_indicators("tiny", [RATE], TRADE, DAY)),
    "set_divisions": (Action.SET_DIVISIONS, POLICY, lambda d, i, p: d.set_divisions("tiny", POLICY, [DX])),
    "directory_rows": (Action.SET_DIVISIONS, "any", lambda d, i, p: d.directory_rows("tiny")),
    "read_directory": (Action.SET_DIVISIONS, "any", lambda d, i, p: d.read_directory("tiny", b"x", "a.xlsx")),
    "compare_directory": (Action.SET_DIVISIONS, "any", lambda d, i, p: d.compare_directory("tiny", ())),
    "apply_directory": (Action.SET_DIVISIONS, "any", lambda d, i, p: d.apply_directory("tiny", (), ())),
    "reload_plans": (Action.SET_PLAN, "", lambda d, i, p: d.reload_plans()),
    "offer_plan": (Action.SET_PLAN, "", lambda d, i, p: d.offer_plan("tiny", True)),
    "allow_sole_secretary": (Action.SET_PLAN, "", lambda d, i, p: d.allow_sole_secretary("tiny", True)),
    "plan_workbook": (Action.SET_PLAN, "", lambda d, i, p: d.plan_workbook("tiny")),
    "read_plan_workbook": (Action.SET_PLAN, "", lambda d, i, p: d.read_plan_workbook(b"x", "a.xlsx")),
    "compare_plan": (Action.SET_PLAN, "", lambda d, i, p: d.compare_plan("tiny", tiny_plan(), DAY)),
    "has_moved_on": (Action.SET_PLAN, "", lambda d, i, p: d.has_moved_on("tiny", ReadPlan(None, (), "x"))),
    "revise_plan": (
        Action.SET_PLAN, "",
        lambda d, i, p: d.revise_plan("tiny", tiny_plan(), (), Decision(DAY, DAY, "理由"), ("a", b"x")),
    ),
    "plan_revisions": (Action.SET_PLAN, "", lambda d, i, p: d.plan_revisions("tiny")),
    "revision_file": (Action.SET_PLAN, "", lambda d, i, p: d.revision_file("tiny", "none")),
    "begin_plan": (Action.SET_PLAN, "", lambda d, i, p: d.begin_plan("tiny", "b", "名称", FY[2029], FY[2031])),
    "begin_plan_from_workbook": (
        Action.SET_PLAN, "", lambda d, i, p: d.begin_plan_from_workbook(ReadPlan(None, ()), ("a", b"x")),
    ),
    "next_plan": (Action.SET_PLAN, "", lambda d, i, p: d.next_plan("tiny", "b", "名称", FY[2029], FY[2031])),
    "open_list": (Action.PROPOSE_CARD, "", lambda d, i, p: d.open_list(b"x", "a.xlsx")),
    "has_sample_files": (Action.SAMPLES, "", lambda d, i, p: d.has_sample_files("tiny")),
    "list_layouts": (Action.PROPOSE_CARD, "", lambda d, i, p: d.list_layouts()),
    "lists": (Action.PROPOSE_CARD, "", lambda d, i, p: d.lists("tiny")),
    "list_file": (Action.PROPOSE_CARD, "", lambda d, i, p: d.list_file("tiny", "none")),
    "list_cells": (Action.SEE_APPROVED, "", lambda d, i, p: d.list_cells("tiny", RATE)),
    "compare_list": (Action.PROPOSE_CARD, "", lambda d, i, p: d.compare_list("tiny", LIST.reading, LIST.told)),
    "take_list": (Action.PROPOSE_CARD, "", lambda d, i, p: d.take_list("tiny", LIST, Intake(), "理由")),
    "plan_of_list": (Action.SET_PLAN, "", lambda d, i, p: d.plan_of_list(LIST.reading, BEGINNING, "a.xlsx")),
    "begin_from_list": (Action.SET_PLAN, "", lambda d, i, p: d.begin_from_list(LIST, BEGINNING)),
    "readings": (Action.PROPOSE_CARD, "", lambda d, i, p: d.readings("tiny")),
    "reading_file": (Action.PROPOSE_CARD, "", lambda d, i, p: d.reading_file("tiny", "none")),
    "keep_reading": (
        Action.PROPOSE_CARD, "", lambda d, i, p: d.keep_reading("tiny", "a.xlsx", b"x", "表", Told(rows={3: "skip"})),
    ),
    "drop_reading": (Action.PROPOSE_CARD, "", lambda d, i, p: d.drop_reading("tiny", "none")),
    "drop_list": (Action.PROPOSE_CARD, "", lambda d, i, p: d.drop_list("tiny", "none", "理由")),
    "load_samples": (Action.SAMPLES, "", lambda d, i, p: d.load_samples("tiny")),
    "remove_samples": (Action.SAMPLES, "", lambda d, i, p: d.remove_samples()),
    "start_empty": (Action.SAMPLES, "", lambda d, i, p: d.start_empty("tiny")),
    "backup": (Action.KEEP, "", lambda d, i, p: d.backup(p / "copy.duckdb")),
    "restore": (Action.KEEP, "", lambda d, i, p: d.restore(p / "none.duckdb")),
    "verify": (Action.KEEP, "", lambda d, i, p: d.verify()),
    "rebuild": (Action.KEEP, "", lambda d, i, p: d.rebuild(p / "again.duckdb")),
}  # fmt: skip

PEOPLE = {
    "reader": person(Role.READER),
    "reader with departments": person(Role.READER, POLICY),
    "own": person(Role.DEPARTMENT, POLICY),
    "other": person(Role.DEPARTMENT, TRADE),
    "no department": person(Role.DEPARTMENT),
    "own 課": person(Role.DEPARTMENT, POLICY, divisions=(f"{POLICY}/dx",)),
    "other 課": person(Role.DEPARTMENT, POLICY, divisions=(f"{POLICY}/general",)),
    "secretariat": person(Role.SECRETARIAT),
    "admin": person(Role.ADMIN),
}


def allowed(who: Person, action: Action, place: str) -> bool:
    if place == "any":
        return any(may(who, action, Place("tiny", department_id=d)) for d in ("", *who.departments))
    department, _, division = place.partition("/")
    return may(who, action, Place("tiny", "", department, division))


def methods() -> set[str]:
    found = inspect.getmembers(Services, inspect.isfunction)
    return {name for name, _ in found if not name.startswith("_") and name not in vars(Gate)}


def test_every_method_of_a_desk_and_every_action_is_in_the_table():
    assert methods() == set(METHODS)
    asked = {action for action, _, _ in METHODS.values()}
    # 代理登録 marks what staff save; the handover is drawn from what the snapshot may show.
    assert set(Action) - asked == {Action.ENTER_FOR, Action.SEE_HANDOVER}
    assert set(RULES) == set(Action) == set(ACTION_WORDS)


@pytest.mark.parametrize("name", METHODS)
def test_who_may_not_is_refused_before_anything_happens(filled, tmp_path, name):
    store, ids = filled
    action, place, call = METHODS[name]
    before = store.revision()
    refused = [who for who in PEOPLE.values() if not allowed(who, action, place)]
    for who in refused:
        with pytest.raises(NotAllowed) as caught:
            call(Services(store, who, tmp_path, lambda: later(50)), ids, tmp_path)
        assert caught.value.issue.code == "right.refused"
        assert ACTION_WORDS[action] in str(caught.value)
        assert ROLE_WORDS[who.role] in str(caught.value)
    assert store.revision() == before
    assert list(tmp_path.iterdir()) == []
    assert bool(refused) == (action not in (Action.SEE_APPROVED, Action.EXPORT))


@pytest.mark.parametrize("name", [n for n in METHODS if n not in ("load_samples", "restore")])
def test_who_may_is_let_through(filled, tmp_path, name):
    store, ids = filled
    action, place, call = METHODS[name]
    may_do = [who for who in PEOPLE.values() if allowed(who, action, place)]
    assert may_do
    shutil.copyfile(store.path, tmp_path / "own.duckdb")
    who = may_do[0]
    with suppress(KeyError):  # of a rule that nobody has made
        call(Services(Store(tmp_path / "own.duckdb"), who, tmp_path / "data", lambda: later(50)), ids, tmp_path)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("who", PEOPLE)
def test_the_table_of_rights_as_it_was_agreed(action, who):
    """Written out once more by hand, so that a slip in the table shows."""
    everyone, staff, admin = {Action.SEE_APPROVED, Action.EXPORT}, set(Action), set(Action)
    staff -= {Action.SET_PEOPLE, Action.SET_DEPARTMENTS, Action.SET_PLAN, Action.SAMPLES, Action.KEEP}
    of_departments = {
        Action.SEE_RETURNS, Action.TAKE_FORM, Action.SAVE, Action.MEND, Action.DISCARD, Action.PASS_ON, Action.JOIN,
        Action.SEND, Action.SET_DIVISIONS, Action.SEE_HANDOVER,
    }  # fmt: skip
    lead = {Action.JOIN, Action.SEND, Action.SET_DIVISIONS}
    wanted = {
        "own": everyone | of_departments,
        "own 課": everyone | (of_departments - lead),
        "secretariat": staff,
        "admin": admin,
    }.get(who, everyone)
    assert may(PEOPLE[who], action, Place("tiny", "", POLICY, "dx")) == (action in wanted)


# --- what the methods do beyond asking ---


@pytest.fixture
def own(filled, tmp_path):
    store, ids = filled
    shutil.copyfile(store.path, tmp_path / "own.duckdb")

    clock = count()

    def services(who: str) -> Services:
        return Services(Store(tmp_path / "own.duckdb"), PEOPLE[who], tmp_path, lambda: later(50 + next(clock) / 100))

    return services, ids


def test_a_file_of_another_department_is_refused_wherever_it_is_put(own):
    services, _ = own
    form = filled_form(department=TRADE)
    taken = services("own").take_return(Place("tiny", ROUND, POLICY), form, "他部局.xlsx")
    assert taken.saved is None
    assert [i.code for i in taken.issues] == ["right.refused"]
    staff = services("secretariat").take_return(Place("tiny"), form, "他部局.xlsx")
    assert staff.saved is not None
    stored = services("secretariat").submission(staff.saved.submission_id)
    assert (stored.on_behalf, stored.reading.department_id) == (True, TRADE)


def test_what_a_person_sees_is_what_the_person_may_see(own):
    services, ids = own
    assert services("reader").trace(ids["code"]) == ()
    assert [p.code for p in services("own").trace(ids["code"])] == [ids["code"]]
    services("secretariat").confirm(ids["sent"])
    assert [p.code for p in services("reader").trace(ids["code"])] == [ids["code"]]
    assert services("reader").snapshot("tiny").submissions.empty
    assert set(services("own").snapshot("tiny").submissions["department_id"]) == {POLICY}
    services("secretariat").set_publication([ids["code"]], "internal")
    assert services("reader").trace(ids["code"]) == ()
    assert services("reader").snapshot("tiny").observations.empty


def test_after_closing_a_department_is_late_and_the_secretariat_gives_a_reason(own):
    services, ids = own
    assert services("secretariat").close_round("tiny", ROUND) == ()
    assert [i.code for i in services("own").send(ids["draft"])] == ["round.closed"]
    again = services("secretariat").revise(ids["sent"])
    assert isinstance(again, str)
    assert services("secretariat").mend(again, [Mend(RATE, "value", 62.0, "集計誤り")]) == ()
    assert [i.code for i in services("secretariat").send(again)] == ["round.closed_reason"]
    assert not isinstance(services("secretariat").send(again, reason="集計誤りの訂正"), tuple)
    snapshot = services("secretariat").snapshot("tiny")
    assert 62.0 in set(snapshot.observations["value"])
    then = services("secretariat").snapshot("tiny", snapshot.closed[ROUND]).observations
    assert set(then["value"]) == {65.0}


def test_the_form_sent_back_carries_the_question(own):
    services, ids = own
    services("secretariat").ask_back(ids["sent"], [Question(RATE, "value", "前年より大きく増えた理由は何ですか。")])
    name, data = services("own").take_sent_back(Place("tiny", ROUND, POLICY))
    assert "修正依頼" in name
    book = openpyxl.load_workbook(io.BytesIO(data))
    notes = [c.comment.text for s in book.worksheets for r in s.iter_rows() for c in r if c.comment]
    assert any("前年より大きく増えた理由" in note for note in notes)
    assert list(services("secretariat").snapshot("tiny").takes["department_id"]) == [POLICY]


def test_a_question_goes_with_its_indicator_to_who_answers_for_it_then(own):
    services, ids = own
    staff = services("secretariat")
    assert staff.ask_back(ids["sent"], [Question(RATE, "value", "何の値ですか。")]) == ()
    assert services("admin").merge_departments("tiny", [POLICY, TRADE], TRADE, "商工政策部", EARLIER) == ()
    (asked,) = staff.snapshot("tiny").questions.to_dict("records")
    assert (asked["department_id"], asked["submission_id"]) == (TRADE, ids["sent"])
    book = openpyxl.load_workbook(io.BytesIO(staff.take_sent_back(Place("tiny", ROUND, TRADE))[1]))
    assert any("何の値ですか" in c.comment.text for s in book for r in s.iter_rows() for c in r if c.comment)
    said = reading(answer(RATE, value=64.0, period="FY2024", release="final"), department=TRADE)
    answered = save_and_send(staff.store, said, b"9", later(70))
    (over,) = staff.snapshot("tiny").questions.to_dict("records")
    assert (over["department_id"], over["answered_by"]) == (POLICY, answered)  # whom it was asked of stays on record
    assert staff.store.verify() == ()


def test_a_moved_question_is_answered_on_the_page_and_the_old_answer_is_not_said_again(own):
    services, ids = own
    staff, admin = services("secretariat"), services("admin")
    theirs = save_and_send(
        staff.store,
        reading(answer(COUNT, value=5.0, period="FY2024", release="final"), department=TRADE),
        b"8",
        later(6),
    )
    rows = [answer(one, value=44.0, period="FY2024", release="final") for one in (RATE, PAPER)]
    both = save_and_send(staff.store, reading(*rows), b"7", later(5))
    assert staff.ask_back(ids["sent"], [Question(RATE, "value", "何の値ですか。")]) == ()
    assert admin.move_indicators("tiny", [RATE], TRADE, EARLIER) == ()
    again = admin.revise(theirs)
    period = [Mend(RATE, key, said, "聞かれた値") for key, said in (("period", "FY2024"), ("release", "final"))]
    assert admin.mend(again, [Mend(RATE, "value", 45.0, "数え直した"), *period]) == ()
    assert isinstance(admin.send(again), Receipt)
    assert list(staff.snapshot("tiny").questions["answered_by"]) == [again]
    (refused,) = admin.revise(ids["sent"])  # it answered nothing else
    assert refused.code == "revise.moved"
    kept = admin.submission(admin.revise(both)).reading.answers
    assert {a.subject_id for a in kept} == {PAPER}
    assert staff.store.verify() == ()


def test_the_effects_of_a_card_are_told_for_each_closed_round_and_now(own):
    services, _ = own
    staff = services("secretariat")
    staff.close_round("tiny", ROUND)
    found = staff.effects("tiny", RATE, {"target": 60.0})
    assert [(e.round_id, e.before, e.after, e.alters) for e in found] == [
        (ROUND, "on_track", "achieved", True), ("", "on_track", "achieved", True)
    ]  # fmt: skip
    assert not any(e.alters for e in staff.effects("tiny", RATE, {"lag_months": 1}))
    assert staff.snapshot("tiny").cards[RATE].target == 100.0


def test_april_changes_departments_from_a_day_on(own):
    services, _ = own
    admin = services("admin")
    assert admin.rename_department("tiny", TRADE, "経済産業部", DAY, "組織改正") == ()
    assert admin.split_department("tiny", POLICY, "dxdep", "DX部", [RATE, UNSET], DAY) == ()
    assert [i.code for i in admin.rename_department("tiny", TRADE, " ", DAY)] == ["april.unfit"]
    plan = admin.snapshot("tiny").plan
    before = date(2026, 3, 31)
    assert (plan.department(TRADE).name(before), plan.department(TRADE).name(DAY)) == ("商工労働部", "経済産業部")
    assert (plan.owner(RATE, before).id, plan.owner(RATE, DAY).id) == (POLICY, "dxdep")
    assert [v.id for v in plan.department("dxdep").divisions_on(DAY)] == ["dx"]
    assert [v.id for v in plan.department(POLICY).divisions_on(DAY)] == ["general"]
    assert admin.merge_departments("tiny", [TRADE, "agri"], "industry", "産業部", DAY) == ()
    plan = admin.snapshot("tiny").plan
    assert {i.id for i in plan.owned_by("industry", DAY)} == {"support-count", "fan-total", "rice-cut"}
    assert not any(n.holds(DAY) for n in plan.department(TRADE).names)


@pytest.mark.parametrize(
    ("claim", "pattern"),
    [
        ("mail", "a@x.jp,b@x.jp"), ("mail", "a@x.jp\nb@x.jp"), ("mail", "ａ@x.jp"), ("mail", "a@x\u212a.jp"),
        ("mail", "[a-z]*@x.jp"), ("mail", "a@x@y.jp"), ("name", "青森\t花子"), ("name", "青\x07森"),
        ("group", "総\u202e務"),
    ],
)  # fmt: skip
def test_a_rule_that_could_not_mean_one_person_or_one_kind_is_refused(own, claim, pattern):
    services, _ = own
    (refused,) = services("admin").set_membership(Rule("", claim, pattern, "reader"))
    assert refused.code == "membership.pattern"
    assert services("admin").memberships() == ()
    for sound in (("mail", "*@pref.example.jp"), ("name", "青森　花子"), ("group", "[DX]推進課*")):
        assert isinstance(services("admin").set_membership(Rule("", *sound, "reader")), Rule)


def test_the_last_who_may_set_rules_stays(own):
    services, _ = own
    admin = services("admin")
    first = admin.set_membership(Rule("", "mail", "a@x.jp", "admin"))
    assert isinstance(first, Rule)
    demoted = replace(first, role="reader")
    for refused in (admin.remove_membership(first.rule_id), admin.set_membership(demoted)):
        assert [i.code for i in refused] == ["directory.last_admin"]
    assert admin.memberships() == (first,)
    # One of a single plan sets no rules: it does not stand in.
    admin.set_membership(Rule("", "mail", "b@x.jp", "admin", plan_id="tiny"))
    assert admin.remove_membership(first.rule_id)
    admin.set_membership(Rule("", "mail", "c@x.jp", "admin"))
    assert isinstance(admin.set_membership(demoted), Rule)
    assert admin.remove_membership(first.rule_id) == ()


def test_names_with_controls_are_refused_at_the_desk_and_a_person_s_is_cleaned(own):
    services, _ = own
    admin = services("admin")
    assert [i.code for i in admin.rename_department("tiny", TRADE, "経\x07済部", DAY)] == ["april.unfit"]
    assert [i.code for i in admin.split_department("tiny", POLICY, "dx2", "D\nX", [RATE], DAY)] == ["april.unfit"]
    odd = Division("dx", "D\x0bX課", (RATE,))
    assert [i.code for i in admin.set_divisions("tiny", POLICY, [odd])] == ["april.unfit"]
    person = Person("x", "青森\n花\u202e子\x07", Role.ADMIN)
    assert Gate(admin.store, person, admin.data).person.name == "青森 花子"
