"""The second sheet (記述) as data: a block for each 課 that answers, then one for each indicator, line by line.

Every line says whose it is (a number), what it is (a heading) and what stands there, so that a line that is moved is
still known. A hidden token in front says both once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi.plan import Department, Indicator, Plan, Round, RoundKind
from loaders.form import definition as d
from loaders.form.writing.prefill import Row, shown

TITLE_ROW, SUBTITLE_ROW, LEGEND_ROW, HEADING_ROW, FIRST_ROW = 1, 2, 3, 4, 5
#: Where the sheet's own columns stand (1 is A), and what they are called.
TOKEN, NUMBER, PART, TEXT, COUNT = 1, 2, 3, 4, 5
HEADINGS: Mapping[str, str] = {
    "token": d.TOKEN_HEADING,
    "number": "番号",
    "part": "欄",
    "text": "内容",
    "count": "字数",
}
COLUMNS: Mapping[str, int] = {"token": TOKEN, "number": NUMBER, "part": PART, "text": TEXT, "count": COUNT}

#: The lines that open a block: an indicator's name, and the indicators that a 課 answers for.
NAME, COVERS = "name", "covers"
COVERS_HEADING = "担当する指標"


def covers_heading(kind: RoundKind) -> str:
    """What the line that says what a 課 answers for is called."""
    return "担当する取組" if kind == "initiatives" else COVERS_HEADING


ALL = "すべて"
#: What the first sheet says where it leads here.
TO_PROSE = "記述シートへ"
CONTACT_MARK = "課"
#: What the counter says beside grounds that nobody needs, because there is no value.
NOT_NEEDED = "不要"
#: Blocks left empty for further 課, where the plan knows none of a department.
_SPARE = 2

_TOKEN_OF_CONTACT = "contact:"
#: A place of the workbook: sheet, row, column.
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Line:
    """One line of the sheet. ``rows`` are the indicators it speaks for; ``value`` is what it says when it goes out.

    ``key`` is a column's, :data:`NAME` or :data:`COVERS`; ``spare`` is a line for a 課 that the form does not know.
    """

    row: int
    key: str
    number: str
    value: str | None
    rows: tuple[Row, ...]
    spare: bool = False

    @property
    def opens(self) -> bool:
        """Whether a block begins here."""
        return self.key in (NAME, COVERS)

    @property
    def of_contact(self) -> bool:
        """Whether the line is of a 課's block."""
        return self.key == COVERS or self.key in _OF_CONTACT

    @property
    def token(self) -> str:
        """The hidden mark of the line."""
        ids = ",".join(r.indicator.id for r in self.rows)
        whose = f"{_TOKEN_OF_CONTACT}{ids}" if self.of_contact else ids
        return f"{whose} {self.key}"

    def open(self, round_: Round) -> bool:
        """Whether the department fills in this line; what stands in for several rows where any of them is open."""
        if self.key == NAME:
            return False
        if self.key == COVERS:
            return self.spare
        return self.spare or any(r.open(d.column(self.key), round_) for r in self.rows)


_OF_INDICATOR, _OF_CONTACT = d.keys_on("prose"), d.keys_on("contact")


@dataclass(frozen=True)
class Told:
    """What a token says: the column (or the opening of a block), the indicators, and whether it is of a 課's block."""

    key: str
    ids: tuple[str, ...]
    of_contact: bool


def read_token(text: str) -> Told | None:
    """A line's token read back; None where it is none."""
    whose, _, key = text.strip().rpartition(" ")
    of_contact = whose.startswith(_TOKEN_OF_CONTACT)
    known = ({COVERS} | _OF_CONTACT) if of_contact else ({NAME} | _OF_INDICATOR)
    if not whose or key not in known:
        return None
    return Told(key, tuple(i for i in whose.removeprefix(_TOKEN_OF_CONTACT).split(",") if i), of_contact)


