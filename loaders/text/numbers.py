"""Numbers as people write them in a return, each certain, doubtful or wrong, and none guessed.

A value is returned only where the whole text is accounted for. What was ignored is a note; what could be read in two
ways is a question with its answers; everything else says how to mend it.
"""

# ruff: noqa: E501 (lists of words read as lists)
from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from kpi.collection.workflow import MISSING_WORDS, RELEASE_WORDS
from kpi.issue import LEFT_BLANK, Choice, Severity
from kpi.period import Period
from loaders.text.characters import as_typed, canonical, dressed_digit, fold, foreign_digit, has_fullwidth, visible
from loaders.text.choice_words import WHEN, Said, said
from loaders.text.dates import PeriodReading, names_period, read_period
from loaders.text.findings import FINDINGS, Finding, FindingText, severity
from loaders.text.numerals import TOKEN, Amount, plain, read_numeral, settled, times
from loaders.text.surroundings import (
    AFTER,
    BEFORE,
    COUNTED,
    PARTS,
    Context,
    Draft,
    divided,
    find_amount,
    is_percent_word,
    same_count,
    scale_of,
    signed,
    strip,
    unit_keys,
)
from loaders.workbook import displayed as cell_formats

__all__ = [
    "FINDINGS",
    "Finding",
    "FindingText",
    "NumberReading",
    "PeriodReading",
    "canonical",
    "read_number",
    "read_period",
]

Outcome = Literal["value", "missing", "ask", "wrong", "empty"]


@dataclass(frozen=True)
class NumberReading:
    """A number cell, understood or not. ``release`` is what the cell itself says (確定・速報・見込), else empty."""

    value: float | None
    outcome: Outcome
    missing: str = ""
    findings: tuple[Finding, ...] = ()
    choices: tuple[Choice, ...] = ()
    release: str = ""


_MAX_LENGTH = 200
_ERROR = re.compile(
    r"#\s?(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|GETTING_DATA|#+)",
    re.I,
)
_MISSING_UNCLEAR = frozenset(
    ("n/a", "na", "なし", "無し", "無", "不明", "未定", "未確定", "未回答", "未記入", "対象外", "未調査", "未把握", "データなし", "集計不可", "実績なし")
)  # fmt: skip
_MISSING_MARKS = re.compile(r"-+|[.…‥・。]{2,}|…|‥|\*+|/|\\|_+|xx+|×|[?]+")

#: Between numbers these make one quantity of them (3割1分, 30人中20人, 5×10^3, 1,2万): no part of it is the answer.
_RECKONED = re.compile(r"[割分厘中×xX*^=+÷/十百千万億兆]")
_SCALES = re.compile(r"[十百千万億兆]+")
_REDUCTION = re.compile(r"削減|減少|低減|縮減|軽減")
#: 12件増 tells a change and not the value; 1.2%減 of a 削減率 is the value, in other words.
_CHANGE = re.compile(r"(?:増|減)[加少]?\s?[\d.,]+\D*|.*\d.*(?:[増減]|増加|減少|増減|上昇|低下|アップ|ダウン)")
_LESS = re.compile(r"([\d.,]+)\s?(?:[%％]|ポイント)?の?(?:減|減少|削減|低減)|減少?\s?([\d.,]+)\s?[%％]?")


def read_number(
    text_or_value: str | float | None,
    *,
    unit: str = "",
    number_format: str = "General",
    history: Sequence[float] = (),
    name: str = "",
    release: str = "",
    key: str = "value",
    period: Period | None = None,
) -> NumberReading:
    """Read one number cell.

    ``history`` (earlier values) and ``name`` help to see what is doubtful, never to correct it. ``release`` is what the
    return's own 確定・速報・見込 column says and ``period`` what it gives as the value's period; ``key`` is the column
    that a choice sets.
    """
    context = Context(unit, tuple(v for v in history if math.isfinite(v)), name, release, key, period)
    if text_or_value is None:
        return NumberReading(None, "empty")
    if isinstance(text_or_value, bool):
        return _wrong("number.boolean", str(text_or_value).upper())
    if isinstance(text_or_value, date):
        return _wrong("number.date", text_or_value.isoformat())
    if isinstance(text_or_value, int | float):
        return _read_cell(text_or_value, number_format, context)
    return _quoted(_read_text(str(text_or_value), context), str(text_or_value))


