"""Small pieces of HTML: text in, markup out. Everything that comes from data is escaped here and nowhere else.

Tables of figures are written as HTML and not as charts: they cost nothing to draw again, a screen reader reads them
as tables, they print, and every indicator in them is an ordinary link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite
from urllib.parse import urlencode

from streamlit import query_params
from streamlit.runtime.scriptrunner import get_script_run_ctx

from kpi.status import standing


@dataclass(frozen=True)
class Markup:
    """Text that is markup already. Anything else given to these functions is escaped."""

    html: str

    def __str__(self) -> str:
        return self.html


Content = str | Markup

#: An operator between two numbers, or a bracket that closes: a line may end there. A sign is no operator.
_BREAK = re.compile(r"(?<=[^(−÷×=])([−÷×=]+)(?=.)|(\))(?=[^−÷×=)])")


def text(content: Content) -> str:
    """Markup as it is, anything else escaped, line breaks kept."""
    return content.html if isinstance(content, Markup) else escape(str(content)).replace("\n", "<br>")


_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=/@])")


def unmarked(said: str) -> str:
    """A text for a place that the framework reads as Markdown (labels, headings, messages): shown as it was written.

    Every sign of Markdown, of formulas and of coloured text is escaped; a line break becomes a space.
    """
    return _MARKS.sub(r"\\\1", " ".join(said.split()))


def join(parts: Iterable[Content], separator: str = "") -> Markup:
    """Several pieces in a row."""
    return Markup(separator.join(text(part) for part in parts))


def tag(name: str, content: Content, kind: str = "", **attributes: str) -> Markup:
    """One element. ``kind`` is its class; attribute names take ``_`` for ``-``."""
    extra = "".join(f' {key.replace("_", "-")}="{escape(value)}"' for key, value in attributes.items() if value)
    css = f' class="{kind}"' if kind else ""
    return Markup(f"<{name}{css}{extra}>{text(content)}</{name}>")


#: The moment that is shown (see :mod:`pages.parts.asof`), kept in the address from link to link.
AS_OF = "as_of"


def link(label: Content, page: str, **query: str) -> Markup:
    """A link to a screen of ours; see :func:`address`."""
    return Markup(f'<a href="{escape(address(page, **query))}" target="_self">{text(label)}</a>')


def address(page: str, **query: str) -> str:
    """The address of a screen with its filters, and with the past moment where one is shown.

    ``as_of=""`` leaves the moment out: back to now.
    """
    asked = {**_moment(), **query}
    if not asked.get(AS_OF):
        asked.pop(AS_OF, None)
    return page + ("?" + urlencode(asked) if asked else "") or "./"


def _moment() -> dict[str, str]:
    """The moment in the address of the screen that is drawn; nothing outside a screen."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return {}
    moment = query_params.get(AS_OF)
    return {AS_OF: moment} if moment else {}


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
    return tag("small", join((tag("span", piece) for piece in pieces), "<wbr>"), "formula")


@dataclass(frozen=True)
class Column:
    """One column of a table. ``number`` aligns right; ``narrow`` drops the column on a small screen."""

    heading: Content
    number: bool = False
    narrow: bool = False
    width: str = ""


@dataclass(frozen=True)
class Group:
    """A heading row inside a table, over the rows that follow it."""

    heading: Content


Row = Sequence[Content] | Group


def table(columns: Sequence[Column], rows: Iterable[Row], *, caption: str, kind: str = "") -> Markup:
    """A table with headings bound to its cells; the first cell of each row is the row's own heading.

    ``kind`` is an extra class: ``stack`` turns rows into cards on a small screen.
    """
    head = "".join(
        f'<th scope="col"{_cell_class(c)}{f" style=width:{c.width}" if c.width else ""}>{text(c.heading)}</th>'
        for c in columns
    )
    body = [_row(columns, row) for row in rows]
    return Markup(
        f'<table class="kpi {kind}"><caption class="unseen">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )


def _row(columns: Sequence[Column], row: Row) -> str:
    if isinstance(row, Group):
        return f'<tr class="group"><th colspan="{len(columns)}" scope="rowgroup">{text(row.heading)}</th></tr>'
    cells = []
    for index, (column, content) in enumerate(zip(columns, row, strict=True)):
        name = 'th scope="row"' if index == 0 else "td"
        label = f' data-label="{escape(str(column.heading))}"' if index else ""
        cells.append(f"<{name}{_cell_class(column)}{label}>{text(content)}</{name.split()[0]}>")
    return f"<tr>{''.join(cells)}</tr>"


def _cell_class(column: Column) -> str:
    names = [name for name, on in (("num", column.number), ("narrow", column.narrow)) if on]
    return f' class="{" ".join(names)}"' if names else ""


def bullet(progress: float | None, planned: float | None, summary: str) -> Markup:
    """Baseline dot, bar to the value, dashed tick of the planned line, target flag: one indicator in one line.

    Drawn on the scale from baseline (0) to target (1), widened where the value lies outside; nothing is clipped.
    Made of plain elements because the framework removes inline SVG.
    """
    if progress is None or not isfinite(progress):
        return tag("span", "―", "none")
    low, high = min(0.0, progress), max(1.0, progress)

    def at(value: float) -> float:
        return (value - low) / (high - low) * 100

    start, end = sorted((at(0.0), at(progress)))
    tick = planned is not None and isfinite(planned) and low <= planned <= high
    parts = [
        f'<i class="b-bar{" b-back" if progress < 0 else ""}" style="left:{start:.1f}%;width:{end - start:.1f}%"></i>',
        f'<i class="b-plan" style="left:{at(planned or 0.0):.1f}%"></i>' if tick else "",
        f'<i class="b-base" style="left:{at(0.0):.1f}%"></i>',
        f'<i class="b-flag" style="left:{at(1.0):.1f}%"></i>',
    ]
    return Markup(f'<span class="bullet" role="img" aria-label="{escape(summary)}">{"".join(parts)}</span>')


def status_bar(counts: Sequence[tuple[str, str, int]], summary: str) -> Markup:
    """One bar of counts, widths in proportion: (status, word, count). The words stand in the bar."""
    parts = [
        f'<span class="seg s-{standing(status)}" style="flex:{count} 1 0">{escape(word)}<b>{count}</b></span>'
        for status, word, count in counts
        if count
    ]
    return Markup(f'<div class="bar" role="img" aria-label="{escape(summary)}">{"".join(parts)}</div>')
