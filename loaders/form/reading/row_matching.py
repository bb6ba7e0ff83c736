"""Which row answers for which indicator.

A sort or a paste moves what is seen, not always the hidden mark beside it. So a row is what its number and name say
together; the mark only speaks where they are gone, and wherever two witnesses differ somebody is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kpi.collection.workflow import Brief
from kpi.issue import Issue
from kpi.plan import Indicator
from loaders.form import definition as d
from loaders.form.reading.headings import Table, label
from loaders.form.reading.indicator_names import Names
from loaders.form.reading.struck import known_spelling
from loaders.rules.check_registry import finding
from loaders.workbook.cells import Cell, Sheet

_FIGURES = ("value", "numerator", "denominator", "missing_reason", "correction", "baseline", "target")
#: What people count up or put beside their table. The whole cell must be such a word: 県民所得の計 may be a name.
TOTALS = re.compile(
    r"[(※*]*(?:(?:県|部|部局|課|局|室|係|全体|県全体|分野|年度)?(?:合|小|総|中|累)?計|総数|全体|(?:単純|加重|全国|県|全県|県内|全体|部局)?平均値?"
    r"|構成比率?|構成割合|割合|比率|参考値?|再掲|内訳|うち数|前年度?比|対前年度?比|前年度?差|増減[率数額]?|伸び率|最大値?|最小値?|中央値|標準偏差|達成率|検算|チェック)"
    r"(?:\([^()]*\)|[:※].*|[)%％]*)"
)
#: Where such a word stands: beside the name or the figures, never in a text that belongs to one row.
_WORDED = (
    "release",
    "missing_reason",
    "correction_kind",
    "evidence",
    "analysis",
    "actions",
    *d.STANDING_KEYS,
    "section",
    "person",
    "contact",
)


@dataclass(frozen=True)
class Identified:
    """One row of the table, or one block of 記述, and the indicator it answers for.

    ``spots`` gives the row and column of each of its cells by column key.
    """

    row: int
    indicator: Indicator
    spots: Mapping[str, tuple[int, int]]


def identify(
    table: Table, brief: Brief, ours: Mapping[str, Indicator], department_id: str = ""
) -> tuple[tuple[Identified, ...], tuple[Issue, ...]]:
    """Every row below the heading: identified, or told why not. ``ours`` are the indicators asked of the department."""
    names = Names(brief.plan.indicators)
    found: list[Identified] = []
    issues: list[Issue] = []
    for row, cells in table.sheet.rows():
        if row <= table.heading_row or _is_heading(cells, table):
            continue
        indicator, noticed = _identity(table, row, names)
        if indicator is None:
            issues += noticed or _nobody(table, row, cells)
        elif indicator.id not in ours:
            issues.append(foreign(table, row, indicator, brief, department_id))
        else:
            found.append(Identified(row, indicator, {key: (row, c) for key, c in table.columns.items()}))
            issues += [*noticed, *_hidden(table, row, indicator)]
    return tuple(found), tuple(issues)


def _hidden(table: Table, row: int, indicator: Indicator) -> list[Issue]:
    if row not in table.sheet.hidden_rows:
        return []
    return [_at(table, row, "row.hidden", {"row": str(row), "name": indicator.name}, indicator.id)]


def _is_heading(cells: tuple[Cell, ...], table: Table) -> bool:
    """A heading row repeated further down."""
    known = {label(h) for h in table.headings.values()}
    return sum(label(c.written) in known for c in cells) >= 4


def _identity(table: Table, row: int, names: Names) -> tuple[Indicator | None, list[Issue]]:
    cells = {key: table.at(row, key) for key in ("number", "name", "token")}
    lookups: dict[str, Callable[[str], object]] = {"number": names.number, "name": names.name, "token": names.ids.get}
    texts = {key: known_spelling(cell, lookups[key]).strip() for key, cell in cells.items()}
    by_number, by_name = names.number(texts["number"]), names.name(texts["name"])
    token = names.ids.get(texts["token"])
    if by_number and by_name and by_number.id != by_name.id:
        words = {"by_number": by_number.name, "by_name": by_name.name}
        return None, [_at(table, row, "row.conflict", words)]
    found = by_name or by_number
    if found is None:
        return _by_token(table, row, token, texts)
    issues = []
    if token and token.id != found.id:
        if not (by_number and by_name):
            # One witness against one: nobody can tell whose answer this is.
            said = {"by_number": (by_number or token).name, "by_name": (by_name or token).name}
            return None, [_at(table, row, "row.conflict", said)]
        words = {"name": found.name, "token": token.name}
        issues.append(_at(table, row, "row.token_conflict", words, found.id, "row"))
    unknown = [key for key, known in (("number", by_number), ("name", by_name)) if known is None]
    return found, issues + _written_over(table, row, found, {key: texts[key] for key in unknown})


def _written_over(table: Table, row: int, found: Indicator, texts: Mapping[str, str]) -> list[Issue]:
    """What is said of a number or a name that is no indicator's any more."""
    issues = []
    for key, text in texts.items():
        same = label(text) == label(str(getattr(found, key)))  # a number that two indicators share
        if not same and key in table.columns:
            spot, cell = (row, table.columns[key]), table.at(row, key)
            words = {"expected": table.headings[key], "known": str(getattr(found, key))}
            words["found"] = cell.written if cell else "(空欄)"
            issues.append(changed(table.sheet, spot, key, words, found.id))
    return issues