def _quoted(reading: NumberReading, raw: str) -> NumberReading:
    """Findings that speak of what a person typed say it as it was typed: 10〜20, not 10~20."""
    found = tuple(replace(f, detail=as_typed(raw, f.detail)[:40]) for f in reading.findings)
    return replace(reading, findings=found)


def _wrong(code: str, detail: str, *before: Finding) -> NumberReading:
    return NumberReading(None, "wrong", findings=(*before, Finding(code, detail[:40])))


# --- numeric cells -------------------------------------------------------------------------------------------


def _read_cell(raw: float, number_format: str, context: Context) -> NumberReading:
    try:
        number = float(raw)
    except OverflowError:
        return _wrong("number.not_finite", "桁の大きすぎる数")
    if not math.isfinite(number):
        return _wrong("number.not_finite", "NaN" if number != number else "∞")
    exact = settled(Decimal(raw) if isinstance(raw, int) else Decimal(repr(number)))
    if abs(number) <= 1e-14 * max(map(abs, context.history), default=0.0):
        exact = Decimal(0)  # dust of sums as large as the values are
    value, number = exact, float(exact)
    look = cell_formats.look(number_format, number)
    if look.is_date:
        return _wrong("number.date", f"{number:g}")
    draft = Draft("")
    values: tuple[Decimal, ...] = (value,)
    if look.percent:
        return _percent_cell(value, draft, context)
    if look.thousands:
        shown = value.scaleb(-3 * look.thousands)
        draft.findings.append(Finding("number.scaled_format", f"セルは{plain(value)}、表示は{plain(shown)}"))
        values = (value, shown)
    if look.other_sign:
        draft.findings.append(Finding("number.other_sign", plain(value)))
        values = (*values, *(-v for v in values))
    if look.invisible:
        draft.findings.append(Finding("number.invisible", plain(value)))
    if look.split:
        draft.findings.append(Finding("number.split_format", plain(value)))
    if number == 0 and look.dash:
        draft.findings.append(Finding("number.zero_shown_as_dash"))
    factor, base = scale_of(context.unit)
    shown_factor, shown_base = scale_of(look.after)
    if base and shown_base == base and shown_factor != factor and not look.thousands:
        draft.findings.append(Finding("number.scale", look.after))
        values = (divided(times(value, shown_factor), factor), value)
        look = replace(look, after="")
    for words, at_end in ((look.before, False), (look.after, True)):
        if words:
            _literal(draft, words, at_end, context)
    if any(severity(f) is Severity.FIX for f in draft.findings):
        return NumberReading(None, "wrong", findings=tuple(draft.findings))
    amount = len(values) == 1 and context.key in PARTS and _dotted(plain(value), context)
    return _finish(amount or Amount(values, grouped=look.grouped), draft, context)


def _percent_cell(value: Decimal, draft: Draft, context: Context) -> NumberReading:
    """0.774 shown as 77.4%."""
    shown = times(value, 100)
    draft.has_unit = True
    if context.unit and not context.is_percent:
        return _wrong("number.unit_wrong", f"{plain(shown)}%")
    if not context.unit:
        draft.findings.append(Finding("number.percent_scale", plain(value)))
        return _finish(Amount((shown, value)), draft, context)
    # 77.4 pasted into a percent cell shows 7740%; nobody looks at it twice.
    if abs(value) >= 2 or (_near(value, context.history) and not _near(shown, context.history)):
        draft.findings.append(Finding("number.percent_scale", plain(value)))
        return _finish(Amount((shown, value)), draft, context)
    draft.findings.append(Finding("number.percent_format", plain(shown)))
    return _finish(Amount((shown,)), draft, context)


