"""The tests that are long by nature: the rest of a matrix of which every day runs a part, and properties at length."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
#: Set in the environment of a run of the campaign.
CAMPAIGN = "KPI_TESTS_CAMPAIGN"
#: A test that runs every day, and at a greater :func:`length` in the campaign.
lengthened = pytest.mark.campaign(everyday=True)


def length(everyday: T, at_length: T) -> T:
    """How far a test goes that is :data:`lengthened`: every day, and in the campaign."""
    return at_length if os.environ.get(CAMPAIGN) else everyday


def mostly(cases: Iterable[Any], *, every: int) -> list[Any]:
    """The cases of a matrix for ``parametrize``: each so many-th is tried every day, the others in the campaign."""
    return [case if place % every == 0 else rarely(case) for place, case in enumerate(cases)]


def rarely(case: Any, *more: Any, id: str | None = None) -> Any:
    """A case that is tried in the campaign alone; a tuple is that of several arguments."""
    values = case if isinstance(case, tuple) and not more else (case, *more)
    return pytest.param(*values, marks=pytest.mark.campaign, id=id)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is passed on to pytest."""
    parser.add_argument("pytest", nargs="*", help="files or other arguments of pytest")


def run(told: argparse.Namespace) -> int:
    """Run them; the exit code is that of pytest."""
    return subprocess.run([sys.executable, "-m", "pytest", "--campaign", *told.pytest], check=False).returncode
