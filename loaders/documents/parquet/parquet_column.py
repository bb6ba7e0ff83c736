"""How a column of the Parquet files is declared: name, type, meaning, and what it tells; and what tables share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

from kpi.assessment import Assessment
from kpi.period import Period
from kpi.plan import Card, Indicator, Plan
from kpi.printing.printed_figures import exact

#: The types, by DuckDB's names. The store keeps a number as DOUBLE; a decimal holds the number that people wrote.
TEXT, REAL, WHOLE, FLAG, DAY, MOMENT = "VARCHAR", "DOUBLE", "INTEGER", "BOOLEAN", "DATE", "TIMESTAMP"
DECIMALS, DIGITS = 18, 38
EXACT = f"DECIMAL({DIGITS},{DECIMALS})"
_WHOLLY = Context(prec=DIGITS, traps=[Inexact, InvalidOperation])

PERIOD_CODES = "FY2024=年度、CY2024=暦年、FY2024H1=年度の上期(H2は下期)、2024-09=月、2024-09-30=日"
PERIOD_KINDS = "FY=年度、CY=暦年、H=半期、M=月、D=日"


class OfPlan(Protocol):
    """What a row is about knows the judged state that it is of."""

    @property
    def state(self) -> Assessment:
        """The judged state of the plan."""
        ...


T = TypeVar("T")
P = TypeVar("P", bound=OfPlan)


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column: the meaning in Japanese, a description in English, unit or codes, and what it tells of a row."""

    name: str
    type: str
    meaning: str
    description: str
    tell: Callable[[T], object]
    codes: str = ""


@dataclass(frozen=True)
class Table(Generic[T]):
    """One table: what it has a row of, and its columns."""

    name: str
    rows_of: Callable[[Assessment], Iterable[T]]
    columns: tuple[Column[T], ...]

    def types(self) -> dict[str, str]:
        """The type of each column by its name."""
        return {column.name: column.type for column in self.columns}

    def told(self, state: Assessment) -> dict[str, list[object]]:
        """What the table says of a state, column by column; an empty text, NaN and NaT are None."""
        rows = list(self.rows_of(state))
        return {column.name: [_present(column.tell(one)) for one in rows] for column in self.columns}


@dataclass(frozen=True)
class Told:
    """An indicator with its card, and the row of it (a value, or a judgement) that is told."""

    state: Assessment
    indicator: Indicator
    card: Card
    row: Mapping[Any, Any]


def _present(value: object) -> object:
    return None if value == "" or value != value else value


def plan_of(one: OfPlan) -> Plan:
    """The plan, with what is 欠番."""
    return one.state.snapshot.plan


def words(codes: Mapping[str, str]) -> str:
    """Codes and their words as the dictionary lists them."""
    return "、".join(f"{code}={word}" for code, word in codes.items())


def as_decimal(value: float | None) -> Decimal | None:
    """The number as people wrote it, without binary noise; None where it does not fit the type digit for digit."""
    found = exact(value)
    try:
        return None if found is None else found.quantize(Decimal(1).scaleb(-DECIMALS), context=_WHOLLY)
    except (Inexact, InvalidOperation):
        return None


def head(kind: type[P], year: Callable[[P], int | None], meaning: str, description: str) -> tuple[Column[P], ...]:
    """Whose row it is, and the two columns that the folders are named after."""
    return (
        Column("government_code", TEXT, "団体コード(計画の area_code)",
               "Government whose plan this is, as plan.toml has it.", lambda o: plan_of(o).area_code,
               "JIS X 0401(都道府県2桁)、JIS X 0402(市区町村5桁)"),
        Column("government_name", TEXT, "団体名", "Name of that government.", lambda o: plan_of(o).area_name),
        Column("plan_id", TEXT, "計画のID(フォルダー名)", "Plan; partition key.", lambda o: plan_of(o).id),
        Column("plan_name", TEXT, "計画の名称", "Name of the plan.", lambda o: plan_of(o).name),
        Column("year", WHOLE, meaning, f"{description}; partition key.", year, "西暦"),
    )  # fmt: skip


def about_indicator(kind: type[Told]) -> tuple[Column[Told], ...]:
    """Which indicator a row is about."""
    return (
        Column("indicator_id", TEXT, "指標のID", "Indicator, the subject of the row; unique within a plan.",
               lambda o: o.indicator.id),
        Column("indicator_number", TEXT, "指標番号", "Number of the indicator in the plan's text.",
               lambda o: o.indicator.number),
        Column("indicator_name", TEXT, "指標名", "Name of the indicator.", lambda o: o.indicator.name),
        Column("indicator_level", TEXT, "指標の位置付け", "Basic goal of the plan or indicator of a field.",
               lambda o: o.indicator.level, "goal=基本目標、field=分野の指標"),
        Column("field_id", TEXT, "分野のID", "Field of the plan; null for a basic goal.",
               lambda o: o.indicator.field_id),
        Column("field_name", TEXT, "分野", "Name of the field.", _field_name),
        Column("unit", TEXT, "単位", "Unit of the values.", lambda o: o.indicator.unit),
    )  # fmt: skip


def _field_name(one: Told) -> str:
    return plan_of(one).field_by_id(one.indicator.field_id).name if one.indicator.field_id else ""


def period_columns(code: Callable[[T], str]) -> tuple[Column[T], ...]:
    """The period of a value: its code as stored, what kind it is, and where it ends on the one time line."""
    return (
        Column("period", TEXT, "時点コード", "Period code as stored.", code, PERIOD_CODES),
        Column("period_kind", TEXT, "時点の種類", "Kind of period.", lambda o: _of(code(o), lambda p: p.kind),
               PERIOD_KINDS),
        Column("period_end", DAY, "時点の最後の日", "Last day of the period.", lambda o: _of(code(o), lambda p: p.end)),
    )  # fmt: skip


def _of(code: str, tell: Callable[[Period], object]) -> object:
    return tell(_period(code)) if code else None


_period = lru_cache(maxsize=1024)(Period.parse)


def year_of(code: str) -> int | None:
    """The year of a period by :mod:`kpi.period`: the fiscal one of FY and H, the calendar one of the others."""
    return _period(code).year if code else None


def fiscal_year(day: date) -> int:
    """The fiscal year of a day."""
    return Period.fiscal_year_of(day).year


def number_columns(
    name: str, meaning: str, description: str, tell: Callable[[T], float | None]
) -> tuple[Column[T], ...]:
    """A number twice: as the store keeps it, bit for bit, and as the decimal that people wrote, to be added up."""
    return (
        Column(name, REAL, meaning, f"{description}, bit for bit as stored.", tell, "unit の単位"),
        Column(f"{name}_decimal", EXACT, f"{meaning}(十進の正確な数)",
               f"{description}, as the decimal number that was written (at most 15 significant digits); "
               "sums of it are exact. Null where it does not fit the type.",
               lambda o: as_decimal(tell(o)), "unit の単位"),
    )  # fmt: skip
