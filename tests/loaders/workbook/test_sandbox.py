"""The child that opens files: what it may not do, how long it may take, and that it is gone afterwards."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kpi.issue import Issue
from loaders.workbook.cells import Book, Reader, open_book
from loaders.workbook.isolation import sandbox, worker_pool
from loaders.workbook.isolation.preflight import Limits
from loaders.workbook.isolation.worker_pool import Child, Lost, Pool
from tests import ROOT
from tests import raw_books as raw

SOUND = raw.packed(raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>5</v></c></row>')))
BAD = b"PK\x03\x04 nothing more"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rlimits and /proc are Linux's")


def slow_book() -> bytes:
    """Sound, but 60,000 rows of work."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"/></row>' for n in range(1, 60_001))
    return raw.packed(raw.parts(raw.sheet_xml(rows)))


@linux
def test_the_child_runs_under_limits_of_memory_time_files_and_core() -> None:
    child = Child(Limits())
    try:
        child.ask(SOUND)
        text = Path(f"/proc/{child.process.pid}/limits").read_text()
    finally:
        child.close()
    found = {line[:26].strip(): line[26:].split() for line in text.splitlines()[1:]}
    assert found["Max address space"][:2] == ["450000000", "450000000"]
    assert found["Max file size"][:2] == ["0", "0"]
    assert found["Max core file size"][:2] == ["0", "0"]
    assert 0 < int(found["Max cpu time"][0]) < 10
    assert int(found["Max open files"][1]) <= 64


@linux
def test_the_child_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_SECRET", "s3cret-value")
    child = Child(Limits())
    try:
        seen = Path(f"/proc/{child.process.pid}/environ").read_bytes()
    finally:
        child.close()
    assert b"s3cret-value" not in seen
    assert b"HOME=" not in seen


@linux
def test_the_child_cannot_write_a_file(tmp_path: Path) -> None:
    script = (
        "import sys; from loaders.workbook.isolation.sandbox import restrict;"
        "from loaders.workbook.isolation.preflight import Limits; restrict(Limits());"
        "f = open(sys.argv[1], 'wb', buffering=0); f.write(b'x')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "x")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "File too large" in done.stderr
    assert (tmp_path / "x").stat().st_size == 0


@linux
def test_memory_beyond_the_limit_is_an_issue_and_not_the_servers_death() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v>{n:0>200}</v></c></row>' for n in range(1, 40_001))
    data = raw.packed(raw.parts(raw.sheet_xml(rows)))
    pool = Pool(size=1, limits=Limits(memory=60_000_000, clock_seconds=60.0))
    try:
        issue = open_book(data, "大.xlsx", pool=pool)
        assert isinstance(issue, Issue)
        assert issue.code == "file.too_much_memory"
        assert isinstance(open_book(SOUND, "小.xlsx", pool=pool), Book)
    finally:
        pool.close()


def test_a_file_that_takes_too_long_is_stopped_by_the_clock_and_the_next_is_read() -> None:
    pool = Pool(size=1, limits=Limits(clock_seconds=0.05))
    data = slow_book()
    try:
        begun = time.monotonic()
        issue = open_book(data, "遅い.xlsx", pool=pool)
        assert isinstance(issue, Issue)
        assert issue.code == "file.too_slow"
        assert time.monotonic() - begun < 4
        patient = Pool(size=1)
        assert isinstance(open_book(data, "遅い.xlsx", pool=patient), Book)
        patient.close()
    finally:
        pool.close()


@linux
@pytest.mark.campaign
def test_processor_time_is_bounded_for_each_file_and_not_for_their_sum() -> None:
    child = Child(Limits(processor_seconds=2, clock_seconds=60))
    data = slow_book()
    try:
        deadline = time.monotonic() + 40
        while _seconds(child) < 5 and time.monotonic() < deadline:
            assert child.ask(data)
        assert _seconds(child) >= 5
    finally:
        child.close()


def _seconds(child: Child) -> float:
    fields = Path(f"/proc/{child.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@linux
def test_running_out_of_processor_time_is_told_as_too_slow() -> None:
    child = Child(Limits(processor_seconds=0, clock_seconds=60, cells=10**7, rows=10**7, elements=10**8))
    rows = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}"><v>{n}</v></c>' for c in "ABCDEFGHIJ") + "</row>"
        for n in range(1, 60_001)
    )
    try:
        with pytest.raises(Lost) as lost:
            child.ask(raw.packed(raw.parts(raw.sheet_xml(rows))))
        assert lost.value.code == "too_slow"
    finally:
        child.close()


