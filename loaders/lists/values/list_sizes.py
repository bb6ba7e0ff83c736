"""Values of one row whose sizes do not go together: a slip of the unit (千, 万, %) is asked about, never mended."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kpi.issue import Choice, Issue, Severity
from kpi.printing.number_words import as_it_is
from loaders.lists.list_indicator import ListedFigure
from loaders.rules.value_checks import SLIPS, WIDE

_SHOWN = 3
Told = Mapping[str, Mapping[str, float | str | None]]


def sized(figures: Sequence[ListedFigure], unit: str, key: str, cells: Told) -> tuple[list[ListedFigure], list[Issue]]:
    """The figures of an indicator, those open that stand far outside the others; and what is asked about them.

    ``cells`` are what a person has said of them. Of two figures alone the later one is asked about.
    """
    valued = [f for f in figures if f.value]
    asked: dict[str, Issue] = {}
    for at, one in enumerate(valued):
        others = [f.value for f in valued if f is not one and f.value and f.cell not in asked]
        said = one.typed or "size" in cells.get(one.cell, {})
        odd = None if said or (len(valued) == 2 and at == 0) else of_size(one, others, unit, key)
        if odd:
            asked[one.cell] = odd
    return [replace(f, open=True) if f.cell in asked else f for f in figures], list(asked.values())


def of_size(
    one: ListedFigure, others: Sequence[float], unit: str, key: str, beside: str = "同じ行の値"
) -> Issue | None:
    """The question about a figure that stands far outside others, which ``beside`` names; None where it does not."""
    slip = _slip(one.value, others) if one.value else None
    return _asked(one, slip, others, unit, key, beside) if slip else None


def _slip(value: float, others: Sequence[float]) -> tuple[float, str] | None:
    """What brings a value among the others and what it is called; None where it stands among them already."""
    sizes = [abs(o) for o in others if o]
    if not sizes:
        return None
    over, under = abs(value) / max(sizes), min(sizes) / abs(value)
    off = max(over, under)
    if off < SLIPS[0][0] / WIDE:
        return None
    factor, word = min(SLIPS, key=lambda slip: abs(math.log(off / slip[0])))
    return (1 / factor, f"{word}倍") if over > under else (factor, f"{word}分の1")


def _asked(
    one: ListedFigure, slip: tuple[float, str], others: Sequence[float], unit: str, key: str, beside: str
) -> Issue:
    factor, word = slip
    value = one.value or 0.0
    mended = float(f"{value * factor:.12g}")
    known = "、".join(f"{as_it_is(v)}{unit}" for v in others[-_SHOWN:])
    message = f"「{one.written.strip()}」は、{beside}({known})のおよそ{word}です。単位を取り違えていませんか。"
    choices = (
        Choice(f"{as_it_is(mended)}{unit}の誤り", {"value": mended}),
        Choice(f"{as_it_is(value)}{unit}で正しい", {"size": "1"}),
        Choice("取り込まない", {"value": None}),
    )
    told_as = "", one.cell, one.written, key, "value", choices
    return Issue("list.size", Severity.ASK, message, "正しいものを選んでください。", *told_as)
