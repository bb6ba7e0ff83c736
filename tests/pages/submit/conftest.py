"""A store of its own for each test of 回答."""

import pytest

from tests.samplekit import store_of, with_samples, with_store


@pytest.fixture
def data(use, tmp_path):
    """A data folder of its own that the screens draw from."""
    return use(with_store(tmp_path))


@pytest.fixture
def sampled(use, tmp_path):
    """The store with the samples in it."""
    return store_of(use(with_samples(tmp_path)))


@pytest.fixture
def store(data):
    return store_of(data)
