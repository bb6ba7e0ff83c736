"""What the rows of a plan's tables point to: known, said where it is not, and left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from kpi.issue import Issue, Severity
from loaders.plan.columns import DIVISION, INDICATOR, INITIATIVE, ROUND, Shape
from loaders.plan.tabular import Record, Row

#: What rows point to beside what their shape refers to, and the tables in which it may stand.
_LINKS: Mapping[Shape, Mapping[str, tuple[str, ...]]] = {
    INITIATIVE: {"parent_id": ("initiative",), "refers_to": ("initiative",), "indicators": ("indicator",),
                 "related_indicators": ("indicator",), "related_departments": ("department",)},
    ROUND: {"departments": ("department",), "indicators": ("indicator", "initiative")},
    DIVISION: {"indicators": ("indicator", "initiative")},
}  # fmt: skip


def unlinked(rows: Mapping[str, list[Row]], records: Mapping[str, Mapping[str, Record]]) -> list[Issue]:
    """What rows point to and is not there: said, and left out."""
    issues = []
    ids = {table: {row["id"] for row in rows[table]} for table in ("department", "indicator", "initiative")}
    for one in sorted(ids["initiative"] & ids["indicator"]):
        message, advice = f"「{one}」は指標の id です。", "取組の id を、指標と違うものにしてください。"
        issues.append(records["initiative"][one].issue("plan.duplicate_id", "id", message, advice))
    for shape, columns in _LINKS.items():
        for row in rows[shape.table]:
            record = records[shape.table][row_key(shape, row)]
            for column, tables in columns.items():
                known = set[str]().union(*(ids[table] for table in tables))
                there = known.union(
                    *(records[table] for table in tables)
                )  # those that have a fault too: it is told there
                issues += _unlink(record, row, column, known, there)
    by_id = {row["id"]: row for row in rows[INITIATIVE.table]}
    issues += [i for column in _CHAINS for i in _circular(column, by_id, records[INITIATIVE.table])]
    return [*issues, *_chained(by_id, records[INITIATIVE.table])]


#: Columns in which an initiative names another: round a circle nothing would be listed or asked about.
_CHAINS = ("parent_id", "refers_to")


def _circular(column: str, by_id: Mapping[str, Row], records: Mapping[str, Record]) -> list[Issue]:
    """What names itself, at once or by way of others: said of every row of the circle, and left out."""
    circles = [one for one in by_id if one in _chain(one, column, by_id)]
    issues = []
    for one in circles:
        row = by_id[one]
        message = f"「{row['name']}」の {column} をたどると、自分自身に戻ります。"
        advice = "どれか1つの参照先を直すか、空欄にしてください。"
        issues.append(replace(records[one].issue("plan.circular", column, message, advice), value=row[column]))
    for one in circles:
        by_id[one][column] = ""
    return issues


def _chain(one: str, column: str, by_id: Mapping[str, Row]) -> list[str]:
    """What an initiative names, what that names, and so on, until nothing new comes."""
    found: list[str] = []
    named = by_id[one][column]
    while named and named not in found:
        found.append(named)
        named = by_id[named][column]
    return found


def _chained(by_id: Mapping[str, Row], records: Mapping[str, Record]) -> list[Issue]:
    """A 再掲 of a 再掲 is one of the 主掲載 at the end: said, and read so."""
    ends = {one: chain for one in by_id if len(chain := _chain(one, "refers_to", by_id)) > 1}
    issues = []
    for one, (first, *_, last) in ends.items():
        message = (
            f"「{by_id[one]['name']}」の再掲の先も再掲です。主掲載の「{by_id[last]['name']}」の再掲として読みました。"
        )
        advice = "refers_to に、主掲載の id を書いてください。"
        issue = records[one].issue("plan.reference_of_reference", "refers_to", message, advice, Severity.ASK)
        issues.append(replace(issue, value=first))
    for one, chain in ends.items():
        by_id[one]["refers_to"] = chain[-1]
    return issues


def strange_continuation(
    plan_id: str, rows: Mapping[str, list[Row]], records: Mapping[str, Mapping[str, Record]]
) -> list[Issue]:
    """What is said to be carried on and is no ``plan/id`` of another plan: said, and left out."""
    issues = []
    for shape in (INDICATOR, INITIATIVE):
        for row in rows[shape.table]:
            odd = [one for one in row["continues"] if not _CONTINUED.fullmatch(one) or one.startswith(f"{plan_id}/")]
            row["continues"] = tuple(one for one in row["continues"] if one not in odd)
            for one in odd:
                message = f"「{row['name']}」の continues にある「{one}」は、ほかの計画のものではありません。"
                advice = "引き継ぐ計画の記号と、そこでの id を「aomori-ict-2019/open-data」のように書いてください。"
                record = records[shape.table][row_key(shape, row)]
                issues.append(replace(record.issue("plan.not_another_plan", "continues", message, advice), value=one))
    return issues


_CONTINUED = re.compile(r"[a-z0-9][a-z0-9-]*/[A-Za-z0-9][A-Za-z0-9_-]*")


def _unlink(record: Record, row: Row, column: str, known: AbstractSet[str], there: AbstractSet[str]) -> list[Issue]:
    """Leave out what is not known; said is what is not even ``there``."""
    many = isinstance(row[column], tuple)
    named = row[column] if many else (row[column],) if row[column] else ()
    found = tuple(one for one in named if one in known)
    row[column] = found if many else next(iter(found), "")
    return [_unknown_link(record, row, column, lost) for lost in named if lost not in there]


def _unknown_link(record: Record, row: Row, column: str, lost: str) -> Issue:
    message = f"「{row['name']}」の {column} にある「{lost}」という id がありません。"
    advice = "参照先の id と同じ綴りで書いてください。"
    return replace(record.issue("plan.unknown_reference", column, message, advice), value=lost)


def ownerless(rows: Mapping[str, list[Row]]) -> list[Issue]:
    """What no department answers for: indicators, and initiatives that are asked about, of a plan that names any."""
    owned = {row[key] for row in rows["ownership"] for key in ("indicator_id", "initiative_id")} - {""}
    initiatives = rows["initiative"]
    gathering = {row["parent_id"] for row in initiatives}
    asked = [row for row in initiatives if not row["refers_to"] and row["id"] not in gathering]
    named = any(row["id"] in owned for row in initiatives)
    advice = "ownership.csv に担当部局の行を加えてください。"
    return [
        Issue(
            "plan.no_owner", Severity.ASK, f"{word}「{row['name']}」の担当部局がありません。", advice,
            "ownership.csv", subject_id=row["id"], key=key,
        )
        for word, key, wanted in (
            ("指標", "indicator_id", rows["indicator"]), ("取組", "initiative_id", asked if named else []),
        )
        for row in wanted
        if row["id"] not in owned
    ]  # fmt: skip


def row_key(shape: Shape, values: Mapping[str, object]) -> str:
    """What a row is found by: its id, or ids."""
    return "/".join(str(values.get(key, "")).strip() for key in shape.key)