def _literal(draft: Draft, words: str, at_end: bool, context: Context) -> None:
    """Words that only the number format adds: the unit, a mark of release, or something that matters."""
    inner = words.strip("() ")
    if canonical(inner) in unit_keys(context.unit) and at_end:
        draft.has_unit = True
    elif at_end and context.unit and is_percent_word(words) is not context.is_percent and is_percent_word(words):
        draft.findings.append(Finding("number.unit_wrong", words))
    elif BEFORE.fullmatch(inner) or AFTER.fullmatch(inner):
        draft.approximate = True
        draft.findings.append(Finding("number.approximate", words))
    elif at_end and same_count(inner, context.unit):
        draft.has_unit = True
        draft.findings.append(Finding("number.format_counter", words))
    elif not _around(draft, words, at_end, context):
        draft.findings.append(Finding("number.unit_differs" if at_end else "number.words", words))


def _around(draft: Draft, words: str, at_end: bool, context: Context) -> bool:
    """Read a format's words as if they had been typed beside a figure; False where they are not understood."""
    figure = "100"
    typed = Draft(f"{figure}{words}" if at_end else f"{words}{figure}")
    strip(typed, context)
    if typed.text != figure:
        return False
    draft.findings.extend(f for f in typed.findings if f.code != "number.unit_ignored")
    draft.release = typed.release or draft.release
    draft.has_unit = draft.has_unit or typed.has_unit
    draft.approximate = draft.approximate or typed.approximate
    return True


# --- text ----------------------------------------------------------------------------------------------------


def _read_text(raw: str, context: Context) -> NumberReading:
    shown = re.sub(r"^マイナス\s*(?=[\d.])", "-", fold(raw))
    if not shown.strip("'"):
        return NumberReading(None, "empty")
    refused = _refuse(shown, raw)
    if refused:
        return refused
    missing = _read_missing(shown, context)
    if missing:
        return missing
    if _CHANGE.fullmatch(shown):
        return _changed(shown, context)
    draft = Draft(shown, _typing_notes(raw, shown))
    draft.cut(shown.removeprefix("'"))
    strip(draft, context)
    amount = _dotted(draft.text, context) or find_amount(draft, context)
    if amount:
        return _finish(_without_noise(amount), draft, context)
    return _last_resort(shown, draft, context)


def _without_noise(amount: Amount) -> Amount:
    """A figure of more digits than a number keeps, without the noise that a calculation left in them."""
    long = any(len(v.normalize().as_tuple().digits) > 15 for v in amount.values)
    return replace(amount, values=tuple(map(settled, amount.values))) if long else amount


def _dotted(text: str, context: Context) -> Amount | None:
    """45.000 of what is counted one by one: on the keyboard the point lies beside the comma."""
    if not (context.unit in COUNTED or context.key in PARTS) or not re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text):
        return None
    value = Decimal(text)
    return Amount((value, value.scaleb(3)), (Finding("number.dot_grouping", text),))


def _refuse(shown: str, raw: str) -> NumberReading | None:
    """What can be no number, whatever else stands in the cell."""
    if error := _ERROR.search(shown):
        return _wrong("number.error", error.group())
    if re.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?|\d{1,2}:\d\d(?::\d\d)?", shown):
        return _wrong("number.date", shown)
    if re.fullmatch(r"true|false|真|偽", shown, re.I):
        return _wrong("number.boolean", shown)
    if re.fullmatch(r"[-+△]?(?:nan|inf|infinity|∞|1\.#\w+)", shown, re.I):
        return _wrong("number.not_finite", shown)
    if strange := foreign_digit(shown):
        return _wrong("number.script", strange)
    if shown.startswith("=") or re.match(r"[-+@](?:[A-Z]{1,3}\$?\d|SUM\()", shown):
        return _wrong("number.formula_text", shown)
    if re.search(r"(?<=\d)[OoQlI|○〇]|(?<![A-Za-z])[OoQlI|○](?=[\d.,])", shown) and not re.search(
        r"[〇一-九]十", shown
    ):
        return _wrong("number.look_alike", raw.strip())
    if len(shown) > _MAX_LENGTH or any(mark in raw for mark in "\u202d\u202e\u202a\u202b\u2066\u2067\u2068\u200f"):
        return _wrong("number.unreadable", shown)
    return None


