"""Processor time of one rerun of 概況 against one rerun of a page with a single chart, under the same settings.

Both run in a real server that a plain websocket client asks for reruns; the processor time is the server process's own.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from kpi.collection.acts import Act
from loaders.services.operations import open_store
from loaders.services.sample_rounds import load_samples
from tests import ROOT
from tests.bench.figure import Figure

LIMIT = 1.5
RERUNS, WARMUP = 60, 8

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
        env={**os.environ, "KPI_DATA": str(data), "PYTHONPATH": str(ROOT)},
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
    """User and system time of a process, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def rerun(socket_: ClientConnection) -> bytes:
    """Ask for one rerun and wait for its end; all that it drew, as it came."""
    drawn = b""
    message = BackMsg()
    message.rerun_script.query_string = ""
    await socket_.send(message.SerializeToString())
    while True:
        answer = ForwardMsg()
        received = await asyncio.wait_for(socket_.recv(decode=False), 60)
        drawn += received
        answer.ParseFromString(received)
        if answer.WhichOneof("type") == "script_finished":
            if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                raise RuntimeError("the script did not finish")
            return drawn


async def measure(port: int, pid: int, sight: str) -> float:
    """Processor seconds of one rerun, the mean of many after some to warm up. ``sight`` must be on the page."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=["streamlit"], origin=f"http://127.0.0.1:{port}", max_size=None) as client:  # type: ignore[list-item, arg-type]
        for _ in range(WARMUP):
            drawn = await rerun(client)
        if sight.encode() not in drawn:
            raise RuntimeError(f"the page does not show {sight}")
        before = processor_seconds(pid)
        for _ in range(RERUNS):
            await rerun(client)
        return (processor_seconds(pid) - before) / RERUNS


def run() -> list[Figure]:
    """Measure both pages in turn, each in a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        for part in ("plans", "benchmarks", "samples"):
            (data / part).symlink_to(ROOT / "data" / part)
        store = open_store(data)
        load_samples(store, data, store.plan_ids()[0], Act("", datetime(2026, 11, 21, 12)))
        script = Path(folder) / "one_chart.py"
        script.write_text(ONE_CHART, "utf-8")
        with serving(str(script), data) as (port, pid):
            one_chart = asyncio.run(measure(port, pid, "One chart"))
        with serving("app.py", data) as (port, pid):
            overview = asyncio.run(measure(port, pid, "セキュリティ自己点検の遵守率"))
    return [Figure("one rerun of 概況 (processor)", overview, "one rerun of a page with one chart", one_chart, LIMIT)]
