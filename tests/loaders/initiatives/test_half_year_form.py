"""The form of the half-yearly review: what it asks, what it says when it comes back, and what is doubtful in it."""

# ruff: noqa: E501 (tables of cases read as tables)
from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from kpi.collection.letters import request_letter
from kpi.collection.scope import asked_of
from kpi.collection.workflow import Brief
from kpi.initiatives.half_year_review import Review
from kpi.issue import Severity
from loaders.form import definition as d
from loaders.form.approval_page import settlement_sheet
from loaders.form.completeness import unfilled
from loaders.form.entry_fields import entry_blocks
from loaders.form.writing.prefill import Typed
from loaders.form.writing.writer import write_form
from loaders.services.typed_values import read_typed
from loaders.text.half_reading import WHEN_HALF
from tests import hurt
from tests.factory import AGRI, POLICY, tiny_brief
from tests.worktools import CAR, CONTACT, DESK, FIRST, MEETING, SECOND, form, half, read, said, work_plan

LAST = Review(
    MEETING, half("2024H2"),
    {"progress": "on_schedule", "course": "continue", "performance": "8会場で開いた。", "next_plan": "12会場で開く。"},
    round_id=FIRST,
)  # fmt: skip
DESK_SOUND = said(
    planned_start=half("2024H1"), planned_end=half("2026H2"), performance="窓口の案を作った。", next_plan="試行する。"
)


def brief(*reviews: Review) -> Brief:
    told: dict[str, tuple[Review, ...]] = {}
    for one in reviews:
        told[one.initiative_id] = (*told.get(one.initiative_id, ()), one)
    return replace(tiny_brief(date(2025, 9, 10)), plan=work_plan(), reviews=told)


def codes(about: Brief, **changes: object) -> set[tuple[str, str, str]]:
    answers = {
        MEETING: said(**{"performance": "12会場で開いた。", "next_plan": "動画にする。", **changes}),
        DESK: DESK_SOUND,
    }
    got = read(form(about, SECOND, answers), about)
    return {(i.code, i.subject_id, str(i.severity)) for i in got.issues}


def test_a_round_of_the_work_asks_each_initiative_once_of_who_answers_for_it():
    plan = work_plan()
    asked = [i.id for i in asked_of(plan, plan.round(SECOND), POLICY, date(2025, 9, 10))]
    assert asked == [MEETING, DESK]  # the 再掲 is told where its 主掲載 stands


def numbered_alike() -> Brief:
    """A plan that counts its initiatives anew in each field, all of them of one department."""
    plan = work_plan()
    initiatives = tuple(replace(i, number={MEETING: "(1)", CAR: "(1)"}.get(i.id, i.number)) for i in plan.initiatives)
    owned = tuple(replace(o, department_id=POLICY) if o.subject_id == CAR else o for o in plan.ownerships)
    return replace(brief(), plan=replace(plan, initiatives=initiatives, ownerships=owned))


def test_a_number_that_two_fields_have_stands_with_its_field_in_form_letter_and_page_and_is_read_back():
    about = numbered_alike()
    plan, asked = about.plan, about.plan.round(SECOND)
    first, other = (field.short for field in plan.fields)
    answers = {MEETING: said(interim_1=120.0), DESK: DESK_SOUND, CAR: said(performance="実証した。")}
    data = form(about, SECOND, answers)
    prose = load_workbook(BytesIO(data))[d.PROSE_SHEET]
    heads = {r[3].value: (r[1].value, r[2].value) for r in prose.iter_rows() if str(r[2].value).startswith("取組名")}
    assert heads == {
        "説明会を全域で開く": ("(1)", f"取組名\n({first})"),
        "窓口を一つにする": ("1-2", f"取組名\n({first})"),
        "自動運転の実証": ("(1)", f"取組名\n({other})"),
    }
    got = read(data, about)
    assert [i.message for i in got.issues if i.severity != "note"] == []
    assert {a.subject_id: a.text("performance") for a in got.answers}[CAR] == "実証した。"
    policy = plan.department(POLICY)
    ((_, *rows),) = [item.table for item in request_letter(plan, asked, (policy,), about.day).items if item.table]
    assert [row[0] for row in rows] == [f"{first} (1)", f"{first} 1-2", f"{other} (1)"]
    every = request_letter(plan, asked, plan.departments, about.day).items[0].table
    assert every[1][2] == f"【{first}】(1)、1-2　【{other}】(1)"
    signed = load_workbook(BytesIO(settlement_sheet(about, asked, policy, got.answers))).active
    assert [r[1] for r in signed.iter_rows(values_only=True) if r[0] == "(1)"] == [
        f"【{first}】説明会を全域で開く", f"【{other}】自動運転の実証",
    ]  # fmt: skip


