"""The columns of the judging rules in force: one row a card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kpi.assessment import Assessment
from kpi.cards.revision import CARD_WORDS
from kpi.tables.table_rows import Row, records
from loaders.documents.export import DIRECTION_WORDS, KIND_WORDS
from loaders.documents.parquet.parquet_column import (
    DAY,
    FLAG,
    REAL,
    TEXT,
    WHOLE,
    Column,
    Table,
    Told,
    about_indicator,
    fiscal_year,
    head,
    number_columns,
    plan_of,
    words,
)
from loaders.store.queries.json_document import load_keys


def decided_on(one: Told) -> date | None:
    """The day of the last decision that changed the card; None where it stands as the plan's files give it."""
    return max((date.fromisoformat(p["decided_on"]) for p in _accepted(one) if p["decided_on"]), default=None)


def is_sample_card(one: Told) -> bool:
    """Whether anything of the card comes from a sample return."""
    return any(p["sample"] for p in _accepted(one))


def _accepted(one: Told) -> Sequence[Row]:
    """The proposals about the card that were accepted."""
    return one.state.once("accepted", lambda: _accepted_of(one.state)).get(one.indicator.id, [])


def _accepted_of(state: Assessment) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in records(state.snapshot.proposals):
        if row["state"] == "accepted" and any(key in CARD_WORDS for key in load_keys(row["document"])):
            found.setdefault(row["indicator_id"], []).append(row)
    return found


def _rows(state: Assessment) -> Iterator[Told]:
    held = state.snapshot
    for card in held.cards.values():
        yield Told(state, held.plan.indicator(card.indicator_id), card, {})


def _year(one: Told) -> int:
    day = decided_on(one)
    return fiscal_year(day) if day else plan_of(one).start.year


def _columns() -> Iterable[Column[Told]]:
    return (
        *head(Told, _year, "最後の決定の年度(決定がなければ計画の始まりの年度)",
              "Fiscal year of the last decision about the card; without one, the first year of the plan"),
        *about_indicator(Told),
        Column("definition", TEXT, "定義", "Definition of the indicator.", lambda o: o.indicator.definition),
        Column("numerator", TEXT, "分子", "What the numerator of a rate counts.", lambda o: o.indicator.numerator),
        Column("denominator", TEXT, "分母", "What its denominator counts.", lambda o: o.indicator.denominator),
        Column("source", TEXT, "出典", "Source of the values.", lambda o: o.indicator.source),
        Column("series_id", TEXT, "比べる公表統計の系列", "Published series that it is compared with.",
               lambda o: o.indicator.series_id, "published_values の series_id"),
        Column("card_version", WHOLE, "判定条件の版", "Version of the judging rule.", lambda o: o.card.version),
        Column("decided_on", DAY, "最後の決定の日", "Day of the last decision about the card.", decided_on),
        Column("reason", TEXT, "変更の理由", "Why the card was changed.", lambda o: o.card.reason),
        Column("direction", TEXT, "目指す方向", "Which way is better.", lambda o: o.card.direction,
               words(DIRECTION_WORDS)),
        Column("kind", TEXT, "種類", "What a value counts. Only annual counts of full years add up over years.",
               lambda o: o.card.kind, words(KIND_WORDS)),
        Column("decimals", WHOLE, "小数の桁数", "Decimals that are printed.", lambda o: o.card.decimals),
        Column("cycle_months", WHOLE, "値の間隔", "Spacing of the data.", lambda o: o.card.cycle_months, "か月"),
        Column("lag_months", WHOLE, "公表までの月数", "From the end of a period to its publication.",
               lambda o: o.card.lag_months, "か月"),
        *number_columns("baseline", "現状値", "Baseline", lambda o: o.card.baseline),
        Column("baseline_period", TEXT, "現状値の時点コード", "Period of the baseline.",
               lambda o: o.card.baseline_period.code if o.card.baseline_period else ""),
        *number_columns("target", "目標値", "Target", lambda o: o.card.target),
        Column("target_period", TEXT, "目標値の時点コード", "Period of the target.",
               lambda o: o.card.target_period.code if o.card.target_period else ""),
        Column("band_low", REAL, "維持の範囲の下限", "Lower end of the band to be held.", lambda o: o.card.band[0],
               "unit の単位"),
        Column("band_high", REAL, "維持の範囲の上限", "Upper end of the band to be held.", lambda o: o.card.band[1],
               "unit の単位"),
        Column("dropped_on", DAY, "欠番とした日", "From when on the indicator is not judged any more.",
               lambda o: o.card.dropped_on),
        Column("sample", FLAG, "サンプル", "Whether anything of the card comes from a sample return.", is_sample_card),
    )  # fmt: skip


CARDS: Table[Told] = Table("cards", _rows, tuple(_columns()))
