"""The first start: the real plan stands there without a single return; what now?"""

from __future__ import annotations

import streamlit as st

from kpi.collection import Action, may
from loaders.service import load_samples
from pages.parts.clock import now
from pages.parts.frame import show
from pages.parts.html import Markup, tag
from pages.parts.identity import person
from pages.parts.snapshot import DATA, View, store

_WELCOME = Markup(
    "<b>はじめに</b>　計画と公表されている数値は読み込み済みです。部局の回答はまだ1件もありません。"
    "サンプルの回答で動きを見るか、空のまま回答様式の配布から始められます。サンプルはいつでも一度に消せます。"
)


def start_panel(view: View) -> None:
    """サンプルを読み込む / 空で始める, until a return has come in or someone has chosen."""
    if len(view.snapshot.submissions) or "start_empty" in view.snapshot.decisions:
        return
    if not may(person(), Action.SAMPLES):
        return
    with st.container(border=True, key="start"):
        show(tag("div", _WELCOME))
        with st.container(horizontal=True):
            if st.button("サンプルを読み込む", type="primary", key="samples-on"):
                _load(view)
            if st.button("空で始める", key="start-empty"):
                store().decide("start_empty", plan_id=view.plan.id, by="画面の利用者", at=now())
                st.rerun()


def _load(view: View) -> None:
    """Take the samples in, saying how far it is."""
    bar = st.progress(0.0, "サンプルの回答を開いています…")

    def tick(done: int, total: int, name: str) -> None:
        bar.progress(done / total, f"サンプルの回答を読み込んでいます…({done}/{total} {name.rsplit('/', 1)[-1]})")

    load_samples(store(), DATA, view.plan.id, at=now(), tick=tick)
    st.rerun()
