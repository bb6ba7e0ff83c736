"""``python -m loaders export --parquet``: what it says, its exit codes, and what it never touches."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from loaders.cli import commands as cli
from loaders.store import Store
from tests.loaders.cli.kit import NOW, form, run
from tests.samplekit import PLAN, with_samples


def count(folder: Path, query: str = "count(*)", table: str = "observations") -> object:
    glob = f"{folder}/{table}/**/*.parquet"
    ((found,),) = duckdb.sql(f"SELECT {query} FROM read_parquet('{glob}', hive_partitioning = true)").fetchall()
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


WHOLE = ["assessments", "cards", "data_dictionary.csv", "observations", "published_values"]


def test_an_answer_is_written_and_what_is_written_is_said(data, tmp_path):
    (tmp_path / "回答.xlsx").write_bytes(form(data))
    run(data, "load", tmp_path / "回答.xlsx", "--send")
    out = tmp_path / "deep" / "out"
    code, said = run(data, "export", "--parquet", out)
    assert (code, said) == (cli.GOOD, f"書き出しました: {out}(列の説明: data_dictionary.csv)\n")
    assert names(out) == WHOLE
    assert (count(out), count(out, "sum(value_decimal)"), count(out, "any_value(file_name)")) == (1, 40, "回答.xlsx")
    assert count(out, "any_value(assessed_on)", "assessments") == NOW.date()


def test_a_store_without_an_answer_exports_all_tables(data, tmp_path):
    assert run(data, "export", tmp_path / "out", "--parquet")[0] == cli.GOOD
    assert names(tmp_path / "out") == WHOLE
    assert (count(tmp_path / "out"), count(tmp_path / "out", table="cards")) == (0, 19)


def test_an_export_is_replaced_by_the_next(data, tmp_path):
    run(data, "export", "--parquet", tmp_path / "out")
    (tmp_path / "回答.xlsx").write_bytes(form(data))
    run(data, "load", tmp_path / "回答.xlsx", "--send")
    assert run(data, "export", "--parquet", tmp_path / "out")[0] == cli.GOOD
    assert count(tmp_path / "out") == 1
    assert not [name for name in names(tmp_path) if name.startswith(".")]


def test_samples_are_said_and_marked(tmp_path):
    data = with_samples(tmp_path / "data")
    code, said = run(data, "export", "--parquet", tmp_path / "out")
    assert (code, "サンプルを含みます(sample の列が true の行)。" in said) == (cli.GOOD, True)
    assert count(tmp_path / "out", "bool_and(sample)") is True
    assert count(tmp_path / "out", "bool_or(sample)", "cards") is True
    everything = Store(data / "kpi.duckdb").snapshot(PLAN).observations
    assert count(tmp_path / "out") == len(everything)


def test_the_folder_of_something_else_is_refused_and_left_as_it_is(data, tmp_path, capsys):
    other = tmp_path / "out"
    other.mkdir()
    (other / "大事.txt").write_text("x", "utf-8")
    assert run(data, "export", "--parquet", other)[0] == cli.FAILED
    said = capsys.readouterr().err
    assert said.startswith(f"フォルダー {other} には、この計画の書出しではないものがあります。")
    assert said.endswith("空のフォルダーか、ない名前を指定してください。\n")
    assert names(other) == ["大事.txt"]
    assert run(data, "export", other)[0] == cli.GOOD  # tables for people stand beside what is there
    assert "大事.txt" in names(other)


def test_the_export_of_another_plan_is_refused(data, tmp_path, capsys):
    (data / "plans" / PLAN).rename(data / "plans" / "other")
    assert run(data, "export", "--parquet", tmp_path / "out")[0] == cli.GOOD
    (data / "plans" / "other").rename(data / "plans" / PLAN)
    assert run(data, "export", "--parquet", tmp_path / "out", "--plan", PLAN)[0] == cli.FAILED
    assert "この計画の書出しではない" in capsys.readouterr().err
    assert run(data, "export", "--parquet", tmp_path / "out", "--plan", "other")[0] == cli.GOOD
    assert run(data, "export", "--parquet", tmp_path / "out", "--plan", "none")[0] == cli.FAILED


@pytest.mark.parametrize("name", ["a", "a/b", "長" * 300, "d/" + "長" * 300])
def test_where_no_folder_can_be_the_system_s_word_is_said(data, tmp_path, capsys, name):
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "d").mkdir()
    assert run(data, "export", "--parquet", tmp_path / name)[0] == cli.FAILED
    said = capsys.readouterr().err
    assert said.startswith(str(tmp_path))
    assert said.endswith("。\n")
    assert (tmp_path / "a").read_bytes() == b"x"
    assert not list(tmp_path.rglob(".kpi-export-*"))


def test_a_full_disk_is_said_and_leaves_the_export_before(data, tmp_path, capsys, monkeypatch):
    run(data, "export", "--parquet", tmp_path / "out")

    def full(made: Path, *_given: object) -> None:
        raise OSError(28, "No space left on device", str(made))

    monkeypatch.setattr("loaders.documents.parquet.parquet_dataset.write_tables", full)
    assert run(data, "export", "--parquet", tmp_path / "out")[0] == cli.FAILED
    assert capsys.readouterr().err == f"{tmp_path / 'out'}: 保存先の空きが足りません。\n"
    assert (names(tmp_path / "out"), count(tmp_path / "out")) == (WHOLE, 0)


@pytest.mark.skipif(os.name == "nt", reason="links and modes of files")
def test_a_link_stays_a_link_and_others_may_read_what_the_umask_lets_them(data, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    before = os.umask(0o027)
    try:
        assert run(data, "export", "--parquet", tmp_path / "link")[0] == cli.GOOD
    finally:
        os.umask(before)
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "real") == WHOLE
    assert {oct(p.stat().st_mode & 0o777) for p in (tmp_path / "real").rglob("*") if p.is_dir()} == {"0o750"}
    assert {oct(p.stat().st_mode & 0o777) for p in (tmp_path / "real").rglob("*") if p.is_file()} == {"0o640"}
