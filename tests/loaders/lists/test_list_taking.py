"""Lists taken into a store: past values with their cells, a plan begun from one, undone, followed and made anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kpi.issue import Issue
from kpi.people import OPERATOR, Person, Role
from kpi.period import Period
from kpi.plan import Plan
from loaders.lists.list_answers import answer
from loaders.lists.list_intake import Intake
from loaders.lists.list_layout import Layout, Told
from loaders.lists.list_plan import Beginning
from loaders.lists.list_reading import ListReading, read_list
from loaders.services import NotAllowed, Services
from loaders.services.lists.listing import PutIn
from loaders.store import Store
from tests.factory import COUNT, RATE, tiny_plan
from tests.loaders.lists import sheets
from tests.loaders.lists.reading import read, sheet_of
from tests.storekit import later, new_store

NAME = tiny_plan().indicator(RATE).name
UNIT = tiny_plan().indicator(RATE).unit
#: A list of the tiny plan's own indicators, as an office would keep it.
OWN = sheets.book("実績一覧", {
    "A1": "指標", "B1": "現状値(R4)", "C1": "R5実績", "D1": "R6実績", "E1": "目標値(R10)",
    "A2": NAME, "B2": f"40.0{UNIT}", "C2": f"43.5{UNIT}", "D2": f"47.0{UNIT}", "E2": f"70{UNIT}",
    "A3": "計画にない指標", "C3": "12件",
})  # fmt: skip
HOW = Beginning("sixth", "第六の計画", Period("FY", 2017), Period("FY", 2020), "04", "宮城県", "企画部")


def services(store: Store, person: Person = OPERATOR) -> Services:
    return Services(store, person, store.path.parent, lambda: later(3))


def put_in(data: bytes, told: Told, name: str = "", layout: Layout | None = None) -> PutIn:
    return PutIn("一覧.xlsx", data, read(data, told, layout), told, name)


def all_first(reading: ListReading, told: Told) -> Told:
    """Every question answered by its first choice."""
    for issue in reading.open:
        if issue.choices:
            told = answer(told, issue, issue.choices[0].changes)
    return told


def taken(store: Store, told: Told | None = None, name: str = "実績一覧") -> tuple[str, Intake]:
    told = told or Told(cells={"A3": {"indicator": ""}})
    given, ours = put_in(OWN, told, name), services(store)
    intake = ours.compare_list("tiny", given.reading, told)
    number = ours.take_list("tiny", given, intake, "昨年度の公表資料")
    assert isinstance(number, str), number
    return number, intake


def test_past_values_come_with_their_cells_and_confirmed(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    number, intake = taken(store)
    assert [(f.role, f.value, f.cell) for f in intake.figures] == [
        ("baseline", 40.0, "B2"), ("actual", 43.5, "C2"), ("actual", 47.0, "D2"), ("target", 70.0, "E2"),
    ]  # fmt: skip
    shown = store.snapshot("tiny")
    rows = shown.observations.sort_values("position")
    assert list(rows["value"]) == [43.5, 47.0]
    assert set(rows["review"]) == {"confirmed"}
    assert set(rows["department_id"]) == {tiny_plan().owner(RATE, date(2025, 9, 10)).id}  # type: ignore[union-attr]
    (passport,) = store.trace(str(rows["code"].iloc[0]))
    assert (passport.sheet, passport.cell, passport.filename) == ("実績一覧", "C2", "一覧.xlsx")
    assert (passport.round_name, passport.written) == ("一覧の取込み", f"43.5{UNIT}")
    assert services(store).list_file("tiny", number) == ("一覧.xlsx", OWN)
    assert store.verify() == ()


def test_what_a_list_says_otherwise_of_the_card_is_proposed(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    before = store.snapshot("tiny").cards[RATE]
    _, intake = taken(store)
    assert set(intake.changes) == ({RATE} if intake.changes else set())
    waiting = store.snapshot("tiny").proposals
    assert len(waiting) == len(intake.changes)
    assert store.snapshot("tiny").cards[RATE] == before


def test_the_same_list_again_brings_nothing(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    taken(store)
    told = Told(cells={"A3": {"indicator": ""}})
    again = services(store).compare_list("tiny", read(OWN, told), told)
    assert again.known == 2
    assert not [f for f in again.figures if f.role == "actual"]


def test_a_value_that_is_known_otherwise_stays_until_a_person_says_so(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    taken(store)
    other = sheets.book("実績一覧", {"A1": "指標", "B1": "R5実績", "A2": NAME, "B2": f"44.1{UNIT}"})
    (question,) = services(store).compare_list("tiny", read(other), Told()).open
    assert (question.code, question.cell) == ("list.differs", "B2")
    kept = answer(Told(), question, question.choices[0].changes)
    assert services(store).compare_list("tiny", read(other, kept), kept).figures == ()
    new = answer(Told(), question, question.choices[1].changes)
    intake = services(store).compare_list("tiny", read(other, new), new)
    assert [f.value for f in intake.figures] == [44.1]


def test_the_indicator_of_the_same_number_is_offered_first(tmp_path: Path) -> None:
    plan = tiny_plan()
    own = plan.indicator(RATE)
    data = sheets.book(
        "表", {"A1": "番号", "B1": "指標", "C1": "R5実績", "A2": own.number, "B2": "名前の変わった指標", "C2": 43}
    )
    ours = services(new_store(tmp_path))
    (question,) = ours.compare_list("tiny", read(data), Told()).open
    assert question.code == "list.unknown"
    assert question.choices[0].changes == {"indicator": RATE}
    assert f"一覧の番号「{own.number}」は、計画では「{own.name}」です。" in question.message
    told = answer(Told(), question, question.choices[0].changes)
    assert [f.indicator_id for f in ours.compare_list("tiny", read(data, told), told).figures] == [RATE]


def test_a_list_that_counts_in_thousands_is_taken_into_the_plans_unit(tmp_path: Path) -> None:
    own = tiny_plan().indicator(COUNT)
    data = sheets.book(
        "表", {"A1": "指標", "B1": "単位", "C1": "R5実績", "A2": own.name, "B2": f"千{own.unit}", "C2": 1.2}
    )
    ours = services(new_store(tmp_path))
    (question,) = ours.compare_list("tiny", read(data), Told()).open
    assert [c.label for c in question.choices] == [
        f"一覧の数値を1,000倍して「{own.unit}」の値として取り込む", f"一覧の数値を「{own.unit}」の値として取り込む",
        "この指標は取り込まない",
    ]  # fmt: skip
    told = answer(Told(), question, question.choices[0].changes)
    assert [f.value for f in ours.compare_list("tiny", read(data, told), told).figures] == [1200]


def test_a_value_of_another_size_than_those_before_is_asked(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    taken(store)
    other = sheets.book("実績一覧", {"A1": "指標", "B1": "R7実績", "A2": NAME, "B2": f"0.47{UNIT}"})
    ours = services(store)
    (question,) = ours.compare_list("tiny", read(other), Told()).open
    assert (question.code, question.cell, [c.label for c in question.choices][:2]) == (
        "list.size", "B2", [f"47{UNIT}の誤り", f"0.47{UNIT}で正しい"],
    )  # fmt: skip
    for choice, value in ((0, 47.0), (1, 0.47)):
        told = answer(Told(), question, question.choices[choice].changes)
        after = ours.compare_list("tiny", read(other, told), told)
        assert [f.value for f in after.figures] == [value]
        assert not after.open


def test_an_indicator_that_stands_twice_with_two_values_is_asked(tmp_path: Path) -> None:
    twice = sheets.book(
        "表", {"A1": "指標", "B1": "R5実績", "A2": NAME, "B2": f"43.5{UNIT}", "A3": NAME, "B3": f"44{UNIT}"}
    )
    ours = services(new_store(tmp_path))
    found = ours.compare_list("tiny", read(twice), Told())
    assert found.figures == ()
    (question,) = found.open
    assert (question.code, question.cell) == ("list.twice_told", "B3")
    for choice, value in ((0, 43.5), (1, 44.0)):
        told = answer(Told(), question, question.choices[choice].changes)
        after = ours.compare_list("tiny", read(twice, told), told)
        assert [f.value for f in after.figures] == [value]
        assert not after.open


def test_a_list_is_taken_out_and_its_values_count_no_more(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    number, _ = taken(store)
    ours = services(store)
    assert [i.code for i in ours.drop_list("tiny", number)] == ["list.no_reason"]
    assert ours.drop_list("tiny", number, "別の表だった") == ()
    assert store.snapshot("tiny").observations.empty
    assert store.snapshot("tiny").brief(date(2025, 9, 10)).history == {}
    assert [i.code for i in ours.drop_list("tiny", number, "もう一度")] == ["list.dropped"]
    assert len(store.snapshot("tiny", later(3.5)).observations) == 0
    assert ours.lists("tiny")[0].dropped
    assert store.verify() == ()


def test_what_was_agreed_to_must_still_be_what_it_brings(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    given = put_in(OWN, Told())
    refused = services(store).take_list("tiny", given, Intake(), "理由")
    assert isinstance(refused, tuple)
    assert [i.code for i in refused] == ["list.another"]


def test_only_the_secretariat_takes_lists_in(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    reader = services(store, Person("閲覧", Role.READER))
    for call in (
        lambda: reader.open_list(OWN, "一覧.xlsx"),
        lambda: reader.compare_list("tiny", read(OWN), Told()),
        lambda: reader.begin_from_list(put_in(OWN, Told()), HOW),
        lambda: reader.drop_list("tiny", "S00001", "理由"),
        lambda: reader.lists("tiny"),
        reader.list_layouts,
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_layout_is_kept_and_fits_the_next_list(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    taken(store)
    layout = services(store).list_layouts()["実績一覧"]
    next_year = sheets.book("R7", {"A1": "指標", "B1": "R7実績", "A2": NAME, "B2": f"50.0{UNIT}"})
    reading = read_list(sheet_of(next_year).sheets[0], None, layout)
    assert [f.value for f in reading.indicators[0].figures] == [50.0]


def test_lines_that_nobody_has_told_apart_are_not_kept(tmp_path: Path) -> None:
    ours = services(new_store(tmp_path))
    data = sheets.book("表", {
        "A1": "指標", "B1": "R5", "C1": "R6", "A2": NAME, "B2": f"41{UNIT}", "C2": f"45{UNIT}", "B3": f"40{UNIT}",
        "C3": f"44{UNIT}", "A5": "指標", "B5": "R7実績", "A6": NAME, "B6": f"50{UNIT}",
    }, ["A2:A3"])  # fmt: skip
    given = put_in(data, Told(), "二行の表")
    found = ours.compare_list("tiny", given.reading, Told())
    assert [f.cell for f in found.figures] == ["B6"]
    assert isinstance(ours.take_list("tiny", given, found, "理由"), str)
    layout = ours.list_layouts()["二行の表"]
    assert layout.lines == ()
    assert "list.lines" in {i.code for i in read(data, None, layout).open}


# --- a plan begun from a list ----------------------------------------------------------------------------------------


def begun(store: Store, data: bytes, told: Told | None = None, how: Beginning = HOW) -> Plan:
    reading = read(data, told)
    told = all_first(reading, told or Told())
    number = services(store).begin_from_list(put_in(data, told), how)
    assert isinstance(number, str), number
    return store.plan(how.plan_id)


@pytest.mark.parametrize("name", [
    "YEAR_IN_CELLS", "SMALL_TABLES", "TWO_LINES", "TRANSPOSED", "TRANSPOSED_ACROSS", "YEARS_ACROSS", "BLANK_VALUES",
])  # fmt: skip
def test_a_plan_is_begun_from_each_list(tmp_path: Path, name: str) -> None:
    store = new_store(tmp_path)
    data = getattr(sheets, name)
    plan = begun(store, data)
    reading = read(data, all_first(read(data), Told()))
    assert [i.name for i in plan.indicators] == [one.name for one in reading.indicators]
    assert {d.names[0].name for d in plan.departments} == {"企画部"}
    assert all(plan.owner(i.id, date(2025, 9, 10)) for i in plan.indicators)
    assert store.verify() == ()
    values = [f for one in reading.indicators for f in one.figures if f.role == "actual" and f.period]
    assert len(store.snapshot("sixth").observations) == len(values)
    assert services(store).rebuild(tmp_path / "anew.duckdb") == ()


def test_what_the_list_leaves_open_is_assumed_with_its_reason(tmp_path: Path) -> None:
    plan = begun(new_store(tmp_path), sheets.SMALL_TABLES)
    crime = next(i for i in plan.indicators if i.name == "刑法犯認知件数")
    card = plan.card(crime.id)
    assert (card.baseline, card.target, card.direction) == (8123.0, None, "decrease")
    assert "減少を目指します" in crime.assumptions["target"]
    farmers = plan.card(next(i.id for i in plan.indicators if i.name == "新規就農者数"))
    assert (farmers.target, farmers.target_period) == (1230.0, Period("FY", 2020))
    assert [f.name for f in plan.fields] == ["安全・安心なくらし", "活力あるしごと"]


def test_baselines_and_targets_are_followed_to_their_cells(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    plan = begun(store, sheets.TWO_LINES)
    cells = services(store).list_cells("sixth", plan.indicators[0].id)
    assert [(c.key, c.value, c.cell) for c in cells] == [
        ("baseline FY2017", 45.2, "C2"), ("target FY2021", 60.0, "D2"),
    ]  # fmt: skip


@pytest.mark.parametrize(("how", "code"), [
    (Beginning("だめ", "名", Period("FY", 2017), Period("FY", 2020)), "plan.identity"),
    (Beginning("tiny", "名", Period("FY", 2017), Period("FY", 2020)), "plan.there"),
    (Beginning("new", " ", Period("FY", 2017), Period("FY", 2020)), "plan.no_name"),
    (Beginning("new", "名", Period("FY", 2021), Period("FY", 2020)), "plan.years"),
])  # fmt: skip
def test_what_forbids_a_plan(tmp_path: Path, how: Beginning, code: str) -> None:
    refused = services(new_store(tmp_path)).begin_from_list(put_in(sheets.TWO_LINES, Told()), how)
    assert isinstance(refused, tuple)
    assert [i.code for i in refused] == [code]


def test_two_indicators_of_one_name_are_refused(tmp_path: Path) -> None:
    data = sheets.book(
        "表", {"A1": "指標", "B1": "目標値(R2)", "A2": "利用率", "B2": "60%", "A3": "利用率", "B3": "70%"}
    )
    refused = services(new_store(tmp_path)).begin_from_list(put_in(data, Told()), HOW)
    assert isinstance(refused, tuple)
    issue: Issue = refused[0]
    assert (issue.code, issue.cell) == ("list.twice", "A3")
