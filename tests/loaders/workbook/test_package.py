"""What a workbook is and where its parts stand: said by its main part, whatever slashes, case and escapes are used."""

# ruff: noqa: E501 (markup reads as markup)
from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kpi.issue import Issue
from loaders.workbook.cells import Book, column_letters, open_book
from loaders.workbook.isolation.preflight import Limits
from loaders.workbook.isolation.worker_pool import Child, Pool
from tests import raw_books as raw

BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
SOUND = raw.parts(raw.sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), strings=["<t>値</t>"])
TYPES = "[Content_Types].xml"


def read(made: Mapping[str, str | bytes] | bytes) -> Book | Issue:
    return open_book(made if isinstance(made, bytes) else raw.packed(made), "回答.xlsx")


def opened(made: Mapping[str, str | bytes] | bytes) -> Book:
    book = read(made)
    assert isinstance(book, Book), book
    assert book.sheets[0].cells[1, 1].value == "値"
    return book


def refused(made: Mapping[str, str | bytes] | bytes) -> str:
    issue = read(made)
    assert isinstance(issue, Issue), issue
    return issue.code.removeprefix("file.")


# --- what it is -----------------------------------------------------------------------------------------------------


def with_types(change: Callable[[str], str], **more: str | bytes) -> dict[str, str | bytes]:
    return {**SOUND, TYPES: change(SOUND[TYPES]), **more}


def default(ending: str, kind: str) -> Callable[[str], str]:
    return lambda text: text.replace("<Override", f'<Default Extension="{ending}" ContentType="{kind}"/><Override', 1)


def test_a_default_for_printer_settings_makes_no_binary_workbook() -> None:
    printer = {"xl/printerSettings/printerSettings1.bin": b"\x00" * 40}
    assert opened(with_types(default("bin", BINARY), **printer)).format == "xlsx"
    assert opened(with_types(default("bin", BINARY.upper()))).format == "xlsx"
    macro = with_types(lambda text: default("bin", BINARY)(text).replace("spreadsheetml.sheet.main", "x.main"))
    assert refused(macro) == "damaged"


def test_other_types_among_the_parts_decide_nothing() -> None:
    embedded = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert opened(with_types(default("docx", embedded))).format == "xlsx"
    assert opened(with_types(default("xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12"))).format == "xlsx"
    other = '<Override PartName="/x.bin" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
    assert opened(with_types(lambda text: text.replace("</Types>", other))).format == "xlsx"


def test_the_main_parts_type_may_stand_in_a_default_entry_of_its_own_ending() -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert opened(
        {
            **SOUND,
            TYPES: f'<Types xmlns="{raw._PACKAGE}/content-types"><Default Extension="XML" ContentType="{kind}"/></Types>',
        }
    )


@pytest.mark.parametrize(
    ("main_type", "kind"),
    [("template.main", "xlsx"), ("sheet.macroEnabled.main", "xlsm"), ("template.macroEnabled.main", "xlsm")],
)
def test_templates_and_macros_are_taken_as_ever(main_type: str, kind: str) -> None:
    made = raw.parts(
        raw.sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), strings=["<t>値</t>"], main_type=main_type
    )
    assert opened(made).format == kind
    assert opened({**made, TYPES: default("bin", BINARY)(made[TYPES])}).format == kind


def test_a_binary_workbook_is_refused_by_its_name_wherever_its_type_stands() -> None:
    rels = SOUND["_rels/.rels"].replace("xl/workbook.xml", "xl/workbook.bin")
    binary = {"_rels/.rels": rels, "xl/workbook.bin": b"\x83\x01\x00"}
    kind = f'<Override PartName="/xl/workbook.bin" ContentType="{BINARY}"/></Types>'
    assert refused(with_types(lambda text: text.replace("</Types>", kind), **binary)) == "xlsb"
    assert refused(with_types(default("bin", BINARY), **binary)) == "xlsb"
    as_xml = with_types(
        lambda text: text.replace("spreadsheetml.sheet.main", "x").replace(
            "application/vnd.openxmlformats-officedocument.x", BINARY
        )
    )
    assert refused(as_xml) == "xlsb"


def test_the_workbook_may_have_another_name() -> None:
    made = {name.replace("xl/workbook.xml", "xl/book2.xml"): body for name, body in SOUND.items()}
    made["xl/_rels/book2.xml.rels"] = made.pop("xl/_rels/workbook.xml.rels")
    made["_rels/.rels"] = made["_rels/.rels"].replace("workbook.xml", "book2.xml")
    made[TYPES] = made[TYPES].replace("workbook.xml", "book2.xml")
    opened(made)


# --- names of parts -------------------------------------------------------------------------------------------------