def test_the_page_for_the_decision_tells_of_each_thing_its_beginning_and_the_schedule_that_stood():
    about = brief(LAST)
    asked, policy = about.plan.round(SECOND), about.plan.department(POLICY)
    late = said(
        progress="late", performance="あ" * 900, next_plan="い" * 900, delay_reason="会場がない。", recovery=half("2026H1"),
        revised_end=half("2027H1"), revision_reason="工事。", decided_by="部長(R7.10.1)", problems="字幕。",
    )  # fmt: skip
    got = read(form(about, SECOND, {MEETING: late, DESK: DESK_SOUND}), about)
    page = load_workbook(BytesIO(settlement_sheet(about, asked, policy, got.answers))).active
    rows = {row[0]: row for row in page.iter_rows(values_only=True)}
    _, _, schedule, before, now, _, text, *_ = rows["1-1"]
    assert (schedule, before, now) == ("R6上期～R9上期\n(変更前 R6上期～R7下期)", "予定どおり", "遅れ")
    heads = (
        "【遅れ】会場",
        "【回復見込み】R8上期",
        "【工程変更】工事",
        "【決定者】部長",
        "【実績】ああ",
        "【予定】いい",
        "【課題】字幕",
    )
    assert [head for head in heads if head not in text] == []
    assert len(text) < 900
    assert rows["1-2"][2] == "R6上期～R8下期"
    moved = {**DESK_SOUND, "revised_end": half("2027H1"), "revision_reason": "国。", "decided_by": "部長"}
    got = read(form(about, SECOND, {MEETING: late, DESK: moved}), about)
    page = load_workbook(BytesIO(settlement_sheet(about, asked, policy, got.answers))).active
    first = next(row[2] for row in page.iter_rows(values_only=True) if row[0] == "1-2")
    assert first == "R6上期～R9上期\n(変更前 R6上期～R8下期)"  # its 当初 is told in the same answer


def test_on_the_screen_who_answers_is_asked_in_words_of_the_work():
    (block,) = [one for one in entry_blocks(brief(LAST), SECOND, POLICY) if one.note]
    assert block.note.startswith("取組ごとに課や担当者が違うときは")


@pytest.mark.parametrize(
    ("asked", "beside"),
    [("progress", {"recovery"}), ("revised_end", {"revised_start", "decided_by"}), ("performance", set())],
)
def test_a_form_sent_back_leaves_open_what_is_asked_with_all_that_tells_of_it(asked: str, beside: set[str]):
    about = brief(LAST)
    answers = {MEETING: said(), DESK: DESK_SOUND}
    data = write_form(about, SECOND, POLICY, answers=answers, questions=[(MEETING, asked, "確かめてください。")])
    book = load_workbook(BytesIO(data))
    figures, prose = book[d.FORM_SHEET], book[d.PROSE_SHEET]
    keys = {place: key for key, place in d.positions("initiatives").items()}
    opened = {keys[c.column] for row in figures.iter_rows(min_row=6) for c in row if not c.protection.locked}
    opened |= {str(r[0].value).rpartition(" ")[2] for r in prose.iter_rows(min_row=5) if not r[3].protection.locked}
    assert opened == {asked, *beside, "delay_reason", "revision_reason", "problems"}
    guide = " ".join(str(c.value) for row in book[d.GUIDE_SHEET].iter_rows() for c in row)
    assert "「遅れの理由」「工程を変える理由」「課題」の欄だけ" in guide
    assert "説明の欄" not in guide


