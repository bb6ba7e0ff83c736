"""引継ぎ: everything said before about a department's indicators, for who answers for them from now on."""

import io
from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from kpi.collection.acts import Act
from kpi.collection.reorganisation import move_indicators
from kpi.collection.workflow import Mend, Question
from kpi.handover.history import as_table, everything_said
from kpi.people import Role
from kpi.period import Period
from kpi.place import Place
from loaders.documents.table_files import to_xlsx
from loaders.services.intake import take_return
from loaders.services.operations import make_form
from loaders.store import Receipt
from pages.parts.app.current_view import view
from pages.parts.handover.sources import sources
from tests.browser.walking import fill
from tests.samplekit import AT, store_of, with_store
from tests.screenkit import english, html, lead, run, said, sound
from tests.storekit import decide_card, do, send

LAND, ICT, BRIDGE = "land", "ict-construction", "bridge-ai"
THEN = datetime(2025, 11, 1, 9)


@pytest.fixture
def data(use, tmp_path):
    """A data folder of its own that the screens draw from."""
    return use(with_store(tmp_path))


@pytest.fixture
def store(data):
    return store_of(data)


def answer(store, round_id, answers, at):
    """A sent return of 県土整備部."""
    plan_id = store.plan_ids()[0]
    name, blank = make_form(
        store.snapshot(plan_id), Place(store.snapshot(plan_id).plan.id, round_id, LAND), day=at.date()
    )
    where = {"round_id": round_id, "department_id": LAND}
    own = {"by": "県土 太郎", "at": at}
    taken = take_return(store, fill(blank, answers), name, snapshot=store.snapshot(plan_id), act=Act(**own), **where)
    one = taken.saved.submission_id
    for issue in store.submission(one).open:
        known = next(a for a in store.submission(one).reading.answers if a.subject_id == issue.subject_id)
        do(store, "mend", one, [Mend(issue.subject_id, issue.key, known.value(issue.key), "確かめた")], **own)
    assert isinstance(send(store, one, **own), Receipt)
    return one


@pytest.fixture
def told(store):
    """A year's talk: a value explained, a question and its answer, a correction, a card decided and one proposed."""
    plan_id = store.plan_ids()[0]
    signed = {"section": "整備企画課", "person": "県土 太郎", "contact": "seibi@example.jp"}
    first = {
        "value": "104",
        "release": "速報",
        "analysis": "説明会を増やした",
        "actions": "県内全域に広げる",
        **signed,
    }
    one = answer(store, "fy2024", {ICT: first}, THEN)
    asked = [Question(ICT, "value", "発注件数ではなく完成件数ですか。")]
    assert do(store, "ask_back", one, asked, by="事務局 次郎", at=datetime(2025, 11, 5, 9)) == ()
    again = answer(store, "fy2024", {ICT: {**first, "value": "105"}}, datetime(2025, 11, 8, 9))
    do(store, "confirm", again, by="事務局 次郎", at=datetime(2025, 11, 9, 9))
    fixed = {"value": "110", "release": "確定", "correction": "106", "correction_kind": "確報", **signed}
    answer(store, "fy2025", {ICT: fixed}, AT)
    target = {"target": 300.0, "target_period": Period("FY", 2028)}
    done = do(store, "propose_card", plan_id, ICT, target, reason="実態に合わせる", by="事務局 次郎", at=THEN)
    assert decide_card(store, done, True, date(2026, 3, 12), by="事務局 三郎", at=AT) == ()
    do(store, "propose_card", plan_id, ICT, {"target": 250.0}, reason="下方修正", by="事務局 次郎", at=AT)


def words(at):
    return "".join(said(at))


def test_everything_said_before_stands_there_for_the_new_person(told, acting):
    acting(Role.DEPARTMENT, LAND)
    at = run("handover")
    assert sound(at)
    assert "県土整備部で引き継ぐ指標は2件。次は予定の令和8年度実績照会(2件、期限令和9年11月30日(火)17時)です。" in lead(
        at
    )
    assert "片付いていないことが1件あります。" in lead(at)
    page = words(at)
    for part in (
        "目標値 300件(R10)",
        "105件(速報・確認済)",
        "110件(確定・未確認)",
        "106件(確定・訂正: 確報・未確認)",
        "説明会を増やした",
        "県内全域に広げる",
        "発注件数ではなく完成件数ですか。",
        "R8.3.12本部決定",
        "目標値 250件　理由: 下方修正",
        "整備企画課",
        "県土 太郎",
        "seibi@example.jp",
        "ほか1回",
    ):
        assert part in page, part
    assert english([t for t in said(at) if "@" not in t]) == {}  # a mail address is no word


