"""Checks of one row while it is read: a reason written where the value belongs, and a rate and its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kpi.collection.workflow import MISSING_WORDS, Entry
from kpi.issue import Choice
from loaders.form import definition as d
from loaders.rules.check_case import Case
from loaders.rules.check_registry import ASK, FIX, NOTE, Hit, check
from loaders.rules.quotient import PERCENT, SCALES, differ, quotient, same_but_for_scale


@check(
    of="row",
    code="value.as_missing",
    severity=NOTE,
    condition="値の欄に実績がない理由が書かれているとき",
    message="「{found}」を、実績がない理由「{taken}」として読みました。",
)
def _as_missing(case: Case) -> Iterator[Hit]:
    """未公表 written into the value cell is the reason, unless another reason is given beside it."""
    beside = case.answer.entries.get("missing_reason")
    if case.missing and (beside is None or (beside.value is None and not beside.written)):
        value = case.answer.entries["value"]
        words = {"found": value.written, "taken": MISSING_WORDS[case.missing]}
        taken = replace(value, key="missing_reason", value=case.missing)
        yield Hit("value", words, entries={"missing_reason": taken})


@check(
    of="row",
    code="value.two_missing",
    severity=ASK,
    condition="値の欄と理由の欄で、実績がない理由が違うとき",
    message="値の欄の「{found}」と、実績がない理由「{taken}」が食い違っています。",
    advice="正しい理由を選んでください。",
)
def _two_missing(case: Case) -> Iterator[Hit]:
    beside = case.answer.entries.get("missing_reason")
    if case.missing and beside is not None and beside.value not in (None, case.missing):
        codes = (case.missing, str(beside.value))
        words = {"found": case.answer.entries["value"].written, "taken": MISSING_WORDS[codes[1]]}
        choices = tuple(Choice(MISSING_WORDS[c], {"missing_reason": c}) for c in codes)
        yield Hit("missing_reason", words, choices, {"missing_reason": replace(beside, value=None)})


def _parts(case: Case) -> tuple[Entry, Entry] | None:
    """分子 and 分母 of a row that has both and a value beside them."""
    over, under = case.answer.entries.get("numerator"), case.answer.entries.get("denominator")
    return (over, under) if over and under and "value" in case.answer.entries else None


def _rate(case: Case) -> float | None:
    """What 分子 and 分母 are worth; None where they give no rate."""
    over, under = case.answer.number("numerator"), case.answer.number("denominator")
    if _parts(case) is None or over is None or under is None or under <= 0:
        return None
    return quotient(over, under, percent=case.indicator.unit in PERCENT)


def _reason(case: Case) -> str:
    """The reason for having no value, where there is none."""
    return case.answer.text("missing_reason") if case.answer.value("value") is None else ""


def _shown(case: Case, rate: float) -> str:
    """A rate that was worked out, with one decimal more than the card's."""
    return f"{rate:,.{case.card.decimals + 1}f}{case.indicator.unit}"


@check(
    of="row",
    code="rate.half",
    severity=ASK,
    condition="分子・分母の一方だけが書かれているとき",
    message="「{expected}」がないため、率を確かめられません。",
    advice="分子と分母を両方入力するか、両方とも空欄にしてください。",
)
def _half(case: Case) -> Iterator[Hit]:
    parts = _parts(case)
    for empty, other in (parts, parts[::-1]) if parts else ():
        if not empty.written and empty.value is None and isinstance(other.value, float):
            heading = d.heading(d.column(empty.key), case.brief.plan, case.round.kind)
            yield Hit(empty.key, {"expected": heading})


@check(
    of="row",
    code="rate.denominator",
    severity=FIX,
    condition="分母が0以下のとき",
    message="分母が{found}のため、率を計算できません。",
    advice="分母を確かめてください。",
)
def _denominator(case: Case) -> Iterator[Hit]:
    under, parts = case.answer.number("denominator"), _parts(case)
    if parts and case.answer.number("numerator") is not None and under is not None and under <= 0:
        yield Hit("denominator", {"found": parts[1].written})


@check(
    of="row",
    code="rate.with_missing",
    severity=ASK,
    condition="分子・分母と、実績がない理由の両方が書かれているとき",
    message="分子・分母({value}になります)と、実績がない理由「{taken}」の両方が書かれています。",
    advice="どちらか一方を選んでください。",
)
def _with_missing(case: Case) -> Iterator[Hit]:
    rate, reason = _rate(case), _reason(case)
    if rate is None or not reason:
        return
    words = {"value": _shown(case, rate), "taken": MISSING_WORDS[reason]}
    choices = (
        Choice(f"計算した{words['value']}を使う", {"value": rate, "missing_reason": None}),
        Choice(f"実績なし({words['taken']})とする", {"numerator": None, "denominator": None}),
    )
    yield Hit("missing_reason", words, choices)


def _worked_out(case: Case) -> tuple[float, Entry] | None:
    """The rate of a row whose value cell is empty, and that cell as it stands for 分子／分母."""
    rate, parts = _rate(case), _parts(case)
    if rate is None or parts is None or _reason(case) or case.answer.entries["value"].written:
        return None
    over, under = parts
    sheet = case.answer.entries["value"].sheet
    return rate, Entry("value", sheet, f"{over.cell}/{under.cell}", f"{over.written}/{under.written}", rate)


@check(
    of="row",
    code="rate.worked_out",
    severity=NOTE,
    condition="分子・分母から率を計算したとき",
    message="値の欄が空なので、分子{numerator}÷分母{denominator}から{value}と計算しました。",
)
def _work_out(case: Case) -> Iterator[Hit]:
    found, parts = _worked_out(case), _parts(case)
    if found and parts and case.indicator.unit in PERCENT:
        words = {"numerator": parts[0].written, "denominator": parts[1].written, "value": _shown(case, found[0])}
        yield Hit("value", words, entries={"value": found[1]})


@check(
    of="row",
    code="rate.scale",
    severity=ASK,
    condition="分子・分母はあるが、率の単位が％でないとき",
    message="分子・分母から値を計算できません(単位が％ではありません)。",
    advice="「今回の値」を入力してください。",
)
def _scale(case: Case) -> Iterator[Hit]:
    """千円/人 may be counted in yen, in thousands or in millions: the parts alone do not say."""
    found = _worked_out(case)
    if found and case.indicator.unit not in PERCENT:
        choices = tuple(Choice(_shown(case, v), {"value": v}) for v in _fitting(case, found[0]))
        yield Hit("value", choices=choices, entries={"value": replace(found[1], value=None)})


def _fitting(case: Case, rate: float) -> tuple[float, ...]:
    """The quotient at the scales that bring it near the last value; as it is where none does."""
    known = case.corrected.value if case.corrected else case.card.baseline
    scaled = tuple(float(f"{rate * scale:.12g}") for scale in SCALES)
    near = tuple(v for v in scaled if known and abs(known) / 2.5 <= abs(v) <= abs(known) * 2.5)
    return near or (rate,)


@check(
    of="row",
    code="rate.other_scale",
    severity=NOTE,
    condition="％でない率で、分子・分母の桁(百万円など)だけが単位と違うとき",
    message="分子・分母から計算すると{value}で、桁だけが「今回の値」と違います。書かれた値を取り込みます。",
)
def _other_scale(case: Case) -> Iterator[Hit]:
    rate, digits = _rate(case), case.card.decimals
    if rate is None or case.value is None or case.indicator.unit in PERCENT:
        return
    if same_but_for_scale(case.value, rate, digits) and differ(case.value, rate, digits):
        yield Hit("value", {"value": _shown(case, rate)})