def archived(made: Mapping[str, str | bytes]) -> bytes:
    """Parts as a zip, their names written as they are."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in made.items():
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            archive.writestr(entry, body)
    return target.getvalue()


def renamed(change: Callable[[str], str], *more: str) -> bytes:
    return archived({**{change(name): body for name, body in SOUND.items()}, **dict.fromkeys(more, "<x/>")})


@pytest.mark.parametrize(
    "change",
    [
        lambda name: name.replace("/", "\\"),
        lambda name: name.replace("worksheets/", "worksheets\\"),
        lambda name: name if name.startswith("[") else f"./{name}",
        lambda name: name.upper(),
        lambda name: name.replace("sheet1", "%73heet1"),
    ],
)
def test_parts_are_found_whatever_their_names_are_written_with(change: Callable[[str], str]) -> None:
    opened(renamed(change))


@pytest.mark.parametrize(
    "target",
    [
        "worksheets\\sheet1.xml",
        "Worksheets/SHEET1.xml",
        "worksheets/sheet%31.xml",
        "./worksheets/../worksheets/sheet1.xml",
        "\\xl\\worksheets\\sheet1.xml",
    ],
)
def test_relations_reach_their_parts_whatever_they_are_written_with(target: str) -> None:
    rels = SOUND["xl/_rels/workbook.xml.rels"].replace("worksheets/sheet1.xml", target)
    opened({**SOUND, "xl/_rels/workbook.xml.rels": rels})


def test_japanese_names_of_parts_may_be_escaped_on_either_side() -> None:
    made = dict(SOUND)
    made["xl/worksheets/表 1.xml"] = made.pop("xl/worksheets/sheet1.xml")
    rels = made["xl/_rels/workbook.xml.rels"]
    for target in ("worksheets/%E8%A1%A8%201.xml", "worksheets/表 1.xml"):
        opened(archived({**made, "xl/_rels/workbook.xml.rels": rels.replace("worksheets/sheet1.xml", target)}))


@pytest.mark.parametrize(
    "name",
    ["../x.xml", "..\\x.xml", "xl\\..\\..\\x.xml", "\\x.xml", "/x.xml", "C:\\x.xml", "C:/x.xml", "\\\\server\\x", "%2e%2e/x.xml", "xl/..%5c..%5cx", "%2Fx"],
)  # fmt: skip
def test_names_that_lead_out_are_refused_with_either_slash(name: str) -> None:
    assert refused(renamed(lambda n: n, name)) == "zip_path"
    assert refused(renamed(lambda n: n.replace("/", "\\"), name)) == "zip_path"


@pytest.mark.parametrize(
    "name", ["xl\\workbook.xml", "XL\\Workbook.xml", "xl/./workbook.xml", "xl//workbook.xml", "xl/work%62ook.xml"]
)
def test_two_parts_that_become_one_name_are_refused(name: str) -> None:
    assert refused(renamed(lambda n: n, name)) == "zip_duplicate"


# --- how long it may take -------------------------------------------------------------------------------------------


COLUMNS = [column_letters(c) for c in range(1, 26)]


def large(cell: str, rows: int = 13_000) -> bytes:
    """325,000 cells: a list of real size that is no form."""
    body = "".join(
        f'<row r="{n}">' + "".join(cell.format(ref=f"{c}{n}", n=n) for c in COLUMNS) + "</row>"
        for n in range(1, rows + 1)
    )
    return raw.packed(raw.parts(raw.sheet_xml(body), strings=["<t>値</t>"]))


def large_xls() -> bytes:
    return raw.compound(Workbook=raw.biff(*(raw.biff_number(r, c, 1.5) for r in range(13_000) for c in range(25))))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processor time is read from /proc")
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: large('<c r="{ref}"><v>{n}</v></c>'), id="numbers"),
        pytest.param(lambda: large('<c r="{ref}" t="s"><v>0</v></c>'), id="shared"),
        pytest.param(lambda: large('<c r="{ref}" t="inlineStr"><is><t>あ{n}</t></is></c>'), id="inline"),
        pytest.param(large_xls, id="xls"),
    ],
)
def test_a_sheet_of_real_size_that_is_no_form_is_answered_quickly_and_in_words(make: Callable[[], bytes]) -> None:
    child = Child(Limits())
    try:
        data = make()
        before = _seconds(child)
        answer = child.ask(data)
        assert b'"too_many_cells"' in answer
        assert _seconds(child) - before < 1.5
    finally:
        child.close()


def _seconds(child: Child) -> float:

    fields = Path(f"/proc/{child.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are stopped by signals of Linux")
def test_the_verdict_waits_for_a_child_that_gets_no_processor() -> None:
    """As on a busy machine: for six seconds, longer than any file may compute, the child does not run at all."""
    pool = Pool(size=1)
    try:
        pool.warm()
        process = pool._idle[0].process
        process.send_signal(signal.SIGSTOP)
        waking = threading.Timer(Limits().processor_seconds + 0.5, process.send_signal, (signal.SIGCONT,))
        waking.start()
        begun = time.monotonic()
        assert isinstance(open_book(raw.packed(SOUND), "a.xlsx", pool=pool), Book)
        assert time.monotonic() - begun > Limits().processor_seconds
    finally:
        pool.close()


@pytest.mark.campaign
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processor time is Linux's to bound")
def test_every_file_has_the_same_processor_time_whatever_its_child_has_spent() -> None:
    """A second allowed is a second for each: not what whole seconds leave over."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 20_001))
    data, endless = raw.packed(raw.parts(raw.sheet_xml(rows))), large('<c r="{ref}"><f>A{n}</f></c>', rows=30_000)
    taken = []
    for times in (0, 1, 3):
        child = Child(Limits(processor_seconds=1, cells=10**7, elements=10**7, texts=10**9))
        for _ in range(times):
            child.ask(data)
        before = _seconds(child)
        seen = [before]
        watcher = threading.Thread(target=_watch, args=(child, seen))
        watcher.start()
        with pytest.raises(Exception, match="too_slow"):
            child.ask(endless)
        watcher.join()
        child.close()
        taken.append(seen[-1] - before)
    assert all(0.7 < spent < 1.3 for spent in taken), taken


def _watch(child: Child, seen: list[float]) -> None:
    while child.process.poll() is None:
        try:
            seen.append(_seconds(child) or seen[-1])
        except (OSError, IndexError):
            return
        time.sleep(0.01)
