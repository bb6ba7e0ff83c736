"""The statuses: their order, how good each is, and the word a plan has for it."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.plan import Scheme
from kpi.schemes import outcome_of
from kpi.words import NO_DATA_WORDS, STATUS_WORDS

#: Statuses in the order in which they are told.
STATUSES = (
    "achieved", "on_track", "mostly_on_track", "behind", "regressed", "not_achieved", "not_assessable", "no_data",
)  # fmt: skip

#: How good a judged status is; the others have no rank. A status never gets worse as the value nears the target.
RANKS: Mapping[str, int] = {
    "achieved": 5, "on_track": 4, "mostly_on_track": 3, "behind": 2, "not_achieved": 1, "regressed": 0,
}  # fmt: skip


def status_word(status: str, reason: str, scheme: Scheme) -> str:
    """A status in the plan's words, e.g. 順調, 未公表, 評価対象外(目標値設定中).

    ``Scheme.words`` is asked by status, and for statuses that say why by reason first.
    """
    own = scheme.words
    if status == "no_data":
        return own.get(reason) or NO_DATA_WORDS.get(reason, "") or own.get(status, "未回答" if reason else "値なし")
    outcome = outcome_of(scheme, status, reason)
    word = outcome.word if outcome else ""
    if outcome and outcome.apart:
        return own.get(reason, word)
    if status != "not_assessable":
        return own.get(status) or word or STATUS_WORDS.get(status, STATUS_WORDS["not_assessable"])
    base, why = own.get(status, STATUS_WORDS[status]), (own.get(reason) or word) if reason else ""
    return f"{base}({why})" if why else base


def counted_word(status: str, reason: str, scheme: Scheme) -> str:
    """The word that a status is counted under: 評価対象外 whatever the reason, what has no value by its reason."""
    outcome = outcome_of(scheme, status, reason)
    if status == "not_assessable" and not (outcome and outcome.apart):
        return status_word(status, "", scheme)
    return status_word(status, reason, scheme)
