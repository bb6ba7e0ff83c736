"""Two half-years go through the store as values do: sent, confirmed, asked about, seen as of a day, made anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kpi.assessment import Assessment
from kpi.collection.workflow import Answer, Entry, Mend, Question
from kpi.initiatives.half_year_review import BLANK_REASON
from kpi.initiatives.initiative_profile import history
from kpi.initiatives.work_state import EXPLAINED, work_of
from kpi.issue import LEFT_BLANK
from kpi.people import Audience
from loaders.form.approval_page import settlement_sheet
from loaders.services import operations
from loaders.store import Store
from loaders.store.commands.submission_rows import reviewed
from tests.factory import AGRI, POLICY, ROUND, TARGETS_ROUND
from tests.storekit import do, first_start, save_return, send
from tests.worktools import CAR, DESK, FIRST, MEETING, SECOND, form, half, read, said, work_plan

SPRING, AUTUMN = datetime(2025, 4, 10, 10), datetime(2025, 10, 6, 10)
DEPARTMENT = Audience("department", frozenset({POLICY}))


def sent(store: Store, round_id: str, at: datetime, answers, department: str = POLICY) -> str:
    brief = store.snapshot("tiny").brief(at.date())
    data = form(brief, round_id, answers, department)
    got = read(data, brief)
    assert not [i for i in got.issues if i.severity != "note"], [(i.code, i.message) for i in got.issues]
    kept = save_return(store, got, data, f"{department}.xlsx", by="担当", at=at)
    receipt = send(store, kept.submission_id, by="担当", at=at)
    assert not isinstance(receipt, tuple), receipt
    assert set(receipt.codes) == set(answers)
    return kept.submission_id


def spring(store: Store) -> str:
    desk = said(
        planned_start=half("2024H1"), planned_end=half("2026H2"), performance="案を作った。", next_plan="試行する。"
    )
    return sent(store, FIRST, SPRING, {MEETING: said(), DESK: desk})


def autumn(store: Store) -> str:
    slip = said(
        progress="late", performance="12会場で開いた。", next_plan="動画にする。", delay_reason="会場がない。",
        recovery=half("2026H1"), revised_end=half("2026H1"), revision_reason="会場が足りない。", decided_by="部長決裁",
        interim_1=120.0,
    )  # fmt: skip
    done = said(progress="done", course="end", performance="窓口を開いた。", next_plan=None)
    return sent(store, SECOND, AUTUMN, {MEETING: slip, DESK: done})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return first_start(tmp_path, work_plan())


def progress(store: Store, initiative: str, audience: Audience = Audience.ALL, as_of: datetime | None = None):
    found = store.snapshot("tiny", as_of, audience, AUTUMN).reviews.get(initiative, ())
    return [(r.period.code, r.progress, r.confirmed) for r in found]


def test_what_is_sent_is_known_half_year_by_half_year(store: Store):
    spring(store)
    autumn(store)
    assert progress(store, MEETING) == [("FY2024H2", "on_schedule", False), ("FY2025H1", "late", False)]
    assert progress(store, DESK) == [("FY2024H2", "on_schedule", False), ("FY2025H1", "done", False)]
    assert progress(store, MEETING, as_of=datetime(2025, 5, 1)) == [("FY2024H2", "on_schedule", False)]
    last = store.snapshot("tiny").reviews[MEETING][-1]
    assert (last.said["interim_1"], last.text("revised_end"), last.text("section")) == (120.0, "FY2026H1", "DX推進課")
    assert "person" not in last.said
    assert len(last.code) == 8
    assert (last.sheet, last.cell) == ("KPI調査票", "I6")


def test_others_see_what_is_confirmed_and_departments_their_own(store: Store):
    spring(store)
    sent(store, FIRST, SPRING, {CAR: said(performance="走らせた。", next_plan="延ばす。")}, AGRI)
    assert progress(store, MEETING, Audience.PUBLIC) == []
    assert progress(store, MEETING, DEPARTMENT) == [("FY2024H2", "on_schedule", False)]
    assert progress(store, CAR, DEPARTMENT) == []
    do(store, "confirm", "S00001", [MEETING], by="事務局", at=SPRING)
    assert progress(store, MEETING, Audience.PUBLIC) == [("FY2024H2", "on_schedule", True)]
    assert progress(store, DESK, Audience.PUBLIC) == []


def test_a_question_about_an_initiative_is_its_departments(store: Store):
    spring(store)
    ask = Question(MEETING, "performance", "何会場か")
    do(store, "ask_back", "S00001", [ask], by="事務局", at=datetime(2025, 4, 11, 9))
    (row,) = store.snapshot("tiny", None, DEPARTMENT, AUTUMN).asked
    assert (row["subject_id"], row["department_id"], row["text"]) == (MEETING, POLICY, "何会場か")


def test_said_again_the_newest_counts(store: Store):
    spring(store)
    desk = said(
        planned_start=half("2024H1"), planned_end=half("2026H2"), performance="案を作った。", next_plan="試行。"
    )
    meeting = said(progress="considering", performance="7会場で開いた。")
    sent(store, FIRST, datetime(2025, 4, 20, 9), {MEETING: meeting, DESK: desk})
    assert progress(store, MEETING) == [("FY2024H2", "considering", False)]


def test_what_the_store_holds_is_sound_and_is_made_anew_the_same(store: Store, tmp_path: Path):
    spring(store)
    autumn(store)
    do(store, "confirm", "S00002", [MEETING, DESK], by="事務局", at=AUTUMN)
    assert store.verify() == ()
    assert operations.rebuild(store, tmp_path / "again.duckdb") == ()
    again = Store(tmp_path / "again.duckdb")
    assert again.verify() == ()
    assert again.snapshot("tiny").reviews == store.snapshot("tiny").reviews


def test_why_an_answer_is_blank_is_kept_and_told_and_counts_as_an_answer(store: Store, tmp_path: Path):
    spring(store)
    brief = store.snapshot("tiny").brief(AUTUMN.date())
    data = form(brief, SECOND, {MEETING: said(performance="9会場で開いた。", next_plan="動画にする。")})
    kept = save_return(store, read(data, brief), data, "x.xlsx", by="担当", at=AUTUMN)
    assert {i.subject_id for i in store.submission(kept.submission_id).open} == {DESK}
    why = [Mend(DESK, i.key, None, "担当者が決まっていない。") for i in store.submission(kept.submission_id).open]
    do(store, "mend", kept.submission_id, why, by="担当", at=AUTUMN)
    receipt = send(store, kept.submission_id, by="担当", at=AUTUMN)
    assert not isinstance(receipt, tuple), receipt
    assert set(receipt.codes) == {MEETING, DESK}
    last = store.snapshot("tiny").reviews[DESK][-1]
    assert (last.tells, last.progress, last.text(BLANK_REASON)) == (False, "", "担当者が決まっていない。")
    state = Assessment.of(store.snapshot("tiny"), AUTUMN.date())
    (track,) = (one for one in work_of(state).own if one.initiative.id == DESK)
    assert work_of(state).progress(track) == EXPLAINED
    assert ("空欄の理由", "担当者が決まっていない。") in history(state, track)[0].facts
    # The next half-year is held against the last that was told.
    asked = store.snapshot("tiny").brief(AUTUMN.date())
    later = replace(asked.plan.round(SECOND), period=half("2025H2"))
    assert [r.progress for r in asked.asked_in(later).reviews[DESK]] == ["on_schedule"]
    assert store.verify() == ()
    assert operations.rebuild(store, tmp_path / "again.duckdb") == ()
    page = signed(store, kept.submission_id)
    assert "未記入" in page["1-2"]
    assert page["1-2"][6] == "【空欄の理由】担当者が決まっていない。"
    assert "空欄の理由" not in page["1-1"][6]


def signed(store: Store, submission_id: str) -> dict[str, list[str]]:
    """The rows of the page for the 決裁 of a return, by the initiative's number."""
    brief = store.snapshot("tiny").brief(AUTUMN.date())
    department = brief.plan.department(POLICY)
    answers = store.submission(submission_id).reading.answers
    data = settlement_sheet(brief, brief.plan.round(SECOND), department, answers)
    rows = load_workbook(BytesIO(data)).active.iter_rows(values_only=True)
    return {str(row[0]): [str(cell or "") for cell in row] for row in rows}


