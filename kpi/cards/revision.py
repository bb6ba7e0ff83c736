"""A change of a judging rule in words: what it was, what it becomes, by which decision.

「当初300件→変更後250件(R8.3.12本部決定)」 is what stands beside the card from then on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from kpi.path import EPS
from kpi.period import Period
from kpi.plan import Card, Indicator, Scheme
from kpi.printing.number_words import decimals_of, number, with_unit
from kpi.schemes import THRESHOLDS

#: What can be changed by a decision, and what each is called. First attributes of the card.
CARD_WORDS: Mapping[str, str] = {
    "baseline": "現状値",
    "baseline_period": "現状値の時点",
    "target": "目標値",
    "target_period": "目標値の時点",
    "direction": "目指す方向",
    "kind": "値の種類",
    "band": "維持の範囲",
    "milestones": "目安値",
    "decimals": "小数の桁数",
    "cycle_months": "値の間隔(月)",
    "lag_months": "公表までの月数",
    "survey_years": "調査年",
    "dropped_on": "欠番とする日",
}
#: Of the indicator itself.
INDICATOR_WORDS: Mapping[str, str] = {
    "definition": "定義",
    "name": "指標名",
    "unit": "単位",
    "source": "出典",
    "numerator": "分子",
    "denominator": "分母",
}
#: Of the plan's scheme, for a change about no single indicator.
SCHEME_WORDS: Mapping[str, str] = {
    "name": "判定方法",
    "thresholds": "しきい値",
    "tolerance": "横ばいの許容幅",
}
#: Of each threshold of its own.
THRESHOLD_WORDS: Mapping[str, str] = {key: f"「{threshold.word}」の下限" for key, threshold in THRESHOLDS.items()}

DIRECTION_WORDS: Mapping[str, str] = {"increase": "増加", "decrease": "減少", "maintain": "維持"}
VALUE_KIND_WORDS: Mapping[str, str] = {"level": "その時点の値", "annual": "年度ごとの値", "cumulative": "累計"}
_UNSET = "未設定"


@dataclass(frozen=True)
class Changed:
    """One attribute that changes: what it is called, and both values in words."""

    key: str
    word: str
    before: str
    after: str


def differences(before: Card, after: Card, indicator: Indicator) -> tuple[Changed, ...]:
    """What differs between two versions of a card, in a fixed order."""
    return tuple(
        Changed(key, word, card_text(before, key, indicator.unit), card_text(after, key, indicator.unit))
        for key, word in CARD_WORDS.items()
        if getattr(before, key) != getattr(after, key)
    )


def indicator_differences(before: Indicator, after: Indicator) -> tuple[Changed, ...]:
    """What differs between two descriptions of an indicator."""
    return _plain_differences(vars(before), vars(after), INDICATOR_WORDS)


def scheme_differences(before: Scheme, after: Scheme) -> tuple[Changed, ...]:
    """What differs between two schemes of judging, each threshold by itself."""
    return _plain_differences(_flat(before), _flat(after), {**SCHEME_WORDS, **THRESHOLD_WORDS})


def _flat(scheme: Scheme) -> dict[str, object]:
    """A scheme with its thresholds beside its name, those that the plan leaves as they are included."""
    held = {key: scheme.thresholds.get(key, threshold.default) for key, threshold in THRESHOLDS.items()}
    return {**vars(scheme), "thresholds": "", **{k: v if math.isfinite(v) else None for k, v in held.items()}}


def _plain_differences(
    before: Mapping[str, object], after: Mapping[str, object], words: Mapping[str, str]
) -> tuple[Changed, ...]:
    found = ((key, word, before[key], after[key]) for key, word in words.items())
    return tuple(Changed(k, w, str(old or _UNSET), str(new or _UNSET)) for k, w, old, new in found if old != new)


def wording(changed: tuple[Changed, ...], decided_on: date, decision: str) -> str:
    """「当初300件→変更後250件(R8.3.12本部決定)」; with the attribute's name unless it is the target alone."""
    if len(changed) == 1 and changed[0].key == "target" and changed[0].before != _UNSET:
        told = _one(changed[0])
    else:
        told = "、".join(f"{c.word}: {_one(c)}" for c in changed) or "いまのまま"
    return f"{told}({day_text(decided_on)}{decision})"


