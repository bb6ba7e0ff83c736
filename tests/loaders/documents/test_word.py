"""指標個票 in Word: what stands in it is what the report says, and the file is whole."""

from __future__ import annotations

import io
import posixpath
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as Paper
from docx.oxml.ns import qn
from docx.table import Table as Grid
from docx.text.paragraph import Paragraph
from lxml import etree

from kpi.report.blocks import Cell, Chart, Heading, Line, Note, Part, Passage, Report, Table
from loaders.documents.paper.text_room import CUT
from loaders.documents.paper.word import sheets_docx
from tests.factory import LONG_NAME, PAPER, RATE, UNSET
from tests.paperkit import NAMED, PARTED, WHOLE, blank_png, hard_report

_PARTS = "{http://schemas.openxmlformats.org/package/2006/"


@cache
def made() -> bytes:
    report = hard_report()
    return sheets_docx(report, {part.subject_id: blank_png() for part in report.parts_of("indicator")})


def pages(data: bytes) -> list[list[Paragraph | Grid]]:
    """What stands on each page, in its order; a page begins where a paragraph says so."""
    found: list[list[Paragraph | Grid]] = [[]]
    for block in Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(block, Paragraph) and block.paragraph_format.page_break_before:
            found.append([])
        found[-1].append(block)
    return found


def texts(page: list[Paragraph | Grid]) -> list[str]:
    return [block.text for block in page if isinstance(block, Paragraph) and block.text]


def grids(page: list[Paragraph | Grid]) -> list[list[list[str]]]:
    return [[[c.text for c in row.cells] for row in block.rows] for block in page if isinstance(block, Grid)]


def parts() -> tuple[Part, ...]:
    return hard_report().parts_of("indicator")


def with_part(part: Part) -> Report:
    return replace(hard_report(), parts=(part,))


def opened(data: bytes) -> Paper:
    return Document(io.BytesIO(data))


# --- what is said -----------------------------------------------------------------------------------------------------


def test_every_figure_of_every_table_is_the_one_that_is_printed() -> None:
    assert len(pages(made())) == len(parts()) == 7
    figures = Counter[str]()
    for part, page in zip(parts(), pages(made()), strict=True):
        tables = [block for block in part.blocks if isinstance(block, Table)]
        for table, grid in zip(tables, grids(page), strict=False):
            assert grid[0] == [column.heading for column in table.columns]
            assert grid[1:] == [[cell.printed for cell in line.cells] for line in table.lines]
            figures += Counter(c.printed for line in table.lines for c in line.cells if c.figure is not None)
    assert {"△5.7", "△17.5", "4,512.5", "133.3", "39.3"} <= figures.keys()


def test_every_page_has_its_number_its_title_and_its_foot() -> None:
    for part, page in zip(parts(), pages(made()), strict=True):
        head = next(block.text for block in part.blocks if isinstance(block, Heading))
        notes = [block.text for block in part.blocks if isinstance(block, Note)]
        assert texts(page) == [f"{head}\t {part.number} ", part.title, *notes]
    titles = [texts(page)[1] for page in pages(made())]
    assert any(NAMED in title for title in titles)
    assert any(LONG_NAME in title for title in titles)


def test_every_passage_stands_under_its_label_to_its_last_letter() -> None:
    for part, page in zip(parts(), pages(made()), strict=True):
        told = [f"【{block.label}】{block.text}" for block in part.blocks if isinstance(block, Passage)]
        own = [row[0] for row in grids(page)[2]]
        assert own[-len(told) :] == told
    assert f"【要因】{WHOLE}" in [row[0] for page in pages(made()) for row in grids(page)[2]]
    assert f"【今後の対応】{PARTED}" in [row[0] for page in pages(made()) for row in grids(page)[2]]


def test_the_chart_is_there_with_its_words() -> None:
    paper = opened(made())
    charts = [block for part in parts() for block in part.blocks if isinstance(block, Chart)]
    described = [one._inline.docPr.get("descr") for one in paper.inline_shapes]
    assert described == [chart.story.words for chart in charts]
    assert all(words.endswith("。") for words in described)
    assert len(described) == len(parts()) - 1  # there is nothing to draw of an indicator of which nothing is set


def test_a_chart_that_could_not_be_drawn_is_told_in_words() -> None:
    data = sheets_docx(hard_report(), {})
    assert not opened(data).inline_shapes
    words = {part.subject_id: grids(page)[2][0][0] for part, page in zip(parts(), pages(data), strict=True)}
    assert words[UNSET] == "【図】現状値・目標・実績がまだないため、ありません。"
    assert words[PAPER].startswith("【図】図を作れなかったため、言葉で示します。コピー用紙使用量の推移。")


