"""The whole trip: from an empty start to a new point on a chart, followed to its cell."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from loaders.form import definition as d
from tests import hurt
from tests.browser.conftest import settled
from tests.browser.walking import fill, unfold_one, visit
from tests.campaign.marked import rarely


def take_form(page, department: str, folder: Path) -> Path:
    """Choose the department on 回答 and take its form by the button."""
    page.get_by_role("link", name="回答", exact=True).click()
    settled(page)
    box = page.get_by_role("combobox", name="部局")
    if box.input_value() != department:
        box.click()
        box.fill(department)  # as one types: the list is long and draws only what is in sight
        page.get_by_role("option", name=department).click()
        expect(box).to_have_value(department)
        settled(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="① 回答様式を受け取る").click()
    path = folder / taken.value.suggested_filename
    taken.value.save_as(path)
    return path


def put_in(page, path: Path) -> None:
    """Drop a filled form on the uploader and wait for the table that comes back."""
    page.locator("[data-testid='stFileUploaderDropzoneInput']").set_input_files(path)
    expect(page.get_by_role("heading", name="確かめた結果")).to_be_visible(timeout=20_000)
    settled(page)


def issue(page, words: str):
    """The box of one open issue."""
    return page.locator("[class*='st-key-issue-']").filter(has_text=words)


def confirm(page, box, left: int) -> None:
    """Press the box's button; fewer boxes are left."""
    box.get_by_role("button", name="これで確定する").click()
    expect(page.locator("[class*='st-key-issue-']")).to_have_count(left, timeout=30_000)
    settled(page)


def send(page) -> None:
    page.get_by_role("button", name="③ 事務局へ回答する").click()
    expect(page.get_by_test_id("stAlert").get_by_text("受け付けました(")).to_be_visible(timeout=30_000)
    settled(page)


def mend_another(page, folder: Path) -> None:
    """県土整備部: 約 with a count, a broken reference in a rate; one has no value after all, the other is typed."""
    second = take_form(page, "県土整備部", folder)
    answers = {
        "ict-construction": {"value": "約５００", "release": "確定"},
        "bridge-ai": {"value": "#REF!", "release": "確定"},
    }
    second.write_bytes(hurt.delete_meta(hurt.add_sheets(fill(second.read_bytes(), answers))))
    put_in(page, second)
    about, broken = issue(page, "「約５００」"), issue(page, "#REF!")
    expect(about).to_have_count(1)
    expect(about).to_contain_text("要確認")
    expect(broken).to_have_count(1)
    expect(broken).to_contain_text("要修正")
    assert re.search(rf"{d.FORM_SHEET}!?\s*[A-Z]+\d+", broken.inner_text()), broken.inner_text()
    open_issues = page.locator("[class*='st-key-issue-']").count()
    assert page.get_by_role("button", name="③ 事務局へ回答する").is_disabled()
    expect(page.get_by_text(f"あと{open_issues}件")).to_be_visible()

    broken.get_by_text("値を入力する").click()
    broken.get_by_role("textbox", name="正しい値(%)").fill("４１．５")
    broken.get_by_role("textbox", name="直した理由").fill("数式の参照切れを直した")
    confirm(page, broken, open_issues)
    # What is typed is checked like what was written: far from last time, it is asked about, and a reason answers.
    typed = issue(page, "前回12.5%(R6)から41.5%へ")
    expect(typed).to_contain_text("要確認")
    typed.get_by_text("このままで正しい").click()
    typed.get_by_role("button", name="これで確定する").click()
    expect(typed.get_by_text("理由を入力してください。")).to_be_visible()
    typed.get_by_role("textbox", name="理由(必ず)").fill("点検の対象を県の全橋梁に広げたため")
    confirm(page, typed, open_issues - 1)
    about.get_by_text("今回は実績なし(理由を選ぶ)").click()
    about.get_by_role("textbox", name="次回公表予定").fill("R9.3")
    confirm(page, about, open_issues - 2)
    result = page.get_by_role("table", name="読み取った結果")
    expect(result).to_contain_text("未公表")
    expect(result).to_contain_text("画面で修正")
    expect(page.get_by_role("button", name="③ 事務局へ回答する")).to_be_enabled()
    send(page)


