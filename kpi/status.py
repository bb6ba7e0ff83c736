"""The statuses: their order, how good each is, and the word a plan has for it."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.plan import Scheme
from kpi.printing.number_words import NO_DATA_WORDS, STATUS_WORDS
from kpi.schemes import METHODS, method_of, outcome_of, outcomes_of

#: Statuses in the order in which they are told.
STATUSES = (
    "achieved", "on_track", "mostly_on_track", "behind", "regressed", "not_achieved", "not_assessable", "no_data",
)  # fmt: skip

#: How good a judged status is; the others have no rank. A status never gets worse as the value nears the target.
RANKS: Mapping[str, int] = {
    "achieved": 5, "on_track": 4, "mostly_on_track": 3, "behind": 2, "not_achieved": 1, "regressed": 0,
}  # fmt: skip


#: The statuses of what is off its way, the worst first: they stand first where a look is due, and owe an explanation.
_OFF_TRACK = ("regressed", "not_achieved", "behind")

_OWN = {status.code: status for method in METHODS.values() for status in method.statuses}


def standing(status: str) -> str:
    """The common status that a method's own is like; any other is itself."""
    return _OWN[status].like if status in _OWN else status


def order(status: str) -> tuple[int, int]:
    """The place of a status among those told; a method's own follow one another from the place of the first."""
    for method in METHODS.values():
        own = [one.code for one in method.statuses]
        if status in own:
            return STATUSES.index(method.statuses[0].like), own.index(status)
    return STATUSES.index(status), 0


def rank(status: str) -> int | None:
    """How good a judged status is; None for the others."""
    return RANKS.get(standing(status))


def concern(status: str) -> int | None:
    """How soon a status wants a look, the worst with 0; None for what is on its way or was not judged."""
    return _OFF_TRACK.index(standing(status)) if standing(status) in _OFF_TRACK else None


def statuses_of(scheme: Scheme) -> tuple[str, ...]:
    """The statuses that a plan's indicators may have, in order."""
    found = {outcome.status for outcome in outcomes_of(method_of(scheme))} | {"no_data"}
    return tuple(sorted(found, key=order))


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
        default = _OWN[status].word if status in _OWN else STATUS_WORDS.get(status, STATUS_WORDS["not_assessable"])
        return own.get(status) or word or default
    base, why = own.get(status, STATUS_WORDS[status]), (own.get(reason) or word) if reason else ""
    return f"{base}({why})" if why else base


def counted_word(status: str, reason: str, scheme: Scheme) -> str:
    """The word that a status is counted under: 評価対象外 whatever the reason, what has no value by its reason."""
    outcome = outcome_of(scheme, status, reason)
    if status == "not_assessable" and not (outcome and outcome.apart):
        return status_word(status, "", scheme)
    return status_word(status, reason, scheme)
