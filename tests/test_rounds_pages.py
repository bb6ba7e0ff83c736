"""照会 and 確認 run for real over a temporary store: what they show, who may do what, and that it is done."""

import re
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import load_workbook

from kpi.collection.workflow import Mend, Question
from kpi.issue import Issue, Severity
from kpi.people import Person, Role
from kpi.place import Place
from loaders.form.writing.writer import write_form
from loaders.services import Desk
from loaders.text.typed_day import day_text
from pages.parts.rounds import board_table
from tests import hurt, screenkit
from tests.samplekit import AT, store_of, with_samples, with_store
from tests.screenkit import everything, html, lead, said

PLAN, ROUND, EDUCATION, INDICATOR = "aomori-dx-2024", "fy2025", "education", "teacher-ict"
STAFF = Person("staff", "事務局の人", Role.SECRETARIAT)
OFFICER = Person("officer", "教育庁の担当", Role.DEPARTMENT, frozenset({EDUCATION}))


@pytest.fixture
def data(use, tmp_path):
    """A data folder with a store that holds the samples, which a test may change."""
    return use(with_samples(tmp_path))


@pytest.fixture
def empty(use, tmp_path):
    return use(with_store(tmp_path))


def run(screen, who="secretariat", **query):
    return screenkit.run(screen, as_=who, **query)


def desk(data, person=STAFF, at=AT):
    return Desk(store_of(data), person, data, lambda: at)


def snapshot(data):
    return desk(data).snapshot(PLAN)


def button(at, key):
    return next(b for b in at.button if b.key == key)


def buttons(at):
    return {b.key for b in at.button}


def downloads(at):
    return [n.proto.label for n in everything(at) if n.type == "download_button"]


def text(at):
    return "\n".join(said(at))


# --- 照会: the board ----------------------------------------------------------------------------------------------


def test_before_a_round_is_started_nobody_is_late_and_from_then_on_all_are_unanswered(empty):
    for asked in ("targets", "fy2024", ROUND):
        at = run("rounds", round=asked)
        assert not at.error
        assert lead(at) == "予定の照会で、まだ始まっていません。始めると11部局に尋ねます。"
        assert html(at).count("照会前</span>") == 11
        assert "過ぎて" not in text(at)
        assert "未回答</span>" not in html(at)
    # What is over is no date to start with: as many days as the calendar gives, from today on.
    at = run("rounds")
    assert at.query_params["round"] in ("targets", ["targets"])
    assert "change-now" not in buttons(at)
    assert at.text_input(key="start-targets-opens").value == day_text(AT.date())
    at.text_input(key="start-targets-due").set_value(day_text(AT.date() - timedelta(days=1))).run()
    assert any("期限が、きょうより前になっています。" in w.value for w in at.warning)
    assert "start-now" not in buttons(at)
    at.text_input(key="start-targets-due").set_value(day_text(AT.date() + timedelta(days=9))).run()
    button(at, "start-now").click().run()
    assert lead(at) == "11部局のうち未回答11。期限まであと9日。"
    assert html(at).count("未回答</span>") == 11
    assert snapshot(empty).life.started.keys() == {"targets"}


def test_where_some_shall_be_asked_and_nobody_was_chosen_nothing_starts_and_the_overview_counts_who_was(empty):
    at = run("rounds", round="targets")
    assert "下の文書は案です" in text(at)
    at.radio(key="start-targets-some").set_value("選ぶ").run()
    assert "start-now" not in buttons(at)
    assert any("部局か指標を選んでください" in w.value for w in at.warning)
    at.multiselect(key="start-targets-departments").set_value([LAND]).run()
    button(at, "start-now").click().run()
    # The list of rounds says at once that it has begun.
    (chosen,) = [box for box in at.selectbox if box.label == "照会"]
    assert "目標値等設定照会(予定)" not in chosen.options
    assert "下の文書は案です" not in text(at)
    said = text(run("overview"))
    assert "2指標の現状値と目標値を1部局に回答していただいています。" in said
    listed = html(run("overview"))
    listed = listed[listed.index("回答をお願いする部局") :]
    assert "県土整備部" in listed[: listed.index("</table>")]
    assert "総合政策部" not in listed[: listed.index("</table>")]


