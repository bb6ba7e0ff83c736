"""Every hurt of the campaign, by name."""

from __future__ import annotations

from tests.campaign.kinds import around, cells, figures, files, table, words
from tests.campaign.kinds.register import KINDS, Kind

__all__ = ["KINDS", "Kind"]
_REGISTERING = (figures, words, cells, table, around, files)  # imported for the entries they register
