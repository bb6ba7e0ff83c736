"""回答: who may do what at which address, and what was sent."""

from datetime import date, datetime, timedelta

import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, ReturnState
from kpi.people import Role
from kpi.period import Period
from kpi.plan import Round
from loaders.services.intake import mend_return
from loaders.store import Receipt
from pages.parts.app.screens import unknown_address
from pages.parts.submit.send_form import receipt_words, until_words
from tests.pages.submit.kit import (
    BRIDGE,
    FARM,
    FY,
    GOOD,
    ICT,
    LAND,
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
from tests.screenkit import html, lead, run, sound, upload
from tests.storekit import do, send


def begin(store):
    """The office starts the round that the calendar has for this autumn."""
    plan_id = store.plan_ids()[0]
    assert do(store, "open_round", plan_id, store.snapshot(plan_id).plan.round(FY), by="事務局", at=AT) == ()


# --- who may do what ----------------------------------------------------------------------------------------------


def test_a_department_sees_its_own_page_at_once_and_nobody_elses(store, acting):
    acting(Role.DEPARTMENT, LAND)
    assert "回答いただく指標は2件、予定の期限は11月30日(月)17時。" in lead(page())
    begin(store)
    at = page()
    assert sound(at)
    assert "回答いただく指標は2件、期限11月30日(月)17時(あと9日)。" in lead(at)
    assert [s.label for s in at.selectbox] == ["照会"]
    assert "代理登録" not in told(at)
    refused = page(department=FARM)
    assert "権限がありません" in told(refused)
    assert not refused.file_uploader


def test_an_unknown_department_round_or_division_is_told_where_nothing_is_left_to_choose(store, acting):
    acting(Role.DEPARTMENT, LAND)
    begin(store)
    at = page(department="nope", round="nonsense", division="none")
    assert "アドレスの部局「nope」は見つかりません。代わりに「県土整備部」を表示しています。" in told(at)
    assert "アドレスの照会「nonsense」は見つかりません。代わりに「令和7年度実績照会」を表示しています。" in told(at)
    assert "アドレスの課「none」は見つかりません。" in told(at)
    assert "見つかりません" not in told(page(department=LAND, round=FY))
    assert "見つかりません" not in told(page())


def test_the_three_steps_stand_there_from_the_start(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = page()
    labels = [d.label for d in at.get("download_button")] + [u.label for u in at.file_uploader]
    assert labels == ["① 回答様式を受け取る", "② 記入済みの様式を入れる"]
    assert (at.button(key="send").label, at.button(key="send").disabled) == ("③ 事務局へ回答する", True)


def test_another_departments_form_cannot_be_taken_in_there_by_who_is_not_of_it(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = upload(page(), *form(store, FARM))
    assert sound(at)
    assert "あなたの担当ではないため、ここでは取り込めません。" in told(at)
    assert not [b for b in at.button if b.key.startswith("adopt")]
    assert states(store) == []


def test_what_the_secretariat_enters_is_marked_as_entered_for_the_department(store, acting):
    acting(Role.SECRETARIAT)
    at = upload(page(department=LAND), *form(store, LAND, GOOD))
    assert "代理登録(ここで入れた回答には、事務局が入力したことが付きます)" in told(at)
    assert "代理登録(事務局が入力)" in told(at)
    assert list(snapshot(store).submissions["on_behalf"]) == [True]


def test_who_only_reads_has_no_such_page(store, acting):
    acting(Role.READER)
    at = page(department=LAND)
    assert "権限がありません" in told(at)
    assert not at.button


def test_a_closed_round_takes_nothing_from_a_department_and_a_reason_from_the_secretariat(store, data, acting):
    sent(store, LAND, GOOD)
    assert staff(store, data).close_round(store.plan_ids()[0], FY) == ()
    acting(Role.DEPARTMENT, LAND)
    at = page()
    assert sound(at)
    assert "この照会は11月21日に締め切りました。様式は受け付けていません。" in told(at)
    assert not at.file_uploader
    assert not [b for b in at.button if b.key in ("send", "revise-all")]
    acting(Role.DEPARTMENT, FARM)
    unanswered = told(page(department=FARM))
    assert "(11月21日に締切り)" in unanswered
    assert "あと" not in unanswered
    acting(Role.SECRETARIAT)
    at = page(department=LAND)
    at.button(key="revise-all").click().run()
    at.button(key="send").click().run()
    assert "理由が必要です" in at.warning[0].value
    draft = snapshot(store).submissions.iloc[-1]["submission_id"]
    at.text_input(key=f"late-{draft}").set_value("集計の誤りが見つかったため")
    at.button(key="send").click().run()
    assert sound(at)
    assert store.submission(draft).state is ReturnState.SENT


def test_in_the_past_nothing_can_be_written(store, acting):
    sent(store, LAND, GOOD)
    acting(Role.DEPARTMENT, LAND)
    at = page(as_of="2026-11-20")
    assert sound(at)
    assert "過去の時点を表示しているため、" in told(at)
    assert not at.file_uploader
    assert "受け付けました" not in told(at)


def test_what_was_sent_since_is_shown_as_the_draft_that_it_was(store, acting):
    """Whoever has looked at it as it is now has read it already; the past is not shown by that."""
    one = put_in(store, LAND, GOOD, at=AT - timedelta(days=2))
    mend_return(store, one, [Mend(ICT, "value", 123.0, "再集計")], Act("県土整備部", AT))
    settle(store, one)
    assert isinstance(send(store, one, by="県土整備部", at=AT), Receipt)
    acting(Role.DEPARTMENT, LAND)
    for _ in range(2):
        now, then = page(department=LAND), page(department=LAND, as_of="2026-11-20")
        assert sound(then)
        assert ("123" in html(now), "回答した内容" in told(now)) == (True, True)
        assert ("123" in html(then), "回答した内容" in told(then)) == (False, False)
        assert "110" in html(then)
        assert "回答は受け付けました" not in told(then)


# --- what was sent ----------------------------------------------------------------------------------------------


def test_a_sent_return_is_not_hidden_by_a_later_draft(store):
    sent(store, LAND, GOOD)
    at = run("submit", department=LAND, round=FY)
    assert "回答は受け付けました(11月21日)" in lead(at)
    put_in(store, LAND, {ICT: {"value": "222", "release": "確定"}})
    at.run()
    assert "回答済(11月21日)。差替えの下書きがあります。" in lead(at)


DUE = Round(FY, "令和7年度実績照会", "annual", Period("FY", 2025), date(2026, 9, 1), date(2026, 10, 3))


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 10, 2, 23), "期限(10月3日)までは、"),
        (datetime(2026, 10, 3, 17), "期限(10月3日)までは、"),
        (datetime(2026, 10, 3, 17, 1), "期限(10月3日)は過ぎています。"),
        (datetime(2026, 10, 4, 9), "期限(10月3日)は過ぎています。"),
    ],
)
def test_whether_it_can_be_replaced_is_said_by_the_hour(moment, words):
    assert until_words(DUE, moment).startswith(words)
    assert words in receipt_words(Receipt("S1", moment, {}), DUE)


