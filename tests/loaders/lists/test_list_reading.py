"""Lists in the shapes in which offices publish them: each figure with its role, period and cell, none guessed."""

from __future__ import annotations

import pytest

from kpi.issue import Severity
from loaders.lists.columns.list_tables import fits, learned
from loaders.lists.list_layout import Told
from tests.loaders.lists import sheets
from tests.loaders.lists.reading import answered, asked, read, rows


def test_years_in_cells_children_and_two_values_in_one_cell() -> None:
    reading = read(sheets.YEAR_IN_CELLS)
    found = rows(reading)
    assert found["防災情報メールの登録者数"] == (
        "baseline 1820 FY2016 C4", "actual 2410 FY2017 D4", "actual 2930 FY2018 E4", "target 4000 FY2020 F4",
    )  # fmt: skip
    assert found["無線LANを使える施設の割合(観光施設)"][0] == "baseline 31.5 FY2015 C6"
    assert found["無線LANを使える施設の割合(公共施設)"][2] == "actual 35.1 FY2018 E7"
    assert found["テレワークを導入した県内企業の割合"] == (
        "baseline 6.4 FY2016 C9", "actual 9.9 FY2018 E9", "target 15 FY2020 F9",
    )  # fmt: skip
    assert {one.field for one in reading.indicators} == {"くらし", "まなび", "しごと"}
    assert asked(reading) == dict.fromkeys(("C8 value", "D8 value", "E8 value"), "list.two_values")


def test_two_values_in_one_cell_become_two_indicators_or_one_is_chosen() -> None:
    reading = read(sheets.YEAR_IN_CELLS)
    question = next(i for i in reading.open if i.cell == "E8")
    assert question.choices[0].label.startswith("2つの指標に分ける(授業でICTを使える教員の割合(小)")
    split = rows(read(sheets.YEAR_IN_CELLS, answered(Told(), question, 0)))
    assert split["授業でICTを使える教員の割合(小)"] == (
        "baseline 74.1 - C8", "actual 76 - D8", "actual 97 - E8", "target 100 FY2020 F8",
    )  # fmt: skip
    assert split["授業でICTを使える教員の割合(中)"][2] == "actual 98.2 - E8"
    one = rows(read(sheets.YEAR_IN_CELLS, answered(Told(), question, 2)))
    assert one["授業でICTを使える教員の割合"][0] == "actual 98.2 - E8"


def test_small_tables_definitions_and_a_dropped_era() -> None:
    reading = read(sheets.SMALL_TABLES)
    found = {one.name: one for one in reading.indicators}
    assert found["自主防災組織の活動カバー率"].definition == "全世帯のうち自主防災組織の区域に住む世帯の割合"
    assert found["自主防災組織の活動カバー率"].field == "1 安全・安心なくらし"
    assert found["外国人延べ宿泊者数"].field == "2 活力あるしごと"
    assert rows(reading)["外国人延べ宿泊者数"] == ("baseline 28.6 CY2016 B11", "target 50 CY2020 C11")
    assert rows(reading)["刑法犯認知件数"] == ("baseline 8123 CY2016 B6", "target 減少を目指します - C6")
    assert asked(reading) == {
        "C5 period": "list.era", "C6 value": "list.words_target", "C10 period": "list.era",
    }  # fmt: skip
    era = next(i for i in reading.open if i.cell == "C10")
    assert [c.label for c in era.choices] == ["令和2年度(2020年度)として取り込む"]
    assert rows(read(sheets.SMALL_TABLES, answered(Told(), era, 0)))["新規就農者数"][1] == "target 1230 FY2020 C10"


def test_a_target_in_words_is_kept_as_words_or_left_out() -> None:
    question = next(i for i in read(sheets.SMALL_TABLES).open if i.code == "list.words_target")
    kept = read(sheets.SMALL_TABLES, answered(Told(), question, 0))
    assert rows(kept)["刑法犯認知件数"][1] == "target 減少を目指します - C6"
    assert "C6 value" not in asked(kept)
    without = read(sheets.SMALL_TABLES, answered(Told(), question, 1))
    assert rows(without)["刑法犯認知件数"] == ("baseline 8123 CY2016 B6",)


