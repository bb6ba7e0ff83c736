"""Lists that were put right and not taken in: kept sheet by sheet, found again, thrown away, gone when taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.people import Person, Role
from loaders.lists.list_answers import answer
from loaders.lists.list_layout import Told
from loaders.store import Store
from tests.loaders.lists import sheets
from tests.loaders.lists.reading import read, rows
from tests.loaders.lists.test_list_taking import HOW, OWN, all_first, put_in, services
from tests.storekit import new_store

#: Everything that a person can say of a sheet.
ALL = Told(
    columns={"C": "actual", "D": "skip"}, periods={"C": "FY2023"}, rows={3: "skip", 11: "section"},
    cells={"C2": {"value": 43.5, "period": "FY2023"}, "A3": {"indicator": ""}, "D2": {"value": None}},
    lines=("milestone", "actual"), wrapped="name", turned=False,
)  # fmt: skip


def kept(store: Store, told: Told, data: bytes = OWN, sheet: str = "実績一覧", plan_id: str = "tiny") -> None:
    assert services(store).keep_reading(plan_id, "一覧.xlsx", data, sheet, told) == ()


def test_what_was_said_is_found_again_with_its_file(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    kept(store, ALL)
    (one,) = services(store).readings("tiny")
    assert (one.filename, one.sheet, one.told) == ("一覧.xlsx", "実績一覧", ALL)
    assert services(store).reading_file("tiny", one.sha256) == ("一覧.xlsx", OWN)
    assert store.verify() == ()


def test_a_colleague_finds_it_and_who_said_it(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    kept(store, ALL)
    other = services(store, Person("x", "別の担当者", Role.SECRETARIAT))
    (one,) = other.readings("tiny")
    assert one.who != "別の担当者"
    other.keep_reading("tiny", "一覧.xlsx", OWN, "実績一覧", Told(rows={3: "skip"}))
    (one,) = services(store).readings("tiny")
    assert (one.who, one.told) == ("別の担当者", Told(rows={3: "skip"}))


def test_the_reading_with_what_was_kept_is_the_one_that_was_left(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    told = all_first(read(sheets.YEAR_IN_CELLS), Told())
    kept(store, told, sheets.YEAR_IN_CELLS, "進捗一覧")
    (one,) = services(store).readings("tiny")
    assert rows(read(sheets.YEAR_IN_CELLS, one.told)) == rows(read(sheets.YEAR_IN_CELLS, told))


def test_each_sheet_is_kept_by_itself_and_the_newest_stands_first(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    kept(store, Told(rows={1: "skip"}), sheet="一")
    kept(store, Told(rows={2: "skip"}), sheet="二")
    kept(store, Told(rows={3: "skip"}), sheet="一")
    assert [(one.sheet, one.told.rows) for one in services(store).readings("tiny")] == [
        ("一", {3: "skip"}),
        ("二", {2: "skip"}),
    ]


def test_it_is_thrown_away_with_all_its_sheets_and_no_other(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    kept(store, Told(rows={1: "skip"}), sheet="一")
    kept(store, Told(rows={2: "skip"}), sheet="二")
    kept(store, ALL, sheets.TWO_LINES, "別表")
    first = services(store).readings("tiny")[-1]
    assert services(store).drop_reading("tiny", first.sha256) == ()
    assert [one.sheet for one in services(store).readings("tiny")] == ["別表"]
    with pytest.raises(KeyError):
        services(store).reading_file("tiny", first.sha256)
    assert store.verify() == ()


def test_going_back_to_the_first_reading_leaves_nothing(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    kept(store, ALL)
    kept(store, Told())
    assert services(store).readings("tiny") == ()


def test_a_list_that_is_taken_in_waits_no_more_and_can_be_put_right_anew(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    told = Told(cells={"A3": {"indicator": ""}})
    kept(store, told)
    kept(store, Told(rows={2: "skip"}), sheet="ほかのシート")
    given = put_in(OWN, told)
    intake = services(store).compare_list("tiny", given.reading, told)
    assert isinstance(services(store).take_list("tiny", given, intake, "公表資料"), str)
    assert [one.sheet for one in services(store).readings("tiny")] == ["ほかのシート"]
    kept(store, told)
    assert len(services(store).readings("tiny")) == 2


def test_a_list_that_began_a_plan_waits_no_more(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    told = all_first(read(sheets.TWO_LINES), Told())
    kept(store, told or ALL, sheets.TWO_LINES, "別表")
    assert isinstance(services(store).begin_from_list(put_in(sheets.TWO_LINES, told), HOW), str)
    assert services(store).readings("tiny") == ()


def test_another_plan_does_not_see_it(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    assert isinstance(
        services(store).begin_from_list(put_in(sheets.TWO_LINES, all_first(read(sheets.TWO_LINES), Told())), HOW), str
    )
    kept(store, ALL)
    assert services(store).readings("sixth") == ()
    kept(store, ALL, plan_id="sixth")
    assert len(services(store).readings("sixth")) == 1


def test_it_is_there_in_a_store_made_anew(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    kept(store, ALL)
    assert services(store).rebuild(tmp_path / "anew.duckdb") == ()
    anew = Store(tmp_path / "anew.duckdb")
    assert [one.told for one in anew.readings("tiny")] == [ALL]
    assert services(anew).reading_file("tiny", anew.readings("tiny")[0].sha256) == ("一覧.xlsx", OWN)


def test_the_log_says_what_was_done(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    kept(store, ALL)
    kept(store, Told())
    log = services(store).log("tiny")
    mine = log[log["kind"] == "keep_reading"]
    assert list(mine["kind_word"]) == ["一覧の読みかけ"] * 2
    assert list(mine["after"]) == ["一覧.xlsx 実績一覧: 最初の読み方", "一覧.xlsx 実績一覧: 8か所を直したところ"]


def test_an_answer_is_kept_like_what_was_pointed_at(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    (question, *_) = read(sheets.YEARS_ACROSS).open
    told = answer(Told(), question, question.choices[0].changes)
    kept(store, told, sheets.YEARS_ACROSS, "事業別指標")
    (one,) = services(store).readings("tiny")
    assert one.told == told
