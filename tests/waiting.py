"""Waiting in tests: for other threads, and for coroutines beside the loop of the browser's driver."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor


def wait(coroutine: Coroutine):
    """What a coroutine gives, run in a thread with a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def until(happened: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for something another thread does; after so long the test fails."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
