"""The command about rounds: what there is and how far it has come; a planned one is started or given up."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date

from kpi.collection.lifecycle import STAGE_WORDS, Stage
from kpi.collection.round_proposal import problems, starting
from kpi.issue import Severity
from kpi.people import OPERATOR
from kpi.plan import Round
from kpi.snapshot import Snapshot
from loaders import settings
from loaders.cli import arguments, terminal
from loaders.cli.arguments import Refused
from loaders.cli.usage import FAILED
from loaders.services import Services
from loaders.text.characters import one_line

_DONE = 0
LIST, START, CANCEL = "list", "start", "cancel"


def options(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument(
        "act", nargs="?", choices=[LIST, START, CANCEL], default=LIST, metavar="動作",
        help="list(一覧、既定)、start(始める)、cancel(取りやめる)",
    )  # fmt: skip
    command.add_argument("round", nargs="?", default="", metavar="照会", help="照会のIDか名前")
    command.add_argument("--due", default="", metavar="日付", help="主管課から事務局への期限(例: 2026-11-30)")
    command.add_argument("--division-due", default="", metavar="日付", help="課から主管課への期限")
    command.add_argument("--opens", default="", metavar="日付", help="始める日(既定: きょう)")
    command.add_argument("--reason", default="", metavar="理由", help="記録に残す理由")
    command.add_argument("--by", default=OPERATOR.name, metavar="名前", help="行った人として記録する名前")


def _day(text: str) -> date | None:
    """A day that was typed; None where none was."""
    try:
        return date.fromisoformat(text.strip()) if text else None
    except ValueError:
        raise Refused(f"日付を読めません: {text}(例: 2026-11-30)") from None


def run(given: argparse.Namespace) -> int:
    """List the rounds, or do something to one."""
    store = arguments.store(given.data, given.db, given.plan)
    snapshot = store.snapshot(given.plan or store.plan_ids()[0], at=settings.now())
    if given.act == LIST:
        terminal.table(_rows(snapshot), given.out)
        return _DONE
    if not given.round:
        raise Refused("照会のIDか名前を指定してください。")
    services = Services(store, replace(OPERATOR, name=one_line(given.by) or OPERATOR.name), given.data)
    wanted = arguments.round_of(snapshot.plan, given.round)
    if given.act == CANCEL:
        found = services.cancel_round(snapshot.plan.id, wanted.id, given.reason)
        done = f"「{wanted.name}」を取りやめました。"
    else:
        made = _to_start(snapshot, wanted, given)
        issues = problems(snapshot.plan, made, settings.today(), snapshot.cards, starts=True)
        found = tuple(i for i in issues if i.severity is Severity.FIX)
        found = found or services.open_round(snapshot.plan.id, made, given.reason)
        due = f"期限は{made.due:%Y-%m-%d} {made.due_hour}時です。" if made.due else ""
        done = f"「{made.name}」を始めました。{due}"
    terminal.issues(found, given.out)
    if found:
        return FAILED
    print(done, file=given.out)
    return _DONE


def _to_start(snapshot: Snapshot, wanted: Round, given: argparse.Namespace) -> Round:
    """A round of the calendar with its dates, or with those that were given."""
    stage = snapshot.life.stage(wanted.id)
    if stage not in (Stage.PLANNED, Stage.CANCELLED):
        raise Refused(f"「{wanted.name}」は、すでに始まっています。期限などは画面の「照会」で変更できます。")
    made = starting(wanted, snapshot.plan, settings.today())
    opens, due = _day(given.opens) or made.opens, _day(given.due) or made.due
    first = _day(given.division_due) or made.division_due
    if not given.division_due and first and ((due and first > due) or (opens and first < opens)):
        first = None  # the calendar's own gap does not fit the dates that were given
    named = replace(made, opens=opens, due=due, division_due=first)
    return named if named == made else replace(named, assumption="")


def _rows(snapshot: Snapshot) -> list[dict[str, object]]:
    return [
        {
            "ID": r.id,
            "照会": r.name,
            "状態": STAGE_WORDS[snapshot.life.stage(r.id)] or "実施中",
            "始める日": r.opens or "",
            "期限": r.due or "",
        }
        for r in snapshot.plan.rounds
    ]
