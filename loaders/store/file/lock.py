"""A reader-writer lock for one file: between the threads of this process and between processes.

DuckDB cannot hold a read-only and a read-write handle on one file in one process, and a read-write handle shuts out
every other process. So whoever opens the store first takes this lock, shared to read and exclusive to write, waits a
bounded time, and gives up with a sentence a person can act on.

In this process the threads stand in a line. Between processes the lock is advisory, on ``<file>.lock``; beside it
``<file>.lock.gate`` is a turnstile that everyone passes on the way in and a writer keeps while it waits, so that
readers cannot starve a writer, and ``<file>.lock.bell`` tells a busy process that another one stands at the turnstile.
Who prepares another file for this one's place holds ``<file>.lock.work``. The operating system drops them all when a
process dies, however it dies. Where nothing can be written, readers go without what is not there. Windows has no shared
advisory lock in the standard library: there readers take turns instead of reading at once.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from loaders.store.file.thread_queue import Line


class StoreError(Exception):
    """Something about the store that a person must know; ``str()`` is a Japanese sentence."""


class StoreBusy(StoreError):
    """Others kept the store longer than we were willing to wait."""

    def __init__(self, wait: float) -> None:
        super().__init__(
            f"ほかの処理がデータを使っているため、{wait:.0f}秒待ちましたが開けませんでした。"
            "入力した内容はまだ保存されていません。少し待ってから、もう一度お試しください。"
        )


class StoreUnwritable(StoreError):
    """Nothing can be written where the file is: a read-only file system, or a folder of somebody else's."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"データファイル {name} のある場所は読み取り専用か、書き込む権限がないため、保存できません。"
            "書き込めるようにしてから、もう一度お試しください。"
        )


#: What the system says of such a place.
_UNWRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)
#: Stands in the lock file of a file that has been made, so that one that is gone is missed.
_MARK = "データファイルを順番に使うためのファイルで、データファイルがあったことの印です。消さないでください。\n"

#: Seconds between two looks: the same for who has waited long and for who has just come.
_POLL = 0.002


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int, exclusive: bool) -> bool:
        """Lock one byte; Windows knows no shared lock here, so a reader excludes readers of other processes too."""
        try:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int, exclusive: bool) -> bool:
        """Try an advisory lock; it belongs to this opening of the file, so threads do not share it by accident."""
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


#: One line per file in this process, whoever opens it.
_LINES: dict[str, Line] = {}
_REGISTRY = threading.Lock()


class FileLock:
    """The lock of one file. Not re-entrant: who holds it must not ask for it again in the same thread."""

    def __init__(self, path: Path, wait: float) -> None:
        self._wait = wait
        real = os.path.realpath(path)  # a file has one lock, under whatever name it is opened
        with _REGISTRY:
            self._line = _LINES.setdefault(real, Line())
        self._file, self._gate, self._bell = f"{real}.lock", f"{real}.lock.gate", f"{real}.lock.bell"
        self._work = f"{real}.lock.work"

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold the lock for reading, beside other readers."""
        with self._held(exclusive=False):
            yield

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock for writing, alone."""
        with self._held(exclusive=True):
            yield

    @contextmanager
    def work(self, wait: float) -> Iterator[None]:
        """Hold the right to prepare another file for this one's place, which may be used meanwhile."""
        handle = self._take(self._work, True, time.monotonic() + wait)
        try:
            yield
        finally:
            os.close(handle)

    def mark(self) -> None:
        """Leave a mark that the file has been made, where it can be left."""
        with suppress(OSError):
            if not os.path.getsize(self._file):
                Path(self._file).write_text(_MARK, encoding="utf-8")

    @contextmanager
    def _held(self, exclusive: bool) -> Iterator[None]:
        deadline = time.monotonic() + self._wait
        if not self._line.enter(deadline):
            raise StoreBusy(self._wait)
        try:
            handle = self._pass_gate(exclusive, deadline)
        except (StoreUnwritable, OSError):
            if exclusive:
                raise
            handle = self._unlocked(deadline)
        finally:
            self._line.leave()
        try:
            yield
        finally:
            os.close(handle)  # closing drops the advisory lock

    def _unlocked(self, deadline: float) -> int:
        """For a reader where no lock file can be made: the one that is there, or none. DuckDB has a lock of its own."""
        try:
            handle = os.open(self._file, os.O_RDONLY)
        except OSError:
            return os.open(os.devnull, os.O_RDONLY)
        return self._wait_for(handle, False, deadline)

    def _pass_gate(self, exclusive: bool, deadline: float) -> int:
        """Pass the turnstile, then take the lock file; the turnstile opens for the next as soon as we hold it."""
        gate = self._ring(deadline)
        try:
            return self._take(self._file, exclusive, deadline)
        finally:
            os.close(gate)

    def _ring(self, deadline: float) -> int:
        """The turnstile, with a ring while we wait at it. Who finds another process ringing holds back a moment:
        a process with a long line of its own would otherwise be through again before the other has looked.
        """
        bell = _open(self._bell)
        try:
            if not _try_lock(bell, True):
                time.sleep(2 * _POLL)
            _try_lock(bell, False)
            return self._take(self._gate, True, deadline)
        finally:
            os.close(bell)

    def _take(self, name: str, exclusive: bool, deadline: float) -> int:
        return self._wait_for(_open(name), exclusive, deadline)

    def _wait_for(self, handle: int, exclusive: bool, deadline: float) -> int:
        try:
            while not _try_lock(handle, exclusive):
                if time.monotonic() >= deadline:
                    raise StoreBusy(self._wait)
                time.sleep(_POLL)
        except BaseException:
            os.close(handle)
            raise
        return handle


def _open(name: str) -> int:
    try:
        return os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno in _UNWRITABLE:
            raise StoreUnwritable(os.path.basename(name).partition(".lock")[0]) from error
        raise
