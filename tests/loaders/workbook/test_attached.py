"""What a person draws, embeds or writes beside the cells of a workbook is told with its words and its place."""

# ruff: noqa: E501 (markup reads as markup)
from __future__ import annotations

import io

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from kpi.issue import Issue
from loaders.workbook.cells import Attached, Book, open_book
from tests import raw_books as raw

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
ONE = '<row r="1"><c r="A1"><v>5</v></c></row>'
FROM = (
    "<xdr:from><xdr:col>15</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>5</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
)


def opened(made: dict[str, str] | bytes) -> Book:
    book = open_book(made if isinstance(made, bytes) else raw.packed(made), "回答.xlsx")
    assert isinstance(book, Book), book
    assert book.sheets[0].cells[1, 1].value == 5
    return book


def told(made: dict[str, str] | bytes) -> list[tuple[str, str, str]]:
    """Kind, cell and words of what stands beside the cells of the first sheet."""
    found = opened(made).attached
    assert all(one.sheet == "表1" for one in found)
    return [(one.kind, one.cell, one.text) for one in found]


def drawing(inside: str) -> str:
    return (
        f'<xdr:wsDr xmlns:xdr="{XDR}" xmlns:a="{A}" xmlns:r="{R}" xmlns:mc="{MC}">'
        f"<xdr:twoCellAnchor>{FROM}{inside}<xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"
    )


def drawn(inside: str) -> dict[str, str]:
    made = raw.parts(raw.sheet_xml(ONE, after='<drawing r:id="drawing"/>'))
    return raw.attach(made, SHEET, "xl/drawings/drawing1.xml", drawing(inside), "drawing")


def shape(*paragraphs: str, name: str = "sp") -> str:
    text = "".join(
        f"<a:p><a:pPr/><a:r><a:rPr/><a:t>{p[:3]}</a:t></a:r><a:r><a:t>{p[3:]}</a:t></a:r></a:p>" for p in paragraphs
    )
    return f"<xdr:{name}><xdr:spPr/><xdr:txBody><a:bodyPr/>{text}</xdr:txBody></xdr:{name}>"


def test_a_text_box_is_told_with_its_words_and_its_place() -> None:
    assert told(drawn(shape("正しくは455件", "437件は9月末"))) == [("textbox", "P6", "正しくは455件\n437件は9月末")]


@pytest.mark.parametrize(
    "inside",
    [
        f"<xdr:grpSp>{shape('左の箱')}<xdr:grpSp>{shape('奥の箱')}</xdr:grpSp></xdr:grpSp>",
        f"{shape('左の箱', name='cxnSp')}{shape('奥の箱')}",
        f'<mc:AlternateContent><mc:Choice Requires="a14">{shape("左の箱")}</mc:Choice>'
        f"<mc:Fallback>{shape('左の箱')}</mc:Fallback></mc:AlternateContent>{shape('奥の箱')}",
        "<xdr:sp><xdr:txBody><a:p><a:fld><a:t>左の</a:t></a:fld><a:r><a:t>箱</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
        + shape("奥の箱"),
    ],
)
def test_grouped_shapes_connectors_and_alternatives_are_told_once_each(inside: str) -> None:
    assert told(drawn(inside)) == [("textbox", "P6", "左の箱"), ("textbox", "P6", "奥の箱")]


def test_a_line_break_in_a_box_parts_its_words() -> None:
    broken = (
        "<xdr:sp><xdr:txBody><a:p><a:r><a:t>437</a:t></a:r><a:br/><a:r><a:t>455</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
    )
    assert told(drawn(broken)) == [("textbox", "P6", "437\n455")]


def test_a_shape_without_words_is_no_news() -> None:
    assert told(drawn(shape())) == []
    assert told(drawn(shape("   ", "\n"))) == []
    assert told(drawn("<xdr:cxnSp><xdr:spPr/></xdr:cxnSp>")) == []


def test_pictures_and_ink_are_told_without_words() -> None:
    ink = (
        '<mc:AlternateContent><mc:Choice Requires="xdr14"><xdr14:contentPart xmlns:xdr14="x" r:id="i"/></mc:Choice>'
        "<mc:Fallback><xdr:pic/></mc:Fallback></mc:AlternateContent>"
    )
    assert told(drawn("<xdr:pic><xdr:blipFill/></xdr:pic>" + ink)) == [("picture", "P6", ""), ("ink", "P6", "")]


