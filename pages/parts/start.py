"""The first start: the real plan stands there without a single return; what now?"""

from __future__ import annotations

import streamlit as st

from loaders.service import load_samples
from pages.parts.clock import now
from pages.parts.frame import show
from pages.parts.html import Markup, tag
from pages.parts.snapshot import DATA, View, store

_WELCOME = Markup(
    "<b>はじめに</b>　計画と公表されている数値は読み込み済みです。部局の回答はまだ1件もありません。"
    "サンプルの回答で動きを見るか、空のまま回答様式の配布から始められます。サンプルはいつでも一度に消せます。"
)


def start_panel(view: View) -> None:
    """サンプルを読み込む / 空で始める, until a return has come in or someone has chosen."""
    if len(view.snapshot.submissions) or st.session_state.get("start-empty"):
        return
    with st.container(border=True, key="start"):
        show(tag("div", _WELCOME))
        with st.container(horizontal=True):
            if st.button("サンプルを読み込む", type="primary", key="samples-on"):
                with st.spinner("サンプルの回答を読み込んでいます…", show_time=True):
                    load_samples(store(), DATA, view.plan.id, at=now())
                st.rerun()
            if st.button("空で始める", key="start-empty"):
                st.session_state["start-empty"] = True
                st.rerun()
