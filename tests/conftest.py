"""Settings for all tests, and what those of the screens share."""

import pytest
from hypothesis import settings

from kpi.people import Person

# A machine that tests on all its processors is slow now and then: how long one example takes says nothing.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture
def use(monkeypatch):
    """Let the screens draw from a data folder."""
    from tests.screenkit import draw_from  # it brings the whole program along, which most tests do without

    return lambda data: draw_from(data, monkeypatch)


@pytest.fixture
def acting(monkeypatch):
    """Act as somebody."""
    from pages.parts import trial

    def become(role, *departments, divisions=()):
        one = Person("x", "青森 花子", role, frozenset(departments), frozenset(divisions))
        monkeypatch.setattr(trial, "chosen", lambda *_given: ("x", one))
        return one

    return become
