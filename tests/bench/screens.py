"""Processor time of every screen against one rerun of a page with a single chart, under the same settings.

All run in real servers that a plain websocket client asks for reruns; the processor time is the server process's own.
Each turn asks the page with one chart and every screen once, so that a busy moment of the machine meets all of them.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from kpi.collection.acts import Act
from loaders.services.operations import open_store
from loaders.services.samples.sample_rounds import load_samples
from loaders.store import Store
from loaders.store.commands import HANDLERS
from tests import ROOT
from tests.bench.figure import Figure
from tests.bench.wide_store import FULL_PAGE, wide_store

#: Every screen by its title and address.
SCREENS = (
    ("概況", ""), ("分野", "field"), ("指標", "indicator"), ("全国比較", "compare"), ("照会", "rounds"),
    ("回答", "submit"), ("確認", "review"), ("引継ぎ", "handover"), ("報告書", "report"), ("データ", "data"),
    ("出所", "origin"), ("算定方法", "method"), ("管理", "admin"),
)  # fmt: skip
WARM, AFTER_A_WRITE, WIDE = 1.5, 3.0, 1.3
TURNS, WARMUP = 12, 3
TODAY = "2026-11-21"

ONE_CHART = """
import altair as alt
import pandas as pd
import streamlit as st

st.set_page_config(page_title="One chart", layout="wide")
st.title("One chart")
table = pd.DataFrame({"year": range(2018, 2026), "value": [61.0, 63.5, 64.2, 68.0, 70.1, 73.4, 77.0, 80.2]})
chart = alt.Chart(table).mark_line(point=True).encode(x="year:O", y="value:Q", tooltip=["year", "value"])
st.altair_chart(chart)
"""


#: The same with as many charts as a full page of 分野 has, each finished before it is handed over.
TWENTY_CHARTS = ONE_CHART.replace("One chart", "Twenty charts").replace(
    "st.altair_chart(chart)\n",
    "finished = chart.to_dict()\nfor number in range(20):\n    st.vega_lite_chart(spec=finished, key=str(number))\n",
)


@contextmanager
def serving(script: str, data: Path) -> Iterator[tuple[int, int]]:
    """A server of a script with this project's settings: its port and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "KPI_DATA": str(data), "KPI_TODAY": TODAY, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def processor_seconds(pid: int) -> float:
    """What a process has had of the processors, all its threads, those that have ended too (Linux's clock of it)."""
    return time.clock_gettime((~pid << 3) | 2)


@dataclass
class Visitor:
    """Somebody at a server, who goes from screen to screen."""

    port: int
    pid: int
    client: ClientConnection

    async def ask(self, address: str) -> bytes:
        """Come to a screen, with what its address asks for; all that it drew, once it is finished."""
        drawn = []
        message = BackMsg()
        message.rerun_script.page_name, _, message.rerun_script.query_string = address.partition("?")
        message.rerun_script.context_info.url = f"http://127.0.0.1:{self.port}/{address}"
        await self.client.send(message.SerializeToString())
        while True:
            received = await asyncio.wait_for(self.client.recv(decode=False), 120)
            drawn.append(received)
            answer = ForwardMsg()
            answer.ParseFromString(received)
            if answer.WhichOneof("type") == "script_finished":
                if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    raise RuntimeError(f"the screen {address} did not finish")
                return b"".join(drawn)

    async def visit(self, address: str) -> tuple[float, bytes]:
        """Processor seconds that a screen takes when it is come to, and all that it drew."""
        before = processor_seconds(self.pid)
        drawn = await self.ask(address)
        await asyncio.sleep(0.01)  # what follows the last message is its price too
        return processor_seconds(self.pid) - before, drawn


@dataclass
class Times:
    """Processor seconds of each thing measured, turn by turn."""

    of: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        """One more."""
        self.of.setdefault(name, []).append(seconds)

    def middle(self, name: str) -> float:
        """The middle one."""
        return statistics.median(self.of[name])