def test_a_child_that_dies_is_an_issue_and_is_replaced() -> None:
    pool = Pool(size=1)
    try:
        pool.warm()
        pool._idle[0].process.kill()
        pool._idle[0].process.wait()
        assert isinstance(open_book(SOUND, "a.xlsx", pool=pool), Book)
        long_work = slow_book()
        threading.Timer(0.05, pool._idle[0].process.kill).start()
        issue = open_book(long_work, "b.xlsx", pool=pool)
        assert isinstance(issue, Issue)
        assert issue.code == "file.stopped"
        assert isinstance(open_book(SOUND, "c.xlsx", pool=pool), Book)
    finally:
        pool.close()


def test_a_child_is_kept_for_sound_files_and_replaced_after_a_bad_one_and_after_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_pool, "_FILES_PER_CHILD", 4)
    pool = Pool(size=1)
    try:
        used = []
        for data in (SOUND, SOUND, BAD, SOUND, SOUND, SOUND, SOUND, SOUND):
            pool.warm()
            used.append(pool._idle[0].process.pid)
            open_book(data, "a.xlsx", pool=pool)
        assert used[0] == used[1] == used[2]
        assert used[3] not in used[:3]
        assert used[3] == used[4] == used[5] == used[6]
        assert used[7] != used[6]
    finally:
        pool.close()


def test_many_threads_share_few_children_and_all_get_their_own_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    alive = most = 0
    lock = threading.Lock()
    ask = Child.ask

    def counted(child: Child, data: bytes) -> bytes:
        nonlocal alive, most
        with lock:
            alive += 1
            most = max(most, alive)
        try:
            time.sleep(0.02)
            return ask(child, data)
        finally:
            with lock:
                alive -= 1

    monkeypatch.setattr(Child, "ask", counted)
    pool = Pool(size=2)
    files = [raw.packed(raw.parts(raw.sheet_xml(f'<row r="1"><c r="A1"><v>{n}</v></c></row>'))) for n in range(24)]
    try:
        with ThreadPoolExecutor(12) as threads:
            books = list(threads.map(lambda data: open_book(data, "a.xlsx", pool=pool), files))
    finally:
        pool.close()
    assert [book.sheets[0].cells[1, 1].value for book in books if isinstance(book, Book)] == list(range(24))
    assert most == 2


def test_waiting_too_long_for_a_free_child_is_told_as_busy() -> None:
    pool = Pool(size=1, wait=0.05)
    pool._places.acquire()
    issue = open_book(SOUND, "a.xlsx", pool=pool)
    assert isinstance(issue, Issue)
    assert issue.code == "file.busy"
    pool._places.release()
    assert isinstance(open_book(SOUND, "a.xlsx", pool=pool), Book)
    pool.close()


def test_a_child_starts_without_openpyxl_which_takes_longer_than_the_rest_of_its_start() -> None:
    program = "import sys, loaders.workbook.isolation.sandbox; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_a_warm_pool_answers_a_single_upload_within_a_second() -> None:
    pool = Pool(size=1)
    try:
        pool.warm()
        begun = time.monotonic()
        assert isinstance(open_book(SOUND, "a.xlsx", pool=pool), Book)
        assert time.monotonic() - begun < 1
    finally:
        pool.close()


