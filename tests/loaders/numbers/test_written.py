"""Numbers as people write them, one by one."""

# ruff: noqa: E501 (a case is one line)
from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

import pytest

from kpi.collection.workflow import MISSING_WORDS
from kpi.issue import Severity
from loaders.text.findings import FINDINGS, as_issues, sentence
from loaders.text.findings import severity as severity_of
from loaders.text.numbers import NumberReading, canonical, read_number
from tests.loaders.numbers.kit import codes, offered

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
