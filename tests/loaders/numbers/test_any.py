"""What holds for any number however it is written."""

# ruff: noqa: E501 (a case is one line)
from __future__ import annotations

import math
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.issue import Severity
from kpi.period import Period
from loaders.text.findings import sentence
from loaders.text.findings import severity as severity_of
from loaders.text.numbers import read_number
from loaders.text.numerals import settled
from tests.campaign.marked import length, lengthened
from tests.loaders.numbers.kit import codes

WIDE = str.maketrans("0123456789.,-%", "０１２３４５６７８９．，－％")
finite = st.floats(min_value=-1e14, max_value=1e14, allow_nan=False).filter(lambda v: v == 0 or abs(v) > 1e-9)


def kept(value: float) -> float:
    """What is kept of a number: itself, without noise in its 16th and 17th digit."""
    return float(settled(Decimal(repr(value))))


def positional(value: float) -> str:
    return f"{Decimal(repr(abs(value))):,f}"


@settings(max_examples=300, deadline=None)
@given(finite, st.sampled_from(["-", "△", "▲", "－", "−"]), st.booleans(), st.booleans(), st.booleans())
def test_any_number_in_any_style_reads_back_exactly(
    value: float, minus: str, wide: bool, comma: bool, ten: bool
) -> None:
    text = positional(value)
    if ten:
        text = f"{Decimal(repr(abs(value))).scaleb(-4):,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    text = (text if comma else text.replace(",", "")) + ("万" if ten else "") + "件"
    text = (minus if value < 0 else "") + text
    reading = read_number(text.translate(WIDE) if wide else text, unit="件")
    assert (reading.outcome, reading.value) == ("value", kept(value)), reading


@settings(max_examples=200, deadline=None)
@given(finite)
def test_any_number_in_a_cell_is_itself(value: float) -> None:
    reading = read_number(value, unit="件", number_format="#,##0.0")
    assert (reading.outcome, reading.value) == ("value", kept(value))


ODD = "0123456789０１２9.,，．-－ー△▲%％件千万億約以上()（）※~～ 　\n①²一二十〇x#/:、eE+RH年度月'"


@lengthened
@settings(max_examples=length(300, 10_000), deadline=None)
@given(st.one_of(st.text(max_size=20), st.text(alphabet=ODD, max_size=12)), st.sampled_from(["", "件", "%", "千円"]))
def test_no_value_without_the_digits_that_make_it(text: str, unit: str) -> None:
    reading = read_number(text, unit=unit)
    assert (reading.outcome == "value") == (reading.value is not None)
    for finding in reading.findings:
        assert sentence(finding)[0]
    if reading.value is None:
        return
    assert all(severity_of(f) is Severity.NOTE for f in reading.findings)
    if codes(reading) & {"kanji", "kanji_scale", "note_ignored"}:
        return  # held by the tables above
    told = "".join(str(unicodedata.digit(c)) for c in text if unicodedata.category(c) == "Nd")
    assert f"{abs(Decimal(repr(reading.value))):f}".replace(".", "").strip("0") == told.strip("0")


@lengthened
@settings(max_examples=length(100, 4000), deadline=None)
@given(st.text(max_size=300))
def test_arbitrary_text_never_raises(text: str) -> None:
    assert read_number(text, unit="件").outcome in ("value", "missing", "ask", "wrong", "empty")


@settings(max_examples=300, deadline=None)
@given(st.floats(), st.text(alphabet='0#?.,%;"\\[]_*yml年-()$@ E+千約', max_size=15), st.sampled_from(["", "件", "%"]))
def test_arbitrary_formats_never_raise_nor_change_a_number_without_a_word(v: float, fmt: str, unit: str) -> None:
    reading = read_number(v, unit=unit, number_format=fmt)
    if reading.value is not None and reading.value != kept(v):
        assert "percent_format" in codes(reading)
        assert reading.value == float(settled(Decimal(repr(v))) * 100)


@pytest.mark.parametrize("text", ["6,600千円", "660万円", "6.6百万円", "6,600,000円", "6.6百万円/人", "660万円/人"])
def test_a_scale_beside_a_quotients_unit_offers_the_value_in_that_unit(text: str) -> None:
    read = read_number(text, unit="千円/人")
    assert read.outcome == "ask"
    assert read.choices[0].changes == {"value": 6600.0}


