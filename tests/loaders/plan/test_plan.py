"""Plan files: a second plan without any code, and each way a file can be broken."""

# Tables of cases are read a case a line, and Japanese counts double.
# ruff: noqa: E501

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.issue import Issue, Severity
from kpi.period import Period
from kpi.plan import Plan, find_department
from loaders.plan.columns import CSV_SHAPES
from loaders.plan.folder import load_plan, plan_folders
from tests import ROOT
from tests.samplekit import PLAN, PLANS


@pytest.fixture(scope="module")
def prefecture() -> Plan:
    plan, issues = load_plan(PLANS / PLAN)
    assert issues == ()
    assert plan is not None
    return plan


# ---- departments


def test_a_department_is_called_by_the_name_of_the_day(prefecture: Plan) -> None:
    planning = prefecture.department("planning")
    assert planning.name(date(2024, 3, 31)) == "企画政策部"
    assert planning.name(date(2024, 4, 1)) == "総合政策部"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("企画政策部", "planning"), ("総合政策部", "planning"), ("県企画政策部調べ", "planning"),
        ("青森県　総合政策部 DX推進課", "planning"), ("県警本部", "police"), ("県警察本部", "police"), ("警察 本部", "police"),
        ("県土整備部", "land"), ("県県土整備部", "land"), ("教育委員会", "education"), ("総務部\n", "general-affairs"),
        ("経済部", None), ("", None), ("県", None), ("部", None), ("総務部長", None), ("農林水産部・県土整備部", None),
    ],
)  # fmt: skip
def test_written_names_find_their_department(prefecture: Plan, written: str, found: str | None) -> None:
    department = find_department(prefecture, written)
    assert (department.id if department else None) == found


# ---- a second plan, another prefecture's, is only files

TOML = """\
[plan]
name = "みほん県デジタル計画"
area_code = "48"
area_name = "みほん県"
start = "FY2023"
end = "FY2026"

[[field]]
id = "f1"
name = "くらし"

[[item]]
id = "i1"
field_id = "f1"
name = "移動"
visions = ["どこへでも行ける"]

[[department]]
id = "d1"
names = [{ name = "旧部", valid_to = 2024-03-31 }, { name = "新部", valid_from = 2024-04-01 }]

[[department]]
id = "d2"
names = [{ name = "土木部" }]

[[round]]
id = "r1"
name = "第1回"
kind = "half"
period = "FY2023H1"
opens = 2023-10-01
due = 2023-10-31

[scheme]
name = "figures_only"

[scheme.words]
achieved = "達成"

[words]
form = "様式"
"""
INDICATOR_ROWS = [
    "id,number,level,field_id,item_id,name,unit,source,direction,kind,decimals,cycle_months,survey_years,"
    "baseline,baseline_period,target,target_period,band_low,band_high,milestones",
    "bus,1,field,f1,i1,バス利用者数,人,県調べ,increase,annual,0,12,,\"1,200\",FY2022,1500,FY2026,,,FY2024:1300;FY2025:1400",
    "co2,2,goal,,,排出量,t,県調べ,decrease,annual,0,12,,900,FY2022,700,FY2026,,,",
    "rate,3,field,f1,,普及率,%,国調査,maintain,level,1,60,2020;2025,,,,,90,,",
]  # fmt: skip
FILES = {
    "plan.toml": TOML,
    "indicators.csv": "\n".join(INDICATOR_ROWS) + "\n",
    "ownership.csv": "indicator_id,department_id,valid_from,valid_to\nbus,d1,,2024-03-31\nbus,d2,2024/4/1,\nco2,d1,,\nrate,d2,,\n",
    "initiatives.csv": "id,item_id,name\ni1-1,i1,バスを増やす\ni1-2,i1,鉄道を増やす\n",
    "assumptions.csv": "indicator_id,column,reason\nbus,unit,名称から人とみなした。\n",
}  # fmt: skip


