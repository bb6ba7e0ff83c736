"""Who waits for the store goes in the order of arrival, and of many who ask at once one reads for all."""

from __future__ import annotations

import threading
import time

from kpi.people import Audience
from loaders.store.file.thread_queue import Line
from loaders.store.queries import facts
from tests.storekit import later, new_store
from tests.waiting import until


def test_who_came_first_goes_first():
    line, order = Line(), []
    assert line.enter(time.monotonic())

    def stand(number: int) -> None:
        assert line.enter(time.monotonic() + 30)
        order.append(number)
        line.leave()

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=stand, args=(number,)))
        threads[-1].start()
        until(lambda there=number: line.others() == there + 1)
    line.leave()
    for thread in threads:
        thread.join(30)
    assert order == list(range(8))


def test_who_gives_up_leaves_the_line_as_it_was():
    line = Line()
    assert line.enter(time.monotonic())
    assert not line.enter(time.monotonic() + 0.01)
    assert line.others() == 0
    line.leave()
    assert line.enter(time.monotonic())


def test_of_many_who_ask_after_a_write_one_reads_for_all(tmp_path, monkeypatch):
    store = new_store(tmp_path)
    readings, asking = [], []
    real = facts.read_on
    monkeypatch.setattr(facts, "read_on", lambda *given: readings.append(1) or real(*given))

    def ask() -> None:
        asking.append(1)
        store.snapshot("tiny", audience=Audience.ALL)

    with store._database.alone():
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        until(lambda: len(asking) == 8 and store._newest._line.others() == 7)
    for thread in threads:
        thread.join(30)
    assert len(readings) == 1


def test_the_only_plan_is_read_with_all_that_is_known_of_it(tmp_path, monkeypatch):
    store = new_store(tmp_path)
    readings = []
    real = facts.read_on
    monkeypatch.setattr(facts, "read_on", lambda *given: readings.append(1) or real(*given))
    (plan,) = store.plans()
    with monkeypatch.context() as closed:
        closed.setattr(store._database, "read", None)
        assert store.snapshot("tiny").plan == plan
        assert store.plans() == (plan,)
    assert len(readings) == 1


def test_what_was_saved_before_the_question_is_in_the_answer(tmp_path):
    """A reading that began before somebody asked is not good enough for him."""
    store = new_store(tmp_path)
    newest = store._newest
    first = newest.everything("tiny")
    assert newest._read.number == newest._begun
    store.path.touch()
    assert newest.everything("tiny") is not first


def test_what_was_read_is_kept_for_who_tells_the_time_and_for_who_does_not(tmp_path):
    store = new_store(tmp_path)
    plain, timed = store.snapshot("tiny"), store.snapshot("tiny", at=later(1))
    for hours in (1, 2, 3):
        assert store.snapshot("tiny") is plain
        assert store.snapshot("tiny", at=later(hours)) is timed
    assert store.snapshot("tiny", at=later(24)) is not timed  # with the day owners may change
