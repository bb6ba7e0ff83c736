"""A plan whose term is over is read only: what collects is refused in a sentence, everything else goes on."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import pytest

from kpi.collection.workflow import OF_THE_TERM
from kpi.people import OPERATOR
from kpi.place import Place
from loaders.services import NotAllowed, Services
from loaders.services.operations import make_form
from loaders.store import Store
from tests.factory import DAY, POLICY, ROUND, tiny_plan
from tests.loaders.services.test_authorization import METHODS, filled
from tests.storekit import do, later

__all__ = ["filled"]  # the fixture

#: The tiny plan ends with FY2028, and its rounds are closed by then.
AFTER = datetime(2030, 4, 1, 9)
#: What only looks at a list of indicators, and what keeps how it is read; the plan that it may begin is another one.
LOOKING = (
    "open_list", "list_layouts", "lists", "list_file", "compare_list", "readings", "reading_file", "keep_reading",
    "drop_reading",
)  # fmt: skip
#: Every method that collects; where nothing was taken, that of a batch is about no plan.
COLLECTING = [n for n, (action, *_) in METHODS.items() if action in OF_THE_TERM and n not in ("send_returns", *LOOKING)]


@pytest.fixture
def ended(filled, tmp_path):
    store, ids = filled
    store = Store(_copy(store.path, tmp_path))
    for one in tiny_plan().rounds:
        do(store, "open_round", "tiny", one, at=later(20))
        do(store, "close_round", "tiny", one.id, at=later(30))
    return store, ids


def _copy(path, folder):
    made = folder / "own.duckdb"
    made.write_bytes(path.read_bytes())
    return made


def services(store, folder, at=AFTER):
    return Services(store, OPERATOR, folder / "data", lambda: at)


@pytest.mark.parametrize("name", COLLECTING)
def test_what_collects_is_refused_with_a_sentence_and_changes_nothing(ended, tmp_path, name):
    store, ids = ended
    before = store.revision()
    with pytest.raises(NotAllowed) as caught:
        METHODS[name][2](services(store, tmp_path), ids, tmp_path)
    assert caught.value.issue.code == "plan.over"
    assert str(caught.value).startswith("計画期間は終わりました。")
    assert store.revision() == before


@pytest.mark.parametrize("name", ["snapshot", "trace", "export", "log", "report", "set_publication", "set_divisions"])
def test_what_only_looks_or_publishes_goes_on(ended, tmp_path, name):
    store, ids = ended
    with suppress(KeyError):
        METHODS[name][2](services(store, tmp_path), ids, tmp_path)


def test_until_then_the_same_is_done(ended, tmp_path):
    store, ids = ended
    assert services(store, tmp_path, datetime(2030, 3, 31, 9)).confirm(ids["sent"]) == ()


def test_a_file_that_comes_afterwards_is_not_kept_and_told_why(ended, tmp_path):
    store, _ = ended
    name, data = make_form(store.snapshot("tiny"), Place("tiny", ROUND, POLICY), day=DAY)
    taken = list(services(store, tmp_path).take_files(Place("tiny"), [(name, data)]))
    assert [one.saved for one in taken] == [None]
    assert any(i.code == "plan.over" for one in taken for i in one.issues)
