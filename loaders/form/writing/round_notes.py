"""What the form says in some kinds of round only: half-years are not judged, a 中間見直し takes proposals."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.plan import Plan, RoundKind
from loaders.form import definition as d

_PROPOSING = "見直しを提案するときだけ書き換え"

#: Notes that stand in place of a column's own.
_NOTES: Mapping[tuple[str, RoundKind], str] = {
    ("release", "half"): (
        "一覧から選んでください。\n確定: 今後変わらない値\n速報: 後で確報が出る値\n見込: 推計や予定の値"
    ),
    ("value", "half"): (
        "年度途中の値を参考値として入力してください(進捗の判定はしません)。数字だけを入力し、単位は付けません。"
        "値がないときは空けて「実績がない理由」を選んでください。推計する必要はありません。"
    ),
    ("analysis", "half"): "取組の状況や、値が増減した理由を入力してください。改行はAlt+Enterです。",
    ("actions", "half"): "年度末までに行うことを入力してください。改行はAlt+Enterです。",
    ("baseline", "midterm"): f"今の{{baseline}}です。{_PROPOSING}、考え方を「根拠資料」に入力してください。",
    ("baseline_period", "midterm"): f"今の{{baseline}}の時点です。{_PROPOSING}てください。\n例: 令和5年度",
    ("target", "midterm"): f"今の{{target}}です。{_PROPOSING}、考え方を「根拠資料」に入力してください。",
    ("target_period", "midterm"): f"今の{{target}}の時点です。{_PROPOSING}てください。\n例: 令和10年度",
}
#: Questions of 記述 that stand in place of a column's own.
_QUESTIONS: Mapping[tuple[str, RoundKind], str] = {
    ("analysis", "half"): "取組の状況と、値が増減した理由",
    ("actions", "half"): "年度末までに行うこと",
}
_GROUPS: Mapping[tuple[str, RoundKind], str] = {
    (d.G_VALUE, "half"): "今回の値(参考値)",
    (d.G_CARD, "midterm"): "計画の値(見直しの案)",
    (d.G_INDICATOR, "initiatives"): "取組",
}

#: Steps of the guide, after the first.
STEPS: Mapping[RoundKind, tuple[str, ...]] = {
    "half": (
        "今回うかがうのは年度途中の参考値です。進捗の判定はしません。値が出ていない指標は、空けて理由を選んでください。",
    ),
    "midterm": (
        "{baseline}・{target}には今の値が入っています。見直しを提案するときだけ書き換え、「根拠資料」に考え方を入力してください。"
        "変更は本部の決定を経て反映します。",
    ),
}


def note(found: d.Column, plan: Plan, kind: RoundKind) -> str:
    """The message on an entry cell."""
    return d.in_words(_NOTES.get((found.key, kind), found.note), plan)


def question(found: d.Column, plan: Plan, kind: RoundKind) -> str:
    """What 記述 asks under a column's heading; empty where it asks nothing."""
    own = found.asks_targets if kind == "targets" and found.asks_targets else found.asks
    return d.in_words(_QUESTIONS.get((found.key, kind), own), plan)


def group_title(group: str, plan: Plan, kind: RoundKind) -> str:
    """What stands above a group of columns."""
    return d.in_words(_GROUPS.get((group, kind), group), plan)
