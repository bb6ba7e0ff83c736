"""Numbers as people write them: certain, doubtful or wrong, and never guessed."""

# ruff: noqa: E501 (a case is one line)
from __future__ import annotations

import math
import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.collection.workflow import MISSING_WORDS
from kpi.issue import Severity
from kpi.period import Period
from loaders.text.findings import FINDINGS, as_issues, sentence
from loaders.text.findings import severity as severity_of
from loaders.text.numbers import NumberReading, canonical, read_number
from loaders.text.numerals import settled


def codes(reading: NumberReading) -> set[str]:
    return {f.code.removeprefix("number.") for f in reading.findings}


def offered(reading: NumberReading) -> list[float | str | None]:
    return [choice.changes["value"] for choice in reading.choices]


# name of the hurt, text, unit, value, a code that must be noted ("" where nothing was ignored)
CERTAIN: list[tuple[str, str | float, str, float, str]] = [
    ("plain", "1234.5", "件", 1234.5, ""),
    ("zero is a value", "0", "件", 0.0, ""),
    ("full-width zero", "０", "件", 0.0, "fullwidth"),
    ("full-width digits", "７７．４", "%", 77.4, "fullwidth"),
    ("full-width comma", "１，２３４", "件", 1234.0, "fullwidth"),
    ("half full, half not", "1２", "件", 12.0, "fullwidth"),
    ("full-width comma, plain digits", "1，234", "件", 1234.0, "fullwidth"),
    ("full-width percent", "77.4％", "%", 77.4, "unit_ignored"),
    ("katakana long vowel as minus", "ー5", "件", -5.0, "minus_sign"),
    ("full-width minus", "－5", "件", -5.0, "minus_sign"),
    ("horizontal bar", "―5", "件", -5.0, "minus_sign"),
    ("em dash", "—5", "件", -5.0, "minus_sign"),
    ("en dash", "–5", "件", -5.0, "minus_sign"),
    ("hyphen", "‐5", "件", -5.0, "minus_sign"),
    ("mathematical minus", "−5", "件", -5.0, "minus_sign"),
    ("white triangle", "△3", "件", -3.0, "triangle"),
    ("black triangle with a space", "▲ 3.5", "件", -3.5, "triangle"),
    ("triangle before zero", "△0.0", "%", 0.0, "zero_sign"),
    ("plus sign", "+3", "件", 3.0, "plus_sign"),
    ("ideographic space around", "　12　", "件", 12.0, "spaces"),
    ("no-break space", "12\u00a0", "件", 12.0, "spaces"),
    ("zero-width space", "1\u200b2", "件", 12.0, "spaces"),
    ("line break before the unit", "1,200\n件", "件", 1200.0, "spaces"),
    ("thousands", "1,234,567.8", "円", 1234567.8, ""),
    ("unit", "1,200件", "件", 1200.0, "unit_ignored"),
    ("unit of two letters", "12産地", "産地", 12.0, "unit_ignored"),
    ("unit in half-width kana", "１，２００ｹﾝ", "ケン", 1200.0, "unit_ignored"),
    ("unit with a long vowel", "12センター", "センター", 12.0, "unit_ignored"),
    ("unit in brackets", "123(件)", "件", 123.0, "unit_ignored"),
    ("unit with a raised figure", "12m²", "㎡", 12.0, "unit_ignored"),
    ("unit that is a scale", "3,119千円", "千円", 3119.0, "unit_ignored"),
    ("unit 台 is no 台 of 80%台", "5台", "台", 5.0, "unit_ignored"),
    ("名 for 人", "12名", "人", 12.0, "unit_ignored"),
    ("yen sign", "￥1,200", "円", 1200.0, "unit_ignored"),
    ("a year as a number of years", "2024年", "年", 2024.0, "unit_ignored"),
    ("a year-like number with its unit", "2024件", "件", 2024.0, "unit_ignored"),
    ("percent in words", "12パーセント", "%", 12.0, "unit_ignored"),
    ("less than one percent, said so", "0.8%", "%", 0.8, "unit_ignored"),
    ("ten thousands", "1.2万", "件", 12000.0, "kanji_scale"),
    ("ten thousands with comma", "1,200万円", "円", 12000000.0, "kanji_scale"),
    ("hundred millions and millions", "3億2千万", "円", 320000000.0, "kanji_scale"),
    ("ten thousands and thousands", "1万2千", "件", 12000.0, "kanji_scale"),
    ("ten thousands and digits", "1万2,345人", "人", 12345.0, "kanji_scale"),
    ("kanji", "十五", "件", 15.0, "kanji"),
    ("kanji of ten thousands", "一万二千三百", "件", 12300.0, "kanji"),
    ("kanji by place", "一二〇", "件", 120.0, "kanji"),
    ("footnote sign", "123※1", "件", 123.0, "note_ignored"),
    ("footnote in brackets", "123（注）", "件", 123.0, "note_ignored"),
    ("numbered footnote", "123 注2)", "件", 123.0, "note_ignored"),
    ("asterisk", "123 *1", "件", 123.0, "note_ignored"),
    ("note with a date", "123人(R6.9末)", "人", 123.0, "note_ignored"),
    ("final, said so", "123(確定)", "件", 123.0, "release_in_cell"),
    ("trailing dot", "123.", "件", 123.0, "trailing_dot"),
    ("trailing full stop", "123。", "件", 123.0, "trailing_dot"),
    ("leading dot", ".5", "件", 0.5, "leading_dot"),
    ("leading apostrophe", "'123", "件", 123.0, "apostrophe"),
    ("more decimals than printed", "77.40000001%", "%", 77.40000001, "unit_ignored"),
]

