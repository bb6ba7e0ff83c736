"""Sheets renamed, copied, hidden, lost, and further forms in one file."""

from __future__ import annotations

import random
from dataclasses import replace

from loaders.form import definition as d
from tests.campaign.draft import Draft, Mark, Page, Said, Skip
from tests.campaign.forms import blank, shown, sorts
from tests.campaign.kinds.register import kind


@kind("sheet renamed", harmless=True, scope="sheet")
def _renamed(draft: Draft, dice: random.Random) -> None:
    draft.form.name = dice.choice(("提出用", "Sheet1", "KPI調査票 (2)", "回答（最終版）", "R6"))


@kind("sheets in another order", harmless=True, scope="sheet", weight=0.5)
def _reordered(draft: Draft, dice: random.Random) -> None:
    dice.shuffle(draft.pages)


@kind("hidden sheet gone", harmless=True, scope="sheet")
def _no_meta(draft: Draft, dice: random.Random) -> None:
    if (
        any(c.kind == "text" and c.written.startswith("【修正依頼】") for c in draft.form.cells.values())
        or draft.form.comments
    ):
        raise Skip
    draft.pages = [p for p in draft.pages if p is not draft.meta]


@kind("hidden sheet damaged", scope="sheet", weight=0.5)
def _bad_meta(draft: Draft, dice: random.Random) -> None:
    assert draft.meta
    draft.meta.put(*dice.choice(sorted(draft.meta.cells)), dice.choice((None, "?", 3.0)))


@kind("guide sheet deleted", harmless=True, scope="sheet", weight=0.5)
def _no_guide(draft: Draft, dice: random.Random) -> None:
    draft.pages = [p for p in draft.pages if p is not draft.guide]
    # What was said on it is gone with it, and nobody can read it.
    draft.said = [said for said in draft.said if said.mark.page is not draft.guide]


@kind("form's sheet hidden", harmless=True, scope="sheet", weight=0.5)
def _hidden(draft: Draft, dice: random.Random) -> None:
    draft.form.hidden = True


@kind("same copy of the sheet", harmless=True, scope="sheet", weight=2)
def _copy(draft: Draft, dice: random.Random) -> None:
    draft.pages.insert(
        dice.randrange(len(draft.pages) + 1), draft.form.copy(dice.choice(("控え", "KPI調査票 (2)", "提出前")))
    )


@kind("copy of the sheet, otherwise", scope="sheet", weight=2)
def _copy_otherwise(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(
        dice, ("value", "target", "period", "release", "analysis", "evidence", "missing_reason"), draft.filled
    )
    mark, other = draft.spots[spot], draft.form.copy(dice.choice(("KPI調査票(最終)", "修正版", "古い方")))
    value = draft.plain[spot]
    changed: float | str | None = (
        value + 11
        if isinstance(value, float)
        else {
            "period": "令和5年度",
            "release": "見込",
            "missing_reason": "秘匿" if value != "suppressed" else "未公表",
        }.get(spot[1], "別の説明にした。")
    )
    other.put(mark.row, mark.column, changed)
    draft.pages.insert(dice.randrange(len(draft.pages) + 1), other)
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("only the copy filled in", scope="sheet")
def _only_copy(draft: Draft, dice: random.Random) -> None:
    """The answers stand on the copy; the form's own sheet is as it came."""
    own = draft.form
    copied = own.copy("回答はこちら")
    copied.marks, own.marks = own.marks, []
    for mark in copied.marks:
        mark.page = copied
    for spot, mark in draft.spots.items():
        own.put(mark.row, mark.column, None)
        if spot[1] == "period" and draft.plain.get(spot):
            own.put(mark.row, mark.column, shown("period", draft.plain[spot]))
    draft.form = copied
    draft.pages.insert(1, copied)


@kind("second form in the file", scope="sheet")
def _second_form(draft: Draft, dice: random.Random) -> None:
    """Another department's sheet of the same round, filled in."""
    sort = dice.choice(
        [
            s
            for s in sorts()
            if s.round_id == draft.round.id and s.department_id != draft.department_id and s.variant == "a"
        ]
    )
    book, _ = blank(sort)
    page = Page.of(next(s for s in book.sheets if s.name == d.FORM_SHEET))
    page.name = "もう一つの部局"
    key = "target" if draft.round.kind == "targets" else "value"
    page.put(d.FIRST_DATA_ROW, draft.column(key), 777.0)
    draft.pages.insert(dice.choice((0, len(draft.pages))), page)
    draft.said.append(Said("777", Mark(page, d.FIRST_DATA_ROW, draft.column(key)), True))


@kind("second form of another round", scope="sheet")
def _second_round(draft: Draft, dice: random.Random) -> None:
    """Last round's sheet left in the file, filled in."""
    others = [
        s
        for s in sorts()
        if s.round_id != draft.round.id and s.department_id == draft.department_id and s.variant == "a"
    ]
    sort = dice.choice(others)
    book, _ = blank(sort)
    page = Page.of(next(s for s in book.sheets if s.name == d.FORM_SHEET))
    page.name = "前の回"
    key = "target" if sort.round_id == "targets" else "value"
    kind_ = draft.brief.plan.round(sort.round_id).kind
    page.put(d.FIRST_DATA_ROW, d.positions(kind_)[key], 777.0)
    draft.pages.insert(dice.choice((0, len(draft.pages))), page)
    draft.said.append(Said("777", Mark(page, d.FIRST_DATA_ROW, d.positions(kind_)[key]), True))
