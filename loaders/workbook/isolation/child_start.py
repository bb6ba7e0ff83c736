"""Starts a module of the program as a process of its own, with pipes and without what is secret here.

Plain ``subprocess`` and pipes: under Streamlit ``multiprocessing`` would run ``app.py`` again in the child.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
# What an interpreter may need to start at all; the rest of the environment, secrets included, stays here.
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def start_child(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """``python -m module`` with pipes to its standard input and output; OSError where it cannot start."""
    return subprocess.Popen(
        [sys.executable, "-B", "-E", "-s", "-m", module, *arguments],
        cwd=_ROOT,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
