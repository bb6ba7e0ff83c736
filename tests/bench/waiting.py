"""Twelve departments answer at the same moment while twenty people look: the longest anybody waits."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.figure import Figure
from tests.crowd import Crowd

#: Longer than this nobody may wait, in seconds.
_PATIENCE = 5.0


def run() -> list[Figure]:
    """The longest wait against the patience of a person."""
    with tempfile.TemporaryDirectory() as folder:
        crowd = Crowd(Path(folder))
        longest = crowd.all_at_once()
        assert crowd.errors == []
    return [Figure("longest wait, 12 answer at once, 20 look", longest, "five seconds", _PATIENCE, 1.0)]