def test_a_decision_names_its_values_and_what_nobody_has_confirmed_yet(empty):
    one = propose_targets(empty)
    at = run("admin", "admin", part="cards")
    proposed = dict(zip(*(snapshot(empty).proposals[c] for c in ("indicator_id", "proposal_id")), strict=True))
    assert text(at).count("修正依頼中") >= 1
    assert "未確認" in text(at)
    assert desk(empty).confirm(one, [BRIDGE]) == ()
    at = run("admin", "admin", part="cards")
    at.multiselect[0].set_value(list(proposed.values())).run()
    at.text_input(key="decide-day-0").run()
    button(at, "decide-save").click().run()
    asked = text(at)[text(at).index("として記録します") :]
    assert "このうち1件は、回答がまだ確認済でないか、修正依頼中です。" in asked
    assert "目標値 未設定→190件" in asked
    assert "目標値 未設定→70.0%" in asked


def test_only_the_figure_that_is_asked_about_is_marked_and_an_open_target_is_nothing_to_take(empty):
    propose_targets(empty)

    def badges():
        page = html(run("submit", department=LAND, round="targets"))
        table = page[page.index("読み取った結果") :]
        return re.findall(r">(修正依頼|回答済|取込可|空欄|要確認)</span>", table[: table.index("</table>")])

    assert badges() == ["回答済", "修正依頼", "回答済", "回答済"]  # 現状値 and 目標値 of each of two indicators
    assert desk(empty, LANDSMAN).revise(snapshot(empty).submissions["submission_id"].iloc[-1])
    assert badges().count("空欄") == 2
    assert "取込可" in badges()


def test_a_proposal_that_was_given_up_is_offered_to_nobody_and_can_be_started_after_all(empty):
    at = run("rounds", round="fy2024")
    at.text_input(key="cancel-fy2024-reason").set_value("目標値の設定前のため").run()
    button(at, "cancel-now").click().run()
    assert not at.error
    assert lead(at) == "この照会は取りやめています。"
    assert snapshot(empty).life.cancelled.keys() == {"fy2024"}
    name = "令和6年度実績照会"
    for screen in ("submit", "review", "handover"):
        assert not any(name in str(option) for box in run(screen).selectbox for option in box.options)
    assert name not in text(run("overview"))
    again = run("rounds", round="fy2024")
    button(again, "start-now").click().run()
    assert lead(again).startswith("11部局のうち未回答11。期限まであと")
    assert snapshot(empty).life.cancelled == {}


def test_a_second_round_of_a_kind_is_proposed_under_a_free_name(data):
    at = run("rounds")
    at.selectbox(key="open-kind").set_value("targets").run()
    assert not [w for w in at.warning if "もうあります" in w.value]
    button(at, "open-now").click().run()
    assert not at.error
    assert snapshot(data).plan.rounds[-1].name == "目標値等設定照会(第2回)"


def test_the_board_tells_the_state_the_date_and_whom_to_ask(data):
    at = run("rounds")
    assert not at.error
    assert lead(at) == "11部局のうち確認済6、回答済3、未回答2。期限まであと9日。"
    assert "gakko@example.jp" in text(at)
    assert "11月30日(月)17時" in text(at)
    assert 'href="submit?department=education&amp;round=fy2025"' in html(at)


def test_a_form_taken_by_the_department_shows_and_by_the_secretariat_does_not(data):
    desk(data).take_form(Place(PLAN, ROUND, "agriculture"))
    assert "様式取得" not in lead(run("rounds"))
    desk(data, Person("a", "農林水産部の担当", Role.DEPARTMENT, frozenset({"agriculture"}))).take_form(
        Place(PLAN, ROUND, "agriculture")
    )
    assert "様式取得1、未回答1" in lead(run("rounds"))


def test_a_department_sees_its_own_row_alone_and_no_control(data):
    at = run("rounds", "dept-education")
    assert not at.error
    assert lead(at).startswith("教育庁は回答済。")
    assert "農林水産部" not in text(at)
    assert not buttons(at) & {"open-now", "change-now", "close-now"}
    assert downloads(at) == []


