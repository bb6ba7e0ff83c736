"""One indicator in words: the texts that several screens show, made once from its judgement."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kpi.cards.revision import has_target, target_text
from kpi.collection.workflow import RELEASE_WORDS
from kpi.period import Period
from kpi.plan import Card, Indicator
from kpi.printing.number_words import NOT_ASKED, text_of
from kpi.printing.printed_figures import stated_text
from kpi.status import status_word
from pages.parts.app.current_view import View
from pages.parts.shared.markup import Content, Markup, badge, bullet, changed, join, link, tag

UNSET = "未設定"


@dataclass(frozen=True)
class Face:
    """What people see of one indicator. Every text is ready to be shown; nothing in it is nan or None."""

    indicator: Indicator
    card: Card
    status: str
    word: str
    value: str
    period: str
    baseline: str
    baseline_period: str
    target: str
    target_period: str
    progress: str
    owner: str
    unconfirmed: bool
    updated: str
    advice: str
    bullet: Markup
    code: str = ""

    @property
    def badge(self) -> Markup:
        """The status in its frame."""
        return badge(self.word, self.status)

    @property
    def doubt(self) -> Markup:
        """未確認 where nobody has confirmed the value, else nothing."""
        return tag("span", "未確認", "unconfirmed") if self.unconfirmed else Markup("")

    @property
    def link(self) -> Markup:
        """The indicator's name, leading to its screen."""
        return link(self.indicator.name, "indicator", indicator=self.indicator.id)

    @property
    def figure(self) -> Content:
        """The value, leading to its passport; as it is where there is none."""
        return link(self.value, "origin", figure=self.code) if self.code else self.value


def face(view: View, indicator: Indicator) -> Face:
    """The texts of one indicator as judged today."""
    row, card = view.row(indicator.id), view.snapshot.cards[indicator.id]
    word = status_word(row["status"], row["reason"], view.plan.scheme)
    shown = view.figures(indicator.id)
    progress = text_of(shown.progress, "%")
    planned = row["planned"] if pd.notna(row["planned"]) else None
    summary = f"進捗率{progress}、{word}" if pd.notna(row["progress"]) else word
    return Face(
        indicator=indicator,
        card=card,
        status=row["status"],
        word=word,
        value=text_of(shown.value, indicator.unit),
        period=_dated(row["period"], row["release"]),
        baseline=amount(card.baseline, indicator, card),
        baseline_period=card.baseline_period.short if card.baseline_period else "",
        target=target_text(card, indicator.unit),
        target_period=card.target_period.short if card.target_period else "",
        progress=progress,
        owner=view.owner_name(indicator),
        unconfirmed=unconfirmed(view, indicator.id, row["period"]),
        updated=updated_mark(view, indicator.id),
        advice=advice(view, indicator, card),
        bullet=bullet(float(row["progress"]) if pd.notna(row["progress"]) else None, planned, summary),
        code=judged_code(view, indicator.id),
    )


def _dated(period: str, release: str) -> str:
    """「R7」, and 「R7 速報」 where the value may still change."""
    if not period:
        return ""
    provisional = f" {RELEASE_WORDS['provisional']}" if release == "provisional" else ""
    return f"{Period.parse(period).short}{provisional}"


def amount(value: float | None, indicator: Indicator, card: Card) -> str:
    """What a card states, as it was stated and with its unit; or 未設定."""
    return UNSET if value is None or pd.isna(value) else stated_text(float(value), card, indicator.unit)


def advice(view: View, indicator: Indicator, card: Card) -> str:
    """What is lacking before this indicator can be judged, and where it can be supplied; empty where nothing is."""
    unset = [word for word, held in (("現状値", card.baseline is not None), ("目標値", has_target(card))) if not held]
    owner = view.owner_name(indicator)
    if unset:
        return f"{'と'.join(unset)}が未設定です。{owner}の回答様式(目標値等設定照会)で設定できます。"
    if view.row(indicator.id)["reason"] == NOT_ASKED:
        return "現状値より後の値がまだありません。"
    if not view.row(indicator.id)["period"]:
        return f"現状値より後の値がまだありません。{owner}の回答様式で回答できます。"
    return ""


def unconfirmed(view: View, indicator_id: str, period: str) -> bool:
    """Whether the value shown rests on an observation that the secretariat has not confirmed."""
    mine = [r for r in view.told.get(indicator_id, ()) if period and r["period"] == period]
    return bool(mine) and mine[-1]["review"] == "unconfirmed"


def updated_mark(view: View, indicator_id: str) -> str:
    """更新 or 訂正 where the indicator changed since the last round, else empty."""
    return next((c.mark for c in view.changes if c.indicator_id == indicator_id), "")


def value_cell(item: Face) -> Markup:
    """The value with its period; red and marked where it changed, 未確認 where nobody has confirmed it."""
    marks: list[Content] = []
    if item.updated:
        marks.append(changed(item.updated))
    if item.unconfirmed:
        marks.append(item.doubt)
    note = tag("small", join([item.period, *marks], " ")) if item.period or marks else Markup("")
    value = tag("span", item.figure, "changed value") if item.updated and item.value != "―" else tag("b", item.figure)
    return join([value, note])


def dated(value: str, period: str, card: str = "") -> Markup:
    """A value over its period; with the indicator whose card it stands on it leads to where it was decided."""
    shown = link(value, "origin", card=card) if card and value != UNSET else value
    return join([tag("span", shown, "none" if value == UNSET else ""), tag("small", period)])


def judged_code(view: View, indicator_id: str) -> str:
    """The short number of the value that the judgement rests on; empty where there is none."""
    judged = view.row(indicator_id)
    same = [
        r
        for r in view.told.get(indicator_id, ())
        if r["state"] == "value" and r["period"] == judged["period"] and r["value"] == judged["value"]
    ]
    as_released = [r for r in same if r["release"] == judged["release"]]
    return next((str(r["code"]) for r in reversed(as_released or same)), "")