NEAR = [
    ("zero with a minus", "-0", "件", 0.0, "zero_sign"),
    ("zero pointing down", "▼0", "件", 0.0, "zero_sign"),
    ("zero with a bullet", "- 0.00", "件", 0.0, "zero_sign"),
    ("half-width kana with a voiced mark", "77.4ﾊﾟｰｾﾝﾄ", "%", 77.4, "unit_ignored"),
    ("a hyphen for the long vowel", "77.4ﾊﾟ-ｾﾝﾄ", "%", 77.4, "unit_ignored"),
    ("kana and mark apart", "77.4ハ\u309aーセント", "%", 77.4, "unit_ignored"),
    ("pct", "77.4pct", "%", 77.4, "unit_ignored"),
    ("footnote sign in brackets", "437(※2)", "件", 437.0, "note_ignored"),
    ("footnote in brackets", "437(注1)", "件", 437.0, "note_ignored"),
    ("asterisk apart", "437 *", "件", 437.0, "note_ignored"),
    ("the expanded noise of a number", "77.400000000000005684", "％", 77.4, ""),
]
CERTAIN += NEAR

# name, text, unit, code, values offered (None: any)
DOUBTFUL: list[tuple[str, str | float, str, str, list[float] | None]] = [
    ("comma in the wrong place", "12,34", "件", "grouping", [1234.0, 12.34]),
    ("comma in a wrong place twice", "1,234,5", "件", "grouping", [12345.0]),
    ("decimal comma", "0,5", "件", "grouping", None),
    ("European", "1.234,5", "件", "grouping", [1234.5]),
    ("European thousands", "1.234.567", "件", "grouping", [1234567.0]),
    ("space between thousands", "1 234", "件", "spaced", [1234.0]),
    ("spread digits", "１ ２ ３", "件", "spaced", [123.0]),
    ("about", "約500件", "件", "approximate", [500.0, 500.0]),
    ("roughly", "概ね５００", "件", "approximate", [500.0, 500.0]),
    ("at least", "500件以上", "件", "approximate", [500.0, 500.0]),
    ("at most", "500以下", "件", "approximate", [500.0, 500.0]),
    ("less than", "500件未満", "件", "approximate", [500.0, 500.0]),
    ("more than", "1.2万人超", "人", "approximate", [12000.0, 12000.0]),
    ("some", "500件程度", "件", "approximate", [500.0, 500.0]),
    ("around", "500前後", "件", "approximate", [500.0, 500.0]),
    ("a plus behind", "500+", "件", "approximate", [500.0, 500.0]),
    ("less than, as a sign", "<5", "件", "approximate", [5.0, 5.0]),
    ("about, in brackets", "500(約)", "件", "approximate", [500.0, 500.0]),
    ("eighties", "80%台", "%", "approximate", [80.0, 80.0]),
    ("provisional within the cell", "123 ※速報", "件", "release_asked", [123.0, 123.0]),
    ("forecast within the cell", "見込500", "件", "release_asked", [500.0, 500.0]),
    ("incomplete after 万", "3万5", "件", "ten_thousands", None),
    ("thousands beside a count", "1,200千件", "件", "scale", [1200000.0, 1200.0]),
    ("thousands alone", "1200千", "件", "scale", [1200000.0, 1200.0]),
    ("yen beside thousand yen", "1,200円", "千円", "scale", [1.2, 1200.0]),
    ("hundred millions beside thousand yen", "1.2億円", "千円", "scale", [120000.0, 120000000.0]),
    ("万 and the unit's own 千", "1万2千枚", "千枚", "scale", None),
    ("kanji 万 and the unit's own 千", "一万二千円", "千円", "scale", None),
    ("kanji split by the unit", "三千五百万円", "百万円", "scale", None),
    ("kanji thousand alone", "千", "件", "kanji_doubtful", [1000.0]),
    ("tenths beside percent", "7割", "%", "unit_differs", [70.0]),
    ("another unit", "12団体", "件", "unit_differs", [12.0]),
    ("share or percentage", "0.774", "%", "percent_scale", [77.4, 0.774]),
    ("share in a cell", 0.774, "%", "percent_scale", [77.4, 0.774]),
    ("one: 1% or 100%", 1.0, "%", "percent_scale", [100.0, 1.0]),
    ("value and count in brackets", "29(4)", "件", "two_values", [29.0, 4.0]),
    ("value and last value", "120（前年110）", "件", "note_matters", [120.0]),
    ("unit told in the note", "123 ※単位は千件", "件", "note_matters", [123.0]),
    ("correction told in the note", "123 ※正しくは130", "件", "note_matters", [123.0]),
    ("brackets around", "(4)", "件", "bracketed", [-4.0, 4.0]),
    ("range", "10～20", "件", "range", [10.0, 20.0]),
    ("range with a hyphen", "10-20", "件", "range", [10.0, 20.0]),
    ("range with a wave", "10〜20件", "件", "range", [10.0, 20.0]),
    ("open range", "500～", "件", "range", [500.0]),
    ("two values", "10、20", "件", "two_values", [10.0, 20.0]),
    ("two values by year", "R5:10 R6:20", "件", "two_values", [10.0, 20.0]),
    ("two lines", "12\n34", "件", "two_values", [12.0, 34.0]),
    ("footnote or product", "123*1", "件", "two_values", None),
    ("point or comma", "45.000", "件", "dot_grouping", [45.0, 45000.0]),
    ("point or comma, full width", "１．２３４人", "人", "dot_grouping", [1.234, 1234.0]),
    ("tenths and hundredths", "3割1分", "%", "two_values", []),
    ("so many of so many", "30人中20人", "件", "two_values", []),
    ("a comma too early", "1,2万", "件", "grouping", []),
    ("a power", "5×10^3", "件", "two_values", []),
    ("a part", "3分の1", "件", "two_values", []),
    ("a division with its result", "20/30=66.7%", "%", "two_values", []),
    ("a third beside percent", "1/3", "%", "fraction", [33.33]),
    ("fraction", "3/5", "件", "fraction", []),
    ("fraction beside percent", "3/5", "%", "fraction", [60.0]),
    ("year", "2024", "件", "period", [2024.0]),
    ("year in a cell", 2024.0, "件", "period", [2024.0]),
    ("year and month", "2024.9", "件", "period", None),
    ("fiscal year", "令和6年度", "件", "period", []),
    ("month", "9月", "件", "period", []),
    ("exponent", "1.2E+05", "件", "scientific", [120000.0]),
    ("leading zero", "0012", "件", "leading_zero", [12.0]),
    ("circled digit", "①", "件", "circled", []),
    ("circled digit before a number", "① 120", "件", "circled", []),
    ("raised figure", "5²", "件", "circled", []),
    ("fraction sign", "½", "件", "circled", []),
    ("Roman digit", "Ⅲ", "件", "circled", []),
    ("kanji one or dash", "一", "件", "kanji_doubtful", [1.0]),
    ("kanji zero or circle", "〇", "件", "kanji_doubtful", [0.0]),
    ("bullet or minus", "- 5", "件", "sign_apart", None),
    ("triangle pointing down", "▼3", "件", "triangle_down", [-3.0, 3.0]),
    ("enormous", "1234567890123456", "件", "enormous", None),
    ("more digits than kept", "0.12345678901234567891", "件", "precision", None),
    ("words before", "実績は123", "件", "words", [123.0]),
    ("number and a missing word", "120 未公表", "件", "missing_mixed", None),
    ("zero and a missing word", "0(該当なし)", "件", "missing_mixed", None),
]

