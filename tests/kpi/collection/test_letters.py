"""The letters of a round: their tone and dates, whom they name, and the files made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.shared import Mm

from kpi.collection.letters import Letter, division_letter, question_letter, reminder_letter, request_letter, signed
from kpi.collection.scope import asked_of, departments_asked, divisions_asked
from kpi.plan import Department, Division, Plan, RoundKind
from loaders.documents.letter_files import letter_docx, letter_eml, letter_filename, letter_text, question_of
from loaders.documents.packing import file_part
from tests.factory import AGRI, COUNT, PAPER, POLICY, RATE, ROUND, SURVEY, TOTAL, TRADE, UNSET, tiny_plan
from tests.worktools import FIRST, MEETING, work_plan

DAY = date(2025, 9, 1)
DX, PLANNING = (
    Division("dx", "DX推進課", (RATE, PAPER), "dx@pref.example.jp"),
    Division("planning", "企画調整課", (SURVEY,)),
)


def plan(kind: RoundKind = "annual", **changes: object) -> Plan:
    """The tiny plan with two 課 in one department and both due dates; ``changes`` are the round's."""
    tiny = tiny_plan()
    departments = tuple(
        replace(d, divisions=(DX, PLANNING), mail="seisaku@pref.example.jp") if d.id == POLICY else d
        for d in tiny.departments
    )
    made = replace(tiny.round(ROUND), kind=kind, division_due=date(2025, 9, 26), **changes)  # type: ignore[arg-type]
    return replace(tiny, departments=departments, rounds=(made,))


def departments(*ids: str) -> tuple[Department, ...]:
    return tuple(d for d in plan().departments if d.id in ids)


def request(kind: RoundKind = "annual", *ids: str) -> Letter:
    return request_letter(plan(kind), plan(kind).round(ROUND), departments(*(ids or (POLICY, TRADE, AGRI))), DAY)


def asking(text: str = "対象の範囲に変更はありませんか。") -> Letter:
    used = plan()
    question = question_of(used, used.round(ROUND), RATE, "value", text, cell="P6")
    return question_letter(used, used.round(ROUND), departments(POLICY)[0], [question], DAY, by=date(2025, 10, 15))


def every_letter() -> dict[str, Letter]:
    used = plan()
    round_ = used.round(ROUND)
    made = {f"request {k}": request(k) for k in ("targets", "annual", "half", "midterm")}
    return made | {
        "one": request("annual", POLICY),
        "division": division_letter(used, round_, departments(POLICY)[0], DAY),
        "reminder": reminder_letter(used, round_, departments(TRADE), DAY),
        "reminder to 課": reminder_letter(used, round_, departments(POLICY), DAY, divisions=(DX,)),
        "question": asking(),
    }


LETTERS = every_letter()


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_is_a_jimurenraku_without_blame_or_blanks(name: str) -> None:
    letter = LETTERS[name]
    said = letter_text(letter)
    assert (letter.title, letter.number, letter.dated) == ("事務連絡", "", "令和7年9月1日")
    assert letter.to.endswith("　殿")
    assert said.rstrip().split("\n")[-3].strip("　") == "以上"
    for word in ("督促", "None", "{", "}", "調査票", "提出", "差戻し", "承認", "催促"):
        assert word not in said
    assert all(item.lines or item.table for item in letter.items)


def test_the_request_goes_to_the_heads_of_the_lead_divisions_with_all_it_needs() -> None:
    letter = request()
    assert (letter.to, letter.sender) == ("各部局主管課長　殿", "DX推進課長")
    assert [i.heading for i in letter.items] == ["照会事項", "回答様式", "回答期限", "回答方法", "留意事項"]
    assert letter.subject == "「青森県DX総合戦略」の進捗状況(令和6年度実績)について(照会)"
    assert letter.items[0].table[1:] == (
        ("総合政策部", "4", "1、5、6、7"),
        ("商工労働部", "2", "2、3"),
        ("農林水産部", "1", "4"),
    )
    assert request("annual", TRADE).to == "商工労働部主管課長　殿"


