"""Who answers stands ready in a form as far as it stays: the 課 of last time and its address, nobody's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kpi.collection.workflow import Brief
from kpi.plan import Division
from loaders.form import definition as d
from loaders.form.writing.writer import write_form
from loaders.store import Store
from tests.factory import AGRI, COUNT, PAPER, POLICY, RATE, ROUND, SURVEY, UNSET
from tests.storekit import first_start, save_return, send
from tests.worktools import CAR, DESK, FIRST, MEETING, SECOND, form, half, read, said, work_plan

SPRING, AUTUMN = datetime(2025, 4, 10, 10), datetime(2025, 10, 6, 10)


def blocks(about: Brief, round_id: str, department: str = POLICY) -> list[tuple[object, ...]]:
    """What each 課's block of 記述 says: the subjects, 担当課, 担当者, 連絡先."""
    sheet = load_workbook(BytesIO(write_form(about, round_id, department)))[d.PROSE_SHEET]
    rows = [(str(r[1].value), r[3].value) for r in sheet.iter_rows(min_row=5) if str(r[1].value).startswith("課")]
    return [tuple(text for _, text in rows[start : start + 4]) for start in range(0, len(rows), 4)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return first_start(tmp_path, work_plan())


def answered(store: Store, round_id: str, at: datetime, answers: dict[str, dict[str, object]]) -> None:
    brief = store.snapshot("tiny").brief(at.date())
    data = form(brief, round_id, answers)
    kept = save_return(store, read(data, brief), data, "x.xlsx", by="担当", at=at)
    receipt = send(store, kept.submission_id, by="担当", at=at)
    assert not isinstance(receipt, tuple), receipt


def test_a_form_of_the_work_is_parted_as_it_was_answered_last_time_and_nobody_is_named(store: Store) -> None:
    desk = said(planned_start=half("2024H1"), planned_end=half("2026H2"), section="総務課", person="弘前 太郎")
    answered(store, FIRST, SPRING, {MEETING: said(), DESK: desk})
    about = store.snapshot("tiny").brief(AUTUMN.date())
    assert blocks(about, SECOND) == [("1-1", "DX推進課", None, None), ("1-2", "総務課", None, None)]


def test_a_form_of_values_says_the_same(store: Store) -> None:
    one = {"value": 44.0, "period": "FY2024", "release": "final", "evidence": "統計 表1", **said()}
    other = {"missing_reason": "not_survey_year", **said(section="総務課")}
    values = {
        RATE: one,
        PAPER: {**one, "value": 4800.0},
        SURVEY: other,
        UNSET: {**other, "missing_reason": "suppressed"},
    }
    answered(store, ROUND, AUTUMN, values)
    about = store.snapshot("tiny").brief(AUTUMN.date())
    assert [(section, person) for _, section, person, _ in blocks(about, ROUND)] == [
        ("DX推進課", None),
        ("総務課", None),
    ]


def test_what_another_department_answered_says_nothing_of_who_answers_now(store: Store) -> None:
    about = replace(
        store.snapshot("tiny").brief(AUTUMN.date()), sections={CAR: (POLICY, "DX推進課"), COUNT: (AGRI, "農政課")}
    )
    assert [block[1] for block in blocks(about, SECOND, AGRI)] == [None]


def test_the_shared_address_of_a_known_division_stands_ready(store: Store) -> None:
    plan = work_plan()
    divisions = (Division("dx", "DX推進課", (MEETING,), "dx@pref.example.jp"), Division("general", "総務課", (DESK,)))
    departments = tuple(replace(one, divisions=divisions) if one.id == POLICY else one for one in plan.departments)
    about = Brief(replace(plan, departments=departments), AUTUMN.date(), sections={MEETING: (POLICY, "旧い課")})
    assert blocks(about, SECOND) == [
        ("1-1", "DX推進課", None, "dx@pref.example.jp"), ("1-2", "総務課", None, None),
    ]  # fmt: skip


def test_what_a_sample_names_is_no_office(store: Store) -> None:
    answered(
        store, FIRST, SPRING, {MEETING: said(), DESK: said(planned_start=half("2024H1"), planned_end=half("2026H2"))}
    )
    seen = store.snapshot("tiny")
    assert set(seen.sections) == {MEETING, DESK}
    samples = {key: tuple(replace(one, sample=True) for one in told) for key, told in seen.reviews.items()}
    assert replace(seen, reviews=samples).sections == {}
