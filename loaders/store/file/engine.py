"""DuckDB running in this process, and the files attached to it while somebody uses them.

DuckDB's own start takes six times as long as opening a file, so it is started once and keeps no file: each is
detached, and with that written out, closed and unlocked, as soon as its last user is done.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection

#: No extension is ever fetched: the store makes no request to another host.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # Of a new file: two dozen small tables take 0.4 MB instead of 5, in every copy too.
    "default_block_size": 16_384,
}


@dataclass
class _Attached:
    """A file by its name inside DuckDB, and how many use it at this moment."""

    name: str
    users: int = 0


class Engine:
    """One running DuckDB. Raises duckdb.Error where a file cannot be opened as asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database: Connection | None = None
        self._files: dict[tuple[str, bool], _Attached] = {}
        self._numbers = count(1)

    def take(self, path: Path, *, read_only: bool) -> Connection:
        """A connection whose names are those of one file. It goes back by ``give_back``."""
        place = (os.path.abspath(path), read_only)
        with self._lock:
            if self._database is None:
                self._database = duckdb.connect(config=_CONFIG)
                # Where DuckDB takes the program for a session at a prompt, it would draw its own bar over two
                # seconds of work into the standard output, amid what a command answers there.
                self._database.execute("SET enable_progress_bar = false")
            if place not in self._files:
                name, mode = f"store_{next(self._numbers)}", "READ_ONLY" if read_only else "READ_WRITE"
                quoted = place[0].replace("'", "''")
                self._database.execute(f"ATTACH '{quoted}' AS {name} (TYPE duckdb, {mode})")
                self._files[place] = _Attached(name)
            file = self._files[place]
            connection = self._database.cursor()
            connection.execute(f"USE {file.name}")
            file.users += 1
        return connection

    def give_back(self, connection: Connection, path: Path, *, read_only: bool) -> None:
        """Close a connection, rolling back what it has not committed, and the file with the last one."""
        place = (os.path.abspath(path), read_only)
        with self._lock:
            connection.close()
            file = self._files[place]
            file.users -= 1
            if not file.users and self._database is not None:
                del self._files[place]
                # What cannot be written out now (a full disk) is committed all the same: it stands in the log beside.
                with suppress(duckdb.Error):
                    self._database.execute(f"DETACH {file.name}")


#: The one of this process.
ENGINE = Engine()
