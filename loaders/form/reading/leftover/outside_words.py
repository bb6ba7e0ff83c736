"""Whether words outside the cells of the form may be an answer, and how they are quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from loaders.form.reading.headings import label
from loaders.text.characters import shortened
from loaders.text.choice_words import WHEN
from loaders.workbook.cells import Cell

#: How many places one message names; the rest is counted.
_MOST = 20
_HARMLESS = re.compile(
    r"(?:内線|電話|tel\.?|ｔｅｌ|fax|直通)[:\s]*[\d()-]+|[\w.+-]+@[\w.-]+|\d{2,4}-\d{2,4}-\d{3,4}|"
    r"(?:p{1,2}\.?|第|no\.?|別紙|別添|様式|資料|図|表|注|※)\s?\d+(?:[表図章節条項号回頁-]\d*)*|\d+\s?(?:頁|ページ|時|分)",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"正し|訂正|修正|差し?替|誤[りっ]|間違|違[いう]|変更|速報|暫定|見込|確定|確報|取り?消|撤回|削除|未公表|未集計|秘匿|該当(?:なし|無し)|不明|保留"
    r"|実績|単位|[千万億割]単位|(?:千|百万|億)[円人件枚]|古い|昨年|前年|去年|前回|(?:の|その)まま|写し|仮の|ダミー|テスト|試算|推計|概算"
    r"|再集計|集計中|精査|確認中|一部|含[むまみめ]|除[くい外]|[一二三四五六七八九十百千万億兆]{2,}"
)


def may_answer(text: str) -> bool:
    """Whether words outside the cells of the form may be an answer: a figure that is no date, or a correction."""
    bare = _HARMLESS.sub(" ", WHEN.sub(" ", label(text)))
    bare = re.sub(r"\d{1,2}月(?:\d{1,2}日|末|上旬|中旬|下旬)?|\d{1,2}/\d{1,2}(?!\d)", " ", bare)
    return bool(re.search(r"\d", bare) or _TELLING.search(bare))


def corrects(cell: Cell) -> bool:
    """Whether a text under a heading of people's own speaks of what stands in the form; their figures are theirs."""
    return cell.kind == "text" and bool(_TELLING.search(label(cell.written))) and may_answer(cell.written)


def quoted(cells: Iterable[Cell]) -> str:
    """Places with what stands there: P4「…」、Q5「…」."""
    all_cells = list(cells)
    told = "、".join(f"{c.ref}「{shortened(c.written, 100)}」" for c in all_cells[:_MOST])
    return told + (f" ほか{len(all_cells) - _MOST}か所" if len(all_cells) > _MOST else "")
