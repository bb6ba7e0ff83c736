"""照会 run for real: the board, the letters; a round is started, changed and closed."""

import re
from datetime import date, datetime, timedelta

import pytest

from kpi.people import OPERATOR, Person, Role
from kpi.place import Place
from kpi.plan import Division
from loaders.text.typed_day import day_text
from tests.pages.rounds.kit import (
    BRIDGE,
    EDUCATION,
    INDICATOR,
    LAND,
    LANDSMAN,
    PLAN,
    ROUND,
    button,
    buttons,
    downloads,
    propose_targets,
    run,
    services,
    snapshot,
    text,
)
from tests.samplekit import AT
from tests.screenkit import by_label, html, lead, move

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
    assert at.text_input(key="start-prefecture-targets-opens").value == day_text(AT.date())
    at.text_input(key="start-prefecture-targets-due").set_value(day_text(AT.date() - timedelta(days=1))).run()
    assert any("期限が、きょうより前になっています。" in w.value for w in at.warning)
    assert "start-now" not in buttons(at)
    at.text_input(key="start-prefecture-targets-due").set_value(day_text(AT.date() + timedelta(days=9))).run()
    button(at, "start-now").click().run()
    assert lead(at) == "11部局のうち未回答11。期限まであと9日。"
    assert html(at).count("未回答</span>") == 11
    assert snapshot(empty).life.started.keys() == {"targets"}


def test_where_some_shall_be_asked_and_nobody_was_chosen_nothing_starts_and_the_overview_counts_who_was(empty):
    at = run("rounds", round="targets")
    assert "下の文書は案です" in text(at)
    at.radio(key="start-prefecture-targets-some").set_value("選ぶ").run()
    assert "start-now" not in buttons(at)
    assert any("部局か指標を選んでください" in w.value for w in at.warning)
    at.multiselect(key="start-prefecture-targets-departments").set_value([LAND]).run()
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
    assert services(empty).confirm(one, [BRIDGE]) == ()
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
    assert services(empty, LANDSMAN).revise(snapshot(empty).submissions["submission_id"].iloc[-1])
    assert badges().count("空欄") == 2
    assert "取込可" in badges()


