"""Every plan that the program comes with, driven as far as ``plans/drive.csv`` says, with the clock inside its term."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, upcoming
from kpi.collection.round_proposal import starting
from kpi.collection.scope import asked_of
from kpi.people import OPERATOR
from kpi.place import Place
from loaders.documents.paper.paper_files import FORMATS, Drawn
from loaders.plan.folder import load_plan
from loaders.services import Services
from loaders.services.operations import make_form, open_store
from pages.parts.app.screens import SCREENS
from tests import ROOT
from tests.screenkit import NOTHING, forget, html, run, said, sound
from tests.worktools import said as sound_answer

with (ROOT / "tests" / "plans" / "drive.csv").open(encoding="utf-8", newline="") as _file:
    TABLE = tuple(csv.DictReader(_file))


@dataclass(frozen=True)
class Drive:
    """One plan alone in a data folder of its own, offered, at a moment of its term."""

    plan_id: str
    data: Path
    at: datetime

    @property
    def services(self) -> Services:
        return Services(open_store(self.data, at=self.at), OPERATOR, self.data, lambda: self.at)

    @property
    def decider(self) -> Services:
        """Somebody else than whoever proposed."""
        other = replace(OPERATOR, id="other", name="ほかの担当者")
        return Services(open_store(self.data, at=self.at), other, self.data, lambda: self.at)

    @property
    def state(self) -> Assessment:
        return Assessment.of(self.services.snapshot(self.plan_id), self.at.date())


def plan(drive: Drive) -> None:
    """The files are without a fault, and the day lies in the plan's term."""
    found, issues = load_plan(drive.data / "plans" / drive.plan_id)
    assert issues == ()
    assert found is not None
    assert found.holds(drive.at.date())
    assert not drive.state.is_over


def screens(drive: Drive) -> None:
    """Every screen stands and says something, whoever looks."""
    for who in ("admin", "secretariat", "reader"):
        for screen in SCREENS:
            at = run(screen.page.__module__.removeprefix("pages."), as_=who)
            assert sound(at), (who, screen.title, [e.value for e in (*at.exception, *at.error)])
            assert [text for text in said(at) if NOTHING.search(text)] == [], (who, screen.title)
            assert 'class="lead"' in html(at) or 'class="empty"' in html(at), (who, screen.title)
            assert "計画期間は終わりました" not in html(at)
    # What another plan of the prefecture says is shown with that plan's name, and not as one's own.
    compared = run("compare", as_="admin")
    own = drive.plan_id == "aomori-dx-2024"
    assert compared.header[0].value == ("計画の「現状と課題」にある比較" if own else "県と全国の比較")
    assert own == (f"出典 {drive.state.plan.source}" in html(compared))


def export(drive: Drive) -> None:
    """Its tables can be taken away."""
    written = drive.services.export(drive.plan_id, drive.data / "out")
    assert written
    assert all(path.stat().st_size for path in written)


def round(drive: Drive) -> None:
    """The round of the calendar whose turn it is is started."""
    state = drive.state
    wanted = upcoming(state.plan, state.snapshot.life, state.day)
    assert wanted is not None
    made = starting(wanted, state.plan, drive.at.date())
    assert drive.services.open_round(drive.plan_id, made) == ()
    assert drive.state.stage(drive.state.plan.round(wanted.id)) is Stage.OPEN


def begun(drive: Drive) -> None:
    """The paper is begun on 報告書 where the document names nobody to ask; the screens stand then too."""
    assert "報告書" in html(run("rounds", as_="secretariat"))
    at = run("report", as_="secretariat")
    at.button(key="begin-meeting").click().run()
    assert sound(at), [e.value for e in (*at.exception, *at.error)]
    asked = drive.state.current_round
    assert asked is not None
    assert asked.kind == "initiatives"
    assert drive.state.stage(asked) is Stage.OPEN
    for screen in ("rounds", "review", "submit", "handover", "overview", "roadmap"):
        assert sound(run(screen, as_="secretariat")), screen


def form(drive: Drive) -> None:
    """Each department that is asked for something gets its form."""
    state, services = drive.state, drive.services
    asked = state.current_round
    assert asked is not None
    for department in state.plan.departments:
        if asked_of(state.plan, asked, department.id, drive.at.date()):
            name, data = services.take_form(Place(drive.plan_id, asked.id, department.id))
            assert name.endswith(".xlsx")
            assert data


