"""What XML, UTF-8 or Excel cannot hold never reaches the store, and never stops a file from being made."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from docx.oxml import OxmlElement
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from kpi.collection.acts import Act
from kpi.collection.letters import request_letter
from kpi.collection.workflow import Mend
from kpi.issue import Severity
from kpi.people import OPERATOR
from loaders.documents.letter_files import letter_docx, letter_eml, letter_filename, letter_text
from loaders.documents.packing import zipped
from loaders.documents.table_files import to_csv, to_xlsx
from loaders.form import definition as d
from loaders.form.prose_lines import TEXT
from loaders.form.writing.writer import form_filename, write_form
from loaders.services import Services, batch_reading, intake
from loaders.services.batch_reading import expand, read_return, unpack
from loaders.services.intake import send_returns, take_files, take_uploads
from loaders.store import StoreBusy, StoreDamaged
from loaders.text.characters import CELL_LIMIT, cell_text, excel_length, one_line, tidied, writable
from loaders.workbook.cells import column_letters, open_book
from tests.factory import AGRI, COUNT, POLICY, RATE, ROUND, TOTAL, TRADE, filled_form, tiny_answers, tiny_brief
from tests.loaders.text.test_written_text import WORKBOOKS, brief
from tests.storekit import answer, later, new_store, reading, save_return

HALF, NUL, BELL, BREAK, NONCHARACTER = "\ud83d", "\x00", "\x07", "\x0b", "\uffff"
HOSTILE = [f"甲{bad}乙" for bad in (HALF, "\ude00", NUL, BELL, BREAK, "\x0c", "\x1f", "\ufffe", NONCHARACTER)]


@pytest.fixture
def store(tmp_path: Path):
    return new_store(tmp_path / "store")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"AB{HALF}CD", "AB\ufffdCD"), (f"{HALF}\ude00", "\N{GRINNING FACE}"), (f"末{HALF}", "末\ufffd"),
        (f"{NUL}a{BELL}", "a"), (f"4{BREAK}5", "4\n5"), ("x\ufffe", "x\ufffd"), ("改\r\n行\tタブ", "改\r\n行\tタブ"),
        ("\x96\x85", "\x96\x85"), ("神\ufe00\u200b", "神\ufe00\u200b"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_goes_or_leaves_a_sign(text, clean):
    assert writable(text) == clean


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_one_that_every_file_can_hold(text):
    clean = writable(text)
    clean.encode("utf-8")
    assert writable(clean) == clean
    assert not ILLEGAL_CHARACTERS_RE.search(cell_text(text))
    OxmlElement("w:t").text = cell_text(text)  # raises where XML cannot hold it
    assert len(one_line(text).splitlines()) <= 1


def test_a_long_text_is_cut_where_excel_would_cut_it_and_that_shows():
    for sign in ("あ", "\N{GRINNING FACE}"):
        cut = cell_text(sign * 40_000)
        assert CELL_LIMIT - 1 <= excel_length(cut) <= CELL_LIMIT
        assert cut.endswith(f"{sign}…(以下略)")
    assert cell_text("あ" * CELL_LIMIT) == "あ" * CELL_LIMIT


def test_values_are_cleaned_through_and_through():
    mend = Mend(RATE, "analysis", f"a{HALF}", "理由")
    assert tidied(({"k": [mend]}, {f"x{NUL}"})) == ({"k": [replace(mend, value="a\ufffd")]}, {"x"})
    assert tidied(mend.reason) is mend.reason
    assert tidied(OPERATOR) is OPERATOR


# --- at reading ---


def in_part(data: bytes, *changes: tuple[str, str]) -> bytes:
    """The workbook with words replaced in its sheets and notes, as another program may have written them."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(".xml"):
                for old, new in changes:
                    content = content.replace(old.encode(), new.encode())
            target.writestr(name, content)
    return out.getvalue()


def filled(**more: object) -> bytes:
    said = tiny_answers()
    said[COUNT] |= {"value": 1250.0} | more
    said[TOTAL] |= {"value": 5.0}
    return filled_form(said, department=TRADE)


def texts(one) -> list[str]:
    entries = [(e.written, e.value, e.sheet) for a in one.answers for e in a.entries.values()]
    found = [(i.message, i.advice, i.sheet, i.value) for i in one.issues]
    return [t for group in (*entries, *found) for t in group if isinstance(t, str)]


