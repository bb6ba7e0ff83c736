"""What stands, as rows of the table, and the workbook that people take away to work on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from kpi.collection.reorganisation import ended
from kpi.people import ROLE_WORDS, Role
from kpi.plan import Department, Plan, find_department
from loaders.directory.directory_columns import (
    BETWEEN,
    BY_KEY,
    CLAIM_WORDS,
    COLUMNS,
    DIVISION,
    EVERYWHERE,
    KIND_WORDS,
    LEAD,
    PERSON,
)
from loaders.documents.table_files import to_xlsx
from loaders.store import Rule

#: A row by the columns' keys; a column that its kind does not use is not there.
Row = dict[str, str]
TITLE = "課・連絡先・利用者"
#: What stands above the headings.
GUIDE = (
    "1行が1つの主管課・課・利用者です。書き足すと加わり、書き換えると変更になります。行を消すと、廃止・削除してよいかを"
    "取り込むときに確かめます。指標は番号を「、」で並べます。コードと番号の列は変えず、新しい行では空けてください。"
    "1人に部局や課がいくつもあるときは、行を分けて同じ「氏名・メール」を書きます。"
)


def rows_of(
    plan: Plan, rules: Iterable[Rule], day: date, kinds: Collection[str], departments: Collection[str]
) -> tuple[Row, ...]:
    """The rows of some kinds, of departments named; of the rules those that hold in the plan."""
    found: list[Row] = []
    for department in plan.departments:
        if department.id in departments and not ended(department, day):
            found += _office(plan, department, day)
    found += [row for rule in rules if rule.plan_id in ("", plan.id) for row in _person(plan, rule, day)]
    return tuple(row for row in found if row["kind"] in {KIND_WORDS[k] for k in kinds})


def _office(plan: Plan, department: Department, day: date) -> Iterator[Row]:
    """A department's 主管課, and each 課 there is."""
    own = {"department_id": department.id, "department": department.name(day), "plan": plan.id}
    yield {"kind": KIND_WORDS[LEAD], **own, "mail": department.mail}
    numbers = {i.id: i.number for i in plan.owned_by(department.id, day)}
    for division in department.divisions_on(day):
        yield {
            "kind": KIND_WORDS[DIVISION],
            **own,
            "division_id": f"{department.id}/{division.id}",
            "division": division.name,
            "indicators": BETWEEN.join(numbers[i] for i in division.indicators if i in numbers),
            "mail": division.mail,
        }


def places_of(rule: Rule) -> tuple[tuple[str, str], ...]:
    """Where a rule reaches: departments, each whole (with an empty 課) or as far as its 課 (``部局id/課id``)."""
    found: list[tuple[str, str]] = []
    for one in rule.departments:
        found += [(one, v) for v in rule.divisions if v.startswith(f"{one}/")] or [(one, "")]
    return tuple(found)


def _person(plan: Plan, rule: Rule, day: date) -> Iterator[Row]:
    """A rule: one row for each place that it reaches, one where it has none.

    A place is told by its names, which people change; its code stands there only where the names alone would not do.
    """
    departments = {d.id: d for d in plan.departments}
    for department_id, division_id in places_of(rule) or (("", ""),):
        department = departments.get(department_id)
        name = department.name(day) if department else ""
        found = find_department(plan, name, day)
        there = department.divisions_on(day) if department else ()
        division = next((v for v in there if f"{department_id}/{v.id}" == division_id), None)
        plain = division is not None and sum(v.name == division.name for v in there) == 1
        yield {
            "kind": KIND_WORDS[PERSON],
            "department_id": "" if found and found.id == department_id else department_id,
            "department": name,
            "division_id": "" if plain else division_id,
            "division": division.name if division else "",
            "rule_id": rule.rule_id,
            "claim": CLAIM_WORDS.get(rule.claim, rule.claim),
            "pattern": rule.pattern,
            "role": ROLE_WORDS[Role(rule.role)],
            "plan": rule.plan_id or EVERYWHERE,
        }


def choices(plan: Plan, day: date) -> Mapping[str, Sequence[str]]:
    """What may be chosen, by column."""
    return {
        "kind": tuple(KIND_WORDS.values()),
        "department": tuple(dict.fromkeys(d.name(day) for d in plan.departments if not ended(d, day))),
        "claim": tuple(CLAIM_WORDS.values()),
        "role": tuple(ROLE_WORDS.values()),
        "plan": (plan.id, EVERYWHERE),
    }


def workbook(rows: Sequence[Row], plan: Plan, day: date) -> bytes:
    """The rows as a workbook: one sheet with one row of headings, drop-downs, and a line that guides."""
    table = pd.DataFrame(
        {column.heading: [row.get(column.key) or None for row in rows] for column in COLUMNS}, dtype=object
    )
    offered = {BY_KEY[key].heading: words for key, words in choices(plan, day).items()}
    return to_xlsx(table, title=TITLE, guide=GUIDE, choices=offered)
