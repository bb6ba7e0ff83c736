"""What was answered again, and proposals that come in a return, as 確認 and 回答 show them."""

import re
from datetime import datetime
from functools import partial
from io import BytesIO

import pytest
from openpyxl import load_workbook

from kpi.collection.workflow import Mend
from kpi.people import Person, Role
from kpi.place import Place
from loaders.form.writing.writer import write_form
from tests import hurt
from tests.pages.rounds.kit import (
    BRIDGE,
    EDUCATION,
    GROUND,
    ICT,
    INDICATOR,
    LAND,
    LANDSMAN,
    PLAN,
    ROUND,
    ask,
    button,
    buttons,
    propose_targets,
    run,
    services,
    settle,
    snapshot,
    text,
)
from tests.samplekit import AT, store_of
from tests.screenkit import html, lead

OFFICER = Person("officer", "教育庁の担当", Role.DEPARTMENT, frozenset({EDUCATION}))


def answer_again(data, value):
    """The department sends the same form again with another value."""
    later, shot = datetime(2026, 11, 22, 9), snapshot(data)
    (last,) = shot.submissions[
        (shot.submissions["round_id"] == ROUND) & (shot.submissions["department_id"] == EDUCATION)
    ]["submission_id"]
    own = services(data, OFFICER, later)
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


def test_why_a_value_is_right_is_read_where_it_is_decided(data):
    ask(run("review"), "確かめてください。")
    own = services(data, OFFICER, datetime(2026, 11, 22, 9))
    shot = snapshot(data).submissions
    (last,) = shot[(shot["round_id"] == ROUND) & (shot["department_id"] == EDUCATION)]["submission_id"]
    new = own.revise(last)
    assert own.mend(new, [Mend(INDICATOR, "value", 77.0, "県の調査票と突き合わせて正しい")]) == ()
    settle(own, new)
    assert not isinstance(own.send(new), tuple)
    # On the card, and in the table of what was asked.
    assert (
        len(re.findall(r"77\.0%\(変わりなし\)\s*部局の理由: 県の調査票と突き合わせて正しい", text(run("review")))) == 2
    )


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
    own = services(empty, OFFICER)
    taken = own.take_return(Place(PLAN, round_id="targets", department_id=EDUCATION), form, "目標.xlsx")
    receipt = services(empty).send(taken.saved.submission_id)
    assert not isinstance(receipt, tuple), receipt
    at = run("review", round="targets")
    assert not at.error
    assert next(h.value for h in at.header) == "現状値・目標値の変更(1)"
    assert '<span class="changed">85.0%(提案)</span>' in html(at)
    assert 'href="admin' in html(at)


def by_page(data, one):
    own = services(data, LANDSMAN, datetime(2026, 11, 22, 9))
    new = own.revise(one)
    assert own.mend(new, [Mend(ICT, "target", 185.0, "数え直した")]) == ()
    return own, new


def by_form(data, one, evidence=True):
    own = services(data, LANDSMAN, datetime(2026, 11, 22, 9))
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
    own = services(empty, LANDSMAN)
    one = own.take_return(Place(PLAN, round_id=ROUND, department_id=LAND), form, "実績.xlsx").saved.submission_id
    chosen = []
    while own.submission(one).open:
        choice = own.submission(one).open[0].choices[0]
        assert own.mend(one, [Mend(BRIDGE, k, v, choice.label) for k, v in choice.changes.items()]) == ()
        chosen.append(choice.label)
    assert chosen
    assert not isinstance(own.send(one), tuple)
    at = run("review", round=ROUND)
    assert next(h.value for h in at.header) == "部局が画面で選択・入力した値(1)"
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
