"""Two processes of eight threads on one store: no error, no lost write, no stale read; and the lock's own promises."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kpi.collection.acts import Act
from loaders.store.file.lock import FileLock, StoreBusy
from tests import ROOT
from tests.campaign.marked import length, lengthened
from tests.crowd import NAMES, Crowd
from tests.storekit import AT, first_start, new_store

SECONDS = length(4.0, 30.0)

#: One process: two writers and six readers. A writer notes what was reported as saved; a reader first notes what the
#: note says, then reads, and must find at least that. All is written to a file of its own at the end.
WORKER = """
import json, sys, threading, time
from dataclasses import replace
from pathlib import Path
from loaders.store import Store
from tests.factory import COUNT
from tests.storekit import answer, later, reading, save_return, send

folder, name, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
store = Store(folder / "kpi.duckdb", 30.0)
deadline = time.monotonic() + seconds
done, errors, stale, reads, waits = {}, [], [], [0], []
notes = {w: folder / f"note-{w}" for w in ("a0", "a1", "b0", "b1")}

def write(writer):
    number = 0
    while time.monotonic() < deadline:
        number += 1
        one = reading(answer(COUNT, value=float(number), period="FY2024", release="final"),
                      department={"a0": "policy", "a1": "trade", "b0": "agri", "b1": "policy"}[writer],
                      round_id="fy2025h1" if writer == "b1" else "fy2024")
        file = f"{writer}-{number}".encode(), f"{writer}-{number}.xlsx"
        saved = save_return(store, one, *file, by=writer, at=later(1))
        receipt = send(store, saved.submission_id, by=writer, at=later(1))
        if isinstance(receipt, tuple):
            errors.append(repr(receipt))
        done[writer] = number
        temporary = folder / f"note-{writer}.new"
        temporary.write_text(str(number))
        temporary.replace(notes[writer])

def read(place):
    held, revision = None, ""
    while time.monotonic() < deadline:
        known = {w: int(p.read_text()) for w, p in notes.items() if p.exists()}
        started = time.monotonic()
        now = store.revision()
        if held is None or now != revision:  # as the screens do: a snapshot is kept under the revision
            held, revision = store.snapshot("tiny"), now
        waits.append(time.monotonic() - started)
        reads[0] += 1
        sent = held.observations.groupby("sent_by")["value"].max().to_dict()
        for writer, number in known.items():
            if sent.get(writer, 0) < number:
                stale.append([writer, number, sent.get(writer, 0)])
        time.sleep(0.002)

def guarded(run, *given):
    try:
        run(*given)
    except BaseException as error:
        errors.append(repr(error))

threads = [threading.Thread(target=guarded, args=(write, name + str(i))) for i in range(2)]
threads += [threading.Thread(target=guarded, args=(read, i)) for i in range(6)]
[t.start() for t in threads]
[t.join() for t in threads]
waits.sort()
print(json.dumps({"done": done, "errors": errors, "stale": stale[:5], "reads": reads[0],
                  "longest": waits[-1]}))
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@lengthened
def test_two_processes_of_eight_threads_lose_nothing_and_read_nothing_stale(tmp_path):
    store = new_store(tmp_path)
    workers = [start(WORKER, str(tmp_path), name, str(SECONDS)) for name in ("a", "b")]
    told = []
    for worker in workers:
        out, err = worker.communicate(timeout=SECONDS * 4 + 90)
        assert worker.returncode == 0, err
        told.append(json.loads(out))
    assert [t["errors"] for t in told] == [[], []]
    assert [t["stale"] for t in told] == [[], []]
    done = told[0]["done"] | told[1]["done"]
    assert set(done) == {"a0", "a1", "b0", "b1"}
    assert all(t["reads"] > 0 for t in told)
    submissions = store.snapshot("tiny").submissions
    assert submissions["sent_by"].value_counts().to_dict() == done
    assert store.verify() == ()
    print(told)


def test_a_copy_made_while_others_write_is_sound(tmp_path):
    store = new_store(tmp_path)
    worker = start(WORKER, str(tmp_path), "a", "2")
    copies = 0
    while worker.poll() is None:
        copy = tmp_path / f"copy-{copies}.duckdb"
        assert isinstance(store.backup(copy, Act("", AT)), Path)
        copies += 1
    assert json.loads(worker.communicate()[0])["errors"] == []
    assert copies > 0


def test_two_first_starts_at_once_make_one_store(tmp_path):
    code = (
        "import sys; from pathlib import Path; from tests.storekit import first_start; first_start(Path(sys.argv[1]))"
    )
    workers = [start(code, str(tmp_path)) for _ in range(3)]
    for worker in workers:
        assert worker.wait(60) == 0, worker.communicate()[1]
    assert first_start(tmp_path).plan_ids() == ("tiny",)


def held(path: Path, exclusive: bool, ready: threading.Event, leave: threading.Event) -> threading.Thread:
    def hold() -> None:
        lock = FileLock(path, 5.0)
        with lock.exclusive() if exclusive else lock.shared():
            ready.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(5)
    return thread


@pytest.mark.parametrize(
    ("first", "second", "free"), [(False, False, True), (False, True, False), (True, False, False)]
)
def test_readers_share_and_writers_do_not(tmp_path, first, second, free):
    leave = threading.Event()
    thread = held(tmp_path / "file", first, threading.Event(), leave)
    lock = FileLock(tmp_path / "file", 0.2)
    entered = False
    try:
        with lock.exclusive() if second else lock.shared():
            entered = True
    except StoreBusy:
        pass
    leave.set()
    thread.join()
    assert entered is free
    with FileLock(tmp_path / "file", 0.2).exclusive():
        pass


def test_a_waiting_writer_goes_before_new_readers(tmp_path):
    path, leave, order = tmp_path / "file", threading.Event(), []
    first = held(path, False, threading.Event(), leave)

    def take(name: str, exclusive: bool) -> None:
        lock = FileLock(path, 5.0)
        with lock.exclusive() if exclusive else lock.shared():
            order.append(name)

    writer = threading.Thread(target=take, args=("writer", True))
    writer.start()
    time.sleep(0.1)
    reader = threading.Thread(target=take, args=("reader", False))
    reader.start()
    time.sleep(0.1)
    leave.set()
    for thread in (first, writer, reader):
        thread.join(5)
    assert order == ["writer", "reader"]


def test_a_dead_process_leaves_no_lock(tmp_path):
    code = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from loaders.store.file.lock import FileLock
with FileLock(Path(sys.argv[1]), 5.0).exclusive():
    print("held", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    worker = start(code, str(tmp_path / "file"))
    worker.communicate(timeout=30)
    assert worker.returncode == -9
    with FileLock(tmp_path / "file", 0.5).exclusive():
        pass


def test_the_same_file_under_two_names_is_one_lock(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    leave = threading.Event()
    thread = held(tmp_path / "file", True, threading.Event(), leave)
    with pytest.raises(StoreBusy), FileLock(tmp_path / "link", 0.1).shared():
        pass
    leave.set()
    thread.join()


def test_twelve_departments_send_at_once_while_twenty_readers_look(tmp_path):
    """No error and nothing lost; how long the longest waits is the bench's to say."""
    crowd = Crowd(tmp_path)
    crowd.all_at_once()
    assert crowd.errors == []
    assert set(crowd.store.snapshot("tiny").observations["department_id"]) == set(NAMES)
    assert crowd.store.verify() == ()
