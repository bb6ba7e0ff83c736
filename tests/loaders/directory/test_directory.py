"""課, 連絡先 and people as one table: out and in again, and what people do to it in between."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from kpi.people import Person, Role
from kpi.plan import Division
from loaders.directory.directory_columns import COLUMNS, key_of, role_of
from loaders.services import NotAllowed
from loaders.store import Rule, StoreBusy
from tests.factory import COUNT, PAPER, POLICY, RATE, SURVEY, TRADE, UNSET
from tests.loaders.directory.kit import (
    HEAD,
    PLAN,
    add,
    applied,
    book,
    codes,
    column,
    compared,
    drop,
    edited,
    office,
    put,
    row,
    saved,
    told,
)


@pytest.fixture
def services(tmp_path):
    return office(tmp_path)


def divisions(services, department=POLICY):
    snapshot = services.store.snapshot(PLAN)
    return {v.id: v for v in snapshot.plan.department(department).divisions}


# --- out and in -----------------------------------------------------------------------------------------------------


def test_the_table_has_one_row_for_each_lead_division_and_place_of_a_person(services):
    found = load_workbook(io.BytesIO(book(services)))
    sheet, lists = found.worksheets
    assert [c.value for c in sheet[HEAD]] == [c.heading for c in COLUMNS]
    rows = [tuple(c or "" for c in r) for r in sheet.iter_rows(HEAD + 1, values_only=True)]
    assert [r[:7] for r in rows[:3]] == [
        ("主管課", POLICY, "総合政策部", "", "", "", "lead@x.jp"),
        ("課", POLICY, "総合政策部", "policy/ka1", "DX推進課", "1、5", "dx@x.jp"),
        ("課", POLICY, "総合政策部", "policy/ka2", "総務課", "6", ""),
    ]
    people = [(r[2], r[4], *r[7:]) for r in rows if r[0] == "利用者"]
    assert people == [
        ("", "", "M001", "メール", "admin@x.jp", "管理者", "すべての計画"),
        ("総合政策部", "DX推進課", "M002", "メール", "dx@x.jp", "部局担当", PLAN),
        ("商工労働部", "", "M002", "メール", "dx@x.jp", "部局担当", PLAN),
        ("", "", "M003", "名前", "青森 太郎", "閲覧", "すべての計画"),
    ]
    assert "行を消すと" in sheet["A2"].value
    assert lists.sheet_state == "hidden"
    offered = {next(iter(v.sqref.ranges)).min_col: v.formula1 for v in sheet.data_validations.dataValidation}
    assert set(offered) == {column(sheet, h) for h in ("種類", "部局", "見分け方", "権限", "計画")}
    place = offered[column(sheet, "権限")].split("$")[1]
    assert [c.value for c in lists[place]][:4] == ["閲覧", "部局担当", "事務局", "管理者"]


def test_out_and_in_unchanged_is_no_difference_and_writes_nothing(services):
    before = services.store.revision()
    found = compared(services, book(services))
    assert (found.changes, found.absent, found.issues) == ((), (), ())
    assert applied(services, book(services)).done == ()
    assert services.store.revision() == before


def test_text_that_would_start_a_formula_goes_out_and_in_as_text(services):
    assert services.set_divisions(PLAN, TRADE, [Division("ka1", "=1+1", (COUNT,))]) == ()
    services.set_membership(Rule("", "group", "=HYPERLINK(1)", "reader"))
    data = book(services)
    cells = [c for r in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows() for c in r]
    assert {c.data_type for c in cells if c.value in ("=1+1", "=HYPERLINK(1)")} == {"s"}
    assert compared(services, data).changes == ()
    assert codes(compared(services, data)) == []


def test_what_is_added_changed_and_ended_is_told_in_words_and_then_done(services):
    data = edited(
        book(services),
        put("情報政策課", "課", 課="DX推進課"),
        put("1", "担当する指標", 課="情報政策課"),
        put("新@x.jp", "連絡先メール", 種類="主管課"),
        put("policy@x.jp", "連絡先メール", 種類="主管課"),
        drop(課="総務課"),
        add(部局="商工労働部", 課="産業DX課", 担当する指標="3", 連絡先メール="sdx@x.jp"),
        add(**{"氏名・メール": "kacho@x.jp", "権限": "担当者", "部局": "商工労働部", "課": "産業DX課"}),
    )
    data = edited(data, put("情報政策課", "課", 規則の番号="M002"))
    found = compared(services, data)
    assert codes(found) == []
    assert told(found) == [
        ("changed", "総合政策部の主管課のメール", "lead@x.jp", "policy@x.jp"),
        ("changed", "総合政策部の課「DX推進課」", "名称: DX推進課、指標: 1、5、メール: dx@x.jp",
         "名称: 情報政策課、指標: 1、メール: dx@x.jp"),
        ("added", "商工労働部の課「産業DX課」", "", "指標: 3、メール: sdx@x.jp"),
        ("added", "利用者「kacho@x.jp」(メール)", "", "部局担当(商工労働部の産業DX課)"),
    ]  # fmt: skip
    assert [(c.how, c.what) for c in found.absent] == [("ended", "総合政策部の課「総務課」")]
    assert len(applied(services, data).done) == 4
    assert divisions(services)["ka2"].valid_to is None
    assert (divisions(services)["ka1"].name, divisions(services)["ka1"].indicators) == ("情報政策課", (RATE,))
    assert divisions(services, TRADE)["ka2"].mail == "sdx@x.jp"
    assert services.memberships()[-1] == Rule(
        "M004", "mail", "kacho@x.jp", "department", (TRADE,), (f"{TRADE}/ka2",), PLAN
    )
    (ended,) = applied(services, data, ending=True).done
    assert ended.what == "総合政策部の課「総務課」"
    day = services._now().date()
    assert [v.name for v in services.store.snapshot(PLAN).plan.department(POLICY).divisions_on(day)] == ["情報政策課"]
    assert divisions(services)["ka2"].indicators == (PAPER,)  # what has ended stays as it was
    assert services.store.verify() == ()
    assert compared(services, book(services)).changes == ()


def test_all_divisions_and_addresses_are_one_act_and_each_rule_is_one(services):
    data = edited(
        book(services),
        put("a@x.jp", "連絡先メール", 課="総務課"),
        put("b@x.jp", "連絡先メール", 課="商工政策課"),
        put("事務局", "権限", 規則の番号="M003"),
    )
    before = len(services.store.log())
    assert applied(services, data, reason="4月の異動").issues == ()
    log = services.store.log().head(len(services.store.log()) - before)
    assert list(log["kind"]) == ["set_membership", "change_plan"]
    assert set(log["reason"]) == {"4月の異動"}


# --- as people treat it ---------------------------------------------------------------------------------------------


def reordered(data):
    """Columns in another order, one more, blank rows, on the first row, without any code."""
    old = load_workbook(io.BytesIO(data)).worksheets[0]
    new = Workbook()
    sheet = new.active
    keep = [c.column for c in reversed(old[HEAD]) if c.value not in ("部局コード", "課コード", "種類")]
    for number in range(HEAD, old.max_row + 1):
        sheet.append([old.cell(number, c).value for c in keep] + ["備考" if number == HEAD else "済"])
        sheet.append([])
    return saved(new)


def test_columns_in_another_order_more_columns_blank_rows_and_names_for_codes(services):
    found = compared(services, reordered(book(services)))
    assert (found.changes, found.absent) == ((), ())
    assert [(i.code, i.value) for i in found.issues] == [("directory.unused", "備考")]


def test_a_column_that_is_not_there_is_left_as_it_is(services):
    def without(sheet):
        sheet.unmerge_cells("A2:L2")
        sheet.delete_cols(column(sheet, "連絡先メール"))
        sheet.delete_cols(column(sheet, "担当する指標"))

    found = compared(services, edited(book(services), without))
    assert (found.changes, found.absent, codes(found)) == ((), (), [])


def test_full_width_text_is_read_as_it_is_meant(services):
    data = edited(
        book(services),
        put("１，６", "担当する指標", 課="DX推進課"),
        put("", "担当する指標", 課="総務課"),
        put("ｐｌ＠ｘ．ｊｐ", "連絡先メール", 種類="主管課"),
        put("Ｍ００３", "規則の番号", 規則の番号="M003"),
        put("ｐｏｌｉｃｙ／ｋａ１", "課コード", 課="DX推進課"),
        put("ＤＸ推進課", "課", 規則の番号="M002"),
        add(**{"氏名・メール": "ｎｅｗ＠ｘ．ｊｐ", "権限": "ｱﾄﾞﾐﾝ"}),
    )
    found = compared(services, data)
    assert codes(found) == []
    assert [(c.what, c.after) for c in found.changes] == [
        ("総合政策部の主管課のメール", "pl@x.jp"),
        ("総合政策部の課「DX推進課」", "指標: 1、6、メール: dx@x.jp"),
        ("総合政策部の課「総務課」", "指標: なし、メール: なし"),
        ("利用者「new@x.jp」(メール)", "管理者、すべての計画"),
    ]


@pytest.mark.parametrize(
    ("word", "role"),
    [("管理者", "admin"), ("システム管理者", "admin"), ("閲覧者", "reader"), ("かんりしゃ", ""), ("担当", "department"),
     ("事務局員", "secretariat"), ("ジム局", ""), ("", "")],
)  # fmt: skip
def test_roles_as_people_write_them(word, role):
    assert role_of(word) == role


def test_headings_as_people_write_them():
    assert [key_of(h) for h in ("役 割", "課名", "担当する 指標", "部局ＩＤ", "備考")] == [
        "role", "division", "indicators", "department_id", ""
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "value", "where", "code"),
    [
        ("担当する指標", "99", {"課": "総務課"}, "indicator"),
        ("担当する指標", "2", {"課": "総務課"}, "not_owned"),
        ("担当する指標", "1、6", {"課": "総務課"}, "taken"),
        ("連絡先メール", "総務", {"課": "総務課"}, "mail"),
        ("連絡先メール", "=1/0", {"課": "総務課"}, "formula"),
        ("課", None, {"課": "総務課"}, "no_name"),
        ("課", "総務\n課", {"課": "総務課"}, "name"),
        ("課コード", "policy/ka9", {"課": "総務課"}, "division"),
        ("課コード", "trade/ka1", {"課": "総務課"}, "elsewhere"),
        ("部局", "商工労働部", {"課": "総務課"}, "two_departments"),
        ("部局", "未来部", {"課": "総務課"}, "department"),
        ("部局コード", "none", {"課": "総務課"}, "department"),
        ("種類", "係", {"課": "総務課"}, "kind"),
        ("計画", "other-plan", {"課": "総務課"}, "plan"),
        ("権限", "ボス", {"規則の番号": "M003"}, "role"),
        ("見分け方", "顔", {"規則の番号": "M003"}, "claim"),
        ("氏名・メール", "a@b@c", {"規則の番号": "M001"}, "rule_fault"),
        ("規則の番号", "M777", {"規則の番号": "M003"}, "rule"),
        ("部局", None, {"規則の番号": "M002"}, "no_department"),
        ("課", "ない課", {"規則の番号": "M002"}, "division"),
        ("計画", "other-plan", {"規則の番号": "M003"}, "plan"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_by_its_address_and_ends_nothing(services, heading, value, where, code):
    data = edited(book(services), put(value, heading, **where), put("ok@x.jp", "連絡先メール", 課="商工政策課"))
    found = compared(services, data, ending=True)
    assert codes(found) == [f"directory.{code}"]
    issue = next(i for i in found.issues if i.severity == "fix")
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert (issue.sheet, bool(issue.message)) == (sheet.title, True)
    assert sheet[issue.cell].row == (
        row(sheet, heading, value) if value else row(sheet, *next(iter(where.items()))) if code != "no_name" else 6
    )
    # The rest is good, and nothing counts as taken out because a row of it could not be read.
    assert [c.what for c in found.changes] == ["商工労働部の課「商工政策課」"]


def test_a_row_that_stands_there_twice(services):
    again = {"部局": "総合政策部", "課": "総務課", "担当する指標": "6"}
    found = compared(services, edited(book(services), add(種類="課", **again), add(種類="課", **again)))
    assert codes(found) == ["directory.two_rows", "directory.two_rows"]  # without code and address: not the same
    new = {"部局": "商工労働部", "課": "新しい課"}
    found = compared(services, edited(book(services), add(**new), add(**new)))
    assert (codes(found), [i.code for i in found.issues][:1]) == ([], ["directory.same_row"])
    assert [c.what for c in found.changes] == ["商工労働部の課「新しい課」"]
    person = {"規則の番号": "M002", "部局": "商工労働部"}
    found = compared(services, edited(book(services), add(**person)))
    assert (found.changes, [i.code for i in found.issues]) == ((), ["directory.same_row"])
    found = compared(services, edited(book(services), add(**person, 権限="閲覧")))
    assert codes(found) == ["directory.two_rows"]


def test_a_person_with_several_places_is_several_rows(services):
    data = edited(book(services), add(**{"氏名・メール": "DX@x.jp", "部局": "農林水産部", "権限": "部局担当"}))
    (change,) = compared(services, data).changes
    assert change.after == "部局担当(総合政策部のDX推進課、商工労働部、農林水産部)"
    whole = edited(book(services), add(規則の番号="M002", 部局="総合政策部"))
    assert codes(compared(services, whole)) == ["directory.whole_and_part"]


def test_cells_merged_downwards_count_for_every_row_and_across_are_asked_about(services):
    def down(sheet):
        for heading in ("部局コード", "部局"):
            at = column(sheet, heading)
            sheet.merge_cells(start_row=4, end_row=6, start_column=at, end_column=at)

    def across(sheet):
        at, line = column(sheet, "担当する指標"), row(sheet, "課", "総務課")
        sheet.merge_cells(start_row=line, end_row=line, start_column=at, end_column=at + 1)

    found = compared(services, edited(book(services), down))
    assert (found.changes, found.absent, codes(found)) == ((), (), [])
    found = compared(services, edited(book(services), across))
    assert (found.changes, codes(found)) == ((), ["directory.merged"])


def test_a_row_struck_through_is_asked_about(services):
    def strike(sheet):
        sheet.cell(row(sheet, "課", "総務課"), column(sheet, "課")).font = Font(strike=True)

    found = compared(services, edited(book(services), strike))
    assert (found.changes, codes(found)) == ((), ["directory.struck"])


def test_what_is_no_such_table_is_refused_as_a_whole(services):
    empty, two = Workbook(), load_workbook(io.BytesIO(book(services)))
    two.copy_worksheet(two.worksheets[0])
    twice = edited(book(services), lambda s: s.cell(HEAD, 13, "役割"))
    cases = [(saved(empty), "no_table"), (saved(two), "two_tables"), (twice, "twice")]
    for data, code in cases:
        found = compared(services, data)
        assert (found.changes, found.absent, codes(found)) == ((), (), [f"directory.{code}"])
    for data in (b"", b"abc", b"PK\x03\x04broken"):
        lines, issues = services.read_directory(PLAN, data, "表.xlsx")
        assert (lines, len(issues)) == ((), 1)


# --- who, and what must not happen ----------------------------------------------------------------------------------


def test_taking_out_every_person_keeps_the_last_administrator(services):
    def nobody(sheet):
        for number in ("M001", "M002", "M002", "M003"):
            sheet.delete_rows(row(sheet, "規則の番号", number))

    data = edited(book(services), nobody)
    found = compared(services, data, ending=True)
    assert (found.changes, found.absent) == ((), ())  # a table without people is not about people
    assert any("利用者は変えません" in i.message for i in found.issues)
    lines, _ = services.read_directory(PLAN, data, "表.xlsx")
    found = services.compare_directory(PLAN, lines, whole=("person",), ending=True)
    assert codes(found) == ["directory.last_admin"]
    assert found.removed == ("M002", "M003")
    lowered = edited(book(services), put("閲覧", "権限", 規則の番号="M001"))
    assert codes(compared(services, lowered)) == ["directory.last_admin"]
    handed = edited(book(services), put("next@x.jp", "氏名・メール", 規則の番号="M001"))
    assert len(applied(services, handed).done) == 1


def test_rules_of_another_plan_are_neither_shown_nor_touched(services):
    services.set_membership(Rule("", "mail", "other@x.jp", "department", (POLICY,), (), "other-plan"))
    assert b"other@x.jp" not in book(services)
    data = edited(book(services), drop(規則の番号="M003"))
    assert compared(services, data, ending=True).removed == ("M003",)
    typed = edited(book(services), add(規則の番号="M004", 権限="管理者"))
    assert codes(compared(services, typed)) == ["directory.plan"]


def test_each_may_do_here_what_each_may_do_elsewhere(services, tmp_path):
    data = edited(
        book(services), put("a@x.jp", "連絡先メール", 課="総務課"), put("閲覧", "権限", 規則の番号="M002"),
        put("b@x.jp", "連絡先メール", 課="商工政策課"),
    )  # fmt: skip

    def by(role, *departments):
        who = Person("p", "青森 花子", role, frozenset(departments))
        return type(services)(services.store, who, tmp_path, services._now)

    staff = compared(by(Role.SECRETARIAT), data)
    assert [c.what for c in staff.changes] == ["総合政策部の課「総務課」", "商工労働部の課「商工政策課」"]
    assert codes(staff) == ["directory.right"]
    assert "M001" not in str(by(Role.SECRETARIAT).directory_rows(PLAN))
    own = compared(by(Role.DEPARTMENT, TRADE), data)
    assert [c.what for c in own.changes] == ["商工労働部の課「商工政策課」"]
    assert {r["department_id"] for r in by(Role.DEPARTMENT, TRADE).directory_rows(PLAN)} == {TRADE}
    with pytest.raises(NotAllowed):
        by(Role.READER).read_directory(PLAN, data, "表.xlsx")


def test_what_was_agreed_to_is_not_done_where_something_else_stands_meanwhile(services):
    data = edited(book(services), put("a@x.jp", "連絡先メール", 課="総務課"))
    lines, _ = services.read_directory(PLAN, data, "表.xlsx")
    agreed = services.compare_directory(PLAN, lines).changes
    kept = list(divisions(services).values())
    assert services.set_divisions(PLAN, POLICY, [kept[0], Division("ka2", "庶務課", (PAPER,))]) == ()
    done = services.apply_directory(PLAN, lines, agreed)
    assert (done.done, codes(done)) == ((), ["directory.another"])


def test_where_it_stops_halfway_it_says_what_was_done(services, monkeypatch):
    data = edited(
        book(services), put("a@x.jp", "連絡先メール", 課="総務課"), put("事務局", "権限", 規則の番号="M003"),
        add(**{"氏名・メール": "n@x.jp", "権限": "閲覧"}),
    )  # fmt: skip
    real, count = services.set_membership, []

    def busy(rule, reason=""):
        count.append(rule)
        if len(count) > 1:
            raise StoreBusy(10.0)
        return real(rule, reason)

    monkeypatch.setattr(services, "set_membership", busy)
    done = applied(services, data)
    assert [c.what for c in done.done] == ["総合政策部の課「総務課」", "利用者「青森 太郎」(名前) M003"]
    assert codes(done) == ["directory.stopped"]


def test_an_indicator_that_has_gone_stays_with_the_division_that_answered_for_it(services):
    day = services._now().date()
    assert services.move_indicators(PLAN, [SURVEY], TRADE, day) == ()
    assert compared(services, book(services)).changes == ()
    data = edited(book(services), put("1、7", "担当する指標", 課="DX推進課"))
    assert applied(services, data).issues == ()
    assert divisions(services)["ka1"].indicators == (SURVEY, RATE, UNSET)


def test_after_april_a_rule_that_names_what_has_ended_goes_out_and_in_as_it_is(services):
    day = services._now().date()
    services.set_membership(Rule("", "mail", "t@x.jp", "department", (TRADE,), (f"{TRADE}/ka1",), PLAN))
    services.set_membership(Rule("", "mail", "gone@x.jp", "department", ("nowhere",), ("nowhere/ka1",), PLAN))
    assert services.merge_departments(PLAN, [POLICY, TRADE], POLICY, "総合経済部", day) == ()
    found = compared(services, book(services))
    assert (found.changes, found.absent, found.issues) == ((), (), ())
    data = edited(
        book(services),
        put("総合経済部", "部局", 規則の番号="M004"),
        put("商工政策課", "課", 規則の番号="M004"),
        put(None, "部局コード", 規則の番号="M004"),
        put(None, "課コード", 規則の番号="M004"),
    )
    (change,) = compared(services, data).changes
    assert change.after == "部局担当(総合経済部の商工政策課)"


def test_a_table_of_a_few_departments_is_about_these_alone(services):
    def few(sheet):
        for number in range(sheet.max_row, HEAD, -1):
            if sheet.cell(number, column(sheet, "部局")).value != "商工労働部":
                sheet.delete_rows(number)

    found = compared(services, edited(book(services), few, drop(課="商工政策課"), drop(規則の番号="M002")), ending=True)
    assert [(c.how, c.what) for c in found.changes] == [("ended", "商工労働部の課「商工政策課」")]
