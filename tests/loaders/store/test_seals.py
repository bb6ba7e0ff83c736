"""Every edit made with another client shows, whatever the table and the column; so does damage, as a finding."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, Question
from kpi.issue import Severity
from loaders.store import Rule, Store, StoreDamaged
from loaders.store.audit.seal_faults import TABLE_WORDS, read_chain, row_faults
from loaders.store.audit.seals import CHAINED, TABLES
from loaders.store.file.database import rows
from tests.factory import AGRI, COUNT, CUT, POLICY, RATE, TRADE
from tests.loaders.store.test_log import make_over
from tests.storekit import answer, do, figures, issue, later, new_store, reading, save_and_send, save_return, send
from tests.worktools import FIRST, MEETING, work_plan


def fill(store: Store) -> Store:
    """A store in which every table has rows, of samples too where there can be any."""
    said = answer(RATE, value=65.0, period="FY2024", release="final")
    asked = reading(said, issues=(issue(Severity.NOTE, RATE),))
    first = save_return(store, asked, b"1", "回答.xlsx", by="青森 花子", at=later(1)).submission_id
    do(store, "mend", first, [Mend(RATE, "value", 64.0, "集計誤り")], by="青森 花子", at=later(2))
    send(store, first, by="青森 花子", at=later(3))
    do(store, "ask_back", first, [Question(RATE, "value", "正しいですか。")], by="事", at=later(4))
    do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="見直し", by="事", at=later(4))
    code = store.snapshot("tiny").observations["code"].iloc[0]
    do(store, "set_publication", [code], "embargoed", later(50), by="事", at=later(4))
    do(store, "set_membership", Rule("", "mail", "a@example.jp", "department", (POLICY,)), by="管", at=later(5))
    do(store, "confirm", first, by="事", at=later(6))
    do(store, "revoke", "s" * 64, by="青森 花子", at=later(6))
    sample = reading(answer(COUNT, value=9.0, period="FY2024", release="final"), department=TRADE, sample=True)
    save_and_send(store, sample, b"3", later(6), by="サンプル")
    for n, marked in enumerate((False, True)):
        told = reading(answer(MEETING, progress="done", performance="開いた。"), round_id=FIRST, sample=marked)
        save_and_send(store, told, f"review {n}".encode(), later(7 + n))
    return store


@cache
def _filled() -> bytes:
    with TemporaryDirectory() as folder:
        return fill(new_store(Path(folder), work_plan())).path.read_bytes()


def copy_filled(folder: Path) -> Store:
    """The filled store, copied into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / "kpi.duckdb").write_bytes(_filled())
    return Store(folder / "kpi.duckdb")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return copy_filled(tmp_path)


@contextmanager
def other_client(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(store.path)) as connection:
        yield connection


def files(store: Store) -> list[dict[str, object]]:
    with store._database.read() as connection:
        return rows(connection, "SELECT filename, sample FROM workbooks")


def test_the_filled_store_is_sound_and_every_table_is_sealed_and_has_a_word(store):
    assert store.verify() == ()
    with other_client(store) as connection:
        tables = {r[0] for r in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert [t for t in tables if not connection.execute(f"SELECT 1 FROM {t} LIMIT 1").fetchall()] == []
    assert tables == TABLES.keys() | CHAINED == TABLE_WORDS.keys()


def unseen_edits(store: Store) -> tuple[int, list[tuple[str, str]]]:
    """How many edits were tried, and those that would not be seen: table, and column or what else was done.

    Each is done in a transaction that is rolled back: what is compared is what another client would leave.
    """
    tried, unseen = 0, []
    with other_client(store) as connection:
        chains = [read_chain(connection, sample=s) for s in (False, True)]
        for table in TABLES:
            assert [code for code, _ in row_faults(connection, table, chains)] == []
            for what, edit in edits_of(connection, table):
                connection.execute("BEGIN")
                connection.execute(edit)
                tried += 1
                if not list(row_faults(connection, table, chains)):
                    unseen.append((table, what))
                connection.execute("ROLLBACK")
    return tried, unseen


def edits_of(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[str, str]]:
    """Every column of the last row changed by the least there is; that row gone; one like it more."""
    kinds = dict(connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND data_type <> 'BLOB'", [table]
    ).fetchall())  # fmt: skip
    unique = connection.execute(
        "SELECT constraint_column_names FROM duckdb_constraints() WHERE table_name = ? "
        "AND constraint_type = 'PRIMARY KEY'", [table]
    ).fetchall()  # fmt: skip
    last = f"rowid = (SELECT max(rowid) FROM {table})"
    for column, kind in kinds.items():
        yield column, f'UPDATE {table} SET "{column}" = {_OTHER[kind].format(column)} WHERE {last}'
    yield "a row less", f"DELETE FROM {table} WHERE {last}"
    fresh = ", ".join(f'{_OTHER[kinds[k]].format(k)} AS "{k}"' for (own,) in unique for k in own)
    yield (
        "a row more",
        f"INSERT INTO {table} SELECT * {f'REPLACE ({fresh})' if fresh else ''} FROM {table} WHERE {last}",
    )


