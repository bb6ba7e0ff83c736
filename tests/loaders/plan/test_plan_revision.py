"""A plan revised by its workbook, and the next one begun from it: what is told, kept, decided and undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from kpi.people import OPERATOR, Person, Role
from kpi.plan import Division, Plan
from kpi.snapshot import Snapshot
from loaders.benchmarks.benchmark_files import write_empty
from loaders.cli.commands import main
from loaders.plan.folder import load_plan
from loaders.plan.next_plan import next_plan
from loaders.plan.plan_files import write_folder
from loaders.plan.plan_revision import Revision, compare
from loaders.services import NotAllowed, Services
from loaders.services.maintenance import Decision
from loaders.store import Store
from tests.factory import COUNT, CUT, FY, PAPER, POLICY, RATE, ROUND, TRADE, tiny_plan
from tests.loaders.plan.bookkit import NEW, Hurt, add, book, drop, put, read, rich_plan, say, settled, treated
from tests.storekit import answer, do, first_start, later, new_store, read_back, reading, save_return, send

NOW = later(24 * 90)
DAY = NOW.date()
PEOPLE = {
    "one": OPERATOR,
    "other": Person("other", "別の担当者", Role.ADMIN),
}


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """The tiny plan with a 課 in it and an answer about two indicators."""
    plan = settled(tiny_plan())
    departments = tuple(
        replace(d, divisions=(Division("ka1", "DX推進課", (RATE,)),)) if d.id == POLICY else d for d in plan.departments
    )
    store = new_store(tmp_path, replace(plan, departments=departments))
    one = reading(answer(RATE, value=65.0, period="FY2024", release="final"), department=POLICY)
    sent = save_return(store, one, f"{RATE}=65.0".encode(), "a.xlsx", at=later(1)).submission_id
    send(store, sent, by="部局", at=later(2))
    return as_("one", store, tmp_path)


def as_(who: str, store: Store, folder: Path) -> Services:
    return Services(store, PEOPLE[who], folder, lambda: NOW)


def look(services: Services) -> Snapshot:
    return services.store.snapshot("tiny")


def given(services: Services, *how: Hurt) -> tuple[Plan, tuple[str, bytes]]:
    """The workbook as it is taken away now, treated and put in again."""
    name, data = services.plan_workbook("tiny")
    worked = treated(data, *how)
    found = services.read_plan_workbook(worked, name)
    assert found.plan is not None, found.issues
    assert found.sound, found.issues
    return found.plan, (name, worked)


def told(services: Services, *how: Hurt) -> Revision:
    return services.compare_plan("tiny", given(services, *how)[0], DAY)


def revise(services: Services, *how: Hurt, reason: str = "中間見直し", decided_on: date = DAY):
    plan, file = given(services, *how)
    found = services.compare_plan("tiny", plan, DAY)
    return services.revise_plan("tiny", plan, found.changes, Decision(decided_on, DAY, reason), file)


def sole(services: Services) -> Services:
    assert services.allow_sole_secretary("tiny", True) == ()
    return services


#: Nothing points to the indicator any more.
LEAVES_RATE = (drop("担当", 指標の記号=RATE), put("課", "担当する指標・取組の記号", None, 記号="ka1"))


# ---- what is told


def test_a_workbook_that_nobody_has_changed_changes_nothing(services: Services) -> None:
    assert told(services) == Revision(replace(look(services).plan, cards=tuple(look(services).cards.values())))


def test_a_period_is_told_as_people_say_it(services: Services) -> None:
    (change,) = told(services, put("指標", "目標値の時点", "令和9年度", 記号=COUNT)).changes
    assert (change.before, change.after) == ("令和10年度(2028年度)", "令和9年度(2027年度)")


def test_every_row_that_is_added_changed_or_gone_is_told_before_and_after(services: Services) -> None:
    found = told(
        services,
        add("指標", **NEW),
        add("担当", 指標の記号="new-one", 部局の記号=TRADE),
        put("指標", "目標値", 1800, 記号=COUNT),
        drop("担当", 指標の記号=CUT), drop("指標", 記号=CUT),
        add("用語", 鍵="letter_person", 語="担当"),
        say("計画", "標語", "新しい標語"),
    )  # fmt: skip
    words = [(c.how, c.sheet, c.what, c.column, c.before, c.after, c.decided) for c in found.changes]
    assert ("changed", "計画", "", "標語", "", "新しい標語", False) in words
    assert ("changed", "指標", "2 県内企業のデジタル化・DX支援件数", "目標値", "2000", "1800", True) in words
    assert ("ended", "指標", "4 稲作の10a当たりの労働時間削減率", "", "", f"{DAY} から欠番", True) in words
    assert (
        "added",
        "担当",
        "8 新しい指標 商工労働部",
        "",
        "",
        "指標: 8 新しい指標、部局: 商工労働部",
        False,
    ) in words
    (new,) = (w for w in words if w[0] == "added" and w[1] == "指標")
    assert "番号: 8" in new[5]
    assert "目標値: 10" in new[5]
    assert new[6] is False
    assert ("added", "用語", "担当", "", "", "鍵: letter_person、語: 担当", False) in words
    assert len(words) == 6
    assert found.issues == ()


def test_rows_in_another_order_are_told_and_a_reordered_plan_is_put_in_force(services: Services) -> None:
    plan = look(services).plan
    wanted = replace(plan, indicators=tuple(reversed(plan.indicators)), cards=tuple(look(services).cards.values()))
    found = services.compare_plan("tiny", wanted, DAY)
    assert [(c.sheet, c.column) for c in found.changes if c.sheet == "指標"] == [("指標", "並び順")]


FAULTS = [
    ("plan.number_taken", [add("指標", **NEW | {"番号": "4"})]),
    ("plan.number_taken", [put("指標", "番号", "2", 記号=RATE)]),
    ("plan.another", [say("計画", "計画の記号", "another")]),
    ("plan.lost_department", [drop("部局", 記号="agri"), drop("担当", 部局の記号="agri")]),
    ("plan.lost_round", [drop("照会", 記号=ROUND)]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "how"), FAULTS, ids=lambda v: v if isinstance(v, str) else "")
def test_what_must_not_be_says_why_and_nothing_is_written(services: Services, code: str, how: list[Hurt]) -> None:
    do(services.store, "open_round", "tiny", look(services).plan.round(ROUND), by="事務局", at=later(0.5))
    before = services.store.log_head()
    plan, file = given(services, *how)
    found = services.compare_plan("tiny", plan, DAY)
    assert code in {i.code for i in found.issues}
    assert all(i.message and i.advice and i.sheet for i in found.issues)
    refused = services.revise_plan("tiny", plan, found.changes, Decision(DAY, DAY, "理由"), file)
    assert code in {i.code for i in refused}
    assert services.store.log_head() == before


def test_the_number_of_a_dropped_indicator_stays_its_own(services: Services) -> None:
    assert revise(sole(services), drop("担当", 指標の記号=CUT), drop("指標", 記号=CUT)) == ()
    found = told(services, add("指標", **NEW | {"番号": "4"}))
    assert [i.code for i in found.issues] == ["plan.number_taken"]


def test_a_field_stays_as_long_as_what_is_dropped_stands_in_it() -> None:
    plan = settled(rich_plan())
    gone = plan.fields[0].id
    wanted = replace(
        plan,
        fields=plan.fields[1:],
        indicators=tuple(i for i in plan.indicators if i.field_id != gone),
        initiatives=(),
    )
    found = compare(plan, wanted, (), DAY)
    assert {i.code for i in found.issues} == {"plan.still_used"}


# ---- what is kept


def test_a_dropped_indicator_keeps_its_place_its_owner_and_its_values(services: Services) -> None:
    assert revise(sole(services), *LEAVES_RATE, drop("指標", 記号=RATE)) == ()
    now = look(services)
    assert now.plan.indicators[0].id == RATE
    assert now.is_dropped(RATE, DAY)
    assert now.plan.owner(RATE, DAY - timedelta(days=1)).id == POLICY
    assert len(now.observations[now.observations["indicator_id"] == RATE]) == 1
    assert "欠番とする日" in now.cards[RATE].reason


def test_an_initiative_ends_a_division_ends_and_neither_disappears() -> None:
    plan = settled(rich_plan())
    departments = tuple(replace(d, divisions=()) for d in plan.departments)
    found = compare(plan, replace(plan, initiatives=plan.initiatives[:1], departments=departments), (), DAY)
    assert [(i.id, i.state) for i in found.plan.initiatives] == [("work1", "new"), ("work2", "ended")]
    assert found.plan.owner("work2", DAY) is None
    assert found.plan.owner("work2", DAY - timedelta(days=1)).id == TRADE
    (ended,) = found.plan.department(POLICY).divisions
    assert (ended.id, ended.valid_to) == ("ka1", DAY - timedelta(days=1))
    assert ("ended", "取組", "下の取組") in {(c.how, c.sheet, c.what) for c in found.changes}


def test_divisions_are_kept_when_a_workbook_says_nothing_new(services: Services) -> None:
    assert revise(services, say("計画", "標語", "新しい標語")) == ()
    assert [v.name for v in look(services).plan.department(POLICY).divisions] == ["DX推進課"]


# ---- who decides


def test_a_new_indicator_stands_at_once_and_a_changed_target_waits_for_another_person(
    services: Services, tmp_path: Path
) -> None:
    how = [
        add("指標", **NEW),
        add("担当", 指標の記号="new-one", 部局の記号=TRADE),
        put("指標", "目標値", 1800, 記号=COUNT),
    ]
    assert revise(services, *how) == ()
    now = look(services)
    assert now.cards["new-one"].target == 10.0
    assert now.plan.owner("new-one", DAY).id == TRADE
    assert now.cards[COUNT].target == 2000.0
    (waiting,) = now.proposals[now.proposals["state"] == "open"].to_dict("records")
    assert (waiting["indicator_id"], waiting["reason"]) == (COUNT, "中間見直し")
    # What waits already is not proposed once more.
    assert {i.code for i in revise(services, put("指標", "目標値", 1800, 記号=COUNT))} == {"plan.same"}
    own = services.decide_card(waiting["proposal_id"], True, decided_on=DAY)
    assert {i.code for i in own} == {"card.same_person"}
    other = as_("other", services.store, tmp_path)
    assert other.decide_card(waiting["proposal_id"], True, decided_on=DAY) == ()
    assert look(services).cards[COUNT].target == 1800.0
    assert "当初2,000件→変更後1,800件" in look(services).cards[COUNT].reason


def test_a_secretariat_of_one_decides_all_of_it_and_the_wording_says_so(services: Services) -> None:
    how = [put("指標", "目標値", 1800, 記号=COUNT), put("指標", "名称", "新しい名称", 記号=PAPER)]
    assert revise(sole(services), *how) == ()
    now = look(services)
    assert now.cards[COUNT].target == 1800.0
    assert now.plan.indicator(PAPER).name == "新しい名称"
    assert "本部決定" in now.cards[COUNT].reason
    assert told(services).changes == ()


def test_thresholds_go_by_the_same_way_and_one_that_is_emptied_is_the_default_again(services: Services) -> None:
    sole(services)
    plan, file = given(services)
    wanted = replace(plan, scheme=replace(plan.scheme, thresholds={"on_track": 0.9, "mostly": 0.7}))
    for scheme in (wanted.scheme, replace(plan.scheme, thresholds={"mostly": 0.6})):
        now = replace(given(services)[0], scheme=scheme)
        found = services.compare_plan("tiny", now, DAY)
        assert all(c.decided for c in found.changes)
        assert services.revise_plan("tiny", now, found.changes, Decision(DAY, DAY, "理由"), file) == ()
        assert look(services).plan.scheme == scheme


def test_a_plan_whose_term_is_over_changes_no_judging_rule(services: Services, tmp_path: Path) -> None:
    assert do(services.store, "close_round", "tiny", ROUND, at=later(3)) == ()
    plan = look(services).plan
    later_on = Services(services.store, OPERATOR, tmp_path, lambda: datetime(2031, 6, 1))
    with pytest.raises(NotAllowed):
        revise(later_on, put("指標", "目標値", 1800, 記号=COUNT))
    assert revise(later_on, say("計画", "標語", "新しい標語")) == ()
    assert look(services).plan == replace(plan, slogan="新しい標語")


@pytest.mark.parametrize(
    ("code", "how"),
    [("plan.no_reason", {"reason": " "}), ("plan.not_yet", {"decided_on": DAY + timedelta(days=1)})],
)
def test_a_revision_needs_a_reason_and_a_decision_that_was_made(services: Services, code: str, how: dict) -> None:
    before = services.store.log_head()
    assert {i.code for i in revise(services, say("計画", "標語", "新しい標語"), **how)} == {code}
    assert services.store.log_head() == before


def test_what_was_not_agreed_to_is_not_done(services: Services) -> None:
    plan, file = given(services, say("計画", "標語", "新しい標語"))
    found = services.compare_plan("tiny", plan, DAY)
    assert revise(services, say("計画", "標語", "ほかの人の標語")) == ()
    refused = services.revise_plan("tiny", plan, found.changes, Decision(DAY, DAY, "理由"), file)
    assert {i.code for i in refused} == {"plan.moved"}
    assert look(services).plan.slogan == "ほかの人の標語"


def test_a_rule_that_makes_no_sense_keeps_the_whole_revision_from_being_done(services: Services) -> None:
    plan, file = given(services, say("計画", "標語", "新しい標語"))
    cards = tuple(replace(c, target_period=FY[2020]) if c.indicator_id == COUNT else c for c in plan.cards)
    wanted = replace(plan, cards=cards)
    found = services.compare_plan("tiny", wanted, DAY)
    refused = services.revise_plan("tiny", wanted, found.changes, Decision(DAY, DAY, "理由"), file)
    assert {i.code for i in refused} == {"card.period_order"}
    assert look(services).plan.slogan == ""


# ---- the log, undoing, a rebuild, the files


def test_the_log_tells_what_became_of_the_plan_and_the_workbook_before_turns_it_back(services: Services) -> None:
    before = sole(services).plan_workbook("tiny")[1]
    assert revise(services, add("指標", **NEW), put("指標", "目標値", 1800, 記号=COUNT)) == ()
    log = services.store.log("tiny")
    (row,) = log[log["kind"] == "revise_plan"].to_dict("records")
    assert row["kind_word"] == "プラン定義書による改定"
    assert "8 新しい指標を追加" in row["after"]
    (kept,) = services.plan_revisions("tiny")
    assert (kept.who, kept.reason, kept.decided_on, kept.decision) == (OPERATOR.name, "中間見直し", DAY, "本部決定")
    assert services.revision_file("tiny", kept.files[0][1])[1] == before
    with pytest.raises(KeyError):
        services.revision_file("tiny", "0" * 64)
    plan = services.read_plan_workbook(before, "前.xlsx").plan
    assert plan is not None
    found = services.compare_plan("tiny", plan, DAY)
    file = ("前.xlsx", before)
    assert services.revise_plan("tiny", plan, found.changes, Decision(DAY, DAY, "取消し"), file) == ()
    now = look(services)
    assert now.cards[COUNT].target == 2000.0
    assert now.is_dropped("new-one", DAY)


def test_a_workbook_that_was_taken_before_a_revision_says_that_it_would_turn_it_back(services: Services) -> None:
    old = sole(services).plan_workbook("tiny")[1]

    def moved_on(data: bytes) -> bool:
        return services.has_moved_on("tiny", services.read_plan_workbook(data, "定義書.xlsx"))

    edited = treated(old, put("指標", "名称", "別の名称", 記号=RATE))
    assert not moved_on(old)
    assert not moved_on(edited)  # it differs by what its reader wrote, and by nothing else
    assert revise(services, put("指標", "出典", "別の出典", 記号=COUNT)) == ()
    assert moved_on(old)
    assert moved_on(edited)
    assert not moved_on(services.plan_workbook("tiny")[1])
    lost = treated(old, lambda found: found.remove(found["選択肢"]))
    assert services.read_plan_workbook(lost, "定義書.xlsx").sound
    assert not moved_on(lost)  # nobody knows


def test_a_revision_is_repeated_by_a_rebuild_with_its_workbooks(services: Services, tmp_path: Path) -> None:
    how = [add("指標", **NEW), put("指標", "目標値", 1800, 記号=COUNT), put("指標", "名称", "名", 記号=PAPER),
           drop("担当", 指標の記号=CUT), drop("指標", 記号=CUT)]  # fmt: skip
    assert revise(sole(services), *how) == ()
    assert services.begin_plan("tiny", "tiny-2029", "次の計画", FY[2029], FY[2031]) == ()
    again = Store(tmp_path / "again.duckdb")
    assert [i.message for i in services.store.rebuild(again.path, read_back)] == []
    assert again.verify() == ()
    assert again.snapshot("tiny").plan == look(services).plan
    assert again.snapshot("tiny").cards == look(services).cards
    assert again.plan("tiny-2029") == services.store.plan("tiny-2029")
    for one in again.revisions("tiny"):
        assert all(again.workbook(digest)[1] for _, digest in one.files)


def test_a_file_that_changes_elsewhere_takes_nothing_of_a_revision_away(services: Services, tmp_path: Path) -> None:
    assert revise(sole(services), add("指標", **NEW), say("計画", "標語", "新しい標語")) == ()
    filed = settled(tiny_plan())
    first_start(tmp_path, filed)
    assert "new-one" in look(services).cards
    indicators = tuple(replace(i, source="ほかの出典") if i.id == CUT else i for i in filed.indicators)
    first_start(tmp_path, replace(filed, indicators=indicators))
    now = look(services)
    assert now.plan.indicator("new-one").number == "8"
    assert now.plan.indicator(CUT).source == "ほかの出典"
    assert (now.plan.slogan, now.cards["new-one"].target) == ("新しい標語", 10.0)
    assert services.store.verify() == ()


# ---- the next term


def test_a_next_plan_has_the_words_and_subjects_of_the_last_without_its_values() -> None:
    plan = settled(rich_plan())
    made = next_plan(plan, "next", "次の計画", FY[2029], FY[2031], date(2026, 4, 1))
    assert (made.id, made.name, made.start, made.end, made.rounds) == ("next", "次の計画", FY[2029], FY[2031], ())
    assert COUNT not in {i.id for i in made.indicators}  # 欠番 in the last
    assert all((c.baseline, c.target, c.target_period, c.milestones) == (None, None, None, ()) for c in made.cards)
    assert [i.continues for i in made.initiatives] == [("tiny/work1",), ("tiny/work2",)]
    assert all(i.continues == (f"tiny/{i.id}",) for i in made.indicators)
    assert {i.state for i in made.initiatives} == {"continuing"}
    assert all(i.planned_start is None and i.budget_initial is None for i in made.initiatives)
    assert made.initiatives[0].related_indicators == ()
    assert all(o.valid_from is None and o.subject_id != COUNT for o in made.ownerships)
    assert made.sections == plan.sections
    found = read(book(made))
    assert [i.message for i in found.issues if i.code.startswith("plan.") and i.severity == "fix"] == []
    assert found.plan == made


def test_a_plan_that_is_in_the_store_alone_outlives_a_restart_and_takes_its_workbook(
    services: Services, tmp_path: Path
) -> None:
    assert services.begin_plan("tiny", "tiny-2029", "次の計画", FY[2029], FY[2031]) == ()
    assert {i.code for i in services.begin_plan("tiny", "tiny-2029", "x", FY[2029], FY[2031])} == {"plan.there"}
    assert {i.code for i in services.begin_plan("tiny", "計画", "x", FY[2029], FY[2031])} == {"plan.identity"}
    assert {i.code for i in services.begin_plan("tiny", "b", "x", FY[2029], FY[2028])} == {"plan.years"}
    assert {i.code for i in services.begin_plan("tiny", "b", " ", FY[2029], FY[2030])} == {"plan.no_name"}
    first_start(tmp_path, replace(settled(tiny_plan()), source="変わった出典"))
    assert services.store.plan_ids() == ("tiny", "tiny-2029")
    name, data = services.plan_workbook("tiny-2029")
    found = services.read_plan_workbook(treated(data, put("指標", "目標値", 90, 記号=RATE),
                                                put("指標", "目標値の時点", "FY2031", 記号=RATE)), name)  # fmt: skip
    assert found.plan is not None
    changes = services.compare_plan("tiny-2029", found.plan, DAY).changes
    file = (name, data)
    assert services.revise_plan("tiny-2029", found.plan, changes, Decision(DAY, DAY, "策定"), file) == ()
    proposed = services.store.snapshot("tiny-2029").proposals
    assert list(proposed["indicator_id"]) == [RATE]
    # A folder that is written later is taken for the plan that is there.
    write_folder(tmp_path / "plans" / "tiny-2029", services.store.plan("tiny-2029"))
    filed, issues = load_plan(tmp_path / "plans" / "tiny-2029")
    assert filed is not None
    assert [i for i in issues if i.severity == "fix"] == []
    before = services.store.plan("tiny-2029")
    first_start(tmp_path, filed)
    assert services.store.plan("tiny-2029") == before


# ---- at the command line


def test_the_command_writes_compares_revises_and_makes_a_folder(tmp_path: Path, capsys) -> None:
    plan = settled(tiny_plan())
    write_folder(tmp_path / "plans" / "tiny", plan)
    write_empty(tmp_path / "benchmarks")
    data, out, nxt = ["--data", str(tmp_path)], tmp_path / "b.xlsx", tmp_path / "n.xlsx"
    assert main([*data, "plan-workbook", "--out", str(out)]) == 0
    assert main([*data, "plan-workbook", "--in", str(out)]) == 0
    assert "変わるところはありません" in capsys.readouterr().out
    out.write_bytes(treated(out.read_bytes(), say("計画", "標語", "新"), put("指標", "目標値", 1800, 記号=COUNT)))
    assert main([*data, "plan-workbook", "--in", str(out)]) == 1
    assert main([*data, "plan-workbook", "--in", str(out), "--apply", "--decided-on", "2026-04-01"]) == 2
    told = capsys.readouterr().out
    assert "目標値" in told
    assert "理由" in told
    apply = [*data, "plan-workbook", "--in", str(out), "--apply", "--reason", "見直し", "--decided-on", "2026-04-01"]
    assert main(apply) == 1  # a target waits for another person
    assert "2か所のうち1か所を改定しました" in capsys.readouterr().out
    years = ["--start", "FY2029", "--end", "FY2033"]
    assert main([*data, "plan-workbook", "--out", str(nxt), "--next", "tiny-2029", "--name", "次", *years]) == 0
    assert main([*data, "plan-workbook", "--in", str(nxt), "--folder"]) == 0
    assert load_plan(tmp_path / "plans" / "tiny-2029")[0] is not None
    assert main([*data, "plan-workbook", "--in", str(nxt), "--folder"]) == 2
    assert main([*data, "init"]) in (0, 1)
    assert main([*data, "--plan", "tiny-2029", "plan-workbook", "--in", str(nxt)]) == 0
    broken = tmp_path / "x.xlsx"
    broken.write_bytes(treated(nxt.read_bytes(), put("指標", "区分", "なに", 記号=RATE)))
    assert main([*data, "plan-workbook", "--in", str(broken)]) == 2
    assert "指標!D" in capsys.readouterr().out
    assert main([*data, "plan-workbook"]) == 2
