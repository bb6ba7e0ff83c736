"""What a return says of each initiative, as who answers sees it: beside the half-year before, with what was judged."""

from __future__ import annotations

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import changed_schedule, entry_words
from kpi.collection.workflow import Answer, ReturnState, blank_reason
from kpi.initiatives.half_year_review import Span, told_before
from kpi.initiatives.initiative import PROGRESS_WORDS
from kpi.issue import SEVERITY_WORDS, Severity
from kpi.period import Period
from kpi.plan import Indicator
from loaders.store import StoredReturn
from pages.parts.review.review_words import column_name, subject_link, subject_number
from pages.parts.shared.layout import show
from pages.parts.shared.markup import Column, Content, badge, changed, join, link, listing, table, tag
from pages.parts.submit.return_picker import Respondent


def work_table(view: Assessment, place: Respondent, current: StoredReturn) -> None:
    """A line for each initiative: 進捗, 方向性, 実績, the next half-year, and the verdict."""
    answers = {a.subject_id: a for a in current.reading.answers}
    rows = [_row(view, place, current, one, answers.get(one.id, Answer(one.id, {}))) for one in place.indicators(view)]
    scheme = view.plan.self_evaluation
    columns = [
        Column("取組", width="13rem"),
        Column("進捗", width="9rem"),
        Column("方向性"),
        Column("実績"),
        Column(column_name(view, place.asked, "next_plan")),
        *([Column(scheme.name)] if scheme else []),
        Column("工程", width="7rem"),
        Column("結果", width="12rem"),
    ]
    show(table(columns, rows, caption="読み取った結果", kind="stack"))
    notes = [i for i in current.issues if i.severity is Severity.NOTE]
    if notes and current.state is ReturnState.DRAFT:
        show(tag("div", f"お知らせ{len(notes)}件(そのままで構いません)", "meta"))
        show(listing(join([i.address, "　", i.message]) for i in notes))


def _row(
    view: Assessment, place: Respondent, current: StoredReturn, one: Indicator, answer: Answer
) -> tuple[Content, ...]:
    def said(key: str) -> str:
        entry = answer.entries.get(key)
        return entry_words(one, view.card(one.id), entry).strip("「」") if entry and entry.value is not None else "―"

    scheme = view.plan.self_evaluation
    return (
        join([f"{subject_number(view, one)}　", subject_link(one)]),
        join([_progress(view, place, one, said("progress")), _slip(answer)]),
        said("course"),
        tag("span", answer.text("performance") or "―", "", data_verbatim="1"),
        tag("span", answer.text("next_plan") or "―", "", data_verbatim="1"),
        *([tag("span", scheme.summary(answer) or "―", "", data_verbatim="1")] if scheme else []),
        _schedule(view, place, answer),
        _verdict(view, current, one),
    )


def _slip(answer: Answer) -> Content:
    """Why it is behind and until when, or why it is left blank, where that was said."""
    recovery = half.short if (half := _half(answer, "recovery")) else ""
    told = (("遅れの理由", answer.text("delay_reason")), ("回復見込み", recovery), ("空欄の理由", blank_reason(answer)))
    return join(tag("small", f"{name} {text}", "", data_verbatim="1") for name, text in told if text)


def _schedule(view: Assessment, place: Respondent, answer: Answer) -> Content:
    """The 当初 schedule as far as it is told here, and what the answer changes."""
    planned = Span(_half(answer, "planned_start"), _half(answer, "planned_end"))
    lines = [f"当初 {planned.words}"] if planned.start or planned.end else []
    change = changed_schedule(view, place.asked, answer)
    lines += [f"変更 {change}"] if change else []
    return join(tag("div", line) for line in lines) if lines else "―"


def _half(answer: Answer, key: str) -> Period | None:
    return Period.parse(answer.text(key)) if answer.text(key) else None


def _progress(view: Assessment, place: Respondent, one: Indicator, now: str) -> Content:
    """進捗 with what it was the half-year before."""
    told = told_before(view.snapshot.reviews.get(one.id, ()), place.asked.period)
    before = PROGRESS_WORDS.get(told[-1].progress, "") if told else ""
    if not before:
        return now
    words = tag("small", f"前回 {before}")
    return join([changed(now) if before != now and now != "―" else now, words])


def _verdict(view: Assessment, current: StoredReturn, one: Indicator) -> Content:
    """What the checks say of a draft; of an answer how far it is approved, with its number."""
    if current.state in (ReturnState.SENT, ReturnState.PASSED):
        return _standing(view, current, one)
    issues = current.verdict(one.id).issues
    if not issues:
        return badge("取込可", "x v-ok")
    worst = max((i.severity for i in issues), key=list(SEVERITY_WORDS).index)
    return join([badge(SEVERITY_WORDS[worst], f"x v-{worst}"), *(tag("small", i.message) for i in issues)])


def _standing(view: Assessment, current: StoredReturn, one: Indicator) -> Content:
    asked = (
        q
        for q in view.snapshot.asked
        if q["submission_id"] == current.submission_id and q["subject_id"] == one.id and not q["answered_by"]
    )
    if next(asked, None):
        frame: Content = badge("修正依頼", "x v-ask")
    elif one.id in current.confirmed:
        frame = badge("確認済", "x v-done")
    elif current.state is ReturnState.PASSED:
        frame = badge("主管課へ回答済", "x v-ok")
    else:
        frame = join([badge("回答済", "x v-ok"), " ", tag("span", "未確認", "unconfirmed")])
    told = view.snapshot.reviews.get(one.id, ())
    code = next((r.code for r in told if r.submission_id == current.submission_id), "")
    return join([frame, tag("small", join(["番号 ", link(code, "origin", figure=code)]))]) if code else frame
