"""A store of the tiny plan with 課 and people in it, and its table treated as people treat one."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.people import OPERATOR, Person
from kpi.plan import Division
from loaders.directory.differences import Difference
from loaders.directory.directory_rows import workbook
from loaders.services import Services
from loaders.services.organisation import Applied
from loaders.store import Rule
from tests.factory import COUNT, PAPER, POLICY, RATE, SURVEY, TRADE, tiny_plan
from tests.storekit import later, new_store

PLAN = "tiny"
HEAD = 3


def office(folder: Path, who: Person = OPERATOR) -> Services:
    """Two 課 with addresses in 総合政策部, one in 商工労働部, an administrator, a 課's person, a reader."""
    plan = tiny_plan()
    dx = Division("ka1", "DX推進課", (RATE, SURVEY), "dx@x.jp")
    general = Division("ka2", "総務課", (PAPER,))
    made = {POLICY: ((dx, general), "lead@x.jp"), TRADE: ((Division("ka1", "商工政策課", (COUNT,)),), "")}
    departments = tuple(
        replace(d, divisions=made[d.id][0], mail=made[d.id][1]) if d.id in made else d for d in plan.departments
    )
    services = Services(
        new_store(folder, replace(plan, departments=departments)), OPERATOR, folder, lambda: later(24 * 30)
    )
    for rule in (
        Rule("", "mail", "admin@x.jp", "admin"),
        Rule("", "mail", "dx@x.jp", "department", (POLICY, TRADE), (f"{POLICY}/ka1",), PLAN),
        Rule("", "name", "青森 太郎", "reader"),
    ):
        services.set_membership(rule)
    return Services(services.store, who, folder, lambda: later(24 * 30))


def book(services: Services) -> bytes:
    """The table as it is taken away."""
    snapshot = services.store.snapshot(PLAN)
    return workbook(services.directory_rows(PLAN), snapshot.plan, later(24 * 30).date())


def edited(data: bytes, *how: Callable[[Worksheet], object]) -> bytes:
    """The table after somebody worked on it."""
    found = load_workbook(io.BytesIO(data))
    for one in how:
        one(found.worksheets[0])
    return saved(found)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row(sheet: Worksheet, heading: str, text: str) -> int:
    """The first row whose cell under a heading is a text."""
    at = column(sheet, heading)
    return next(r for r in range(HEAD + 1, sheet.max_row + 1) if sheet.cell(r, at).value == text)


def column(sheet: Worksheet, heading: str) -> int:
    return next(c.column for c in sheet[HEAD] if c.value == heading)


def put(text: object, heading: str, **where: str) -> Callable[[Worksheet], object]:
    """Write into the cell under a heading, of the row where another column is a text."""

    def write(sheet: Worksheet) -> None:
        ((key, value),) = where.items()
        sheet.cell(row(sheet, key, value), column(sheet, heading)).value = text

    return write


def add(**cells: object) -> Callable[[Worksheet], object]:
    """A new row at the end, by headings."""

    def write(sheet: Worksheet) -> None:
        at = sheet.max_row + 1
        for heading, value in cells.items():
            sheet.cell(at, column(sheet, heading)).value = value

    return write


def drop(**where: str) -> Callable[[Worksheet], object]:
    def write(sheet: Worksheet) -> None:
        ((key, value),) = where.items()
        sheet.delete_rows(row(sheet, key, value))

    return write


def compared(services: Services, data: bytes, **given: Any) -> Difference:
    lines, issues = services.read_directory(PLAN, data, "表.xlsx")
    found = services.compare_directory(PLAN, lines, **given)
    return replace(found, issues=(*issues, *found.issues))


def applied(services: Services, data: bytes, *, reason: str = "", **given: Any) -> Applied:
    lines, _ = services.read_directory(PLAN, data, "表.xlsx")
    agreed = services.compare_directory(PLAN, lines, **given).changes
    return services.apply_directory(PLAN, lines, agreed, reason=reason, **given)


def codes(found: Difference | Applied, *, notes: bool = False) -> list[str]:
    return [i.code for i in found.issues if notes or i.severity != "note"]


def told(found: Difference) -> list[tuple[str, str, str, str]]:
    return [(c.how, c.what, c.before, c.after) for c in found.changes]
