"""The script that every session runs: settings of the page, the plan's store, and who gets which screens."""

from __future__ import annotations

import json
import re

import streamlit as st

from pages.compare import compare_page
from pages.data import data_page
from pages.field import field_page
from pages.indicator import indicator_page
from pages.method import method_page
from pages.overview import overview_page
from pages.parts.frame import guarded
from pages.parts.snapshot import view
from pages.submit import submit_page

#: (page function, title, address). The first is the front page and has no address of its own.
SCREENS = (
    (overview_page, "概況", ""),
    (field_page, "分野", "field"),
    (indicator_page, "指標", "indicator"),
    (compare_page, "全国比較", "compare"),
    (submit_page, "回答", "submit"),
    (data_page, "データ", "data"),
    (method_page, "算定方法・用語", "method"),
)


def _plan_name() -> str:
    """The plan's name as a CSS string's content: nothing in it can end the style."""
    try:
        return re.sub(r"[<>{}\\\\]", "", view().plan.name)
    except Exception:  # the page itself says what is wrong; the menu stands in any case
        return "DX推進プラン"


def main() -> None:
    """Draw the screen that the address asks for."""
    st.set_page_config(page_title="DX推進プラン KPI進捗ダッシュボード", layout="wide", initial_sidebar_state="auto")
    st.html(f"<style>:root {{ --plan-name: {json.dumps(_plan_name(), ensure_ascii=False)}; }}</style>")
    pages = [
        st.Page(guarded(function), title=title, url_path=address or None, default=not address)
        for function, title, address in SCREENS
    ]
    st.navigation(pages, position="sidebar", expanded=True).run()


main()