def _by_token(
    table: Table, row: int, token: Indicator | None, texts: Mapping[str, str]
) -> tuple[Indicator | None, list[Issue]]:
    if token is None or not _entries(table, row):
        return None, []
    if texts["number"] or texts["name"]:
        # Something else is written where number and name belong: not this indicator's row any more, for all we know.
        return None, []
    return token, [_at(table, row, "row.by_token", {"name": token.name}, token.id, "row")]


def changed(sheet: Sheet, spot: tuple[int, int], key: str, words: Mapping[str, str], indicator_id: str) -> Issue:
    """What is said where something that the form gave has been written over."""
    cell = sheet.at(*spot)
    return finding(
        "prefilled.changed",
        words,
        sheet=sheet.name,
        cell=Cell(*spot, "text", "").ref,
        value=cell.written if cell else "",
        indicator_id=indicator_id,
        key=key,
    )


def _entries(table: Table, row: int) -> list[Cell]:
    """What stands in the columns that departments fill in."""
    keys = [c.key for c in d.COLUMNS if c.entry and c.key in table.columns]
    return [cell for key in keys if (cell := table.at(row, key))]


def _nobody(table: Table, row: int, cells: tuple[Cell, ...]) -> list[Issue]:
    """A row of no indicator: a fault where figures stand in it, else text outside the table, which the sweep tells."""
    figures = [c for key in _FIGURES if (c := table.at(row, key))]
    named = table.at(row, "name") or table.at(row, "number")
    identity = [c for key in ("number", "name") if (c := table.at(row, key))]
    worded = {table.columns[key] for key in _WORDED if key in table.columns}
    total = any(TOTALS.fullmatch(label(c.written)) for c in cells if c.kind == "text" and c.column not in worded)
    lone = len(cells) <= 1 and not any(c.kind == "number" for c in figures)
    if total or lone or not (figures or (identity and _entries(table, row))):
        return []
    place = (figures or [named] if named else figures or list(cells))[0]
    assert place is not None
    words = {"row": str(row)}
    return [finding("row.unidentified", words, sheet=table.sheet.name, cell=place.ref, value=place.written)]


def foreign(table: Table, row: int, indicator: Indicator, brief: Brief, department_id: str) -> Issue:
    """What is said of a row of an indicator that the department was not asked about."""
    owner = brief.plan.owner(indicator.id, brief.day)
    if owner and owner.id == department_id:
        # The department's own, but of another 課, left out of this round, or 欠番 by now.
        return _at(table, row, "row.not_asked", {"name": indicator.name}, indicator.id)
    words = {"name": indicator.name, "owner": owner.name(brief.day) if owner else "ほかの部局"}
    return _at(table, row, "row.other_department", words, indicator.id)


def _at(table: Table, row: int, code: str, words: Mapping[str, str], indicator_id: str = "", key: str = "") -> Issue:
    """A finding about a whole row, placed at its name."""
    place = table.at(row, "name") or table.at(row, "number") or table.at(row, "token")
    ref = place.ref if place else f"{row}行"
    value = place.written if place else ""
    return finding(code, words, sheet=table.sheet.name, cell=ref, value=value, indicator_id=indicator_id, key=key)
