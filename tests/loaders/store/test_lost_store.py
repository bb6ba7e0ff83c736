"""A store that is gone is never taken for a first start; it is told in words while the server runs, and restored."""

from __future__ import annotations

import io
import os
import random
import shutil
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from kpi.collection.acts import Act
from loaders.cli import commands
from loaders.services import operations
from loaders.store import Keep, Store, StoreDamaged, StoreError
from loaders.store.file.presence import Extent, StoreLost, traces
from loaders.store.file.retention import copies
from pages.parts.app import http_rights, sign_in, storage
from pages.parts.app.sign_in import Setup
from tests import ROOT, screenkit
from tests.campaign.marked import mostly, rarely
from tests.factory import RATE
from tests.pages.identity.kit import ask
from tests.storekit import AT, answer, first_start, later, reading, save_and_send, save_return

# --- what stands in the place ---


def gone(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut_in_the_header(path: Path) -> None:
    os.truncate(path, 5000)


def cut_to_a_few_bytes(path: Path) -> None:
    os.truncate(path, 11)


def cut_in_the_middle(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "note.txt").write_text("x")


def another_file(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 a workbook" * 1000)


def a_link_to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "moved.duckdb")


def another_database(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE other (n INTEGER)")


HURTS = [
    gone, emptied, cut_in_the_header, cut_to_a_few_bytes, cut_in_the_middle, a_folder, another_file,
    a_link_to_nowhere, another_database,
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = first_start(tmp_path)
    save_and_send(made, reading(answer(RATE, value=65.0, period="FY2024")), b"1" * 600_000, later(1))
    return made


def listing(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.lstat().st_size for p in folder.rglob("*")}


@pytest.mark.parametrize("hurt", mostly(HURTS, every=2), ids=lambda h: h.__name__)
def test_what_is_found_in_the_place_of_a_store_is_refused_left_and_replaced_by_a_copy(store, tmp_path, hurt):
    copy = store.backup(tmp_path / "copy.db", Act("", AT))
    hurt(store.path)
    before = listing(tmp_path)
    with pytest.raises(StoreDamaged) as refused:
        first_start(tmp_path)
    said = str(refused.value)
    assert "kpi.duckdb" in said
    assert "python -m loaders restore" in said
    assert "消すこともしていません" in said
    assert "初めから始める" in said
    assert listing(tmp_path) == before
    for look in (Store(store.path).plan_ids, store.plan_ids, store.check):
        with pytest.raises(StoreDamaged):
            look()
    assert listing(tmp_path) == before
    assert Store(store.path).restore(copy, Act("x", later(2))) == ()
    # Whoever has it open goes on, and what stood there stands beside.
    store.check()
    assert store.verify() == ()
    assert len(store.snapshot("tiny").observations) == 1
    assert len(list(tmp_path.glob("kpi.duckdb.restore-*.bak"))) == (hurt is not gone)


@pytest.mark.parametrize("size", [12_288, 12_289, 100_000, 400_000])
def test_a_cut_that_still_opens_is_seen_by_who_had_it_open_and_by_who_comes_anew(store, size):
    whole = store.path.read_bytes()
    store.check()
    os.truncate(store.path, size)
    for one in (store, Store(store.path)):
        with pytest.raises(StoreDamaged, match="途中で切れている"):
            one.check()
        with pytest.raises(StoreDamaged):
            save_return(one, reading(answer(RATE, value=1.0)), b"2", "a.xlsx", by="x", at=later(2))
    assert store.path.stat().st_size < len(whole)
    store.path.write_bytes(whole)
    store.check()
    assert len(store.snapshot("tiny").observations) == 1


def test_free_room_missing_at_the_end_is_no_cut(store):
    """DuckDB itself leaves files shorter than their header says, where nothing stood in what is missing."""
    chance, short = random.Random(3), 0
    for n in range(40):
        with duckdb.connect(str(store.path)) as connection:
            many = chance.randint(1, 300_000)
            connection.execute(
                f"CREATE OR REPLACE TABLE t{n % 5} AS SELECT range AS i, random() AS r FROM range({many})"
            )
            connection.execute("CHECKPOINT")
            connection.execute(f"DROP TABLE IF EXISTS t{chance.randint(0, 4)}")
        if Extent.of(store.path).doubtful(None):
            short += 1
            Store(store.path).check()
            store.check()
    assert short


# --- what tells of an earlier one ---


def mark(store: Store, _nights: Path) -> None:
    for one in store.path.parent.glob("kpi.duckdb.*"):
        if one.suffix != ".lock":
            one.unlink()


def log(store: Store, _nights: Path) -> None:
    forget(store)
    Path(f"{store.path}.wal").write_bytes(b"x")


def kept(name: str):
    def leave(store: Store, _nights: Path) -> None:
        forget(store)
        Path(f"{store.path}.{name}").write_bytes(b"x")

    return leave


def night(store: Store, nights: Path) -> None:
    forget(store)
    (nights / "kpi-20261121-020000_3-0f3a5b7c9d1e.duckdb").write_bytes(b"x")


def forget(store: Store) -> None:
    """Leave nothing beside the store, as one that moves the traces away."""
    for one in store.path.parent.glob("kpi.duckdb.*"):
        one.unlink()


TRACES = {
    "mark": mark, "log": log, "night": night, "migration": kept("v1-20261121-093000.bak"),
    "restore": kept("restore-20261121-093000.bak"), "log of it": kept("restore-20261121-093000.bak.wal"),
    "by hand": kept("before-20261121"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("left", "empty"),
    [(left, False) for left in TRACES] + [rarely((left, True)) for left in list(TRACES)[1:]] + [("mark", True)],
)
def test_any_trace_forbids_a_new_store_until_it_is_moved_away(store, tmp_path, monkeypatch, left, empty):
    nights = tmp_path / "nights"
    nights.mkdir()
    monkeypatch.setenv("KPI_BACKUP_DIR", str(nights))
    store.path.unlink()
    if empty:
        store.path.touch()
    TRACES[left](store, nights)
    before = listing(tmp_path)
    with pytest.raises(StoreLost, match="元の場所に戻して") as refused:
        opened(tmp_path)
    named = next(n for n in before if n not in ("kpi.duckdb", "nights") and not n.startswith("kpi.duckdb.lock."))
    assert Path(named).name in str(refused.value)
    assert listing(tmp_path) == before
    # Another store of the same machine is none of theirs.
    assert opened(tmp_path, tmp_path / "rehearsal.duckdb").plan_ids() == ()
    (tmp_path / "away").mkdir()
    for one in [*tmp_path.glob("kpi.duckdb*"), *nights.iterdir()]:
        shutil.move(one, tmp_path / "away" / one.name)
    assert opened(tmp_path).plan_ids() == ()


def opened(data: Path, db: Path | None = None) -> Store:
    return operations.open_store(data, db)


@pytest.mark.parametrize(
    "there", [(), ("kpi.duckdb",), ("kpi.duckdb.lock", "kpi.duckdb.lock.gate", "kpi.duckdb.lock.bell"),
              ("kpi.duckdb.new", "kpi.duckdb.new.wal"), ("kpi.duckdb2", "kpi.duckdbx.bak", "other.duckdb.lock"),
              ("kpi-notes.duckdb.bak",)],
)  # fmt: skip
def test_a_first_start_needs_no_question(tmp_path, there):
    for name in there:
        (tmp_path / name).write_bytes(b"" if name.startswith("kpi.duckdb") and "x" not in name else b"x")
    assert first_start(tmp_path).plan_ids() == ("tiny",)
    assert not {"kpi.duckdb.new", "kpi.duckdb.new.wal"} & set(listing(tmp_path))


def test_a_name_with_brackets_has_its_own_traces(tmp_path):
    store = Store(tmp_path / "kpi[1]*.duckdb")
    store.init([], None, Act("", later(0)))
    assert [p.name for p in traces(store.path)] == ["kpi[1]*.duckdb.lock"]
    store.path.unlink()
    with pytest.raises(StoreLost):
        Store(store.path).init([], None, Act("", later(0)))
    assert Store(tmp_path / "kpi1.duckdb").init([], None, Act("", later(0)))


def test_a_store_behind_a_link_is_missed_too(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").mkdir()
    store = first_start(tmp_path / "disk")
    (tmp_path / "data/kpi.duckdb").symlink_to(store.path)
    assert first_start(tmp_path / "data").plan_ids() == ("tiny",)
    store.path.write_bytes(b"")
    with pytest.raises(StoreLost):
        first_start(tmp_path / "data")
    store.path.unlink()
    with pytest.raises(StoreLost, match="リンク"):
        first_start(tmp_path / "data")


def test_the_newest_copies_are_named_and_no_folder_of_the_server(store, tmp_path):
    nights = tmp_path / "nights"
    nights.mkdir()
    for day in (19, 20, 21, 22):
        assert store.make_nightly(nights, Keep(), at=datetime(2026, 11, day, 2)) == ()
    store.path.unlink()
    with pytest.raises(StoreLost) as refused:
        Store(store.path, nights=nights).init([], None, Act("", later(3)))
    said = str(refused.value)
    made = [p.name for _, p in sorted(copies(nights).items())]
    assert made[-1] in said
    assert made[0] not in said
    assert "ほか1個" in said
    assert str(tmp_path) not in said


# --- at the command line ---


def run(*arguments: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    before, sys.stderr = sys.stderr, err
    try:
        code = commands.main([str(a) for a in arguments], out)
    finally:
        sys.stderr = before
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data/plans", tmp_path / "data/plans")
    assert run("init", "--data", tmp_path / "data")[0] in (0, 1)
    return tmp_path / "data"


def test_commands_refuse_in_words_and_restore_brings_it_back(data, tmp_path):
    assert run("backup", tmp_path / "copy.duckdb", "--data", data)[0] == 0
    (copy,) = tmp_path.glob("copy_*.duckdb")
    for hurt in (gone, a_folder, emptied, another_file):
        hurt(data / "kpi.duckdb")
        before = listing(data)
        for command in (["init"], ["status"], ["verify"], ["backup", tmp_path / "b.duckdb"], ["samples", "--load"]):
            code, out, err = run(*command, "--data", data)
            assert code in (1, 2)
            assert "python -m loaders restore" in out + err, command
            assert "Traceback" not in out + err
            assert "init を実行" not in out + err
        assert listing(data) == before
        code, out, err = run("restore", copy, "--data", data)
        assert (code, err) == (0, "")
        assert ("別の名前で残しました" in out) == (hurt is not gone)
        assert run("verify", "--data", data)[0] == 0


# --- while the server runs ---


@pytest.fixture
def server(data, monkeypatch):
    store = operations.open_store(data)
    monkeypatch.setattr(storage, "store", lambda: store)
    watched = operations.store_of(data, wait=1.0)
    monkeypatch.setattr(http_rights, "watched", lambda: watched)
    monkeypatch.setattr(sign_in, "setup", lambda: Setup.NONE)
    return store


@pytest.mark.parametrize("hurt", mostly(HURTS, every=4), ids=lambda h: h.__name__)
def test_the_running_server_says_so_and_goes_on_when_the_file_is_back(server, hurt):
    path = server.path
    assert ask("/_stcore/health") == 200
    server.plan_ids()
    aside = path.with_name("aside")
    shutil.copy2(path, aside)
    hurt(path)
    for _ in range(2):
        assert ask("/_stcore/health") == 503
        assert ask("/kpi/_stcore/health", method="HEAD") == 503
        # The page's own question before it opens its stream: it says in words what is wrong.
        assert ask("/_stcore/health", referer="http://127.0.0.1:1/") == 200
        with pytest.raises(StoreError, match="kpi"):
            server.plan_ids()
    if path.is_dir():
        shutil.rmtree(path)
    os.replace(aside, path)
    assert ask("/_stcore/health") == 200
    assert server.plan_ids()
    assert server.verify() == ()


def test_the_screen_says_once_what_is_wrong_and_is_drawn_again_when_the_file_is_back(data, monkeypatch):
    screenkit.draw_from(data, monkeypatch)
    assert not screenkit.run("overview").error
    for hurt in (gone, emptied, cut_in_the_middle):
        whole = (data / "kpi.duckdb").read_bytes()
        hurt(data / "kpi.duckdb")
        (said,) = screenkit.run("overview").error
        said = said.value.replace("\\", "")  # of the marks of Markdown
        assert "データファイル kpi.duckdb" in said
        assert "python -m loaders restore" in said
        (data / "kpi.duckdb").write_bytes(whole)
        assert not screenkit.run("overview").error
