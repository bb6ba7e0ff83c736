"""The store as a file of the machine: closed to other accounts, on a full disk, where nothing can be written, and after
a restore that was killed."""

from __future__ import annotations

import json
import operator
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from errno import EACCES, EROFS
from pathlib import Path

import duckdb
import pytest

import loaders.store.file
from kpi.collection.acts import Act
from loaders.cli import commands
from loaders.store import Keep, Store, StoreError
from loaders.store.file import backup
from loaders.store.file.lock import FileLock, StoreBusy, StoreUnwritable
from loaders.store.file.opening import StoreFull, full_told
from tests import ROOT, next_schema
from tests.factory import COUNT, RATE, TRADE
from tests.storekit import (
    AT,
    answer,
    do,
    figures,
    filled_store,
    first_start,
    later,
    new_store,
    reading,
    save_and_send,
    save_return,
)

HELPERS = {"kpi.duckdb.lock", "kpi.duckdb.lock.gate", "kpi.duckdb.lock.bell", "kpi.duckdb.lock.work"}


def save(store: Store, number: int = 1) -> None:
    save_and_send(store, reading(answer(RATE, value=float(number), period="FY2024")), b"%d" % number, later(number))


def beside(store: Store) -> set[str]:
    """What stands in the store's folder, but for the store and the files of its lock."""
    return {p.name for p in store.path.parent.iterdir()} - HELPERS - {store.path.name}


# --- closed to other accounts ---


@pytest.fixture
def careless() -> Iterator[None]:
    """A process that lets everybody do everything with what it makes."""
    before = os.umask(0)
    yield
    assert os.umask(before) == 0  # what was done inside has left it as it was


def opened_to_others(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and stat.S_IMODE(p.stat().st_mode) & 0o077]


def test_store_copies_and_locks_are_the_accounts_alone(tmp_path, careless):
    nights = tmp_path / "nights"
    nights.mkdir()
    store = first_start(tmp_path)
    save(store)
    copy = store.backup(tmp_path / "copy.duckdb", Act("", AT))
    assert store.make_nightly(nights, Keep(), at=datetime(2026, 11, 21, 2)) == ()
    assert store.restore(copy, Act("x", later(3))) == ()
    assert store.restore(copy, Act("x", later(4))) == ()
    assert len(list(tmp_path.glob("*.bak"))) == 2
    assert opened_to_others(tmp_path) == []


def test_the_log_and_what_is_under_way_are_closed_while_they_are_there(tmp_path, careless, monkeypatch):
    seen: dict[str, int] = {}

    def looked(*_: object) -> None:
        seen.update({p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()})

    for place in ("database.checkpoint", "backup.verify", "backup.set_aside", "opening.ENGINE.give_back"):
        real = operator.attrgetter(place)(loaders.store.file)
        monkeypatch.setattr(f"loaders.store.file.{place}", lambda *a, real=real, **k: (looked(), real(*a, **k))[1])
    store = first_start(tmp_path)
    save(store)
    copy = store.backup(tmp_path / "copy.duckdb", Act("", AT))
    store.restore(copy, Act("x", later(3)))
    assert {"kpi.duckdb.new", "kpi.duckdb.wal", "copy.duckdb.part", "kpi.duckdb.restoring"} <= set(seen)
    assert {name: oct(mode) for name, mode in seen.items() if mode & 0o077} == {}


def test_a_store_of_an_older_program_is_closed_at_the_first_look(tmp_path, careless):
    store = new_store(tmp_path)
    names = ("kpi.duckdb", "kpi.duckdb.lock", "kpi.duckdb.v1-20251121-093000.bak", "kpi.duckdb.lock.gate")
    for name in names:
        with open(tmp_path / name, "ab"):
            (tmp_path / name).chmod(0o644)
    (tmp_path / "notes.txt").write_text("x")
    store.plan_ids()
    assert opened_to_others(tmp_path) == ["notes.txt"]


def test_a_migrated_store_and_what_it_was_before_are_closed(tmp_path, careless, monkeypatch):
    path = filled_store(tmp_path).path
    next_schema.install(monkeypatch.setattr)
    Store(path).plan_ids()
    assert list(tmp_path.glob("*.v2-*.bak"))
    assert opened_to_others(tmp_path) == []


# --- a restore that was killed ---

