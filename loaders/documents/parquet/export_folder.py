"""The folder of a Parquet export: whose it is, and how a new export takes the place of an earlier one."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from loaders.store.file.lock import FileLock, StoreBusy, StoreError
from loaders.store.file.parquet_files import plan_folder

DICTIONARY = "data_dictionary.csv"
#: Work in progress stands one folder deeper than an export, so that ``*/observations/**`` never finds half of one.
#: Its name is that of the export: the next one there finds what a killed run has left.
WORK = ".kpi-export-{}"
_NEW, _OLD, _LOCK = "new", "old", "export"


class NotOurs(Exception):
    """Where the export is to go stands something that is not an earlier export of the same plan."""


def replaced(folder: Path, plan_id: str, tables: Sequence[str], heading: bytes, write: Callable[[Path], None]) -> None:
    """``write`` an export into an empty folder beside; once it is whole it takes the place of an earlier one.

    NotOurs where anything else stands there; ``heading`` is how the dictionary of every export begins. OSError where it
    cannot be written, or somebody else is exporting there: then all is as it was.
    """
    with _working_beside(folder) as work:
        _recover(folder, work)
        _refuse_others(folder, plan_id, tables, heading)
        shutil.rmtree(work / _OLD, ignore_errors=True)
        (work / _NEW).mkdir()
        write(work / _NEW)
        _put_in_place(folder, work)


@contextmanager
def _working_beside(folder: Path) -> Iterator[Path]:
    """A folder on the same disk for one run at a time. It goes whatever happens; what the system refuses names ours."""
    work = folder.parent / WORK.format(folder.name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if work.is_symlink():
            raise NotOurs(str(work))
        work.mkdir(exist_ok=True)
        with FileLock(work / _LOCK, 0).work(0):
            try:
                yield work
            finally:
                shutil.rmtree(work / _NEW, ignore_errors=True)
                with suppress(OSError):  # where anything else is in it, it stays
                    (work / f"{_LOCK}.lock.work").unlink()
                    work.rmdir()
    except StoreError as error:
        number = errno.EBUSY if isinstance(error, StoreBusy) else errno.EACCES
        raise OSError(number, os.strerror(number), str(folder)) from error
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error


def _recover(folder: Path, work: Path) -> None:
    """After a run that was killed: what it had made goes; the earlier export comes back, if its place was left free."""
    shutil.rmtree(work / _NEW, ignore_errors=True)
    if (work / _OLD).exists() and _is_free(folder):
        if folder.exists():
            folder.rmdir()
        (work / _OLD).rename(folder)


def _is_free(folder: Path) -> bool:
    return not os.path.lexists(folder) or not any(folder.iterdir())


def _refuse_others(folder: Path, plan_id: str, tables: Sequence[str], heading: bytes) -> None:
    """A folder that is there must be empty, or hold an export of this plan and nothing besides."""
    if _is_free(folder):
        return
    ours = ["|".join(tables), re.escape(plan_folder(plan_id)), r"year=(\d+|__\w+__)", r"data_\d+\.parquet"]
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        known = len(parts) <= len(ours) and all(re.fullmatch(p, part) for p, part in zip(ours, parts, strict=False))
        if parts != (DICTIONARY,) and not (known and path.is_dir() == (len(parts) < len(ours))):
            raise NotOurs(str(path))
    if not (folder / DICTIONARY).is_file() or not (folder / DICTIONARY).read_bytes().startswith(heading):
        raise NotOurs(str(folder))


def _put_in_place(folder: Path, work: Path) -> None:
    """The new export takes the place; where it cannot, what stood there comes back."""
    made, old = work / _NEW, work / _OLD
    try:
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    if old.exists():
        old.rename(made)  # under this name nobody takes what is half removed for an earlier export
