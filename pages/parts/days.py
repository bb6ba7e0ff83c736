"""A date that a person types. Any date may be typed: what cannot be meant is refused in words by what it is given to.

Bounds of the framework would be told in its own language, and the value of before would silently stay in force.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

_BOUNDS = {"min_value": date(1900, 1, 1), "max_value": date(2999, 12, 31)}


def day_input(
    label: str,
    start: date | None,
    key: str,
    *,
    width: int | str = 240,
    on_change: Callable[..., None] | None = None,
    args: tuple[Any, ...] = (),
) -> date | None:
    """The date in a field, None where it is empty."""
    chosen = st.date_input(
        label, start, key=key, format="YYYY/MM/DD", width=width, on_change=on_change, args=args, **_BOUNDS
    )
    return chosen if isinstance(chosen, date) else None
