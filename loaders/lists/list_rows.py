"""The rows of one table of a list: headings of fields, indicators, the lines and the parts of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kpi.issue import Choice, Issue, Severity
from loaders.lists.list_cells import release_in, split
from loaders.lists.list_doubts import (
    begins_a_field,
    holds_remarks,
    is_total,
    of_alone,
    of_line,
    of_parts,
    of_remark,
    of_total,
)
from loaders.lists.list_figures import Line, figures_of
from loaders.lists.list_grid import Grid, Place
from loaders.lists.list_headings import bare_name, is_note, level_of, one_line
from loaders.lists.list_indicator import ListedFigure, ListedIndicator
from loaders.lists.list_layout import Layout, ListColumn, Table, Told
from loaders.lists.list_words import VALUE_ROLES, line_role
from loaders.lists.values.list_one_cell import Context
from loaders.lists.values.list_periods import years_meant
from loaders.lists.values.list_sizes import sized
from loaders.lists.values.list_units import NO_UNIT, unit_of_cells, unit_of_heads, unit_of_name
from loaders.text.characters import canonical, shortened

#: What follows a line break in a name cell when it explains the name rather than goes on with it.
_EXPLAINS = re.compile(r"^[(（※〔\[【・]|とは|割合|の数$|÷|/|合計|による")


class TableReader:
    """The rows of one table, read from above: a heading, an indicator, a line or a part of the one before."""

    def __init__(self, grid: Grid, table: Table, told: Told, layout: Layout, section: tuple[Place, str] | None) -> None:
        self._grid, self._table, self._told = grid, table, told
        self._wrapped = told.wrapped or layout.wrapped
        self._unsure_lines = bool(table.lines) and not (told.lines or layout.lines)
        self._names, self._labels = table.of("name", "child"), table.of("lines")
        self.indicators: list[ListedIndicator] = []
        self.issues: list[Issue] = []
        self.marks: dict[Place, str] = {}
        self._section = ""
        self._alone: Issue | None = None
        self._outer = ["", "", ""]
        self._current: tuple[ListedIndicator, list[Line]] | None = None
        if section:
            self._begin_section(*section)

    def read(self) -> None:
        """Read all rows."""
        for row in self._table.rows:
            self._row(row, self._told.rows.get(row, ""))
        self._close()
        self._ask_alone()

    def _row(self, row: int, said: str) -> None:
        filled = self._grid.filled(row)
        if not filled or said == "skip":
            self.marks |= {p: "skip" for p in filled if p[0] == row} if said == "skip" else {}
            return
        place, text = next(iter(filled.items()))
        if said == "section" or (not said and self._is_section(row, filled)):
            self._close()
            self._ask_alone()  # of the one before, over which no indicator has come
            self._begin_section(place, text)
            self._alone = None if said or self._is_plain_heading(place, text) else of_alone(self._grid, place, row)
        elif not said and is_note(text) and not self._has_values(row):
            self.marks[place] = "skip"
        else:
            self._indicator_row(row, said)

    def _is_plain_heading(self, place: Place, text: str) -> bool:
        """Whether what stands alone is surely a heading: numbered, marked, merged across or left of the names."""
        areas = self._grid.sheet.merged
        across = any((top, left) == place and right > left for top, left, _, right in areas)
        return across or begins_a_field(text) or place[1] not in {c.column for c in self._names}

    def _is_section(self, row: int, filled: Mapping[Place, str]) -> bool:
        """One text alone, at the left, that is neither a note nor a name beneath which values of its own follow."""
        own = [place for place in filled if place[0] == row]
        if len(own) != 1 or is_note(filled[own[0]]) or level_of(filled[own[0]]):
            return False
        name = self._names[0].column if self._names else self._grid.columns[-1]
        if any(place[0] != row for place in filled) or own[0][1] > name:
            return False
        return own[0][1] < name or not self._has_parts(row, filled[own[0]])

    def _parts(self, row: int) -> int:
        """How deep the names of the next row's parts of this one are (① is 1, ア is 2); 0 for none, -1 for a line."""
        below = next((r for r in self._table.rows if r > row and self._grid.filled(r)), 0)
        texts = [self._grid.text(below, c.column) for c in self._names if below and self._grid.own(below, c.column)]
        if below and not texts:
            return -1
        return max(map(level_of, texts), default=0)

    def _has_parts(self, row: int, text: str) -> bool:
        """Whether the next row is a part or a line of what stands in this one; ① beneath 「１ 窓口」 is none."""
        parts = self._parts(row)
        return (parts > level_of(text) and not (parts == 1 and begins_a_field(text))) or parts < 0

    def _begin_section(self, place: Place, text: str) -> None:
        self._section = one_line(text)
        self._outer = ["", "", ""]
        self.marks[place] = "field"

    def _indicator_row(self, row: int, said: str) -> None:
        name = next((c for c in reversed(self._names) if self._grid.own(row, c.column)), None)
        has_values = self._has_values(row)
        label = said if said in VALUE_ROLES else self._label(row)
        if not said and has_values and (total := self._total(row, name)):
            self._close()
            self.marks |= {p: "skip" for p in self._grid.filled(row) if p[0] == row}
            self.issues.append(of_total(self._grid, total, row, named=name is not None))
            return
        if name is None:
            if self._current is not None and has_values and not said and self._is_unsure(row, label):
                first = next(p for p in self._grid.filled(row) if p[0] == row)
                part = next((c.letters for c in self._table.of("", "field", "skip") if c.column == first[1]), "")
                self.issues.append(of_line(self._grid, first, row, part))
            elif self._current is not None and (has_values or label):
                self._line(row, label)
            elif has_values:
                self.issues.append(self._nameless(row))
            return
        self._close()
        self._open(row, name)
        if self._current is not None and (has_values or label):
            self._line(row, label)

    def _has_values(self, row: int) -> bool:
        return any(self._grid.own(row, c.column) for c in self._table.values)

    def _total(self, row: int, name: ListColumn | None) -> Place | None:
        """The cell that says that a row has sums."""
        last = max((c.column for c in self._names), default=0)
        own = [c for c in self._grid.columns if c <= last and self._grid.own(row, c)]
        if name is not None:
            own = [name.column]
        return next((self._grid.place(row, c) for c in own if is_total(self._grid.text(row, c))), None)

    def _is_unsure(self, row: int, label: str) -> bool:
        """Whether a row beneath an indicator has values where its lines have some already, and no label says which."""
        if label or self._current is None:
            return False
        labelled = any(self._grid.own(row, c.column) for c in self._labels)
        lines = self._current[1]
        if self._table.lines:
            return len(lines) >= len(self._table.lines)
        mine = {c.column for c in self._table.values if split(self._grid.text(row, c.column)).pieces}
        there = {c for r, _ in lines for c in mine if self._grid.own(r, c) and self._grid.own(row, c)}
        return labelled or bool(there)

    def _label(self, row: int) -> str:
        return next((line_role(t) for c in self._labels if (t := self._grid.text(row, c.column))), "")

    def _line(self, row: int, label: str) -> None:
        if self._current is None:
            return
        lines = self._current[1]
        unlabelled = self._table.lines
        lines.append((row, label or (unlabelled[min(len(lines), len(unlabelled) - 1)] if unlabelled else "")))
        self.marks |= {self._grid.place(row, c.column): "lines" for c in self._labels if self._grid.own(row, c.column)}

    def _nameless(self, row: int) -> Issue:
        first = next(c for c in self._table.values if self._grid.own(row, c.column))
        place = self._grid.place(row, first.column)
        message, advice = (
            f"{self._grid.row_words(row)}に値がありますが、指標の名前がありません。",
            f"要らない{self._grid.line}なら「この{self._grid.line}は」で「読まない」に、",
        )
        advice += "そうでなければ指標名を確かめてください。"
        choices = (Choice(f"この{self._grid.line}を読まない", {"row": "skip"}),)
        written = self._grid.text(*place)
        told_as = "", self._grid.ref(place), written, str(row), "row", choices
        return Issue("list.nameless", Severity.ASK, message, advice, *told_as)

    def _ask_alone(self) -> None:
        self.issues += [self._alone] if self._alone else []
        self._alone = None

    def _open(self, row: int, column: ListColumn) -> None:
        """Begin the indicator whose name stands in a row."""
        self._ask_alone()
        place = self._grid.place(row, column.column)
        text = self._grid.text(row, column.column)
        name, definition = self._named(place, text)
        if column.kind == "child":
            outer = next((t for c in self._names if c.kind == "name" and (t := self._grid.text(row, c.column))), "")
            name = f"{one_line(outer)}({bare_name(name)})" if outer else name
            self.marks |= {self._grid.place(row, c.column): "name" for c in self._names if c.kind == "name"}
        else:
            name = self._part(name, row)
        self.marks[place] = column.kind
        texts = {kind: self._beside(row, kind) for kind in ("field", "number", "definition", "unit", "source", "owner")}
        definition = texts["definition"] or definition
        unit, bare = unit_of_name(name, column.heading)
        if texts["unit"]:
            unit = texts["unit"]
        else:
            name = bare
        self._current = (
            ListedIndicator(
                place, self._grid.ref(place), name, texts["field"] or self._section, texts["number"], definition, unit,
                texts["source"], texts["owner"],
            ),
            [],
        )  # fmt: skip

    def _part(self, name: str, row: int) -> str:
        """The name of an indicator, within brackets behind that of which it is a part."""
        level = level_of(name)
        outer = next(filter(None, reversed(self._outer[:level])), "")
        if not level and self._parts(row) == 1 and not self._has_values(row) and row not in self._told.rows:
            self.issues.append(of_parts(self._grid, self._grid.place(row, self._names[0].column), row))
        told = f"{outer}({bare_name(name)})" if outer else bare_name(name) if level else name
        self._outer[level:] = [told, *[""] * (len(self._outer) - 1 - level)]
        return told

    def _beside(self, row: int, kind: str) -> str:
        for column in self._table.of(kind):
            if text := self._grid.text(row, column.column):
                self.marks[self._grid.place(row, column.column)] = kind
                return text if kind in ("definition", "source") else one_line(text)
        return ""

    def _named(self, place: Place, text: str) -> tuple[str, str]:
        """The name in a cell and the definition under it; where a line break may be either, a person is asked."""
        first, _, rest = (part.strip() for part in text.strip().partition("\n"))
        if not rest:
            return first, ""
        cell = self._grid.ref(place)
        wrapped = str(self._told.cells.get(cell, {}).get("wrapped") or self._wrapped)
        explains = bool(_EXPLAINS.search(rest))
        if not wrapped and not explains:
            choices = (
                Choice(f"名前は「{shortened(first, 20)}」、あとは定義", {"wrapped": "definition"}),
                Choice(f"続けて「{shortened(one_line(text), 30)}」という名前", {"wrapped": "name"}),
            )
            message = "指標名のセルに改行があり、改行の後が定義か名前の続きか分かりません。定義と読みました。"
            advice = "正しいほうを選んでください。ほかの指標も同じように読みます。"
            told_as = "", cell, text, cell, "wrapped", choices
            self.issues.append(Issue("list.wrapped", Severity.ASK, message, advice, *told_as))
        if wrapped == "name":
            return one_line(text), ""
        return first, _stripped(rest)

    def _close(self) -> None:
        """The figures of the indicator that ends here."""
        if self._current is None:
            return
        one, lines = self._current
        self._current = None
        told = self._told.cells.get(one.key, {})
        unit, odd = str(told.get("unit", "")) or one.unit or unit_of_heads(self._grid, self._table), None
        if not unit:
            unit, odd = unit_of_cells(self._grid, self._table, lines, one)
        self.issues += [odd] if odd else []
        unit = unit.removeprefix(NO_UNIT)
        own = {self._grid.ref(self._grid.place(row, c.column)) for row, _ in lines for c in self._table.values}
        split = any("split" in self._told.cells.get(cell, {}) for cell in own)
        context = Context(self._grid.sheet.name, one.name, unit, self._told, one.key, split)
        figures, issues = figures_of(self._grid, self._table, lines, context)
        self.issues += issues
        figures, sizes = sized(self._remarked(lines, figures), unit, one.key, self._told.cells)
        self.issues += sizes
        parts = self._parts(one.place[0])
        if lines or 0 <= parts <= level_of(self._grid.text(*one.place)):
            self.indicators.append(
                replace(one, unit=unit, figures=tuple(self._settled(f, unsure=odd is not None) for f in figures))
            )

    def _remarked(self, lines: Sequence[Line], figures: list[ListedFigure]) -> list[ListedFigure]:
        """The figures as a remark in their rows has them; what it means for the newest value is asked."""
        newest = max(
            (f for f in figures if f.role == "actual" and f.period),
            key=lambda f: f.period.position if f.period else 0.0, default=None,
        )  # fmt: skip
        columns = [c.column for c in self._table.of("skip") if holds_remarks(c.heading)]
        places = [self._grid.place(row, c) for row, _ in lines for c in columns if self._grid.own(row, c)]
        found = next(((p, word) for p in places if (word := release_in(self._grid.text(*p)))), None)
        if newest is None or newest.value is None or found is None or newest.release == found[1]:
            return figures
        cell = self._grid.ref(found[0])
        said = self._told.cells.get(cell, {}).get("release")
        if not said:
            self.issues.append(of_remark(cell, self._grid.text(*found[0]), found[1], newest))
        done = replace(newest, release=str(said)) if said else replace(newest, open=True)
        return [done if f is newest else f for f in figures]

    def _settled(self, figure: ListedFigure, *, unsure: bool) -> ListedFigure:
        """A figure that is open where a question about its column, its line or its unit is."""
        own = [c for c in self._table.values if c.column == figure.place[1]]
        doubts = {c.doubt for c in own}
        unsure = unsure or (figure.period is None and any(years_meant(c.heading) for c in own))
        unsure = (
            unsure
            or bool(doubts & {"year", "years", "values"})
            or ("yearly" in doubts and figure.role == "target")
            or self._unsure_lines
        )
        return replace(figure, open=True) if unsure and not figure.typed else figure


def _stripped(text: str) -> str:
    """A definition without the brackets that hold the whole of it."""
    plain = text.strip()
    if plain[:1] in "(（" and plain[-1:] in ")）" and canonical(plain).count("(") == 1:
        return plain[1:-1].strip()
    return plain
