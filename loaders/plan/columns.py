"""What the files of a plan look like, as data: their columns, their references, and the rules their rows obey.

A new column is one line of a shape, a new check one :class:`Rule`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from kpi.cards.consistency import SENSES
from kpi.collection.publication import PUBLICATION_WORDS
from kpi.initiatives.initiative import LAW_KINDS, STATE_WORDS
from kpi.initiatives.self_evaluation import UNLISTED
from kpi.issue import Severity
from kpi.plan import STANDING_TEXTS, Card, DatedName, Direction, Indicator, Kind, Level, RoundKind, Scheme
from kpi.schemes import METHODS, THRESHOLDS
from loaders.plan.tabular import (
    Column,
    Row,
    Unreadable,
    coded,
    day,
    fiscal_year,
    flag,
    half_year,
    listed,
    mapping,
    milestones,
    number,
    one_of,
    period,
    semicolons,
    text,
    texts,
    whole,
    years,
)


@dataclass(frozen=True)
class Rule:
    """One check of a row that could be read. A FIX leaves the row out; an ASK is reported and the row kept."""

    code: str
    column: str
    wrong: Callable[[Row], bool]
    message: str
    advice: str
    severity: Severity = Severity.FIX


@dataclass(frozen=True, eq=False)
class Shape:
    """One table of a plan. ``key`` must be unique, ``references`` name the table that a column points to.

    ``follows``: rows that merely belong to another row go silently with it where that one was reported already.
    """

    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    references: Mapping[str, str] | None = None
    rules: tuple[Rule, ...] = ()
    file: str = "plan.toml"
    follows: bool = False


def dated_names(value: object) -> tuple[DatedName, ...]:
    """``[{ name = "…", valid_from = 2024-04-01 }]``, names that do not hold at the same time."""
    if not isinstance(value, list) or not value or not all(isinstance(v, dict) and "name" in v for v in value):
        raise Unreadable(
            "plan.not_names", "部局の名称として読めません。", 'names = [{ name = "…" }] の形で書いてください。'
        )
    ends = [{k: day(v[k]) if k in v else None for k in ("valid_from", "valid_to")} for v in value]
    names = tuple(DatedName(text(v["name"]), e["valid_from"], e["valid_to"]) for v, e in zip(value, ends, strict=True))
    spans = [(n.valid_from, n.valid_to) for n in names]
    if any(overlap(a, b) for i, a in enumerate(spans) for b in spans[:i]):
        advice = "古い名称の valid_to と新しい名称の valid_from が重ならないようにしてください。"
        raise Unreadable("plan.overlap", "同じ日に2つの名称があります。", advice)
    return names


def overlap(a: tuple[date | None, date | None], b: tuple[date | None, date | None]) -> bool:
    """Whether two spans of days share a day; None is open."""
    return (a[0] or date.min) <= (b[1] or date.max) and (b[0] or date.min) <= (a[1] or date.max)


def _reversed(first: str, last: str) -> Callable[[Row], bool]:
    """Whether both stand and the first is after the last."""

    def wrong(row: Row) -> bool:
        return row[first] is not None and row[last] is not None and bool(row[last] < row[first])

    return wrong


def _reversed_halves(row: Row) -> bool:
    start, end = row["planned_start"], row["planned_end"]
    return start is not None and end is not None and bool(end.position < start.position)


def _wrong_side(row: Row) -> bool:
    baseline, target = row["baseline"], row["target"]
    if baseline is None or target is None or row["direction"] == "maintain":
        return False
    return bool(target <= baseline if row["direction"] == "increase" else target >= baseline)


def _between(column: str, low: int, high: int) -> Callable[[Row], bool]:
    return lambda row: not low <= row[column] <= high


_DATES = Rule(
    "plan.date_order", "valid_to", _reversed("valid_from", "valid_to"),
    "終わりの日が始まりの日より前です。", "valid_from と valid_to を確かめてください。",
)  # fmt: skip

#: What to do about a check that files share with proposals, where a file's reader looks for columns by their names.
_IN_FILES: Mapping[str, str] = {
    "band_order": "band_low と band_high を確かめてください。",
    "period_order": "baseline_period と target_period を確かめてください。",
}

_INDICATOR_RULES = (
    Rule(
        "plan.empty", "field_id", lambda r: r["level"] == "field" and not r["field_id"],
        "分野の指標ですが、分野が空欄です。", "field_id に分野の id を書いてください。",
    ),
    Rule(
        "plan.wrong_side", "target", _wrong_side,
        "目標値が、現状値から見て望ましい方向にありません。",
        "direction と、現状値・目標値の書き間違いがないかを確かめてください。",
        Severity.ASK,
    ),
    Rule(
        "plan.maintain_without_band", "band_low",
        lambda r: r["direction"] == "maintain" and r["band_low"] is None and r["band_high"] is None,
        "維持を目指す指標ですが、保つべき範囲がありません。",
        "band_low(以上)か band_high(以下)、または両方を書いてください。",
    ),
    Rule(
        "plan.survey_years", "survey_years", lambda r: r["cycle_months"] > 12 and not r["survey_years"],
        "毎年でない調査ですが、調査年がありません。", "survey_years に 2016;2021;2026 のように書いてください。",
    ),
    Rule(
        "plan.baseline_period", "baseline_period",
        lambda r: r["baseline"] is not None and r["baseline_period"] is None,
        "現状値がありますが、その時点がありません。", "baseline_period に FY2022 のように書いてください。",
    ),
    Rule(
        "plan.target_period", "target_period", lambda r: r["target"] is not None and r["target_period"] is None,
        "目標値がありますが、その時点がありません。", "target_period に FY2028 のように書いてください。",
    ),
    Rule(
        "plan.half_rate", "denominator", lambda r: bool(r["numerator"]) != bool(r["denominator"]),
        "分子と分母の一方だけが書かれています。",
        "割合で回答を求める場合は両方を、そうでなければ両方とも空欄にしてください。",
        Severity.ASK,
    ),
    *(Rule(f"plan.{s.code}", s.key, s.wrong, s.message, _IN_FILES.get(s.code, s.advice)) for s in SENSES),
)  # fmt: skip

#: Attributes that an assumption may be about: those of the indicator and its card, and who owns it.
ASSUMABLE = tuple(
    name
    for name in dict.fromkeys(
        (*Indicator.__dataclass_fields__, *Card.__dataclass_fields__, "band_low", "band_high", "department")
    )
    if name not in ("id", "indicator_id", "assumptions", "version", "reason")
)
#: What an assumption about no single indicator may be about.
_OF_PLAN = re.compile(r"scheme|number|start|end|initiatives|(?:departments|series|initiatives)\.[A-Za-z0-9_-]+")


def assumable(value: object) -> str:
    """An attribute of an indicator, or what of the plan as a whole an assumption may be about."""
    written = str(value).strip()
    return written if _OF_PLAN.fullmatch(written) else one_of(*ASSUMABLE)(value)


PLAN = Shape("plan", (
    Column("name", text, True, ""), Column("area_code", text, True, ""), Column("area_name", text, True, ""),
    Column("start", fiscal_year, True), Column("end", fiscal_year, True),
    Column("slogan", text, default=""), Column("source", text, default=""), Column("ideals", texts, default=()),
    Column("offered", flag, default=True), Column("sole_secretary", flag, default=False),
    Column("required_texts", listed(*STANDING_TEXTS), default=()),
    Column("publication", one_of(*PUBLICATION_WORDS), default="public"),
), key=())  # fmt: skip
STANCE = Shape(
    "stance", (Column("word", text, True), Column("title", text, True), Column("text", text, True)), ("word",)
)
PRIORITY = Shape("priority", (Column("name", text, True), Column("points", texts, default=())), ("name",))
FIELD = Shape("field", (
    Column("id", text, True), Column("name", text, True), Column("short", text), Column("policy", text, default=""),
    Column("slogan", text, default=""), Column("pictures", texts, default=()),
    Column("foundation", flag, default=False),
))  # fmt: skip
ITEM = Shape("item", (
    Column("id", text, True), Column("field_id", text, True), Column("name", text, True),
    Column("visions", texts, default=()), Column("note", text, default=""),
), references={"field_id": "field"})  # fmt: skip
DEPARTMENT = Shape("department", (
    Column("id", text, True), Column("names", dated_names, True), Column("aliases", texts, default=()),
    Column("mail", text, default=""),
))  # fmt: skip
DIVISION = Shape("division", (
    Column("department_id", text, True), Column("id", text, True), Column("name", text, True),
    Column("indicators", semicolons, default=()), Column("mail", text, default=""),
    Column("valid_from", day), Column("valid_to", day),
), key=("department_id", "id"), references={"department_id": "department"}, rules=(_DATES,))  # fmt: skip
ROUND = Shape("round", (
    Column("id", text, True), Column("name", text, True), Column("kind", one_of(*get_args(RoundKind)), True),
    Column("period", period, True), Column("opens", day), Column("due", day),
    Column("due_hour", whole, default=17), Column("assumption", text, default=""),
    Column("division_due", day), Column("departments", semicolons, default=()),
    Column("indicators", semicolons, default=()),
), rules=(
    Rule("plan.date_order", "due", _reversed("opens", "due"), "期限が開始日より前です。",
         "opens と due を確かめてください。"),
    Rule("plan.date_order", "division_due", _reversed("division_due", "due"), "課の期限が部局の期限より後です。",
         "division_due と due を確かめてください。"),
    Rule("plan.out_of_range", "due_hour", _between("due_hour", 0, 23), "期限の時刻は0から23までです。",
         "時刻(17時なら17)を書いてください。"),
))  # fmt: skip
SECTION = Shape("section", (
    Column("id", text, True), Column("title", text, True), Column("chapter", text, default=""),
    Column("text", texts, default=()), Column("points", texts, default=()), Column("source", text, default=""),
    Column("unset", text, default=""),
))  # fmt: skip
SCHEME = Shape("scheme", (
    Column("name", one_of(*METHODS), default=Scheme.name),
    *(Column(key, number) for key in THRESHOLDS),
    Column("tolerance", number, default=0.05), Column("show_achievement", flag, default=False),
    Column("show_outlook", flag, default=True), Column("words", mapping, default={}),
), key=())  # fmt: skip
SELF_EVALUATION = Shape("self_evaluation", (
    Column("name", text, default=""), Column("asks", text, default=""), Column("source", text, default=""),
    Column("aspects", texts, default=()),
), key=())  # fmt: skip
GRADE = Shape("self_evaluation_grade", (
    Column("word", text, True), Column("meaning", text, default=""),
), ("word",), rules=(
    Rule("plan.unlisted_sign", "word", lambda r: bool(set(r["word"]) & UNLISTED),
         "段階の語に「,」か「\"」があると、様式の選択肢にできません。", "「、」などに改めてください。"),
))  # fmt: skip

INDICATOR = Shape("indicator", (
    Column("id", text, True), Column("number", text, True), Column("level", one_of(*get_args(Level)), True),
    Column("field_id", text, default=""), Column("item_id", text, default=""),
    Column("name", text, True), Column("unit", text, True), Column("source", text, default=""),
    Column("direction", one_of(*get_args(Direction)), True), Column("kind", one_of(*get_args(Kind)), True),
    Column("decimals", whole, True, 0), Column("cycle_months", whole, default=12),
    Column("lag_months", whole, default=0), Column("survey_years", years, default=()),
    Column("baseline", number), Column("baseline_period", period),
    Column("target", number), Column("target_period", period),
    Column("band_low", number), Column("band_high", number), Column("milestones", milestones, default=()),
    Column("numerator", text, default=""), Column("denominator", text, default=""),
    Column("series_id", text, default=""), Column("definition", text, default=""), Column("dropped_on", day),
    Column("continues", semicolons, default=()),
), references={"field_id": "field", "item_id": "item"}, rules=_INDICATOR_RULES, file="indicators.csv")  # fmt: skip
OWNERSHIP = Shape("ownership", (
    Column("indicator_id", text, default=""), Column("initiative_id", text, default=""),
    Column("department_id", text, True), Column("valid_from", day), Column("valid_to", day),
), key=(), references={
    "indicator_id": "indicator", "initiative_id": "initiative", "department_id": "department",
}, rules=(
    _DATES,
    Rule("plan.one_subject", "indicator_id", lambda r: bool(r["indicator_id"]) == bool(r["initiative_id"]),
         "担当するものが分かりません。", "indicator_id か initiative_id の、どちらか一方を書いてください。"),
), file="ownership.csv", follows=True)  # fmt: skip
INITIATIVE = Shape("initiative", (
    Column("id", text, True), Column("item_id", text, True), Column("name", text, True),
    Column("number", text, default=""), Column("parent_id", text, default=""), Column("refers_to", text, default=""),
    Column("state", one_of(*STATE_WORDS), default=""), Column("priority", text, default=""),
    Column("law_kinds", coded(*LAW_KINDS), default=()),
    Column("indicators", semicolons, default=()), Column("related_indicators", semicolons, default=()),
    Column("interim", semicolons, default=()),
    Column("planned_start", half_year), Column("planned_end", half_year),
    Column("related_departments", semicolons, default=()), Column("partners", text, default=""),
    Column("sdgs", semicolons, default=()),
    Column("budget_initial", number), Column("budget_supplementary", number), Column("budget_settled", number),
    Column("continues", semicolons, default=()), Column("detail", text, default=""), Column("source", text, default=""),
), references={"item_id": "item"}, rules=(
    Rule("plan.period_order", "planned_end", _reversed_halves,
         "終わりの半期が始まりの半期より前です。", "planned_start と planned_end を確かめてください。"),
    Rule("plan.reference_alone", "refers_to", lambda r: bool(r["refers_to"]) and r["planned_start"] is not None,
         "再掲には、工程を書きません。", "主掲載の行に書いてください。", Severity.ASK),
), file="initiatives.csv", follows=True)  # fmt: skip
ASSUMPTION = Shape("assumption", (
    Column("indicator_id", text, default=""), Column("column", assumable, True), Column("reason", text, True),
), key=("indicator_id", "column"), references={"indicator_id": "indicator"}, rules=(
    Rule("plan.empty", "indicator_id", lambda r: not r["indicator_id"] and not _OF_PLAN.fullmatch(r["column"]),
         "どの指標についての想定かが空欄です。", "indicator_id に指標の id を書いてください。"),
    Rule("plan.unknown_word", "column", lambda r: bool(r["indicator_id"]) and r["column"] not in ASSUMABLE,
         "指標についての想定ではありません。", "計画全体についての想定は、indicator_id を空欄にしてください。"),
), file="assumptions.csv", follows=True)  # fmt: skip

#: The plan's own words by key: a table without columns, for any key may stand in it.
WORDS = Shape("words", (), key=())

TOML_SHAPES = (
    PLAN, STANCE, PRIORITY, FIELD, ITEM, DEPARTMENT, DIVISION, ROUND, SECTION, SCHEME, SELF_EVALUATION, GRADE,
)  # fmt: skip
CSV_SHAPES = (INDICATOR, INITIATIVE, OWNERSHIP, ASSUMPTION)
