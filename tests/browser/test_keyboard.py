"""回答 and 確認 by keyboard alone: nothing here ever touches a mouse."""

from __future__ import annotations

from playwright.sync_api import TimeoutError, expect

from kpi.place import Place
from loaders.services.operations import make_form, open_store
from tests.browser.conftest import NOW, settled
from tests.browser.walking import PLAN, english, fill, visit

RICE, HALF_A_MINUTE = "rice-labor", 30_000
_FOCUSED = """() => {
  const one = document.activeElement;
  if (!one.matches('a, button, input, textarea, select, summary')) return '';
  const label = one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText || one.placeholder || '';
  return label.replace(/\\s+/g, ' ').trim();
}"""
_OUTLINED = """() => {
  const seen = (one) => { const style = getComputedStyle(one); return style.outlineStyle !== 'none'
    || style.boxShadow !== 'none' || style.borderColor !== 'rgb(201, 206, 216)'; };
  let one = document.activeElement;
  for (let level = 0; one && level < 4; level++, one = one.parentElement) if (seen(one)) return true;
  return false;
}"""


def tab_to(page, *words: str, steps: int = 250, back: bool = False) -> None:
    """Press Tab until what has the focus is called by all of these words, and is in sight with a mark around it."""
    told = []
    for _ in range(steps):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        told.append(page.evaluate(_FOCUSED))
        if all(word in told[-1] for word in words):
            box = page.evaluate(
                "(() => { const b = document.activeElement.getBoundingClientRect(); return [b.top, b.bottom]; })()"
            )
            assert -1 <= box[0] <= page.viewport_size["height"], (words, box)
            assert page.evaluate(_OUTLINED), words
            return
    raise AssertionError(f"{words} is not reached by Tab; passed: {list(dict.fromkeys(told))}")


def tab_to_choice(page) -> None:
    """Press Tab until one of several choices has the focus."""
    for _ in range(250):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.type === 'radio'"):
            return
    raise AssertionError("no choice is reached by Tab")


def press(page, *words: str, told: str, back: bool = False) -> None:
    """Go to a button by Tab, press Enter, and wait until the page says what it did."""
    tab_to(page, *words, back=back)
    page.keyboard.press("Enter")
    expect(page.get_by_text(told).first).to_be_visible(timeout=HALF_A_MINUTE)
    settled(page)


def test_a_department_answers_and_the_secretariat_confirms_by_keyboard_alone(server, open_page, tmp_path):
    store = open_store(server.data)
    _, blank = make_form(
        store.snapshot(PLAN.id), Place(store.snapshot(PLAN.id).plan.id, "fy2025", "agriculture"), day=NOW.date()
    )
    path = tmp_path / "回答.xlsx"
    rice = {"value": "約12", "release": "確定", "section": "農産園芸課", "person": "青森 花子", "contact": "内線1"}
    path.write_bytes(fill(blank, {RICE: rice}))

    page = open_page()
    visit(page, server.url, "submit?as=dept-agriculture&round=fy2025")
    tab_to(page, "本文へ移動", steps=3)
    page.keyboard.press("Enter")
    tab_to(page, "① 回答様式を受け取る")
    with page.expect_download() as form:
        page.keyboard.press("Enter")
    assert form.value.suggested_filename.endswith(".xlsx")
    settled(page)
    tab_to(page, "ファイルを選ぶ")
    # The browser opens no second window of its own while it still stores what was just taken.
    expect(page.locator("[data-testid='stFileUploaderDropzone'] button:focus")).to_have_count(1)
    for left in (2, 1, 0):
        try:
            with page.expect_file_chooser(timeout=10_000) as chooser:
                page.keyboard.press("Enter")
            break
        except TimeoutError:
            assert left, "Enter opens no chooser"
    chooser.value.set_files(str(path))
    expect(page.get_by_text("「約」が付いていて").first).to_be_visible(timeout=HALF_A_MINUTE)
    settled(page)
    # Each question: into its choices by Tab, one of them by the space bar, the answer by Enter.
    one = store.snapshot(PLAN.id).submissions.iloc[-1]["submission_id"]
    for _ in range(4):
        left = store.submission(one).open
        if not left:
            break
        tab_to_choice(page)
        page.keyboard.press("Space")
        settled(page)
        press(page, "これで確定する", told="を保存しました。")
        assert store.submission(one).open != left
    press(page, "③ 事務局へ回答する", told="受け付けました(")
    assert english(page) == set()
    sent = store.snapshot(PLAN.id).submissions
    assert list(sent["state"]) == ["sent"]

    office = open_page()
    visit(office, server.url, "review?as=secretariat&round=fy2025")
    expect(office.get_by_role("button", name="確認済にする").first).to_be_visible(timeout=HALF_A_MINUTE)
    # S asks back and K confirms, without going anywhere; the way back stands beside, by Tab.
    office.keyboard.press("s")
    expect(office.get_by_role("button", name="修正を依頼する")).to_be_visible(timeout=HALF_A_MINUTE)
    settled(office)
    tab_to(office, "依頼する内容")
    office.keyboard.type("件数の数え方を確かめてください。")
    press(office, "修正を依頼する", told="修正依頼を記録しました。")
    assert list(store.snapshot(PLAN.id).questions["subject_id"]) == [RICE]
    press(office, "修正依頼を取り下げる", told="の修正依頼を取り下げました。", back=True)
    press(office, "確認済にする", "K", told="を確認済にしました。", back=True)
    assert set(store.snapshot(PLAN.id).observations["review"]) == {"confirmed"}
    press(office, "確認済を取り消す", told="の確認済を取り消しました。", back=True)
    assert set(store.snapshot(PLAN.id).observations["review"]) == {"unconfirmed"}
    assert english(office) == set()
    for one in (page, office):
        assert (one.watch.foreign, one.watch.errors, one.watch.failures) == (set(), [], [])