def framed(data: str) -> str:
    return f"<xdr:graphicFrame><a:graphic><a:graphicData>{data}</a:graphicData></a:graphic></xdr:graphicFrame>"


def test_a_chart_is_told_with_its_titles_and_what_is_drawn_on_it() -> None:
    made = drawn(framed('<c:chart xmlns:c="c" r:id="chart"/>'))
    chart = (
        f'<c:chartSpace xmlns:c="c" xmlns:a="{A}"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>支援</a:t></a:r><a:r>'
        "<a:t>件数</a:t></a:r></a:p></c:rich></c:tx></c:title><c:ser><c:tx><c:v>系列</c:v></c:tx></c:ser><c:valAx><c:title>"
        "<c:tx><c:strRef><c:strCache><c:pt><c:v>(件)</c:v></c:pt></c:strCache></c:strRef></c:tx></c:title></c:valAx>"
        "</c:chart></c:chartSpace>"
    )
    made = raw.attach(made, "xl/drawings/drawing1.xml", "xl/charts/chart1.xml", chart, "chart")
    assert told(made) == [("chart", "P6", "支援件数\n(件)")]
    over = f'<c:userShapes xmlns:c="c" xmlns:cdr="d" xmlns:a="{A}"><cdr:relSizeAnchor><cdr:from><cdr:x>0.1</cdr:x></cdr:from>{{}}</cdr:relSizeAnchor></c:userShapes>'
    body = over.format(shape("確定は455").replace("xdr:", "cdr:"))
    made = raw.attach(made, "xl/charts/chart1.xml", "xl/drawings/drawing2.xml", body, "chartUserShapes")
    assert told(made) == [("chart", "P6", "支援件数\n(件)"), ("textbox", "P6", "確定は455")]


def test_the_words_of_a_diagram_are_told() -> None:
    made = drawn(framed('<dgm:relIds xmlns:dgm="d" r:dm="diagramData" r:lo="x"/>'))
    data = f'<dgm:dataModel xmlns:dgm="d" xmlns:a="{A}"><dgm:pt><dgm:t><a:p><a:r><a:t>集計中</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>'
    assert told(raw.attach(made, "xl/drawings/drawing1.xml", "xl/diagrams/data1.xml", data, "diagramData")) == [
        ("textbox", "P6", "集計中")
    ]


def test_a_chart_and_a_picture_that_openpyxl_writes_are_told() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "表1"
    sheet["A1"] = 5
    chart = BarChart()
    chart.title = "実績の推移"
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=3))
    sheet.add_chart(chart, "D4")
    target = io.BytesIO()
    book.save(target)
    assert told(target.getvalue()) == [("chart", "D4", "実績の推移")]


def test_what_is_drawn_on_a_chart_sheet_is_told_with_its_sheet() -> None:
    book = Workbook()
    book.active["A1"] = 5
    chart = BarChart()
    chart.title = "実績の推移"
    chart.add_data(Reference(book.active, min_col=1, min_row=1, max_row=3))
    book.create_chartsheet("グラフ").add_chart(chart)
    target = io.BytesIO()
    book.save(target)
    assert opened(target.getvalue()).attached == (Attached("chart", "グラフ", "", "実績の推移"),)
    chart.title = None
    target = io.BytesIO()
    book.save(target)
    assert opened(target.getvalue()).attached == ()


def test_an_embedded_object_is_told_once_with_its_place() -> None:
    corner = '<from><xdr:col xmlns:xdr="x">2</xdr:col><xdr:row xmlns:xdr="x">8</xdr:row></from>'
    after = (
        f'<oleObjects><mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="x14"><oleObject progId="Word.Document.12" '
        f'shapeId="1025" r:id="ole"><objectPr><anchor>{corner}</anchor></objectPr></oleObject></mc:Choice><mc:Fallback>'
        '<oleObject progId="Word.Document.12" shapeId="1025" r:id="ole"/></mc:Fallback></mc:AlternateContent></oleObjects>'
    )
    made = raw.parts(raw.sheet_xml(ONE, after=after))
    made = raw.attach(made, SHEET, "xl/embeddings/a.docx", "x", "package", "ole")
    assert told(made) == [("object", "C9", "")]


VML = '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:o" xmlns:x="urn:x">{}</xml>'


