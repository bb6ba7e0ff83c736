"""What a form sent back asks: which cells stand open, the note on each, and the notes told apart from people's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection import Answer
from kpi.plan import Indicator, Round
from loaders.form import definition as d
from loaders.text import cell_text

#: (indicator id, column key, text); a key that is no column asks about the whole row.
Asked = tuple[str, str, str]

NOTE_MARK = "【修正依頼】"
_AUTHOR = "事務局"
_LONGEST = 2000
#: Where an answer is explained, in a round that has the column.
EXPLAINING = ("analysis", "actions", "evidence")
#: One figure in several cells: whoever mends one must be able to mend the other.
_TOGETHER = (
    frozenset({"value", "numerator", "denominator"}),
    frozenset({"correction", "correction_kind"}),
    frozenset({"missing_reason", "next_release"}),
)


@dataclass(frozen=True)
class Questions:
    """The questions of one form, with where each stands: ``rows`` gives the sheet's row of an indicator."""

    asked: tuple[Asked, ...]
    rows: Mapping[str, int]
    names: Mapping[str, str]
    round: Round

    def marked(self, indicator_id: str) -> frozenset[str]:
        """The columns that are asked about; the name's where the whole row is."""
        return frozenset(_place(key, self.round) for i, key, _ in self.asked if i == indicator_id)

    @property
    def opened(self) -> frozenset[str]:
        """The columns that stand open in some row."""
        return frozenset().union(*(reopened(self.asked, i, self.round) for i, _, _ in self.asked))

    def cell(self, asked: Asked) -> str:
        """The address of the cell a question stands at."""
        column = d.positions(self.round.kind)[_place(asked[1], self.round)]
        return f"{get_column_letter(column)}{self.rows[asked[0]]}"

    @property
    def places(self) -> str:
        """The addresses, each once."""
        return "、".join(dict.fromkeys(self.cell(a) for a in self.asked))

    @property
    def listed(self) -> tuple[tuple[str, str, str], ...]:
        """(address, indicator, text) of each question."""
        return tuple((self.cell(a), self.names[a[0]], a[2]) for a in self.asked)

    def attach(self, sheet: Worksheet) -> None:
        """Write each note beside its cell."""
        for address in dict.fromkeys(self.cell(a) for a in self.asked):
            text = note_text([a[2] for a in self.asked if self.cell(a) == address])
            lines = sum(len(line) // 18 + 1 for line in text.split("\n"))
            sheet[address].comment = Comment(text, _AUTHOR, height=min(400, 24 + 18 * lines), width=300)


def questions_of(asked: Iterable[Asked], indicators: Iterable[Indicator], round_: Round) -> Questions:
    """The questions about the indicators of a form, in its order; those about others are passed over."""
    names = {i.id: i.name for i in indicators}
    rows = {i: d.FIRST_DATA_ROW + number for number, i in enumerate(names)}
    cleaned = [(i, key, _clean(text)) for i, key, text in asked if i in rows and text.strip()]
    return Questions(tuple(sorted(cleaned, key=lambda a: rows[a[0]])), rows, names, round_)


def reopened(asked: Iterable[Asked], indicator_id: str, round_: Round) -> frozenset[str]:
    """The columns left open in a row: those asked about and the explanations; all where the whole row is asked."""
    known = {c.key for c in d.columns_for(round_.kind)}
    keys = [key for i, key, _ in asked if i == indicator_id]
    if not keys:
        return frozenset()
    if any(key not in known for key in keys):
        return frozenset(known)
    with_parts = (next((group for group in _TOGETHER if key in group), frozenset({key})) for key in keys)
    return frozenset(EXPLAINING).union(*with_parts)


def note_text(texts: Iterable[str]) -> str:
    """What a note says."""
    return NOTE_MARK + "\n" + "\n".join(texts)


def own_words(comment: str, asked: Iterable[Asked], indicator_id: str, key: str, round_: Round) -> str:
    """What people added to a note of ours; the whole comment where it is none, empty where nothing was added."""
    texts = [text for i, k, text in asked if i == indicator_id and _place(k, round_) == key]
    ours, said = "".join(note_text(texts).split()), "".join(comment.split())
    if not texts or ours not in said:
        return comment
    # Spaces and line ends come back otherwise than they went: what is left is what the words beside ours are.
    return said.replace(ours, "", 1).removeprefix(f"{_AUTHOR}:")


def given_again(answers: Iterable[Answer]) -> dict[str, dict[str, object]]:
    """Answers as :func:`loaders.form.writer.write_form` takes them, so that they are read back the same.

    Cells that were empty stay empty. A rate that was worked out from its parts is left to be worked out again.
    """
    return {
        a.indicator_id: {
            key: None if key == "value" and "/" in e.cell and not e.mended else e.value
            for key, e in a.entries.items()
            if key != "last_period"
        }
        for a in answers
    }


def _place(key: str, round_: Round) -> str:
    return key if key in d.positions(round_.kind) else "name"


def _clean(text: str) -> str:
    return cell_text(text).strip()[:_LONGEST]