#: Does each thing that is asked in a child of its own. They are made before DuckDB has threads here.
CHILDREN = """
import json, os, resource, signal, sys
from pathlib import Path
from kpi.collection.acts import Act
from loaders.cli import commands as cli
from loaders.store import Store
from loaders.store.file import backup
from loaders.store.file.opening import StoreFull
from tests.storekit import later
from tests.loaders.store.test_store_file import save

def restore(path, copy, place):
    "Put a copy back and die at a place: before a step, or behind it."
    real = getattr(backup, place.strip("+"))

    def dying(*given, **more):
        if place.endswith("+"):
            real(*given, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(backup, place.strip("+"), dying)
    Store(path).restore(copy, Act("x", later(9)))

def confined(size, act, *given):
    "Work where no file may become larger than so many bytes."
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    acts = {
        "init": lambda data: cli.main(["init", "--data", data]),
        "write": lambda path, _copy: save(Store(path), 5),
        "backup": lambda path, _copy: Store(path).backup(path + ".copy", Act("", later(9))),
        "restore": lambda path, copy: Store(path).restore(copy, Act("x", later(9))),
    }
    try:
        os._exit(acts[act](*given) or 0)
    except StoreFull as full:
        print(full, file=sys.stderr, flush=True)
        os._exit(2)

for name, *given in json.loads(sys.argv[1]):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(write, 1)
        os.dup2(write, 2)
        try:
            globals()[name](*given)
        except BaseException as error:
            print("unexpected", repr(error), flush=True)
        os._exit(99)
    os.close(write)
    said = os.fdopen(read).read()
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said]), flush=True)
"""


def children(*asked: tuple[object, ...]) -> list[tuple[int, str]]:
    """The exit code of each thing, and what it said."""
    given = json.dumps(asked, default=str)
    done = subprocess.run([sys.executable, "-c", CHILDREN, given], cwd=ROOT, check=True, capture_output=True, text=True)
    return [(code, said) for code, said in map(json.loads, done.stdout.splitlines())]


def killed_restores(copy: Path, places: dict[str, Store]) -> None:
    asked = [("restore", one.path, copy, place) for place, one in places.items()]
    assert children(*asked) == [(-signal.SIGKILL, "")] * len(places)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = first_start(tmp_path / "data")
    save(made)
    return made


@pytest.fixture
def copy(store: Store, tmp_path: Path) -> Path:
    made = store.backup(tmp_path / "copy.duckdb", Act("", AT))
    assert isinstance(made, Path)
    said = reading(answer(COUNT, value=7.0, period="FY2024"), department=TRADE)
    save_and_send(store, said, b"2", later(3))
    return made


PLACES = ("copy_with_log+", "_unsound", "_end_of", "append_event+", "checkpoint", "set_aside", "set_aside+")


def test_a_restore_that_was_killed_leaves_the_store_or_the_copy_and_nothing_else(store, copy, tmp_path):
    of = {place: Store(twin(store, tmp_path / f"{n}")) for n, place in enumerate((*PLACES, "put_in_place+"))}
    killed_restores(copy, of)
    for place in PLACES:
        assert beside(of[place]), place
        fresh = Store(of[place].path)
        assert len(fresh.snapshot("tiny").observations) == 2, place
        assert beside(fresh) == set(), place
        assert fresh.verify() == (), place
        assert fresh.path.stat().st_nlink == 1, place
        assert fresh.restore(copy, Act("x", later(9))) == ()
        assert len(fresh.snapshot("tiny").observations) == 1
    # Killed behind its last step it has restored, and what was there stays.
    fresh = Store(of["put_in_place+"].path)
    assert len(fresh.snapshot("tiny").observations) == 1
    (kept,) = beside(fresh)
    assert Store(fresh.path.with_name(kept)).verify() == ()


def twin(store: Store, folder: Path) -> Path:
    folder.mkdir()
    return Path(shutil.copy(store.path, folder / store.path.name))


def test_the_log_of_a_damaged_store_goes_back_to_it(store, copy):
    os.truncate(store.path, 100_000)
    Path(f"{store.path}.wal").write_bytes(b"torn")
    before = store.path.read_bytes()
    killed_restores(copy, {"set_aside+": store})
    assert not Path(f"{store.path}.wal").exists()
    with pytest.raises(StoreError):
        Store(store.path).plan_ids()
    assert beside(store) == {"kpi.duckdb.wal"}
    assert (store.path.read_bytes(), Path(f"{store.path}.wal").read_bytes()) == (before, b"torn")
    assert store.restore(copy, Act("x", later(10))) == ()
    assert {n[-4:] for n in beside(store)} == {".bak", ".wal"}
    assert store.verify() == ()


