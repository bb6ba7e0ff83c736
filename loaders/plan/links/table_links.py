"""What the rows of a plan's tables point to: known, said where it is not, and left out."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from kpi.issue import Issue, Severity
from loaders.plan.columns import DIVISION, INITIATIVE, ROUND, Shape
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
                issues += _unlink(record, row, column, known - {row["id"]} if shape is INITIATIVE else known)
    return issues


def _unlink(record: Record, row: Row, column: str, known: AbstractSet[str]) -> list[Issue]:
    many = isinstance(row[column], tuple)
    named = row[column] if many else (row[column],) if row[column] else ()
    found = tuple(one for one in named if one in known)
    row[column] = found if many else next(iter(found), "")
    return [_unknown_link(record, row, column, lost) for lost in named if lost not in known]


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
