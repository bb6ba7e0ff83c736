"""The shapes a written number can have, and what each is worth.

Decimal arithmetic throughout, at a precision nothing written in a cell can exceed, so that 1.2万 is 12000 exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from loaders.text.findings import Finding

EXACT = Context(prec=1200, Emax=MAX_EMAX, Emin=MIN_EMIN)
SCALES = {"百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "億": 10**8, "兆": 10**12}
_KANJI = {mark: digit for digit, mark in enumerate("〇一二三四五六七八九")} | {"零": 0}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_SHAPE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
#: One number as it stands in running text.
TOKEN = re.compile(rf"(?:[-△](?=\d))?(?:{_SHAPE})")


@dataclass(frozen=True)
class Amount:
    """What a numeral is worth. Several ``values``, or a finding that asks, make it a question."""

    values: tuple[Decimal, ...]
    findings: tuple[Finding, ...] = ()
    grouped: bool = False  # thousands were separated, so it is no year
    scaled: bool = False  # 万, 億 and the like were used


def plain(value: Decimal) -> str:
    """``1,234.5``: as a person writes it, without exponent."""
    whole = EXACT.create_decimal(value)
    return f"{whole.normalize(EXACT) if whole else Decimal(0):,f}"


def times(value: Decimal, factor: int | Decimal) -> Decimal:
    """The exact product."""
    return EXACT.multiply(value, Decimal(factor))


#: Nothing that is counted or measured in a return is as small; what a formula leaves there is binary dust.
_DUST = Decimal("1e-9")
#: Digits that a cell keeps (Excel shows no more), and the most that a figure has whose 16th and 17th are noise.
_KEPT, _SHORT = 15, 12


def settled(value: Decimal) -> Decimal:
    """The value without the noise of binary arithmetic: 77.4 for 77.40000000000001, 0 for -2.8E-17; 1/3 as it is."""
    if abs(value) < _DUST:
        return Decimal(0)
    rounded = Context(prec=_KEPT).create_decimal(value).normalize(EXACT)
    return rounded if rounded != value and len(rounded.as_tuple().digits) <= _SHORT else value


def read_numeral(text: str) -> Amount | None:
    """A numeral without sign and unit; None where the text is none."""
    for reader in (_decimal, _grouped, _odd_dots, _separated, _scientific, _scaled, _kanji):
        amount = reader(text)
        if amount:
            return amount
    return None


def _decimal(text: str) -> Amount | None:
    if not re.fullmatch(r"\d+(?:\.\d+)?", text):
        return None
    leading = len(text) > 1 and text[0] == "0" and text[1] != "."
    return Amount((Decimal(text),), (Finding("number.leading_zero", text),) if leading else ())


def _grouped(text: str) -> Amount | None:
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", text):
        return Amount((Decimal(text.replace(",", "")),), grouped=True)
    return None


def _odd_dots(text: str) -> Amount | None:
    """A dot at either end, and European notation: 1.234,5 and 1.234.567."""
    if re.fullmatch(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)\.", text):
        inner = read_numeral(text[:-1])
        return inner and Amount(inner.values, (*inner.findings, Finding("number.trailing_dot")), inner.grouped)
    if re.fullmatch(r"\.\d+", text):
        return Amount((Decimal("0" + text),), (Finding("number.leading_dot", "0" + text),))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}", text):
        value = Decimal(text.replace(".", "").replace(",", "."))
        return Amount((value,), (Finding("number.grouping", text),))
    return None


def _separated(text: str) -> Amount | None:
    """Separators in the wrong places, or of a kind that may also divide two numbers."""
    if re.fullmatch(r"\d+(?:,\d+)+(?:\.\d+)?", text):
        values = [Decimal(text.replace(",", ""))]
        if text.count(",") == 1 and "." not in text:
            values.append(Decimal(text.replace(",", ".")))
        return Amount(tuple(values), (Finding("number.grouping", text),))
    if re.fullmatch(r"\d{1,3}(?:[ '’]\d{3})+(?:\.\d+)?|\d(?: \d)+", text):
        return Amount((Decimal(re.sub(r"[ '’]", "", text)),), (Finding("number.spaced"),))
    if re.fullmatch(r"\d{1,3}(?:、\d{3})+", text):
        parts = text.split("、")
        return Amount((Decimal("".join(parts)), *map(Decimal, parts)), (Finding("number.grouping", text),))
    if re.fullmatch(r"\d+[·・。]\d+", text):
        return Amount((Decimal(re.sub(r"[·・。]", ".", text)),), (Finding("number.grouping", text),))
    return None


def _scientific(text: str) -> Amount | None:
    if not re.fullmatch(r"\d+(?:\.\d+)?[eE][-+]?\d{1,3}", text):
        return None
    return Amount((settled(EXACT.create_decimal(text)),), (Finding("number.scientific", text),))


def _scaled(text: str) -> Amount | None:
    """3億2千万, 1.2万, 1万2千, 1万2,000; the part below a 万 must be complete, since 3万5 may be 35,000."""
    if not re.fullmatch(r"(?=.*\d)(?=.*[百千万億兆])[\d,.百千万億兆]+", text):
        return None
    total, rest, last = Decimal(0), text, 10**16
    for mark in "兆億万":
        head, found, tail = rest.partition(mark)
        if not found:
            continue
        value = _below(head, first=rest is text)
        if value is None or mark in tail or ("." in head and tail):
            return None
        total, rest, last = EXACT.add(total, times(value, SCALES[mark])), tail, SCALES[mark]
    if last == 10**16:  # 千 or 百 alone may be the unit 千件
        value = _below(rest, first=True)
        return None if value is None else Amount((value,), (Finding("number.scale", text),), scaled=True)
    findings: tuple[Finding, ...] = ()
    if rest:
        value = _below(rest, first=False)
        if value is None or "." in rest:
            return None
        total = EXACT.add(total, value)
        if not (rest[-1] in "千百" or len(rest.replace(",", "")) == 4):
            findings = (Finding("number.ten_thousands", text),)
    return Amount((total,), (*findings, Finding("number.kanji_scale", plain(total))), scaled=True)


def _below(text: str, *, first: bool) -> Decimal | None:
    """A part before or after 万: digits, or 2千5百. Only the first part may exceed 9999."""
    total, rest = Decimal(0), text
    for mark in "千百":
        head, found, tail = rest.partition(mark)
        if not found:
            continue
        if not re.fullmatch(r"[1-9]" if tail or not first else r"[1-9]|[1-9]\d*(?:,\d{3})*(?:\.\d+)?", head):
            return None
        total, rest = total + times(Decimal(head.replace(",", "")), SCALES[mark]), tail
    if not rest:
        return total if text else None
    if not re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", rest) or (
        len(rest) > 1 and rest[0] == "0" and first and "." not in rest
    ):
        return None
    value = Decimal(rest.replace(",", ""))
    if (not first and value > 9999) or (rest != text and (len(rest) > 2 or "." in rest)):
        return None
    return total + value


def _kanji(text: str) -> Amount | None:
    """二百五十, 一万二千, 一二〇. A lone 一 may be a dash and a lone 〇 a mark."""
    if not re.fullmatch(r"[〇零一二三四五六七八九十百千万億兆]+", text):
        return None
    if set(text) <= {"一"} or set(text) <= {"〇"} or text in _SMALL:
        value = Decimal(_SMALL[text]) if text in _SMALL else Decimal("".join(str(_KANJI[c]) for c in text))
        return Amount((value,), (Finding("number.kanji_doubtful", text),))
    value_or_none = kanji_value(text)
    if value_or_none is None:
        return None
    return Amount(
        (value_or_none,), (Finding("number.kanji", plain(value_or_none)),), True, bool(set(text) & set("百千万億兆"))
    )


def kanji_value(text: str) -> Decimal | None:
    """What kanji digits alone are worth (七, 十二, 二〇二五); None where they make no number."""
    if set(text) <= set(_KANJI):
        return Decimal("".join(str(_KANJI[c]) for c in text))
    total, rest = 0, text
    for mark in "兆億万":
        head, found, tail = rest.partition(mark)
        if found:
            part = _kanji_small(head)
            if part is None or not head:
                return None
            total, rest = total + part * SCALES[mark], tail
    part = _kanji_small(rest)
    return None if part is None else Decimal(total + part)


def _kanji_small(text: str) -> int | None:
    match = re.fullmatch(
        r"(?:([二三四五六七八九])?(千))?(?:([二三四五六七八九])?(百))?(?:([二三四五六七八九])?(十))?([一二三四五六七八九])?",
        text.replace("一千", "千"),
    )
    if not match:
        return None
    total = _KANJI[match[7]] if match[7] else 0
    for digit, mark in ((match[1], match[2]), (match[3], match[4]), (match[5], match[6])):
        if mark:
            total += (_KANJI[digit] if digit else 1) * _SMALL[mark]
    return total
