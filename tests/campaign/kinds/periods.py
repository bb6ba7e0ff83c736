"""Periods as people write them."""

from __future__ import annotations

import random
from collections.abc import Callable

from kpi.period import Period
from tests.campaign.kinds.written import cell

PERIODS = ("period", "baseline_period", "target_period")
_KANJI = "〇一二三四五六七八九十"


def _numeral(number: int) -> str:
    return _KANJI[number] if number <= 10 else f"十{_KANJI[number - 10]}" if number < 20 else str(number)


def _fiscal(code: str) -> tuple[int, int] | None:
    """Western year and year of 令和 of a fiscal year."""
    period = Period.parse(code)
    return (period.year, period.year - 2018) if period.kind == "FY" and period.year >= 2020 else None


def _years(
    *ways: str, more: Callable[[int, int], tuple[str, ...]] = lambda w, r: ()
) -> Callable[[str, random.Random], str | None]:
    """A fiscal year in one of several ways; {w} western, {r} of 令和, {k} in kanji."""

    def way(code: str, dice: random.Random) -> str | None:
        years = _fiscal(code)
        if not years:
            return None
        w, r = years
        return dice.choice(ways).format(w=w, r=r, k=_numeral(r), n=w + 1, s=r + 1)

    return way


cell(
    "period: short",
    PERIODS,
    _years("R{r}", "R{r}年度", "r{r}", "Ｒ{r}", "R.{r}", "令{r}", "R{r}実績", "令和{r}", "R {r}"),
    harmless=True,
)
cell(
    "period: western",
    PERIODS,
    _years("{w}年度", "{w}", "FY{w}", "{w} 年度", "２０{w}年度".replace("２０{w}", "{w}")),
    harmless=True,
)
cell(
    "period: both years",
    PERIODS,
    _years(
        "{w}（令和{r}）年度",
        "令和{r}({w})年度",
        "令和{r}年度({w}年度)",
        "{w}(R{r})年度",
        "R{r}({w})年度",
        "{w}年度（令和{r}年度）",
    ),
    harmless=True,
)
cell("period: kanji year", PERIODS, _years("令和{k}年度", "令和 {k} 年度", "令和{k}年 度"), harmless=True)
cell(
    "period: half-width kana era",
    PERIODS,
    _years("ﾚｲﾜ{r}年度", "れいわ{r}年度", "レイワ{r}年度", "㋿{r}年度"),
    harmless=True,
)
cell(
    "period: full-width",
    PERIODS,
    lambda c, d: (
        (_years("令和{r}年度", "R{r}", "{w}年度")(c, d) or "").translate(
            str.maketrans("0123456789R", "０１２３４５６７８９Ｒ")
        )
        or None
    ),
    harmless=True,
)
cell(
    "period: end of the year",
    PERIODS,
    _years("令和{r}年度末", "R{s}.3末", "令和{s}年3月末", "R{s}.3.31", "{n}年3月末", "{n}/3/31", "令和{r}年度末現在"),
    harmless=True,
)
cell("period: span of the year", PERIODS, _years("R{r}.4～R{s}.3", "令和{r}年4月～令和{s}年3月"), harmless=True)
cell(
    "period: remark",
    ("period",),
    _years("令和{r}年度※", "R{r}年度分", "令和{r}年度(通年)", "令和{r}年度時点", "R{r}年度値"),
    harmless=True,
)
cell(
    "period: another year",
    ("period",),
    lambda c, d: (
        lambda y: (
            d.choice(
                (
                    f"R{y[1] - 1}",
                    f"令和{y[1] - 2}年度",
                    f"{y[0] - 1}年度",
                    f"R{y[1] + 10}",
                    f"平成{y[1]}年度",
                    f"H{y[1]}",
                    f"令和{y[1] * 10}年度",
                    f"令和{_numeral(y[1] - 1)}年度",
                )
            )
            if y
            else None
        )
    )(_fiscal(c)),
    ask=True,
)
cell(
    "period: calendar year",
    ("period",),
    _years("令和{r}年", "R{r}年", "{w}年", "{w}年1月～12月", "令和{k}年"),
    ask=True,
)
cell(
    "period: month or day",
    ("period",),
    _years("R{r}.9末", "令和{r}年12月", "{w}/10/1", "R{r}.10.1現在", "{w}年9月", "令和{r}年9月末時点"),
    ask=True,
)
cell(
    "period: relative",
    ("period",),
    lambda c, d: d.choice(("今年度", "昨年度", "前年度", "直近", "最新", "同左", "〃", "本年度")),
    ask=True,
)
cell(
    "period: two",
    ("period",),
    _years("R{r}・R{s}", "R{r}/R{s}", "令和{r}年度（一部令和{s}年度）", "R{r}年度、R{s}年度", "R{r}(R{s}.9末)"),
    ask=True,
)
cell(
    "period: part of the year",
    ("period",),
    _years("令和{r}年度上期", "R{r}上半期", "令和{r}年度第2四半期", "R{r}.4～R{r}.12", "令和{r}年度(12月まで)"),
    ask=True,
)
cell(
    "period: no period",
    ("period",),
    lambda c, d: d.choice(("-", "未定", "不明", "年度", "確定", "#REF!", "6月", "?", "県")),
    ask=True,
)
cell("period: a figure", ("period",), lambda c, d: d.choice((1405.0, 65.2, 12.0, 0.5, 45230.0)), ask=True)
cell(
    "period: half-year ways",
    ("period",),
    lambda c, d: (
        d.choice(
            (
                "R7上期",
                "令和7年度上期",
                "R7上半期",
                "令和7年度上半期",
                "2025年度上期",
                "R7年度前期",
                "令和七年度上期",
                "ﾚｲﾜ7年度上期",
                "R7.4～R7.9",
            )
        )
        if c == "2025H1" or c == Period("H", 2025, 1).code
        else None
    ),
    harmless=True,
)
cell(
    "next release: ways",
    ("next_release",),
    lambda c, d: d.choice(
        ("R8.3", "令和8年3月", "2026/3", "令和八年三月", "R8年3月", "2026年3月頃", "令和8年3月公表予定")
    ),
    harmless=True,
)