@pytest.mark.parametrize(("screen", "who"), [("rounds", "reader"), ("review", "reader"), ("review", "dept-education")])
def test_who_may_not_is_told_so_and_shown_nothing(data, screen, who):
    at = run(screen, who)
    assert "権限がありません" in [t.value for t in at.title]
    assert "教育庁" not in html(at)
    assert buttons(at) == set()


# --- 照会: the letters --------------------------------------------------------------------------------------------


def test_the_letter_goes_to_all_and_the_reminder_to_who_has_not_answered(data):
    whole = html(run("rounds"))
    assert "各部局主管課長" in whole
    reminder = html(run("rounds", letter="reminder"))
    letter = reminder[reminder.index('class="letter"') :]
    assert "行き違いの場合は御容赦ください" in letter
    assert "農林水産部、県土整備部" in letter
    assert "教育庁" not in letter
    assert "督促" not in reminder


def test_a_letter_can_be_taken_in_three_ways(data):
    at = run("rounds", to="education")
    assert downloads(at)[-3:] == ["Wordで受け取る", "文章だけで受け取る", "メールの下書き(様式付き)で受け取る"]
    assert "教育庁主管課長" in html(at)


def test_where_everybody_has_answered_there_is_nobody_to_remind(data):
    at = run("rounds", round="fy2024", letter="reminder")
    assert not at.error
    assert "回答をお願いする部局はありません" in text(at)


# --- 照会: open, change, close ------------------------------------------------------------------------------------


def test_a_new_round_shows_whom_it_would_ask_and_is_opened(data):
    at = run("rounds")
    at.selectbox(key="open-kind").set_value("half").run()
    assert "始めると、11部局に次のように尋ねます。" in text(at)
    button(at, "open-now").click().run()
    assert not at.error
    opened = next(r for r in snapshot(data).plan.rounds if r.kind == "half")
    assert (opened.id, opened.name, opened.opens) == ("fy2026h1", "令和8年度上期取組状況照会", AT.date())
    assert at.query_params["round"] in ("fy2026h1", ["fy2026h1"])
    assert next(s.value for s in at.success).startswith("「令和8年度上期取組状況照会」を始めました。")


def test_a_round_with_its_dates_the_wrong_way_round_cannot_be_opened(data):
    at = run("rounds")
    at.selectbox(key="open-kind").set_value("half").run()
    at.text_input(key="new-fy2026h1-due").set_value("R8.11.2").run()
    assert "期限が、始める日より前です。期限を直してください。" in [w.value for w in at.warning]
    assert "open-now" not in buttons(at)


def test_a_changed_date_needs_a_reason_and_stands_then(data):
    at = run("rounds")
    due = f"change-{ROUND}-due"
    at.text_input(key=due).set_value("2026-12-11").run()
    assert button(at, "change-now").disabled
    at.text_input(key=f"change-{ROUND}-reason").set_value("議会日程による").run()
    button(at, "change-now").click().run()
    assert not at.error
    assert snapshot(data).plan.round(ROUND).due == datetime(2026, 12, 11).date()
    assert lead(at).endswith("期限まであと20日。")


def test_departments_and_indicators_can_be_chosen(data):
    at = run("rounds")
    at.radio(key=f"change-{ROUND}-some").set_value("選ぶ").run()
    at.multiselect(key=f"change-{ROUND}-departments").set_value([EDUCATION]).run()
    assert "変更すると、1部局に次のように尋ねます。" in text(at)
    at.text_input(key=f"change-{ROUND}-reason").set_value("対象を絞る").run()
    button(at, "change-now").click().run()
    assert snapshot(data).plan.round(ROUND).departments == (EDUCATION,)
    assert lead(at).startswith("1部局のうち")


