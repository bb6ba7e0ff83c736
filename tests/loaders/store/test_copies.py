"""Copies of the store: put back only if sound, kept for so many days and months, made by night where asked for."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.collection.acts import Act
from loaders.services import nightly
from loaders.settings import WrongSetting
from loaders.store import Keep, Store
from loaders.store.file.retention import copies, staying, written_ends
from tests import ROOT, next_schema
from tests.factory import COUNT, RATE, TRADE
from tests.loaders.store.test_log import make_over
from tests.storekit import answer, later, new_store, reading, save_and_send

NIGHT = datetime(2026, 11, 21, 2, 0)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = new_store(tmp_path)
    save_and_send(made, reading(answer(RATE, value=65.0, period="FY2024")), b"1", later(1))
    return made


@pytest.fixture
def copy(store: Store, tmp_path: Path) -> Path:
    """A copy of the store, after which another return was sent."""
    made = store.backup(tmp_path / "copy.duckdb", Act("管理 太郎", later(2), "管理者"))
    assert isinstance(made, Path)
    save_and_send(store, reading(answer(COUNT, value=7.0, period="FY2024"), department=TRADE), b"2", later(3))
    return made


def restore(store: Store, source: Path) -> list[str]:
    return [i.code for i in store.restore(source, Act("管理 太郎", later(4), "管理者"))]


def test_a_copy_put_back_is_the_store_again_and_the_log_tells_it(store, copy):
    kept = store.snapshot("tiny")
    assert len(kept.observations) == 2
    assert restore(store, copy) == []
    assert len(store.snapshot("tiny").observations) == 1
    assert store.verify() == ()
    gone = kept.observations["code"].iloc[-1]
    told = store.log(kind="restore").iloc[0]
    assert (told["who"], told["role"], told["subject"]) == ("管理 太郎", "管理者", copy.name)
    save_and_send(store, reading(answer(COUNT, value=8.0, period="FY2024"), department=TRADE), b"3", later(5))
    assert store.verify() == ()
    # A number that was printed before the restore names no other figure after it.
    assert store.trace(gone) == ()
    assert len(set(store.snapshot("tiny").observations["code"]) - set(kept.observations["code"])) == 1


def test_the_store_that_left_stays_beside_and_can_be_put_back(store, copy):
    restore(store, copy)
    (kept,) = store.path.parent.glob("kpi.duckdb.restore-*.bak")
    assert restore(store, kept) == []
    assert len(store.snapshot("tiny").observations) == 2
    assert len(list(store.path.parent.glob("*.bak"))) == 2
    assert not list(store.path.parent.glob("*.restoring*"))


def test_a_copy_is_logged_in_the_store_and_not_in_the_copy(store, copy):
    assert list(store.log(kind="backup")["subject"]) == [copy.name]
    assert list(Store(copy).log(kind="backup")["subject"]) == []


def test_a_damaged_store_is_replaced_and_kept_as_it_was(store, copy):
    broken = b"torn" * 5000
    store.path.write_bytes(broken)
    assert restore(store, copy) == []
    assert store.verify() == ()
    (kept,) = store.path.parent.glob("kpi.duckdb.restore-*.bak")
    assert kept.read_bytes() == broken


def tampered(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE workbooks SET data = 'x'::BLOB")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scratched(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(12_288, len(data), 4096):
        data[place : place + 64] = b"\0" * 64
    path.write_bytes(data)


def newer(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")


def a_text(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 not a database" * 1000)


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def another_database(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE other (n INTEGER)")


@pytest.mark.parametrize(
    ("hurt", "code"),
    [
        (tampered, "restore.damaged"),
        (cut_short, "restore.damaged"),
        (scratched, "restore.damaged"),
        (newer, "restore.newer"),
        (a_text, "restore.foreign"),
        (another_database, "restore.foreign"),
        (lambda path: path.write_bytes(b""), "restore.foreign"),
        (lambda path: path.unlink(), "restore.missing"),
        (as_folder, "restore.folder"),
    ],
)
def test_what_is_not_sound_is_refused_and_nothing_changes(store, copy, hurt, code):
    hurt(copy)
    before = store.path.read_bytes()
    found = store.restore(copy, Act("x", later(4)))
    assert found[0].code == code
    assert "控え" in found[0].message or "データファイル" in found[0].message
    assert store.path.read_bytes() == before
    assert not [p for p in store.path.parent.iterdir() if ".restor" in p.name]


def test_the_store_itself_is_no_copy(store):
    assert restore(store, store.path) == ["restore.same"]


def test_a_copy_of_an_older_version_is_brought_up_to_date(store, tmp_path, monkeypatch):
    old = store.backup(tmp_path / "old.duckdb", Act("x", later(2)))
    first = old.read_bytes()
    next_schema.install(monkeypatch.setattr)
    assert restore(store, old) == []
    assert old.read_bytes() == first
    assert set(store.snapshot("tiny").observations["value"]) == {65.0}
    assert store.verify() == ()


# --- the nightly copies ---

DAYS = [NIGHT - timedelta(days=n) for n in range(500)]


def test_the_last_days_and_the_newest_of_each_month_stay():
    kept = staying(DAYS, Keep(daily=14, monthly=12))
    assert set(DAYS[:14]) <= kept
    assert datetime(2026, 10, 31, 2) in kept
    assert datetime(2025, 12, 31, 2) in kept
    assert datetime(2025, 11, 30, 2) not in kept
    assert len(kept) == 14 + 11


def test_of_several_copies_of_a_day_the_newest_stays():
    day = [NIGHT, NIGHT + timedelta(hours=1), NIGHT + timedelta(hours=2)]
    assert staying(day, Keep(daily=3, monthly=1)) == {day[2]}


@given(st.sets(st.sampled_from(DAYS)), st.integers(1, 20), st.integers(0, 20))
def test_the_newest_always_stays_and_never_more_than_asked_for(made, daily, monthly):
    kept = staying(made, Keep(daily, monthly))
    assert kept <= made
    assert len(kept) <= daily + monthly
    assert not made or max(made) in kept
    assert staying(kept, Keep(daily, monthly)) == kept


def test_copies_come_and_go_and_other_files_stay(store, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "kpi-notes.txt").write_text("x")
    for n in range(5):
        assert store.make_nightly(folder, Keep(daily=2, monthly=1), at=NIGHT + timedelta(days=n)) == ()
    *made, notes = sorted(p.name for p in folder.iterdir() if ".lock" not in p.name)
    assert (notes, [name.partition("_")[0] for name in made]) == (
        "kpi-notes.txt", ["kpi-20261124-020000", "kpi-20261125-020000"],
    )  # fmt: skip
    assert Store(folder / made[-1]).verify() == ()
    assert Store(folder / made[-1]).log_head().mark == made[-1].partition("_")[2].removesuffix(".duckdb")
    # The store is held against what its copies' names say.
    ends = written_ends(folder)
    assert [where for where, _ in ends] == [f"控え {name} の名前" for name in made]
    assert store.verify(ends) == ()
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("UPDATE submissions SET saved_by = 'だれか'")
    make_over(store)
    assert [i.code for i in store.verify(ends)] == ["verify.mark_unknown"] * 2


def test_where_no_sound_copy_can_be_made_the_older_ones_stay(store, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    store.make_nightly(folder, Keep(1, 0), at=NIGHT)
    tampered(store.path)
    assert store.make_nightly(folder, Keep(1, 0), at=NIGHT + timedelta(days=1)) != ()
    assert list(copies(folder)) == [NIGHT]


def test_it_is_off_unless_a_folder_is_named(store, monkeypatch):
    monkeypatch.delenv("KPI_BACKUP_DIR", raising=False)
    assert nightly.configured() is None
    assert not nightly.start_nightly(store)


def test_the_surroundings_say_where_when_and_how_many(monkeypatch, tmp_path):
    monkeypatch.setenv("KPI_BACKUP_DIR", str(tmp_path))
    assert nightly.configured() == nightly.Nightly(tmp_path, Keep(14, 12), 2)
    monkeypatch.setenv("KPI_BACKUP_KEEP", "7,3")
    monkeypatch.setenv("KPI_BACKUP_HOUR", "23")
    assert nightly.configured() == nightly.Nightly(tmp_path, Keep(7, 3), 23)


@pytest.mark.parametrize(
    ("name", "written"),
    [("KPI_BACKUP_HOUR", "24"), ("KPI_BACKUP_HOUR", "二"), ("KPI_BACKUP_KEEP", "0"), ("KPI_BACKUP_KEEP", "7,x")],
)
def test_a_setting_that_cannot_be_is_said(monkeypatch, tmp_path, name, written):
    monkeypatch.setenv("KPI_BACKUP_DIR", str(tmp_path))
    monkeypatch.setenv(name, written)
    with pytest.raises(WrongSetting, match=name):
        nightly.configured()


def test_the_copy_is_due_once_a_day_from_its_hour_on(store, tmp_path):
    asked = nightly.Nightly(tmp_path / "copies", Keep(), 2)
    asked.folder.mkdir()
    nightly.look(store, asked, NIGHT - timedelta(hours=1))
    assert not copies(asked.folder)
    for hours in (0, 5, 21):
        nightly.look(store, asked, NIGHT + timedelta(hours=hours))
    assert list(copies(asked.folder)) == [NIGHT]
    nightly.look(store, asked, NIGHT + timedelta(days=1, hours=7))
    assert len(copies(asked.folder)) == 2


LOOK = """
import sys
from datetime import datetime
from pathlib import Path
from loaders.services import nightly
from loaders.store import Keep, Store
store, folder, at = Store(Path(sys.argv[1])), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
nightly.look(store, nightly.Nightly(folder, Keep(), 2), at)
"""


@pytest.mark.campaign
def test_of_several_servers_on_one_store_one_makes_the_night_s_copy(store, tmp_path):
    """At once and with clocks that differ: neither a second copy nor one in the other's way."""
    folder = tmp_path / "copies"
    folder.mkdir()
    moments = [NIGHT, NIGHT, NIGHT + timedelta(seconds=1), NIGHT + timedelta(seconds=2)]
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", LOOK, str(store.path), str(folder), at.isoformat()],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for at in moments
    ]  # fmt: skip
    for server in servers:
        assert server.stdout.readline() == "ready\n"
    for server in servers:
        server.stdin.write("\n")
        server.stdin.flush()
    told = [server.communicate(timeout=60) for server in servers]
    assert [server.returncode for server in servers] == [0] * 4, told
    assert [err for _, err in told] == [""] * 4
    (made,) = copies(folder).values()
    assert Store(made).verify() == ()
    assert len(store.log(kind="backup")) == 1
    assert not list(folder.glob("*.part*"))


