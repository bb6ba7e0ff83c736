"""Files opened in one running DuckDB: alone or beside each other, let go of afterwards, and one not hurt by another."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from threading import Timer

import duckdb
import pytest

from loaders.store.file.database import given, take
from loaders.store.file.opening import StoreDamaged, make_schema, opened
from tests import ROOT


@pytest.fixture
def two(tmp_path) -> tuple[Path, Path]:
    """Two new stores, one with a name that SQL would have to quote."""
    paths = tmp_path / "控え 'その1'.duckdb", tmp_path / "b.duckdb"
    for path in paths:
        make_schema(path)
    return paths


def note(path: Path, key: str) -> None:
    with opened(path, read_only=False, wait=0) as connection:
        connection.execute("INSERT INTO meta VALUES (?, '')", [key])


def noted(path: Path) -> set[str]:
    with opened(path, read_only=True, wait=0) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM meta").fetchall()} - {"schema_version"}


def test_each_of_two_files_at_once_keeps_its_own(two):
    with ExitStack() as stack:
        one, other = (stack.enter_context(opened(path, read_only=False, wait=0)) for path in two)
        take(one, "event_seq", 5)
        one.execute("INSERT INTO meta VALUES ('a', '')")
        other.execute("INSERT INTO meta VALUES ('b', '')")
        assert (given(one)["event_seq"], given(other)["event_seq"]) == (5, 0)
    assert [noted(path) for path in two] == [{"a"}, {"b"}]


def test_readers_share_a_file_until_the_last_has_done(two):
    path = two[0]
    with opened(path, read_only=True, wait=0) as first:
        with opened(path, read_only=True, wait=0):
            pass
        assert first.execute("SELECT count(*) FROM meta").fetchall() == [(1,)]
    note(path, "a")
    assert noted(path) == {"a"}


def test_a_file_let_go_of_is_closed_written_out_and_free_for_others(two):
    path = two[0]
    note(path, "a")
    assert not Path(f"{path}.wal").exists()
    with duckdb.connect(str(path)) as elsewhere:
        elsewhere.execute("INSERT INTO meta VALUES ('b', '')")
    assert noted(path) == {"a", "b"}


def test_what_was_not_committed_is_gone(two):
    with opened(two[0], read_only=False, wait=0) as connection:
        connection.execute("BEGIN")
        connection.execute("INSERT INTO meta VALUES ('a', '')")
    assert noted(two[0]) == set()


def test_what_is_committed_counts_as_saved_where_it_cannot_be_written_out_yet(two):
    path = two[0]
    with opened(path, read_only=False, wait=0) as connection:
        connection.execute("SET GLOBAL debug_checkpoint_abort = 'before_header'")
        connection.execute("INSERT INTO meta VALUES ('a', '')")
    assert Path(f"{path}.wal").exists()
    with opened(two[1], read_only=True, wait=0) as connection:
        connection.execute("SET GLOBAL debug_checkpoint_abort = 'none'")
    assert noted(path) == {"a"}
    note(path, "b")
    assert noted(path) == {"a", "b"}
    assert not Path(f"{path}.wal").exists()


def test_a_file_that_fails_hurts_neither_another_nor_what_it_had_committed(two):
    failing, sound = two
    with opened(sound, read_only=True, wait=0) as beside:
        with opened(failing, read_only=False, wait=0) as connection:
            connection.execute("SET GLOBAL debug_checkpoint_abort = 'before_header'")
            connection.execute("INSERT INTO meta VALUES ('a', '')")
            with pytest.raises(duckdb.Error, match="invalidated"):
                connection.execute("CHECKPOINT")
            beside.execute("SET GLOBAL debug_checkpoint_abort = 'none'")
        assert beside.execute("SELECT count(*) FROM meta").fetchall() == [(1,)]
    assert noted(failing) == {"a"}
    note(failing, "b")
    assert noted(failing) == {"a", "b"}


@pytest.mark.parametrize("content", [b"", b"no store", b"SQLite format 3\x00" + bytes(200)])
def test_a_file_that_is_no_store_is_refused_and_the_next_one_opens(two, tmp_path, content):
    strange = tmp_path / "strange.duckdb"
    strange.write_bytes(content)
    with pytest.raises((StoreDamaged, duckdb.Error)), opened(strange, read_only=True, wait=0) as connection:
        connection.execute("SELECT * FROM meta")
    assert noted(two[0]) == set()


def test_a_file_that_a_question_to_the_catalog_still_holds_is_waited_for_and_not_called_damaged(two):
    one, other = two
    with opened(other, read_only=True, wait=0) as asking:
        with opened(one, read_only=False, wait=0) as writing:
            asking.execute("BEGIN")
            asking.execute("SELECT count(*) FROM duckdb_columns()").fetchall()  # looks into every open file
            writing.execute("INSERT INTO meta VALUES ('a', '')")
        answered = Timer(0.3, lambda: asking.execute("COMMIT"))
        answered.start()
        note(one, "b")
        answered.join()
    assert noted(one) == {"a", "b"}


def test_no_progress_bar_is_drawn_into_the_answer_of_a_command_however_it_is_started(two):
    """``python -c`` is a session at a prompt to DuckDB, and there it draws one of its own accord."""
    code = """
import sys
from pathlib import Path
from loaders.store.file.engine import Engine
engine = Engine()
engine.take(Path(sys.argv[1]), read_only=True)
print(engine._database.execute("SELECT current_setting('enable_progress_bar')").fetchone()[0])
"""
    told = subprocess.run(
        [sys.executable, "-c", code, str(two[0])], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == "False\n"
