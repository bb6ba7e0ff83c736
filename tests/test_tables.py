"""Tables that people take away: Japanese opens in Excel, text is text, a number stays a number."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from loaders.export import cards_table, observations_table
from loaders.tables import to_csv, to_xlsx
from tests.factory import RATE
from tests.storekit import answer, later, new_store, reading

FORMULAS = ("=1+1", '=HYPERLINK("http://x")', "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1+1", "\r=1+1")


def csv_rows(table):
    return list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))


def sheet(table, title="表", notes=()):
    book = load_workbook(io.BytesIO(to_xlsx(table, title=title, notes=notes)))
    assert len(book.sheetnames) == 1
    return book.active


def test_csv_starts_with_the_mark_that_excel_needs_for_japanese():
    data = to_csv(pd.DataFrame({"指標": ["件数"]}))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "指標\r\n件数\r\n"


@pytest.mark.parametrize("bad", FORMULAS)
def test_csv_disarms_text_that_would_start_a_formula(bad):
    assert csv_rows(pd.DataFrame({"備考": [bad]}))[1] == [f"'{bad}"]


@pytest.mark.parametrize("bad", FORMULAS)
def test_csv_disarms_headings_too(bad):
    assert csv_rows(pd.DataFrame({bad: ["a"]}))[0] == [f"'{bad}"]


@pytest.mark.parametrize("good", ["-3.2", "+3", "-1e5", "-", "－", "△3", "http://x", "a=b", "＝合計", ""])
def test_csv_leaves_other_text_as_it_is(good):
    wanted = "'-" if good == "-" else good
    assert csv_rows(pd.DataFrame({"備考": [good], "b": ["x"]}))[1][0] == wanted


def test_csv_leaves_numbers_alone_negative_ones_too():
    table = pd.DataFrame({"値": [-3.2, 1234.5, 0.1 + 0.2], "件": [-1, 0, 2]})
    assert csv_rows(table)[1:] == [["-3.2", "-1"], ["1234.5", "0"], ["0.30000000000000004", "2"]]


def test_csv_writes_counts_without_a_point_and_moments_to_the_second():
    table = pd.DataFrame(
        {
            "値": [120.0, -0.0, 0.5, 1e22, np.nan],
            "日時": pd.to_datetime(["2026-07-10 09:30:15.123456", "2026-07-10", None, None, None], format="mixed"),
        }
    )
    assert csv_rows(table)[1:] == [
        ["120", "2026-07-10 09:30:15"], ["0", "2026-07-10 00:00:00"], ["0.5", ""], ["1e+22", ""], ["", ""]
    ]  # fmt: skip


def test_csv_of_nothing_is_its_heading_and_nothing_missing_is_a_word():
    assert csv_rows(pd.DataFrame(columns=["指標", "値"])) == [["指標", "値"]]
    rows = csv_rows(pd.DataFrame({"値": [float("nan"), 1.0], "備考": [None, "a"]}))
    assert rows[1] == ["", ""]


@pytest.mark.parametrize("bad", FORMULAS)
def test_excel_text_that_starts_a_formula_is_text(bad):
    cell = sheet(pd.DataFrame({"備考": [bad]}))["A4"]
    assert cell.data_type == "s"
    assert cell.value.lstrip("\n") == bad.replace("\r", "").lstrip("\n")
    assert cell.quotePrefix is True


def test_excel_headings_titles_and_notes_are_text_too():
    drawn = sheet(pd.DataFrame({"=1+1": ["a"]}), title="=2+2", notes=("=3+3",))
    for address, value in (("A1", "=2+2"), ("A3", "=1+1"), ("A6", "=3+3")):
        assert (drawn[address].data_type, drawn[address].value) == ("s", value)


def test_excel_words_for_errors_are_text_and_no_errors():
    cell = sheet(pd.DataFrame({"備考": ["#REF!"]}))["A4"]
    assert (cell.data_type, cell.value) == ("s", "#REF!")


def test_excel_numbers_are_numbers_and_dates_are_dates():
    table = pd.DataFrame(
        {
            "値": [-3.2],
            "件": np.array([-1], dtype="int64"),
            "時刻": [pd.Timestamp(2025, 9, 1, 12, 30)],
            "日": [date(2025, 9, 1)],
            "真偽": [True],
        }
    )
    row = sheet(table)[4]
    assert [c.value for c in row] == [-3.2, -1, datetime(2025, 9, 1, 12, 30), datetime(2025, 9, 1), True]
    assert [c.data_type for c in row] == ["n", "n", "d", "d", "b"]


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NaT, pd.NA, float("inf"), float("-inf")])
def test_excel_shows_no_value_as_an_empty_cell(nothing):
    assert sheet(pd.DataFrame({"値": pd.Series([nothing, 1], dtype=object)}))["A4"].value is None


def test_excel_has_its_title_a_frozen_heading_a_filter_and_notes_below():
    drawn = sheet(pd.DataFrame({"指標": ["a", "b"], "値": [1, 2]}), title="指標一覧", notes=("時点", "サンプルです。"))
    assert drawn["A1"].value == drawn.title == "指標一覧"
    assert [c.value for c in drawn[3]] == ["指標", "値"]
    assert drawn["A3"].font.b
    assert drawn.freeze_panes == "A4"
    assert drawn.auto_filter.ref == "A3:B5"
    assert [drawn["A7"].value, drawn["A8"].value] == ["時点", "サンプルです。"]
    assert drawn.print_title_rows == "$3:$3"


def test_excel_columns_are_wide_enough_for_full_width_text():
    drawn = sheet(pd.DataFrame({"a": ["一" * 20], "b": ["x" * 20], "c": ["一" * 500]}))
    widths = [drawn.column_dimensions[c].width for c in "ABC"]
    assert widths == [42, 22, 60]


@pytest.mark.parametrize(
    "title", ["a/b[c]:d*e?f'g\\h", "あ" * 60, "", "一\n二", "制御\x0b字", "'前後'"],
    ids=["forbidden signs", "long", "empty", "line break", "control sign", "quotes"],
)  # fmt: skip
def test_any_title_makes_a_workbook_that_opens(title):
    drawn = sheet(pd.DataFrame({"a": [1]}), title=title)
    assert 0 < len(drawn.title) <= 31
    assert not set(drawn.title) & set("[]:*?/\\'\n")


def test_a_table_without_rows_or_columns_opens():
    assert sheet(pd.DataFrame(columns=["指標"]))["A3"].value == "指標"
    assert sheet(pd.DataFrame())["A1"].value == "表"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), min_size=1, max_size=6))
def test_any_text_survives_both_files_as_text(texts):
    table = pd.DataFrame({"備考": texts, "番号": range(len(texts))})
    drawn = sheet(table)
    for number in range(4, 4 + len(texts)):
        cell = drawn.cell(number, 1)
        assert cell.data_type != "f"
        assert cell.value is None or isinstance(cell.value, str)
        assert drawn.cell(number, 2).value == number - 4
    for row in csv_rows(table)[1:]:
        assert not row[0].startswith(("=", "@", "\t", "\r"))


# --- what the store's tables become ---


def test_a_table_of_values_has_all_its_headings_before_the_first_value(tmp_path):
    store = new_store(tmp_path)
    empty = observations_table(store.snapshot("tiny"))
    said = reading(answer(RATE, value=65.0, period="FY2024", release="final"))
    saved = store.save_return(said, b"1", "fy2025/総務部\\回答.xlsx", by="x", at=later(1))
    store.send(saved.submission_id, by="x", at=later(1))
    full = observations_table(store.snapshot("tiny"))
    code = store.trace(RATE)[0].code
    assert list(empty.columns) == list(full.columns)
    assert csv_rows(empty) == [list(full.columns)]
    assert {"番号", "値", "シート", "セル", "サンプル"} <= set(empty.columns)
    assert (full.loc[0, "番号"], full.loc[0, "値"], full.loc[0, "セル"]) == (code, 65.0, "A6")
    assert full.loc[0, "ファイル"] == "回答.xlsx"  # the folder it was taken in from is nobody's business


def test_a_table_of_rules_has_all_its_headings_before_the_first_rule(tmp_path):
    snapshot = new_store(tmp_path).snapshot("tiny")
    full, empty = cards_table(snapshot), cards_table(replace(snapshot, cards={}))
    assert len(full) == len(snapshot.cards)
    assert list(empty.columns) == list(full.columns)
