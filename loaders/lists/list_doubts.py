"""Rows and remarks of a list that can be two things: what tells them, and the question with its answers."""

from __future__ import annotations

import re

from kpi.issue import Choice, Issue, Severity
from loaders.lists.list_grid import Grid, Place, column_words
from loaders.lists.list_indicator import ListedFigure
from loaders.lists.list_words import COLUMN_WORDS, VALUE_ROLES
from loaders.text.characters import canonical, shortened

_TOTAL = re.compile(
    r"(?:合|総|小|累)?計|総数|(?:県|県内|市町村)?全体|(?:全国|県|県内|市町村|圏域)?平均値?|全国(?:値|計)?|計\(.*\)"
)
#: How headings of fields begin where they stand among the names.
_HEADING = re.compile(
    r"第?[\d一二三四五六七八九十]+[章節項編.、)\s-]|\(\d+\)|[ivxⅰⅱⅲⅳⅴ]+[.、\s]|[■◆●○◎□▼◇★☆【〔<《\[]"
    r"|(?:基本)?(?:目標|方針|施策|政策|分野|柱)[\d一二三四五ⅰⅱⅲ:]"
)
_REMARKS = re.compile(r"備考|摘要|注|コメント")
#: What a person calls a value that is not final.
RELEASE_WORDS = {"provisional": "速報", "forecast": "見込"}


def is_total(text: str) -> bool:
    """Whether a name is that of a sum, an average or the nation's figure."""
    return bool(_TOTAL.fullmatch(canonical(text)))


def begins_a_field(text: str) -> bool:
    """Whether a text is numbered or marked as a heading."""
    return bool(_HEADING.match(canonical(text))) or bool(_HEADING.match(text.strip()))


def holds_remarks(heading: str) -> bool:
    """Whether a column's heading says that remarks stand in it."""
    return bool(_REMARKS.search(canonical(heading)))


def of_total(grid: Grid, place: Place, row: int, *, named: bool) -> Issue:
    """A row of sums is not read, unless it is ``named`` and a person says that it is an indicator."""
    message = f"{grid.row_words(row)}は、合計や平均の{grid.line}のようです。読んでいません。"
    skip, indicator = _skip(grid), Choice("指標として読む", {"row": "indicator"})
    return _of_row("list.total", message, grid, place, row, (skip, indicator) if named else (skip,))


def of_line(grid: Grid, place: Place, row: int, part: str) -> Issue:
    """A row with values that nothing names is not read until a person says what it has.

    ``part`` are the letters of the column in which parts of indicators may stand; empty for none.
    """
    message = f"{grid.row_words(row)}の値が何の値か、{grid.line}の見出しから分かりません。読んでいません。"
    roles = tuple(Choice(f"1つ前の指標の{COLUMN_WORDS[role]}", {"row": role}) for role in VALUE_ROLES)
    parts = (Choice(f"{column_words(part)}は指標名の内訳", {"column": "child", "letters": part}),) if part else ()
    return _of_row("list.line", message, grid, place, row, (*roles, _skip(grid), *parts))


def of_alone(grid: Grid, place: Place, row: int) -> Issue:
    """A text alone among the names is a heading, or an indicator that has no values yet."""
    name = shortened(grid.text(*place), 30)
    message = f"「{name}」は、分野の見出しか、値のない指標か分かりません。見出しと読みました。"
    choices = (
        Choice("分野の見出し", {"row": "section"}),
        Choice("値のない指標", {"row": "indicator"}),
        _skip(grid),
    )
    return _of_row("list.alone", message, grid, place, row, choices)


def of_parts(grid: Grid, place: Place, row: int) -> Issue:
    """A name without values above ①, ② is that of an indicator with parts, or a heading over indicators."""
    message = f"「{shortened(grid.text(*place), 30)}」は、①などに分かれた指標の名前か、分野の見出しか分かりません。"
    message += "指標の名前と読みました。"
    choices = (Choice("分かれた指標の名前", {"row": "indicator"}), Choice("分野の見出し", {"row": "section"}))
    return _of_row("list.parts", message, grid, place, row, choices)


def of_remark(cell: str, text: str, release: str, figure: ListedFigure) -> Issue:
    """A remark that speaks of 速報 or 見込, about the newest value of its row or about another."""
    word = RELEASE_WORDS[release]
    message = f"「{shortened(text, 40)}」とあります。{figure.cell}の実績値は{word}ですか。"
    choices = (
        Choice(f"{figure.cell}を{word}として取り込む", {"release": release}),
        Choice(f"{figure.cell}を確かな値として取り込む", {"release": "final"}),
    )
    return Issue(
        "list.remark", Severity.ASK, message, "正しいほうを選んでください。", "", cell, text, cell, "release", choices
    )


def _skip(grid: Grid) -> Choice:
    return Choice(f"この{grid.line}を読まない", {"row": "skip"})


def _of_row(code: str, message: str, grid: Grid, place: Place, row: int, choices: tuple[Choice, ...]) -> Issue:
    advice, text = "正しいものを選んでください。", grid.text(*place)
    return Issue(code, Severity.ASK, message, advice, "", grid.ref(place), text, str(row), "row", choices)
