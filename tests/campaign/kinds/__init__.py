"""Every hurt of the campaign, by name."""

from __future__ import annotations

from tests.campaign.kinds import around, cells, columns, figures, files, lines, periods, second, sheets, words
from tests.campaign.kinds.register import KINDS, Kind

__all__ = ["KINDS", "Kind"]
_REGISTERING = (
    figures,
    periods,
    words,
    cells,
    lines,
    columns,
    sheets,
    second,
    around,
    files,
)
