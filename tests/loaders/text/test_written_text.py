"""Whatever text starts a formula is written as text, in every kind of file we make."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from kpi.collection.letters import request_letter
from kpi.collection.workflow import Answer, Brief, Entry, Past
from kpi.period import Period
from kpi.plan import DatedName
from loaders.documents.letter_files import letter_docx, letter_eml, letter_filename
from loaders.documents.table_files import to_csv, to_xlsx
from loaders.form.approval_page import settlement_sheet
from loaders.form.writing.writer import form_filename, write_form
from loaders.services import operations
from tests.factory import POLICY, RATE, ROUND, tiny_brief, with_plan

STARTS = ("=", "+", "-", "@", "\t", "\r")
EVIL = tuple(f"{start}HYPERLINK(1)" for start in STARTS)


def brief(text: str) -> Brief:
    """A brief in which everything that people name is hostile."""
    tiny = tiny_brief()
    plan = tiny.plan
    indicators = tuple(replace(i, name=text, unit=text, source=text) if i.id == RATE else i for i in plan.indicators)
    departments = tuple(replace(d, names=(DatedName(text + d.id),)) for d in plan.departments)
    rounds = tuple(replace(r, name=text) for r in plan.rounds)
    past = {RATE: (Past(Period("FY", 2023), 55.0, comment=text, evidence=text),)}
    made = with_plan(tiny, name=text, indicators=indicators, departments=departments, rounds=rounds, area_name=text)
    return replace(made, history=past)


def said(text: str) -> dict[str, dict[str, object]]:
    return {RATE: dict.fromkeys(("value", "analysis", "actions", "evidence", "section", "person", "contact"), text)}


def form(text: str) -> bytes:
    return write_form(brief(text), ROUND, POLICY, answers=said(text))


def sent_back(text: str) -> bytes:
    return write_form(brief(text), ROUND, POLICY, answers=said(text), questions=((RATE, "analysis", text),))


def settled(text: str) -> bytes:
    used = brief(text)
    entries = {"analysis": Entry("analysis", "s", "A1", text, text)}
    answers = (Answer(RATE, entries),)
    return settlement_sheet(used, used.plan.round(ROUND), used.plan.department(POLICY), answers)


def table(text: str) -> bytes:
    return to_xlsx(pd.DataFrame({text: [text, "a"], "値": [1.0, -2.0]}), title=text, notes=(text,))


WORKBOOKS: dict[str, Callable[[str], bytes]] = {
    "form": form,
    "sent back": sent_back,
    "settlement": settled,
    "table": table,
}


#: The form's own: its counters of letters and its ways to the second sheet, which name cells alone.
_COUNTER = r"LEN\(\$D\$\d+\)"
_REASON = r"LEN\(TRIM\('KPI調査票'!\$[A-Z]+\$\d+\)\)>0"
_FILLED = r"\(LEN\(TRIM\('記述'!\$D\$\d+\)\)>0\)"
OWN = re.compile(
    rf'{_COUNTER}|IF\(AND\({_COUNTER}=0,{_REASON}\),"不要",{_COUNTER}\)'
    rf'|"記述シートへ"|"記述シートへ　"&\({_FILLED}(?:\+{_FILLED})*\)&"／\d"'
)


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("name", WORKBOOKS)
def test_no_workbook_of_ours_holds_a_formula_of_what_is_written_into_it(name: str, text: str) -> None:
    data = WORKBOOKS[name](text)
    with ZipFile(BytesIO(data)) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")]
    assert sheets
    assert not any(b"<f " in s for s in sheets)
    formulas = [html.unescape(f.decode()) for s in sheets for f in re.findall(rb"<f>(.*?)</f>", s)]
    assert all(OWN.fullmatch(f) for f in formulas), formulas
    assert not formulas or name in ("form", "sent back")
    hits = 0
    for sheet in load_workbook(BytesIO(data)):
        for cell in (c for row in sheet.iter_rows() for c in row if isinstance(c.value, str)):
            if cell.data_type == "f":
                assert OWN.fullmatch(cell.value.removeprefix("=")), cell.coordinate
                continue
            if cell.value.startswith(STARTS) and sheet.sheet_state == "visible" and cell.value not in ("-",):
                hits += 1
                assert cell.quotePrefix, (sheet.title, cell.coordinate)
    # A carriage return becomes a line break, which starts nothing.
    assert hits or text.startswith("\r")


@pytest.mark.parametrize("text", EVIL)
def test_a_csv_of_ours_starts_no_cell_like_a_formula(text: str) -> None:
    data = to_csv(pd.DataFrame({text: [text, "a"], "値": [1.0, -2.0]}))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0][0] == rows[1][0] == f"'{text}"
    assert rows[2][1] == "-2"
    assert not any(cell.startswith(STARTS) for row in rows for cell in row if cell != "-2")


@pytest.mark.parametrize("text", [*EVIL, "../../x", "C:\\x", "\u202ex", "a/b"])
def test_names_in_a_zip_and_of_files_lead_nowhere_and_start_nothing(text: str) -> None:
    used = brief(text)
    plain: Any = SimpleNamespace(plan=used.plan, cards=used.cards, brief=lambda day: used)
    with ZipFile(BytesIO(operations.make_forms(plain, ROUND, day=date(2025, 9, 1)))) as archive:
        names = archive.namelist()
    letter = request_letter(used.plan, used.plan.round(ROUND), used.plan.departments[:1], used.day)
    names += [form_filename(used.plan, used.day, ROUND, POLICY), letter_filename(letter, "docx")]
    for name in names:
        assert not name.startswith(STARTS)
        assert not any(part.startswith(STARTS) for part in name.split("_"))
        assert not set(name) & set('/\\:*?"<>|\t\r\n\u202e')


@pytest.mark.parametrize("text", EVIL)
def test_letters_hold_text_only(text: str) -> None:
    used = brief(text)
    letter = request_letter(used.plan, used.plan.round(ROUND), used.plan.departments[:1], used.day)
    data = letter_docx(letter)
    with ZipFile(BytesIO(data)) as archive:
        body = archive.read("word/document.xml").decode()
        names = archive.namelist()
    assert "instrText" not in body  # no field: neither a link nor DDE
    assert "TargetMode" not in "".join(ZipFile(BytesIO(data)).read(n).decode() for n in names if n.endswith(".rels"))
    assert any("HYPERLINK(1)" in p.text for p in Document(BytesIO(data)).paragraphs)
    mail = message_from_bytes(letter_eml(letter, [(f"{text}.xlsx", b"x")]), policy=default)
    (attached,) = mail.iter_attachments()  # type: ignore[attr-defined]
    assert attached.get_filename() == "HYPERLINK(1).xlsx"
    assert "\n" not in str(mail["Subject"])
