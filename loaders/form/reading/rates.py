"""What a row's cells say together: a rate from its parts, and a reason written where the value belongs."""

from __future__ import annotations

from dataclasses import replace

from kpi.collection.workflow import MISSING_WORDS, Entry
from kpi.issue import Choice
from loaders.form.reading.understanding.entries import RowReader
from loaders.rules.quotient import PERCENT, SCALES, differ, quotient, same_but_for_scale


def settle_missing(reader: RowReader, entries: dict[str, Entry]) -> dict[str, Entry]:
    """未公表 written into the value cell is the reason, unless another reason is given beside it."""
    missing, beside = reader.missing_in_value, entries.get("missing_reason")
    if not missing:
        return entries
    words = {"taken": MISSING_WORDS[missing]}
    if beside is None or (beside.value is None and not beside.written):
        taken = replace(entries["value"], key="missing_reason", value=missing)
        reader.told("value.as_missing", "value", words)
        return entries | {"missing_reason": taken}
    if beside.value is not None and beside.value != missing:
        codes = (missing, str(beside.value))
        choices = tuple(Choice(MISSING_WORDS[c], {"missing_reason": c}) for c in codes)
        reader.told("value.two_missing", "missing_reason", words | {
            "found": entries["value"].written, "taken": MISSING_WORDS[str(beside.value)]}, choices)  # fmt: skip
        return entries | {"missing_reason": replace(beside, value=None)}
    return entries


def work_out(reader: RowReader, entries: dict[str, Entry]) -> dict[str, Entry]:
    """Work a rate out of 分子 and 分母 where the value is empty, else compare."""
    over, under = entries.get("numerator"), entries.get("denominator")
    value = entries.get("value")
    if over is None or under is None or value is None:
        return entries
    if not isinstance(over.value, float) or not isinstance(under.value, float):
        half = (over, under) if not over.written and under.written else (under, over)
        if not half[0].written and isinstance(half[1].value, float):
            reader.told("rate.half", half[0].key)
        return entries
    if under.value <= 0:
        reader.told("rate.denominator", "denominator")
        return entries
    return _with_rate(reader, entries, over, under)


def _with_rate(reader: RowReader, entries: dict[str, Entry], over: Entry, under: Entry) -> dict[str, Entry]:
    assert isinstance(over.value, float)
    assert isinstance(under.value, float)
    value, unit, digits = entries["value"], reader.indicator.unit, reader.card.decimals
    percent = unit in PERCENT
    rate = quotient(over.value, under.value, percent=percent)
    shown = f"{rate:,.{digits + 1}f}{unit}"
    reason = entries.get("missing_reason")
    if value.value is None and reason and isinstance(reason.value, str):
        word = MISSING_WORDS[reason.value]
        choices = (
            Choice(f"計算した{shown}を使う", {"value": rate, "missing_reason": None}),
            Choice(f"実績なし({word})とする", {"numerator": None, "denominator": None}),
        )
        reader.told("rate.with_missing", "missing_reason", {"taken": word, "value": shown}, choices)
        return entries
    if not value.written:
        made = Entry("value", value.sheet, f"{over.cell}/{under.cell}", f"{over.written}/{under.written}", rate)
        entries = entries | {"value": made}
        reader.entries = entries
        if not percent:
            # 千円/人 may be counted in yen, in thousands or in millions: the parts alone do not say.
            fitting = _fitting(reader, rate)
            offered = tuple(Choice(f"{v:,.{digits + 1}f}{unit}", {"value": v}) for v in fitting)
            reader.told("rate.scale", "value", choices=offered)
            return entries | {"value": replace(made, value=None)}
        reader.told(
            "rate.worked_out", "value", {"numerator": over.written, "denominator": under.written, "value": shown}
        )
        return entries
    if isinstance(value.value, float) and not percent and same_but_for_scale(value.value, rate, digits):
        if differ(value.value, rate, digits):
            reader.told("rate.other_scale", "value", {"value": shown})
        return entries
    return entries


def _fitting(reader: RowReader, rate: float) -> tuple[float, ...]:
    """The quotient at the scales that bring it near the last value; as it is where none does."""
    known = reader.past.value if reader.past else reader.card.baseline
    scaled = tuple(float(f"{rate * scale:.12g}") for scale in SCALES)
    near = tuple(v for v in scaled if known and abs(known) / 2.5 <= abs(v) <= abs(known) * 2.5)
    return near or (rate,)
