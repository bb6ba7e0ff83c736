"""算定方法・用語: how is this judged, what does this word mean, how is it used, what is checked, what was assumed?"""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.compare.published import CONFIDENCE_WORDS
from kpi.initiatives.work_state import work_of
from kpi.issue import SEVERITY_WORDS
from kpi.plan import Scheme
from kpi.schemes import Rule, method_of, rules_of
from kpi.status import status_word
from loaders.rules import all_checks
from pages.parts.app.current_view import view
from pages.parts.method.rule_texts import (
    ASSUMED_WORDS,
    GLOSSARY,
    OF_ANSWERS,
    OF_PLANS,
    PLAN_ASSUMED_WORDS,
    WITHOUT_VALUE,
)
from pages.parts.method.uses import uses_table
from pages.parts.method.work_reading import work_glossary, work_steps
from pages.parts.shared.assumptions import scheme_assumed
from pages.parts.shared.layout import downloads, folded, grid, header, lead, show
from pages.parts.shared.markup import Column, Content, Markup, badge, link, listing, table, tag

#: What a message fills in about the cell at hand; the list of checks shows … in its place.
_PLACEHOLDER = re.compile(r"\{\w+\}")


def method_page() -> None:
    """Draw the rules, the words, the checks and the assumptions."""
    state = view()
    header("算定方法・用語", state)
    plan = state.plan
    lead(method_of(plan.scheme).summary if plan.indicators else _UNMEASURED)
    if plan.indicators:
        _judging(state)
    if plan.initiatives:
        _work(state)
    st.header("使い方", anchor=False)
    show(uses_table(state))
    st.header("用語", anchor=False)
    words = (*(GLOSSARY if plan.indicators else ()), *(OF_ANSWERS if plan.departments else ()), *OF_PLANS)
    show(table(_WORDS, words, caption="用語"))
    st.header("計画の文書に書かれていないため想定で置いたもの", anchor=False)
    _assumptions(state)
    if plan.departments and not state.is_over:
        st.header("回答様式を取り込むときの点検", anchor=False)
        _checks()
    st.header("公表されている統計の定義と出典", anchor=False)
    _series(state)


#: The first sentence of a plan without indicators, and the columns of words with their meanings.
_UNMEASURED = "この計画に指標はなく、判定するものはありません。"
_WORDS = (Column("用語", width="11rem"), Column("意味"))


def _judging(state: Assessment) -> None:
    st.header("判定のしかた", anchor=False)
    show(scheme_assumed(state))
    show(listing(method_of(state.plan.scheme).steps, ordered=True))
    show(_status_table(state.plan.scheme))


def _work(state: Assessment) -> None:
    st.header("取組の見かた", anchor=False)
    work = work_of(state)
    show(listing(work_steps(state, work), ordered=True))
    show(table(_WORDS, work_glossary(state, work), caption="取組の用語"))


def _status_table(scheme: Scheme) -> Markup:
    rows: list[tuple[Content, ...]] = [
        (
            str(number),
            rule.condition,
            _word(scheme, rule),
        )
        for number, rule in enumerate(rules_of(scheme), start=1)
    ]
    columns = [Column("順"), Column("条件(上から見て最初に当てはまるもの)"), Column("判定")]
    return table(columns, rows, caption="判定の条件")


def _word(scheme: Scheme, rule: Rule) -> Content:
    if rule.status == "no_data":
        words = (status_word(rule.status, reason, scheme) for reason in WITHOUT_VALUE)
        return badge("・".join(words) + "など", rule.status)
    return badge(status_word(rule.status, rule.reason, scheme), rule.status)


def _assumptions(state: Assessment) -> None:
    rows: list[tuple[Content, ...]] = [
        (*_of_plan(state, key), reason) for key, reason in state.snapshot.plan_assumed.items()
    ]
    rows += [
        (link(i.name, "indicator", indicator=i.id), ASSUMED_WORDS.get(column, column), reason)
        for i in state.plan.indicators
        for column, reason in state.snapshot.assumed(i.id).items()
    ]
    rounds = [(r.name, "期限", r.assumption) for r in state.plan.rounds if r.assumption]
    if not rows and not rounds:
        show(tag("p", "想定で置いたものはありません。"))
        return
    note = "決まったものは、管理者が、管理の「計画とサンプル」のプラン定義書などで改めます。"
    if not state.is_over:
        show(tag("p", note, "meta"))
    columns = [Column("対象"), Column("項目"), Column("置いた値の理由")]
    listed = [*rows, *rounds]
    folded(f"一覧({len(listed)}件)", lambda: show(table(columns, listed, caption="想定の一覧")), key="assumed")


def _of_plan(state: Assessment, key: str) -> tuple[Content, Content]:
    """What an assumption about the plan as a whole is about, and which attribute of it."""
    kind, _, part = key.partition(".")
    about, attribute = PLAN_ASSUMED_WORDS.get(kind, ("計画全体", key))
    if kind == "departments":
        about = next((d.name(state.day) for d in state.plan.departments if d.id == part), part)
    if kind == "initiatives":
        about = next((one.name for one in state.plan.initiatives if one.id == part), part)
    if kind == "series":
        about = str((state.benchmarks.one(part) or {"name": part})["name"])
    return about, attribute


def _checks() -> None:
    checks = all_checks()

    def listed() -> None:
        told = pd.DataFrame(
            {
                "記号": [c.code for c in checks],
                "扱い": [SEVERITY_WORDS[c.severity] for c in checks],
                "どんなとき": [_PLACEHOLDER.sub("…", c.condition) for c in checks],
                "お伝えすること": [_PLACEHOLDER.sub("…", c.message) for c in checks],
                "どうするか": [_PLACEHOLDER.sub("…", c.advice) for c in checks],
            }
        )
        grid(told, f"点検の一覧({len(checks)}種類)")
        downloads(told, name="点検の一覧", title="回答様式を取り込むときの点検")

    show(
        tag(
            "p",
            f"{len(checks)}種類の点検をします。要修正は直すか理由を選ぶまで送れません。要確認は答えると送れます。お知らせは何も要りません。",
        )
    )
    folded("点検の一覧", listed, key="checks")


def _series(state: Assessment) -> None:
    series = state.snapshot.series

    def listed() -> None:
        told = _series_table(state)
        grid(told, "統計の定義と出典の一覧")
        downloads(told, name="統計の定義と出典", title="公表されている統計の定義と出典")

    folded(f"統計の一覧({len(series)}種類)", listed, key="series")


def _series_table(state: Assessment) -> pd.DataFrame:
    confidence = state.snapshot.values.groupby("series_id")["confidence"].agg(lambda c: "・".join(sorted(set(c))))
    series = state.snapshot.series
    return pd.DataFrame(
        {
            "統計": series["name"],
            "定義": series["definition"],
            "単位": series["unit"],
            "出典": series["source_title"],
            "確かさ": [
                "・".join(CONFIDENCE_WORDS.get(word, word) for word in confidence.get(s, "").split("・") if word)
                for s in series["series_id"]
            ],
            "注意": series["note"],
        }
    )
