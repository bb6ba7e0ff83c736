"""The board of a round, a round before it is opened, and what needs judgement first: cases worked by hand."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from kpi.collection.board import Known, board
from kpi.collection.lifecycle import Life, Stage
from kpi.collection.review.review_order import Group, Question, Sent, items, progress, sentence
from kpi.collection.round_proposal import KIND_WORDS, name_of, new_id, problems, proposed, working_day
from kpi.collection.turnout import STATE_WORDS, State, Timing, departments, summary, waiting_for
from kpi.collection.workflow import TAKEN_OVER, TYPED, Answer, Entry, Mend, none_this_time
from kpi.issue import Choice, Issue, Severity
from kpi.period import Period
from kpi.plan import Division
from tests.factory import AGRI, COUNT, CUT, FY, HALF_ROUND, PAPER, POLICY, RATE, ROUND, SURVEY, TOTAL, TRADE, tiny_plan

PLAN = tiny_plan()
ASKED = PLAN.round(ROUND)  # FY2024, from 2025-09-01 until 2025-10-03 17:00
SOON = datetime(2025, 9, 24, 10)
#: Every round of the plan was held.
HELD = Life({r.id: datetime(2025, 9, 1) for r in PLAN.rounds})

# --- rows as the store gives them --------------------------------------------------------------------------


def submission(number, state, *, department=AGRI, division="", **more):
    row = {
        "submission_id": f"S{number}",
        "department_id": department,
        "division_id": division,
        "state": state,
        "saved_at": datetime(2025, 9, 10, 9),
        "sent_at": pd.NaT,
        "passed_at": pd.NaT,
        "open_fix": 0,
        "open_ask": 0,
        "indicators": 1,
        "confirmed": 0,
        "on_behalf": False,
    }
    return row | more


def sent(number, at=datetime(2025, 9, 20, 9), **more):
    return submission(number, "sent", sent_at=at, **more)


def take(department=AGRI, division=""):
    return {"department_id": department, "division_id": division, "taken_at": datetime(2025, 9, 2, 9)}


def question(answered_by="", department=AGRI):
    return {"department_id": department, "answered_by": answered_by, "asked_at": datetime(2025, 9, 22, 9)}


def with_divisions(plan=PLAN):
    own = (Division("crops", "農産園芸課", (CUT,), "crops@example.jp"), Division("farm", "農村整備課", ()))
    changed = [replace(d, divisions=own, mail="agri@example.jp") if d.id == AGRI else d for d in plan.departments]
    return replace(plan, departments=tuple(changed))


def row(known=None, *, now=SOON, asked=ASKED, plan=PLAN, department=AGRI, division="", **more):
    found = board(plan, asked, known or Known(), now, **more)
    return next(r for r in found if (r.department_id, r.division_id) == (department, division))


# --- the state in words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "word", "replacing"),
    [
        (Known(), "未回答", False),
        (Known(takes=[take()]), "様式取得", False),
        (Known(takes=[take(TRADE)]), "未回答", False),
        (Known([submission(1, "draft")], [take()]), "下書き", False),
        (Known([submission(1, "replaced"), submission(2, "draft")]), "下書き", False),
        (Known([submission(1, "discarded")], [take()]), "様式取得", False),
        (Known([sent(1)]), "回答済", False),
        (Known([sent(1), submission(2, "draft")]), "回答済", True),
        (Known([sent(1)], questions=[question()]), "修正依頼", False),
        (Known([sent(1, confirmed=1)], questions=[question()]), "修正依頼", False),
        (Known([sent(1), sent(2)], questions=[question("S2")]), "回答済", False),
        (Known([sent(1, confirmed=1)]), "確認済", False),
        (Known([sent(1, confirmed=1), sent(2)]), "回答済", False),
        (Known([sent(1, department=TRADE)]), "未回答", False),
    ],
)
def test_each_state_has_its_word(known, word, replacing):
    found = row(known)
    assert (found.word, found.replacing) == (word, replacing)


def test_a_department_is_confirmed_when_every_row_of_its_answer_is():
    two = {"department": TRADE, "indicators": 2}
    assert row(Known([sent(1, confirmed=1, **two)]), department=TRADE).state is State.SENT
    assert row(Known([sent(1, confirmed=2, **two)]), department=TRADE).state is State.CONFIRMED


def test_a_department_is_confirmed_when_all_that_is_asked_of_it_is():
    asked = row(Known([sent(1, department=TRADE)]), department=TRADE).asked
    assert asked > 1
    for confirmed, state in ((1, State.SENT), (asked, State.CONFIRMED)):
        found = Known([sent(1, confirmed=confirmed, indicators=confirmed, department=TRADE)])
        assert row(found, department=TRADE).state is state
    assert row(Known([sent(1, indicators=0)])).state is State.SENT


def test_open_cells_are_those_of_the_draft_and_questions_those_without_an_answer():
    drafted = row(Known([sent(1), submission(2, "draft", open_fix=2, open_ask=3)], questions=[question(), question()]))
    assert (drafted.open_fix, drafted.open_ask, drafted.questions) == (2, 3, 2)
    assert (drafted.submission_id, drafted.sent_id) == ("S2", "S1")


def test_the_last_change_is_the_newest_of_everything_that_happened():
    assert row(Known(takes=[take()])).changed == datetime(2025, 9, 2, 9)
    assert row(Known([sent(1)], [take()], [question()])).changed == datetime(2025, 9, 22, 9)
    assert row().changed is None


def test_whom_to_ask_comes_from_the_return_and_the_department():
    known = Known(contacts={(AGRI, ""): "農産園芸課 青森 花子"})
    found = row(known, plan=with_divisions())
    assert (found.contact, found.mail) == ("農産園芸課 青森 花子", "agri@example.jp")


def test_what_was_entered_for_a_department_is_marked():
    assert row(Known([sent(1, on_behalf=True)])).on_behalf
    assert not row(Known([sent(1)])).on_behalf


# --- in time or late --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "timing", "words"),
    [
        (datetime(2025, 9, 24, 10), Timing.WAITING, "あと9日"),
        (datetime(2025, 10, 2, 23, 59), Timing.WAITING, "あと1日"),
        (datetime(2025, 10, 3, 17, 0), Timing.WAITING, "今日まで"),
        (datetime(2025, 10, 3, 17, 1), Timing.LATE, "今日の期限時刻を過ぎています"),
        (datetime(2025, 10, 6, 8), Timing.LATE, "期限を3日過ぎています"),
    ],
)
def test_who_has_not_answered_is_late_from_the_hour_on(now, timing, words):
    found = row(now=now)
    assert (found.timing, found.timing_words) == (timing, words)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2025, 10, 3, 17, 0), "期限内"),
        (datetime(2025, 10, 3, 17, 1), "期限後(当日)"),
        (datetime(2025, 10, 5, 9), "期限後(2日)"),
    ],
)
def test_an_answer_is_in_time_until_the_hour(at, words):
    assert row(Known([sent(1, at)]), now=datetime(2025, 10, 20)).timing_words == words


def test_what_is_replaced_or_asked_back_later_does_not_make_an_answer_late():
    known = Known([sent(1, datetime(2025, 10, 1)), sent(2, datetime(2025, 10, 9))], questions=[question("S2")])
    assert row(known, now=datetime(2025, 10, 20)).timing is Timing.IN_TIME


def test_a_round_without_a_date_is_never_late():
    assert row(asked=replace(ASKED, due=None), now=datetime(2030, 1, 1)).timing_words == "期限未設定"


def only(indicator_id, **card):
    """The plan in which AGRI answers for one indicator alone."""
    owned = tuple(o for o in PLAN.ownerships if o.department_id != AGRI and o.subject_id != indicator_id)
    mine = replace(PLAN.ownerships[0], subject_id=indicator_id, department_id=AGRI)
    changed = tuple(replace(c, **card) if c.indicator_id == indicator_id else c for c in PLAN.cards)
    return replace(PLAN, ownerships=(*owned, mine), cards=changed)


AFTER = datetime(2025, 12, 1)


def test_between_two_surveys_nobody_is_late_and_nobody_is_reminded():
    plan = only(SURVEY)  # surveys of 2021 and 2026; the round asks for 2024
    found = row(now=AFTER, plan=plan)
    assert (found.state, found.timing, found.late) == (State.UNANSWERED, Timing.NOTHING_DUE, False)
    assert AGRI not in [r.department_id for r in waiting_for(board(plan, ASKED, Known(), AFTER))]


def test_a_figure_that_is_not_published_yet_makes_nobody_late():
    # Two years of lag: by October 2025 the newest published year is FY2022, which is the baseline's own.
    assert row(now=AFTER, plan=only(CUT, lag_months=24)).timing is Timing.NOTHING_DUE


def test_a_figure_published_since_the_last_round_is_owed():
    # One year of lag: FY2023 came out in March 2025. It is owed unless an earlier round has told it.
    plan = only(CUT, lag_months=12)
    assert row(now=AFTER, plan=plan).timing is Timing.LATE
    assert row(Known(values={(CUT, "FY2023")}), now=AFTER, plan=plan).timing is Timing.NOTHING_DUE


def test_an_answer_without_a_value_is_an_answer():
    # The store keeps 未公表 as an answer like any other: what counts is that it was sent.
    assert row(Known([sent(1)]), now=AFTER, plan=only(SURVEY)).timing is Timing.IN_TIME


def test_a_round_for_targets_owes_an_answer_whatever_is_published():
    asked = replace(ASKED, kind="targets")
    assert row(now=AFTER, plan=only(SURVEY), asked=asked).timing is Timing.LATE


# --- 課 --------------------------------------------------------------------------

TWO = replace(ASKED, division_due=date(2025, 9, 19))


def crops(known=None, **more):
    return row(known, plan=with_divisions(), asked=TWO, division="crops", **more)


def test_a_division_without_an_indicator_of_the_round_has_no_row():
    found = board(with_divisions(), TWO, Known(), SOON)
    assert [(r.department_id, r.division_id) for r in found] == [
        (POLICY, ""),
        (TRADE, ""),
        (AGRI, ""),
        (AGRI, "crops"),
    ]


def test_a_division_is_measured_by_its_own_date():
    assert crops().timing_words == "期限を5日過ぎています"
    assert row(plan=with_divisions(), asked=TWO).timing_words == "あと9日"


def test_a_division_that_has_answered_its_lead_is_done_and_the_department_is_not():
    known = Known([submission(1, "passed", division="crops", passed_at=datetime(2025, 9, 18))])
    assert (crops(known).word, crops(known).timing_words, crops(known).mail) == (
        "主管課へ回答済",
        "期限内",
        "crops@example.jp",
    )
    lead = row(known, plan=with_divisions(), asked=TWO)
    assert (lead.word, lead.passed) == ("未回答", (1, 1))


def test_where_the_department_answers_at_once_nothing_is_awaited_of_its_divisions():
    found = crops(Known([sent(1)]))
    assert (found.word, found.late) == ("回答済", False)
    assert crops(Known([sent(1)], questions=[question()])).word == "回答済"


def test_the_draft_of_a_division_is_not_its_departments():
    known = Known([submission(1, "draft", division="crops", open_fix=1)])
    assert (crops(known).word, crops(known).open_fix) == ("下書き", 1)
    assert row(known, plan=with_divisions(), asked=TWO).word == "未回答"


# --- the whole round --------------------------------------------------------------------------


def test_the_first_sentence_counts_departments_and_days():
    known = Known([sent(1, department=POLICY), submission(2, "draft", department=TRADE)])
    found = board(PLAN, ASKED, known, SOON)
    assert summary(found, ASKED, SOON) == "3部局のうち回答済1、下書き1、未回答1。期限まであと9日。"


@pytest.mark.parametrize(
    ("now", "closed", "end"),
    [
        (datetime(2025, 8, 1), None, "9月1日に始まります。"),
        (datetime(2025, 10, 3, 9), None, "今日まで。"),
        (datetime(2025, 10, 6), None, "期限を3日過ぎています。"),
        (datetime(2025, 12, 1), datetime(2025, 11, 4, 9), "11月4日に締め切りました。"),
    ],
)
def test_the_first_sentence_ends_with_the_date(now, closed, end):
    assert summary(board(PLAN, ASKED, Known(), now), ASKED, now, closed) == f"3部局のうち未回答3。{end}"


def test_in_a_round_nobody_has_started_nobody_is_late_or_reminded():
    past = datetime(2028, 7, 30, 9)
    rows = board(PLAN, ASKED, Known(), past, started=False)
    assert {(r.timing, r.word) for r in rows} == {(Timing.PLANNED, "照会前")}
    assert not any(r.late for r in rows)
    assert waiting_for(rows) == ()
    assert {r.timing for r in board(PLAN, ASKED, Known(), past)} == {Timing.LATE}
    said = summary(rows, ASKED, past, stage=Stage.PLANNED)
    assert said == "予定の照会で、まだ始まっていません。始めると3部局に尋ねます。"
    assert summary(rows, ASKED, past, stage=Stage.CANCELLED) == "この照会は取りやめています。"


def test_a_round_that_asks_nobody_says_so():
    asked = replace(ASKED, departments=("nobody",))
    assert board(PLAN, asked, Known(), SOON) == ()
    assert summary((), asked, SOON) == "この照会で尋ねる部局がありません。"


def test_departments_and_indicators_left_out_have_no_row():
    assert [r.department_id for r in board(PLAN, replace(ASKED, departments=(AGRI,)), Known(), SOON)] == [AGRI]
    found = board(PLAN, replace(ASKED, indicators=(RATE, COUNT)), Known(), SOON)
    assert [(r.department_id, r.asked) for r in found] == [(POLICY, 1), (TRADE, 1)]


@pytest.mark.parametrize("day", [datetime(2025, 9, 25, 12), datetime(2025, 10, 4, 12)], ids=["early", "late"])
def test_in_a_closed_round_no_days_are_counted(day):
    known = Known([sent(1, department=POLICY)])
    assert not any("締切" in r.timing_words for r in board(PLAN, ASKED, known, datetime(2025, 9, 24), closed=day))
    found = board(PLAN, ASKED, known, datetime(2027, 1, 1), closed=day)
    assert {r.department_id: r.timing_words for r in found} == {
        POLICY: "期限内", TRADE: "回答のないまま締切り", AGRI: "回答のないまま締切り",
    }  # fmt: skip


def test_a_reminder_goes_to_those_alone_who_have_not_answered():
    known = Known([sent(1, department=POLICY), submission(2, "draft", department=TRADE)])
    assert [r.department_id for r in waiting_for(board(PLAN, ASKED, known, SOON))] == [TRADE, AGRI]


def test_rows_come_from_the_tables_of_the_round_alone():
    returns = [sent(1) | {"round_id": ROUND}, submission(2, "draft", department=TRADE) | {"round_id": "other"}]
    values = pd.DataFrame(
        {
            "round_id": ["old", "old", ROUND],
            "indicator_id": [CUT, RATE, COUNT],
            "period": ["FY2023", "FY2023", "FY2024"],
            "state": ["value", "unpublished", "value"],
        }
    )
    known = Known.of(ROUND, returns, (), (), values)
    assert known.values == {(CUT, "FY2023")}
    found = departments(board(PLAN, ASKED, known, SOON))
    assert [(r.department_id, r.word) for r in found] == [(POLICY, "未回答"), (TRADE, "未回答"), (AGRI, "回答済")]


def test_every_state_has_a_word_of_its_own():
    assert set(STATE_WORDS) == set(State)
    assert len(set(STATE_WORDS.values())) == len(State)


# --- a round before it is opened --------------------------------------------------------------------------


def test_the_calendars_next_round_is_proposed_as_it_stands():
    assert proposed(PLAN, "half", date(2025, 10, 1), Life()) == PLAN.round(HALF_ROUND)


def test_a_new_round_follows_the_last_one_of_its_kind():
    found = proposed(PLAN, "annual", date(2026, 9, 1), HELD)
    assert (found.id, found.name, found.period) == ("fy2025", "令和7年度実績照会", FY[2025])
    # 2026-10-03 is a Saturday.
    assert (found.opens, found.due, found.due_hour) == (date(2026, 9, 1), date(2026, 10, 2), 17)


def test_the_gap_between_the_two_dates_is_kept():
    plan = replace(PLAN, rounds=(replace(ASKED, division_due=date(2025, 9, 19)),))
    assert proposed(plan, "annual", date(2026, 9, 1), HELD).division_due == date(2026, 9, 18)


def test_a_kind_never_held_gets_six_weeks_of_working_days():
    found = proposed(replace(PLAN, rounds=()), "midterm", date(2026, 9, 1), Life())
    assert (found.id, found.period, found.due, found.division_due) == (
        "midterm-2025",
        FY[2025],
        date(2026, 10, 13),
        date(2026, 9, 29),
    )


def test_a_half_year_round_asks_for_the_half_that_has_ended():
    plan = replace(PLAN, rounds=())
    assert proposed(plan, "half", date(2026, 11, 21), Life()).period == Period("H", 2026, 1)
    assert proposed(plan, "half", date(2026, 4, 1), Life()).period == Period("H", 2025, 2)
    assert proposed(plan, "half", date(2026, 9, 30), Life()).period == Period("H", 2025, 2)


def test_every_kind_has_a_name_and_an_id_that_no_round_has():
    for kind in KIND_WORDS:
        assert name_of(PLAN, kind, Period("H", 2026, 1) if kind == "half" else FY[2026])
    assert new_id(PLAN, "annual", FY[2024]) == "fy2024-2"
    assert new_id(PLAN, "half", Period("H", 2026, 2)) == "fy2026h2"
    assert working_day(date(2026, 11, 22)) == date(2026, 11, 20)
    assert working_day(date(2026, 11, 20)) == date(2026, 11, 20)
    assert working_day(date(2027, 1, 2)) == working_day(date(2026, 12, 31)) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "round.name"),
        ({"name": "令和7年度上期"}, "round.name_taken"),
        ({"due": None}, "round.dates"),
        ({"due": date(2025, 8, 29)}, "round.due"),
        ({"division_due": date(2025, 10, 6)}, "round.division_due"),
        ({"departments": ("nobody",)}, "round.nobody"),
    ],
)
def test_what_forbids_a_round_is_said_before_it_is_opened(changes, code):
    found = problems(PLAN, replace(ASKED, **changes), SOON.date())
    assert code in [i.code for i in found if i.severity is Severity.FIX]


def test_a_sound_round_has_no_problem_and_a_weekend_is_only_noted():
    assert problems(PLAN, ASKED, SOON.date()) == ()
    (noted,) = problems(PLAN, replace(ASKED, due=date(2025, 10, 4)), SOON.date())
    assert (noted.severity, noted.message) == (Severity.NOTE, "期限が土曜日です。")


def test_a_period_that_will_not_be_over_is_noted():
    (noted,) = problems(PLAN, replace(ASKED, period=FY[2025]), SOON.date())
    assert (noted.code, noted.severity) == ("round.period_open", Severity.NOTE)


# --- what needs judgement first --------------------------------------------------------------------------


def answer(indicator_id, **said):
    return Answer(indicator_id, {k: Entry(k, "KPI", "K12", str(v), v) for k, v in said.items()})


def issue(indicator_id, key="value", severity=Severity.ASK, message="大きな変化です。"):
    return Issue("value.jump", severity, message, sheet="KPI", cell="K12", subject_id=indicator_id, key=key)


def asked_about(indicator_id, answered_by="", department=AGRI):
    return Question("Q1", "S0", department, indicator_id, "value", "確かめてください。", answered_by=answered_by)


ORDER = {i.id: n for n, i in enumerate(PLAN.indicators)}


def judged(*returns, questions=(), **more):
    return items(returns, questions, order=ORDER, **more)


def test_answers_stand_in_the_order_in_which_they_need_judgement():
    said = Sent(
        "S1",
        AGRI,
        [
            answer(RATE, value=65.0),
            answer(COUNT, value=1.0),
            answer(TOTAL, value=2.0, correction=3.0),
            answer(CUT, value=4.0),
            answer(SURVEY, value=5.0, target=6.0),
            answer(PAPER, value=7.0),
        ],
        [issue(CUT)],
    )
    found = judged(said, questions=[asked_about(PAPER, "S1")], proposed={SURVEY: "S0"}, behind={COUNT, CUT})
    assert [(i.subject_id, i.group) for i in found] == [
        (PAPER, Group.RETURNED),
        (CUT, Group.DOUBT),
        (TOTAL, Group.CORRECTION),
        (SURVEY, Group.CARD),
        (COUNT, Group.EXPLANATION),
        (RATE, Group.REST),
    ]
    assert found[1].groups == (Group.DOUBT, Group.EXPLANATION)


def test_within_a_group_the_plans_order_holds_across_departments():
    found = judged(Sent("S1", AGRI, [answer(CUT, value=1.0)]), Sent("S2", POLICY, [answer(RATE, value=2.0)]))
    assert [i.subject_id for i in found] == [RATE, CUT]


def test_a_doubt_carries_what_the_department_said_to_it():
    said = Sent("S1", AGRI, [answer(CUT, value=4.0)], [issue(CUT)], [Mend(CUT, "value", 4.0, "直播が広がったため")])
    (doubt,) = judged(said)[0].doubts
    assert (doubt.message, doubt.reason, doubt.address) == ("大きな変化です。", "直播が広がったため", "KPI!K12")


LABEL = "4.0%として取り込む"
PICKED = [LABEL, f"{LABEL}{TAKEN_OVER}", TYPED, f"{TYPED}{TAKEN_OVER}", none_this_time("unpublished")]


@pytest.mark.parametrize("reason", PICKED)
def test_what_was_only_chosen_on_the_page_is_told_apart_from_a_reason(reason):
    asked = replace(issue(CUT), choices=(Choice(LABEL, {"value": 4.0}),))
    (item,) = judged(Sent("S1", AGRI, [answer(CUT, value=4.0)], [asked], [Mend(CUT, "value", 4.0, reason)]))
    assert item.groups == (Group.CHOSEN,)
    assert [(d.reason, d.chosen, d.is_chosen) for d in item.doubts] == [("", reason, True)]


@pytest.mark.parametrize(
    "reason", [f"{LABEL}。農協に確認済み", "画面で入力した値が正", "直播が広がったため", "実績なし"]
)
def test_a_reason_that_was_written_is_one_though_it_resembles_a_choice(reason):
    asked = replace(issue(CUT), choices=(Choice(LABEL, {"value": 4.0}),))
    both = [Mend(CUT, "value", 4.0, LABEL), Mend(CUT, "value", 4.0, reason)]
    (item,) = judged(Sent("S1", AGRI, [answer(CUT, value=4.0)], [asked], both))
    assert item.groups == (Group.DOUBT,)
    assert (item.doubts[0].reason, item.doubts[0].chosen) == (reason, LABEL)


def test_a_change_that_waits_from_an_earlier_return_keeps_its_place_among_the_changes():
    first, second = (Sent(n, AGRI, [answer(CUT, target=9.0)]) for n in ("S1", "S2"))
    (item,) = judged(first, second, proposed={CUT: "S1"})
    assert (item.submission_id, item.group, item.proposed_in) == ("S2", Group.CARD, "S1")


def test_all_that_was_said_of_a_cell_stands_beside_its_doubts_once():
    words = [Mend(CUT, "value", 4.0, w) for w in ("直播が広がったため", "", "農協に確認済み", "農協に確認済み")]
    (doubt,) = judged(Sent("S1", AGRI, [answer(CUT, value=4.0)], [issue(CUT)], words))[0].doubts
    assert doubt.reason == "直播が広がったため / 農協に確認済み"


def test_notes_and_questions_about_words_are_no_doubts():
    said = [issue(CUT, severity=Severity.NOTE), issue(CUT, "analysis"), issue(RATE)]
    assert judged(Sent("S1", AGRI, [answer(CUT, value=4.0)], said))[0].group is Group.REST


def test_a_row_with_nothing_in_it_is_not_to_be_judged():
    empty = Answer(CUT, {"value": Entry("value", "KPI", "K12", "", None)})
    assert judged(Sent("S1", AGRI, [empty])) == ()


def test_of_two_returns_the_newest_that_tells_of_an_indicator_counts():
    first = Sent("S1", TRADE, [answer(COUNT, value=1.0), answer(TOTAL, value=2.0)], confirmed={TOTAL})
    second = Sent("S2", TRADE, [answer(COUNT, value=9.0)])
    found = {i.subject_id: i for i in judged(first, second)}
    assert (found[COUNT].submission_id, found[COUNT].answer.number("value")) == ("S2", 9.0)
    assert (found[TOTAL].submission_id, found[TOTAL].confirmed) == ("S1", True)


def test_a_question_without_an_answer_is_with_the_department():
    (item,) = judged(Sent("S1", AGRI, [answer(CUT, value=4.0)]), questions=[asked_about(CUT)])
    assert (bool(item.waiting), item.open, item.group) == (True, False, Group.REST)
    # Another department answers for the indicator by now: what was asked about this answer waits for it all the same.
    (moved,) = judged(Sent("S1", AGRI, [answer(CUT, value=4.0)]), questions=[asked_about(CUT, department=TRADE)])
    assert moved.waiting


def test_progress_is_told_in_words():
    four = [answer(i, value=1.0) for i in (RATE, COUNT, CUT, PAPER)]
    said = Sent("S1", AGRI, four, [issue(CUT)], confirmed={RATE})
    at = progress(judged(said, questions=[asked_about(COUNT)]))
    assert (at.total, at.confirmed, at.waiting, at.left, at.judging) == (4, 1, 1, 2, 1)
    assert sentence(at) == "回答のあった4指標のうち確認済1、修正依頼中1。残り2指標(うち判断が要るもの1)。"


@pytest.mark.parametrize(
    ("returns", "questions", "words"),
    [
        ([], [], "まだ回答がありません。"),
        (
            [Sent("S1", AGRI, [answer(CUT, value=1.0)])],
            [],
            "回答のあった1指標。残り1指標(いずれも確認だけで済みます)。",
        ),
        (
            [Sent("S1", AGRI, [answer(CUT, value=1.0)], confirmed={CUT})],
            [],
            "回答のあった1指標のうち確認済1。すべて確認済です。",
        ),
        (
            [Sent("S1", AGRI, [answer(CUT, value=1.0)])],
            [asked_about(CUT)],
            "回答のあった1指標のうち修正依頼中1。修正依頼の回答を待っています。",
        ),
        (
            [Sent("S1", AGRI, [answer(CUT, value=1.0)])],
            [asked_about(CUT, "S1")],
            "回答のあった1指標。残り1指標(うち判断が要るもの1、修正依頼への回答1)。",
        ),
    ],
)
def test_the_sentence_says_what_is_left(returns, questions, words):
    assert sentence(progress(judged(*returns, questions=questions))) == words
