"""The doors of the store: processes killed at work, hostile files, edits by another client; a table of what came of it.

Each kill is a process of its own that works without pause and is killed at a moment chosen by chance. What it had
reported as done must be there afterwards, and the store sound; what was under way is there whole or has left no trace.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import duckdb

from kpi.collection.acts import Act
from kpi.issue import Issue
from loaders.services.batch_reading import unpack
from loaders.store import Store
from loaders.store.file.backup import mark_in
from loaders.workbook.cells import open_book
from loaders.workbook.isolation.upload_limits import Upload
from loaders.workbook.isolation.worker_pool import Pool
from tests import ROOT
from tests.loaders.services.test_upload import endless_columns, packed
from tests.loaders.store.test_kill import OPENER, check, run_and_kill
from tests.loaders.store.test_seals import EDITS, copy_filled, unseen_edits
from tests.loaders.workbook.test_hostile import HOSTILE, SECONDS, SOUND
from tests.storekit import answer, filled_store, first_start, later, new_store, reading, save_and_send

TABLE = Path(__file__).with_name("doors.md")


# --- kills ---

_HEAD = """
import sys
from pathlib import Path
from loaders.store import Keep, Store
from tests.factory import COUNT, TRADE
from kpi.collection.acts import Act
from tests.storekit import answer, do, first_start, later, reading, save_and_send

place = Path(sys.argv[1])
print("ready", flush=True)
"""
#: What each worker does over and over; it tells of each act that is done.
_WORKERS: Mapping[str, str] = {
    "first start": """
first_start(place)
print("done", flush=True)
""",
    "copies": """
store = Store(place / "kpi.duckdb")
for number in range(1000):
    assert isinstance(store.backup(place / f"copy{number}.duckdb", Act("x", later(number))), Path)
    print("done", flush=True)
""",
    "restore": """
store, (copy,) = Store(place / "kpi.duckdb"), place.glob("copy_*.duckdb")
for number in range(1000):
    assert store.restore(copy, Act("x", later(number))) == ()
    print("done", flush=True)
""",
    "samples": """
store = Store(place / "kpi.duckdb")
for number in range(1000):
    one = reading(answer(COUNT, value=float(number), period="FY2024"), department=TRADE, sample=True)
    save_and_send(store, one, b"sample %d" % number, later(number), by="x")
    do(store, "remove_samples", by="x", at=later(number))
    print("done", flush=True)
