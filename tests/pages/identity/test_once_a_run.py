"""Who is at the screen is found once while a run draws, and anew by whatever comes before or without it."""

import pytest

from pages.parts.app import identity


@pytest.fixture
def asked(monkeypatch):
    """How often it was found out; each time it is somebody else."""
    found = []

    def find():
        found.append(identity._Who(None, trial_key=str(len(found))))
        return found[-1]

    monkeypatch.setattr(identity, "_found", find)
    return found


def test_a_run_finds_out_once(asked):
    with identity.of_run():
        assert {identity._who().trial_key for _ in range(5)} == {"0"}
    assert len(asked) == 1


def test_the_next_run_and_what_comes_before_it_find_out_anew(asked):
    with identity.of_run():
        identity._who()
    assert identity._who().trial_key == "1"  # an act of a button, before the run that draws
    with identity.of_run():
        assert identity._who().trial_key == "2"


def test_a_run_that_is_stopped_leaves_nobody_behind(asked):
    def stopped():
        with identity.of_run():
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stopped()
    assert identity._who().trial_key == "1"
