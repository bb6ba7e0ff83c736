"""A draft as the bytes of a file, with what no library writes: struck pieces of text, text boxes, threads, results."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from loaders.workbook.cells import Cell
from tests.campaign.draft import Draft, Page
from tests.raw_books import MAIN

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_MS = "http://schemas.microsoft.com/office/2017/10/relationships"
_STANDARD = (
    "[スレッド化されたコメント]\n\n使用している Excel のバージョンでは、このスレッド化されたコメントを読むことができます。ただし、新しい"
    "バージョンの Excel でファイルを開いた場合、編集内容は削除されます。詳細: https://go.microsoft.com/fwlink/?linkid=870924\n\n"
    "コメント:\n    "
)
_PLAIN = re.compile(r"[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def to_bytes(draft: Draft) -> bytes:
    """The workbook as Excel would save it."""
    made = _Archive(draft)
    data = made.packed()
    for change in draft.on_bytes:
        data = change(data)
    return data


def _text(text: str) -> str:
    """Text as the file holds it: what XML cannot hold is written ``_xHHHH_``."""
    return escape(_PLAIN.sub(lambda m: f"_x{ord(m.group()):04X}_", text), {'"': "&quot;"}).replace("\r", "_x000D_")


class _Archive:
    """The parts of one workbook."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.parts: dict[str, str | bytes] = {}
        self.types: list[str] = []
        self.formats: dict[tuple[str, bool], int] = {("General", False): 0}

    def packed(self) -> bytes:
        """All parts as a zip."""
        self._workbook()
        for number, page in enumerate(self.draft.pages, start=1):
            self._sheet(number, page)
        self._styles()
        types = "".join(self.types)
        head = (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
            'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="png" ContentType="image/png"/>'
        )
        self.parts = {"[Content_Types].xml": f"{head}{types}</Types>", **self.parts}
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, body in self.parts.items():
                archive.writestr(
                    name, body if isinstance(body, bytes) else f'<?xml version="1.0" encoding="UTF-8"?>{body}'
                )
        return out.getvalue()

    def _part(self, name: str, body: str, content: str) -> None:
        self.parts[name] = body
        self.types.append(f'<Override PartName="/{name}" ContentType="{content}"/>')

    def _relations(self, part: str, *links: tuple[str, str, str] | tuple[str, str, str, str]) -> None:
        folder, _, name = part.rpartition("/")
        told = "".join(
            f'<Relationship Id="{link[0]}" Type="{link[1]}" Target="{link[2]}"{"".join(link[3:])}/>' for link in links
        )
        where = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        self.parts[where] = f'<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'

    def _workbook(self) -> None:
        pages = list(enumerate(self.draft.pages, start=1))
        listed = "".join(
            f'<sheet name="{_text(p.name)}" sheetId="{n}" r:id="s{n}"{" state=" + chr(34) + "hidden" + chr(34) if p.hidden else ""}/>'
            for n, p in pages
        )
        calc = '<calcPr calcId="191029" calcMode="manual" calcOnSave="0"/>' if self.draft.manual else ""
        links: list[Any] = [(f"s{n}", f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n, _ in pages]
        links.append(("y", f"{_OFFICE}/styles", "styles.xml"))
        outside = ""
        if self.draft.external:
            outside = '<externalReferences><externalReference r:id="x"/></externalReferences>'
            links.append(("x", f"{_OFFICE}/externalLink", "externalLinks/externalLink1.xml"))
            self._part(
                "xl/externalLinks/externalLink1.xml",
                f'<externalLink xmlns="{MAIN}" xmlns:r="{_OFFICE}"><externalBook r:id="r1"/></externalLink>',
                f"{_TYPE}.externalLink+xml",
            )
            self._relations(
                "xl/externalLinks/externalLink1.xml",
                ("r1", f"{_OFFICE}/externalLinkPath", self.draft.external, ' TargetMode="External"'),
            )
        if any(sort == "thread" for sort, _, _ in self.draft.drawn):
            links.append(("p", f"{_MS}/person", "persons/person.xml"))
            person = (
                '<person displayName="a" id="{0B1C5A5E-0000-4A4F-9E0B-6E2B8D0A7F11}" userId="a" providerId="None"/>'
            )
            self._part(
                "xl/persons/person.xml", f'<personList xmlns="{_THREADS}">{person}</personList>',
                "application/vnd.ms-excel.person+xml",
            )  # fmt: skip
        self._relations("", ("a", f"{_OFFICE}/officeDocument", "xl/workbook.xml"))
        self.parts["_rels/.rels"] = self.parts.pop("_rels/.rels")
        self._part(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><workbookPr/><sheets>{listed}</sheets>{outside}{calc}</workbook>',
            f"{_TYPE}.sheet.main+xml",
        )
        self._relations("xl/workbook.xml", *links)

    def _style(self, code: str, struck: bool = False) -> int:
        return self.formats.setdefault((code, struck), len(self.formats))

    def _styles(self) -> None:
        own = "".join(
            f'<numFmt numFmtId="{200 + n}" formatCode="{_text(code)}"/>'
            for (code, _), n in self.formats.items() if code != "General"
        )  # fmt: skip
        xfs = "".join(
            f'<xf numFmtId="{0 if code == "General" else 200 + n}" fontId="{int(struck)}" fillId="0" borderId="0" '
            f'applyNumberFormat="1" applyFont="1"/>'
            for (code, struck), n in self.formats.items()
        )
        fonts = '<fonts count="2"><font><sz val="11"/></font><font><strike/><sz val="11"/></font></fonts>'
        rest = (
            '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        )
        self._part(
            "xl/styles.xml",
            f'<styleSheet xmlns="{MAIN}">{f"<numFmts>{own}</numFmts>" if own else ""}{fonts}{rest}<cellXfs>{xfs}</cellXfs></styleSheet>',
            f"{_TYPE}.styles+xml",
        )

    def _sheet(self, number: int, page: Page) -> None:
        part = f"xl/worksheets/sheet{number}.xml"
        body: list[str] = []
        by_row: dict[int, list[Cell]] = {r: [] for r in page.hidden_rows}
        for _, cell in sorted(page.cells.items()):
            by_row.setdefault(cell.row, []).append(cell)
        for row in sorted(by_row):
            hidden = ' hidden="1"' if row in page.hidden_rows else ""
            body.append(f'<row r="{row}"{hidden}>{"".join(self._cell(page, c) for c in by_row[row])}</row>')
        columns = "".join(f'<col min="{c}" max="{c}" width="9" hidden="1"/>' for c in sorted(page.hidden_columns))
        merged = "".join(
            f'<mergeCell ref="{Cell(t, x, "text", "").ref}:{Cell(b, y, "text", "").ref}"/>'
            for t, x, b, y in page.merged
        )
        links: list[Any] = []
        tail = f"<mergeCells>{merged}</mergeCells>" if merged else ""
        if self.draft.footer and page is self.draft.form:
            tail += f"<headerFooter><oddFooter>&amp;L{_text(self.draft.footer)}</oddFooter></headerFooter>"
        tail += self._around(number, page, links)
        self._part(
            part,
            f'<worksheet xmlns="{MAIN}" xmlns:r="{_OFFICE}">{f"<cols>{columns}</cols>" if columns else ""}'
            f"<sheetData>{''.join(body)}</sheetData>{tail}</worksheet>",
            f"{_TYPE}.worksheet+xml",
        )
        if links:
            self._relations(part, *links)

    def _around(self, number: int, page: Page, links: list[Any]) -> str:
        """Comments, threads, drawings and tables of a sheet; the tags that point to them."""
        tail, notes = "", dict(page.comments)
        mine = [(sort, mark, words) for sort, mark, words in self.draft.drawn if mark.page is page]
        threads = [(mark, words) for sort, mark, words in mine if sort == "thread"]
        for mark, words in threads:
            notes[mark.row, mark.column] = _STANDARD + words
        if drawings := [one for one in mine if one[0] in ("box", "picture")]:
            name = f"xl/drawings/drawing{number}.xml"
            shapes = "".join(_shape(n, *one) for n, one in enumerate(drawings, start=2))
            self._part(
                name, f'<xdr:wsDr xmlns:xdr="{_XDR}" xmlns:a="{_A}" xmlns:r="{_OFFICE}">{shapes}</xdr:wsDr>',
                "application/vnd.openxmlformats-officedocument.drawing+xml",
            )  # fmt: skip
            if any(sort == "picture" for sort, _, _ in drawings):
                self.parts["xl/media/image1.png"] = _PIXEL
                self._relations(name, ("i1", f"{_OFFICE}/image", "../media/image1.png"))
            links.append(("d", f"{_OFFICE}/drawing", f"../drawings/drawing{number}.xml"))
            tail += '<drawing r:id="d"/>'
        if notes:
            told = "".join(
                f'<comment ref="{Cell(r, c, "text", "").ref}" authorId="0"><text><t xml:space="preserve">{_text(words)}</t></text></comment>'
                for (r, c), words in sorted(notes.items())
            )
            self._part(
                f"xl/comments{number}.xml",
                f'<comments xmlns="{MAIN}"><authors><author>a</author></authors><commentList>{told}</commentList></comments>',
                f"{_TYPE}.comments+xml",
            )
            links.append(("c", f"{_OFFICE}/comments", f"../comments{number}.xml"))
        if threads:
            person = "{0B1C5A5E-0000-4A4F-9E0B-6E2B8D0A7F11}"
            told = "".join(
                f'<threadedComment ref="{mark.ref}" dT="2025-09-08T01:02:03.00" personId="{person}" '
                f'id="{{E722680E-0000-4806-84CE-A0C8E0F6{n:04X}}}"><text>{_text(words)}</text></threadedComment>'
                for n, (mark, words) in enumerate(threads)
            )
            self._part(
                f"xl/threadedComments/threadedComment{number}.xml",
                f'<ThreadedComments xmlns="{_THREADS}">{told}</ThreadedComments>',
                "application/vnd.ms-excel.threadedcomments+xml",
            )
            links.append(("t", f"{_MS}/threadedComment", f"../threadedComments/threadedComment{number}.xml"))
        for n, (where, title, area) in enumerate(self.draft.tables, start=1):
            if where is page:
                self._part(
                    f"xl/tables/table{n}.xml",
                    f'<table xmlns="{MAIN}" id="{n}" name="{title}" displayName="{title}" ref="{area}"><tableColumns count="1">'
                    f'<tableColumn id="1" name="件数"/></tableColumns></table>',
                    f"{_TYPE}.table+xml",
                )
                links.append((f"b{n}", f"{_OFFICE}/table", f"../tables/table{n}.xml"))
                tail += f'<tableParts count="1"><tablePart r:id="b{n}"/></tableParts>'
        return tail

    def _cell(self, page: Page, cell: Cell) -> str:
        place = (cell.row, cell.column)
        runs = page.runs.get(place, ())
        whole = len(runs) == 1 and runs[0][1] == "struck"
        value, code, attribute = cell.value, cell.number_format, ""
        inner = ""
        if cell.kind == "date":
            code = code if code != "General" else "yyyy/mm/dd"
            inner = f"<v>{_serial(str(value))}</v>"
        elif cell.kind == "number":
            inner = f"<v>{value!r}</v>"
        elif cell.kind == "bool":
            attribute, inner = ' t="b"', f"<v>{int(bool(value))}</v>"
        elif cell.kind == "error":
            attribute, inner = ' t="e"', f"<v>{_text(str(value))}</v>"
        elif cell.kind == "text":
            if runs and not whole:
                attribute, inner = ' t="inlineStr"', f"<is>{''.join(map(_run, runs))}</is>"
            elif cell.formula:
                attribute, inner = ' t="str"', f"<v>{_text(str(value))}</v>"
            else:
                attribute = ' t="inlineStr"'
                inner = f'<is><t xml:space="preserve">{_text(str(value))}</t></is>'
        formula = f"<f>{_text(cell.formula.removeprefix('='))}</f>" if cell.formula else ""
        return f'<c r="{cell.ref}" s="{self._style(code, whole)}"{attribute}>{formula}{inner}</c>'


def _run(run: tuple[str, str]) -> str:
    look = {
        "struck": "<rPr><strike/></rPr>",
        "raised": '<rPr><vertAlign val="superscript"/></rPr>',
        "bold": "<rPr><b/></rPr>",
    }
    return f'<r>{look.get(run[1], "")}<t xml:space="preserve">{_text(run[0])}</t></r>'


def _serial(iso: str) -> float:
    if re.fullmatch(r"\d\d:\d\d(?::\d\d)?", iso):
        hour, minute = int(iso[:2]), int(iso[3:5])
        return (hour * 60 + minute) / 1440
    return float((datetime.fromisoformat(iso).date() - date(1899, 12, 30)).days)


def _shape(number: int, sort: str, mark: Any, words: str) -> str:
    row, column = mark.row - 1, mark.column - 1
    anchor = (
        f"<xdr:from><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff>"
        f"</xdr:from><xdr:to><xdr:col>{column + 2}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row + 2}</xdr:row>"
        "<xdr:rowOff>0</xdr:rowOff></xdr:to>"
    )
    geometry = '<xdr:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>'
    if sort == "picture":
        inner = (
            f'<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{number}" name="図 {number}"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
            f'<a:blip r:embed="i1"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>{geometry}</xdr:pic>'
        )
    else:
        half = max(1, len(words) // 2)
        told = "".join(
            f"<a:r><a:rPr/><a:t>{_text(piece)}</a:t></a:r>" for piece in (words[:half], words[half:]) if piece
        )
        inner = (
            f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{number}" name="box"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
            f"{geometry}<xdr:txBody><a:bodyPr/><a:lstStyle/><a:p>{told}</a:p></xdr:txBody></xdr:sp>"
        )
    return f"<xdr:twoCellAnchor>{anchor}{inner}<xdr:clientData/></xdr:twoCellAnchor>"
