"""``python -m loaders``: the work on data without a browser, with real forms and the real plan."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, ReturnState
from kpi.people import OPERATOR
from loaders.cli import commands as cli
from loaders.cli import terminal
from loaders.services import Services, intake
from loaders.store import Store
from loaders.workbook.cells import open_book
from tests import ROOT
from tests.loaders.cli.kit import DAY, NOW, ROUND, form, run, single, snapshot, store
from tests.storekit import send


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
    then = Services(store(data), OPERATOR, data, lambda: datetime(2025, 10, 1, 9))
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
    mends = [Mend(asked[0].subject_id, "value", 40.0, "概数で確定")]
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
    unsound = [Mend(asked.subject_id, "baseline", 90.0, "訂正"), Mend(asked.subject_id, "value", 40.0, "訂正")]
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
    copied = Store(made).snapshot("prefecture").observations
    again = Store(tmp_path / "again.duckdb").snapshot("prefecture").observations
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
