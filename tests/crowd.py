"""Twelve departments that answer at the same moment while twenty people look, and how long each of them waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from kpi.collection.acts import Act
from kpi.people import Person, Role
from kpi.plan import DatedName, Department
from loaders.services import Services
from loaders.store import Store
from tests.factory import COUNT, tiny_plan
from tests.storekit import answer, later, reading, save_return

NAMES = tuple(f"bu{n:02d}" for n in range(12))
_STAFF = 8
T = TypeVar("T")


@dataclass
class Crowd:
    """One store and what happens at it: ``waits`` in seconds for each act, ``errors``, and what was sent by whom."""

    folder: Path
    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        plan = tiny_plan()
        departments = tuple(Department(n, (DatedName(f"{n}部"),)) for n in NAMES)
        self.store = Store(self.folder / "kpi.duckdb", 30.0)
        self.store.init([replace(plan, departments=(*plan.departments, *departments))], None, Act("", later(0)))
        self.over = threading.Event()

    def all_at_once(self) -> float:
        """The longest wait, in seconds, of anybody for anything."""
        people = [Person(str(n), "事務局", Role.SECRETARIAT) for n in range(_STAFF)]
        people += [Person(n, n, Role.DEPARTMENT, frozenset({n})) for n in NAMES]
        readers = [threading.Thread(target=self._guarded, args=(self._look, one)) for one in people]
        senders = [threading.Thread(target=self._guarded, args=(self.send, name, n)) for n, name in enumerate(NAMES)]
        for thread in (*readers, *senders):
            thread.start()
        for thread in senders:
            thread.join()
        self.over.set()
        for thread in readers:
            thread.join()
        return max(self.waits)

    def send(self, name: str, number: int) -> None:
        """A department keeps its return and sends it."""
        one = reading(answer(COUNT, value=float(number), period="FY2024", release="final"), department=name)
        person = Person(name, name, Role.DEPARTMENT, frozenset({name}))
        services = Services(self.store, person, self.folder, lambda: later(1))
        saved = self._timed(lambda: save_return(self.store, one, name.encode(), f"{name}.xlsx", by=name, at=later(1)))
        receipt = self._timed(lambda: services.send(saved.submission_id))
        assert not isinstance(receipt, tuple), receipt
        self.done[name] = number

    def _look(self, person: Person) -> None:
        """Look again and again: what was reported as sent must be seen."""
        services = Services(self.store, person, self.folder, lambda: later(2))
        while not self.over.is_set():
            known = dict(self.done)
            found = self._timed(lambda: services.snapshot("tiny")).observations
            seen = found.groupby("department_id")["value"].max().to_dict()
            own = known if person.is_staff else {d: v for d, v in known.items() if d in person.departments}
            assert all(seen.get(d) == v for d, v in own.items()), (own, seen)
            time.sleep(0.2)

    def _timed(self, act: Callable[[], T]) -> T:
        started = time.monotonic()
        result = act()
        self.waits.append(time.monotonic() - started)
        return result

    def _guarded(self, act: Callable[..., None], *given: object) -> None:
        try:
            act(*given)
        except BaseException as error:
            self.errors.append(repr(error))
