"""SIGKILL at random moments: the store opens, is sound, and holds all that was reported as saved.

``KPI_KILLS=300`` makes it the long version.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loaders.store import Store
from tests.storekit import new_store

ROOT = Path(__file__).resolve().parents[1]
KILLS = int(os.environ.get("KPI_KILLS", "15"))

#: Saves, mends, sends and discards without pause and tells of each when it is reported as done.
WORKER = """
import sys
from pathlib import Path
from kpi.collection import Mend
from loaders.store import Store
from tests.factory import COUNT, RATE
from tests.storekit import answer, later, reading

store, run = Store(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
for number in range(10_000):
    said = [answer(i, value=float(number), period="FY2024", release="final") for i in (RATE, COUNT)]
    name = f"{run}-{number}"
    saved = store.save_return(reading(*said), name.encode() * 2000, name, by=run, at=later(1))
    print("saved", name, saved.submission_id, flush=True)
    store.mend(saved.submission_id, [Mend(RATE, "value", number + 0.5, "訂正")], by=run, at=later(1))
    print("mended", name, saved.submission_id, flush=True)
    if number % 5 == 4:
        store.discard(saved.submission_id, by=run, at=later(1))
        print("discarded", name, saved.submission_id, flush=True)
        continue
    receipt = store.send(saved.submission_id, by=run, at=later(1))
    print("sent", name, saved.submission_id, *(c for codes in receipt.codes.values() for c in codes), flush=True)
"""


def run_and_kill(path: Path, run: str, after: float) -> list[list[str]]:
    """What the worker reported before it was killed."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), run], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    time.sleep(after)
    worker.kill()
    out, _ = worker.communicate()
    whole = out[: out.rfind("\n") + 1]  # a line cut short was not a report
    return [line.split() for line in whole.splitlines()]


def check(store: Store, reported: list[list[str]]) -> None:
    submissions = store.snapshot("tiny").submissions.set_index("submission_id")
    for what, name, submission, *codes in reported:
        assert submissions.loc[submission, "filename"] == name
        stored = store.submission(submission)
        assert store.workbook(stored.sha256) == (name, name.encode() * 2000)
        if what == "mended":
            assert len(stored.mends) == 1
        if what == "discarded":
            assert submissions.loc[submission, "state"] == "discarded"
        if what == "sent":
            assert submissions.loc[submission, "state"] == "sent"
            assert all(store.trace(code)[0].submission_id == submission for code in codes)


def test_whatever_was_reported_as_saved_survives_a_kill(tmp_path):
    store = new_store(tmp_path)
    chance = random.Random(20261121)
    before, reported = store.revision(), 0
    for kill in range(KILLS):
        told = run_and_kill(store.path, f"run{kill}", chance.uniform(0.02, 0.7))
        fresh = Store(store.path)
        assert fresh.verify() == ()
        check(fresh, told)
        if told:
            assert fresh.revision() != before
        before, reported = fresh.revision(), reported + len(told)
    assert reported > KILLS  # else the kills came too early to mean anything
    counts = store.snapshot("tiny").submissions["state"].value_counts()
    assert counts["sent"] > 0


@pytest.mark.parametrize("after", [0.0, 0.05, 0.1, 0.2])
def test_a_first_start_cut_short_is_simply_made_again(tmp_path, after):
    lines = "import sys", "from pathlib import Path", "from tests.storekit import new_store"
    code = "; ".join((*lines, "print()", "new_store(Path(sys.argv[1]))"))
    worker = subprocess.Popen([sys.executable, "-uc", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    worker.stdout.readline()
    time.sleep(after)
    worker.kill()
    worker.communicate()
    store = new_store(tmp_path)
    assert store.plan_ids() == ("tiny",)
    assert len(store.snapshot("tiny").values) == 3
    assert store.verify() == ()
