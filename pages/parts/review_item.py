"""One answer to judge: what was written and understood beside its history, and the two things to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NoReturn

import streamlit as st

from kpi.charts.trajectory import trajectory
from kpi.collection import Question
from kpi.plan import Round
from kpi.review import GROUP_WORDS, Group, Item
from pages.parts.frame import attempt, each, show
from pages.parts.html import Column, Content, badge, join, link, table, tag, unmarked
from pages.parts.review import Review
from pages.parts.review_words import column_name, entry_words, facts, main_keys, statements
from pages.parts.snapshot import View, desk
from pages.parts.stories import story, story_summary

_TOLD = "review-told"
_REFUSED = "review-refused"
_ASKING = "review-asking"
_UNTIL = "決まるまでは今の値で判定します。決定は"
_TAKEN_BACK = (
    "確認済です。修正を依頼すると、もう一度確認済にするまで未確認に戻り、"
    "この値は事務局と担当部局のほかには見えなくなります。"
)
_NEXT = "下の「修正依頼」から文書と様式を受け取れます。誤って依頼したときは、そこで取り下げられます。"


def told() -> None:
    """What has just been done, once; read out where the page is listened to."""
    words = st.session_state.pop(_TOLD, "")
    with st.container():  # its place stays when the words go: whatever moves up on the page would close what is open
        if words:
            show(tag("div", words, "done", role="status"))
        for refused in st.session_state.pop(_REFUSED, ()):
            st.warning(unmarked(refused))


def judge(state: View, review: Review, item: Item, *, first: bool = False, acting: bool = True) -> None:
    """A box with everything about one answer. The first one answers to the keyboard."""
    with st.container(border=True, key=f"item-{item.submission_id}-{item.indicator_id}"):
        show(_head(state, item))
        grid = st.grid(min_column_width=330, gap="medium")
        with grid.cell():
            show(_figures(state, review, item))
            for said in statements(state, review.before, review.round, item, review.earlier):
                show(said)
            if Group.CARD in item.groups:
                show(
                    tag("div", join([_UNTIL, link("管理の判定条件", "admin", part="cards"), "で記録します。"]), "meta")
                )
        with grid.cell():
            _chart(state, item)
        if acting:
            _actions(state, review.round, item, first=first)


def _head(state: View, item: Item) -> Content:
    indicator = state.snapshot.plan.indicator(item.indicator_id)
    whose = state.plan.department(item.department_id).name(state.day)
    why = join([badge(GROUP_WORDS[g], "x v-ask") for g in item.groups if g is not Group.REST], " ")
    name = join([f"{indicator.number}　", link(indicator.name, "indicator", indicator=indicator.id)])
    return join([tag("h3", name, "item"), tag("div", join([whose, "　", why]), "meta")])


def _figures(state: View, review: Review, item: Item) -> Content:
    """The figure of the round, line by line: a narrow table reads better than a wide one beside a chart."""
    drawn = []
    for key in main_keys(review.round):
        fact = facts(state, review.before, review.round, item, key)
        known = "登録されている値" if review.round.kind == "targets" else "前回の値"
        lines = [
            ("書かれた文字", tag("span", fact.written, "", data_verbatim="1")),
            ("読み取った値", fact.understood),
            (known, fact.last),
            ("差", fact.difference),
            ("確認済の値", fact.approved),
            ("場所", fact.address),
        ]
        if review.round.kind == "targets":
            lines = [line for line in lines if line[0] != "確認済の値"]
        headed = [(f"{fact.name}: {name}" if len(main_keys(review.round)) > 1 else name, v) for name, v in lines]
        drawn.append(table([Column("項目"), Column("内容")], headed, caption=f"{fact.name}の読み取り", kind="facts"))
    return join(drawn)


def _chart(state: View, item: Item) -> None:
    indicator = state.snapshot.plan.indicator(item.indicator_id)
    if story(state, indicator).drawable:
        _history(state.revision, indicator.id, item.submission_id, state)


@st.cache_data(max_entries=64, show_spinner=False)
def _history(revision: str, indicator_id: str, submission_id: str, _state: View) -> None:
    """The indicator's own history with this answer as its newest point, drawn once for everybody."""
    indicator = _state.snapshot.plan.indicator(indicator_id)
    chart = trajectory(story(_state, indicator), height=190, compact=True)
    key = f"history-{submission_id}-{indicator_id}"
    st.altair_chart(chart, width="stretch", theme=None, key=key, alt=story_summary(_state, indicator))


