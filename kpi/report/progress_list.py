"""KPI進捗状況一覧: the list of all indicators, as one A3 page and as an A4 page for each field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kpi.assessment import Assessment
from kpi.changes.change import REDEFINED
from kpi.changes.change_digest import since_last_round
from kpi.period import Period
from kpi.printing.rollup import GOALS, field_sentence, text
from kpi.report.blocks import Align, Cell, Column, Heading, Line, Note, Part, Table
from kpi.report.indicator_entry import Entry
from kpi.schemes import method_of

#: So many signs of a department's words stand in a row; the rest is on the indicator's own page.
WORDS_IN_ROW = 60


@dataclass(frozen=True)
class _Told:
    column: Column
    tell: Callable[[Entry], Cell]


def _column(heading: str, width: float, tell: Callable[[Entry], Cell | str], align: Align = "left") -> _Told:
    def cell(one: Entry) -> Cell:
        told = tell(one)
        return Cell(told) if isinstance(told, str) else told

    return _Told(Column(heading, width, align), cell)


def _item(one: Entry) -> str:
    plan = one.state.plan
    if not one.indicator.field_id:
        return ""
    items = plan.field_by_id(one.indicator.field_id).items
    return next((item.name for item in items if item.id == one.indicator.item_id), "")


def _reasons(one: Entry) -> str:
    """要因 and 今後の対応 in one cell, shortened with a sign that more is on the indicator's own page."""
    said = [(label, one.said(key)) for label, key in (("要因", "analysis"), ("対応", "actions"))]
    whole = " ".join(f"〔{label}〕{' '.join(words.split())}" for label, words in said if words)
    return whole if len(whole) <= WORDS_IN_ROW else whole[: WORDS_IN_ROW - 1] + "…"


def _named(one: Entry) -> str:
    return f"{one.indicator.name}({one.indicator.unit})"


_A3: Sequence[_Told] = (
    _column("番号", 10, lambda e: e.indicator.number, "center"),
    _column("項目", 22, _item),
    _column("指標名", 52, lambda e: e.indicator.name),
    _column("単位", 12, lambda e: e.indicator.unit, "center"),
    _column("現状値", 20, lambda e: e.baseline, "right"),
    _column("時点", 12, lambda e: e.period("baseline"), "center"),
    _column("前回", 20, lambda e: e.previous, "right"),
    _column("時点", 12, lambda e: e.period("previous"), "center"),
    _column("今回", 22, lambda e: e.value, "right"),
    _column("時点", 12, lambda e: e.period(""), "center"),
    _column("速報・確定", 10, lambda e: e.release, "center"),
    _column("更新・訂正", 16, lambda e: Cell(e.mark, changed=bool(e.mark)), "center"),
    _column("目標", 20, lambda e: e.target, "right"),
    _column("時点", 12, lambda e: e.period("target"), "center"),
    _column("進捗率(%)", 16, lambda e: _figure(e, "progress"), "right"),
    _column("計画線", 20, lambda e: _figure(e, "line"), "right"),
    _column("進捗区分(前回→今回)", 24, lambda e: Cell(e.moved, changed=e.is_moved), "center"),
    _column("要因・今後の対応", 62, _reasons),
    _column("担当", 22, lambda e: e.state.owner_name(e.indicator)),
)

_A4: Sequence[_Told] = (
    _column("番号", 8, lambda e: e.indicator.number, "center"),
    _column("指標名(単位)", 46, _named),
    _column("現状値", 18, lambda e: e.baseline, "right"),
    _column("時点", 10, lambda e: e.period("baseline"), "center"),
    _column("前回", 18, lambda e: e.previous, "right"),
    _column("時点", 10, lambda e: e.period("previous"), "center"),
    _column("今回", 18, lambda e: e.value, "right"),
    _column("時点", 15, lambda e: " ".join(w for w in (e.period(""), e.release) if w), "center"),
    _column("更新・訂正", 11, lambda e: Cell(e.mark, changed=bool(e.mark)), "center"),
    _column("目標", 18, lambda e: e.target, "right"),
    _column("時点", 10, lambda e: e.period("target"), "center"),
    _column("進捗率(%)", 12, lambda e: _figure(e, "progress"), "right"),
    _column("進捗区分", 19, lambda e: Cell(e.moved, changed=e.is_moved), "center"),
    _column("要因・今後の対応", 44, _reasons),
    _column("担当", 15, lambda e: e.state.owner_name(e.indicator)),
)


