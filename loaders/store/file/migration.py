"""A store of an older version made one of this version: a copy is changed step by step and takes the old one's place.

The old file stays beside as ``kpi.duckdb.v1-20261121-093000.bak``. Killed at any moment, either the old store is there
or the new one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from kpi.collection.acts import PROGRAM, Act
from kpi.plan import Card, Department, Plan, Round
from loaders import settings
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.audit.seals import seal_anew
from loaders.store.file.database import Connection, rows
from loaders.store.file.opening import (
    SCHEMA_VERSION,
    StoreUnreadable,
    checkpoint,
    clear,
    copy_closed,
    copy_whole,
    is_older,
    make_macros,
    opened,
    put_in_place,
    version_of,
)
from loaders.store.queries.json_document import digest, dump, load

_UNFINISHED = ".migrating"


def _initiatives(connection: Connection) -> None:
    """Texts that hold from year to year stand beside each value, and work is told of half-year by half-year."""
    for column in ("verification", "limits", "after_target"):
        connection.execute(f"ALTER TABLE observations ADD COLUMN {column} VARCHAR DEFAULT ''")
        connection.execute(f"ALTER TABLE observations ALTER COLUMN {column} SET NOT NULL")
    connection.execute(_REVIEWS)
    _rename_in_plans(connection)


_REVIEWS = """
CREATE TABLE reviews (
    review_id BIGINT PRIMARY KEY, code VARCHAR NOT NULL, plan_id VARCHAR NOT NULL, initiative_id VARCHAR NOT NULL,
    period VARCHAR NOT NULL, known_at TIMESTAMP NOT NULL, seq BIGINT NOT NULL, round_id VARCHAR NOT NULL,
    department_id VARCHAR NOT NULL, submission_id VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, sheet VARCHAR NOT NULL,
    cell VARCHAR NOT NULL, said VARCHAR NOT NULL, sample BOOLEAN NOT NULL)
"""


def _rename_in_plans(connection: Connection) -> None:
    """An initiative has a name (its policy until now); who answers answers for a subject (an indicator until now)."""
    for row in rows(connection, "SELECT rowid, document FROM plans"):
        document = json.loads(row["document"])
        for one in document.get("initiatives") or ():
            one["name"] = one.pop("policy")
        for one in document.get("ownerships") or ():
            one["subject_id"] = one.pop("indicator_id")
        written = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        changed = "UPDATE plans SET document = ?, hash = ? WHERE rowid = ?"
        connection.execute(changed, [written, digest(written), row["rowid"]])


#: What changes a store into one of the version named.
STEPS: Mapping[int, Callable[[Connection], None]] = {2: _initiatives}


def migrate(path: Path, wait: float, now: Callable[[], datetime] = settings.now) -> None:
    """Bring a store up to this program's version. The caller holds its exclusive lock."""
    with opened(path, read_only=True, wait=wait) as connection:
        old = version_of(connection, path.name)
    if not is_older(old):
        return  # another process was quicker
    checkpoint(path, wait)
    copy, at = Path(f"{path}{_UNFINISHED}"), now()
    kept = free_name(path, f"v{old}", at)
    try:
        clear(copy)
        copy_closed(path, copy)
        upgrade(copy, wait, at, kept.name)
        copy_whole(path, kept)
        put_in_place(copy, path)
    finally:
        clear(copy)


def upgrade(path: Path, wait: float, at: datetime, kept: str) -> None:
    """Take every step that a file lacks, all in one transaction. Nobody else may use the file."""
    with opened(path, read_only=False, wait=wait) as connection:
        old = version_of(connection, path.name)
        if not is_older(old):
            return
        connection.execute("BEGIN")
        try:
            _take_steps(connection, int(old))
        except duckdb.ProgrammingError as error:  # it is not made as a store of its version is
            raise StoreUnreadable(path.name.removesuffix(_UNFINISHED)) from error
        _refresh_hashes(connection)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", [SCHEMA_VERSION])
        payload = {"before": f"版 {old}", "after": f"版 {SCHEMA_VERSION}", "backup": kept}
        append_event(connection, Event("migrate", "", kept, Act(PROGRAM, at), payload))
        seal_anew(connection)
        connection.execute("COMMIT")
    checkpoint(path, wait)


def _take_steps(connection: Connection, old: int) -> None:
    for version in range(old + 1, int(SCHEMA_VERSION) + 1):
        STEPS[version](connection)
    make_macros(connection)


def free_name(path: Path, mark: str, at: datetime) -> Path:
    """A name beside a file for the copy of it that stays, such as ``kpi.duckdb.v1-20261121-093000.bak``."""
    stem = f"{path}.{mark}-{at:%Y%m%d-%H%M%S}"
    names = (Path(f"{stem}{'' if n == 1 else f'-{n}'}.bak") for n in range(1, 1000))
    return next(name for name in names if not os.path.lexists(name))


def _refresh_hashes(connection: Connection) -> None:
    """Write the plan's documents as this program would.

    An attribute that came since has its default; without this every part of a plan would look changed at the next
    start, and every card would get a version in which nothing is new.
    """
    parts: tuple[tuple[str, type[Plan | Department | Round | Card]], ...] = (
        ("plans", Plan), ("departments", Department), ("rounds", Round), ("cards", Card),
    )  # fmt: skip
    for table, wanted in parts:
        place = "position" if table in ("departments", "rounds") else "NULL"
        own = "WHERE origin = 'plan'"
        for row in rows(connection, f"SELECT rowid, document, {place} AS place FROM {table} {own}"):
            document = dump(load(wanted, row["document"]))
            hashed = digest(document if row["place"] is None else f"{row['place']}:{document}")
            changed = f"UPDATE {table} SET document = ?, hash = ? WHERE rowid = ?"
            connection.execute(changed, [document, hashed, row["rowid"]])