@pytest.mark.parametrize("escape", ["_xD83D_", "_xDE00_", "_x0000_", "_x000B_", "_x001F_", "_xFFFE_", "_xFFFF_"])
def test_a_text_is_read_clean_and_the_cell_is_named(escape):
    data = in_part(filled(analysis="HERE"), ("HERE", f"増え{escape}た"))
    got = read_return(data, "a.xlsx", tiny_brief())
    said = {a.subject_id: a for a in got.answers}[COUNT].text("analysis")
    assert said in ("増え\ufffdた", "増えた", "増え\nた")
    assert all(writable(t) == t for t in texts(got))
    (note,) = [i for i in got.issues if "文字として扱えない符号" in i.message]
    assert note.severity is Severity.NOTE
    assert f"読みました: {d.PROSE_SHEET}!{column_letters(TEXT)}" in note.message


def test_two_halves_in_two_escapes_are_one_sign_and_nothing_is_told():
    data = in_part(filled(analysis="HERE"), ("HERE", "増_xD83D__xDE00_"))
    got = read_return(data, "a.xlsx", tiny_brief())
    assert {a.subject_id: a for a in got.answers}[COUNT].text("analysis") == "増\N{GRINNING FACE}"


@pytest.mark.parametrize("escape", ["_x000B_", "_xD83D_", "_xFFFE_"])
def test_two_figures_do_not_become_one(escape):
    got = read_return(in_part(filled(value="HERE"), ("HERE", f"12{escape}50")), "a.xlsx", tiny_brief())
    assert {a.subject_id: a for a in got.answers}[COUNT].number("value") is None
    assert [i for i in got.issues if i.key == "value" and i.severity is not Severity.NOTE]


def test_names_of_sheets_and_comments_are_read_clean():
    book = load_workbook(BytesIO(filled()))
    book.create_sheet("SHEET2")["A1"] = "NOTE"
    out = BytesIO()
    book.save(out)
    found = open_book(in_part(out.getvalue(), ("SHEET2", "別_xD83D_紙"), ("NOTE", "控_x0000_え")), "a.xlsx")
    assert [s.name for s in found.sheets if "別" in s.name] == ["別\ufffd紙"]
    assert any("別\ufffd紙!A1" in note for note in found.notes)


def test_a_text_too_long_for_a_cell_is_asked_to_be_shortened():
    long = in_part(filled(analysis="HERE"), ("HERE", "長" * 40_000))
    got = read_return(long, "a.xlsx", tiny_brief())
    (fault,) = [i for i in got.issues if i.code == "text.too_long"]
    assert (fault.severity, fault.subject_id, fault.key) == (Severity.FIX, COUNT, "analysis")
    assert "40,000文字" in fault.message
    assert len({a.subject_id: a for a in got.answers}[COUNT].text("analysis")) == 40_000  # nothing is lost
    sound = in_part(filled(analysis="HERE"), ("HERE", "長" * CELL_LIMIT))
    assert "text.too_long" not in [i.code for i in read_return(sound, "a.xlsx", tiny_brief()).issues]


# --- at writing ---


#: A table of pandas holds no half signs.
WRITTEN = [(n, t) for n in WORKBOOKS for t in HOSTILE if n != "table" or not {HALF, "\ude00"} & set(t)]


@pytest.mark.parametrize(
    ("name", "text"), [*WRITTEN, *((n, "長" * 40_000) for n in WORKBOOKS)], ids=lambda t: ascii(t)[:40]
)
def test_whatever_is_stored_every_workbook_is_made_and_opens(name, text):
    data = WORKBOOKS[name](text)
    cells = [c.value for sheet in load_workbook(BytesIO(data)) for row in sheet.iter_rows() for c in row]
    said = [c for c in cells if isinstance(c, str)]
    assert any("甲" in c or "長長" in c for c in said)
    assert all(excel_length(c) <= CELL_LIMIT for c in said)
    # What is cut short says so; the page for the 決裁 shortens each explanation anyhow.
    assert len(text) < CELL_LIMIT or name == "settlement" or any(c.endswith("…(以下略)") for c in said)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_whatever_is_stored_letters_tables_and_names_are_made(text):
    used = brief(text)
    letter = request_letter(used.plan, used.plan.round(ROUND), used.plan.departments[:1], used.day)
    assert any("甲" in p.text for p in Document(BytesIO(letter_docx(letter))).paragraphs)
    mail = message_from_bytes(letter_eml(letter, [(f"{text}.xlsx", b"x")]), policy=default)
    assert "甲" in str(mail["Subject"])
    assert "甲" in letter_text(letter).encode().decode()
    names = [form_filename(used.plan, used.day, ROUND, POLICY), letter_filename(letter, "docx")]
    with zipfile.ZipFile(BytesIO(zipped([(n, b"") for n in names], used.day))) as archive:
        assert archive.namelist() == names
    if text.encode("utf-8", "ignore").decode() == text:  # a table of pandas holds no half signs
        rows = list(csv.reader(io.StringIO(to_csv(pd.DataFrame({text: [text]})).decode("utf-8-sig"), newline="")))
        assert rows == [[writable(text)]] * 2


