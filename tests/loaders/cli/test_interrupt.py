"""Ctrl-C and kill at chosen moments: one sentence, the exit code of shells, and nothing half made left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from loaders.cli import commands as cli
from loaders.cli import interrupt, terminal
from loaders.services import intake
from loaders.store import Store
from tests import ROOT
from tests.loaders.cli.kit import form, run

#: ``python -m loaders`` with the signal of a number the moment a module is read in, or when a function of it is called.
AT = """
import importlib, os, runpy, signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the tests were started under
moment, number = sys.argv[1], int(sys.argv[2])
module, _, name = moment.partition(":")

def send(*_given, **_more):
    os.kill(os.getpid(), number)

class Reading:
    @staticmethod
    def find_spec(wanted, path=None, target=None):
        if wanted == module:
            send()

def within_duckdb(*_given):
    try:
        send()
    except KeyboardInterrupt:
        raise RuntimeError("Query interrupted") from None  # all that it tells of it

if name:
    place, _, attribute = name.rpartition(".")
    owner = importlib.import_module(module)
    setattr(getattr(owner, place) if place else owner, attribute, within_duckdb if number < 0 else send)
    number = abs(number)
else:
    sys.meta_path.insert(0, Reading)
sys.argv = ["python -m loaders", *sys.argv[3:]]
runpy.run_module("loaders", run_name="__main__", alter_sys=True)
"""


def ended(moment: str, number: int, *arguments: object) -> tuple[int, str]:
    """The exit code of a command that got a signal at a moment, and what it said."""
    command = [sys.executable, "-c", AT, moment, str(number), *map(str, arguments)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    return told.returncode, told.stderr


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@pytest.mark.parametrize("module", ["loaders.cli.commands", "numpy", "pandas._libs.tslibs", "openpyxl", "_duckdb"])
def test_an_interrupt_while_it_is_starting_is_said(data, module):
    assert ended(module, signal.SIGINT, "status", "--data", data) == (interrupt.CODE, f"{interrupt.SAID}\n")


def test_an_interrupt_of_a_running_command_is_said(data):
    at = "loaders.cli.terminal:status_rows"
    assert ended(at, signal.SIGINT, "status", "--data", data) == (interrupt.CODE, f"{interrupt.SAID}\n")


@pytest.mark.campaign
def test_an_interrupt_behind_the_end_changes_nothing_of_it(data):
    assert ended("atexit:_run_exitfuncs", signal.SIGINT, "status", "--data", data) == (cli.GOOD, "")
    at = "loaders.cli.interrupt:comes_too_late"
    assert ended(at, signal.SIGINT, "status", "--data", data) == (interrupt.CODE, f"{interrupt.SAID}\n")


def test_an_interrupt_that_duckdb_makes_an_error_of_is_said(data):
    at = "loaders.cli.terminal:status_rows"
    assert ended(at, -signal.SIGINT, "status", "--data", data) == (interrupt.CODE, f"{interrupt.SAID}\n")


@pytest.fixture
def filled(data, tmp_path) -> Path:
    (tmp_path / "回答.xlsx").write_bytes(form(data))
    assert run(data, "load", tmp_path / "回答.xlsx", "--send")[0] == cli.GOOD
    return data


def test_an_interrupted_rebuild_leaves_nothing(filled, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    folder.mkdir()

    def interrupted(_self: object) -> None:
        assert names(folder)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(terminal.Progress, "tick", interrupted)
        assert run(filled, "rebuild", folder / "again.duckdb")[0] == interrupt.CODE
    assert names(folder) == []
    assert run(filled, "rebuild", folder / "again.duckdb")[0] == cli.GOOD
    assert names(folder) == ["again.duckdb"]


def test_what_a_killed_rebuild_has_left_is_no_store_and_goes_with_the_next(filled, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    dest = folder / "again.duckdb"
    code, said = ended("loaders.cli.terminal:Progress.tick", signal.SIGKILL, "rebuild", dest, "--data", filled)
    assert (code, said) == (-signal.SIGKILL, "")
    assert names(folder)
    assert not os.path.lexists(dest)
    assert not Store(dest).exists()
    assert run(filled, "rebuild", dest) == (cli.GOOD, "作り直した結果は同じです。\n")
    assert names(folder) == ["again.duckdb"]
    assert Store(dest).verify() == ()


def test_a_rebuild_puts_nothing_over_what_has_come_meanwhile(filled, tmp_path, monkeypatch, capsys):
    dest = tmp_path / "again.duckdb"
    monkeypatch.setattr(terminal.Progress, "tick", lambda _self: dest.write_bytes(b"kept"))
    assert run(filled, "rebuild", dest)[0] == cli.FAILED
    assert "すでにあります" in capsys.readouterr().err
    assert dest.read_bytes() == b"kept"


def test_two_rebuilds_do_not_make_one_file(filled, tmp_path, monkeypatch, capsys):
    dest = tmp_path / "again.duckdb"
    seen = []
    with monkeypatch.context() as patch:

        def second(_self: object) -> None:
            patch.setattr(terminal.Progress, "tick", lambda _self: None)
            seen.append(run(filled, "rebuild", dest)[0])

        patch.setattr(terminal.Progress, "tick", second)
        assert run(filled, "rebuild", dest)[0] == cli.GOOD
    assert seen == [cli.FAILED]
    assert "ほかの処理が作り直しています" in capsys.readouterr().err


def test_an_interrupt_of_a_batch_is_not_taken_for_a_fault_of_its_files():
    asked = []

    def interrupted(batch: object) -> list[None]:
        asked.append(batch)
        raise RuntimeError("Query interrupted")  # DuckDB's, see above

    with pytest.raises(RuntimeError):
        intake._each_for_itself(interrupted, ["a", "b"])
    assert asked == [["a", "b"]]
