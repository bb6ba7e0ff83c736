"""Forms with known true answers, hurt at random, read, and every cell compared with the truth.

``python -m tests.campaign hurts --forms 3000 --seed 1 --workers 2``; ``--show KIND`` gives examples of a kind and
``--form N`` one form again, both for the same seed. A form is hurt by one to three kinds of ``tests.campaign.kinds``.
"""

from __future__ import annotations

import argparse
import random
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from kpi.collection.workflow import Reading, ReturnState
from kpi.issue import Issue, Severity
from loaders.services.batch_reading import read_book
from loaders.store.commands.consolidation import merge
from loaders.store.queries.records import StoredReturn
from loaders.workbook.cells import Book, open_book
from tests.campaign.draft import Draft, Skip
from tests.campaign.forms import Here, Sort, divisions, filled, sorts
from tests.campaign.kinds import KINDS, Kind
from tests.campaign.verdict import Fault, Judged, judge, needless
from tests.campaign.written import to_bytes

_ORDER = {"cell": 0, "sheet": 1, "file": 2}
_IN_CHILDREN, _JOINED, _BACK = 0.05, 0.1, 0.15


@dataclass
class Outcome:
    """What became of one form. ``blamed``: the kind that alone brings the fault about, or all of them."""

    number: int
    kinds: tuple[str, ...]
    harmless: bool
    cells: int = 0
    asked: int = 0
    faults: list[tuple[str, Fault]] = field(default_factory=list)  # blamed, fault
    skipped: bool = False


@dataclass(frozen=True)
class Plan:
    """How one form is made and hurt; all of it follows from the seed and the number."""

    sort: Sort
    kinds: tuple[Kind, ...]
    harmless: bool
    child: bool


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--forms", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", default="", help="a kind (or a part of its name): examples of its faults; all")
    parser.add_argument("--examples", type=int, default=5)
    parser.add_argument("--form", type=int, default=-1, help="one form again, with all that was said of it")
    parser.add_argument("--only", default="", help="only kinds with this in their name")
    parser.add_argument("--list", action="store_true", help="the kinds")


def run(told: argparse.Namespace) -> int:
    """Run the campaign; exit code 1 where anything was wrong, lost or raised."""
    if told.list:
        for one in KINDS.values():
            print(f"{'harmless' if one.harmless else 'open':<9}{one.scope:<6}{one.name}")
        print(len(KINDS), "kinds")
        return 0
    if told.form >= 0:
        return _again(told.seed, told.form, told.only)
    started = time.monotonic()
    outcomes = list(_all(told.seed, told.forms, told.workers, told.only))
    return _report(outcomes, told, time.monotonic() - started)


def _all(seed: int, forms: int, workers: int, only: str) -> Iterator[Outcome]:
    if workers <= 1:
        yield from _some(seed, range(forms), only)
        return
    parts = [range(start, min(start + 50, forms)) for start in range(0, forms, 50)]
    with ProcessPoolExecutor(workers) as pool:
        for found in pool.map(_some, [seed] * len(parts), parts, [only] * len(parts)):
            yield from found


def _some(seed: int, numbers: Iterable[int], only: str) -> list[Outcome]:
    return [one(seed, number, only) for number in numbers]


# --- one form


@cache
def _every() -> tuple[Sort, ...]:
    return sorts()


def planned(seed: int, number: int, only: str = "") -> Plan:
    """The form of a number and what is done to it."""
    dice = random.Random(f"{seed}:{number}")
    sort = dice.choice(_every())
    lot = dice.random()
    if lot < _JOINED and len(divisions(sort)) > 1:
        sort = replace(sort, division_id="*")
    elif lot < _JOINED * 2 and divisions(sort):
        sort = replace(sort, division_id=dice.choice(divisions(sort)))
    elif lot < _JOINED * 2 + _BACK:
        sort = replace(sort, back=dice.choice((1, 2)))
    harmless = dice.random() < 0.5
    offered = [k for k in KINDS.values() if only in k.name and (k.harmless or not harmless)]
    if not any(k.harmless for k in KINDS.values() if only in k.name):
        harmless, offered = False, [k for k in KINDS.values() if only in k.name]
    count = 1 if only else dice.choice((1, 1, 2, 2, 3))
    chosen: list[Kind] = []
    for found in dice.choices(offered, [k.weight for k in offered], k=count * 3):
        taken = {k.scope for k in chosen} - {"cell"}
        if len(chosen) < count and found not in chosen and found.scope not in taken:
            chosen.append(found)
    chosen.sort(key=lambda k: _ORDER[k.scope])
    return Plan(sort, tuple(chosen), all(k.harmless for k in chosen), dice.random() < _IN_CHILDREN)


