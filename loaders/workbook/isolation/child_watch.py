"""Watches a child process whose address space cannot be bounded: by the clock and by the memory it really holds."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import Literal

_EVERY_SECONDS = 0.05


class Ended(Exception):
    """The child gave no answer; ``why`` is ``too_slow``, ``too_much_memory`` or ``stopped``."""

    def __init__(self, why: Literal["too_slow", "too_much_memory", "stopped"]) -> None:
        super().__init__(why)
        self.why = why


def ask_watched(process: subprocess.Popen[bytes], data: bytes, *, seconds: float, memory: int) -> bytes:
    """All that a child says to the data until it ends; it is killed after so many seconds or above so many bytes.

    What it holds is known on Linux; elsewhere only the clock is watched.
    """
    done, greedy = threading.Event(), threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY_SECONDS):
            if resident(process.pid) > memory:
                greedy.set()
                process.kill()
                return

    watcher = threading.Thread(target=watch, name="watch of a child", daemon=True)
    watcher.start()
    try:
        said, _ = process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Ended("too_slow") from None
    finally:
        done.set()
        watcher.join()
        if process.poll() is None:
            process.kill()
        process.communicate()
    if greedy.is_set():
        raise Ended("too_much_memory")
    if process.returncode:
        raise Ended("stopped")
    return said


def resident(pid: int) -> int:
    """The bytes of memory a process holds now; 0 where it has ended or the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as told:
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