def test_value_and_year_on_two_lines_with_notes() -> None:
    reading = read(sheets.TWO_LINES)
    assert rows(reading) == {
        "電子申請の利用率": ("baseline 45.2 FY2017 C2", "target 60 FY2021 D2"),
        "オンライン化した手続の数": ("baseline 128 FY2019 C3", "target 300 FY2022 D3"),
        "公開したデータセットの数": ("baseline 87 FY2019 C4", "target 200 FY2022 D4"),
    }
    assert reading.indicators[2].figures[0].release == "provisional"
    assert not reading.open
    assert [one.field for one in reading.indicators] == ["電子申請の推進", "電子申請の推進", "データの公開"]


@pytest.mark.parametrize("data", [sheets.TRANSPOSED, sheets.TRANSPOSED_ACROSS])
def test_transposed_both_ways(data: bytes) -> None:
    reading = read(data)
    told = [" ".join(one.split()[:3]) for one in rows(reading)["産業データ活用の相談件数"]]
    assert told == ["baseline 42 FY2014", "actual 61 FY2016", "milestone 75 FY2017", "actual 79 FY2017",
                    "target 120 FY2020"]  # fmt: skip
    assert [one.unit for one in reading.indicators] == ["件", "%"]
    assert not reading.open


def test_years_across_with_two_rows_that_nothing_labels() -> None:
    reading = read(sheets.YEARS_ACROSS)
    assert asked(reading) == {"A1 lines": "list.lines"}
    found = rows(reading)
    assert found["市町村のクラウド導入数"][:2] == ("milestone 5 FY2015 B2", "milestone 8 FY2016 C2")
    assert "actual 17 FY2018 E3" in found["市町村のクラウド導入数"]
    assert "target 20 - G2" in found["市町村のクラウド導入数"]
    assert found["業務システムの統合"] == (
        "milestone 1 FY2015 B4", "milestone 2 FY2016 C4", "target 2 - G4", "actual 1 FY2015 B5", "actual 2 FY2016 C5",
    )  # fmt: skip
    turned = rows(read(sheets.YEARS_ACROSS, answered(Told(), reading.open[0], 1)))
    assert turned["市町村のクラウド導入数"][0] == "actual 5 FY2015 B2"


def test_the_plans_own_blank_table_asks_what_a_bare_year_is() -> None:
    reading = read(sheets.BLANK_VALUES)
    assert [one.name for one in reading.indicators] == [
        "学習・自己啓発・訓練の行動者率", "統合型校務支援システムの導入率", "労働生産性",
    ]  # fmt: skip
    assert [one.field for one in reading.indicators] == ["くらし・安全", "くらし・安全", "産業・しごと"]
    assert reading.indicators[0].source == "社会生活基本調査(総務省)※5年ごと"
    (question,) = reading.open
    assert question.code == "list.column"
    assert question.cell == "D1"
    after = read(sheets.BLANK_VALUES, answered(Told(), question, 0))
    assert not after.open
    assert next(c.kind for c in after.tables[0].columns if c.letters == "D") == "target"


def test_pointing_at_a_column_a_row_and_a_cell() -> None:
    told = Told(columns={"D": "skip"}, rows={5: "skip"}, cells={"E9": {"value": 10.9}, "F9": {"period": "FY2021"}})
    found = rows(read(sheets.YEAR_IN_CELLS, told))
    assert found["テレワークを導入した県内企業の割合"] == (
        "baseline 6.4 FY2016 C9", "actual 10.9 FY2018 E9", "target 15 FY2021 F9",
    )  # fmt: skip
    assert not any(one.startswith("actual 2410") for one in found["防災情報メールの登録者数"])


