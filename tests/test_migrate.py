"""Stores of earlier versions: each is brought up to date, whole or not at all, and stays beside as it was."""

from __future__ import annotations

import gzip
import re
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from kpi.collection.workflow import ReturnState
from kpi.period import Period
from loaders.store import Store, StoreDamaged, StoreError
from loaders.store.file.migration import migrate
from loaders.store.file.opening import SCHEMA_VERSION
from tests.factory import CUT, RATE, UNSET
from tests.storekit import figures, new_store

STORES = sorted((Path(__file__).parent / "stores").glob("v*.duckdb.gz"))
#: What a store is made of, beside its rows.
_SHAPE = {
    "columns": """SELECT table_name, column_name, column_index, data_type, is_nullable, column_default
        FROM duckdb_columns() WHERE NOT internal ORDER BY ALL""",
    "constraints": "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints() ORDER BY ALL",
    "macros": """SELECT function_name, parameters, macro_definition FROM duckdb_functions()
        WHERE NOT internal ORDER BY ALL""",
    "sequences": "SELECT sequence_name, increment_by, max_value FROM duckdb_sequences() ORDER BY sequence_name",
}


@pytest.fixture(params=STORES, ids=lambda p: p.name.partition(".")[0])
def old(request, tmp_path: Path) -> Path:
    path = tmp_path / "kpi.duckdb"
    path.write_bytes(gzip.decompress(request.param.read_bytes()))
    return path


@pytest.fixture
def version(request) -> str:
    return str(request.node.callspec.params["old"].name.partition(".")[0])


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        found = {what: connection.execute(query).fetchall() for what, query in _SHAPE.items()}
    # DuckDB writes the columns of an EXCLUDE in no certain order.
    found["macros"] = [
        (*own, re.sub(r"EXCLUDE \(([^)]*)\)", lambda m: f"EXCLUDE {sorted(m[1].split(', '))}", text))
        for *own, text in found["macros"]
    ]
    return found


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.bak"))


def test_a_store_of_every_version_before_this_one_is_kept():
    assert {p.name.partition(".")[0] for p in STORES} == {f"v{n}" for n in range(1, int(SCHEMA_VERSION))}


def test_an_old_store_opens_and_says_what_it_said(old):
    store = Store(old)
    snapshot = store.snapshot("tiny")
    values = {(r.indicator_id, r.period): r.value for r in snapshot.observations.itertuples()}
    assert values == {("city-rate", "FY2024"): 61.5, ("support-count", "FY2024"): 1400.0}
    assert list(snapshot.observations["code"]) == ["GBE-3399", "NCJ-6798"]
    assert dict(zip(snapshot.submissions["submission_id"], snapshot.submissions["state"], strict=True)) == {
        "S00001": "sent", "S00002": "sent", "S00003": "replaced", "S00004": "draft",
    }  # fmt: skip
    assert snapshot.decisions >= {"start_empty"}
    assert store.trace(RATE)[0].mended == "集計し直した"
    assert store.verify() == ()


def test_what_an_old_return_set_of_a_card_stays_in_force(old):
    card = Store(old).snapshot("tiny").cards[UNSET]
    assert (card.baseline, card.baseline_period, card.target, card.target_period) == (
        20.0, Period("FY", 2022), 50.0, Period("FY", 2028),
    )  # fmt: skip


def test_work_goes_on_where_it_was_left(old):
    store = Store(old)
    draft = store.submission("S00004")
    assert draft.state is ReturnState.DRAFT
    assert not isinstance(store.send("S00004", by="八戸 太郎", at=datetime(2026, 4, 2, 9)), tuple)
    assert store.trace(CUT)[0].value == 9.0
    assert len(store.snapshot("tiny").observations) == 3
    assert store.verify() == ()


def test_the_same_plan_files_change_nothing_in_a_migrated_store(old):
    """What only the program's own attributes have added is no new version of a card."""
    store = Store(old)
    plan = store.snapshot("tiny").plan
    assert not store.init([plan], figures(), at=datetime(2026, 4, 2, 9))
    assert store.snapshot("tiny").cards[RATE].version == 1


