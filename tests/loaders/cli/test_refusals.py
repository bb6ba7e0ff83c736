"""What the command line says where something cannot be done: in Japanese, without a traceback."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from loaders.cli import commands as cli
from loaders.cli import interrupt, terminal, usage
from loaders.documents.paper.paper_files import FORMATS
from tests import ROOT
from tests.campaign.marked import mostly
from tests.loaders.cli.kit import form, run, snapshot, store

# --- nothing in English, no traceback ---


def said_by(capsys, *arguments: object) -> tuple[int, str]:
    """The exit code and all that a command prints."""
    try:
        code = cli.main([str(a) for a in arguments])
    except SystemExit as end:
        code = int(end.code)
    told = capsys.readouterr()
    return code, told.out + told.err


def english(text: str, *names: str) -> set[str]:
    """ASCII words of three letters or more that are no option, path, setting, command, and none of the names."""
    left = re.sub(r"[!-~]*/[!-~]*|--?[a-z][a-z-]*|KPI_[A-Z_]+", " ", text)
    known = {"python", "loaders", *cli._COMMANDS, *(w for n in names for w in re.findall("[A-Za-z]+", n))}
    return set(re.findall("[A-Za-z]{3,}", left)) - known


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("nothing",), ("load",), ("load", "x", "--workers", "q"), ("load", "x", "--workers"), ("trace",),
        ("load", "x", "--json=3"), ("status", "q", "--zz"), ("template", "--round"), ("--d", "x", "status"),
        ("samples",), ("samples", "--load", "--remove"), ("export",), ("backup",), ("rebuild",), ("trace", "a", "b"),
        ("--plan",), ("load", "x", "--workers", "0"), ("load", "x", "--workers", "-3"), ("--help=3",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_command_is_answered_in_japanese(capsys, arguments):
    code, said = said_by(capsys, *arguments)
    assert code == cli.FAILED
    assert re.search("[ぁ-ん]", said)
    assert usage._UNKNOWN not in said  # each of these is known by its message
    assert english(said, "new plan", *arguments) == set()


_PAPER = f"PDF HTML Word {' '.join(FORMATS)}"


@pytest.mark.parametrize("command", ["", *cli._COMMANDS])
def test_help_has_japanese_headings(capsys, command):
    code, said = said_by(capsys, *filter(None, [command]), "--help")
    assert code == 0
    assert said.startswith("使い方: ")
    assert (
        english(
            said, "KPI", f"data kpi duckdb zip ID JSON CSV Excel Parquet K7Q list start cancel JIS new plan {_PAPER}"
        )
        == set()
    )


def test_words_of_argparse_that_nobody_knows_are_not_passed_on():
    assert usage.said("argument --db: something new") == f"--db: {usage._UNKNOWN}"
    assert usage.said("argument コマンド: invalid choice: 'lod', maybe you meant 'load'? (choose from init, load)") == (
        "コマンド: 「lod」はありません。近いもの: load"
    )
    assert usage.said("invalid choice: 'a b' (choose from 'init', 'load')").endswith("選べるもの: init、load")


@pytest.mark.parametrize("number", [None, *sorted(errno.errorcode)])
def test_whatever_the_system_refuses_is_said_in_japanese(number):
    said = usage.file_fault(OSError(number, "Some English words", "/data/x") if number else OSError("odd words"))
    assert english(said) == set()
    assert said.endswith("。")
    assert ("/data/x" in said) == (number is not None)


def test_what_cannot_be_done_is_said_in_japanese(data, tmp_path, capsys):
    plan = snapshot(data).plan
    names = [x.id for x in (*plan.departments, *plan.rounds)] + [plan.id]
    (tmp_path / "a").write_bytes(b"x")
    for arguments in (
        ("load", tmp_path / "none"), ("load", tmp_path / "a"), ("load", tmp_path / "a", "--department", "xx"),
        ("load", tmp_path / "a", "--round", "xx"), ("template", "-o", tmp_path / "no" / "x.xlsx"),
        ("template", "-o", tmp_path / ("長" * 300)), ("export", tmp_path / "a"), ("export", tmp_path / "a" / "b"),
        ("export", "--parquet", tmp_path / "a"), ("export", "--parquet", tmp_path / "a" / "b"),
        ("backup", tmp_path), ("backup", tmp_path / "a" / "b"), ("rebuild", tmp_path / "a"),
        ("rebuild", tmp_path / "a" / "b"), ("status", "--db", tmp_path / "no" / "x"), ("verify", "--db", tmp_path),
        ("status", "--plan", "xx"),
    ):  # fmt: skip
        code, said = said_by(capsys, *arguments, "--data", data)
        assert code == cli.FAILED, arguments
        assert re.search("[ぁ-ん]", said), arguments
        assert english(said, *names, tmp_path.name, "xx", "xlsx xls CSV Excel") == set(), arguments


# --- a store or a plan that cannot be read ---


@contextmanager
def no_rights() -> Iterator[None]:
    """As somebody who may do nothing in the test's folder; where the user is no administrator, its mode says so."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="rights are told by mode and user")
