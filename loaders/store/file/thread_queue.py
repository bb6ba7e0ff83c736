"""A queue of threads: who came first goes first, and nobody who came later can take the place of one who waits."""

from __future__ import annotations

import threading
import time
from collections import deque


class Line:
    """One thread at a time, in the order of arrival. The locks of the standard library promise no order."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._line: deque[threading.Event] = deque()

    def enter(self, deadline: float) -> bool:
        """Wait until we are first, or until ``deadline`` (of ``time.monotonic``) has passed."""
        mine = threading.Event()
        with self._door:
            self._line.append(mine)
            self._call_first()
        try:
            mine.wait(max(0.0, deadline - time.monotonic()))
        except BaseException:
            self._step_out(mine)
            raise
        with self._door:
            if mine.is_set():
                return True
            self._line.remove(mine)
            return False

    def leave(self) -> None:
        """Let the next one in."""
        with self._door:
            self._line.popleft()
            self._call_first()

    def others(self) -> int:
        """How many wait behind the one who is in."""
        return max(0, len(self._line) - 1)

    def _step_out(self, mine: threading.Event) -> None:
        with self._door:
            self._line.remove(mine)
            self._call_first()

    def _call_first(self) -> None:
        if self._line:
            self._line[0].set()
