"""How the words of an indicator's page share it with the chart: in the largest type in which all of them have room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi.report.blocks import Passage
from loaders.documents.paper.text_room import lines_of, shortened

#: Millimetres above and below the words of a passage, and what each passage gets at most where there is room left.
EDGE, _EASE = 0.8, 9.0


@dataclass(frozen=True)
class Setting:
    """Points of the type, millimetres of its lines, and the part of its full size that the chart has."""

    size: float
    line: float
    chart: float = 1.0


#: From the most comfortable one to what still can be read. The chart gives way once the type is 8.5 points.
SETTINGS = (
    Setting(10.5, 5.2),
    Setting(9.5, 4.7),
    Setting(9, 4.4),
    Setting(8.5, 4.1),
    Setting(8.5, 4.1, 0.8),
    Setting(8, 3.8, 0.8),
    Setting(7.5, 3.5, 0.7),
)


def setting_for(passages: Sequence[Passage], width: float, room: float, chart: float) -> Setting:
    """The first setting in which the passages and a chart of so many millimetres have room together, else the last."""
    fitting = (s for s in SETTINGS if height_of(passages, width, s) <= room - chart * s.chart)
    return next(fitting, SETTINGS[-1])


def height_of(passages: Sequence[Passage], width: float, setting: Setting) -> float:
    """Millimetres that the passages take, with a line to spare for programs that break lines in another way."""
    return sum(_height(one, width, setting) for one in passages) + setting.line


def heights(passages: Sequence[Passage], width: float, room: float, setting: Setting) -> list[float]:
    """Millimetres of each passage; where there is room left, each has a little more of it than its words take."""
    ease = min(_EASE, max(0.0, room - height_of(passages, width, setting)) / max(1, len(passages)))
    return [_height(one, width, setting) + ease for one in passages]


def with_room(passages: Sequence[Passage], width: float, room: float, setting: Setting) -> list[Passage]:
    """The passages as far as there is room; the longest are shortened to one length, with a word that there is more."""
    found, most = list(passages), 1 + max((lines_of(spoken(one), width, setting.size) for one in passages), default=0)
    while height_of(found, width, setting) > room and most > 2:
        most -= 1
        found = [_within(one, width, setting, most) for one in passages]
    return found


def label(passage: Passage) -> str:
    """The label as it stands before its text."""
    return f"【{passage.label}】"


def spoken(passage: Passage) -> str:
    """The label and its text as they run on."""
    return label(passage) + passage.text


def _height(passage: Passage, width: float, setting: Setting) -> float:
    return lines_of(spoken(passage), width, setting.size) * setting.line + 2 * EDGE


def _within(passage: Passage, width: float, setting: Setting, lines: int) -> Passage:
    text = shortened(spoken(passage), width, setting.size, lines)
    return Passage(passage.label, text.removeprefix(label(passage)))