def test_the_guide_tells_of_the_fields_that_the_form_has():
    def told(about: Brief, department: str) -> set[object]:
        guide = load_workbook(BytesIO(form(about, SECOND, {}, department)))[d.GUIDE_SHEET]
        return {cell.value for row in guide.iter_rows() for cell in row}

    assert {"中間指標1", "当初の始まり", "進捗"} <= told(brief(), POLICY)
    assert told(brief(), POLICY) & {"中間指標2"} == set()
    assert told(brief(), AGRI) & {"中間指標1", "当初の始まり", "進捗"} == {"進捗"}


def test_what_was_filled_in_is_read_back():
    answers = {MEETING: said(interim_1=120.0, revised_end=half("2026H1"), revision_reason="会場が足りない。", decided_by="部長決裁"),
               DESK: DESK_SOUND}  # fmt: skip
    got = {a.subject_id: a for a in read(form(brief(), SECOND, answers), brief()).answers}
    assert got.keys() == {MEETING, DESK}
    assert got[MEETING].number("interim_1") == 120.0
    assert got[MEETING].text("revised_end") == "FY2026H1"
    assert got[MEETING].text("performance") == "8会場で開いた。"
    assert got[DESK].text("planned_end") == "FY2026H2"
    assert "planned_end" not in got[MEETING].entries  # the plan says it
    assert "interim_1" not in got[DESK].entries


def test_the_form_shows_what_was_said_last():
    sheet = load_workbook(BytesIO(form(brief(LAST), SECOND, {})))
    first, places = sheet[d.FORM_SHEET], d.positions("initiatives")
    assert first.cell(d.FIRST_DATA_ROW, places["last_progress"]).value == "予定どおり"
    assert first.cell(d.FIRST_DATA_ROW, places["course"]).value == "継続"
    assert first.cell(d.FIRST_DATA_ROW, places["planned_start"]).value == "令和6年度上期"
    assert any(c.value == "12会場で開く。" for row in sheet[d.PROSE_SHEET].iter_rows() for c in row)


def test_a_schedule_that_was_told_once_is_not_asked_again_and_a_change_stands():
    told = Review(DESK, half("2024H2"), {"progress": "considering", "planned_start": "FY2024H1", "planned_end": "FY2025H1",
                                        "revised_end": "FY2026H1"}, round_id=FIRST)  # fmt: skip
    book = load_workbook(BytesIO(form(brief(told), SECOND, {})))
    row, places = d.FIRST_DATA_ROW + 1, d.positions("initiatives")
    shown = [book[d.FORM_SHEET].cell(row, places[k]).value for k in ("planned_end", "last_schedule", "revised_end")]
    assert shown == ["令和7年度上期", "R6上期～R8上期", None]  # to be filled in only where it changes again
    got = {a.subject_id: a for a in read(form(brief(told), SECOND, {}), brief(told)).answers}
    assert "planned_end" not in got[DESK].entries


def test_a_change_that_is_said_again_is_none_and_wants_no_reason():
    changed = Review(
        MEETING, half("2024H2"), {**LAST.said, "revised_end": "FY2026H1", "decided_by": "部長"}, round_id=FIRST
    )
    about = brief(changed)
    for again, wanted in (("2026H1", {}), ("2026H2", {"decided_by": 1, "revision_reason": 1})):
        answer = said(performance="12会場で開いた。", next_plan="動画にする。", revised_end=half(again))
        got = read(form(about, SECOND, {MEETING: answer, DESK: DESK_SOUND}), about)
        assert unfilled(got.answers, "initiatives", about.plan, {MEETING: (changed,)}) == wanted
        asked = {i.key for i in got.issues if i.code == "initiative.unexplained_change"}
        assert asked == wanted.keys()


def test_what_is_finished_stands_ready_as_it_is_and_wants_nothing_more():
    finished = replace(LAST, said={**LAST.said, "progress": "done", "course": "end"})
    about = brief(finished)
    blocks = {b.title: b for b in entry_blocks(about, SECOND, POLICY)}
    fields = {f.key: f for f in blocks["1-1　説明会を全域で開く"].fields}
    assert (fields["progress"].ready, fields["course"].ready) == ("完了", "終了")
    assert (fields["performance"].need, fields["next_plan"].need) == ("", "")
    got = read(form(about, SECOND, {MEETING: CONTACT, DESK: DESK_SOUND}), about)
    assert [i.code for i in got.issues if i.subject_id == MEETING] == []
    assert unfilled(got.answers, "initiatives", about.plan, {MEETING: (finished,)}) == {}
    assert unfilled(got.answers, "initiatives", about.plan) == {"performance": 1}  # finished only now: what was done


