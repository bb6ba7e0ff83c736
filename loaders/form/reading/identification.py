"""Whose form a workbook is: plan, round, department, sheet; from its hidden sheet, else from what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from kpi.collection.scope import asked_of, find_division
from kpi.collection.workflow import Brief
from kpi.issue import Issue
from kpi.plan import Indicator, Plan, Round, RoundKind
from loaders.form import definition as d
from loaders.form.hidden_sheet import Meta
from loaders.form.reading.headings import Table, label, texts_above
from loaders.form.reading.indicator_names import Names
from loaders.form.reading.location import find_meta, find_tables
from loaders.form.reading.prose_sheet import find_prose
from loaders.form.reading.sheet_choice import chosen, named_rounds
from loaders.rules.check_registry import finding
from loaders.workbook.cells import Book, Sheet

#: What was noticed while something was found out.
_Noticed = tuple[Issue, ...]


@dataclass(frozen=True)
class Whose:
    """What is known of a workbook before its rows are read."""

    plan_id: str
    meta: Meta | None
    meta_sheet: Sheet | None = None
    # The table of each of the form's sheets that holds answers, or several that differ; 記述 none in the layout before.
    sheets: Mapping[d.FormSheet, tuple[Table, ...]] = field(default_factory=dict)
    round: Round | None = None
    department_id: str = ""
    division_id: str = ""
    sample: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of figures, by which it is told whose form it is."""
        return self.sheets.get(d.FIGURES, ())

    @property
    def own(self) -> frozenset[str]:
        """The marks of what the form itself wrote, as its hidden sheet gives them."""
        return frozenset(self.meta.own if self.meta else ())

    @property
    def titles(self) -> tuple[str, ...]:
        """What stands above the table, the first of several."""
        return tuple(texts_above(self.tables[0])) if self.tables else ()

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


def whose(
    book: Book, brief: Brief, round_id: str, department_id: str, division_id: str = ""
) -> tuple[Whose, tuple[Issue, ...]]:
    """Find out whose form it is; what cannot be found out is an issue."""
    meta, meta_sheet = find_meta(book) or (None, None)
    out, plan = Whose(meta.plan_id if meta else brief.plan.id, meta, meta_sheet), brief.plan
    if meta and meta.plan_id != plan.id:
        return out, (finding("form.other_plan"),)
    told = _round_of(plan, meta.round_id) if meta else None
    kind_round = told or _round_of(plan, round_id)
    located = _tables(book, plan, kind_round, meta_sheet, meta.form_version if meta else "")
    tables, of_tables = chosen(located, out.own, plan, kind_round, d.FIGURES)
    out = replace(out, sheets={d.FIGURES: tables})
    out = replace(out, sample=bool(meta and meta.sample) or any(d.SAMPLE_MARK in t for t in out.titles))
    if not tables:
        return out, of_tables
    round_, of_round = _round(out, plan, told, round_id)
    prose, of_prose = _prose(out, book, plan, round_) if round_ else ((), ())
    out = replace(out, round=round_, sheets={d.FIGURES: tables, d.PROSE: prose})
    brief = brief.asked_in(round_) if round_ else brief
    department, of_department = _department(out, brief, department_id)
    out = replace(out, department_id=department)
    division, of_division = _division(out, brief, division_id)
    noticed = (*of_tables, *_of_meta(out), *of_round, *of_prose, *of_department, *of_division)
    return replace(out, division_id=division), noticed


def _of_meta(out: Whose) -> _Noticed:
    if out.meta is None:
        return (finding("form.identity_missing", sheet=out.tables[0].sheet.name),)
    if out.meta.form_version not in d.VERSIONS:
        return (finding("form.version", {"found": out.meta.form_version, "current": d.FORM_VERSION}),)
    return ()


def _prose(out: Whose, book: Book, plan: Plan, round_: Round) -> tuple[tuple[Table, ...], _Noticed]:
    """The sheets 記述 with answers; that there is none is told where the form must have had one."""
    if found := find_prose(book, plan, round_.kind, out.meta_sheet, out.meta.form_version if out.meta else ""):
        return chosen(found, out.own, plan, round_, d.PROSE)
    wanted = any("evidence" not in t.columns and "evidence" not in t.headings for t in out.tables)
    return (), (finding("prose.missing"),) if wanted else ()


