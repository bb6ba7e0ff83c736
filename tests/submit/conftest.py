"""A store of its own for each test of 回答."""

import pytest

from loaders.service import open_store
from tests.samplekit import AT, with_store


@pytest.fixture
def data(use, tmp_path):
    """A data folder of its own that the screens draw from."""
    return use(with_store(tmp_path))


@pytest.fixture
def store(data):
    return open_store(data, at=AT)