def test_what_was_only_picked_to_leave_a_cell_blank_is_no_reason():
    why = {"performance": "(画面)国の事業が止まっている。", "progress": LEFT_BLANK, "person": "担当者は未定。"}
    entries = {key: Entry(key, "記述", "D9", "―", None, mended) for key, mended in why.items()}
    assert reviewed(Answer(DESK, entries)) == {BLANK_REASON: "(画面)国の事業が止まっている。"}
    del entries["performance"]
    assert reviewed(Answer(DESK, entries)) == {}


def test_a_changed_answer_is_found(store: Store):
    spring(store)
    with store._database.write() as connection:
        connection.execute("UPDATE reviews SET said = replace(said, 'on_schedule', 'done')")
    assert {i.code for i in store.verify()} == {"verify.rows_changed"}


def test_nothing_of_the_work_is_judged(store: Store):
    spring(store)
    snapshot = store.snapshot("tiny")
    assert snapshot.observations.empty
    assert MEETING not in snapshot.cards


def test_a_review_that_was_closed_without_a_paper_is_no_last_meeting(store: Store):
    spring(store)
    do(store, "close_round", "tiny", FIRST, by="事務局", at=datetime(2025, 4, 30, 9))
    seen = store.snapshot("tiny")
    assert seen.told_at(FIRST) == datetime(2025, 4, 30, 9)
    assert seen.told_before(ROUND, None) is None
    do(store, "close_round", "tiny", TARGETS_ROUND, by="事務局", at=datetime(2025, 4, 29, 9))
    assert store.snapshot("tiny").told_before(ROUND, None) == datetime(2025, 4, 29, 9)
