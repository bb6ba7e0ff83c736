"""This program as its next version would be: schema number 3, with one more step that adds a column and fills it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from loaders.store.file import backup, migration, opening, schema
from loaders.store.file.database import Connection

_COLUMN = "mime VARCHAR NOT NULL DEFAULT 'xlsx'"


def _step(connection: Connection) -> None:
    connection.execute("ALTER TABLE workbooks ADD COLUMN mime VARCHAR DEFAULT 'xlsx'")
    connection.execute("ALTER TABLE workbooks ALTER COLUMN mime SET NOT NULL")


def install(put=setattr) -> None:
    """Let the modules of the store be of the next version; ``put`` is ``setattr`` or one that is undone."""
    with NamedTemporaryFile("w", suffix=".sql", delete=False, encoding="utf-8") as made:
        text = opening._SCHEMA.read_text("utf-8")
        made.write(text.replace("stored_at TIMESTAMP NOT NULL)", f"stored_at TIMESTAMP NOT NULL, {_COLUMN})", 1))
    put(opening, "_SCHEMA", Path(made.name))
    for module in (opening, migration, backup):
        put(module, "SCHEMA_VERSION", "3")
    put(migration, "STEPS", {**migration.STEPS, 3: _step})
    put(schema, "wanted", cache(schema.wanted.__wrapped__))