def test_a_folder_without_rights_is_said(data, capsys):
    assert run(data, "status")[0] == cli.GOOD
    data.chmod(0)
    try:
        with no_rights():
            for command in (["status"], ["init"], ["verify"]):
                code, said = said_by(capsys, *command, "--data", data)
                assert code == cli.FAILED
                assert "権限がありません" in said
                assert english(said) == set()
    finally:
        data.chmod(0o755)


def test_without_a_plan_it_is_said_and_nothing_is_made(tmp_path, capsys):
    empty, broken = tmp_path / "empty", tmp_path / "broken"
    empty.mkdir()
    for command in (
        ["status"],
        ["init"],
        ["verify"],
        ["trace", "x"],
        ["samples", "--load"],
        ["export", tmp_path / "o"],
    ):
        for folder in (empty, tmp_path / "none"):
            code, said = said_by(capsys, *command, "--data", folder)
            assert code == cli.FAILED
            assert "がありません。" in said
    assert list(tmp_path.iterdir()) == [empty]
    assert list(empty.iterdir()) == []
    (broken / "plans" / "p").mkdir(parents=True)
    (broken / "plans" / "p" / "plan.toml").write_text("x = [", encoding="utf-8")
    for command in ("status", "init"):
        code, said = said_by(capsys, command, "--data", broken)
        assert code == cli.FAILED
        assert "p/plan.toml" in said
        assert "読める計画がありません" in said


@pytest.mark.parametrize("end", ["zz", "12", "12-", "12-xyz"])
def test_a_slip_in_a_mark_that_was_written_down_is_no_damage(data, capsys, end):
    run(data, "init")
    code, said = said_by(capsys, "verify", "--end", end, "--data", data)
    assert code == cli.FAILED
    assert "照合値として読めません" in said


def test_a_damaged_store_is_said_by_every_command(data, tmp_path, capsys):
    (data / "kpi.duckdb").write_bytes(b"rubbish " * 5000)
    commands = (
        ["init"], ["status"], ["verify"], ["trace", "x"], ["export", tmp_path / "o"], ["template"], ["load", data],
        ["samples", "--remove"], ["backup", tmp_path / "b"], ["rebuild", tmp_path / "r"],
    )  # fmt: skip
    for command in commands:
        code, said = said_by(capsys, *command, "--data", data)
        assert code == (cli.LOOK if command == ["verify"] else cli.FAILED)  # what verify is asked for is what it finds
        assert "壊れている" in said
        assert english(said, "kpi.duckdb") == set()


def test_a_store_cut_short_is_said(data, capsys):
    run(data, "init")
    path = data / "kpi.duckdb"
    whole = path.read_bytes()
    for share in (0.25, 0.5, 0.75):
        path.write_bytes(whole[: int(len(whole) * share)])
        code, said = said_by(capsys, "status", "--data", data)
        assert code == cli.FAILED
        assert "壊れている" in said


# --- what nobody has foreseen ---


def test_an_error_nobody_has_foreseen_is_one_sentence(data, capsys, monkeypatch):
    monkeypatch.delenv("KPI_DEBUG", raising=False)
    for error in (
        RuntimeError("odd words"),
        RecursionError("deep"),
        MemoryError(),
        UnicodeEncodeError("a", "b", 0, 1, "c"),
    ):

        def broken(*_given: object, told: Exception = error) -> None:
            raise told

        monkeypatch.setattr(terminal, "status_rows", broken)
        assert cli.main(["status", "--data", str(data)]) == cli.FAILED
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
        assert said.endswith("。\n")
        assert english(said) == set()


def test_with_debug_it_is_told_whole(data, caplog, monkeypatch):
    def broken(*_given: object) -> None:
        raise RuntimeError("odd words")

    monkeypatch.setattr(terminal, "status_rows", broken)
    assert run(data, "status")[0] == cli.FAILED
    assert "odd words" not in caplog.text
    assert run(data, "status", "--debug")[0] == cli.FAILED
    assert "odd words" in caplog.text


