"""Whether a file that somebody brought can be read, tried in a process of its own: a database made to bring DuckDB down
must not take the server with it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: Opens a file as the store's engine would, without writing, and reads every table to its end.
_READ = """
import sys, duckdb
asked = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
         "enable_external_access": "false", "memory_limit": "1GB", "threads": "1"}
with duckdb.connect(sys.argv[1], read_only=True, config=asked) as connection:
    tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
    for (name,) in tables:
        read = connection.execute('FROM "' + name.replace('"', '""') + '"')
        while read.fetchmany(10_000):
            pass
"""


def readable(path: Path, seconds: float = 120.0) -> bool:
    """Whether the database in a file opens, and every row of it can be read, within so many seconds."""
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _READ, str(path)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return child.returncode == 0
