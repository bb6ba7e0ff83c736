"""A plan begun from its workbook in a store that does not have it: the plan of its folder, and no second one later."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.issue import Severity
from kpi.people import OPERATOR
from kpi.plan import Plan
from loaders.benchmarks.benchmark_files import write_empty
from loaders.cli.commands import main
from loaders.plan.folder import load_plan
from loaders.plan.plan_files import write_folder
from loaders.plan.plan_workbook import workbook_name
from loaders.services import Services
from loaders.services.operations import open_store
from loaders.store import Store
from tests import ROOT
from tests.factory import RATE, tiny_plan
from tests.loaders.plan.bookkit import book, put, read, rich_plan, say, settled, treated
from tests.screenkit import NOTHING, forget, html, run, said, sound
from tests.storekit import later, read_back

NOW = later(24 * 90)
OTHERS = ("aomori-ict-2019", "miyagi-ict-2017", "ibaraki-data-2018", "ibaraki-it-proposal")
SCREENS = (
    "overview", "field", "indicator", "roadmap", "admin", "rounds", "submit", "method", "data", "report", "review",
    "compare", "handover", "origin",
)  # fmt: skip


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """The tiny plan alone."""
    write_folder(tmp_path / "plans" / "tiny", settled(tiny_plan()))
    write_empty(tmp_path / "benchmarks")
    return Services(open_store(tmp_path, at=later(1)), OPERATOR, tmp_path, lambda: NOW)


def filed(plan_id: str) -> Plan:
    found, _ = load_plan(ROOT / "data" / "plans" / plan_id)
    assert found is not None
    return found


def begin(services: Services, plan: Plan) -> bytes:
    name, data = workbook_name(plan, NOW.date()), book(plan)
    assert services.begin_plan_from_workbook(services.read_plan_workbook(data, name), (name, data)) == ()
    return data


@pytest.mark.parametrize("plan_id", OTHERS)
def test_a_plan_begun_from_its_workbook_is_the_plan_of_its_folder(services: Services, plan_id: str) -> None:
    plan = filed(plan_id)
    data = begin(services, plan)
    assert services.store.plan(plan_id) == plan
    (origin,) = services.plan_revisions(plan_id)
    assert (origin.who, origin.decided_on) == (OPERATOR.name, None)
    (((name, digest)),) = origin.files
    assert services.revision_file(plan_id, digest) == (name, data)


def test_its_folder_that_comes_later_is_the_same_plan_and_no_second_one(services: Services, tmp_path: Path) -> None:
    plan_id = "miyagi-ict-2017"
    begin(services, filed(plan_id))
    log = services.store.log_head()
    shutil.copytree(ROOT / "data" / "plans" / plan_id, tmp_path / "plans" / plan_id)
    open_store(tmp_path, at=NOW)
    assert services.store.log_head() == log  # its files say nothing new
    assert main(["--data", str(tmp_path), "plans", "--offer", plan_id]) == 0
    open_store(tmp_path, at=NOW)
    assert services.store.plan_ids() == ("tiny", plan_id)
    assert services.store.plan(plan_id) == replace(filed(plan_id), offered=True)
    assert services.store.verify() == ()


def test_a_rebuild_keeps_a_begun_plan_and_its_workbook(services: Services, tmp_path: Path) -> None:
    plan = filed("ibaraki-it-proposal")
    data = begin(services, plan)
    again = Store(tmp_path / "again.duckdb")
    assert [i.message for i in services.store.rebuild(again.path, read_back)] == []
    assert again.verify() == ()
    assert again.plan(plan.id) == plan
    (origin,) = again.revisions(plan.id)
    assert again.workbook(origin.files[0][1])[1] == data


def test_every_screen_stands_for_a_plan_that_was_begun(services: Services, use, tmp_path: Path) -> None:
    plan = filed("aomori-ict-2019")
    begin(services, plan)
    use(tmp_path)
    forget()
    for screen in SCREENS:
        at = run(screen, as_="admin", plan=plan.id)
        assert sound(at), screen
        assert not [text for text in said(at) if NOTHING.search(text)], screen
    assert plan.name in html(run("admin", as_="admin", part="plan", plan=plan.id))


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("plan.there", say("計画", "計画の記号", "tiny")),
        ("plan.there", say("計画", "計画の記号", "waiting")),
        ("plan.identity", say("計画", "計画の記号", "計画")),
        ("plan.not_number", put("指標", "目標値", "約50", 記号=RATE)),
    ],
)
def test_what_must_not_be_begun_says_why_and_nothing_is_written(services: Services, tmp_path: Path, code, how) -> None:
    (tmp_path / "plans" / "waiting").mkdir()  # a folder that the next start reads
    log = services.store.log_head()
    data = treated(book(replace(settled(rich_plan()), id="another")), how)
    refused = services.begin_plan_from_workbook(read(data), ("a.xlsx", data))
    assert code in {i.code for i in refused}
    assert all(i.severity is Severity.FIX and i.message and i.advice for i in refused)
    assert services.store.log_head() == log


def test_the_command_tells_what_was_read_and_begins_it(services: Services, tmp_path: Path, capsys) -> None:
    plan = filed("ibaraki-data-2018")
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(plan))
    command = ["--data", str(tmp_path), "plan-workbook", "--in", str(path)]
    assert main(command) == 1
    told = capsys.readouterr().out
    assert plan.name in told
    assert f"{len(plan.fields)}分野" in told
    assert f"{len(plan.departments)}部局" in told
    assert "--begin" in told
    assert main([*command, "--apply"]) == 2  # which revises, and there is nothing to revise
    assert services.store.plan_ids() == ("tiny",)
    assert main([*command, "--begin", "--reason", "策定"]) == 0
    assert f"plans --offer {plan.id}" in capsys.readouterr().out
    assert services.store.plan(plan.id) == plan
    assert main([*command, "--begin"]) == 2
    assert main(["--data", str(tmp_path), "--plan", plan.id, "plan-workbook", "--in", str(path)]) == 0
    assert "変わるところはありません" in capsys.readouterr().out
    path.write_bytes(treated(book(replace(plan, id="another")), say("計画", "始まりの年度", "平成")))
    assert main([*command, "--begin"]) == 2
    assert "another" not in services.store.plan_ids()
