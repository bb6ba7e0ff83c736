"""想定問答 in Word, as print and as page: all of it is there, marked 部内限, and none in files of the paper."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from kpi.assessment import Assessment
from kpi.report.anticipated_questions import HANDLING, anticipated, own_key
from kpi.report.blocks import Heading, Passage, QuestionAnswer, Report, Sentence, Table
from kpi.snapshot import Edited
from loaders.documents.paper.paper_files import FORMATS, QUESTION_FORMATS, Drawn, file_name
from loaders.documents.paper.question_paper import questions_docx
from tests.factory import LONG_NAME, RATE, ROUND, UNSET
from tests.loaders.documents.test_word_pages import page_count
from tests.paperkit import DAY, PARTED, WHOLE, hard_plan, hard_report
from tests.storekit import answer, later, new_store, reading, save_and_send

EDITED = "人が書いた<答え>&"


@cache
def questions() -> Report:
    """Long names and texts, one answer that people wrote above data that has changed, one question of their own."""
    with TemporaryDirectory() as folder:
        store = new_store(Path(folder), hard_plan())
        full = {"analysis": WHOLE, "actions": PARTED, "evidence": "実績調べ", "release": "final"}
        told = (answer(RATE, value=39.25, period="FY2024", **full), answer(UNSET, missing_reason="unpublished"))
        save_and_send(store, reading(*told), b"1", later(1))
        seen = store.snapshot("tiny")
    state = Assessment.of(seen, DAY)
    when = datetime(2026, 11, 1)
    own = {
        f"question:{RATE}:behind": Edited(EDITED, "前の文", "青森 花子", when),
        own_key(UNSET, "なぜこの名称か。"): Edited("計画の名称による。", "", "青森 花子", when),
    }
    return anticipated(state, state.plan.round(ROUND), replace(seen, edited={ROUND: own}))


@cache
def made() -> bytes:
    return questions_docx(questions())


def paragraphs(data: bytes) -> list[str]:
    return [p.text for p in Document(io.BytesIO(data)).paragraphs]


def blocks(kind: type) -> list:
    return [b for p in questions().parts for b in p.blocks if isinstance(b, kind)]


def test_every_question_stands_above_its_answer_to_the_last_letter() -> None:
    found = paragraphs(made())
    asked = blocks(QuestionAnswer)
    assert len(asked) > 30
    for one in asked:
        place = found.index(f"問{one.number}\t{one.question}")
        assert found[place + 1].startswith(f"答\t{one.answer.text}")
    assert any(" ".join(PARTED.split()) in text for text in found)
    assert any(LONG_NAME in text for text in found)
    for kind in (Heading, Passage):
        assert all(any(text.endswith(b.text) for text in found) for b in blocks(kind))


def test_what_people_wrote_is_marked_and_warned_about() -> None:
    (told,) = [text for text in paragraphs(made()) if EDITED in text]
    assert told == f"答\t{EDITED}〔青森 花子が書いた答え〕〔要確認: 書いたあとで、もとの値が変わりました〕"
    assert any("なぜこの名称か。" in text for text in paragraphs(made()))


def test_the_first_page_lists_what_has_no_answer() -> None:
    (grid,) = Document(io.BytesIO(made())).tables
    (table,) = blocks(Table)
    rows = [[cell.text for cell in row.cells] for row in grid.rows]
    assert rows == [[c.heading for c in table.columns], *([c.text for c in line] for line in table.rows)]
    assert len(rows) == 1 + sum(one.open for one in blocks(QuestionAnswer))
    assert HANDLING in paragraphs(made())


def test_every_page_says_that_it_is_internal_and_which_it_is_of_how_many() -> None:
    (section,) = Document(io.BytesIO(made())).sections
    assert section.header.paragraphs[0].text.startswith(" 部内限 \t")
    assert [f.text for f in section.footer._element.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_every_run_has_the_east_asian_face_and_all_parts_are_sound() -> None:
    with ZipFile(io.BytesIO(made())) as package:
        assert package.testzip() is None
        names = package.namelist()
        assert len(names) == len(set(names))
        trees = {n: etree.fromstring(package.read(n)) for n in names if n.endswith((".xml", ".rels"))}
    pages = [tree for n, tree in trees.items() if re.fullmatch(r"word/(document|header\d|footer\d)\.xml", n)]
    assert len(pages) == 3
    runs = [run for tree in pages for run in tree.iter(qn("w:r"))]
    faces = Counter(fonts.get(qn("w:eastAsia")) for run in runs for fonts in run.iter(qn("w:rFonts")))
    assert faces == {"游ゴシック": len(runs)}
    told = "pStyle keepNext keepLines pageBreakBefore widowControl pBdr shd tabs spacing ind jc rPr"
    order = told.split()
    for one in trees["word/document.xml"].iter(qn("w:pPr")):
        places = [order.index(etree.QName(child).localname) for child in one]
        assert places == sorted(places)


def test_the_same_questions_give_the_same_bytes() -> None:
    assert questions_docx(questions()) == made()


def test_a_program_lays_it_out(tmp_path) -> None:
    assert 3 <= page_count(made(), tmp_path) <= 20


def test_the_page_says_the_same() -> None:
    page = QUESTION_FORMATS["html"].make(Drawn.of(questions())).decode()
    assert "人が書いた&lt;答え&gt;&amp;" in page
    assert page.count('class="question"') == len(blocks(QuestionAnswer))
    assert page.count('content:"部内限"') == len(questions().parts)


def test_its_name_says_that_it_is_internal() -> None:
    closed = replace(questions(), working=False)
    assert file_name(closed, QUESTION_FORMATS["docx"]) == "想定問答_R6_部内限.docx"
    assert (
        file_name(replace(questions(), sample=True), QUESTION_FORMATS["pdf"])
        == "サンプル_想定問答_R6_部内限_作業中.pdf"
    )


def test_no_file_that_a_version_keeps_has_anything_of_it() -> None:
    """Whatever parts a report has: the files of the paper print none of 想定問答."""
    assert not {form.stem for form in FORMATS.values()} & {form.stem for form in QUESTION_FORMATS.values()}
    assert not any(form.internal for form in FORMATS.values())
    secret = QuestionAnswer(1, "想定外の問い", Sentence("question:x:y", "部内だけの答え"))
    part = replace(questions().parts[1], blocks=(secret,))
    drawn = Drawn.of(replace(hard_report(), parts=(*hard_report().parts, part)))
    drawn.__dict__["pictures"] = {}
    for name, form in FORMATS.items():
        if form.printed:
            continue
        data = form.make(drawn)
        told = _unpacked(data) if name in ("xlsx", "docx") else data.decode()
        assert "部内だけの答え" not in told
        assert "想定外の問い" not in told
        assert "コピー用紙使用量" in told


def _unpacked(data: bytes) -> str:
    with ZipFile(io.BytesIO(data)) as package:
        return "".join(package.read(n).decode() for n in package.namelist() if n.endswith(".xml"))