def lines(
    plan: Plan, round_: Round, department: Department, rows: tuple[Row, ...], division_id: str
) -> tuple[Line, ...]:
    """Every line of the sheet, from the top; an empty row stands between blocks."""
    found: list[Line] = []
    place = FIRST_ROW
    groups = _contacts(department, rows, division_id)
    mails = {v.name: v.mail for v in department.divisions}
    for n, (section, group) in enumerate(groups, start=1):
        number = f"{CONTACT_MARK}{n}" if len(groups) > 1 else CONTACT_MARK
        spare = not group
        covers = None if spare else ALL if len(group) == len(rows) else "、".join(numbered(group, rows))
        found.append(Line(place, COVERS, number, covers, group, spare))
        for column in d.columns_on(round_.kind, "contact"):
            value = None if spare else _said(column, _speaker(group), plan, round_, section, mails.get(section, ""))
            found.append(Line(place + 1, column.key, number, value, group, spare))
            place += 1
        place += 2
    for row in rows:
        found.append(Line(place, NAME, row.indicator.number, row.indicator.name, (row,)))
        for column in d.columns_on(round_.kind, "prose"):
            text = shown(column, row, plan, round_)
            value = None if text is None else str(text)
            if row.enterable(column, round_) or value:
                place += 1
                found.append(Line(place, column.key, row.indicator.number, value, (row,)))
        place += 2
    return tuple(found)


def _speaker(group: tuple[Row, ...]) -> Row:
    """The row whose answer stands for its 課: one that was answered."""
    return next((r for r in group if _OF_CONTACT & r.given.keys()), group[0])


def _said(column: d.Column, row: Row, plan: Plan, round_: Round, section: str, mail: str) -> str | None:
    """What stands in a 課's line: the answer given, else its name and its shared address.

    Who answered last time is not suggested: people move on each April, and a name that stands ready is signed unread.
    """
    ready = {"section": section, "contact": mail}
    if column.key in ready and column.key not in row.given:
        return ready[column.key] or None
    found = shown(column, row, plan, round_)
    return None if found is None else str(found)


def numbered(group: tuple[Row, ...], rows: tuple[Row, ...]) -> tuple[str, ...]:
    """The numbers of indicators as a 課's block lists them; a number that two have is told apart by the name."""
    told = [r.indicator.number for r in rows]
    return tuple(_listed(r.indicator, shared=told.count(r.indicator.number) > 1) for r in group)


def _listed(indicator: Indicator, *, shared: bool) -> str:
    return f"{indicator.number}({indicator.name})" if shared or not indicator.number else indicator.number


def _contacts(
    department: Department, rows: tuple[Row, ...], division_id: str
) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Who answers for which rows: (name of the 課, its rows). Rows that were answered by different people part.

    Where the plan knows no 課 for a row it is the one that answered last time.
    """
    homes = {i: v.name for v in department.divisions for i in v.indicators if not division_id or v.id == division_id}
    groups: dict[tuple[object, ...], list[Row]] = {}
    silent = []
    for row in rows:
        home = homes.get(row.indicator.id, row.section)
        if _OF_CONTACT & row.given.keys():
            groups.setdefault((home, *(row.given.get(key) for key in sorted(_OF_CONTACT))), []).append(row)
        else:
            silent.append((home, row))
    for home, row in silent:
        key = next((k for k in groups if k[0] == home), (home,))
        groups.setdefault(key, []).append(row)
    order = {row.indicator.id: n for n, row in enumerate(rows)}
    for group in groups.values():
        group.sort(key=lambda r: order[r.indicator.id])
    ranked = sorted(groups.items(), key=lambda one: order[one[1][0].indicator.id])
    made = tuple((str(key[0]), tuple(group)) for key, group in ranked)
    free = _SPARE if not homes and len(made) == 1 and rows[0].reopened is None else 0
    return made + (("", ()),) * min(free, len(rows) - 1) if rows else ()


def places(
    kind_places: Mapping[str, int], rows: tuple[Row, ...], found: tuple[Line, ...]
) -> Mapping[tuple[str, str], Place]:
    """Where each column of each indicator stands: on the first sheet, or in a line of 記述."""
    out: dict[tuple[str, str], Place] = {}
    for number, row in enumerate(rows, start=d.FIRST_DATA_ROW):
        out |= {(row.indicator.id, key): (d.FIGURES.name, number, place) for key, place in kind_places.items()}
    for line in found:
        if line.key not in (NAME, COVERS):
            out |= {(r.indicator.id, line.key): (d.PROSE.name, line.row, TEXT) for r in line.rows}
    return out
