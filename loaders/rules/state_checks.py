"""Checks of what surrounds a figure: its period, its release, the reason for having none, and corrections."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.collection.schedule import is_surveyed
from kpi.collection.workflow import MISSING_WORDS, RELEASE_WORDS
from kpi.issue import Choice
from loaders.form import definition as d
from loaders.rules.check_case import CONFIRM, EPSILON, Case, parsed, same
from loaders.rules.check_registry import ASK, NOTE, Hit, check

#: How many years beyond the period asked for a 見込 may lie and still be plain.
_AHEAD = 2.0


def _ahead(case: Case) -> bool:
    """A 見込 of a period not yet over, which no annual round asks for; of one far away it is rather a slip."""
    forecast = case.answer.text("release") == "forecast" and case.period.end >= case.brief.day
    return forecast and 0 < case.period.position - case.expected.position <= _AHEAD + EPSILON


def _periods(case: Case, *, also: str = "") -> tuple[Choice, ...]:
    offered = [case.expected.code] + ([also] if also and also != case.expected.code else [])
    return tuple(Choice(p.label, {"period": p.code}) for c in offered if (p := parsed(c)))


@check(
    code="period.missing",
    severity=ASK,
    condition="値があるのに、いつの値かが書かれていないとき",
    message="いつの値かが書かれていません。",
    advice="いつの値か選んでください。",
)
def _period_missing(case: Case) -> Iterator[Hit]:
    if case.value is not None and not case.answer.text("period") and "period" not in case.troubled:
        yield Hit("period", choices=_periods(case))


@check(
    code="period.not_expected",
    severity=ASK,
    condition="値の時点が、今回うかがっている時点と違うとき",
    message="今回うかがっているのは{expected}の値ですが、{found}と書かれています。",
    advice="どちらの値か選んでください。",
)
def _period_other(case: Case) -> Iterator[Hit]:
    found = parsed(case.answer.text("period"))
    # A reason for having no value is recorded for its period just as a value is.
    said = case.value is not None or bool(case.answer.text("missing_reason"))
    if found and said and found != case.expected and not _ahead(case):
        words = {"expected": case.expected.label, "found": found.label}
        yield Hit("period", words, _periods(case, also=found.code))


@check(
    code="period.not_over",
    severity=ASK,
    condition="まだ終わっていない期間の値が、確定・速報とされているとき",
    message="{found}はまだ終わっていませんが、「{release}」とされています。",
    advice="見込の値であれば「見込」を選んでください。",
)
def _not_over(case: Case) -> Iterator[Hit]:
    found, release = parsed(case.answer.text("period")), case.answer.text("release")
    if found and case.value is not None and release in ("final", "provisional") and found.end > case.brief.day:
        word = RELEASE_WORDS[release]
        choices = tuple(Choice(w, {"release": c}) for c, w in RELEASE_WORDS.items() if c in ("forecast", release))
        yield Hit("release", {"found": found.label, "release": word}, choices)


@check(
    code="release.missing",
    severity=ASK,
    condition="値があるのに、確定・速報・見込が選ばれていないとき",
    message="確定・速報・見込のどれかが選ばれていません。",
    advice="一つ選んでください。",
)
def _release_missing(case: Case) -> Iterator[Hit]:
    if case.value is not None and not case.answer.text("release") and "release" not in case.troubled:
        yield Hit("release", choices=tuple(Choice(w, {"release": c}) for c, w in RELEASE_WORDS.items()))


@check(
    code="release.after_final",
    severity=ASK,
    condition="確定値を受け付け済みの期間に、速報・見込の値が書かれているとき",
    message="{found}は確定値({value})を受け付けていますが、今回は「{release}」とされています。",
    advice=CONFIRM,
)
def _after_final(case: Case) -> Iterator[Hit]:
    release = case.answer.text("release")
    for past in case.known:
        if (
            case.value is not None
            and past.period == case.period
            and past.release == "final"
            and release not in ("", "final")
        ):
            words = {"found": past.period.label, "value": case.show(past.value), "release": RELEASE_WORDS[release]}
            yield Hit("release", words)
            return


@check(
    code="release.forecast_closed",
    severity=ASK,
    condition="すでに終わった期間の値が見込とされているとき",
    message="{found}はすでに終わっていますが、「見込」とされています。見込の値は進捗の判定に使いません。",
    advice="実績であれば「確定」か「速報」を選んでください。",
)
def _forecast_closed(case: Case) -> Iterator[Hit]:
    if case.value is not None and case.answer.text("release") == "forecast" and case.period.end < case.brief.day:
        choices = tuple(Choice(w, {"release": c}) for c, w in RELEASE_WORDS.items())
        yield Hit("release", {"found": case.period.label}, choices)


@check(
    code="release.forecast_ahead",
    severity=NOTE,
    condition="今回うかがっている時点より先の見込が書かれているとき",
    message="{found}の見込として取り込みます。今回うかがっている{expected}の実績は書かれていません。",
    advice="実績があるときは、値・時点・「確定」か「速報」を実績のものにしてください。",
)
def _forecast_ahead(case: Case) -> Iterator[Hit]:
    if case.value is not None and _ahead(case):
        yield Hit("period", {"found": case.period.label, "expected": case.expected.label})


@check(
    code="missing.with_value",
    severity=ASK,
    condition="値と、実績がない理由の両方が書かれているとき",
    message="値{value}と、実績がない理由「{reason}」の両方が書かれています。",
    advice="どちらか一方を選んでください。",
)
def _both(case: Case) -> Iterator[Hit]:
    reason = case.answer.text("missing_reason")
    if case.value is not None and reason:
        words = {"value": case.show(case.value), "reason": MISSING_WORDS[reason]}
        choices = (
            Choice(f"値{words['value']}を使う", {"missing_reason": None}),
            Choice(f"実績なし({words['reason']})とする", {"value": None}),
        )
        yield Hit("missing_reason", words, choices)


@check(
    code="missing.next_release",
    severity=ASK,
    condition="未公表なのに、次回公表予定が書かれていないとき",
    message="未公表ですが、次回公表予定が書かれていません。",
    advice="次に公表される年月を入力してください。分からないときは、その旨を理由に書いてください。",
)
def _next_missing(case: Case) -> Iterator[Hit]:
    unpublished = case.answer.text("missing_reason") == "unpublished"
    if unpublished and not case.answer.text("next_release") and "next_release" not in case.troubled:
        yield Hit("next_release")


@check(
    code="missing.next_release_past",
    severity=ASK,
    condition="次回公表予定が過ぎているとき",
    message="次回公表予定({found})は過ぎています。",
    advice="公表済みであれば値を、延期されたときは新しい予定を入力してください。",
)
def _next_past(case: Case) -> Iterator[Hit]:
    found = parsed(case.answer.text("next_release"))
    if found and case.value is None and found.end < case.brief.day:
        yield Hit("next_release", {"found": found.label})


@check(
    code="missing.survey_year",
    severity=ASK,
    condition="調査年に当たるのに「調査年でない」とされているとき",
    message="今回は調査年に当たりますが({expected})、「調査年でない」とされています。",
    advice=CONFIRM,
)
def _survey_year(case: Case) -> Iterator[Hit]:
    if case.answer.text("missing_reason") == "not_survey_year" and case.due and case.value is None:
        yield Hit("missing_reason", {"expected": case.expected.label})


@check(
    code="value.survey_year",
    severity=ASK,
    condition="調査年でないのに値が書かれているとき",
    message="{found}は調査年ではありませんが、値が書かれています。",
    advice="調査年の値であれば時点を直し、調査年でなければ値を空けて「調査年でない」を選んでください。",
)
def _no_survey(case: Case) -> Iterator[Hit]:
    if case.value is not None and not case.answer.text("missing_reason") and not is_surveyed(case.card, case.period):
        choices = (Choice("値はなく、調査年でない", {"value": None, "missing_reason": "not_survey_year"}),)
        yield Hit("value", {"found": case.period.label}, choices)


@check(
    code="correction.kind_missing",
    severity=ASK,
    condition="訂正後の前回値があるのに、訂正の種類が選ばれていないとき",
    message="訂正の種類が選ばれていません。",
    advice="確報・集計誤り・定義変更から選んでください。",
)
def _kind_missing(case: Case) -> Iterator[Hit]:
    corrected = case.answer.number("correction") is not None
    if corrected and not case.answer.text("correction_kind") and "correction_kind" not in case.troubled:
        choices = d.column("correction_kind").choices or {}
        yield Hit("correction_kind", choices=tuple(Choice(w, {"correction_kind": c}) for c, w in choices.items()))


@check(
    code="correction.alone",
    severity=ASK,
    condition="訂正の種類だけが選ばれ、訂正後の前回値がないとき",
    message="訂正の種類が選ばれていますが、訂正後の前回値がありません。",
    advice="訂正後の前回値を入力するか、訂正の種類を空欄にしてください。",
)
def _alone(case: Case) -> Iterator[Hit]:
    if (
        case.answer.text("correction_kind")
        and case.answer.number("correction") is None
        and "correction" not in case.troubled
    ):
        yield Hit("correction_kind", choices=(Choice("訂正しない", {"correction_kind": None}),))


@check(
    code="correction.same",
    severity=NOTE,
    condition="訂正後の前回値が、前回値と同じとき",
    message="訂正後の前回値が、前回値{value}と同じです。",
)
def _correction_same(case: Case) -> Iterator[Hit]:
    corrected = case.answer.number("correction")
    if corrected is not None and case.corrected and same(corrected, case.corrected.value):
        yield Hit("correction", {"value": case.show(corrected)})