def test_a_round_is_closed_once_what_is_missing_was_seen_and_can_be_opened_again(data):
    at = run("rounds")
    assert "まだ回答のない部局は2部局あります: 農林水産部、県土整備部" in text(at)
    assert button(at, "close-now").disabled
    at.checkbox(key=f"close-{ROUND}-sure").set_value(True).run()
    button(at, "close-now").click().run()
    assert not at.error
    assert snapshot(data).closed_at(ROUND) is not None
    assert lead(at).endswith("に締め切りました。")
    assert "close-now" not in buttons(at)
    at.text_input(key=f"change-{ROUND}-reason").set_value("回答が残っているため").run()
    button(at, "change-now").click().run()
    assert snapshot(data).closed_at(ROUND) is None


# --- 確認 ---------------------------------------------------------------------------------------------------------


def confirm_key(at, kind="confirm"):
    return next(k for k in buttons(at) if k and k.startswith(f"{kind}-") and k.endswith(INDICATOR))


def test_without_answers_the_page_says_what_will_stand_here(empty):
    at = run("review")
    assert not at.error
    assert lead(at) == "まだ回答がありません。"
    assert "判断の要るものから順に並びます" in text(at)


def test_what_needs_judgement_stands_first_with_everything_beside_it(data):
    at = run("review")
    assert not at.error
    assert lead(at) == "回答のあった16指標のうち確認済6。残り10指標(うち判断が要るもの1)。"
    assert next(h.value for h in at.header) == "過去の値の訂正(1)"
    page = html(at)
    assert "「77」" in page
    assert "KPI調査票!N6" in page
    assert "+0.9ポイント" in page
    assert '<span class="changed">76.4%(訂正)</span>' in page
    assert "76.1%" in page
    assert "ICT教育サポーター" in page
    charts = [n for n in everything(at) if n.type in ("vega_lite_chart", "arrow_vega_lite_chart")]
    assert len(charts) == 1


def test_confirming_one_indicator_takes_it_off_the_list(data):
    at = run("review")
    button(at, confirm_key(at)).click().run()
    assert not at.error
    assert [s.value for s in at.success] == ["「教員が授業にICTを活用して指導する能力」を確認済にしました。"]
    assert lead(at).startswith("回答のあった16指標のうち確認済7。残り9指標(いずれも")
    rows = snapshot(data).observations
    mine = rows[(rows["indicator_id"] == INDICATOR) & (rows["round_id"] == ROUND)]
    assert set(mine["review"]) == {"confirmed"}
    # It stays where it was, with the way back and nothing else to confirm in its place.
    assert [b for b in buttons(at) if b and b.startswith("confirm-S")] == []
    button(at, confirm_key(at, "unconfirm")).click().run()
    assert [s.value for s in at.success] == ["「教員が授業にICTを活用して指導する能力」の確認済を取り消しました。"]
    assert reviews(data) == {"unconfirmed"}
    assert "確認の取消し" in text(run("admin", part="log"))
    assert lead(at).endswith("残り10指標(うち判断が要るもの1)。")


def sure(at, key):
    """Press what asks first, and agree."""
    button(at, key).click().run()
    return button(at, f"{key}-yes").click().run()


def test_the_rest_is_confirmed_at_once_when_that_is_agreed_to_and_can_be_taken_back(data):
    at = run("review")
    before = lead(at)
    button(at, "confirm-rest").click().run()
    assert lead(at) == before
    assert "9指標を確認済にします。" in text(at)
    assert "判断が要るものです" not in text(at)
    button(at, "confirm-rest-no").click().run()
    assert "confirm-rest-yes" not in buttons(at)
    sure(at, "confirm-rest")
    assert lead(at) == "回答のあった16指標のうち確認済15。残り1指標(うち判断が要るもの1)。"
    assert [s.value for s in at.success] == ["9指標を確認済にしました。"]
    button(at, "undo-rest").click().run()
    assert lead(at) == before
    assert [s.value for s in at.success] == ["9指標を未確認に戻しました。"]
    assert "undo-rest" not in buttons(at)


