"""Where things stand in a draft's table, for the hurts that move them."""

from __future__ import annotations

from dataclasses import replace

from tests.campaign.draft import Draft

ESSENTIAL = ("value", "period", "release", "target", "baseline")


def ask_where(draft: Draft, fits: object) -> None:
    for spot in draft.spots:
        if fits(spot):  # type: ignore[operator]
            draft.truth[spot] = replace(draft.truth[spot], ask=True)


def table_rows(draft: Draft) -> list[int]:
    return sorted({mark.row for mark in draft.spots.values() if mark.page is draft.form})
