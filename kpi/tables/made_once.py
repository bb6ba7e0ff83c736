"""What is made at the first asking and kept beside what it was made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class MadeOnce:
    """What was made, by its name."""

    def __init__(self, made: MadeOnce | None = None) -> None:
        """Empty, or with all that another holds now."""
        self._made: dict[str, Any] = dict(made._made) if made else {}

    def get(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` makes, made now if it was not before."""
        if name not in self._made:
            self._made[name] = make()
        found: T = self._made[name]
        return found