def test_a_copy_that_another_server_is_making_is_left_to_it(store, tmp_path, caplog):
    asked = nightly.Nightly(tmp_path / "copies", Keep(), 2)
    asked.folder.mkdir()
    with nightly._turn(asked.folder, 0) as ours:
        assert ours
        nightly.look(store, asked, NIGHT)
        assert not copies(asked.folder)
    assert not caplog.text
    nightly.look(store, asked, NIGHT)
    assert list(copies(asked.folder)) == [NIGHT]


def test_a_folder_that_is_gone_is_told_to_the_servers_log_and_stops_nothing(store, tmp_path, caplog):
    nightly.look(store, nightly.Nightly(tmp_path / "gone"), NIGHT)
    assert "控えを保存できませんでした" in caplog.text


def test_the_server_makes_the_copy_beside_its_work(store, tmp_path, monkeypatch):
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setenv("KPI_BACKUP_DIR", str(folder))
    monkeypatch.setenv("KPI_BACKUP_HOUR", "0")
    assert nightly.start_nightly(store)
    assert nightly.start_nightly(store)
    deadline = datetime.now() + timedelta(seconds=20)
    while not len(store.log(kind="backup")) and datetime.now() < deadline:
        time.sleep(0.05)
    assert len(copies(folder)) == 1