#: What another return is asked is played every day in test_round.py, and held in loaders/services/test_typed_values.py.
@pytest.mark.parametrize("other", [False, rarely(True)], ids=["one return", "two returns"])
def test_the_whole_trip_from_an_empty_start_to_a_point_followed_to_its_cell(server, open_page, tmp_path, other):
    page = open_page()
    page.goto(server.url)
    settled(page)

    # Empty: the plan stands there, nothing is judged, and what to do is said.
    expect(page.locator(".lead")).to_contain_text("19指標")
    expect(page.get_by_text("部局の回答はまだ1件もありません")).to_be_visible()
    page.get_by_role("button", name="サンプルを読み込む").click()
    expect(page.get_by_text("サンプルを表示しています。")).to_be_visible(timeout=60_000)
    settled(page)
    lead = page.locator(".lead").inner_text()
    assert re.search(r"19指標のうち.*順調\d+", lead), lead

    # A field by its link, an indicator by its link, and Back twice.
    page.locator("table.kpi").get_by_role("link", name="産業・しごと", exact=True).click()
    settled(page)
    expect(page.get_by_role("heading", name="産業・しごと分野")).to_be_visible()
    rice = "稲作の10a当たりの労働時間削減率"
    page.get_by_role("link", name=rice).click()
    settled(page)
    expect(page.get_by_role("heading", name=rice)).to_be_visible()
    address = page.url
    assert "indicator=rice-labor" in address
    page.go_back()
    expect(page.get_by_role("heading", name="産業・しごと分野")).to_be_visible(timeout=30_000)
    page.go_forward()
    expect(page.get_by_role("heading", name=rice)).to_be_visible(timeout=30_000)
    settled(page)

    # 農林水産部's form: a triangle in full-width digits under a 削減率, a row inserted, the sheet renamed.
    form = take_form(page, "農林水産部", tmp_path)
    assert form.name.endswith("農林水産部.xlsx")
    data = fill(form.read_bytes(), {"rice-labor": {"value": "△１６．３", "release": "確定", "person": "青森 花子"}})
    form.write_bytes(hurt.rename_sheet(hurt.insert_rows(data), "提出用(農林)"))
    put_in(page, form)
    expect(page.get_by_text("1件は確認してください")).to_be_visible()
    box = page.locator("[class*='st-key-issue-']")
    expect(box).to_have_count(1)
    expect(box).to_contain_text("要確認")
    expect(box).to_contain_text(rice)
    told = box.inner_text()
    assert re.search(r"提出用\(農林\)!?.*[A-Z]+\d+", told), told
    assert "△１６．３" in told
    cell = re.search(r"提出用\(農林\)!?\s*([A-Z]+\d+)", told).group(1)
    assert page.get_by_role("button", name="③ 事務局へ回答する").is_disabled()

    # It asks; the person answers with one of its choices; then it can be sent, and is received.
    box.get_by_text("16.3%の減少として取り込む").click()
    settled(page)
    assert page.get_by_role("button", name="③ 事務局へ回答する").is_disabled()
    confirm(page, box, 0)
    expect(page.get_by_text("このまま回答できます")).to_be_visible()
    expect(page.get_by_role("button", name="③ 事務局へ回答する")).to_be_enabled()
    send(page)
    expect(page.get_by_text("回答は受け付けました")).to_be_visible()

    if other:
        mend_another(page, tmp_path)

    # The new point: on the chart and in its table, unconfirmed, with its origin down to the cell.
    visit(page, server.url, address.removeprefix(f"{server.url}/"))
    chart = page.locator("[data-testid='stVegaLiteChart']").first
    told = chart.get_attribute("aria-label")
    assert re.search(r"R7は16\.3%\(確定・未確認\)", told), told
    unfold_one(page.locator("summary").filter(has_text="表で見る"))
    table = page.locator("[data-testid='stDataFrame'] table").first
    expect(table).to_contain_text("16.3%", timeout=10_000)
    expect(table).to_contain_text("確定・未確認")
    expect(page.locator(".lead")).to_contain_text("未確認")
    origin = page.get_by_role("table", name="この数値の出所")
    expect(origin).to_contain_text(form.name)
    expect(origin).to_contain_text(f"提出用(農林)!{cell}")
    expect(origin).to_contain_text("「△１６．３」")
    expect(origin).to_contain_text("未確認")
    expect(origin).not_to_contain_text("サンプル")
    page.get_by_role("link", name="出所をすべて見る").click()
    settled(page)
    with page.expect_download() as original:
        page.get_by_role("button", name="原本を受け取る").click()
    assert original.value.suggested_filename == form.name
    assert Path(original.value.path()).read_bytes() == form.read_bytes()
    visit(page, server.url, address.removeprefix(f"{server.url}/"))

    # The samples go at once; what was really sent stays, with its original.
    page.get_by_role("button", name="サンプルを消して始める").click()
    expect(page.get_by_text("サンプルを表示しています。")).to_have_count(0, timeout=30_000)
    settled(page)
    expect(page.get_by_role("table", name="この数値の出所")).to_contain_text(f"提出用(農林)!{cell}")
    page.get_by_role("link", name="回答", exact=True).click()
    settled(page)
    visit(page, server.url, "submit?department=agriculture&round=fy2025")
    earlier = page.get_by_role("table", name="これまでの回答")
    expect(earlier).to_contain_text("回答済")
    expect(earlier.locator("tbody tr")).to_have_count(1)
    visit(page, server.url, "submit?department=commerce&round=fy2024")
    expect(page.get_by_text("まだ回答はありません。")).to_be_visible()

    assert page.watch.foreign == set()
    assert page.watch.errors == []
    assert page.watch.failures == []
