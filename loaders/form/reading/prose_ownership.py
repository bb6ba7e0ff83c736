"""Says of each line of 記述 whose it is: by its number and the name over its block, then by its hidden mark.

What a person sees beside a text decides, as on the first sheet. Where these contradict each other somebody is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpi.collection.workflow import Brief
from kpi.issue import Issue
from kpi.plan import Indicator
from loaders.form import prose_lines as ln
from loaders.form.reading.contacts import Contact, sort_contacts
from loaders.form.reading.headings import Table, label
from loaders.form.reading.indicator_names import Names
from loaders.form.reading.prose_sheet import Part, ProseSheet, read_parts
from loaders.form.reading.row_matching import Identified, changed, foreign
from loaders.form.reading.struck import known_spelling
from loaders.rules.check_registry import finding


@dataclass(frozen=True)
class SortedProse:
    """記述 sorted out: the blocks of indicators and of 課, and whose each line is (of a 課's the first indicator)."""

    sheet: ProseSheet
    blocks: tuple[Identified, ...]
    contacts: tuple[Contact, ...]
    rows: Mapping[int, Indicator]


def sort_out(
    table: Table, brief: Brief, ours: Mapping[str, Indicator], department_id: str, own: frozenset[str]
) -> tuple[SortedProse, tuple[Issue, ...]]:
    """Every line below the heading, and what is doubtful about whose it is.

    ``ours`` are the indicators asked of the department, ``own`` the form's marks.
    """
    sheet = ProseSheet(table, ours, own)
    parts, of_parts = read_parts(sheet)
    contacts, rows, of_contacts = sort_contacts(sheet, [part for part in parts if part.of_contact])
    lines, of_lines = _owned(sheet, brief, department_id, [part for part in parts if not part.of_contact])
    blocks, of_blocks = _blocks(sheet, lines)
    rows = {**rows, **{line.row: indicator for line, indicator in lines}}
    return SortedProse(sheet, blocks, contacts, rows), (*of_parts, *of_contacts, *of_lines, *of_blocks)


#: A line and whose it is.
_Owned = tuple[Part, Indicator]
#: What is said about whose a line is; under a name of its own where it is said but once, however many lines it is of.
_Said = tuple[tuple[str, str] | None, Issue]


@dataclass(frozen=True)
class _Block:
    """The block that the lines below a name belong to. ``sure``: its number, its name and its mark agree.

    ``torn`` is its number where that and its name, or its mark, are of two indicators: its lines are nobody's.
    """

    indicator: Indicator | None
    sure: bool = False
    torn: str | None = None


def _owned(
    sheet: ProseSheet, brief: Brief, department_id: str, lines: Sequence[Part]
) -> tuple[list[_Owned], list[Issue]]:
    """Each line of the blocks of indicators to its indicator."""
    names = Names(brief.plan.indicators)
    owned: list[_Owned] = []
    said: list[_Said] = []
    block = _Block(None)
    for line in lines:
        if line.key == ln.NAME:
            block, noticed = _opened(sheet, names, line)
            found = block.indicator
        else:
            found, noticed = _whose(sheet, names, line, block)
        said += noticed
        if found is None:
            continue
        if found.id in sheet.ours:
            owned.append((line, found))
        elif _answers(sheet, line):
            issue = foreign(sheet.table, line.row, found, brief, department_id)
            said.append((("foreign", found.id), issue))
    return owned, _each_once(said)


def _each_once(said: Iterable[_Said]) -> list[Issue]:
    first: dict[object, Issue] = {}
    for place, (name, issue) in enumerate(said):
        first.setdefault(name or place, issue)
    return list(first.values())


def _answers(sheet: ProseSheet, line: Part) -> bool:
    """Whether an answer stands in a line."""
    return line.key in sheet.asked and bool(sheet.text(line.row))


def _token(names: Names, line: Part) -> Indicator | None:
    return names.ids.get(line.told.ids[0]) if line.told and line.told.ids else None


def _opened(sheet: ProseSheet, names: Names, line: Part) -> tuple[_Block, list[_Said]]:
    """The indicator of a block's first line: its number and its name, then its mark."""
    text = known_spelling(sheet.table.at(line.row, "text"), names.name).strip()
    by_number, by_name, token = names.number(line.number), names.name(text), _token(names, line)
    if by_number and by_name and by_number.id != by_name.id:
        return _torn(sheet, line, by_number, by_name)
    found = by_name or by_number
    if found is None:
        blank = not text and not line.number
        return _Block(token if blank else None), []
    said: list[_Said] = []
    if token and token.id != found.id:
        if not (by_number and by_name):
            return _torn(sheet, line, found, token)
        said.append(_once(sheet, "row.token_conflict", line, {"name": found.name, "token": token.name}, found))
    if by_name is None and label(text) != label(found.name):
        words = {"expected": sheet.table.headings[ln.NAME], "known": found.name, "found": text or "(空欄)"}
        said.append((None, changed(sheet.table.sheet, sheet.spot(line.row), "name", words, found.id)))
    return _Block(found, sure=token is not None and token.id == found.id), said


def _torn(sheet: ProseSheet, line: Part, one: Indicator, other: Indicator) -> tuple[_Block, list[_Said]]:
    issue = sheet.issue("row.conflict", line.row, {"by_number": one.name, "by_name": other.name})
    return _Block(None, torn=label(line.number)), [(None, issue)]


def _whose(sheet: ProseSheet, names: Names, line: Part, block: _Block) -> tuple[Indicator | None, list[_Said]]:
    """Whose a line of a block is, by its number, the name over it and its mark."""
    if block.torn is not None and label(line.number) in ("", block.torn):
        return None, []
    over, token = block.indicator, _token(names, line)
    number = next((i for i in (over, token) if i and label(i.number) == label(line.number)), None)
    number = number or names.number(line.number)
    if number and over and over.id != number.id:
        # Lines that were sorted on their own stand under another name; each still says its number.
        sure = block.sure and token is not None and token.id == number.id
        return (number, []) if sure else (None, _conflict(sheet, line, number, over))
    found = number or over
    if found is None:
        if token is None or line.number:
            return None, []
        said = [_once(sheet, "row.by_token", line, {"name": token.name}, token)] if _answers(sheet, line) else []
        return token, said
    if token and token.id != found.id:
        if over is None:
            return None, _conflict(sheet, line, found, token)
        return found, [_once(sheet, "row.token_conflict", line, {"name": found.name, "token": token.name}, found)]
    return found, []


def _conflict(sheet: ProseSheet, line: Part, one: Indicator, other: Indicator) -> list[_Said]:
    if not _answers(sheet, line):
        return []
    return [(None, sheet.issue("row.conflict", line.row, {"by_number": one.name, "by_name": other.name}))]


def _once(sheet: ProseSheet, code: str, line: Part, words: Mapping[str, str], indicator: Indicator) -> _Said:
    return (code, indicator.id), sheet.issue(code, line.row, words, indicator.id, "row")


# --- the blocks


def _blocks(sheet: ProseSheet, lines: Sequence[_Owned]) -> tuple[tuple[Identified, ...], list[Issue]]:
    """The blocks of the indicators; a line that stands twice makes a second block of its indicator."""
    blocks: dict[str, list[dict[str, tuple[int, int]]]] = {}
    for line, indicator in lines:
        if line.key != ln.NAME:
            variants = blocks.setdefault(indicator.id, [])
            free = next((spots for spots in variants if line.key not in spots), None)
            if free is None:
                variants.append(free := {})
            free[line.key] = sheet.spot(line.row)
    found = tuple(
        Identified(min(row for row, _ in spots.values()), sheet.ours[i], spots)
        for i, variants in blocks.items()
        for spots in variants
    )
    return found, [issue for i, variants in blocks.items() for issue in _gaps(sheet, sheet.ours[i], variants[0])]


def _gaps(sheet: ProseSheet, indicator: Indicator, spots: Mapping[str, tuple[int, int]]) -> list[Issue]:
    """Questions of an indicator's block that are gone, and lines that are hidden."""
    name, asked, issues = sheet.table.sheet.name, sheet.asked, list[Issue]()
    gone = [sheet.table.headings[key] for key in asked if key not in spots]
    if gone and len(gone) < len(asked):
        words = {"name": indicator.name, "expected": "」「".join(gone)}
        issues.append(finding("part.missing", words, sheet=name, indicator_id=indicator.id, key="row"))
    hidden = sorted(row for row, _ in spots.values() if row in sheet.table.sheet.hidden_rows)
    if hidden:
        words = {"row": "・".join(str(row) for row in hidden), "name": indicator.name}
        issues.append(sheet.issue("row.hidden", hidden[0], words, indicator.id))
    return issues