@pytest.mark.parametrize("start", [f"{NUL}=1+1", f"{BELL}@A", f"{NUL}{NUL}-1+A1"])
def test_a_formula_behind_an_unseen_sign_starts_none(start):
    cell = load_workbook(BytesIO(to_xlsx(pd.DataFrame({"a": [start]}), title="表"))).active["A4"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert to_csv(pd.DataFrame({"a": [start]})).decode("utf-8-sig").splitlines()[1].strip('"').startswith("'")
    form = load_workbook(BytesIO(write_form(tiny_brief(), ROUND, TRADE, answers={COUNT: {"analysis": start}})))
    starts = [c for row in form[d.PROSE_SHEET].iter_rows() for c in row if str(c.value) == writable(start)]
    assert [c.quotePrefix for c in starts] == [True]


# --- what people type ---


def test_what_is_typed_reaches_the_store_clean(store):
    kept = save_return(store, reading(answer(RATE, value=1.0, analysis="")), b"1", "a.xlsx", by="x", at=later(1))
    services = Services(store, replace(OPERATOR, name=f"事務{HALF}局"), store.path.parent, lambda: later(2))
    assert services.mend(kept.submission_id, [Mend(RATE, "analysis", f"増{HALF}え{BELL}た", f"理{NUL}由")]) == ()
    assert store.submission(kept.submission_id).reading.answers[0].text("analysis") == "増\ufffdえた"
    (refused,) = services.rename_department("tiny", TRADE, f"商{BELL}工部", later(48).date())
    assert "制御文字" in refused.message
    assert services.rename_department("tiny", TRADE, f"商{HALF}工部", later(48).date(), f"改{BELL}称") == ()
    names = [n.name for n in store.snapshot("tiny").plan.department(TRADE).names]
    assert names[-1] == "商\ufffd工部"
    assert services.discard(kept.submission_id, f"取{HALF}消") == ()
    log = store.log("tiny")
    assert set(log["who"]) <= {"事務\ufffd局", "x", ""}
    assert services.trace(HALF) == ()
    assert len(services.log("tiny", who=HALF)) == 3


# --- names of files ---


@pytest.mark.parametrize(
    "name", [f"a{HALF}.xlsx", "a\nb.xlsx", f"a{NUL}.xlsx", "a\tb\udcff.xlsx", "改\u2028行.xlsx"], ids=ascii
)
def test_a_file_of_any_name_is_kept(store, name):
    here = {"round_id": ROUND, "department_id": TRADE, "snapshot": store.snapshot("tiny"), "act": Act("x", later(1))}
    ((taken, _),) = take_uploads(store, [(name, filled())], **here)
    assert taken.saved is not None
    (kept,) = store.snapshot("tiny").submissions["filename"]
    assert kept == one_line(name) == taken.filename
    assert len(kept.splitlines()) == 1


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("旧\\回答.xlsx", "a.zip/旧/回答.xlsx"),
        ("表\\能\\予算.xlsx", "a.zip/表/能/予算.xlsx"),
        ("ソ\\十\\2\\回答.xlsx", "a.zip/ソ/十/2/回答.xlsx"),
    ],
)
def test_folders_divided_by_backslashes_are_folders_in_either_encoding(member, told):
    info = zipfile.ZipInfo("x")
    info.filename = member
    marked, unmarked = BytesIO(), BytesIO()
    with zipfile.ZipFile(marked, "w") as target:
        target.writestr(info, b"content")
    # An old program writes the bytes of CP932 and does not mark them.
    name = member.encode("cp932")
    with zipfile.ZipFile(unmarked, "w") as target:
        target.writestr("x" * len(name), b"content")
    for data in (marked.getvalue(), unmarked.getvalue().replace(b"x" * len(name), name)):
        assert list(unpack(data, "a.zip")) == [(told, b"content")]


