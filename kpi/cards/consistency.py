"""What the attributes of an indicator and its card must say to make sense: one list for plan files and for proposals.

``wrong`` is given the attributes by name, as a row of a file or as :func:`attributes` lays them out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kpi.plan import Card, Indicator

Attributes = Mapping[str, Any]

#: The least and the greatest of the whole numbers of a card.
LIMITS: Mapping[str, tuple[int, int]] = {"decimals": (0, 9), "cycle_months": (1, 600), "lag_months": (0, 240)}


@dataclass(frozen=True)
class Sense:
    """One check. ``keys`` are the attributes it is about, the last of them the one to mend."""

    code: str
    keys: tuple[str, ...]
    wrong: Callable[[Attributes], bool]
    message: str
    advice: str

    @property
    def key(self) -> str:
        """The attribute to mend."""
        return self.keys[-1]


def attributes(card: Card, indicator: Indicator) -> dict[str, Any]:
    """What an indicator and its card say, by name; the band by its two sides as in a file."""
    low, high = card.band
    return {**vars(indicator), **vars(card), "band_low": low, "band_high": high}


def _blank(key: str) -> Callable[[Attributes], bool]:
    return lambda said: not str(said[key] or "").strip()


def _outside(key: str) -> Callable[[Attributes], bool]:
    low, high = LIMITS[key]
    return lambda said: not low <= said[key] <= high


def _band_reversed(said: Attributes) -> bool:
    low, high = said["band_low"], said["band_high"]
    return low is not None and high is not None and bool(high < low)


def _periods_reversed(said: Attributes) -> bool:
    first, last = said["baseline_period"], said["target_period"]
    return first is not None and last is not None and bool(last.position <= first.position)


SENSES: tuple[Sense, ...] = (
    Sense("empty", ("name",), _blank("name"), "指標名が空です。", "指標の名前を入れてください。"),
    Sense("empty", ("unit",), _blank("unit"), "単位が空です。", "%、件、人などの単位を入れてください。"),
    Sense(
        "band_order", ("band", "band_high"), _band_reversed,
        "保つべき範囲の上限が下限より小さくなっています。", "範囲の下限と上限を確かめてください。",
    ),
    Sense(
        "period_order", ("baseline_period", "target_period"), _periods_reversed,
        "目標の時点が現状値の時点より後になっていません。", "現状値の時点と目標の時点を確かめてください。",
    ),
    Sense(
        "out_of_range", ("cycle_months",), _outside("cycle_months"),
        "周期は{}か月から{}か月までです。".format(*LIMITS["cycle_months"]), "月数(毎年なら12)を入れてください。",
    ),
    Sense(
        "out_of_range", ("lag_months",), _outside("lag_months"),
        "公表までの月数は{}から{}までです。".format(*LIMITS["lag_months"]),
        "対象期間の終わりから公表までの月数を入れてください。",
    ),
    Sense(
        "out_of_range", ("decimals",), _outside("decimals"),
        "小数の桁数は{}から{}までです。".format(*LIMITS["decimals"]), "画面に示す小数の桁数を入れてください。",
    ),
)  # fmt: skip
