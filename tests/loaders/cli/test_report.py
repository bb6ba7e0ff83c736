"""``python -m loaders report``: the files of a round's paper, as on the screen."""

from dataclasses import replace
from hashlib import sha256

import openpyxl
import pytest

from kpi.people import OPERATOR
from loaders.cli import commands as cli
from loaders.services import Services
from tests.loaders.cli.kit import NOW, ROUND, run, store
from tests.screenkit import lead
from tests.screenkit import run as screen


def test_the_paper_of_the_round_stands_in_the_folder(data, tmp_path):
    out = tmp_path / "new" / "paper"
    code, said = run(data, "report", "--out", out, "--format", "xlsx", "--format", "csv", "--round", ROUND)
    assert code == cli.GOOD
    assert "作業中の資料です" in said
    assert sorted(p.suffix for p in out.iterdir()) == [".csv", ".xlsx"]
    (book,) = out.glob("*.xlsx")
    assert "資料1 一覧" in openpyxl.load_workbook(book).sheetnames
    assert str(book) in said


def test_what_cannot_be_printed_is_said_and_the_rest_is_written(data, tmp_path, monkeypatch):
    monkeypatch.setenv("KPI_CHROMIUM", "/nowhere/chromium")
    code, said = run(data, "report", "--out", tmp_path / "a", "--format", "pdf", "--format", "csv")
    assert code == cli.LOOK
    assert "Chromium" in said
    assert [p.suffix for p in (tmp_path / "a").iterdir()] == [".csv"]
    code, said = run(data, "report", "--out", tmp_path / "b")
    assert code == cli.GOOD
    assert {p.suffix for p in (tmp_path / "b").iterdir()} == {".xlsx", ".docx", ".html", ".csv"}


def test_only_the_pages_that_were_asked_for(data, tmp_path):
    run(data, "report", "--out", tmp_path / "a", "--format", "html", "--only", "基1")
    (page,) = (tmp_path / "a").iterdir()
    assert page.read_text().count('class="part indicator"') == 1


def test_the_anticipated_questions_are_written_when_asked_for_alone(data, tmp_path, capsys):
    code, _ = run(data, "report", "--anticipated", "--out", tmp_path / "a", "--format", "docx", "--format", "html")
    assert code == cli.GOOD
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert [p.rsplit(".", 1)[-1] for p in names] == ["docx", "html"]
    assert all("想定問答_" in name and "_部内限" in name for name in names)
    run(data, "report", "--out", tmp_path / "b", "--format", "csv", "--format", "html", "--format", "xlsx")
    assert not [p for p in (tmp_path / "b").iterdir() if "想定問答" in p.name]
    for odd in (("--format", "xlsx"), ("--only", "基1"), ("--department", "総務部")):
        assert run(data, "report", "--anticipated", "--out", tmp_path / "c", *odd)[0] == cli.FAILED
        assert "想定問答" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    "given",
    [
        ("--department", "総務部", "--only", "基1"),
        ("--against", "幹事会案", "--only", "基1"),
        ("--against", "幹事会案", "--department", "総務部"),
        ("--against", "幹事会案", "--anticipated"),
    ],
)
def test_what_would_leave_out_or_ignore_what_was_asked_for_is_refused(data, tmp_path, given, capsys):
    assert run(data, "report", "--round", "fy2025", "--out", tmp_path / "a", *given)[0] == cli.FAILED
    assert not (tmp_path / "a").exists()
    assert "--only" in capsys.readouterr().err


@pytest.mark.parametrize("given", [("--round", "none"), ("--only", "none"), ("--out", "{file}")])
def test_what_there_is_not_is_refused(data, tmp_path, given, capsys):
    (tmp_path / "file").write_text("x")
    given = [str(tmp_path / "file") if one == "{file}" else one for one in given]
    assert run(data, "report", "--out", tmp_path / "a", *given)[0] == cli.FAILED
    assert not (tmp_path / "a").exists() or not list((tmp_path / "a").iterdir())
    assert "。" in capsys.readouterr().err


def test_a_version_is_compared_with_what_is_known_now(data, tmp_path, capsys):
    plan_id = store(data).plan_ids()[0]
    own = Services(store(data), OPERATOR, data, lambda: NOW)
    own.make_report(plan_id, ROUND, "board")
    out = ("--round", ROUND, "--out", tmp_path / "a", "--format", "html", "--format", "docx")
    assert run(data, "report", *out, "--against", "幹事会")[0] == cli.FAILED
    assert "残した版: 幹事会案" in capsys.readouterr().err
    code, said = run(data, "report", *out, "--against", "幹事会案")
    assert code == cli.GOOD
    assert "正誤表は書き出しません" in said
    assert [p.name.partition("_")[0] for p in (tmp_path / "a").iterdir()] == ["新旧対照表"]


def test_a_version_comes_out_as_it_was_kept(data, tmp_path, monkeypatch, capsys):
    own = Services(store(data), OPERATOR, data, lambda: NOW)
    monkeypatch.setenv("KPI_CHROMIUM", "/nowhere/chromium")
    own.make_report(store(data).plan_ids()[0], ROUND, "board")
    code, said = run(data, "report", "--round", ROUND, "--version", "幹事会案", "--out", tmp_path / "a")
    assert code == cli.GOOD
    (version,) = store(data).snapshot(store(data).plan_ids()[0]).versions[ROUND]
    kept = {one.name: one.sha256 for one in version.files}
    assert {p.name: sha256(p.read_bytes()).hexdigest() for p in (tmp_path / "a").iterdir()} == kept
    assert all(name in said for name in kept)
    code, said = run(
        data, "report", "--round", ROUND, "--version", "幹事会案", "--format", "pdf", "--out", tmp_path / "b"
    )
    assert (code, "残っていません" in said) == (cli.LOOK, True)
    for odd, told in (
        (("--version", "公表版"), "残した版: 幹事会案"),
        (("--version", "幹事会案", "--only", "基1"), "--version は"),
    ):
        assert run(data, "report", "--round", ROUND, *odd, "--out", tmp_path / "c")[0] == cli.FAILED
        assert told in capsys.readouterr().err


def test_without_a_round_it_is_the_one_of_the_screen_though_an_older_one_is_open(data, tmp_path, use):
    own = Services(store(data), OPERATOR, data, lambda: NOW)
    plan = own.store.plan(own.store.plan_ids()[0])
    older, newer = plan.rounds[0], plan.round(ROUND)
    assert plan.rounds.index(newer) > 0
    for one in (older, newer):
        assert own.open_round(plan.id, replace(one, opens=NOW.date(), division_due=None, due=None)) == ()
    assert own.close_round(plan.id, ROUND) == ()
    code, said = run(data, "report", "--out", tmp_path / "a", "--format", "csv")
    assert (code, "作業中" in said) == (cli.GOOD, False)
    (path,) = (tmp_path / "a").iterdir()
    assert "作業中" not in path.name
    use(data)
    at = screen("report")
    assert newer.name in lead(at)
    rounds = next(box for box in at.selectbox if box.label == "照会")
    assert rounds.value == ROUND
    assert len(rounds.options) == 2
