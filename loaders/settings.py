"""What the surroundings decide, for screens and commands alike: where the data is, the day, and which server this is.

This is the one place that reads the clock and the environment; everything below is told.
"""

from __future__ import annotations

import os
import re
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

JST = timezone(timedelta(hours=9), "JST")
_OWN_DATA = Path(__file__).resolve().parent.parent / "data"


class WrongSetting(ValueError):
    """A setting of the environment cannot be used; ``str()`` is a Japanese sentence."""


def data_folder() -> Path:
    """The folder of plans, published figures and the store: ``KPI_DATA``, else the program's own ``data/``."""
    return Path(os.environ.get("KPI_DATA") or _OWN_DATA)


def now() -> datetime:
    """The moment in Japan, without a zone. ``KPI_TODAY=2026-11-21`` holds the day still for tests and rehearsals."""
    moment = datetime.now(JST).replace(tzinfo=None)
    fixed = os.environ.get("KPI_TODAY")
    if not fixed:
        return moment
    try:
        return datetime.combine(date.fromisoformat(fixed), moment.time())
    except ValueError as error:
        raise WrongSetting(
            f"環境変数 KPI_TODAY の「{fixed}」は日付として読めません。2026-11-21 のように書いてください。"
        ) from error


def today() -> date:
    """The day in Japan."""
    return now().date()


def node() -> str:
    """The name of this server process among several on one store: ``KPI_NODE``, empty where it is the only one."""
    name = os.environ.get("KPI_NODE", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,40}", name):
        raise WrongSetting(
            f"環境変数 KPI_NODE の「{name}」は使えません。半角の英数字と「-」「_」で、40文字までで書いてください。"
        )
    return name
