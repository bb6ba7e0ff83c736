# ruff: noqa: E501 (cells read as rows of a sheet)
"""Lists of indicators typed cell by cell in the shapes in which offices publish them; figures are made up.

Each is a sheet as a person would have typed it into Excel; nothing here is written by the program's own writers.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def book(sheet: str, cells: Mapping[str, object], merged: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet."""
    made = Workbook()
    fill(made.active, sheet, cells, merged)  # type: ignore[arg-type]
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def fill(page: Worksheet, sheet: str, cells: Mapping[str, object], merged: Sequence[str] = ()) -> None:
    """Put cells into a sheet."""
    page.title = sheet
    for address, written in cells.items():
        page[address] = written
    for area in merged:
        page.merge_cells(area)


#: 項目 / 指標 / 策定時 / 前年度 / 現状値 / 目標値 / 評価; the year stands in the cells; children ア, イ; two values in one.
YEAR_IN_CELLS = book("進捗一覧", {
    "A1": "ICT利活用推進計画　進捗状況一覧",
    "A3": "項目", "B3": "指標", "C3": "策定時", "D3": "前年度", "E3": "現状値", "F3": "目標値", "G3": "評価",
    "A4": "くらし", "B4": "防災情報メールの登録者数",
    "C4": "1,820人(H28年度)", "D4": "2,410人(H29年度)", "E4": "2,930人(H30年度)", "F4": "4,000人(R2年度)", "G4": "B",
    "B5": "無線LANを使える施設の割合",
    "B6": "ア 観光施設", "C6": "31.5%(H27年度)", "D6": "40.2%(H29年度)", "E6": "46.8%(H30年度)", "F6": "70%(R2年度)", "G6": "B",
    "B7": "イ 公共施設", "C7": "22.0%(H28年度)", "D7": "28.4%(H29年度)", "E7": "35.1%(H30年度)", "F7": "60%(R2年度)", "G7": "C",
    "A8": "まなび", "B8": "授業でICTを使える教員の割合",
    "C8": "74.1%(小) 69.3%(中)", "D8": "76.0%(小) 70.8%(中)", "E8": "97.0%(小) 98.2%(中)", "F8": "100%(R2年度)", "G8": "A",
    "A9": "しごと", "B9": "テレワークを導入した県内企業の割合",
    "C9": "6.4%(H28年度)", "D9": "―", "E9": "9.9%(H30年度)", "F9": "15%(R2年度)", "G9": "B",
}, ["A4:A7"])  # fmt: skip

#: Small tables under headings; the definition under the name; years in brackets, one without its era; a target in words.
SMALL_TABLES = book("数値目標", {
    "A1": "数値目標一覧",
    "A3": "1 安全・安心なくらし",
    "A4": "指標", "B4": "現状", "C4": "目標",
    "A5": "自主防災組織の活動カバー率\n(全世帯のうち自主防災組織の区域に住む世帯の割合)", "B5": "60.2%(平成28年度)", "C5": "80%(32年度)",
    "A6": "刑法犯認知件数", "B6": "8,123件(平成28年)", "C6": "減少を目指します",
    "A8": "2 活力あるしごと",
    "A9": "指標", "B9": "現状", "C9": "目標",
    "A10": "新規就農者数\n※毎年度の累計ではない", "B10": "244人(平成28年度)", "C10": "1,230人(32年度)",
    "A11": "外国人延べ宿泊者数", "B11": "28.6万人泊(平成28年)", "C11": "50万人泊(平成32年)",
})  # fmt: skip

#: The value and its year on two lines of a cell, notes inside.
TWO_LINES = book("別表", {
    "A1": "施策", "B1": "指標名", "C1": "現状値", "D1": "目標値",
    "A2": "電子申請の推進", "B2": "電子申請の利用率", "C2": "45.2%\n(平成29年度)", "D2": "60.0%\n(令和3年度)",
    "B3": "オンライン化した手続の数", "C3": "128件\n令和元年度\n※庁内調査", "D3": "300件\n令和4年度",
    "A4": "データの公開", "B4": "公開したデータセットの数", "C4": "87件\n(令和元年度末)※速報", "D4": "200件\n(令和4年度末)",
}, ["A2:A3"])  # fmt: skip

