# ruff: noqa: E501 (cells read as rows of a sheet)
"""Lists as prefectures publish them, with the truth beside each: what is taken without a question is the truth."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from loaders.lists.columns.list_years import year_of
from loaders.lists.list_answers import of_period
from loaders.lists.list_layout import Told
from loaders.lists.list_words import column_role
from tests.loaders.lists.reading import asked, read, rows, sheet_of
from tests.loaders.lists.sheets import book
from tests.loaders.lists.test_list_taking import HOW, put_in, services
from tests.storekit import new_store

Truth = Mapping[str, Mapping[tuple[str, str], float]]

#: Two-row heads of mixed eras, full-width digits, 約, △, ―, ratios beside the values, a row of sums, a remark.
_TWO_ROWS = book("進捗", {
    "A1": "【資料２】令和６年度　ＫＰＩ進捗状況一覧（令和７年３月末現在）", "A3": "№", "B3": "指標名", "C3": "単位", "D3": "基準値", "E3": "実績値", "H3": "目標値", "J3": "達成率", "K3": "対前年度比", "L3": "備考",
    "D4": "令和元", "E4": "R4", "F4": 2023, "G4": "令和６年度", "H4": "R6", "I4": "R10",
    "A5": "１", "B5": "オンライン申請の割合", "C5": "％", "D5": "１２．３", "E5": "約３０", "F5": "38.5%", "G5": 45.2, "H5": 50, "I5": 80, "J5": 0.904, "K5": 1.174,
    "A6": "２", "B6": "連携した手続", "C6": "件", "D6": "—", "E6": "1,205", "F6": "1,350件", "G6": "1，480", "H6": "1,500", "I6": "2,000", "J6": 0.987, "K6": 1.096,
    "A7": "３", "B7": "人材の過不足", "C7": "人", "D7": "△5", "E7": "▲12", "F7": "-15", "G7": "△20", "H7": 0, "I7": 0, "L7": "※R6は速報",
    "B8": "計", "D8": 1, "E8": 2, "F8": 3, "G8": 4, "H8": 5, "I8": 6,
}, ["E3:G3", "H3:I3", "A3:A4", "B3:B4", "C3:C4", "J3:J4", "K3:K4", "L3:L4"])  # fmt: skip

#: What a value is stands in brackets behind its year, the unit in 【】 behind the name, ※ in brackets behind a value.
_BRACKETS = book("指標", {
    "A1": "施策", "B1": "KPI【単位】", "C1": "R2(現状)", "D1": "R4(実績)", "E1": "R5(実績)", "F1": "R6(実績見込)", "G1": "R7(目標)", "H1": "R10(目標)",
    "A2": "１　行政", "B2": "電子決裁率【％】", "C2": "62.1", "D2": "71.4", "E2": "80", "F2": "85", "G2": "90", "H2": "100",
    "B3": "AIの導入業務数【業務】", "C3": "3", "D3": "5(※)", "E3": "8", "F3": "１１", "G3": "15", "H3": "30",
    "A4": "２　生活", "B4": "無線LANの設置箇所数【か所】", "C4": "120か所", "D4": "135か所", "E4": "150か所", "F4": "162か所", "G4": "180か所", "H4": "250か所", "A6": "※は年度途中の集計",
}, ["A2:A3"])  # fmt: skip

#: Halves and 9月末 beside whole years.
_PARTS = book("進捗", {
    "A1": "指標", "B1": "R5実績", "C1": "R6上半期実績", "D1": "R6年度（9月末）実績", "E1": "R6年度末見込", "F1": "R6年度目標", "G1": "進捗率", "H1": "最終目標（R9）",
    "A2": "相談件数（件）", "B2": 500, "C2": 255, "D2": 260, "E2": 520, "F2": 550, "G2": "47.3%", "H2": 700,
    "A3": "満足度（％）", "B3": 71.2, "C3": "73.4", "D3": 73.5, "E3": 75, "F3": 75, "G3": "98.0%", "H3": 85,
})  # fmt: skip


#: Percent formats, a day in place of a value, a ratio of two years.
def _formatted() -> bytes:
    made = load_workbook(io.BytesIO(book("一覧", {
        "A1": "指標", "B1": "単位", "C1": "計画策定時\n（R5年度）", "D1": "R6年度\n実績", "E1": "R7年度\n実績", "F1": "目標\n（R10年度）", "G1": "R7/R6",
        "A2": "キャッシュレス決済の比率", "B2": "%", "C2": 0.325, "D2": 0.41, "E2": 0.468, "F2": 0.6, "G2": 1.14,
        "A3": "標準化の完了日", "D3": date(2025, 3, 31), "F3": date(2027, 3, 31),
        "A4": "削減した時間", "B4": "時間", "C4": 1200, "D4": 3500.5, "E4": 5120, "F4": 10000,
    })))  # fmt: skip
    page = made.worksheets[0]
    for address, shown in {"C2": "0.0%", "D2": "0%", "E2": "0.0%", "F2": "0%", "G2": "0.0%", "D4": "#,##0"}.items():
        page[address].number_format = shown
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


#: Lines of target, value and ratio; 速報 in a cell, 調査中.
_LINES = book("数値目標", {
    "A1": "基本目標", "B1": "数値目標（KPI）", "C1": "区分", "D1": "令和3年度", "E1": "令和4年度", "F1": "令和5年度", "G1": "令和6年度", "H1": "令和7年度",
    "A2": "Ⅰ くらし", "B2": "遠隔診療を行う医療機関（機関）", "C2": "目標", "D2": 10, "E2": 15, "F2": 20, "G2": 25, "H2": 30, "C3": "実績", "D3": 8, "E3": 16, "F3": 19, "G3": "22（速報）", "C4": "達成率", "D4": "80.0%", "E4": "106.7%", "F4": "95.0%", "G4": "88.0%",
    "B5": "スマート農業の経営体（経営体）", "C5": "目標", "D5": 100, "E5": 200, "F5": 300, "G5": 400, "H5": 500, "C6": "実績", "D6": "90", "E6": "２１０", "F6": "－", "G6": "調査中", "C7": "達成率", "D7": 0.9, "E7": 1.05,
}, ["A2:A7", "B2:B4", "B5:B7"])  # fmt: skip

#: Pairs of value and ratio under merged years that are numbers.
_PAIRS = book("実績", {
    "A1": "KPI", "B1": "所管課", "C1": 2022, "E1": 2023, "G1": 2024, "I1": 2026, "C2": "実績", "D2": "達成率(%)", "E2": "実績", "F2": "達成率(%)", "G2": "実績", "H2": "達成率(%)", "I2": "目標",
    "A3": "公開したデータ(件)", "B3": "デジタル課", "C3": 100, "D3": 50, "E3": 130, "F3": 65, "G3": 150, "H3": 75, "I3": 200,
    "A4": "アプリの利用者(千人)", "B4": "広報課", "C4": 1.5, "D4": 15, "E4": 2.5, "F4": 25, "G4": 4, "H4": 40, "I4": 10,
}, ["C1:D1", "E1:F1", "G1:H1", "A1:A2", "B1:B2"])  # fmt: skip

#: Target first, then today's value, then that of the beginning.
_BACKWARDS = book("一覧", {
    "A1": "重要業績評価指標（ＫＰＩ）", "B1": "目標値（R9）", "C1": "現状値（R6）", "D1": "基準値（R3）", "E1": "進捗状況",
    "A2": "テレワークの実施率", "B2": "40.0％", "C2": "25.5％", "D2": "１５％", "E2": "概ね順調", "A3": "うち県庁", "B3": "60.0％", "C3": "55％", "D3": "30％", "E3": "順調",
})  # fmt: skip

#: Places, ranges, fractions, scales, words; the year of each value beside it.
_ODD = book("指標", {
    "A1": "評価指標", "B1": "基準年", "C1": "基準値", "D1": "目標年", "E1": "目標値", "F1": "最新年", "G1": "最新値",
    "A2": "全国順位", "B2": "R4", "C2": "35位", "D2": "R9", "E2": "10位以内", "F2": "R6", "G2": "28位",
    "A3": "普及率", "B3": "R4", "C3": "10～15%", "D3": "R9", "E3": "50%以上", "F3": "R6", "G3": "20％程度",
    "A4": "実施した市町村", "B4": "R4", "C4": "12/40", "D4": "R9", "E4": "40/40", "F4": "R6", "G4": "20/40",
    "A5": "経済効果", "B5": "R4", "C5": "1億2,000万円", "D5": "R9", "E5": "3億円", "F5": "R6", "G5": "180百万円",
    "A6": "苦情", "B6": "R4", "C6": "100件", "D6": "R9", "E6": "半減", "F6": "R6", "G6": "８０件",
})  # fmt: skip

#: The rest of the year beside a value, and words on a line of their own.
_BESIDE = book("実績", {
    "A1": "指標", "B1": "R5実績", "C1": "R6実績", "D1": "目標（R10）",
    "A2": "相談(件)", "B2": "500", "C2": "260(9月末)", "D2": 700, "A3": "登録(件)", "B3": "10", "C3": "R6.9末 12", "D3": 30,
    "A4": "受講者(人)", "B4": "累計\n100", "C4": "50人\n(R6年度(9月末))", "D4": "延べ\n200人", "A5": "増減(人)", "B5": "△\n3", "C5": "▲ 4", "D5": "0",
    "A6": "来訪者(人)", "B6": "（千人）45", "C6": "46\n速報", "D6": "千人\n60", "A7": "会員(人)", "B7": "7\n○", "C7": "8\n(県調べ)", "D7": "9\n(累計)",
})  # fmt: skip

CASES: Mapping[str, tuple[bytes, Truth]] = {
    "two rows": (_TWO_ROWS, {
        "オンライン申請の割合": {("baseline", "FY2019"): 12.3, ("actual", "FY2023"): 38.5, ("actual", "FY2024"): 45.2, ("milestone", "FY2024"): 50, ("target", "FY2028"): 80},
        "連携した手続": {("actual", "FY2022"): 1205, ("actual", "FY2023"): 1350, ("actual", "FY2024"): 1480, ("milestone", "FY2024"): 1500, ("target", "FY2028"): 2000},
        "人材の過不足": {("baseline", "FY2019"): -5, ("actual", "FY2022"): -12, ("actual", "FY2023"): -15, ("milestone", "FY2024"): 0, ("target", "FY2028"): 0},
    }),
    "brackets": (_BRACKETS, {
        "電子決裁率": {("baseline", "FY2020"): 62.1, ("actual", "FY2022"): 71.4, ("actual", "FY2023"): 80, ("actual", "FY2024"): 85, ("milestone", "FY2025"): 90, ("target", "FY2028"): 100},
        "AIの導入業務数": {("baseline", "FY2020"): 3, ("actual", "FY2022"): 5, ("actual", "FY2023"): 8, ("actual", "FY2024"): 11, ("milestone", "FY2025"): 15, ("target", "FY2028"): 30},
        "無線LANの設置箇所数": {("baseline", "FY2020"): 120, ("actual", "FY2022"): 135, ("actual", "FY2023"): 150, ("actual", "FY2024"): 162, ("milestone", "FY2025"): 180, ("target", "FY2028"): 250},
    }),
    "parts of a year": (_PARTS, {
        "相談件数": {("actual", "FY2023"): 500, ("actual", "FY2024H1"): 255, ("actual", "2024-09"): 260, ("actual", "FY2024"): 520, ("milestone", "FY2024"): 550, ("target", "FY2027"): 700},
        "満足度": {("actual", "FY2023"): 71.2, ("actual", "FY2024H1"): 73.4, ("actual", "2024-09"): 73.5, ("actual", "FY2024"): 75, ("milestone", "FY2024"): 75, ("target", "FY2027"): 85},
    }),
    "formats": (_formatted(), {
        "キャッシュレス決済の比率": {("baseline", "FY2023"): 32.5, ("actual", "FY2024"): 41, ("actual", "FY2025"): 46.8, ("target", "FY2028"): 60},
        "標準化の完了日": {}, "削減した時間": {("baseline", "FY2023"): 1200, ("actual", "FY2024"): 3500.5, ("actual", "FY2025"): 5120, ("target", "FY2028"): 10000},
    }),
    "lines": (_LINES, {
        "遠隔診療を行う医療機関": {("milestone", "FY2021"): 10, ("milestone", "FY2022"): 15, ("milestone", "FY2023"): 20, ("milestone", "FY2024"): 25, ("actual", "FY2021"): 8, ("actual", "FY2022"): 16, ("actual", "FY2023"): 19},
        "スマート農業の経営体": {("milestone", "FY2021"): 100, ("milestone", "FY2022"): 200, ("milestone", "FY2023"): 300, ("milestone", "FY2024"): 400, ("actual", "FY2021"): 90, ("actual", "FY2022"): 210},
    }),
    "pairs": (_PAIRS, {
        "公開したデータ": {("actual", "FY2022"): 100, ("actual", "FY2023"): 130, ("actual", "FY2024"): 150, ("target", "FY2026"): 200},
        "アプリの利用者": {("actual", "FY2022"): 1.5, ("actual", "FY2023"): 2.5, ("actual", "FY2024"): 4, ("target", "FY2026"): 10},
    }),
    "backwards": (_BACKWARDS, {
        "テレワークの実施率": {("baseline", "FY2021"): 15, ("actual", "FY2024"): 25.5, ("target", "FY2027"): 40},
        "うち県庁": {("baseline", "FY2021"): 30, ("actual", "FY2024"): 55, ("target", "FY2027"): 60},
    }),
    "odd values": (_ODD, {
        "全国順位": {("baseline", "FY2022"): 35, ("actual", "FY2024"): 28}, "普及率": {}, "実施した市町村": {}, "経済効果": {},
        "苦情": {("baseline", "FY2022"): 100, ("actual", "FY2024"): 80},
    }),
    "beside": (_BESIDE, {
        "相談": {("actual", "FY2023"): 500, ("target", "FY2028"): 700}, "登録": {("actual", "FY2023"): 10, ("actual", "2024-09"): 12, ("target", "FY2028"): 30},
        "受講者": {("actual", "2024-09"): 50}, "増減": {("actual", "FY2023"): -3, ("actual", "FY2024"): -4, ("target", "FY2028"): 0},
        "来訪者": {}, "会員": {("actual", "FY2023"): 7, ("actual", "FY2024"): 8},
    }),
}  # fmt: skip
#: What of each is asked: cells and codes.
QUESTIONS: Mapping[str, set[str]] = {
    "two rows": {"E5 value", "L7 release", "B8 row"},
    "brackets": set(),
    "parts of a year": set(),
    "formats": {"G1 column", "D3 value", "F3 value"},
    "lines": {"H1 column", "G3 value"},
    "pairs": set(),
    "backwards": set(),
    "odd values": {"E2 value", "C3 value", "E3 value", "G3 value", "C4 value", "E4 value", "G4 value", "A5 unit", "C5 value", "G5 value", "E6 value"},
    "beside": {"C2 value", "B4 value", "D4 value", "B6 value", "C6 value", "D6 value", "D7 value"},
}  # fmt: skip


def place_of(address: str) -> tuple[int, int]:
    letters, row = coordinate_from_string(address)
    return row, column_index_from_string(letters)


@pytest.mark.parametrize("case", CASES)
def test_what_is_taken_without_a_question_is_the_truth_and_all_of_it(case: str) -> None:
    data, truth = CASES[case]
    taken = {
        one.name: {(f.role, f.period.code if f.period else "-"): f.value for f in one.figures if f.value is not None and not f.open}
        for one in read(data).indicators
    }  # fmt: skip
    assert taken == truth


@pytest.mark.parametrize("case", CASES)
def test_what_is_asked_is_what_nobody_can_know(case: str) -> None:
    assert set(asked(read(CASES[case][0]))) == QUESTIONS[case]


@pytest.mark.parametrize(("heading", "code"), [
    ("R6年度（9月末）", "2024-09"), ("R6(9月末現在)", "2024-09"), ("R6.9月末", "2024-09"), ("令和6年度9月末", "2024-09"), ("R6上半期", "FY2024H1"),
    ("令和6年度（下期）", "FY2024H2"), ("R6年度（令和7年3月末）", "FY2024"), ("R6年度", "FY2024"), ("中間目標（R8）", "FY2026"), ("R6中間実績", None), ("R6年度第2四半期", None),
])  # fmt: skip
def test_a_part_of_a_year_is_not_the_year(heading: str, code: str | None) -> None:
    found = year_of(heading)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(("heading", "role"), [
    ("R6(実績)", "actual"), ("R10（目標）", "target"), ("R2(策定時)", "baseline"), ("R6(見込)", "actual"), ("R6(確定)", "year"), ("R6(2024)", "year"),
    ("対前年度比", "skip"), ("目標達成率", "skip"), ("R6進捗率", "skip"), ("増減率", "skip"),
])  # fmt: skip
def test_what_stands_beside_a_year_or_compares(heading: str, role: str) -> None:
    assert column_role(heading) == role


def test_a_year_goes_on_without_its_era_and_from_what_a_person_says() -> None:
    across = {
        "A1": "指標",
        "C1": "4年度",
        "D1": "5年度実績",
        "E1": "6年度",
        "F1": "目標(R8)",
        "A2": "会員(人)",
        "B2": 3,
        "C2": 4,
        "D2": 5,
        "E2": 6,
        "F2": 9,
    }
    sure = read(book("推移", {**across, "B1": "令和3年度"}))
    assert rows(sure)["会員"] == (
        "actual 3 FY2021 B2",
        "actual 4 FY2022 C2",
        "actual 5 FY2023 D2",
        "actual 6 FY2024 E2",
        "target 9 FY2026 F2",
    )
    unsure = read(book("推移", {**across, "B1": "3年度"}), of_period(Told(columns={"B": "actual"}), "B", "FY2021"))
    assert rows(unsure)["会員"] == rows(sure)["会員"]


def test_names_alone_one_after_the_other_are_each_asked() -> None:
    data = book("一覧", {
        "A1": "指標", "B1": "R5実績", "A2": "県内企業のうち(%)", "B2": 40, "A3": "DXに取り組む割合", "A4": "オンライン講座の", "A5": "受講者(人)", "B5": 100, "A6": "おわりの行",
    })  # fmt: skip
    assert set(asked(read(data))) == {"A3 row", "A4 row", "A6 row"}


def test_the_number_of_a_document_is_no_field() -> None:
    data = book("一覧", {"A1": "【別紙１】取組の状況", "A3": "指標", "B3": "R5実績", "A4": "会員(人)", "B4": 40})
    assert [one.field for one in read(data).indicators] == [""]


@pytest.mark.parametrize("case", CASES)
def test_what_is_kept_of_a_plan_begun_from_each_is_the_truth_with_its_cells(case: str, tmp_path: Path) -> None:
    data, truth = CASES[case]
    store = new_store(tmp_path)
    number = services(store).begin_from_list(put_in(data, Told()), HOW)
    assert isinstance(number, str), number
    plan, shown = store.plan(HOW.plan_id), store.snapshot(HOW.plan_id)
    names = {one.id: one.name for one in plan.indicators}
    found: dict[str, dict[tuple[str, str], float | None]] = {name: {} for name in names.values()}
    for row in shown.observations.to_dict("records"):
        found[names[row["indicator_id"]]]["actual", row["period"]] = row["value"]
        (passport,) = store.trace(row["code"])
        cell = sheet_of(data).sheets[0].at(*place_of(passport.cell))
        assert cell
        assert cell.written.strip() == passport.written
    for card in plan.cards:
        own = found[names[card.indicator_id]]
        own |= {("milestone", period.code): value for period, value in card.milestones}
        own |= {("baseline", card.baseline_period.code): card.baseline} if card.baseline_period else {}
        own |= {("target", card.target_period.code): card.target} if card.target_period else {}
    assert found == truth
    assert store.verify() == ()
