"""Choices and texts as people write them, and cells left empty."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from tests.campaign.draft import Draft, Skip
from tests.campaign.kinds.register import kind
from tests.campaign.kinds.written import cell

TEXTS = ("evidence", "analysis", "actions", "section", "person", "contact")


def _release(code: str, *pairs: tuple[str, tuple[str, ...]]) -> Callable[[str, random.Random], str | None]:
    told = dict(pairs)
    return lambda c, d: d.choice(told[c]) if c in told else None


cell(
    "release: ways",
    ("release",),
    _release(
        "",
        (
            "final",
            (
                "確定値",
                "ｶｸﾃｲ",
                "かくてい",
                "カクテイ",
                " 確定 ",
                "確 定",
                "確定。",
                "確報",
                "確定\n",
                "「確定」",
                "確定(確報)",
                "確定済",
                "確定済み",
            ),
        ),
        ("provisional", ("速報値", "ｿｸﾎｳ", "ソクホウ", "そくほう", " 速報", "速 報", "暫定", "暫定値", "速報※")),
        ("forecast", ("見込み", "見込値")),
    ),
    harmless=True,
)
cell(
    "release: contradicts itself",
    ("release",),
    lambda c, d: d.choice(
        (
            "不確定",
            "仮確定",
            "確定待ち",
            "確定延期",
            "確定（12月）",
            "一部確定",
            "未確定",
            "確定前",
            "確定予定",
            "確定?",
            "準確定",
            "確定せず",
            "確定ではない",
            "速報→確定",
            "確定見込",
            "確定/速報",
            "概ね確定",
            "確定(一部速報)",
            "確定未了",
            "確定は12月",
            "12月確定",
            "確定か速報",
            "ほぼ確定",
            "確定できず",
            "確定中",
            "非確定",
            "確定値は後日",
            "要確定",
            "確定とする予定",
            "速報ではない",
            "速報(後日確定)",
            "見込確定",
            "速報待ち",
            "速報以前",
            "確定取消",
            "確定保留",
            "確定×",
        )
    ),
    ask=True,
)
cell(
    "release: no release",
    ("release",),
    lambda c, d: d.choice(("○", "-", "✓", "済", "実績", "1", "あり", "R6", "別紙", "同左", "未定")),
    ask=True,
)
cell("release: a figure", ("release",), lambda c, d: d.choice((1405.0, 65.2, 3.0)), ask=True)
cell(
    "reason: ways",
    ("missing_reason",),
    _release(
        "",
        ("unpublished", ("未公表 ", "未 公表", "未公表。", "ﾐｺｳﾋｮｳ", "みこうひょう")),
        ("not_compiled", ("集計中", "調査中", "未集計※", "未集計。")),
        ("suppressed", (" 秘匿", "秘匿。")),
        ("not_applicable", ("該当無し", "該当なし。")),
    ),
    harmless=True,
)
cell(
    "reason: contradicts itself",
    ("missing_reason",),
    lambda c, d: d.choice(
        (
            "未公表でなくなった",
            "未集計か不明",
            "未集計(45)",
            "秘匿解除",
            "該当なしではない",
            "未公表だったが公表済",
            "未公表又は秘匿",
            "該当なし以外",
            "未公表→公表",
            "未集計→集計済",
            "未集計は解消",
            "秘匿ではない",
            "調査年でないか未公表",
            "未集計 120",
            "該当なし?",
            "未公表の予定",
            "未公表が解除",
            "一部未集計",
            "秘匿を取りやめ",
            "未公表(公表済)",
            "該当なしと思われる",
        )
    ),
    ask=True,
)
cell(
    "reason: no reason",
    ("missing_reason",),
    lambda c, d: d.choice(("○", "忙しいため", "-", "？", "1", "担当者不在", "確定", "別紙")),
    ask=True,
)
cell(
    "correction kind: ways",
    ("correction_kind",),
    _release("", ("finalised", ("確報 ", "確 報", "確報。")), ("miscounted", ("集計誤り ", "集計誤り※"))),
    harmless=True,
)
cell(
    "correction kind: contradicts itself",
    ("correction_kind",),
    lambda c, d: d.choice(
        (
            "確報でない",
            "確報又は集計誤り",
            "集計誤りではない",
            "確報前",
            "確報か定義変更",
            "未確報",
            "集計誤り?",
            "確報待ち",
            "確報(予定)",
        )
    ),
    ask=True,
)


@kind("text: long", harmless=True)
def _long(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, TEXTS[:3], draft.filled)
    words = f"{draft.plain[spot]}対象となる事業者の内訳を見直した。" + "窓口を増やした。\n" * 120 + "終わり"
    draft.write(spot, words)
    draft.plain[spot] = words
    draft.truth[spot] = replace(draft.truth[spot], value=words)


@kind("text: other signs", harmless=True)
def _signs(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, TEXTS, draft.filled)
    words = dice.choice(("😀拡充を進めた", "①増員②周知", "𠮷野課と協議", "㈱見本と協定", "増加\t要因", "= 増員の結果", "-減少", "+増員による", "令和6年度末で終了(3件)",
                         "〃", "同上", "ＤＸ推進\r\n本部で決定", "100％達成<済>&継続", '"見込"を含む', "1.研修 2.周知", "第3四半期"))  # fmt: skip
    draft.write(spot, words)
    draft.plain[spot] = words
    draft.truth[spot] = replace(draft.truth[spot], value=words)


@kind("text: control signs")
def _control(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, (*TEXTS, "period", "release", "value"), draft.filled)
    draft.raw = True
    mark = draft.spots[spot]
    cell = mark.page.cells[mark.row, mark.column]
    sign = dice.choice(("\ud83d", "\udc00", "\x07", "\x00", "\x1f", "\ufffe", "\x0b"))
    text = cell.written
    draft.write(spot, f"{text[:1]}{sign}{text[1:]}")
    if spot[1] in TEXTS:
        draft.truth[spot] = replace(draft.truth[spot], also=(f"{text[:1]}\ufffd{text[1:]}", f"{text[:1]}{sign}{text[1:]}",
                                                             f"{text[:1]} {text[1:]}", f"{text[:1]}□{text[1:]}", f"{text[:1]}〓{text[1:]}"))  # fmt: skip


@kind("text: names another row")
def _other_name(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("analysis", "actions", "evidence"), lambda s: draft.filled(s) and len(draft.rows) > 1)
    other = dice.choice([i for i in draft.rows if i != spot[0]])
    name = draft.brief.plan.indicator(other).name
    draft.write(
        spot,
        dice.choice((f"{name}は講習の開始により増えた。", f"「{name}」の集計表", f"{name}について、来年度も続ける。")),
    )
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("text: a bare number")
def _bare(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("evidence", "analysis", "actions", "person", "section"), lambda s: s in draft.plain)
    draft.write(spot, dice.choice((1405.0, "1,405", "65.2％", 65.2, "１４０５", "1405件", 0.0)))
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("text: one row off")
def _row_off(draft: Draft, dice: random.Random) -> None:
    """The texts of a column pasted one row too low: with the names of the rows in them anybody sees it."""
    if len(draft.rows) < 2:
        raise Skip
    key = dice.choice([k for k in ("analysis", "evidence") if any(s[1] == k for s in draft.spots)])
    names = {i: draft.brief.plan.indicator(i).name for i in draft.rows}
    spots = [(i, key) for i in draft.rows if (i, key) in draft.spots]
    if len(spots) < 2 or any(s in draft.touched for s in spots):
        raise Skip
    for above, spot in zip([spots[-1], *spots], spots, strict=False):
        draft.write(spot, f"{names[above[0]]}は、相談の増加により伸びた。")
        draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("optional cell: dash or なし", harmless=True)
def _dash(draft: Draft, dice: random.Random) -> None:
    keys = ("correction", "correction_kind", "next_release", "missing_reason", "numerator", "denominator")
    spot = draft.some(dice, keys, lambda s: not draft.filled(s) and draft.plain.get((s[0], "value")) is not None
                      and not (s[1].startswith("correction") and draft.plain.get((s[0], "correction")) is not None))  # fmt: skip
    draft.write(
        spot,
        dice.choice(
            ("-", "－", "なし", "―", "無し", "ー", "／") if spot[1] not in ("missing_reason",) else ("-", "なし", "―")
        ),
    )


@kind("optional text: dash or なし", harmless=True)
def _text_dash(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("analysis", "actions"), lambda s: s in draft.plain)
    words = dice.choice(("-", "なし", "特になし", "―", "該当なし"))
    draft.write(spot, words)
    draft.truth[spot] = replace(draft.truth[spot], value=words, also=(None,))


@kind("correction: words")
def _correction_words(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(dice, ("correction",), lambda s: not draft.filled(s))
    words = dice.choice(
        (
            "前回は1,270でした",
            "1270→1278",
            "要確認",
            "訂正あり",
            "前回値に誤り",
            "約1,270",
            "1270(R4)",
            "別紙参照",
            "1270か1280",
            "12月に訂正予定",
            "未確定",
        )
    )
    draft.write(spot, words)
    draft.truth[spot] = replace(draft.truth[spot], ask=True)


@kind("required cell emptied")
def _emptied(draft: Draft, dice: random.Random) -> None:
    spot = draft.some(
        dice, ("value", "period", "release"), lambda s: draft.filled(s) and draft.plain.get((s[0], "numerator")) is None
    )
    draft.write(spot, None)
    draft.truth[spot] = replace(draft.truth[spot], value=None, ask=True)


@kind("row emptied")
def _row_emptied(draft: Draft, dice: random.Random) -> None:
    key = "value" if ("value" in {k for _, k in draft.spots}) else "target"
    spot = draft.some(dice, (key,), draft.filled)
    if draft.round.kind in ("targets", "midterm"):
        raise Skip
    for other in draft.spots:
        if other[0] == spot[0] and other[1] not in ("baseline", "target", "baseline_period", "target_period"):
            if other in draft.touched - {spot}:
                raise Skip
            draft.write(other, None)
            draft.truth[other] = replace(draft.truth[other], value=None)
    draft.truth[spot] = replace(draft.truth[spot], ask=True)
