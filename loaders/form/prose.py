"""Finds 記述 in a workbook and says of each of its lines what it is and whose: a number, a heading, a hidden mark.

What a person sees beside a text decides, as on the first sheet: the number and the name over the block, then the mark.
Where these contradict each other somebody is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kpi.collection import Brief
from kpi.issue import Issue
from kpi.plan import Indicator, Plan, RoundKind
from loaders.cells import Book, Cell, Sheet
from loaders.form import definition as d
from loaders.form import lines as ln
from loaders.form.lines import Told, read_token
from loaders.form.match import Table, bare, headings, label, table_in
from loaders.form.rows import Identified, Names, changed, foreign
from loaders.form.struck import known_spelling
from loaders.rules.register import finding
from loaders.text import is_blank

_LEAST = 3
#: So many hidden marks make a sheet 記述 whose headings are gone.
_LEAST_MARKS = 3


@dataclass
class Contact:
    """A 課's block: the indicators it answers for (None: nobody can tell) and where each of its columns stands."""

    covers: tuple[str, ...] | None
    all: bool = False
    spots: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def row(self) -> int:
        """The block's first line."""
        return min(row for row, _ in self.spots.values())


@dataclass
class Prose:
    """記述 sorted out: ``parts`` says what each line is, ``rows`` whose it is (of a 課's the first indicator)."""

    table: Table
    found: list[Identified] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    parts: dict[int, str] = field(default_factory=dict)
    rows: dict[int, Indicator] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def find_prose(book: Book, plan: Plan, kind: RoundKind, meta_sheet: Sheet | None) -> tuple[Table, ...]:
    """Every sheet 記述 of the workbook, visible ones first, the form's own name before others."""
    sheets = sorted(book.sheets, key=lambda s: (s.state == "hidden", s.name != d.PROSE_SHEET))
    found = (_prose(sheet, plan, kind) for sheet in sheets if sheet is not meta_sheet)
    return tuple(t for t in found if t)


def _prose(sheet: Sheet, plan: Plan, kind: RoundKind) -> Table | None:
    table = table_in(sheet, ln.HEADINGS, _LEAST)
    if table is None or not {"part", "text"} <= table.columns.keys():
        table = _by_marks(sheet)
    if table is None:
        return None
    known = _labels(plan, kind)
    lines = (known_spelling(table.at(row, "part"), lambda t: _key(t, known)) for row, _ in sheet.rows())
    if not any(_key(text, known) for text in lines) and not _marked(sheet):
        return None
    return replace(table, headings=headings(plan, kind) | _OWN)


#: What the sheet's own columns are called, where a message names one.
_OWN = {key: text for key, text in ln.HEADINGS.items() if key not in ("token", "number")}


def _marked(sheet: Sheet) -> list[Cell]:
    return [c for c in sheet.cells.values() if c.kind == "text" and read_token(c.written)]


def _by_marks(sheet: Sheet) -> Table | None:
    """The table of a sheet whose headings are gone, from the hidden marks, beside which everything stands as before."""
    marks = _marked(sheet)
    columns = {c.column for c in marks}
    if len(marks) < _LEAST_MARKS or len(columns) != 1:
        return None
    shift = columns.pop() - ln.TOKEN
    places = {key: place + shift for key, place in ln.COLUMNS.items()}
    return Table(sheet, min(c.row for c in marks) - 1, places, ln.HEADINGS)


def _labels(plan: Plan, kind: RoundKind) -> dict[str, str]:
    """What a line is, by its folded heading."""
    every = headings(plan, kind)
    columns = d.columns_on(kind, "contact", "prose")
    own = {ln.NAME: every[ln.NAME], ln.COVERS: ln.COVERS_HEADING}
    return {label(text): key for key, text in ({c.key: every[c.key] for c in columns} | own).items()}


def _key(text: str, known: Mapping[str, str]) -> str:
    """What a line is by what stands before its text, the question under the heading left aside; empty where unknown."""
    first = label(text.strip().partition("\n")[0])
    if key := known.get(first):
        return key
    folded, rest = label(text), {bare(t): k for t, k in known.items()}
    if key := rest.get(bare(first)):
        return key
    # A program that drops the end of a line leaves the heading with its question behind it.
    return next((k for t, k in sorted(known.items(), key=lambda one: -len(one[0])) if folded.startswith(t)), "")


