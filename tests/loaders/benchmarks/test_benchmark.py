"""The published figures: what the files hold, the traps in them, and how damage is told."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.compare.published import BREAK_COLUMNS, SERIES_COLUMNS, VALUE_COLUMNS
from kpi.issue import Severity
from kpi.period import Period
from loaders.benchmarks.benchmark_files import AREAS, load_benchmarks
from tests import ROOT

DATA = ROOT / "data" / "benchmarks"
SERIES = ",".join(SERIES_COLUMNS)
VALUES = ",".join(c for c in VALUE_COLUMNS if c != "position")
ROW = "net,利用率,,利用した人の割合,%,1,increase,調査,,,true"
TWO = "net,00,全国,CY2022,84.9,,,調査,u,exact,\nnet,02,青森県,CY2022,75.2,,,調査,u,exact,"

NEXT = TWO + "\n"


@pytest.fixture(scope="module")
def published():
    benchmarks, issues = load_benchmarks(DATA)
    assert issues == ()
    return benchmarks


def write(folder, series=ROW, values=TWO, breaks="", *, encoding="utf-8"):
    for name, header, rows in (
        ("series.csv", SERIES, series),
        ("values.csv", VALUES, values),
        ("breaks.csv", ",".join(BREAK_COLUMNS), breaks),
    ):
        (folder / name).write_bytes(f"{header}\n{rows}\n".encode(encoding))
    return folder


def test_every_published_row_says_where_it_was_read_and_how_sure_it_is(published):
    values = published.values
    assert (values["source_title"] != "").all()
    assert set(values["confidence"]) == {"exact", "plan", "secondary"}
    with_place = values[values["source"] != ""]
    assert len(values) - len(with_place) == 6  # copies of the ministry's final values, whose page was not kept
    assert set(values[values["source"] == ""]["series_id"]) == {"school-system"}


def test_positions_are_the_periods_ends_and_missing_without_a_period(published):
    values = published.values
    dated = values[values["period"] != ""]
    assert list(dated["position"]) == [Period.parse(code).position for code in dated["period"]]
    undated = values[values["period"] == ""]
    assert undated["position"].isna().all()
    assert set(undated["series_id"]) == {"fiber-coverage", "5g-coverage", "smartphone-plan"}
    assert set(undated["confidence"]) == {"plan"}


def test_the_eight_pairs_of_the_plan_exactly(published):
    plan = published.values[published.values["confidence"] == "plan"]
    found = {
        series: [plan[(plan["series_id"] == series) & (plan["area_code"] == c)]["value"].item() for c in ("02", "00")]
        for series in published.series[published.series["pair"]]["series_id"]
    }
    assert {series: tuple(values) for series, values in found.items()} == {
        "sme-dx-awareness": (77.4, 58.9),
        "sme-digital": (76.9, 91.8),
        "doctors-facility": (212.5, 256.6),
        "school-system": (49.4, 81.0),
        "fiber-coverage": (99.98, 99.72),
        "5g-coverage": (89.5, 93.2),
        "internet-use": (75.2, 84.9),
        "smartphone-plan": (66.7, 83.6),
    }


def test_trap_1_cards_issued_and_cards_held_are_two_series(published):
    nation = published.values[published.values["area_code"] == "00"].set_index(["series_id", "period"])["value"]
    assert nation["mynumber-issued", "2023-03-31"] == 67.0
    assert nation["mynumber-held", "2025-01-31"] == 77.6
    assert ("mynumber-issued", "2025-01-31") not in nation.index


def test_trap_2_preliminary_and_final_values_are_both_kept(published):
    school = published.values[published.values["series_id"] == "school-system"]
    rows = school[(school["period"] == "2022-03-01") & (school["area_code"] == "00")]
    assert sorted(set(zip(rows["release"], rows["value"], strict=True))) == [("final", 81.0), ("provisional", 79.9)]


def test_trap_3_a_restated_year_is_kept_in_each_vintage(published):
    income = published.values[published.values["series_id"] == "income-per-capita"]
    rows = income[(income["period"] == "FY2017") & (income["area_code"] == "02")]
    assert sorted(zip(rows["vintage"], rows["value"], strict=True)) == [
        ("令和元年度公表系列", 2614.0),
        ("当時の公表", 2490.0),
    ]
    assert (income["vintage"] != "").all()


def test_trap_4_all_doctors_and_doctors_in_facilities_are_two_series(published):
    for series, value in (("doctors-all", 184.1), ("doctors-facility", 174.4)):
        rows = published.values[published.values["series_id"] == series]
        own = rows[(rows["area_code"] == "02") & (rows["period"] == "2008-12-31")]
        assert list(own["value"]) == [value]


def test_trap_5_three_smartphone_indicators_and_the_plans_undefined_one_are_four_series(published):
    found = published.values[(published.values["area_code"] == "00") & (published.values["period"] == "CY2022")]
    values = dict(zip(found["series_id"], found["value"], strict=True))
    assert values["smartphone-person"] == 77.3
    assert values["smartphone-household"] == 90.1
    assert values["internet-by-smartphone"] == 71.2
    assert "smartphone-plan" not in values


def test_trap_6_each_known_break_is_on_file(published):
    breaks = set(zip(published.breaks["series_id"], published.breaks["period"], strict=True))
    assert ("fiber-coverage", "FY2023") in breaks
    assert ("ict-teaching-b", "2019-03-01") in breaks
    surveyed = ("internet-use", "internet-by-smartphone", "smartphone-person", "smartphone-household")
    assert all((series, year) in breaks for series in surveyed for year in ("CY2019", "CY2020"))
    assert set(published.values[published.values["series_id"] == "ict-teaching-b-old"]["value"]) == {73.5, 75.0}
    assert published.values[published.values["series_id"] == "ict-teaching-b"]["period"].min() > "2019"


def test_trap_7_the_small_sample_is_told_with_its_size(published):
    for series in ("internet-use", "internet-by-smartphone", "smartphone-person", "smartphone-household"):
        assert "793人" in str((published.one(series) or {})["small_sample"])


def test_trap_8_an_inferred_date_says_so_on_every_row(published):
    rows = published.values[published.values["series_id"] == "online-procedures-32"]
    assert len(rows) == 47
    assert rows["note"].str.startswith("時点は推定").all()


def test_trap_9_a_five_yearly_survey_has_only_its_own_years(published):
    rows = published.values[published.values["series_id"] == "learning-participation"]
    assert set(rows["period"]) == {"CY2011", "CY2016", "CY2021"}
    assert rows[rows["period"] == "CY2011"]["area_code"].tolist() == ["00"]
    assert "5年ごと" in str((published.one("learning-participation") or {})["note"])


def test_area_codes_are_those_of_jis(published):
    assert (AREAS["00"], AREAS["01"], AREAS["02"], AREAS["13"], AREAS["47"]) == (
        "全国",
        "北海道",
        "青森県",
        "東京都",
        "沖縄県",
    )
    assert len(AREAS) == 48
    assert set(published.values["area_code"]) <= set(AREAS)


DAMAGE = [
    (
        "unknown area",
        {"values": NEXT + "net,99,火星県,CY2021,1,,,調査,,exact,"},
        "area",
        "values.csv",
        "4行 area_code",
    ),
    ("lost zero", {"values": NEXT + "net,2,青森県,CY2021,1,,,調査,,exact,"}, "area", "values.csv", "4行 area_code"),
    ("wrong name", {"values": NEXT + "net,03,青森県,CY2021,1,,,調査,,exact,"}, "area_name", "values.csv", "4行 area"),
    ("town", {"values": NEXT + "net,02201,,CY2021,1,,,調査,,exact,"}, "area_name", "values.csv", "4行 area"),
    ("with unit", {"values": NEXT + "net,02,青森県,CY2021,75%,,,調査,,exact,"}, "number", "values.csv", "4行 value"),
    ("full width", {"values": NEXT + "net,02,青森県,CY2021,７５,,,調査,,exact,"}, "number", "values.csv", "4行 value"),
    ("nan", {"values": NEXT + "net,02,青森県,CY2021,nan,,,調査,,exact,"}, "number", "values.csv", "4行 value"),
    ("blank", {"values": NEXT + "net,02,青森県,CY2021,,,,調査,,exact,"}, "number", "values.csv", "4行 value"),
    ("period", {"values": NEXT + "net,02,青森県,R3,1,,,調査,,exact,"}, "period", "values.csv", "4行 period"),
    (
        "release",
        {"values": NEXT + "net,02,青森県,CY2021,1,速報,,調査,,exact,"},
        "release",
        "values.csv",
        "4行 release",
    ),
    ("sure", {"values": NEXT + "net,02,青森県,CY2021,1,,,調査,,maybe,"}, "confidence", "values.csv", "4行 confidence"),
    ("source", {"values": NEXT + "net,02,青森県,CY2021,1,,,,,exact,"}, "empty", "values.csv", "4行 source_title"),
    ("twice", {"values": NEXT + "net,02,青森県,CY2022,76,,,調査,,exact,"}, "duplicate", "values.csv", "4行"),
    (
        "orphan",
        {"values": NEXT + "xyz,02,青森県,CY2022,1,,,調査,,exact,"},
        "unknown_series",
        "values.csv",
        "4行 series_id",
    ),
    ("short row", {"values": NEXT + "net,02,青森県"}, "width", "values.csv", "4行"),
    ("same id", {"series": ROW + "\n" + ROW}, "duplicate", "series.csv", "3行 series_id"),
    ("no values", {"series": ROW + "\n" + ROW.replace("net,", "b,")}, "no_values", "series.csv", ""),
    ("direction", {"series": ROW + "\nb,名,,定義,%,1,up,調査,,,true"}, "direction", "series.csv", "3行 direction"),
    ("decimals", {"series": ROW + "\nb,名,,定義,%,1.5,increase,調査,,,"}, "decimals", "series.csv", "3行 decimals"),
    ("pair", {"series": ROW + "\nb,名,,定義,%,1,increase,調査,,,maybe"}, "pair", "series.csv", "3行 pair"),
    ("id", {"series": ROW + "\n,名,,定義,%,1,increase,調査,,,"}, "id", "series.csv", "3行 series_id"),
    ("definition", {"series": ROW + "\nb,名,,,%,1,increase,調査,,,"}, "empty", "series.csv", "3行 definition"),
    ("break series", {"breaks": "xyz,CY2020,理由"}, "unknown_series", "breaks.csv", "2行 series_id"),
    ("break period", {"breaks": "net,,理由"}, "period", "breaks.csv", "2行 period"),
    ("break reason", {"breaks": "net,CY2020,"}, "empty", "breaks.csv", "2行 reason"),
    ("break twice", {"breaks": "net,CY2020,甲\nnet,CY2020,乙"}, "duplicate", "breaks.csv", "3行"),
]


@pytest.mark.parametrize(("rows", "code", "sheet", "cell"), [d[1:] for d in DAMAGE], ids=[d[0] for d in DAMAGE])
def test_damage_is_told_with_its_place_and_the_good_rest_is_kept(tmp_path, rows, code, sheet, cell):
    benchmarks, issues = load_benchmarks(write(tmp_path, **rows))
    assert [(i.code, i.sheet, i.cell) for i in issues] == [(f"benchmark.{code}", sheet, cell)]
    assert issues[0].message
    assert issues[0].advice
    assert list(benchmarks.values["value"]) == [84.9, 75.2]
    assert "net" in set(benchmarks.series["series_id"])


def test_a_broken_series_takes_its_values_with_it_and_says_so(tmp_path):
    benchmarks, issues = load_benchmarks(write(tmp_path, series=ROW.replace("increase", "up")))
    assert [i.code for i in issues] == ["benchmark.direction", "benchmark.unknown_series", "benchmark.unknown_series"]
    assert len(benchmarks.series) == len(benchmarks.values) == 0


def test_a_row_with_several_faults_tells_all_of_them(tmp_path):
    _, issues = load_benchmarks(write(tmp_path, values=NEXT + "net,99,x,Q,a,b,,調査,,c,"))
    assert {i.cell for i in issues} == {f"4行 {c}" for c in ("area_code", "period", "value", "release", "confidence")}
    assert {i.severity for i in issues} == {Severity.FIX}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_files_saved_by_excel_in_cp932_are_read(tmp_path, encoding):
    benchmarks, issues = load_benchmarks(write(tmp_path, encoding=encoding))
    assert issues == ()
    assert list(benchmarks.values["area"]) == ["全国", "青森県"]


def test_rows_after_a_cell_with_a_line_break_keep_their_line_numbers(tmp_path):
    rows = 'net,00,全国,CY2022,84.9,,,調査,u,exact,"一\n二"\nnet,02,青森県,CY2022,x,,,調査,u,exact,'
    benchmarks, issues = load_benchmarks(write(tmp_path, values=rows))
    assert [i.cell for i in issues] == ["4行 value"]
    assert list(benchmarks.values["note"]) == ["一\n二"]


@pytest.mark.parametrize("name", ["series.csv", "values.csv", "breaks.csv"])
@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (None, "no_file"),
        (b"\xff\xfe\x00\x81", "encoding"),
        (b"a,b\n1,2\n", "columns"),
        (b"", "columns"),
        (b'"a', "csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_issue(tmp_path, name, damage, code):
    write(tmp_path)
    (tmp_path / name).unlink()
    if damage is not None:
        (tmp_path / name).write_bytes(damage)
    benchmarks, issues = load_benchmarks(tmp_path)
    assert (f"benchmark.{code}", name) in {(i.code, i.sheet) for i in issues}
    assert list(benchmarks.values.columns) == list(VALUE_COLUMNS)


def test_a_missing_folder_is_issues_and_empty_tables(tmp_path):
    benchmarks, issues = load_benchmarks(tmp_path / "none")
    assert {i.code for i in issues} == {"benchmark.no_file"}
    assert benchmarks.values.empty


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200), name=st.sampled_from(["series.csv", "values.csv", "breaks.csv"]))
def test_no_bytes_raise(tmp_path_factory, data, name):
    folder = write(tmp_path_factory.mktemp("bench"))
    before = (folder / name).read_bytes()
    (folder / name).write_bytes(before + data)
    benchmarks, issues = load_benchmarks(folder)
    assert isinstance(benchmarks.values, pd.DataFrame)
    assert all(i.message and i.advice for i in issues)
