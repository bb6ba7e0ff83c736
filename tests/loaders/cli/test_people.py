"""課, 連絡先 and people at the command line: written, compared, put in force."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from kpi.people import OPERATOR
from loaders.cli import commands as cli
from loaders.services import Services
from loaders.store import Rule
from tests.loaders.cli.kit import run, snapshot, store
from tests.loaders.directory.kit import add, drop, edited


def test_the_table_is_written_compared_and_put_in_force(data, tmp_path):
    services = Services(store(data), OPERATOR, data)
    for rule in (Rule("", "mail", "a@x.jp", "admin"), Rule("", "mail", "b@x.jp", "reader")):
        services.set_membership(rule)
    path = tmp_path / "表.xlsx"
    code, out = run(data, "people", "--out", path)
    assert (code, out) == (cli.GOOD, f"課・連絡先・利用者の表を書き出しました: {path}\n")
    assert run(data, "people", path) == (cli.GOOD, "変わるところはありません。\n")
    path.write_bytes(
        edited(
            path.read_bytes(),
            drop(規則の番号="M002"),
            add(部局="商工労働部", 課="商工政策課", 担当する指標="産1", 連絡先メール="shoko@x.jp"),
        )
    )
    code, out = run(data, "people", path)
    assert code == cli.LOOK
    assert "商工労働部の課「商工政策課」" in out
    assert "利用者「b@x.jp」(メール)" in out
    assert "--apply を付けると変更します" in out
    assert snapshot(data).plan.department("commerce").divisions == ()
    code, out = run(data, "people", path, "--apply", "--by", "青森 花子", "--reason", "4月の異動")
    assert (code, out.splitlines()[-1]) == (cli.LOOK, "1件のうち1件を変更しました。")
    (made,) = snapshot(data).plan.department("commerce").divisions
    assert (made.name, made.mail, made.indicators) == ("商工政策課", "shoko@x.jp", ("dx-support",))
    log = store(data).log(kind="change_plan").iloc[0]
    assert (log["who"], log["reason"]) == ("青森 花子", "4月の異動")
    assert run(data, "people", path, "--apply", "--end")[0] == cli.GOOD
    assert [r.pattern for r in store(data).memberships()] == ["a@x.jp"]
    assert run(data, "people", path)[1] == "変わるところはありません。\n"


def test_what_cannot_be_read_is_told_by_its_cell_and_the_rest_is_done(data, tmp_path):
    path = tmp_path / "表.xlsx"
    run(data, "people", "--out", path)
    path.write_bytes(
        edited(
            path.read_bytes(),
            add(部局="商工労働部", 課="商工政策課", 担当する指標="産99"),
            add(部局="県土整備部", 課="道路課"),
        )
    )
    code, out = run(data, "people", path, "--apply")
    sheet = load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]
    assert code == cli.LOOK
    assert f"要修正: [課・連絡先・利用者!F{sheet.max_row - 1}] 指標「産99」がありません。" in out
    assert snapshot(data).plan.department("commerce").divisions == ()
    assert [v.name for v in snapshot(data).plan.department("land").divisions] == ["道路課"]


def test_what_is_no_table_or_no_file_is_refused_in_a_sentence(data, tmp_path, capsys):
    (tmp_path / "違う.xlsx").write_bytes(b"x")
    assert run(data, "people", tmp_path / "違う.xlsx")[0] == cli.FAILED
    assert run(data, "people", tmp_path / "ない.xlsx")[0] == cli.FAILED
    assert run(data, "people")[0] == cli.FAILED
    assert "Traceback" not in capsys.readouterr().err