def part_keys(table: Table) -> dict[int, str]:
    """What each line of a sheet 記述 is, as far as its heading or its mark tells."""
    known = {label(table.headings[key]): key for key in _LINES if key in table.headings} | {
        label(ln.COVERS_HEADING): ln.COVERS
    }
    found: dict[int, str] = {}
    for row, _ in table.sheet.rows():
        part, token = table.at(row, "part"), table.at(row, "token")
        told = read_token(token.written) if token else None
        if key := _key(part.written if part else "", known) or (told.key if told else ""):
            found[row] = key
    return found


_LINES = (ln.NAME, *sorted(d.keys_on("prose") | d.keys_on("contact")))


def sort_out(table: Table, brief: Brief, kind: RoundKind, ours: Mapping[str, Indicator], department_id: str) -> Prose:
    """Every line below the heading. ``ours`` are the indicators asked of the department."""
    return _Sorter(table, brief, kind, ours, department_id).prose()


@dataclass
class _Line:
    row: int
    key: str
    number: str
    told: Told | None


@dataclass
class _Block:
    """The block that the lines below a name belong to. ``sure``: its number, its name and its mark agree.

    ``torn`` is its number where that and its name, or its mark, are of two indicators: its lines are nobody's.
    """

    indicator: Indicator | None
    sure: bool = False
    torn: str | None = None


