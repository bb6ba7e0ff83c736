"""What the layout before said that today's form does not: forms of it are out, and their words are no person's.

In that layout (:data:`loaders.form.definition.VERSION_BEFORE`) every column stood in one table.
"""

from __future__ import annotations

from collections.abc import Iterator

from kpi.plan import Plan, RoundKind
from loaders.form import definition as d
from loaders.form.own_text import ABOVE, GUIDE, mark
from loaders.form.writing import round_notes

#: Whether a group of columns was filled in, in front of its name.
GROUP_WORDS = ("入力", "参考")
#: What its guide said otherwise than today's.
GUIDE_WORDS = (
    "入力する欄",
    "「{sheet}」シートの、色の付いたセルに入力してください。入力すると色が消えます。",
    "「設定根拠」には、{baseline}の出典と{target}の考え方を入力してください。",
    "増減の理由を入力してください。進捗に遅れがある指標では必ず入力してください。改行はAlt+Enterです。",
    "目標に向けて今後行うことを入力してください。進捗に遅れがある指標では必ず入力してください。改行はAlt+Enterです。",
)


def marks(plan: Plan, kind: RoundKind) -> tuple[str, ...]:
    """The marks of the layout's own words, beside those that a form of today says too."""
    return tuple(sorted({mark(zone, text) for zone, text in _words(plan, kind)}))


def _words(plan: Plan, kind: RoundKind) -> Iterator[tuple[str, str]]:
    for column in d.columns_before(kind):
        yield ABOVE, d.heading_lines(column, plan, kind)
        for words in GROUP_WORDS:
            yield ABOVE, f"{words}｜{round_notes.group_title(column.group, plan, kind)}"
    for words in GUIDE_WORDS:
        yield GUIDE, d.in_words(words.replace("{sheet}", d.FIGURES.name), plan)
