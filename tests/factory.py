"""A tiny but realistic plan, and forms filled in from it, for any test that needs one.

Names, shapes and difficulties are those of real plans; the numbers are made up for the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache

from kpi.collection.workflow import Brief, Past
from kpi.period import Period
from kpi.plan import Card, DatedName, Department, Field, Indicator, Item, Ownership, Plan, Round

FY = {year: Period("FY", year) for year in range(2018, 2032)}

RATE, COUNT, TOTAL, CUT, SURVEY, PAPER, UNSET = (
    "city-rate",
    "support-count",
    "fan-total",
    "rice-cut",
    "learning",
    "paper",
    "telemedicine",
)
AGRI, POLICY, TRADE = "agri", "policy", "trade"
ROUND, TARGETS_ROUND, HALF_ROUND = "fy2024", "targets", "fy2025h1"
DAY = date(2025, 9, 1)

LONG_NAME = (
    "「あおもり防災」SNSアカウント(YouTube及びX(旧Twitter))の登録者数のうち"
    "県内に居住する者が占める割合として推計される値(架空の長い名称)"
)
LONG_COMMENT = (
    "前年度に開始した伴走支援の対象を県内全域に広げたことに加え、商工団体と共同で開いた説明会の参加者が増えたことが主な要因である。"
    "一方で、従業員20人以下の事業者では担当者を置くことができず、相談に至らない例が依然として多い。\n"
) * 4


def _indicators() -> tuple[Indicator, ...]:
    return (
        Indicator(
            RATE, "1", "goal", "DXに取り組んでいる市町村の割合", "％", "県総合政策部調べ", "admin",
            numerator="DXに取り組んでいる市町村数", denominator="県内の市町村数",
        ),
        Indicator(COUNT, "2", "field", "県内企業のデジタル化・DX支援件数", "件", "県商工労働部調べ", "work"),
        Indicator(TOTAL, "3", "field", "「青森ファンクラブ」参画DMO数(累計)", "団体", "県商工労働部調べ", "work"),
        Indicator(CUT, "4", "field", "稲作の10a当たりの労働時間削減率", "％", "県農林水産部調べ", "work"),
        Indicator(
            SURVEY, "5", "field", "生活行動「学習・自己啓発・訓練」行動率", "％", "社会生活基本調査※5年ごと", "work"
        ),
        Indicator(PAPER, "6", "field", "コピー用紙使用量", "万枚", "県総合政策部調べ", "admin"),
        Indicator(UNSET, "7", "field", LONG_NAME, "％", "県総合政策部調べ", "admin"),
    )  # fmt: skip


def _cards() -> tuple[Card, ...]:
    start, end = FY[2022], FY[2028]
    return (
        Card(RATE, 1, "increase", "level", 1, baseline=42.5, baseline_period=start, target=100.0, target_period=end),
        Card(
            COUNT, 1, "increase", "annual", 0,
            baseline=1150.0, baseline_period=start, target=2000.0, target_period=end,
        ),
        Card(
            TOTAL, 1, "increase", "cumulative", 0,
            baseline=4.0, baseline_period=start, target=16.0, target_period=end,
        ),
        Card(CUT, 1, "increase", "level", 1, baseline=3.2, baseline_period=start, target=30.0, target_period=end),
        Card(
            SURVEY, 1, "increase", "level", 1, cycle_months=60, lag_months=9, survey_years=(2016, 2021, 2026),
            baseline=30.9, baseline_period=Period("CY", 2021), target=36.0, target_period=Period("CY", 2026),
        ),
        Card(
            PAPER, 1, "decrease", "annual", 1,
            baseline=5230.4, baseline_period=start, target=3600.0, target_period=end,
        ),
        Card(UNSET, 1, "increase", "level", 1),
    )  # fmt: skip


def tiny_plan() -> Plan:
    """Two fields, three departments (one renamed in April 2024), seven indicators, three rounds."""
    changed = date(2024, 4, 1)
    owners = {RATE: POLICY, COUNT: TRADE, TOTAL: TRADE, CUT: AGRI, SURVEY: POLICY, PAPER: POLICY, UNSET: POLICY}
    return Plan(
        id="tiny",
        name="青森県DX総合戦略",
        area_code="02",
        area_name="青森県",
        start=FY[2024],
        end=FY[2028],
        fields=(
            Field("work", "産業・しごと分野", "産業", items=(Item("firms", "work", "県内企業のDX"),)),
            Field("admin", "行政経営分野", "行政", items=(Item("towns", "admin", "市町村のDX"),)),
        ),
        departments=(
            Department(
                POLICY,
                (DatedName("企画政策部", None, date(2024, 3, 31)), DatedName("総合政策部", changed, None)),
            ),
            Department(TRADE, (DatedName("商工労働部"),)),
            Department(AGRI, (DatedName("農林水産部"),)),
        ),
        ownerships=tuple(Ownership(i, d) for i, d in owners.items()),
        indicators=_indicators(),
        cards=_cards(),
        rounds=(
            Round(TARGETS_ROUND, "目標値等の設定", "targets", FY[2023], date(2024, 4, 1), date(2024, 5, 31)),
            Round(ROUND, "令和6年度実績", "annual", FY[2024], date(2025, 9, 1), date(2025, 10, 3)),
            Round(HALF_ROUND, "令和7年度上期", "half", Period("H", 2025, 1), date(2025, 11, 4), date(2025, 12, 5)),
        ),
    )


def _past(period: Period, value: float, comment: str = "", release: str = "final") -> Past:
    return Past(
        period,
        value,
        release,
        comment=comment,
        evidence=f"{period.short}実績調べ(担当課集計)",
        round_id=f"fy{period.year}",
        known_at=datetime(period.year + 1, 10, 1, 12, 0),
    )


def tiny_history() -> dict[str, tuple[Past, ...]]:
    """What earlier rounds said: two values each, none of the indicator without baseline."""
    return {
        RATE: (_past(FY[2022], 42.5), _past(FY[2023], 55.0, "伴走支援を始めたため増加した。")),
        COUNT: (_past(FY[2022], 1150.0), _past(FY[2023], 1278.0, LONG_COMMENT, "provisional")),
        TOTAL: (_past(FY[2022], 4.0), _past(FY[2023], 6.0, "新たに2団体が参画した。")),
        CUT: (_past(FY[2022], 3.2), _past(FY[2023], 5.6, "直播栽培の面積が広がった。")),
        SURVEY: (_past(Period("CY", 2016), 28.4), _past(Period("CY", 2021), 30.9, "前回調査から2.5ポイント上昇した。")),
        PAPER: (_past(FY[2022], 5230.4), _past(FY[2023], 4875.3, "会議資料の電子化が進んだ。")),
    }


def tiny_brief(day: date = DAY, *, history: bool = True, **changes: Card) -> Brief:
    """The brief of the tiny plan on a day. ``changes`` replace cards by indicator id (with ``-`` written ``_``)."""
    plan = tiny_plan()
    swapped = {key.replace("_", "-"): card for key, card in changes.items()}
    cards = {c.indicator_id: swapped.get(c.indicator_id, c) for c in plan.cards}
    return Brief(plan, day, cards, tiny_history() if history else {})


def with_plan(brief: Brief, **changes: object) -> Brief:
    """The brief with attributes of its plan replaced."""
    return replace(brief, plan=replace(brief.plan, **changes))  # type: ignore[arg-type]


def tiny_answers() -> dict[str, dict[str, object]]:
    """A sound answer for every indicator that can have one this round."""
    said: dict[str, object] = {
        "release": "final",
        "evidence": "令和6年度実績調べ(担当課集計)",
        "section": "DX推進課",
        "person": "青森 花子",
        "contact": "dx@pref.example.jp",
    }
    return {
        RATE: said | {"value": 65.0, "numerator": 26.0, "denominator": 40.0, "period": "FY2024"},
        COUNT: said | {"value": 1405.0, "period": "FY2024", "analysis": "支援機関が増えた。", "actions": "継続する。"},
        TOTAL: said | {"value": 9.0, "period": "FY2024"},
        CUT: said | {"value": 8.1, "period": "FY2024"},
        PAPER: said | {"value": 4512.5, "period": "FY2024"},
        UNSET: said | {"missing_reason": "unpublished", "next_release": "2026-03", "release": None, "period": None},
    }


def filled_form(
    answers: Mapping[str, Mapping[str, object]] | None = None,
    *,
    department: str = POLICY,
    round_id: str = ROUND,
    brief: Brief | None = None,
    sample: bool = False,
) -> bytes:
    """A form of the tiny plan with answers in it: :func:`tiny_answers` unless told."""
    chosen = tiny_answers() if answers is None else answers
    return _writer()(brief or tiny_brief(), round_id, department, sample=sample, answers=chosen)


@cache
def _writer() -> Callable[..., bytes]:
    """The writer of forms, which writes each form once. Most tests of a plan do without it and what it imports."""
    from loaders.form.writing.writer import write_form
    from tests.once import by_value, remembered

    return remembered(write_form, by_value)
