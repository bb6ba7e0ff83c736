"""How a passport is told: a value as it was sent, moments and days, and whether the figure still stands."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from kpi.assessment import Assessment
from kpi.collection.publication import publication_word
from kpi.collection.workflow import MISSING_WORDS
from kpi.period import Period
from kpi.plan import Indicator
from kpi.printing.printed_figures import exact_text
from kpi.provenance.passport import Earlier, Passport


def value_words(state: Assessment, found: Passport | Earlier, indicator: Indicator) -> str:
    """The value as it was sent, with its unit and all its decimals; or why there is none."""
    if found.value is None or pd.isna(found.value):
        return MISSING_WORDS.get(found.state, "値なし")
    return exact_text(found.value, state.snapshot.cards[indicator.id], indicator.unit)


def standing(state: Assessment, found: Passport, moment: datetime | None) -> str:
    """What a reader must know of a figure that is not the one in use; empty where it is."""
    if found.code in state.snapshot.taken_back:
        return "この値は、後の回答で秘匿または該当なしとされたため、使っていません。"
    newer = [e for e in found.earlier if e.known_at > found.known_at and (moment is None or e.known_at <= moment)]
    return "この後に新しい値が入っています。" if found.superseded and newer else ""


def publication_words(found: Passport) -> str:
    """公表区分, with the hour where there is one."""
    if not found.publication:
        return "―"
    hour = found.released_at
    return publication_word(found.publication, hour if hour is not None and pd.notna(hour) else None)


def next_release_words(written: str) -> str:
    """The period of the next publication as its department wrote it."""
    try:
        return Period.parse(written).label if written else "―"
    except ValueError:
        return written


def moment_words(moment: datetime | None) -> str:
    """「令和7年9月30日(2025年) 10:00」."""
    return "―" if moment is None or pd.isna(moment) else f"{day_words(moment)} {moment:%H:%M}"


def day_words(day: date | None) -> str:
    """「令和7年9月30日(2025年)」."""
    if day is None or pd.isna(day):
        return "―"
    return Period.of_date(date(day.year, day.month, day.day)).label