def test_what_somebody_is_at_work_on_stays(store, copy, monkeypatch):
    """A restore holds its place beside the store; who opens the store meanwhile sees it and leaves it."""
    seen: list[tuple[int, set[str]]] = []
    real = backup._unsound

    def meanwhile(*given: object) -> object:
        other = Store(store.path)
        seen.append((len(other.snapshot("tiny").observations), beside(store)))
        with pytest.raises(StoreBusy):
            Store(store.path, wait=0.05).restore(copy, Act("y", later(9)))
        return real(*given)

    monkeypatch.setattr(backup, "_unsound", meanwhile)
    assert store.restore(copy, Act("x", later(9))) == ()
    assert seen == [(2, {"kpi.duckdb.restoring"})]


def test_where_a_file_can_have_one_name_only_the_store_is_copied(store, copy, monkeypatch):
    def unknown(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", unknown)
    before = store.path.read_bytes()
    assert store.restore(copy, Act("x", later(9))) == ()
    (kept,) = beside(store)
    assert store.path.with_name(kept).read_bytes() == before
    assert len(store.snapshot("tiny").observations) == 1


def test_a_store_of_little_is_a_small_file(store, copy):
    assert store.path.stat().st_size < 1_500_000
    assert copy.stat().st_size < 1_500_000


# --- a full disk ---


@pytest.mark.campaign
def test_a_first_start_without_room_says_so_and_leaves_no_half_file(tmp_path):
    sizes = (0, 4096, 30_000, 100_000, 400_000)
    for size in sizes:
        shutil.copytree(ROOT / "data/plans", tmp_path / f"{size}/plans")
    for size, (code, said) in zip(
        sizes, children(*(("confined", size, "init", tmp_path / f"{size}") for size in sizes)), strict=True
    ):
        data = tmp_path / f"{size}"
        if code != 2:  # there was room enough
            assert size == sizes[-1]
            assert Store(data / "kpi.duckdb").verify() == ()
            continue
        assert "空きが足りない" in said
        assert "Traceback" not in said
        assert "File too large" not in said
        assert {p.name for p in data.iterdir()} - HELPERS == {"plans"}
        # With room again it is a first start like any other.
        assert commands.main(["init", "--data", str(data)]) in (0, 1)
        assert Store(data / "kpi.duckdb").verify() == ()


def test_work_without_room_says_so_and_the_store_stays_as_it_was(store, copy):
    before = store.log_head()
    acts = [("confined", 30, "write"), ("confined", 200_000, "backup"), ("confined", 200_000, "restore")]
    for code, said in children(*((*act, store.path, copy) for act in acts)):
        assert (code, "空きが足りない" in said) == (2, True), said
    assert (store.log_head(), store.verify()) == (before, ())
    assert beside(store) <= {"kpi.duckdb.wal"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with room for little more than a store."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=16m", "tmpfs") as disk:
        yield disk


class mounted:
    """A file system in a folder, or a skip where none may be mounted."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options = folder, options

    def __enter__(self) -> Path:
        self.folder.mkdir(exist_ok=True)
        try:
            subprocess.run(["mount", *self.options, str(self.folder)], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("nothing can be mounted here")
        return self.folder

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", str(self.folder)], check=True)


def test_a_disk_that_is_full_is_said_and_read(small):
    """ENOSPC in earnest."""
    filler = small / "filler"
    filler.write_bytes(b"x" * 16_500_000)
    with pytest.raises(StoreFull):
        first_start(small)
    assert {p.name for p in small.iterdir()} - HELPERS == {"filler"}
    filler.unlink()
    store = first_start(small)
    save(store)
    with suppress(OSError):
        filler.write_bytes(b"x" * 16_000_000)
    for number in (2, 3):
        with pytest.raises(StoreFull):
            save_return(
                store, reading(answer(RATE, value=2.0)), os.urandom(2_000_000), f"{number}", by="x", at=later(2)
            )
        assert len(store.snapshot("tiny").observations) == 1
    with pytest.raises(StoreFull):
        store.backup(small / "copy.duckdb", Act("", AT))
    assert not list(small.glob("copy*"))
    filler.unlink()
    save(store, 4)
    assert store.verify() == ()


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(28, "x"), True), (OSError(122, "x"), True), (OSError(27, "x"), True), (OSError(5, "x"), False),
        (OSError(13, "x"), False),
        (duckdb.IOException('Could not write file "a": No space left on device'), True),
        (duckdb.IOException('Could not write file "a": Disk quota exceeded'), True),
        (duckdb.IOException('Could not read file "a": Input/output error'), False),
    ],
)  # fmt: skip
def test_whoever_notices_it(error, full):
    with pytest.raises(StoreFull if full else type(error)), full_told(Path("kpi.duckdb")):
        raise error


# --- where nothing can be written ---


def read_only(folder: Path) -> mounted:
    """The same folder, of which nothing can be written."""
    return mounted(folder, "--bind", "-o", "ro", str(folder))


def test_reading_works_on_a_read_only_disk_and_writing_says_so(store, tmp_path):
    known = store.snapshot("tiny")
    (tmp_path / "copy").write_bytes(b"x")
    for n, helpers in enumerate((True, False)):
        for one in [] if helpers else store.path.parent.glob("*.lock*"):
            one.unlink()
        with read_only(store.path.parent):
            fresh = first_start(store.path.parent)  # the files of the plan say nothing new
            assert len(fresh.snapshot("tiny").observations) == len(known.observations)
            assert fresh.verify() == ()
            fresh.check()
            for act, given in (
                (save, (fresh, 2)),
                (restored, (fresh, tmp_path / "copy")),
                (do, (fresh, "remove_samples")),
                (init_asked_for, (fresh,)),
            ):
                with pytest.raises(StoreUnwritable, match=r"kpi\.duckdb .*読み取り専用"):
                    act(*given)
            # Files of the plan that say something new wait until it can be written.
            assert not fresh.init([], figures(5), Act("", later(2)))
            # A disk that can only be read any more is worth a copy most of all.
            made = fresh.backup(tmp_path / f"copy-{n}.duckdb", Act("", AT))
            assert Store(made).verify() == ()
            assert fresh.make_nightly(tmp_path, Keep(), at=datetime(2026, 11, 21, n)) == ()
    save(store, 2)


def restored(store: Store, source: Path) -> None:
    store.restore(source, Act("x", later(2)))


def init_asked_for(store: Store) -> None:
    store.init([], figures(5), Act("管理 太郎", later(2)))


def test_a_log_that_a_kill_left_is_read_there_too(store):
    code = """
import os, signal, sys
from tests.loaders.store.test_store_file import *
with Store(sys.argv[1])._database.write() as connection:
    connection.execute("INSERT INTO meta VALUES ('test', 'x')")
    connection.execute("COMMIT")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code, str(store.path)], cwd=ROOT, check=False)
    assert Path(f"{store.path}.wal").exists()
    with read_only(store.path.parent), Store(store.path)._database.read() as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'test'").fetchone() == ("x",)