def return_(drive: Drive) -> None:
    """A filled form comes back, is sent and confirmed, and what it says is decided; then the round is closed."""
    state, services = drive.state, drive.services
    asked = state.current_round
    assert asked is not None
    owned = {d.id: asked_of(state.plan, asked, d.id, drive.at.date()) for d in state.plan.departments}
    owner, subjects = min((held for held in owned.items() if held[1]), key=lambda held: len(held[1]))
    answers = {one.id: ANSWERS[asked.kind] for one in subjects}
    place = Place(drive.plan_id, asked.id, owner)
    name, data = make_form(state.snapshot, place, day=drive.at.date(), answers=answers)
    taken = services.take_return(place, data, name)
    assert taken.saved is not None
    sent = services.send(taken.saved.submission_id)
    assert not isinstance(sent, tuple), sent
    assert services.confirm(taken.saved.submission_id) == ()
    waiting = drive.state.snapshot.proposals
    for proposal_id in waiting[waiting["state"] == "open"]["proposal_id"]:
        assert drive.decider.decide_card(proposal_id, True, decided_on=drive.at.date()) == ()
    assert services.close_round(drive.plan_id, asked.id) == ()
    for one in subjects:
        CAME[asked.kind](drive, one.id)


def _of_card(drive: Drive, indicator_id: str) -> None:
    card = drive.state.card(indicator_id)
    assert (card.baseline, card.target) == (10.0, 20.0)


def _of_value(drive: Drive, indicator_id: str) -> None:
    _of_card(drive, indicator_id)
    assert drive.state.assessed.loc[indicator_id]["value"] == 14.0


def _of_work(drive: Drive, initiative_id: str) -> None:
    (review,) = drive.state.snapshot.reviews[initiative_id]
    assert review.said["progress"] == "on_schedule"


#: What must have come of a return, by the round's kind.
CAME: Mapping[str, Callable[[Drive, str], None]] = {
    "targets": _of_card, "annual": _of_value, "initiatives": _of_work,
}  # fmt: skip


#: What the department writes of its one indicator, by the round's kind.
ANSWERS: Mapping[str, Mapping[str, object]] = {
    "targets": {"baseline": 10.0, "baseline_period": "FY2022", "target": 20.0, "target_period": "FY2028"},
    "annual": {"value": 14.0, "release": "final"},
    "initiatives": sound_answer(),
}


def paper(drive: Drive) -> None:
    """The paper of the round's meeting, as a workbook and as a page."""
    asked = drive.state.current_round
    assert asked is not None
    told = drive.services.report(drive.plan_id, asked.id)
    assert FORMATS["xlsx"].make(Drawn(lambda: told))
    page = unescape(FORMATS["html"].make(Drawn(lambda: told)).decode())
    plan = drive.state.plan
    for one in plan.indicators or plan.initiatives:
        assert one.name in page, one.id
    assert ("KPI進捗状況一覧" in page) == bool(plan.indicators)
    at = run("report", as_="secretariat", plan=drive.plan_id)
    assert sound(at), [e.value for e in (*at.exception, *at.error)]
    assert "総括" in [heading.value for heading in at.header]


STAGES: Mapping[str, Callable[[Drive], None]] = {
    "plan": plan, "screens": screens, "export": export, "round": round, "form": form, "return": return_,
    "begun": begun, "paper": paper,
}  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["plan"])
def test_a_plan_goes_as_far_as_the_table_says(
    row: dict[str, str], tmp_path: Path, use: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "data" / "benchmarks", tmp_path / "benchmarks")
    shutil.copytree(ROOT / "data" / "plans" / row["plan"], tmp_path / "plans" / row["plan"])
    drive = Drive(row["plan"], tmp_path, datetime.fromisoformat(f"{row['today']}T10:00"))
    open_store(tmp_path, at=drive.at)
    forget()
    use(tmp_path)
    monkeypatch.setenv("KPI_TODAY", row["today"])
    for stage in row["stages"].split(";"):
        STAGES[stage](drive)


def test_the_table_tells_every_plan_and_why_it_goes_no_further() -> None:
    folders = {path.parent.name for path in (ROOT / "data" / "plans").glob("*/plan.toml")}
    assert {row["plan"] for row in TABLE} == folders
    for row in TABLE:
        stages = row["stages"].split(";")
        whole = set(stages) == set(STAGES) - {"begun"}
        assert whole != bool(row["why no further"]), row["plan"]
        found, _ = load_plan(ROOT / "data" / "plans" / row["plan"])
        assert found is not None
        assert whole == bool(found.departments and found.ownerships and found.rounds)