def test_an_edit_of_any_column_of_any_table_shows_and_so_does_a_row_more_or_less(store):
    tried, unseen = unseen_edits(store)
    assert unseen == []
    assert tried > 150


_OTHER = {
    "VARCHAR": "coalesce(\"{0}\", '') || 'x'",
    "BIGINT": 'coalesce("{0}", 0) + 1000',
    "INTEGER": 'coalesce("{0}", 0) + 1000',
    "DOUBLE": 'coalesce("{0}", 0) + 0.000001',
    "BOOLEAN": 'NOT coalesce("{0}", false)',
    "TIMESTAMP": "coalesce(\"{0}\", TIMESTAMP '2026-01-01') - INTERVAL 1 MICROSECOND",
}


#: What another client does: its kind, the statements, and as what it is found at least.
EDITS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("who saved a return", ("UPDATE submissions SET saved_by = 'だれか'",), "verify.rows_changed"),
    ("how grave a remark is", ("UPDATE issues SET severity = 'ask'",), "verify.rows_changed"),
    ("a file's name", ("UPDATE workbooks SET filename = '別.xlsx'",), "verify.rows_changed"),
    ("a file's bytes", ("UPDATE workbooks SET data = 'x'::BLOB",), "verify.workbook_hash"),
    ("the plan's words", ("UPDATE plans SET document = replace(document, '戦略', '戰略')",), "verify.rows_changed"),
    ("why a card is as it is", ("UPDATE cards SET reason = '別'",), "verify.rows_changed"),
    ("a round retired", ("UPDATE rounds SET retired = true",), "verify.rows_changed"),
    ("departments in another order", ("UPDATE departments SET position = position + 1",), "verify.rows_changed"),
    ("published figures", ("UPDATE series_values SET value = value + 1",), "verify.rows_changed"),
    ("breaks of series taken out", ("DELETE FROM series_breaks",), "verify.rows_missing"),
    ("ended sign-ins taken out", ("DELETE FROM revocations",), "verify.rows_missing"),
    ("an ended sign-in put in", ("INSERT INTO revocations VALUES ('x', now()::TIMESTAMP)",), "verify.rows_added"),
    ("remarks taken out", ("DELETE FROM issues",), "verify.rows_missing"),
    ("what seals say", ("UPDATE seals SET content = '{}'",), "verify.seal_broken"),
    ("seals that are no JSON", ("UPDATE seals SET content = 'no json'",), "verify.damaged"),
    ("a seal taken out", ("DELETE FROM seals WHERE number = 2",), "verify.seal_broken"),
    ("all seals taken out", ("DELETE FROM seals",), "verify.seal_end"),
    (
        "the number of seals that is no number",
        ("UPDATE meta SET value = 'x' WHERE key = 'seal_count'",),
        "verify.damaged",
    ),
    ("the number of seals", ("UPDATE meta SET value = '1' WHERE key = 'seal_count'",), "verify.seal_end"),
    ("a note in what the store keeps of itself", ("INSERT INTO meta VALUES ('note', '1')",), "verify.meta"),
    ("a table of their own", ("CREATE TABLE notes (n INTEGER)",), "verify.shape"),
    ("a column of their own", ("ALTER TABLE entries ADD COLUMN note VARCHAR",), "verify.shape"),
    ("a column dropped", ("ALTER TABLE series_values DROP COLUMN note",), "verify.shape"),
    ("a table dropped", ("DROP TABLE issues",), "verify.shape"),
    ("a view of their own", ("CREATE VIEW seen AS SELECT 1 AS n",), "verify.shape"),
    ("an index of their own", ("CREATE INDEX own ON entries (submission_id)",), "verify.shape"),
    (
        "a question of the store replaced",
        ("CREATE OR REPLACE MACRO observations_at(p, moment) AS TABLE SELECT o.* FROM observations o WHERE false",),
        "verify.shape",
    ),
    ("a sequence begun anew", ("CREATE OR REPLACE SEQUENCE observation_seq",), "verify.number_again"),
    (
        "a sequence of another step",
        ("DROP SEQUENCE question_seq", "CREATE SEQUENCE question_seq INCREMENT BY 2"),
        "verify.shape",
    ),
    ("an act's name in the log", ("UPDATE decisions SET who = 'だれか' WHERE kind = 'mend'",), "verify.log_broken"),
    (
        "the last act of the log taken out",
        ("DELETE FROM decisions WHERE seq = (SELECT max(seq) FROM decisions WHERE NOT sample)",),
        "verify.log_end",
    ),
    (
        "a value and the cell it came from",
        (
            "UPDATE observations SET value = 66",
            "UPDATE entries SET number = 66 WHERE key = 'value'",
            "UPDATE mends SET number = 66",
        ),
        "verify.rows_changed",
    ),
    (
        "a figure made public",
        ("UPDATE publications SET publication = 'public', released_at = NULL",),
        "verify.rows_changed",
    ),
    (
        "a rule that makes one an administrator",
        ("UPDATE memberships SET role = 'admin', departments = '[]'",),
        "verify.rows_changed",
    ),
    (
        "a rule put in",
        ("INSERT INTO memberships SELECT * REPLACE ('*' AS pattern, 'admin' AS role) FROM memberships",),
        "verify.rows_added",
    ),
    ("a real return made a sample", ("UPDATE submissions SET sample = true",), "verify.rows_missing"),
)


