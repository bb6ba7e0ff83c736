"""A plan and its fields told by counts per status, never by an average of percentages."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from kpi.assessment import Assessment
from kpi.changes.change import Change
from kpi.period import Period
from kpi.plan import Indicator, Plan, Scheme
from kpi.printing.number_words import NO_DATA_WORDS, NOT_ASKED
from kpi.schemes import method_of
from kpi.schemes.scheme import Row
from kpi.status import concern, counted_word, order, rank, statuses_of

#: What is in no field.
GOALS = "基本目標"

#: A sentence in pieces: text and what it is (a status, ``changed``, or empty), so that a screen can emphasise.
Segment = tuple[str, str]


@dataclass(frozen=True)
class Group:
    """The counts of the whole plan (``field_id`` empty) or of one field.

    ``by_status`` has every status of the plan's method in its order, zeros included; ``by_word`` only what occurs, as
    (status, word, number), with 未公表, 未回答 and the like apart. ``settled`` is how many have both baseline and
    target.
    """

    field_id: str
    name: str
    total: int
    settled: int
    valued: int
    by_status: tuple[tuple[str, int], ...]
    by_word: tuple[tuple[str, str, int], ...]

    @property
    def words(self) -> str:
        """「達成2、順調3」."""
        return "、".join(f"{word}{number}" for _, word, number in self.by_word if number)


def counts(assessed: pd.DataFrame, plan: Plan) -> tuple[Group, ...]:
    """The whole plan first, then each field that has indicators; with :func:`goals` the numbers add up."""
    wholes = [_group("", "全体", assessed, plan)]
    for field in plan.fields:
        mine = [i.id for i in plan.indicators if i.field_id == field.id]
        if mine:
            wholes.append(_group(field.id, field.name, assessed[assessed["indicator_id"].isin(mine)], plan))
    return tuple(wholes)


def goals(assessed: pd.DataFrame, plan: Plan) -> Group | None:
    """The basic goals, which are in no field; None where a plan has none."""
    mine = [i.id for i in plan.indicators if not i.field_id]
    return _group("", GOALS, assessed[assessed["indicator_id"].isin(mine)], plan) if mine else None


def _group(field_id: str, name: str, rows: pd.DataFrame, plan: Plan) -> Group:
    words: dict[tuple[str, str], int] = {}
    statuses = Counter(rows["status"])
    for status, reason in zip(rows["status"], rows["reason"], strict=True):
        key = (status, counted_word(status, reason, plan.scheme))
        words[key] = words.get(key, 0) + 1
    # What nobody was asked for comes after all that somebody has to do with.
    in_order = sorted(words, key=lambda key: (order(key[0]), key[1] == NO_DATA_WORDS[NOT_ASKED]))
    return Group(
        field_id=field_id,
        name=name,
        total=len(rows),
        settled=int((rows["target_set"] & rows["baseline_set"]).sum()),
        valued=int((rows["status"] != "no_data").sum()),
        by_status=tuple((status, statuses[status]) for status in statuses_of(plan.scheme)),
        by_word=tuple((status, word, words[status, word]) for status, word in in_order),
    )


def headline(
    assessed: pd.DataFrame, plan: Plan, changes: Iterable[Change] = (), *, unconfirmed: int = 0
) -> tuple[Segment, ...]:
    """「19指標のうち順調7、進捗に遅れ3(うち未確認2指標)。前回から2指標が改善」: how the plan stands in one sentence.

    Until all are set it ends with how many are; while no value was told or asked for, that is all there is to tell.
    ``unconfirmed`` is how many rest on a value that nobody has confirmed.
    """
    group = _group("", "全体", assessed, plan)
    if _untold(group, assessed):
        return _settled(group)
    doubt: tuple[Segment, ...] = ((f"(うち未確認{unconfirmed}指標)", ""),) if unconfirmed else ()
    return (*_told(group, f"{group.total}指標のうち"), *doubt, *_movement(changes), *_unsettled(group))


def field_sentence(assessed: pd.DataFrame, plan: Plan, field_id: str) -> tuple[Segment, ...]:
    """「9指標中 達成2・順調3」 of one field."""
    mine = [i.id for i in plan.indicators if i.field_id == field_id]
    own = assessed[assessed["indicator_id"].isin(mine)]
    group = _group(field_id, "", own, plan)
    if _untold(group, own):
        return _settled(group)
    return (*_told(group, f"{group.total}指標中 ", between="・"), *_unsettled(group))


def settled_sentence(group: Group) -> tuple[Segment, ...]:
    """「目標値等 19指標中0指標設定済み」."""
    if not group.total:
        return (("指標はまだありません", ""),)
    return ((f"目標値等 {group.total}指標中{group.settled}指標設定済み", ""),)


def newest_words(assessed: pd.DataFrame) -> str:
    """The year the newest values describe: 「最新の値 令和7年度(2025年度) 19指標のうち12」, or that there are none.

    Of a plan without indicators it says that.
    """
    if assessed.empty:
        return "指標はありません"
    valued = assessed[assessed["period"] != ""]
    if valued.empty:
        return "実績の値はまだありません"
    newest = Period.parse(str(valued.sort_values("position", kind="stable")["period"].iloc[-1]))
    count = int((valued["period"] == newest.code).sum())
    part = f" {len(assessed)}指標のうち{count}" if count < len(assessed) else ""
    return f"最新の値 {newest.label}{part}"


def _settled(group: Group) -> tuple[Segment, ...]:
    """How many are set, where there is nothing else to tell; without any set that goes without saying."""
    return (*settled_sentence(group), *((("。実績の値はまだありません", ""),) if group.settled else ()))


def _unsettled(group: Group) -> tuple[Segment, ...]:
    """How many are set, until all are."""
    return (("。", ""), *settled_sentence(group)) if group.settled < group.total else ()


def _untold(group: Group, assessed: pd.DataFrame) -> bool:
    """Whether nothing is known of any indicator, and nothing is owed or set either."""
    nothing = (NOT_ASKED,) if group.settled else (NOT_ASKED, "unanswered")
    return bool(assessed["reason"].isin(nothing).all())


def _told(group: Group, start: str, between: str = "、") -> tuple[Segment, ...]:
    parts: list[Segment] = [(start, "")]
    for place, (status, word, count) in enumerate(group.by_word):
        parts += [(between, "")] if place else []
        parts.append((f"{word}{count}", status))
    return tuple(parts)


def _movement(changes: Iterable[Change]) -> tuple[Segment, ...]:
    """How many indicators got a better or worse status since last time."""
    steps = [step(c) for c in changes if c.kind == "status"]
    better, worse = sum(s > 0 for s in steps), sum(s < 0 for s in steps)
    told = [f"{better}指標が改善"] if better else []
    told += [f"{worse}指標が悪化"] if worse else []
    return (("。前回から", ""), ("、".join(told), "moved")) if told else ()


def step(change: Change) -> int:
    """How far a change of status goes: above 0 for the better, below for the worse, 0 where that cannot be said."""
    before, after = rank(change.before), rank(change.after)
    return 0 if before is None or after is None else after - before


#: After every status that wants a look (see kpi.status.concern): what was not answered, then what is old.
_SILENT, _STALE = 90, 91
#: More indicators without an answer than this are told as one.
_FEW = 2


@dataclass(frozen=True)
class Attention:
    """What needs a look: one indicator that is ``off`` its line, ``silent`` or ``stale``; or many that are silent."""

    kind: str
    indicators: tuple[Indicator, ...]


def attention(state: Assessment) -> tuple[Attention, ...]:
    """Indicators that are off their line, lack an answer, or rest on an old value: the worst first.

    Of those with one status the farthest behind stands first, of old values the oldest.
    """
    # Only what a round has asked for and nobody has answered: see kpi.collection.obligations.
    silent = tuple(i for i in state.plan.indicators if state.row(i.id)["reason"] == "unanswered")
    many = len(silent) > _FEW
    found = [((_SILENT, 0.0, 0.0), Attention("silent", silent))] if many else []
    for indicator in state.plan.indicators:
        row = state.row(indicator.id)
        urgency = concern(row["status"])
        if urgency is not None:
            found.append(((urgency, *_lag(row, state.plan.scheme)), Attention("off", (indicator,))))
        elif indicator in silent:
            found += [] if many else [((_SILENT, 0.0, 0.0), Attention("silent", (indicator,)))]
        elif row["stale"]:
            found.append(((_STALE, float(row["position"]), 0.0), Attention("stale", (indicator,))))
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _lag(row: Row, scheme: Scheme) -> tuple[float, float]:
    """How far an indicator has come by the figure that the plan's method divides into statuses, then by its line.

    Less is worse; what has no such figure (a band to keep, say) comes last.
    """
    measure = method_of(scheme).measure
    figure = row[measure] if measure in ("pace", "achievement") else math.nan
    behind = row["progress"] - row["planned"]
    first, second = (math.inf if pd.isna(number) else float(number) for number in (figure, behind))
    return first, second


def nothing_to_attend(state: Assessment) -> str:
    """That nothing needs a look; where there is no value yet, that there is nothing to look at."""
    if (state.assessed["period"] == "").all():
        return "実績の値が入ると、遅れている指標がここに並びます。"
    return "遅れている指標、回答のない指標はありません。"


def nothing_changed(state: Assessment) -> str:
    """That nothing changed since last time; where there was none, that there is nothing to compare with."""
    return "比べられる前回の値がまだありません。" if state.before is None else "前回から変わった値はありません。"


def by_owner(state: Assessment, indicators: Sequence[Indicator]) -> str:
    """「総務部2、教育庁1」: whose some indicators are."""
    owners = Counter(state.owner_name(i) for i in indicators)
    return "、".join(f"{name}{count}" for name, count in owners.items())


def text(parts: Iterable[Segment]) -> str:
    """A sentence in pieces as one text."""
    return "".join(piece for piece, _ in parts)
