"""The paper of a round of the tiny plan, with what is hard to print: long names and texts, decimals, nothing at all."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kpi.assessment import Assessment
from kpi.plan import Indicator, Plan
from kpi.report.assembly import report
from kpi.report.blocks import Report
from tests.factory import COUNT, CUT, PAPER, RATE, ROUND, TOTAL, TRADE, UNSET, tiny_plan
from tests.storekit import answer, later, new_store, reading, save_and_send

DAY = date(2026, 11, 21)
#: As long as the form lets a text be, in one piece and in paragraphs.
WHOLE = ("前年度に開始した伴走支援の対象を県内全域に広げ、商工団体と共同で開いた説明会の参加者が10%増えた。" * 13)[:600]
_PART = "従業員20人以下の事業者では担当者を置けず相談に至らない例が多い。" * 3
PARTED = "\n".join(f"({number}){_PART}" for number in range(1, 7))[:600]
NAMED = "県内に事業所を有する中小企業者のうちデジタル技術で業務を改善したものが占める割合"


def hard_plan() -> Plan:
    """The tiny plan; one indicator has a name of 40 letters, a long definition, and ratios of long names."""
    plan = tiny_plan()

    def hard(one: Indicator) -> Indicator:
        if one.id != RATE:
            return one
        return replace(one, name=NAMED, definition="事業所を単位として、" + "調査票に回答のあった者を母数とする。" * 6)

    return replace(plan, indicators=tuple(map(hard, plan.indicators)))


@cache
def hard_report() -> Report:
    """All indicators: a full page, negative progress, decimals, more than the target, an absence, nothing set."""
    with TemporaryDirectory() as folder:
        store = new_store(Path(folder), hard_plan())
        full = {"analysis": WHOLE, "actions": PARTED, "evidence": "令和6年度実績調べ<担当課&集計>", "release": "final"}
        policy = reading(
            answer(RATE, value=39.25, period="FY2024", **full),
            answer(PAPER, value=4512.537, period="FY2024", release="provisional", analysis=WHOLE, actions=WHOLE),
            answer(UNSET, missing_reason="unpublished", next_release="2026-03"),
        )
        save_and_send(store, policy, b"1", later(1))
        trade = (answer(COUNT, value=1405.0, period="FY2024"), answer(TOTAL, value=20.0, period="FY2024"))
        save_and_send(store, reading(*trade, department=TRADE, sample=True), b"2", later(2))
        farming = reading(answer(CUT, value=-1.5, period="FY2024", release="final"), department="agri")
        save_and_send(store, farming, b"3", later(3))
        state = Assessment.of(store.snapshot("tiny"), DAY)
        return report(state, state.plan.round(ROUND), state.snapshot)


def blank_png(width: int = 658, height: int = 227) -> bytes:
    """A white picture, where a test of a document needs one and not what is in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
