"""A sixth plan from a list as an office keeps it: one wrong reading put right by pointing, and its first form out."""

from __future__ import annotations

import io
import re

from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from loaders.form import definition as d
from loaders.services.operations import DATABASE
from loaders.store import Store
from tests.browser.acting import Cast, look, pick, press, says, table
from tests.browser.conftest import settled
from tests.browser.walking import unfold_one
from tests.loaders.lists.sheets import book

ADMIN, PLAN, NAME, OFFICE = "admin", "sixth-plan", "第六のICT計画", "デジタル推進部"
#: 項目 / 指標 / 策定時 / 現状値 / 目標値 with the years in the cells; row 7 is another's figure, kept for comparison.
LIST = book("進捗一覧", {
    "A1": "ICT計画　進捗状況一覧",
    "A3": "項目", "B3": "指標", "C3": "策定時", "D3": "現状値", "E3": "目標値",
    "A4": "くらし", "B4": "電子申請の利用率", "C4": "45.2%(R4年度)", "D4": "52.0%(R6年度)", "E4": "80%(R10年度)",
    "B5": "公開したデータセットの数", "C5": "87件(R4年度)", "D5": "103件(R6年度)", "E5": "200件(R10年度)",
    "A6": "まなび", "B6": "授業でICTを使える教員の割合",
    "C6": "74.1%(小) 69.3%(中)", "D6": "81.0%(小) 77.7%(中)", "E6": "100%(R10年度)",
    "B7": "全国の割合", "C7": "75.3%(R4年度)", "D7": "80.4%(R6年度)",
}, ["A4:A5", "A6:A7"])  # fmt: skip
#: The row of the grid's headings and each of its rows, in pixels; the column of numbers is narrower than this.
_ROW, _INTO_B = 35, 190


def test_a_sixth_plan_is_made_from_a_list_and_its_first_form_goes_out(server, open_page, tmp_path):
    cast = Cast(server.url, tmp_path, open_page)
    page = cast.at(ADMIN, "admin?part=lists")
    path = tmp_path / "進捗一覧.xlsx"
    path.write_bytes(LIST)
    page.locator("[data-testid='stFileUploaderDropzoneInput']").set_input_files(path)
    main = page.get_by_test_id("stMainBlockContainer")
    expect(main).to_contain_text("読み取った表")
    settled(page)
    look(page, "list-proposed")
    # What could be two things is asked: two values in one cell become two indicators.
    page.get_by_role("button", name="2つの指標に分ける").first.click()
    expect(main).to_contain_text("読み取った指標(5件)")
    settled(page)
    # The figure of the whole nation was taken for an indicator of the plan: its row is pointed at, and read no more.
    there = {"x": _INTO_B, "y": _ROW * 7 + 17}
    grid = page.locator(".dvn-scroller").first
    grid.hover(position=there)
    grid.click(position=there)
    expect(page.get_by_role("textbox", name="直すセルの番地")).to_have_value(re.compile("[AB]7"))
    pick(page, "この行 7 は", "読まない")
    page.get_by_role("button", name="この読み方にする").click()
    expect(main).to_contain_text("読み取った指標(4件)")
    page.get_by_role("button", name="1つ前の読み方に戻す").click()
    expect(main).to_contain_text("読み取った指標(5件)")
    pick(page, "この行 7 は", "読まない")
    page.get_by_role("button", name="この読み方にする").click()
    expect(main).to_contain_text("読み取った指標(4件)")
    # 策定時 and 現状値 of the two that were split stand without a year: it is told for each column.
    for cell, when in (("C6", "令和4年度"), ("D6", "令和6年度")):
        address = page.get_by_role("textbox", name="直すセルの番地")
        address.fill(cell)
        address.press("Enter")
        settled(page)
        field = page.get_by_role("textbox", name="この列の時点")
        field.fill(when)
        page.get_by_role("button", name="この読み方にする").click()
        settled(page)
    expect(main).not_to_contain_text("確かめたいこと")
    look(page, "list-put-right")
    # A plan of its own, with who answers.
    page.get_by_text("この一覧から新しい計画を始める").click()
    settled(page)
    for label, text in (
        ("計画の名称", NAME), ("計画の記号", PLAN), ("担当が書かれていない指標の担当部局", OFFICE),
        ("この読み方の名前", "進捗一覧"),
    ):  # fmt: skip
        field = page.get_by_role("textbox", name=label)
        field.fill(text)
        field.press("Tab")
        settled(page)
    pick(page, "始まりの年度", "令和7年度(2025年度)")
    says(table(page, "始める計画"), "くらし、まなび", "4件(現状値あり4件、目標値あり4件)")
    look(page, "list-plan")
    press(page, "この計画を始める", "令和7年度(2025年度)から令和10年度(2028年度)まで")
    press(page, "この内容で始める", f"「{NAME}」を始めました")
    # Its first round, and the form of its department with the values of the list.
    page = cast.at(ADMIN, f"rounds?plan={PLAN}")
    box = page.locator("[class*='st-key-open-round']")
    unfold_one(box.locator("summary"))
    look(page, "list-round")
    press(page, "この内容で照会を始める", "を始めました。")
    page = cast.at(ADMIN, f"submit?plan={PLAN}")
    form = cast.take(page, "① 回答様式を受け取る")
    sheet = load_workbook(form)[d.FORM_SHEET]
    written = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "授業でICTを使える教員の割合(小)" in written
    assert not any("全国の割合" in one for one in written)
    # A value of the list is followed to its cell, and its baseline too.
    store = Store(server.data / DATABASE)
    (code, *_) = store.snapshot(PLAN).observations["code"]
    page = cast.at(ADMIN, f"origin?plan={PLAN}&figure={code}")
    says(page.get_by_test_id("stMainBlockContainer"), "一覧の取込み", "進捗一覧!D4", "52.0%(R6年度)")
    look(page, "list-origin")
    page = cast.at(ADMIN, f"origin?plan={PLAN}&card={store.plan(PLAN).indicators[0].id}")
    says(page.get_by_test_id("stMainBlockContainer"), "進捗一覧!C4", "進捗一覧!E4")
    cast.leave()