# name, text, unit, code
WRONG: list[tuple[str, Any, str, str]] = [
    *((f"error {e}", e, "件", "error") for e in
      ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "＃ＲＥＦ！", "#####")),
    ("error beside a number", "12 #REF!", "件", "error"),
    ("percent beside a count", "77.4%", "件", "unit_wrong"),
    ("count beside a percent", "12件", "%", "unit_wrong"),
    ("per mille", "12‰", "%", "unit_wrong"),
    ("1-2 turned into a date", "2024-01-02", "件", "date"),
    ("date cell with a time", "2024-01-02T00:00:00", "件", "date"),
    ("date object", date(2024, 1, 2), "件", "date"),
    ("boolean cell", True, "件", "boolean"),
    ("boolean text", "TRUE", "件", "boolean"),
    ("nan text", "nan", "件", "not_finite"),
    ("inf text", "-Infinity", "件", "not_finite"),
    ("nan", math.nan, "件", "not_finite"),
    ("inf", math.inf, "件", "not_finite"),
    ("integer past all floats", 10**400, "件", "not_finite"),
    ("Arabic-Indic digits", "١٢", "件", "script"),
    ("Devanagari digits", "१२", "件", "script"),
    ("formula as text", "=A1+B1", "件", "formula_text"),
    ("letter O for zero", "1O0", "件", "look_alike"),
    ("letter l for one", "l23", "件", "look_alike"),
    ("circle for zero", "12〇", "件", "look_alike"),
    ("words", "達成", "件", "unreadable"),
    ("text that runs backwards", "\u202e12", "件", "unreadable"),
    ("a novel", "1" * 300, "件", "unreadable"),
]  # fmt: skip

