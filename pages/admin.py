"""管理: cards, 公表区分, departments, people, the log, copies, plans. Each part asks its own right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from pages.parts.admin.admin_forms import tabs, told
from pages.parts.admin.backup_panel import keep_part
from pages.parts.admin.card_panel import cards_part
from pages.parts.admin.department_panel import departments_part
from pages.parts.admin.log_panel import log_part
from pages.parts.admin.people_panel import people_part
from pages.parts.admin.plan_panel import plan_part
from pages.parts.admin.publication_panel import publication_part
from pages.parts.app.current_view import view
from pages.parts.app.identity import reaches, refuse, require
from pages.parts.lists.list_part import lists_part
from pages.parts.shared.layout import header, lead

#: By what stands in the address: the part's name, its first sentence, the right it asks, and what draws it.
_PARTS: Mapping[str, tuple[str, str, Action, Callable[[Assessment], None]]] = {
    "cards": (
        "判定条件",
        "目標値や現状値、判定のしかたを変更するときは、提案し、別の担当者が決定を記録します。",
        Action.PROPOSE_CARD,
        cards_part,
    ),
    "publication": (
        "公表区分",
        "値ごとに、公表できるか、いつ公表するか、庁内限りかを決めます。閲覧の画面と持ち出すファイルはこれに従います。",
        Action.SET_PUBLICATION,
        publication_part,
    ),
    "lists": (
        "一覧の取込み",
        "これまでの実績を、公表した表などの一覧から取り込みます。一覧から新しい計画を始めることもできます。",
        Action.PROPOSE_CARD,
        lists_part,
    ),
    "departments": (
        "部局と課",
        "部局の名称変更・統合・分割、指標の担当、課とその連絡先を、日付を付けて変更します。過去の表示は変わりません。",
        Action.SET_DIVISIONS,
        departments_part,
    ),
    "people": (
        "利用者",
        "サインインした人の権限を、メール・名前・グループで決めます。",
        Action.SET_PEOPLE,
        people_part,
    ),
    "log": (
        "記録",
        "だれが、いつ、何を、どう変更したかの記録です。画面から書き換えることはできません。",
        Action.SEE_LOG,
        log_part,
    ),
    "keep": ("控え", "データの控えを取り、確かめ、控えの時点に戻します。", Action.KEEP, keep_part),
    "plan": (
        "計画とサンプル",
        "計画を改定し、次の計画を始めます。計画のファイルを読み込み直し、サンプルを入れ替えます。",
        Action.SET_PLAN,
        plan_part,
    ),
}


def admin_page() -> None:
    """Draw one part of what the secretariat and the administrator keep."""
    who = require(Action.SEE_LOG)
    state = view()
    header("管理", state)
    mine = {key: part for key, part in _PARTS.items() if reaches(who, part[2])}
    asked = st.query_params.get("part", "")
    if asked in _PARTS and asked not in mine:
        refuse(who, _PARTS[asked][2])
    chosen = tabs("管理の項目", "part", {key: part[0] for key, part in mine.items()})
    name, sentence, _, draw = mine[chosen]
    st.header(name, anchor=False)
    lead(sentence)
    told()
    draw(state)
