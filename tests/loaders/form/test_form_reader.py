"""The reader beyond single hurts: what is written is read back, and files, folders and zips find their way in."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS
from kpi.issue import Issue
from loaders.form import definition as d
from loaders.form.reading.headings import likeness
from loaders.services.batch_reading import expand, read_book, read_return, same_file
from loaders.text.characters import is_blank
from loaders.workbook.cells import Reader
from tests.campaign.marked import length, lengthened
from tests.factory import (
    PAPER,
    POLICY,
    RATE,
    ROUND,
    SURVEY,
    TARGETS_ROUND,
    TRADE,
    UNSET,
    filled_form,
    tiny_brief,
)
from tests.hurt import all_text, delete_meta

_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=40,
).filter(lambda text: not is_blank(text))  # what nobody sees is no answer: see the test of blank texts below
_PERIODS = st.sampled_from(("FY2024", "FY2023", "FY2019", "FY2018", "CY2024", "2024-09", "FY2024H1", "2024-09-30"))
_NUMBERS = st.one_of(
    st.floats(1.5, 1e9, allow_nan=False).map(lambda v: float(f"{v:.9g}")), st.integers(2, 10**9).map(float)
)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, dict[str, object]]:
    """Random but lawful answers of one department."""
    made: dict[str, dict[str, object]] = {}
    for indicator in (RATE, SURVEY, PAPER, UNSET):
        row: dict[str, object] = {"period": None, "missing_reason": None}
        if draw(st.booleans()):
            row |= {
                "value": draw(_NUMBERS),
                "period": draw(_PERIODS),
                "release": draw(st.sampled_from([*RELEASE_WORDS])),
            }
        else:
            row |= {"missing_reason": draw(st.sampled_from([*MISSING_WORDS])), "next_release": "2026-09"}
        if indicator != UNSET and draw(st.booleans()):
            row |= {"correction": draw(_NUMBERS), "correction_kind": draw(st.sampled_from([*CORRECTION_WORDS]))}
        for key in ("evidence", "analysis", "actions", "section", "person", "contact"):
            if draw(st.booleans()):
                row[key] = draw(_TEXT)
        made[indicator] = row
    return made


@pytest.fixture(scope="module")
def opener():
    with Reader(workers=1) as reader:
        yield lambda data: next(iter(reader.read_all([("form.xlsx", data)])))[2]


@given(answers(), st.booleans())
@lengthened
@settings(max_examples=length(8, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(opener, said: dict[str, dict[str, object]], bare: bool) -> None:
    data = filled_form(said, department=POLICY)
    reading = read_book(opener(delete_meta(data) if bare else data), tiny_brief())
    got = {a.subject_id: {k: e.value for k, e in a.entries.items() if e.value is not None} for a in reading.answers}
    asked = {(i.subject_id, i.key) for i in reading.issues if i.severity != "note"}
    for indicator, row in said.items():
        for key, value in row.items():
            if value is None:
                assert key not in got[indicator]
            elif key not in got[indicator]:
                # Not taken, but never without a word: a rate in the thousands, say, may be asked about.
                assert (indicator, key) in asked
            else:
                assert got[indicator][key] == value
    assert not [i for i in reading.issues if i.severity == "fix"]


@pytest.mark.parametrize("unseen", ["\ufe00", "\u200b", "\u00ad", "\ufeff", "\u3000\u200d"])
def test_a_text_that_nobody_sees_is_no_answer(unseen: str) -> None:
    said = {RATE: {"value": 30.0, "period": "FY2024", "contact": unseen, "analysis": "葛\ufe00城\u200bの👩\u200d🌾"}}
    reading = read_return(filled_form(said, department=POLICY), "form.xlsx", tiny_brief())
    entries = next(a for a in reading.answers if a.subject_id == RATE).entries
    assert entries["contact"].value is None
    # A selector tells with which form of a character a name is written, a joiner makes one sign of two.
    assert entries["analysis"].value == "葛\ufe00城の👩\u200d🌾"


def test_targets_round_reads_card_facts() -> None:
    said = {UNSET: {"baseline": 3.5, "baseline_period": "FY2022", "target": 12.0, "target_period": "FY2028"}}
    reading = read_return(filled_form(said, round_id=TARGETS_ROUND), "form.xlsx", tiny_brief())
    found = next(a for a in reading.answers if a.subject_id == UNSET)
    assert {k: e.value for k, e in found.entries.items() if e.value is not None} == said[UNSET]


def test_baseline_of_an_annual_round_is_an_entry_only_while_unset() -> None:
    reading = read_return(filled_form(), "form.xlsx", tiny_brief())
    keys = {a.subject_id: set(a.entries) for a in reading.answers}
    assert "baseline" in keys[UNSET]
    assert not set(d.CARD_KEYS) & keys[RATE]


def test_every_entry_names_its_cell() -> None:
    reading = read_return(filled_form(), "form.xlsx", tiny_brief())
    entry = next(a for a in reading.answers if a.subject_id == PAPER).entries["value"]
    column = d.positions("annual")["value"]
    assert (entry.sheet, entry.written) == (d.FORM_SHEET, "4512.5")
    assert entry.cell == f"{chr(64 + column)}8"


def test_text_numbers_read_as_the_numbers_they_are() -> None:
    plain = read_return(filled_form(), "a.xlsx", tiny_brief())
    typed = read_return(all_text(filled_form()), "b.xlsx", tiny_brief())
    assert [[(k, e.value) for k, e in a.entries.items()] for a in plain.answers] == [
        [(k, e.value) for k, e in a.entries.items()] for a in typed.answers
    ]


def test_sample_forms_say_so() -> None:
    assert read_return(filled_form(sample=True), "s.xlsx", tiny_brief()).sample
    assert read_return(delete_meta(filled_form(sample=True)), "s.xlsx", tiny_brief()).sample
    assert not read_return(filled_form(), "s.xlsx", tiny_brief()).sample


def test_a_file_that_cannot_be_opened_is_one_issue() -> None:
    reading = read_return(b"not a workbook", "x.xlsx", tiny_brief(), round_id=ROUND, department_id=TRADE)
    assert (reading.answers, len(reading.issues)) == ((), 1)
    assert (reading.round_id, reading.department_id) == (ROUND, TRADE)


def test_headings_that_are_merely_neighbours_are_not_alike() -> None:
    assert likeness("分子", "分母") < 0.72
    assert likeness("前回値", "今回の値") < 0.72
    assert likeness("今回の値(実績)", "今回の値") > 0.72


def test_expand_walks_files_folders_and_zips(tmp_path: Path) -> None:
    form = filled_form()
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("部局/回答.xlsx", form)
        archive.writestr("inner.zip", b"PK")
        archive.writestr("__MACOSX/._回答.xlsx", b"x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "all.zip").write_bytes(packed.getvalue())
    (tmp_path / "sub" / "a.xlsx").write_bytes(form)
    (tmp_path / "sub" / "~$a.xlsx").write_bytes(b"lock")
    (tmp_path / "memo.txt").write_text("x")
    found = list(expand([tmp_path, tmp_path / "none.xlsx"]))
    assert [f[0] for f in found if isinstance(f, tuple)] == ["all.zip/部局/回答.xlsx", "sub/a.xlsx"]
    assert all(f[1] == form for f in found if isinstance(f, tuple))
    told = {f.code: str(f.severity) for f in found if isinstance(f, Issue)}
    assert told == {
        "intake.nested_zip": "fix", "intake.skipped": "note", "intake.not_workbook": "note", "intake.unreadable": "fix",
    }  # fmt: skip


def test_a_damaged_zip_is_an_issue(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 broken")
    assert [i.code for i in expand([tmp_path / "x.zip"]) if isinstance(i, Issue)] == ["intake.bad_zip"]


def test_the_same_file_twice_has_its_message() -> None:
    issue = same_file(datetime(2025, 9, 30, 16, 5))
    assert issue.severity == "note"
    assert "9月30日16:05" in issue.message
