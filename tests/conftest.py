"""Settings for all tests, and what those of the screens share."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

from kpi.people import Person
from tests.campaign.marked import CAMPAIGN

# A machine that tests on all its processors is slow now and then: how long one example takes says nothing.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


#: Whose tests take long, the longest first: begun last, one of them would keep one processor while the others idle.
LONGEST_FIRST = (
    "browser/test_round.py",
    "browser/test_signin.py",
    "browser/test_screens.py",
    "browser/test_processes.py",
    "browser/test_half_year.py",
    "browser/test_report.py",
    "browser/test_roadmap.py",
    "browser/test_list.py",
    "pages/test_pages.py",
    "test_aomori.py",
    "test_plans_drive.py",
    "loaders/documents/test_pictures.py",
    "loaders/documents/test_paper.py",
    "loaders/form/test_hurts.py",
    "browser/test_submit.py",
    "browser/test_japanese.py",
    "browser/test_trip.py",
    "browser/test_start.py",
    "browser/test_next_plan.py",
    "loaders/plan/test_plan_revision.py",
    "loaders/store/test_store_file.py",
    "pages/rounds/test_checking.py",
    "pages/test_admin_pages.py",
    "pages/submit/test_screen_entry.py",
    "browser/test_back.py",
    "browser/test_keyboard.py",
    "loaders/services/test_repeated_returns.py",
    "loaders/cli/test_work.py",
    "pages/submit/test_forms.py",
    "loaders/workbook/test_hostile.py",
    "loaders/store/test_concurrency.py",
    "pages/rounds/test_answered_again.py",
    "loaders/store/test_store.py",
    "loaders/turnout/test_changes.py",
    "loaders/store/test_lost_store.py",
    "browser/test_year.py",
)


#: Of the store's file, of strangers' files, of prints and pictures, and of the command line: kills, full disks, child
#: processes. They take half of the time, and whoever changes a screen or a rule cannot break what they try.
INFRASTRUCTURE = tuple(Path(__file__).parent / "loaders" / name for name in ("store", "workbook", "documents", "cli"))


def pytest_addoption(parser):
    parser.addoption("--campaign", action="store_true", help="only what is long by nature, marked campaign")


def pytest_configure(config):
    if config.getoption("--campaign"):
        os.environ[CAMPAIGN] = "1"  # before any module with tests is read, here and in the processes that xdist starts


@pytest.hookimpl(tryfirst=True)  # before -m takes its pick
def pytest_collection_modifyitems(config, items):
    """Take what was asked for, and order the files: xdist hands them out as they stand. Within a file nothing moves."""
    long = config.getoption("--campaign")
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in INFRASTRUCTURE):
            item.add_marker("infrastructure")

    def asked(item):
        marked = item.get_closest_marker("campaign")
        return marked is not None if long else marked is None or marked.kwargs.get("everyday")

    apart = [item for item in items if not asked(item)]
    config.hook.pytest_deselected(items=apart)
    gone = set(map(id, apart))
    items[:] = [item for item in items if id(item) not in gone]

    def place(item):
        found = str(item.path.relative_to(Path(__file__).parent))
        return LONGEST_FIRST.index(found) if found in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


def pytest_collection_finish():
    """What is imported by now stays: looking through all of it for what nobody holds took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


@pytest.fixture(scope="session", autouse=True)
def _shared(tmp_path_factory):
    """One folder for all processes of a run: what takes long to make is made there once."""
    own = tmp_path_factory.getbasetemp()
    os.environ["KPI_TESTS_SHARED"] = str(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session", autouse=True)
def _made_once():
    from tests.once import made_once

    with made_once():
        yield


@pytest.fixture
def use(monkeypatch):
    """Let the screens draw from a data folder."""
    from tests.screenkit import draw_from  # it brings the whole program along, which most tests do without

    return lambda data: draw_from(data, monkeypatch)


@pytest.fixture
def acting(monkeypatch):
    """Act as somebody."""
    from pages.parts.app import trial_identity

    def become(role, *departments, divisions=()):
        one = Person("x", "青森 花子", role, frozenset(departments), frozenset(divisions))
        monkeypatch.setattr(trial_identity, "chosen", lambda *_given: ("x", one))
        return one

    return become