def _typing_notes(raw: str, shown: str) -> list[Finding]:
    notes = []
    if has_fullwidth(raw):
        notes.append(Finding("number.fullwidth"))
    if shown.startswith("'"):
        notes.append(Finding("number.apostrophe"))
    if re.search(r"\s", visible(raw)) or visible(raw) != raw:
        notes.append(Finding("number.spaces"))
    return notes


def _read_missing(shown: str, context: Context) -> NumberReading | None:
    """A cell that says there is no value, with or without the reason."""
    word = canonical(shown)
    core = re.sub(r"\([^()]*\)$|※.*$", "", word) or word
    if _MISSING_MARKS.fullmatch(word) or core in _MISSING_UNCLEAR or _MISSING_MARKS.fullmatch(core):
        likely = ("suppressed",) if "*" in core else ()
        return NumberReading(
            None, "missing", "", (Finding("number.missing_mark", shown),), _missing_choices(likely, context.key)
        )
    told = said("missing_reason", word)
    if core == "x":
        told = Said(("suppressed",), "")
    if not told.codes:
        return None
    if context.key != "value":
        # Only the value can be missing for a reason; a correction or a target is simply not given.
        return NumberReading(
            None, "missing", "", (Finding("number.missing_mark", shown),), _missing_choices((), context.key)
        )
    if told.code:
        return NumberReading(None, "missing", told.code, (Finding("number.missing_word", shown),))
    if re.search(r"\d", told.rest):
        return _mixed(shown, context)
    return NumberReading(
        None, "missing", "", (Finding("number.missing_mark", shown),), _missing_choices(told.codes, context.key)
    )


def _missing_choices(first: Iterable[str], key: str) -> tuple[Choice, ...]:
    if key != "value":
        return (Choice(LEFT_BLANK, {key: None}),)
    order = [*first, *(code for code in MISSING_WORDS if code not in set(first))]
    return tuple(Choice(f"「{MISSING_WORDS[c]}」とする", {key: None, "missing_reason": c}) for c in order)


def _mixed(shown: str, context: Context) -> NumberReading:
    values = _tokens(shown)
    choices = (*_value_choices(values, context), *_missing_choices((), context.key))
    return NumberReading(None, "ask", findings=(Finding("number.missing_mixed"),), choices=choices)


def _changed(shown: str, context: Context) -> NumberReading:
    """A number with 増 or 減; offered as the value only where the indicator itself counts what has become less."""
    less = _LESS.fullmatch(shown) if _REDUCTION.search(context.name) and context.is_percent else None
    sizes = _tokens(less[1] or less[2]) if less else ()
    told = tuple(
        Choice(f"{plain(v)}{context.unit}の減少として取り込む", {context.key: _float(v)}) for v in sizes if v >= 0
    )
    return NumberReading(None, "ask", findings=(Finding("number.change_word", shown[:40]),), choices=told)


# --- the verdict -----------------------------------------------------------------------------------------------