# name, text, missing reason ("" asks for it)
MISSING: list[tuple[str, str, str]] = [
    *((f"mark {mark!r}", mark, "") for mark in ("－", "―", "-", "ー", "—", "–", "‐", "−", "---", "…", "...", "‥", "・・・", "***", "*", "／", "N/A", "n/a", "なし", "不明", "未定")),
    ("X", "X", "suppressed"),
    ("full-width x", "ｘ", "suppressed"),
    ("未集計", "未集計", "not_compiled"),
    ("調査中 spread", "調　査　中", "not_compiled"),
    ("集計中", "集計中です", "not_compiled"),
    ("該当なし", "該当なし", "not_applicable"),
    ("該当無し", "該当無し", "not_applicable"),
    ("非公表", "非公表", "suppressed"),
    ("未公表", "未公表", "unpublished"),
    ("公表前", "（公表前）", "unpublished"),
    ("with its date", "未公表（R8.9頃）", "unpublished"),
    ("with its month", "未集計(12月公表予定)", "not_compiled"),
    ("調査年でない", "調査年でない", "not_survey_year"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "unit", "value", "code"), [pytest.param(*c[1:], id=c[0]) for c in CERTAIN])
def test_certain_numbers_are_taken_with_a_note(text: str, unit: str, value: float, code: str) -> None:
    reading = read_number(text, unit=unit)
    assert (reading.outcome, reading.value) == ("value", value)
    assert {code} - {""} <= codes(reading)
    assert all(severity_of(f) is Severity.NOTE for f in reading.findings)


