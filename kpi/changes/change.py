"""One change: its kind, before and after, who, when and why. It is what 更新 and 訂正 mean on screens and papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Kind = Literal[
    "new_value", "finalised", "corrected", "withdrawn", "status", "late", "stale", "target", "baseline", "definition",
    "rule", "restated", "added", "dropped", "said",
]  # fmt: skip

#: What each kind is called, and its mark. 改 would read as 改定, so it is 更新 or 訂正.
KINDS: Mapping[Kind, tuple[str, str]] = {
    "new_value": ("新しい値", "更新"),
    "finalised": ("確報", "更新"),
    "corrected": ("値の訂正", "訂正"),
    "withdrawn": ("値の取下げ", "訂正"),
    "status": ("判定の変化", "更新"),
    "late": ("回答の遅れ", "更新"),
    "stale": ("時点が古くなった値", "更新"),
    "target": ("目標の変更", "更新"),
    "baseline": ("現状値の変更", "更新"),
    "definition": ("定義の変更", "更新"),
    "rule": ("判定条件の変更", "更新"),
    "restated": ("比べる値の改定", "訂正"),
    "added": ("指標の新設", "更新"),
    "dropped": ("指標の廃止", "更新"),
    "said": ("説明の変更", "更新"),
}
#: Kinds that come of a value that somebody sent.
SENT: frozenset[Kind] = frozenset({"new_value", "finalised", "corrected", "withdrawn"})
#: Kinds that somebody decided.
DECIDED: frozenset[Kind] = frozenset({"target", "baseline", "definition", "rule", "added", "dropped"})
#: A value under another definition was right under the one before.
REDEFINED = "redefined"


@dataclass(frozen=True)
class Change:
    """One change. ``before`` and ``after`` are status codes for ``status``, and printed values else.

    ``indicator_id`` is empty for a change of the plan's way of judging. ``period`` is that of the value it tells of
    (empty: of none), ``correction`` a key of CORRECTION_WORDS and ``submission_id`` the return that brought it.
    ``cause`` is the kind of the change that brought a status (empty: it is none, or no change did).
    ``who``, ``at`` and ``why`` are told by :func:`kpi.changes.change_digest.digest`, where they are known.
    """

    kind: Kind
    indicator_id: str
    before: str
    after: str
    text: str
    who: str = ""
    at: datetime | None = None
    why: str = ""
    period: str = ""
    correction: str = ""
    submission_id: str = ""
    cause: Kind | Literal[""] = ""

    @property
    def word(self) -> str:
        """What the kind is called."""
        return KINDS[self.kind][0]

    @property
    def mark(self) -> str:
        """更新 or 訂正; of a status that of what brought it."""
        return KINDS[self.cause or self.kind][1]

    @property
    def was_sent(self) -> bool:
        """Whether it comes of values that were sent: a target or a 現状値 is decided."""
        return self.kind in SENT or self.kind in ("status", "late", "stale", "said")

    @property
    def was_wrong(self) -> bool:
        """Whether what stood there was wrong when it was told: a value was corrected or taken back.

        A new value, a 確報 and a decision make nothing wrong that was right before; nor does a value under another
        definition, or a figure that its own publisher has restated.
        """
        return (self.cause or self.kind) in ("corrected", "withdrawn") and self.correction != REDEFINED

    @property
    def source(self) -> str:
        """「総合政策部 2026-11-03 集計誤り」: who brought it, when and why, as far as that is known; else empty."""
        return self.source_on(f"{self.at:%Y-%m-%d}" if self.at else "")

    def source_on(self, day: str) -> str:
        """The same with the day as it is written there."""
        return " ".join(word for word in (self.who, day, self.why) if word)

    def because_of(self, cause: Change) -> Change:
        """The same with who and when of another, which brought it, and what that is and why."""
        return replace(
            self,
            who=cause.who,
            at=cause.at,
            why="、".join(word for word in (cause.word, cause.why) if word),
            cause=cause.kind,
            correction=cause.correction,
            submission_id=cause.submission_id,
        )


#: What a reader asks for first: a changed status or rule, then a correction, then a new value.
_WEIGHTS: Mapping[Kind, int] = {"status": 0, "target": 0, "baseline": 0, "new_value": 2}


def by_indicator(found: Iterable[Change]) -> tuple[tuple[str, tuple[Change, ...]], ...]:
    """The changes of each indicator, changed statuses and corrections first."""
    grouped: dict[str, tuple[Change, ...]] = {}
    for change in found:
        grouped[change.indicator_id] = (*grouped.get(change.indicator_id, ()), change)
    return tuple(sorted(grouped.items(), key=lambda pair: min(_WEIGHTS.get(c.kind, 1) for c in pair[1])))
