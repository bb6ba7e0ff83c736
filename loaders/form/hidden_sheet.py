"""The form's hidden sheet as data: whose form it is, and where things stood when it was written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

#: First cell of the hidden sheet: whoever finds it there has found the sheet, whatever it is called now.
META_MARK = "dx-plan-kpi-form"


@dataclass(frozen=True)
class Meta:
    """What the hidden sheet says: whose form it is, and where columns and rows stood when it was written.

    ``rows`` gives (indicator id, row, :func:`fingerprint`); ``questions`` (indicator id, column key, text) is
    what a form sent back asks; ``division_id`` is empty for a whole department's form; ``own`` are the marks of what
    the form itself wrote (:mod:`loaders.form.own_text`).
    """

    form_version: str
    plan_id: str
    round_id: str
    department_id: str
    made_on: date
    sample: bool
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, int, str], ...]
    division_id: str = ""
    questions: tuple[tuple[str, str, str], ...] = ()
    own: tuple[str, ...] = ()


#: Marks in one row of the hidden sheet, so that it grows no wider than it need be.
_MARKS_A_ROW = 40


def meta_rows(meta: Meta) -> tuple[tuple[str, ...], ...]:
    """The hidden sheet's rows, every cell a text: the mark, then facts, columns and rows, each under its own tag."""
    facts = (
        (META_MARK, meta.form_version),
        ("plan", meta.plan_id),
        ("round", meta.round_id),
        ("department", meta.department_id),
        ("made_on", meta.made_on.isoformat()),
        ("sample", "1" if meta.sample else "0"),
        *((("division", meta.division_id),) if meta.division_id else ()),
    )
    asked = tuple(("question", *question) for question in meta.questions)
    columns = tuple(("column", key, str(place)) for key, place in meta.columns)
    own = tuple(("own", *meta.own[i : i + _MARKS_A_ROW]) for i in range(0, len(meta.own), _MARKS_A_ROW))
    return facts + columns + tuple(("row", token, str(row), print_) for token, row, print_ in meta.rows) + asked + own


def read_meta(rows: Iterable[Sequence[str]]) -> Meta | None:
    """The hidden sheet read back; None where it is not ours or has been damaged."""
    table = [tuple(r) for r in rows if r]
    facts = {r[0]: r[1] for r in table if len(r) >= 2}
    try:
        return Meta(
            form_version=facts[META_MARK],
            plan_id=facts["plan"],
            round_id=facts["round"],
            department_id=facts["department"],
            made_on=date.fromisoformat(facts["made_on"]),
            sample=facts["sample"] == "1",
            columns=tuple((r[1], int(r[2])) for r in table if r[0] == "column"),
            rows=tuple((r[1], int(r[2]), r[3]) for r in table if r[0] == "row"),
            division_id=facts.get("division", ""),
            questions=tuple((r[1], r[2], r[3]) for r in table if r[0] == "question"),
            own=tuple(text for r in table if r[0] == "own" for text in r[1:]),
        )
    except (KeyError, ValueError, IndexError):
        return None