def test_a_first_start_there_says_so(tmp_path):
    with read_only(tmp_path), pytest.raises(StoreUnwritable):
        Store(tmp_path / "kpi.duckdb").init([], None, Act("", later(1)))


@pytest.mark.parametrize("number", [EROFS, EACCES])
@pytest.mark.parametrize("helpers", [True, False])
def test_where_no_lock_file_can_be_made_readers_go_without(store, monkeypatch, number, helpers):
    """The same without any mounting: what the system would say is said in its place."""
    for one in [] if helpers else store.path.parent.glob("*.lock*"):
        one.unlink()
    real = os.open

    def refusing(name, flags, *more):
        if ".lock" in str(name) and flags & (os.O_RDWR | os.O_WRONLY):
            raise OSError(number, os.strerror(number), str(name))
        return real(name, flags, *more)

    monkeypatch.setattr(os, "open", refusing)
    fresh = Store(store.path, wait=1.0)
    assert len(fresh.snapshot("tiny").observations) == 1
    with pytest.raises(StoreUnwritable):
        save(fresh, 2)
    monkeypatch.undo()
    assert beside(store) == set()


def test_a_reader_there_still_waits_for_who_can_write(tmp_path, monkeypatch):
    """The lock file is there and may be read: it is heeded."""
    path = tmp_path / "file"
    with FileLock(path, 1.0).shared():
        pass
    inside, done = threading.Event(), threading.Event()

    def writes() -> None:
        with FileLock(path, 5.0).exclusive():
            inside.set()
            done.wait(5)

    thread = threading.Thread(target=writes)
    thread.start()
    inside.wait(5)
    with pytest.raises(StoreBusy):
        FileLock(path, 0.05)._unlocked(0.0)
    done.set()
    thread.join()
    os.close(FileLock(path, 0.05)._unlocked(0.0))


def test_a_nightly_copy_that_was_killed_does_not_stay(store, tmp_path):
    nights = tmp_path / "nights"
    nights.mkdir()
    at = datetime(2026, 11, 21, 2)
    for name in ("kpi-20261119-020000.duckdb.part", "kpi-20261119-020000.duckdb.part.wal", "other.part"):
        (nights / name).write_bytes(b"x")
    (nights / f"kpi-{at - timedelta(minutes=5):%Y%m%d-%H%M%S}.duckdb.part").write_bytes(b"x")  # perhaps under way
    assert store.make_nightly(nights, Keep(), at=at) == ()
    assert sorted(p.name for p in nights.glob("*.part*")) == ["kpi-20261121-015500.duckdb.part", "other.part"]
