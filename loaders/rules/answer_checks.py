"""Checks of an answer as a whole: that anything stands in it, its 現状値 and 目標値, and its words."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.issue import Choice
from kpi.period import Period
from loaders.form import definition as d
from loaders.rules.check_case import CONFIRM, EPSILON, Case, parsed, same
from loaders.rules.check_registry import ASK, FIX, NOTE, Hit, check
from loaders.text.characters import CELL_LIMIT, excel_length


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
    advice=CONFIRM,
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
    advice=CONFIRM,
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
    code="text.required",
    severity=ASK,
    condition="値があるのに、計画が記入を求めている文章(確認の方法、限界と補い方、目標到達後の扱い)がないとき",
    message="「{expected}」が書かれていません。この計画では、値があるときに記入します。",
    advice="記入するか、書けない理由を入力してください。次の回からは、書いたものが入った様式が届きます。",
)
def _required(case: Case) -> Iterator[Hit]:
    for key in case.brief.plan.required_texts:
        asked = key in case.answer.entries and key not in case.troubled
        if asked and case.value is not None and not case.answer.text(key):
            yield Hit(key, {"expected": d.heading(d.column(key), case.brief.plan, case.round.kind)})


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
    code="text.over_limit",
    severity=NOTE,
    condition="文章が、様式に書かれた字数の目安を超えているとき(取組の見直しのほか)",
    message="「{expected}」が{count}字あり、目安の{limit}字を超えています。会議の資料では字を小さくして1枚に収めます。",
    advice="要約して、詳しいことは根拠資料に書くと、資料が読みやすくなります。",
)
def _over_limit(case: Case) -> Iterator[Hit]:
    if case.round.kind != "initiatives":
        yield from _longer(case)


@check(
    code="initiative.over_limit",
    severity=NOTE,
    condition="文章が、様式に書かれた字数の目安を超えているとき(取組の見直し)",
    message="「{expected}」が{count}字あり、目安の{limit}字を超えています。会議の資料の一覧では途中までを示して「…」とし、"
    "全文は画面の取組のページに出ます。",
    advice="大事なことから先に書くと、資料でも伝わります。",
)
def _over_limit_of_work(case: Case) -> Iterator[Hit]:
    if case.round.kind == "initiatives":
        yield from _longer(case)


def _longer(case: Case) -> Iterator[Hit]:
    """The texts that are longer than the form wants them."""
    for key in case.answer.entries:
        column, length = d.column(key), len(case.answer.text(key))
        if 0 < column.limit < length:
            heading = d.heading(column, case.brief.plan, case.round.kind)
            yield Hit(key, {"expected": heading, "count": f"{length:,}", "limit": f"{column.limit}"})


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
