"""A date as people type it into a field: read, or told why not."""

from datetime import date

import pytest

from loaders.text.typed_day import day_text, read_day

DAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    "text",
    [
        "2026/11/28", "2026-11-28", "2026.11.28", "20261128", "２０２６／１１／２８", " 2026/11/28 ", "2026年11月28日",
        "R8.11.28", "R8/11/28", "r8-11-28", "R8年11月28日", "令和8年11月28日", "令和８年１１月２８日",
        "令和八年十一月二十八日", "令和8.11.28", "令和8年11月28日(土)", "2026/11/28（土曜日）", "2026年 11月 28日",
        "平成38年11月28日",
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_type_it(text):
    assert read_day(text) == (DAY, "")
    assert read_day(day_text(DAY)) == (DAY, "")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-01", date(2026, 11, 1)),
        ("2026/11/1", date(2026, 11, 1)),
        ("R8.4.1", date(2026, 4, 1)),
        ("20270401", date(2027, 4, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
    ],
)
def test_a_first_day_is_a_day_and_not_its_month(text, day):
    assert read_day(text) == (day, "")


@pytest.mark.parametrize("text", ["", " ", "　"])
def test_an_empty_field_is_no_day_and_no_fault(text):
    assert read_day(text) == (None, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8.11.28", "「8.11.28」は日付として読み取れません。"),
        ("28.11.2026", "「28.11.2026」は日付として読み取れません。"),
        ("未定", "「未定」は日付として読み取れません。"),
        ("-", "「-」は日付として読み取れません。"),
        ("11/28", "「11/28」は年がなく、いつか分かりません。"),
        ("11月28日", "「11月28日」は年がなく、いつか分かりません。"),
        ("26/11/28", "「26/11/28」が西暦か元号か分かりません。"),
        ("2026/11", "「2026/11」は日まで書かれていません。"),
        ("R8", "「R8」が年度か"),
        ("2026年11月末", "「2026年11月末」は日まで書かれていません。"),
        ("令和8年11月31日", "「令和8年11月31日」は存在しない年月日です。"),
        ("2026/2/29", "「2026/2/29」は存在しない年月日です。"),
        ("46354", "「46354」は日付が数値になったもののようです。"),
        ("R8.11.28頃", "「頃」が付いていて、どの日か決まりません。"),
        ("令和8年11月28日(月)", "2026/11/28は土曜日です。"),
        ("3000/1/1", "「3000/1/1」は離れた年です。"),
        ("来年9月", "「来年9月」は書いた日によって変わるため"),
    ],
)
def test_what_names_no_day_or_several_is_told_in_words(text, why):
    day, told = read_day(text)
    assert day is None
    assert told.startswith(why)
    assert "「2026/11/28」" in told or "直してください" in told
