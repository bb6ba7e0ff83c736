"""The paper of a closed round: written, kept, corrected, made anew, and held against the one before."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.acting import Cast, look, pick, press, says, table, tick
from tests.browser.conftest import running, settled
from tests.browser.test_trip import put_in, send
from tests.browser.walking import unfold_one
from tests.samplekit import with_samples

#: A day after the samples', so that every moment of the test comes after theirs.
TODAY = "2026-11-30"
OFFICE, ROUND, YEAR = "secretariat", "fy2025", "R7"
DEPARTMENT, INDICATOR, NUMBER, NAME = "commerce", "dx-support", "産1", "県内企業のデジタル化・DX支援件数"
BEFORE, AFTER = "204", "190"
FIRST, SECOND = "本部会議案", "本部会議案(第2版)"
SENTENCE = "計画の目標に向けて、おおむね順調に進んでいる。"
REASON = "同じ企業への支援を二重に数えていたため"


def close(cast: Cast) -> None:
    page = cast.at(OFFICE, f"rounds?round={ROUND}")
    unfold_one(page.locator("[class*='st-key-close-round'] summary"))
    tick(page, "上のことを確かめました")
    press(page, "締め切る", "「令和7年度実績照会」を締め切りました。")


def opened(page, label: str) -> None:
    """Open a folded part; one that was opened before stays open."""
    box = page.locator("details").filter(has=page.locator("summary").filter(has_text=label))
    if box.get_attribute("open") is None:
        unfold_one(box.locator("summary"))
        settled(page)


def write(cast: Cast) -> None:
    """A sentence of the 総括 in words of their own."""
    page = cast.at(OFFICE, f"report?round={ROUND}")
    says(page.locator(".lead"), "締切りの値", "あとで値が直されても変わりません")
    opened(page, "総括を直す")
    field = page.locator("[class*='st-key-sentence-'][class*='-overall'] textarea")
    field.fill(SENTENCE)
    field.press("Control+Enter")
    settled(page)
    box = page.locator("[class*='st-key-save-'][class*='-overall']")
    press(page, "この文を保存する", "総括の文を保存しました。", within=box)
    says(page.get_by_test_id("stMainBlockContainer"), SENTENCE)
    look(page, "report-written")


def keep(cast: Cast, told: str, *, anew: bool = False) -> None:
    """Make a version with all its files, after a look at what wants seeing."""
    kind = told.partition("(")[0]
    page = cast.at(OFFICE, f"report?round={ROUND}")
    opened(page, "版を残す")
    pick(page, "版", kind)
    if anew:
        page.get_by_text("今の値にする", exact=True).click()
        settled(page)
    main = page.get_by_test_id("stMainBlockContainer")
    says(main, "点検で見つかったこと(", "確認していない値があります", "サンプル: サンプルの値が入っています。")
    if anew:
        says(main, f"総括: 書いたあとで値が変わった文があります: 「{SENTENCE}」")
    look(page, f"report-finding-{told}")
    page.get_by_role("button", name="この版を作って残す").click()
    expect(page.get_by_text(f"{kind}を残しました。")).to_be_visible(timeout=120_000)
    expect(page.get_by_text(told, exact=True)).to_be_visible()
    settled(page)
    look(page, f"report-kept-{told}")


def kept(cast: Cast, version: str) -> bytes:
    """The workbook of a version that was kept, by its place among those made."""
    page = cast.at(OFFICE, f"report?round={ROUND}")
    with page.expect_download() as taken:
        page.locator(f"[class*='st-key-kept-{ROUND}-{version}-xlsx']").get_by_role("button").click()
    return Path(taken.value.path()).read_bytes()


def correct(cast: Cast) -> None:
    """What a department has corrected is put in by the secretariat, with a reason; nobody else can any more."""
    page = cast.at(f"dept-{DEPARTMENT}", f"submit?round={ROUND}")
    assert not page.get_by_test_id("stFileUploader").count()
    page = cast.at(OFFICE, f"submit?department={DEPARTMENT}&round={ROUND}")
    opened(page, "差し替える・直す")
    put_in(page, cast.answer(page, {INDICATOR: {"value": int(AFTER), "release": "確定"}}))
    look(page, "report-corrected-form")
    page.get_by_role("textbox", name="締め切った照会の値を直す理由(必ず)").fill(REASON)
    send(page)


def see_the_change(cast: Cast) -> None:
    """The paper still tells of its own moment, and says what has changed since."""
    page = cast.at(OFFICE, f"report?round={ROUND}")
    look(page, "report-since")
    main = page.get_by_test_id("stMainBlockContainer")
    says(main, "のあとで、1指標が変わりました。")
    since = table(page, "資料の時点のあとで変わったこと")
    expect(since.locator("tbody tr")).to_have_count(4)
    says(since, f"{NUMBER}　{NAME}", "値の訂正", f"{BEFORE}件(R7 確定) → {AFTER}件(R7 確定)")
    says(since, "判定の変化", "達成 → 順調")
    says(since, "説明の変更", "要因", "根拠資料")  # the form that was handed in had neither
    says(page.locator(".lead"), "本部会議案の値")


def compare(cast: Cast) -> None:
    """The second 本部会議案 beside the first: one indicator, on the screen and in the pages to hand out."""
    page = cast.at(OFFICE, f"report?round={ROUND}")
    opened(page, "二つの版を比べる")
    pick(page, "旧", FIRST)
    pick(page, "新", "第2版")
    found = table(page, "新旧対照表")
    rows = [tuple(line.locator("th, td").all_inner_texts()) for line in found.locator("tbody tr").all()]
    assert {row[0] for row in rows} == {"概要", NUMBER}
    assert ("今回", BEFORE, AFTER) in {row[2:5] for row in rows}
    look(page, "report-compared")
    both = cast.take(page, "新旧対照表(印刷用)")
    assert both.name == f"サンプル_新旧対照表_{YEAR}_{SECOND}.html"
    told = both.read_text("utf-8")
    for words in (f"旧({FIRST})", f"新({SECOND})", NAME, f">{BEFORE}<", f">{AFTER}<", "値の訂正"):
        assert words in told
    instead = cast.take(page, "差替え(印刷用)")
    assert instead.name == f"サンプル_差替え_{YEAR}_{SECOND}.html"
    pages = parts(instead.read_text("utf-8"))
    assert [kind for kind, _ in pages] == ["overview", "listing", "field", "indicator"]
    assert all("差替" in told for _, told in pages)
    sheet = pages[-1][1]
    assert f"{NUMBER}　{NAME}" in sheet
    assert f">{AFTER}<" in sheet
    assert f">{BEFORE}<" not in sheet


def parts(page: str) -> list[tuple[str, str]]:
    """The sheets of a page that prints itself: what each is of, and all that stands on it."""
    return re.findall(r'<section class="part (\w+)[^"]*"(.*?)</section>', page, re.S)


def test_a_paper_is_written_kept_corrected_and_held_against_the_first(open_page, tmp_path):
    with_samples(tmp_path / "data")
    with running(tmp_path, env={"KPI_TODAY": TODAY}) as server:
        cast = Cast(server.url, tmp_path, open_page)
        close(cast)
        write(cast)
        keep(cast, FIRST)
        before = kept(cast, "0")
        correct(cast)
        see_the_change(cast)
        keep(cast, SECOND, anew=True)
        compare(cast)
        assert kept(cast, "0") == before
        assert kept(cast, "1") != before
        cast.leave()
