"""Questions that another answer on the page has made void are asked no more, or otherwise; nobody gives a reason."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from kpi.collection.acts import Act
from kpi.collection.review.review_order import Sent, items
from kpi.collection.workflow import LAPSED, Mend, blank_reason
from loaders.form.writing.prefill import Typed
from loaders.services import operations
from loaders.services.intake import mend_return
from loaders.store import Store
from tests.factory import POLICY
from tests.storekit import first_start, save_return
from tests.worktools import DESK, MEETING, SECOND, form, half, read, said, work_plan

AT = datetime(2025, 10, 6, 10)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return first_start(tmp_path, work_plan())


def kept(store: Store, **changes: object) -> str:
    """The draft of a return in which the meeting's schedule changes without a word."""
    brief = store.snapshot("tiny").brief(AT.date())
    desk = said(planned_start=half("2024H1"), planned_end=half("2026H2"))
    data = form(brief, SECOND, {MEETING: said(**changes), DESK: desk})
    return save_return(store, read(data, brief), data, "x.xlsx", by="担当", at=AT).submission_id


def asked(store: Store, one: str) -> dict[str, str]:
    return {i.key: i.message for i in store.submission(one).open}


def mend(store: Store, one: str, key: str, value: str | None, reason: str = "書き誤り") -> None:
    assert mend_return(store, one, [Mend(MEETING, key, value, reason)], Act("担当", AT)) == ()


def test_a_question_about_a_changed_schedule_follows_what_is_put_right(store: Store, tmp_path: Path) -> None:
    one = kept(store, revised_end=Typed("R5下"))
    assert asked(store, one) == {
        "revised_end": "工程の終わり(R5下期)が、始まり(R6上期)より前です。",
        "revision_reason": "工程がR7下期からR5下期に変わっていますが、理由が書かれていません。",
        "decided_by": "工程がR7下期からR5下期に変わっていますが、決定者が書かれていません。",
    }
    mend(store, one, "revised_end", "FY2027H1")
    assert asked(store, one) == {
        "revision_reason": "工程がR7下期からR9上期に変わっていますが、理由が書かれていません。",
        "decided_by": "工程がR7下期からR9上期に変わっていますが、決定者が書かれていません。",
    }
    mend(store, one, "revised_end", None, "変えないことにした")
    assert asked(store, one) == {}
    stored = store.submission(one)
    answer = next(a for a in stored.reading.answers if a.subject_id == MEETING)
    assert {m.key for m in stored.mends if m.reason == LAPSED} == {"revision_reason", "decided_by"}
    assert blank_reason(answer) == ""  # a change that is none is no answer that is missing
    assert store.verify() == ()
    assert operations.rebuild(store, tmp_path / "again.duckdb") == ()


def test_what_is_asked_still_stays_as_it_is(store: Store) -> None:
    one = kept(store, revised_end=half("2027H1"), progress="late")
    before = store.submission(one).open
    mend(store, one, "delay_reason", "会場がない。")
    assert store.submission(one).open == tuple(i for i in before if i.key != "delay_reason")


def test_a_reason_that_is_wanted_no_more_is_not_asked(store: Store) -> None:
    one = kept(store, progress="late", recovery=half("2026H1"))
    assert set(asked(store, one)) == {"delay_reason"}
    mend(store, one, "progress", "on_schedule")
    assert asked(store, one) == {}


def test_who_checks_sees_what_was_asked_last_alone(store: Store) -> None:
    one = kept(store, revised_end=Typed("R5下"))
    mend(store, one, "revised_end", "FY2027H1")
    mend(store, one, "decided_by", "部長", "画面で入力")
    mend(store, one, "revision_reason", "会場の工事。", "画面で入力")
    stored = store.submission(one)
    assert stored.open == ()
    sent = Sent(one, POLICY, stored.reading.answers, stored.issues, stored.mends)
    (found,) = (item for item in items([sent], (), order={}) if item.subject_id == MEETING)
    assert [(doubt.message, doubt.reason) for doubt in found.doubts] == [
        ("工程の終わり(R5下期)が、始まり(R6上期)より前です。", "書き誤り")
    ]  # what is written by now stands below, and nobody is told of R5下期 or of what was void


def test_a_text_left_blank_with_a_reason_is_told_to_who_checks(store: Store) -> None:
    one = kept(store, progress="late", recovery=half("2026H1"))
    mend(store, one, "delay_reason", None, "原因を調べている。")
    stored = store.submission(one)
    sent = Sent(one, POLICY, stored.reading.answers, stored.issues, stored.mends)
    (found,) = (item for item in items([sent], (), order={}) if item.subject_id == MEETING)
    assert [doubt.reason for doubt in found.doubts] == ["原因を調べている。"]