def test_a_note_of_another_period_is_asked_and_of_the_same_one_ignored() -> None:
    assert read_number("1,405(R5年度)", unit="件", period=Period("FY", 2024)).outcome == "ask"
    assert read_number("1,405(R5年度)", unit="件", period=Period("FY", 2023)).value == 1405.0
    assert read_number("1,405(R7.3末)", unit="件", period=Period("FY", 2024)).value == 1405.0


@pytest.mark.parametrize(
    ("value", "number_format", "code", "offered"),
    [
        (5, '"△"0', "number.other_sign", [5.0, -5.0]),
        (-5, "0;0", "number.other_sign", [-5.0, 5.0]),
        (5, ";;;", "number.invisible", [5.0]),
        (5, "[White]0", "number.invisible", [5.0]),
        (12, '0"-"0', "number.split_format", [12.0]),
        (212, "00\\-00", "number.split_format", [212.0]),
        (14050, '#"万"0000', "number.split_format", [14050.0]),
        (1405, "0\\:00", "number.split_format", [1405.0]),
        (5, "(0)", "number.other_sign", [5.0, -5.0]),
        (5, '"("0")"', "number.other_sign", [5.0, -5.0]),
        (4512, '[<1000]0;[<1000000]0.0,"千円";0', "number.scaled_format", [4512.0, 4.512]),
    ],
)
def test_what_a_format_shows_otherwise_is_asked(value, number_format, code, offered):
    reading = read_number(value, unit="千円", number_format=number_format)
    assert (reading.value, [f.code for f in reading.findings]) == (None, [code])
    assert [c.changes["value"] for c in reading.choices] == offered


@pytest.mark.parametrize(
    ("value", "number_format"),
    [
        (-5, "#,##0;[赤]#,##0"),
        (-5, '0;"△"0'),
        (-5, "0;-0"),
        (-5, "#,##0_);(#,##0)"),
        (5, "[$-411]0"),
        (5, "#,##0_ ;-#,##0 "),
        (512, '[<1000]0;[<1000000]0.0,"千円";0'),
        (-512, "[<1000]0;0"),
        (5, '0" -"'),
        (14050, '#" "##0'),
        (5, "_(#,##0_);(#,##0)"),
        (5, "0.0E-00"),
    ],
)
def test_a_sign_that_is_seen_is_no_question(value, number_format):
    assert read_number(value, unit="千円", number_format=number_format).value == value


#: What stands beside 437, and the release it speaks of; a footnote speaks of none.
MARKED = [
    *((text, "provisional") for text in (
        "437(速)", "437(暫)", "437(p)", "437(P)", "437（ｐ）", "437[速]", "437【速報】", "437※速報", "437※速", "437速.", "437 p", "437p",
        "437件p", "p437", "(速)437", "速437", "速.437", "437件(速)", "437(速報値)", "437速報値", "437(ｿｸﾎｳ)", "437(国の速報による)",
        "437 prelim", "437 * p",
    )),
    *((text, "forecast") for text in ("437(見)", "437(見込み)", "437見込値", "437(f)", "437e", "437(みこみ)", "437(予測)", "見437")),
    *((text, "final") for text in ("437(確)", "437(確定)", "437 改定", "改定 437", "437(確報値)")),
    *((text, "") for text in ("437(注1)", "437(※2)", "437 *", "437(県調べ)")),
]  # fmt: skip


@pytest.mark.parametrize("column", ["final", "provisional", "forecast"])
@pytest.mark.parametrize(("text", "release"), MARKED)
@pytest.mark.parametrize("key", ["value", "numerator"])
def test_a_mark_of_release_is_asked_beside_another_and_noted_beside_its_own(
    text: str, release: str, column: str, key: str
) -> None:
    reading = read_number(text, unit="件", release=column, key=key)
    agrees = release in ("", column)
    assert (reading.outcome, reading.value) == (("value", 437.0) if agrees else ("ask", None))
    if not agrees:
        asked = next(f for f in reading.findings if f.code == "number.release_asked")
        assert asked.detail in text
        assert key != "value" or {"value": 437.0, "release": release} in [c.changes for c in reading.choices]


