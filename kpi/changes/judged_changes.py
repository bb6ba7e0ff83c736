"""What two judgements show of what changed between them: typed changes with before and after, and words for them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from kpi.changes.change import Change, Kind
from kpi.collection.workflow import CORRECTION_WORDS, RELEASE_WORDS
from kpi.path import EPS
from kpi.period import Period
from kpi.plan import Indicator, Plan
from kpi.printing.number_words import decimals_of, with_unit
from kpi.status import status_word
from kpi.tables.table_rows import Row, records


def changes(before: pd.DataFrame, after: pd.DataFrame, plan: Plan) -> tuple[Change, ...]:
    """Changes of every indicator that stands in both states, in the order of ``after``."""
    earlier = {row["indicator_id"]: row for row in records(before)}
    found: list[Change] = []
    for row in records(after):
        old = earlier.get(row["indicator_id"])
        if old is not None:
            found += _of_one(old, row, _indicator(plan, row["indicator_id"]), plan)
    return tuple(found)


def _indicator(plan: Plan, indicator_id: str) -> Indicator:
    try:
        return plan.indicator(indicator_id)
    except KeyError:
        return Indicator(indicator_id, "", "field", indicator_id, "", "")


def _of_one(old: Row, new: Row, indicator: Indicator, plan: Plan) -> Iterator[Change]:
    yield from _values(old, new, indicator)
    if (old["status"], old["reason"]) != (new["status"], new["reason"]):
        words = [status_word(row["status"], row["reason"], plan.scheme) for row in (old, new)]
        if words[0] != words[1]:
            kind: Kind = "late" if new["reason"] == "unanswered" and not old["period"] else "status"
            yield Change(kind, new["indicator_id"], old["status"], new["status"], " → ".join(words))
    if new["stale"] and not old["stale"] and old["period"]:
        shown = _value(new, "", indicator)
        yield Change("stale", new["indicator_id"], shown, shown, f"{shown}より新しい値が出ているはずです")
    kinds: tuple[Kind, Kind] = ("target", "baseline")
    for kind in kinds:
        if _stated(old, kind) != _stated(new, kind):  # not as printed: another number of decimals changes nothing
            yield _change(kind, new, *(_card_value(row, kind, indicator) for row in (old, new)))


def _values(old: Row, new: Row, indicator: Indicator) -> Iterator[Change]:
    """A new period's value, and a value of a known period that is no longer what it was."""
    if old["period"] and not new["period"]:
        yield _change("withdrawn", new, _value(old, "", indicator), "―", of=old["period"])
        return
    if not new["period"]:
        return
    if not old["period"] or new["position"] > old["position"] + EPS:
        shown = _value(old, "", indicator) if old["period"] else "―"
        yield _change("new_value", new, shown, _value(new, "", indicator), of=new["period"])
        if old["period"] and old["period"] == new["previous_period"]:
            yield from _revised(old, new, "previous_", indicator)
    elif new["position"] < old["position"] - EPS:
        yield _change("withdrawn", new, _value(old, "", indicator), _value(new, "", indicator), of=old["period"])
    else:
        yield from _revised(old, new, "", indicator)


def _revised(old: Row, new: Row, which: str, indicator: Indicator) -> Iterator[Change]:
    """確報 where 速報 became 確定, 訂正 where the number itself was wrong or means something else."""
    value, release, kind = new[f"{which}value"], new[f"{which}release"], new[f"{which}correction_kind"]
    same = abs(value - old["value"]) <= EPS
    if same and release == old["release"]:
        return
    final = kind == "finalised" or (not kind and old["release"] == "provisional" and release == "final")
    reason = "" if final or not kind else f"({CORRECTION_WORDS.get(kind, kind)})"
    before, after = _value(old, "", indicator), _value(new, which, indicator)
    yield _change("finalised" if final else "corrected", new, before, after, reason, of=new[f"{which}period"])


def _change(kind: Kind, row: Row, before: str, after: str, note: str = "", *, of: str = "") -> Change:
    return Change(kind, row["indicator_id"], before, after, f"{before} → {after}{note}", period=of)


def _value(row: Row, which: str, indicator: Indicator) -> str:
    """「80.2%(R6 確定)」."""
    shown = with_unit(row[f"{which}value"], indicator.unit, decimals_of(row[f"{which}value"], row["decimals"]))
    words = [_short(row[f"{which}period"]), RELEASE_WORDS.get(row[f"{which}release"], "")]
    told = " ".join(word for word in words if word)
    return f"{shown}({told})" if told else shown


def _stated(row: Row, which: str) -> tuple[object, ...]:
    """What a card states as target (a band too) or 現状値."""
    sides = [row[which], *((row["band_low"], row["band_high"]) if which == "target" else ())]
    return row[f"{which}_period"], *(None if pd.isna(side) else round(float(side), 9) for side in sides)


def _card_value(row: Row, which: str, indicator: Indicator) -> str:
    """「250件(R10)」, 「60%以上」 for a band, or 未設定."""
    if which == "target" and row["target_set"] and pd.isna(row["target"]):
        sides = [(row["band_low"], "以上"), (row["band_high"], "以下")]
        held = [with_unit(x, indicator.unit, decimals_of(x, row["decimals"])) + w for x, w in sides if pd.notna(x)]
        return "・".join(held)
    value, period = row[which], _short(row[f"{which}_period"])
    if pd.isna(value):
        return "未設定"
    shown = with_unit(value, indicator.unit, decimals_of(value, row["decimals"]))
    return f"{shown}({period})" if period else shown


def _short(code: str) -> str:
    try:
        return Period.parse(code).short if code else ""
    except ValueError:
        return code
