"""Parquet files by plan and year: types whatever the data, names that no path can be made of, refusals."""

from __future__ import annotations

import errno
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal, localcontext
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.store.file.parquet_files import TypedTable, plan_folder, write_tables
from tests import ROOT
from tests.campaign.marked import length, lengthened

TYPES = {
    "year": "INTEGER", "text": "VARCHAR", "real": "DOUBLE", "exact": "DECIMAL(38,18)", "flag": "BOOLEAN",
    "day": "DATE", "moment": "TIMESTAMP", "number": "INTEGER",
}  # fmt: skip
NOTHING = (None,) * len(TYPES)
HIVE = "hive_partitioning = true, hive_types = {'plan_id': VARCHAR, 'year': INTEGER}"
#: By the names of the folders, and by what stands in the files alone.
READERS = (HIVE, "hive_partitioning = false")


def written(folder: Path, plan_id: str, rows: list[tuple[object, ...]]) -> Path:
    types = {"plan_id": "VARCHAR", **TYPES}
    columns = zip(*((plan_id, *row) for row in rows), strict=True) if rows else ((),) * len(types)
    table = TypedTable("t", types, dict(zip(types, columns, strict=True)))
    write_tables(folder, plan_id, [table], {"layout_version": "1"})
    return folder


def read(folder: Path, reader: str = READERS[1]) -> duckdb.DuckDBPyRelation:
    glob = str(folder / "**" / "*.parquet").replace("'", "''")
    return duckdb.sql(f"SELECT * FROM read_parquet('{glob}', union_by_name = true, {reader})")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("rows", [[], [NOTHING], [(2024, "x", 1.0, Decimal("0.1"), True, None, None, 1), NOTHING]])
def test_the_types_are_the_declared_ones_whatever_the_data(tmp_path, rows, reader):
    found = read(written(tmp_path, "7", rows), reader)
    assert dict(zip(found.columns, map(str, found.types), strict=True)) == {"plan_id": "VARCHAR", **TYPES}
    assert found.fetchall() == [("7", *row) for row in rows]


def test_one_file_by_itself_tells_plan_and_year(tmp_path):
    written(tmp_path, "007", [(2024, *NOTHING[1:]), NOTHING])
    for year in (2024, None):
        (path,) = tmp_path.glob(f"t/plan_id=007/year={year or '__HIVE_DEFAULT_PARTITION__'}/*.parquet")
        kinds = {
            name: kind
            for name, kind, *_ in duckdb.sql(f"DESCRIBE FROM read_parquet('{path}', {READERS[1]})").fetchall()
        }
        found = duckdb.sql(f"SELECT plan_id, year FROM read_parquet('{path}', {READERS[1]})")
        assert (kinds["plan_id"], kinds["year"], found.fetchall()) == ("VARCHAR", "INTEGER", [("007", year)])


def test_every_kind_of_value_comes_back_as_it_was(tmp_path):
    """Also where it stands alone among thousands of rows without one, and at the ends of its type."""
    kinds = [
        (-999, "\0", float("inf"), Decimal("1e-18"), False, date(1, 1, 1), datetime(1, 1, 1), -(2**31)),
        (9999, "'\"\\\n\r,;🗾\U00020bb7%", -0.0, Decimal(10) ** 19, True, date(9999, 12, 31),
         datetime(9999, 12, 31, 23, 59, 59, 999999), 2**31 - 1),
        (0, "NULL", 5e-324, Decimal(0), None, date(2024, 2, 29), datetime(2024, 4, 1, 0, 0, 0, 1), 0),
        (1, "nan", -float("inf"), Decimal("-0.3"), None, None, None, None),
    ]  # fmt: skip
    rows = [NOTHING] * 3001 + kinds + [NOTHING] * 3001
    found = read(written(tmp_path, "p", rows)).filter("year IS NOT NULL").project("* EXCLUDE plan_id").fetchall()
    assert sorted(map(repr, found)) == sorted(map(repr, [(*r[:3], Decimal(f"{r[3]:.18f}"), *r[4:]) for r in kinds]))


def test_each_year_has_a_folder_and_what_has_none_that_of_hive(tmp_path):
    rows = [(year, *NOTHING[1:]) for year in (2024, None, 2023, 2024)]
    written(tmp_path, "p", rows)
    places = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet"))
    years = ("2023", "2024", "__HIVE_DEFAULT_PARTITION__")
    assert places == [f"t/plan_id=p/year={year}/data_0.parquet" for year in years]


def test_every_file_tells_its_layout(tmp_path):
    written(tmp_path, "p", [])
    glob = tmp_path / "**" / "*.parquet"
    metadata = duckdb.sql(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{glob}')").fetchall()
    assert ("layout_version", "1") in metadata


@pytest.mark.parametrize(
    "plan_id",
    ["..", "../../out", "/etc", "a/b", "計画 1", "a=b", "year=2024", "%2e%2e", "it's", "{x}", "*?[a]", "2024", "007",
     "2024-01-01", "~", "a\\b", "s3://x"],
)  # fmt: skip
@pytest.mark.parametrize("count", [0, 1])
def test_no_plan_s_id_leads_out_of_the_folder_and_each_comes_back(tmp_path, plan_id, count):
    inside = tmp_path / "it's in"
    inside.mkdir()
    written(inside, plan_id, [(2024, *NOTHING[1:])] * count)
    assert list(tmp_path.iterdir()) == [inside]
    assert len(list(inside.rglob("*.parquet"))) == len(list(inside.glob("t/*/*/*.parquet"))) == 1
    assert [path.name for path in (inside / "t").iterdir()] == [plan_folder(plan_id)]
    for reader in READERS:
        assert read(inside, reader).project("plan_id").fetchall() == [(plan_id,)] * count


@settings(max_examples=length(20, 200))
@lengthened
@given(st.lists(st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.none()), min_size=1, max_size=20))
def test_a_number_comes_back_bit_for_bit(tmp_path_factory, values):
    folder = written(tmp_path_factory.mktemp("bits"), "p", [(2024, None, v, *NOTHING[3:]) for v in values])
    assert [repr(v) for (v,) in read(folder).project('"real"').fetchall()] == [repr(v) for v in values]


def test_decimals_are_added_up_exactly(tmp_path):
    values = [Decimal(f"0.{'0' * n}1") for n in range(17)] + [Decimal(10) ** 19, Decimal("-0.3")]
    folder = written(tmp_path, "p", [(2024, None, None, v, *NOTHING[4:]) for v in values])
    with localcontext(prec=60):
        assert read(folder).aggregate("sum(exact)").fetchall() == [(sum(values),)]


def test_what_the_system_refuses_is_an_error_of_the_system(tmp_path):
    with pytest.raises(OSError) as told:
        written(tmp_path, "計" * 60, [NOTHING])
    assert told.value.errno == errno.ENAMETOOLONG


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_a_full_disk_is_an_error_of_the_system(tmp_path):
    program = f"""
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
from loaders.store.file.parquet_files import TypedTable, write_tables
try:
    types = {{"plan_id": "VARCHAR", "year": "INTEGER", "text": "VARCHAR"}}
    columns = {{"plan_id": ["p"] * 9000, "year": [2024] * 9000, "text": [str(n) * 9 for n in range(9000)]}}
    table = TypedTable("t", types, columns)
    write_tables(Path({str(tmp_path)!r}), "p", [table], {{}})
except OSError as error:
    sys.exit(error.errno)
"""
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert told.returncode == errno.EFBIG
