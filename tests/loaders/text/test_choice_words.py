"""Words of the drop-downs as people write them: taken where all that stands beside them is harmless."""

# ruff: noqa: E501 (a case is one line)
from __future__ import annotations

import pytest

from loaders.text.choice_words import release_mark, releases_beside, said

RELEASE = [
    *((text, "final") for text in ("確定", "確定値", "確定済", "確定済み", "確定です", "「確定」", "○確定", "確定✓", "確定。",
                                   "確定（確報）", "確定※1", "確定(注2)", "ｶｸﾃｲ", "かくてい", "カクテイ", "確定しました", "県の確定値")),
    *((text, "provisional") for text in ("速報（暫定）", "速報値", "ｿｸﾎｳ", "ソクホウ値", "ざんてい", "速報ベース", "国の速報による")),
    *((text, "forecast") for text in ("見込み", "ﾐｺﾐ", "みこみ", "見込値です")),
    *((text, "") for text in (
        "不確定", "仮確定", "未確定", "確定待ち", "確定延期", "確定（12月）", "確定（12月予定）", "一部確定", "ほぼ確定", "確定？",
        "確定と思われる", "確定作業中", "速報のみ", "確定前", "確定・速報", "確定見込", "確定ではない", "確定以外", "準確定",
        "確定次第", "確定分のみ", "速報→確定", "確定とは限らない", "再確定", "確定(R7.12)", "確定でない", "確定か", "たぶん確定",
    )),
]  # fmt: skip

REASON = [
    *((text, "unpublished") for text in ("未公表", "未公表です", "（公表前）", "未公表のため", "国で未公表", "未公表（R8.9頃）",
                                         "未公表(令和八年九月公表予定)", "ﾐｺｳﾋｮｳ", "みこうひょう", "ミコウヒョウ", "現在未公表")),
    *((text, "not_compiled") for text in ("集計中です", "未集計(12月公表予定)", "みしゅうけい", "ﾐｼｭｳｹｲ", "県において調査中")),
    *((text, "not_applicable") for text in ("該当なし", "ｶﾞｲﾄｳﾅｼ", "該当なし(対象事業なし)")),
    *((text, "not_survey_year") for text in ("調査年でない", "調査年ではないため")),
    *((text, "suppressed") for text in ("秘匿(少数のため)", "ヒトク")),
    *((text, "") for text in (
        "未公表でなくなった", "未公表ではない", "未集計か不明", "未集計(45)", "未公表→公表済", "該当なしではない", "未公表(公表済)",
        "未集計だったが判明", "秘匿解除", "一部未公表", "集計中のため未公表", "該当なしか確認", "未公表45", "未公表は誤り",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), RELEASE)
def test_a_release_word_counts_alone_or_beside_what_is_harmless(text: str, code: str) -> None:
    assert said("release", text).code == code


@pytest.mark.parametrize(("text", "code"), REASON)
def test_a_reason_counts_alone_or_beside_what_is_harmless(text: str, code: str) -> None:
    assert said("missing_reason", text).code == code


@pytest.mark.parametrize(("text", "code"), [
    ("(速)", "provisional"), ("暫", "provisional"), ("P", "provisional"), ("(ｐ)", "provisional"), ("速報値", "provisional"),
    ("見", "forecast"), ("e", "forecast"), ("予測値", "forecast"), ("r", "final"), ("改定", "final"),
    ("確", "final"), ("注1", ""), ("県調べ", ""), ("a", ""),
])  # fmt: skip
def test_marks_of_release_as_statistics_print_them(text: str, code: str) -> None:
    assert release_mark(text) == code


@pytest.mark.parametrize(("text", "codes"), [
    ("R6(速報)", ("provisional",)), ("令和7年度(速)", ("provisional",)), ("R6p", ("provisional",)), ("R6年度速", ("provisional",)),
    ("令和六年度【見込】", ("forecast",)), ("R6※速報", ("provisional",)), ("R6(r)", ("final",)), ("R6年度", ()), ("R6.9末現在", ()),
    ("R6年度(確定前)", ("final",)), ("R6(注)", ()),
])  # fmt: skip
def test_a_release_named_beside_a_period(text: str, codes: tuple[str, ...]) -> None:
    assert releases_beside(text).codes == codes
    assert releases_beside("R6年度(確定前)").code == ""