@pytest.mark.parametrize(("edits", "code"), [pytest.param(e, c, id=k) for k, e, c in EDITS])
def test_what_another_client_does_to_the_whole_is_found(store, edits, code):
    with other_client(store) as connection:
        for edit in edits:
            connection.execute(edit)
    found = store.verify()
    assert code in {i.code for i in found}
    assert all(i.message.endswith(("。", ")")) and i.advice for i in found)


def test_a_finding_names_the_table_and_the_act_after_which_it_changed(store):
    with other_client(store) as connection:
        connection.execute("UPDATE mends SET reason = '別'")
    assert [i.message for i in store.verify()] == ["画面での修正の記録が、操作の記録の2番の後に変わっています。"]


def test_a_store_made_over_with_all_its_hashes_does_not_fit_the_name_of_its_copy(store, tmp_path):
    copy = store.backup(tmp_path / "copy.duckdb", Act("管", later(8)))
    with other_client(store) as connection:
        connection.execute("UPDATE submissions SET saved_by = 'だれか'")
    make_over(store)
    assert store.verify() == ()
    (found,) = store.verify([("控え", copy.stem.rpartition("_")[2])])
    assert found.code == "verify.mark_unknown"
    # And a copy that was made over does not fit its own name.
    with duckdb.connect(str(copy)) as connection:
        connection.execute("UPDATE submissions SET saved_by = 'だれか'")
    make_over(Store(copy))
    assert [i.code for i in store.restore(copy, Act("管", later(9)))] == ["restore.damaged", "verify.mark_unknown"]


def test_ends_that_a_restore_left_behind_are_no_fault(store, tmp_path):
    early = store.backup(tmp_path / "early.duckdb", Act("管", later(8)))
    save_and_send(store, reading(answer(COUNT, value=7.0, period="FY2024"), department=TRADE), b"9", later(9))
    left = store.log_head().mark
    assert store.restore(early, Act("管", later(10))) == ()
    save_and_send(store, reading(answer(COUNT, value=8.0, period="FY2024"), department=TRADE), b"8", later(11))
    ends = [("控え", early.stem.rpartition("_")[2]), ("紙", left), ("紙", store.log_head().mark)]
    assert store.verify(ends) == ()
    wrong = left.split("-")[0] + "-000000000000"
    assert store.verify([("紙", f"1{wrong}")]) != ()


