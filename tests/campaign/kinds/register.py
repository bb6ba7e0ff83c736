"""The list of hurts. To add one, write one entry in a module of this package."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.campaign.draft import Draft

Scope = Literal["cell", "sheet", "file"]
Do = Callable[[Draft, random.Random], None]


@dataclass(frozen=True)
class Kind:
    """One way to hurt a form. ``harmless``: no person would need to be asked anything for it.

    Hurts of cells come before those that move the sheet's cells about, of which a form gets one, and those before what
    happens to the file, of which it gets one as well. ``weight``: how often, beside 1 of the others.
    """

    name: str
    harmless: bool
    scope: Scope
    do: Do
    weight: float = 1.0


KINDS: dict[str, Kind] = {}


def kind(name: str, *, harmless: bool = False, scope: Scope = "cell", weight: float = 1.0) -> Callable[[Do], Do]:
    """Register a hurt."""

    def register(do: Do) -> Do:
        assert name not in KINDS, name
        KINDS[name] = Kind(name, harmless, scope, do, weight)
        return do

    return register
