"""概況: how is the plan doing, what changed since last time, what needs attention?"""

from __future__ import annotations

from collections import Counter

import streamlit as st

from kpi.changes import Change
from kpi.plan import Indicator
from kpi.rollup import counts, headline
from kpi.status import concern
from pages.parts.app.current_view import View, view
from pages.parts.overview.first_start import start_panel
from pages.parts.overview.first_year import bare_list, beginning, next_steps, who_is_asked
from pages.parts.shared.assumptions import scheme_mark
from pages.parts.shared.indicator_text import UNSET, Face, dated, face, value_cell
from pages.parts.shared.layout import as_of, file_issues, header, lead, segments, show, table_downloads
from pages.parts.shared.markup import (
    Column,
    Content,
    Group,
    Markup,
    Row,
    badge,
    changed,
    join,
    link,
    render,
    status_bar,
    table,
    tag,
)
from pages.parts.shared.takeaway_tables import indicator_table

#: How many changed indicators stand open; the rest are one click away.
_SHOWN = 6
#: More indicators without an answer than this are told as one row.
_FEW = 2


def overview_page() -> None:
    """Draw the front page."""
    state = view()
    header("概況", state, meta=as_of(state))
    lead(_lead(state.revision, state))
    file_issues()
    start_panel(state)
    if beginning(state):
        _bare(state)
        return
    st.header("基本目標", anchor=False)
    show(_goals(state.revision, state))
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("分野ごとの状況", anchor=False)
        show(_fields(state.revision, state))
        st.header("目を向けるところ", anchor=False)
        show(_attention(state.revision, state))
    with right:
        st.header("前回からの変化", anchor=False)
        _changes(state)
    st.header("指標の一覧", anchor=False)
    show(_list(state.revision, state))
    table_downloads("指標一覧", state, indicator_table)


def _bare(state: View) -> None:
    """The page before the first answer."""
    left, right = st.columns([5, 3], gap="large")
    with left:
        st.header("次にすること", anchor=False)
        show(next_steps(state))
    with right:
        st.header("回答をお願いする部局", anchor=False)
        show(who_is_asked(state))
    st.header("指標の一覧", anchor=False)
    note = "どの指標も、現状値と目標値が未設定です。各部局の回答を受け、決定を記録すると設定されます。"
    show(join([tag("p", note, "meta"), bare_list(state)]))
    table_downloads("指標一覧", state, indicator_table)


@st.cache_data(max_entries=4, show_spinner=False)
def _lead(revision: str, _state: View) -> Markup:
    doubted = sum(face(_state, i).unconfirmed for i in _state.plan.indicators)
    return segments(headline(_state.assessed, _state.plan, _state.changes, unconfirmed=doubted))


@st.cache_data(max_entries=4, show_spinner=False)
def _goals(revision: str, _state: View) -> Markup:
    goals = [face(_state, i) for i in _state.plan.indicators if i.level == "goal"]
    return tag("div", join(_goal_card(item) for item in goals), "cards")


def _goal_card(item: Face) -> Markup:
    mark: Content = changed(item.updated) if item.updated else ""
    below = join((part for part in (item.period, mark, item.doubt) if part), " ")
    line = f"{_at(item.baseline, item.baseline_period)}→目標 {_at(item.target, item.target_period)}"
    known = UNSET not in (item.baseline, item.target)
    return render("goal_card.html", item=item, below=below, course=line if known else "")


def _at(value: str, period: str) -> str:
    return f"{value}({period})" if period else value


@st.cache_data(max_entries=4, show_spinner=False)
def _fields(revision: str, _state: View) -> Markup:
    rows: list[tuple[Content, Content]] = []
    for group in counts(_state.assessed, _state.plan):
        if not group.field_id:
            continue
        field = _state.plan.field_by_id(group.field_id)
        parts = group.by_word
        summary = "、".join(f"{word}{number}" for _, word, number in parts if number)
        rows.append((link(field.short, "field", field=field.id), status_bar(parts, f"{field.name}: {summary}")))
    body = table([Column("分野", width="7.5rem"), Column("指標の数")], rows, caption="分野ごとの判定の数")
    note = join(["数字は指標の数です。平均の達成率は出しません(", link("理由", "method"), ")。"])
    return join([body, tag("div", note, "meta")])