def test_samples_come_and_go_and_a_file_that_somebody_sent_too_becomes_theirs(store):
    own = reading(answer(CUT, value=9.0, period="FY2024"), department=AGRI)
    save_and_send(store, own, b"3", later(7))  # the very bytes of the sample
    assert store.verify() == ()
    do(store, "remove_samples", by="管", at=later(8))
    assert store.verify() == ()
    assert [one["sample"] for one in files(store)] == [False, False, False]
    save_and_send(store, reading(answer(COUNT, value=1.0, period="FY2024"), sample=True), b"5", later(9), by="サ")
    assert store.verify() == ()


def test_published_figures_that_change_are_sealed_with_no_act_of_a_person(store):
    assert store.init([work_plan()], figures(5), Act("", later(9)))
    assert store.verify() == ()
    with other_client(store) as connection:
        connection.execute("UPDATE series_values SET value = 1 WHERE batch = 2 AND value = 4")
    (found,) = store.verify()
    assert (found.code, "に続く読込みの後に" in found.message) == ("verify.rows_changed", True)


# --- damage ---


def test_a_damaged_block_anywhere_is_a_finding_and_no_traceback(store, tmp_path):
    """Whatever block is hurt: what the program would read wrong, or not at all, is told; the rest holds nothing."""
    data, chance = store.path.read_bytes(), random.Random(20261121)
    seen = 0
    blocks = range(12_288, len(data), 16_384)
    for start in chance.sample(blocks, 8):
        hurt = bytearray(data)
        for _ in range(8):
            hurt[start + chance.randrange(8, 16_384)] ^= 0xFF
        path = tmp_path / f"{start}.duckdb"
        path.write_bytes(hurt)
        found = Store(path).verify()
        seen += bool(found)
        if not found:
            assert Store(path).snapshot("tiny").observations.equals(store.snapshot("tiny").observations)
        assert all(i.code.startswith("verify.") for i in found)
        path.unlink()
    assert seen > 1
    assert store.verify() == ()  # and no other store of this process suffers


@pytest.mark.parametrize("version", ["99", "3", "4", "0", "", "x", "３", "-1", "9" * 5000])
def test_a_store_of_another_version_is_named_in_one_sentence(store, version):
    with other_client(store) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", [version])
    (found,) = store.verify()
    assert found.code == "verify.damaged"
    assert found.message.startswith("データファイル kpi.duckdb ")
    assert len(found.message) < 200
    with pytest.raises(StoreDamaged, match=r"kpi\.duckdb"):
        store.plan_ids()


@pytest.mark.parametrize(
    "edit",
    [
        "DELETE FROM meta",
        "DROP TABLE meta",
        "ALTER TABLE meta RENAME COLUMN value TO other",
        "DROP TABLE decisions",
        "DROP TABLE seals",
        "UPDATE decisions SET payload = 'no json'",
        "DROP MACRO TABLE observations_at",
        "ALTER TABLE decisions DROP COLUMN role",
    ],
)
def test_what_is_gone_is_a_finding(store, edit):
    with other_client(store) as connection:
        connection.execute(edit)
    assert store.verify()


def test_a_file_cut_short_or_filled_with_something_else_is_a_finding(store, tmp_path):
    data = store.path.read_bytes()
    for name, content in {"half": data[: len(data) // 2], "head": data[:4096], "text": b"PK\x03\x04" * 9000}.items():
        path = tmp_path / f"{name}.duckdb"
        path.write_bytes(content)
        assert next(i.code for i in Store(path).verify()) == "verify.damaged"
    shutil.copy(store.path, tmp_path / "torn.duckdb")
    (tmp_path / "torn.duckdb.wal").write_bytes(random.Random(1).randbytes(5000))
    assert [i.code for i in Store(tmp_path / "torn.duckdb").verify()] in ([], ["verify.damaged"])