def _one(changed: Changed) -> str:
    if changed.before == _UNSET:
        return f"{_UNSET}→{changed.after}"
    return f"当初{changed.before}→変更後{changed.after}"


def day_text(day: date) -> str:
    """「R8.3.12」, as decisions are cited."""
    year = day.year - 2018
    era = "R" if (day.year, day.month) >= (2019, 5) else "H"
    return f"{era}{year if era == 'R' else day.year - 1988}.{day.month}.{day.day}"


def card_text(card: Card, key: str, unit: str) -> str:
    """One attribute of a card in words."""
    value = getattr(card, key)
    if key in ("baseline", "target"):
        return _figure(value, unit, card.decimals)
    if key == "band":
        sides = zip(value, ("以上", "以下"), strict=True)
        return (
            "・".join(_figure(side, unit, card.decimals) + word for side, word in sides if side is not None) or _UNSET
        )
    if key == "milestones":
        return "・".join(f"{p.short} {_figure(v, unit, card.decimals)}" for p, v in value) or _UNSET
    if key == "survey_years":
        return "・".join(str(year) for year in value) or _UNSET
    if value is None:
        return _UNSET
    if isinstance(value, Period):
        return value.short
    if isinstance(value, date):
        return day_text(value)
    return {**DIRECTION_WORDS, **VALUE_KIND_WORDS}.get(value, str(value))


def _figure(value: float | None, unit: str, decimals: int) -> str:
    return _UNSET if value is None else with_unit(value, unit, decimals_of(value, decimals))


def band_text(card: Card, unit: str) -> str:
    """「95.0%以上」「90.0～110.0%」「50.0以下」: what a card that maintains is to keep; empty where no side is set."""
    low, high = card.band
    if low is not None and high is not None:
        return f"{number(low, decimals_of(low, card.decimals))}～{_figure(high, unit, card.decimals)}"
    sides = zip(card.band, ("以上", "以下"), strict=True)
    return "".join(_figure(side, unit, card.decimals) + word for side, word in sides if side is not None)


def target_text(card: Card, unit: str) -> str:
    """What is to be met, as it was stated: the target, or for a card that maintains its band; else 未設定."""
    band = band_text(card, unit) if card.direction == "maintain" else ""
    return band or _figure(card.target, unit, card.decimals)


def has_target(card: Card) -> bool:
    """Whether there is anything to be met: a target, or for a card that maintains a side of its band."""
    sides = card.band if card.direction == "maintain" else (card.target,)
    return any(side is not None for side in sides)


def apply_to_card(card: Card, changes: Mapping[str, object]) -> Card:
    """The card with a change laid over it; what is about the indicator alone leaves it as it is."""
    own = {f.name for f in fields(Card)} & CARD_WORDS.keys()
    return replace(card, **{k: v for k, v in changes.items() if k in own})  # type: ignore[arg-type]


def target_lies_ahead(card: Card) -> bool:
    """Whether the target lies from the baseline where the indicator is to go; True where either is unset."""
    if card.target is None or card.baseline is None or card.direction == "maintain":
        return True
    way = card.target - card.baseline
    return (way if card.direction == "increase" else -way) > EPS


def apply_to_scheme(scheme: Scheme, changes: Mapping[str, object]) -> Scheme:
    """The scheme with a change laid over it; thresholds that it does not name stay, one set to None goes."""
    own: dict[str, Any] = {k: v for k, v in changes.items() if k in SCHEME_WORDS}
    if "thresholds" in own:
        merged = {**scheme.thresholds, **own["thresholds"]}
        own["thresholds"] = {key: value for key, value in merged.items() if value is not None}
    return replace(scheme, **own)
