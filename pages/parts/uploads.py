"""Taking files in: each is read apart from the program, checked, and kept as a draft."""

from __future__ import annotations

import streamlit as st

from kpi.issue import SEVERITY_WORDS
from kpi.plan import Department, Round
from loaders.service import Taken, take_return
from pages.parts.clock import now
from pages.parts.frame import show
from pages.parts.html import badge, join, tag
from pages.parts.snapshot import View, store

_KINDS = ["xlsx", "xlsm", "xls", "ods", "csv", "zip"]  # the last three are taken in to say what to do instead


def upload_box(view: View, department: Department, asked: Round) -> None:
    """② 記入済みの様式を入れる. A file is taken once, however often the page is drawn again."""
    turn = st.session_state.setdefault("upload-turn", 0)
    files = st.file_uploader(
        "② 記入済みの様式を入れる",
        type=_KINDS,
        accept_multiple_files=True,
        key=f"upload-{turn}",
        help="Excel(.xlsx)のまま入れてください。行や列が動いていても、シート名が変わっていても読み取ります。",
    )
    if files:
        taken = []
        with st.status("読み取っています…", expanded=False) as status:
            for number, file in enumerate(files, start=1):
                status.update(label=f"読み取っています…({number}/{len(files)} {file.name})")
                taken.append(
                    take_return(
                        store(),
                        file.getvalue(),
                        file.name,
                        snapshot=view.snapshot,
                        by=department.name(view.day),
                        at=now(),
                        round_id=asked.id,
                        department_id=department.id,
                    )
                )
        st.session_state["upload-turn"] = turn + 1
        st.session_state["upload-told"] = [_told(one, view, department, asked) for one in taken]
        st.rerun()
    for told in st.session_state.get("upload-told", ()):
        show(told)


def _told(one: Taken, view: View, department: Department, asked: Round):
    """What became of a file, in one line each."""
    name = tag("b", one.filename)
    if one.saved is None:
        lines = [
            join([badge(SEVERITY_WORDS[i.severity], f"x v-{i.severity}"), " ", i.message, " ", i.advice])
            for i in one.issues
        ]
        body = join([tag("div", line) for line in lines])
        return tag("div", join([name, " は取り込めませんでした。保存済みの内容は変わっていません。", body]), "notice")
    reading = one.reading
    parts = [name, " を読み取りました。"]
    if one.saved.duplicate_of:
        parts = [name, " は前に入れたものと同じファイルです。新しくは保存していません。"]
    if reading and (reading.department_id, reading.round_id) != (department.id, asked.id):
        whose = view.plan.department(reading.department_id).name(view.day)
        parts.append(f"様式に書かれた「{whose}・{view.plan.round(reading.round_id).name}」の回答として保存しました。")
    return tag("div", join(parts), "meta")