def test_each_page_says_how_to_handle_it_which_version_and_moment_it_is() -> None:
    section = opened(made()).sections[0]
    assert section.header.paragraphs[0].text == " 未定稿 \t青森県DX総合戦略　令和6年度実績　事務局案"
    assert section.footer.paragraphs[0].text == f"{hard_report().state_words}\t/"
    assert section.footer.paragraphs[0].text.startswith("令和8年11月21日時点　")
    fields = [field.text for field in section.footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_what_changed_is_red() -> None:
    part = hard_report().part("indicator", PAPER)
    table = next(block for block in part.blocks if isinstance(block, Table))
    cells = tuple(replace(cell, changed=number == 2) for number, cell in enumerate(table.lines[0].cells))
    changed = replace(table, lines=(Line(cells),))
    data = sheets_docx(with_part(replace(part, blocks=(changed,))), {})
    row = opened(data).tables[0].rows[1]
    colours = [cell.paragraphs[0].runs[0].font.color.rgb for cell in row.cells]
    assert [str(colour) if colour else "" for colour in colours] == ["", "", "B3261E", "", "", ""]


# --- room -------------------------------------------------------------------------------------------------------------


def test_a_text_beyond_all_limits_is_cut_with_a_word_and_the_short_ones_stay_whole() -> None:
    part = hard_report().part("indicator", RATE)
    long = [Passage("要因", WHOLE * 6), Passage("今後の対応", PARTED * 6), Passage("意味", "短い説明。")]
    blocks = [block for block in part.blocks if not isinstance(block, Passage)]
    (page,) = pages(sheets_docx(with_part(replace(part, blocks=(*blocks, *long))), {RATE: blank_png()}))
    first, second, third = (row[0] for row in grids(page)[2])
    assert first.endswith(CUT)
    assert second.endswith(CUT)
    assert WHOLE in first
    assert third == "【意味】短い説明。"


def test_figures_and_words_too_long_for_a_cell_are_set_smaller_not_cut() -> None:
    figure, word = Cell(figure=Decimal("-1234567890.123456")), Cell("目標に向かっていない(定義の変更による)")
    part = hard_report().part("indicator", PAPER)
    table = next(block for block in part.blocks if isinstance(block, Table))
    hard = replace(table, lines=(Line((word, figure, *table.lines[0].cells[2:])),))
    row = opened(sheets_docx(with_part(replace(part, blocks=(hard,))), {})).tables[0].rows[1]
    runs = [cell.paragraphs[0].runs[0] for cell in row.cells]
    assert [run.text for run in runs[:2]] == [word.text, "△1,234,567,890.123456"]
    sizes = [run.font.size.pt for run in runs if run.font.size is not None]
    assert len(sizes) == len(runs)
    assert max(sizes[:2]) < 12
    assert min(sizes) >= 5.5


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_same_report_gives_the_same_bytes() -> None:
    report = hard_report()
    again = sheets_docx(report, {part.subject_id: blank_png() for part in report.parts_of("indicator")})
    assert again == made()
    assert sheets_docx(report, {RATE: blank_png(60, 20)}) != made()


def test_every_run_has_the_east_asian_face() -> None:
    with ZipFile(io.BytesIO(made())) as package:
        names = [name for name in package.namelist() if re.fullmatch(r"word/(document|header\d|footer\d)\.xml", name)]
        trees = [etree.fromstring(package.read(name)) for name in names]
    assert len(names) == 3
    runs = [run for tree in trees for run in tree.iter(qn("w:r"))]
    faces = Counter(fonts.get(qn("w:eastAsia")) for run in runs for fonts in run.iter(qn("w:rFonts")))
    assert faces == {"游ゴシック": len(runs)}


def test_no_face_of_a_theme_stands_in_the_way() -> None:
    styles = opened(made()).styles
    named = [styles[name].element.find(f".//{qn('w:rFonts')}") for name in ("Normal", "Header", "Footer", "Heading 1")]
    assert [fonts.get(qn("w:eastAsia")) for fonts in named] == ["游ゴシック"] * 4
    assert not [key for fonts in named for key in fonts.attrib if key.endswith("Theme")]


def test_the_package_is_whole() -> None:
    with ZipFile(io.BytesIO(made())) as package:
        names = package.namelist()
        assert len(names) == len(set(names))
        assert package.testzip() is None
        types = etree.fromstring(package.read("[Content_Types].xml"))
        defaults = {one.get("Extension") for one in types.iter(f"{_PARTS}content-types}}Default")}
        own = {one.get("PartName") for one in types.iter(f"{_PARTS}content-types}}Override")}
        for name in names:
            etree.fromstring(package.read(name)) if name.endswith((".xml", ".rels")) else None
            assert f"/{name}" in own or name.rsplit(".", 1)[-1] in defaults or name == "[Content_Types].xml", name
        assert {name.removeprefix("/") for name in own} <= set(names)
        for name in (one for one in names if one.endswith(".rels")):
            folder = posixpath.dirname(posixpath.dirname(name))
            for relation in etree.fromstring(package.read(name)).iter(f"{_PARTS}relationships}}Relationship"):
                assert relation.get("TargetMode") != "External"
                target = relation.get("Target")
                path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                assert path in names, (name, target)


#: The order in which Word wants what is said of a table, a cell and a paragraph; the library does not keep to it alone.
_ORDER = {
    "tblPr": "tblStyle tblW jc tblBorders shd tblLayout tblCellMar tblLook tblCaption",
    "tcPr": "tcW gridSpan shd vAlign",
    "rPr": "rFonts b i color sz szCs bdr",
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl pBdr tabs spacing ind jc rPr",
}


@pytest.mark.parametrize("name", list(_ORDER))
def test_what_is_said_of_a_thing_stands_in_the_order_of_the_standard(name: str) -> None:
    order = _ORDER[name].split()
    found = list(opened(made()).element.body.iter(qn(f"w:{name}")))
    assert found
    for one in found:
        places = [order.index(etree.QName(child).localname) for child in one]
        assert places == sorted(places)


def test_signs_that_xml_cannot_hold_and_markup_do_no_harm() -> None:
    part = hard_report().part("indicator", PAPER)
    odd = Passage("要因", "<b>&amp;\x0b\x85 終わり")
    data = sheets_docx(with_part(replace(part, title="6 <紙>&", blocks=(odd,))), {})
    page = pages(data)[0]
    assert texts(page)[1] == "6 <紙>&"
    assert grids(page)[0][-1][0].startswith("【要因】<b>&amp;")
    assert opened(data).core_properties.title == "青森県DX総合戦略 令和6年度実績 指標個票"
