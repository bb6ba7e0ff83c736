"""The nightly copy, where the surroundings ask for one: run by the server beside its work, or by a command.

``KPI_BACKUP_DIR`` names the folder and switches it on, ``KPI_BACKUP_KEEP`` says how many daily and monthly copies stay
(``14,12``), ``KPI_BACKUP_HOUR`` from which hour of the day the copy is made (``2``).
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from kpi.issue import Issue
from loaders import settings
from loaders.settings import WrongSetting
from loaders.store import Keep, Store, StoreError
from loaders.store.file.lock import FileLock, StoreBusy
from loaders.store.file.retention import copies
from loaders.store.file.retention import written_ends as written

_LOG = logging.getLogger(__name__)
#: How often it is looked whether a copy is due, in seconds: a server that slept over the hour makes it up.
_LOOK = 300.0
#: How long the end of the program waits for a copy that is being made, in seconds.
_PATIENCE = 30.0
_started: set[Path] = set()
_stopping = threading.Event()
_starting = threading.Lock()


@dataclass(frozen=True)
class Nightly:
    """Where the copies go, how many stay, and from which hour one is made."""

    folder: Path
    keep: Keep = field(default_factory=Keep)
    hour: int = 2

    def due(self, now: datetime) -> bool:
        """Whether the day's copy is still to be made."""
        return now.hour >= self.hour and not any(at.date() >= now.date() for at in copies(self.folder))


def copies_folder() -> Path | None:
    """The folder the surroundings name for the copies, None where they name none."""
    folder = os.environ.get("KPI_BACKUP_DIR", "").strip()
    return Path(folder) if folder else None


def configured() -> Nightly | None:
    """What the surroundings ask for, None where no folder is named."""
    folder = copies_folder()
    if folder is None:
        return None
    return Nightly(folder, _keep(), _number("KPI_BACKUP_HOUR", os.environ.get("KPI_BACKUP_HOUR") or "2", 0, 23))


def run(store: Store, asked: Nightly, at: datetime) -> tuple[Issue, ...]:
    """Make the day's copy now; what forbids it."""
    with _turn(asked.folder, _PATIENCE) as ours:
        if not ours:
            raise StoreBusy(_PATIENCE)
        return store.make_nightly(asked.folder, asked.keep, at=at)


@contextmanager
def _turn(folder: Path, wait: float) -> Iterator[bool]:
    """Whether the copies in a folder are ours to make: of several servers on one store, one makes the night's."""
    with ExitStack() as held:
        ours = True
        if folder.is_dir():  # where there is none, the copy itself says so in words
            try:
                held.enter_context(FileLock(folder / "kpi-nightly", wait).work(wait))
            except StoreBusy:
                ours = False
        yield ours


def written_ends(asked: Nightly) -> list[tuple[str, str]]:
    """The ends of the log that stand in the copies' names: where each is written, and its mark."""
    return written(asked.folder)


def start_nightly(store: Store) -> bool:
    """Start looking after the copies of a store beside the server's work, once in a process; whether it is on."""
    asked = configured()
    if asked is None:
        return False
    with _starting:
        if store.path not in _started:
            _started.add(store.path)
            thread = threading.Thread(target=_look_after, args=(store, asked), name="kpi-nightly", daemon=True)
            thread.start()
            # A copy that is being made when the server stops is finished: the thread must not end inside the database.
            atexit.register(_stop, thread)
    return True


def _look_after(store: Store, asked: Nightly) -> None:
    while not _stopping.is_set():
        look(store, asked, settings.now())
        _stopping.wait(_LOOK)


def _stop(thread: threading.Thread) -> None:
    _stopping.set()
    thread.join(_PATIENCE)


def look(store: Store, asked: Nightly, now: datetime) -> None:
    """Make the copy if it is due. Whatever is wrong is told to the server's log, and tried again."""
    try:
        if not asked.due(now):
            return
        with _turn(asked.folder, 0) as ours:
            # Another server may have made it between the two looks, or be making it now.
            issues = store.make_nightly(asked.folder, asked.keep, at=now) if ours and asked.due(now) else ()
        for issue in issues:
            _LOG.error("控えを保存できませんでした。%s", issue.message)
    except (StoreError, OSError, duckdb.Error) as error:
        _LOG.error("控えを保存できませんでした。%s", error)


def _keep() -> Keep:
    written = os.environ.get("KPI_BACKUP_KEEP") or "14,12"
    daily, _, monthly = written.partition(",")
    return Keep(_number("KPI_BACKUP_KEEP", daily, 1, 3660), _number("KPI_BACKUP_KEEP", monthly or "0", 0, 1200))


def _number(name: str, written: str, least: int, most: int) -> int:
    text = written.strip()
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise WrongSetting(
            f"環境変数 {name} の「{written}」は使えません。{least}から{most}までの整数で書いてください。"
        )
    return int(text)
