"""People at once over the web socket: how many one server process holds, and what a second process adds.

The server has one processor to itself, whoever asks is on the other. Everybody has a session of their own, thinks 5 to
15 seconds, then asks for a screen; what is timed is from the question to the end of the answer. The number of people
grows step by step until the slowest twentieth of the answers takes longer than half a second. A page with one chart
takes turns with it, on the same processor, asked by the same crowd: what that holds is what the machine gives.

Two processes on one store are held against one at full load: so many people each that no process ever idles, nobody
thinks, and somebody else writes every few seconds, so that both have to read it and wait for the store's lock. On two
processors the second process shares its own with whoever asks, where the first run's asker was alone; what is said of
two is therefore rather too little, by the share that is printed. What other programs take of the processors meanwhile
is printed too: beside much of it the ratio says nothing, and the processor seconds for an answer are what is left.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.screens import ONE_CHART, Visitor, connected, processor_seconds, real_plan, serving, writer

#: What people look at, by title, address and how many of a hundred do.
MIX = (("概況", "", 40), ("指標", "indicator", 30), ("分野", "field", 20), ("回答", "submit", 10))
#: What the page with one chart is asked for, just as often.
ALONE = (("One chart", "", 100),)
STAIRS = (50, 100, 150, 200, 300, 400, 800)
GOAL, PATIENCE = 200, 0.5
THINK = 5.0, 15.0
WARM_UP, WINDOW = 10.0, 30.0
#: At full load: people of each process, seconds of a turn, turns, seconds between two writes, what two must bring.
LOADED, TURN, TURNS, BETWEEN_WRITES, TWICE = 6, 15.0, 3, 5.0, 1.6
SERVER, ASKER = 0, 1

Mix = Sequence[tuple[str, str, int]]


@contextmanager
def on(processor: int) -> Iterator[None]:
    """On one processor, as are the processes that are begun there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[processor] if len(before) > 1 else processor})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _next(draw: random.Random, mix: Mix) -> str:
    """The address of the screen that somebody asks for next."""
    return draw.choices([a for _, a, _ in mix], [w for _, _, w in mix])[0]


@dataclass
class Share:
    """What processes have had of their processors since it was made."""

    pids: Sequence[int]
    begun: float = field(default_factory=time.perf_counter)
    used: list[float] = field(init=False)
    busy: float = field(init=False)

    def __post_init__(self) -> None:
        self.used, self.busy = [processor_seconds(p) for p in self.pids], _busy()

    def of(self, place: int) -> float:
        """Processor seconds by second of one of the processes."""
        return (processor_seconds(self.pids[place]) - self.used[place]) / (time.perf_counter() - self.begun)

    def others(self) -> float:
        """What all others have had, in processors."""
        whole = (_busy() - self.busy) / (time.perf_counter() - self.begun)
        return max(0.0, whole - sum(self.of(n) for n in range(len(self.pids))))


def _busy() -> float:
    """Seconds that all processors have worked since the start of the machine (user, nice, system, interrupts)."""
    user, nice, system, _idle, _waiting, *interrupts = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]
    return sum(int(n) for n in (user, nice, system, *interrupts)) / os.sysconf("SC_CLK_TCK")


@dataclass
class Step:
    """A number of people at a server: how long each answer took, and what was used of the processors."""

    people: int
    seconds: list[float]
    server: float
    asker: float
    others: float

    @property
    def slow(self) -> float:
        """What 95 of 100 answers took at most."""
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[-1]

    def line(self, name: str) -> str:
        """In words."""
        limit = ", the asker was the limit" if self.asker > 0.9 else ""
        server = f"{self.server:.0%} ({self.server * WINDOW / len(self.seconds) * 1000:.0f} ms each)"
        return (
            f"{name}, {self.people:>4} people: {len(self.seconds):>5} answers, middle "
            f"{statistics.median(self.seconds):.3f} s, 95 of 100 within {self.slow:.3f} s; of a processor the server "
            f"{server}, the asker {self.asker:.0%}, others {self.others:.0%}{limit}"
        )


@dataclass
class Crowd:
    """People at one server: each step has those of the one before, and more."""

    port: int
    pid: int
    mix: Mix
    people: list[Visitor] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def held(self) -> int:
        """The most people who were all answered in time."""
        return max((s.people for s in self.steps if s.slow <= PATIENCE), default=0)

    async def see(self) -> None:
        """Make sure that every screen of the mix is what its title says."""
        (seer,) = await self.grown(1)
        for title, address, _ in self.mix:
            if title.encode() not in await seer.ask(address):
                raise RuntimeError(f"the screen does not show {title}")

    async def climb(self, people: int) -> Step:
        """Let so many people look for a while; what it took them, the warm-up left out."""
        crowd = await self.grown(people)
        start = time.perf_counter() + WARM_UP
        told = [asyncio.create_task(self._look(v, n, start)) for n, v in enumerate(crowd)]
        await asyncio.sleep(WARM_UP)
        share = Share([self.pid, os.getpid()])
        await asyncio.sleep(WINDOW)
        used = share.of(0), share.of(1), share.others()
        self.steps.append(Step(people, [s for one in told for s in await one], *used))
        return self.steps[-1]

    async def grown(self, people: int) -> list[Visitor]:
        """So many people, those who are there already first."""
        while len(self.people) < people:
            self.people.append(await connected(self.port, self.pid))
        return self.people[:people]

    async def _look(self, visitor: Visitor, number: int, start: float) -> list[float]:
        """One of them: thinks, asks, waits. What is asked before the end is waited for, however long it takes."""
        draw, seconds = random.Random(number), []
        await asyncio.sleep(draw.uniform(0, WARM_UP))
        while (asked := time.perf_counter()) < start + WINDOW:
            await visitor.ask(_next(draw, self.mix))
            if asked >= start:
                seconds.append(time.perf_counter() - asked)
            await asyncio.sleep(draw.uniform(*THINK))
        return seconds


