"""Several returns of one department or 課 in one batch: the same said twice, or versions to choose from.

Which of them is right stands in no file: neither 修正版 in a name nor a folder 旧 nor the order of paths decides.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from kpi.collection.workflow import Entry, Reading
from kpi.issue import Issue, Severity
from kpi.plan import Plan, RoundKind
from loaders.form import definition as d
from loaders.rules import finding
from loaders.text.characters import shortened

#: The codes of the question among versions, and of the note on a file that says what another one says.
VERSIONS, SAME_ANSWERS = "intake.versions", "intake.same_answers"

#: An indicator and a column.
Spot = tuple[str, str]

#: Differences told in a question before the rest is counted, and signs of a name or a text in one.
_TOLD, _NAME, _TEXT = 3, 30, 20
_EMPTY = "空欄"


@dataclass(frozen=True)
class Copy:
    """A file that says what an earlier one of the batch says: the place of that one in the batch, and the note."""

    of: int
    note: Issue


def sifted(batch: Sequence[tuple[str, Reading] | None], plan: Plan) -> list[Issue | Copy | None]:
    """What stands against taking each file of a batch by itself, in the batch's order.

    Nothing (None) where it is the only return of its place (round, department, 課) or the first of several that say
    the same; a :class:`Copy` for those that follow; the question, the same for all of them, where they differ. None in
    the batch is a file that has no place, and is passed over.
    """
    places: dict[Hashable, list[int]] = {}
    for number, one in enumerate(batch):
        if one is not None:
            own = one[1]
            places.setdefault((own.plan_id, own.round_id, own.department_id, own.division_id), []).append(number)
    found: list[Issue | Copy | None] = [None] * len(batch)
    for numbers in places.values():
        files = [one for n in numbers if (one := batch[n]) is not None]
        said = [(_answers(reading), _questions(reading)) for _, reading in files]
        if any(one != said[0] for one in said):
            asked = _asked(files, plan)
            for n in numbers:
                found[n] = asked
            continue
        note = finding(SAME_ANSWERS, {"other": files[0][0]})
        for n in numbers[1:]:
            found[n] = Copy(numbers[0], note)
    return found


def _answers(reading: Reading) -> dict[Spot, float | str]:
    """What a return says, cell by cell: what was understood, else what is written. Empty cells say nothing."""
    told = {(a.subject_id, key): _told(e) for a in reading.answers for key, e in a.entries.items()}
    return {spot: value for spot, value in told.items() if value != ""}


def _told(entry: Entry) -> float | str:
    value = entry.written if entry.value is None else entry.value
    return value.strip() if isinstance(value, str) else value


def _questions(reading: Reading) -> frozenset[tuple[str, str, str, str]]:
    """What is open about a return: two files are not the same where one raises a question that the other does not."""
    asked = (i for i in reading.issues if i.severity is not Severity.NOTE)
    return frozenset((i.subject_id, i.key, i.code, i.value) for i in asked)


def _asked(files: Sequence[tuple[str, Reading]], plan: Plan) -> Issue:
    versions: dict[Hashable, list[tuple[str, Reading]]] = {}
    for name, reading in files:
        said = (frozenset(_answers(reading).items()), _questions(reading))
        versions.setdefault(said, []).append((name, reading))
    names = "、".join(_named([name for name, _ in same]) for same in versions.values())
    told = _differences([same[0][1] for same in versions.values()], plan)
    more = f"、ほか{len(told) - _TOLD}欄" if len(told) > _TOLD else ""
    words = {"count": str(len(versions)), "files": names, "differences": "、".join(told[:_TOLD]) + more}
    return finding(VERSIONS, words)


def _named(names: Sequence[str]) -> str:
    return names[0] + (f"(同じ内容: {'、'.join(names[1:])})" if names[1:] else "")


def _differences(readings: Sequence[Reading], plan: Plan) -> list[str]:
    """Each cell that the returns do not agree on, in the form's order: what each says, in their order."""
    said = [_answers(reading) for reading in readings]
    spots = {spot for one in said for spot in one if len({other.get(spot, "") for other in said}) > 1}
    asked = [_questions(reading) for reading in readings]
    doubted = {q[:2] for q in frozenset().union(*asked) if sum(q in one for one in asked) < len(asked)} - spots
    shown = [_shown(reading) for reading in readings]
    kind = plan.round(readings[0].round_id).kind
    order = {i.id: n for n, i in enumerate(plan.subjects)}
    columns = {c.key: n for n, c in enumerate(d.COLUMNS)}

    def rank(spot: Spot) -> tuple[int, int]:
        return order.get(spot[0], len(order)), columns.get(spot[1], len(columns))

    told = [
        f"{_where(spot, plan, kind)}: " + " ⇔ ".join(one.get(spot, _EMPTY) for one in shown)
        for spot in sorted(spots, key=rank)
    ]
    return told + [f"{_where(spot, plan, kind)}の要確認・要修正" for spot in sorted(doubted, key=rank)]


def _shown(reading: Reading) -> Mapping[Spot, str]:
    """What stands in each cell, as short as a question allows."""
    return {
        (a.subject_id, key): shortened(e.written.strip() or str(e.value), _TEXT)
        for a in reading.answers
        for key, e in a.entries.items()
        if _told(e) != ""
    }


def _where(spot: Spot, plan: Plan, kind: RoundKind) -> str:
    names = {i.id: i.name for i in plan.subjects}
    if spot[0] not in names:
        return "ファイル全体"
    try:
        heading = d.heading(d.column(spot[1]), plan, kind)
    except KeyError:
        heading = "行"
    return f"「{shortened(names[spot[0]], _NAME)}」の{heading}"
