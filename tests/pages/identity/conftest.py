"""A store for whoever asks who one is."""

import pytest

from tests.samplekit import with_store


@pytest.fixture(scope="module")
def _folder(tmp_path_factory):
    return with_store(tmp_path_factory.mktemp("identity"))


@pytest.fixture(autouse=True)
def data(use, _folder):
    return use(_folder)
