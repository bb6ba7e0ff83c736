"""A store of the version before: it is brought up to date, whole or not at all, and stays beside as it was.

What a version does is shown by the first schema, made from today's store by taking back what came since; how an upgrade
runs, by the next one, played by :mod:`tests.next_schema`.
"""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import ReturnState
from kpi.initiatives.initiative import Initiative
from kpi.plan import STANDING_TEXTS
from loaders.store import Store, StoreDamaged, StoreError
from loaders.store.audit.seals import seal_anew
from loaders.store.file.migration import STEPS, migrate
from loaders.store.file.opening import SCHEMA_VERSION
from loaders.store.queries.json_document import digest
from tests import next_schema
from tests.factory import CUT, RATE, tiny_plan
from tests.storekit import answer, figures, filled_store, later, reading, save_return, send

#: What a store is made of, beside its rows.
_SHAPE = {
    "columns": """SELECT table_name, column_name, column_index, data_type, is_nullable, column_default
        FROM duckdb_columns() WHERE NOT internal ORDER BY ALL""",
    "constraints": "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints() ORDER BY ALL",
    "macros": """SELECT function_name, parameters, macro_definition FROM duckdb_functions()
        WHERE NOT internal ORDER BY ALL""",
    "sequences": "SELECT sequence_name, increment_by, max_value FROM duckdb_sequences() ORDER BY sequence_name",
}


def test_every_version_after_the_first_has_its_step():
    assert sorted(STEPS) == list(range(2, int(SCHEMA_VERSION) + 1))


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A store of the first schema, with a value and a draft."""
    store = filled_store(tmp_path)
    save_return(store, reading(answer(CUT, value=9.0, period="FY2024")), b"2", "b.xlsx", by="八戸 太郎", at=later(2))
    with duckdb.connect(str(store.path)) as connection:
        for column in STANDING_TEXTS:
            connection.execute(f"ALTER TABLE observations DROP COLUMN {column}")
        document = connection.execute("SELECT document FROM plans").fetchone()[0]
        without = {key: value for key, value in json.loads(document).items() if key != "required_texts"}
        without["ownerships"] = [{**o, "indicator_id": o.pop("subject_id")} for o in without["ownerships"]]
        without["initiatives"] = [{"id": "i1-1", "item_id": "i1", "policy": "バスを増やす"}]
        written = json.dumps(without, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        connection.execute("UPDATE plans SET document = ?, hash = ?", [written, digest(written)])
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
        seal_anew(connection)
        connection.execute("DROP TABLE reviews")
    return store.path


def test_a_store_of_the_first_schema_says_what_it_said_and_is_shaped_like_a_new_one(first, tmp_path):
    store = Store(first)
    row = store.snapshot("tiny").observations.iloc[0]
    assert (row["value"], row["verification"], row["limits"], row["after_target"]) == (65.0, "", "", "")
    assert store.verify() == ()
    plan = store.snapshot("tiny").plan
    assert (plan.ownerships, plan.initiatives) == (tiny_plan().ownerships, (Initiative("i1-1", "i1", "バスを増やす"),))
    assert not store.init([plan], figures(), Act("", later(3)))
    (tmp_path / "new").mkdir()
    fresh = Store(tmp_path / "new" / "kpi.duckdb")
    fresh.init([], None, Act("", later(1)))
    assert shape(first) == shape(fresh.path)
    assert not isinstance(send(store, "S00002", by="八戸 太郎", at=later(4)), tuple)
    assert store.verify() == ()


@pytest.fixture
def old(tmp_path: Path, monkeypatch) -> Path:
    """A store with a value and a draft, made before the program became its next version."""
    store = filled_store(tmp_path)
    save_return(store, reading(answer(CUT, value=9.0, period="FY2024")), b"2", "b.xlsx", by="八戸 太郎", at=later(2))
    next_schema.install(monkeypatch.setattr)
    return store.path


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


def test_an_old_store_opens_and_says_what_it_said(old):
    store = Store(old)
    snapshot = store.snapshot("tiny")
    assert {(r.indicator_id, r.period): r.value for r in snapshot.observations.itertuples()} == {(RATE, "FY2024"): 65.0}
    assert store.trace(RATE)[0].written == "65.0"
    assert store.verify() == ()


def test_work_goes_on_where_it_was_left(old):
    store = Store(old)
    assert store.submission("S00002").state is ReturnState.DRAFT
    assert not isinstance(send(store, "S00002", by="八戸 太郎", at=datetime(2026, 4, 2, 9)), tuple)
    assert store.trace(CUT)[0].value == 9.0
    assert store.verify() == ()


def test_the_same_plan_files_change_nothing_in_a_migrated_store(old):
    """What only the program's own attributes have added is no new version of a card."""
    store = Store(old)
    plan = store.snapshot("tiny").plan
    assert not store.init([plan], figures(), Act("", datetime(2026, 4, 2, 9)))
    assert store.snapshot("tiny").cards[RATE].version == 1


