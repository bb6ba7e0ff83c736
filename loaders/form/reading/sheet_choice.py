"""Which of several sheets of one kind holds the answers."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.issue import Issue
from kpi.plan import Plan, Round
from loaders.form import definition as d
from loaders.form.own_text import calculated, mark
from loaders.form.reading.headings import Table, label, texts_above
from loaders.form.reading.prose_sheet import part_keys
from loaders.rules.check_registry import finding

_ENTRIES = frozenset(c.key for c in d.COLUMNS if c.entry)


def chosen(
    tables: tuple[Table, ...], own: frozenset[str], plan: Plan, round_: Round | None, wanted: d.FormSheet
) -> tuple[tuple[Table, ...], tuple[Issue, ...]]:
    """The table with the answers, several where more than one is filled in and they do not say the same; and why.

    ``wanted`` is the form's sheet that is looked for, ``own`` are the form's marks.
    """
    if not tables:
        return (), (finding("form.not_form"),)
    ours = [t for t in tables if not _other_round(t, plan, round_)] or list(tables)
    filled = [t for t in ours if _entered(t, own)]
    found: list[Table] = []
    for table in filled or ours:
        if all(_said(table) != _said(t) for t in found):
            found.append(table)
    aside = [table for table in tables if not any(table is t for t in found)]
    issues = [_left_aside(table, found, other_round=table not in ours) for table in aside]
    return tuple(found), (*issues, *_about(found, wanted))


def _left_aside(table: Table, found: Sequence[Table], *, other_round: bool) -> Issue:
    copy = any(_said(table) == _said(t) for t in found)
    words = {"sheet": table.sheet.name, "read": found[0].sheet.name}
    code = "form.copy_ignored" if copy else "form.copy_other_round" if other_round else "form.copy_blank"
    return finding(code, words, sheet=table.sheet.name)


def _about(found: Sequence[Table], wanted: d.FormSheet) -> list[Issue]:
    """What is said of the sheets that are read: that they are several, hidden, or called otherwise than the form's."""
    first = found[0].sheet
    if len(found) > 1:
        names = "、".join(f"「{t.sheet.name}」{'(非表示)' if t.sheet.state == 'hidden' else ''}" for t in found)
        return [finding("form.several_tables", {"sheets": names}, sheet=first.name)]
    hidden = [finding("form.hidden_table", {"sheet": first.name}, sheet=first.name)] if first.state == "hidden" else []
    renamed = first.name != wanted.name
    return hidden + ([finding(wanted.renamed, {"sheet": first.name}, sheet=first.name)] if renamed else [])


def _other_round(table: Table, plan: Plan, round_: Round | None) -> bool:
    """Whether a sheet's title names another round, as a form of last year kept beside this one does."""
    titles = [label(t) for t in texts_above(table)]
    named = {r.id for r in named_rounds(plan, titles)}
    return round_ is not None and bool(named) and round_.id not in named


def named_rounds(plan: Plan, titles: Sequence[str]) -> list[Round]:
    """The rounds that titles name. A second round bears the name of the first with more to it, and then only it is."""
    found = [(r, label(r.name)) for r in plan.rounds if any(label(r.name) in t for t in titles)]
    return [r for r, name in found if not any(name != other and name in other for _, other in found)]


def _said(table: Table) -> tuple[tuple[str, str], ...]:
    """What stands in the columns of the table, to tell a copy from another version."""
    keys = {column: key for key, column in table.columns.items()}
    below = ((p, c) for p, c in sorted(table.sheet.cells.items()) if p[0] > table.heading_row)
    said = ((keys[p[1]], p[0], c) for p, c in below if p[1] in keys)
    if "text" not in table.columns:
        return tuple((key, c.written) for key, _, c in said if not (key == "prose" and calculated(c)))
    parts = part_keys(table)
    return tuple((parts.get(row, "") if key == "text" else key, c.written) for key, row, c in said if key != "count")


def _entered(table: Table, own: frozenset[str]) -> bool:
    """Whether anything stands in the entry columns that the form did not bring along."""
    entries = [(k, text) for k, text in _said(table) if k in _ENTRIES]
    if own:
        return any(mark(key, text) not in own for key, text in entries)
    return any(key not in ("period", "section", *d.CARD_KEYS) for key, _ in entries)
