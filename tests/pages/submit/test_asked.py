"""回答: what the secretariat asks back, and the two levels of a department."""

from dataclasses import replace
from datetime import date

import pytest

from kpi.collection.workflow import Question
from kpi.people import Role
from kpi.plan import Division
from tests.pages.submit.kit import (
    BRIDGE,
    FY,
    GOOD,
    ICT,
    LAND,
    cells,
    form,
    page,
    put_in,
    sent,
    settle,
    snapshot,
    staff,
    states,
    told,
)
from tests.samplekit import AT
from tests.screenkit import english, html, lead, said, sound, upload
from tests.storekit import do

# --- 修正依頼 ------------------------------------------------------------------------------------------------------


def asked_back(store, data, text="桁を確かめてください。"):
    one = sent(store, LAND, GOOD)
    assert staff(store, data).ask_back(one, [Question(ICT, "value", text)]) == ()
    return one


def test_a_question_stands_first_beside_what_was_answered(store, data, acting):
    asked_back(store, data, "*桁*を<b>確かめて")
    acting(Role.DEPARTMENT, LAND)
    at = page()
    assert sound(at)
    assert "修正依頼が1件あります" in lead(at)
    assert next(h.value for h in at.header) == "修正依頼 1件"
    assert "*桁*を&lt;b&gt;確かめて" in html(at)
    assert "回答した内容: 110件" in told(at)
    assert "修正依頼の付いた様式を受け取る" in [d.label for d in at.get("download_button")]
    assert cells(at, "ICT活用工事件数")["結果"][0] == "修正依頼"
    assert english(said(at)) == {}


def test_a_question_is_answered_on_the_page_with_another_value(store, data, acting):
    asked_back(store, data)
    acting(Role.DEPARTMENT, LAND)
    at = page()
    at.button(key="revise").click().run()
    assert sound(at)
    assert at.button(key="send").disabled
    assert "修正依頼があと1件あります。" in told(at)
    at.radio[0].set_value("値を入力する").run()
    next(t for t in at.text_input if t.label.startswith("正しい値")).set_value("112")
    next(t for t in at.text_input if t.label.startswith("直した理由")).set_value("転記を誤っていた")
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert sound(at)
    assert "110件 → 112件(訂正)　理由: 転記を誤っていた" in told(at)
    assert not at.button(key="send").disabled
    at.button(key="send").click().run()
    assert sound(at)
    questions = snapshot(store).questions
    newest = snapshot(store).submissions.iloc[-1]
    assert list(questions["answered_by"]) == [newest["submission_id"]]
    assert "修正依頼" not in lead(at)


def test_that_a_value_is_right_needs_a_reason(store, data, acting):
    asked_back(store, data)
    acting(Role.DEPARTMENT, LAND)
    at = page()
    at.button(key="revise").click().run()
    at.radio[0].set_value("このままで正しい").run()
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert [w.value for w in at.warning] == ["理由を入力してください。"]
    next(t for t in at.text_input if t.label == "理由(必ず)").set_value("単位は件で正しい")
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert "110件(変わりなし)　理由: 単位は件で正しい" in told(at)
    assert not at.button(key="send").disabled


# --- two levels ---------------------------------------------------------------------------------------------------

ROAD, SOIL = "road", "soil"


@pytest.fixture
def divisions(store, data):
    """県土整備部 with two 課, which answer three days before it."""
    plan_id = store.plan_ids()[0]
    made = (Division(ROAD, "道路課", (BRIDGE,), "road@example.jp"), Division(SOIL, "整備企画課", (ICT,)))
    assert staff(store, data).set_divisions(plan_id, LAND, made) == ()
    old = snapshot(store).plan.round(FY)
    assert do(store, "open_round", plan_id, replace(old, division_due=date(2026, 11, 27)), by="s", at=AT) == ()
    return made


def pass_on(store, division, answers, at=AT):
    one = put_in(store, LAND, answers, division=division, by=division, at=at)
    settle(store, one, at)
    assert do(store, "pass_on", one, by=division, at=at) == ()
    return one


def test_a_division_lands_on_its_own_page_and_answers_to_its_lead(store, divisions, acting):
    acting(Role.DEPARTMENT, LAND, divisions=[f"{LAND}/{ROAD}"])
    at = page(department=LAND, division=ROAD)
    assert sound(at)
    assert "回答いただく指標は1件、主管課への期限11月27日(金)17時(あと6日)。" in lead(at)
    assert [s.label for s in at.selectbox] == ["照会"]
    upload(at, *form(store, LAND, {BRIDGE: {"value": "13", "release": "確定"}}, division=ROAD))
    assert states(store) == [(LAND, FY, "draft")]
    settle(store, snapshot(store).submissions.iloc[-1]["submission_id"])
    at.run()
    assert at.button(key="send").label == "③ 主管課へ回答する"
    at.button(key="send").click().run()
    assert sound(at)
    assert states(store) == [(LAND, FY, "passed")]
    assert "主管課へ回答しました(11月21日)" in lead(at)
    assert "ICT活用工事件数" not in told(at)


