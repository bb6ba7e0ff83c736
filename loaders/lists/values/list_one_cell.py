"""One cell of a list as figures: its value or values, with the time of each, and what is asked about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kpi.issue import Choice, Issue, Severity
from kpi.period import Period
from loaders.lists.list_cells import MARKS, NOTHING, Parts, Piece, When, split
from loaders.lists.list_grid import Grid, Place
from loaders.lists.list_indicator import ListedFigure
from loaders.lists.list_layout import Told
from loaders.lists.list_words import COLUMN_WORDS
from loaders.text.findings import as_issues
from loaders.text.numbers import NumberReading, read_number
from loaders.workbook.cells import Cell

#: Words before the number of one of several values: 「小規模 15.3%」.
_WORDS_BEFORE = re.compile(r"^[^\d△▲+-]+")


@dataclass(frozen=True)
class Context:
    """What helps to read the cells of one indicator: what it is called and counted in, and what a person has said."""

    sheet: str
    name: str
    unit: str
    told: Told
    key: str
    split: bool = False


def figures_in(
    grid: Grid, place: Place, role: str, beside: When | None, context: Context
) -> tuple[list[ListedFigure], list[Issue]]:
    """The figures in a cell, ``beside`` what dates them where the cell does not, and what is asked about them."""
    cell, said = grid.cell(*place), context.told.cells.get(grid.ref(place), {})
    if cell is None or "skip" in said:
        return [], []
    plain = ListedFigure(role, place, grid.ref(place), cell.written)
    if said.keys() & {"value", "words"}:
        return _as_told(plain, said, beside, _own_when(cell)), []
    if cell.kind in ("number", "bool", "error", "uncached", "date"):
        return _number_cell(plain, cell, beside, context, said)
    parts = split(grid.text(*place))
    if not parts.pieces:
        return _in_words(plain, parts, beside, context, said)
    if len(parts.pieces) > 1:
        return _several(plain, parts, beside, context)
    piece = parts.pieces[0]
    reading = read_number(piece.text, unit=context.unit, name=context.name)
    figures, issues = _taken(plain, reading, piece.when or beside, context, said)
    return [replace(f, release=parts.release or f.release) for f in figures], issues


def _as_told(
    plain: ListedFigure, said: Mapping[str, float | str | None], beside: When | None, own: When | None
) -> list[ListedFigure]:
    """What a person has put in for a cell; an empty value leaves it out."""
    period = _told_period(said) or (own.period if own else None) or (beside.period if beside else None)
    told = replace(plain, period=period, release=str(said.get("release") or plain.release), typed=True)
    if words := said.get("words"):
        return [replace(told, words=str(words))]
    value = said.get("value")
    return [replace(told, value=float(value))] if isinstance(value, int | float) else []


def _own_when(cell: Cell) -> When | None:
    """The period that stands in a cell beside its value, where it is one."""
    parts = split(cell.written)
    found = [p.when for p in parts.pieces if p.when]
    return found[0] if len(found) == 1 else parts.when


def _told_period(said: Mapping[str, float | str | None]) -> Period | None:
    code = said.get("period")
    return Period.parse(code) if isinstance(code, str) and code else None


def _number_cell(
    plain: ListedFigure, cell: Cell, beside: When | None, context: Context, said: Mapping[str, float | str | None]
) -> tuple[list[ListedFigure], list[Issue]]:
    given = cell.value if cell.kind == "number" else cell.written
    reading = read_number(given, unit=context.unit, number_format=cell.number_format, name=context.name)
    return _taken(plain, reading, beside, context, said)


def _taken(
    plain: ListedFigure,
    reading: NumberReading,
    when: When | None,
    context: Context,
    said: Mapping[str, float | str | None],
) -> tuple[list[ListedFigure], list[Issue]]:
    """A figure as its number and its period were read, with what is asked about either."""
    issues = _doubts(plain, reading, context)
    if reading.outcome in ("missing", "empty"):
        return [], [_no_value(plain, plain.written.strip(), context)]
    period = _told_period(said) or (when.period if when else None)
    era_open = period is None and when is not None and bool(when.choices)
    if when is not None and era_open:
        issues.append(_era(plain, when, context))
    release = reading.release or (when.release if when else "") or "final"
    figure = replace(plain, value=reading.value, period=period, release=release, typed="period" in said)
    return [replace(figure, open=era_open)], issues


def _doubts(plain: ListedFigure, reading: NumberReading, context: Context) -> list[Issue]:
    """What is asked about the number of a cell: whatever is wrong with it, it can be left out."""
    where = {"sheet": context.sheet, "cell": plain.cell, "value": plain.written}
    found = as_issues(reading.findings, (), **where, indicator_id=context.key, key="value")
    open_ones = [issue for issue in found if issue.severity is not Severity.NOTE]
    offered = [
        Choice(c.label, {k: v for k, v in c.changes.items() if k in ("value", "release")})
        for c in reading.choices
        if c.changes.get("value") is not None
    ]
    choices = (*offered, *_kept_words(plain), _LEFT_OUT)
    return [replace(i, severity=Severity.ASK, choices=choices) for i in open_ones[:1]]


def _kept_words(plain: ListedFigure) -> tuple[Choice, ...]:
    """A target may stay as it is written."""
    return (_as_words(plain.written.strip()),) if plain.role in ("target", "milestone") else ()


def _as_words(words: str) -> Choice:
    return Choice("文のまま残し、数値の目標は未設定とする", {"words": words})


_LEFT_OUT = Choice("取り込まない", {"value": None})


def _era(plain: ListedFigure, when: When, context: Context) -> Issue:
    return asked_of(
        plain, context, "list.era", f"「{when.written.strip()}」の元号が書かれていません。",
        "どの年度かを選んでください。", "period", when.choices,
    )  # fmt: skip


def _in_words(
    plain: ListedFigure,
    parts: Parts,
    beside: When | None,
    context: Context,
    said: Mapping[str, float | str | None],
) -> tuple[list[ListedFigure], list[Issue]]:
    """A cell without a number: nothing, a mark, or words, which as a target are asked about."""
    words = parts.words.strip() or " ".join(parts.notes)
    if not words or NOTHING.fullmatch(words):
        return [], []
    period = _told_period(said) or (parts.when.period if parts.when else None) or (beside.period if beside else None)
    if plain.role not in ("target", "milestone") or MARKS.fullmatch(words) or not parts.words.strip():
        return [], [_no_value(plain, words, context)]
    choices = (_as_words(words), _LEFT_OUT)
    message = f"目標が数値でなく文で書かれています(「{words}」)。"
    advice = "文のまま残すか、セルを選んで数値を入力してください。"
    return [replace(plain, words=words, period=period)], [
        asked_of(plain, context, "list.words_target", message, advice, "value", choices)
    ]


def _no_value(plain: ListedFigure, words: str, context: Context) -> Issue:
    """What stands in place of a value is told, and where."""
    message = f"「{words}」は数値でないため、{COLUMN_WORDS[plain.role]}として取り込みません。"
    advice = "数値が分かれば、セルを選んで入力してください。"
    note = asked_of(plain, context, "list.words_value", message, advice, "value")
    return replace(note, severity=Severity.NOTE)


def _several(
    plain: ListedFigure, parts: Parts, beside: When | None, context: Context
) -> tuple[list[ListedFigure], list[Issue]]:
    """Two values in one cell: each of a period of its own, or of two things, about which a person is asked."""
    told = [p.when for p in parts.pieces if p.when]
    shared = told[0] if len(told) == 1 and parts.pieces[-1].when else None  # 「30%/50%(R10)」: the year of both
    figures = [_piece(plain, piece, shared or beside, context) for piece in parts.pieces]
    whole = [f for f in figures if f.value is not None]
    periods = {when.period for when in told if when.period}
    if len(periods) == len(whole) == len(figures):
        return figures, []
    if context.split and all(f.label for f in figures):
        return [replace(f, typed=True) for f in whole], []
    choices = [
        Choice(
            f"「{piece.text}」{_when_words(f.period) if told else ''}を取り込む", {"value": value, **_code(f.period)}
        )
        for f, piece in zip(figures, parts.pieces, strict=True)
        if (value := _offered(f, piece, context)) is not None
    ]
    if len(whole) == len(figures) and all(f.label for f in figures):
        names = "、".join(f"{context.name}({f.label})" for f in figures)
        choices.insert(0, Choice(f"{len(figures)}つの指標に分ける({names})", {"split": "1"}))
    message = f"1つのセルに{len(figures)}つの値があります(「{plain.written.strip()}」)。"
    issue = asked_of(
        plain,
        context,
        "list.two_values",
        message,
        "どう読むかを選んでください。",
        "value",
        (*choices, *_kept_words(plain), _LEFT_OUT),
    )
    return [], [issue]


def _piece(plain: ListedFigure, piece: Piece, beside: When | None, context: Context) -> ListedFigure:
    """One of several values in a cell, without its label; its value is None where it is not certain."""
    reading = read_number(piece.bare, unit=context.unit, name=context.name)
    when = piece.when or beside
    return replace(
        plain, value=reading.value, period=when.period if when else None, label=piece.label,
        release=reading.release or (when.release if when else "") or "final",
    )  # fmt: skip


def _offered(figure: ListedFigure, piece: Piece, context: Context) -> float | str | None:
    """The value of a piece as it is read, else as it alone can be: 小規模 15.3%."""
    if figure.value is not None:
        return figure.value
    reading = read_number(_WORDS_BEFORE.sub("", piece.bare), unit=context.unit, name=context.name)
    values = {reading.value, *(c.changes.get("value") for c in reading.choices)} - {None}
    return values.pop() if len(values) == 1 else None


def _when_words(period: Period | None) -> str:
    return f"({period.label})" if period else ""


def _code(period: Period | None) -> dict[str, float | str | None]:
    return {"period": period.code} if period else {}


def asked_of(
    plain: ListedFigure,
    context: Context,
    code: str,
    message: str,
    advice: str,
    key: str,
    choices: tuple[Choice, ...] = (),
) -> Issue:
    """A question about a figure in its cell."""
    return Issue(
        code, Severity.ASK, message, advice, context.sheet, plain.cell, plain.written, context.key, key, choices
    )