def _figure(one: Entry, name: str) -> Cell:
    figure = getattr(one.figures, name)
    return Cell("―") if figure is None else Cell(figure=figure)


def listing(state: Assessment, told: Sequence[Entry], number: str) -> Part:
    """The whole list: a heading row with its counts over each field."""
    lines = [line for field_id, mine in by_field(told) for line in (_band(state, field_id), *_rows(_A3, mine))]
    table = Table("KPI進捗状況一覧", tuple(t.column for t in _A3), tuple(lines))
    return Part("listing", "KPI進捗状況一覧", number, "A3横", (table, *notes(state, told)))


def field_parts(state: Assessment, told: Sequence[Entry], number: str) -> tuple[Part, ...]:
    """A page of each field, the basic goals first."""
    found = []
    for place, (field_id, mine) in enumerate(by_field(told), start=1):
        title = state.plan.field_by_id(field_id).name if field_id else GOALS
        table = Table(f"{title}の指標", tuple(t.column for t in _A4), tuple(_rows(_A4, mine)))
        head = Heading(_counts(state, field_id))
        found.append(
            Part("field", title, f"{number}-{place}", "A4横", (head, table, *notes(state, mine)), field_id or "goal")
        )
    return tuple(found)


def by_field(told: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """The entries of each field, in their order; the basic goals stand under an empty id."""
    found: dict[str, list[Entry]] = {}
    for one in told:
        found.setdefault(one.indicator.field_id, []).append(one)
    return list(found.items())


def _rows(columns: Iterable[_Told], told: Iterable[Entry]) -> list[Line]:
    return [Line(tuple(t.tell(one) for t in columns)) for one in told]


def _band(state: Assessment, field_id: str) -> Line:
    name = state.plan.field_by_id(field_id).name if field_id else GOALS
    return Line(band=f"{name}　{_counts(state, field_id)}")


def _counts(state: Assessment, field_id: str) -> str:
    return text(field_sentence(state.assessed, state.plan, field_id))


def notes(state: Assessment, told: Sequence[Entry]) -> tuple[Note, ...]:
    """What stands at the foot: the rule, what is provisional, what was corrected, and the sources."""
    found = [f"進捗率=(今回-現状値)÷(目標-現状値)。進捗区分は{method_of(state.plan.scheme).summary}"]
    provisional = [one.indicator.number for one in told if one.row["release"] == "provisional" and one.row["period"]]
    if provisional:
        found.append(f"速報(後で確報が出る値): {'、'.join(provisional)}")
    changed = [c for c in since_last_round(state) if c.correction == REDEFINED]
    if names := [state.plan.indicator(c.indicator_id).number for c in changed]:
        found.append(f"定義が変わった指標: {'、'.join(names)}")
    if late := [w for one in told if (w := overdue(one))]:
        found.append(f"次回公表予定を過ぎた指標: {'、'.join(late)}")
    if any(one.sample for one in told):
        found.append("サンプルの値を含みます。")
    sources = dict.fromkeys(one.indicator.source for one in told if one.indicator.source)
    numbered = [Note(f"注{n} {words}") for n, words in enumerate(found, start=1)]
    return (*numbered, Note(f"出典 {'、'.join(sources)}" if sources else "出典 未設定"))


def overdue(one: Entry) -> str:
    """「12(R8.9末)」 where a publication that was announced should have come and has brought no value; else empty."""
    written = one.observation["next_release"] if one.observation is not None else ""
    try:
        due = Period.parse(written) if written else None
    except ValueError:
        due = None
    return f"{one.indicator.number}({due.short})" if due and due.end < one.state.day else ""
