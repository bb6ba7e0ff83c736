"""Judging: cards and observations in, one judged row per card out. Vectorised over all cards at once.

The formulas stand in :mod:`kpi.path`, the choice of the value in :mod:`kpi.selection`, the schemes in
:mod:`kpi.schemes`. A figure that cannot be given is NaN, a word that cannot be given is empty, and ``reason`` or
``progress_reason`` says why; a status is never missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pandas as pd

from kpi.path import (
    DIRECTION_CODES,
    MAINTAIN,
    UNKNOWN,
    Bools,
    Floats,
    Ints,
    Path,
    Rules,
    achievement,
    gain,
    meets,
    pace,
    path,
    progress,
    slack,
)
from kpi.period import Period
from kpi.plan import Card, Scheme
from kpi.printing.number_words import BETTER, LEVEL, WORSE
from kpi.schemes import Situation, fragile, judge, judged_words, method_of
from kpi.selection import NO_VALUE, Coded, Latest, numbers, select, words

_STALE_SLACK = 1e-6  # months; positions are binary fractions of years


def cards_table(cards: Iterable[Card]) -> pd.DataFrame:
    """One row per card, in the order given."""
    columns = [
        "indicator_id", "direction", "kind", "decimals", "cycle_months", "lag_months", "baseline",
        "baseline_position", "target", "target_position", "band_low", "band_high", "baseline_period",
        "target_period", "milestones",
    ]  # fmt: skip
    rows = [
        (
            c.indicator_id, c.direction, c.kind, c.decimals, c.cycle_months, c.lag_months, c.baseline,
            _place(c.baseline_period), c.target, _place(c.target_period), *c.band, _code(c.baseline_period),
            _code(c.target_period), c.milestones,
        )
        for c in cards
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    floats = ["baseline", "baseline_position", "target", "target_position", "band_low", "band_high"]
    return table.astype(dict.fromkeys(floats, "float64"))


def _place(period: Period | None) -> float:
    return period.position if period else float("nan")


def _code(period: Period | None) -> str:
    return period.code if period else ""


def assess(
    cards: pd.DataFrame,
    observations: pd.DataFrame,
    *,
    as_of: date,
    scheme: Scheme,
    milestones: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Judge every card with what was known at the end of the day ``as_of``; one row per card, in card order.

    ``milestones`` (indicator_id, position, value) replaces the cards' own 目安値. Columns beside the figures:
    ``reason`` (which row of the status table, or why there is no value), ``progress_reason`` (why there is no
    progress rate), ``waiting``/``waiting_period`` (a newer period about which only a reason, a forecast or a part is
    known), ``baseline_change``/``baseline_word`` (the change since the baseline), and the card's own baseline,
    target, band and decimals, so that two assessments can be compared by themselves.

    ``change`` is against the best value of the period before, or the baseline where there is none.
    """
    cards = cards.reset_index(drop=True)
    ids = pd.Index(cards.get("indicator_id", []), dtype=object)
    if ids.has_duplicates:
        turn = pd.Series(ids).groupby(pd.Series(ids), dropna=False).cumcount().to_numpy()
        parts = [
            assess(cards[turn == k], observations, as_of=as_of, scheme=scheme, milestones=milestones).set_axis(
                np.flatnonzero(turn == k)
            )
            for k in range(int(turn.max()) + 1)
        ]
        return pd.concat(parts).sort_index()
    rules = _rules(cards)
    points = _milestones(cards, ids) if milestones is None else _milestone_columns(milestones, ids)
    told = Coded(observations)
    with np.errstate(all="ignore"):
        found = select(told, ids, as_of=as_of, baseline_at=rules.baseline_at, annual=rules.annual)
        at, value = _taken(observations, "position", found.newest), _taken(observations, "value", found.newest)
        way = path(rules, at, *points)
        figures = _figures(rules, way, value, as_of, scheme)
        judged = _judged(rules, way, value, found, scheme)
        changes = _changes(rules, cards, told, found, value)
    releases = _texts_at(told, "release", found.newest)
    return _frame(
        {
            "indicator_id": ids.to_numpy(),
            **judged,
            "value": value,
            "position": at,
            "period": _texts_at(told, "period", found.newest),
            "release": releases,
            "correction_kind": _texts_at(told, "correction_kind", found.newest),
            **changes,
            **figures,
            "provisional": releases == "provisional",
            "waiting": np.array(["", *NO_VALUE[1:]], dtype=object)[found.why],
            "waiting_period": _texts_at(told, "period", found.waiting),
            **_own(cards, rules),
        }
    )


