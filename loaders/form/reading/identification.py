"""Whose form a workbook is: plan, round, department, sheet; from its hidden sheet, else from what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpi.collection.scope import asked_of, find_division
from kpi.collection.workflow import Brief
from kpi.issue import Issue
from kpi.plan import Indicator, Plan, Round
from loaders.form import definition as d
from loaders.form.hidden_sheet import Meta
from loaders.form.own_text import calculated, mark
from loaders.form.reading.location import Table, find_meta, find_tables, label, texts_above
from loaders.form.reading.prose_sheet import find_prose, part_keys
from loaders.form.reading.row_matching import Names
from loaders.rules.check_registry import finding
from loaders.workbook.cells import Book, Sheet


@dataclass
class Whose:
    """What is known of a workbook before its rows are read."""

    plan_id: str
    meta: Meta | None
    meta_sheet: Sheet | None = None
    tables: tuple[Table, ...] = ()  # the one that holds the answers, or several that differ
    prose: tuple[Table, ...] = ()  # the sheets 記述 that hold answers; none in the layout before
    round: Round | None = None
    department_id: str = ""
    division_id: str = ""
    sample: bool = False
    issues: list[Issue] = field(default_factory=list)

    @property
    def table(self) -> Table | None:
        """The table to read, the first of several."""
        return self.tables[0] if self.tables else None

    def indicators(self, brief: Brief) -> Mapping[str, Indicator]:
        """What the round asks of the department or its 課: today, and when the form was made."""
        if self.round is None:
            return {}
        plan, days = brief.plan, [brief.day] + ([self.meta.made_on] if self.meta else [])
        found = {
            i.id
            for day in days
            for i in asked_of(plan, self.round, self.department_id, day, brief.cards, self.division_id)
        }
        if self.division_id and self.meta:
            # A 課 answers for what its form asked, though the indicator has moved to another 課 since.
            whole = {i.id for i in asked_of(plan, self.round, self.department_id, brief.day, brief.cards)}
            found |= {token for token, _, _ in self.meta.rows if token in whole}
        return {i.id: i for i in plan.indicators if i.id in found}


def whose(book: Book, brief: Brief, round_id: str, department_id: str, division_id: str = "") -> Whose:
    """Find out whose form it is; what cannot be found out is an issue."""
    found = find_meta(book)
    meta, meta_sheet = found if found else (None, None)
    out = Whose(meta.plan_id if meta else brief.plan.id, meta, meta_sheet)
    if meta and meta.plan_id != brief.plan.id:
        out.issues.append(finding("form.other_plan"))
        return out
    told = _round_of(brief.plan, meta.round_id) if meta else None
    kind_round = told or _round_of(brief.plan, round_id)
    tables = _tables(book, brief.plan, kind_round, meta_sheet, meta.form_version if meta else "")
    out.tables = _choose(tables, out, brief.plan, kind_round)
    out.sample = bool(meta and meta.sample) or any(d.SAMPLE_MARK in t for t in _titles(out.table))
    if out.table is None:
        return out
    if meta is None:
        out.issues.append(finding("form.identity_missing", sheet=out.table.sheet.name))
    elif meta.form_version not in (d.FORM_VERSION, d.VERSION_BEFORE):
        out.issues.append(finding("form.version", {"found": meta.form_version, "current": d.FORM_VERSION}))
    _find_round(out, brief.plan, told, round_id)
    if out.round:
        _find_prose(out, book, brief.plan, out.round)
    _find_department(out, brief, department_id)
    _find_division(out, brief, division_id)
    return out


def _find_prose(out: Whose, book: Book, plan: Plan, round_: Round) -> None:
    """The sheets 記述 with answers; that there is none is told where the form must have had one."""
    found = find_prose(book, plan, round_.kind, out.meta_sheet)
    if found:
        out.prose = _choose(found, out, plan, round_, name=d.PROSE_SHEET)
    elif any("evidence" not in t.columns and "evidence" not in t.headings for t in out.tables):
        out.issues.append(finding("prose.missing"))


def _find_division(out: Whose, brief: Brief, division_id: str) -> None:
    """The 課 of the hidden sheet, also one that is gone from the plan; the page's where the sheet is lost."""
    told = out.meta.division_id if out.meta else division_id
    found = find_division(brief.plan, out.department_id, told)
    out.division_id = told if found or out.meta else ""
    asked = find_division(brief.plan, out.department_id, division_id)
    if asked and out.division_id and out.division_id != asked.id:
        words = {"found": found.name if found else told, "expected": asked.name}
        out.issues.append(finding("form.other_division", words))


def _round_of(plan: Plan, round_id: str) -> Round | None:
    return next((r for r in plan.rounds if r.id == round_id), None)


def _tables(book: Book, plan: Plan, round_: Round | None, meta_sheet: Sheet | None, version: str) -> tuple[Table, ...]:
    if round_:
        return find_tables(book, plan, round_.kind, meta_sheet, version)
    annual = find_tables(book, plan, "annual", meta_sheet, version)
    # Every heading of a targets form also stands in an annual one, all but its grounds.
    targets = find_tables(book, plan, "targets", meta_sheet, version)
    better = bool(targets) and (not annual or _known(targets[0]) > _known(annual[0]))
    return targets if better else annual


def _known(table: Table) -> float:
    return len(table.columns) / len(table.headings)


