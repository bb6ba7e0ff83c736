"""SIGKILL at random moments: the store opens, is sound, and holds all that was reported as saved."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kpi.snapshot import Snapshot
from loaders.store import Store
from tests import ROOT, next_schema
from tests.campaign.marked import length, lengthened, mostly
from tests.storekit import filled_store, first_start, new_store

KILLS = length(4, 300)

#: Saves, mends, sends, discards, confirms, decides and loads without pause; tells of each when it is reported as done.
WORKER = """
import sys
from pathlib import Path
from random import Random
from kpi.collection.workflow import Mend
from loaders.store import NewReturn, Store
from tests.factory import AGRI, COUNT, RATE, TRADE
from tests.storekit import answer, decide_card, do, later, reading, save_return, send

chance = Random()
store, run = Store(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
for number in range(10_000):
    said = [answer(i, value=float(number), period="FY2024", release="final") for i in (RATE, COUNT)]
    name = f"{run}-{number}"
    saved = save_return(store, reading(*said), name.encode() * 2000, name, by=run, at=later(1))
    print("saved", name, saved.submission_id, flush=True)
    do(store, "mend", saved.submission_id, [Mend(RATE, "value", number + 0.5, "訂正")], by=run, at=later(1))
    print("mended", name, saved.submission_id, flush=True)
    if number % 5 == 4:
        do(store, "discard", saved.submission_id, by=run, at=later(1))
        print("discarded", name, saved.submission_id, flush=True)
        continue
    receipt = send(store, saved.submission_id, by=run, at=later(1))
    print("sent", name, saved.submission_id, *(c for codes in receipt.codes.values() for c in codes), flush=True)
    assert do(store, "confirm", saved.submission_id, [RATE], by=run, at=later(2)) == ()
    print("confirmed", name, saved.submission_id, flush=True)
    changes = {"target": 3000.0 + chance.random()}
    proposal = do(store, "propose_card", "tiny", COUNT, changes, reason="見直し", by=run, at=later(3))
    print("proposed", name, proposal, flush=True)
    assert decide_card(store, proposal, True, later(3).date(), by="別の人", at=later(4)) == ()
    print("decided", name, proposal, flush=True)
    many = [NewReturn(reading(*said, department=d), f"{name}-{d}".encode(), f"{name}-{d}") for d in (TRADE, AGRI)]
    for one, kept in zip(many, do(store, "save", many, by=run, at=later(5)), strict=True):
        print("loaded", one.filename, kept.submission_id, flush=True)
"""


def run_and_kill(path: Path, run: str, reports: int, after: float) -> list[list[str]]:
    """What the worker reported before it was killed."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), run], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    seen = [worker.stdout.readline() for _ in range(reports)]  # not by the clock alone: a busy machine is slow
    time.sleep(after)
    worker.kill()
    rest, _ = worker.communicate()
    out = "".join(seen) + rest
    whole = out[: out.rfind("\n") + 1]  # a line cut short was not a report
    return [line.split() for line in whole.splitlines()]


def check(store: Store, reported: list[list[str]]) -> None:
    snapshot = store.snapshot("tiny")
    submissions = snapshot.submissions.set_index("submission_id")
    proposals = snapshot.proposals.set_index("proposal_id")["state"]
    confirmed = set(snapshot.observations[snapshot.observations["review"] == "confirmed"]["submission_id"])
    newest = max((s for what, _, s, *_ in reported if what == "confirmed"), default="")
    later_sent = any(what == "sent" and s > newest for what, _, s, *_ in reported)
    log = store.log()
    logged = set(zip(log["kind"], log["subject"], strict=True))
    for what, name, subject, *codes in reported:
        assert (_KINDS[what], subject) in logged
        if what in ("proposed", "decided"):
            assert proposals[subject] == ("accepted" if what == "decided" else proposals[subject])
            continue
        assert submissions.loc[subject, "filename"] == name
        if what == "mended":
            stored = store.submission(subject)
            assert store.workbook(stored.sha256) == (name, name.encode() * 2000)
            assert len(stored.mends) == 1
        if what == "discarded":
            assert submissions.loc[subject, "state"] == "discarded"
        if what == "sent":
            assert submissions.loc[subject, "state"] == "sent"
            assert all(store.trace(code)[0].submission_id == subject for code in codes)
        if what == "confirmed" and subject == newest and not later_sent and _is_last(snapshot, subject):
            assert subject in confirmed


def _is_last(snapshot: Snapshot, subject: str) -> bool:
    return bool((snapshot.observations["submission_id"] == subject).any())


_KINDS = {
    "saved": "save", "loaded": "save", "mended": "mend", "discarded": "discard", "sent": "send",
    "confirmed": "confirm", "proposed": "propose_card", "decided": "accept_card",
}  # fmt: skip


@lengthened
def test_whatever_was_reported_as_saved_survives_a_kill(tmp_path):
    store = new_store(tmp_path)
    chance = random.Random(20261121)
    before, reported = store.revision(), 0
    for kill in range(KILLS):
        told = run_and_kill(store.path, f"run{kill}", chance.randint(0, 9), chance.uniform(0.0, 0.1))
        fresh = Store(store.path)
        assert fresh.verify() == ()
        check(fresh, told)
        if told:
            assert fresh.revision() != before
        before, reported = fresh.revision(), reported + len(told)
    assert reported > KILLS  # else the kills came too early to mean anything
    counts = store.snapshot("tiny").submissions["state"].value_counts()
    assert counts["sent"] > 0


@pytest.mark.parametrize("after", mostly([0.1, 0.0, 0.05, 0.2], every=4))
def test_a_first_start_cut_short_is_simply_made_again(tmp_path, after):
    lines = "import sys", "from pathlib import Path", "from tests.storekit import first_start"
    code = "; ".join((*lines, "print()", "first_start(Path(sys.argv[1]))"))
    worker = subprocess.Popen([sys.executable, "-uc", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    worker.stdout.readline()
    time.sleep(after)
    worker.kill()
    worker.communicate()
    store = first_start(tmp_path)
    assert store.plan_ids() == ("tiny",)
    assert len(store.snapshot("tiny").values) == 3
    assert store.verify() == ()


#: Opens a store as the next version of the program and says when that is done.
OPENER = """
import sys
from loaders.store import Store
from tests import next_schema

next_schema.install()
print("ready", flush=True)
Store(sys.argv[1]).plan_ids()
print("migrated", flush=True)
"""


@pytest.mark.parametrize("kill", mostly(range(60), every=30))
def test_a_migration_cut_short_leaves_the_old_store_or_the_new_one(tmp_path, kill, monkeypatch):
    path = filled_store(tmp_path).path
    worker = subprocess.Popen([sys.executable, "-c", OPENER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    time.sleep(random.Random(kill).uniform(0.0, 0.6))
    worker.kill()
    worker.communicate()
    next_schema.install(monkeypatch.setattr)
    store = Store(path)
    assert store.verify() == ()
    assert set(store.snapshot("tiny").observations["value"]) == {65.0}
    assert store.log(kind="migrate").shape[0] == 1
    assert not list(tmp_path.glob("*.migrating*"))
    assert list(tmp_path.glob("kpi.duckdb.v2-*.bak"))
