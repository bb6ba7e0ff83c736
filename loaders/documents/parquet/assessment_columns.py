"""The columns of the judgement of each indicator as on the day of the export: one row an indicator in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kpi.assessment import Assessment
from kpi.collection.workflow import RELEASE_WORDS
from kpi.printing.number_words import STATUS_WORDS
from kpi.provenance.judged_value import judged_observation
from kpi.summary import is_sample
from loaders.documents.export import REVIEW_WORDS
from loaders.documents.parquet.card_columns import is_sample_card
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
    head,
    number_columns,
    period_columns,
    plan_of,
    words,
    year_of,
)

_SHARE = "比(1=100%)"
_PER_YEAR = "unit の単位/年"


def _rows(state: Assessment) -> Iterable[Told]:
    for indicator in state.plan.indicators:
        yield Told(state, indicator, state.card(indicator.id), state.row(indicator.id))


def _judged(name: str) -> Callable[[Told], object]:
    """What the judgement says."""
    return lambda one: one.row[name]


def _observed(name: str) -> Callable[[Told], object]:
    """What the store says of the value that is judged; nothing where none is."""

    def tell(one: Told) -> object:
        found: Mapping[str, object] | None = judged_observation(one.state, one.indicator.id)
        return found[name] if found else ""

    return tell


ASSESSMENTS: Table[Told] = Table("assessments", _rows, (
    *head(Told, lambda o: year_of(o.row["period"]), "判定した値の時点の年(値がなければ空)",
          "Year of the period that is judged, as in observations; null where there is no value"),
    *about_indicator(Told),
    Column("assessed_on", DAY, "判定した日", "Day as on which it was judged.", lambda o: o.state.day),
    Column("status", TEXT, "判定コード", "Status. A method of judging may have codes of its own.", _judged("status"),
           words(STATUS_WORDS)),
    Column("status_word", TEXT, "判定", "Status in the plan's own words.", lambda o: o.state.word(o.indicator.id)),
    Column("reason", TEXT, "判定の理由コード", "Which rule gave the status, or why there is no value.",
           _judged("reason")),
    Column("scheme", TEXT, "判定の方法", "Method of judging.", lambda o: plan_of(o).scheme.name),
    Column("card_version", WHOLE, "判定条件の版", "Version of the card that it was judged by.",
           lambda o: o.card.version),
    Column("observation_code", TEXT, "判定した値の番号", "Value that is judged.", _observed("code"),
           "observations の observation_code"),
    *period_columns(lambda o: str(o.row["period"])),
    *number_columns("value", "判定した値", "Value that is judged", lambda o: o.row["value"]),
    Column("release", TEXT, "確定・速報", "Release of that value.", _judged("release"), words(RELEASE_WORDS)),
    Column("review", TEXT, "事務局の確認", "Whether the secretariat has confirmed that value.", _observed("review"),
           words(REVIEW_WORDS)),
    *number_columns("baseline", "現状値", "Baseline that it was judged by", lambda o: o.row["baseline"]),
    *number_columns("target", "目標値", "Target that it was judged by", lambda o: o.row["target"]),
    Column("progress", REAL, "進捗率", "Share of the way from baseline to target that is done.", _judged("progress"),
           _SHARE),
    Column("progress_reason", TEXT, "進捗率がない理由のコード", "Why there is no progress.",
           _judged("progress_reason")),
    Column("planned_progress", REAL, "計画上の進捗", "Share that was planned by the period.", _judged("planned"),
           _SHARE),
    Column("pace", REAL, "ペース", "Progress by planned progress.", _judged("pace"), _SHARE),
    Column("achievement", REAL, "達成率", "Value by target, where the plan's method asks for it.",
           _judged("achievement"), _SHARE),
    Column("planned_value", REAL, "計画上の値", "Value that was planned for the period.", _judged("planned_value"),
           "unit の単位"),
    Column("milestone", REAL, "目安値", "Milestone of the period.", _judged("milestone"), "unit の単位"),
    Column("required_per_year", REAL, "目標までに要る1年当たりの変化", "Change a year that the target still needs.",
           _judged("required_per_year"), _PER_YEAR),
    Column("pace_per_year", REAL, "これまでの1年当たりの変化", "Change a year so far.", _judged("pace_per_year"),
           _PER_YEAR),
    Column("previous_value", REAL, "前の値", "Best value of the period before, else the baseline.",
           _judged("previous_value"), "unit の単位"),
    Column("previous_period", TEXT, "前の値の時点コード", "Period of it.", _judged("previous_period")),
    Column("fragile", FLAG, "わずかな差で判定が変わる", "Whether a small change of the value changes the status.",
           lambda o: bool(o.row["fragile"])),
    Column("stale", FLAG, "値が古い", "Whether a newer value should be known by now.", lambda o: bool(o.row["stale"])),
    Column("waiting", TEXT, "新しい時点に値がない理由のコード", "Why a newer period cannot be judged.",
           _judged("waiting")),
    Column("waiting_period", TEXT, "その時点コード", "That newer period.", _judged("waiting_period")),
    Column("department_name", TEXT, "担当部局", "Department that answers for the indicator on that day.",
           lambda o: o.state.owner_name(o.indicator)),
    Column("sample", FLAG, "サンプル", "Whether a value or the card of the indicator comes from a sample return.",
           lambda o: is_sample(o.state, o.indicator) or is_sample_card(o)),
))  # fmt: skip
