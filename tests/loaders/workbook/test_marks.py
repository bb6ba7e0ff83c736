"""What is struck through or raised in a cell is told apart from the rest of it, wherever a workbook can say so."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from loaders.workbook.cells import Book, Cell, open_book
from tests import raw_books as raw


def run(text: str, properties: str | None = "") -> str:
    own = "" if properties is None else f"<rPr>{properties}</rPr>"
    return f'<r>{own}<t xml:space="preserve">{text}</t></r>'


STRUCK, RAISED, SUNK = "<strike/>", '<vertAlign val="superscript"/>', '<vertAlign val="subscript"/>'


def opened(data: bytes | dict[str, str], name: str = "a.xlsx") -> Book:
    book = open_book(data if isinstance(data, bytes) else raw.packed(data), name)
    assert isinstance(book, Book), book
    return book


def both(text: str, fonts: str = "", style: str = "") -> Cell:
    """Cell A1 with a text, which reads the same as a shared string and inside the cell."""
    sheets = [f'<row r="1"><c r="A1" t="{sort}"{style}>{{}}</c></row>' for sort in ("s", "inlineStr")]
    shared = raw.parts(raw.sheet_xml(sheets[0].format("<v>0</v>")), strings=[text])
    inline = raw.parts(raw.sheet_xml(sheets[1].format(f"<is>{text}</is>")))
    cells = []
    for made in (shared, inline):
        if fonts:
            made["xl/styles.xml"] = styles(fonts)
        cell = opened(made).sheets[0].at(1, 1)
        assert cell is not None
        cells.append(cell)
    assert cells[0] == cells[1]
    return cells[0]


def styles(*fonts: str) -> str:
    """Styles 0, 1, … each with a font of its own."""
    inside = "".join(f"<font>{font}</font>" for font in ("", *fonts))
    cells = "".join(f'<xf numFmtId="0" fontId="{n}"/>' for n in range(len(fonts) + 1))
    dxfs = "<dxfs><dxf><font><strike/></font></dxf></dxfs>"
    return f'<styleSheet xmlns="{raw.MAIN}"><fonts>{inside}</fonts><cellXfs>{cells}</cellXfs>{dxfs}</styleSheet>'


@pytest.mark.parametrize(
    ("text", "value", "struck", "raised", "written"),
    [
        (run("14.", None) + run("1", STRUCK) + run("2"), "14.2", "1", "", "14.12"),
        (run("437", STRUCK) + run("455"), "455", "437", "", "437455"),
        (run("14.2") + run("1", RAISED), "14.2", "", "1", "14.21"),
        (run("CO") + run("2", SUNK) + run("排出量"), "CO排出量", "", "2", "CO2排出量"),
        (run("437", STRUCK + "<b/>") + run("455") + run("注1", RAISED), "455", "437", "注1", "437455注1"),
        (run("14.", STRUCK) + run("1", STRUCK) + run("2"), "2", "14.1", "", "14.12"),
        (run("43", STRUCK + RAISED) + run("7"), "7", "43", "", "437"),
        (run("_x005F_", STRUCK) + run("7"), "7", "_", "", "_7"),
        (run("437", STRUCK), "", "437", "", "437"),
        (run("a") + run("、", STRUCK) + run("b"), "ab", "、", "", "a、b"),
    ],
)
def test_runs_that_are_struck_or_raised_are_no_part_of_the_value(
    text: str, value: str, struck: str, raised: str, written: str
) -> None:
    cell = both(text)
    assert (cell.value, cell.struck, cell.raised, cell.written) == (value, struck, raised, written)


@pytest.mark.parametrize(
    "text",
    [
        run("14") + run(".2", "<b/>"),
        run("14") + run(".2", '<strike val="0"/>'),
        run("14") + run(".2", '<vertAlign val="baseline"/>'),
        run("14.2") + run(" ", STRUCK) + run("\n", RAISED),
        run("14.2", RAISED),
        '<t>14.2</t><rPh sb="0" eb="1"><t>ジュウヨン</t></rPh>',
    ],
)
def test_other_looks_mark_nothing(text: str) -> None:
    cell = both(text)
    assert (cell.struck, cell.raised, cell.runs) == ("", "", ())
    assert str(cell.value).strip() == "14.2"


def test_what_a_conditional_format_may_strike_is_taken_for_struck() -> None:
    rules = (
        '<conditionalFormatting sqref="A1 C1:D2"><cfRule type="expression" dxfId="0" priority="1"/>'
        '</conditionalFormatting><conditionalFormatting sqref="B1"><cfRule type="expression" dxfId="1" priority="2"/>'
        "</conditionalFormatting>"
    )
    cells = "".join(f'<c r="{ref}"><v>437</v></c>' for ref in ("A1", "B1", "C1"))
    text = '<c r="D1" t="inlineStr"><is><t>増えた</t></is></c>'
    made = raw.parts(raw.sheet_xml(f'<row r="1">{cells}{text}</row>', after=rules))
    made["xl/styles.xml"] = styles("<b/>").replace("</dxfs>", "<dxf><font><b/></font></dxf></dxfs>")
    sheet = opened(made).sheets[0]
    found = {ref: cell.struck for ref, cell in ((c.ref, c) for c in sheet.cells.values())}
    assert found == {"A1": "437", "B1": "", "C1": "437", "D1": "増えた"}


def test_a_style_that_strikes_marks_the_whole_cell() -> None:
    rows = (
        '<row r="1"><c r="A1" s="1"><v>437</v></c><c r="B1" s="1" t="str"><f>C1</f><v>あ</v></c>'
        '<c r="C1" s="2"><v>5</v></c>'
        '<c r="D1"><v>6</v></c><c r="E1" s="1" t="b"><v>1</v></c><c r="F1" s="2" t="str"><v>注</v></c></row>'
    )
    cells = opened({**raw.parts(raw.sheet_xml(rows)), "xl/styles.xml": styles(STRUCK, RAISED)}).sheets[0].cells
    found = {cell.ref: (cell.value, cell.struck, cell.raised, cell.written) for cell in cells.values()}
    assert found == {
        "A1": (437.0, "437", "", "437"),
        "B1": ("", "あ", "", "あ"),
        "C1": (5.0, "", "", "5"),
        "D1": (6.0, "", "", "6"),
        "E1": (1.0, "TRUE", "", "TRUE"),
        "F1": ("注", "", "", "注"),
    }


def test_a_run_without_a_look_of_its_own_looks_as_its_cell() -> None:
    cell = both(run("43", None) + run("7"), fonts=STRUCK, style=' s="1"')
    assert (cell.value, cell.struck) == ("7", "43")
    whole = both(run("43") + run("7", "<b/>"), fonts=STRUCK, style=' s="1"')
    assert (whole.value, whole.struck) == ("437", "")


def test_a_covered_cell_tells_its_marks_too() -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="inlineStr"><is>{run("4", STRUCK)}{run("5")}</is></c></row>'
    sheet = opened(raw.parts(raw.sheet_xml(rows, after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'))).sheets[0]
    assert (sheet.covered[1, 2].value, sheet.covered[1, 2].struck) == ("5", "4")


def rich_book() -> Workbook:
    book = Workbook()
    sheet = book.active
    plain, struck, raised = InlineFont(), InlineFont(strike=True), InlineFont(vertAlign="superscript")
    sheet["A1"] = CellRichText(TextBlock(plain, "14."), TextBlock(struck, "1"), TextBlock(plain, "2"))
    sheet["A2"] = CellRichText(TextBlock(plain, "14.2"), TextBlock(raised, "1"))
    sheet["A3"], sheet["A4"], sheet["A5"] = 437, "取消", 455
    sheet["A3"].font = sheet["A4"].font = Font(strike=True)
    sheet["A6"] = CellRichText(TextBlock(InlineFont(b=True), "14"), TextBlock(plain, ".2"))
    return book


FOUND = [("14.2", "1", ""), ("14.2", "", "1"), (437.0, "437", ""), ("", "取消", ""), (455.0, "", ""), ("14.2", "", "")]


def test_what_openpyxl_writes_is_told() -> None:
    target = io.BytesIO()
    rich_book().save(target)
    cells = opened(target.getvalue()).sheets[0].cells
    assert [(c.value, c.struck, c.raised) for c in cells.values()] == FOUND


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_what_libreoffice_saves_is_told(tmp_path: Path, suffix: str) -> None:
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice (soffice) is not installed")
    source = tmp_path / "元.xlsx"
    rich_book().save(source)
    options = ["--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", suffix]
    command = [office, *options, "--outdir", str(tmp_path / "out"), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    cells = opened((tmp_path / "out" / f"元.{suffix}").read_bytes(), f"元.{suffix}").sheets[0].cells
    assert [(c.value, c.struck, c.raised) for c in cells.values()] == FOUND


def test_an_xls_tells_marks_of_runs_and_of_styles() -> None:
    text = "14.12"
    # RSTRING: a text with its runs; font 5 of the kit strikes through, 6 raises.
    runs = struct.pack("<HHHHH", 2, 3, 5, 4, 0)
    rich = struct.pack("<HHHHB", 0, 0, 0, len(text), 0) + text.encode() + runs
    cells = (
        opened(raw.biff((0x00D6, rich), raw.biff_number(1, 0, 437, 3), raw.biff_number(2, 0, 5)), "a.xls")
        .sheets[0]
        .cells
    )
    assert [(c.value, c.struck, c.written) for c in cells.values()] == [
        ("14.2", "1", "14.12"),
        (437.0, "437", "437"),
        (5.0, "", "5"),
    ]
