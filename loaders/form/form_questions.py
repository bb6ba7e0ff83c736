"""What a form sent back asks: which cells stand open, the note on each, and the notes told apart from people's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from kpi.collection.workflow import Answer
from kpi.plan import Indicator, Round
from loaders.form import definition as d
from loaders.form.prose_lines import Place
from loaders.text.characters import cell_text

#: (indicator id, column key, text); a key that is no column asks about the whole row.
Asked = tuple[str, str, str]

NOTE_MARK = "【修正依頼】"
_AUTHOR = "事務局"
_LONGEST = 2000
#: Where an answer is explained, in a round that has the column.
EXPLAINING = ("analysis", "actions", "evidence", "delay_reason", "revision_reason", "problems")
#: One thing told in several cells: whoever mends one must be able to mend the other.
_TOGETHER = (
    frozenset({"value", "numerator", "denominator"}),
    frozenset({"correction", "correction_kind"}),
    frozenset({"missing_reason", "next_release"}),
    frozenset({"progress", "recovery"}),
    frozenset({"planned_start", "planned_end"}),
    frozenset({"revised_start", "revised_end", "decided_by"}),
)


@dataclass(frozen=True)
class Questions:
    """The questions of one form, with where each stands: ``where`` by indicator and column key."""

    asked: tuple[Asked, ...]
    where: Mapping[tuple[str, str], Place]
    names: Mapping[str, str]
    round: Round

    def marked(self, indicator_id: str) -> frozenset[str]:
        """The columns that are asked about; the name's where the whole row is."""
        return frozenset(self._key(a) for a in self.asked if a[0] == indicator_id)

    @property
    def opened(self) -> frozenset[str]:
        """The columns that stand open in some row."""
        return frozenset().union(*(reopened(self.asked, i, self.round) for i, _, _ in self.asked))

    def _key(self, asked: Asked) -> str:
        """The column a question stands in: the name's where it is about the row, or about what has no cell."""
        return asked[1] if asked[:2] in self.where else "name"

    def place(self, asked: Asked) -> Place:
        """The sheet, row and column of the cell a question stands at."""
        return self.where[asked[0], self._key(asked)]

    def cell(self, asked: Asked) -> str:
        """The address of the cell a question stands at, with its sheet where that is not the first one."""
        sheet, row, column = self.place(asked)
        address = f"{get_column_letter(column)}{row}"
        return address if sheet == d.FIGURES.name else f"{sheet}!{address}"

    @property
    def places(self) -> str:
        """The addresses, each once."""
        return "、".join(dict.fromkeys(self.cell(a) for a in self.asked))

    @property
    def listed(self) -> tuple[tuple[str, str, str], ...]:
        """(address, indicator, text) of each question."""
        return tuple((self.cell(a), self.names[a[0]], a[2]) for a in self.asked)

    def attach(self, book: Workbook) -> None:
        """Write each note beside its cell."""
        for place in dict.fromkeys(self.place(a) for a in self.asked):
            text = note_text([a[2] for a in self.asked if self.place(a) == place])
            lines = sum(len(line) // 18 + 1 for line in text.split("\n"))
            comment = Comment(text, _AUTHOR, height=min(400, 24 + 18 * lines), width=300)
            book[place[0]].cell(place[1], place[2]).comment = comment


def questions_about(asked: Iterable[Asked], indicators: Iterable[Indicator]) -> tuple[Asked, ...]:
    """The questions about the indicators of a form, in its order; those about others are passed over."""
    order = {indicator.id: number for number, indicator in enumerate(indicators)}
    cleaned = [(i, key, _clean(text)) for i, key, text in asked if i in order and text.strip()]
    return tuple(sorted(cleaned, key=lambda a: order[a[0]]))


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
    columns = {c.key: c for c in d.columns_for(round_.kind)}
    known = {key}
    if key == "name":  # what has no cell of its own in the form was asked there
        known |= {k for _, k, _ in asked if k not in columns or (columns[k].stands == "prose" and not columns[k].entry)}
    texts = [text for i, k, text in asked if i == indicator_id and k in known]
    ours, said = "".join(note_text(texts).split()), "".join(comment.split())
    if not texts or ours not in said:
        return comment
    # Spaces and line ends come back otherwise than they went: what is left is what the words beside ours are.
    return said.replace(ours, "", 1).removeprefix(f"{_AUTHOR}:")


def given_again(answers: Iterable[Answer]) -> dict[str, dict[str, object]]:
    """Answers as :func:`loaders.form.writing.writer.write_form` takes them, so that they are read back the same.

    Cells that were empty stay empty. A rate that was worked out from its parts is left to be worked out again.
    """
    return {
        a.subject_id: {
            key: None if key == "value" and "/" in e.cell and not e.mended else e.value
            for key, e in a.entries.items()
            if key != "last_period"
        }
        for a in answers
    }


def _clean(text: str) -> str:
    return cell_text(text).strip()[:_LONGEST]