def test_a_proposal_that_was_given_up_is_offered_to_nobody_and_can_be_started_after_all(empty):
    at = run("rounds", round="fy2024")
    at.text_input(key="cancel-prefecture-fy2024-reason").set_value("目標値の設定前のため").run()
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
    services(data).take_form(Place(PLAN, ROUND, "agriculture"))
    assert "様式取得" not in lead(run("rounds"))
    services(data, Person("a", "農林水産部の担当", Role.DEPARTMENT, frozenset({"agriculture"}))).take_form(
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


NUMBER = "企デ第1234号"


def choose(at, label, value):
    """Another choice in a list on the page."""
    next(box for box in at.selectbox if box.label == label).set_value(value).run()


def test_what_is_typed_for_a_letter_stays_with_its_round_and_stands_on_no_other(data):
    at = run("rounds", round=ROUND)
    by_label(at.text_input, "文書番号").set_value(NUMBER).run()
    assert NUMBER in html(at)
    choose(at, "文書", "reminder")
    assert NUMBER not in html(at)
    choose(at, "文書", "request")
    assert NUMBER in html(at)
    assert by_label(at.text_input, "文書番号").value == NUMBER
    choose(at, "照会", "fy2024")
    assert NUMBER not in html(at)
    assert by_label(at.text_input, "文書番号").value == ""
    choose(at, "照会", ROUND)
    assert NUMBER in html(at)
    move(at, "overview")
    move(at, "rounds")
    assert by_label(at.text_input, "文書番号").value == NUMBER
    assert NUMBER in html(at)


def test_what_a_department_types_for_a_letter_to_its_own_stands_on_no_other_department_s(data):
    for department, one in ((LAND, BRIDGE), (EDUCATION, INDICATOR)):
        made = [Division(f"{department}-a", "主務課", (one,))]
        assert services(data, OPERATOR).set_divisions(PLAN, department, made, "") == ()
    at = run("rounds", round=ROUND, letter="division", to=LAND)
    by_label(at.text_input, "担当者").set_value("整備 一郎").run()
    assert "整備 一郎" in html(at)
    choose(at, "宛先", EDUCATION)
    assert "整備 一郎" not in html(at)
    choose(at, "宛先", LAND)
    assert "整備 一郎" in html(at)


def test_what_is_typed_to_change_a_round_stays_with_it_until_it_is_done(data):
    at = run("rounds", round=ROUND)
    typed = {"変更の理由": "議会日程による", "主管課から事務局への期限": "R8.12.11", "添え書き(任意)": "全部局回答済"}
    for label, words in typed.items():
        by_label(at.text_input, label).set_value(words).run()
    by_label(at.selectbox, "期限の時刻").set_value(12).run()
    choose(at, "照会", "fy2024")
    stand = {label: by_label(at.text_input, label).value for label in typed if label != "添え書き(任意)"}
    assert not set(stand.values()) & set(typed.values())
    for away in ("照会", "overview"):
        if away == "overview":
            move(move(at, away), "rounds")
        else:
            choose(at, away, ROUND)
        assert {label: by_label(at.text_input, label).value for label in typed} == typed, away
        assert by_label(at.selectbox, "期限の時刻").value == 12
    button(at, "change-now").click().run()
    assert snapshot(data).plan.round(ROUND).due == date(2026, 12, 11)
    assert by_label(at.text_input, "変更の理由").value == ""
    assert by_label(at.text_input, "添え書き(任意)").value == typed["添え書き(任意)"]


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
    at.text_input(key="new-prefecture-fy2026h1-due").set_value("R8.11.2").run()
    assert "期限が、始める日より前です。期限を直してください。" in [w.value for w in at.warning]
    assert "open-now" not in buttons(at)


def test_a_changed_date_needs_a_reason_and_stands_then(data):
    at = run("rounds")
    due = f"change-{PLAN}-{ROUND}-due"
    at.text_input(key=due).set_value("2026-12-11").run()
    assert button(at, "change-now").disabled
    at.text_input(key=f"change-{PLAN}-{ROUND}-reason").set_value("議会日程による").run()
    button(at, "change-now").click().run()
    assert not at.error
    assert snapshot(data).plan.round(ROUND).due == datetime(2026, 12, 11).date()
    assert lead(at).endswith("期限まであと20日。")


def test_departments_and_indicators_can_be_chosen(data):
    at = run("rounds")
    at.radio(key=f"change-{PLAN}-{ROUND}-some").set_value("選ぶ").run()
    at.multiselect(key=f"change-{PLAN}-{ROUND}-departments").set_value([EDUCATION]).run()
    assert "変更すると、1部局に次のように尋ねます。" in text(at)
    at.text_input(key=f"change-{PLAN}-{ROUND}-reason").set_value("対象を絞る").run()
    button(at, "change-now").click().run()
    assert snapshot(data).plan.round(ROUND).departments == (EDUCATION,)
    assert lead(at).startswith("1部局のうち")


def test_a_round_is_closed_once_what_is_missing_was_seen_and_can_be_opened_again(data):
    at = run("rounds")
    assert "まだ回答のない部局は2部局あります: 農林水産部、県土整備部" in text(at)
    assert button(at, "close-now").disabled
    at.checkbox(key=f"close-{PLAN}-{ROUND}-sure").set_value(True).run()
    button(at, "close-now").click().run()
    assert not at.error
    assert snapshot(data).closed_at(ROUND) is not None
    assert lead(at).endswith("に締め切りました。")
    assert "close-now" not in buttons(at)
    at.text_input(key=f"change-{PLAN}-{ROUND}-reason").set_value("回答が残っているため").run()
    button(at, "change-now").click().run()
    assert snapshot(data).closed_at(ROUND) is None
