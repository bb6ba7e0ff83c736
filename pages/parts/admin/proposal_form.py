"""A new proposal about a card: every attribute with its present value, and what the change would alter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from kpi.assessment import Assessment
from kpi.cards.consistency import LIMITS
from kpi.cards.revision import THRESHOLD_WORDS, apply_to_card, apply_to_scheme, target_lies_ahead
from kpi.period import Period
from kpi.plan import Card, Indicator, Plan, Scheme
from kpi.printing.number_words import decimals_of
from kpi.schemes import METHODS, method_of
from pages.parts.admin.admin_forms import act, fresh, note
from pages.parts.admin.proposal_panel import changed_words, effects_table, told_changes
from pages.parts.app.current_view import services
from pages.parts.shared.date_input import day_input
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import tag

_DIRECTIONS = {"increase": "増やす", "decrease": "減らす", "maintain": "保つ"}
_KINDS = {"level": "その時点の値", "annual": "年度ごとの値", "cumulative": "計画開始からの累計"}


def propose_box(state: Assessment, indicator: Indicator) -> None:
    """変更を提案する, for one indicator."""
    st.header("変更を提案する", anchor=False)
    card, key = state.snapshot.cards[indicator.id], fresh(f"card-{indicator.id}")
    changes = _changes(_figures(state.plan, card, key) | _path(card, key), card)
    with st.expander("方向・値の種類・間隔・欠番"):
        changes |= _changes(_manner(state, card, key), card)
    with st.expander("定義・名称・単位・出典"):
        changes |= _changes(_description(indicator, key), indicator)
    if changes and not target_lies_ahead(apply_to_card(card, changes)):
        st.warning("目標値が、現状値から見て目指す方向にありません。目標値・現状値・目指す方向を確かめてください。")
    _propose(state, indicator.id, changes, key)


def propose_scheme(state: Assessment) -> None:
    """変更を提案する, for the plan's way of judging."""
    st.header("変更を提案する", anchor=False)
    scheme, key = state.plan.scheme, fresh("card-scheme")
    known = list(dict.fromkeys([scheme.name, *METHODS]))
    grid = st.grid(min_column_width=220)
    with grid.cell():
        name = st.selectbox("判定方法", known, format_func=_method_word, key=f"{key}-name")
    given = _thresholds(grid, replace(scheme, name=name), key)
    said: dict[str, object] = {"name": name, "thresholds": given}
    if faults := method_of(replace(scheme, name=name)).faults(apply_to_scheme(scheme, said)):
        st.warning("".join(fault.message for fault in faults))
        return
    held = {key: value for key, value in given.items() if scheme.thresholds.get(key) != value}
    changes = _changes({"name": name}, scheme) | ({"thresholds": held} if held else {})
    if not changes and "scheme" in state.snapshot.plan_assumed:
        note("いまの判定方法は想定です。変更せずに、このまま本部の決定として記録することも提案できます。")
        changes = said
    _propose(state, "", changes, key)


def _method_word(name: str) -> str:
    return METHODS[name].word if name in METHODS else name


def _thresholds(grid: Any, scheme: Scheme, key: str) -> dict[str, float | None]:
    """The thresholds of the scheme's method as typed; None of one that may be left unset."""
    method, said = method_of(scheme), {}
    held = method.held(scheme)
    for t in method.settable:
        about = method.figure if t in method.thresholds else "空けると定めない"
        with grid.cell():
            said[t.key] = st.number_input(
                f"{THRESHOLD_WORDS[t.key]}({about})", 0.0, t.most, held.get(t.key), 0.05, format="%g",
                key=f"{key}-{t.key}", placeholder="定めない",
            )  # fmt: skip
    return said


def _changes(said: Mapping[str, Any], now: object) -> dict[str, Any]:
    """What was said differently from what holds."""
    return {k: v for k, v in said.items() if v != getattr(now, k)}


def _figures(plan: Plan, card: Card, key: str) -> dict[str, Any]:
    grid = st.grid(min_column_width=200)
    said: dict[str, Any] = {}
    if card.direction == "maintain":
        with grid.cell():
            low = _number("範囲の下限(空けると下限なし)", card.band[0], f"{key}-low")
        with grid.cell():
            high = _number("範囲の上限(空けると上限なし)", card.band[1], f"{key}-high")
        said["band"] = (low, high)
    for attribute, word in (("target", "目標値"), ("baseline", "現状値")):
        with grid.cell():
            said[attribute] = _number(word, getattr(card, attribute), f"{key}-{attribute}")
        with grid.cell():
            when = f"{attribute}_period"
            said[when] = _period(plan, f"{word}の時点", getattr(card, when), f"{key}-{when}")
    return said