def _finish(amount: Amount, draft: Draft, context: Context) -> NumberReading:
    """Everything is understood: look once more at what is doubtful all the same."""
    findings = [*draft.findings, *amount.findings]
    values = amount.values
    if context.is_percent and len(values) == 1:
        values = _percent_values(values[0], draft, context, findings)
    _doubts(values[0], amount, draft, context, findings)
    if draft.has_unit and any(f.code == "number.plus_sign" for f in findings):
        # Nobody writes a plus before a value and its unit: +4.2% is how much it has grown.
        findings.append(Finding("number.change_word", f"+{plain(values[0])}{context.unit}"))
    release_open = draft.release not in ("", context.release) and (draft.release != "final" or bool(context.release))
    if release_open:
        written = next((f.detail for f in findings if f.code == "number.release_in_cell"), "")
        findings = [f for f in findings if f.code != "number.release_in_cell"]
        findings.append(Finding("number.release_asked", written))
    found = tuple(dict.fromkeys(findings))
    if any(severity(f) is Severity.FIX for f in found):
        return NumberReading(None, "wrong", findings=found, release=draft.release)
    if len(values) == 1 and not any(severity(f) is Severity.ASK for f in found):
        return NumberReading(float(values[0]) + 0.0, "value", findings=found, release=draft.release)
    return NumberReading(None, "ask", "", found, _choices(values, draft, context, found), draft.release)


def _percent_values(value: Decimal, draft: Draft, context: Context, findings: list[Finding]) -> tuple[Decimal, ...]:
    """0.774 beside %: a share or a percentage? Decided by what is written and the indicator's history together."""
    share = times(value, 100)
    as_share, as_percent = _near(share, context.history), _near(value, context.history)
    doubtful = abs(value) <= 1 and not draft.has_unit and not as_percent
    if value == 0 or any(f.code == "number.percent_format" for f in findings) or not (doubtful or as_share):
        return (value,)
    findings.append(Finding("number.percent_scale", plain(value)))
    return (share, value)