def legacy(*shapes: str, word: str = "vmlDrawing") -> dict[str, str]:
    made = raw.parts(raw.sheet_xml(ONE, after='<legacyDrawing r:id="vmlDrawing"/>'))
    return raw.attach(made, SHEET, "xl/drawings/vmlDrawing1.vml", VML.format("".join(shapes)), word)


def vml(text: str, sort: str, more: str = "", identity: str = "_x0000_s1025") -> str:
    return (
        f'<v:shape id="{identity}" type="#t"><v:textbox><div style="text-align:left"><font face="x">{text}</font></div>'
        f'</v:textbox><x:ClientData ObjectType="{sort}"><x:Anchor>3, 5, 6, 1, 5, 5, 9, 0</x:Anchor>{more}</x:ClientData></v:shape>'
    )


def test_form_controls_and_old_text_boxes_are_told_and_the_frames_of_notes_are_not() -> None:
    note = vml("※", "Note", "<x:Row>0</x:Row><x:Column>0</x:Column>")
    assert told(legacy(note)) == []
    made = legacy(
        note,
        vml("該当しない", "Checkbox", "<x:Checked>1</x:Checked>"),
        vml("該当する", "Radio"),
        vml("別表の<br>とおり", "Rect"),
        vml("", "Rect"),
        vml("", "Drop"),
    )
    assert told(made) == [
        ("control", "D7", "☑該当しない"),
        ("control", "D7", "○該当する"),
        ("textbox", "D7", "別表の\nとおり"),
        ("control", "D7", ""),
    ]


def test_a_control_that_three_parts_name_is_told_once() -> None:
    twin = (
        '<mc:AlternateContent><mc:Choice Requires="a14"><xdr:sp><xdr:nvSpPr><xdr:cNvPr><a:extLst><a:ext>'
        '<a14:compatExt xmlns:a14="x" spid="_x0000_s1025"/></a:ext></a:extLst></xdr:cNvPr></xdr:nvSpPr><xdr:txBody><a:p><a:r>'
        "<a:t>該当しない</a:t></a:r></a:p></xdr:txBody></xdr:sp></mc:Choice><mc:Fallback/></mc:AlternateContent>"
    )
    after = '<drawing r:id="drawing"/><legacyDrawing r:id="vmlDrawing"/><controls><control shapeId="1025" r:id="ctrlProp"/></controls>'
    made = raw.parts(raw.sheet_xml(ONE, after=after))
    made = raw.attach(made, SHEET, "xl/drawings/drawing1.xml", drawing(twin), "drawing")
    made = raw.attach(made, SHEET, "xl/ctrlProps/ctrlProp1.xml", "<formControlPr/>", "ctrlProp")
    alone = told(made)
    assert ("control", "", "") in alone
    made = raw.attach(made, SHEET, "xl/drawings/v.vml", VML.format(vml("該当しない", "Checkbox")), "vmlDrawing")
    assert told(made) == [("control", "D7", "☐該当しない")]


def test_headers_and_footers_are_told_as_stored_and_a_picture_in_them_too() -> None:
    after = (
        "<headerFooter><oddHeader>&amp;L訂正版 455件&amp;R&amp;D</oddHeader><oddFooter></oddFooter>"
        '<firstFooter>&amp;C10月時点</firstFooter></headerFooter><legacyDrawingHF r:id="vmlDrawing"/>'
    )
    made = raw.parts(raw.sheet_xml(ONE, after=after))
    assert told(made) == [("header", "", "&L訂正版 455件&R&D"), ("header", "", "&C10月時点")]
    image = '<v:shape id="LH"><v:imagedata o:relid="r" o:title="印"/></v:shape>'
    made = raw.attach(made, SHEET, "xl/drawings/v.vml", VML.format(image), "vmlDrawing")
    assert told(made)[2:] == [("picture", "", "")]


def test_what_a_person_writes_about_the_document_is_told() -> None:
    book = Workbook()
    book.active.title = "表1"
    book.active["A1"] = 5
    book.properties.title, book.properties.description = "修正版", "437は誤り\n455が正"
    book.properties.keywords, book.properties.category, book.properties.creator = "再提出", " ", "担当"
    target = io.BytesIO()
    book.save(target)
    assert opened(target.getvalue()).attached == tuple(
        Attached("property", "", "", text) for text in ("修正版", "再提出", "437は誤り\n455が正")
    )


