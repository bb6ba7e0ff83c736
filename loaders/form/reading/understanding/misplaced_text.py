"""Cells of words, and what does not belong into them: a figure alone, and words about another row's indicator."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kpi.issue import LEFT_BLANK, Choice, Severity
from loaders.form import definition as d
from loaders.form.reading.headings import label
from loaders.form.reading.understanding.form_row import FormCell, Understood
from loaders.text.characters import fold, prose
from loaders.text.findings import severity
from loaders.text.numbers import read_number
from loaders.text.surroundings import COUNTED
from loaders.workbook.cells import Cell

#: 連絡先 may be an extension number alone.
_NO_NUMBER = ("evidence", "analysis", "actions", *d.STANDING_KEYS, "section", "person")
_ABOUT_ITS_ROW = ("evidence", "analysis", "actions", *d.STANDING_KEYS)
#: Doubts about how a figure is meant, not about its being one. A year is none: it may name the source.
_STILL_A_FIGURE = {f"number.{code}" for code in ("percent_scale", "dot_grouping", "approximate", "scientific", "scale")}
_LONGEST_FIGURE = 20
#: Names shorter than this may stand in any text.
_LEAST_NAME = 6
_AHEAD = re.compile(r"[\s・●○◯■□◆◇※*・\-「『【(（\d.:]*")
_TOPIC = re.compile(
    r"[」』】]の|[」』】)]*(?:について|に関し|に係る|に対する|の(?:実績|状況|推移|要因|集計|調査|統計|資料|数値|値|結果|データ)|は|が|を|:|$)"
)


def words(one: FormCell) -> Understood:
    """The text in a cell as it stands; a figure alone in it, or another row's indicator, is asked about."""
    key, text, indicators = one.key, prose(one.cell.written), one.row.brief.plan.indicators
    choices = (Choice("このまま取り込む", {key: text}), Choice(LEFT_BLANK, {key: None}))
    own = one.row.indicator
    if stray_number(key, one.cell, tuple(i.unit for i in indicators)):
        return Understood(text or None, (one.issue("text.number", choices=choices),))
    # Those of all other indicators: the row that a text belongs to may have been deleted.
    if name := other_row(key, text, own.name, tuple(i.name for i in indicators if i.id != own.id)):
        return Understood(text or None, (one.issue("text.other_row", {"name": name, "own": own.name}, choices),))
    return Understood(text or None)


def stray_number(key: str, cell: Cell, units: Iterable[str]) -> bool:
    """Whether nothing but a figure stands in a column of text, as when 目標値 was typed into 設定根拠.

    ``units`` are those of the plan: a figure may have been meant for any row.
    """
    if key not in _NO_NUMBER or cell.kind not in ("number", "text") or cell.value is None:
        return False
    if len(cell.written) > _LONGEST_FIGURE or not re.search(r"\d", fold(cell.written)):
        return False
    wanted = tuple(dict.fromkeys((*units, "％", *COUNTED)))
    return _is_figure(cell.value, cell.written, cell.number_format, wanted)


@lru_cache(maxsize=4096, typed=True)
def _is_figure(value: str | float, written: str, number_format: str, units: tuple[str, ...]) -> bool:
    """Whether that reads as a figure of one of the units; the rows of a department often name the same source."""
    return any(_reads(value, written, number_format, unit) for unit in units)


def _reads(value: str | float, written: str, number_format: str, unit: str) -> bool:
    read = read_number(value, unit=unit, number_format=number_format)
    doubts = {f.code for f in read.findings if severity(f) is not Severity.NOTE}
    words = re.search(r"[ぁ-んァ-ヶ]", written)
    return read.outcome == "value" or (read.outcome == "ask" and doubts <= _STILL_A_FIGURE and not words)


def other_row(key: str, text: str, own: str, others: Iterable[str]) -> str:
    """The name of the other indicator that a text is about, judged by its beginning; empty where it is its own row's.

    Names may hold one another, so the longest that fits is the one that is meant. A text that names its own indicator
    anywhere is its own, whatever else it mentions.
    """
    if key not in _ABOUT_ITS_ROW:
        return ""
    folded, mine = label(text), label(own)
    start = folded[len(_AHEAD.match(folded)[0]) :]  # type: ignore[index]
    for name, other in _longest_first(tuple(others)):
        if other == mine or other not in folded:
            continue
        at = next((f for f in (folded, start) if f.startswith(other)), "")
        if not at:
            at = next((folded[i:] for i in _quoted(folded, other)), "")
        if at and _TOPIC.match(at, len(other)) and mine not in folded.replace(other, " "):
            return name
    return ""


@lru_cache(maxsize=1024)
def _longest_first(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Names with what is looked for of each; those of a plan are asked for with every text."""
    labels = ((name, label(name)) for name in names)
    return tuple(sorted((one for one in labels if len(one[1]) >= _LEAST_NAME), key=lambda one: -len(one[1])))


def _quoted(text: str, name: str) -> list[int]:
    """Where a name stands in corner brackets as the topic of a sentence."""
    return [m.start() + 1 for m in re.finditer(rf"[「『]{re.escape(name)}[」』](?=について|に関し|に係る|は|が)", text)]