def test_on_the_screen_the_same_is_asked():
    blocks = {b.title: b for b in entry_blocks(brief(LAST), SECOND, POLICY)}
    fields = {f.key: f for f in blocks["1-1　説明会を全域で開く"].fields}
    assert fields["progress"].choices[0] == "未着手"
    assert (fields["course"].ready, fields["performance"].limit) == ("継続", 150)
    assert ("予定(前回)", "12会場で開く。") in blocks["1-1　説明会を全域で開く"].said


CASES = {
    "sound": (LAST, {}, set()),
    "late without reason": (LAST, {"progress": "late"}, {("initiative.no_reason", "ask"), ("initiative.no_recovery", "note")}),
    "late with reason": (LAST, {"progress": "late", "delay_reason": "会場がない。", "recovery": half("2026H1")}, set()),
    "recovery in the past": (LAST, {"progress": "late", "delay_reason": "会場。", "recovery": half("2024H1")},
                             {("initiative.late_recovery", "ask")}),
    "a change without a reason": (LAST, {"revised_end": half("2026H2")}, {("initiative.unexplained_change", "ask")}),
    "a change with one": (LAST, {"revised_end": half("2026H2"), "revision_reason": "国の日程。", "decided_by": "部長"}, set()),
    "recovery in this half": (LAST, {"progress": "late", "delay_reason": "会場。", "recovery": half("2025H1")}, set()),
    "no change": (LAST, {"revised_end": half("2025H2")}, set()),
    "turned round": (LAST, {"revised_start": half("2026H2"), "revised_end": half("2026H1"), "revision_reason": "国。",
                            "decided_by": "部長"}, {("initiative.reversed", "fix")}),
    "turned round by its end alone": (LAST, {"revised_end": half("2023H2"), "revision_reason": "国。", "decided_by": "部長"},
                                      {("initiative.reversed", "fix")}),
    "turned round by its start alone": (LAST, {"revised_start": half("2026H2"), "revision_reason": "国。", "decided_by": "部長"},
                                        {("initiative.reversed", "fix")}),
    "a month": (LAST, {"revised_end": "2026-09", "revision_reason": "国。", "decided_by": "部長"}, {("period.in_half", "ask")}),
    "a year": (LAST, {"recovery": "FY2026"}, {("period.which_half", "ask")}),
    "nothing": (LAST, {"progress": None, "course": None, "performance": None, "next_plan": None}, {("initiative.none", "ask")}),
    "no course": (LAST, {"course": None}, {("initiative.missing", "ask")}),
    "done": (LAST, {"progress": "done", "course": "end", "next_plan": None}, set()),
    "done and goes on": (LAST, {"progress": "done", "course": "expand"}, {("initiative.done_goes_on", "ask")}),
    "done moves": (replace(LAST, said={**LAST.said, "progress": "done"}), {}, {("initiative.done_moves", "ask")}),
    "done and still so": (replace(LAST, said={**LAST.said, "progress": "done"}),
                          {"progress": "done", "course": "end", "performance": "8会場で開いた。", "next_plan": None}, set()),
    "the same words": (LAST, {"performance": "8会場で 開いた。"}, {("initiative.copied", "ask")}),
    "planned what was done": (LAST, {"next_plan": "8会場で開いた。"}, {("initiative.copied", "ask")}),
    "a half-year left out": (replace(LAST, period=half("2024H1")), {}, {("initiative.half_skipped", "note")}),
    "too long": (LAST, {"performance": "あ" * 151}, {("initiative.over_limit", "note")}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_doubtful_is_asked(name: str):
    last, changes, wanted = CASES[name]
    assert {
        (code, severity) for code, subject, severity in codes(brief(last), **changes) if subject == MEETING
    } == wanted


def test_a_correction_that_keeps_a_change_is_asked_for_its_reason_again():
    told = {**LAST.said, "revised_end": half("2026H2").code, "revision_reason": "国の日程。", "decided_by": "部長"}
    sent = Review(MEETING, half("2025H1"), told, round_id=SECOND)
    found = codes(brief(LAST, sent), revised_end=half("2026H2"), decided_by="部長")
    assert ("initiative.unexplained_change", MEETING, "ask") in found


@pytest.mark.parametrize(
    ("written", "code", "choices"),
    [
        ("R8", "period.which_half", ("FY2026H1", "FY2026H2")),
        ("令和8年", "period.which_half", ("FY2026H1", "FY2026H2")),
        ("2026年度", "period.which_half", ("FY2026H1", "FY2026H2")),
        ("2026/9", "period.in_half", ("FY2026H1",)),
        ("R9.3末", "period.in_half", ("FY2026H2",)),
        ("令和9年3月31日", "period.in_half", ("FY2026H2",)),
        ("令和8年度末", "period.in_half", ("FY2026H2",)),
        ("R8中期", "period.unreadable", ()),
    ],
)
def test_where_a_half_year_is_wanted_one_is_asked_for(written: str, code: str, choices: tuple[str, ...]):
    about, answers = brief(LAST), {MEETING: said(revised_end=Typed(written)), DESK: DESK_SOUND}
    found = next(i for i in read(form(about, SECOND, answers), about).issues if i.key == "revised_end")
    assert (found.code, tuple(c.changes["revised_end"] for c in found.choices)) == (code, choices)
    assert "「R8上期」「令和8年度下期」" in found.advice
    assert "「R6」" not in found.advice
    value, (refused,) = read_typed("revised_end", written, MEETING, about.asked_in(about.plan.round(SECOND)))
    assert value is None
    assert refused.advice == WHEN_HALF
    assert read_typed("revised_end", "R8上期", MEETING, about) == ("FY2026H1", ())


@pytest.mark.parametrize(
    "written", ["R8上", "令和8年度上期", "2026上期", "2026H1", "R8上期末", "R8年度前期", "FY2026H1"]
)
def test_a_half_year_is_read_however_it_is_spelled(written: str):
    about = brief(LAST)
    got = read(form(about, SECOND, {MEETING: said(revised_end=Typed(written)), DESK: DESK_SOUND}), about)
    assert next(a for a in got.answers if a.subject_id == MEETING).text("revised_end") == "FY2026H1"


def test_a_form_of_an_earlier_half_does_not_know_what_a_later_one_says():
    later = replace(
        LAST, period=half("2025H2"), said={**LAST.said, "progress": "done", "next_plan": "終わり。"}, round_id=""
    )
    about = brief(LAST, later)
    book = load_workbook(BytesIO(form(about, SECOND, {})))
    told = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "12会場で開く。" in told
    assert "終わり。" not in told
    assert not {code for code, subject, _ in codes(about) if subject == MEETING}


@pytest.mark.parametrize(
    ("written", "code"),
    [("予定通り", "on_schedule"), ("順調", "on_schedule"), ("やや遅れ。", "slightly_late"), ("完了済み", "done")],
)
def test_words_of_the_lists_are_read_as_people_write_them(written: str, code: str):
    def change(book: Workbook) -> None:
        book[d.FORM_SHEET].cell(d.FIRST_DATA_ROW, d.positions("initiatives")["progress"]).value = written

    got = read(hurt.edit(form(brief(LAST), SECOND, {MEETING: said(), DESK: DESK_SOUND}), change), brief(LAST))
    assert next(a for a in got.answers if a.subject_id == MEETING).text("progress") == code


def test_a_form_that_lost_its_hidden_sheet_is_known_by_its_headings():
    data = hurt.edit(
        form(brief(), SECOND, {MEETING: said(), DESK: DESK_SOUND}), lambda book: book.remove(book[d.META_SHEET])
    )
    got = read(data, brief())
    assert (got.round_id, got.department_id, got.matched_by) == (SECOND, POLICY, "content")
    assert {a.subject_id for a in got.answers if a.text("progress")} == {MEETING, DESK}
    assert not [i for i in got.issues if i.severity is Severity.FIX]