def write(folder: Path, files: dict[str, str | bytes | None]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if content is not None:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_another_prefectures_plan_needs_no_code(tmp_path: Path) -> None:
    folder = write(tmp_path / "plans" / "mihon-2023", FILES)
    assert plan_folders(tmp_path) == (folder,)
    plan, issues = load_plan(folder)
    assert issues == ()
    assert plan is not None
    assert (plan.id, plan.area_name, plan.scheme.name, plan.words["form"]) == (
        "mihon-2023",
        "みほん県",
        "figures_only",
        "様式",
    )
    bus = plan.card("bus")
    assert (bus.baseline, bus.target, bus.target_period) == (1200.0, 1500.0, Period("FY", 2026))
    assert bus.milestones == ((Period("FY", 2024), 1300.0), (Period("FY", 2025), 1400.0))
    assert plan.card("rate").band == (90.0, None)
    assert plan.fields[0].items[0].policies == ("バスを増やす", "鉄道を増やす")
    owners = [plan.owner("bus", day) for day in (date(2024, 3, 31), date(2024, 4, 1))]
    assert [o.id for o in owners if o] == ["d1", "d2"]
    assert [i.id for i in plan.owned_by("d1", date(2024, 4, 1))] == ["co2"]
    assert find_department(plan, "みほん県旧部") == plan.department("d1")


def test_a_plan_saved_by_excel_in_shift_jis_is_the_same_plan_with_a_note(tmp_path: Path) -> None:
    files = {name: content.encode("cp932") if name.endswith("csv") else content for name, content in FILES.items()}
    plan, issues = load_plan(write(tmp_path / "plan", files))
    plain, _ = load_plan(write(tmp_path / "utf8" / "plan", FILES))
    assert plan == plain
    assert {(i.code, i.severity) for i in issues} == {("plan.cp932", Severity.NOTE)}
    assert {i.sheet for i in issues} == {name for name in FILES if name.endswith("csv") and name != "ownership.csv"}


def test_a_name_used_by_two_departments_is_decided_by_the_day(tmp_path: Path) -> None:
    toml = TOML.replace(
        '{ name = "土木部" }', '{ name = "新部", valid_to = 2024-03-31 }, { name = "土木部", valid_from = 2024-04-01 }'
    )
    plan, issues = load_plan(write(tmp_path, {**FILES, "plan.toml": toml}))
    assert issues == ()
    assert plan is not None
    assert find_department(plan, "新部") is None
    assert find_department(plan, "新部", date(2024, 1, 1)) == plan.department("d2")
    assert find_department(plan, "新部", date(2024, 5, 1)) == plan.department("d1")


# ---- broken files: what is damaged, what is reported where, and how many indicators are left

IND, OWN, INI, ASS = "indicators.csv", "ownership.csv", "initiatives.csv", "assumptions.csv"
BROKEN = [
    ("row with a word for a number", IND, ",900,", ",約900,", "plan.not_number", "3行 baseline", "半角の数", 2),
    ("a number in another unit", IND, ",700,", ",700t,", "plan.not_number", "3行 target", "unit", 2),
    ("an endless number", IND, ",700,", f",{'9' * 400},", "plan.not_number", "3行 target", "半角の数", 2),
    ("unknown direction", IND, "decrease", "down", "plan.unknown_word", "3行 direction", "increase、decrease", 2),
    ("capitals in a word", IND, "decrease", "Decrease", "plan.unknown_word", "3行 direction", "increase、decrease", 2),
    ("unknown kind", IND, "decrease,annual", "decrease,flow", "plan.unknown_word", "3行 kind", "cumulative", 2),
    ("direction left out", IND, "decrease", "", "plan.empty", "3行 direction", "値を書いて", 2),
    ("a period no calendar has", IND, "700,FY2026", "700,CY0000", "plan.not_period", "3行 target_period", "FY2024", 2),
    ("a period in 和暦", IND, "700,FY2026", "700,R8", "plan.not_period", "3行 target_period", "FY2024", 2),
    ("the same id twice", IND, "co2,2", "bus,2", "plan.duplicate_id", "3行 id", "id を直す", 2),
    ("an unknown field", IND, "rate,3,field,f1", "rate,3,field,f9", "plan.unknown_reference", "4行 field_id", "綴り", 2),
    ("an unknown item", IND, "bus,1,field,f1,i1", "bus,1,field,f1,i9", "plan.unknown_reference", "2行 item_id", "綴り", 2),
    ("an item of no such field", IND, "co2,2,goal,,,", "co2,2,goal,,i1,", "plan.item_field", "3行 item_id", "組合せ", 2),
    ("a field indicator without field", IND, "rate,3,field,f1", "rate,3,field,", "plan.empty", "4行 field_id", "分野の id", 2),
    ("target below an increasing baseline", IND, ",1500,", ",1100,", "plan.wrong_side", "2行 target", "direction", 3),
    ("target above a decreasing baseline", IND, ",700,", ",950,", "plan.wrong_side", "3行 target", "direction", 3),
    ("target equal to the baseline", IND, ",700,", ",900,", "plan.wrong_side", "3行 target", "direction", 3),
    ("maintain without a band", IND, ",90,,", ",,,", "plan.maintain_without_band", "4行 band_low", "band_low", 2),
    ("a band upside down", IND, ",90,,", ",90,80,", "plan.band_order", "4行 band_high", "band_low", 2),
    ("a survey without its years", IND, "2020;2025", "", "plan.survey_years", "4行 survey_years", "2016;2021;2026", 2),
    ("years that are words", IND, "2020;2025", "5年ごと", "plan.not_number", "4行 survey_years", "半角の数", 2),
    ("a baseline without its period", IND, "900,FY2022", "900,", "plan.baseline_period", "3行 baseline_period", "FY2022", 2),
    ("a target without its period", IND, "700,FY2026", "700,", "plan.target_period", "3行 target_period", "FY2028", 2),
    ("a target before its baseline", IND, "700,FY2026", "700,FY2021", "plan.period_order", "3行 target_period", "確かめ", 2),
    ("milestones without values", IND, "FY2024:1300", "FY2024", "plan.not_milestones", "2行 milestones", "FY2025:10", 2),
    ("decimals below zero", IND, "decrease,annual,0", "decrease,annual,-1", "plan.not_number", "3行 decimals", "整数", 2),
    ("no cycle at all", IND, "decrease,annual,0,12", "decrease,annual,0,0", "plan.out_of_range", "3行 cycle_months", "12", 2),
    ("a comma that shifts the row", IND, "県調べ,decrease", "県,調べ,decrease", "plan.not_number", "3行 decimals", "半角の数", 2),
    ("a row longer than its heading", IND, "FY2026,,,\nrate", "FY2026,,,,a,b\nrate", "plan.row_width", "3行", "コンマ", 2),
    ("a missing column", IND, "direction,", "", "plan.missing_column", "1行 direction", "見出し", 0),
    ("a misspelt heading", IND, ",milestones", ",mile", "plan.unknown_column", "1行 mile", "綴り", 3),
    ("a heading twice", IND, ",milestones", ",target", "plan.duplicate_column", "1行 target", "1つ", 0),
    ("a bad date", OWN, "2024/4/1", "2024/4/31", "plan.not_date", "3行 valid_from", "2024-04-01", 3),
    ("two owners on one day", OWN, "2024/4/1", "2024-03-31", "plan.overlap", "3行 valid_from", "重ならない", 3),
    ("an ownership backwards", OWN, "bus,d2,2024/4/1,", "bus,d2,2024/4/1,2024/3/1", "plan.date_order", "3行 valid_to", "valid_from", 3),
    ("an unknown department", OWN, "co2,d1", "co2,d9", "plan.unknown_reference", "4行 department_id", "綴り", 3),
    ("an indicator nobody owns", OWN, "co2,d1,,\n", "", "plan.no_owner", "", "担当部局の行", 3),
    ("an initiative of no item", INI, "i1-2,i1", "i1-2,i2", "plan.unknown_reference", "3行 item_id", "綴り", 3),
    ("an initiative id twice", INI, "i1-2", "i1-1", "plan.duplicate_id", "3行 id", "id を直す", 3),
    ("an assumption about nothing", ASS, "bus,unit", "bus,unti", "plan.unknown_word", "2行 column", "unit", 3),
    ("an assumption without reason", ASS, "名称から人とみなした。", "", "plan.empty", "2行 reason", "値を書いて", 3),
    ("a field without name", "plan.toml", 'name = "くらし"\n', "", "plan.empty", "8行 name", "値を書いて", 1),
    ("a misspelt key", "plan.toml", "visions", "vision", "plan.unknown_column", "16行 vision", "綴り", 3),
    ("a misspelt table", "plan.toml", "[words]", "[wrods]", "plan.unknown_table", "40行", "綴り", 3),
    ("a bad round", "plan.toml", '"half"', '"monthly"', "plan.unknown_word", "29行 kind", "targets、annual", 3),
    ("a round that ends before it opens", "plan.toml", "due = 2023-10-31", "due = 2023-09-30", "plan.date_order", "32行 due", "opens", 3),
    ("a day as text that is none", "plan.toml", "due = 2023-10-31", 'due = "月末"', "plan.not_date", "32行 due", "2024-04-01", 3),
    ("two names on one day", "plan.toml", "valid_from = 2024-04-01", "valid_from = 2024-03-01", "plan.overlap", "20行 names", "重ならない", 3),
    ("a name without its text", "plan.toml", '{ name = "土木部" }', '{ nam = "土木部" }', "plan.not_names", "24行 names", "names =", 3),
    ("one vision not in a list", "plan.toml", '["どこへでも行ける"]', '"どこへでも行ける"', "plan.not_list", "16行 visions", '["…"', 2),
    ("a scheme nobody knows", "plan.toml", "figures_only", "traffic_light", "plan.unknown_word", "35行 name", "linear_pace", 3),
    ("thresholds crossed", "plan.toml", '"figures_only"', '"linear_pace"\nmostly = 1.2', "plan.scheme_order", "36行 mostly", "on_track", 3),
    ("a word that is a number", "plan.toml", 'form = "様式"', "form = 3", "plan.not_words", "41行 form", "鍵", 3),
    ("an end before the start", "plan.toml", 'end = "FY2026"', 'end = "FY2020"', "plan.period_order", "6行 end", "start", 3),
    ("a plan without a name", "plan.toml", 'name = "みほん県デジタル計画"', 'name = ""', "plan.empty", "2行 name", "値を書いて", 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "cell", "advice", "left"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_a_broken_file_is_told_with_address_and_advice_and_the_rest_is_kept(
    tmp_path: Path, file: str, old: str, new: str, code: str, cell: str, advice: str, left: int
) -> None:
    assert FILES[file].count(old) >= 1
    plan, issues = load_plan(write(tmp_path, {**FILES, file: FILES[file].replace(old, new, 1)}))
    told = [i for i in issues if (i.code, i.sheet, i.cell) == (code, file, cell)]
    assert len(told) == 1, issues
    assert advice in told[0].advice
    assert _japanese(told[0].message)
    assert plan is not None
    assert len(plan.indicators) == len(plan.cards) == left


def _japanese(text: str) -> bool:
    return any("ぁ" <= c <= "ん" for c in text) and not any(w in text for w in ("None", "Error", "Traceback", "nan"))


UNOPENED: list[tuple[str, Callable[[str], str | bytes | None], str, str]] = [
    ("no file", lambda _: None, "plan.missing_file", ""),
    ("an open quote", lambda s: s.replace('"みほん県"', '"みほん県'), "plan.toml_syntax", "4行 18文字目"),
    ("cut in the middle", lambda s: s[: s.index('"half"') + 3], "plan.toml_syntax", "29行"),
    ("a key twice", lambda s: s.replace('area_code = "48"', 'name = "別"'), "plan.toml_syntax", "3行 11文字目"),
    ("no plan table", lambda s: s.replace("[plan]", "[paln]"), "plan.no_years", ""),
    ("no years", lambda s: s.replace('start = "FY2023"', 'start = "令和5年"'), "plan.no_years", ""),
    ("calendar years", lambda s: s.replace('start = "FY2023"', 'start = "CY2023"'), "plan.no_years", ""),
    ("a plan that is a number", lambda s: "plan = 3", "plan.no_years", ""),
    ("bytes of no encoding", lambda s: b"\x81\xff\xfd\x00" * 9, "plan.encoding", ""),
    ("an empty file", lambda s: "", "plan.no_years", ""),
]


@pytest.mark.parametrize(("damage", "code", "cell"), [u[1:] for u in UNOPENED], ids=[u[0] for u in UNOPENED])
def test_only_an_unreadable_plan_file_leaves_no_plan(
    tmp_path: Path, damage: Callable[[str], str | bytes | None], code: str, cell: str
) -> None:
    plan, issues = load_plan(write(tmp_path, {**FILES, "plan.toml": damage(TOML)}))
    assert plan is None
    told = [i for i in issues if i.code == code]
    assert [(i.sheet, i.severity) for i in told] == [("plan.toml", Severity.FIX)]
    assert told[0].cell.startswith(cell)
    assert told[0].advice


@pytest.mark.parametrize("file", [IND, OWN, INI, ASS])
@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "plan.missing_file"), (b"\x81\xff\xfd" * 9, "plan.encoding"), (b"", "plan.missing_column")],
)
def test_a_table_that_cannot_be_read_is_reported_and_the_plan_starts_without_it(
    tmp_path: Path, file: str, content: bytes | None, code: str
) -> None:
    plan, issues = load_plan(write(tmp_path, {**FILES, file: content}))
    assert plan is not None
    assert plan.fields[0].items[0].name == "移動"
    assert code in {i.code for i in issues if i.sheet == file}


