"""判定条件: what is agreed about each indicator, what is proposed, what was decided and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.cards.revision import THRESHOLD_WORDS, day_text, target_text
from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.plan import Card, Indicator, Scheme
from kpi.printing.number_words import decimals_of, number
from kpi.schemes import Threshold, method_of
from kpi.summary import amount
from pages.parts.admin.admin_forms import note
from pages.parts.admin.proposal_form import propose_box, propose_scheme
from pages.parts.admin.proposal_panel import open_proposals, pairs, waiting
from pages.parts.app.current_view import services
from pages.parts.shared.as_of import closed_to_change
from pages.parts.shared.assumptions import scheme_assumed
from pages.parts.shared.filters import choose, paged
from pages.parts.shared.indicator_cells import dated
from pages.parts.shared.layout import empty, show
from pages.parts.shared.markup import Column, Content, Group, Markup, Row, join, link, table, tag

_ALL, _SCHEME = "all", "scheme"
_WORDS = {"increase": "増やす", "decrease": "減らす", "maintain": "保つ"}
_KINDS = {"level": "その時点の値", "annual": "年度ごとの値", "cumulative": "累計"}


def cards_part(state: Assessment) -> None:
    """All cards, or one: its rule, what waits for a decision, a new proposal, its history."""
    whole = state.snapshot.plan
    names = {i.id: f"{i.number} {i.name}" for i in whole.indicators}
    options = {_ALL: "すべての指標", **names, _SCHEME: "計画全体の判定方法"}
    chosen = choose("指標", "card", options, default=_ALL)
    if chosen == _SCHEME:
        _scheme(state)
        return
    if chosen != _ALL:
        _one(state, whole.indicator(chosen))
        return
    if len(waiting(state)) and not closed_to_change(state):
        open_proposals(state)
        st.header("いまの判定条件", anchor=False)
    show(_list(state))


def _list(state: Assessment) -> Markup:
    rows: list[Row] = []
    fields = ("", *(f.id for f in state.plan.fields))
    shown = paged([i for f in fields for i in state.snapshot.plan.indicators if i.field_id == f], "指標", "cards")
    for field_id in fields:
        mine = [i for i in shown if i.field_id == field_id]
        if mine:
            rows.append(Group(state.plan.field_by_id(field_id).name if field_id else "基本目標"))
            rows += [_row(state, i) for i in mine]
    columns = [
        Column("指標"),
        Column("現状値", number=True),
        Column("目標値", number=True),
        Column("方向・値の種類"),
        Column("決定・理由"),
    ]
    return table(columns, rows, caption="判定条件の一覧", kind="stack")


def _row(state: Assessment, indicator: Indicator) -> Row:
    card = state.snapshot.cards[indicator.id]
    dropped = card.dropped_on
    mark = tag("small", f"欠番({day_text(dropped)}から)") if dropped else ""
    return (
        join([link(f"{indicator.number} {indicator.name}", "admin", part="cards", card=indicator.id), mark]),
        dated(amount(card.baseline, indicator, card), card.baseline_period.short if card.baseline_period else ""),
        dated(target_text(card, indicator.unit), card.target_period.short if card.target_period else ""),
        join([_WORDS[card.direction], tag("small", _KINDS[card.kind])]),
        card.reason or "原案のまま",
    )


def _one(state: Assessment, indicator: Indicator) -> None:
    card = state.snapshot.cards[indicator.id]
    show(tag("div", link("一覧に戻る", "admin", part="cards", card=_ALL), "crumb"))
    show(_facts(state, indicator, card))
    if not closed_to_change(state):
        if len(waiting(state, indicator.id)):
            open_proposals(state, indicator.id)
        propose_box(state, indicator)
    st.header("これまでの決定", anchor=False)
    _history(state, indicator.id)


def _facts(state: Assessment, indicator: Indicator, card: Card) -> Markup:
    path = "、".join(f"{p.short} {amount(v, indicator, card)}" for p, v in card.milestones)
    owner = state.snapshot.plan.owner(indicator.id, state.day)
    rows: list[tuple[Content, Content]] = [
        ("指標", link(indicator.name, "indicator", indicator=indicator.id)),
        ("定義", indicator.definition or "原案に記載なし"),
        ("現状値", f"{amount(card.baseline, indicator, card)}　{_when(card.baseline_period)}"),
        ("目標値", f"{target_text(card, indicator.unit)}　{_when(card.target_period)}"),
        ("目安値", path or "なし(現状値から目標値までまっすぐ)"),
        ("方向・値の種類", f"{_WORDS[card.direction]}・{_KINDS[card.kind]}"),
        ("出典・担当", f"{indicator.source}・{owner.name(state.day) if owner else '担当未設定'}"),
        ("版", f"第{card.version}版　{card.reason or '原案のまま'}"),
    ]
    if card.dropped_on:
        rows.append(("欠番", f"{day_text(card.dropped_on)}から。それまでの値は残っています。"))
    return table([Column("項目", width="8rem"), Column("内容")], rows, caption="いまの判定条件")


def _when(period: object) -> str:
    return getattr(period, "label", "時点未設定")


def _scheme(state: Assessment) -> None:
    scheme = state.plan.scheme
    rows = [
        ("判定方法", method_of(scheme).word or scheme.name),
        *_limits(scheme),
        ("横ばいの許容幅", f"{number(scheme.tolerance * 100, 1)}%"),
    ]
    show(table([Column("項目", width="10rem"), Column("内容")], rows, caption="計画全体の判定方法"))
    show(scheme_assumed(state))
    note("しきい値は、本部で決めるまで計画の原案にはありません。変更すると、すべての指標の判定に効きます。")
    if not closed_to_change(state):
        if len(waiting(state, "")):
            open_proposals(state, "")
        propose_scheme(state)
    st.header("これまでの決定", anchor=False)
    _history(state, "")


def _limits(scheme: Scheme) -> list[tuple[str, str]]:
    """The thresholds of the plan's method, each with what it divides."""
    method = method_of(scheme)
    held = method.held(scheme)

    def told(t: Threshold) -> str:
        if t.key not in held:
            return "定めない"
        figure = method.figure if t in method.thresholds else ""
        return figure + (t.text(held[t.key]) if t.percent else number(held[t.key], decimals_of(held[t.key], 2)))

    return [(THRESHOLD_WORDS[t.key], told(t)) for t in method.settable]


