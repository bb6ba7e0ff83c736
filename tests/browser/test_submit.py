"""回答 in a real browser: the Enter key, an address without a screen, samples that go while somebody looks at them."""

from playwright.sync_api import expect

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, Question
from kpi.place import Place
from loaders.services.intake import take_return
from loaders.services.operations import make_form, open_store
from loaders.store import Receipt
from tests.browser.conftest import NOW, running, settled
from tests.browser.test_trip import issue, put_in
from tests.browser.walking import PLAN, english, fill, visit
from tests.samplekit import with_samples
from tests.storekit import do, send


def test_enter_confirms_a_typed_value_and_says_so(server, open_page, tmp_path):
    store = open_store(server.data)
    name, blank = make_form(
        store.snapshot(PLAN.id), Place(store.snapshot(PLAN.id).plan.id, "fy2025", "land"), day=NOW.date()
    )
    path = tmp_path / name
    answers = {
        "ict-construction": {"value": "約５００", "release": "確定"},
        "bridge-ai": {"value": "#REF!", "release": "確定"},
    }
    path.write_bytes(fill(blank, answers))
    page = open_page()
    visit(page, server.url, "submit?department=land&round=fy2025")
    put_in(page, path)
    broken = issue(page, "#REF!")
    broken.get_by_text("値を入力する").click()
    value = broken.get_by_role("textbox", name="正しい値(%)")
    value.fill("13")
    expect(broken.get_by_text("改行キーでも確定できます")).to_be_visible()
    value.press("Enter")
    expect(page.get_by_text("橋梁定期点検AI活用率の「値を入力する」を保存しました。")).to_be_visible(timeout=30_000)
    settled(page)
    about = issue(page, "「約５００」")
    about.get_by_text("値を入力する").click()
    about.get_by_role("textbox", name="正しい値(件)").press("Enter")
    expect(about.get_by_text("入力された文字を値として読み取れません。")).to_be_visible(timeout=30_000)
    assert english(page) == set()


def test_the_upload_box_invites_only_the_kinds_that_are_read(bare, open_page):
    page = open_page()
    visit(page, bare.url, "submit?department=land&round=fy2025")
    box = page.get_by_test_id("stFileUploaderDropzone")
    expect(box).to_contain_text("まで・XLSX・XLSM・XLS・ZIP", timeout=30_000)
    expect(box).not_to_contain_text("ODS")
    assert "ods" in page.get_by_test_id("stFileUploaderDropzoneInput").get_attribute("accept")  # to say what to do


def test_an_address_without_a_screen_says_so_and_leads_to_the_first_one(bare, open_page):
    page = open_page()
    visit(page, bare.url, "nosuch")
    expect(page.get_by_role("heading", name="この画面はありません")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert english(page) == set()
    page.locator(".lead").get_by_role("link", name="概況").click()
    expect(page.get_by_role("heading", name="概況", exact=True)).to_be_visible(timeout=30_000)
    page.go_back()
    expect(page.get_by_role("heading", name="この画面はありません")).to_be_visible(timeout=30_000)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="分野").click()
    expect(page.get_by_role("heading", name="分野", exact=True)).to_be_visible(timeout=30_000)
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name="この画面はありません")).to_be_visible(timeout=30_000)


def test_samples_removed_while_one_is_looked_at_break_nothing(tmp_path, open_page):
    store = open_store(with_samples(tmp_path / "data"))
    with running(tmp_path) as server:
        page = open_page()
        visit(page, server.url, "submit?department=planning&round=fy2025")
        expect(page.get_by_role("heading", name="回答した内容")).to_be_visible(timeout=30_000)
        do(
            store,
            "remove_samples",
        )
        page.get_by_role("button", name="原本を受け取る").click()
        expect(page.get_by_text("ファイルを用意できませんでした。")).to_be_visible(timeout=30_000)
        assert english(page) == set()
        visit(page, server.url, "submit?department=planning&round=fy2025")
        expect(page.get_by_text("まだ回答はありません。")).to_be_visible(timeout=30_000)
        assert page.watch.errors == []


def test_a_question_is_answered_on_the_page_by_its_department_and_seen_by_nobody_else(server, open_page):
    store = open_store(server.data)
    name, blank = make_form(
        store.snapshot(PLAN.id), Place(store.snapshot(PLAN.id).plan.id, "fy2025", "agriculture"), day=NOW.date()
    )
    rice = {"rice-labor": {"value": "12.3", "release": "確定", "section": "農産園芸課", "person": "青森 花子"}}
    where = {"round_id": "fy2025", "department_id": "agriculture"}
    own = {"by": "農林水産部", "at": NOW}
    taken = take_return(store, fill(blank, rice), name, snapshot=store.snapshot(PLAN.id), act=Act(**own), **where)
    one = taken.saved.submission_id
    for asked in store.submission(one).open:
        do(store, "mend", one, [Mend(asked.subject_id, asked.key, None, "確かめた")], **own)
    assert isinstance(send(store, one, **own), Receipt)
    assert (
        do(store, "ask_back", one, [Question("rice-labor", "value", "単位を確かめてください。")], by="事務局", at=NOW)
        == ()
    )

    page = open_page()
    visit(page, server.url, "submit?as=dept-agriculture&round=fy2025")
    expect(page.get_by_role("heading", name="修正依頼 1件")).to_be_visible()
    expect(page.get_by_text("単位を確かめてください。")).to_be_visible()
    with page.expect_download() as form:
        page.get_by_role("button", name="修正依頼の付いた様式を受け取る").click()
    assert "修正依頼" in form.value.suggested_filename
    page.get_by_role("button", name="この画面で答える").click()
    expect(page.get_by_text("修正依頼があと1件あります。答えると送れます。")).to_be_visible(timeout=30_000)
    settled(page)
    box = page.locator("[class*='st-key-question-']")
    box.get_by_text("このままで正しい").click()
    box.get_by_role("textbox", name="理由(必ず)").fill("削減率で、単位は%")
    box.get_by_role("button", name="これで確定する").click()
    expect(page.get_by_text("変わりなし)　理由: 削減率で、単位は%")).to_be_visible(timeout=30_000)
    settled(page)
    assert english(page) == set()
    page.get_by_role("button", name="③ 事務局へ回答する").click()
    expect(page.get_by_test_id("stAlert").get_by_text("受け付けました(")).to_be_visible(timeout=30_000)
    assert list(store.snapshot(PLAN.id).questions["answered_by"]) == [
        store.snapshot(PLAN.id).submissions.iloc[-1]["submission_id"]
    ]

    other = open_page()
    visit(other, server.url, "submit?as=dept-land&department=agriculture&round=fy2025")
    expect(other.get_by_role("heading", name="権限がありません")).to_be_visible(timeout=30_000)
    expect(other.get_by_text("削減率で、単位は%")).to_have_count(0)
    visit(other, server.url, "handover?as=reader&department=agriculture")
    expect(other.get_by_role("heading", name="権限がありません")).to_be_visible(timeout=30_000)
    assert page.watch.errors == []
