"""課: which there are in a department, what each answers for, and where mail reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.reorganisation import Unfit, free_division_id, set_divisions
from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.plan import Department, Division, Indicator, subject_words
from pages.parts.admin.admin_forms import act, fresh, note
from pages.parts.app.current_view import services
from pages.parts.shared.layout import show
from pages.parts.shared.markup import tag, unmarked


def divisions_box(state: Assessment, department_id: str = "") -> None:
    """The 課 of one department, to be chosen where none is given, and the mail of its 主管課."""
    department = state.plan.department(department_id or _chosen(state))
    key = fresh(f"divisions-{department.id}")
    mail = st.text_input("主管課のメール", department.mail, key=f"{key}-mail", max_chars=120, width=420)
    note("課を置くと、担当ごとに課が答え、主管課がまとめて事務局へ回答します。課がなければ、部局がひとつで答えます。")
    made = [m for v in department.divisions_on(state.day) if (m := _one(state, department, v, key))]
    new = _new(state, department, key, made)
    made += [new] if new else []
    _save(state, department, made, mail)


def _chosen(state: Assessment) -> str:
    mine = {
        d.id: d.name(state.day)
        for d in state.plan.departments
        if services().may(Action.SET_DIVISIONS, Place(state.plan.id, department_id=d.id))
    }
    return str(st.selectbox("部局", list(mine), format_func=mine.__getitem__, key="divisions-of", width=420))


def _one(state: Assessment, department: Department, division: Division, key: str) -> Division | None:
    """One 課 as the widgets say; None where it is to end."""
    with st.container(border=True):
        made = _fields(state, department, division, f"{key}-{division.id}")
        gone = st.checkbox("この課を廃止する", key=f"{key}-{division.id}-gone")
    return None if gone else made


def _new(state: Assessment, department: Department, key: str, made: Sequence[Division]) -> Division | None:
    with st.expander("課を加える", expanded=not made):
        fields = _fields(state, department, Division(free_division_id(department), ""), f"{key}-new")
    return fields if fields.name else None


def _fields(state: Assessment, department: Department, division: Division, key: str) -> Division:
    owned = state.plan.subjects_of(department.id, state.day)
    words = {i.id: f"{i.number} {i.name}" for i in owned}
    with st.container(horizontal=True):
        name = st.text_input("課の名称", division.name, key=f"{key}-name", max_chars=60, width=260)
        mail = st.text_input("メール", division.mail, key=f"{key}-mail", max_chars=120, width=300)
    start = [i for i in division.indicators if i in words]
    label = f"担当する{subject_words(owned)}"
    indicators = st.multiselect(unmarked(label), list(words), start, format_func=words.__getitem__, key=f"{key}-what")
    # What has gone to another department stays with the 課 that answered for it before.
    kept = tuple(i for i in division.indicators if i not in words)
    return Division(
        division.id, name.strip(), (*kept, *indicators), mail.strip(), division.valid_from, division.valid_to
    )


def _save(state: Assessment, department: Department, made: Sequence[Division], mail: str) -> None:
    """The whole list with those that have ended, checked before the button stands."""
    ids, there = {v.id for v in made}, department.divisions_on(state.day)
    eve = state.day - timedelta(days=1)
    # What has ended stays as it is, and so does what April is to bring.
    others = [replace(v, valid_to=eve) if v in there else v for v in department.divisions if v.id not in ids]
    divisions = [*others, *made]
    if tuple(divisions) == department.divisions and mail.strip() == department.mail:
        note("変わるところはまだありません。")
        return
    try:
        set_divisions(state.plan, department.id, divisions, mail, state.day)
    except Unfit as unfit:
        st.warning(unmarked(unfit.issue.message + unfit.issue.advice))
        return
    lacking = _without(state, department, made)
    if made and lacking:
        words = "、".join(i.number for i in lacking)
        show(tag("div", f"どの課にも入っていない{subject_words(lacking)}: {words}(主管課が答えます)", "meta"))
    if st.button("課と連絡先を保存する", type="primary", key="divisions-save"):
        act(
            lambda: services().set_divisions(state.plan.id, department.id, divisions, mail.strip()),
            f"{department.name(state.day)}の課と連絡先を保存しました。",
        )


def _without(state: Assessment, department: Department, made: Sequence[Division]) -> tuple[Indicator, ...]:
    taken = {i for v in made for i in v.indicators}
    return tuple(i for i in state.plan.subjects_of(department.id, state.day) if i.id not in taken)
