"""The Parquet export of a plan: what stands in it, its dictionary, where it goes, and many of them added up."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from kpi.assessment import Assessment
from loaders.documents.export import observations_table
from loaders.documents.parquet import parquet_dataset
from loaders.documents.parquet.export_folder import DICTIONARY, NotOurs
from loaders.documents.parquet.parquet_column import EXACT, as_decimal
from loaders.documents.parquet.parquet_dataset import LAYOUT, TABLES, dictionary, write_dataset
from loaders.store import Store
from loaders.store.file.parquet_files import PARTITIONS
from tests import ROOT
from tests.campaign.marked import length, lengthened
from tests.factory import COUNT, FY, PAPER, RATE, TARGETS_ROUND, TRADE, tiny_plan
from tests.storekit import (
    answer,
    decide_card,
    do,
    filled_store,
    first_start,
    later,
    new_store,
    reading,
    save_and_send,
)

DAY = date(2026, 11, 21)
NAMES = [table.name for table in TABLES]
#: How a reader of many exports asks; the types of the folders' names are told, for DuckDB would guess them.
HIVE = "hive_partitioning = true, union_by_name = true"
TYPED = f"{HIVE}, hive_types = {{'plan_id': VARCHAR, 'year': INTEGER}}"
#: And how one asks who reads the files alone.
FILES = "hive_partitioning = false, union_by_name = true"


def state_of(store: Store, plan_id: str = "tiny") -> Assessment:
    return Assessment.of(store.snapshot(plan_id), DAY)


def ask(folder: Path, table: str, query: str = "SELECT *", options: str = TYPED) -> pd.DataFrame:
    return duckdb.sql(f"{query} FROM read_parquet('{folder}/{table}/**/*.parquet', {options})").df()


def columns(folder: Path, table: str, options: str = TYPED) -> dict[str, str]:
    found = duckdb.sql(f"SELECT * FROM read_parquet('{folder}/{table}/**/*.parquet', {options})")
    return dict(zip(found.columns, map(str, found.types), strict=True))


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[Assessment, Path]:
    """A store that knows much, and its export."""
    folder = tmp_path_factory.mktemp("told")
    store = new_store(folder / "store")
    targets = reading(answer(RATE, value=42.5, period="FY2022"), round_id=TARGETS_ROUND)
    save_and_send(store, targets, b"0", later(-100))
    said = answer(RATE, value=65.1, period="FY2024", release="final", analysis="支援が増えた。", evidence="調べ")
    save_and_send(
        store, reading(said, answer(PAPER, missing_reason="unpublished", next_release="2026-03")), b"1", later(1)
    )
    save_and_send(
        store, reading(answer(COUNT, value=1405.0, period="CY2024"), department=TRADE, sample=True), b"2", later(2)
    )
    proposal = do(store, "propose_card", "tiny", RATE, {"target": 90.5}, reason="見直し", by="一郎", at=later(2))
    assert decide_card(store, proposal, True, date(2025, 3, 20), by="次郎", at=later(3)) == ()
    state = state_of(store)
    return state, write_dataset(state, folder / "out")


# --- what stands in it ---


def test_each_value_in_force_stands_with_its_origin(told):
    state, folder = told
    found = ask(folder, "observations").set_index("indicator_id")
    known = state.snapshot.observations
    assert sorted(ask(folder, "observations")["observation_code"]) == sorted(known["code"])
    rate = found.loc[RATE][found.loc[RATE]["period"] == "FY2024"].iloc[0]
    assert (rate["government_code"], rate["government_name"], rate["plan_id"], rate["year"]) == (
        "02",
        "青森県",
        "tiny",
        2024,
    )
    assert (rate["value"], str(rate["value_decimal"]).rstrip("0")) == (65.1, "65.1")
    assert (rate["state"], rate["release"], rate["unit"], rate["analysis"]) == (
        "value",
        "final",
        "％",
        "支援が増えた。",
    )
    row = known[known["code"] == rate["observation_code"]].iloc[0]
    same = {"submission_id": "submission_id", "file_sha256": "sha256", "sheet": "sheet", "cell": "cell"}
    assert {name: rate[name] for name in same} == {name: row[of] for name, of in same.items()}
    assert rate["known_at"] == row["known_at"] == later(1)
    assert str(rate["period_end"])[:10] == "2025-03-31"


def test_a_missing_value_is_a_state_and_no_zero(told):
    found = ask(told[1], "observations").set_index("indicator_id").loc[PAPER]
    assert (found["state"], found["next_release"]) == ("unpublished", "2026-03")
    assert found[["value", "value_decimal"]].isna().all()


def test_samples_are_marked_in_every_table_that_has_them(told):
    for table in ("observations", "assessments"):
        found = ask(told[1], table).set_index("indicator_id")["sample"]
        assert found.loc[COUNT].all()
        assert not found.drop(COUNT).any()
    assert not ask(told[1], "cards")["sample"].any()


def test_a_card_stands_in_the_year_of_its_decision_or_where_the_plan_begins(told):
    found = ask(told[1], "cards").set_index("indicator_id")
    assert (found.loc[RATE, "year"], found.loc[RATE, "card_version"]) == (2024, 2)
    assert str(found.loc[RATE, "decided_on"])[:10] == "2025-03-20"
    assert found.loc[RATE, "target_decimal"] == 90.5
    assert set(found.drop(RATE)["year"]) == {tiny_plan().start.year}
    assert found.drop(RATE)["decided_on"].isna().all()


def test_a_judgement_stands_in_the_year_of_its_value_and_names_it(told):
    state, folder = told
    found = ask(folder, "assessments").set_index("indicator_id")
    assert list(found.index.sort_values()) == sorted(i.id for i in state.plan.indicators)
    for indicator_id, row in found.iterrows():
        assert (row["status"], row["status_word"]) == (state.row(indicator_id)["status"], state.word(indicator_id))
    rate = found.loc[RATE]
    values = ask(folder, "observations").set_index("observation_code")
    assert values.loc[rate["observation_code"], "value"] == rate["value"] == 65.1
    assert (rate["year"], str(rate["assessed_on"])[:10]) == (2024, "2026-11-21")
    assert found["year"].isna().equals(found["value"].isna())
    assert found["year"].isna().any()


def test_published_figures_stand_as_published_and_tell_on_which_side_of_a_break(told):
    state, folder = told
    found = ask(folder, "published_values")
    assert len(found) == len(state.snapshot.values)
    assert (set(found["year"]), set(found["segment"]), set(found["vintage"])) == ({2024}, {1}, {"2026-03"})
    assert set(found["government_code"]) == {"02"}


def test_a_value_that_was_taken_back_goes_to_nobody(tmp_path):
    store = filled_store(tmp_path / "store")
    told_before = reading(answer(RATE, value=65.0, period="FY2024"), round_id=TARGETS_ROUND)
    save_and_send(store, told_before, b"2", later(2))
    save_and_send(store, reading(answer(RATE, missing_reason="suppressed", period="FY2024")), b"3", later(3))
    state = state_of(store)
    gone = state.snapshot.taken_back
    assert len(gone) == 1
    folder = write_dataset(state, tmp_path / "out")
    found = ask(folder, "observations").set_index("observation_code")
    for code in gone:
        assert found.loc[code, "state"] == "withdrawn"
        assert found.loc[code, ["value", "value_decimal", "written"]].isna().all()
    table = observations_table(state.snapshot).set_index("番号")
    assert table.loc[list(gone), ["値", "正確な値"]].isna().all(axis=None)
    for path in folder.rglob("*.parquet"):
        if "published_values" not in path.parts:
            everything = duckdb.sql(f"SELECT * FROM '{path}'").fetchall()
            assert not [v for row in everything for v in row if v in (65.0, "65.0", Decimal(65))]


def test_an_export_says_what_the_tables_of_csv_say(told):
    """The same values, of the same rows, whatever form they are taken away in."""
    state, folder = told
    table = observations_table(state.snapshot).set_index("番号")["正確な値"]
    query = f"SELECT observation_code, value_decimal FROM read_parquet('{folder}/observations/**/*.parquet', {HIVE})"
    assert dict(duckdb.sql(query).fetchall()) == {k: None if pd.isna(v) else v for k, v in table.items()}


# --- types and dictionary ---


def test_the_dictionary_names_every_column_with_its_type_and_no_other(told, tmp_path):
    empty = write_dataset(
        state_of(first_start(tmp_path / "store", replace(tiny_plan(), indicators=(), cards=(), ownerships=()))),
        tmp_path / "out",
    )
    for folder in (told[1], empty):
        rows = list(csv.DictReader(io.StringIO((folder / DICTIONARY).read_bytes().decode("utf-8-sig"))))
        for table in NAMES:
            mine = {row["column"]: row["type"] for row in rows if row["table"] == table}
            for options in (TYPED, FILES):
                assert list(mine.items()) == list(columns(folder, table, options).items()), table
            assert {row["column"] for row in rows if row["table"] == table and row["partition"]} == set(PARTITIONS)
        assert {row["table"] for row in rows} == set(NAMES)
        assert {row["layout_version"] for row in rows} == {LAYOUT}
        assert (folder / DICTIONARY).read_bytes().startswith(b"\xef\xbb\xbf")


def test_every_column_is_explained_in_both_languages():
    found = dictionary()
    assert not found.duplicated(["table", "column"]).any()
    assert found["意味"].str.contains(r"[ぁ-んァ-ヶ一-龠]").all()
    assert found["description"].str.fullmatch(r"[A-Z][\x20-\x7e]+\.").all()
    assert found["column"].str.fullmatch(r"[a-z][a-z0-9_]*").all()


@pytest.mark.parametrize("table", ["observations", "cards", "assessments"])
def test_every_code_in_the_data_is_explained(told, table):
    folder = told[1]
    rows = dictionary()[dictionary()["table"] == table].set_index("column")
    found = ask(folder, table)
    for column in (
        "state",
        "release",
        "review",
        "publication",
        "origin",
        "direction",
        "kind",
        "indicator_level",
        "status",
    ):
        if column in found:
            codes = {part.split("=")[0] for part in rows.loc[column, "unit_or_codes"].split("、")}
            assert set(found[column].dropna()) <= codes, column


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.412 * 100, "41.2"), (0.1 + 0.2, "0.3"), (1084620267643.0, "1084620267643"), (-3.25, "-3.25"), (0.0, "0"),
     (0.652173913043478, "0.652173913043478"), (1e-15, "0.000000000000001")],
)  # fmt: skip
def test_a_decimal_is_the_number_that_was_written(number, text):
    assert as_decimal(number) == Decimal(text)


@pytest.mark.parametrize("number", [None, float("nan"), float("inf"), 1e25, 1.5e-18])
def test_what_no_decimal_holds_digit_for_digit_has_none(number):
    assert as_decimal(number) is None


# --- where it goes ---


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_two_exports_of_one_state_are_the_same_to_the_last_byte(told, tmp_path):
    state, folder = told
    again = write_dataset(state, tmp_path / "again")
    assert files(again) == files(folder)
    assert files(write_dataset(state, again)) == files(folder)
    assert list(tmp_path.iterdir()) == [again]


def test_the_folders_are_those_of_table_plan_and_year(told):
    places = {path.relative_to(told[1]).parts for path in told[1].rglob("*.parquet")}
    assert {parts[0] for parts in places} == set(NAMES)
    assert {parts[1] for parts in places} == {"plan_id=tiny"}
    years = {parts[2] for parts in places if parts[0] == "observations"}
    assert years == {"year=2022", "year=2024"}
    assert {parts[3:] for parts in places} == {("data_0.parquet",)}


def test_a_new_export_leaves_nothing_of_the_one_before(told, tmp_path):
    old = write_dataset(told[0], tmp_path / "out")
    fresh = state_of(new_store(tmp_path / "store"))
    assert files(write_dataset(fresh, old)) == files(write_dataset(fresh, tmp_path / "other"))


@pytest.mark.parametrize(
    "what", ["手紙.txt", "observations/memo.txt", "observations/plan_id=other/year=2024/data_0.parquet", "other/x"]
)
@pytest.mark.parametrize("beside", [False, True])
def test_what_is_not_ours_is_never_touched(told, tmp_path, what, beside):
    folder = tmp_path / "out"
    if beside:
        write_dataset(told[0], folder)
    (folder / what).parent.mkdir(parents=True, exist_ok=True)
    (folder / what).write_bytes(b"x")
    before = files(folder)
    with pytest.raises(NotOurs):
        write_dataset(told[0], folder)
    assert files(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_files_without_their_dictionary_are_not_taken_for_an_export(told, tmp_path):
    folder = write_dataset(told[0], tmp_path / "out")
    (folder / DICTIONARY).unlink()
    with pytest.raises(NotOurs):
        write_dataset(told[0], folder)


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", ["write_tables", "dictionary", "put"])
def test_what_breaks_off_leaves_all_as_it_was(told, tmp_path, monkeypatch, there, error, at):
    state, whole = told
    folder = tmp_path / "out"
    if there:
        write_dataset(state, folder)

    def broken(*_given: object, **_more: object) -> None:
        raise error

    if at == "put":
        rename = Path.rename
        monkeypatch.setattr(Path, "rename", lambda self, to: broken() if self.name == "new" else rename(self, to))
    elif at == "dictionary":
        monkeypatch.setattr(Path, "write_bytes", broken)
    else:
        monkeypatch.setattr(f"loaders.documents.parquet.parquet_dataset.{at}", broken)
    with pytest.raises(type(error)):
        write_dataset(state, folder)
    assert list(tmp_path.iterdir()) == ([folder] if there else [])
    assert not there or files(folder) == files(whole)


@pytest.mark.parametrize("table", ["x,y\n1,2\n", ""])
def test_somebody_s_own_dictionary_is_not_taken_for_an_export(told, tmp_path, table):
    (tmp_path / DICTIONARY).write_text(table, "utf-8")
    with pytest.raises(NotOurs):
        write_dataset(told[0], tmp_path)
    assert files(tmp_path) == {DICTIONARY: table.encode()}


def killed(store: Store, folder: Path, at: str) -> None:
    """Export a store's plan in a process that kills itself at a moment."""
    dying = {
        "third table": "after(parquet_dataset, '_typed', 3)",
        "before the renames": "after(Path, 'rename', 1)",
        "between the renames": "after(Path, 'rename', 2)",
        "after the renames": "after(Path, 'rename', 3)",
        "old one half gone": "after(os, 'unlink', 2)",
    }[at]
    program = f"""
import os, signal
from datetime import date
from pathlib import Path
from kpi.assessment import Assessment
from loaders.documents.parquet import parquet_dataset
from loaders.store import Store
state = Assessment.of(Store(Path({str(store.path)!r})).snapshot("tiny"), date(2026, 11, 21))
def after(owner, name, times):
    made, real = [], getattr(owner, name)
    def dying(*given, **more):
        made.append(given)
        return real(*given, **more) if len(made) < times else os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, name, dying)
{dying}
parquet_dataset.write_dataset(state, Path({str(folder)!r}))
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL


def read_by_all(exports: Path) -> set[str]:
    """The exports that a reader of all of them finds."""
    glob = exports / "*" / "observations" / "**" / "*.parquet"
    found = duckdb.sql(f"SELECT DISTINCT filename FROM read_parquet('{glob}', filename = true)").fetchall()
    return {Path(name).relative_to(exports).parts[0] for (name,) in found}


unix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@unix
@pytest.mark.parametrize("there", [False, True])
def test_a_killed_export_is_found_by_no_reader(told, tmp_path, there):
    """Killed at its third table, it leaves what stood there and a hidden folder that no pattern looks into."""
    exports = tmp_path / "exports"
    whole = write_dataset(told[0], exports / "b")
    if there:
        write_dataset(told[0], exports / "a")
    killed(filled_store(tmp_path / "store"), exports / "a", "third table")
    left = [p.name for p in exports.iterdir() if p.name not in ("a", "b")]
    assert left == [".kpi-export-a"]
    assert list((exports / left[0]).rglob("*.parquet"))
    assert (exports / "a").exists() == there
    assert read_by_all(exports) == ({"a", "b"} if there else {"b"})
    assert files(write_dataset(told[0], exports / "a")) == files(whole)
    assert sorted(p.name for p in exports.iterdir()) == ["a", "b"]


@unix
@pytest.mark.parametrize(
    ("at", "stands"),
    [("before the renames", "old"), ("between the renames", ""), ("after the renames", "new"),
     ("old one half gone", "new")],
)  # fmt: skip
def test_the_next_export_makes_good_what_a_kill_in_the_swap_has_left(told, tmp_path, monkeypatch, at, stands):
    state, whole = told
    fresh = filled_store(tmp_path / "store")
    known = {"": {}, "old": files(whole), "new": files(write_dataset(state_of(fresh), tmp_path / "other"))}
    write_dataset(state, tmp_path / "exports" / "b")
    folder = write_dataset(state, tmp_path / "exports" / "a")
    killed(fresh, folder, at)
    assert files(folder) == known[stands]
    assert read_by_all(tmp_path / "exports") == ({"a", "b"} if stands else {"b"})

    def full(*_given: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as broken:
        broken.setattr("loaders.documents.parquet.parquet_dataset.write_tables", full)
        with pytest.raises(OSError, match="full"):
            write_dataset(state, folder)
    assert files(folder) == known[stands or "old"]
    assert sorted(p.name for p in (tmp_path / "exports").iterdir()) == ["a", "b"]
    assert files(write_dataset(state_of(fresh), folder)) == known["new"]


@unix
def test_a_hidden_earlier_export_stays_while_something_else_stands_in_its_place(told, tmp_path):
    folder = write_dataset(told[0], tmp_path / "exports" / "a")
    killed(filled_store(tmp_path / "store"), folder, "between the renames")
    folder.mkdir()
    (folder / "手紙.txt").write_bytes(b"x")
    with pytest.raises(NotOurs):
        write_dataset(told[0], folder)
    assert files(folder) == {"手紙.txt": b"x"}
    (folder / "手紙.txt").rename(tmp_path / "手紙.txt")
    held = told[0].snapshot
    other = replace(told[0], snapshot=replace(held, plan=replace(held.plan, id="other")))
    with pytest.raises(NotOurs):
        write_dataset(other, folder)
    assert files(folder) == files(told[1])


def test_of_two_exports_at_once_to_one_folder_the_second_is_refused(told, tmp_path, monkeypatch):
    state, folder = told[0], tmp_path / "exports" / "a"
    real, refused = parquet_dataset.write_tables, []

    def write_tables(*given: Any) -> None:
        with pytest.raises(OSError) as error:
            write_dataset(state, folder)
        refused.append(error.value.errno)
        real(*given)

    monkeypatch.setattr(parquet_dataset, "write_tables", write_tables)
    assert files(write_dataset(state, folder)) == files(told[1])
    assert refused == [errno.EBUSY]
    assert list((tmp_path / "exports").iterdir()) == [folder]


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_nothing_is_written_through_a_link_where_the_work_should_be(told, tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "elsewhere" / "new").mkdir(parents=True)
    (tmp_path / "exports" / ".kpi-export-a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotOurs):
        write_dataset(told[0], tmp_path / "exports" / "a")
    assert (tmp_path / "elsewhere" / "new").is_dir()


# --- many governments ---


def governments(count: int) -> list[str]:
    """Codes as JIS X 0401 and 0402 give them: 47 prefectures, and municipalities of five digits after them."""
    prefectures = [f"{n:02d}" for n in range(1, 48)]
    towns = [f"{prefecture}{201 + n:03d}" for n in range(40) for prefecture in prefectures]
    return [*prefectures, *towns][:count]


def told_by_readme(exports: Path, options: str) -> list[tuple[Any, ...]]:
    """What README's query over many exports tells, from the folder that they stand in."""
    (query,) = re.findall("```sql\n(.+?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert FILES in query
    return duckdb.sql(query.replace(FILES, options).replace("'*/", f"'{exports}/*/")).fetchall()


def test_readmes_query_counts_of_each_figure_the_one_that_counts(tmp_path):
    """確定 after 速報 are two observations of one figure; a 見込 and what nobody has confirmed count for nothing."""
    state = state_of(filled_store(tmp_path / "store"))
    one = state.snapshot.observations.query("indicator_id == @RATE and state == 'value'").head(1)
    said = [("provisional", 60.0, "confirmed"), ("final", 61.5, "confirmed"), ("final", 99.0, "unconfirmed"),
            ("forecast", 70.0, "confirmed")]  # fmt: skip
    common = {"publication": "public", "sample": False}
    each = [
        one.assign(release=r, value=v, review=w, observation_id=n, code=f"AAA-000{n}", **common)
        for n, (r, v, w) in enumerate(said, 1)
    ]
    told = pd.concat(each, ignore_index=True)
    write_dataset(replace(state, snapshot=replace(state.snapshot, observations=told)), tmp_path / "exports" / "one")
    found = told_by_readme(tmp_path / "exports", FILES)
    assert found == [(str(one["period"].iloc[0]), RATE, 1, Decimal("61.5"))]


@lengthened
def test_the_exports_of_every_government_add_up_in_one_query(tmp_path):
    """1,788 are all prefectures and municipalities of Japan; every tenth has not answered yet."""
    codes = governments(length(47, 1788))
    state = state_of(filled_store(tmp_path / "store"))
    held = state.snapshot
    told: dict[str, Decimal] = {}
    for place, code in enumerate(codes):
        known = held.observations if place % 10 else held.observations.iloc[:0]
        tenths = 7 * place + 1
        own = replace(
            held,
            plan=replace(held.plan, id=f"dx-{code}", area_code=code, area_name=f"団体{code}"),
            observations=known.assign(value=tenths / 10, publication="public", review="confirmed"),
            values=held.values.iloc[:0],
        )
        write_dataset(replace(state, snapshot=own), tmp_path / "exports" / code)
        if place % 10:
            told[code] = Decimal(tenths) / 10
    glob = f"{tmp_path}/exports/*/observations/**/*.parquet"
    query = f"""SELECT year, count(DISTINCT government_code) AS governments, sum(value_decimal) AS total
        FROM read_parquet('{glob}', {HIVE}) WHERE indicator_id = '{RATE}' AND state = 'value' GROUP BY year"""
    assert duckdb.sql(query).fetchall() == [(FY[2024].year, len(told), sum(told.values()))]
    for options in (FILES, HIVE, TYPED):
        found = told_by_readme(tmp_path / "exports", options)
        assert (FY[2024].code, RATE, len(told), sum(told.values())) in found
    judged = f"{tmp_path}/exports/*/assessments/**/*.parquet"
    query = f"SELECT count(*), count(DISTINCT plan_id) FROM read_parquet('{judged}', {HIVE})"
    assert duckdb.sql(query).fetchall() == [(len(codes) * len(state.plan.indicators), len(codes))]
    query = f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('{glob}', {HIVE}))"
    kinds = dict(duckdb.sql(query).fetchall())
    assert (kinds["value_decimal"], kinds["analysis"], kinds["released_at"]) == (EXACT, "VARCHAR", "TIMESTAMP")