def test_what_stands_behind_links_scenarios_names_and_in_ones_own_properties_is_told() -> None:
    after = (
        '<scenarios><scenario name="案" comment="437は古い"/></scenarios>'
        '<hyperlinks><hyperlink ref="B2:C2" tooltip="455が正"/><hyperlink ref="A1"/></hyperlinks>'
    )
    made = raw.parts(raw.sheet_xml(ONE, after=after))
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace(
        "</workbook>",
        '<definedNames><definedName name="件数" comment="確定前">表1!$A$1</definedName></definedNames></workbook>',
    )
    made["_rels/.rels"] = made["_rels/.rels"].replace(
        "</Relationships>",
        '<Relationship Id="z" Type="x/custom-properties" Target="docProps/custom.xml"/></Relationships>',
    )
    made["docProps/custom.xml"] = (
        '<Properties xmlns:vt="v"><property name="備考"><vt:lpwstr>差替え版</vt:lpwstr></property>'
        '<property name="MSIP_Label_1"><vt:lpwstr>社外秘</vt:lpwstr></property></Properties>'
    )
    book = opened(made)
    assert set(book.attached) == {
        Attached("hint", "表1", "", "437は古い"),
        Attached("hint", "表1", "B2", "455が正"),
        Attached("property", "", "", "確定前"),
        Attached("property", "", "", "差替え版"),
    }
    assert book.names == (("件数", "表1!$A$1"),)


# --- threads of comments --------------------------------------------------------------------------------------------

STANDARD = (
    "[スレッド化されたコメント]\n\n使用している Excel のバージョンでは、このスレッド化されたコメントを読むことができます。"
    "詳細: https://go.microsoft.com/fwlink/?linkid=870924\n\nコメント:\n    "
)
ENGLISH = (
    "[Threaded comment]\n\nYour version of Excel allows you to read this threaded comment. Learn more: "
    "https://go.microsoft.com/fwlink/?linkid=870924\n\nComment:\n    "
)
GERMAN = (
    "[Threadkommentar]\n\nIhre Version von Excel gestattet Ihnen das Lesen. Weitere Informationen: "
    "https://go.microsoft.com/fwlink/?linkid=870924\n\nKommentar:\n    "
)


def noted(text: str) -> dict[str, str]:
    return raw.parts(raw.sheet_xml(ONE), comments=f'<comment ref="A1"><text><t>{text}</t></text></comment>')


def thread(*said: tuple[str, str]) -> str:
    inside = "".join(f'<threadedComment ref="{ref}" id="x"><text>{text}</text></threadedComment>' for ref, text in said)
    return f'<ThreadedComments xmlns="t">{inside}</ThreadedComments>'


def threaded(made: dict[str, str], *said: tuple[str, str]) -> dict[str, str]:
    return raw.attach(made, SHEET, "xl/threadedComments/t1.xml", thread(*said), "threadedComment")


def test_a_thread_is_what_its_persons_wrote_answers_included() -> None:
    made = threaded(noted(f"{STANDARD}437は9月末"), ("A1", "437は9月末"), ("A1", "確定は455"), ("C3", "別の欄"))
    sheet = opened(made).sheets[0]
    assert sheet.comments == {(1, 1): "437は9月末\n確定は455", (3, 3): "別の欄"}
    assert sheet.cells[1, 1].comment == "437は9月末\n確定は455"


@pytest.mark.parametrize("standard", [STANDARD, ENGLISH, GERMAN, STANDARD.replace("\n", "\r\n")])
def test_excels_standard_text_is_nobodys_words(standard: str) -> None:
    sheet = opened(noted(f"{standard}確定は455")).sheets[0]
    assert sheet.comments == {(1, 1): "確定は455"}


def test_answers_in_the_older_twin_follow_one_another() -> None:
    sheet = opened(noted(f"{STANDARD}437は9月末\n返信:\n    確定は455")).sheets[0]
    assert sheet.comments[1, 1] == "437は9月末\n確定は455"


def test_a_note_that_only_looks_alike_stays_whole() -> None:
    for text in (
        "[注] 確定は455。コメント: なし",
        "コメント: 455",
        "[速報]\n値: 455",
        "[参考] https://example.jp/?linkid=1 を見よ",
    ):
        assert opened(noted(text)).sheets[0].comments[1, 1] == text


def test_a_thread_on_no_cell_is_told_beside_the_cells() -> None:
    made = threaded(raw.parts(raw.sheet_xml(ONE)), ("", "どこかの欄は455"), ("XFE9", "遠い欄"))
    assert told(made) == [("thread", "", "どこかの欄は455"), ("thread", "", "遠い欄")]


