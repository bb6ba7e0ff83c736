"""A process that has everything imported and forks a server whenever it is asked: starting one anew takes seconds.

It reads a line of JSON (arguments, environment, folder, log) for each server and answers with the server's process id.
What reads the environment while it is imported (``pages``) is left to the server itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys

#: What every server imports before its first screen.
IMPORTED = (
    "altair",
    "duckdb",
    "openpyxl",
    "pandas",
    "pyarrow",
    "streamlit.web.bootstrap",
    "streamlit.web.cli",
    "kpi.charts",
    "loaders.services",
    "loaders.services.operations",
)


def main() -> None:
    """Serve until standard input ends."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # held in common by all servers; none has to look through it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a server that has ended leaves nothing behind
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _serve(asked)
        print(pid, flush=True)


def _serve(asked: dict[str, object]) -> None:
    """Become the server; the process ends here."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(str(asked["log"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number, held in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(held, number)
    os.environ.clear()
    os.environ.update(asked["environment"])  # type: ignore[call-overload]
    os.chdir(str(asked["folder"]))
    sys.argv = ["streamlit", *asked["arguments"]]  # type: ignore[misc]
    from streamlit.web import cli

    code = 1
    try:
        cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
