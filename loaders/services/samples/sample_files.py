"""The sample returns of ``data/samples``, made from its ``values.csv`` and ``reviews.csv`` by the form's own writer.

Each round is taken into a store of its own before the next is written, on the day its returns are due. So a later
form shows as 前回値 what the earlier sample said, departments bear the name of that day, and a return that would not
load cleanly is found here. ``python -m loaders.services.samples`` makes the files anew after the numbers have
been changed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path

from kpi.collection.acts import Act
from kpi.issue import Issue, Severity
from kpi.plan import Plan, Round
from kpi.snapshot import Snapshot
from loaders.form import definition as d
from loaders.form.writing.writer import write_form
from loaders.plan.tabular import Column, Record, Unreadable, convert, one_of, read_csv, text
from loaders.services.intake import send_returns, take_files
from loaders.services.operations import load_data, open_store
from loaders.services.samples.sample_reviews import NOTE, REVIEWS, Said, entered, read_reviews, review_columns
from loaders.services.samples.sample_rounds import settle_samples
from loaders.store import Store

VALUES = "values.csv"
_BY = "サンプル"

#: What is entered in one round: by indicator or initiative and by column key, as :func:`write_form` takes it.
Answers = Mapping[str, Mapping[str, object]]


class SamplesFault(ValueError):
    """The numbers cannot become returns: each fault with file and line, or sheet and cell."""

    def __init__(self, issues: Sequence[tuple[str, Issue]]) -> None:
        super().__init__("\n".join(f"{file} {i.address}: {i.message}{i.advice}" for file, i in issues))
        self.issues = tuple(i for _, i in issues)


def build(data: Path, out: Path) -> list[Path]:
    """Write the sample returns of all rounds below ``out``, one folder a round; the files, oldest round first.

    The same numbers give the same bytes. Raises :class:`SamplesFault` before anything is written where a number
    cannot be read or a return would not be taken in without a question.
    """
    path = data / "samples" / VALUES
    records, issues = read_csv(path, _columns((), ()))
    _refuse([(VALUES, i) for i in issues])
    plan = _plan(data, records)
    said = read_values(records, plan) | _reviews(data, plan)
    made: dict[Path, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        rounds = [r for r in plan.rounds if r.id in said]
        store = open_store(data, Path(folder) / "samples.duckdb", at=min(map(_moment, rounds)))
        for asked in rounds:
            files = write_round(store.snapshot(plan.id), asked, said[asked.id])
            _take(store, plan, asked, files)
            made |= {out / asked.id / name: content for name, content in files.items()}
    for target, content in made.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return list(made)


def _reviews(data: Path, plan: Plan) -> Said:
    """What is said of the work; nothing where there is no such file."""
    path = data / "samples" / REVIEWS
    if not path.exists():
        return {}
    records, issues = read_csv(path, review_columns())
    said, wrong = read_reviews(records, plan)
    _refuse([(REVIEWS, i) for i in (*issues, *wrong)])
    return said


def read_values(records: Iterable[Record], plan: Plan) -> Said:
    """The rows of values.csv by round, indicator and column key, each value read as its column needs it."""
    columns = _columns([r.id for r in plan.rounds], [i.id for i in plan.indicators])
    said: Said = {}
    issues: list[Issue] = []
    for record in records:
        row, found = convert(record, columns)
        issues += found
        if found:
            continue
        own = said.setdefault(row["round_id"], {}).setdefault(row["indicator_id"], {})
        if row["key"] in own:
            issues.append(record.issue("samples.twice", "key", "同じ欄の値が2行あります。", "1行にしてください。"))
        try:
            own[row["key"]] = entered(d.column(row["key"]), row["value"])
        except Unreadable as error:
            issues.append(record.issue(error.code, "value", error.message, error.advice))
    _refuse([(VALUES, i) for i in issues])
    return said


def write_round(snapshot: Snapshot, asked: Round, answers: Answers) -> dict[str, bytes]:
    """The returns of the departments that say something in a round, by file name, in the plan's order."""
    day = _moment(asked).date()
    brief = snapshot.brief(day)
    plan = snapshot.plan
    return {
        f"{_BY}_{asked.name}_{department.name(day)}.xlsx": write_form(
            brief, asked.id, department.id, sample=True, answers=answers
        )
        for department in plan.departments
        if any(i.id in answers for i in plan.asked_in(asked.kind).owned_by(department.id, day))
    }


def _take(store: Store, plan: Plan, asked: Round, files: Mapping[str, bytes]) -> None:
    """Take a round's returns into the store, so that the next round knows them; each must pass without a question."""
    at = _moment(asked)
    taken = list(take_files(store, files.items(), snapshot=store.snapshot(plan.id), act=Act(_BY, at)))
    _refuse([(t.filename, i) for t in taken for i in t.open])
    sent = send_returns(store, taken, act=Act(_BY, at))
    settle_samples(store, plan.id, sent, at, partly=False)


def _moment(asked: Round) -> datetime:
    """When a round's samples count as sent: noon of the day they are due."""
    return datetime.combine(asked.due or asked.period.end, time(12))


def _plan(data: Path, records: Sequence[Record]) -> Plan:
    """The plan whose indicators the numbers name; the first one where none fits, so that each row can say why."""
    plans = load_data(data).plans
    if not plans or not records:
        message, advice = (
            "サンプルの値か、計画がありません。",
            f"data/plans と data/samples/{VALUES} を確かめてください。",
        )
        raise SamplesFault([(VALUES, Issue("samples.none", Severity.FIX, message, advice, VALUES))])
    wanted = {str(r.values.get("indicator_id", "")).strip() for r in records}
    return next((p for p in plans if wanted <= {i.id for i in p.indicators}), plans[0])


def _columns(rounds: Iterable[str], indicators: Iterable[str]) -> tuple[Column, ...]:
    return (
        Column("note", one_of(NOTE), required=True),
        Column("round_id", one_of(*rounds), required=True),
        Column("indicator_id", one_of(*indicators), required=True),
        Column("key", one_of(*(c.key for c in d.COLUMNS if c.entry)), required=True),
        Column("value", text, required=True),
    )


def _refuse(issues: Sequence[tuple[str, Issue]]) -> None:
    binding = [(file, i) for file, i in issues if i.severity is not Severity.NOTE]
    if binding:
        raise SamplesFault(binding)


def main(data: Path = Path("data")) -> int:
    """Make the files of ``data/samples`` anew."""
    try:
        made = build(data, data / "samples")
    except SamplesFault as fault:
        print(f"サンプルを作れませんでした。\n{fault}", file=sys.stderr)
        return 1
    print(f"サンプルを{len(made)}件作りました: {data / 'samples'}")
    return 0
