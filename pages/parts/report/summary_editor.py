"""総括: what the paper's first page says, and the fields in which the secretariat writes it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.report.blocks import LONGEST_SENTENCE, Report, Sentence
from pages.parts.app.current_view import services
from pages.parts.report.shared_text import is_same, save, text_box
from pages.parts.shared.layout import folded_form, show
from pages.parts.shared.markup import Content, badge, join, listing, tag
from pages.parts.shared.notices import told


def summary(report: Report) -> None:
    """The sentences, marked where people wrote them and where the data has changed since; and their fields."""
    sentences = [block for block in report.part("overview").blocks if isinstance(block, Sentence)]
    show(listing([_shown(one) for one in sentences]))
    told(_place(report))
    if not report.scope and services().may(Action.MAKE_REPORT, Place(report.plan_id)):
        folded_form("総括を直す", lambda: _editor(report, sentences), key=f"summary-{report.round_id}")


def _shown(one: Sentence) -> Content:
    marks: list[Content] = [one.text]
    if one.edited:
        marks.append(badge(f"{one.who}が書いた文", "x v-note"))
    if one.outdated:
        below = join(["この文を書いたあとで、もとの値が変わりました。今の値から作ると: ", tag("span", one.made)])
        marks += [badge("要確認", "x v-ask"), tag("div", below, "meta")]
    return join(marks, " ")


def _place(report: Report) -> str:
    return f"summary {report.plan_id} {report.round_id}"


def _editor(report: Report, sentences: list[Sentence]) -> None:
    note = f"空にして保存すると、値から作った文に戻ります。1文は{LONGEST_SENTENCE}字までです。"
    show(tag("p", note, "meta"))
    for one in sentences:
        key = f"sentence-{report.plan_id}-{report.round_id}-{one.key}"
        text = text_box(f"総括の文　{_WORDS[one.key]}", one, key, LONGEST_SENTENCE)
        if st.button("この文を保存する", key=f"save-{key}", disabled=is_same(text, one)):
            act = partial(services().edit_summary, report.plan_id, report.round_id, one.key, text)
            save(key, one, _place(report), "総括の文を保存しました。", act)


#: What each sentence is about.
_WORDS = {
    "overall": "全体",
    "fields": "分野",
    "moved": "前回からの変化",
    "owed": "説明を要する指標",
    "nation": "全国との比較",
    "work": "全体",
    "work_moved": "前回からの動き",
    "work_late": "遅れの取組",
}
