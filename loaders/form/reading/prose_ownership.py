"""Says of each line of 記述 whose it is: by its number and the name over its block, then by its hidden mark.

What a person sees beside a text decides, as on the first sheet. Where these contradict each other somebody is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi.collection.workflow import Brief
from kpi.plan import Indicator
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.reading.contacts import sort_contacts
from loaders.form.reading.location import Table, label
from loaders.form.reading.prose_sheet import Part, Prose, parts_of
from loaders.form.reading.row_matching import Identified, Names, changed, foreign
from loaders.form.reading.struck import known_spelling
from loaders.rules.check_registry import finding


def sort_out(
    table: Table, brief: Brief, ours: Mapping[str, Indicator], department_id: str, own: frozenset[str]
) -> Prose:
    """Every line below the heading. ``ours`` are the indicators asked of the department, ``own`` the form's marks."""
    out = Prose(table, ours, own)
    parts = parts_of(out)
    sort_contacts(out, [part for part in parts if part.of_contact])
    _Blocks(out, brief, department_id).sort([part for part in parts if not part.of_contact])
    return out


@dataclass
class _Block:
    """The block that the lines below a name belong to. ``sure``: its number, its name and its mark agree.

    ``torn`` is its number where that and its name, or its mark, are of two indicators: its lines are nobody's.
    """

    indicator: Indicator | None
    sure: bool = False
    torn: str | None = None


class _Blocks:
    """The blocks of the indicators."""

    def __init__(self, out: Prose, brief: Brief, department_id: str) -> None:
        self.out, self.brief, self.department_id = out, brief, department_id
        self.names = Names(brief.plan.indicators)
        self.columns = tuple(k for k in out.table.headings if k in d.keys_on("prose") and d.column(k).entry)
        self._told: set[tuple[str, str]] = set()

    def sort(self, lines: list[Part]) -> None:
        """Each line to its indicator; one that stands twice makes a second block of it."""
        blocks: dict[str, list[dict[str, tuple[int, int]]]] = {}
        block = _Block(None)
        for line in lines:
            if line.key == ln.NAME:
                block = self._opened(line)
            found = block.indicator if line.key == ln.NAME else self._whose(line, block)
            if found is None:
                continue
            if found.id not in self.out.ours:
                self._foreign(line, found)
                continue
            self.out.rows[line.row] = found
            if line.key != ln.NAME:
                variants = blocks.setdefault(found.id, [])
                free = next((spots for spots in variants if line.key not in spots), None)
                if free is None:
                    variants.append(free := {})
                free[line.key] = self.out.spot(line.row)
        for indicator_id, variants in blocks.items():
            indicator = self.out.ours[indicator_id]
            for spots in variants:
                self.out.found.append(Identified(min(row for row, _ in spots.values()), indicator, spots))
            self._gaps(indicator, variants[0])

    def _opened(self, line: Part) -> _Block:
        """The indicator of a block's first line: its number and its name, then its mark."""
        text = known_spelling(self.out.table.at(line.row, "text"), self.names.name).strip()
        by_number, by_name = self.names.number(line.number), self.names.name(text)
        token = self.names.ids.get(line.told.ids[0]) if line.told and line.told.ids else None
        if by_number and by_name and by_number.id != by_name.id:
            self.out.say("row.conflict", line.row, {"by_number": by_number.name, "by_name": by_name.name})
            return _Block(None, torn=label(line.number))
        found = by_name or by_number
        if found is None:
            blank = not text and not line.number
            return _Block(token if blank else None)
        if token and token.id != found.id:
            if not (by_number and by_name):
                self.out.say("row.conflict", line.row, {"by_number": found.name, "by_name": token.name})
                return _Block(None, torn=label(line.number))
            self._once("row.token_conflict", line.row, {"name": found.name, "token": token.name}, found)
        if by_name is None and label(text) != label(found.name):
            words = {"expected": self.out.table.headings[ln.NAME], "known": found.name, "found": text or "(空欄)"}
            self.out.issues.append(changed(self.out.table.sheet, self.out.spot(line.row), "name", words, found.id))
        return _Block(found, sure=token is not None and token.id == found.id)

    def _whose(self, line: Part, block: _Block) -> Indicator | None:
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
        if self.out.text(line.row) and line.key in self.columns:
            self._once("row.by_token", line.row, {"name": token.name}, token)
        return token

    def _conflict(self, line: Part, one: Indicator, other: Indicator | None) -> None:
        if self.out.text(line.row) and line.key in self.columns:
            words = {"by_number": one.name, "by_name": other.name if other else ""}
            self.out.say("row.conflict", line.row, words)

    def _once(self, code: str, row: int, words: Mapping[str, str], indicator: Indicator) -> None:
        if (code, indicator.id) not in self._told:
            self._told.add((code, indicator.id))
            self.out.say(code, row, words, indicator.id, "row")

    def _foreign(self, line: Part, indicator: Indicator) -> None:
        if line.key in self.columns and self.out.text(line.row) and ("foreign", indicator.id) not in self._told:
            self._told.add(("foreign", indicator.id))
            self.out.issues.append(foreign(self.out.table, line.row, indicator, self.brief, self.department_id))

    def _gaps(self, indicator: Indicator, spots: Mapping[str, tuple[int, int]]) -> None:
        """Questions of an indicator's block that are gone, and lines that are hidden."""
        sheet = self.out.table.sheet
        gone = [self.out.table.headings[key] for key in self.columns if key not in spots]
        if gone and len(gone) < len(self.columns):
            words = {"name": indicator.name, "expected": "」「".join(gone)}
            self.out.issues.append(
                finding("part.missing", words, sheet=sheet.name, indicator_id=indicator.id, key="row")
            )
        hidden = sorted(row for row, _ in spots.values() if row in sheet.hidden_rows)
        if hidden:
            words = {"row": "・".join(str(row) for row in hidden), "name": indicator.name}
            self.out.say("row.hidden", hidden[0], words, indicator.id)
