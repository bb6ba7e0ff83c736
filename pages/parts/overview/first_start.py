"""The first start: the real plan stands there without a single return; what now?"""

from __future__ import annotations

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from loaders.services.intake import Taken
from pages.parts.app.current_view import services
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import Markup, tag, unmarked

_WELCOME = Markup(
    "<b>はじめに</b>　計画と公表されている数値は読み込み済みです。部局の回答はまだ1件もありません。"
    "サンプルの回答で動きを見るか、空のまま回答様式の配布から始められます。サンプルはいつでも一度に消せます。"
)


def start_panel(view: Assessment) -> None:
    """サンプルを読み込む / 空で始める, until a return has come in or someone has chosen."""
    if len(view.snapshot.submissions) or "start_empty" in view.snapshot.decisions:
        return
    if not services().may(Action.SAMPLES) or not services().has_sample_files(view.plan.id):
        return
    with st.container(border=True, key="start"):
        show(tag("div", _WELCOME))
        with st.container(horizontal=True):
            wanted = st.button("サンプルを読み込む", type="primary", key="samples-on")
            empty = st.button("空で始める", key="start-empty")
        if wanted and attempt(lambda: load_samples(view)) is not None:
            st.rerun()
        if empty and attempt(lambda: services().start_empty(view.plan.id)) is not None:
            st.rerun()


def load_samples(view: Assessment) -> list[Taken]:
    """Take the samples in, saying how far it is."""
    bar = st.progress(0.0, "サンプルの回答を開いています…")

    def tick(done: int, total: int, name: str) -> None:
        which = f"{done}/{total} {name.rsplit('/', 1)[-1]}"
        bar.progress(done / total, f"サンプルの回答を読み込んでいます…({unmarked(which)})")

    return services().load_samples(view.plan.id, tick=tick)
