"""The toy plan of tests/plans/coast under any method of judging: its folder, its judgement, a store with one answer."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from kpi.period import Period
from kpi.printing.explanation import calculation, explain
from kpi.progress import assess, cards_table
from kpi.status import status_word
from loaders.plan.folder import load_plan
from loaders.services.operations import open_store
from tests import ROOT
from tests.kpi.test_status import seen, table
from tests.storekit import answer, reading, save_and_send

COAST = ROOT / "tests" / "plans" / "coast"
SENT, DAY = datetime(2026, 11, 2, 12), date(2026, 11, 21)
R7 = Period("FY", 2025)
#: What was answered for FY2025, when two fifths of the way from FY2023 to FY2028 are planned.
VALUES = {
    "forms": 72.0, "libraries": 67.0, "clinics": 61.0, "schools": 55.0, "remote": 100.0, "paper": 1040.0,
    "visitors": 2300.0, "network": 99.9,
}  # fmt: skip


def coast(folder: Path, scheme: str) -> Path:
    """A data folder with the toy plan and these lines of TOML in its ``[scheme]``."""
    target = folder / "plans" / "coast"
    shutil.copytree(COAST, target)
    text = (COAST / "plan.toml").read_text("utf-8")
    assert text.endswith('[scheme]\nname = "linear_pace"\n')
    (target / "plan.toml").write_text(text.replace('name = "linear_pace"\n', scheme + "\n"), "utf-8")
    return folder


def loaded_coast(folder: Path, scheme: str):
    """The plan as it is read, and what is wrong with its files."""
    return load_plan(coast(folder, scheme) / "plans" / "coast")


def judged_coast(folder: Path, scheme: str, values=VALUES) -> dict[str, dict]:
    """Of each indicator of a plan without a fault: row, status, word, sentence, and the calculation by its labels."""
    plan, issues = loaded_coast(folder, scheme)
    assert not issues, issues
    frame = table(*(seen(value, R7, known=SENT, indicator_id=name) for name, value in values.items()))
    rows = assess(cards_table(plan.cards), frame, as_of=DAY, scheme=plan.scheme).to_dict("records")
    told = {}
    for row, card, indicator in zip(rows, plan.cards, plan.indicators, strict=True):
        said = explain(row, card, indicator, plan.scheme)
        steps = {label: (how, result) for label, how, result in calculation(row, card, indicator, plan.scheme)}
        word = status_word(row["status"], row["reason"], plan.scheme)
        assert f"『{word}』" in said
        told[indicator.id] = {"row": row, "status": row["status"], "word": word, "said": said, "steps": steps}
    return told


def stored_coast(folder: Path, scheme: str) -> Path:
    """The data folder with a store in which the policy department has answered for all indicators."""
    data = coast(folder, scheme)
    shutil.copytree(COAST.parents[2] / "data" / "benchmarks", data / "benchmarks")
    store = open_store(data, at=datetime(2026, 10, 1))
    said = [answer(name, value=value, period=R7.code, release="final") for name, value in VALUES.items()]
    one = replace(reading(*said, department="policy", round_id="fy2025"), plan_id="coast")
    save_and_send(store, one, b"coast", SENT)
    return data