def test_a_division_may_not_open_its_neighbours_or_its_leads_page(store, divisions, acting):
    pass_on(store, SOIL, {ICT: {"value": "110", "release": "確定"}})
    acting(Role.DEPARTMENT, LAND, divisions=[f"{LAND}/{ROAD}"])
    at = page(department=LAND, division=SOIL)
    assert "ICT活用工事件数" not in told(at)
    assert "道路課" in told(at)
    assert not [b for b in at.button if b.key == "join"]


def test_what_a_department_has_answered_as_a_whole_counts_as_its_divisions_answers(store, divisions, acting):
    acting(Role.DEPARTMENT, LAND)
    assert "2課のうち0課から回答があります。" in told(page())
    sent(store, LAND, GOOD)
    assert "2課のうち2課から回答があります。" in told(page())


def test_the_lead_sees_its_divisions_joins_them_and_answers_with_the_day_of_its_decision(store, divisions, acting):
    acting(Role.DEPARTMENT, LAND)
    at = page()
    assert sound(at)
    assert at.button(key="join").disabled
    pass_on(store, ROAD, {BRIDGE: {"value": "13", "release": "確定"}})
    at = page()
    assert cells(at, '<a href="submit\\?department=land&amp;round=fy2025&amp;division=road" target="_self">道路課</a>')[
        "状態"
    ] == ["主管課へ回答済"]
    assert "まだの課: 整備企画課。" in told(at)
    pass_on(store, SOIL, {ICT: {"value": "110", "release": "確定"}})
    at = page()
    at.button(key="join").click().run()
    assert sound(at)
    assert "課の回答をまとめたもの" in told(at)
    draft = snapshot(store).submissions.iloc[-1]
    assert (draft["division_id"], draft["state"], len(draft["joined_from"])) == ("", "draft", 2)
    at.text_input(key=f"settled-{draft['submission_id']}").set_value("R8.11.31")
    at.button(key="send").click().run()
    assert at.warning[0].value.startswith("送れませんでした。「R8\\.11\\.31」は存在しない年月日です。")
    assert store.submission(draft["submission_id"]).sent_at is None
    at.text_input(key=f"settled-{draft['submission_id']}").set_value("2027/1/5")
    at.button(key="send").click().run()
    assert "部局内決裁済の日付が、きょうより後" in told(at)
    assert store.submission(draft["submission_id"]).sent_at is None
    at.text_input(key=f"settled-{draft['submission_id']}").set_value("R8.11.20")
    at.button(key="send").click().run()
    assert sound(at)
    assert store.submission(draft["submission_id"]).settled_on == date(2026, 11, 20)
    assert "部局内決裁済 11月20日" in told(at)
    assert len(snapshot(store).observations) == 2


def test_what_two_divisions_say_of_one_row_is_settled_by_choosing(store, data, divisions, acting):
    pass_on(store, SOIL, {ICT: {"value": "110", "release": "確定", "person": "土木 一郎"}})
    moved = (Division(ROAD, "道路課", (BRIDGE, ICT)), Division(SOIL, "整備企画課", ()))
    assert staff(store, data).set_divisions(store.plan_ids()[0], LAND, moved) == ()
    other = pass_on(store, ROAD, {BRIDGE: {"value": "13", "release": "確定"}, ICT: {"value": "120", "release": "確定"}})
    acting(Role.DEPARTMENT, LAND)
    at = page()
    at.button(key="join").click().run()
    assert sound(at)
    choice = next(r for r in at.radio if r.label == "使う回答")
    assert [o.replace("\\", "") for o in choice.options] == [
        "道路課: 120件(R7・確定)",
        "整備企画課: 110件(R7・確定) 担当 土木 一郎",
    ]
    assert at.button(key="join-chosen").disabled
    choice.set_value(other).run()
    at.button(key="join-chosen").click().run()
    assert sound(at)
    assert cells(at, "ICT活用工事件数")["今回"][0] == "120件"
    assert "どちらを使うか" not in told(at)


def test_a_row_that_no_division_answers_can_be_filled_in_by_the_lead(store, data, divisions, acting):
    one = (Division(ROAD, "道路課", (BRIDGE,)),)
    assert staff(store, data).set_divisions(store.plan_ids()[0], LAND, one) == ()
    pass_on(store, ROAD, {BRIDGE: {"value": "13", "release": "確定"}})
    acting(Role.DEPARTMENT, LAND)
    at = page()
    at.button(key="join").click().run()
    assert "は、どの課の回答にもありません。" in told(at)
    at.radio[0].set_value("値を入力する").run()
    next(t for t in at.text_input if t.label.startswith("正しい値")).set_value("110")
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert sound(at)
    assert cells(at, "ICT活用工事件数")["今回"][0] == "110件"
