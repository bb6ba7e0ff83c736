"""What a draft still lacks although nothing forbids sending it: explanations owed."""

from __future__ import annotations

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import TYPED, Answer, Mend
from kpi.plan import Indicator
from kpi.status import concern
from loaders.store import StoredReturn
from pages.parts.shared.layout import show
from pages.parts.shared.markup import badge, join, tag
from pages.parts.submit.correction_form import put_in
from pages.parts.submit.return_picker import Respondent

_LONGEST = 400


def explanations(view: Assessment, place: Respondent, current: StoredReturn) -> None:
    """要因分析 and 今後の対応 of what is behind with its new value and says nothing of it."""
    if place.asked.kind not in ("annual", "midterm"):
        return
    for answer in current.reading.answers:
        value, period = answer.number("value"), answer.text("period")
        mine = [i for i in place.indicators(view) if i.id == answer.subject_id]
        lacking = not answer.text("analysis") or not answer.text("actions")
        if value is None or not period or not mine or not lacking or current.verdict(answer.subject_id).severity:
            continue
        status, word = view.with_value(answer.subject_id, value, period, answer.text("release") or "final")
        if concern(status) is not None:
            _box(current, mine[0], answer, status, word)


def _box(current: StoredReturn, indicator: Indicator, answer: Answer, status: str, word: str) -> None:
    key = f"{current.submission_id}-{indicator.id}"
    with st.container(border=True, key=f"explain-{key}"), st.form(f"explain-form-{key}", border=False):
        show(join([badge(word, status), " ", tag("b", indicator.name), tag("div", _WHY, "meta")]))
        analysis = st.text_area(
            "要因分析", answer.text("analysis"), key=f"analysis-{key}", max_chars=_LONGEST, height=96
        )
        actions = st.text_area(
            "今後の対応", answer.text("actions"), key=f"actions-{key}", max_chars=_LONGEST, height=96
        )
        said = {"analysis": (analysis or "").strip(), "actions": (actions or "").strip()}
        if st.form_submit_button("説明を保存する"):
            mends = [Mend(indicator.id, k, v, TYPED) for k, v in said.items() if v and v != answer.text(k)]
            if mends:
                put_in(current, mends, f"{indicator.name}の説明")


_WHY = f"今回の値で判定すると説明が要ります(それぞれ{_LONGEST}字まで)。書かずに回答することもできます。"
