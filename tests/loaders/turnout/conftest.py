"""Stores in which departments answer a round, some in two levels."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.store import Store
from tests.loaders.turnout.kit import with_divisions
from tests.storekit import (
    new_store,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def two_levels(tmp_path: Path) -> Store:
    return new_store(tmp_path, with_divisions())