def test_past_values_come_from_the_right_sheet_and_are_taken_out_again(server, open_page, tmp_path):
    cast = Cast(server.url, tmp_path, open_page)
    page = cast.at("secretariat", "admin?part=lists")
    store = Store(server.data / DATABASE)
    plan = store.plan(store.plan_ids()[0])
    known = store.snapshot(plan.id).history
    one = next(i for i in plan.indicators if i.unit == "%" and i.id not in known)
    path = tmp_path / "昨年度の公表資料.xlsx"
    path.write_bytes(_with_notes(one.name))
    page.locator("[data-testid='stFileUploaderDropzoneInput']").set_input_files(path)
    main = page.get_by_test_id("stMainBlockContainer")
    expect(page.get_by_role("combobox", name="シート")).to_have_value("実績(1指標)")
    expect(main).to_contain_text("非表示の行(1)と列(0)は読んでいません。")
    says(main, "新しい実績値: 1件")
    reason = page.get_by_role("textbox", name="理由")
    reason.fill("令和5年度の公表資料")
    reason.press("Tab")
    settled(page)
    press(page, "取り込む", f"「{plan.name}」に1件を取り込みます。")
    press(page, "1件を取り込む", "一覧から1件を取り込みました。")
    look(page, "list-taken")
    (past,) = Store(server.data / DATABASE).snapshot(plan.id).history[one.id]
    assert (past.value, past.period.code) == (12.5, "FY2023")
    # It was another year's table: it is taken out again, and stands there as what was taken out.
    unfold_one(page.locator("summary").filter(has_text="の取込みを取り消す"))
    why = page.get_by_role("textbox", name="取り消す理由")
    why.fill("別の年度の表だった")
    why.press("Tab")
    settled(page)
    press(page, "この取込みを取り消す", "一覧の取込みを取り消しました。")
    says(table(page, "取り込んだ一覧"), "昨年度の公表資料.xlsx", "取消済")
    look(page, "list-dropped")
    assert one.id not in Store(server.data / DATABASE).snapshot(plan.id).history
    cast.leave()


def _with_notes(name: str) -> bytes:
    """A list behind a sheet of notes, with a row that is hidden."""
    made = Workbook()
    notes = made.active
    notes.title = "はじめに"
    notes["A1"] = "この資料は公表した値をまとめたものです。"
    page = made.create_sheet("実績")
    for address, text in {
        "A1": "指標",
        "B1": "令和5年度実績",
        "A2": name,
        "B2": "12.5%",
        "A3": "古い指標",
        "B3": "9%",
    }.items():
        page[address] = text
    page.row_dimensions[3].hidden = True
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()