@st.cache_data(max_entries=4, show_spinner=False)
def _attention(revision: str, _state: View) -> Markup:
    """Indicators that are off their line, lack an answer, or rest on an old value: the worst first."""
    rows: list[tuple[int, tuple[Content, Content]]] = []
    # Only what a round has asked for and nobody has answered: see kpi.collection.obligations.
    silent = [i for i in _state.plan.indicators if _state.row(i.id)["reason"] == "unanswered"]
    if len(silent) > _FEW:
        rows.append((3, _silent(_state, silent)))
    for indicator in _state.plan.indicators:
        row, item = _state.row(indicator.id), face(_state, indicator)
        named = join([item.link, tag("small", item.owner)])
        urgency = concern(row["status"])
        if urgency is not None:
            stands = join([item.badge, tag("small", join([item.progress, item.doubt], " "))])
            rows.append((urgency, (named, stands)))
        elif indicator in silent:
            if len(silent) > _FEW:
                continue
            rows.append((3, (named, item.badge)))
        elif row["stale"]:
            old = tag("span", f"時点が古い({item.period})", "none")
            rows.append((4, (named, join([old, item.doubt], " "))))
    if not rows:
        return tag("div", _nothing(_state), "empty")
    rows.sort(key=lambda pair: pair[0])
    body = table([Column("指標と担当"), Column("状況")], [r for _, r in rows[:_SHOWN]], caption="目を向けるところ")
    more = tag("div", f"ほか{len(rows) - _SHOWN}指標は下の一覧にあります。", "meta") if len(rows) > _SHOWN else ""
    return join([body, more])


def _nothing(view: View) -> str:
    """That nothing needs a look; where there is no value yet, that there is nothing to look at."""
    if (view.assessed["period"] == "").all():
        return "実績の値が入ると、遅れている指標がここに並びます。"
    return "遅れている指標、回答のない指標はありません。"


def _silent(view: View, silent: list[Indicator]) -> tuple[Content, Content]:
    """Many indicators without an answer as one row: how many, and of whom."""
    owners = Counter(view.owner_name(i) for i in silent)
    named = "、".join(f"{name}{count}" for name, count in owners.items())
    return join(["回答のない指標", tag("small", named)]), badge(f"未回答 {len(silent)}指標", "no_data")


def _changes(state: View) -> None:
    """What changed since the last round, one row an indicator, changed statuses and corrections first."""
    rows = _change_rows(state.revision, state)
    if not rows:
        none = "比べられる前回の値がまだありません。" if state.before is None else "前回から変わった値はありません。"
        show(tag("div", none, "empty"))
        return
    # Without widths a long name takes nearly the whole line from what has changed.
    columns = [Column("指標", width="45%"), Column("変わったこと", width="55%")]
    show(table(columns, rows[:_SHOWN], caption="前回からの変化"))
    if len(rows) > _SHOWN:
        with st.expander(f"ほか{len(rows) - _SHOWN}指標"):
            show(table(columns, rows[_SHOWN:], caption="前回からの変化の続き"))


@st.cache_data(max_entries=4, show_spinner=False)
def _change_rows(revision: str, _state: View) -> list[tuple[Content, Content]]:
    grouped: dict[str, list[Change]] = {}
    for change in _state.changes:
        grouped.setdefault(change.indicator_id, []).append(change)

    def weight(found: list[Change]) -> int:
        return min({"status": 0, "target": 0, "baseline": 0, "new_value": 2}.get(c.kind, 1) for c in found)

    def told(indicator_id: str, change: Change) -> Markup:
        # A target or a 現状値 is decided, not sent: only what comes of the value can be unconfirmed.
        sent = change.kind not in ("target", "baseline")
        doubt = face(_state, _state.plan.indicator(indicator_id)).doubt if sent else ""
        return tag("div", join([changed(change.mark), f" {change.word}　{change.text} ", doubt]))

    return [
        (
            link(_state.plan.indicator(indicator_id).name, "indicator", indicator=indicator_id),
            join(told(indicator_id, c) for c in found),
        )
        for indicator_id, found in sorted(grouped.items(), key=lambda pair: weight(pair[1]))
    ]


@st.cache_data(max_entries=4, show_spinner=False)
def _list(revision: str, _state: View) -> Markup:
    columns = [
        Column("指標と担当"),
        Column("現状値", number=True),
        Column("今回", number=True),
        Column("目標", number=True),
        Column("現状〇→目標⚑　┊計画線"),
        Column("進捗率", number=True),
        Column("判定"),
    ]
    rows: list[Row] = []
    for field_id in ("", *(f.id for f in _state.plan.fields)):
        mine = [face(_state, i) for i in _state.plan.indicators if i.field_id == field_id]
        if mine:
            field = _state.plan.field_by_id(field_id) if field_id else None
            rows.append(Group(link(field.name, "field", field=field.id) if field else "基本目標"))
            rows += [_list_row(item) for item in mine]
    body = table(columns, rows, caption="指標の一覧", kind="stack list")
    note = join(
        [
            "進捗率=(今回−現状値)÷(目標−現状値)。出典・時点は各指標の画面にあります。",
            scheme_mark(_state),
            link("算定方法", "method"),
        ]
    )
    return join([body, tag("div", note, "meta")])


def _list_row(item: Face) -> tuple[Content, ...]:
    return (
        join([item.link, tag("small", item.owner)]),
        dated(item.baseline, item.baseline_period, item.indicator.id),
        value_cell(item),
        dated(item.target, item.target_period, item.indicator.id),
        item.bullet,
        item.progress,
        item.badge,
    )
