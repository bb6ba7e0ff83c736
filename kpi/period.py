"""Periods: fiscal years, calendar years, halves, months and days on one time line.

A period's position is its end, in years: FY2024 ends on 2025-03-31 and stands at 2025.25, CY2024 at 2025.0. So
half-years, calendar years and survey dates can be compared and interpolated with fiscal years.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

PeriodKind = Literal["FY", "CY", "H", "M", "D"]

#: Era name, letter, first day. Years are counted from the year of the first day.
ERAS: tuple[tuple[str, str, date], ...] = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
)

_CODE = re.compile(r"(?:(FY|CY)(\d{4})(?:H([12]))?|(\d{4})-(\d{2})(?:-(\d{2}))?)")


@dataclass(frozen=True)
class Period:
    """One period. ``part`` is the half (1, 2) of a fiscal year, or the month; ``day`` only for a day.

    Codes: ``FY2024``, ``CY2024``, ``FY2024H1``, ``2024-09``, ``2024-09-30``.
    """

    kind: PeriodKind
    year: int
    part: int = 0
    day: int = 0

    @staticmethod
    @lru_cache(maxsize=4096)  # a state asks for the same few thousands of times
    def parse(code: str) -> Period:
        """The period of a code. Raises ValueError (with the code) for anything else."""
        match = _CODE.fullmatch(code)
        if not match:
            raise ValueError(f"not a period code: {code!r}")
        kind, year, half, cal_year, month, day = match.groups()
        if kind == "CY" and half:
            raise ValueError(f"not a period code: {code!r}")
        if kind:
            return Period("H" if half else kind, int(year), int(half or 0))  # type: ignore[arg-type]
        moment = date(int(cal_year), int(month), int(day or 1))
        return Period("D" if day else "M", moment.year, moment.month, moment.day if day else 0)

    @staticmethod
    def of_date(day: date) -> Period:
        """The day as a period of one day."""
        return Period("D", day.year, day.month, day.day)

    @staticmethod
    def fiscal_year_of(day: date) -> Period:
        """The fiscal year (April to March) that a day falls in."""
        return Period("FY", day.year - (day.month < 4))

    @property
    def code(self) -> str:
        """The code that :meth:`parse` reads back."""
        match self.kind:
            case "FY" | "CY":
                return f"{self.kind}{self.year}"
            case "H":
                return f"FY{self.year}H{self.part}"
            case "M":
                return f"{self.year:04d}-{self.part:02d}"
            case _:
                return f"{self.year:04d}-{self.part:02d}-{self.day:02d}"

    @property
    def end(self) -> date:
        """The last day of the period."""
        match self.kind:
            case "FY":
                return date(self.year + 1, 3, 31)
            case "CY":
                return date(self.year, 12, 31)
            case "H":
                return date(self.year, 9, 30) if self.part == 1 else date(self.year + 1, 3, 31)
            case "M":
                return date(self.year, self.part, calendar.monthrange(self.year, self.part)[1])
            case _:
                return date(self.year, self.part, self.day)

    @property
    def position(self) -> float:
        """End of the period in years; a month's end is exact in twelfths, so FY2024 is 2025.25."""
        end = self.end
        days = calendar.monthrange(end.year, end.month)[1]
        return end.year + (end.month - 1 + end.day / days) / 12

    @property
    def is_part(self) -> bool:
        """Whether it is shorter than a year: a half, a month or a day."""
        return self.kind not in ("FY", "CY")

    @property
    def short(self) -> str:
        """For axes and tables: ``R6`` for FY2024, ``R6年``, ``R6上期``, ``R6.9末``, ``R6.9.30``."""
        match self.kind:
            case "FY":
                return _era_short(date(self.year, 5, 1))
            case "CY":
                return _era_short(date(self.year, 12, 31)) + "年"
            case "H":
                return _era_short(date(self.year, 5, 1)) + ("上期" if self.part == 1 else "下期")
            case "M":
                return f"{_era_short(self.end)}.{self.part}末"
            case _:
                return f"{_era_short(self.end)}.{self.part}.{self.day}"

    @property
    def label(self) -> str:
        """For sentences: ``令和6年度(2024年度)``, ``令和6年(2024年)``, ``令和6年9月30日``."""
        match self.kind:
            case "FY":
                return f"{_era_long(date(self.year, 5, 1))}年度({self.year}年度)"
            case "CY":
                return f"{_era_long(date(self.year, 12, 31))}年({self.year}年)"
            case "H":
                half = "上期" if self.part == 1 else "下期"
                return f"{_era_long(date(self.year, 5, 1))}年度{half}({self.year}年度{half})"
            case "M":
                return f"{_era_long(self.end)}年{self.part}月末({self.year}年{self.part}月末)"
            case _:
                return f"{_era_long(self.end)}年{self.part}月{self.day}日({self.year}年)"

    def __lt__(self, other: Period) -> bool:
        return self.position < other.position

    def __str__(self) -> str:
        return self.code


def short_of(code: str) -> str:
    """A period's code as R6; the code itself where it is none, empty where there is none."""
    try:
        return Period.parse(code).short if code else ""
    except ValueError:
        return code


def _era(day: date) -> tuple[str, str, int]:
    for name, letter, first in ERAS:
        if day >= first:
            return name, letter, day.year - first.year + 1
    return "西暦", "", day.year


def _era_short(day: date) -> str:
    _, letter, year = _era(day)
    return f"{letter}{'元' if year == 1 and letter else year}"


def _era_long(day: date) -> str:
    name, _, year = _era(day)
    return f"{name}{'元' if year == 1 else year}"


def stamp(moment: date | None) -> str:
    """A date as people read it, 2026-11-21; ― where there is none."""
    return "―" if moment is None or moment != moment else f"{moment:%Y-%m-%d}"  # NaT is not itself