def test_a_question_is_followed_by_its_answer(told, acting, store):
    acting(Role.DEPARTMENT, LAND)
    run("handover")
    rows = everything_said(view(), view().plan.owned_by(LAND, AT.date()), sources(view()))
    talk = [(s.kind, s.who, s.text) for s in rows if s.kind.startswith("修正依頼")]
    assert [kind for kind, _, _ in talk] == ["修正依頼への回答", "修正依頼"]
    assert talk[0][1] == "県土 太郎"
    assert talk[0][2].startswith("105件(R6・速報)")


def test_it_can_be_taken_away_as_one_sheet(told, acting):
    acting(Role.SECRETARIAT)
    at = run("handover", department=LAND)
    assert "引継ぎ書を受け取る(Excel)" in [d.label for d in at.get("download_button")]
    state = view()
    mine = state.plan.owned_by(LAND, state.day)
    table = as_table(state, mine, everything_said(state, mine, sources(state)))
    assert list(dict.fromkeys(table["指標"])) == [i.name for i in mine]
    assert table.iloc[0]["種類"] == "判定条件"
    assert {"値", "値の訂正", "要因分析", "修正依頼", "修正依頼への回答", "判定条件の決定"} <= set(table["種類"])
    sheet = load_workbook(io.BytesIO(to_xlsx(table, title="引継ぎ"))).active
    assert "説明会を増やした" in [c.value for row in sheet.iter_rows() for c in row]


def test_before_anything_was_said_it_tells_what_is_due_and_nothing_else(store, acting):
    acting(Role.DEPARTMENT, LAND)
    assert "県土整備部で引き継ぐ指標は2件。次は予定の目標値等設定照会(2件)です。" in lead(run("handover"))
    plan = store.snapshot(store.plan_ids()[0]).plan
    assert do(store, "open_round", plan.id, plan.round("fy2025"), by="事務局", at=AT) == ()
    at = run("handover")
    assert sound(at)
    assert "過ぎて未回答" not in words(at)
    assert "次は令和7年度実績照会(2件、期限11月30日(月)17時)です。" in lead(at)
    assert "まだ誰も回答していません。" in words(at)
    assert "片付いていないこと" not in words(at)
    assert f'href="submit?department={LAND}&amp;round=fy2025"' in html(at)


def test_nobody_reads_anothers_handover(store, acting):
    acting(Role.DEPARTMENT, "agriculture")
    assert "権限がありません" in words(run("handover", department=LAND))
    acting(Role.READER)
    assert "権限がありません" in words(run("handover", department=LAND))


def test_who_takes_over_an_indicator_reads_what_was_said_before_it_came(told, store, acting):
    plan = store.snapshot(store.plan_ids()[0]).plan
    moved = move_indicators(plan, [ICT], "commerce", date(2026, 4, 1))
    assert do(store, "change_plan", moved, by="管理者", at=AT, reason="所管替え") == ()
    acting(Role.DEPARTMENT, "commerce")
    at = run("handover")
    assert sound(at)
    assert "発注件数ではなく完成件数ですか。" in words(at)
    assert "105件(速報・確認済)" in words(at)
    assert "seibi@example.jp" in words(at)
    acting(Role.DEPARTMENT, LAND)
    assert "発注件数ではなく完成件数ですか。" not in words(run("handover"))


def test_what_nobody_answers_for_is_told_to_the_secretariat_alone(store, acting):
    plan = store.snapshot(store.plan_ids()[0]).plan
    left = tuple(o for o in plan.ownerships if o.subject_id != BRIDGE)
    assert do(store, "change_plan", replace(plan, ownerships=left), by="管理者", at=AT, reason="x") == ()
    acting(Role.SECRETARIAT)
    assert "担当の部局がない指標(1)" in words(run("handover", department=LAND))
    acting(Role.DEPARTMENT, LAND)
    assert "担当の部局がない指標" not in words(run("handover"))
