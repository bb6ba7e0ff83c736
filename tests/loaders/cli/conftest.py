"""Data folders of the program's own plan for each test of the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from loaders import settings
from tests import ROOT
from tests.loaders.cli.kit import NOW


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """The program's own plan and figures in a folder of the test's own, on a day that stands still."""
    folder = tmp_path / "data"
    for name in ("plans", "benchmarks"):
        shutil.copytree(ROOT / "data" / name, folder / name)
    monkeypatch.setattr(settings, "now", lambda: NOW)
    return folder
