"""Where something is done: a plan, and as far as it is narrower a round, a 部局 and a 課."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A plan's, a round's, a department's or a 課's place; what is empty is not narrowed."""

    plan_id: str = ""
    round_id: str = ""
    department_id: str = ""
    division_id: str = ""

    @property
    def respondent_id(self) -> str:
        """Who answers here, see :func:`respondent_id`."""
        return respondent_id(self.department_id, self.division_id)


def respondent_id(department_id: str, division_id: str = "") -> str:
    """Who answers, under one id: ``部局id``, or ``部局id/課id`` for one of its 課; empty for nobody.

    What a return and a question hang on, so that other respondents need no columns of their own.
    """
    return f"{department_id}/{division_id}" if division_id else department_id


def parts_of(respondent: str) -> tuple[str, str]:
    """The 部局 and the 課 (empty for the whole 部局) that such an id stands for."""
    department, _, division = respondent.partition("/")
    return department, division


#: No place in particular: whatever the person reaches.
ANYWHERE = Place()