def test_what_was_not_summarised_is_not_confirmed_along(data):
    at = run("review")
    button(at, "confirm-rest").click().run()
    rows = snapshot(data).submissions
    one = next(s for s in rows[rows["round_id"] == ROUND]["submission_id"] if not desk(data).submission(s).confirmed)
    assert desk(data).confirm(one) == ()  # a colleague, meanwhile
    before = snapshot(data).submissions["confirmed"].sum()
    button(at, "confirm-rest-yes").click().run()
    assert snapshot(data).submissions["confirmed"].sum() == before
    assert "押したときから内容が変わっています。もう一度確かめてください。" in [w.value for w in at.warning]
    button(at, "confirm-rest-yes").click().run()
    assert "残り1指標(うち判断が要るもの1)" in lead(at)


def test_of_several_returns_a_refused_one_keeps_no_other_from_being_confirmed(data, monkeypatch):
    confirm, seen = Desk.confirm, []

    def refusing(self, submission_id, indicator_ids=(), reason=""):
        seen.append(submission_id)
        told = Issue("review.not_sent", Severity.FIX, "事務局へ送られた回答ではありません。", "")
        return (told,) if len(seen) == 1 else confirm(self, submission_id, indicator_ids, reason)

    monkeypatch.setattr(Desk, "confirm", refusing)
    before = snapshot(data).submissions["confirmed"].sum()
    at = sure(run("review"), "confirm-rest")
    assert len(seen) > 1
    assert [s.value for s in at.success] == [f"{len(seen) - 1}件の回答を確認済にしました。"]
    (refused,) = [w.value for w in at.warning]
    assert seen[0] in refused
    assert "送られた回答ではありません" in refused
    assert snapshot(data).submissions["confirmed"].sum() > before


def test_a_whole_department_is_confirmed_at_once(data):
    at = run("review")
    pressed = button(at, "confirm-all-education")
    assert pressed.label == "すべて確認済にする"  # short: it is not cut off on a phone, whatever the department's name
    assert "教育庁" in pressed.help
    pressed.click().run()
    assert "このうち1指標は、判断が要るものです。" in text(at)
    assert "暮4 教員が授業にICTを活用して指導する能力(過去の値の訂正・遅れの説明)" in text(at)
    button(at, "confirm-all-education-yes").click().run()
    assert [s.value for s in at.success] == ["教育庁の回答\\(1指標\\)をすべて確認済にしました。"]
    subs = snapshot(data).submissions
    sent = subs[(subs["round_id"] == ROUND) & (subs["department_id"] == EDUCATION)]
    assert list(sent["confirmed"]) == [1]
    button(at, "undo-education").click().run()
    assert reviews(data) == {"unconfirmed"}


def ask(at, words, key=""):
    button(at, f"ask-{key}" if key else confirm_key(at, "ask")).click().run()
    at.text_area[0].set_value(words)
    next(b for b in at.button if b.label == "修正を依頼する").click().run()


def test_a_question_hangs_on_the_chosen_cell_and_waits_for_the_department(data):
    at = run("review")
    ask(at, "<b>表番号</b>を教えてください。")
    assert not at.error
    (row,) = snapshot(data).questions.to_dict("records")
    assert (row["indicator_id"], row["key"], row["text"]) == (INDICATOR, "value", "<b>表番号</b>を教えてください。")
    assert "修正依頼中1" in lead(at)
    assert "回答待ち" in text(at)
    assert "&lt;b&gt;表番号" in html(at)
    assert "<b>表番号" not in html(at)
    assert "修正依頼の付いた様式を受け取る(1件)" in downloads(at)
    assert "修正依頼1、" in lead(run("rounds"))
    assert "confirm-all-education" not in buttons(at)


def take_out(at, data):
    """Choose the indicator of the tests among what is settled."""
    box = next(s for s in at.selectbox if s.key == f"single-done-{ROUND}")
    name = snapshot(data).plan.indicator(INDICATOR).name
    box.select_index(next(n for n, o in enumerate(box.options) if name in o)).run()


def reviews(data):
    rows = snapshot(data).observations
    return set(rows[(rows["indicator_id"] == INDICATOR) & (rows["round_id"] == ROUND)]["review"])


