"""Letters as people type them: full-width, half-width kana, many dashes and spaces, notes in brackets.

Two foldings. :func:`canonical` is for labels, units and words and may fold freely. :func:`fold` is for numbers and
periods and folds only what cannot change a number: plain NFKC would turn ``①`` into 1 and ``5²`` into 52.
"""

from __future__ import annotations

import re
import unicodedata

#: Everything that people use for a minus sign or a dash; ``ー`` only where it is no part of a kana word.
DASHES = "-‐‑‒–—―−─━﹣－"
_LONG_VOWELS = "ーｰ"
_TRIANGLES = "△▲▵▴"
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff\ufe00-\ufe0f]")
_SPACE = re.compile(r"\s+")
_BRACKETS = {ord(mark): plain for marks, plain in (("[〔【［｛{〈《", "("), ("]〕】］｝}〉》", ")")) for mark in marks}
_FURIGANA = re.compile(r"\([ぁ-ゖー]+\)")
_ERA_SIGNS = {"㋿": "令和", "㍻": "平成", "㍼": "昭和"}
_DASH_TABLE = {ord(mark): "-" for mark in DASHES}


def visible(text: str) -> str:
    """The text without marks that nobody can see (zero-width spaces, soft hyphens, byte order marks)."""
    return _INVISIBLE.sub("", text)


def canonical(text: str) -> str:
    """A label for comparison: widths, half-width kana, case, spaces, line breaks and furigana in brackets folded."""
    folded = unicodedata.normalize("NFKC", visible(text)).translate(_BRACKETS).translate(_DASH_TABLE)
    folded = re.sub(r"[〜∼]", "~", folded).lower()
    folded = _SPACE.sub("", folded)
    return _FURIGANA.sub("", folded)


def fold(text: str) -> str:
    """Text for reading a number or a period: one width, one dash, one space, and nothing that changes a digit."""
    out: list[str] = []
    for char in visible(text):
        if char in _ERA_SIGNS:
            out.append(_ERA_SIGNS[char])
        elif char in _TRIANGLES:
            out.append("△")
        elif char in DASHES or (char in _LONG_VOWELS and not _ends_in_kana(out)):
            out.append("-")
        elif char in "〜～∼":
            out.append("~")
        elif char == "￥":
            out.append("¥")
        elif "\uff01" <= char <= "\uff5e":
            out.append(chr(ord(char) - 0xFEE0))
        elif "\uff61" <= char <= "\uff9f" or char in "㌫㍉㌔㌘㌧":
            out.append(unicodedata.normalize("NFKC", char))
        else:
            out.append(char)
    folded = "".join(out).translate(_BRACKETS)
    return _SPACE.sub(" ", folded).strip()


def _ends_in_kana(out: list[str]) -> bool:
    return bool(out) and ("ァ" <= out[-1][-1] <= "ヺ" or "ぁ" <= out[-1][-1] <= "ゖ" or out[-1] in _LONG_VOWELS)


def has_fullwidth(text: str) -> bool:
    """Whether a full-width digit, letter or sign stands in the text."""
    return any("\uff01" <= char <= "\uff5e" for char in text)


def foreign_digit(text: str) -> str:
    """The first digit of another script (``١``, ``१``), empty where there is none."""
    return next((c for c in text if unicodedata.category(c) == "Nd" and not _is_plain_digit(c)), "")


def _is_plain_digit(char: str) -> bool:
    return "0" <= char <= "9" or "０" <= char <= "９"


def dressed_digit(text: str) -> str:
    """The first circled, raised, Roman or fraction digit (``①``, ``²``, ``Ⅲ``, ``½``), empty where there is none."""
    return next((c for c in text if unicodedata.category(c) in ("No", "Nl") and c != "〇"), "")