def test_two_dates_with_weekday_and_hour_where_there_are_divisions_else_one() -> None:
    assert request().items[2].lines == (
        "課から部局主管課まで　令和7年9月26日(金)17時",
        "部局主管課からDX推進課まで　令和7年10月3日(金)17時",
    )
    assert request("annual", TRADE).items[2].lines == ("令和7年10月3日(金)17時",)


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("targets", "目標値等の設定", "要因分析"),
        ("annual", "要因分析及び今後の対応を記入", "参考値"),
        ("half", "参考値であり、進捗の判定は行いません", "必ず記入"),
        ("midterm", "見直しを提案する場合", "参考値"),
    ],
)
def test_each_kind_of_round_has_its_own_words(kind: RoundKind, said: str, unsaid: str) -> None:
    text = letter_text(request(kind))
    assert said in text
    assert unsaid not in text


def test_a_review_of_the_work_speaks_of_initiatives_and_of_no_indicator() -> None:
    used = replace(work_plan(), departments=plan().departments)
    asked = used.round(FIRST)
    text = letter_text(request_letter(used, asked, departments(POLICY), DAY))
    assert "担当する取組だけを記載" in text
    question = question_of(used, asked, MEETING, "progress", "遅れの理由は何ですか。", cell="G6")
    text += letter_text(question_letter(used, asked, departments(POLICY)[0], [question], DAY))
    assert "その取組の遅れの理由、工程を変える理由及び課題の欄だけ" in text
    assert "指標" not in text


def test_words_of_the_plan_stand_in_for_the_defaults() -> None:
    used = replace(plan(), words={"sender": "デジタル戦略課長", "office": "デジタル戦略課", "form": "調書"})
    text = letter_text(request_letter(used, used.round(ROUND), departments(TRADE), DAY))
    assert "デジタル戦略課長" in text
    assert "別添の調書(Excel)" in text
    assert "DX推進課" not in text


def test_the_lead_division_passes_it_on_to_its_own_with_the_earlier_date() -> None:
    letter = LETTERS["division"]
    assert (letter.to, letter.sender) == ("各課長　殿", "総合政策部主管課長")
    assert letter.items[2].lines == ("令和7年9月26日(金)17時",)
    assert [row[:2] for row in letter.items[0].table] == [("課", "指標数"), ("DX推進課", "2"), ("企画調整課", "1")]
    assert letter.mails == ()  # one address is unknown: nobody is left out without a word
    one = division_letter(plan(), plan().round(ROUND), departments(POLICY)[0], DAY, divisions=(DX,))
    assert (one.to, one.mails) == ("DX推進課長　殿", ("dx@pref.example.jp",))


def test_the_reminder_names_only_who_has_not_answered_and_asks_pardon() -> None:
    text = letter_text(LETTERS["reminder"])
    assert "行き違いの場合は御容赦ください" in text
    assert "商工労働部" in text
    assert "総合政策部" not in text
    assert "農林水産部" not in text
    assert "期限までに御回答" in text
    late = reminder_letter(plan(), plan().round(ROUND), departments(TRADE, AGRI), date(2025, 10, 6))
    assert "回答期限を過ぎております" in letter_text(late)
    assert late.to == "関係部局主管課長　殿"
    assert LETTERS["reminder to 課"].to == "DX推進課長　殿"
    assert "企画調整課" not in letter_text(LETTERS["reminder to 課"])


def test_a_question_names_indicator_cell_and_what_is_asked() -> None:
    letter = LETTERS["question"]
    assert letter.items[0].table[1] == (
        "1　DXに取り組んでいる市町村の割合", "今回の値(P6)", "対象の範囲に変更はありませんか。",
    )  # fmt: skip
    assert letter.items[2].lines == ("令和7年10月15日(水)17時",)
    assert letter.subject.endswith("(修正依頼)")


