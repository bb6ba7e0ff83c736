"""What an Excel number format makes of a number: a percentage, a date, thousands, words before and after it."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """How a number looks. ``thousands`` counts the trailing commas, each of which hides three digits.

    ``other_sign`` tells that a person sees a minus where there is none, or none where there is one, ``invisible`` that
    nothing is seen at all, and ``split`` that a line or a word stands between the digits, as in the
    number of a telephone.
    """

    is_date: bool = False
    percent: bool = False
    thousands: int = 0
    grouped: bool = False
    dash: bool = False
    before: str = ""
    after: str = ""
    other_sign: bool = False
    invisible: bool = False
    split: bool = False


_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)'
    r"|\[\$(?P<money>[^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(?P<plain>.)"
)


#: General"件" shows a number as it is, then the word; only outside quotes is it the code.
_GENERAL = re.compile(r'(?i)(?:general|G/標準)(?=(?:[^"]*"[^"]*")*[^"]*$)')


def look(number_format: str, value: float) -> Look:
    """The look of a value under a format code, of which only the section for its sign counts."""
    if not number_format or number_format.lower() in ("general", "@"):
        return Look()
    number_format = _GENERAL.sub("0", number_format)
    shown = _applying(number_format, value)
    code, words = _section(shown)
    holes = [i for i, char in enumerate(code) if char in "0#?"]
    if re.search(r"[ymdhs年月日]|ggg?e|e(?![+-])", code.lower().replace("general", "")) and not holes:
        return Look(is_date=True)
    before, after = _around(words, len(holes))
    if not holes:
        dash = "-" in code or any("-" in word for _, word in words)
        return Look(dash=dash, before="" if value == 0 else before.strip("-"), invisible=not (code.strip() or words))
    core = code[holes[0] : holes[-1] + 1]
    trailing = re.match(r",*", code[holes[-1] + 1 :])
    return Look(
        percent="%" in code,
        thousands=len(trailing.group()) if trailing else 0,
        grouped="," in core,
        before=before,
        after=after,
        other_sign=_other_sign(number_format, value),
        invisible=bool(re.search(r"\[(?:white|白)\]", shown, re.IGNORECASE)),
        split="-" in core.replace("E-", "").replace("e-", "")
        or any(0 < n < len(holes) and w.strip() for n, w in words),
    )


def _other_sign(number_format: str, value: float) -> bool:
    """Whether the section for a value's sign shows the other one. Red figures (赤字) are seen as negative."""
    sections = _sections(number_format)
    if any(_CONDITION.search(section) for section in sections):
        return False
    if value < 0 and len(sections) > 1:
        return not re.search(r"[-−△▲(]|\[(?:red|赤|color)", sections[1], re.I)
    if value > 0:
        ahead = re.split(r"[0#?]", re.sub(r"\[[^\]]*\]|[_*].", "", sections[0]))[0]
        return bool(re.search(r"[-−△▲]", ahead)) or ahead.count("(") > ahead.count(")")
    return False


def _sections(number_format: str) -> list[str]:
    sections = [""]
    for match in _TOKEN.finditer(number_format):
        if match["plain"] == ";":
            sections.append("")
        else:
            sections[-1] += match.group()
    return sections


#: [<1000] at the head of a section: for which values it is.
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\s*\]")
_HOLDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne}


def _applying(number_format: str, value: float) -> str:
    """The section that a value is shown by: by its condition, or by its sign where no section has one."""
    sections = _sections(number_format)
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        fitting = (
            section
            for section, condition in zip(sections, conditions, strict=True)
            if condition is None or _HOLDS[condition[1]](value, float(condition[2]))
        )
        return next(fitting, sections[-1])
    return sections[1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0]


def _section(shown: str) -> tuple[str, list[tuple[int, str]]]:
    """Format codes of a section, and its literal words, each with the number of digits before it."""
    codes: list[str] = []
    words: list[tuple[int, str]] = []
    for match in _TOKEN.finditer(shown):
        plain = match["plain"]
        literal = match["quoted"] or match["escaped"] or match["money"]
        if literal or (plain and plain not in "0#?.,%/eE+- ()ymdhsgaAPMpGnrlYDHST;@"):
            words.append((sum(c in "0#?" for c in codes), literal or plain))
            if plain and plain in "年月日":
                codes.append(plain)
        elif plain:
            codes.append(plain)
    return "".join(codes), words


def _around(words: list[tuple[int, str]], holes: int) -> tuple[str, str]:
    """Words before and after the digits; signs and brackets say only that the number is negative."""
    before = "".join(word for place, word in words if place == 0)
    behind = "".join(word for place, word in words if place == holes > 0)
    return _unpaired(before.strip(" 　")).strip("-△▲−¥￥\\$ "), _unpaired(behind.strip(" 　")).strip("- ")


def _unpaired(word: str) -> str:
    """A word without a bracket whose other half stands beyond the digits."""
    more = word.count("(") - word.count(")")
    return word.replace("(", "", more) if more > 0 else word[::-1].replace(")", "", -more)[::-1]