""",
}


def _killed(code: str, argument: Path, chance: Random, longest: float) -> int:
    """How many acts a worker reported before it was killed."""
    command = [sys.executable, "-c", code, str(argument)]
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    time.sleep(chance.uniform(0.0, longest))
    worker.kill()
    out, _ = worker.communicate()
    return out.count("\n")


def _of_writing(folder: Path, chance: Random) -> str:
    """Saves, mends, answers, confirmations, cards: one store through all of these kills."""
    store = Store(folder / "kpi.duckdb") if (folder / "kpi.duckdb").exists() else new_store(folder)
    before = store.log_head().count
    told = run_and_kill(store.path, f"run{before}", chance.randint(0, 9), chance.uniform(0.0, 0.1))
    fresh = Store(store.path)
    assert fresh.verify() == ()
    check(fresh, told)
    more = fresh.log_head().count - before - len(told)
    return "all reported kept; what was under way left no trace" if not more else (
        "all reported kept; what was under way was whole"
    )  # fmt: skip


def _of_first_start(folder: Path, chance: Random) -> str:
    there = _killed(_HEAD + _WORKERS["first start"], folder, chance, 1.2)
    found = (folder / "kpi.duckdb").exists()
    assert found or not there
    store = first_start(folder)
    assert (store.plan_ids(), len(store.snapshot("tiny").values), store.verify()) == (("tiny",), 3, ())
    return "whole at the next start" + ("" if found else ", which made it")


def _of_migration(folder: Path, chance: Random) -> str:
    path = filled_store(folder).path
    before = path.read_bytes()
    _killed(OPENER, path, chance, 2.5)
    old = path.read_bytes() == before
    _killed(OPENER, path, chance, 60.0)  # the next start, which nobody kills
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchall() == [("2",)]
        assert connection.execute("SELECT value FROM observations").fetchall() == [(65.0,)]
    return "the old store, migrated at the next start" if old else "the new store"


def _of_copies(folder: Path, chance: Random) -> str:
    store = new_store(folder)
    save_and_send(store, reading(answer("city-rate", value=65.0, period="FY2024")), b"1", later(1))
    told = _killed(_HEAD + _WORKERS["copies"], folder, chance, 4.0)
    made = list(folder.glob("copy*_*.duckdb"))
    assert len(made) >= told
    for copy in made:
        assert Store(copy).verify() == ()
        assert Store(copy).log_head().mark == mark_in(copy.name)
    assert store.verify([("copy", mark_in(c.name)) for c in made]) == ()
    return "every copy that bears its name is whole" if made else "no copy yet, nothing that looks like one"


def _of_restore(folder: Path, chance: Random) -> str:
    store = new_store(folder)
    save_and_send(store, reading(answer("city-rate", value=65.0, period="FY2024")), b"1", later(1))
    assert isinstance(store.backup(folder / "copy.duckdb", Act("x", later(2))), Path)
    save_and_send(store, reading(answer("city-rate", value=66.0, period="FY2024")), b"2", later(3))
    told = _killed(_HEAD + _WORKERS["restore"], folder, chance, 4.0)
    fresh = Store(store.path)
    assert fresh.verify() == ()
    values = set(fresh.snapshot("tiny").observations["value"])
    assert values in ({66.0}, {65.0})
    assert not told or values == {65.0}
    return "the copy whole" if values == {65.0} else "the store as it was"


def _of_samples(folder: Path, chance: Random) -> str:
    store = new_store(folder)
    save_and_send(store, reading(answer("city-rate", value=65.0, period="FY2024")), b"1", later(1))
    _killed(_HEAD + _WORKERS["samples"], folder, chance, 2.5)
    fresh = Store(store.path)
    assert fresh.verify() == ()
    own = fresh.snapshot("tiny").observations
    assert list(own[~own["sample"]]["value"]) == [65.0]
    return "a whole sample stands" if fresh.has_samples() else "no sample, and what is real untouched"


@dataclass(frozen=True)
class _Kind:
    word: str
    share: int  # of a hundred kills
    kill: Callable[[Path, Random], str]
    one_folder: bool = False


KINDS = (
    _Kind("saving, mending, answering, confirming, deciding, loading", 62, _of_writing, one_folder=True),
    _Kind("first start", 7, _of_first_start),
    _Kind("migration", 12, _of_migration),
    _Kind("making copies", 7, _of_copies),
    _Kind("putting a copy back", 7, _of_restore),
    _Kind("samples in and out", 5, _of_samples),
)


def kills(count: int, seed: int, lanes: int) -> dict[tuple[str, str], int]:
    """How often each kind of work was killed with each outcome; so many at the same time."""
    with TemporaryDirectory() as top, ThreadPoolExecutor(lanes) as pool:
        jobs = [(kind, n) for kind, number in _shared(count) for n in range(number)]
        rows = [jobs[lane::lanes] for lane in range(lanes)]
        done = [pool.submit(_lane, own, Path(top) / str(lane), seed) for lane, own in enumerate(rows)]
        return dict(sum((d.result() for d in done), Counter()))


def _lane(jobs: list[tuple[_Kind, int]], top: Path, seed: int) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    top.mkdir()
    for kind, n in jobs:
        folder = top / (f"{KINDS.index(kind)}" if kind.one_folder else f"{KINDS.index(kind)}-{n}")
        folder.mkdir(exist_ok=True)
        try:
            outcome = kind.kill(folder, Random(f"{seed} {kind.word} {n}"))
        except AssertionError as lost:
            outcome = f"LOST: {lost!s:.80}"
        found[kind.word, outcome] += 1
        print(f"{kind.word}: {outcome}", file=sys.stderr, flush=True)
    return found


def _shared(count: int) -> Iterator[tuple[_Kind, int]]:
    """So many kills of each kind, all of them together as many as are asked for."""
    others = {k.word: max(1, round(count * k.share / 100)) for k in KINDS[1:]}
    yield KINDS[0], max(1, count - sum(others.values()))
    for kind in KINDS[1:]:
        yield kind, others[kind.word]


# --- hostile files ---


def _torn(share: float) -> bytes:
    return SOUND[: int(len(SOUND) * share)]


def _scratched(seed: int) -> bytes:
    chance, data = Random(seed), bytearray(SOUND)
    for _ in range(60):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


#: What is damaged by chance: refused or, where the damage touched nothing that counts, read; never more than that.
DAMAGED: tuple[tuple[str, Callable[[], bytes]], ...] = (
    *((f"cut at {n} tenths", lambda n=n: _torn(n / 10)) for n in range(1, 10)),
    *((f"scratched {n}", lambda n=n: _scratched(n)) for n in range(10)),
)


#: Whole uploads: nothing of them is taken but what is sound.
ZIPS: tuple[tuple[str, Callable[[], bytes]], ...] = (
    ("zip: 24 workbooks of 20 MB of zeros", lambda: packed(*((f"{n}.xlsx", bytes(20_000_000)) for n in range(24)))),
    ("zip: 100,000 folders", lambda: packed(*((f"{n}/", b"") for n in range(100_000)))),
    ("zip: 300 sound workbooks", lambda: packed(*((f"{n}.xlsx", SOUND) for n in range(300)))),
    ("zip: 40 damaged workbooks", lambda: packed(*((f"{n}.xlsx", _torn(0.5)) for n in range(40)))),
    ("zip: 12 workbooks of endless columns", lambda: packed(*((f"{n}.xlsx", endless_columns()) for n in range(12)))),
    ("zip: zips within a zip", lambda: packed(*((f"{n}.zip", packed(("a.xlsx", SOUND))) for n in range(200)))),
    ("zip: cut in half", lambda: (whole := packed(("a.xlsx", SOUND)))[: len(whole) // 2]),
)


class Other:
    """Another person, who looks at the store again and again meanwhile: how long they waited at most, in seconds."""

    def __init__(self, store: Store) -> None:
        self._store, self._ended, self.longest = store, threading.Event(), 0.0
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        wanted = time.monotonic()
        while not self._ended.wait(max(0.0, wanted - time.monotonic())):
            self._store.snapshot("tiny")
            self.longest = max(self.longest, time.monotonic() - wanted)
            wanted = time.monotonic() + 0.02

    def __enter__(self) -> Other:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()


def hostile() -> list[tuple[str, str, str, str]]:
    """Each hostile file and upload, what it was answered, how long somebody else waited, and the file after it."""
    found = []
    pool = Pool(size=1)
    files = [(name, f"file.{code}", make) for name, code, make in HOSTILE] + [(n, "", make) for n, make in DAMAGED]
    with TemporaryDirectory() as top:
        store = new_store(Path(top))
        try:
            pool.warm()
            for name, wanted, make in [*files, *((n, "", make) for n, make in ZIPS)]:
                data = make()
                begun = time.monotonic()
                with Other(store) as other:
                    said = (_upload if name.startswith("zip: ") else _workbook)(data, pool)
                took = time.monotonic() - begun
                sound = not isinstance(open_book(SOUND, "次.xlsx", pool=pool), Issue)
                good = (said == wanted or not wanted) and sound and other.longest < 1.0
                good = good and (took < SECONDS or name.startswith("zip: "))
                outcome = "in time, and the next file is read" if good else (
                    f"NOT HELD: {took:.1f} s, wanted {wanted or 'an answer'}, next file {'read' if sound else 'lost'}"
                )  # fmt: skip
                found.append((name, said, f"{other.longest:.2f} s", outcome))
        finally:
            pool.close()
    return found


def _workbook(data: bytes, pool: Pool) -> str:
    book = open_book(data, "回答.xlsx", pool=pool)
    return book.code if isinstance(book, Issue) else "read"


def _upload(data: bytes, pool: Pool) -> str:
    """What became of the files of a zip, each read as an upload reads it."""
    upload = Upload(pool)
    told: Counter[str] = Counter()
    for one in unpack(data, "回答.zip", upload):
        book = one if isinstance(one, Issue) else open_book(one[1], one[0], pool=upload)
        told[book.code if isinstance(book, Issue) else "read"] += 1
    return "、".join(f"{code} {count}" for code, count in told.items())


# --- edits by another client ---


def edits() -> list[tuple[str, str]]:
    """Each kind of edit and as what verify found it."""
    found = []
    with TemporaryDirectory() as top:
        for number, (kind, statements, _) in enumerate(EDITS):
            store = copy_filled(Path(top) / str(number))
            with duckdb.connect(str(store.path)) as connection:
                for statement in statements:
                    connection.execute(statement)
            codes = sorted({i.code for i in store.verify()})
            found.append((kind, "、".join(codes) or "NOT SEEN"))
        tried, unseen = unseen_edits(copy_filled(Path(top) / "all"))
        word = f"each column of each table changed, a row more, a row less ({tried} edits)"
        found.append((word, "each one found" if not unseen else f"NOT SEEN: {unseen}"))
    return found


# --- the table ---


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many kills, and where the table goes."""
    parser.add_argument("--kills", type=int, default=300, help="how many processes are killed (300)")
    parser.add_argument("--lanes", type=int, default=3, help="how many at the same time (3)")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table is written")


def run(told: argparse.Namespace) -> int:
    """Try all doors, write the table; 1 where one did not hold."""
    killed, files, edited = kills(told.kills, told.seed, told.lanes), hostile(), edits()
    text = _table(killed, files, edited)
    told.out.write_text(text, encoding="utf-8")
    print(text)
    return int(any(bad in text for bad in ("LOST", "NOT HELD", "NOT SEEN")))


def _table(
    killed: Mapping[tuple[str, str], int], files: list[tuple[str, str, str, str]], edited: list[tuple[str, str]]
) -> str:
    parts = [
        "# What the doors held",
        "Made by `python -m tests.campaign doors`; `--kills N` makes a shorter run.",
        f"## {sum(killed.values())} kills",
        _rows(("killed at", "afterwards", "times"), [(k, o, n) for (k, o), n in sorted(killed.items())]),
        f"## {len(files)} hostile files",
        _rows(("file", "answered", "another person waited at most", "and"), files),
        f"## {len(edited)} kinds of edits by another client",
        _rows(("edit", "found by verify as"), edited),
    ]
    return "\n\n".join(parts) + "\n"


def _rows(heading: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
