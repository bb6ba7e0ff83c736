"""Proposals that wait for a decision: what each would change, and the decision recorded by somebody else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.cards.impact import Effect
from kpi.cards.revision import (
    CARD_WORDS,
    INDICATOR_WORDS,
    SCHEME_WORDS,
    Changed,
    apply_to_card,
    apply_to_scheme,
    differences,
    indicator_differences,
    scheme_differences,
)
from kpi.people import STAFF_WORDS, may_not_decide
from kpi.period import stamp
from kpi.plan import Card, Indicator, Scheme
from loaders.store.queries.json_document import load_attributes
from pages.parts.admin.admin_forms import act_each, fresh, note, wareki
from pages.parts.app.current_view import services
from pages.parts.app.identity import person
from pages.parts.rounds.board_table import stored_returns
from pages.parts.shared import confirm_button
from pages.parts.shared.date_input import day_input
from pages.parts.shared.layout import show
from pages.parts.shared.markup import Column, Content, Markup, badge, join, link, table, tag

_ORIGINS = {"staff": "事務局の提案", "return": "部局の回答"}


def waiting(state: Assessment, indicator_id: str | None = None) -> pd.DataFrame:
    """The proposals nobody has decided, all of them or about one indicator (empty: the plan's scheme)."""
    rows = state.snapshot.proposals
    rows = rows[rows["state"] == "open"]
    return rows if indicator_id is None else rows[rows["indicator_id"] == indicator_id]


def changes_in(document: str, indicator_id: str) -> dict[str, Any]:
    """What a kept proposal would set, by attribute."""
    if not indicator_id:
        found = load_attributes(Scheme, document)
        return {k: v for k, v in found.items() if k in SCHEME_WORDS}
    found = load_attributes(Card, document) | load_attributes(Indicator, document)
    return {k: v for k, v in found.items() if k in CARD_WORDS or k in INDICATOR_WORDS}


def changed_words(state: Assessment, indicator_id: str, changes: Mapping[str, Any]) -> tuple[Changed, ...]:
    """What a change would alter as things stand, in words."""
    if not indicator_id:
        return scheme_differences(state.plan.scheme, apply_to_scheme(state.plan.scheme, changes))
    card, indicator = state.snapshot.cards[indicator_id], state.snapshot.plan.indicator(indicator_id)
    described = replace(indicator, **{k: v for k, v in changes.items() if k in INDICATOR_WORDS})
    return (
        *differences(card, apply_to_card(card, changes), indicator),
        *indicator_differences(indicator, described),
    )


def pairs(before: str, after: str) -> str:
    """「目標値: 当初300件→変更後250件」 from what the log tells of both sides."""
    old, new = (dict(_split(side)) for side in (before, after))
    return "、".join(
        f"{word}: " + (f"当初{old[word]}→変更後{value}" if old.get(word) not in (None, "未設定") else f"未設定→{value}")
        for word, value in new.items()
    )


def _split(told: str) -> list[tuple[str, str]]:
    return [(word, value) for part in told.split(" / ") if ": " in part for word, value in [part.split(": ", 1)]]


def told_changes(changed: tuple[Changed, ...]) -> Content:
    """Each change on a line: 目標値 300件→250件."""
    return join(tag("div", join([f"{c.word}　{c.before}→", tag("b", c.after)])) for c in changed)


def _since(changed: tuple[Changed, ...], told: str) -> Content:
    """Each change, and what the attribute was when the change was proposed where that is not so any more."""
    then: Mapping[str, str] = json.loads(told)
    moved = [tag("small", f"提案のときは{then[c.word]}でした") if _moved(c, then) else "" for c in changed]
    return join(part for c, small in zip(changed, moved, strict=True) for part in (told_changes((c,)), small))


def _moved(change: Changed, then: Mapping[str, str]) -> bool:
    return then.get(change.word, change.before) != change.before


def open_proposals(state: Assessment, indicator_id: str | None = None) -> None:
    """A list of what waits, and one form that records a decision about some or all of it."""
    rows = waiting(state, indicator_id)
    st.header("決定を待っている提案", anchor=False)
    drawn = [_row(state, r) for r in rows.to_dict("records")]
    columns = [Column("指標"), Column("変わること"), Column("理由"), Column("提案"), Column("判定への影響")]
    show(table(columns, drawn, caption="決定を待っている提案", kind="stack"))
    _decision(state, rows)


def _row(state: Assessment, row: Mapping[Any, Any]) -> tuple[Content, ...]:
    indicator_id = str(row["indicator_id"])
    changed = changed_words(state, indicator_id, changes_in(str(row["document"]), indicator_id))
    sample = "サンプル" if row["sample"] else ""
    who = " ".join(w for w in (str(row["who"]), stamp(row["proposed_at"]), sample) if w)
    return (
        _name(state, indicator_id),
        _since(changed, str(row["before"])) if changed else _unchanged(state, indicator_id),
        str(row["reason"]) or "―",
        join([_origin(row), _mark(_doubt(state, row)), tag("small", f"{row['proposal_id']} {who}")]),
        _impact(state.key, state, indicator_id, str(row["document"])),
    )


def _origin(row: Mapping[Any, Any]) -> str:
    """Whose proposal it is; what the secretariat has only entered stays the department's."""
    entered = row["origin"] == "return" and row["role"] in STAFF_WORDS
    return f"{_ORIGINS.get(str(row['origin']), '')}{'(代理登録)' if entered else ''}"


def _doubt(state: Assessment, row: Mapping[Any, Any]) -> str:
    """Of what a return proposes: that the answer is still being asked about, or that nobody has confirmed it."""
    if row["origin"] != "return":
        return ""
    snapshot, indicator_id = state.snapshot, str(row["indicator_id"])
    rows, questions = snapshot.submissions, snapshot.questions
    own = rows[rows["submission_id"] == row["submission_id"]]
    if own.empty:
        return ""
    of_round = (rows["round_id"] == own.iloc[0]["round_id"]) & (rows["department_id"] == own.iloc[0]["department_id"])
    same = rows[of_round & (rows["state"] == "sent")]["submission_id"]
    asked = questions[(questions["subject_id"] == indicator_id) & questions["submission_id"].isin(same)]
    if any(not str(answer or "") for answer in asked["answered_by"]):
        return "修正依頼中"
    found = stored_returns(state, list(same))
    return "" if any(indicator_id in one.confirmed for one in found.values()) else "未確認"


def _mark(doubt: str) -> Content:
    return join([" ", badge(doubt, "x v-ask")]) if doubt else ""


def _unchanged(state: Assessment, indicator_id: str) -> str:
    if not indicator_id and "scheme" in state.snapshot.plan_assumed:
        return "いまの判定方法のまま、決定として記録します(想定でなくなります)"
    return "いまの判定条件と同じになっています"


def _name(state: Assessment, indicator_id: str) -> Content:
    if not indicator_id:
        return link("計画全体の判定方法", "admin", part="cards", card="scheme")
    indicator = state.snapshot.plan.indicator(indicator_id)
    return link(f"{indicator.number} {indicator.name}", "admin", part="cards", card=indicator_id)


@st.cache_data(max_entries=200, show_spinner="判定への影響を調べています…")
def _impact(revision: str, _state: Assessment, indicator_id: str, document: str) -> Markup:
    found = services().effects(_state.plan.id, indicator_id, changes_in(document, indicator_id))
    return impact_words(found)


def impact_words(found: tuple[Effect, ...]) -> Markup:
    """How many statuses would differ, and what that of today would be."""
    altered = [e for e in found if e.alters]
    if not altered:
        return tag("span", "変わる判定はありません", "none")
    now = [e for e in altered if not e.round_id]
    past = len(altered) - len(now)
    parts: list[Content] = [tag("div", join([f"{e.before_word}→", tag("b", e.after_word)])) for e in now[:1]]
    if len(now) > 1:
        parts = [tag("div", f"いまの判定 {len(now)}指標")]
    if past:
        parts.append(tag("small", f"過去の照会の時点 {past}件(表示は当時のまま)"))
    return join(parts)


def effects_table(state: Assessment, found: tuple[Effect, ...]) -> None:
    """What the status was and would be, for every closed round and for now."""
    rows = [
        (
            "いま" if not e.round_id else join([e.name, tag("small", stamp(e.moment))]),
            _name(state, e.indicator_id),
            e.before_word,
            tag("b", e.after_word) if e.alters else e.after_word,
            "変わります" if e.alters else "―",
        )
        for e in found
    ]
    columns = [Column("時点"), Column("指標"), Column("いまの条件では"), Column("変更後の条件では"), Column("違い")]
    show(table(columns, rows, caption="判定への影響", kind="stack"))


def _decision(state: Assessment, rows: pd.DataFrame) -> None:
    me = person()
    own = [
        may_not_decide(str(r["origin"]), str(r["role"]), (str(r["person"]), str(r["who"])), (me.id, me.name))
        for r in rows.to_dict("records")
    ]
    if any(own) and state.plan.sole_secretary:
        note("自分の提案の決定も記録できます。同じ担当者が記録したことが、決定に残ります。")
        own = [False] * len(own)
    others = rows[[not mine for mine in own]]
    if others.empty:
        note("自分の提案の決定は、別の担当者が記録します。")
        return
    if len(others) < len(rows):
        note("自分の提案は、別の担当者が記録します。下には出ていません。")
    rows_of = {str(r["proposal_id"]): r for r in others.to_dict("records")}
    labels = {
        one: " ".join(w for w in (one, _plain_name(state, str(r["indicator_id"])), _doubt(state, r)) if w)
        for one, r in rows_of.items()
    }
    with st.container(border=True):
        picked = st.multiselect(
            "決定を記録する提案", list(labels), list(labels) if len(labels) == 1 else [],
            format_func=labels.__getitem__, key=fresh("decide-which"),
        )  # fmt: skip
        accept = st.radio("決定", ["決定する", "見送る"], horizontal=True, key=fresh("decide-accept")) == "決定する"
        with st.container(horizontal=True):
            day = day_input("決定の日", state.day, fresh("decide-day"))
            name = st.text_input(
                "何による決定か", "本部決定", key=fresh("decide-name"), max_chars=40, disabled=not accept
            )
        reason = st.text_input(
            "見送る理由" if not accept else "添え書き(任意)", key=fresh("decide-reason"), max_chars=200
        )
        ready = bool(picked) and day is not None and bool(name.strip() if accept else reason.strip())
        told = [join([labels[one], _told_briefly(state, rows_of[one])]) for one in picked]
        doubted = sum(bool(_doubt(state, rows_of[one])) for one in picked)
        summary = _deciding(told, day, name.strip() if accept else "", reason.strip(), doubted if accept else 0)
        what = (*picked, accept, day, name, reason)
        if confirm_button.button(
            f"決定を記録する({len(picked)}件)", "decide-save", what, summary, "この内容で記録する", primary=True,
            disabled=not ready,
        ) and day:  # fmt: skip
            words = "{}件の決定を記録しました。" + ("いまの判定から効きます。" if accept else "")
            how = partial(
                services().decide_card, accept=accept, decided_on=day, decision=name.strip(), reason=reason.strip()
            )
            act_each({labels[one]: partial(how, one) for one in picked}, words)
        note("決定は取り消せません。元に戻すときは、元の値への変更をあらためて提案し、決定を記録します。")


def _told_briefly(state: Assessment, row: Mapping[Any, Any]) -> Content:
    """「　目標値 未設定→1,234件」: what a proposal would set, in one line."""
    indicator_id = str(row["indicator_id"])
    changed = changed_words(state, indicator_id, changes_in(str(row["document"]), indicator_id))
    return "　" + "、".join(f"{c.word} {c.before}→{c.after}" for c in changed) if changed else ""


def _deciding(labels: Sequence[Content], day: date | None, name: str, reason: str, doubted: int) -> Content:
    """What is about to be recorded for good; without the name of a decision the proposals are turned down.

    ``doubted`` are those whose answer nobody has confirmed yet or that is still asked about.
    """
    when = wareki(day) if day else ""
    act = f"{when}の{name}として" if name else f"{when}に見送ることとして"
    lines = [tag("b", f"次の{len(labels)}件を、{act}記録します。記録した決定は取り消せません。")]
    if doubted:
        lines.append(tag("div", f"このうち{doubted}件は、回答がまだ確認済でないか、修正依頼中です。", "notice"))
    lines += [tag("div", label) for label in labels]
    lines += [tag("div", f"{'添え書き' if name else '理由'}: {reason}")] if reason else []
    return join(lines)


def _plain_name(state: Assessment, indicator_id: str) -> str:
    if not indicator_id:
        return "計画全体の判定方法"
    indicator = state.snapshot.plan.indicator(indicator_id)
    return f"{indicator.number} {indicator.name}"