def _number(label: str, start: float | None, key: str) -> float | None:
    # %g shows what was typed with all its decimals.
    step = 1.0 if start is None or not decimals_of(start, 0) else 0.1
    value = st.number_input(label, value=start, step=step, format="%g", key=key)
    return None if value is None else float(value)


def _period(plan: Plan, label: str, start: Period | None, key: str) -> Period | None:
    years = range(plan.start.year - 6, plan.end.year + 4)
    offered = [Period("FY", y) for y in years] + [Period("CY", y) for y in years]
    options = sorted({*offered, *([start] if start else [])}, key=lambda p: (p.kind != "FY", p.position))
    return st.selectbox(
        label, options, index=options.index(start) if start else None, format_func=lambda p: p.label,
        placeholder="未設定", key=key,
    )  # fmt: skip


def _path(card: Card, key: str) -> dict[str, Any]:
    """目安値, one for each fiscal year between baseline and target."""
    if not card.baseline_period or not card.target_period or card.direction == "maintain":
        return {}
    kind = card.target_period.kind if card.target_period.kind in ("FY", "CY") else "FY"
    between = [Period(kind, y) for y in range(card.baseline_period.year + 1, card.target_period.year)]
    held = dict(card.milestones)
    periods = sorted({*between, *held}, key=lambda p: p.position)
    if not periods:
        return {}
    said: list[tuple[Period, float]] = []
    with st.expander("目安値(空けると、まっすぐな計画線)", expanded=bool(held)):
        grid = st.grid(min_column_width=160)
        for period in periods:
            with grid.cell():
                value = _number(period.label, held.get(period), f"{key}-path-{period.code}")
                if value is not None:
                    said.append((period, value))
    return {"milestones": tuple(said)}


def _manner(state: Assessment, card: Card, key: str) -> dict[str, Any]:
    grid = st.grid(min_column_width=200)
    with grid.cell():
        direction = _one_of("目指す方向", _DIRECTIONS, card.direction, f"{key}-direction")
    with grid.cell():
        kind = _one_of("値の種類", _KINDS, card.kind, f"{key}-kind")
    with grid.cell():
        decimals = int(st.number_input("小数の桁数", *LIMITS["decimals"], card.decimals, key=f"{key}-decimals"))
    with grid.cell():
        cycle = int(st.number_input("値の間隔(月)", *LIMITS["cycle_months"], card.cycle_months, key=f"{key}-cycle"))
    with grid.cell():
        lag = int(st.number_input("公表までの月数", *LIMITS["lag_months"], card.lag_months, key=f"{key}-lag"))
    dropped = card.dropped_on
    drop = st.checkbox("欠番にする(照会と判定から外し、それまでの値は残す)", dropped is not None, key=f"{key}-drop")
    day = day_input("欠番とする日", dropped or state.day, f"{key}-dropped") if drop else None
    said = {"direction": direction, "kind": kind, "decimals": decimals, "cycle_months": cycle, "lag_months": lag}
    return said | {"dropped_on": day}


def _one_of(label: str, words: Mapping[str, str], start: str, key: str) -> str:
    options = list(words)
    return str(st.selectbox(label, options, index=options.index(start), format_func=words.__getitem__, key=key))


def _description(indicator: Indicator, key: str) -> dict[str, Any]:
    words = {"name": "指標名", "definition": "定義", "unit": "単位", "source": "出典"}
    return {
        attribute: st.text_input(word, getattr(indicator, attribute), key=f"{key}-{attribute}", max_chars=300).strip()
        for attribute, word in words.items()
    }


def _propose(state: Assessment, indicator_id: str, changes: dict[str, Any], key: str) -> None:
    """What would differ, the statuses it would alter, the reason, and the button."""
    if not changes:
        note("変更するところを入れると、過去と現在の判定がどう変わるかを確かめてから提案できます。")
        return
    with st.container(border=True):
        show(tag("div", told_changes(changed_words(state, indicator_id, changes))))
        found = attempt(lambda: services().effects(state.plan.id, indicator_id, changes))
        if found:
            effects_table(state, found)
        note("締め切った照会の表示は、決定の後も当時の判定条件のままです。")
        reason = st.text_input("変更の理由", key=f"{key}-reason", max_chars=300)
        if st.button("この変更を提案する", type="primary", disabled=not reason.strip(), key="card-propose"):
            act(
                lambda: services().propose_card(state.plan.id, indicator_id, changes, reason.strip()),
                "提案しました。別の担当者が決定を記録すると、判定に効きます。",
            )
        if not reason.strip():
            note("理由を入れると提案できます。理由は記録に残ります。")