@pytest.mark.parametrize(("number_format", "release"), [
    ('0"(速)"', "provisional"), ('0"p"', "provisional"), ('"(速)"0', "provisional"), ('0"件(速)"', "provisional"), ('0" 速報"', "provisional"),
    ('0"(見込)"', "forecast"), ('0"(注)"', ""), ('0"件"', ""), ('0"(件)"', ""), ('#,##0" 件"', ""),
])  # fmt: skip
def test_a_mark_that_a_number_format_adds_is_one(number_format: str, release: str) -> None:
    for column in ("final", "provisional"):
        reading = read_number(437.0, unit="件", number_format=number_format, release=column)
        assert (reading.outcome == "value") == (release in ("", column)), reading


@pytest.mark.parametrize(
    "text",
    [
        "437(確定待ち)",
        "437(確定は12月)",
        "437(速報ではない)",
        "437(速)(確)",
        "437(未確定)",
        "437(要確認)",
        "437(精査中)",
        "437(確定前)",
        "437(後日)",
        "437(上半期)",
        "437(回答分のみ)",
        "437(県内に限る)",
        "437(再計算)",
    ],
)
def test_a_note_that_turns_a_figure_round_is_asked(text: str) -> None:
    assert read_number(text, unit="件", release="final").outcome == "ask"


@pytest.mark.parametrize(("word", "unit", "outcome"), [
    ("社", "件", "value"), ("事業所", "件", "value"), ("団体", "件", "value"), ("橋", "件", "value"), ("校", "件", "value"), ("件", "団体", "value"),
    ("人", "件", "ask"), ("回", "件", "ask"), ("件", "人", "ask"), ("千件", "件", "ask"), ("円", "件", "ask"), ("社", "団体", "ask"), ("万", "件", "ask"),
])  # fmt: skip
def test_a_counter_word_of_a_format_beside_what_is_counted(word: str, unit: str, outcome: str) -> None:
    assert read_number(437.0, unit=unit, number_format=f'#,##0"{word}"').outcome == outcome
    if word != unit and outcome == "value":
        assert read_number(f"437{word}", unit=unit).outcome == "ask"  # typed by a person it is a doubt


@pytest.mark.parametrize(("value", "history", "read"), [
    (-2.7755575615628914e-17, (), 0.0), (1e-15, (1.0,), 0.0), (-0.0, (), 0.0), (3.6e-12, (30000.0,), 0.0), (2.4e-7, (3e9,), 0.0),
    (1e-5, (3e9,), 0.0), (0.0001, (), 0.0001), (-0.0001, (), -0.0001), (1e-6, (), 1e-6),
    (0.30000000000000004, (), 0.3), (1234567.8900000001, (), 1234567.89), (77.40000000000001, (), 77.4), (1 / 3, (), 1 / 3),
])  # fmt: skip
def test_what_a_calculation_leaves_behind_the_digits_is_no_figure(
    value: float, history: tuple[float, ...], read: float
) -> None:
    reading = read_number(value, unit="千円", history=history)
    assert (reading.outcome, reading.value) == ("value", read)
    assert math.copysign(1.0, reading.value or 0.0) == (-1.0 if read < 0 else 1.0)
    assert not reading.findings


@pytest.mark.parametrize("parts", [(26, 39), (1, 3), (2, 7), (412, 1000), (7, 100), (9, 11)])
def test_a_quotient_in_a_percent_cell_is_not_too_precise(parts: tuple[int, int]) -> None:
    reading = read_number(parts[0] / parts[1], unit="％", number_format="0.0%")
    assert reading.value == pytest.approx(100 * parts[0] / parts[1], rel=1e-13)


@pytest.mark.parametrize("key", ["numerator", "denominator"])
@pytest.mark.parametrize(("text", "values"), [
    ("1.234", [1.234, 1234.0]), ("１．２３４", [1.234, 1234.0]), (1.234, [1.234, 1234.0]), ("12.345", [12.345, 12345.0]), ("987.654人", [987.654, 987654.0]),
])  # fmt: skip
def test_a_point_in_a_part_may_stand_for_a_comma(key: str, text: str | float, values: list[float]) -> None:
    reading = read_number(text, key=key)
    assert (reading.outcome, [c.changes[key] for c in reading.choices]) == ("ask", values)


