"""Rounds, folders, days, names and states at the command line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from kpi.assessment import Assessment
from kpi.people import OPERATOR
from kpi.plan import Division
from loaders import settings
from loaders.cli import commands as cli
from loaders.cli import terminal
from loaders.form.writing.writer import write_form
from loaders.services import Services
from tests import ROOT
from tests.loaders.cli.kit import DAY, NOW, ROUND, answers, form, run, single, snapshot, store

# --- rounds ---


def stages(data: Path) -> dict[str, str]:
    _, out = run(data, "round")
    return {cells[0]: cells[2] for line in out.splitlines()[2:] if len(cells := line.split()) > 2}


def test_a_round_of_the_plan_is_started_and_given_up_at_the_command_line(data, capsys):
    assert set(stages(data).values()) == {"予定"}
    code, out = run(data, "round", "start", "targets", "--by", "青森 花子", "--reason", "初年度")
    assert (code, out) == (cli.GOOD, "「目標値等設定照会」を始めました。期限は2027-01-21 17時です。\n")
    assert run(data, "round", "start", "令和7年度実績照会", "--due", "2026-12-18")[0] == cli.GOOD
    assert run(data, "round", "cancel", "fy2024")[0] == cli.GOOD
    assert stages(data) == {
        "targets": "実施中", "fy2024": "取りやめ", "fy2025": "実施中",
        **dict.fromkeys(["fy2026", "fy2027", "fy2028"], "予定"),
    }  # fmt: skip
    asked = snapshot(data).plan.round("fy2025")
    assert (asked.opens, asked.due, asked.assumption) == (DAY, date(2026, 12, 18), "")
    log = store(data).log(kind="open_round").iloc[-1]
    assert (log["who"], log["reason"]) == ("青森 花子", "初年度")
    for refused in (["start", "targets"], ["start"], ["cancel", "targets"], ["cancel", "fy2024"], ["start", "fy1999"],
                    ["start", "fy2024", "--due", "2026-11-20"], ["start", "fy2024", "--due", "昨日"]):  # fmt: skip
        assert run(data, "round", *refused)[0] == cli.FAILED, refused
    capsys.readouterr()
    assert run(data, "round", "start", "fy2024", "--due", "2026-11-27")[0] == cli.GOOD
    assert stages(data)["fy2024"] == "実施中"
    assert store(data).verify() == ()


def test_an_answer_sent_in_a_proposal_starts_it_without_making_anybody_late(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data, round_id="fy2024"))
    assert run(data, "load", tmp_path / "回答.xlsx")[0] == cli.GOOD
    assert stages(data)["fy2024"] == "予定"  # a draft is no answer
    (tmp_path / "回答.xlsx").write_bytes(form(data, round_id="fy2024", value=41.0))
    assert run(data, "load", tmp_path / "回答.xlsx", "--send")[0] == cli.GOOD
    _, out = run(data, "status")
    assert stages(data)["fy2024"] == "実施中"
    assert "期限未設定" in out
    assert "過ぎて" not in out
    (told,) = store(data).log(kind="start_round").to_dict("records")
    assert (told["kind_word"], told["subject_word"]) == ("照会の開始(最初の回答)", "令和6年度実績照会")
    assert "R7.11.28" in told["before"]
    assert store(data).verify() == ()


# --- the surroundings ---


def test_commands_and_screens_take_folder_and_day_from_the_same_settings(data, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("KPI_DATA", str(data))
    monkeypatch.setenv("KPI_TODAY", "2025-10-01")
    out = io.StringIO()
    assert cli.main(["round", "start", "fy2024"], io.StringIO()) == cli.GOOD
    assert cli.main(["status"], out) == cli.GOOD
    assert str(data / "kpi.duckdb") in out.getvalue()
    assert "令和6年度実績照会" in out.getvalue()
    board, _, coming = out.getvalue().partition("次の照会(予定)")
    assert "令和7年度実績照会" not in board
    assert "令和7年度実績照会" in coming
    code = "from pages.parts.app import clock, storage; print(clock.today(), storage.DATA)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["2025-10-01", str(data)]


def test_an_option_goes_before_the_environment_and_an_empty_setting_is_none(data, monkeypatch, tmp_path):
    monkeypatch.setenv("KPI_DATA", str(tmp_path / "none"))
    assert run(data, "status")[0] == cli.GOOD
    monkeypatch.setenv("KPI_DATA", "")
    assert settings.data_folder() == ROOT / "data"


def test_a_day_that_is_none_is_said(data, monkeypatch, capsys):
    monkeypatch.undo()
    monkeypatch.setenv("KPI_TODAY", "あした")
    assert run(data, "status")[0] == cli.FAILED
    assert "KPI_TODAY の「あした」は日付として読めません" in capsys.readouterr().err


# --- names, places, states ---


def test_shared_options_stand_before_or_behind_the_command(data, tmp_path):
    own = tmp_path / "own.duckdb"
    for arguments in (["--db", own, "init", "--data", data], ["init", "--data", data, "--db", own]):
        out = io.StringIO()
        assert cli.main([str(a) for a in arguments], out) == cli.GOOD
        assert str(own) in out.getvalue()
    assert not (data / "kpi.duckdb").exists()
    assert cli.main(["--data", str(tmp_path / "none"), "status", "--data", str(data)], io.StringIO()) == cli.GOOD
    assert cli.main(["status", "--data", str(data), "--plan", "ない"], io.StringIO()) == cli.FAILED


def test_loading_takes_names_as_well_as_ids_and_tells_which_there_are(data, tmp_path, capsys):
    found = snapshot(data)
    department = found.plan.department(single(found))
    book = openpyxl.load_workbook(io.BytesIO(form(data)))
    for sheet in book.sheetnames:
        if sheet != "KPI調査票":
            del book[sheet]
    book.save(tmp_path / "a.xlsx")
    for option in ("--department", "--round"):
        assert run(data, "load", tmp_path / "a.xlsx", option, "xx")[0] == cli.FAILED
        said = capsys.readouterr().err
        assert "「xx」がありません" in said
        assert (department.name(DAY) if option == "--department" else "令和7年度実績照会") in said
    assert snapshot(data).submissions.empty
    asked = found.plan.round(ROUND)
    names = ("--round", asked.name, "--department", department.name(DAY))
    assert run(data, "load", tmp_path / "a.xlsx", *names)[0] != cli.FAILED
    kept = snapshot(data).submissions.iloc[0]
    assert (kept["round_id"], kept["department_id"]) == (ROUND, department.id)


def test_a_later_draft_does_not_hide_what_was_sent(data, tmp_path):
    folder = tmp_path / "fy2025"
    folder.mkdir()
    (folder / "一.xlsx").write_bytes(form(data))
    run(data, "load", tmp_path / "fy2025", "--send")
    (folder / "二.xlsx").write_bytes(form(data, value=41.0))
    run(data, "load", folder / "二.xlsx")
    line = next(line for line in run(data, "status")[1].splitlines() if "二.xlsx" in line)
    assert "回答済・差替えの下書きあり" in line
    run(data, "load", folder / "二.xlsx", "--send")
    (line,) = (line for line in run(data, "status")[1].splitlines() if "回答済" in line)
    assert "下書きあり" in line  # a file known already is not sent by loading it again


LAND, ROAD, SOIL = "land", "road", "soil"


@pytest.fixture
def divided(data) -> Path:
    """A round of its own that asks two departments for one indicator each; 県土整備部 has two 課."""
    found = snapshot(data)
    owned = [i.id for i in found.plan.owned_by(LAND, DAY)]
    own = (Division(ROAD, "道路課", tuple(owned[:1])), Division(SOIL, "整備企画課", tuple(owned[1:])))
    services = Services(store(data), OPERATOR, data)
    assert services.set_divisions(found.plan.id, LAND, own) == ()
    other = found.plan.owned_by(single(found), DAY)[0].id
    asked = replace(
        found.plan.round(ROUND), id="small", name="追加照会", departments=(LAND, single(found)),
        indicators=(owned[0], other), opens=DAY, due=date(2026, 12, 10),
    )  # fmt: skip
    assert services.open_round(found.plan.id, asked) == ()
    return data


def of_division(data: Path) -> bytes:
    found = snapshot(data)
    said = answers(found, LAND)
    return write_form(found.brief(DAY), "small", LAND, division_id=ROAD, answers=said)


def test_the_status_names_who_was_asked_and_each_division(divided, tmp_path):
    (tmp_path / "課.xlsx").write_bytes(of_division(divided))
    run(divided, "load", tmp_path / "課.xlsx")
    found = snapshot(divided)
    told = [r for r in terminal.status_rows(Assessment.of(found, NOW.date()), NOW) if r["照会"] == "追加照会"]
    names = [found.plan.department(d).name(DAY) for d in (LAND, single(found))]
    assert [(r["部局・課"], r["指標"], r["状態"], r["ファイル"]) for r in told] == [
        (names[1], 1, "未回答", ""),
        (names[0], 1, "未回答", ""),
        ("　道路課", 1, "下書き", "課.xlsx"),
    ]
    assert {r["期限"] for r in told} == {"あと19日"}
    assert "　道路課" in run(divided, "status")[1]


@pytest.mark.parametrize("shape", [(), ("--json",)], ids=["text", "json"])
def test_what_a_division_answers_is_kept_and_said_not_to_be_sent(divided, tmp_path, shape):
    (tmp_path / "課.xlsx").write_bytes(of_division(divided))
    code, out = run(divided, "load", tmp_path / "課.xlsx", "--send", *shape)
    assert code == cli.LOOK
    assert list(snapshot(divided).submissions["state"]) == ["draft"]
    if shape:
        (one,) = json.loads(out)["files"]
        assert (one["sent"], [i["code"] for i in one["unsent"]]) == (False, ["return.of_division"])
        return
    assert "下書き(送っていません)" in out
    assert "主管課が部局の回答にまとめて" in out


def test_a_backup_replaces_nothing(data, tmp_path, capsys):
    copy = tmp_path / "copy.duckdb"
    assert run(data, "backup", copy)[0] == cli.GOOD
    (first,) = tmp_path.glob("copy_*.duckdb")
    before = first.stat()
    assert run(data, "backup", copy)[0] == cli.GOOD  # by then the log has another end, and the copy another name
    assert first.stat() == before
    copy.write_bytes(b"kept")
    code, out = run(data, "backup", copy)
    assert (code, copy.read_bytes()) == (cli.FAILED, b"kept")
    assert "すでにあります" in out
    for command in ("backup", "rebuild"):
        code, out = run(data, command, tmp_path / "typo" / "copy.duckdb")
        assert code == cli.FAILED
        assert "がありません" in out + capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


def test_a_file_name_that_is_no_text_is_kept_readable(data, tmp_path):
    folder = os.fsencode(tmp_path) + b"/in"
    os.mkdir(folder)
    try:
        with open(folder + b"/\xff.xlsx", "wb") as book:
            book.write(form(data))
    except OSError:
        pytest.skip("this file system knows no such names")
    assert run(data, "load", tmp_path / "in")[0] == cli.GOOD
    assert snapshot(data).submissions.iloc[0]["filename"] == "\N{REPLACEMENT CHARACTER}.xlsx"


def test_a_new_plan_in_a_new_folder_loads_without_a_fault(tmp_path):
    given = ("--name", "次の計画", "--start", "FY2029", "--end", "FY2033", "--area-code", "02", "--area-name", "青森県")
    code, out = run(tmp_path / "data", "new-plan", "next", *given)
    assert (code, "breaks.csv" in out) == (0, True)
    code, out = run(tmp_path / "data", "init")
    assert (code, "次の計画(0指標)" in out) == (0, True)
    # What is there already is left as it is.
    kept = tmp_path / "data" / "benchmarks" / "series.csv"
    kept.write_bytes(kept.read_bytes() + b"\r\n")
    before = kept.read_bytes()
    assert run(tmp_path / "data", "new-plan", "other", *given)[0] == 0
    assert kept.read_bytes() == before