def _history(state: Assessment, indicator_id: str) -> None:
    """Every decision about one card, newest first, as it is cited: 「当初300件→変更後250件(R8.3.12本部決定)」."""
    rows = state.snapshot.proposals
    mine = rows[(rows["indicator_id"] == indicator_id) & rows["state"].isin(["accepted", "rejected"])]
    if mine.empty:
        empty("決定の記録はまだありません。判定条件は計画の原案のままです。")
        return
    told = _logged(state) if services().may(Action.SEE_LOG, Place(state.plan.id)) else {}
    drawn = [_decided(row, told.get(str(row["proposal_id"]), "")) for row in mine.iloc[::-1].to_dict("records")]
    columns = [Column("決定"), Column("変わったこと"), Column("理由"), Column("提案・記録")]
    show(table(columns, drawn, caption="判定条件の決定", kind="stack"))


def _logged(state: Assessment) -> dict[str, str]:
    """What was decided, by proposal, in the words of the log."""
    log = services().log(state.plan.id)
    log = log[log["kind"].isin(["accept_card", "propose_card"])]
    # A decision tells what it changed then, newer than what its proposal saw.
    return {str(r["subject"]): pairs(str(r["before"]), str(r["after"])) for r in log.iloc[::-1].to_dict("records")}


def _decided(row: Mapping[Any, Any], told: str) -> tuple[Content, ...]:
    when = day_text(pd.Timestamp(str(row["decided_on"])).date()) if row["decided_on"] else ""
    accepted = row["state"] == "accepted"
    by = f"{when}{row['decision']}" if accepted else f"{when}見送り"
    answer = tag("small", str(row["answer"])) if row["answer"] else ""
    return (
        join([tag("b", by), answer]),
        told or "―",
        str(row["reason"]),
        join([f"提案 {row['who']}", tag("small", f"記録 {row['entered_by']}")]),
    )