def test_rows_that_hang_on_a_broken_row_go_with_it_without_noise(tmp_path: Path) -> None:
    broken = FILES[IND].replace("increase", "up", 1)
    plan, issues = load_plan(write(tmp_path, {**FILES, IND: broken}))
    assert plan is not None
    assert [i.code for i in issues] == ["plan.unknown_word"]
    assert {o.subject_id for o in plan.ownerships} == {"co2", "rate"}


def test_a_row_whose_reference_is_broken_says_so_itself(tmp_path: Path) -> None:
    plan, issues = load_plan(write(tmp_path, {**FILES, "plan.toml": TOML.replace("visions = [", "visions = 3 #", 1)}))
    assert plan is not None
    assert [(i.code, i.address) for i in issues] == [
        ("plan.not_list", "plan.toml!16行 visions"), ("plan.broken_reference", "indicators.csv!2行 item_id"),
    ]  # fmt: skip


def test_an_issue_carries_what_stands_in_the_cell(tmp_path: Path) -> None:
    _, issues = load_plan(write(tmp_path, {**FILES, IND: FILES[IND].replace(",700,", ",７００ｔ,")}))
    assert [(i.value, i.subject_id, i.key) for i in issues] == [("７００ｔ", "co2", "target")]


@given(st.data())
def test_no_damage_to_a_real_file_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("damaged") / "plan"
    shutil.copytree(PLANS / PLAN, folder)
    path = data.draw(st.sampled_from(sorted(folder.iterdir())))
    content = path.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    path.write_bytes(content[:start] + data.draw(st.binary(max_size=20)) + content[end:])
    plan, issues = load_plan(folder)
    assert plan is not None or issues
    assert all(isinstance(i, Issue) and i.advice and i.sheet for i in issues)


def test_the_csv_files_open_in_excel_in_japanese() -> None:
    for path in (PLANS / PLAN).glob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert len({len(row) for row in csv.reader(file)}) == 1


def test_the_guide_to_the_files_names_every_column_of_a_table() -> None:
    guide = (ROOT / "data" / "plans" / "README.md").read_text("utf-8")
    told = set(re.findall(r"`([a-z_]+)`", guide))
    assert {column.key for shape in CSV_SHAPES for column in shape.columns} <= told
    assert {f"[[{name}]]" for name in ("field", "item", "department", "round")} <= set(
        re.findall(r"\[\[\w+\]\]", guide)
    )
