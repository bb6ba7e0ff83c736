"""The one place where the screens ask what time it is. The domain is told; it never looks."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")


def now() -> datetime:
    """The moment in Japan, without a zone. ``KPI_TODAY=2026-11-21`` holds the day still for tests and rehearsals."""
    moment = datetime.now(JST).replace(tzinfo=None)
    fixed = os.environ.get("KPI_TODAY")
    if fixed:
        return datetime.combine(date.fromisoformat(fixed), moment.time())
    return moment


def today() -> date:
    """The day in Japan."""
    return now().date()
