"""Values that came in a list of indicators: they belong to no round of the survey."""

from __future__ import annotations

from collections.abc import Mapping

_LIST = "list-"
#: What stands where another value names the round in which it was told.
LIST_WORD = "一覧の取込み"


def list_round(submission_id: str) -> str:
    """What stands in place of a round's id where a value came in a list."""
    return f"{_LIST}{submission_id}"


def is_of_list(round_id: str) -> bool:
    """Whether a value that bears this for its round came in a list."""
    return round_id.startswith(_LIST)


def round_word(names: Mapping[str, str], round_id: str) -> str:
    """What the round of a value is called; its id where the plan does not know it any more."""
    return LIST_WORD if is_of_list(round_id) else names.get(round_id, round_id)
