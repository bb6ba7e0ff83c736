"""What was decided since the last meeting: targets, 現状値, rules, descriptions, indicators taken up and given up."""

from __future__ import annotations

from datetime import datetime

from kpi.assessment import Assessment
from kpi.changes.change import DECIDED, Change
from kpi.changes.change_digest import digest


def decisions(last: Assessment, state: Assessment) -> tuple[Change, ...]:
    """The decisions in which a state differs from that of the last meeting, by their day; undated ones come last.

    What was decided and turned back in between is none. ``at`` is the day of the decision (本部決定の日付), ``who``
    what decided it, ``why`` the reason given: as far as whoever the states are for may see the proposals.
    """
    found = [change for change in digest(last, state) if change.kind in DECIDED]
    return tuple(sorted(found, key=lambda change: change.at or datetime.max))
