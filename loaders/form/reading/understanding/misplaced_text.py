"""Cells of words, and what does not belong into them: a figure alone, and words about another row's indicator."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kpi.issue import Choice, Severity
from loaders.form.reading.headings import label
from loaders.form.reading.understanding.form_row import FormCell, Understood
from loaders.text.characters import fold, prose
from loaders.text.findings import severity
from loaders.text.numbers import read_number
from loaders.text.surroundings import COUNTED
from loaders.workbook.cells import Cell

#: 連絡先 may be an extension number alone.
_NO_NUMBER = ("evidence", "analysis", "actions", "section", "person")
_ABOUT_ITS_ROW = ("evidence", "analysis", "actions")
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
    choices = (Choice("このまま取り込む", {key: text}), Choice("空欄とする", {key: None}))
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
    return any(_is_figure(cell, unit) for unit in dict.fromkeys((*units, "％", *COUNTED)))


def _is_figure(cell: Cell, unit: str) -> bool:
    assert cell.value is not None
    read = read_number(cell.value, unit=unit, number_format=cell.number_format)
    doubts = {f.code for f in read.findings if severity(f) is not Severity.NOTE}
    words = re.search(r"[ぁ-んァ-ヶ]", cell.written)
    return read.outcome == "value" or (read.outcome == "ask" and doubts <= _STILL_A_FIGURE and not words)


def other_row(key: str, text: str, own: str, others: Iterable[str]) -> str:
    """The name of the other indicator that a text is about, judged by its beginning; empty where it is its own row's.

    Names may hold one another, so the longest that fits is the one that is meant. A text that names its own indicator
    anywhere is its own, whatever else it mentions.
    """
    if key not in _ABOUT_ITS_ROW:
        return ""
    folded, mine = label(text), label(own)
    named = sorted(
        (o for o in others if len(label(o)) >= _LEAST_NAME and label(o) != mine), key=lambda o: -len(label(o))
    )
    start = folded[len(_AHEAD.match(folded)[0]) :]  # type: ignore[index]
    for name in named:
        other = label(name)
        at = next((f for f in (folded, start) if f.startswith(other)), "")
        if not at:
            at = next((folded[i:] for i in _quoted(folded, other)), "")
        if at and _TOPIC.match(at, len(other)) and mine not in folded.replace(other, " "):
            return name
    return ""


def _quoted(text: str, name: str) -> list[int]:
    """Where a name stands in corner brackets as the topic of a sentence."""
    return [m.start() + 1 for m in re.finditer(rf"[「『]{re.escape(name)}[」』](?=について|に関し|に係る|は|が)", text)]