def test_a_round_without_dates_says_so() -> None:
    used = plan(due=None, opens=None)
    text = letter_text(request_letter(used, used.round(ROUND), departments(TRADE), DAY))
    assert "別途お知らせする日" in text
    assert "None" not in letter_text(reminder_letter(used, used.round(ROUND), departments(TRADE), DAY))


def test_what_is_asked_follows_round_division_owner_and_dropped_indicators() -> None:
    used = plan(departments=(POLICY,), indicators=(RATE, SURVEY, UNSET))
    round_ = used.round(ROUND)
    assert [i.id for i in asked_of(used, round_, POLICY, DAY)] == [RATE, SURVEY, UNSET]
    assert [i.id for i in asked_of(used, round_, POLICY, DAY, division_id="dx")] == [RATE]
    assert asked_of(used, round_, POLICY, DAY, division_id="unknown") == ()
    assert asked_of(used, round_, TRADE, DAY) == ()
    assert [d.id for d in departments_asked(used, round_, DAY)] == [POLICY]
    cards = {
        RATE: replace(used.card(RATE), dropped_on=DAY),
        SURVEY: replace(used.card(SURVEY), dropped_on=date(2025, 9, 2)),
    }
    assert [i.id for i in asked_of(used, round_, POLICY, DAY, cards)] == [SURVEY, UNSET]
    assert [v.id for v in divisions_asked(used, round_, POLICY, DAY, cards)] == ["planning"]
    assert {COUNT, TOTAL}.isdisjoint(i.id for i in asked_of(used, round_, POLICY, DAY))


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LETTERS)
def test_the_word_file_says_what_the_letter_says_on_a4(name: str) -> None:
    letter = LETTERS[name]
    data = letter_docx(letter)
    assert data == letter_docx(letter)
    paper = Document(BytesIO(data))
    texts = [p.text for p in paper.paragraphs]
    assert texts[:3] == ["事　務　連　絡", letter.dated, letter.to]
    assert letter.subject in [t.replace("\n", "") for t in texts]
    assert [c.text for t in paper.tables for r in t.rows for c in r.cells] == [
        c for i in letter.items for row in i.table for c in row
    ]
    section = paper.sections[0]
    assert abs(section.page_width - Mm(210)) + abs(section.page_height - Mm(297)) < Mm(0.1)
    with ZipFile(BytesIO(data)) as archive:
        assert "ＭＳ 明朝" in archive.read("word/styles.xml").decode()
        assert {i.date_time[:3] for i in archive.infolist()} == {(2025, 9, 1)}
        assert b"python-docx" not in b"".join(archive.read(n) for n in archive.namelist() if n.endswith(".xml"))


def test_the_date_stands_at_the_right_and_the_subject_in_the_middle() -> None:
    paper = Document(BytesIO(letter_docx(request())))
    sides = {p.text: p.alignment for p in paper.paragraphs}
    names = {text: side.name for text, side in sides.items() if side is not None}
    assert names["令和7年9月1日"] == names["DX推進課長"] == names["以上"] == "RIGHT"
    assert names["記"] == names[request().subject] == "CENTER"