async def _stairs(ours: Crowd, alone: Crowd) -> None:
    """Both in turns, each until it is too slow, ours in any case as far as the goal."""
    for people in STAIRS:
        for crowd in (ours, alone):
            going = not crowd.steps or crowd.steps[-1].slow <= PATIENCE
            if going or (crowd is ours and people <= GOAL):
                await crowd.climb(people)


@dataclass
class Load:
    """Processes on one store with all that they can do: seconds and processor seconds for an answer, and shares."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    servers: list[list[float]] = field(default_factory=list)
    asker: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    def line(self, name: str) -> str:
        """In words."""
        shares = " and ".join(f"{statistics.median(s):.0%}" for s in zip(*self.servers, strict=True))
        return (
            f"{name}: {1 / statistics.median(self.seconds):.1f} answers a second, processor "
            f"{statistics.median(self.processor) * 1000:.1f} ms each; of a processor the servers {shares}, the asker "
            f"{statistics.median(self.asker):.0%}, others {statistics.median(self.others):.0%}"
        )

    async def turn(self, crowds: Sequence[Sequence[Visitor]], write: Callable[[], None]) -> None:
        """Everybody asks on and on for a while."""
        share, done = Share([os.getpid(), *(c[0].pid for c in crowds)]), [0]
        end = share.begun + TURN

        async def hurry(visitor: Visitor, number: int) -> None:
            draw = random.Random(number)
            while time.perf_counter() < end:
                await visitor.ask(_next(draw, MIX))
                done[0] += 1

        async def others_write() -> None:
            while time.perf_counter() < end - BETWEEN_WRITES:
                await asyncio.sleep(BETWEEN_WRITES)
                await asyncio.to_thread(write)

        hurrying = [hurry(v, n) for n, v in enumerate(v for c in crowds for v in c)]
        await asyncio.gather(others_write(), *hurrying)
        servers = [share.of(n + 1) for n in range(len(crowds))]
        took = time.perf_counter() - share.begun
        self.seconds.append(took / done[0])
        self.processor.append(sum(servers) * took / done[0])
        self.servers.append(servers)
        self.asker.append(share.of(0))
        self.others.append(share.others())


async def _loads(first: Crowd, second: Crowd, write: Callable[[], None]) -> tuple[Load, Load]:
    one, two = Load(), Load()
    crowds = [await crowd.grown(LOADED) for crowd in (first, second)]
    warming = Load()
    await warming.turn(crowds, write)
    for _ in range(TURNS):
        await one.turn(crowds[:1], write)
        await two.turn(crowds, write)
    return one, two


async def _measured(folder: Path) -> tuple[Crowd, Crowd, Load, Load]:
    data, script = folder / "real", folder / "one_chart.py"
    store = real_plan(data)
    script.write_text(ONE_CHART, "utf-8")
    with ExitStack() as stack:
        with on(SERVER):
            ours = Crowd(*stack.enter_context(serving("app.py", data)), MIX)
            alone = Crowd(*stack.enter_context(serving(str(script), data)), ALONE)
        with on(ASKER):
            second = Crowd(*stack.enter_context(serving("app.py", data)), MIX)
            for crowd in (ours, alone, second):
                await crowd.see()
            loads = await _loads(ours, second, writer(store))
            await _stairs(ours, alone)
    return ours, alone, *loads


def run() -> list[Figure]:
    """How long people wait at the goal and how many are held, and an answer's time with two processes and one."""
    if len(os.sched_getaffinity(0)) < 2:
        raise RuntimeError("people at once are measured on two processors")
    with tempfile.TemporaryDirectory() as folder:
        ours, alone, one, two = asyncio.run(_measured(Path(folder)))
    at_goal = next(s for s in ours.steps if s.people == GOAL)
    page = "a page with one chart"
    lines = [s.line(name) for name, crowd in (("ours", ours), (page, alone)) for s in crowd.steps]
    by_processor = 2 * statistics.median(one.processor) / statistics.median(two.processor)
    told = (one.line("one process"), two.line("two processes"), f"by processor time alone two bring {by_processor:.2f}")
    answer, alike = statistics.median(two.seconds), statistics.median(one.seconds)
    return [
        Figure(
            f"{GOAL} people at once, 95 of 100 answers (held: {ours.held})",
            at_goal.slow,
            f"half a second ({page} holds {alone.held})",
            PATIENCE,
            1.0,
            tuple(lines),
        ),
        Figure(
            f"time by answer at full load, two processes (brings {alike / answer:.2f})",
            answer,
            f"one process on the same store (two are to bring {TWICE})",
            alike,
            1 / TWICE,
            told,
        ),
    ]
