"""出所一覧: from which cell of which file each figure of the paper comes. The only place with the short numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kpi.period import short_of
from kpi.printing.printed_figures import judged
from kpi.report.blocks import Cell, Column, Line, Note, Part, Table, paper_day
from kpi.report.indicator_entry import Entry


def _of(key: str) -> Callable[[Entry], str]:
    return lambda one: str(one.observation[key] or "") if one.observation is not None and one.code else ""


def _file(one: Entry) -> str:
    return _of("filename")(one).replace("\\", "/").rsplit("/", 1)[-1]


def _known(one: Entry) -> str:
    return paper_day(one.observation["known_at"]) if one.observation is not None and one.code else ""


_COLUMNS: Sequence[tuple[Column, Callable[[Entry], Cell | str]]] = (
    (Column("番号", 10, "center"), lambda e: e.indicator.number),
    (Column("指標名", 52), lambda e: e.indicator.name),
    (Column("出所番号", 22, "center"), lambda e: e.code),
    (Column("値", 20, "right"), lambda e: Cell(figure=judged(e.row["value"], e.card)) if e.code else ""),
    (Column("時点", 14, "center"), lambda e: short_of(e.row["period"])),
    (Column("ファイル", 60), _file),
    (Column("シート", 22), _of("sheet")),
    (Column("セル", 12, "center"), _of("cell")),
    (Column("回答日", 20, "center"), _known),
    (Column("根拠資料", 41), lambda e: " ".join(e.said("evidence").split())),
)


def origins(told: Sequence[Entry], number: str) -> Part:
    """One row for each indicator; one without a value has no origin."""
    lines = tuple(Line(tuple(_cell(tell(one)) for _, tell in _COLUMNS)) for one in told)
    table = Table("出所一覧", tuple(column for column, _ in _COLUMNS), lines)
    note = Note(
        "出所番号は、画面「出所」で引くと、その値が書かれていたファイルとセル、回答した人、確認した人が分かります。"
    )
    return Part("origins", "出所一覧", number, "A4横", (table, note))


def _cell(told: Cell | str) -> Cell:
    return Cell(told) if isinstance(told, str) else told