# --- acting --------------------------------------------------------------------------------------------------------


def _actions(state: View, asked: Round, item: Item, *, first: bool) -> None:
    """確認済にする, where it is not, and 修正依頼.

    K and S work on the first box, so that a round can be gone through by keyboard.
    """
    key = f"{item.submission_id}-{item.indicator_id}"
    name = state.snapshot.plan.indicator(item.indicator_id).name
    with st.container(horizontal=True, vertical_alignment="center"):
        sure, back = ("K", "S") if first else (None, None)
        if not item.confirmed and st.button("確認済にする", type="primary", key=f"confirm-{key}", shortcut=sure):
            confirm({item.submission_id: [item.indicator_id]}, f"「{name}」を確認済にしました。")
        if st.button("修正依頼…", key=f"ask-{key}", shortcut=back):
            st.session_state[_ASKING] = "" if st.session_state.get(_ASKING) == key else key
    if item.confirmed:
        show(tag("div", _TAKEN_BACK, "meta"))
    if st.session_state.get(_ASKING) == key:
        _ask(state, asked, item, key)


def confirm(what: Mapping[str, Sequence[str]], words: str, names: Mapping[str, str] | None = None) -> None:
    """Confirm some indicators (none named: all) of some returns, and say so.

    Each return by itself: one that is refused keeps no other from it. ``names`` tell whose each return is.
    """
    called = {one: (names or {}).get(one, one) for one in what}
    done, refused = each({called[one]: partial(desk().confirm, one, own) for one, own in what.items()})
    for why in refused if not done else ():
        st.warning(unmarked(why if names else why.partition(": ")[2]))
    if not done:
        return
    st.session_state[_TOLD] = words if not refused else f"{done}件の回答を確認済にしました。"
    st.session_state[_REFUSED] = refused
    st.rerun()


def _ask(state: View, asked: Round, item: Item, key: str) -> None:
    """The question: on which cell, in which words."""
    indicator, card = state.snapshot.plan.indicator(item.indicator_id), state.snapshot.cards[item.indicator_id]
    labels = {"": "この指標の行全体"}
    for column, entry in item.answer.entries.items():
        place = f"　{entry.cell}" if entry.cell else ""
        labels[column] = f"{column_name(state, asked, column)}{place}　{entry_words(indicator, card, entry)}"
    start = next((k for k in (*(d.key for d in item.doubts), *main_keys(asked)) if k in labels), "")
    with st.form(f"ask-form-{key}", border=False):
        column = st.selectbox(
            "どの欄について", list(labels), index=list(labels).index(start), format_func=labels.__getitem__
        )
        text = st.text_area(
            "依頼する内容", placeholder="例: 前回と桁が違います。千件単位ではないか確かめてください。", max_chars=500
        )
        if not st.form_submit_button("修正を依頼する", type="primary"):
            return
    if not text.strip():
        st.warning("依頼する内容を入力してください。部局は、この文を見て直します。")
        return
    done = attempt(lambda: desk().ask_back(item.submission_id, [Question(item.indicator_id, column, text.strip())]))
    if done is not None:
        st.session_state.pop(_ASKING, None)
        tell(f"「{indicator.name}」の修正依頼を記録しました。{_NEXT}")


def tell(words: str) -> NoReturn:
    """Say on the page drawn anew what has just been done."""
    st.session_state[_TOLD] = words
    st.rerun()
