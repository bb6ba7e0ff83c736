"""A reader-writer lock for one file: between the threads of this process and between processes.

DuckDB cannot hold a read-only and a read-write handle on one file in one process, and a read-write handle shuts out
every other process. So whoever opens the store first takes this lock, shared to read and exclusive to write, waits a
bounded time, and gives up with a sentence a person can act on.

Between processes the lock is advisory, on ``<file>.lock``. A second small file, ``<file>.lock.gate``, is a turnstile:
everyone passes it on the way in, and a writer keeps it while it waits, so that readers cannot starve a writer. The
operating system drops both when a process dies, however it dies. Windows has no shared advisory lock in the standard
library: there readers of different processes take turns instead of reading at once.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreError(Exception):
    """Something about the store that a person must know; ``str()`` is a Japanese sentence."""


class StoreBusy(StoreError):
    """Others kept the store longer than we were willing to wait."""

    def __init__(self, wait: float) -> None:
        super().__init__(
            f"ほかの処理がデータを使っているため、{wait:.0f}秒待ちましたが開けませんでした。"
            "入力した内容はまだ保存されていません。少し待ってから、もう一度お試しください。"
        )


_POLL_FIRST, _POLL_LAST = 0.001, 0.02


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


class _Threads:
    """The lock among the threads of this process. It takes turns: a waiting writer goes before readers that come
    after it, and the readers that a writer kept waiting go before the next writer.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._writing = False
        self._writers_waiting = 0
        self._readers_waiting = 0
        self._readers_next = 0  # how many of the waiting readers go before any writer

    def acquire(self, exclusive: bool, deadline: float) -> bool:
        """Wait until the lock is ours or the deadline has passed."""
        with self._changed:
            return self._write(deadline) if exclusive else self._read(deadline)

    def _read(self, deadline: float) -> bool:
        self._readers_waiting += 1
        try:
            if not self._changed.wait_for(self._may_read, _left(deadline)):
                return False
            self._readers += 1
            return True
        finally:
            self._readers_waiting -= 1
            self._readers_next = min(max(0, self._readers_next - 1), self._readers_waiting)
            self._changed.notify_all()

    def _may_read(self) -> bool:
        return not self._writing and (not self._writers_waiting or self._readers_next > 0)

    def _write(self, deadline: float) -> bool:
        self._writers_waiting += 1
        try:
            if not self._changed.wait_for(self._may_write, _left(deadline)):
                return False
            self._writing = True
            return True
        finally:
            self._writers_waiting -= 1
            self._changed.notify_all()

    def _may_write(self) -> bool:
        return not self._writing and not self._readers and not self._readers_next

    def release(self, exclusive: bool) -> None:
        """Give the lock back and wake whoever waits."""
        with self._changed:
            if exclusive:
                self._writing = False
                self._readers_next = self._readers_waiting
            else:
                self._readers -= 1
            self._changed.notify_all()


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


#: One lock per file in this process, whoever opens it and under whatever name.
_IN_PROCESS: dict[str, _Threads] = {}
_REGISTRY = threading.Lock()


def _threads_of(path: Path) -> _Threads:
    with _REGISTRY:
        return _IN_PROCESS.setdefault(os.path.realpath(path), _Threads())


class FileLock:
    """The lock of one file. Not re-entrant: who holds it must not ask for it again in the same thread."""

    def __init__(self, path: Path, wait: float) -> None:
        self._wait = wait
        self._threads = _threads_of(path)
        self._file = f"{path}.lock"
        self._gate = f"{path}.lock.gate"

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
    def _held(self, exclusive: bool) -> Iterator[None]:
        deadline = time.monotonic() + self._wait
        if not self._threads.acquire(exclusive, deadline):
            raise StoreBusy(self._wait)
        try:
            handle = self._pass_gate(exclusive, deadline)
            try:
                yield
            finally:
                os.close(handle)  # closing drops the advisory lock
        finally:
            self._threads.release(exclusive)

    def _pass_gate(self, exclusive: bool, deadline: float) -> int:
        """Queue at the turnstile, then take the lock file; the turnstile opens for the next as soon as we hold it."""
        gate = self._take(self._gate, True, deadline)
        try:
            return self._take(self._file, exclusive, deadline)
        finally:
            os.close(gate)

    def _take(self, name: str, exclusive: bool, deadline: float) -> int:
        handle = os.open(name, os.O_RDWR | os.O_CREAT, 0o666)
        pause = _POLL_FIRST
        try:
            while not _try_lock(handle, exclusive):
                if time.monotonic() >= deadline:
                    raise StoreBusy(self._wait)
                time.sleep(pause)
                pause = min(pause * 2, _POLL_LAST)
        except BaseException:
            os.close(handle)
            raise
        return handle
