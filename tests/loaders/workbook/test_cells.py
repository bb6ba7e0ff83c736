"""What stands in a workbook comes back cell by cell: values, formulas, formats, notes, errors."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles.numbers import BUILTIN_FORMATS

from kpi.issue import Issue
from loaders.workbook.cells import Book, Cell, Reader, Sheet, open_book
from loaders.workbook.number_formats import BUILTIN
from tests import raw_books as raw
from tests.campaign.marked import length, lengthened

FUZZ = length(28, 1000)


def opened(data: bytes, name: str = "回答.xlsx") -> Book:
    book = open_book(data, name)
    assert isinstance(book, Book), book
    return book


def first(data: bytes | dict[str, str]) -> Sheet:
    return opened(data if isinstance(data, bytes) else raw.packed(data)).sheets[0]


def saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def one(xml: str, **options: object) -> Cell | None:
    """Cell A1 of a workbook whose only row is ``xml``."""
    return first(raw.parts(raw.sheet_xml(f'<row r="1">{xml}</row>'), **options)).at(1, 1)  # type: ignore[arg-type]


# --- values -----------------------------------------------------------------------------------------------------


def test_numbers_lose_binary_dust_but_keep_every_digit_when_written() -> None:
    for text, written in [
        ("77.400000000000006", "77.4"),
        ("0.30000000000000004", "0.3"),
        ("1200", "1200"),
        ("1.2E3", "1200"),
        ("-5", "-5"),
        ("123456789012", "123456789012"),
        ("1E-7", "1e-07"),
    ]:
        cell = one(f'<c r="A1"><v>{text}</v></c>')
        assert cell is not None
        assert (cell.kind, cell.written) == ("number", written)
        assert cell.value == float(text)


def test_percent_is_written_as_percent_and_keeps_its_format() -> None:
    cell = one('<c r="A1" s="1"><v>0.77400000000000002</v></c>', formats=[9])
    assert cell is not None
    assert (cell.value, cell.number_format, cell.written) == (0.774, "0%", "77.4%")


def test_formats_named_by_number_alone_are_those_openpyxl_names() -> None:
    assert BUILTIN_FORMATS.items() <= BUILTIN.items()


@pytest.mark.parametrize(
    ("format_code", "serial", "value", "written"),
    [
        (14, "45565", "2024-09-30", "09-30-24"),
        (57, "45565", "2024-09-30", "R6.9.30"),
        (58, "43466", "2019-01-01", "平成31年1月1日"),
        (31, "45565", "2024-09-30", "2024年9月30日"),
        (55, "45565", "2024-09-30", "2024年9月"),
        ("yyyy/m/d", "45565.75", "2024-09-30T18:00:00", "2024/9/30"),
        ("yyyy-mm-dd hh:mm", "45565.75", "2024-09-30T18:00:00", "2024-09-30 18:00"),
        ("h:mm", "0.75", "18:00:00", "18:00:00"),
        ("[$-411]ge.m.d;@", "43586", "2019-05-01", "R1.5.1"),
    ],
)
def test_serials_under_a_date_format_are_dates(format_code: str | int, serial: str, value: str, written: str) -> None:
    cell = one(f'<c r="A1" s="1"><v>{serial}</v></c>', formats=[format_code])
    assert cell is not None
    assert (cell.kind, cell.value, cell.written) == ("date", value, written)


@pytest.mark.parametrize("code", ["General", "G/標準", "0.00E+00", "#,##0&quot;年度&quot;", "[Red]0.0", "@", "#,##0_ "])
def test_formats_with_letters_in_them_are_not_dates(code: str) -> None:
    cell = one('<c r="A1" s="1"><v>45565</v></c>', formats=[code])
    assert cell is not None
    assert (cell.kind, cell.value) == ("number", 45565.0)


def test_hours_beyond_a_day_stay_numbers_and_are_written_as_hours() -> None:
    cell = one('<c r="A1" s="1"><v>1.25</v></c>', formats=[46])
    assert cell is not None
    assert (cell.kind, cell.value, cell.written) == ("number", 1.25, "30:00:00")


def test_the_1904_date_system_is_respected() -> None:
    cell = one('<c r="A1" s="1"><v>44103</v></c>', formats=[14], workbook_properties='date1904="1"')
    assert cell is not None
    assert cell.value == "2024-09-30"


def test_booleans_are_neither_numbers_nor_text() -> None:
    cell = one('<c r="A1" t="b"><v>1</v></c>')
    assert cell is not None
    assert (cell.kind, cell.value, cell.written) == ("bool", 1.0, "TRUE")


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!"])
@pytest.mark.parametrize("formula", ["", "<f>B1</f>"])
def test_an_error_never_reads_as_an_empty_cell(error: str, formula: str) -> None:
    cell = one(f'<c r="A1" t="e">{formula}<v>{error}</v></c>')
    assert cell is not None
    assert (cell.kind, cell.value, cell.written) == ("error", error, error)


def test_phonetic_guides_are_no_part_of_the_value_and_rich_text_is_joined() -> None:
    text = "<r><t>青森</t></r><r><rPr><b/></rPr><t>県</t></r>"
    text += '<rPh sb="0" eb="2"><t>アオモリ</t></rPh><phoneticPr fontId="1"/>'
    shared = one('<c r="A1" t="s"><v>0</v></c>', strings=[text])
    inline = one(f'<c r="A1" t="inlineStr"><is>{text}</is></c>')
    assert shared is not None
    assert inline is not None
    assert shared.value == inline.value == "青森県"


def test_escaped_line_breaks_are_line_breaks() -> None:
    for text, value in [("一行目_x000D_&#10;二行目", "一行目\n二行目"), ("_x005F_x000D_", "_x000D_")]:
        cell = one('<c r="A1" t="s"><v>0</v></c>', strings=[f"<t>{text}</t>"])
        assert cell is not None
        assert cell.value == value


def test_empty_strings_are_empty_cells_unless_a_formula_made_them() -> None:
    assert one('<c r="A1" t="s"><v>0</v></c>', strings=["<t></t>"]) is None
    assert one('<c r="A1" s="1"/>', formats=[9]) is None
    made = one('<c r="A1" t="str"><f>IF(B1="","",B1)</f><v></v></c>')
    assert made is not None
    assert (made.kind, made.value, made.formula) == ("text", "", '=IF(B1="","",B1)')


# --- formulas, links, merges, notes ---------------------------------------------------------------------------------


def test_a_formula_keeps_its_cached_value_and_its_text() -> None:
    cell = one('<c r="A1"><f>B1/C1*100</f><v>77.4</v></c>')
    assert cell is not None
    assert (cell.kind, cell.value, cell.formula) == ("number", 77.4, "=B1/C1*100")


def test_a_formula_without_a_cached_value_is_told_as_such() -> None:
    book = Workbook()
    book.active["A1"] = "=1+1"
    cell = first(saved(book)).at(1, 1)
    assert cell is not None
    assert (cell.kind, cell.value, cell.formula, cell.written) == ("uncached", None, "=1+1", "=1+1")


def test_a_shared_formula_is_told_for_its_own_cell() -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1+$C$1</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c></row>'
    )
    cell = first(raw.parts(raw.sheet_xml(rows))).at(2, 1)
    assert cell is not None
    assert cell.formula == "=B2+$C$1"


def test_a_link_in_an_empty_cell_invents_no_value() -> None:
    xml = raw.sheet_xml(
        '<row r="1"><c r="B1"><v>1</v></c></row>',
        after='<hyperlinks><hyperlink ref="A1" location="表1!C9"/></hyperlinks>',
    )
    data = raw.packed(raw.parts(xml))
    assert load_workbook(io.BytesIO(data)).active["A1"].value == "表1!C9"
    assert set(first(data).cells) == {(1, 2)}


def test_merged_cells_tell_their_range_and_what_they_hide_is_no_cell() -> None:
    xml = raw.sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>',
        after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
    )
    book = opened(raw.packed(raw.parts(xml)))
    sheet = book.sheets[0]
    assert sheet.merged == ((1, 1, 2, 2),)
    assert [cell.merged for cell in sheet.cells.values()] == ["A1:B2"]
    assert [(cell.ref, cell.value) for cell in sheet.covered.values()] == [("B1", 2.0)]


def test_notes_on_cells_are_read_on_filled_and_on_empty_cells() -> None:
    book = Workbook()
    book.active["A1"] = 1
    book.active["A1"].comment = Comment("※速報値", "担当")
    book.active["C3"].comment = Comment("調査中", "担当")
    sheet = first(saved(book))
    cell = sheet.at(1, 1)
    assert cell is not None
    assert cell.comment == "※速報値"
    assert sheet.comments[3, 3] == "調査中"
    assert sheet.at(3, 3) is None


# --- sheets ---------------------------------------------------------------------------------------------------------


def test_hidden_sheets_rows_and_columns_are_told_and_still_read() -> None:
    book = Workbook()
    sheet = book.active
    sheet["B2"] = "値"
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions.group("B", "D", hidden=True)
    book.create_sheet("隠し").sheet_state = "hidden"
    book.create_sheet("奥").sheet_state = "veryHidden"
    read = opened(saved(book))
    assert [one.state for one in read.sheets] == ["visible", "hidden", "hidden"]
    assert read.sheets[0].hidden_rows == {2}
    assert read.sheets[0].hidden_columns == {2, 3, 4}
    assert read.sheets[0].at(2, 2) is not None


def test_a_chart_sheet_is_passed_over_with_a_note() -> None:
    book = Workbook()
    book.active["A1"] = 1
    book.create_chartsheet("グラフ")
    read = opened(saved(book))
    assert len(read.sheets) == 1
    assert any("グラフ" in note for note in read.notes)


def test_rows_come_in_order_with_their_cells_from_left_to_right() -> None:
    cells = {(r, c): Cell(r, c, "number", 1.0) for r, c in [(3, 2), (1, 5), (3, 1)]}
    rows = [(row, [cell.ref for cell in found]) for row, found in Sheet("表", cells).rows()]
    assert rows == [(1, ["E1"]), (3, ["A3", "B3"])]


def test_cells_without_an_address_follow_one_another() -> None:
    sheet = first(raw.parts(raw.sheet_xml("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")))
    assert {place: cell.value for place, cell in sheet.cells.items()} == {(1, 1): 1, (1, 2): 2, (2, 1): 3}


def test_prefixed_and_strict_names_are_read_alike() -> None:
    made = raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>5</v></c><c r="B1" t="d"><v>2024-09-30</v></c></row>'))
    prefixed = dict(made)
    prefixed["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{raw.MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c>'
        '<x:c r="B1" t="d"><x:v>2024-09-30</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    plain = first(made).cells
    assert plain[1, 1].value == 5
    assert plain[1, 2].value == "2024-09-30"
    assert first(prefixed).cells == plain
    assert first(raw.strict(made)).cells == plain


def test_a_workbook_with_macros_is_read_without_running_them() -> None:
    made: dict[str, str | bytes] = dict(
        raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>5</v></c></row>'), main_type="sheet.macroEnabled.main")
    )
    made["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0" + bytes(600)
    book = opened(raw.packed(made), "回答.xlsm")
    assert book.format == "xlsm"
    assert any("マクロ" in note for note in book.notes)
    assert book.sheets[0].cells[1, 1].value == 5


def test_a_name_that_belies_the_content_is_noted_and_the_content_decides() -> None:
    data = raw.packed(raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>5</v></c></row>')))
    book = opened(data, "回答.xls")
    assert book.format == "xlsx"
    assert any("「.xls」" in note for note in book.notes)


# --- .xls -----------------------------------------------------------------------------------------------------------


def test_an_xls_tells_errors_formats_dates_and_text() -> None:
    data = raw.biff(
        raw.biff_text(0, 0, "値"),
        raw.biff_error(0, 1, 0x17),
        raw.biff_error(0, 2, 0x2A),
        raw.biff_number(1, 0, 0.774, 1),
        raw.biff_number(1, 1, 45565, 2),
        raw.biff_number(1, 2, 12),
    )
    book = opened(data, "回答.xls")
    assert book.format == "xls"
    found = {place: (cell.kind, cell.written) for place, cell in book.sheets[0].cells.items()}
    assert found[1, 1] == ("text", "値")
    assert found[1, 2] == ("error", "#REF!")
    assert found[1, 3] == ("error", "#N/A")
    assert found[2, 1] == ("number", "77.4%")
    assert found[2, 2][0] == "date"
    assert book.sheets[0].cells[2, 2].value == "2024-09-30"
    assert found[2, 3] == ("number", "12")


# --- against other programs -----------------------------------------------------------------------------------------


def mixed(seed: int) -> bytes:
    """A workbook with most of what people write, by openpyxl."""
    dice = random.Random(seed)
    book = Workbook()
    book.active.title = "KPI調査票"
    for sheet in (book.active, book.create_sheet("記入要領")):
        for row in range(1, 12):
            for column in range(1, 9):
                if dice.random() < 0.5:
                    continue
                cell = sheet.cell(row, column)
                cell.value = dice.choice(
                    [
                        dice.randrange(-(10**6), 10**6),
                        dice.uniform(-1000, 1000),
                        f"１，２００件{dice.randrange(9)}",
                        "－",
                        "注\n意 ",
                        True,
                        date(2024, dice.randrange(1, 13), 3),
                        datetime(2024, 9, 30, 12, 30),
                        time(8, 30),
                        "#REF!",
                    ]
                )
                if isinstance(cell.value, float):
                    cell.number_format = dice.choice(["0.0%", "#,##0.0", "General"])
        sheet.merge_cells("J1:K2")
    return saved(book)


def expected(data: bytes) -> list[dict[tuple[int, int], object]]:
    """What openpyxl reads in the same file."""
    sheets = []
    for sheet in load_workbook(io.BytesIO(data), data_only=True):
        found: dict[tuple[int, int], object] = {}
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None and cell.value != "":
                    found[cell.row, cell.column] = _neutral(cell.value)
        sheets.append(found)
    return sheets


def _neutral(value: object) -> object:
    """Times to the second, as Excel shows them."""
    half = timedelta(milliseconds=500)
    if isinstance(value, time):
        return (datetime.combine(date(2000, 1, 1), value) + half).strftime("%H:%M:%S")
    if isinstance(value, datetime):
        value = (value + half).replace(microsecond=0)
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%dT%H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, int | float) else value


def values(book: Book) -> list[dict[tuple[int, int], object]]:
    return [{place: cell.value for place, cell in sheet.cells.items()} for sheet in book.sheets]


def test_values_are_those_openpyxl_reads() -> None:
    for seed in range(12):
        data = mixed(seed)
        assert values(opened(data)) == expected(data)


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_what_libreoffice_saved_reads_the_same(tmp_path: Path, suffix: str) -> None:
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice (soffice) is not installed")
    source = tmp_path / "元.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.append(["青森県", 77.4, "=1/0", date(2024, 9, 30), '=IF(1=1,"","x")', "=B1*2"])
    sheet["B1"].comment = Comment("※", "担当")
    sheet.merge_cells("A2:B3")
    sheet["A2"] = "結合"
    sheet.column_dimensions["C"].hidden = True
    book.save(source)
    options = ["--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    subprocess.run(
        [office, *options, "--convert-to", suffix, "--outdir", str(tmp_path / "out"), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    read = first((tmp_path / "out" / f"元.{suffix}").read_bytes())
    assert read.cells[1, 1].value == "青森県"
    assert (read.cells[1, 2].value, read.cells[1, 2].comment) == (77.4, "※")
    assert (read.cells[1, 3].kind, read.cells[1, 3].value) == ("error", "#DIV/0!")
    assert read.cells[1, 4].value == "2024-09-30"
    assert read.cells[1, 6].value == 154.8
    assert read.cells[2, 1].merged == "A2:B3"
    assert 3 in read.hidden_columns
    if suffix == "xlsx":
        assert (read.cells[1, 5].kind, read.cells[1, 5].value) == ("text", "")
        assert read.cells[1, 6].formula == "=B1*2"


# --- damage ---------------------------------------------------------------------------------------------------------


def damaged(seed: int) -> tuple[bytes, bool]:
    """A workbook hurt in its bytes, its zip or its XML, and whether what stands in it may differ from the original."""
    dice = random.Random(seed)
    data = mixed(seed % 7)
    way = dice.choice(["flip", "cut", "hole", "part", "swap", "xml", "xml", "xml"])
    if way == "cut":
        return data[: dice.randrange(len(data))], False
    if way in ("flip", "hole"):
        at, length = dice.randrange(len(data)), dice.choice([1, 1, 2, 8, 64])
        patch = bytes(length) if way == "hole" else bytes(dice.randrange(256) for _ in range(length))
        return data[:at] + patch + data[at + length :], False
    parts = raw.unpacked(data)
    name = dice.choice(list(parts))
    if way == "part":
        del parts[name]
        return raw.packed(parts), True
    if way == "swap":
        other = dice.choice(list(parts))
        parts[name], parts[other] = parts[other], parts[name]
        return raw.packed(parts), True
    name = dice.choice([n for n in parts if "sheet" in n or "Strings" in n or "workbook" in n])
    body = bytearray(parts[name])
    for _ in range(dice.choice([1, 1, 3])):
        at = dice.randrange(len(body))
        body[at : at + dice.choice([0, 1, 1, 5])] = bytes(dice.choice(b'<>"=/&;0123456789abcrstv ') for _ in range(1))
    parts[name] = bytes(body)
    return raw.packed(parts), True


@lengthened
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_workbook_is_an_issue_or_exactly_what_stands_in_it() -> None:
    files = [(str(seed), damaged(seed)) for seed in range(FUZZ)]
    refused = 0
    with Reader(workers=2) as reader:
        for name, data, book in reader.read_all((name, data) for name, (data, _) in files):
            if isinstance(book, Issue):
                refused += 1
                assert book.message
                assert book.advice
                continue
            if not files[int(name)][1][1]:
                # Every byte that was read has passed the archive's checksum: nothing may have changed.
                assert values(book) == expected(mixed(int(name) % 7)), name
                continue
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                try:
                    stands = expected(data)
                except Exception:
                    stands = None
            # openpyxl stumbles over parts that hold no cell, and leaves a sheet out where only the name space of its
            # address is hurt; then only what the whole workbook held will do.
            if stands is None or any("will be removed" in str(one.message) for one in said):
                stands = expected(mixed(int(name) % 7))
            assert values(book) == stands, name
    assert 0 < refused < FUZZ


def test_a_misspelt_tag_is_damage_and_not_an_empty_cell() -> None:
    for xml in [
        '<row r="1"><d r="A1"><v>5</v></d></row>',
        '<row r="1"><c r="A1"><w>5</w></c></row>',
        '<rov r="1"><c r="A1"><v>5</v></c></rov>',
        '<row r="1"><c r="A1"><v>5x</v></c></row>',
        '<row r="1"><c r="A1"><v>1_000</v></c></row>',
        '<row r="1"><c r="A1"><v>nan</v></c></row>',
        '<row r="1"><c r="A1"><v>1e999</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1" t="q"><v>7</v></c></row>',
        '<row r="1"><c r="A1" s="99"><v>7</v></c></row>',
        '<row r="1"><c r="A2"><v>7</v></c></row>',
        '<row r="1"><c r="A1"><v>7</v></c><c r="A1"><v>8</v></c></row>',
    ]:
        issue = open_book(raw.packed(raw.parts(raw.sheet_xml(xml))), "a.xlsx")
        assert isinstance(issue, Issue), xml
        assert (issue.code, issue.sheet) == ("file.damaged", "表1")


def test_a_misspelt_sheet_is_damage_and_not_one_sheet_less() -> None:
    parts = raw.unpacked(mixed(6))
    told = parts["xl/workbook.xml"].decode()
    assert told.count("<sheet ") == 2
    at = told.rindex("<sheet ")

    def with_last(as_written: str) -> bytes:
        return raw.packed(parts | {"xl/workbook.xml": told[:at] + as_written + told[at + len("<sheet ") :]})

    issue = open_book(with_last("<sheest "), "a.xlsx")
    assert isinstance(issue, Issue)
    assert issue.code == "file.damaged"
    # What another program adds under a name space of its own is none of ours.
    assert len(opened(with_last('<x:more xmlns:x="urn:x"/><sheet ')).sheets) == 2


def test_a_member_whose_checksum_is_wrong_is_damage() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, body in raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>12345</v></c></row>')).items():
            archive.writestr(name, body)
    issue = open_book(target.getvalue().replace(b"<v>12345</v>", b"<v>12346</v>"), "a.xlsx")
    assert isinstance(issue, Issue)
    assert issue.code == "file.damaged"


def test_every_cell_that_an_array_fills_has_its_formula() -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:A3">[1]S!A1:A3</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><v>9</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>'
    )
    book = open_book(raw.packed(raw.parts(raw.sheet_xml(rows))), "a.xlsx")
    assert isinstance(book, Book)
    found = {cell.ref: cell.formula for cell in book.sheets[0].cells.values()}
    assert found == {"A1": "=[1]S!A1:A3", "A2": "=[1]S!A1:A3", "A3": "=[1]S!A1:A3", "B2": ""}