def test_a_hurt_thread_leaves_the_twin_and_says_so() -> None:
    made = threaded(noted(f"{STANDARD}確定は455"), ("A1", "確定は455"))
    made["xl/threadedComments/t1.xml"] = "<ThreadedComments><threadedComment"
    book = opened(made)
    assert book.sheets[0].comments[1, 1] == "確定は455"
    assert any("「表1」" in note and "読めません" in note for note in book.notes)


# --- what is hostile or hurt ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["", "<xdr:wsDr", "text", "\x00", drawing(shape("a"))[:-20]])
def test_a_hurt_drawing_costs_no_cell_and_is_told(body: str) -> None:
    book = opened({**drawn(""), "xl/drawings/drawing1.xml": body})
    assert any("「表1」" in note and "読めません" in note for note in book.notes)


def test_a_drawing_that_is_gone_and_one_outside_cost_no_cell() -> None:
    made = drawn(shape("a"))
    del made["xl/drawings/drawing1.xml"]
    assert opened(made).notes
    outside = {
        name: body.replace('Target="/xl/drawings', 'TargetMode="External" Target="http://x/y')
        for name, body in made.items()
    }
    assert opened(outside).attached == ()
    assert not opened(outside).notes


def test_what_stood_before_the_damage_is_still_told() -> None:
    whole = drawing(shape("正しくは455件") + shape("x"))
    book = opened({**drawn(""), "xl/drawings/drawing1.xml": whole[: whole.index("</xdr:sp>") + 20]})
    assert [one.text for one in book.attached] == ["正しくは455件"]


@pytest.mark.parametrize("part", ["xl/drawings/drawing1.xml", "xl/threadedComments/t1.xml", "docProps/core.xml"])
def test_entities_are_refused_in_every_part_that_is_read(part: str) -> None:
    made = threaded(drawn(shape("a")), ("A1", "b"))
    made = raw.attach(made, "", "docProps/core.xml", "<coreProperties/>", "core-properties")
    assert opened(made).attached
    made[part] = '<!DOCTYPE a [<!ENTITY x "y">]>' + made[part]
    issue = open_book(raw.packed(made), "a.xlsx")
    assert isinstance(issue, Issue)
    assert issue.code == "file.entities"


def test_a_vml_of_notes_alone_cannot_hide_a_declaration() -> None:
    made = legacy(vml("※", "Note"))
    made["xl/drawings/vmlDrawing1.vml"] = '<!DOCTYPE a [<!ENTITY x "y">]>' + made["xl/drawings/vmlDrawing1.vml"]
    assert isinstance(open_book(raw.packed(made), "a.xlsx"), Issue)


def test_thousands_of_boxes_and_endless_ones_are_cut_and_told() -> None:
    many = opened(drawn(shape("箱の文字") * 5_000))
    assert len(many.attached) == 1_000
    assert any("「表1」" in note for note in many.notes)
    (long,) = opened(drawn(shape("字" * 90_000))).attached
    assert 1_000 < len(long.text) < 10_000
    assert long.text.endswith("…")
    huge = opened(drawn("".join(f"<xdr:sp><xdr:n{n}/></xdr:sp>" for n in range(600_000))))
    assert any("「表1」" in note for note in huge.notes)


def test_what_a_merge_covers_keeps_its_place_and_its_words() -> None:
    rows = '<row r="1"><c r="A1"><v>5</v></c><c r="B1" t="str"><v>455が正</v></c><c r="C1"><v>7</v></c></row>'
    book = opened(raw.parts(raw.sheet_xml(rows, after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>')))
    sheet = book.sheets[0]
    assert set(sheet.cells) == {(1, 1), (1, 3)}
    assert {at: (cell.ref, cell.written) for at, cell in sheet.covered.items()} == {(1, 2): ("B1", "455が正")}
    assert book.notes == ()


def test_notes_of_a_form_sent_back_cost_no_walk_of_their_frames() -> None:
    book = Workbook()
    book.active.title = "表1"
    book.active["A1"] = 5
    book.active["A1"].comment = Comment("事務局からの質問", "担当")
    target = io.BytesIO()
    book.save(target)
    read = opened(target.getvalue())
    assert read.attached == ()
    assert read.sheets[0].comments == {(1, 1): "事務局からの質問"}