def test_nothing_a_child_says_is_believed_unless_it_has_the_shape_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(size=1)
    sound = json.loads(sandbox.answer(SOUND, Limits()))
    for said in (b"", b"[]", b"7", b"\xff", b"{}", json.dumps({**sound, "texts": []}).encode()):
        monkeypatch.setattr(pool, "ask", lambda _data, said=said: said)
        issue = open_book(SOUND, "a.xlsx", pool=pool)
        assert isinstance(issue, Issue)
        assert issue.code == "file.stopped"


def test_an_answer_larger_than_agreed_is_not_taken_in() -> None:
    child = Child(Limits())
    try:
        child._limits = Limits(answer=50)
        with pytest.raises(Lost) as lost:
            child.ask(SOUND)
        assert lost.value.code == "too_many_cells"
        assert child.process.wait(timeout=5) != 0
    finally:
        child.close()


@pytest.mark.parametrize("end", ["", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
@linux
def test_no_child_outlives_the_program_however_it_ends(tmp_path: Path, end: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(SOUND)
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from loaders.workbook import cells\nfrom loaders.workbook.isolation import worker_pool\n"
        "assert isinstance(cells.open_book(open('a.xlsx', 'rb').read(), 'a.xlsx'), cells.Book)\n"
        "print(worker_pool.shared_pool()._idle[0].process.pid, flush=True)\n" + end
    )
    # Run from another folder: the child finds the package wherever the program was started.
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and Path(f"/proc/{pid}").exists() and _running(pid):
        time.sleep(0.02)
    assert not _running(pid)


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_batch_is_read_in_order_by_any_number_of_workers() -> None:
    files = [
        (f"{n}.xlsx", raw.packed(raw.parts(raw.sheet_xml(f'<row r="1"><c r="A1"><v>{n}</v></c></row>'))))
        for n in range(15)
    ]
    for workers in (1, 2):
        with Reader(workers) as reader:
            read = list(reader.read_all(files))
        assert [(name, data) for name, data, _ in read] == files
        assert [book.sheets[0].cells[1, 1].value for _, _, book in read if isinstance(book, Book)] == list(range(15))


def test_a_batch_may_be_left_in_the_middle_without_leaving_a_child() -> None:
    with Reader(workers=2) as reader:
        for _ in reader.read_all([("a.xlsx", SOUND)] * 30):
            break
        processes = [child.process for child in reader._pool._idle]
    for process in processes:
        assert process.wait(timeout=5) is not None


def test_a_batch_costs_less_than_openpyxl_merely_visiting_the_cells() -> None:
    from openpyxl import Workbook, load_workbook

    book = Workbook()
    for sheet in (book.active, book.create_sheet(), book.create_sheet()):
        for row in range(1, 41):
            sheet.append([f"指標{row}", row * 1.1, "件", None, row, "根拠資料", "", 0.774] * 3)
    target = io.BytesIO()
    book.save(target)
    files = [("a.xlsx", target.getvalue())] * 12

    def visit() -> float:
        begun = time.perf_counter()
        for _, data in files:
            for sheet in load_workbook(io.BytesIO(data), data_only=True):
                for line in sheet.iter_rows():
                    for cell in line:
                        _ = cell.value
        return time.perf_counter() - begun

    def read() -> float:
        with Reader(workers=1) as reader:
            list(reader.read_all(files[:2]))
            begun = time.perf_counter()
            for _, _, found in reader.read_all(files):
                assert isinstance(found, Book)
            return time.perf_counter() - begun

    # The best of a few turns: other work on the machine may disturb one of them.
    assert any(read() / visit() < 1.2 for _ in range(4))


def test_what_a_system_cannot_bound_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform.startswith("linux"):
        assert sandbox.lacking() == ""
    monkeypatch.setattr(sandbox, "resource", None)
    assert "上限" in sandbox.lacking()
    sandbox.restrict(Limits())
