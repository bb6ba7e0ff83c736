"""A return as who answers sees it: every value against the last time, the approved one, and what was judged of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.review.answered_figures import answered_figure
from kpi.collection.workflow import Answer, ReturnState
from kpi.issue import SEVERITY_WORDS, Issue, Severity
from kpi.plan import Indicator
from loaders.documents.packing import file_part
from loaders.form.approval_page import settlement_sheet
from loaders.store import StoredReturn
from pages.parts.app.current_view import services, store
from pages.parts.review.review_words import column_name, figure
from pages.parts.shared.layout import XLSX, show
from pages.parts.shared.markup import Column, Content, badge, changed, join, link, listing, table, tag
from pages.parts.submit.initiative_answers import work_table
from pages.parts.submit.return_picker import Respondent, called


def result_table(view: Assessment, place: Respondent, current: StoredReturn) -> None:
    """Each indicator's row: what was understood, last time, the difference, what is approved, the verdict."""
    answers = {a.subject_id: a for a in current.reading.answers}
    targets = place.asked.kind == "targets"
    if place.asked.kind == "initiatives":
        work_table(view, place, current)
        _origin(view, current)
        return
    keys = ("baseline", "target") if targets else ("value",)
    row = _Rows(view, place, current, _asked_back(view, current, targets=targets), _codes(view, current))
    drawn = [
        row.of(indicator, answers.get(indicator.id, Answer(indicator.id, {})), key)
        for indicator in place.indicators(view)
        for key in keys
    ]
    columns = [
        Column("指標"),
        Column("書かれた文字"),
        Column("今回", number=True),
        Column("登録" if targets else "前回", number=True),
        Column("差", number=True),
        Column("確認済の値", number=True),
        Column("結果"),
    ]
    if targets:
        columns, drawn = columns[:5] + columns[6:], [(*cells[:5], cells[6]) for cells in drawn]
    show(table(columns, drawn, caption="読み取った結果", kind="stack"))
    notes = [i for i in current.issues if i.severity is Severity.NOTE]
    if notes and current.state is ReturnState.DRAFT:
        with st.expander(f"お知らせ {len(notes)}件(そのままで構いません)"):
            show(listing(join([i.address, "　", i.message]) for i in notes))
    _origin(view, current)


def _origin(view: Assessment, current: StoredReturn) -> None:
    own = (row for row in view.snapshot.returns if row["submission_id"] == current.submission_id)
    said = [called(view, row) for row in own]
    if current.filename:
        said.append("元のファイルはそのまま保管しています。")
    if current.on_behalf:
        said.append("代理登録(事務局が入力)")
    if current.settled_on:
        said.append(f"部局内決裁済 {current.settled_on.month}月{current.settled_on.day}日")
    show(tag("div", "　".join(said), "meta"))


def settlement(view: Assessment, place: Respondent, current: StoredReturn) -> None:
    """決裁用の1枚: what is answered beside the last time, on one page to be signed."""
    ours, sample = services(), current.reading.sample
    department, division_id = place.department, place.division_id

    def sheet() -> bytes:
        newest = ours.submission(current.submission_id)  # also for a page of the past the right is asked now
        answers = (newest if view.as_of is None else current).reading.answers
        own = {"division_id": division_id, "end": store().log_head().mark}
        return settlement_sheet(view.snapshot.brief(view.day), place.asked, department, answers, sample=sample, **own)

    name = "_".join(file_part(p) for p in ("決裁用", place.asked.name, place.name(view.day)))
    st.download_button(
        "決裁用の1枚を受け取る(前回・今回・差)", sheet, f"{name}.xlsx", XLSX, key="take-settlement", on_click="ignore"
    )


def _asked_back(view: Assessment, current: StoredReturn, *, targets: bool) -> frozenset[tuple[str, str]]:
    """The figures (indicator, column) that the secretariat waits for an answer about."""
    return frozenset(
        (asked["subject_id"], _stands_in(asked["key"], targets=targets))
        for asked in view.snapshot.asked
        if asked["submission_id"] == current.submission_id and not asked["answered_by"]
    )