def test_a_column_without_its_time_is_asked_once_and_told_by_pointing() -> None:
    data = sheets.book("表", {"A1": "指標", "B1": "現状値", "C1": "目標値", "A2": "利用率", "B2": "45.2%", "C2": "60%",
                             "A3": "登録者数", "B3": "10人", "C3": "20人"})  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"B1 at": "list.no_period"}
    after = read(data, Told(periods={"B": "FY2022"}))
    assert not after.open
    assert rows(after)["登録者数"][0] == "baseline 10 FY2022 B3"


def test_a_head_of_two_rows() -> None:
    data = sheets.book("表", {
        "A1": "指標", "B1": "現状値", "D1": "目標値", "B2": "値", "C2": "年度", "D2": "値", "E2": "年度",
        "A3": "利用率(%)", "B3": 45.2, "C3": "R4", "D3": 60, "E3": "R10",
    }, ["A1:A2", "B1:C1", "D1:E1"])  # fmt: skip
    reading = read(data)
    assert rows(reading) == {"利用率": ("baseline 45.2 FY2022 B3", "target 60 FY2028 D3")}
    assert not reading.open


def test_a_kept_layout_reads_next_years_list_wherever_its_columns_are() -> None:
    first = read(sheets.BLANK_VALUES, Told(columns={"D": "actual"}))
    layout = learned(first.tables, Told(columns={"D": "actual"}), "計画のKPI一覧")
    moved = sheets.book("R6", {"A1": "番号", "B1": "分野", "C1": "KPI", "D1": "出典", "E1": "現状値", "F1": 2029,
                              "A2": "1", "B2": "くらし", "C2": "利用率", "D2": "調べ", "F2": "45%"})  # fmt: skip
    plain, known = read(moved), read(moved, None, layout)
    assert fits(plain.tables, layout)
    assert asked(plain) == {"F1 column": "list.column"}
    assert rows(known)["利用率"] == ("actual 45 FY2029 F2",)
    assert not known.open
    assert not fits(read(sheets.YEARS_ACROSS).tables, layout)


def test_what_was_taken_for_what_is_told_of_every_cell() -> None:
    marks = read(sheets.YEAR_IN_CELLS).marks
    assert marks[(3, 2)] == "heading"
    assert marks[(4, 1)] == "field"
    assert marks[(6, 2)] == "name"
    assert marks[(4, 3)] == "baseline"
    assert marks[(4, 5)] == "actual"
    assert marks[(4, 6)] == "target"


@pytest.mark.parametrize("cells", [
    {}, {"A1": "メモ"}, {"A1": "指標", "B1": "現状値"}, {"B2": 1, "C3": "#REF!"},
    {"A1": "指標", "B1": "現状値", "B2": 3.5},
])  # fmt: skip
def test_what_is_no_list_is_told_and_nothing_is_raised(cells: dict[str, object]) -> None:
    reading = read(sheets.book("表", cells))
    assert reading.open
    assert not reading.indicators
    assert all(i.message and i.advice for i in reading.open)


def test_a_number_that_is_doubtful_is_asked_with_its_readings() -> None:
    data = sheets.book("表", {"A1": "指標", "B1": "実績値(R5)", "C1": "目標値(R10)", "A2": "順位(位)", "B2": "約12位",
                             "C2": "全国5位以内"})  # fmt: skip
    reading = read(data)
    assert set(asked(reading)) == {"B2 value", "C2 value"}
    of_target = next(i for i in reading.open if i.cell == "C2")
    assert [c.label for c in of_target.choices] == [
        "5位として取り込む", "文のまま残し、数値の目標は未設定とする", "取り込まない",
    ]  # fmt: skip
    assert all(i.severity is Severity.ASK for i in reading.open)
    assert rows(read(data, answered(Told(), of_target, 0)))["順位"][-1] == "target 5 FY2028 C2"