def test_an_interrupt_is_said(data, capsys, monkeypatch):
    def interrupted(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(terminal, "status_rows", interrupted)
    code, said = said_by(capsys, "status", "--data", data)
    assert code == interrupt.CODE
    assert said.endswith("中断しました。\n")


def odd_names(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """A file whose name no terminal can show whole, and one that is not there; with the names that are told."""
    odd = tmp_path / "é高\N{GRINNING FACE}.xlsx"
    odd.write_bytes(b"x")
    yield odd, [odd.name]
    yield tmp_path / "ない.xlsx", []


def is_told(said: Mapping[str, Any], names: list[str]) -> None:
    assert [f["file"] for f in said["files"]] == names
    assert ("ファイルがありません" in said.get("error", "")) != bool(names)


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "euc_jp", "utf-16", "latin-1"])
def test_json_is_json_in_any_encoding_of_the_terminal(data, tmp_path, encoding, monkeypatch):
    for path, names in odd_names(tmp_path):
        streams = {name: io.TextIOWrapper(io.BytesIO(), encoding) for name in ("stdout", "stderr")}
        with monkeypatch.context() as patch:
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            assert cli.main(["--data", str(data), "load", "--json", str(path)]) == cli.FAILED
        told = {name: stream.buffer.getvalue().decode(encoding) for name, stream in streams.items()}
        is_told(json.loads(told["stdout"]), names)
        assert "Traceback" not in told["stderr"]


@pytest.mark.campaign
def test_json_is_json_where_the_environment_tells_the_encoding(data, tmp_path):
    command = [sys.executable, "-m", "loaders", "--data", str(data), "load", "--json"]
    environment = {**os.environ, "PYTHONIOENCODING": "cp932", "PYTHONUTF8": "0"}
    for path, names in odd_names(tmp_path):
        told = subprocess.run([*command, str(path)], cwd=ROOT, env=environment, capture_output=True, check=False)
        assert told.returncode == cli.FAILED
        is_told(json.loads(told.stdout.decode("cp932")), names)
        assert b"Traceback" not in told.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="redirections of a shell")
@pytest.mark.parametrize(
    ("where", "code"), mostly([(">/dev/full", 2), (">&-", 0), ("2>&-", 0), ("| head -1", 0), (">&- 2>&-", 0)], every=3)
)
def test_wherever_the_output_goes_no_traceback_comes(data, where, code):
    store(data)
    command = f'"{sys.executable}" -m loaders --data "{data}" status {where}'
    told = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == code
    assert "Traceback" not in told.stderr
    assert "Exception ignored" not in told.stderr
    if where == ">/dev/full":
        assert told.stderr == "保存先の空きが足りません。\n"


@pytest.mark.parametrize(
    "arguments", [("load", ""), ("load", " "), ("export", ""), ("--db", "", "status"), ("--data", "", "status")]
)
def test_an_empty_name_is_no_folder(data, capsys, arguments, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, said = said_by(capsys, "--data", data, *arguments)
    assert code == cli.FAILED
    assert "値を1つ指定してください" in said
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have names only elsewhere")
@pytest.mark.parametrize("command", [("status",), ("init",), ("verify",), ("restore", "x")])
def test_what_is_no_ordinary_file_is_never_replaced_by_a_store(data, tmp_path, capsys, command):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, said = said_by(capsys, "--data", data, "--db", pipe, *command)
    assert code == cli.FAILED
    assert "ふつうのファイルではない" in said
    assert pipe.is_fifo()


def test_a_name_with_line_ends_or_bytes_that_are_no_text_is_written_on_one_line(data, tmp_path, capsys):
    (tmp_path / "改\n行.xlsx").write_bytes(form(data))
    code, out = run(data, "load", tmp_path / "改\n行.xlsx", "--send", "--by", "青森\n太郎\udcff", "--json")
    assert (code, [f["file"] for f in json.loads(out)["files"]]) == (cli.GOOD, ["改 行.xlsx"])
    kept = snapshot(data).submissions.iloc[0]
    assert (kept["filename"], kept["saved_by"]) == ("改 行.xlsx", "青森 太郎\ufffd")
    assert said_by(capsys, "--data", data, "trace", "\udcff\n")[0] == cli.LOOK
    for option in (("--department", "\udcff"), ("--round", "\udcff")):
        assert said_by(capsys, "--data", data, "template", *option)[0] == cli.FAILED


def test_a_large_figure_is_told_with_all_its_digits():
    from loaders.cli.terminal import _value

    assert _value(1084620267643.0, "value", "円") == "1,084,620,267,643円"
    assert _value(77.4, "value", "%") == "77.4%"
