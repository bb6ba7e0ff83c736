"""Ctrl-C: a command ends with one sentence and the exit code that shells know it by, at whatever moment it comes.

The first import of a command, before all that takes long to read in; so it imports nothing of the program.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

SAID, CODE = "中断しました。", 130
#: Seconds until an interrupt is raised again that came where Python can raise nothing.
_AGAIN = 0.05
_came = threading.Event()


def ends_at_once() -> None:
    """Until :func:`is_raised`: nothing is begun yet, and libraries that are being read in catch what is raised."""
    aside = threading.current_thread() is not threading.main_thread()
    # Where the shell lets a command run on in spite of it (``nohup``, ``&``), it does.
    if not aside and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _end)


def is_raised() -> None:
    """From now on it is a KeyboardInterrupt, so that what is begun is taken back. Only after :func:`ends_at_once`."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, _raise)
        sys.unraisablehook = _unraisable


def comes_too_late() -> None:
    """The command is over: its exit code is that of what it did, while Python ends."""
    if signal.getsignal(signal.SIGINT) in (_end, _raise):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def came() -> bool:
    """Whether it was pressed: DuckDB and others make errors of their own of it."""
    return _came.is_set()


def end() -> NoReturn:
    """Say it and end, here and now."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    try:
        os.write(2, f"{SAID}\n".encode(encoding, "backslashreplace"))
    finally:
        os._exit(CODE)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    end()


def _raise(_number: int, _frame: FrameType | None) -> NoReturn:
    _came.set()
    raise KeyboardInterrupt


def _unraisable(odd: sys.UnraisableHookArgs) -> None:
    if not issubclass(odd.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(odd)
        return
    again = threading.Timer(_AGAIN, signal.raise_signal, [signal.SIGINT])
    again.daemon = True
    again.start()
