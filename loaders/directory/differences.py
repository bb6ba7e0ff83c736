"""The table against what stands: what would be added, changed and ended, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from kpi.issue import Issue, Severity
from kpi.plan import Plan
from loaders.directory import directory_cells as cells
from loaders.directory.directory_cells import Change, Unread
from loaders.directory.directory_columns import DIVISION, PERSON
from loaders.directory.directory_lines import Line
from loaders.directory.office_differences import Office, offices
from loaders.directory.rule_differences import rules
from loaders.store import Rule

__all__ = ["Change", "Difference", "Standing", "compare"]


@dataclass(frozen=True)
class Standing:
    """What the table is held against: a plan, the rules (None for who may not set them), the departments one may set.

    ``whole`` are the kinds of rows of which the table is the whole list; of others it may be a part.
    """

    plan: Plan
    rules: tuple[Rule, ...] | None
    departments: frozenset[str]
    day: date
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Difference:
    """What a table would change.

    ``changes`` in words is all that applying it does; ``absent`` is what stands and is not in the table: it ends only
    where that is agreed to, and is among the changes then.
    """

    offices: tuple[Office, ...] = ()
    made: tuple[Rule, ...] = ()
    removed: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    absent: tuple[Change, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def of_offices(self) -> int:
        """How many of the changes are about 課 and addresses; they stand first."""
        return len(self.changes) - len(self.made) - len(self.removed)


def compare(standing: Standing, lines: Sequence[Line], *, ending: bool = False) -> Difference:
    """The rows against what stands. ``ending``: what is not in the table is to end."""
    sorts: list[tuple[str, Line]] = []
    issues: list[Issue] = []
    for line in lines:
        try:
            sorts.append((cells.kind(line), line))
        except Unread as error:
            issues += line.faults or (error.issue,)
    certain = not issues
    plan, day, whole = standing.plan, standing.day, standing.whole
    people = [line for sort, line in sorts if sort == PERSON]
    office_rows = [(sort, line) for sort, line in sorts if sort != PERSON]
    found = offices(
        plan, office_rows, day, standing.departments, whole=DIVISION in whole, ending=ending, certain=certain
    )
    if standing.rules is None:
        issues += [_not_allowed(people[0])] if people else []
        who = rules(plan, (), (), day, whole=False, ending=False, certain=False)
    else:
        # A 課 that the same table brings is one that a person may be of.
        who = rules(found.plan, standing.rules, people, day, whole=PERSON in whole, ending=ending, certain=certain)
    told = (*issues, *found.issues, *who.issues)
    return Difference(
        found.changed,
        who.made,
        who.removed,
        (*found.changes, *who.changes),
        (*found.absent, *who.absent),
        (*told, *_notes(standing, office_rows, people, told)),
    )


def _not_allowed(line: Line) -> Issue:
    advice = "課と連絡先の行は、そのまま使えます。"
    return line.issue("right", "kind", "利用者の行は、管理者だけが変更できます。この表では使いません。", advice)


def _notes(
    standing: Standing, office_rows: Collection[object], people: Collection[object], issues: Sequence[Issue]
) -> list[Issue]:
    """What the table does not speak of and so leaves as it is."""
    notes: list[str] = []
    if standing.rules and not people and not standing.whole and office_rows:
        notes.append("表に利用者の行がないので、利用者は変えません。")
    if any(issue.severity is Severity.FIX for issue in issues):
        notes.append("読めない行を直すまで、表にない課や利用者の廃止・削除は確かめられないことがあります。")
    return [Issue("directory.left_alone", Severity.NOTE, note) for note in notes]