def _rules(cards: pd.DataFrame) -> Rules:
    def finite(name: str) -> Floats:
        column = numbers(cards, name)
        return np.where(np.isfinite(column), column, np.nan)

    said = Coded(cards)
    return Rules(
        sign=words(said, "direction", DIRECTION_CODES, UNKNOWN).astype(np.int64),
        annual=words(said, "kind", {"annual": 1}) == 1,
        baseline=finite("baseline"),
        baseline_at=finite("baseline_position"),
        target=finite("target"),
        target_at=finite("target_position"),
        low=finite("band_low"),
        high=finite("band_high"),
        half_unit=0.5 * 10.0 ** -np.clip(numbers(cards, "decimals"), -12, 12),
        cycle_and_lag=numbers(cards, "cycle_months") + numbers(cards, "lag_months"),
    )


def _milestones(cards: pd.DataFrame, ids: pd.Index) -> tuple[Ints, Floats, Floats]:
    """The 目安値 on the cards themselves, flat."""
    held = cards["milestones"].to_numpy() if "milestones" in cards else ()
    rows = [(i, p.position, v) for i, points in enumerate(held) if points and type(points) is tuple for p, v in points]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1], table[:, 2]


def _milestone_columns(table: pd.DataFrame, ids: pd.Index) -> tuple[Ints, Floats, Floats]:
    code = ids.get_indexer(pd.Index(_texts(table, "indicator_id"), dtype=object)).astype(np.int64)
    mine = code >= 0
    return code[mine], numbers(table, "position")[mine], numbers(table, "value")[mine]


def _judged(rules: Rules, way: Path, value: Floats, found: Latest, scheme: Scheme) -> dict[str, object]:
    method = method_of(scheme)
    situation = Situation(rules, value, way, method.limits(scheme), method.judges_alone(scheme))
    codes = judge(method, situation)
    shaky = fragile(method, situation, scheme.tolerance, codes)
    statuses, reasons = judged_words(method, codes)
    absent = found.newest < 0
    why = np.array(NO_VALUE, dtype=object)[found.why]
    return {
        "status": np.where(absent, "no_data", statuses),
        "reason": np.where(absent, why, reasons),
        "fragile": shaky & ~absent,
    }


def _figures(rules: Rules, way: Path, value: Floats, as_of: date, scheme: Scheme) -> dict[str, object]:
    done = progress(rules, value)
    planned = np.where(rules.ahead, way.planned, np.nan)
    to_go, gone = rules.target_at - way.at, way.at - rules.baseline_at
    open_end = (to_go > 0) & ~meets(rules, value, rules.target) & (rules.sign != MAINTAIN)
    asked = scheme.show_achievement or method_of(scheme).measure == "achievement"
    age = (Period.of_date(as_of).position - way.at) * 12
    figures = {
        "progress": done,
        "planned": planned,
        "pace": pace(done, planned),
        "required_per_year": np.where(open_end, (rules.target - value) / np.where(open_end, to_go, 1.0), np.nan),
        "pace_per_year": np.where(gone > 0, (value - rules.baseline) / np.where(gone > 0, gone, 1.0), np.nan),
        "achievement": achievement(rules, value) if asked else np.full(len(value), np.nan),
        "planned_value": rules.baseline + planned * (rules.target - rules.baseline),
        "milestone": way.milestone,
    }
    return {
        **{name: np.where(np.isfinite(figure), figure, np.nan) for name, figure in figures.items()},
        "progress_reason": _no_progress(rules, value),
        "stale": age > rules.cycle_and_lag + _STALE_SLACK,
    }


