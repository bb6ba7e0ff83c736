"""Stores for each test of the screens of a round: one with the samples, one without a return."""

import pytest

from tests.samplekit import with_samples, with_store


@pytest.fixture
def data(use, tmp_path):
    """A data folder with a store that holds the samples, which a test may change."""
    return use(with_samples(tmp_path))


@pytest.fixture
def empty(use, tmp_path):
    return use(with_store(tmp_path))