def test_the_receipt_of_a_targets_round_tells_what_was_set():
    asked = Round("t", "目標値等設定照会", "targets", Period("FY", 2025))
    assert "2指標の現状値・目標値。" in receipt_words(Receipt("S1", AT, {}, ("a", "b")), asked)
    assert "登録のまま" in receipt_words(Receipt("S1", AT, {}), asked)
    assert "値0件" not in receipt_words(Receipt("S1", AT, {}), asked)


def test_the_newest_original_is_offered_first_and_again_when_another_has_come_in(store):
    first = put_in(store, LAND, GOOD, at=datetime(2026, 11, 20, 9))
    at = run("submit", department=LAND, round=FY)
    box = next(s for s in at.selectbox if s.label == "受け取る原本(新しい順)")
    assert box.value == first
    second = put_in(store, LAND)
    at.run()
    box = next(s for s in at.selectbox if s.label == "受け取る原本(新しい順)")
    assert (box.value, len(box.options)) == (second, 2)
    assert box.options[0].startswith("最新　令和7年度実績照会")


# --- addresses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "unknown"),
    [
        (None, ""),
        ("http://x:8501", ""),
        ("http://x:8501/", ""),
        ("http://x:8501/submit?department=land", ""),
        ("http://x:8501/kpi/submit", ""),
        ("http://x:8501/nosuch", "nosuch"),
        ("http://x:8501/%E6%97%A5", "日"),
    ],
)
def test_only_an_address_without_a_screen_is_unknown(url, unknown):
    assert unknown_address(url) == unknown


def test_the_lead_decides_its_divisions_here_and_a_division_does_not(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = page()
    next(w for w in at.text_input if w.label == "課の名称").set_value("河川課").run()
    next(w for w in at.multiselect if w.label == "担当する指標").set_value([BRIDGE]).run()
    at.button(key="divisions-save").click().run()
    assert sound(at)
    assert "課と連絡先を保存しました" in told(at)
    made = snapshot(store).plan.department(LAND).divisions
    assert [(v.name, v.indicators) for v in made] == [("河川課", (BRIDGE,))]
    acting(Role.DEPARTMENT, LAND, divisions=[f"{LAND}/{made[0].id}"])
    assert "課と担当を決める" not in " ".join(e.label for e in run("submit", department=LAND, round=FY).expander)


def test_an_answer_that_a_later_one_replaced_says_so(store):
    sent(store, LAND, {ICT: {"value": "110", "release": "確定"}, BRIDGE: {"value": "13", "release": "確定"}})
    assert "後の回答に差替え" not in told(run("submit", department=LAND, round=FY))
    sent(store, LAND, {ICT: {"value": "111", "release": "確定"}, BRIDGE: {"value": "13", "release": "確定"}})
    assert told(run("submit", department=LAND, round=FY)).count("後の回答に差替え") == 1
