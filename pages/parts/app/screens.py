"""The screens: in the order of the menu, each with its address and what it asks of a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from kpi.collection.workflow import Action
from pages.admin import admin_page
from pages.compare import compare_page
from pages.data import data_page
from pages.field import field_page
from pages.handover import handover_page
from pages.indicator import indicator_page
from pages.method import method_page
from pages.origin import origin_page
from pages.overview import overview_page
from pages.report import report_page
from pages.review import review_page
from pages.roadmap import roadmap_page
from pages.rounds import rounds_page
from pages.submit import submit_page


class Screen(NamedTuple):
    """One screen: its page, title and address, and what it asks of a person; else approved figures, for anybody."""

    page: Callable[[], None]
    title: str
    address: str
    need: Action = Action.SEE_APPROVED


#: In the order of the menu. The first is the front page and has no address of its own.
SCREENS = (
    Screen(overview_page, "概況", ""),
    Screen(field_page, "分野", "field"),
    Screen(indicator_page, "指標", "indicator"),
    Screen(roadmap_page, "取組・ロードマップ", "roadmap"),
    Screen(compare_page, "全国比較", "compare"),
    Screen(rounds_page, "照会", "rounds", Action.SEE_RETURNS),
    Screen(submit_page, "回答", "submit", Action.SEE_RETURNS),
    Screen(review_page, "確認", "review", Action.CONFIRM),
    Screen(handover_page, "引継ぎ", "handover", Action.SEE_HANDOVER),
    Screen(report_page, "報告書", "report", Action.EXPORT),
    Screen(data_page, "データ", "data"),
    Screen(origin_page, "出所", "origin"),
    Screen(method_page, "算定方法・用語", "method"),
    Screen(admin_page, "管理", "admin", Action.SEE_LOG),
)


def asked_for(url: str | None) -> str:
    """The last part of an address; empty for the front page."""
    return unquote(urlsplit(url or "").path).strip("/").rsplit("/", 1)[-1]


def unknown_address(url: str | None) -> str:
    """The last part of an address that none of our screens has; empty for one that is known."""
    asked = asked_for(url)
    return "" if asked in {screen.address for screen in SCREENS} else asked
