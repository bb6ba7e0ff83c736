"""The sample rounds: taken in, confirmed and decided as a secretariat would, so that each screen shows something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time
from itertools import count
from pathlib import Path

from kpi.collection.acts import Act
from kpi.collection.workflow import Brief
from kpi.issue import Issue
from kpi.people import ROLE_WORDS, Role
from kpi.plan import Plan, Round
from loaders.services.batch_reading import expand, read_book
from loaders.services.intake import Taken, keep, send_returns
from loaders.store import Store, commands
from loaders.workbook.cells import Book, Reader

_BY = "サンプル"
#: Who checks and decides the samples: as in life, somebody else than who sent them.
_STAFF = "サンプル事務局"
#: Of the newest round every so many returns waits to be looked at.
_LEFT = 3

#: A file that has been opened: its name, its bytes, and its cells or why there are none.
Opened = tuple[str, bytes, Book | Issue]
#: Told after each file: how many are done, of how many, and which one it was.
Tick = Callable[[int, int, str], None]


def has_samples(data: Path, plan: Plan) -> bool:
    """Whether ``data/samples`` has returns to any round of a plan."""
    return any((data / "samples" / one.id).is_dir() for one in plan.rounds)


def load_samples(
    store: Store,
    data: Path,
    plan_id: str,
    act: Act,
    *,
    tick: Tick = lambda _done, _total, _name: None,
) -> list[Taken]:
    """Take in the sample returns of ``data/samples``, round after round, each dated to its round's end.

    Each round is also confirmed and decided as a secretariat would, but the newest only in part: there is something
    left to be looked at.
    """
    files = [item for item in expand([data / "samples"]) if not isinstance(item, Issue)]
    snapshot = store.snapshot(plan_id)
    with Reader(workers=1) as reader:
        by_round = _sample_rounds(reader.read_all(files), snapshot.brief(act.at.date()))
    total = sum(len(mine) for mine in by_round.values())
    taken: list[Taken] = []
    done = count(1)
    rounds = [r for r in snapshot.plan.rounds if r.id in by_round]
    for asked in rounds:
        moment = min(_sample_moment(asked), act.at)
        brief = store.snapshot(plan_id).brief(moment.date())  # what the round before has said is known to this one
        read = [(name, content, read_book(book, brief)) for name, content, book in by_round[asked.id]]
        own = Act(_BY, moment)
        kept = keep(store, read, brief, act=own)
        sent = send_returns(store, kept, act=own, tick=lambda name: tick(next(done), total, name))
        settle_samples(store, plan_id, sent, moment, partly=asked is rounds[-1] and len(rounds) > 1)
        taken += sent
    store.do(commands.load_samples, act, plan_id)
    return taken


def settle_samples(store: Store, plan_id: str, sent: Sequence[Taken], moment: datetime, *, partly: bool) -> None:
    """Confirm the samples of a round and decide what they propose; ``partly`` leaves every third return waiting."""
    act = Act(_STAFF, moment, ROLE_WORDS[Role.SECRETARIAT])
    received = [one.sent for one in sent if one.sent]
    for number, receipt in enumerate(received):
        if not partly or number % _LEFT:
            store.do(commands.confirm, act, receipt.submission_id)
    proposals = store.snapshot(plan_id).proposals
    waiting = proposals[(proposals["state"] == "open") & proposals["sample"]]
    for proposal_id in waiting["proposal_id"]:
        store.do(commands.accept_card, act, proposal_id, moment.date())


def _sample_rounds(books: Iterable[Opened], brief: Brief) -> dict[str, list[Opened]]:
    """The open sample returns by the round they answer; what is no sample is left alone."""
    found: dict[str, list[Opened]] = {}
    for opened in books:
        reading = read_book(opened[2], brief)
        if reading.sample:
            found.setdefault(reading.round_id, []).append(opened)
    return found


def _sample_moment(asked: Round) -> datetime:
    return datetime.combine(asked.due or asked.period.end, time(12))
