"""A cell with a code or words, written otherwise."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from tests.campaign.draft import Draft, Spot
from tests.campaign.kinds.register import kind


def cell(
    name: str,
    keys: tuple[str, ...],
    way: Callable[[str, random.Random], str | float | None],
    *,
    harmless: bool = False,
    ask: bool = False,
    also: tuple[str | None, ...] = (),
) -> None:
    """Register a way of writing a period, a choice or a text; ``way`` gets the sound cell's answer (a code)."""

    def do(draft: Draft, dice: random.Random) -> None:
        seed, written = dice.random(), dict[Spot, str | float | None]()

        def fits(spot: Spot) -> bool:
            value = draft.plain.get(spot)
            if not isinstance(value, str):
                return False
            written[spot] = way(value, random.Random(f"{spot}{seed}"))
            return written[spot] is not None

        spot = draft.some(dice, keys, fits)
        draft.write(spot, written[spot])
        draft.truth[spot] = replace(draft.truth[spot], ask=ask, also=also)

    kind(name, harmless=harmless)(do)
