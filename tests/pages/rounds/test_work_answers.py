"""What a department says of its initiatives, on 回答 and on 確認: all of it, and nothing chosen before it is."""

from dataclasses import replace

import pytest

from loaders.services.operations import open_store
from pages.parts.review.review_words import subject_number
from tests.roadmapkit import AUTUMN, SENT, answer, with_work
from tests.samplekit import PLAN
from tests.screenkit import html, lead, run, said, sound
from tests.storekit import save_return
from tests.worktools import form, half, read

EDUCATION, FIRST = "education", "school-2"
LATE = {
    "progress": "late", "delay_reason": "端末が足りない。", "recovery": half("2027H2"),
    "planned_start": half("2024H1"), "planned_end": half("2028H2"),
}  # fmt: skip


@pytest.fixture
def work(use, tmp_path):
    return use(with_work(tmp_path))


def test_the_schedule_that_is_told_and_the_reason_of_a_delay_stand_on_both_screens(work):
    store = open_store(work, at=SENT[AUTUMN])
    answer(store, AUTUMN, EDUCATION, {FIRST: LATE})
    at = run("submit", as_="dept-education", round=AUTUMN)
    assert sound(at)
    page = "\n".join(said(at))
    for words in ("当初 R6上期～R10下期", "遅れの理由 端末が足りない。", "回復見込み R9下期"):
        assert words in page, words
    at = run("review", as_="secretariat", round=AUTUMN)
    assert sound(at)
    card = html(at)
    for words in ("当初の始まり", "当初の終わり", "遅れの理由: 端末が足りない。"):
        assert words in card, words


def test_of_a_row_left_empty_nothing_is_chosen_beforehand(work):
    store = open_store(work, at=SENT[AUTUMN])
    brief = store.snapshot(PLAN).brief(SENT[AUTUMN].date())
    data = form(brief, AUTUMN, {}, EDUCATION)
    save_return(store, read(data, brief), data, "education.xlsx", by="担当", at=SENT[AUTUMN])
    at = run("submit", as_="dept-education", round=AUTUMN)
    at.radio[0].set_value("値を入力する").run()
    (box,) = [b for b in at.selectbox if b.label == "進捗"]
    assert box.value is None
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert "一覧から選んでください。" in [w.value for w in at.warning]
    assert "確認" in lead(at)


def test_a_number_that_several_fields_have_is_told_with_its_field(work):
    view = open_store(work, at=SENT[AUTUMN]).snapshot(PLAN)
    plan = view.plan

    class Seen:
        snapshot = replace(
            view, plan=replace(plan, initiatives=tuple(replace(i, number="(1)") for i in plan.initiatives))
        )

        def once(self, _, make):
            return make()

    seen = Seen()
    one = seen.snapshot.plan.subject(FIRST)
    assert subject_number(seen, one) == f"{plan.field_by_id(one.field_id).short} (1)"
    assert subject_number(seen, plan.indicators[0]) == plan.indicators[0].number
