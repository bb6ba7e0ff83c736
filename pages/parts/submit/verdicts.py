"""A return as who answers sees it: every value against the last time, the approved one, and what was judged of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import streamlit as st

from kpi.cards.revision import band_text
from kpi.collection.schedule import expected_period
from kpi.collection.workflow import (
    CORRECTION_WORDS,
    MISSING_WORDS,
    RELEASE_WORDS,
    Answer,
    Past,
    ReturnState,
    last_before,
)
from kpi.issue import SEVERITY_WORDS, Issue, Severity
from kpi.period import Period
from kpi.plan import Indicator
from kpi.printing.printed_figures import difference_text, exact_text
from loaders.documents.packing import file_part
from loaders.form.approval_page import settlement_sheet
from loaders.store import StoredReturn
from pages.parts.app.current_view import View, desk, store
from pages.parts.review.review_words import column_name
from pages.parts.shared.layout import XLSX, show
from pages.parts.shared.markup import Column, Content, badge, changed, join, link, listing, table, tag
from pages.parts.submit.return_picker import Respondent, called


@dataclass(frozen=True)
class Known:
    """One value known of an indicator, as the table shows it beside the new one. ``what`` it is, if no answer."""

    value: float
    period: Period
    release: str
    what: str = ""


def result_table(view: View, place: Respondent, current: StoredReturn) -> None:
    """Each indicator's row: what was understood, last time, the difference, what is approved, the verdict."""
    answers = {a.indicator_id: a for a in current.reading.answers}
    targets = place.asked.kind == "targets"
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


def _origin(view: View, current: StoredReturn) -> None:
    rows = view.snapshot.submissions
    said = [called(view, row) for _, row in rows[rows["submission_id"] == current.submission_id].iterrows()]
    if current.filename:
        said.append("元のファイルはそのまま保管しています。")
    if current.on_behalf:
        said.append("代理登録(事務局が入力)")
    if current.settled_on:
        said.append(f"部局内決裁済 {current.settled_on.month}月{current.settled_on.day}日")
    show(tag("div", "　".join(said), "meta"))


def settlement(view: View, place: Respondent, current: StoredReturn) -> None:
    """決裁用の1枚: what is answered beside the last time, on one page to be signed."""
    ours, sample = desk(), current.reading.sample
    brief, department, division_id = view.snapshot.brief(view.day), place.department, place.division_id

    def sheet() -> bytes:
        answers = ours.submission(current.submission_id).reading.answers
        own = {"division_id": division_id, "end": store().log_head().mark}
        return settlement_sheet(brief, place.asked, department, answers, sample=sample, **own)

    name = "_".join(file_part(p) for p in ("決裁用", place.asked.name, place.name(view.day)))
    st.download_button(
        "決裁用の1枚を受け取る(前回・今回・差)", sheet, f"{name}.xlsx", XLSX, key="take-settlement", on_click="ignore"
    )


def _asked_back(view: View, current: StoredReturn, *, targets: bool) -> frozenset[tuple[str, str]]:
    """The figures (indicator, column) that the secretariat waits for an answer about."""
    found = view.snapshot.questions
    open_now = found[(found["submission_id"] == current.submission_id) & (found["answered_by"] == "")]
    asked = zip(open_now["indicator_id"].astype(str), open_now["key"].astype(str), strict=True)
    return frozenset((one, _stands_in(key, targets=targets)) for one, key in asked)


def _codes(view: View, current: StoredReturn) -> dict[tuple[str, str], str]:
    """The short numbers that the values of a sent return were given."""
    found = view.snapshot.observations
    mine = found[found["submission_id"] == current.submission_id]
    return {(str(r["indicator_id"]), str(r["key"])): str(r["code"]) for _, r in mine.iterrows()}


