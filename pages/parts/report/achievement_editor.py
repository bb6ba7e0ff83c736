"""主な取組と成果: what an indicator's page says of its work, and the field in which the secretariat writes it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.plan import Indicator
from kpi.report.blocks import ACHIEVEMENT_KEY, LONGEST_ACHIEVEMENT, Report, Sentence
from kpi.report.work.review_part import achievements
from kpi.snapshot import Edited
from pages.parts.app.current_view import services
from pages.parts.report.shared_text import is_same, save, text_box
from pages.parts.shared.layout import folded_form, show
from pages.parts.shared.markup import badge, join, tag
from pages.parts.shared.notices import told


def achievement_box(state: Assessment, then: Assessment, paper: Report) -> None:
    """Of which indicators the half-year answers tell something, and the field of the one that is chosen.

    ``then`` is the state that the paper tells, ``state`` what is known now: people go on writing.
    """
    if paper.scope or not services().may(Action.MAKE_REPORT, Place(paper.plan_id)):
        return
    edited = state.snapshot.edited.get(paper.round_id, {})
    offered = [i for i in then.plan.indicators if f"{ACHIEVEMENT_KEY}{i.id}" in edited or achievements(then, i.id)]
    told(_place(paper))
    if offered:
        folded_form(
            "個票の「主な取組と成果」を直す",
            lambda: _editor(then, paper, offered, edited),
            key=f"achievements-{paper.round_id}",
        )


def _place(paper: Report) -> str:
    return f"achievements {paper.plan_id} {paper.round_id}"


def _editor(then: Assessment, paper: Report, offered: list[Indicator], edited: Mapping[str, Edited]) -> None:
    note = "取組の見直しの回答から作った文です。空にして保存すると、その文に戻ります。"
    note += f"{LONGEST_ACHIEVEMENT}字までです。"
    show(tag("p", note, "meta"))
    names = {i.id: f"{i.number} {i.name}" for i in offered}
    chosen = st.selectbox("指標", list(names), format_func=names.__getitem__, key=f"achieved-{paper.round_id}")
    own, made = edited.get(f"{ACHIEVEMENT_KEY}{chosen}"), achievements(then, chosen)
    one = Sentence(chosen, made, own.text, own.made, own.who) if own else Sentence(chosen, made)
    if one.outdated:
        below = join(["この文を書いたあとで、もとの回答が変わりました。今の回答から作ると: ", tag("span", made)])
        show(join([badge("要確認", "x v-ask"), tag("div", below, "meta")]))
    key = f"achieved-{paper.plan_id}-{paper.round_id}-{chosen}"
    text = text_box("主な取組と成果", one, key, LONGEST_ACHIEVEMENT, height=110)
    if st.button("この文を保存する", key=f"save-{key}", disabled=is_same(text, one)):
        act = partial(services().edit_achievements, paper.plan_id, paper.round_id, chosen, text)
        save(key, one, _place(paper), "主な取組と成果を保存しました。", act)
