"""管理: 課, 連絡先 and people as one table, put in as a workbook or edited where they stand."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pytest
import streamlit as st
from openpyxl import load_workbook

from kpi.plan import Division
from loaders.directory.directory_rows import workbook
from loaders.store import Rule
from tests.loaders.directory.kit import add, drop, edited, put
from tests.samplekit import AT, with_store
from tests.screenkit import by_label, look, operator, plan_id, press, run, sound, upload, words

DAY = date(2026, 11, 21)
COMMERCE = "commerce"


@pytest.fixture
def services(use, tmp_path):
    made = operator(use(with_store(tmp_path)))
    assert made.set_divisions(plan_id(made), COMMERCE, [Division("ka1", "商工政策課", ("dx-support",))], "a@x.jp") == ()
    made.set_membership(Rule("", "mail", "admin@x.jp", "admin"))
    made.set_membership(Rule("", "mail", "b@x.jp", "department", (COMMERCE,), (), plan_id(made)))
    return made


def book(services):
    return workbook(services.directory_rows(plan_id(services)), look(services).plan, AT.date())


def divisions(services, department=COMMERCE):
    return {v.name: v for v in look(services).plan.department(department).divisions_on(DAY)}


def agreed(at, key):
    return press(press(at, f"{key}-save"), f"{key}-save-yes")


def edit(monkeypatch, how):
    """Somebody edits the table on the screen: ``how`` changes its rows."""

    def edited_by_hand(table, **given):
        rows = table.to_dict("records")
        how(rows)
        return pd.DataFrame(rows, columns=table.columns)

    monkeypatch.setattr(st, "data_editor", edited_by_hand)


@pytest.mark.parametrize("part", ["departments", "people"])
def test_a_workbook_is_told_first_and_done_when_it_was_agreed_to(services, part):
    data = edited(
        book(services),
        put("new@x.jp", "連絡先メール", 課="商工政策課"),
        drop(規則の番号="M002"),
        add(部局="県土整備部", 課="道路課", 担当する指標="暮9"),
    )
    at = upload(run("admin", part=part), "表.xlsx", data)
    said = words(at)
    assert "変わるところが2件あります" in said
    assert "表にない行が1件あります" in said
    assert divisions(services)["商工政策課"].mail == ""
    at = press(at, "directory-file-save")
    assert "1件を加える。 1件を変更する。" in words(at)
    at = press(at, "directory-file-save-yes")
    assert sound(at)
    assert "2件を変更しました" in words(at)
    assert divisions(services)["商工政策課"].mail == "new@x.jp"
    assert divisions(services, "land")["道路課"].indicators == ("bridge-ai",)
    assert len(services.memberships()) == 2  # what is not in the table ends only where that is ticked
    assert not at.file_uploader[0].value


def test_what_is_not_in_the_table_ends_where_that_is_ticked(services):
    at = upload(run("admin", part="people"), "表.xlsx", edited(book(services), drop(規則の番号="M002")))
    assert not [b for b in at.button if b.key == "directory-file-save"]
    at = by_label(at.checkbox, "この1件を廃止・削除する").check().run()
    agreed(at, "directory-file")
    assert [r.rule_id for r in services.memberships()] == ["M001"]


def test_an_unchanged_table_has_nothing_to_do(services):
    at = upload(run("admin", part="people"), "表.xlsx", book(services))
    assert "変わるところはありません" in words(at)
    assert not [b for b in at.button if b.key == "directory-file-save"]


def test_a_cell_that_cannot_be_read_is_told_with_its_address_and_what_to_do(services):
    at = upload(
        run("admin", part="people"), "表.xlsx", edited(book(services), put("<b>社長</b>", "権限", 規則の番号="M002"))
    )
    said = words(at)
    assert "権限「<b>社長</b>」がありません" in said
    row = load_workbook(io.BytesIO(book(services))).worksheets[0].max_row
    assert f"課・連絡先・利用者!K{row}" in said
    at = upload(run("admin", part="people"), "表.xlsx", b"PK\x03\x04broken")
    assert sound(at)
    assert "変わるところはありません" in words(at)


def test_divisions_and_addresses_are_edited_where_they_stand(services, monkeypatch):
    def how(rows):
        lead = next(r for r in rows if r["department"] == "商工労働部" and pd.isna(r["division"]))
        lead["mail"] = "ｌｅａｄ＠ｘ．ｊｐ"
        mine = next(r for r in rows if r["division"] == "商工政策課")
        mine["division"] = "産業政策課"
        rows.append({"department": "県土整備部", "division": "道路課", "indicators": ["暮9"], "mail": None})

    edit(monkeypatch, how)
    at = run("admin", part="departments", as_="secretariat")
    at = by_label(at.toggle, "課と連絡先を").set_value(True).run()
    assert "変わるところが3件あります" in words(at)
    at = agreed(at, "directory-offices")
    assert "3件を変更しました" in words(at)
    assert look(services).plan.department(COMMERCE).mail == "lead@x.jp"
    assert divisions(services)["産業政策課"].id == "ka1"
    assert divisions(services, "land")["道路課"].indicators == ("bridge-ai",)


def test_people_are_edited_where_they_stand_and_the_last_administrator_stays(services, monkeypatch):
    edit(monkeypatch, lambda rows: rows.clear())
    at = by_label(run("admin", part="people").toggle, "表の中で").set_value(True).run()
    at = by_label(at.checkbox, "この2件を廃止・削除する").check().run()
    assert "すべての計画の管理者の規則が1つも残りません" in words(at)
    agreed(at, "directory-people")
    assert [r.rule_id for r in services.memberships()] == ["M001"]

    def how(rows):
        rows[0]["role"] = None
        rows.append({"pattern": "c@x.jp", "role": "部局担当", "department": "商工労働部", "division": "商工政策課"})

    edit(monkeypatch, how)
    at = by_label(run("admin", part="people").toggle, "表の中で").set_value(True).run()
    agreed(at, "directory-people")
    assert services.memberships()[-1].divisions == (f"{COMMERCE}/ka1",)
    assert services.memberships()[0].role == "admin"  # an emptied cell of what must have a value changes nothing


def test_a_table_nobody_has_touched_changes_nothing(services):
    for part, label in (("departments", "課と連絡先を"), ("people", "表の中で")):
        at = by_label(run("admin", part=part).toggle, label).set_value(True).run()
        assert sound(at)
        assert "変わるところはまだありません" in words(at)


def test_the_table_stands_before_there_is_a_rule(use, tmp_path):
    operator(use(with_store(tmp_path)))
    at = run("admin", part="people")
    at.toggle[0].set_value(True).run()
    assert sound(at)
    assert "変わるところはまだありません" in words(at)


def test_the_secretariat_has_no_people_in_its_table(services):
    at = run("admin", part="departments", as_="secretariat")
    data = edited(book(services), put("管理者", "権限", 規則の番号="M002"))
    at = upload(at, "表.xlsx", data)
    assert "利用者の行は、管理者だけが変更できます" in words(at)
    assert not [b for b in at.button if b.key == "directory-file-save"]


def test_the_past_is_only_looked_at(services):
    at = run("admin", part="departments", as_of="2026-11-20")
    assert not at.toggle
    assert not at.file_uploader