def one(seed: int, number: int, only: str = "") -> Outcome:
    """One form made, hurt, read and judged; where it fails, each hurt alone tells which of them it is."""
    plan = planned(seed, number, only)
    try:
        out, names = _try(seed, number, plan)
    except Skip:
        return Outcome(number, tuple(k.name for k in plan.kinds), plan.harmless, skipped=True)
    told = Outcome(number, names, plan.harmless, out.cells, out.asked)
    for fault in out.faults:
        told.faults.append((_blamed(seed, number, plan, fault, names), fault))
    return told


def _blamed(seed: int, number: int, plan: Plan, fault: Fault, names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    likely = ""
    for each in plan.kinds:
        try:
            alone, _ = _try(seed, number, replace(plan, kinds=(each,)))
        except Skip:
            continue
        if any((f.word, f.where) == (fault.word, fault.where) for f in alone.faults):
            return each.name
        likely = likely or (each.name if any(f.word == fault.word for f in alone.faults) else "")
    return likely or " + ".join(names)


def _try(seed: int, number: int, plan: Plan) -> tuple[Judged, tuple[str, ...]]:
    names: list[str] = []
    out = Judged()
    try:
        if plan.sort.division_id == "*":
            _joined(seed, number, plan, out, names)
        else:
            draft, hurt = _hurt(seed, number, plan)
            names += hurt
            reading = read(draft, plan.child)
            out = judge(draft, reading)
            if plan.harmless:
                _needless(out, seed, number, plan, draft, reading)
    except Skip:
        raise
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        out.faults.append(
            Fault("exception", f"{where.filename.rpartition('/')[2]}:{where.lineno}", "", repr(error)[:120], "")
        )
        names = names or [k.name for k in plan.kinds]
    return out, tuple(names)


def _hurt(seed: int, number: int, plan: Plan) -> tuple[Draft, list[str]]:
    draft = filled(plan.sort, random.Random(f"{seed}:{number}:fill:{plan.sort.division_id}"))
    names = []
    for each in plan.kinds:
        try:
            each.do(draft, random.Random(f"{seed}:{number}:{each.name}:{plan.sort.division_id}"))
            names.append(each.name)
        except Skip:
            continue
    if not names:
        raise Skip
    return draft, names


def read(draft: Draft, child: bool = False) -> Reading:
    """What the program makes of a draft: through the bytes of a file where only they say it, or in a real child."""
    book: Book | Issue
    if draft.raw or child:
        data = to_bytes(draft)
        book = open_book(data, draft.filename) if child else open_book(data, draft.filename, pool=Here())  # type: ignore[arg-type]
    else:
        book = draft.book()
    return read_book(
        book, draft.brief, round_id=draft.round.id, department_id=draft.department_id, division_id=draft.division_id
    )


def _needless(out: Judged, seed: int, number: int, plan: Plan, draft: Draft, hurt: Reading) -> None:
    fresh = filled(plan.sort, random.Random(f"{seed}:{number}:fill:{plan.sort.division_id}"))
    changes = {s: v for s, v in draft.plain.items() if fresh.plain[s] != v}
    sound = read(filled(plan.sort, random.Random(f"{seed}:{number}:fill:{plan.sort.division_id}"), changes))
    for issue in needless(sound, hurt):
        where = f"{issue.subject_id}.{issue.key} {issue.cell} {issue.code}"
        out.faults.append(Fault("needless", where, issue.value, issue.message, ""))


def _joined(seed: int, number: int, plan: Plan, out: Judged, names: list[str]) -> None:
    """The forms of all 課 of a department, each hurt, read and made one."""
    parts = [replace(plan, sort=replace(plan.sort, division_id=v)) for v in divisions(plan.sort)]
    drafts, readings = [], []
    for n, part in enumerate(parts):
        try:
            draft, hurt = _hurt(seed, number, part)
            names += [h for h in hurt if h not in names]
        except Skip:
            draft = filled(part.sort, random.Random(f"{seed}:{number}:fill:{part.sort.division_id}"))
        drafts.append(draft)
        readings.append(read(draft, plan.child and not n))
        if plan.harmless:
            _needless(out, seed, number, part, draft, readings[-1])
    if not names:
        raise Skip
    at = datetime(2025, 9, 10, 12)
    passed = [
        StoredReturn(f"S{n}", ReturnState.PASSED, "", "", "", at, "", None, one, one.issues, (), passed_at=at)
        for n, one in enumerate(readings)
    ]
    merged, conflicts = merge(drafts[0].brief.plan, passed, {}, {})
    asked = tuple(Issue("join.conflict", Severity.ASK, "", subject_id=c.subject_id, key="row") for c in conflicts)
    for draft, reading in zip(drafts, readings, strict=True):
        mine = tuple(answer for i, (_, answer) in merged.items() if i in draft.rows)
        # A 課 whose file was refused has answered nothing yet: its own reading tells so.
        told = judge(draft, replace(reading, answers=mine if reading.answers else (), issues=reading.issues + asked))
        out.cells, out.asked = out.cells + told.cells, out.asked + told.asked
        out.faults += told.faults


# --- what is printed


def _report(outcomes: list[Outcome], told: argparse.Namespace, seconds: float) -> int:
    done = [o for o in outcomes if not o.skipped]
    faults = [(o, blamed, fault) for o in done for blamed, fault in o.faults]
    words = Counter(fault.word for _, _, fault in faults)
    hurts = sum(len(o.kinds) for o in done if o.harmless)
    doubted = {(o.number, blamed) for o, blamed, fault in faults if fault.word == "needless"}
    share = 100 * len(doubted) / hurts if hurts else 0.0
    print(f"seed {told.seed}: {len(done)} forms hurt ({len(outcomes) - len(done)} offered no place), {seconds:.0f} s")
    rows = (
        ("cells compared", sum(o.cells for o in done)), ("asked", sum(o.asked for o in done)),
        ("wrong", words["wrong"]), ("lost on the sheet", words["lost"]), ("lost elsewhere", words["lost elsewhere"]),
        ("exceptions", words["exception"]),
        ("harmless hurts", hurts), ("  with a needless question", len(doubted)),
    )  # fmt: skip
    for name, count in rows:
        print(f"{name:<28}{count:>9,}")
    print(f"{'  share':<28}{share:>8.2f}%")
    used = Counter(kind for o in done for kind in o.kinds)
    for word in ("wrong", "lost", "lost elsewhere", "exception", "needless"):
        by_kind = Counter(blamed for _, blamed, fault in faults if fault.word == word)
        if by_kind:
            print(f"\n{word}, by kind (faults / forms with it)")
        for blamed, count in by_kind.most_common(40):
            print(f"{count:>7} / {used.get(blamed, 0):<5} {blamed}")
            for o, _, fault in [f for f in faults if f[1] == blamed and f[2].word == word][: _examples(told, blamed)]:
                print(
                    f"          form {o.number}: {fault.where}: {fault.written} -> {fault.taken} (meant {fault.meant})"
                )
    return int(any(words[w] for w in ("wrong", "lost", "lost elsewhere", "exception")) or share >= 0.5)


def _examples(told: argparse.Namespace, kind: str) -> int:
    return told.examples if told.show and (told.show == "all" or told.show in kind) else 0


def _again(seed: int, number: int, only: str) -> int:
    plan = planned(seed, number, only)
    print(plan.sort, [k.name for k in plan.kinds], "child" if plan.child else "")
    out, names = _try(seed, number, plan)
    print("hurt by", names, "cells", out.cells, "asked", out.asked)
    for fault in out.faults:
        print(fault)
    if plan.sort.division_id != "*":
        draft, _ = _hurt(seed, number, plan)
        for issue in read(draft, plan.child).issues:
            print(
                issue.severity,
                issue.code,
                issue.address,
                issue.subject_id,
                issue.key,
                repr(issue.value),
                issue.message,
            )
    return 0
