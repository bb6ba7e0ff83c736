"""The first page of a server that nobody has asked before, against the first of one whose page has a single chart.

Both have just said that they are well; the processor time is the server process's own from the first request on.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.screens import ONE_CHART, Times, arrive, real_plan

TURNS, LIMIT = 7, 1.3


async def _first(script: str, data: Path) -> float:
    with ExitStack() as stack:
        visitor = await arrive(stack, script, data)
        return (await visitor.visit(""))[0]


async def _measured(folder: Path) -> Times:
    data, script, times = folder / "real", folder / "one_chart.py", Times()
    real_plan(data)
    script.write_text(ONE_CHART, "utf-8")
    for _ in range(TURNS):
        times.add("one chart", await _first(str(script), data))
        times.add("ours", await _first("app.py", data))
    return times


def run() -> Sequence[Figure]:
    """Fresh servers in turn, the middle of each."""
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(_measured(Path(folder)))
    reference = "the first page of a server with one chart"
    return [Figure("first page, cold server", times.middle("ours"), reference, times.middle("one chart"), LIMIT)]