def test_what_is_confirmed_can_be_asked_back_and_confirmed_anew(data):
    at = run("review")
    key = confirm_key(at).removeprefix("confirm-")
    button(at, f"confirm-{key}").click().run()
    at = run("review")
    before = lead(at)
    take_out(at, data)
    assert f"confirm-{key}" not in buttons(at)
    assert "確認済です。取り消すか修正を依頼すると、もう一度確認済にするまで" in text(at)
    ask(at, "やはり桁を確かめてください。", key)
    assert not at.error
    assert "修正依頼中1" in lead(at)
    assert "修正依頼1、" in lead(run("rounds"))
    assert reviews(data) == {"unconfirmed"}
    button(at, f"confirm-{key}").click().run()
    assert lead(at) == before
    assert reviews(data) == {"confirmed"}


def test_a_return_is_read_anew_when_another_row_of_it_is_confirmed():
    def key(confirmed):
        one = {"submission_id": "S1", "state": "sent", "sent_at": AT, "confirmed": 1, "confirmed_of": confirmed}
        snapshot = SimpleNamespace(submissions=pd.DataFrame([one]))
        return board_table._key(SimpleNamespace(revision="r", snapshot=snapshot), "S1")

    assert key("sme-dx") == key("sme-dx")
    # One was taken back and another confirmed: as many rows are confirmed, but not the same.
    assert key("sme-dx") != key("transport-dx")


def test_a_question_asked_by_mistake_is_withdrawn_and_all_is_as_before(data):
    at = run("review")
    key = confirm_key(at).removeprefix("confirm-")
    button(at, f"confirm-{key}").click().run()
    at = run("review")
    before = lead(at)
    take_out(at, data)
    ask(at, "値を*確かめて*ください。", key)
    assert reviews(data) == {"unconfirmed"}
    assert "誤って依頼したときは、ここで取り下げられます。" in at.success[0].value
    assert f"take-back-{key}" in buttons(at)
    (offered,) = next(s for s in at.selectbox if s.label == "取り下げる依頼").options
    assert offered.endswith("値を*確かめて*ください。")
    button(at, f"withdraw-{ROUND}").click().run()
    assert not at.exception
    assert "の修正依頼を取り下げました。" in at.success[0].value
    assert lead(at) == before
    assert reviews(data) == {"confirmed"}
    assert f"withdraw-{ROUND}" not in buttons(at)
    assert "修正依頼はまだありません。" in text(at)
    assert "修正依頼の取下げ" in text(run("admin", part="log"))


def test_a_question_without_words_is_not_asked(data):
    at = run("review")
    ask(at, "  ")
    assert [w.value for w in at.warning] == ["依頼する内容を入力してください。部局は、この文を見て直します。"]
    assert snapshot(data).questions.empty


def answer_again(data, value):
    """The department sends the same form again with another value."""
    later, shot = datetime(2026, 11, 22, 9), snapshot(data)
    (last,) = shot.submissions[
        (shot.submissions["round_id"] == ROUND) & (shot.submissions["department_id"] == EDUCATION)
    ]["submission_id"]
    own = desk(data, OFFICER, later)
    (before,) = own.submission(last).reading.answers
    said = {k: e.value for k, e in before.entries.items() if e.value is not None and "correction" not in k}
    form = write_form(shot.brief(later.date()), ROUND, EDUCATION, answers={INDICATOR: said | {"value": value}})
    taken = own.take_return(Place(PLAN, round_id=ROUND, department_id=EDUCATION), form, "回答.xlsx")
    assert taken.saved, taken.issues
    for issue in own.submission(taken.saved.submission_id).open:
        own.mend(taken.saved.submission_id, [Mend(INDICATOR, issue.key, value, "算定の桁による")])
    receipt = own.send(taken.saved.submission_id, later.date())
    assert not isinstance(receipt, tuple), receipt
    return taken.saved.submission_id


def test_what_came_back_stands_against_its_question_before_everything_else(data):
    ask(run("review"), "集計の時点を確かめてください。")
    answer_again(data, 77.5)
    at = run("review")
    assert not at.error
    assert next(h.value for h in at.header) == "修正依頼への回答(1)"
    assert '77.0% → <span class="changed">77.5%(訂正)</span>' in html(at)
    assert "集計の時点を確かめてください。" in text(at)
    assert "修正依頼への回答1" in lead(at)