#: Transposed: what a value is stands in the rows, the value and its time in the columns.
TRANSPOSED = book("工程表", {
    "A1": "指標名", "B1": "区分", "C1": "数値", "D1": "時点",
    "A2": "産業データ活用の相談件数(件)", "B2": "基準値", "C2": 42, "D2": "平成26年度",
    "B3": "年度当初値", "C3": 61, "D3": "平成28年度", "B4": "今年度目標値", "C4": 75, "D4": "平成29年度",
    "B5": "今年度実績値", "C5": 79, "D5": "平成29年度", "B6": "長期的目標値", "C6": 120, "D6": "平成32年度",
    "A7": "衛星データを使う農業者の割合(%)", "B7": "基準値", "C7": 3.5, "D7": "平成26年度",
    "B8": "年度当初値", "C8": 8.1, "D8": "平成28年度", "B9": "今年度目標値", "C9": 10, "D9": "平成29年度",
    "B10": "今年度実績値", "C10": None, "D10": "平成29年度", "B11": "長期的目標値", "C11": 25, "D11": "平成32年度",
}, ["A2:A6", "A7:A11"])  # fmt: skip

#: The same the other way: the kinds of values across, 数値 and 時点 down.
TRANSPOSED_ACROSS = book("工程表", {
    "A1": "指標", "B1": "区分", "C1": "基準値", "D1": "年度当初値", "E1": "今年度目標値", "F1": "今年度実績値", "G1": "長期的目標値",
    "A2": "産業データ活用の相談件数(件)", "B2": "数値", "C2": 42, "D2": 61, "E2": 75, "F2": 79, "G2": 120,
    "B3": "時点", "C3": "H26", "D3": "H28", "E3": "H29", "F3": "H29", "G3": "H32",
    "A4": "衛星データを使う農業者の割合(%)", "B4": "数値", "C4": 3.5, "D4": 8.1, "E4": 10, "F4": None, "G4": 25,
    "B5": "時点", "C5": "H26", "D5": "H28", "E5": "H29", "F5": "H29", "G5": "H32",
}, ["A2:A3", "A4:A5"])  # fmt: skip

#: Years across, two rows without labels (target, actual), ― after completion, ○ marks.
YEARS_ACROSS = book("事業別指標", {
    "A1": "指標", "B1": "H27", "C1": "H28", "D1": "H29", "E1": "H30", "F1": "H31", "G1": "最終",
    "A2": "市町村のクラウド導入数", "B2": "5団体", "C2": "8団体", "D2": "12団体", "E2": "16団体", "F2": "20団体", "G2": "20団体",
    "B3": "6団体", "C3": "9団体", "D3": "12団体", "E3": "17団体",
    "A4": "業務システムの統合", "B4": 1, "C4": 2, "D4": "―", "E4": "―", "F4": "―", "G4": 2,
    "B5": 1, "C5": 2, "D5": "○", "E5": "○",
}, ["A2:A3", "A4:A5"])  # fmt: skip

#: Our own plan's: 分野 merged downward, a bare year as heading, all values blank, marks inside 出典.
BLANK_VALUES = book("KPI一覧", {
    "A1": "分野", "B1": "KPI", "C1": "現状値", "D1": 2028, "E1": "出典",
    "A2": "くらし・安全", "B2": "学習・自己啓発・訓練の行動者率", "E2": "社会生活基本調査(総務省)※5年ごと",
    "B3": "統合型校務支援システムの導入率", "E3": "学校における教育の情報化の実態等に関する調査",
    "A4": "産業・しごと", "B4": "労働生産性", "E4": "県民経済計算(2021-2026)",
}, ["A2:A3"])  # fmt: skip

#: Years down and indicators across, a unit row, a note beneath; a year goes on without its era.
YEARS_DOWN = book("推移", {
    "A1": "ＤＸ計画　指標の推移", "A3": "年度", "B3": "電子申請の利用率", "C3": "オンライン化した業務数", "D3": "研修の受講者数",
    "A4": "単位", "B4": "％", "C4": "業務", "D4": "人",
    "A5": "令和２年度（策定時）", "B5": 12.3, "C5": 5, "D5": "100人", "A6": "３年度実績", "B6": "15.6％", "C6": 8, "D6": "120",
    "A7": "４年度実績", "B7": 20, "C7": "－", "D7": "140 人", "A8": "R5(実績)", "B8": 22.5, "C8": 9, "D8": 150,
    "A9": "2026(目標)", "B9": 60, "C9": 30, "D9": 300, "A11": "※R5(実績)の値は速報値。",
}, ["A1:D1"])  # fmt: skip

#: The same with the target and the value of each year beside one another, and no word over the years.
PAIRS_DOWN = book("管理表", {
    "A1": "区分", "B1": "電子申請の利用率(%)", "D1": "研修の受講者(人)", "B2": "目標", "C2": "実績", "D2": "目標", "E2": "実績",
    "A3": "令和4年度", "B3": 30, "C3": 28.5, "D3": 100, "E3": 88, "A4": "令和5年度", "B4": 35, "C4": 33.1, "D4": 110, "E4": 120,
    "A5": "令和6年度", "B5": 40, "C5": 41, "D5": 120, "E5": 131,
}, ["B1:C1", "D1:E1", "A1:A2"])  # fmt: skip