def test_a_migrated_store_is_shaped_like_a_new_one(old, tmp_path):
    Store(old).plan_ids()
    (tmp_path / "new").mkdir()
    fresh = Store(tmp_path / "new" / "kpi.duckdb")
    fresh.init([], None, Act("", later(1)))
    assert shape(old) == shape(fresh.path)


def test_the_old_store_stays_beside_and_nothing_else_is_left(old):
    before = old.read_bytes()
    Store(old).plan_ids()
    (kept,) = backups(old)
    assert kept.name.startswith("kpi.duckdb.v2-")
    assert kept.read_bytes() == before
    assert {p.name for p in old.parent.iterdir()} == {
        "kpi.duckdb", kept.name, "kpi.duckdb.lock", "kpi.duckdb.lock.bell", "kpi.duckdb.lock.gate",
    }  # fmt: skip
    Store(old).snapshot("tiny")
    assert backups(old) == [kept]


def test_the_log_goes_on_and_tells_of_it(old):
    log = Store(old).log().iloc[::-1]
    assert list(zip(log["kind"], log["subject"], strict=True)) == [
        ("save", "S00001"), ("start_round", "fy2024"), ("send", "S00001"), ("save", "S00002"),
        ("migrate", backups(old)[0].name),
    ]  # fmt: skip


def test_a_newer_store_is_refused_and_not_touched(old):
    with duckdb.connect(str(old)) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    before = old.read_bytes()
    with pytest.raises(StoreDamaged, match="999"):
        Store(old).plan_ids()
    assert old.read_bytes() == before
    assert not backups(old)


@pytest.mark.parametrize("broken", ["seal_anew", "copy_whole", "put_in_place"])
def test_a_step_that_fails_leaves_the_old_store(old, broken):
    before = old.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"loaders.store.file.migration.{broken}", fail)
        with pytest.raises(StoreError, match="空きが足りない"):
            Store(old).plan_ids()
    assert old.read_bytes() == before
    assert not list(old.parent.glob("*.migrating*"))
    assert Store(old).verify() == ()


def test_what_a_killed_migration_left_is_no_hindrance(old):
    shutil.copy(old, f"{old}.migrating")
    Path(f"{old}.migrating.wal").write_bytes(b"torn")
    assert Store(old).verify() == ()
    assert not list(old.parent.glob("*.migrating*"))


def test_two_in_the_same_second_get_different_names(old):
    at = datetime(2026, 11, 21, 9, 30)
    first = old.read_bytes()
    migrate(old, 1.0, lambda: at)
    old.write_bytes(first)
    migrate(old, 1.0, lambda: at)
    names = ["kpi.duckdb.v2-20261121-093000-2.bak", "kpi.duckdb.v2-20261121-093000.bak"]
    assert [p.name for p in backups(old)] == names


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