def test_an_answer_left_as_it_was_says_so(data):
    ask(run("review"), "確かめてください。")
    answer_again(data, 77.0)
    assert "77.0%(変わりなし)" in text(run("review"))


def test_proposals_of_a_return_stand_as_changes_with_the_way_to_decide(empty):
    store = store_of(empty)
    brief = store.snapshot(PLAN).brief(AT.date())
    given = {
        "baseline": 70.0,
        "baseline_period": "FY2022",
        "target": 85.0,
        "evidence": "全国の水準",
        "section": "学校教育課",
        "person": "見本 五郎",
    }
    form = write_form(brief, "targets", EDUCATION, answers={INDICATOR: given | {"contact": "gakko@example.jp"}})
    own = desk(empty, OFFICER)
    taken = own.take_return(Place(PLAN, round_id="targets", department_id=EDUCATION), form, "目標.xlsx")
    receipt = desk(empty).send(taken.saved.submission_id)
    assert not isinstance(receipt, tuple), receipt
    at = run("review", round="targets")
    assert not at.error
    assert next(h.value for h in at.header) == "現状値・目標値の変更(1)"
    assert '<span class="changed">85.0%(提案)</span>' in html(at)
    assert 'href="admin' in html(at)


LAND, ICT, BRIDGE, GROUND = "land", "ict-construction", "bridge-ai", "国の計画の目標水準に合わせた"
LANDSMAN = Person("l", "県土整備部の担当", Role.DEPARTMENT, frozenset({LAND}))


def settle(own, one):
    while own.submission(one).open:
        issue = own.submission(one).open[0]
        answer = next(a for a in own.submission(one).reading.answers if a.indicator_id == issue.indicator_id)
        own.mend(one, [Mend(issue.indicator_id, issue.key, answer.value(issue.key), "見直しによる")])


def propose_targets(data):
    """県土整備部 proposes two targets and is asked back about one of them."""
    given = {"evidence": GROUND, "section": "整備企画課", "person": "見本 六郎", "contact": "a@example.jp"}
    answers = {ICT: given | {"target": 190.0}, BRIDGE: given | {"target": 70.0}}
    form = write_form(snapshot(data).brief(AT.date()), "targets", LAND, answers=answers)
    own = desk(data, LANDSMAN)
    one = own.take_return(Place(PLAN, round_id="targets", department_id=LAND), form, "目標.xlsx").saved.submission_id
    settle(own, one)
    assert not isinstance(own.send(one), tuple)
    assert desk(data).ask_back(one, [Question(ICT, "target", "根拠を確かめてください。")]) == ()
    return one


def by_page(data, one):
    own = desk(data, LANDSMAN, datetime(2026, 11, 22, 9))
    new = own.revise(one)
    assert own.mend(new, [Mend(ICT, "target", 185.0, "数え直した")]) == ()
    return own, new


def by_form(data, one, evidence=True):
    own = desk(data, LANDSMAN, datetime(2026, 11, 22, 9))
    book = load_workbook(BytesIO(own.take_sent_back(Place(PLAN, "targets", LAND))[1]))
    sheet, plan = hurt.form(book), snapshot(data).plan
    hurt.cell(sheet, ICT, "target", plan, "targets").value = 185
    if not evidence:
        hurt.cell(sheet, BRIDGE, "evidence", plan, "targets").value = None
    kept = BytesIO()
    book.save(kept)
    taken = own.take_return(Place(PLAN, round_id="targets", department_id=LAND), kept.getvalue(), "修正.xlsx")
    return own, taken.saved.submission_id


@pytest.mark.parametrize("answered", [by_page, by_form, partial(by_form, evidence=False)], ids=["page", "form", "bare"])
def test_one_question_answered_leaves_the_other_proposals_with_their_tag_and_their_ground(empty, answered):
    own, new = answered(empty, propose_targets(empty))
    settle(own, new)
    assert not isinstance(own.send(new), tuple)
    at = run("review", round="targets")
    assert not at.error
    page = html(at)
    of_bridge = page[page.index("橋梁定期点検AI活用率</a></h3>") :]
    assert "現状値・目標値の変更" in of_bridge[:600]
    assert '<span class="changed">70.0%(提案)</span>' in of_bridge
    assert GROUND in of_bridge
    assert '<span class="changed">185件(提案)</span>' in page
    assert page.count(f"設定根拠: <b>{GROUND}</b>") == 2


