"""指標個票: one page of one indicator, with its chart and the department's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kpi.assessment import Assessment
from kpi.period import Period, short_of
from kpi.plan import STANDING_TEXTS
from kpi.printing.rollup import GOALS
from kpi.report.blocks import (
    ACHIEVEMENT_KEY,
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    Line,
    Note,
    Part,
    Passage,
    Table,
    paper_day,
    paper_text,
)
from kpi.report.indicator_entry import Entry, planned
from kpi.report.work.review_part import achievements
from kpi.schemes.scheme import Figures
from kpi.snapshot import Edited
from kpi.story import story
from kpi.summary import beside_nation, explanation

NOTHING = "(記載なし)"


def sheets(
    state: Assessment,
    told: Sequence[Entry],
    number: str,
    years: Sequence[Period],
    by_year: Mapping[str, Mapping[str, Figures]],
    edited: Mapping[str, Edited] | None = None,
) -> tuple[Part, ...]:
    """A page of each indicator; ``by_year`` are its printed figures as judged by each year's own value.

    ``edited`` is what people wrote in place of 主な取組と成果, by :data:`ACHIEVEMENT_KEY` and the indicator.
    """
    return tuple(
        _sheet(state, one, f"{number}-{place}", years, by_year.get(one.indicator.id, {}), edited or {})
        for place, one in enumerate(told, start=1)
    )


def _sheet(
    state: Assessment,
    one: Entry,
    number: str,
    years: Sequence[Period],
    by_year: Mapping[str, Figures],
    edited: Mapping[str, Edited],
) -> Part:
    shown = story(state, one.indicator)
    blocks: list[Block] = [
        Heading(f"{_field(one)}　担当 {state.owner_name(one.indicator)}"),
        _band(one),
        _grid(one, years, by_year, [(p.period, p.value) for p in shown.path]),
    ]
    if shown.drawable:
        blocks.append(Chart(one.indicator.id, shown, one.indicator.source))
    blocks += achieved(state, one, edited)
    blocks += [Passage(label, words or NOTHING) for label, words in _passages(state, one)]
    blocks += [Note(words) for words in _foot(one)]
    title = f"{one.indicator.number}　{one.indicator.name}"
    group = one.indicator.field_id or "goal"
    return Part("indicator", title, number, "A4縦", tuple(blocks), one.indicator.id, group)


def _field(one: Entry) -> str:
    plan, indicator = one.state.plan, one.indicator
    if not indicator.field_id:
        return GOALS
    field = plan.field_by_id(indicator.field_id)
    item = next((i.name for i in field.items if i.id == indicator.item_id), "")
    return f"{field.name}／{item}" if item else field.name


def _band(one: Entry) -> Table:
    unit = one.indicator.unit
    told = (
        ("進捗区分", Cell(one.word)),
        ("進捗率(%)", Cell(figure=one.figures.progress) if one.figures.progress is not None else Cell("―")),
        (_dated("今回", one.period(""), unit), one.value),
        (_dated("目標", one.period("target"), unit), one.target),
        (_dated("現状値", one.period("baseline"), unit), one.baseline),
        ("前回の区分", Cell(one.earlier or "―")),
    )
    columns = tuple(Column(heading, 29, "center") for heading, _ in told)
    return Table("判定のまとめ", columns, (Line(tuple(cell for _, cell in told)),))


def _dated(word: str, period: str, unit: str) -> str:
    return f"{word}({'・'.join(w for w in (period, unit) if w)})"


def _grid(
    one: Entry, years: Sequence[Period], by_year: Mapping[str, Figures], path: Sequence[tuple[Period, float]]
) -> Table:
    """計画線, 実績 and 進捗率 of each year of the plan."""
    own = {y.code: by_year.get(y.code) for y in years}
    # A line that was printed beside a judgement is that of the judgement, to the last decimal.
    lines = {y.code: found.line if (found := own[y.code]) and found.line is not None else None for y in years}
    rows = (
        (
            "計画線",
            [Cell(figure=lines[y.code]) if lines[y.code] is not None else planned(one.card, path, y) for y in years],
        ),
        ("実績", [_cell(own[y.code], "value") for y in years]),
        ("進捗率(%)", [_cell(own[y.code], "progress") for y in years]),
    )
    columns = (Column(f"年度({one.indicator.unit})", 30), *(Column(y.short, 144 / len(years), "right") for y in years))
    return Table("年度ごとの値", columns, tuple(Line((Cell(name), *cells)) for name, cells in rows))


def _cell(found: Figures | None, name: str) -> Cell:
    figure = getattr(found, name) if found else None
    return Cell() if figure is None else Cell(figure=figure)


def achieved(state: Assessment, one: Entry, edited: Mapping[str, Edited]) -> list[Passage]:
    """主な取組と成果: what its initiatives were said to have done, or what people wrote in place of that."""
    made, own = achievements(state, one.indicator.id), edited.get(f"{ACHIEVEMENT_KEY}{one.indicator.id}")
    if own:
        return [Passage("主な取組と成果", own.text, own.made != made)]
    return [Passage("主な取組と成果", made)] if made else []


def _passages(state: Assessment, one: Entry) -> tuple[tuple[str, str], ...]:
    indicator = one.indicator
    how = f"{indicator.numerator}÷{indicator.denominator}" if indicator.is_rate else ""
    return (
        ("意味", indicator.definition),
        ("算定方法", how),
        ("判定の理由", paper_text(explanation(state, indicator))),
        ("要因", one.said("analysis")),
        ("今後の対応", one.said("actions")),
        ("全国との比較", paper_text(beside_nation(state, indicator))),
        ("根拠資料", one.said("evidence")),
        *((word, one.said(key)) for key, word in STANDING_TEXTS.items() if key != "after_target" or one.said(key)),
    )


def _foot(one: Entry) -> tuple[str, ...]:
    told = [f"出典 {one.indicator.source or '未設定'}", f"単位 {one.indicator.unit}"]
    if one.row["period"]:
        told.append(f"値の時点 {Period.parse(one.row['period']).label}{f' {one.release}' if one.release else ''}")
    if one.observation is not None:
        told.append(f"回答日 {paper_day(one.observation['known_at'])}")
        if following := short_of(one.observation["next_release"] or ""):
            told.append(f"次回公表予定 {following}")
    return ("　".join(told), *(["サンプルの値を含みます。"] if one.sample else []))
