"""Excel's number formats, as far as a value's meaning hangs on them: dates, times, per cent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

_ERA, _ERA_LONG, _LONG = "[$-411]ge.m.d", '[$-411]ggge"年"m"月"d"日"', 'yyyy"年"m"月"d"日"'
_MONTH, _DAY = 'yyyy"年"m"月"', 'm"月"d"日"'

#: Formats a file may name by number alone (ECMA-376-1, 18.8.30). openpyxl has the same list, but the child process that
#: opens a return would start three times as slowly if it imported openpyxl for it. 27–36 and 50–58 are what Japanese
#: Excel means by them; openpyxl knows none of these, so dates in such cells would read as bare serials.
BUILTIN: Mapping[int, str] = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: r'_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)',
    42: r'_("$"* #,##0_);_("$"* \(#,##0\);_("$"* "-"_);_(@_)',
    43: r'_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)',
    44: r'_("$"* #,##0.00_)_("$"* \(#,##0.00\)_("$"* "-"??_)_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys((27, 36, 50, 57), _ERA),
    **dict.fromkeys((28, 29, 51, 54, 58), _ERA_LONG),
    30: "m/d/yy",
    31: _LONG,
    32: 'h"時"mm"分"',
    33: 'h"時"mm"分"ss"秒"',
    **dict.fromkeys((34, 52, 55), _MONTH),
    **dict.fromkeys((35, 53, 56), _DAY),
}

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ERAS = (("R", "令和", 2019, 5, 1), ("H", "平成", 1989, 1, 8), ("S", "昭和", 1926, 12, 25), ("T", "大正", 1912, 7, 30))
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|(y+|m+|d+|h+|s+|g+|e+|a{3,4}|AM/PM|A/P|.)', re.IGNORECASE)
_WEEK = "月火水木金土日"


@lru_cache(maxsize=4096)
def meaning(code: str) -> str:
    """``date``, ``time`` (hours without a day), ``span`` (``[h]:mm``), ``percent`` or ``number``."""
    bare = _LITERAL.sub("", code.split(";")[0])
    low = bare.lower()
    if low.strip() in ("", "general", "g/標準", "@") or "general" in low:
        return "number"
    if re.search(r"\[(h+|m+|s+)\]", low):
        return "span"
    if "%" in low and not re.search(r"[ymd]", low):
        return "percent"
    low = re.sub(r"e[+-]", "", low)
    low = low.replace("am/pm", "h").replace("a/p", "h")
    if re.search(r"[yde]|gg|aaa", low) or ("m" in low and not re.search(r"[hs]", low)):
        return "date"
    if re.search(r"[hs]", low):
        return "time"
    return "number"


def moment(serial: float, code: str, since_1904: bool) -> str | None:
    """A serial under a date or time format as ISO text; None where the format or the serial means no date.

    Serials below 61 (before the phantom 29 February 1900) stand for no date anybody means, so they stay numbers.
    """
    sense = meaning(code)
    if sense not in ("date", "time"):
        return None
    if 0 <= serial < 1 and sense == "time":
        return _clock(datetime(2000, 1, 1) + timedelta(seconds=round(serial * 86400)))
    first, last, epoch = (1, 2957004, datetime(1904, 1, 1)) if since_1904 else (61, 2958466, datetime(1899, 12, 30))
    if not first <= serial < last:
        return None
    day, part = divmod(serial, 1)
    try:
        return iso(epoch + timedelta(days=day, seconds=round(part * 86400)))
    except OverflowError:
        return None


def iso(when: datetime) -> str:
    """``2024-09-30``, with the hour where there is one."""
    return f"{when:%Y-%m-%dT%H:%M:%S}" if (when.hour, when.minute, when.second) != (0, 0, 0) else f"{when:%Y-%m-%d}"


def _clock(when: datetime) -> str:
    return f"{when:%H:%M:%S}"


def plain(number: float) -> str:
    """A number as Excel shows it unformatted: 15 digits, so no binary dust, and no ``.0``."""
    text = repr(float(f"{number:.15g}"))
    if "e" in text:
        return format(number, ".15g") if abs(number) < 1 else f"{number:.0f}"
    return text[:-2] if text.endswith(".0") else text


def percent(number: float) -> str:
    """``0.774`` as ``77.4%``, every digit kept."""
    return f"{plain(float(f'{number * 100:.13g}'))}%"


def span(days: float) -> str:
    """``[h]:mm:ss``."""
    seconds = round(abs(days) * 86400)
    return f"{'-' if days < 0 else ''}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def shown(value: str, code: str) -> str:
    """An ISO moment as its format writes it; ISO itself where the format is beyond us."""
    if value[2:3] == ":":
        return value
    when = datetime.fromisoformat(value)
    section = code.split(";")[0]
    if not code or meaning(code) != "date":
        return value
    parts: list[str] = []
    after_hour = False
    for quoted, escaped, token in _TOKEN.findall(section):
        if not token:
            parts.append(quoted or escaped)
            continue
        piece, after_hour = _piece(token.lower(), when, after_hour)
        parts.append(piece)
    text = "".join(parts).strip()
    return text if re.search(r"\d", text) else value


def _piece(token: str, when: datetime, after_hour: bool) -> tuple[str, bool]:
    """One token of a date format; ``m`` after an hour means minutes."""
    wide = len(token) > 1
    first = token[0]
    if first == "y":
        return (f"{when:%Y}" if len(token) > 2 else f"{when:%y}"), False
    if first in "ge" and set(token) == {first}:
        return _era(token, when), False
    if first == "a" and token.startswith("aaa"):
        return _WEEK[when.weekday()] + ("曜日" if len(token) == 4 else ""), False
    if first == "m" and set(token) == {"m"}:
        number = when.minute if after_hour else when.month
        return (f"{number:02}" if wide else str(number)), after_hour
    if first in "dhs" and set(token) == {first}:
        number = {"d": when.day, "h": when.hour, "s": when.second}[first]
        return (f"{number:02}" if wide else str(number)), first == "h"
    if token in ("am/pm", "a/p"):
        return ("AM" if when.hour < 12 else "PM"), False
    return token, after_hour


def _era(token: str, when: datetime) -> str:
    for letter, name, year, month, day in _ERAS:
        if (when.year, when.month, when.day) >= (year, month, day):
            if token[0] == "g":
                return {1: letter, 2: name[0]}.get(len(token), name)
            return str(when.year - year + 1).zfill(min(len(token), 2))
    return "" if token[0] == "g" else str(when.year)
