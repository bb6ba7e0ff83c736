"""One indicator's summary as markup: the pieces that several screens show."""

from __future__ import annotations

from kpi.summary import UNSET, Summary
from pages.parts.shared.markup import Content, Markup, badge, bullet, changed, join, link, tag


def status_badge(item: Summary) -> Markup:
    """The status in its frame."""
    return badge(item.word, item.status)


def doubt(item: Summary) -> Markup:
    """未確認 where nobody has confirmed the value, else nothing."""
    return tag("span", "未確認", "unconfirmed") if item.unconfirmed else Markup("")


def name_link(item: Summary) -> Markup:
    """The indicator's name, leading to its screen."""
    return link(item.indicator.name, "indicator", indicator=item.indicator.id)


def figure_link(item: Summary) -> Content:
    """The value, leading to its passport; as it is where there is none."""
    return link(item.value, "origin", figure=item.code) if item.code else item.value


def way(item: Summary) -> Markup:
    """From baseline to target in one line."""
    return bullet(item.done, item.planned, item.spoken)


def value_cell(item: Summary) -> Markup:
    """The value with its period; red and marked where it changed, 未確認 where nobody has confirmed it."""
    marks: list[Content] = []
    if item.updated:
        marks.append(changed(item.updated))
    if item.unconfirmed:
        marks.append(doubt(item))
    note = tag("small", join([item.period, *marks], " ")) if item.period or marks else Markup("")
    value = tag("span", figure_link(item), "changed value") if item.moved else tag("b", figure_link(item))
    return join([value, note])


def dated(value: str, period: str, card: str = "") -> Markup:
    """A value over its period; with the indicator whose card it stands on it leads to where it was decided."""
    shown = link(value, "origin", card=card) if card and value != UNSET else value
    return join([tag("span", shown, "none" if value == UNSET else ""), tag("small", period)])
