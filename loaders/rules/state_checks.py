"""Checks of what surrounds a figure: its period, its release, the reason for having none, words and corrections."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.collection.schedule import is_surveyed
from kpi.collection.workflow import MISSING_WORDS, RELEASE_WORDS
from kpi.issue import Choice
from kpi.period import Period
from loaders.form import definition as d
from loaders.rules.check_case import EPSILON, Case, parsed, same
from loaders.rules.check_registry import ASK, FIX, NOTE, Hit, check
from loaders.text.characters import CELL_LIMIT, excel_length

_CONFIRM = "正しければその理由を、違っていれば正しい内容を入力してください。"


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
    advice=_CONFIRM,
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
    advice=_CONFIRM,
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


@check(
    code="answer.none",
    severity=ASK,
    condition="値も、実績がない理由も書かれていないとき",
    message="「{name}」には、まだ何も書かれていません。",
    advice="値を入力するか、実績がない理由を選んでください。",
)
def _none(case: Case) -> Iterator[Hit]:
    if case.round.kind != "targets" and _blank(case, ("value", "missing_reason")) and "value" in case.answer.entries:
        yield Hit("value", {"name": case.indicator.name})


@check(
    code="answer.none_targets",
    severity=ASK,
    condition="現状値も目標値も書かれていないとき(目標値等の設定)",
    message="「{name}」には、まだ現状値も目標値も書かれていません。",
    advice="現状値・目標値とその時点を入力してください。まだ決まっていないときは、空のままにする理由を書いてください。",
)
def _none_targets(case: Case) -> Iterator[Hit]:
    keys = ("baseline", "target")
    if case.round.kind == "targets" and _blank(case, keys) and any(k in case.answer.entries for k in keys):
        yield Hit("baseline", {"name": case.indicator.name})


def _blank(case: Case, keys: tuple[str, ...]) -> bool:
    """Whether nothing stands in these columns and nothing was wrong with what was written about them."""
    asked = any(key in case.troubled for key in (*keys, "numerator", "denominator", "row"))
    return all(case.answer.value(key) is None for key in keys) and not asked


@check(
    code="baseline.no_period",
    severity=ASK,
    condition="現状値が書かれているのに、いつの値かがないとき",
    message="現状値がいつの値か書かれていません。",
    advice="現状値の時点を入力してください。",
)
def _baseline_period(case: Case) -> Iterator[Hit]:
    known = case.answer.text("baseline_period") or case.card.baseline_period
    if case.answer.number("baseline") is not None and not known and "baseline_period" not in case.troubled:
        yield Hit("baseline_period")


@check(
    code="card.differs",
    severity=ASK,
    condition="現状値・目標値やその時点が、登録されているものと違うとき(目標値等の設定)",
    message="「{what}」は{known}と登録されていますが、{found}と書かれています。",
    advice="登録のとおりなら登録の値を選んでください。変更するときはその理由を書き、事務局へも連絡してください。",
)
def _card_differs(case: Case) -> Iterator[Hit]:
    for key in d.CARD_KEYS:
        known, entry = d.card_value(case.card, key), case.answer.entries.get(key)
        if known is None or entry is None or key in case.troubled:
            continue
        code = known.code if isinstance(known, Period) else known
        if entry.value == code or (
            isinstance(entry.value, float) and isinstance(code, float) and same(entry.value, code)
        ):
            continue
        found = parsed(entry.value) if isinstance(entry.value, str) else entry.value
        words = {"what": d.heading(d.column(key), case.brief.plan, case.round.kind), "known": _fact(case, known)}
        choices = (Choice(f"登録のとおり{words['known']}", {key: code}),)
        yield Hit(key, words | {"found": _fact(case, found)}, choices)


def _fact(case: Case, fact: float | Period | None) -> str:
    return "空欄" if fact is None else fact.label if isinstance(fact, Period) else case.show(fact)


@check(
    code="target.period_order",
    severity=ASK,
    condition="目標値の時点が、現状値の時点より後でないとき",
    message="目標値の時点({target})が、現状値の時点({baseline})より後ではありません。",
    advice=_CONFIRM,
)
def _period_order(case: Case) -> Iterator[Hit]:
    entered = [parsed(case.answer.text(f"{key}_period")) for key in ("target", "baseline")]
    target, baseline = entered[0] or case.card.target_period, entered[1] or case.card.baseline_period
    if entered != [None, None] and target and baseline and target.position <= baseline.position + EPSILON:
        key = "target_period" if entered[0] else "baseline_period"
        yield Hit(key, {"target": target.label, "baseline": baseline.label})


@check(
    code="baseline.period_late",
    severity=ASK,
    condition="現状値の時点が、今回の値の時点と同じか後のとき",
    message="現状値の時点({baseline})が、今回の値の時点({period})より前ではありません。このままでは進捗を判定できません。",
    advice=_CONFIRM,
)
def _baseline_late(case: Case) -> Iterator[Hit]:
    entered = parsed(case.answer.text("baseline_period"))
    if entered and case.value is not None and entered.position >= case.period.position - EPSILON:
        yield Hit("baseline_period", {"baseline": entered.label, "period": case.period.label})


@check(
    code="evidence.missing",
    severity=NOTE,
    condition="値があるのに、根拠資料が書かれていないとき",
    message="根拠資料が書かれていません。",
    advice="値の出どころを書いておくと、後から確かめられます。",
)
def _evidence(case: Case) -> Iterator[Hit]:
    if case.value is not None and not case.answer.text("evidence"):
        yield Hit("evidence")


@check(
    code="analysis.missing",
    severity=NOTE,
    condition="値があるのに、要因分析が書かれていないとき",
    message="要因分析が書かれていません。",
    advice="進捗に遅れがある指標では、要因分析と今後の対応を入力してください。",
)
def _analysis(case: Case) -> Iterator[Hit]:
    if case.value is not None and not case.answer.text("analysis"):
        yield Hit("analysis")


@check(
    code="section.missing",
    severity=NOTE,
    condition="担当課が書かれていないとき",
    message="担当課が書かれていません。",
    advice="問合せ先として、担当課と連絡先を入力してください。",
)
def _section(case: Case) -> Iterator[Hit]:
    answered = case.value is not None or case.answer.text("missing_reason")
    if answered and not case.answer.text("section"):
        yield Hit("section")


@check(
    code="text.too_long",
    severity=FIX,
    condition="Excelの1つのセルに書ける32,767文字を超える文章があるとき",
    message="「{expected}」が{count}文字あり、Excelの1つのセルに書ける{limit}文字を超えています。",
    advice="要点を短くまとめ、詳しい内容は別の資料にしてください。",
)
def _too_long(case: Case) -> Iterator[Hit]:
    for key in case.answer.entries:
        if (length := excel_length(case.answer.text(key))) > CELL_LIMIT:
            heading = d.heading(d.column(key), case.brief.plan, case.round.kind)
            yield Hit(key, {"expected": heading, "count": f"{length:,}", "limit": f"{CELL_LIMIT:,}"})
