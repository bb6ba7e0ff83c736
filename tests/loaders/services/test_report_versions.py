"""Versions of a round's paper: kept byte for byte, told anew with the same figures, compared, looked over, rebuilt."""

import json
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import duckdb
import openpyxl
import pytest

from kpi.changes.change import REDEFINED, Change
from kpi.collection.workflow import Question
from kpi.people import OPERATOR, Person, Role
from kpi.report.blocks import Sentence, Table
from kpi.report.comparison_table import comparison, errata, exchange, not_wrong_words, wrong
from loaders.documents.paper import page_room, paper_files
from loaders.documents.paper.comparison_files import DOCUMENTS, files
from loaders.documents.paper.pdf import NoPrint
from loaders.services import NotAllowed, Services
from loaders.services.operations import open_store
from loaders.services.reporting import Edition
from tests.factory import COUNT, CUT, HALF_ROUND, RATE, ROUND, TRADE
from tests.roadmapkit import AUTUMN, SENT, with_work
from tests.roadmapkit import answer as answer_work
from tests.samplekit import PLAN
from tests.storekit import answer, later, new_store, read_back, reading, save_and_send, save_return, send
from tests.worktools import half


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A closed round with two values; files are made of the paper alone, for no pictures are wanted here."""

    def without(*_):
        raise NoPrint("ここでは作れません。")

    monkeypatch.setattr(paper_files, "print_pdf", without)
    monkeypatch.setattr(paper_files, "report_pictures", lambda report: {})
    found = new_store(tmp_path)
    save_and_send(found, reading(answer(RATE, value=65.0, period="FY2024")), f"{RATE}=65.0".encode(), later(1))
    save_and_send(
        found,
        reading(answer(COUNT, value=1405.0, period="FY2024"), department=TRADE),
        f"{COUNT}=1405.0".encode(),
        later(2),
    )
    assert office(found, 3).close_round("tiny", ROUND) == ()
    return found


def person(role, *departments):
    return Person("p", "青森 花子", role, frozenset(departments))


def office(store, hours, who=OPERATOR):
    return Services(store, who, store.path.parent, lambda: later(hours))


def correct(store, hours, value=61.0):
    saved = save_return(
        store,
        reading(answer(RATE, value=value, period="FY2024")),
        f"{RATE}={value}".encode(),
        "x.xlsx",
        by="青",
        at=later(hours),
    )
    assert not isinstance(send(store, saved.submission_id, by="青", at=later(hours), reason="集計の誤り"), tuple)


def compared(store, hours, version=0):
    return office(store, hours).compare_reports("tiny", ROUND, Edition(version=version), Edition(anew=True))


def rows(paper):
    return [[c.printed for c in row] for row in next(b for b in paper.parts[0].blocks if isinstance(b, Table)).rows]


def listed(paper, number):
    table = next(b for b in paper.part("listing").blocks if isinstance(b, Table))
    return next(row for row in table.rows if row[0].text == number)


def number(store, indicator_id):
    return store.plan("tiny").indicator(indicator_id).number


def value(paper, store):
    table = next(b for b in paper.part("listing").blocks if isinstance(b, Table))
    return listed(paper, number(store, RATE))[[c.heading for c in table.columns].index("今回")].printed


def versions(store):
    return store.snapshot("tiny").versions.get(ROUND, ())


def test_a_version_is_kept_byte_for_byte_after_the_store_has_moved_on(store):
    lacking = office(store, 4).make_report("tiny", ROUND, "headquarters", note="第1回")
    assert [i.code for i in lacking] == ["report.not_printed"] * 2
    (made,) = versions(store)
    assert (made.word, made.handling, made.note, made.public) == ("本部会議案", "取扱注意(公表前)", "第1回", False)
    assert made.as_of == later(3), "a closed round is told as of its closing"
    before = {f.format: office(store, 5).report_file("tiny", ROUND, f.sha256) for f in made.files}
    assert set(before) == {"xlsx", "docx", "html", "csv"}
    anew = office(store, 5).report("tiny", ROUND, Edition(version=0))
    correct(store, 6)
    assert {f.format: office(store, 7).report_file("tiny", ROUND, f.sha256) for f in made.files} == before
    again = office(store, 7).report("tiny", ROUND, Edition(version=0))
    assert again == anew, "made anew it says the same"
    assert paper_files.FORMATS["csv"].make(paper_files.Drawn.of(again)) == before["csv"][1]


def test_the_figures_known_now_come_in_with_a_version_that_asks_for_them(store):
    office(store, 4).make_report("tiny", ROUND, "board")
    correct(store, 5)
    assert value(office(store, 6).report("tiny", ROUND), store) == "65.0"
    office(store, 6).make_report("tiny", ROUND, "board", anew=True, note="差替え")
    first, second = versions(store)
    assert (first.word, second.word) == ("幹事会案", "幹事会案(第2版)")
    assert value(office(store, 7).report("tiny", ROUND), store) == "61.0"
    assert value(office(store, 7).report("tiny", ROUND, Edition(version=0)), store) == "65.0"


def test_two_versions_differ_in_what_was_corrected_and_in_nothing_else(store):
    office(store, 4).make_report("tiny", ROUND, "board")
    correct(store, 5)
    found = office(store, 6).compare_reports("tiny", ROUND, Edition(version=0), Edition(anew=True))
    told = {(d.number, d.place): (d.before, d.after, d.reason) for d in found.found}
    assert told[number(store, RATE), "今回"][:2] == ("65.0", "61.0")
    assert "訂正" in told[number(store, RATE), "今回"][2]
    assert {n for n, _ in told} <= {number(store, RATE), "概要"}
    same = office(store, 6).compare_reports("tiny", ROUND, Edition(version=0), Edition(version=0))
    assert same.found == ()
    table = comparison(found).parts[0]
    assert len(list(next(b for b in table.blocks if isinstance(b, Table)).rows)) == len(found.found)
    pages = exchange(found).parts
    assert all(p.label.startswith("差替 令和7年9月10日　") for p in pages)
    assert [p.subject_id for p in pages if p.kind == "indicator"] == [RATE]


def test_what_was_wrong_stands_in_errata_with_its_pages_and_the_reason_that_was_typed(store):
    office(store, 4).make_report("tiny", ROUND, "board")
    (sent,) = store.snapshot("tiny").submissions.query("department_id == 'policy'")["submission_id"]
    assert office(store, 4.5).ask_back(sent, [Question(RATE, "value", "出典と合いますか。")]) == ()
    correct(store, 5)
    found = compared(store, 6)
    told = rows(errata(found))
    paper = found.before
    field = paper.part("field", paper.part("indicator", RATE).group_id).number
    pages = f"資料1、{field}、{paper.part('indicator', RATE).number}"
    name = f"{number(store, RATE)} DXに取り組んでいる市町村の割合"
    (value,) = (row for row in told if row[0].endswith("今回"))
    assert value[:3] == [f"{pages}　{name}　今回", "65.0", "61.0"]
    for words in ("総合政策部", "R7.9.10", "修正依頼「出典と合いますか。」による", "「集計の誤り」"):
        assert words in value[3]
    (status,) = (row for row in told if "進捗区分" in row[0])
    assert "値の訂正" in status[3], "what followed from the value was wrong too"
    assert "総合政策部" in status[3]
    assert [row[0] for row in told if row[0].startswith("概要")], "and so were the sentences made of it"
    assert len(told) == len(wrong(found))
    assert len(wrong(found)) + len([d for d in found.found if not d.was_wrong]) == len(found.found)


def test_what_is_new_or_rewritten_is_not_in_errata_and_is_counted(store):
    office(store, 4).make_report("tiny", ROUND, "board")
    assert not office(store, 4.5).open_round("tiny", store.plan("tiny").round(ROUND), "まだ出ていない回答がある")
    new = reading(answer(CUT, value=9.0, period="FY2024"), department="agri")
    save_and_send(store, new, b"9", later(5))
    office(store, 5.5).edit_summary("tiny", ROUND, "fields", "おおむね順調である。")
    found = compared(store, 6)
    assert wrong(found) == ()
    assert "新しい値" in not_wrong_words(found)
    assert "総括の文" in not_wrong_words(found)
    assert "誤りの訂正はありません。" in str(errata(found).parts[0])
    (written,) = (d for d in found.found if d.reason.startswith("人が書いた文"))
    assert written.after == "おおむね順調である。"
    correct(store, 7)
    both = compared(store, 8)
    assert {d.subject_id for d in wrong(both)} == {RATE}, "a sentence that tells of both was not only wrong"


def test_an_answer_about_the_work_that_came_since_a_version_stands_in_the_comparison(tmp_path, monkeypatch):
    def without(*_):
        raise NoPrint("ここでは作れません。")

    monkeypatch.setattr(paper_files, "print_pdf", without)
    monkeypatch.setattr(paper_files, "report_pictures", lambda report: {})
    found = open_store(with_work(tmp_path / "data"), at=SENT[AUTUMN])
    makers = Services(found, OPERATOR, tmp_path / "data", lambda: datetime(2026, 10, 7, 9))
    assert not [one for one in makers.make_report(PLAN, "fy2025", "secretariat") if one.code != "report.not_printed"]
    monkeypatch.setitem(SENT, AUTUMN, datetime(2026, 10, 8, 9))
    answer_work(found, AUTUMN, "education", {"school-1": {"progress": "late", "delay_reason": "端末が届かない。",
                                                     "recovery": half("2026H2")}})  # fmt: skip
    now = Services(found, OPERATOR, tmp_path / "data", lambda: datetime(2026, 10, 9, 9))
    told = now.compare_reports(PLAN, "fy2025", Edition(version=0), Edition(anew=True))
    school = {
        d.place: (d.before, d.after, d.reason)
        for d in told.found
        if d.title == "デジタル技術を活用した個別最適な学びと協働的な学びの一体的な充実"
    }
    assert school["進捗"] == ("予定どおり", "遅れ", "取組の見直し(教育庁 R8.10.8)")
    assert school["遅れの理由"][1] == "端末が届かない。"
    assert school["見直しの時点"][:2] == ("R7下期", "R8上期")
    assert "今後の方向性" not in school  # 継続 as before
    assert not wrong(told)


def test_a_definition_that_changed_makes_no_value_wrong():
    change = Change("corrected", RATE, "65.0％", "61.0％", "", correction=REDEFINED)
    assert not change.was_wrong
    assert replace(change, correction="miscounted").was_wrong
    assert not replace(change, kind="finalised", correction="finalised").was_wrong


def test_pages_of_an_exchange_carry_the_day_and_mark_what_differs_from_the_page_before(store):
    office(store, 4).make_report("tiny", ROUND, "board")
    correct(store, 5)
    found = compared(store, 30)
    pages = exchange(found)
    assert {p.exchanged for p in pages.parts} == {"差替 令和7年9月11日"}
    (field,) = pages.parts_of("field")
    table = next(b for b in field.blocks if isinstance(b, Table))
    heads = [c.heading for c in table.columns]
    row = next(r for r in table.rows if r[0].text == number(store, RATE))
    assert row[heads.index("更新・訂正")].text == "訂正"
    assert row[heads.index("今回")].changed
    others = [r for r in table.rows if r[0].text != number(store, RATE)]
    assert not any(cell.changed for r in others for cell in r)
    once_more = compared(store, 30).after.part("field", field.subject_id)
    assert once_more != field, "against the last round it is marked otherwise"


def test_an_exchange_has_every_page_that_reads_otherwise_whoever_wrote_its_sentences(store):
    for sentence in office(store, 4).report("tiny", ROUND).part("overview").blocks:
        if isinstance(sentence, Sentence):
            office(store, 4).edit_summary("tiny", ROUND, sentence.key, f"人が書いた{sentence.key}の文。")
    office(store, 4).make_report("tiny", ROUND, "board")
    correct(store, 5)
    found = compared(store, 6)
    assert "概要" not in {d.number for d in found.found}, "no sentence differs"
    assert [p.kind for p in exchange(found).parts] == ["overview", "listing", "field", "indicator"]
    assert {p.number for p in exchange(found).parts} >= {page for d in wrong(found) for page in d.pages}


@pytest.mark.parametrize("key", DOCUMENTS)
def test_every_file_of_a_comparison_says_what_it_is(store, key):
    office(store, 4).make_report("tiny", ROUND, "board")
    correct(store, 5)
    made = {name: make() for name, form, _, make in files(compared(store, 6), DOCUMENTS[key]) if not form.printed}
    word = {"comparison": "新旧対照表", "errata": "正誤表", "exchange": "差替 令和7年9月10日"}[key]
    assert set(made) == {"html", "xlsx"} | ({"docx"} if key == "exchange" else set())
    assert word in made["html"].decode()
    book = openpyxl.load_workbook(BytesIO(made["xlsx"]))
    for sheet in book:
        assert sheet.title == "グラフのデータ" or word in sheet.oddHeader.right.text
    if key == "exchange":
        with ZipFile(BytesIO(made["docx"])) as packed:
            assert word in packed.read("word/document.xml").decode()


def test_decisions_since_the_last_meeting_stand_on_the_first_page(store):
    office(store, 4).make_report("tiny", ROUND, "headquarters")
    proposed = office(store, 5).propose_card("tiny", RATE, {"target": 90.0}, "国の計画の改定に合わせるため")
    other = office(store, 6, Person("q", "青森 次郎", Role.ADMIN))
    assert other.decide_card(proposed, True, decided_on=later(0).date()) == ()
    assert office(store, 7).report("tiny", ROUND).decisions == (), "the paper of this meeting knew nothing of it"
    assert office(store, 7).open_round("tiny", store.plan("tiny").round(HALF_ROUND)) == ()
    paper = office(store, 8).report("tiny", HALF_ROUND)
    (one,) = paper.decisions
    assert (one.kind, one.who, one.at.date(), one.why) == (
        "target", "本部決定", later(0).date(), "国の計画の改定に合わせるため",
    )  # fmt: skip
    (told,) = (b for b in paper.part("overview").blocks if isinstance(b, Table) and "決定" in b.caption)
    ((day, kind, which, sides, why),) = ([c.printed for c in row] for row in told.rows)
    assert (day, kind, why) == ("R7.9.10 本部決定", "目標の変更", "国の計画の改定に合わせるため")
    assert which.startswith(number(store, RATE))
    assert sides == f"{one.before} → {one.after}"
    assert office(store, 8).report("tiny", HALF_ROUND, department_id=TRADE).decisions == ()


def test_an_open_round_is_always_told_as_things_stand(store):
    again = office(store, 4)
    assert again.open_round("tiny", store.plan("tiny").round(ROUND), "まだ出ていない回答がある") == ()
    office(store, 5).make_report("tiny", ROUND, "secretariat")
    assert versions(store)[0].as_of == later(5)
    save_and_send(store, reading(answer(RATE, value=70.0, period="FY2024")), f"{RATE}=70.0".encode(), later(6))
    assert value(office(store, 7).report("tiny", ROUND), store) == "70.0"
    assert value(office(store, 7).report("tiny", ROUND, Edition(version=0)), store) == "65.0"


def test_a_published_version_has_only_what_may_be_published_and_is_everybodys(store):
    office(store, 4).make_report("tiny", ROUND, "published")
    paper = office(store, 5).report("tiny", ROUND, Edition(version=0))
    assert (paper.handling, paper.version, paper.parts_of("origins")) == ("公表", "公表版", ())
    assert value(paper, store) != "65.0", "nobody has confirmed it"
    reader = office(store, 5, person(Role.READER))
    (made,) = versions(store)
    assert reader.report_file("tiny", ROUND, made.files[0].sha256)[0].endswith("公表版.xlsx")


def test_before_a_published_version_is_made_it_says_which_values_it_leaves_out(store):
    (found,) = [f for f in office(store, 4).check_report("tiny", ROUND, "published") if f.check == "確認"]
    assert "公表版に入らない値" in found.message
    assert number(store, RATE) in found.message
    for submission_id in store.snapshot("tiny").submissions["submission_id"]:
        assert office(store, 5).confirm(submission_id) == ()
    told = office(store, 6).check_report("tiny", ROUND, "published", anew=True)
    assert "確認" not in {f.check for f in told}


def test_a_first_page_that_is_more_than_a_page_is_told_before_a_version_is_made(store, monkeypatch):
    assert "紙面" not in {f.check for f in office(store, 4).check_report("tiny", ROUND, "board")}
    monkeypatch.setitem(page_room._ROOM, "overview", (273.0, 30.0))
    assert "紙面" in {f.check for f in office(store, 4).check_report("tiny", ROUND, "board")}


def test_what_is_not_published_is_handed_to_who_may_make_it_alone(store):
    office(store, 4).make_report("tiny", ROUND, "headquarters")
    (made,) = versions(store)
    for who in (person(Role.READER), person(Role.DEPARTMENT, TRADE)):
        with pytest.raises(NotAllowed):
            office(store, 5, who).report_file("tiny", ROUND, made.files[0].sha256)
    with pytest.raises(KeyError):
        office(store, 5).report_file("tiny", ROUND, store.snapshot("tiny").submissions["sha256"].iloc[0])


def test_what_somebody_has_seen_is_kept_with_the_version_and_printed_nowhere(store):
    found = office(store, 4).check_report("tiny", ROUND, "board")
    assert {f.check for f in found} >= {"確認"}
    assert not any(f.forbids for f in found)
    office(store, 4).make_report("tiny", ROUND, "board")
    with duckdb.connect(str(store.path), read_only=True) as connection:
        (payload,) = connection.execute("SELECT payload FROM decisions WHERE kind = 'make_report'").fetchone()
    assert json.loads(payload)["seen"] == [f.message for f in found]
    (made,) = versions(store)
    for kept in made.files:
        data = office(store, 5).report_file("tiny", ROUND, kept.sha256)[1]
        assert not any(f.message.encode() in data for f in found)


def test_a_rebuild_brings_the_versions_back_with_their_bytes(store, tmp_path):
    office(store, 4).make_report("tiny", ROUND, "board")
    office(store, 5).edit_summary("tiny", ROUND, "overall", "順調である。")
    assert store.verify() == ()
    assert store.rebuild(tmp_path / "again.duckdb", read_back) == ()
    other = type(store)(tmp_path / "again.duckdb")
    assert other.verify() == ()
    assert versions(other) == versions(store)
    for kept in versions(store)[0].files:
        assert other.workbook(kept.sha256) == store.workbook(kept.sha256)
    assert other.snapshot("tiny").edited == store.snapshot("tiny").edited


def test_a_lost_file_of_a_version_is_found_by_verify(store):
    office(store, 4).make_report("tiny", ROUND, "board")
    (made,) = versions(store)
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("DELETE FROM workbooks WHERE sha256 = ?", [made.files[0].sha256])
    assert "verify.report_missing" in {i.code for i in store.verify()}


def test_what_people_wrote_is_not_told_to_who_does_not_see_what_they_saw(store):
    office(store, 4).edit_summary("tiny", ROUND, "overall", "未公表の65.0%を含む文。")
    assert "65.0%を含む" in str(office(store, 5).report("tiny", ROUND).part("overview"))
    for who in (person(Role.READER), person(Role.DEPARTMENT, TRADE)):
        assert "65.0%を含む" not in str(office(store, 5, who).report("tiny", ROUND).part("overview"))
