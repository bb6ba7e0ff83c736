"""Twelve departments answer at the same moment while twenty people look: the longest anybody waits."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.figure import Figure
from tests.crowd import Crowd

#: Longer than this nobody may wait, in seconds.
_PATIENCE = 5.0


def run() -> list[Figure]:
    """The longest wait against the patience of a person, and against the queue without anybody looking."""
    with tempfile.TemporaryDirectory() as folder:
        queue = Crowd(Path(folder) / "queue").one_after_another()
        crowd = Crowd(Path(folder) / "crowd")
        longest = crowd.all_at_once()
        assert crowd.errors == []
    return [
        Figure("longest wait, 12 answer at once, 20 look", longest, "five seconds", _PATIENCE, 1.0),
        Figure("longest wait, 12 answer at once, 20 look", longest, "12 answer one after another", queue, 1.0),
    ]