@dataclass(frozen=True)
class _Rows:
    view: View
    place: Respondent
    current: StoredReturn
    asked_back: frozenset[tuple[str, str]]
    codes: Mapping[tuple[str, str], str]

    def of(self, indicator: Indicator, answer: Answer, key: str) -> tuple[Content, ...]:
        entry = answer.entries.get(key)
        written = f"「{entry.written}」" if entry and entry.written else "―"
        place = f"{entry.sheet}!{entry.cell}" if entry and entry.cell else ""
        value = answer.number(key)
        if key == "value":
            before = _before(self.view, self.place, indicator)
            alike = _comparable(self.view, indicator, answer, before)
        else:
            before, alike = self._registered(indicator, key), True
        return (
            self._name(indicator, key),
            join([tag("span", written, "", data_verbatim="1"), tag("small", place)]),
            join([self._now(indicator, answer, key), *self._red(indicator, answer, key)]),
            self._shown(indicator, before) if key != "target" or before else self._banded(indicator),
            self._difference(indicator, value, before if alike else None),
            self._shown(indicator, _approved(self.view, self.place, indicator)),
            self._verdict(indicator, key),
        )

    def _name(self, indicator: Indicator, key: str) -> Content:
        word = {"baseline": self.view.plan.words.get("baseline", "現状値"), "target": "目標値"}.get(key, "")
        return join([indicator.name, tag("small", word)]) if word else indicator.name

    def _text(self, indicator: Indicator, value: float) -> str:
        return exact_text(value, self.view.snapshot.cards[indicator.id], indicator.unit)

    def _now(self, indicator: Indicator, answer: Answer, key: str) -> Content:
        """What was understood, of which period and how sure; or why there is none."""
        value = answer.number(key)
        if value is None:
            if key != "value":
                return "―"
            coming = answer.text("next_release")
            said = MISSING_WORDS.get(answer.text("missing_reason"), "―")
            return join([said, tag("small", f"次回公表 {_short(coming)}")]) if coming else said
        about = [_short(answer.text("period" if key == "value" else f"{key}_period"))]
        about.append(RELEASE_WORDS.get(answer.text("release"), "") if key == "value" else "")
        about.append("画面で修正" if answer.entries[key].mended else "")
        return join([tag("b", self._text(indicator, value)), tag("small", " ".join(w for w in about if w))])

    def _red(self, indicator: Indicator, answer: Answer, key: str) -> list[Content]:
        """朱書き: what changes a value that was told before, old → new, with its word."""
        told: list[Content] = []
        if key != "value":
            known, value = self._registered(indicator, key), answer.number(key)
            if known is not None and value is not None and abs(known.value - value) > 1e-9:
                told.append(changed("変更(提案)"))
            return [tag("small", t) for t in told]
        last, corrected = _last(self.view, self.place, indicator), answer.number("correction")
        if corrected is not None:
            kind = CORRECTION_WORDS.get(answer.text("correction_kind"), "")
            old = f"{last.period.short} {self._text(indicator, last.value)}" if last else "前回値"
            why = f"・{kind}" if kind else ""
            told.append(changed(f"{old}→{self._text(indicator, corrected)}(訂正{why})"))
        for name, word in (("baseline", "現状値"), ("target", "目標値")):
            value, known = answer.number(name), self._registered(indicator, name)
            if value is not None and (known is None or abs(known.value - value) > 1e-9):
                band = self._banded(indicator).replace("―", "") if name == "target" else ""
                old = self._text(indicator, known.value) if known else band or "未設定"
                told.append(changed(f"{word} {old}→{self._text(indicator, value)}(提案)"))
        return [tag("small", t) for t in told]

    def _registered(self, indicator: Indicator, key: str) -> Known | None:
        card = self.view.snapshot.cards[indicator.id]
        value, period = getattr(card, key), getattr(card, f"{key}_period")
        return None if value is None else Known(value, period or self.place.asked.period, "final")

    def _banded(self, indicator: Indicator) -> str:
        return band_text(self.view.snapshot.cards[indicator.id], indicator.unit) or "―"

    def _shown(self, indicator: Indicator, known: Known | None) -> Content:
        if known is None:
            return "―"
        release = "" if known.release == "final" else RELEASE_WORDS.get(known.release, "")
        about = "・".join(word for word in (known.period.short, known.what, release) if word)
        return join([self._text(indicator, known.value), tag("small", about)])

    def _difference(self, indicator: Indicator, value: float | None, before: Known | None) -> str:
        if value is None or before is None:
            return "―"
        return difference_text(value, before.value, self.view.snapshot.cards[indicator.id], indicator.unit)

    def _verdict(self, indicator: Indicator, key: str) -> Content:
        """What the checks say of a draft; of an answer how far it is approved, and the number of its value."""
        answer = next((a for a in self.current.reading.answers if a.indicator_id == indicator.id), None)
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


def _before(view: View, place: Respondent, indicator: Indicator) -> Known | None:
    """The value told last time; before any was told, the baseline, as in the checks."""
    card = view.snapshot.cards[indicator.id]
    told = _last(view, place, indicator)
    if told or card.baseline is None or card.baseline_period is None:
        return told
    earlier = card.baseline_period.position < place.asked.period.position
    word = view.plan.words.get("baseline", "現状値")
    return Known(card.baseline, card.baseline_period, "final", word) if earlier else None


def _last(view: View, place: Respondent, indicator: Indicator) -> Known | None:
    """The value that the form shows as 前回値: what this round itself has said is none."""
    return _known(view, place, indicator, view.snapshot.history.get(indicator.id, ()))


def _approved(view: View, place: Respondent, indicator: Indicator) -> Known | None:
    """The newest value that stands 確認済, also where this round has told it."""
    return _known(view, place, indicator, view.snapshot.confirmed.get(indicator.id, ()), own=True)


def _known(
    view: View, place: Respondent, indicator: Indicator, history: Iterable[Past], *, own: bool = False
) -> Known | None:
    """The newest of some values, without the periods that only later rounds ask for."""
    card = view.snapshot.cards[indicator.id]
    expected = expected_period(card, indicator, place.asked)[0]
    past = last_before(history, "" if own else place.asked.id, card, expected)
    return Known(past.value, past.period, past.release) if past else None


def _comparable(view: View, indicator: Indicator, answer: Answer, before: Known | None) -> bool:
    """Whether the difference to the last value says anything: half a year's count is not less than a year's."""
    said = answer.text("period")
    return not before or not said or view.snapshot.cards[indicator.id].comparable(Period.parse(said), before.period)


def _short(code: str) -> str:
    return Period.parse(code).short if code else ""
