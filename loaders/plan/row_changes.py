"""Two plans row by row in the words of the workbook's sheets: what is added, changed, ended and removed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kpi.cards.revision import CARD_WORDS, INDICATOR_WORDS, SCHEME_WORDS
from kpi.period import Period
from kpi.plan import DatedName, Plan
from kpi.schemes import THRESHOLDS
from loaders.plan.plan_cells import POINTING, cell_text
from loaders.plan.plan_rows import Rows, rows_of
from loaders.plan.plan_sheets import SHEETS, PlanSheet
from loaders.plan.tabular import Column, Row
from loaders.text.characters import shortened

How = Literal["added", "changed", "ended", "removed"]
HOW_WORDS: Mapping[How, str] = {
    "added": "加える",
    "changed": "変更する",
    "ended": "欠番・終了にする",
    "removed": "削除する",
}
#: What a row is told apart by where its shape has no key.
_KEYS = {"ownership": ("indicator_id", "initiative_id", "department_id", "valid_from"), "words": ("key",)}
#: What a row is called, by the first of these that it has.
_NAMES = ("name", "names", "title", "word", "key")
#: What another person decides.
_DECIDED = {
    "indicator": {*CARD_WORDS, *INDICATOR_WORDS, "band_low", "band_high"},
    "scheme": {*SCHEME_WORDS, *THRESHOLDS},
}
#: The order of these rows says nothing.
_UNORDERED = ("department", "round", "plan", "scheme", "words", "ownership", "assumption")
_ORDER = "並び順"
_OF = "の記号"


@dataclass(frozen=True)
class RowChange:
    """One difference in words. ``decided``: a judging rule, which another person decides."""

    how: How
    sheet: str
    what: str
    column: str
    before: str
    after: str
    decided: bool = False


def row_changes(now: Plan, plan: Plan, ended: Collection[tuple[str, str]]) -> tuple[RowChange, ...]:
    """What differs between two plans, sheet by sheet; ``ended`` are rows (table, id) that are told as ended alone."""
    before, after = rows_of(now), rows_of(plan)
    names = {**_names(now), **_names(plan)}
    return tuple(
        change for sheet in SHEETS for change in _Differences(sheet, names).between(before, after, ended)
    )  # fmt: skip


def _names(plan: Plan) -> dict[str, str]:
    """What is called how, by the column that points to it (indicators and initiatives: by any) and its id."""
    return {
        **{f"department_id:{d.id}": d.names[-1].name for d in plan.departments},
        **{f"field_id:{f.id}": f.name for f in plan.fields},
        **{f"item_id:{item.id}": item.name for f in plan.fields for item in f.items},
        **{f":{i.id}": i.name for i in plan.initiatives},
        **{f":{i.id}": f"{i.number} {i.name}" for i in plan.indicators},
    }


class _Differences:
    """The differences of one sheet's table."""

    def __init__(self, sheet: PlanSheet, names: Mapping[str, str]) -> None:
        self._sheet = sheet
        self._table = sheet.shape.table
        self._columns = sheet.shape.columns or sheet.columns
        self._names = names

    def between(self, old: Rows, new: Rows, ended: Collection[tuple[str, str]]) -> Iterator[RowChange]:
        before, after = self._by_key(old[self._table]), self._by_key(new[self._table])
        for key, row in after.items():
            name = self._name(row)
            if key not in before:
                yield self._change("added", name, after=self._summary(row))
            elif (self._table, "".join(key[:1])) in ended:
                yield self._change("ended", name, after=_end(row), decided=self._table == "indicator")
            else:
                yield from self._changed(name, before[key], row)
        for key, row in before.items():
            if key not in after:
                yield self._change("removed", self._name(row), before=self._summary(row))
        if self._table not in _UNORDERED and [k for k in before if k in after] != [k for k in after if k in before]:
            yield self._change("changed", "", column=_ORDER, after="並べ替え")

    def _change(
        self, how: How, what: str, *, column: str = "", before: str = "", after: str = "", decided: bool = False
    ) -> RowChange:
        return RowChange(how, self._sheet.name, what, column, before, after, decided)

    def _by_key(self, rows: Iterable[Row]) -> dict[tuple[str, ...], Row]:
        keys = self._sheet.shape.key or _KEYS.get(self._table, ())
        return {tuple(str(row[key] or "") for key in keys): row for row in rows}

    def _changed(self, name: str, old: Row, new: Row) -> Iterator[RowChange]:
        decided = _DECIDED.get(self._table, set())
        for column in self._columns:
            if old[column.key] != new[column.key]:
                before, after = self._told(column, old), self._told(column, new)
                heading = self._heading(column)
                yield self._change(
                    "changed", name, column=heading, before=before, after=after, decided=column.key in decided
                )

    def _heading(self, column: Column) -> str:
        heading = self._sheet.headings[column.key]
        return heading.removesuffix(_OF) if column.key in POINTING else heading

    def _told(self, column: Column, row: Row) -> str:
        value = row[column.key]
        if column.key == "names":
            return "\n".join(_dated(one) for one in value)
        if column.key in POINTING:
            ids = value if isinstance(value, tuple) else (value,) if value else ()
            return "、".join(self._called(column.key, one) for one in ids)
        if isinstance(value, Period):
            return value.label
        return cell_text(self._sheet, column, value)

    def _called(self, key: str, one: str) -> str:
        kind = "department_id" if key.endswith("departments") else key
        return self._names.get(f"{kind}:{one}") or self._names.get(f":{one}") or one

    def _summary(self, row: Row) -> str:
        """What a row says, but for the id that nobody reads where it has a name."""
        told = ((column, self._told(column, row)) for column in self._columns if column.key != "id")
        return "、".join(f"{self._heading(column)}: {shortened(text)}" for column, text in told if text)

    def _name(self, row: Row) -> str:
        if self._table == "indicator":
            return f"{row['number']} {row['name']}"
        if self._table in ("ownership", "assumption"):
            subject = row["indicator_id"] or row.get("initiative_id") or ""
            about = row.get("column", "")
            rest = self._sheet.words.get("column", {}).get(about, about)
            owner = self._called("department_id", row["department_id"]) if "department_id" in row else rest
            return " ".join(part for part in (self._called("", subject) if subject else "", owner) if part)
        if self._sheet.upright:
            return ""
        found = next((row[key] for key in _NAMES if row.get(key)), "")
        return str(found[-1].name if isinstance(found, tuple) else found)


def _dated(one: DatedName) -> str:
    days: tuple[tuple[date | None, str], ...] = ((one.valid_from, "から"), (one.valid_to, "まで"))
    span = "".join(f"{day.isoformat()}{word}" for day, word in days if day)
    return f"{one.name}({span})" if span else one.name


def _end(row: Row) -> str:
    dropped = row.get("dropped_on")
    return f"{dropped.isoformat()} から欠番" if dropped else "終了"
