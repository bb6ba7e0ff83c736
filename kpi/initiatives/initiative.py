"""An initiative (取組) of a plan as data, and the words that are used of initiatives.

Two things are asked of an initiative each half-year and never mixed: how far it is (進捗), and what becomes of it
(今後の方向性). 見直し is no failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kpi.period import Period

#: 進捗, from what has not begun to what is done.
PROGRESS_WORDS: Mapping[str, str] = {
    "not_started": "未着手",
    "considering": "検討中",
    "on_schedule": "予定どおり",
    "slightly_late": "やや遅れ",
    "late": "遅れ",
    "done": "完了",
}
#: The progress that wants a reason and says when it will be made good.
BEHIND = ("slightly_late", "late")
#: 今後の方向性.
COURSE_WORDS: Mapping[str, str] = {
    "continue": "継続",
    "expand": "拡充",
    "revise": "見直し",
    "merge": "統合",
    "reduce": "縮小",
    "end": "終了",
}
#: Whether an initiative is new in its plan.
STATE_WORDS: Mapping[str, str] = {"new": "新規", "continuing": "継続", "expanded": "拡充", "ended": "終了"}
#: What a prefectural plan says by 官民データ活用推進基本法 (第9条), in the words of Ibaraki's plan of 2018 (003).
LAW_KINDS: Mapping[str, str] = {
    "online": "手続きにおける情報通信技術の利用等に係る取組",
    "open_data": "官民データの容易な利用等に係る取組",
    "id_card": "個人番号カードの普及及び活用に係る取組",
    "divide": "利用の機会等の格差の是正に係る取組",
    "standards": "情報システムに係る規格の整備及び互換性の確保等に係る取組",
}


@dataclass(frozen=True)
class Initiative:
    """One initiative in its plan's own words.

    ``item_id`` is the item it stands under, ``parent_id`` the initiative it is a part of (a 取組方針 above its 取組).
    A 再掲 names its 主掲載 in ``refers_to`` and has nothing of its own. ``planned_start`` and ``planned_end`` are the
    当初 half-years (both included); None is 未設定. ``indicators`` are those it moves directly, ``related_indicators``
    indirectly; ``interim`` are its 中間指標, told and charted and never judged. ``law_kinds`` are codes of
    :data:`LAW_KINDS`. Budgets are in 千円. ``continues`` are what it carries on, as ``plan/initiative``.
    """

    id: str
    item_id: str
    name: str
    number: str = ""
    parent_id: str = ""
    refers_to: str = ""
    state: str = ""
    priority: str = ""
    law_kinds: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    related_indicators: tuple[str, ...] = ()
    interim: tuple[str, ...] = ()
    planned_start: Period | None = None
    planned_end: Period | None = None
    related_departments: tuple[str, ...] = ()
    partners: str = ""
    sdgs: tuple[str, ...] = ()
    budget_initial: float | None = None
    budget_supplementary: float | None = None
    budget_settled: float | None = None
    continues: tuple[str, ...] = ()
    detail: str = ""
    source: str = ""

    @property
    def heading(self) -> str:
        """「1-1　説明会を全域で開く」."""
        return f"{self.number}　{self.name}".lstrip("　")


def asked(initiatives: Iterable[Initiative]) -> tuple[Initiative, ...]:
    """Those that a half-year asks about: neither a 再掲 nor what has initiatives of its own below it."""
    every = tuple(initiatives)
    parents = {one.parent_id for one in every}
    return tuple(one for one in every if not one.refers_to and one.id not in parents)


def listed(initiatives: Iterable[Initiative]) -> tuple[Initiative, ...]:
    """Those that the plan lists as work, each 再掲 too: all but what only gathers others, a 再掲 of such a one too."""
    every = tuple(initiatives)
    parents = {one.parent_id for one in every}
    return tuple(one for one in every if one.id not in parents)


def count_words(initiatives: Iterable[Initiative]) -> str:
    """「取組54」, with 再掲 「取組58(再掲を含む延べ61)」."""
    every = listed(initiatives)
    own = sum(not one.refers_to for one in every)
    return f"取組{own}" + (f"(再掲を含む延べ{len(every)})" if len(every) > own else "")
