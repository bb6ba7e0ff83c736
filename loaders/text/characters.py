"""Letters as people type them: full-width, half-width kana, many dashes and spaces, notes in brackets.

Two foldings. :func:`canonical` is for labels, units and words and may fold freely. :func:`fold` is for numbers and
periods and folds only what cannot change a number: plain NFKC would turn ``①`` into 1 and ``5²`` into 52.

:func:`writable` is for all that comes in or goes out: XML, UTF-8 and Excel cannot hold every string that Python can.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: Everything that people use for a minus sign or a dash; ``ー`` only where it is no part of a kana word.
DASHES = "-‐‑‒–—―−─━﹣－"
_LONG_VOWELS = "ーｰ"
_TRIANGLES = "△▲▵▴"
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff\ufe00-\ufe0f]")
#: Of these, what shows nothing in a sentence either: a joiner and a variation selector change the sign beside them.
_IDLE = re.compile(r"[\u00ad\u200b\u200c\u2060\ufeff]")
_SPACE = re.compile(r"\s+")
_BRACKETS = {ord(mark): plain for marks, plain in (("[〔【［｛{〈《", "("), ("]〕】］｝}〉》", ")")) for mark in marks}
#: Furigana stands behind what it reads; a word in brackets alone is the word itself.
_FURIGANA = re.compile(r"(?<=.)\([ぁ-ゖー]+\)")
_ERA_SIGNS = {"㋿": "令和", "㍻": "平成", "㍼": "昭和"}
_DASH_TABLE = {ord(mark): "-" for mark in DASHES}
_HALF_KANA = re.compile("[\uff61-\uff9f]+")
#: Marks of voiced sounds that stand alone behind their kana: ﾊﾟ, ハ゜, and the combining ones a Mac writes.
_VOICED = re.compile("([ぁ-ヺ])([\u3099-\u309c])")
_COMBINING = {"\u309b": "\u3099", "\u309c": "\u309a"}
_LETTER = re.compile("(?s).[\u3099-\u309c\uff9e\uff9f]*")
#: A hyphen typed for the long vowel: ﾊﾟ-ｾﾝﾄ.
_HYPHEN = re.compile("(?<=[ァ-ヺ])-(?=[ァ-ヺ])")
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def visible(text: str) -> str:
    """The text without marks that nobody can see (zero-width spaces, soft hyphens, byte order marks)."""
    return _INVISIBLE.sub("", text)


def prose(text: str) -> str:
    """The words of a text as they are seen, each in the form it is written with (葛 and 葛 with a selector are two)."""
    return "" if is_blank(text) else _IDLE.sub("", text).strip()


def is_blank(text: str) -> bool:
    """Whether nobody sees anything in a text: nothing, spaces, marks without width."""
    return not visible(text).strip()


def canonical(text: str) -> str:
    """A label for comparison: widths, half-width kana, case, spaces, line breaks and furigana in brackets folded."""
    folded = unicodedata.normalize("NFKC", whole_kana(visible(text))).translate(_BRACKETS).translate(_DASH_TABLE)
    folded = _HYPHEN.sub("ー", re.sub(r"[〜∼]", "~", folded).lower())
    folded = _SPACE.sub("", folded)
    return _FURIGANA.sub("", folded)


def whole_kana(text: str) -> str:
    """Half-width kana made full-width, each joined with its mark of a voiced sound."""
    wide = _HALF_KANA.sub(lambda m: unicodedata.normalize("NFKC", m.group()), text)
    return _VOICED.sub(_joined, wide)


def _joined(match: re.Match[str]) -> str:
    kana, mark = match.groups()
    joined = unicodedata.normalize("NFC", kana + _COMBINING.get(mark, mark))
    return joined if len(joined) == 1 else match.group()


def hiragana(text: str) -> str:
    """The text with its katakana as hiragana, so that ｶｸﾃｲ, カクテイ and かくてい are one word."""
    return whole_kana(text).translate(_HIRAGANA)


def fold(text: str) -> str:
    """Text for reading a number or a period: one width, one dash, one space, and nothing that changes a digit."""
    return _SPACE.sub(" ", "".join(_folded(_LETTER.findall(text)))).strip()


def as_typed(text: str, folded: str) -> str:
    """The part of a text that reads so once folded, letter for letter as it stands there; what is none comes back."""
    letters = _LETTER.findall(text)
    places = [(char, i) for i, piece in enumerate(_folded(letters)) for char in piece.lower() if not char.isspace()]
    wanted = "".join(folded.lower().split())
    start = "".join(char for char, _ in places).find(wanted)
    if start < 0 or not wanted:
        return folded
    return "".join(letters[places[start][1] : places[start + len(wanted) - 1][1] + 1])


def _folded(letters: list[str]) -> list[str]:
    out: list[str] = []
    for letter in letters:
        piece: list[str] = []
        for char in _seen(letter) if len(letter) < 5 else whole_kana(visible(letter)):
            piece.append(_folded_letter(char, piece or out))
        out.append("".join(piece).translate(_BRACKETS))
    for i in range(1, len(out) - 1):
        if out[i] == "-" and _HYPHEN.search("".join(out[i - 1 : i + 2])):
            out[i] = "ー"
    return out


@lru_cache(maxsize=8192)
def _seen(letter: str) -> str:
    """What is seen of one letter with its marks. Letters come again and again: a text may be 32,767 long."""
    return whole_kana(visible(letter))


def _folded_letter(char: str, before: list[str]) -> str:
    if char in _ERA_SIGNS:
        return _ERA_SIGNS[char]
    if char in _TRIANGLES:
        return "△"
    if char in DASHES or (char in _LONG_VOWELS and not _ends_in_kana(before)):
        return "-"
    if char in "〜～∼":
        return "~"
    if char == "￥":
        return "¥"
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    return unicodedata.normalize("NFKC", char) if char in "㌫㍉㌔㌘㌧" else char


def _ends_in_kana(before: list[str]) -> bool:
    last = next((piece[-1] for piece in reversed(before) if piece), "")
    return "ァ" <= last <= "ヺ" or "ぁ" <= last <= "ゖ" or (last in _LONG_VOWELS and last != "")


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


# --- what can be written -------------------------------------------------------------------------------------------

#: What one cell of a workbook holds at most, in the units that Excel counts: an emoji takes two.
CELL_LIMIT = 32_767
_CUT = "…(以下略)"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: What nobody sees goes; what breaks a line stays a break, so that two figures do not become one.
_CONTROLS: Mapping[int, str | None] = {
    **dict.fromkeys((*range(0x09), *range(0x0E, 0x20))),
    **dict.fromkeys((0x0B, 0x0C), "\n"),
    **dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd"),
}
_BREAKS = re.compile(r"[\t\n\r\x85\u2028\u2029]+")
#: More controls, and marks that turn the direction of the writing: a name would show as another.
_TURNING = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile(r"\r\n?")


def writable(text: str) -> str:
    """The text as XML, UTF-8 and Excel can hold it: halves of signs become ``\ufffd``, control characters go.

    Two halves that belong together become the sign they are.
    """
    if not _UNWRITABLE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").translate(_CONTROLS)


def cell_text(text: str) -> str:
    """The text as a cell of a workbook can hold it: one kind of line end, and cut, visibly, where it is too long."""
    plain = _LINE_ENDS.sub("\n", writable(text))
    if excel_length(plain) <= CELL_LIMIT:
        return plain
    room = 2 * (CELL_LIMIT - len(_CUT))
    return plain.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + _CUT


def excel_length(text: str) -> int:
    """The length of a text as Excel counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, length: int = 60) -> str:
    """A text on one line, cut where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def one_line(text: str) -> str:
    """A name without line ends, tabs, controls and what cannot be written; bytes that are no text leave a sign."""
    return _TURNING.sub("", _BREAKS.sub(" ", writable(text))).strip()


def tidied(value: T) -> T:
    """A value with every text in it writable: dataclasses, mappings, lists, tuples and sets through and through."""
    made: T = _tidied(value)
    return made


def _tidied(value: Any) -> Any:
    if isinstance(value, str):
        clean = writable(value)
        return value if clean is value else type(value)(clean)
    if isinstance(value, Mapping):
        return {_tidied(k): _tidied(v) for k, v in value.items()}
    if isinstance(value, tuple | list | set | frozenset) and not hasattr(value, "_fields"):
        return type(value)(_tidied(v) for v in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for field in dataclasses.fields(value):
            if field.init:
                old = getattr(value, field.name)
                new = _tidied(old)
                if new is not old and new != old:
                    changed[field.name] = new
        return dataclasses.replace(value, **changed) if changed else value
    return value


def tidy(method: Callable[P, T]) -> Callable[P, T]:
    """A function whose arguments come in writable: what people type reaches the store through it alone."""

    @wraps(method)
    def called(*given: P.args, **named: P.kwargs) -> T:
        return method(*_each(given), **{k: _tidied(v) for k, v in named.items()})

    return called


def _each(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """The first is the object whose method it is."""
    return given[:1] + tuple(_tidied(one) for one in given[1:])
