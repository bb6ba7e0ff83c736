"""``python -m loaders``: the work on data without a browser, with real forms and the real plan."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from kpi.assessment import Assessment
from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, ReturnState
from kpi.people import OPERATOR
from kpi.plan import Division
from kpi.snapshot import Snapshot
from loaders import settings
from loaders.cli import commands as cli
from loaders.cli import terminal, usage
from loaders.form.writing.writer import write_form
from loaders.services import Desk, intake, operations
from loaders.store import Store
from loaders.workbook.cells import open_book
from tests.storekit import send

ROOT = Path(__file__).resolve().parents[1]
DAY, NOW = date(2026, 11, 21), datetime(2026, 11, 21, 10, 0)
ROUND = "fy2025"


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """The program's own plan and figures in a folder of the test's own, on a day that stands still."""
    folder = tmp_path / "data"
    for name in ("plans", "benchmarks"):
        shutil.copytree(ROOT / "data" / name, folder / name)
    monkeypatch.setattr(settings, "now", lambda: NOW)
    return folder


def run(data: Path, *arguments: object) -> tuple[int, str]:
    out = io.StringIO()
    code = cli.main(["--data", str(data), *map(str, arguments)], out)
    return code, out.getvalue()


def store(data: Path) -> Store:
    return operations.open_store(data, at=NOW)


def snapshot(data: Path) -> Snapshot:
    opened = store(data)
    return opened.snapshot(opened.plan_ids()[0])


def single(found: Snapshot) -> str:
    """A department that answers for one indicator whose card is still empty."""
    for department in found.plan.departments:
        owned = found.plan.owned_by(department.id, DAY)
        if len(owned) == 1 and found.cards[owned[0].id].direction == "increase":
            return department.id
    raise AssertionError


def answers(found: Snapshot, department: str, **more: object) -> dict[str, dict[str, object]]:
    said: dict[str, object] = {
        "value": 40.0, "release": "final", "evidence": "担当課調べ", "section": "担当課", "person": "青森 花子",
        "contact": "ka@pref.example.jp", "baseline": 30.0, "baseline_period": "FY2023", "target": 60.0,
        "target_period": "FY2028",
    }  # fmt: skip
    return {i.id: said | more for i in found.plan.owned_by(department, DAY)}


def form(data: Path, *, sample: bool = False, round_id: str = ROUND, **more: object) -> bytes:
    found = snapshot(data)
    department = single(found)
    return write_form(found.brief(DAY), round_id, department, sample=sample, answers=answers(found, department, **more))


def test_init_makes_the_store_and_says_what_is_in_it(data):
    code, out = run(data, "init")
    assert code == cli.GOOD
    assert (data / "kpi.duckdb").exists()
    assert "19指標" in out
    assert run(data, "init")[0] == cli.GOOD


def test_last_year_s_form_takes_no_answer_s_place_without_being_named(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data, round_id="fy2024"))
    (tmp_path / "もう一度.xlsx").write_bytes(form(data, round_id="fy2024", value=41.0))
    plan = snapshot(data).plan
    then = Desk(store(data), OPERATOR, data, lambda: datetime(2025, 10, 1, 9))
    assert then.open_round(plan.id, plan.round("fy2024")) == ()
    assert run(data, "load", tmp_path / "回答.xlsx", "--send")[0] == cli.GOOD
    code, out = run(data, "load", tmp_path / "もう一度.xlsx", "--send")
    assert code == cli.LOOK
    assert "下書き(送っていません)" in out
    assert "送らずに下書きとして残しました" in out
    assert sorted(snapshot(data).submissions["state"]) == ["draft", "sent"]
    run(data, "load", tmp_path / "もう一度.xlsx", "--send", "--round", "fy2024")
    assert "sent" in set(snapshot(data).submissions["state"])


def test_a_form_for_one_department_and_for_all(data, tmp_path):
    found = snapshot(data)
    department = found.plan.department(single(found))
    code, out = run(data, "template", "--round", ROUND, "--department", department.name(DAY), "-o", tmp_path)
    assert code == cli.GOOD
    path = Path(out.split(": ")[1].strip())
    assert department.name(DAY) in path.name
    assert "KPI調査票" in openpyxl.load_workbook(path).sheetnames
    assert run(data, "template", "-o", tmp_path / "all.zip")[0] == cli.GOOD
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        owners = [d for d in found.plan.departments if found.plan.owned_by(d.id, DAY)]
        assert len(archive.namelist()) == len(owners)


def test_loading_a_folder_tells_what_was_taken_and_what_not(data, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "回答.xlsx").write_bytes(form(data))
    (folder / "壊れ.xlsx").write_bytes(b"nothing")
    code, out = run(data, "load", folder, "--send")
    assert code == cli.LOOK
    lines = out.splitlines()
    assert any("回答.xlsx" in line and "回答済" in line for line in lines)
    assert any("壊れ.xlsx" in line and "取込不可" in line for line in lines)
    assert "2件中1件" in out
    assert len(snapshot(data).observations) == 1
    assert "回答済" in run(data, "status")[1]


def test_loading_nothing_good_fails_and_loading_only_good_succeeds(data, tmp_path):
    (tmp_path / "壊れ.xlsx").write_bytes(b"nothing")
    (tmp_path / "回答.xlsx").write_bytes(form(data))
    assert run(data, "load", tmp_path / "壊れ.xlsx")[0] == cli.FAILED
    assert run(data, "load", tmp_path / "回答.xlsx")[0] == cli.GOOD
    assert run(data, "load", tmp_path / "ない.xlsx")[0] == cli.FAILED


def test_a_zip_is_opened_and_json_is_json(data, tmp_path):
    with zipfile.ZipFile(tmp_path / "まとめ.zip", "w") as archive:
        archive.writestr("回答.xlsx", form(data))
    code, out = run(data, "load", tmp_path / "まとめ.zip", "--json", "--workers", 2)
    told = json.loads(out)
    assert code == cli.GOOD
    assert [(f["round"], f["sent"], f["answers"]) for f in told["files"]] == [(ROUND, False, 1)]
    assert told["files"][0]["submission"]


def test_a_folder_or_a_zip_without_a_form_is_said_to_hold_none(data, tmp_path):
    (tmp_path / "空").mkdir()
    (tmp_path / "別").mkdir()
    (tmp_path / "別" / "送付状.txt").write_text("よろしく", "utf-8")
    with zipfile.ZipFile(tmp_path / "空.zip", "w"):
        pass
    code, out = run(data, "load", tmp_path / "空", tmp_path / "空.zip", tmp_path / "別")
    assert code == cli.FAILED
    assert out.count("の中に、回答のファイルがありません。") == 3
    (tmp_path / "別" / "回答.xlsx").write_bytes(form(data))
    code, out = run(data, "load", tmp_path / "空", tmp_path / "空.zip", tmp_path / "別", "--json")
    told = [i["code"] for i in json.loads(out)["issues"]]
    assert (code, told) == (cli.LOOK, ["intake.empty_folder", "intake.empty_zip", "intake.not_workbook"])


def test_the_same_file_twice_is_said_and_kept_once(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data))
    run(data, "load", tmp_path / "回答.xlsx")
    _, out = run(data, "load", tmp_path / "回答.xlsx")
    assert "同じファイル" in out
    assert len(snapshot(data).submissions) == 1


def test_a_figure_is_traced_to_its_cell_and_the_cell_says_it(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data))
    run(data, "load", tmp_path / "回答.xlsx", "--send", "--by", "青森 太郎")
    code = snapshot(data).observations.iloc[0]["code"]
    status, out = run(data, "trace", code)
    assert status == cli.GOOD
    for said in (code, "回答.xlsx", "青森 太郎", "KPI調査票!", "40"):
        assert said in out
    (passport,) = store(data).trace(code)
    book = open_book(store(data).workbook(passport.sha256)[1], "回答.xlsx")
    cells = next(s for s in book.sheets if s.name == passport.sheet).cells.values()
    assert [c.value for c in cells if c.ref == passport.cell] == [40.0]
    assert run(data, "trace", "ZZZ-0000")[0] == cli.LOOK


def test_a_doubtful_file_waits_as_a_draft_until_it_is_mended(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data, value="約40"))
    code, out = run(data, "load", tmp_path / "回答.xlsx", "--send")
    assert code == cli.LOOK
    assert "要確認" in out
    opened = store(data)
    submission = snapshot(data).submissions.iloc[0]["submission_id"]
    asked = opened.submission(submission).open
    assert [i.key for i in asked] == ["value"]
    mends = [Mend(asked[0].indicator_id, "value", 40.0, "概数で確定")]
    assert intake.mend_return(opened, submission, mends, Act("x", NOW)) == ()
    assert opened.submission(submission).can_send
    send(opened, submission, by="x", at=NOW)
    assert opened.submission(submission).state is ReturnState.SENT
    assert opened.verify() == ()


def test_a_mended_value_is_checked_like_one_in_a_file(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data, value="約40"))
    run(data, "load", tmp_path / "回答.xlsx")
    opened, submission = store(data), snapshot(data).submissions.iloc[0]["submission_id"]
    asked = opened.submission(submission).open[0]
    unsound = [Mend(asked.indicator_id, "baseline", 90.0, "訂正"), Mend(asked.indicator_id, "value", 40.0, "訂正")]
    assert intake.mend_return(opened, submission, unsound, Act("x", NOW)) == ()
    assert opened.submission(submission).open != ()  # the target now lies behind the baseline


def test_export_is_readable_and_text_is_never_a_formula(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data, evidence="＝根拠", analysis="=1+1", actions="@SUM(A1)"))
    run(data, "load", tmp_path / "回答.xlsx", "--send")
    assert run(data, "export", tmp_path / "out")[0] == cli.GOOD
    written = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert len(written) == 4
    csv = next((tmp_path / "out").glob("*観測値.csv"))
    assert csv.read_bytes().startswith(b"\xef\xbb\xbf")
    row = pd.read_csv(csv).iloc[0]
    assert (row["値"], row["確認"], row["ファイル"]) == (40.0, "未確認", "回答.xlsx")
    book = openpyxl.load_workbook(next((tmp_path / "out").glob("*観測値.xlsx")))
    for cell in (c for r in book.active.iter_rows() for c in r):
        assert cell.data_type != "f"


def test_an_empty_store_exports_too(data, tmp_path):
    assert run(data, "export", tmp_path / "out")[0] == cli.GOOD


def test_verify_rebuild_and_backup(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data))
    run(data, "load", tmp_path / "回答.xlsx", "--send")
    assert run(data, "verify") == (cli.GOOD, "問題はありません。\n")
    code, out = run(data, "rebuild", tmp_path / "again.duckdb")
    assert (code, out) == (cli.GOOD, "作り直した結果は同じです。\n")
    assert run(data, "rebuild", tmp_path / "again.duckdb")[0] == cli.FAILED
    end = Store(data / "kpi.duckdb").log_head().mark
    code, out = run(data, "backup", tmp_path / "copy.duckdb")
    made = tmp_path / f"copy_{end}.duckdb"
    assert (code, str(made) in out) == (cli.GOOD, True)
    assert run(data, "verify", "--end", end) == (cli.GOOD, "問題はありません。\n")
    code, out = run(data, "verify", "--end", "1-000000000000")
    assert (code, "書き換えられています" in out) == (cli.LOOK, True)
    copied = Store(made).snapshot("aomori-dx-2024").observations
    again = Store(tmp_path / "again.duckdb").snapshot("aomori-dx-2024").observations
    assert copied.equals(snapshot(data).observations)
    assert again.equals(copied)


def test_a_damaged_store_is_restored_from_its_copy_and_kept_beside_it(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data))
    run(data, "load", tmp_path / "回答.xlsx", "--send")
    assert run(data, "backup", tmp_path / "copy.duckdb")[0] == cli.GOOD
    (copy,) = tmp_path.glob("copy_*.duckdb")
    before = run(data, "status")
    (data / "kpi.duckdb").write_bytes(b"damaged")
    assert run(data, "status")[0] == cli.FAILED
    code, out = run(data, "restore", copy)
    assert (code, "戻しました" in out) == (cli.GOOD, True)
    assert run(data, "status") == before
    assert [p.read_bytes() for p in data.glob("kpi.duckdb.restore-*.bak")] == [b"damaged"]
    assert run(data, "restore", tmp_path / "nowhere.duckdb")[0] == cli.FAILED


def test_samples_come_and_go_round_by_round(data):
    (data / "samples").mkdir()
    for round_id, value in (("fy2024", 35.0), (ROUND, 40.0)):
        (data / "samples" / f"{round_id}.xlsx").write_bytes(form(data, sample=True, round_id=round_id, value=value))
    assert run(data, "samples", "--load")[0] == cli.GOOD
    found = snapshot(data)
    assert found.has_samples
    assert sorted(found.submissions["round_id"]) == ["fy2024", ROUND]
    assert found.submissions["saved_at"].is_monotonic_increasing
    assert found.observations["sample"].all()
    assert run(data, "samples", "--remove")[0] == cli.GOOD
    assert snapshot(data).submissions.empty
    assert store(data).verify() == ()


def test_a_broken_plan_is_said_and_the_rest_works(data):
    (data / "plans" / "broken").mkdir()
    (data / "plans" / "broken" / "plan.toml").write_text("これは = TOMLではない [", encoding="utf-8")
    code, out = run(data, "init")
    assert code == cli.LOOK
    assert "broken" in out
    assert run(data, "status")[0] == cli.GOOD


@pytest.mark.parametrize(
    "arguments",
    [("template", "--round", "ない"), ("template", "--department", "ない部"), ("--plan", "ない", "status")],
)
def test_a_wrong_name_lists_the_right_ones(data, capsys, arguments):
    assert run(data, *arguments)[0] == cli.FAILED
    assert "ありません" in capsys.readouterr().err


def test_columns_line_up_on_a_terminal(data):
    run(data, "round", "start", "targets")
    _, out = run(data, "status")
    lines = [line for line in out.splitlines() if "未回答" in line]
    places = {terminal.text_width(line[: line.index("未回答")]) for line in lines}
    assert len(lines) > 10
    assert len(places) == 1


def test_the_module_runs_as_a_program(data):
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    told = program(environment, "--data", str(data), "init")
    assert (told.returncode, told.stderr) == (0, "")
    unknown = program(environment, "nothing")
    assert unknown.returncode == 2
    assert "使い方" in unknown.stderr


def program(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loaders", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


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
    desk = Desk(store(data), OPERATOR, data)
    assert desk.set_divisions(found.plan.id, LAND, own) == ()
    other = found.plan.owned_by(single(found), DAY)[0].id
    asked = replace(
        found.plan.round(ROUND), id="small", name="追加照会", departments=(LAND, single(found)),
        indicators=(owned[0], other), opens=DAY, due=date(2026, 12, 10),
    )  # fmt: skip
    assert desk.open_round(found.plan.id, asked) == ()
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


@pytest.mark.parametrize("command", ["", *cli._COMMANDS])
def test_help_has_japanese_headings(capsys, command):
    code, said = said_by(capsys, *filter(None, [command]), "--help")
    assert code == 0
    assert said.startswith("使い方: ")
    assert english(said, "KPI", "data kpi duckdb zip ID JSON CSV Excel K7Q list start cancel JIS new plan") == set()


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
    assert code == cli.FAILED
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
    ("where", "code"), [(">&-", 0), ("2>&-", 0), (">/dev/full", 2), ("| head -1", 0), (">&- 2>&-", 0)]
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
