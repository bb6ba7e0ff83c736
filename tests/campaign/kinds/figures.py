"""Figures as people write them: the same figure in other signs, and figures that nobody can be sure of."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from kpi.period import Period
from loaders.text.numerals import plain
from tests.campaign.draft import Draft, Skip, Spot
from tests.campaign.kinds.register import kind

NUMBERS = ("value", "numerator", "denominator", "correction", "baseline", "target")
SCALED = ("value", "correction", "baseline", "target")
_WIDE = str.maketrans("0123456789.,-%()", "０１２３４５６７８９．，－％（）")


@dataclass(frozen=True)
class Figure:
    """A figure in a sound form. ``text`` is 1405 or 65.2, ``grouped`` 1,405; ``unit`` is empty for parts of a rate."""

    value: float
    key: str
    unit: str
    decimals: int
    release: str
    year: int
    dice: random.Random

    @property
    def text(self) -> str:
        return plain(_exact(self.value)).replace(",", "")

    @property
    def grouped(self) -> str:
        whole, _, rest = self.text.partition(".")
        return f"{int(whole):,}" + (f".{rest}" if rest else "")

    @property
    def percent(self) -> bool:
        return self.unit == "％"

    @property
    def whole(self) -> bool:
        return self.value == int(self.value)

    def one(self, *ways: str) -> str:
        """One of several ways, with ``{}`` for the figure."""
        return self.dice.choice(ways).replace("{}", self.dice.choice((self.text, self.grouped)))


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))


Way = Callable[[Figure], Any]


def figure_of(draft: Draft, spot: Spot, dice: random.Random) -> Figure:
    """The figure that stands in a cell of a sound form."""
    indicator = draft.brief.plan.indicator(spot[0])
    value = draft.plain[spot]
    assert isinstance(value, float)
    code = draft.plain.get((spot[0], "period")) or "FY2024"
    period = Period.parse(str(code))
    return Figure(
        value, spot[1], indicator.unit if spot[1] in SCALED else "", draft.brief.cards[spot[0]].decimals,
        str(draft.plain.get((spot[0], "release")) or ""), period.year if period.kind == "FY" else 0, dice,
    )  # fmt: skip


def figure(
    name: str, way: Way, *, keys: tuple[str, ...] = NUMBERS, harmless: bool = False, ask: bool = False,
    also: Callable[[Figure], tuple[float | None, ...]] = lambda _: (), noted: bool = False,
) -> None:  # fmt: skip
    """Register a way of writing. ``way`` gives a value, or (value, number format), or None where it does not fit."""

    def do(draft: Draft, dice: random.Random) -> None:
        written: dict[Spot, Any] = {}

        def fits(spot: Spot) -> bool:
            if draft.plain.get(spot) is None:
                return False
            written[spot] = way(figure_of(draft, spot, random.Random(f"{spot}{seed}")))
            return written[spot] is not None

        seed = dice.random()
        spot = draft.some(dice, keys, fits)
        value, fmt = written[spot] if isinstance(written[spot], tuple) else (written[spot], "")
        draft.write(spot, value, fmt=fmt)
        told = figure_of(draft, spot, dice)
        draft.truth[spot] = replace(draft.truth[spot], ask=ask, noted=noted, also=also(told))

    kind(f"figure: {name}", harmless=harmless)(do)


def _kanji(f: Figure) -> str | None:
    if not f.whole or f.value < 100 or f.value % 100 or f.value < 10000:
        return None
    high, low = divmod(int(f.value), 10000)
    if 0 < low < 1000:
        return None  # whether 8万300 is 80,300 or 83,000 is a fair question
    return f"{high}万{low}" if low else f"{high}万"


def _written_out(f: Figure) -> str | None:
    if not f.whole or not 10 < f.value < 10000:
        return None
    out = ""
    for size, sign in ((1000, "千"), (100, "百"), (10, "十")):
        count = int(f.value) // size % 10
        out += ("" if count == 1 else "一二三四五六七八九"[count - 1]) + sign if count else ""
    return out + ("" if int(f.value) % 10 == 0 else "一二三四五六七八九"[int(f.value) % 10 - 1])


def _large(f: Figure, least: float = 1000) -> bool:
    return f.whole and abs(f.value) >= least


_SOUND: tuple[tuple[str, Way], ...] = (
    ("typed as text", lambda f: f.text),
    ("grouped", lambda f: f.grouped if _large(f) else None),
    ("full-width", lambda f: f.dice.choice((f.text, f.grouped)).translate(_WIDE)),
    ("full-width comma", lambda f: f.grouped.replace(",", "，") if _large(f) else None),
    ("with its unit", lambda f: f.one(f"{{}}{f.unit}", f"{{}} {f.unit}", f"{{}}　{f.unit}") if f.unit else None),
    ("with its unit in full width", lambda f: f.one(f"{{}}{f.unit}").translate(_WIDE) if f.unit else None),
    ("percent in kana", lambda f: f.one("{}ﾊﾟｰｾﾝﾄ", "{}パーセント", "{}%", "{} ％", "{}ﾊﾟ-ｾﾝﾄ") if f.percent else None),
    ("spaces around", lambda f: f.one(" {} ", "　{}", "{}\n", "\u00a0{}", "{}\u200b", "\t{}")),
    ("apostrophe", lambda f: f"'{f.text}"),
    ("footnote mark", lambda f: f.one("{}(注1)", "{}※", "{}（注）", "{}※1", "{} (注2)", "{}*")),
    ("own release word", lambda f: f"{f.text}({ {'final': '確定', 'provisional': '速報'}[f.release]})"
     if f.key == "value" and f.release in ("final", "provisional") else None),
    ("own release mark", lambda f: f.one("{}(速)", "{}（速報値）", "{}(速報)")
     if f.key == "value" and f.release == "provisional" else None),
    ("own period", lambda f: f.one(f"{{}}(R{f.year - 2018}年度)", f"{{}}（令和{f.year - 2018}年度）", f"{{}}({f.year}年度)")
     if f.key == "value" and f.year else None),
    ("ten thousands", _kanji),
    ("format with its unit", lambda f: (f.value, f'#,##0.######"{f.unit}"' if not f.whole else f'#,##0"{f.unit}"')
     if f.unit and not f.percent else None),
    ("usual formats", lambda f: (f.value, f.dice.choice((
        "#,##0.0", "0.0_ ", "#,##0.0;[Red]-#,##0.0", "#,##0.00_);[Red](#,##0.00)", '#,##0.0;"△ "#,##0.0', "@",
        "_ * #,##0.0_ ;_ * -#,##0.0_ ;_ * \"-\"?_ ;_ @_ ")))),
    ("percent format", lambda f: (round(f.value / 100, 6), f.dice.choice(("0.0%", "0%", "0.00%")))
     if f.percent and f.value > 3 else None),
    ("float dust", lambda f: f.value * (1 + f.dice.choice((-1, 1)) * 4e-16) if f.value else None),
    ("trailing zeros", lambda f: f"{f.text}.0" if f.whole else f"{f.text}0"),
)  # fmt: skip
for _name, _way in _SOUND:
    figure(_name, _way, harmless=True)

_MARKS = (
    "(速)",
    "(暫)",
    "(見)",
    "(p)",
    "(r)",
    "(速報値)",
    "（見込み）",
    "(暫定)",
    "ｐ",
    "p",
    "速",
    "(速報)",
    "(予)",
    "(Ｐ)",
    "（仮）",
    "暫定値",
)
_DOUBTFUL: tuple[tuple[str, Way], ...] = (
    ("about", lambda f: f.one("約{}", "概ね{}", "ほぼ{}", "およそ{}", "{}程度", "{}前後", "{}弱", "{}余り", "{}くらい", "≒{}", "{}ほど")),
    ("or more", lambda f: f.one("{}以上", "{}未満", "{}超", ">{}", "{}以下", "{}を超える", "{}+")),
    ("range", lambda f: f"{f.text}{f.dice.choice('～〜-~―')}{plain(_exact(f.value + 3))}"),
    ("range in words", lambda f: f.one("{}から{}", "{}～", "～{}", "{}又は{}").replace(f.text, f.text, 1)),
    ("two figures", lambda f: f.one("{}(うち新規120)", "{} 1278", "{}、1278", "{}／1,278", "{}(前年1278)", "1278→{}", "旧1278 新{}",
                                    "R5:1278 R6:{}", "{}\n1278", "{}(実人数98)", "{}（暫定1278）", "{}(1278)")),
    ("mark of release beside 確定", lambda f: f.one(*(f"{{}}{m}" for m in _MARKS)) if f.key == "value" and f.release == "final" else None),
    ("footnote of release beside 確定", lambda f: f.one("{}※速報", "{}(※暫定値)", "{} ※見込", "{}(速報のため変更あり)", "速報{}", "見込み {}",
                                                     "暫定：{}") if f.key == "value" and f.release == "final" else None),
    ("doubt", lambda f: f.one("{}?", "{}（要確認）", "{}(仮)", "{}(未確定)", "{}？", "{}(精査中)", "{}（誤り）", "{}(再集計中)", "{}(差替予定)")),
    ("another year", lambda f: f.one("{}(R3年度)", "{}（令和2年度）", "{}(2021年度)", "{}(前年度)", "R3:{}", "{}（R3.3末）", "{}(昨年)")),
    ("another month", lambda f: f.one("{}(12月末)", "{}（9月末現在）", "{}(10月1日時点)", "4～12月:{}", "{}(上半期)", "{}(4-12月分)")
     if f.key in ("value", "numerator", "denominator") and f.year else None),
    ("a part only", lambda f: f.one("{}(3団体除く)", "{}（未集計を除く）", "{}(うち県分)", "{}（一部未集計）", "{}(回答があったもののみ)", "未集計({})", "{}(累計)")),
    ("point as grouping", lambda f: f"{int(f.value) // 1000}.{int(f.value) % 1000:03d}" if _large(f) and f.value < 1e6 and not f.percent else None),
    ("point as grouping, a number", lambda f: f.value / 1000 if _large(f) and f.value < 1e6 and f.unit in ("件", "人", "団体", "手続", "回", "") and f.value % 10 else None),
    ("look-alike signs", lambda f: f.text.replace("0", "O", 1).replace("1", "l", 1) if set(f.text) & {"0", "1"} else None),
    ("change instead of value", lambda f: f.one("{}増", "{}の増加", "前年比{}", "+{}%", "{}ポイント増", "{}減")),
    ("a share for a percentage", lambda f: round(f.value / 100, 4) if f.percent and 5 < f.value < 95 else None),
    ("percentage in a percent format", lambda f: (f.value, "0.0%") if f.percent and f.value > 3 else None),
    ("thousands format", lambda f: (f.value, "#,##0,") if _large(f, 10000) else None),
    ("invisible", lambda f: (f.value, ";;;")),
    ("about in the format", lambda f: (f.value, f.dice.choice(('"約"0.0', '0.0"程度"', '0.0"以上"')))),
    ("release in the format", lambda f: (f.value, f.dice.choice(('0.0"(速報)"', '0.0"p"', '"暫定 "0.0'))) if f.key == "value" and f.release == "final" else None),
    ("fraction", lambda f: "26/40" if f.percent else None),
    ("error value", lambda f: f.dice.choice(("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#####"))),
    ("words", lambda f: f.dice.choice(("別紙のとおり", "同左", "〃", "集計後に連絡", "10月末に報告", "変更なし", "横ばい"))),
    ("mark for none", lambda f: f.dice.choice(("-", "－", "―", "…", "***", "・・・", "／", "×"))),
    ("reason with a figure", lambda f: f.one("未集計({})", "未公表（{}）", "集計中 {}", "{}※調査中", "該当なし({})") if f.key == "value" else None),
    ("date", lambda f: f.dice.choice(("2025/1/2", "1月2日", "R7.1.2"))),
    ("equation as text", lambda f: f.one("={}+5", "=SUM(A1:A3)", "{}+12", "{}×1", "1200+205")),
    ("bracketed", lambda f: f"({f.text})"),
    ("circled", lambda f: f.dice.choice(("①", "⑫", "Ⅲ", "㊿")) ),
    ("raised digit typed", lambda f: f.text + f.dice.choice("¹²³")),
    ("leading zero", lambda f: f"0{f.text}" if f.whole else None),
    ("spaced digits", lambda f: " ".join((f.text[0], f.text[1:])) if len(f.text) > 2 and f.whole else None),
)  # fmt: skip
for _name, _way in _DOUBTFUL:
    figure(_name, _way, ask=True)

_EITHER: tuple[tuple[str, Way, Callable[[Figure], tuple[float | None, ...]]], ...] = (
    ("kanji", _written_out, lambda f: ()),
    ("minus triangle", lambda f: f.one("△{}", "▲{}", "－{}", "-{}"), lambda f: (-f.value,)),
    ("decimal comma", lambda f: f.text.replace(".", ",") if "." in f.text else None, lambda f: ()),
    ("thousands of its unit", lambda f: f"{f.grouped}千{f.unit}" if f.unit and f.unit != "千円/人" and not f.percent else None,
     lambda f: (f.value * 1000,)),
    ("fraction of thousands", lambda f: f"{plain(_exact(f.value / 1000))}千{f.unit}" if f.unit in ("件", "人", "回") else None, lambda f: ()),
    ("another unit", lambda f: f.one("{}円", "{}kg", "{}百万円", "{}時間", "{}ポイント", "{}‰", "{}千円"), lambda f: ()),
    ("words around", lambda f: f.one("{}です", "計{}", "今年度:{}", "合計 {}", "{} です。", "実績{}"), lambda f: ()),
    ("remark behind", lambda f: f.one("{} ※10月に再集計", "{}(県調べ)", "{}（担当課集計）", "{}(端数切捨て)"), lambda f: ()),
    ("exponent", lambda f: f"{f.value:.6E}" if f.value > 1000 else None, lambda f: ()),
    ("its digits rounded by the format", lambda f: (f.value, "0") if not f.whole else None, lambda f: (float(round(f.value)),)),
    ("counter of another kind in the format", lambda f: (f.value, '#,##0"社"') if f.unit in ("件", "団体") else None, lambda f: ()),
    ("hidden marks", lambda f: f.one("\u202d{}\u202c", "{}\u200e", "\ufeff{}", "{}\u00ad"), lambda f: ()),
)  # fmt: skip
for _name, _way, _also in _EITHER:
    figure(_name, _way, also=_also)


@kind("figure: zero of many kinds", harmless=True)
def _zero(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("value",), lambda s: draft.filled(s) and (s[0], "numerator") not in draft.spots)
    draft.plain[spot] = 0.0
    draft.truth[spot] = replace(draft.truth[spot], value=0.0)
    draft.write(spot, dice.choice((-0.0, "-0", "０", "0.0", -2.7755575615628914e-17, "0件", 5.6e-17))
                if draft.brief.plan.indicator(spot[0]).unit == "件" else dice.choice((-0.0, 1.1e-16, "-0.0", "０")))  # fmt: skip


def _swap(draft: Draft, one: Spot, other: Spot) -> None:
    if draft.plain.get(one) is None or draft.plain.get(other) is None:
        raise Skip
    first, second = draft.plain[one], draft.plain[other]
    draft.write(one, second)
    draft.write(other, first)


@kind("figure: parts of a rate swapped")
def _swapped(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("numerator",), draft.filled)
    _swap(draft, spot, (spot[0], "denominator"))
    for key in ("numerator", "denominator", "value"):
        draft.truth[spot[0], key] = replace(draft.truth[spot[0], key], ask=True)


@kind("figure: parts that give another rate")
def _other_rate(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("numerator",), draft.filled)
    value, rate = draft.plain[spot], draft.spots.get((spot[0], "value"))
    if rate is None or (rate.row, rate.column) not in draft.form.cells:
        raise Skip  # nothing stands there that other parts could contradict
    assert isinstance(value, float)
    draft.write(spot, value + 97)
    for key in ("numerator", "value"):
        draft.truth[spot[0], key] = replace(draft.truth[spot[0], key], ask=True)


@kind("figure: rate left to be worked out", harmless=True)
def _worked_out(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(
        dice, ("value",), lambda s: draft.filled(s) and draft.plain.get((s[0], "denominator")) is not None
    )
    over, under = draft.plain[spot[0], "numerator"], draft.plain[spot[0], "denominator"]
    assert isinstance(over, float)
    assert isinstance(under, float)
    draft.write(spot, None)
    draft.touched |= {(spot[0], "numerator"), (spot[0], "denominator")}
    draft.truth[spot] = replace(draft.truth[spot], value=over / under * 100)