def _division(out: Whose, brief: Brief, division_id: str) -> tuple[str, _Noticed]:
    """The 課 of the hidden sheet, also one that is gone from the plan; the page's where the sheet is lost."""
    told = out.meta.division_id if out.meta else division_id
    found = find_division(brief.plan, out.department_id, told)
    own = told if found or out.meta else ""
    asked = find_division(brief.plan, out.department_id, division_id)
    if not asked or not own or own == asked.id:
        return own, ()
    return own, (finding("form.other_division", {"found": found.name if found else told, "expected": asked.name}),)


def _round_of(plan: Plan, round_id: str) -> Round | None:
    return next((r for r in plan.rounds if r.id == round_id), None)


def _tables(book: Book, plan: Plan, round_: Round | None, meta_sheet: Sheet | None, version: str) -> tuple[Table, ...]:
    if round_:
        return find_tables(book, plan, round_.kind, meta_sheet, version)
    # Every heading of a targets form also stands in an annual one, all but its grounds.
    kinds: tuple[RoundKind, ...] = ("annual", "targets", "initiatives")
    found = (find_tables(book, plan, kind, meta_sheet, version) for kind in kinds)
    return max(found, key=lambda tables: _known(tables[0]) if tables else 0.0)


def _known(table: Table) -> float:
    return len(table.columns) / len(table.headings)


def _round(out: Whose, plan: Plan, told: Round | None, round_id: str) -> tuple[Round | None, _Noticed]:
    asked, issues = _round_of(plan, round_id), list[Issue]()
    if told is None:
        named = named_rounds(plan, [label(t) for t in out.titles])
        told = named[0] if len(named) == 1 else None
        if told and not asked and out.meta is None:
            issues.append(finding("form.inferred", {"what": "照会の回", "found": told.name}))
    found = told or (asked if out.meta is None else None)
    if out.meta and told is None:
        words = {"found": "登録のない照会", "expected": asked.name if asked else "登録済みの照会"}
        issues.append(finding("form.other_round", words))
    elif found is None:
        issues.append(finding("form.unknown_round"))
    elif asked and found.id != asked.id:
        issues.append(finding("form.other_round", {"found": found.name, "expected": asked.name}))
    return found, tuple(issues)


def _department(out: Whose, brief: Brief, department_id: str) -> tuple[str, _Noticed]:
    known = {x.id: x for x in brief.plan.departments}
    told = out.meta.department_id if out.meta and out.meta.department_id in known else ""
    written = _written_names(out, brief.plan)
    issues = list[Issue]()
    if not told and len(set(written.values())) == 1:
        told = next(iter(written.values()))
    if not told and not department_id and (told := _by_rows(out, brief)):
        issues.append(finding("form.inferred", {"what": "部局", "found": known[told].name(brief.day)}))
    found = told or department_id
    if not found:
        return "", (*issues, finding("form.unknown_department"))
    now = known[found].name(brief.day)
    old = next((n for n, i in written.items() if i == found and n != now), "")
    if old and now not in written:
        issues.append(finding("form.old_name", {"found": old, "now": now}))
    if department_id and found != department_id:
        expected = known[department_id].name(brief.day) if department_id in known else department_id
        issues.append(finding("form.other_department", {"found": now, "expected": expected}))
    return found, tuple(issues)


def _written_names(out: Whose, plan: Plan) -> Mapping[str, str]:
    """The departments' names that stand above the table, with whose they are."""
    titles = [label(t) for t in out.titles]
    names = {n: x.id for x in plan.departments for n in x.all_names if any(label(n) in t for t in titles)}
    # 「総務部」 stands within 「総務部局」: only the longest name that is written counts.
    return {n: i for n, i in names.items() if not any(label(n) in label(m) and n != m for m in names)}


def _by_rows(out: Whose, brief: Brief) -> str:
    """The one department that owns every indicator named in the table."""
    table = out.tables[0]
    names, owners = Names(brief.plan.indicators), set()
    for row, _ in table.sheet.rows():
        cell = table.at(row, "name")
        indicator = names.name(cell.written) if cell and row > table.heading_row else None
        owner = brief.plan.owner(indicator.id, _day(out, brief)) if indicator else None
        if owner:
            owners.add(owner.id)
    return owners.pop() if len(owners) == 1 else ""


def _day(out: Whose, brief: Brief) -> date:
    return out.meta.made_on if out.meta else brief.day
