"""Dashes, なし and the like in cells that people leave out."""

from __future__ import annotations

from loaders.form import definition as d
from loaders.form.reading.headings import label
from loaders.form.reading.understanding.form_row import FormRow
from loaders.text.choice_words import code_of
from loaders.workbook.cells import Cell

#: What people write into cells that they leave out. ``*`` and ``x`` mean secrecy and are none of these.
NOTHING = frozenset(
    "- -- --- ー ーー … ・・・ ... / なし 無し 無 該当なし 該当無し 訂正なし 変更なし 対象外".split()  # noqa: SIM905
)
_UNSET = {"未定", "未設定", "検討中", "調整中"}


def left_out(row: FormRow, column: d.Column, cell: Cell) -> bool:
    """Whether a cell holds a dash or なし and its row needs nothing there."""
    text, key = label(cell.written), column.key
    if cell.kind == "error" or text not in NOTHING | _UNSET:
        return False
    if key in d.CARD_KEYS:
        return text in _UNSET or set(text) <= set("-ー")
    return text not in _UNSET and _unneeded(row, key, text)


def _unneeded(row: FormRow, key: str, text: str) -> bool:
    """Whether the other cells of the row say that nothing is needed in this one."""
    value, given = row.text("value"), row.text("missing_reason")
    valued = any(c.isdigit() for c in value)
    reason = code_of("missing_reason", given) or code_of("missing_reason", value)
    plain = text not in ("該当なし", "該当無し", "対象外")  # those may be the reason itself
    match key:
        case "correction" | "correction_kind":
            return {row.text("correction"), row.text("correction_kind")} <= NOTHING | {""}
        case "numerator" | "denominator":
            return {row.text("numerator"), row.text("denominator")} <= NOTHING | {""}
        case "missing_reason":
            return plain and (valued or bool(reason))
        case "value":
            return plain and bool(code_of("missing_reason", given))
        case "next_release":
            return valued or reason not in ("", "unpublished")
        case "period" | "release":
            return bool(reason)
        case _:
            return False
