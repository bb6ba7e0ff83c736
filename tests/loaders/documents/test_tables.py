"""Tables that people take away: Japanese opens in Excel, text is text, a number stays a number."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from kpi.assessment import Assessment
from kpi.compare.gaps import pairs
from kpi.handover.history import as_table, everything_said
from kpi.plan import Card
from kpi.printing.printed_figures import exact, figure_of, judged, number_in
from kpi.progress import assess
from kpi.progress import cards_table as cards_of
from kpi.story import story, table_of
from loaders.documents.export import cards_table, observations_table
from loaders.documents.table_files import to_csv, to_xlsx
from loaders.documents.takeaway_tables import indicator_table, pair_table, published_table
from loaders.form.writing.style import put
from pages.parts.handover.sources import sources
from tests.campaign.marked import length, lengthened
from tests.factory import PAPER, RATE
from tests.samplekit import store_of, with_samples
from tests.storekit import answer, later, new_store, reading, save_return, send

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
    assert csv_rows(table)[1:] == [["-3.2", "-1"], ["1234.5", "0"], ["0.3", "2"]]


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


@lengthened
@settings(max_examples=length(12, 200), deadline=None)
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
    saved = save_return(store, said, b"1", "fy2025/総務部\\回答.xlsx", by="x", at=later(1))
    send(store, saved.submission_id, by="x", at=later(1))
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


# --- figures ---


DUST = (0.412 * 100, 41.199999999999996, 0.1 + 0.2, 1.1 * 3, 77.4 - 58.9)


def number_of(value, decimals=1, **card):
    return judged(value, Card("a", 1, "increase", "level", decimals, **card))


@pytest.mark.parametrize("value", DUST)
def test_no_file_shows_the_noise_of_binary_numbers(value):
    table = pd.DataFrame({"値": [value], "正確な値": [exact(value)]})
    text = f"{value:.12g}"
    assert csv_rows(table)[1] == [text, text]
    first, second = sheet(table)[4]
    assert (first.value, second.value) == (float(text), float(text))
    assert {first.number_format, second.number_format} == {"#,##0." + "0" * len(text.split(".")[1])}


@pytest.mark.parametrize("value", DUST)
def test_no_form_shows_it_either(value):
    cell = Workbook().active["A1"]
    put(cell, value)
    assert repr(cell.value) == f"{value:.12g}"


@pytest.mark.parametrize(
    ("cell", "text", "fmt"),
    [
        (Decimal("41.20"), "41.20", "#,##0.00"),
        (Decimal("1234567"), "1234567", "#,##0"),
        (Decimal("-0.50"), "-0.50", "#,##0.00"),
        (1405.0, "1405", "#,##0"),
        (-2.5, "-2.5", "#,##0.0"),
        (0.00012, "0.00012", "#,##0.00000"),
        (np.float64(3.0), "3", "#,##0"),
        (np.int64(3), "3", "0"),
        (date(2025, 9, 1), "2025-09-01", "yyyy-mm-dd"),
        (datetime(2025, 9, 1, 12, 30), "2025-09-01 12:30:00", "yyyy-mm-dd hh:mm:ss"),
    ],
    ids=str,
)
def test_a_figure_has_its_decimals_in_both_files_and_a_format_of_its_own(cell, text, fmt):
    table = pd.DataFrame({"値": pd.Series([cell], dtype=object)})
    assert csv_rows(table)[1] == [text]
    drawn = sheet(table)["A4"]
    assert (drawn.number_format, drawn.data_type) == (fmt, "d" if fmt.startswith("y") else "n")


@pytest.mark.parametrize(
    ("value", "card", "shown"),
    [
        (99.96, {"target": 100.0}, "99.96"),
        (100.0, {"target": 100.0}, "100.0"),
        (41.0, {}, "41.0"),
        (41.25, {}, "41.3"),
        (82.04, {"target": 82.25}, "82.04"),
        (float("nan"), {}, "None"),
        (None, {}, "None"),
    ],
)
def test_a_judged_figure_has_the_cards_decimals_and_never_meets_what_it_misses(value, card, shown):
    assert str(number_of(value, **card)) == shown


@pytest.mark.parametrize(
    ("text", "figure"),
    [("−1,234.50", "-1234.50"), ("0", "0"), ("―", "None"), ("", "None"), ("未設定", "None"), ("12件", "None")],
)
def test_a_printed_number_is_a_number_again(text, figure):
    assert str(number_in(text)) == figure


@pytest.mark.parametrize(
    ("text", "unit", "figure"),
    [("+18.5ポイント", "ポイント", "18.5"), ("−44.1人", "人", "-44.1"), ("2,858千円", "千円", "2858")],
)
def test_a_printed_number_with_its_unit_is_one_too(text, unit, figure):
    assert str(figure_of(text, unit)) == figure


def test_the_table_of_values_gives_each_at_its_cards_decimals_and_exactly_once(tmp_path):
    store = new_store(tmp_path)
    said = reading(
        answer(RATE, value=15 / 36.4 * 100, period="FY2024", release="final"),
        answer(PAPER, value=4512.0, period="FY2024", release="final"),
    )
    send(store, save_return(store, said, b"1", "回答.xlsx", by="x", at=later(1)).submission_id, by="x", at=later(1))
    table = observations_table(store.snapshot("tiny"))
    heading, *rows = csv_rows(table)
    got = [(r[heading.index("値")], r[heading.index("正確な値")]) for r in rows]
    assert got == [("41.2", "41.2087912087912"), ("4512.0", "4512")]
    drawn = sheet(table)
    cells = [drawn.cell(4, heading.index(h) + 1) for h in ("値", "正確な値", "回答日時")]
    assert [c.number_format for c in cells] == ["#,##0.0", "#,##0.0000000000000", "yyyy-mm-dd hh:mm:ss"]
    assert all(c.number_format != "General" for c in drawn[4] if c.data_type == "n" and c.value is not None)


def test_the_table_of_rules_states_baseline_and_target_and_the_band(tmp_path):
    snapshot = new_store(tmp_path).snapshot("tiny")
    held = replace(snapshot.cards[RATE], direction="maintain", target=None, band=(90.0, 110.25))
    table = cards_table(replace(snapshot, cards={RATE: held, PAPER: snapshot.cards[PAPER]}))
    heading, *rows = csv_rows(table)
    told = [[r[heading.index(h)] for h in ("現状値", "目標値", "維持の範囲")] for r in rows]
    assert told == [["42.5", "", "90.0～110.25%"], ["5230.4", "3600.0", ""]]


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    """The state that the screens draw from, with the samples in it."""
    snapshot = store_of(with_samples(tmp_path_factory.mktemp("screens")))
    snapshot = snapshot.snapshot(snapshot.plan_ids()[0])
    day = date(2026, 11, 21)
    judged_rows = assess(
        cards_of(snapshot.cards.values()), snapshot.observations, as_of=day, scheme=snapshot.plan.scheme
    ).set_index("indicator_id", drop=False)
    return Assessment(snapshot, day, judged_rows, None, judged_rows, "test")


def files_of(state):
    """Every table of figures that a screen gives away."""
    yield "判定", indicator_table(state)
    yield "回答", observations_table(state.snapshot)
    yield "条件", cards_table(state.snapshot)
    yield "全国", pair_table(pairs(state.benchmarks, state.plan.area_code), state.plan.area_name)
    for series in state.snapshot.series["series_id"]:
        yield f"公表値 {series}", published_table(state, series)
    for indicator in state.plan.indicators:
        yield indicator.name, table_of(story(state, indicator), state.card(indicator.id))
    said = everything_said(state, state.plan.indicators, sources(state))
    yield "引継ぎ", as_table(state, state.plan.indicators, said)


#: Figures stand in these columns, whatever the table.
FIGURES = {
    "値",
    "正確な値",
    "現状値",
    "今回",
    "目標",
    "目標値",
    "進捗率(%)",
    "計画上の進捗(%)",
    "ペース",
    "差",
    "全国",
    "青森県",
}


def test_every_figure_that_a_screen_gives_away_is_a_number_with_a_format_and_without_noise(screens):
    for name, table in files_of(screens):
        drawn, heading = sheet(table), [str(c) for c in table.columns]
        assert heading.count("正確な値") <= 1
        for row in drawn.iter_rows(min_row=4, max_row=3 + len(table)):
            for head, cell in zip(heading, row, strict=True):
                if head in FIGURES and cell.value is not None:
                    assert cell.data_type == "n", (name, head, cell.value)
                    assert cell.number_format.startswith("#,##0"), (name, head)
                if cell.data_type == "d":
                    assert cell.number_format.startswith("yyyy"), (name, head)
        for line in csv_rows(table)[1:]:
            noisy = [c for h, c in zip(heading, line, strict=True) if h in FIGURES and len(c.strip("-0.")) > 16]
            assert not noisy, (name, noisy)
    mine = screens.plan.indicators
    told = as_table(screens, mine, everything_said(screens, mine, sources(screens)))
    assert isinstance(told["日付"].dropna().iloc[0], date)


def test_what_is_given_away_of_an_indicator_does_not_contradict_its_status(screens):
    table = indicator_table(screens)
    assert {"今回", "正確な値", "維持の範囲"} <= set(table.columns)
    assert table["今回"].notna().sum() >= 10
    for row in table.to_dict("records"):
        indicator = next(i for i in screens.plan.indicators if i.number == row["番号"])
        card = screens.snapshot.cards[indicator.id]
        if row["今回"] is not None and row["目標"] is not None and card.direction != "maintain":
            ahead = row["今回"] >= row["目標"] if card.direction == "increase" else row["今回"] <= row["目標"]
            assert ahead == (row["判定"] == "達成"), row["指標"]