def test_what_stands_in_a_folder_that_nobody_may_open_costs_the_others_nothing(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        (tmp_path / "in" / name).write_bytes(b"x")
    is_file = Path.is_file

    def refused(self: Path) -> bool:
        if self.name == "b.xlsx":
            raise PermissionError(13, "no")
        return is_file(self)

    monkeypatch.setattr(Path, "is_file", refused)
    found = list(expand([tmp_path / "in"]))
    assert [f[0] if isinstance(f, tuple) else f.code for f in found] == ["a.xlsx", "intake.unreadable", "c.xlsx"]


# --- one file does not cost the others ---


def three(monkeypatch, place: str, broken: str) -> list[tuple[str, bytes]]:
    """Three departments' files; what is done with the one of ``broken`` leads to an error nobody has foreseen."""
    said = tiny_answers()
    files = [(f"{d}.xlsx", filled_form(said, department=d)) for d in (TRADE, AGRI, POLICY)]
    real = getattr(batch_reading, place)

    def failing(first, *rest, **more):
        got = real(first, *rest, **more)
        if getattr(got, "department_id", "") == broken or getattr(first, "department_id", "") == broken:
            raise RecursionError("too deep")
        return got

    monkeypatch.setattr(batch_reading, place, failing)
    return files


@pytest.mark.parametrize("place", ["read_form", "check_answers"])
def test_a_file_that_fails_at_reading_leaves_the_others(store, monkeypatch, place):
    files = three(monkeypatch, place, AGRI)
    taken = list(take_files(store, files, snapshot=store.snapshot("tiny"), act=Act("x", later(1))))
    assert [[i.code for i in t.issues if i.code == "intake.unexpected"] for t in taken] == [
        [],
        ["intake.unexpected"],
        [],
    ]
    assert [bool(t.saved) for t in taken] == [True, False, True]
    here = {"round_id": ROUND, "department_id": TRADE, "snapshot": store.snapshot("tiny"), "act": Act("x", later(2))}
    pack = BytesIO()
    with zipfile.ZipFile(pack, "w") as target:
        for name, data in files:
            target.writestr(name, data)
    page = [t for t, _ in take_uploads(store, [("a.zip", pack.getvalue())], **here)]
    assert [t.issues[-1].code == "intake.unexpected" for t in page] == [False, True, False]


def fails_for(store, monkeypatch, name: str, broken: str, error: Exception) -> None:
    real = store.do

    def failing(handler, act, some, *more, **how):
        if handler.__name__ == name and any(broken in str(one) for one in some):
            raise error
        return real(handler, act, some, *more, **how)

    monkeypatch.setattr(store, "do", failing)


def test_a_file_that_the_store_cannot_keep_leaves_the_others(store, monkeypatch, caplog):
    files = [
        (f"{n}.xlsx", filled_form(tiny_answers(), department=d))
        for n, d in zip("abc", (TRADE, AGRI, POLICY), strict=True)
    ]
    fails_for(store, monkeypatch, "save", "b.xlsx", UnicodeEncodeError("utf-8", "x", 0, 1, "no"))
    taken = list(take_files(store, files, snapshot=store.snapshot("tiny"), act=Act("x", later(1))))
    assert [bool(t.saved) for t in taken] == [True, False, True]
    assert [i.code for i in taken[1].issues] == ["intake.unexpected"]
    assert sorted(store.snapshot("tiny").submissions["filename"]) == ["a.xlsx", "c.xlsx"]
    assert "UnicodeEncodeError" in caplog.text  # for who runs the server
    assert store.verify() == ()


def test_a_draft_that_cannot_be_sent_leaves_the_others(store, monkeypatch):
    values = {TRADE: (COUNT, 1200.0), AGRI: ("rice-cut", 8.1), POLICY: (RATE, 65.0)}
    new = [
        (f"{d}.xlsx", d.encode(), reading(answer(i, value=v, period="FY2024"), department=d))
        for d, (i, v) in values.items()
    ]
    own = {"act": Act("x", later(1))}
    kept = intake.keep(store, new, store.snapshot("tiny").brief(later(1).date()), **own)
    fails_for(store, monkeypatch, "send", kept[1].saved.submission_id, ZeroDivisionError())
    ticked: list[str] = []
    sent = send_returns(store, kept, tick=ticked.append, **own)
    assert [bool(t.sent) for t in sent] == [True, False, True]
    assert [i.code for i in sent[1].unsent] == ["intake.unexpected"]
    assert ticked == ["trade.xlsx", "policy.xlsx"]


@pytest.mark.parametrize("error", [StoreBusy(1), StoreDamaged("壊れています。"), OSError(28, "full")], ids=repr)
def test_what_is_wrong_with_the_store_itself_is_said_once_and_not_of_each_file(store, monkeypatch, error):
    fails_for(store, monkeypatch, "save", "", error)
    with pytest.raises(type(error)):
        list(take_files(store, [("a.xlsx", filled())], snapshot=store.snapshot("tiny"), act=Act("x", later(1))))