async def arrive(stack: ExitStack, script: str, data: Path) -> Visitor:
    """Somebody at a server of a script, which ends with the stack."""
    return await connected(*stack.enter_context(serving(script, data)))


async def connected(port: int, pid: int) -> Visitor:
    """Somebody new at a server, with a session of their own."""
    client = await connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
        max_size=None,
    )
    return Visitor(port, pid, client)


async def _turns(
    one: Visitor, twenty: Visitor, real: Visitor, full: Visitor, wide: Visitor, write: Callable[[], None]
) -> Times:
    """Every turn the pages of charts, every screen warm with each plan, and every screen after a write."""
    times = Times()
    for turn in range(WARMUP + TURNS):
        counts = times if turn >= WARMUP else Times()
        for _, address in SCREENS:  # the last turn's writes are behind everybody
            await real.visit(address)
        for title, address in SCREENS:
            counts.add("one chart", (await one.visit(""))[0])
            if address == "field":
                counts.add("twenty charts", (await twenty.visit(""))[0])
            for plan, visitor in (("real", real), ("full", full), ("wide", wide)):
                seconds, drawn = await visitor.visit(address)
                if title.encode() not in drawn:
                    raise RuntimeError(f"the screen does not show {title}")
                counts.add(f"{plan} {title}", seconds)
        for title, address in SCREENS:
            write()
            counts.add(f"written {title}", (await real.visit(address))[0])
    return times


def writer(store: Store) -> Callable[[], None]:
    """Somebody else's write: one row confirmed, as another process would."""
    plan_id, number = store.plan_ids()[0], count()
    values = store.snapshot(plan_id).observations
    rows = list(values[["submission_id", "indicator_id"]].itertuples(index=False, name=None))

    def write() -> None:
        submission_id, indicator_id = rows[next(number) % len(rows)]
        act = Act("事務局", datetime.fromisoformat(f"{TODAY}T12:00"))
        store.do(HANDLERS["confirm"], act, submission_id, [indicator_id])

    return write


def real_plan(data: Path) -> Store:
    """A new data folder with the plan that the program comes with, its statistics and its samples."""
    data.mkdir()
    for part in ("plans", "benchmarks", "samples"):
        (data / part).symlink_to(ROOT / "data" / part)
    store = open_store(data)
    load_samples(store, data, store.plan_ids()[0], Act("", datetime.fromisoformat(f"{TODAY}T11:00")))
    return store


async def _measured(folder: Path) -> Times:
    real, full, wide = folder / "real", folder / "full", folder / "wide"
    for data in (full, wide):
        data.mkdir()
    store = real_plan(real)
    wide_store(full, FULL_PAGE)
    wide_store(wide)
    with ExitStack() as stack:
        charts = []
        for name, text in (("one_chart", ONE_CHART), ("twenty_charts", TWENTY_CHARTS)):
            script = folder / f"{name}.py"
            script.write_text(text, "utf-8")
            charts.append(await arrive(stack, str(script), real))
        at = [await arrive(stack, "app.py", data) for data in (real, full, wide)]
        return await _turns(*charts, *at, writer(store))


def run() -> Sequence[Figure]:
    """Measure all screens in turn with the page that has one chart."""
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(_measured(Path(folder)))
    page, reference = times.middle("one chart"), "one rerun of a page with one chart"
    titles = [title for title, _ in SCREENS]
    return [
        *(Figure(f"{t}, warm (processor)", times.middle(f"real {t}"), reference, page, WARM) for t in titles),
        Figure("分野, twenty charts (processor)", times.middle("full 分野"),
               "a page with twenty finished specifications", times.middle("twenty charts"), WARM),
        *(Figure(f"{t}, after a write", times.middle(f"written {t}"), reference, page, AFTER_A_WRITE) for t in titles),
        *(Figure(f"{t}, 500 indicators", times.middle(f"wide {t}"), "the same screen, every list a full page of 20",
                 times.middle(f"full {t}"), WIDE) for t in titles),
    ]  # fmt: skip
