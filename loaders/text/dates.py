"""Periods as people write them: 和暦, fiscal and calendar years, halves, months, days, Excel's serials.

What is certain becomes a period, with a note where something was ignored; what could be two things is a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from kpi.issue import Choice
from kpi.period import Period
from loaders.text.characters import as_typed, canonical, dressed_digit, fold, foreign_digit
from loaders.text.choice_words import MARK_BEFORE, MARK_BEHIND, release_mark
from loaders.text.date_forms import Fault, Guess, from_iso, from_serial, parse
from loaders.text.findings import Finding, is_open
from loaders.text.findings import severity as severity_of
from loaders.text.numerals import kanji_value

Outcome = Literal["value", "missing", "ask", "wrong", "empty"]


@dataclass(frozen=True)
class PeriodReading:
    """A period cell, understood or not. ``era`` is the era letter named in it, to be carried to the rows below."""

    period: Period | None
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    choices: tuple[Choice, ...] = ()
    era: str = ""


_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)", re.IGNORECASE)
_UNDECIDED = frozenset({"未定", "不明", "未公表", "調査中", "集計中", "未集計", "検討中", "調整中", "なし", "n/a"})
_MARKS = re.compile(r"[-…‥.*・/x]+")
_TAIL_NOTE = re.compile(
    r"(?:現在|時点|(?<=年度)(?:通年|決算値?|通期|年間|全体)|(?<=[年月日末度期])(?:分|値|実績|確定|速報)|(?<=[rh]\d)実績|(?<=[rh]\d\d)実績)$"
)
#: Kanji digits where only a number can stand: before 年, 月 and 日, behind an era, and four of them by place.
_KANJI = re.compile(
    r"[〇零一二三四五六七八九十百千壱弐参拾]+(?=[年月日])|(?<=令和|平成|昭和)[一二三四五六七八九十壱弐参拾]+|(?<![a-z])(?<=[rhs])[一二三四五六七八九十]+"
    r"|(?:^|(?<=\())[一二][〇零一二三四五六七八九]{3}(?![〇零一二三四五六七八九])"
)
_FORMAL = str.maketrans("壱弐参拾", "一二三十")
_ERA_KANA = (
    ("れいわ", "令和"),
    ("レイワ", "令和"),
    ("へいせい", "平成"),
    ("ヘイセイ", "平成"),
    ("しょうわ", "昭和"),
    ("ショウワ", "昭和"),
)
_TAIL_MARK = re.compile(rf"(?<=[年月日末度期\d]){MARK_BEHIND.pattern}", re.IGNORECASE)
#: A bracket at the end that names no period.
_BRACKET = re.compile(r"\([^()\d元]+\)$")
_ABOUT = re.compile(r"(?:頃|ごろ|ころ|上旬|中旬|下旬|公表予定|公表見込|予定|見込み?|以降)$")
_FIRST_SERIAL, _LAST_SERIAL = 20000, 73050  # 1954-10-03 to 2099-12-31: no fiscal year or count of years lies there
_NEAR_YEARS = 10


def read_period(
    text_or_value: str | float | None,
    *,
    expected: Period | None = None,
    carried_era: str = "",
    number_format: str = "General",
    key: str = "period",
) -> PeriodReading:
    """Read one period cell. ``expected`` settles what a bare ``R6`` means; it is never taken for what is written."""
    if text_or_value is None or (isinstance(text_or_value, str) and not fold(text_or_value)):
        return PeriodReading(None, "empty")
    reading = _read(text_or_value, expected, carried_era, number_format, key)
    raw = str(text_or_value)
    return replace(reading, findings=tuple(replace(f, detail=as_typed(raw, f.detail)) for f in reading.findings))


def _read(
    text_or_value: str | float, expected: Period | None, carried_era: str, number_format: str, key: str
) -> PeriodReading:
    shown = fold(str(text_or_value))
    try:
        if isinstance(text_or_value, bool):
            raise Fault("period.unreadable", str(text_or_value).upper())
        if isinstance(text_or_value, int | float):
            guess = _from_number(float(text_or_value), expected, carried_era)
        else:
            word = _wordless(text_or_value)
            if word:
                return PeriodReading(None, "missing", (word,))
            guess = _from_text(shown, expected, carried_era, number_format)
        return _finish(guess, shown, expected, key)
    except Fault as fault:
        outcome: Outcome = "wrong" if severity_of(fault.finding).value == "fix" else "ask"
        return PeriodReading(None, outcome, (fault.finding,))


def names_period(text: str) -> bool:
    """Whether a text reads as a period beyond doubt of its being a number (``R6``, ``2024年度``, ``2024/9``)."""
    if not re.search(r"[年月日度期rhsRHS]|令和|平成|昭和|FY|CY|\d{4}[/-]\d", fold(text)):
        return False
    reading = read_period(text)
    return bool(reading.period or reading.choices)


def _wordless(text: str) -> Finding | None:
    word = canonical(text)
    if word in _UNDECIDED:
        return Finding("period.undecided", text.strip())
    return Finding("period.missing_mark", text.strip()) if _MARKS.fullmatch(word) else None


def _finish(guess: Guess, shown: str, expected: Period | None, key: str) -> PeriodReading:
    findings, candidates = guess.findings, guess.candidates
    far = [p for p in candidates if _is_far(p, expected)]
    if far and not any(f.code == "period.far" for f in findings):
        findings = (*findings, Finding("period.far", shown))
    if len(candidates) == 1 and not is_open(findings):
        return PeriodReading(candidates[0], "value", findings, era=guess.era)
    choices = tuple(Choice(f"{p.label}として取り込む", {key: p.code}) for p in candidates)
    return PeriodReading(None, "ask", findings, choices, guess.era)


def _is_far(period: Period, expected: Period | None) -> bool:
    if expected is None:
        return not 1970 <= period.year <= 2045
    return period.year - expected.year > _NEAR_YEARS or expected.year - period.year > 3 * _NEAR_YEARS


# --- numbers -------------------------------------------------------------------------------------------------


def _from_number(value: float, expected: Period | None, carried_era: str) -> Guess:
    if value != value or value in (float("inf"), float("-inf")):
        raise Fault("period.unreadable", str(value))
    if value == int(value) and (0 <= value < 10000 or value >= 10_000_000):
        return _from_text(str(int(value)), expected, carried_era, "General")
    if _FIRST_SERIAL <= value <= _LAST_SERIAL and value == int(value):
        return from_serial(int(value), expected)
    if re.fullmatch(r"(?:19|20)\d\d\.\d{1,2}", f"{value}"):  # 2024.1 may have been 2024.10
        return replace(
            _from_text(f"{value}", expected, "", "General"), findings=(Finding("period.no_era", f"{value}"),)
        )
    raise Fault("period.unreadable", f"{value:g}")


# --- text ----------------------------------------------------------------------------------------------------


def _from_text(shown: str, expected: Period | None, carried_era: str, number_format: str) -> Guess:
    if error := _ERROR.search(shown):
        raise Fault("period.error", error.group())
    if foreign_digit(shown) or dressed_digit(shown) or len(shown) > 60:
        raise Fault("period.unreadable", shown[:40])
    if stamp := re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?", shown):
        return from_iso(stamp.group(1), expected, number_format)
    text = _plain(shown)
    text, noted = _strip_notes(text)
    main, inner = _split_bracket(text)
    guess = parse(main, shown, expected, carried_era)
    if inner:
        guess = _join(guess, inner, shown, expected)
    return replace(guess, findings=(*guess.findings, *noted))


def _plain(shown: str) -> str:
    """The text with one case, no spaces, eras in kanji and every number in digits."""
    text = shown.lower().replace(" ", "").removeprefix("'")
    for kana, era in _ERA_KANA:
        text = text.replace(kana, era)
    return _KANJI.sub(_in_digits, text)


def _in_digits(match: re.Match[str]) -> str:
    value = kanji_value(match.group().translate(_FORMAL))
    return match.group() if value is None else f"{value}"


def _strip_notes(text: str) -> tuple[str, tuple[Finding, ...]]:
    """Remove ※ notes, brackets without a period, marks of release and words such as 現在 and 頃 from both ends."""
    found: list[Finding] = []
    if whole := re.fullmatch(r"\(([^()]+)\)|「([^「」]+)」", text):
        text = whole[1] or whole[2]
    if (cut := text.find("※")) > 0:
        found.append(Finding("period.note_ignored", text[cut:]))
        text = text[:cut]
    ahead = re.match(r"\(([^()]+)\)", text)
    if not (ahead and release_mark(ahead[1])):
        ahead = MARK_BEFORE.match(text)
    if ahead and ahead[1]:
        found.append(Finding("period.note_ignored", ahead.group()))
        text = text[ahead.end() :]
    while True:
        for pattern, code in (
            (_BRACKET, "period.note_ignored"),
            (_TAIL_NOTE, "period.note_ignored"),
            (_ABOUT, "period.about"),
            (_TAIL_MARK, "period.note_ignored"),
        ):
            match = pattern.search(text)
            if match and match.start():
                found.append(Finding(code, match.group()))
                text = text[: match.start()]
                break
        else:
            return text, tuple(found)


def _split_bracket(text: str) -> tuple[str, str]:
    """The period and what a bracket says beside it; 2025(令和7)年度 says 令和7年度 once more."""
    match = re.fullmatch(r"([^()]+)\(([^()]+)\)([^()]*)", text)
    if not match:
        return text, ""
    before, inner, behind = match.groups()
    if behind and (year := re.fullmatch(r"((?:[^\d\W]{1,2})?\.?(?:元|\d{1,4}))(?:年度?)?", inner)):
        link = re.search(r"年度?$", before)
        inner = f"{year[1]}{link.group() if link else ''}{behind}"
    return before + behind, inner


def _join(guess: Guess, inner: str, shown: str, expected: Period | None) -> Guess:
    """A bracket after the period: the same thing in other words is ignored, another period is a question."""
    try:
        told, _ = _strip_notes(inner)
        other = parse(told, inner, expected, "").candidates
    except Fault:
        raise Fault("period.two_periods", shown) from None
    kept = tuple(p for p in guess.candidates if any(_agree(p, q) for q in other))
    if kept:
        return replace(guess, candidates=kept) if len(kept) > 1 else Guess(kept, era=guess.era)
    return Guess((*guess.candidates, *other), (Finding("period.two_periods", shown),), guess.era)


def _agree(period: Period, other: Period) -> bool:
    if period.kind in ("M", "D") and other.kind == "CY":
        return period.year == other.year
    return period == other or (period.kind == "D" and other.kind == "M" and period.end == other.end)
