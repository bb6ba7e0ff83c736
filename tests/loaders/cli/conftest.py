"""Data folders of the toy plan for each test of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders import settings
from tests.loaders.cli.kit import NOW
from tests.samplekit import MERE, with_files


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """The toy plan and the published figures in a folder of the test's own, on a day that stands still."""
    monkeypatch.setattr(settings, "now", lambda: NOW)
    return with_files(tmp_path / "data", *MERE)
