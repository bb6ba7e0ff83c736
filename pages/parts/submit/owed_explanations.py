"""What a draft still lacks although nothing forbids sending it: explanations owed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from kpi.collection.workflow import TYPED, Answer, Mend
from kpi.period import Period
from kpi.plan import Indicator
from kpi.progress import assess, cards_table
from kpi.status import concern, status_word
from loaders.store import StoredReturn
from pages.parts.app.current_view import View
from pages.parts.shared.layout import show
from pages.parts.shared.markup import badge, join, tag
from pages.parts.submit.correction_form import put_in
from pages.parts.submit.return_picker import Respondent

_LONGEST = 400


def explanations(view: View, place: Respondent, current: StoredReturn) -> None:
    """要因分析 and 今後の対応 of what is behind with its new value and says nothing of it."""
    if place.asked.kind not in ("annual", "midterm"):
        return
    for answer in current.reading.answers:
        value, period = answer.number("value"), answer.text("period")
        mine = [i for i in place.indicators(view) if i.id == answer.indicator_id]
        lacking = not answer.text("analysis") or not answer.text("actions")
        if value is None or not period or not mine or not lacking or current.verdict(answer.indicator_id).severity:
            continue
        status, word = _judged(view, answer, value, period)
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


def _judged(view: View, answer: Answer, value: float, period: str) -> tuple[str, str]:
    """The status that an indicator would have with the draft's value."""
    known = view.snapshot.observations
    row: dict[str, Any] = {
        "indicator_id": answer.indicator_id,
        "period": period,
        "position": Period.parse(period).position,
        "value": value,
        "release": answer.text("release") or "final",
        "state": "value",
        "known_at": pd.Timestamp(view.day),
        "observation_id": int(known["observation_id"].max()) + 1 if len(known) else 1,
        "correction_kind": "",
    }
    own = known[known["indicator_id"] == answer.indicator_id]
    own = own[own["period"] != period]
    with_draft = pd.concat([own[[c for c in row if c in own]], pd.DataFrame([row])], ignore_index=True)
    cards = cards_table([view.snapshot.cards[answer.indicator_id]])
    judged = assess(cards, with_draft, as_of=view.day, scheme=view.plan.scheme).iloc[0]
    status = str(judged["status"])
    return status, status_word(status, str(judged["reason"]), view.plan.scheme)
