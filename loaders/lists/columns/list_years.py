"""Whose year a column's values are of: years that go on without their era, and targets of one year or of the last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kpi.period import Period
from loaders.lists.list_cells import one_period, read_when
from loaders.lists.list_grid import Grid
from loaders.lists.list_layout import ListColumn
from loaders.lists.list_words import YEAR_IN, column_role, line_role
from loaders.lists.values.list_periods import years_meant
from loaders.text.characters import canonical

#: A year without its era, as it stands alone beneath or beside others.
BARE_YEAR = re.compile(r"(?:[1-9]|1\d|2\d|3[0-2])年?度?")
#: Parts of a year that are no period.
_NO_PERIOD = re.compile(r"四半期|中間(?!目標)|途中|(?<![a-z])(?:q[1-4]|[1-4]q)(?![a-z])")
#: What a heading says beside its year when its values are real ones.
_REAL = re.compile(r"現在|時点|末|速報|見込|暫定|確定")


def year_of(heading: str) -> Period | None:
    """The period that a heading names; of several (「R5〜R9累計」) the last one, in which such a sum is whole.

    None where it means a part of the year that no period is (「R6中間」, 「第2四半期」).
    """
    if _NO_PERIOD.search(canonical(heading)):
        return None
    found = [
        when.period
        for m in YEAR_IN.finditer(one_period(canonical(heading)))
        if (when := read_when(m[0])) and when.period
    ]
    return max(found, key=lambda one: one.position, default=None)


def continued(found: list[ListColumn]) -> list[ListColumn]:
    """A year without its era that goes on from the one to its left: 「令和3年度」「4年度」「5」."""
    done: list[ListColumn] = []
    for one in found:
        before = done[-1].period if done else None
        after = Period("FY", before.year + 1) if before and before.kind == "FY" else None
        if after and not one.period and after in _eraless(one.heading):
            dated = BARE_YEAR.sub(f"{after.year}年度", canonical(one.heading), count=1)
            one = replace(one, period=after, kind=one.kind or column_role(dated) or "year")
        done.append(one)
    return done


def _eraless(heading: str) -> list[Period]:
    """The years that a heading may be that has no era."""
    shown = canonical(heading)
    choices = years_meant(f"{shown}年度" if BARE_YEAR.fullmatch(shown) else shown)
    return [Period.parse(str(c.changes["column_period"])) for c in choices]


def kinds_of_years(found: list[ListColumn]) -> list[ListColumn]:
    """Columns headed by a year alone: labelled rows say what they hold; else the last one may be the target."""
    years = [c for c in found if c.kind == "year"]
    if not years:
        return found
    if any(c.kind == "lines" for c in found):
        return [replace(c, kind="series") if c.kind == "year" else c for c in found]
    has_target = any(c.kind == "target" for c in found)
    last = None if has_target or _REAL.search(years[-1].heading) else years[-1]
    beside = any(c.kind in ("baseline", "target") for c in found)
    return [
        c if c.kind != "year"
        else replace(c, kind="target", doubt="year") if c is last
        else replace(c, kind="actual", doubt="years" if beside and not _REAL.search(c.heading) else "")
        for c in found
    ]  # fmt: skip


def steps(found: list[ListColumn]) -> list[ListColumn]:
    """Of the targets of several years the last one is the plan's, those before it are steps on the way."""
    return [replace(c, kind="milestone") if c.kind == "target" and c.period and later(c, found) else c for c in found]


def later(one: ListColumn, found: Sequence[ListColumn], kinds: Sequence[str] = ("target",)) -> bool:
    """Whether a target of a later year stands beside a column, or one that is the last by its name."""
    others = [c for c in found if c.kind in kinds and c.column != one.column]
    if one.period is None:
        return False
    return any(
        c.period.position > one.period.position if c.period else c.kind == "target" and c.heading != one.heading
        for c in others
    )


def yearly(grid: Grid, rows: Sequence[int], found: list[ListColumn]) -> list[ListColumn]:
    """The target of a year for which there are values already may be that year's alone."""
    labels = {line_role(grid.text(r, c.column)) for c in found if c.kind == "lines" for r in rows}
    values = ("actual", "series") if "target" in labels else ("actual",)
    latest = max((c.period.position for c in found if c.kind in values and c.period), default=0.0)
    goals = ("target", "series") if "target" in labels else ("target",)
    return [
        replace(c, doubt="yearly")
        if c.kind in goals and c.period and c.period.position <= latest and not c.doubt and not later(c, found, goals)
        else c
        for c in found
    ]
