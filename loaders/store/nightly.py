"""A copy every night, and which of them stay: the newest of each of the last days and of each of the last months."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kpi.issue import Issue
from loaders.store.copies import backup
from loaders.store.database import Database

_NAME = re.compile(r"kpi-(\d{8}-\d{6})\.duckdb")
_STAMP = "%Y%m%d-%H%M%S"


@dataclass(frozen=True)
class Keep:
    """How many copies stay: one a day for so many days, one a month for so many months."""

    daily: int = 14
    monthly: int = 12


def staying(made: Iterable[datetime], keep: Keep) -> frozenset[datetime]:
    """Which copies stay, by the moments they were made. Days and months without a copy do not count."""
    newest_first = sorted(made, reverse=True)
    days = _newest_of(newest_first, lambda at: (at.year, at.month, at.day), keep.daily)
    months = _newest_of(newest_first, lambda at: (at.year, at.month), keep.monthly)
    return days | months


def _newest_of(
    newest_first: Iterable[datetime], span: Callable[[datetime], tuple[int, ...]], count: int
) -> frozenset[datetime]:
    found: dict[tuple[int, ...], datetime] = {}
    for at in newest_first:
        found.setdefault(span(at), at)
    return frozenset(list(found.values())[:count])


def name_of(at: datetime) -> str:
    """The name of the copy made at a moment."""
    return f"kpi-{at.strftime(_STAMP)}.duckdb"


def copies(folder: Path) -> dict[datetime, Path]:
    """The nightly copies in a folder, by the moment they were made. Other files are nobody's business here."""
    named = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir()) if folder.is_dir() else ()
    return {datetime.strptime(match[1], _STAMP): path for match, path in named if match}


def make_nightly(database: Database, folder: Path, at: datetime, keep: Keep) -> tuple[Issue, ...]:
    """Make a checked copy in a folder and take away the copies that need not stay; what forbids it.

    Where no sound copy could be made, the older ones all stay.
    """
    if found := backup(database, folder / name_of(at)):
        return found
    made = copies(folder)
    for moment in made.keys() - staying(made, keep):
        made[moment].unlink(missing_ok=True)
    return ()