def _codes(view: Assessment, current: StoredReturn) -> dict[tuple[str, str], str]:
    """The short numbers that the values of a sent return were given."""
    told = (row for answer in current.reading.answers for row in view.told.get(answer.subject_id, ()))
    return {
        (row["indicator_id"], row["key"]): row["code"] for row in told if row["submission_id"] == current.submission_id
    }


@dataclass(frozen=True)
class _Rows:
    view: Assessment
    place: Respondent
    current: StoredReturn
    asked_back: frozenset[tuple[str, str]]
    codes: Mapping[tuple[str, str], str]

    def of(self, indicator: Indicator, answer: Answer, key: str) -> tuple[Content, ...]:
        told = answered_figure(self.view, self.place.asked, indicator, answer, key)
        return (
            join([indicator.name, tag("small", told.word)]) if told.word else indicator.name,
            join([tag("span", told.written, "", data_verbatim="1"), tag("small", told.address)]),
            join([figure(told.now), *(tag("small", changed(one)) for one in told.changes)]),
            figure(told.before),
            told.difference,
            figure(told.approved),
            self._verdict(indicator, key),
        )

    def _verdict(self, indicator: Indicator, key: str) -> Content:
        """What the checks say of a draft; of an answer how far it is approved, and the number of its value."""
        answer = next((a for a in self.current.reading.answers if a.subject_id == indicator.id), None)
        there = answer is not None
        if self.current.state in (ReturnState.SENT, ReturnState.PASSED):
            return self._standing(indicator, key) if there else badge("回答なし", "x v-note")
        verdict = self.current.verdict(indicator.id)
        targets = self.place.asked.kind == "targets"
        mine = [i for i in verdict.issues if _stands_in(i.key, targets=targets) == key]
        mine.sort(key=lambda i: (i.severity is not Severity.FIX, i.key != key))
        # The worst of this figure stands first: the word in the frame and the message beside it are of one issue.
        severity = mine[0].severity if mine else None
        # Of a target that is still open there is nothing to take in.
        nothing = targets and (answer is None or answer.value(key) is None)
        good = badge("空欄", "x v-note") if nothing else badge("取込可", "x v-ok")
        frame = badge(SEVERITY_WORDS[severity], f"x v-{severity}") if severity else good
        told = [tag("small", mine[0].message)] if mine else []
        first = key == ("baseline" if targets else "value")
        beside = [i for i in verdict.issues if first and not _stands_in(i.key, targets=targets)]
        return join([frame, *told, *(tag("small", self._beside(i)) for i in beside)])

    def _beside(self, issue: Issue) -> str:
        """A question about another cell of the row, which does not make this figure doubtful."""
        return f"ほかに「{column_name(self.view, self.place.asked, issue.key)}」: {SEVERITY_WORDS[issue.severity]}"

    def _standing(self, indicator: Indicator, key: str) -> Content:
        if (indicator.id, key) in self.asked_back or (indicator.id, "") in self.asked_back:
            frame = badge("修正依頼", "x v-ask")
        elif indicator.id in self.current.confirmed:
            frame = badge("確認済", "x v-done")
        elif self.current.state is ReturnState.PASSED:
            return badge("主管課へ回答済", "x v-ok")
        else:
            frame = join([badge("回答済", "x v-ok"), " ", tag("span", "未確認", "unconfirmed")])
        code = self.codes.get((indicator.id, key), "")
        return join([frame, tag("small", join(["番号 ", link(code, "origin", figure=code)]))]) if code else frame


_FIGURES = {
    "value": ("value", "numerator", "denominator", "period", "release", "missing_reason", "next_release"),
    "baseline": ("baseline", "baseline_period"),
    "target": ("target", "target_period"),
}


def _stands_in(key: str, *, targets: bool) -> str:
    """The figure that a column belongs to, empty where to none shown; what is asked of a row is of its first."""
    shown = ("baseline", "target") if targets else ("value",)
    if key in ("row", ""):
        return shown[0]
    return next((figure for figure in shown if key in _FIGURES[figure]), "")