def test_a_target_taken_back_to_what_is_registered_says_that_the_proposal_still_waits(empty):
    own, new = by_page(empty, propose_targets(empty))
    assert own.mend(new, [Mend(BRIDGE, "target", snapshot(empty).cards[BRIDGE].target, "もとに戻す")]) == ()
    settle(own, new)
    assert not isinstance(own.send(new), tuple)
    assert "今の回答は登録のとおりですが、前の回答による提案が決定を待っています。" in text(
        run("review", round="targets")
    )


def test_what_was_chosen_on_the_page_is_no_reason_of_the_department(empty):
    given = {"release": "final", "evidence": GROUND, "section": "整備企画課", "person": "見本 六郎"}
    given |= {"contact": "a@example.jp"}
    answers = {BRIDGE: given | {"value": "約60"}, ICT: given | {"value": 150}}
    form = write_form(snapshot(empty).brief(AT.date()), ROUND, LAND, answers=answers)
    own = desk(empty, LANDSMAN)
    one = own.take_return(Place(PLAN, round_id=ROUND, department_id=LAND), form, "実績.xlsx").saved.submission_id
    chosen = []
    while own.submission(one).open:
        choice = own.submission(one).open[0].choices[0]
        assert own.mend(one, [Mend(BRIDGE, k, v, choice.label) for k, v in choice.changes.items()]) == ()
        chosen.append(choice.label)
    assert chosen
    assert not isinstance(own.send(one), tuple)
    at = run("review", round=ROUND)
    assert next(h.value for h in at.header) == "部局が画面で選択した値(1)"
    # What was chosen first can raise a question of its own, whose answer belongs to the same doubt.
    assert chosen == ["60%の見込として取り込む", "確定"]
    assert f"部局が画面で選択: {' / '.join(chosen)}" in text(at)
    assert "部局の説明" not in text(at)


def test_the_tables_of_a_round_come_whole(data):
    """No value of the samples is lost between the store and the page."""
    rows = snapshot(data).observations
    told = rows[(rows["round_id"] == ROUND) & (rows["key"] == "value") & rows["value"].notna()]
    page = text(run("review"))
    written = [w for w in told["written"] if f"「{w}」" not in page]
    assert written == []
    assert len(told) > 10


def test_a_value_kept_with_a_reason_is_not_said_to_be_typed(data):
    ask(run("review"), "確かめてください。")
    answer_again(data, 77.5)  # its check asks, and the reason is given without another value
    page = html(run("review"))
    assert "部局の説明: 算定の桁による" in page
    assert "画面で入力" not in page


def test_a_past_day_is_shown_as_it_was_and_nothing_can_be_done_in_it(data):
    at = run("rounds", as_of="2026-10-15", round=ROUND)
    assert not at.error
    assert lead(at) == "予定の照会で、まだ始まっていません。始めると11部局に尋ねます。"
    assert not buttons(at) & {"open-now", "change-now", "close-now"}
    review = run("review", as_of="2026-10-15", round=ROUND)
    assert not review.error
    assert lead(review) == "まだ回答がありません。"


def test_where_the_plan_has_no_round_one_can_be_opened(empty):
    toml = empty / "plans" / PLAN / "plan.toml"
    toml.write_text(re.sub(r"\[\[round\]\]\n(?:\w+ = .*\n)+", "", toml.read_text("utf-8")), "utf-8")
    at = run("rounds")
    assert not at.error
    assert "まだ照会がありません。下の「新しい照会を始める」から始められます。" in text(at)
    assert "まだ照会がありません。" in text(run("review"))
    button(at, "open-now").click().run()
    assert lead(at) == "11部局のうち未回答11。期限まであと37日。"
