"""確認 run for real: what it shows, who may do what, and that it is done."""

import re
from datetime import timedelta

from kpi.assessment import Assessment
from kpi.issue import Issue, Severity
from loaders.services import Services
from pages.parts.review import review_list
from pages.parts.rounds import board_table
from pages.parts.shared import filters
from tests.pages.rounds.kit import (
    EDUCATION,
    INDICATOR,
    PLAN,
    ROUND,
    ask,
    button,
    buttons,
    confirm_key,
    downloads,
    run,
    services,
    snapshot,
    text,
)
from tests.samplekit import AT
from tests.screenkit import everything, html, lead


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


def test_many_answers_without_a_doubt_come_in_pages_and_are_still_confirmed_at_once(data, monkeypatch):
    for module in (filters, review_list):
        monkeypatch.setattr(module, "PAGE", 4)
    at = run("review")
    (choice,) = (s for s in at.selectbox if s.label == "表示する回答(全9)")
    assert list(choice.options) == ["1〜4", "5〜8", "9〜9"]
    assert shown(at) == 4
    choice.select("3").run()
    assert list(at.query_params["page"]) == ["3"]
    assert shown(at) == 1
    # The button says what it is about: more than what stands above it.
    assert button(at, "confirm-rest").label == "気になる点のない9指標をすべて確認済にする"
    sure(at, "confirm-rest")
    assert "9指標を確認済にしました。" in text(at)


def shown(at):
    """The rows of the table of what needs no judgement."""
    (table,) = re.findall(r"<caption[^>]*>判断の要らない回答</caption>.*?</table>", html(at), re.S)
    return len(re.findall("<tr", table)) - 1


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
    one = next(
        s for s in rows[rows["round_id"] == ROUND]["submission_id"] if not services(data).submission(s).confirmed
    )
    assert services(data).confirm(one) == ()  # a colleague, meanwhile
    before = snapshot(data).submissions["confirmed"].sum()
    button(at, "confirm-rest-yes").click().run()
    assert snapshot(data).submissions["confirmed"].sum() == before
    assert "押したときから内容が変わっています。もう一度確かめてください。" in [w.value for w in at.warning]
    button(at, "confirm-rest-yes").click().run()
    assert "残り1指標(うち判断が要るもの1)" in lead(at)


def test_of_several_returns_a_refused_one_keeps_no_other_from_being_confirmed(data, monkeypatch):
    confirm, seen = Services.confirm, []

    def refusing(self, submission_id, indicator_ids=(), reason=""):
        seen.append(submission_id)
        told = Issue("review.not_sent", Severity.FIX, "事務局へ送られた回答ではありません。", "")
        return (told,) if len(seen) == 1 else confirm(self, submission_id, indicator_ids, reason)

    monkeypatch.setattr(Services, "confirm", refusing)
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


def test_a_question_hangs_on_the_chosen_cell_and_waits_for_the_department(data):
    at = run("review")
    ask(at, "<b>表番号</b>を教えてください。")
    assert not at.error
    (row,) = snapshot(data).questions.to_dict("records")
    assert (row["subject_id"], row["key"], row["text"]) == (INDICATOR, "value", "<b>表番号</b>を教えてください。")
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


def test_a_return_is_shown_with_what_was_confirmed_at_the_moment_shown(data):
    """It is read once and kept, whichever moment was looked at first."""

    def confirmed(moment=None):
        state = Assessment.of(services(data).store.snapshot(PLAN, moment), AT.date())
        return INDICATOR in board_table.stored_return(state, sent).confirmed

    rows = snapshot(data).observations
    (sent,) = set(rows[(rows["indicator_id"] == INDICATOR) & (rows["round_id"] == ROUND)]["submission_id"])
    one, two, three, four = (AT + timedelta(days=days) for days in (1, 2, 3, 4))
    services(data, at=two).confirm(sent, [INDICATOR])
    assert not confirmed(one)
    assert confirmed()
    services(data, at=four).unconfirm(sent, [INDICATOR])
    assert not confirmed()
    assert confirmed(three)
    assert not confirmed(one)


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