def _titles(table: Table | None) -> tuple[str, ...]:
    return tuple(texts_above(table)) if table else ()


def _choose(
    tables: tuple[Table, ...], out: Whose, plan: Plan, round_: Round | None, name: str = d.FORM_SHEET
) -> tuple[Table, ...]:
    """The table with the answers; several where more than one is filled in and they do not say the same.

    ``name`` is what the form calls its sheet.
    """
    if not tables:
        out.issues.append(finding("form.not_form"))
        return ()
    own = frozenset(out.meta.own) if out.meta else frozenset()
    ours = [t for t in tables if not _other_round(t, plan, round_)] or list(tables)
    filled = [t for t in ours if _entered(t, own)]
    chosen: list[Table] = []
    for table in filled or ours:
        if all(_said(table) != _said(t) for t in chosen):
            chosen.append(table)
    for table in tables:
        if any(table is t for t in chosen):
            continue
        copy = any(_said(table) == _said(t) for t in chosen)
        words = {"sheet": table.sheet.name, "read": chosen[0].sheet.name}
        code = "form.copy_ignored" if copy else "form.copy_blank" if table in ours else "form.copy_other_round"
        out.issues.append(finding(code, words, sheet=table.sheet.name))
    if len(chosen) > 1:
        names = "、".join(f"「{t.sheet.name}」{'(非表示)' if t.sheet.state == 'hidden' else ''}" for t in chosen)
        out.issues.append(finding("form.several_tables", {"sheets": names}, sheet=chosen[0].sheet.name))
        return tuple(chosen)
    found = chosen[0].sheet.name
    if chosen[0].sheet.state == "hidden":
        out.issues.append(finding("form.hidden_table", {"sheet": found}, sheet=found))
    if found != name:
        code = "form.renamed" if name == d.FORM_SHEET else "prose.renamed"
        out.issues.append(finding(code, {"sheet": found}, sheet=found))
    return tuple(chosen)


def _other_round(table: Table, plan: Plan, round_: Round | None) -> bool:
    """Whether a sheet's title names another round, as a form of last year kept beside this one does."""
    titles = [label(t) for t in texts_above(table)]
    named = {r.id for r in _named(plan, titles)}
    return round_ is not None and bool(named) and round_.id not in named


def _named(plan: Plan, titles: Sequence[str]) -> list[Round]:
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


_ENTRIES = frozenset(c.key for c in d.COLUMNS if c.entry)


def _find_round(out: Whose, plan: Plan, told: Round | None, round_id: str) -> None:
    asked = _round_of(plan, round_id)
    titles = [label(t) for t in _titles(out.table)]
    if told is None:
        named = _named(plan, titles)
        told = named[0] if len(named) == 1 else None
        if told and not asked and out.meta is None:
            out.issues.append(finding("form.inferred", {"what": "照会の回", "found": told.name}))
    out.round = told or (asked if out.meta is None else None)
    if out.meta and told is None:
        out.issues.append(
            finding(
                "form.other_round", {"found": "登録のない照会", "expected": asked.name if asked else "登録済みの照会"}
            )
        )
    elif out.round is None:
        out.issues.append(finding("form.unknown_round"))
    elif asked and out.round.id != asked.id:
        out.issues.append(finding("form.other_round", {"found": out.round.name, "expected": asked.name}))


def _find_department(out: Whose, brief: Brief, department_id: str) -> None:
    known = {x.id: x for x in brief.plan.departments}
    titles = [label(t) for t in _titles(out.table)]
    told = out.meta.department_id if out.meta and out.meta.department_id in known else ""
    names = {n: x.id for x in known.values() for n in x.all_names if any(label(n) in t for t in titles)}
    # 「総務部」 stands within 「総務部局」: only the longest name that is written counts.
    written = {n: i for n, i in names.items() if not any(label(n) in label(m) and n != m for m in names)}
    if not told and len(set(written.values())) == 1:
        told = next(iter(written.values()))
    if not told and not department_id and (told := _by_rows(out, brief)):
        out.issues.append(finding("form.inferred", {"what": "部局", "found": known[told].name(brief.day)}))
    out.department_id = told or department_id
    if not out.department_id:
        out.issues.append(finding("form.unknown_department"))
        return
    now = known[out.department_id].name(brief.day)
    old = next((n for n, i in written.items() if i == out.department_id and n != now), "")
    if old and now not in written:
        out.issues.append(finding("form.old_name", {"found": old, "now": now}))
    if department_id and out.department_id != department_id:
        words = {
            "found": now,
            "expected": known[department_id].name(brief.day) if department_id in known else department_id,
        }
        out.issues.append(finding("form.other_department", words))


def _by_rows(out: Whose, brief: Brief) -> str:
    """The one department that owns every indicator named in the table."""
    assert out.table is not None
    names, owners = Names(brief.plan.indicators), set()
    for row, _ in out.table.sheet.rows():
        cell = out.table.at(row, "name")
        indicator = names.name(cell.written) if cell and row > out.table.heading_row else None
        owner = brief.plan.owner(indicator.id, _day(out, brief)) if indicator else None
        if owner:
            owners.add(owner.id)
    return owners.pop() if len(owners) == 1 else ""


def _day(out: Whose, brief: Brief) -> date:
    return out.meta.made_on if out.meta else brief.day