class _Sorter:
    def __init__(
        self, table: Table, brief: Brief, kind: RoundKind, ours: Mapping[str, Indicator], department_id: str
    ) -> None:
        self.table, self.brief, self.ours, self.department_id = table, brief, ours, department_id
        self.names = Names(brief.plan.indicators)
        self.labels = _labels(brief.plan, kind)
        self.out = Prose(table)
        self.columns = tuple(c.key for c in d.columns_on(kind, "prose") if c.entry)
        self._spots: dict[str, list[dict[str, tuple[int, int]]]] = {}
        self._told: set[tuple[str, str]] = set()

    def prose(self) -> Prose:
        lines = [
            found for row, _ in self.table.sheet.rows() if row > self.table.heading_row and (found := self._line(row))
        ]
        self._contacts([line for line in lines if self._of_contact(line)])
        self._blocks([line for line in lines if not self._of_contact(line)])
        for indicator_id, variants in self._spots.items():
            if not variants:  # its name stands there, and nothing under it
                continue
            indicator = self.brief.plan.indicator(indicator_id)
            for spots in variants:
                row = min(r for r, _ in spots.values())
                self.out.found.append(Identified(row, indicator, spots))
            self._gaps(indicator, variants[0])
        return self.out

    # --- what a line is

    def _line(self, row: int) -> _Line | None:
        part = self.table.at(row, "part")
        written = known_spelling(part, lambda t: _key(t, self.labels))
        told = read_token(self._text(row, "token"))
        seen = _key(written, self.labels)
        key = seen or (told.key if told else "")
        if not key:
            return None
        if told and key != told.key and not is_blank(written):
            known = next((t for t, k in self.labels.items() if k == told.key), told.key)
            words = {"found": written.partition("\n")[0], "known": known}
            self._say("part.exchanged", row, words, told.ids[0] if told.ids else "", key)
        elif told and not seen and not is_blank(written):
            words = {"found": written.partition("\n")[0], "known": self.table.headings.get(key, ln.COVERS_HEADING)}
            self._say("part.changed", row, words, told.ids[0] if told.ids else "", key)
        self.out.parts[row] = key
        return _Line(row, key, self._text(row, "number"), told)

    @staticmethod
    def _of_contact(line: _Line) -> bool:
        return line.key == ln.COVERS or (line.key in d.keys_on("contact"))

    def _text(self, row: int, key: str) -> str:
        cell = self.table.at(row, key)
        return cell.written.strip() if cell else ""

    def _spot(self, row: int) -> tuple[int, int]:
        return row, self.table.columns["text"]

    def _say(self, code: str, row: int, words: Mapping[str, str], indicator_id: str = "", key: str = "") -> None:
        order = ("text", "part", "number") if self.out.parts.get(row) == ln.NAME else ("part", "text", "number")
        cell = next((found for column in order if (found := self.table.at(row, column))), None)
        owner = indicator_id if indicator_id in self.ours else ""
        self.out.issues.append(
            finding(
                code, words, sheet=self.table.sheet.name, cell=cell.ref if cell else f"{row}行",
                value=cell.written if cell else "", indicator_id=owner, key=key,
            )
        )  # fmt: skip

    # --- the blocks of the 課

    def _contacts(self, lines: list[_Line]) -> None:
        """Each line to the block of its number, or where two have that number (one was copied) to the one above."""
        heads = [line for line in lines if line.key == ln.COVERS]
        blocks: dict[int, list[_Line]] = {line.row: [line] for line in heads}
        for line in lines:
            if line.key != ln.COVERS:
                same = [head.row for head in heads if label(head.number) == label(line.number)]
                above = [head.row for head in heads if head.row < line.row]
                home = same[0] if len(same) == 1 else above[-1] if above else 0
                blocks.setdefault(home, []).append(line)
        for block in blocks.values():
            self._contact(block)

    def _contact(self, block: list[_Line]) -> None:
        head = next((line for line in block if line.key == ln.COVERS), None)
        told = next((line.told for line in block if line.told and line.told.of_contact), None)
        made = Contact(None)
        for line in block:
            if line.key != ln.COVERS:
                made.spots.setdefault(line.key, self._spot(line.row))
        written = any(self._text(row, "text") for row, _ in made.spots.values())
        text = self._text(head.row, "text") if head else ""
        if label(text) == label(ln.ALL):
            made.covers, made.all = tuple(self.ours), True
        elif text:
            made.covers = self._listed(text, told)
        elif told and told.ids:
            made.covers = tuple(i for i in told.ids if i in self.ours)
            made.all = len(made.covers) == len(self.ours) > 1
        if made.spots and made.covers is None and written:
            place = head.row if head else made.row
            said = "、".join(self._text(row, "text") for row, _ in made.spots.values() if self._text(row, "text"))
            self._say("contact.unassigned", place, {"found": said, "covers": text or "空欄"})
        if made.spots and made.covers:
            self.out.contacts.append(made)
        first = next((self.ours[i] for i in made.covers or () if i in self.ours), None)
        for line in block:
            if first is not None:
                self.out.rows[line.row] = first

    def _listed(self, text: str, told: Told | None) -> tuple[str, ...] | None:
        """The indicators that a list of numbers names: 1、3、5; None where one of them is unknown."""
        by_number: dict[str, list[str]] = {}
        for i in self.ours.values():
            for said in {i.number, i.name, _outside_brackets(f"{i.number}({i.name})")}:
                by_number.setdefault(label(said), []).append(i.id)
        order = [label(i.number) for i in self.ours.values()]
        found: list[str] = []
        for part in re.split(r"[、,，・;；\s]+", _outside_brackets(text)):
            name = re.sub(r"^(?:no\.?|指標|番号)|番$", "", label(part))
            first, _, last = name.partition("~")
            if name in by_number and len(by_number[name]) == 1:
                found += by_number[name]
            elif last and first in order and last in order and order.index(first) <= order.index(last):
                span = order[order.index(first) : order.index(last) + 1]
                found += [i.id for i in self.ours.values() if label(i.number) in span]
            elif part:
                ids = told.ids if told else ()
                return tuple(i for i in ids if i in self.ours) or None
        return tuple(dict.fromkeys(found)) or None

    # --- the blocks of the indicators

    def _blocks(self, lines: list[_Line]) -> None:
        block = _Block(None)
        for line in lines:
            if line.key == ln.NAME:
                block = self._opened(line)
                found = block.indicator
            else:
                found = self._whose(line, block)
            if found is None:
                continue
            if found.id not in self.ours:
                self._foreign(line, found)
                continue
            self.out.rows[line.row] = found
            variants = self._spots.setdefault(found.id, [])
            if line.key == ln.NAME:
                continue
            free = next((spots for spots in variants if line.key not in spots), None)
            if free is None:
                variants.append(free := {})
            free[line.key] = self._spot(line.row)

    def _opened(self, line: _Line) -> _Block:
        """The indicator of a block's first line: its number and its name, then its mark."""
        text = known_spelling(self.table.at(line.row, "text"), self.names.name).strip()
        by_number, by_name = self.names.number(line.number), self.names.name(text)
        token = self.names.ids.get(line.told.ids[0]) if line.told and line.told.ids else None
        if by_number and by_name and by_number.id != by_name.id:
            self._say("row.conflict", line.row, {"by_number": by_number.name, "by_name": by_name.name})
            return _Block(None, torn=label(line.number))
        found = by_name or by_number
        if found is None:
            blank = not text and not line.number
            return _Block(token if blank else None)
        if token and token.id != found.id:
            if not (by_number and by_name):
                self._say("row.conflict", line.row, {"by_number": found.name, "by_name": token.name})
                return _Block(None, torn=label(line.number))
            self._once("row.token_conflict", line.row, {"name": found.name, "token": token.name}, found)
        if by_name is None and label(text) != label(found.name):
            words = {"expected": self.table.headings[ln.NAME], "known": found.name, "found": text or "(空欄)"}
            self.out.issues.append(changed(self.table.sheet, self._spot(line.row), "name", words, found.id))
        return _Block(found, sure=token is not None and token.id == found.id)

    def _whose(self, line: _Line, block: _Block) -> Indicator | None:
        """Whose a line of a block is, by its number, the name over it and its mark."""
        if block.torn is not None and label(line.number) in ("", block.torn):
            return None
        over = block.indicator
        token = self.names.ids.get(line.told.ids[0]) if line.told and line.told.ids else None
        number = next((i for i in (over, token) if i and label(i.number) == label(line.number)), None)
        number = number or self.names.number(line.number)
        if number and (over is None or over.id == number.id):
            if token and token.id != number.id:
                if over is None:
                    self._conflict(line, number, token)
                    return None
                self._once("row.token_conflict", line.row, {"name": number.name, "token": token.name}, number)
            return number
        if number:
            # Lines that were sorted on their own stand under another name; each still says its number.
            if block.sure and token and token.id == number.id:
                return number
            self._conflict(line, number, over)
            return None
        if over:
            if token and token.id != over.id:
                self._once("row.token_conflict", line.row, {"name": over.name, "token": token.name}, over)
            return over
        if token is None or line.number:
            return None
        if self._text(line.row, "text") and line.key in self.columns:
            self._once("row.by_token", line.row, {"name": token.name}, token)
        return token

    def _conflict(self, line: _Line, one: Indicator, other: Indicator | None) -> None:
        if self._text(line.row, "text") and line.key in self.columns:
            words = {"by_number": one.name, "by_name": other.name if other else ""}
            self._say("row.conflict", line.row, words)

    def _once(self, code: str, row: int, words: Mapping[str, str], indicator: Indicator) -> None:
        if (code, indicator.id) not in self._told:
            self._told.add((code, indicator.id))
            self._say(code, row, words, indicator.id, "row")

    def _foreign(self, line: _Line, indicator: Indicator) -> None:
        if line.key in self.columns and self._text(line.row, "text") and ("foreign", indicator.id) not in self._told:
            self._told.add(("foreign", indicator.id))
            self.out.issues.append(foreign(self.table, line.row, indicator, self.brief, self.department_id))

    def _gaps(self, indicator: Indicator, spots: Mapping[str, tuple[int, int]]) -> None:
        """Questions of an indicator's block that are gone, and lines that are hidden."""
        sheet = self.table.sheet
        gone = [self.table.headings[key] for key in self.columns if key not in spots]
        if gone and len(gone) < len(self.columns):
            words = {"name": indicator.name, "expected": "」「".join(gone)}
            self.out.issues.append(
                finding("part.missing", words, sheet=sheet.name, indicator_id=indicator.id, key="row")
            )
        hidden = sorted(row for row, _ in spots.values() if row in sheet.hidden_rows)
        if hidden:
            words = {"row": "・".join(str(row) for row in hidden), "name": indicator.name}
            self._say("row.hidden", hidden[0], words, indicator.id)


def _outside_brackets(text: str) -> str:
    """A list with the brackets behind a number kept in one piece: separators within them are made harmless."""
    return re.sub(r"[(（][^()（）]*[)）]", lambda m: re.sub(r"[、,，・;；\s]", "", m[0]), text)
