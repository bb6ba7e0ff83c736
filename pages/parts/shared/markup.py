"""Small pieces of HTML: text in, markup out. What comes from data is escaped by MarkupSafe, and in templates by Jinja.

What has structure is a template in ``templates/``; a sentence with a link in it is put together here. Tables of figures
are written as HTML and not as charts: they cost nothing to draw again, a screen reader reads them as tables, they
print, and every indicator in them is an ordinary link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup as Markup  # screens have it from here, with the pieces
from markupsafe import escape

from kpi.status import standing
from pages.parts import framework

#: Plain text, which is escaped where it is put in, or markup, which is not.
Content = str | Markup

#: An operator between two numbers, or a bracket that closes: a line may end there. A sign is no operator.
_BREAK = re.compile(r"(?<=[^(−÷×=])([−÷×=]+)(?=.)|(\))(?=[^−÷×=)])")


def text(content: Content) -> Markup:
    """Markup as it is, anything else escaped, line breaks kept. In templates the filter ``lines``."""
    if isinstance(content, Markup):
        return content
    escaped = escape(content)
    return escaped.replace("\n", Markup("<br>")) if "\n" in escaped else escaped


class _Indented(Extension):
    """A line break of a template and the indentation around it are for who reads the template, not for the page."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"\s*\n\s*", "", source)


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    extensions=[_Indented],
)
_TEMPLATES.filters["lines"] = text


def render(template: str, **values: Any) -> Markup:
    """A template of ``templates/`` with its values; each is compiled once."""
    return Markup(_TEMPLATES.get_template(template).render(values))


_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=/@])")


def unmarked(said: str) -> str:
    """A text for a place that the framework reads as Markdown (labels, headings, messages): shown as it was written.

    Every sign of Markdown, of formulas and of coloured text is escaped; a line break becomes a space.
    """
    return _MARKS.sub(r"\\\1", " ".join(said.split()))


def join(parts: Iterable[Content], separator: Content = "") -> Markup:
    """Several pieces in a row."""
    return Markup(str(text(separator)).join(map(text, parts)))


def tag(name: str, content: Content, kind: str = "", **attributes: str) -> Markup:
    """One element. ``kind`` is its class; attribute names take ``_`` for ``-``, one without a value is left out."""
    given = {"class": kind, **attributes}.items()
    inside = "".join(f' {key.replace("_", "-")}="{escape(str(value))}"' for key, value in given if value)
    return Markup(f"<{name}{inside}>{text(content)}</{name}>")


#: What is kept in the address from link to link: the moment that is shown (see :mod:`pages.parts.shared.as_of`), and
#: the plan (see :mod:`pages.parts.app.plan_choice`).
AS_OF, PLAN = "as_of", "plan"


def link(label: Content, page: str, **query: str) -> Markup:
    """A link to a screen of ours; see :func:`address`."""
    return tag("a", label, href=address(page, **query), target="_self")


def address(page: str, **query: str) -> str:
    """The address of a screen with its filters, and with the plan and the past moment where such are shown.

    ``as_of=""`` leaves the moment out: back to now.
    """
    asked = {**_kept(), **query}
    for kept in (AS_OF, PLAN):
        if not asked.get(kept):
            asked.pop(kept, None)
    return page + ("?" + urlencode(asked) if asked else "") or "./"


def _kept() -> dict[str, str]:
    """What the address of the screen that is drawn hands on; nothing outside a screen."""
    if not framework.in_a_run():
        return {}
    found = {name: st.query_params.get(name, "") for name in (PLAN, AS_OF)}
    return {name: value for name, value in found.items() if value}


def badge(word: str, status: str) -> Markup:
    """A status as a word in its frame. No sign stands before it: △ and ▲ mean minus in official tables, × offends."""
    return tag("span", word, f"badge s-{standing(status)}")


def changed(label: str) -> Markup:
    """更新 or 訂正: red, and a word."""
    return tag("span", label, "changed")


def formula(content: str) -> Markup:
    """A formula whose line breaks only after an operator or a closing bracket, never inside a number."""
    pieces = _BREAK.sub(lambda found: found.group() + "\0", content).split("\0")
    if len(pieces) == 1:  # a sentence in a formula's place breaks like any other
        return tag("small", content)
    return tag("small", join((tag("span", piece) for piece in pieces), Markup("<wbr>")), "formula")


@dataclass(frozen=True)
class Column:
    """One column of a table. ``number`` aligns right; ``narrow`` drops the column on a small screen."""

    heading: Content
    number: bool = False
    narrow: bool = False
    width: str = ""

    @cached_property
    def kind(self) -> str:
        """The classes of its cells."""
        return " ".join(name for name, on in (("num", self.number), ("narrow", self.narrow)) if on)

    @cached_property
    def label(self) -> str:
        """The heading as plain text, for each cell on a small screen."""
        return str(self.heading)


@dataclass(frozen=True)
class Group:
    """A heading row inside a table, over the rows that follow it."""

    heading: Content


Row = Sequence[Content] | Group


def table(columns: Sequence[Column], rows: Iterable[Row], *, caption: str, kind: str = "") -> Markup:
    """A table with headings bound to its cells; the first cell of each row is the row's own heading.

    ``kind`` is an extra class: ``stack`` turns rows into cards on a small screen.
    """
    told = [(row, ()) if isinstance(row, Group) else (None, list(zip(columns, row, strict=True))) for row in rows]
    return render("table.html", columns=columns, rows=told, caption=caption, kind=kind)


def listing(contents: Iterable[Content], kind: str = "", *, ordered: bool = False) -> Markup:
    """A list of points, or of steps in their order."""
    return render("list.html", contents=contents, kind=kind, ordered=ordered)


def bullet(progress: float | None, planned: float | None, summary: str) -> Markup:
    """Baseline dot, bar to the value, dashed tick of the planned line, target flag: one indicator in one line.

    Drawn on the scale from baseline (0) to target (1), widened where the value lies outside; nothing is clipped."""
    if progress is None or not isfinite(progress):
        return tag("span", "―", "none")
    low, high = min(0.0, progress), max(1.0, progress)

    def at(value: float) -> float:
        return (value - low) / (high - low) * 100

    start, end = sorted((at(0.0), at(progress)))
    tick = planned is not None and isfinite(planned) and low <= planned <= high
    return render(
        "bullet.html",
        summary=summary,
        back=progress < 0,
        start=f"{start:.1f}%",
        width=f"{end - start:.1f}%",
        plan=f"{at(planned or 0.0):.1f}%" if tick else "",
        base=f"{at(0.0):.1f}%",
        flag=f"{at(1.0):.1f}%",
    )


def status_bar(counts: Sequence[tuple[str, str, int]], summary: str) -> Markup:
    """One bar of counts, widths in proportion: (status, word, count). The words stand in the bar."""
    shown = [(standing(status), word, count) for status, word, count in counts]
    return render("status_bar.html", counts=shown, summary=summary)
