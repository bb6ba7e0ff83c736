"""Turns at the open file: of the threads that want to write, one goes after the other through the same connection.

Opening the file costs more than most writes. So where others of this process are waiting, it stays open, under the
exclusive lock, and is handed on; each write is still a transaction of its own, on disk before its writer goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from loaders.lock import StoreBusy
from loaders.store.opening import Connection

#: So many writes in a row at most, then readers have their turn.
_IN_A_ROW = 24


class Turns:
    """Hands one open connection from writer to writer; ``reach`` takes the lock and opens the file."""

    def __init__(self, reach: Callable[[], AbstractContextManager[Connection]], wait: float) -> None:
        self._reach = reach
        self._wait = wait
        self._door = threading.Condition()
        self._busy = False
        self._waiting = 0
        self._row = 0
        self._open = ExitStack()
        self._connection: Connection | None = None

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """The connection, for one writer alone. After an error it is closed and the next writer opens its own."""
        self._enter()
        sound = False
        try:
            if self._connection is None:
                self._connection, self._row = self._open.enter_context(self._reach()), 0
            yield self._connection
            sound = True
        finally:
            self._leave(sound=sound)

    def _enter(self) -> None:
        with self._door:
            self._waiting += 1
            try:
                free = self._door.wait_for(lambda: not self._busy, self._wait)
            finally:
                self._waiting -= 1
            if not free:
                raise StoreBusy(self._wait)
            self._busy = True

    def _leave(self, *, sound: bool) -> None:
        with self._door:
            self._row += 1
            hand_on = sound and self._waiting > 0 and self._row < _IN_A_ROW
        try:
            if not hand_on:
                self._connection = None
                self._open.close()
        finally:
            with self._door:
                self._busy = False
                # Who came meanwhile waits for this very word; with nobody left the file was closed above.
                self._door.notify()