@pytest.mark.parametrize(("text", "unit", "code", "values"), [pytest.param(*c[1:], id=c[0]) for c in DOUBTFUL])
def test_doubtful_numbers_ask(text: str | float, unit: str, code: str, values: list[float] | None) -> None:
    reading = read_number(text, unit=unit)
    assert (reading.outcome, reading.value) == ("ask", None)
    assert code in codes(reading)
    if values is not None:
        assert [v for v in offered(reading) if v is not None] == values


@pytest.mark.parametrize(("text", "unit", "code"), [pytest.param(*c[1:], id=c[0]) for c in WRONG])
def test_wrong_numbers_say_how_to_mend_them(text: Any, unit: str, code: str) -> None:
    reading = read_number(text, unit=unit)
    assert (reading.outcome, reading.value) == ("wrong", None)
    assert code in codes(reading)
    assert all(sentence(f)[1] for f in reading.findings if severity_of(f) is Severity.FIX)


@pytest.mark.parametrize(("text", "reason"), [pytest.param(*c[1:], id=c[0]) for c in MISSING])
def test_missing_is_never_zero(text: str, reason: str) -> None:
    reading = read_number(text, unit="件")
    assert (reading.outcome, reading.value, reading.missing) == ("missing", None, reason)
    if not reason:
        assert {c.changes["missing_reason"] for c in reading.choices} == set(MISSING_WORDS)


@pytest.mark.parametrize("text", ["", " ", "　\n", "\u200b", "'", None])
def test_empty_is_empty(text: str | None) -> None:
    assert read_number(text) == NumberReading(None, "empty")


def test_about_500_offers_a_forecast_and_a_sure_value() -> None:
    first, second = read_number("約500件", unit="件").choices
    assert (first.label, first.changes) == ("500件の見込として取り込む", {"value": 500.0, "release": "forecast"})
    assert (second.label, second.changes) == ("500件の確かな値として取り込む", {"value": 500.0})


def test_a_choice_sets_the_column_it_was_asked_for() -> None:
    assert [c.changes for c in read_number("約500", unit="件", key="target").choices] == [{"target": 500.0}]


def test_release_in_the_cell_is_quiet_where_the_column_says_the_same() -> None:
    agreed = read_number("123(速報)", unit="件", release="provisional")
    assert (agreed.outcome, agreed.value, agreed.release) == ("value", 123.0, "provisional")
    assert read_number("123(速報)", unit="件", release="final").outcome == "ask"


@pytest.mark.parametrize("text", ["△1.2", "▲1.2", "-1.2", -1.2])
def test_negative_under_a_reduction_asks_both_ways(text: str | float) -> None:
    reading = read_number(text, unit="%", name="温室効果ガスの削減率")
    assert reading.outcome == "ask"
    assert offered(reading) == [1.2, -1.2]
    assert read_number(text, unit="%", name="人口増減率").value == -1.2


@pytest.mark.parametrize("text", ["1.2減", "1.2％減", "１.２ポイントの減少", "1.2%削減", "減1.2"])
def test_less_in_words_is_the_value_of_a_reduction_and_a_change_of_anything_else(text: str) -> None:
    for name, unit, sizes in (("温室効果ガスの削減率", "%", [1.2]), ("人口増減率", "%", []), ("支援件数", "件", [])):
        reading = read_number(text, unit=unit, name=name)
        assert (reading.outcome, reading.findings[-1].code) == ("ask", "number.change_word")
        assert offered(reading) == sizes


@pytest.mark.parametrize("text", ["12件増", "前年比5%減", "5,000増加", "3ポイント上昇", "12アップ"])
def test_a_change_is_never_offered_as_the_value(text: str) -> None:
    reading = read_number(text, unit="%", name="温室効果ガスの削減率")
    assert (reading.outcome, offered(reading)) == ("ask", [])


