"""概況: how is the plan doing, what changed since last time, what needs attention?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from kpi.assessment import Assessment
from kpi.changes.change import Change, by_indicator
from kpi.changes.change_digest import since_last_round
from kpi.collection.first_steps import beginning
from kpi.period import stamp
from kpi.printing.rollup import Attention, attention, by_owner, counts, headline, nothing_changed, nothing_to_attend
from kpi.report.annual_calendar import calendar
from kpi.summary import Summary, as_of_words, summary
from loaders.documents.takeaway_tables import indicator_table
from pages.parts.app.current_view import view
from pages.parts.overview.first_start import start_panel
from pages.parts.overview.first_year import bare_list, next_steps, who_is_asked
from pages.parts.overview.plan_text import ended, plan_text, without_indicators
from pages.parts.roadmap.work_cells import work_line
from pages.parts.shared.assumptions import scheme_mark
from pages.parts.shared.filters import paged
from pages.parts.shared.indicator_cells import dated, doubt, figure_link, name_link, status_badge, value_cell, way
from pages.parts.shared.layout import file_issues, folded, header, lead, segments, show, table_downloads, unwritten
from pages.parts.shared.markup import (
    Column,
    Content,
    Group,
    Markup,
    Row,
    address,
    badge,
    changed,
    join,
    link,
    render,
    status_bar,
    table,
    tag,
)

#: How many changed indicators stand open; the rest are one click away.
_SHOWN = 6
#: In the address: which indicators are listed, and nothing besides.
_LIST, _ATTENTION = "list", "attention"


def overview_page() -> None:
    """Draw the front page."""
    state = view()
    items = state.once("items", lambda: [summary(state, i) for i in state.plan.indicators])
    header("概況", state, meta=as_of_words(state))
    if state.plan.initiatives and not state.plan.indicators:
        file_issues()
        without_indicators(state)
        return
    doubted = sum(item.unconfirmed for item in items)
    told = state.once_judged(
        f"headline {doubted}",
        lambda: headline(state.assessed, state.plan, since_last_round(state), unconfirmed=doubted),
    )
    lead(segments(told))
    file_issues()
    start_panel(state)
    if not state.plan.indicators:
        unwritten("指標", "indicators.csv")
        return
    ended(state)
    if beginning(state):
        _bare(state)
        plan_text(state)
        return
    if st.query_params.get(_LIST) == _ATTENTION:
        _to_attend(state)
        return
    if goals := [item for item in items if item.indicator.level == "goal"]:
        st.header("基本目標", anchor=False)
        show(tag("div", join(_goal_card(item) for item in goals), "cards"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("分野ごとの状況", anchor=False)
        show(_fields(state))
        work_line(state)
        st.header("目を向けるところ", anchor=False)
        show(_attention(state, {item.indicator.id: item for item in items}))
        st.header("年間の流れ", anchor=False)
        show(state.once("year", lambda: _year(state)))
    with right:
        st.header("前回からの変化", anchor=False)
        _changes(state, {item.indicator.id: item for item in items})
    st.header("指標の一覧", anchor=False)
    fields = ("", *(f.id for f in state.plan.fields))
    shown = paged(
        [item for f in fields for item in items if item.indicator.field_id == f], "指標", "overview", files=True
    )
    listed = f"list {shown[0].indicator.id} {address('indicator')}"  # its links hold the plan and the moment shown
    show(state.once(listed, lambda: _list(state, _by_field(state, shown))))
    table_downloads("指標一覧", state, indicator_table)
    plan_text(state)


def _bare(state: Assessment) -> None:
    """The page before the first answer."""
    left, right = st.columns([5, 3], gap="large")
    with left:
        st.header("次にすること", anchor=False)
        show(next_steps(state))
        work_line(state)
    with right:
        st.header("回答をお願いする部局", anchor=False)
        show(who_is_asked(state))
    st.header("指標の一覧", anchor=False)
    note = "どの指標も、現状値と目標値が未設定です。各部局の回答を受け、決定を記録すると設定されます。"
    show(join([tag("p", note, "meta"), bare_list(state)]))
    table_downloads("指標一覧", state, indicator_table)


def _year(state: Assessment) -> Markup:
    """Rounds, papers and publications of the fiscal year, what is overdue marked."""
    events = calendar(state)
    if not events:
        return tag("div", "この年度の照会と公表の予定は、まだ決まっていません。", "empty")
    rows: list[Row] = []
    for one in events:
        ahead = "これから" if one.day >= state.day else "まだ"
        mark = badge("過ぎています", "x v-ask") if one.overdue else "済" if one.done else ahead
        rows.append((stamp(one.day), one.what, mark))
    return table(
        [Column("日付", width="6.5rem"), Column("こと"), Column("状況", width="7rem")], rows, caption="年間の流れ"
    )


def _goal_card(item: Summary) -> Markup:
    mark: Content = changed(item.updated) if item.updated else ""
    below = join((part for part in (item.period, mark, doubt(item)) if part), " ")
    return render(
        "goal_card.html",
        item=item,
        name=name_link(item),
        figure=figure_link(item),
        below=below,
        way=way(item) if item.progress != "―" else "",
        badge=status_badge(item),
    )


def _fields(state: Assessment) -> Markup:
    rows: list[tuple[Content, Content]] = []
    for group in state.once_judged("counts", lambda: counts(state.assessed, state.plan)):
        if not group.field_id:
            continue
        field = state.plan.field_by_id(group.field_id)
        bar = status_bar(group.by_word, f"{field.name}: {group.words}")
        rows.append((link(field.short, "field", field=field.id), bar))
    body = table([Column("分野", width="7.5rem"), Column("指標の数")], rows, caption="分野ごとの判定の数")
    note = join(["数字は指標の数です。平均の達成率は出しません(", link("理由", "method"), ")。"])
    return join([body, tag("div", note, "meta")])


def _attention(state: Assessment, items: Mapping[str, Summary]) -> Markup:
    """Indicators that are off their line, lack an answer, or rest on an old value: the worst first."""
    found = state.once("attention", lambda: attention(state))
    if not found:
        return tag("div", nothing_to_attend(state), "empty")
    rows = [_attended(state, one, items) for one in found[:_SHOWN]]
    body = table([Column("指標と担当"), Column("状況")], rows, caption="目を向けるところ")
    rest = sum(len(one.indicators) for one in found[_SHOWN:])
    more = tag("div", link(f"ほか{rest}指標(すべてを一覧で見る)", "", **{_LIST: _ATTENTION}), "meta") if rest else ""
    return join([body, more])


def _to_attend(state: Assessment) -> None:
    """Every indicator that needs a look and nothing else, in the same order."""
    items = [summary(state, i) for one in state.once("attention", lambda: attention(state)) for i in one.indicators]
    st.header("目を向けるところ", anchor=False)
    show(tag("div", link("概況のすべてを見る", ""), "meta"))
    if not items:
        show(tag("div", nothing_to_attend(state), "empty"))
        return
    show(_list(state, {"": paged(items, "指標", "overview to attend")}))


def _attended(state: Assessment, one: Attention, items: Mapping[str, Summary]) -> tuple[Content, Content]:
    if len(one.indicators) > 1:
        named = join(["回答のない指標", tag("small", by_owner(state, one.indicators))])
        return named, badge(f"未回答 {len(one.indicators)}指標", "no_data")
    item = items[one.indicators[0].id]
    named = join([name_link(item), tag("small", item.owner)])
    if one.kind == "off":
        return named, join([status_badge(item), tag("small", join([item.progress, doubt(item)], " "))])
    if one.kind == "silent":
        return named, status_badge(item)
    return named, join([tag("span", f"時点が古い({item.period})", "none"), doubt(item)], " ")


def _changes(state: Assessment, items: Mapping[str, Summary]) -> None:
    """What changed since the last round, one row an indicator, changed statuses and corrections first."""
    found = state.once_judged("changed indicators", lambda: by_indicator(since_last_round(state)))
    if not found:
        show(tag("div", nothing_changed(state), "empty"))
        return

    def rows(part: Sequence[tuple[str, Sequence[Change]]]) -> list[Row]:
        return [(name_link(items[one]), join(_change(items[one], c) for c in those)) for one, those in part]

    # Without widths a long name takes nearly the whole line from what has changed.
    columns = [Column("指標", width="45%"), Column("変わったこと", width="55%")]
    show(table(columns, rows(found[:_SHOWN]), caption="前回からの変化"))
    if rest := found[_SHOWN:]:
        caption = "前回からの変化の続き"
        folded(f"ほか{len(rest)}指標", lambda: show(table(columns, rows(rest), caption=caption)), key="changes")


def _change(item: Summary, change: Change) -> Markup:
    unsure = doubt(item) if change.was_sent else ""
    return tag("div", join([changed(change.mark), f" {change.word}　{change.text} ", unsure]))


def _by_field(state: Assessment, items: Sequence[Summary]) -> dict[Content, Sequence[Summary]]:
    """Indicators under their fields, the basic goals first."""
    heads: dict[str, Content] = {"": "基本目標", **{f.id: link(f.name, "field", field=f.id) for f in state.plan.fields}}
    found = {head: [item for item in items if item.indicator.field_id == field_id] for field_id, head in heads.items()}
    return {head: mine for head, mine in found.items() if mine}


def _list(state: Assessment, groups: Mapping[Content, Sequence[Summary]]) -> Markup:
    """Indicators under headings; an empty heading is none."""
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
    for heading, mine in groups.items():
        rows += [Group(heading)] if heading else []
        rows += [_list_row(item) for item in mine]
    body = table(columns, rows, caption="指標の一覧", kind="stack list")
    note = join(
        [
            "進捗率=(今回−現状値)÷(目標−現状値)。出典・時点は各指標の画面にあります。",
            scheme_mark(state),
            link("算定方法", "method"),
        ]
    )
    return join([body, tag("div", note, "meta")])


def _list_row(item: Summary) -> tuple[Content, ...]:
    return (
        join([name_link(item), tag("small", item.owner)]),
        dated(item.baseline, item.baseline_period, item.indicator.id),
        value_cell(item),
        dated(item.target, item.target_period, item.indicator.id),
        way(item),
        item.progress,
        status_badge(item),
    )
