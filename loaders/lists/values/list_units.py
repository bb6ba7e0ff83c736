"""The unit of an indicator: of its column, its name's brackets, its headings, else of most of its cells; or asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from kpi.issue import Choice, Issue, Severity
from loaders.lists.list_cells import split, unit_in
from loaders.lists.list_grid import Grid
from loaders.lists.list_indicator import ListedIndicator
from loaders.lists.list_layout import Table
from loaders.lists.list_words import line_role
from loaders.text.characters import canonical, fold
from loaders.text.choice_words import release_mark
from loaders.text.surroundings import unit_keys
from loaders.workbook.cells import Cell

_IN_BRACKETS = re.compile(r"[(（【〔\[［]((?:単位\s*[:：]?\s*)?)([^()（）【】〔〕\[\]［］]{1,12})[)）】〕\]］]\s*$")
_OF_SHEET = re.compile(r"単位\s*:\s*([^\s()、,・]{1,12})(?=[)\s]|$)")
#: What a unit may be that stands in brackets behind a name; 千, 万 and the like may stand before it.
_UNITS = re.compile(
    r"%|％|(?:[十百千万億兆]{0,2})(?:人泊|人|名|件|か所|箇所|ヶ所|カ所|戸|台|校|社|者|団体|市町村|円|枚|本|冊|部|時間|分|日|回|ha|km|㎡|t|トン|点|位|歳"
    r"|世帯|システム|機関|施設|事業所|事業者|業務|手続|講座|課|地区|経営体|kl|kwh|t-co2)(?:[/／](?:人|台|日|月|年|校|件|人・月))?",
    re.IGNORECASE,
)
#: Whoever heads the names with it means whatever stands in their brackets.
_SAYS_UNIT = re.compile(r"単位")
_ADDED = re.compile(r"\d|累計|累積|延べ|単年|年間|新規|再掲")
#: What a person has said of an indicator whose cells have no unit.
NO_UNIT = "-"
#: A unit is taken from cells where at least one in so many has it.
_HALF = 2


def unit_of_name(name: str, heading: str) -> tuple[str, str]:
    """The unit in the brackets behind a name, and the name without it; ``heading`` is that of the names."""
    found = _IN_BRACKETS.search(name)
    if found is None:
        return "", name
    unit = found[2].strip()
    told = bool(found[1]) or (bool(_SAYS_UNIT.search(heading)) and not _ADDED.search(unit))
    return (unit, name[: found.start()].strip()) if told or _UNITS.fullmatch(unit) else ("", name)


def unit_of_heads(grid: Grid, table: Table) -> str:
    """The unit that the headings of all values, or a line over the table (「(単位：千円)」), give."""
    told = {m[2].strip() for c in table.values if (m := _IN_BRACKETS.search(c.heading)) and _UNITS.fullmatch(m[2])}
    if len(told) == 1 and len(table.values) == sum(bool(_IN_BRACKETS.search(c.heading)) for c in table.values):
        return told.pop()
    above = [fold(text) for row in grid.rows if row <= table.head[-1] for text in grid.filled(row).values()]
    found = {m[1] for text in above if (m := _OF_SHEET.search(text))}
    return found.pop() if len(found) == 1 else ""


def unit_of_cells(
    grid: Grid, table: Table, lines: Iterable[tuple[int, str]], one: ListedIndicator
) -> tuple[str, Issue | None]:
    """The unit of most cells with numbers; one that stands in few of them, or beside others, is asked about."""
    cells = [
        (grid.place(row, c.column), cell)
        for row, line in lines if line not in ("period", "skip") for c in table.values
        if grid.own(row, c.column) and (cell := grid.cell(row, c.column)) is not None
    ]  # fmt: skip
    written = [(place, unit) for place, cell in cells if (unit := _written(cell, grid.text(*place))) is not None]
    counts = Counter(_folded(unit) for _, unit in written if unit)
    if not counts:
        return "", None
    most, number = counts.most_common(1)[0]
    unit = next(u for _, u in written if _folded(u) == most)
    alone = len(counts) == 1 or counts.most_common(2)[1][1] < number
    if alone and number * _HALF >= len(written):
        return unit, None
    told = list(dict.fromkeys(u for _, u in written if u))
    places = [grid.ref(place) for place, u in written if u]
    return unit, _asked(one, told, places, len(written))


def _asked(one: ListedIndicator, units: Sequence[str], places: Sequence[str], number: int) -> Issue:
    message = f"「{one.name}」の単位は、数値のある{number}個のセルのうち{'、'.join(places[:4])}にだけ書かれています"
    message += f"(「{'」「'.join(units)}」)。"
    choices = (
        *(Choice(f"単位は「{u}」", {"unit": u}) for u in units),
        Choice("単位は書かれていない", {"unit": NO_UNIT}),
    )
    advice = "正しいものを選んでください。それまで、この指標の値は取り込みません。"
    return Issue("list.units", Severity.ASK, message, advice, "", one.key, one.name, one.key, "unit", choices)


def _folded(unit: str) -> str:
    return min(unit_keys(unit), default=canonical(unit))


def _written(cell: Cell, text: str) -> str | None:
    """The unit behind the number of a cell, empty for none; None where no number stands there."""
    if cell.kind == "number":
        shown = cell.number_format
        unit = "%" if "%" in shown else unit_in(shown.replace('"', ""))
        return unit if not line_role(unit) else ""
    pieces = split(text).pieces
    if not pieces:
        return None
    unit = unit_in(pieces[0].bare)
    return "" if line_role(unit) or release_mark(unit) else unit
