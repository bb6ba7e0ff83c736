"""One measured figure and the reference it is held against."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """``seconds`` of ours may be at most ``limit`` times ``reference_seconds``."""

    name: str
    seconds: float
    reference_name: str
    reference_seconds: float
    limit: float
    #: What else was seen and has to stand beside it, one line each.
    notes: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        """How many times the reference ours takes."""
        return self.seconds / self.reference_seconds if self.reference_seconds > 0 else float("inf")

    @property
    def holds(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.ratio <= self.limit


def side_by_side(ours: Callable[[], object], reference: Callable[[], object], rounds: int = 7) -> tuple[float, float]:
    """The best processor seconds of both, measured in turns so that a busy moment of the machine meets both."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, work in enumerate((ours, reference)):
            gc.collect()
            start = time.process_time()
            work()
            best[place] = min(best[place], time.process_time() - start)
    return best[0], best[1]
