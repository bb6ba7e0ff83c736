"""Whether a cell's formula takes its value from outside its own workbook."""

from __future__ import annotations

import re

_STRING = re.compile(r'"(?:[^"]|"")*"')
_QUOTED = re.compile(r"'((?:[^']|'')*)'!")
#: What no sheet's name may hold; a quoted name with one of these is a file's, with or without its folder.
_OF_A_FILE = re.compile(r"[\[\]\\/:?*]|\.(?:xl[a-z]{1,3}|ods|csv)$", re.IGNORECASE)
#: [1]Sheet1!A1, [1]!テーブル1[件数], [x.xlsx]S!A1. Behind a name a bracket is a column; [0] is this book.
_BOOK = re.compile(r"(?<![\w.\]\[])\[(?!0\])[^\[\]]+\][^\s()\[\]{}'\"!,;+\-*/^&=<>%]*!")
_LINK = re.compile(r"https?://|\\\\\w|\.xl[a-z]{1,2}!", re.IGNORECASE)
#: app|topic!item, Excel's link to another program.
_DDE = re.compile(r"[\w.]\|(?:'[^']*'|[^\s!()'\"]+)!")
_FETCHED = re.compile(
    r"(?<![\w.])(?:_xl\w+\.)*(?:WEBSERVICE|RTD|STOCKHISTORY|CUBE[A-Z]+|SQL\.REQUEST)\(", re.IGNORECASE
)
_INDIRECT = re.compile(r"(?<![\w.])INDIRECT\(", re.IGNORECASE)


def refers_outside(formula: str) -> bool:
    """Whether a formula names another file, a link or another program. A table's column (テーブル1[件数]) is none."""
    bare = _STRING.sub('""', formula)
    if any(pattern.search(bare) for pattern in (_BOOK, _LINK, _DDE, _FETCHED)):
        return True
    if any(_OF_A_FILE.search(name) for name in _QUOTED.findall(bare)):
        return True
    texts = " ".join(_STRING.findall(formula))
    return bool(_INDIRECT.search(bare)) and bool(re.search(r"\[[^\]]*\]|https?://", texts))