@pytest.mark.parametrize("text", [12.5, "12.5", "1.25", "1234", "0.123", 1.2345])
def test_another_point_in_a_part_is_one(text: str | float) -> None:
    assert read_number(text, key="numerator").outcome == "value"


@pytest.mark.parametrize(("text", "quoted"), [
    ("10〜20", "10〜20"), ("１０～２０", "１０～２０"), ("実績は１２３", "実績は１２３"), ("ｶｸﾆﾝ", "ｶｸﾆﾝ"), ("2024年　９月", "2024年　９月"), ("４５．０００", "４５．０００"),
    ("＃ＲＥＦ！", "＃ＲＥＦ！"), ("１２３（前年１１０）", "（前年１１０）"), ("▲ 3.5", "▲"), ("未集計かも", "未集計かも"), ("437（速）", "（速）"),
])  # fmt: skip
def test_what_was_typed_is_quoted_as_it_was_typed(text: str, quoted: str) -> None:
    reading = read_number(text, unit="件", release="final")
    assert quoted in [f.detail for f in reading.findings]


@pytest.mark.parametrize(("text", "asked"), [
    ("1,405(令和五年度)", True), ("1,405(令和六年度)", False), ("1,405(2023年度)", True), ("1,405(R5年度実績)", True), ("1,405(令和6年度実績)", False),
])  # fmt: skip
@pytest.mark.parametrize("key", ["value", "numerator", "correction", "baseline"])
def test_a_period_in_a_note_is_compared_in_every_column(text: str, asked: bool, key: str) -> None:
    assert (read_number(text, unit="件", period=Period("FY", 2024), key=key).outcome == "ask") is asked


@pytest.mark.parametrize("text", ["437(r)", "437 r", "r437", "437（Ｒ）", "437(rev.)", "437[r]"])
@pytest.mark.parametrize("release", ["final", "provisional"])
def test_the_letter_of_a_revised_figure_is_asked(text: str, release: str) -> None:
    read = read_number(text, unit="件", release=release)
    assert (read.outcome, read.value) == ("ask", None)
    assert 437.0 in {c.changes["value"] for c in read.choices}


@pytest.mark.parametrize(
    ("text", "unit", "value"), [("+4.2%", "％", 4.2), ("＋83.4％", "％", 83.4), ("+12件", "件", 12.0)]
)
def test_a_plus_before_a_figure_with_its_unit_is_a_change(text: str, unit: str, value: float) -> None:
    read = read_number(text, unit=unit, history=(value,))
    assert (read.outcome, read.value) == ("ask", None)
    assert [c.changes for c in read.choices] == [{"value": value}]


@pytest.mark.parametrize("release", ["final", "provisional", "forecast"])
def test_a_figure_that_is_only_put_there_for_now_is_asked(release: str) -> None:
    assert read_number("437(仮)", unit="件", release=release).outcome == "ask"


@pytest.mark.parametrize(
    "note",
    ["案", "取消", "差替", "記入ミス", "ダミー", "全国値", "A町以外", "旧定義", "平均", "?", "保留", "K", "補正前"],
)
@pytest.mark.parametrize("key", ["value", "target", "numerator"])
def test_a_remark_that_nobody_knows_is_asked(note: str, key: str) -> None:
    assert read_number(f"4512.5({note})", unit="万枚", key=key).outcome == "ask"


@pytest.mark.parametrize("note", ["注1", "※2", "県調べ", "課内集計", "業務統計", "別紙参照", "年度末現在", "決裁済"])
def test_a_remark_that_leaves_the_figure_as_it_is_is_noted(note: str) -> None:
    read = read_number(f"4512.5({note})", unit="万枚")
    assert (read.outcome, read.value) == ("value", 4512.5)


def test_a_mark_of_release_on_a_part_can_be_taken_as_one() -> None:
    read = read_number("40(速報)", key="denominator", release="final")
    assert {"denominator": 40.0, "release": "provisional"} in [c.changes for c in read.choices]
