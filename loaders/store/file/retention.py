"""A copy every night, and which of them stay: the newest of each of the last days and of each of the last months."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kpi.issue import Issue
from loaders.store.file.backup import backup, mark_in
from loaders.store.file.database import Database
from loaders.store.file.opening import close_to_others

_NAME = re.compile(r"kpi-(\d{8}-\d{6})(?:_\d+-[0-9a-f]+)?\.duckdb")
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


def copies(folder: Path) -> dict[datetime, Path]:
    """The nightly copies in a folder, by the moment they were made. Other files are nobody's business here."""
    named = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir()) if folder.is_dir() else ()
    return {datetime.strptime(match[1], _STAMP): path for match, path in named if match}


def kept_beside(path: Path) -> dict[datetime, Path]:
    """What was kept beside a store when a copy took its place or its form was renewed, by the moment it was kept."""
    named = re.compile(re.escape(path.name) + r"\.[a-z]\w*-(\d{8}-\d{6})(?:-\d+)?\.bak")
    found = ((named.fullmatch(p.name), p) for p in path.parent.iterdir()) if path.parent.is_dir() else ()
    return {datetime.strptime(match[1], _STAMP): p for match, p in found if match}


def make_nightly(database: Database, folder: Path, at: datetime, keep: Keep) -> Path | tuple[Issue, ...]:
    """Make a checked copy in a folder and take away the copies that need not stay; the copy, or what forbids it.

    Where no sound copy could be made, the older ones all stay.
    """
    copy = backup(database, folder / f"kpi-{at:{_STAMP}}.duckdb")
    if isinstance(copy, Path):
        made = copies(folder)
        for moment in made.keys() - staying(made, keep):
            made[moment].unlink(missing_ok=True)
        close_to_others(copies(folder).values())
        _clear_unfinished(folder, at)
    return copy


def _clear_unfinished(folder: Path, at: datetime) -> None:
    """Take away what nights that were killed have left; what is younger than a day may be under way."""
    for part in folder.glob("kpi-*.duckdb.part*"):
        match = _NAME.fullmatch(part.name.partition(".part")[0])
        if match and at - datetime.strptime(match[1], _STAMP) >= timedelta(days=1):
            part.unlink(missing_ok=True)


def written_ends(folder: Path) -> list[tuple[str, str]]:
    """The ends of the log that stand in the names of a folder's copies: where each is written, and its mark."""
    return [(f"控え {p.name} の名前", end) for _, p in sorted(copies(folder).items()) if (end := mark_in(p.name))]
