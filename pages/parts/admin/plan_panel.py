"""計画とサンプル: the plan's files and workbook, the next plan, and the samples put in or taken out."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from kpi.initiatives.initiative import count_words
from kpi.plan import distinctions, in_order
from pages.parts.admin.admin_forms import act, note
from pages.parts.admin.next_plan_form import next_plan_form
from pages.parts.admin.plan_book import plan_book
from pages.parts.app.current_view import services, store
from pages.parts.overview.first_start import load_samples
from pages.parts.shared.as_of import looking_back
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import Column, Markup, table, unmarked


def plan_part(state: Assessment) -> None:
    """The plan that is shown, its files, the samples."""
    show(_facts(state))
    if looking_back():
        return
    st.header("計画のファイルを読み込み直す", anchor=False)
    note(
        "サーバーのデータのフォルダーにある計画と公表値を書き換えたら、ここで読み込み直します。"
        "変わったところだけが新しい版になり、過去の時点の表示は変わりません。"
    )
    if st.button("読み込み直す", key="plan-reload"):
        _reload()
    if services().may(Action.SET_PLAN):
        plan_book(state)
        next_plan_form(state)
        _offers(state)
        _sole_secretary(state)
    if services().may(Action.SAMPLES) and (state.plan.indicators or state.snapshot.has_samples):
        st.header("サンプル", anchor=False)
        _samples(state)


def _facts(state: Assessment) -> Markup:
    plan, snapshot = state.plan, state.snapshot
    dropped = len(plan.indicators) - len(snapshot.live_indicators(state.day))
    assumed = "(想定)" if {"start", "end"} & set(plan.assumptions) else ""
    rows = [
        ("計画", plan.name),
        ("期間", f"{plan.start.label}から{plan.end.label}まで{assumed}"),
        ("指標", f"{len(plan.indicators)}件" + (f"(うち欠番{dropped}件)" if dropped else "")),
        ("取組", count_words(plan.initiatives) if plan.initiatives else "0件"),
        ("部局・照会", f"{len(plan.departments)}部局、{len(plan.rounds)}照会"),
        ("公表されている値", f"{len(snapshot.series)}統計、{len(snapshot.values):,}件"),
        ("出典", plan.source or "―"),
    ]
    return table([Column("項目", width="9rem"), Column("内容")], rows, caption="計画")


def _offers(state: Assessment) -> None:
    """Which plans may be chosen at the top of the menu."""
    plans = in_order(store().plans(), state.day)
    if len(plans) < 2:
        return
    st.header("選べる計画", anchor=False)
    note("選べる計画が2つ以上あると、メニューの上で計画を選べます。選べなくしても、計画と回答は残ります。")
    marks = distinctions(plans)
    for plan in plans:
        words = f"{plan.name}({marks[plan.id] or f'{plan.start.label}から{plan.end.label}まで'})"
        label = f"{words} を選べなくする" if plan.offered else f"{words} を選べるようにする"
        if st.button(unmarked(label), key=f"plan-offer-{plan.id}"):
            done = f"{words}を、{'選べなくしました' if plan.offered else '選べるようにしました'}。"
            act(partial(services().offer_plan, plan.id, not plan.offered), done)


def _sole_secretary(state: Assessment) -> None:
    """Whether the secretariat is one person, who then may decide what it has proposed."""
    st.header("事務局が1人のとき", anchor=False)
    allowed = state.plan.sole_secretary
    note(
        "判定条件の変更は、提案した人とは別の担当者が決定を記録します。事務局が1人しかいない場合は、"
        "同じ担当者が記録できるようにします。そのときは、どの決定にもそのことが残ります。"
    )
    label = "提案した人は決定を記録できないようにする" if allowed else "提案した人も決定を記録できるようにする"
    if st.button(unmarked(label), key="plan-sole-secretary"):
        done = f"提案した人{'は決定を記録できない' if allowed else 'も決定を記録できる'}ようにしました。"
        act(partial(services().allow_sole_secretary, state.plan.id, not allowed), done)


def _reload() -> None:
    with st.spinner("計画と公表値を読み込んでいます…"):
        data = attempt(lambda: services().reload_plans())
    if data is None:
        return
    if not data.issues:
        act(lambda: (), f"{len(data.plans)}計画と公表値を読み込み直しました。問題はありません。")
        return
    st.warning(f"読み込み直しました。{len(data.issues)}件の問題があり、読めたところだけで動いています。")
    rows = [(i.sheet, i.cell, i.value, i.message, i.advice) for i in data.issues]
    headings = ("ファイル", "場所", "書かれた文字", "問題", "どうするか")
    show(table([Column(h) for h in headings], rows, caption="計画のファイルの問題", kind="stack"))


def _samples(state: Assessment) -> None:
    if state.snapshot.has_samples:
        note("サンプルの回答・確認・判定条件の決定が入っています。消すと、実際の回答だけが残ります。")
        if st.button("サンプルを消す", key="plan-samples-off"):
            with st.spinner("サンプルを消しています…"):
                act(lambda: services().remove_samples(), "サンプルを消しました。いつでも入れ直せます。")
        return
    if not services().has_sample_files(state.plan.id):
        note("この計画のサンプルはありません。")
        return
    real = len(state.snapshot.submissions)
    note("サンプルは作りものの回答です。どの画面にも「サンプル」と出て、いつでも一度に消せます。")
    if real:
        note(f"実際の回答が{real}件あります。サンプルを入れると、消すまで両方が並んで表示されます。")
    if st.button("サンプルを入れる", key="plan-samples-on"):
        act(lambda: load_samples(state), "サンプルを入れました。")