def _near(value: Decimal, history: Sequence[float]) -> bool:
    """Whether a value is of the size of earlier ones: within a factor of four of their median."""
    sizes = sorted(abs(v) for v in history if v)
    if not sizes or not value:
        return False
    middle = sizes[len(sizes) // 2]
    size = float(abs(value))
    return middle / 4 <= size <= middle * 4


def _doubts(value: Decimal, amount: Amount, draft: Draft, context: Context, findings: list[Finding]) -> None:
    if value < 0 and _REDUCTION.search(context.name):
        findings.append(Finding("number.reduction_sign"))
    if not (amount.grouped or amount.scaled or draft.has_unit) and _year_like(value):
        supported = not context.is_percent and _near(value, context.history)
        if not supported:
            findings.append(Finding("number.period", plain(value).replace(",", "")))
    if abs(value) >= Decimal(10) ** 15:
        findings.append(Finding("number.enormous"))
    elif draft.text and Decimal(repr(float(value))) != value:
        findings.append(Finding("number.precision"))


def _year_like(value: Decimal) -> bool:
    """2024, and 2024.9 as in September 2024."""
    return bool(re.fullmatch(r"(?:199\d|20[0-4]\d)(?:\.(?:0?[1-9]|1[0-2]))?", plain(value).replace(",", "")))


def _choices(
    values: tuple[Decimal, ...], draft: Draft, context: Context, found: tuple[Finding, ...]
) -> tuple[Choice, ...]:
    codes = {f.code for f in found}
    unit = context.unit
    if any(f.code == "number.unit_differs" and _SCALES.fullmatch(f.detail) for f in found):
        return ()  # 1,2万: neither 12 nor 1.2 is what was meant
    if "number.reduction_sign" in codes:
        size = abs(values[0])
        told = f"{plain(size)}{unit}"
        return (
            Choice(f"{told}の減少として取り込む", {context.key: float(size)}),
            Choice(f"{told}の増加として取り込む", {context.key: -float(size)}),
        )
    asked = "number.release_asked" in codes or draft.release in ("provisional", "forecast")
    code = draft.release if asked else "forecast" if draft.approximate else ""
    other = RELEASE_WORDS[context.release] if code == "final" else "確かな値"
    if context.key not in ("value", "numerator", "denominator") or not code:
        return _value_choices(values, context)
    choices = []
    for value in (v for v in values if math.isfinite(float(v))):
        told = f"{plain(value)}{unit}"
        choices.append(
            Choice(f"{told}の{RELEASE_WORDS[code]}として取り込む", {context.key: _float(value), "release": code})
        )
        choices.append(Choice(f"{told}の{other}として取り込む", {context.key: _float(value)}))
    return tuple(choices)


def _float(value: Decimal) -> float:
    return float(value) + 0.0


def _value_choices(values: Iterable[Decimal], context: Context) -> tuple[Choice, ...]:
    unique = dict.fromkeys(v for v in values if math.isfinite(float(v)))
    return tuple(Choice(f"{plain(v)}{context.unit}として取り込む", {context.key: _float(v)}) for v in unique)


# --- not understood as a whole -----------------------------------------------------------------------------------


def _tokens(text: str) -> tuple[Decimal, ...]:
    """The numbers standing in a text, to be offered and never taken; at most four."""
    found: list[Decimal] = []
    for match in list(TOKEN.finditer(text))[:4]:
        amount = read_numeral(match.group().lstrip("-△"))
        if amount:
            found.extend(signed("-" if match.group()[0] in "-△" else "", amount).values)
    return tuple(dict.fromkeys(found))


def _last_resort(shown: str, draft: Draft, context: Context) -> NumberReading:
    notes = tuple(f for f in draft.findings if severity(f) is Severity.NOTE)
    if dressed := dressed_digit(shown):
        return _ask("number.circled", dressed, (), notes, context)
    undated = WHEN.sub(" ", draft.text)
    values = _tokens(undated) or _tokens(draft.text) or _tokens(shown)
    offered = () if _RECKONED.search(TOKEN.sub(" ", undated)) else values
    if (names_period(draft.text) or re.fullmatch(r"\d{1,4}[年月日]", draft.text)) and not re.fullmatch(
        r"\d{1,2}/\d{1,2}", draft.text
    ):
        return _ask("number.period", shown, (), notes, context)
    if not values:
        return _wrong("number.unreadable", shown)
    if bracket := re.fullmatch(r"\(([\d,.]+)\)", draft.text):
        either = tuple(v for value in _tokens(bracket[1]) for v in (value.copy_negate(), value))
        return _ask("number.bracketed", shown, either, notes, context)
    number = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
    if match := re.fullmatch(rf"({number})\D{{0,3}}?\s?(?:~|-|から|\.\.\.?|…)\s?({number})?", draft.text):
        return _ask("number.range", shown, _tokens(" ".join(m for m in match.groups() if m)), notes, context)
    if re.fullmatch(rf"~\s?{number}", draft.text):
        return _ask("number.range", shown, values, notes, context)
    if fraction := re.fullmatch(r"(\d+)/(\d+)", draft.text):
        return _ask("number.fraction", shown, _shares(fraction, context), notes, context)
    if len(values) > 1 or len(TOKEN.findall(undated)) > 1:
        return _ask("number.two_values", shown, offered, notes, context)
    return _ask("number.words", draft.text, offered, notes, context)


def _shares(match: re.Match[str], context: Context) -> tuple[Decimal, ...]:
    """3/5 beside % may be 60 %; beside a count nothing sensible can be offered."""
    part, whole = Decimal(match[1]), Decimal(match[2])
    share = round(part * 100 / whole, 2) if whole > 0 else whole
    return (share.normalize(),) if context.is_percent and whole > 0 and part <= whole else ()


def _ask(
    code: str, detail: str, values: tuple[Decimal, ...], notes: tuple[Finding, ...], context: Context
) -> NumberReading:
    return NumberReading(
        None, "ask", findings=(*notes, Finding(code, detail[:40])), choices=_value_choices(values, context)
    )