def opened(data: bytes) -> EmailMessage:
    found = message_from_bytes(data, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_the_mail_is_an_unsent_draft_with_the_workbook() -> None:
    letter = request("annual", POLICY)
    data = letter_eml(letter, [("回答様式_令和6年度実績_総合政策部.xlsx", b"PK\x03\x04workbook")])
    assert data == letter_eml(letter, [("回答様式_令和6年度実績_総合政策部.xlsx", b"PK\x03\x04workbook")])
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(byte < 128 for byte in data)
    assert b"=?utf-8?" in data.split(b"\r\n\r\n")[0]
    mail = opened(data)
    assert (mail["X-Unsent"], mail["To"], mail["Subject"]) == ("1", "seisaku@pref.example.jp", letter.subject)
    body = mail.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == letter_text(letter)
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "回答様式_令和6年度実績_総合政策部.xlsx"
    assert attached.get_content() == b"PK\x03\x04workbook"


def test_a_letter_to_several_with_an_unknown_address_leaves_the_recipient_blank() -> None:
    assert opened(letter_eml(request()))["To"] in ("", None)


EVIL = "部\r\nBcc: thief@example.com\r\n\r\n<script>\x00\x0b\u2028x"


def test_nothing_typed_becomes_a_header_or_leaves_its_place() -> None:
    named = replace(
        request("annual", POLICY),
        subject=EVIL, to=EVIL, sender=EVIL, dated=EVIL, author=EVIL, contact=(EVIL,), body=(EVIL,),
        mails=("a@example.jp\r\nBcc: b@example.com", "a@example.jp, b@example.com", "<x@y>", "ok@pref.example.jp"),
    )  # fmt: skip
    mail = opened(letter_eml(named, [(f"../{EVIL}.xlsx", b"x")]))
    assert set(mail.keys()) == {"X-Unsent", "Subject", "To", "MIME-Version", "Content-Type"}
    assert mail["To"] == "ok@pref.example.jp"
    assert "thief" in mail["Subject"]
    (attached,) = mail.iter_attachments()
    name = attached.get_filename()
    assert not set(name) & set('/\\\r\n:<>"')
    paper = Document(BytesIO(letter_docx(named)))
    assert any("<script>" in p.text for p in paper.paragraphs)


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("総合政策部", "総合政策部"),
        ("../../etc/x", "etc-x"),
        ("=1+1", "1+1"),
        ("@SUM", "SUM"),
        ("回答\u202efdp.exe", "回答fdp.exe"),
        ("a\r\nb", "a--b"),
        ("  ", "無題"),
    ],
)
def test_a_name_in_a_file_name_cannot_leave_its_folder_or_look_like_another_type(written: str, safe: str) -> None:
    assert file_part(written) == safe


def test_the_files_of_letters_are_named_in_words() -> None:
    name = letter_filename(request(), "docx")
    assert name == f"事務連絡_{request().subject}_各部局主管課長.docx"
    assert "/" not in letter_filename(replace(request(), subject="../a", to="b/c　殿"), "eml")


def test_a_letter_with_a_number_is_no_jimu_renraku_in_its_file_s_name_either() -> None:
    numbered = signed(request(), number="企デ第12/3号")
    name = letter_filename(numbered, "docx")
    assert name == f"企デ第12-3号_{request().subject}_各部局主管課長.docx"
    assert "事務連絡" not in name + letter_text(numbered)


def test_the_number_and_whom_to_ask_come_from_the_settings_and_stay_beside_the_end():
    told = {
        "letter_number": "DX推第12号",
        "letter_person": "青森",
        "letter_extension": "1234",
        "contact": "dx@example.jp",
    }
    made = replace(plan(), words={**plan().words, **told})
    letter = request_letter(made, made.rounds[0], made.departments, DAY)
    assert letter.number == "DX推第12号"
    assert letter.contact == ("DX推進課", "青森", "内線1234", "dx@example.jp")
    paper = [p for p in Document(BytesIO(letter_docx(letter))).paragraphs if p.text]
    assert paper[0].text == "DX推第12号"
    assert paper[-1].text == "担当　DX推進課　青森　内線1234　dx@example.jp"
    assert [p.paragraph_format.keep_with_next for p in paper[-3:-1]] == [True, True]
    assert "DX推第12号" in letter_text(letter).splitlines()[0]


def test_a_department_s_own_letter_has_no_number_of_the_office():
    made = replace(plan(), words={"letter_number": "DX推第12号", "letter_extension": "1234"})
    letter = division_letter(made, made.rounds[0], made.departments[0], DAY)
    assert (letter.number, len(letter.contact)) == ("", 1)


def test_what_is_typed_for_one_letter_stands_in_it_and_empty_fields_leave_nothing():
    made = plan()
    letter = request_letter(made, made.rounds[0], made.departments, DAY)
    assert letter.contact == ("DX推進課",)
    assert signed(letter, extension="77").contact == ("DX推進課", "内線77")
    assert letter_text(letter).splitlines()[0].strip() == "事務連絡"