@pytest.mark.parametrize(
    ("value", "options", "outcome", "read"),
    [
        pytest.param(0.774, {"number_format": "0.0%"}, "value", 77.4, id="percent format"),
        pytest.param(0.07, {"number_format": "0%"}, "value", 7.0, id="percent format without dust"),
        pytest.param(0.774, {"number_format": "0.0%", "history": [0.7, 0.8]}, "ask", None, id="format against history"),
        pytest.param(77.4, {"number_format": "0.0%"}, "ask", None, id="pasted into a percent cell"),
        pytest.param(0.774, {"number_format": "0.0%", "unit": "件"}, "wrong", None, id="percent format beside a count"),
        pytest.param(77.4, {"number_format": '0.0"%"'}, "value", 77.4, id="percent sign as mere text"),
        pytest.param(0.774, {"history": [70.0, 75.0, 80.0]}, "ask", None, id="history in percent"),
        pytest.param(0.8, {"history": [0.8, 0.7]}, "value", 0.8, id="history below one"),
        pytest.param("0.8", {"history": [0.8, 0.7]}, "value", 0.8, id="text, history below one"),
        pytest.param(0.8, {"history": [8.0]}, "ask", None, id="history between"),
        pytest.param("0.774%", {"history": [77.0]}, "ask", None, id="sign against history"),
        pytest.param(1.12, {"history": [110.0]}, "ask", None, id="above one, history a hundredfold"),
        pytest.param(0.0, {}, "value", 0.0, id="zero percent"),
        pytest.param(1200000.0, {"unit": "千円", "number_format": "#,##0,"}, "ask", None, id="thousands hidden"),
        pytest.param(1200.0, {"unit": "件", "number_format": '#,##0"件"'}, "value", 1200.0, id="unit by format"),
        pytest.param(1200.0, {"unit": "件", "number_format": '#,##0"千件"'}, "ask", None, id="scale by format"),
        pytest.param(12.0, {"unit": "件", "number_format": '"約"0'}, "ask", None, id="about by format"),
        pytest.param(-3.0, {"unit": "件", "number_format": "#,##0;△#,##0"}, "value", -3.0, id="triangle by format"),
        pytest.param(-3.0, {"unit": "件", "number_format": "0_);[Red]\\(0\\)"}, "value", -3.0, id="accounting"),
        pytest.param(45000.0, {"unit": "件", "number_format": "yyyy/m/d"}, "wrong", None, id="serial of a date"),
        pytest.param(45000.0, {"unit": "件", "number_format": '[$-411]ge"."m"."d'}, "wrong", None, id="serial in 和暦"),
        pytest.param(2024.0, {"unit": "件", "history": [1950.0]}, "value", 2024.0, id="year-like and usual"),
        pytest.param(2024.0, {"unit": "件", "number_format": "#,##0"}, "value", 2024.0, id="year-like with comma"),
    ],
)  # fmt: skip
def test_numeric_cells_are_read_with_format_unit_and_history(
    value: str | float, options: dict[str, Any], outcome: str, read: float | None
) -> None:
    reading = read_number(value, **{"unit": "%", **options})
    assert (reading.outcome, reading.value) == (outcome, read)


def test_zero_shown_as_a_dash_is_zero_with_a_note() -> None:
    reading = read_number(0.0, unit="件", number_format='_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ')
    assert reading.value == 0.0
    assert codes(reading) == {"zero_shown_as_dash"}


def test_every_finding_speaks_japanese_and_says_what_to_do() -> None:
    for code, text in FINDINGS.items():
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", text.message), code
        assert text.condition, code
        assert text.advice or text.severity is Severity.NOTE, code


def test_issues_carry_the_choices_once_and_obey_no_braces() -> None:
    reading = read_number("約500{detail}", unit="件")
    issues = as_issues(reading.findings, reading.choices, sheet="S", cell="B2", key="value", value="約500{detail}")
    assert sum(bool(issue.choices) for issue in issues) == 1
    assert all(issue.address == "S!B2" for issue in issues)


def test_canonical_folds_labels() -> None:
    assert canonical("ＫＰＩ　の\nﾅﾝﾊﾞｰ") == canonical("kpiのナンバー")
    assert canonical("割合（わりあい）") == "割合"


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


@settings(max_examples=1500, deadline=None)
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


@settings(max_examples=400, deadline=None)
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