def test_a_migrated_store_is_shaped_like_a_new_one(old, tmp_path):
    Store(old).plan_ids()
    (tmp_path / "new").mkdir()
    assert shape(old) == shape(new_store(tmp_path / "new").path)


def test_the_old_store_stays_beside_and_nothing_else_is_left(old, version):
    before = old.read_bytes()
    Store(old).plan_ids()
    (kept,) = backups(old)
    assert kept.name.startswith(f"kpi.duckdb.{version}-")
    assert kept.read_bytes() == before
    assert {p.name for p in old.parent.iterdir()} == {
        "kpi.duckdb", kept.name, "kpi.duckdb.lock", "kpi.duckdb.lock.bell", "kpi.duckdb.lock.gate",
    }  # fmt: skip
    Store(old).snapshot("tiny")
    assert backups(old) == [kept]


def test_saving_and_mending_stand_in_the_log_in_the_order_they_happened(old):
    log = Store(old).log()
    real = log[~log["sample"]].iloc[::-1]
    assert list(zip(real["kind"], real["subject"], strict=True))[:6] == [
        ("save", "S00001"), ("mend", "S00001"), ("send", "S00001"), ("save", "S00003"), ("save", "S00004"),
        ("start_empty", ""),
    ]  # fmt: skip
    assert list(real["kind"])[6:] == ["migrate"] * (1 + ("v2" in backups(old)[0].name))
    assert list(real["subject"])[-1] == backups(old)[0].name
    assert list(log[log["sample"]]["kind"]) == ["send", "save"]
    assert set(log["who"]) == {"青森 花子", "八戸 太郎", "事務局", "サンプル", "プログラム"}


def test_a_newer_store_is_refused_and_not_touched(old):
    with duckdb.connect(str(old)) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    before = old.read_bytes()
    with pytest.raises(StoreDamaged, match="999"):
        Store(old).plan_ids()
    assert old.read_bytes() == before
    assert not backups(old)


@pytest.mark.parametrize("broken", ["seal_anew", "copy_whole", "put_in_place"])
def test_a_step_that_fails_leaves_the_old_store(old, monkeypatch, broken):
    before = old.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"loaders.store.file.migration.{broken}", fail)
    with pytest.raises(StoreError, match="空きが足りない"):
        Store(old).plan_ids()
    monkeypatch.undo()
    assert old.read_bytes() == before
    assert not list(old.parent.glob("*.migrating*"))
    assert Store(old).verify() == ()


def test_what_a_killed_migration_left_is_no_hindrance(old):
    shutil.copy(old, f"{old}.migrating")
    Path(f"{old}.migrating.wal").write_bytes(b"torn")
    assert Store(old).verify() == ()
    assert not list(old.parent.glob("*.migrating*"))


def test_two_in_the_same_second_get_different_names(old, version):
    at = datetime(2026, 11, 21, 9, 30)
    first = old.read_bytes()
    migrate(old, 1.0, lambda: at)
    old.write_bytes(first)
    migrate(old, 1.0, lambda: at)
    assert [p.name for p in backups(old)] == [
        f"kpi.duckdb.{version}-20261121-093000-2.bak",
        f"kpi.duckdb.{version}-20261121-093000.bak",
    ]


def test_an_old_file_put_in_by_hand_is_migrated_too(old):
    first = old.read_bytes()
    store = Store(old)
    store.plan_ids()
    shutil.copy(backups(old)[0], f"{old}.hand")
    Path(f"{old}.hand").replace(old)
    assert old.read_bytes() == first
    assert store.verify() == ()


def test_all_that_an_old_store_held_is_sealed(old):
    store = Store(old)
    assert store.log_head().mark
    with duckdb.connect(str(old)) as connection:
        connection.execute("UPDATE submissions SET saved_by = 'だれか' WHERE submission_id = 'S00001'")
    assert [i.code for i in store.verify()] == ["verify.rows_changed"]