def _no_progress(rules: Rules, value: Floats) -> object:
    """Why there is no progress rate, by card; empty where there is one."""
    equal = np.abs(rules.target - rules.baseline) <= slack(rules.target, rules.baseline)
    cases: list[tuple[Bools, str]] = [
        (~np.isfinite(value), "no_value"),
        (rules.sign == UNKNOWN, "direction_unset"),
        (rules.sign == MAINTAIN, "maintain"),
        (~np.isfinite(rules.target), "target_unset"),
        (~np.isfinite(rules.baseline), "baseline_unset"),
        (equal, "target_equals_baseline"),
        (~rules.ahead, "target_not_ahead"),
    ]
    reasons = np.array(["", *(reason for _, reason in cases)], dtype=object)
    number = np.zeros(len(value), dtype=np.int8)
    for place in range(len(cases) - 1, -1, -1):
        number[cases[place][0]] = place + 1
    return reasons[number]


def _changes(rules: Rules, cards: pd.DataFrame, observations: Coded, found: Latest, value: Floats) -> dict[str, object]:
    has = found.previous >= 0
    before = np.where(has, _taken(observations.table, "value", found.previous), rules.baseline)
    before = np.where(found.newest >= 0, before, np.nan)
    period = np.where(has, _texts_at(observations, "period", found.previous), _texts(cards, "baseline_period"))
    return {
        "previous_value": before,
        "previous_period": np.where(np.isfinite(before), period, ""),
        "previous_release": _texts_at(observations, "release", found.previous),
        "previous_correction_kind": _texts_at(observations, "correction_kind", found.previous),
        "change": value - before,
        "change_word": _change_word(rules, before, value),
        "baseline_change": value - rules.baseline,
        "baseline_word": _change_word(rules, rules.baseline, value),
    }


def _change_word(rules: Rules, before: Floats, value: Floats) -> object:
    moved, close = gain(rules, before, value), slack(before, value)
    known = np.isfinite(moved) & (rules.sign != UNKNOWN)
    number = np.where(~known, 0, np.where(np.abs(moved) <= close, 1, np.where(moved > 0, 2, 3)))
    return np.array(["", LEVEL, BETTER, WORSE], dtype=object)[number]


def _own(cards: pd.DataFrame, rules: Rules) -> Mapping[str, object]:
    """What the card says, beside its judgement."""
    return {
        "baseline": rules.baseline,
        "baseline_period": _texts(cards, "baseline_period"),
        "target": rules.target,
        "target_period": _texts(cards, "target_period"),
        "band_low": rules.low,
        "band_high": rules.high,
        "decimals": np.nan_to_num(numbers(cards, "decimals"), posinf=0, neginf=0).astype(np.int64),
        "target_set": rules.has_target,
        "baseline_set": np.isfinite(rules.baseline),
    }


def _frame(columns: Mapping[str, object]) -> pd.DataFrame:
    """A table whose words stay the objects they are: turning them into another text type costs more than judging."""
    return pd.DataFrame(
        {
            name: pd.Series(column, dtype=object)
            if isinstance(column, np.ndarray) and column.dtype == object
            else column
            for name, column in columns.items()
        }
    )


def _taken(observations: pd.DataFrame, name: str, row: Ints) -> Floats:
    column = numbers(observations, name)
    return np.where(row >= 0, column[row], np.nan) if len(column) else np.full(len(row), np.nan)


def _texts(table: pd.DataFrame, name: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """A column of texts; empty where it is missing or not there."""
    return _texts_at(Coded(table), name, np.arange(len(table)))


def _texts_at(table: Coded, name: str, row: Ints) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The texts of a column at rows, empty where the row is -1."""
    if name not in table or not len(table):
        return np.full(len(row), "", dtype=object)
    codes, distinct = table.codes(name)
    texts = np.array([*(word if isinstance(word, str) else "" for word in distinct), ""], dtype=object)
    return texts[np.where(row >= 0, codes[row], -1)]
