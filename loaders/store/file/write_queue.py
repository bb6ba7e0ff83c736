"""Turns at the open file: of the threads that want to write, one goes after the other through the same connection.

Opening the file costs more than most writes. So where others of this process are waiting, it stays open, under the
exclusive lock, and is handed on; each write is still a transaction of its own, on disk before its writer goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from loaders.store.file.engine import Connection
from loaders.store.file.lock import StoreBusy
from loaders.store.file.thread_queue import Line

#: The file goes from hand to hand for so many seconds at most, then readers and other processes have their turn.
_IN_A_ROW = 0.3


class Turns:
    """Hands one open connection from writer to writer; ``reach`` takes the lock and opens the file."""

    def __init__(self, reach: Callable[[], AbstractContextManager[Connection]], wait: float) -> None:
        self._reach = reach
        self._wait = wait
        self._line = Line()
        self._since = 0.0
        self._open = ExitStack()
        self._connection: Connection | None = None

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """The connection, for one writer alone. After an error it is closed and the next writer opens its own."""
        if not self._line.enter(time.monotonic() + self._wait):
            raise StoreBusy(self._wait)
        try:
            if self._connection is None:
                self._connection, self._since = self._open.enter_context(self._reach()), time.monotonic()
            yield self._connection
            if not self._line.others() or time.monotonic() - self._since > _IN_A_ROW:
                self._close()
        except BaseException:
            self._close()
            raise
        finally:
            self._line.leave()

    def _close(self) -> None:
        self._connection = None
        self._open.close()
