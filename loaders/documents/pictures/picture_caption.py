"""What a picture says of itself, so that a saved one can be read alone: title, unit, source, date, and a file name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kpi.charts.placement import text_width
from kpi.charts.theme import QUIET, VegaLite
from kpi.period import Period
from loaders.documents.packing import file_part

#: Sizes of letters and heights of lines in pixels, and what lies between the words and the drawing.
_TITLE, _WORDS, _LINE, _GAP = 14, 12, 17, 8
#: A name in a file's name is cut here: a file system has room for 255 bytes, a sign takes three.
_NAMED = 50


def captioned(chart: VegaLite, *, title: str, unit: str, source: str, day: date, width: int) -> VegaLite:
    """The chart under its title, with unit, source and date below it; what already stood over it is said there too.

    ``width`` in pixels is that of the finished picture: longer words go on in the next line.
    """
    below = _below(chart, unit, source, day)
    caption = {
        "text": _lines(title, width, _TITLE),
        "subtitle": _lines(below, width, _WORDS),
        "anchor": "start",
        "frame": "bounds",
        "offset": _GAP,
        "fontSize": _TITLE,
        "lineHeight": _LINE,
        "subtitleFontSize": _WORDS,
        "subtitleLineHeight": _LINE,
        "subtitleColor": QUIET,
    }
    return {**chart, "title": caption}


def caption_height(chart: VegaLite) -> int:
    """The pixels that the caption of a captioned chart takes."""
    caption = chart["title"]
    return _LINE * (len(caption["text"]) + len(caption["subtitle"])) + _GAP


def sized(chart: VegaLite, width: int, height: int) -> VegaLite:
    """The chart as a picture of exactly so many pixels, words included, on white."""
    config = {**chart.get("config", {}), "background": "#ffffff"}
    fit = {"type": "fit", "contains": "padding"}
    return {**chart, "width": width, "height": height, "autosize": fit, "config": config}


def day_words(day: date) -> str:
    """「令和8年11月21日時点」."""
    return f"{Period.of_date(day).label.split('(', 1)[0]}時点"


def picture_name(number: str, name: str, period: str, day: date, suffix: str = "png") -> str:
    """``図_暮1_指標名_R7_令和8年11月21日時点.png``: safe in any file system; ``period`` may be empty."""
    words = name if len(name) <= _NAMED else f"{name[: _NAMED - 1]}…"
    parts = [file_part(part) for part in (number, words, period) if part]
    return f"{'_'.join(['図', *parts, day_words(day)])}.{suffix}"


def _below(chart: VegaLite, unit: str, source: str, day: date) -> str:
    heading = chart.get("title") or ""
    said = heading["text"] if isinstance(heading, dict) else heading
    told = [said, f"単位 {unit}" if unit else "", f"出典 {source}" if source else "", day_words(day)]
    return "　".join(words for words in told if words)


def _lines(text: str, width: int, size: int) -> Sequence[str]:
    """A text broken so that no line is wider than the picture."""
    lines, room = [""], (width - 16) * 13 / size  # text_width is that of 13 pixels
    for sign in text:
        if text_width(lines[-1] + sign) > room:
            lines.append("")
        lines[-1] += sign
    return lines
