"""No English in what appears only while something is used, and the list of what cannot be reached."""

from tests.browser.conftest import settled
from tests.browser.walking import english, visit

#: What stays English, and why it cannot be reached. README quotes this list.
UNREACHABLE = {
    "the title of the browser's own dialog when a page is left or a file is chosen": (
        "drawn by the browser, in the browser's language"
    ),
    "words inside a table's canvas while its own column menu or cell editor measures them": (
        "painted on a canvas by the table component; what it shows there comes from our data, in Japanese"
    ),
    "the names of marks inside a chart (X-axis for a linear scale ...)": (
        "given by the drawing library; hidden from assistive technology, which hears the chart's own Japanese text"
    ),
    "the word 'Streamlit' in the page's source before the script runs, and in <noscript>": (
        "part of the framework's start page, seen only where scripts are switched off"
    ),
    "a message of the framework that our list does not hold yet": (
        "translated by exact words; a new version may bring new ones, and this test finds those on the screens it walks"
    ),
}


#: Points at every spot of a drawing, so close to each other that no word is missed, and gathers what is then told.
POINTED = """(drawing) => {
  const box = drawing.getBoundingClientRect(), found = new Set();
  const KINDS = ["pointerover", "mouseover", "pointermove", "mousemove"];
  for (let x = box.left; x < box.right; x += 24) for (let y = box.top; y < box.bottom; y += 14) {
    const at = {clientX: x, clientY: y, bubbles: true, pointerType: "mouse"};
    const there = document.elementFromPoint(x, y);
    for (const kind of KINDS) there?.dispatchEvent(new PointerEvent(kind, at));
    for (const cell of document.querySelectorAll("#vg-tooltip-element.visible .key")) found.add(cell.innerText);
  }
  return [...found];
}"""


def pointed_at(chart):
    """The headings under which a drawing tells something."""
    chart.hover()
    return set(chart.evaluate(POINTED))


def test_no_english_appears_while_a_chart_a_table_a_choice_and_the_uploader_are_used(sampled, open_page):
    page = open_page()
    left = {}

    def look(where):
        page.wait_for_timeout(250)
        found = english(page)
        if found:
            left[where] = sorted(found)

    visit(page, sampled.url, "indicator?indicator=dx-support")
    page.locator("[data-testid='stVegaLiteChart']").first.hover()
    for number, button in enumerate(page.locator("[data-testid='stElementToolbarButton']:visible").all()):
        button.hover()
        look(f"tool {number} of a chart")
    # The framework's own table of a chart, with the English names of its columns, its picture without a word of what it
    # is, and its definition are not offered.
    offered = page.locator("[data-testid='stElementToolbarButton'] button:visible")
    assert {one.get_attribute("aria-label").split(":")[0] for one in offered.all()} == {"全画面"}

    told = pointed_at(page.locator("[data-testid='stVegaLiteChart']").first)
    assert told
    assert told <= {"期間", "値", "備考"}

    visit(page, sampled.url, "data")
    table = page.locator("[data-testid='stDataFrame']").first
    table.hover()
    tools = page.locator("[data-testid='stElementToolbarButton'] button:visible")
    for number, button in enumerate(tools.all()):
        button.hover()
        look(f"tool {number} of a table")
    for word in ("列の表示", "探す", "全画面"):
        table.hover()
        page.locator(f"[data-testid='stElementToolbarButton'] button[aria-label^='{word}']").click()
        look(f"{word} of a table")
        if word == "探す":
            page.keyboard.type("DX")
            look("a search in a table")
            page.keyboard.press("Escape")
        if word == "列の表示":
            page.keyboard.press("Escape")

    visit(page, sampled.url, "submit?department=land&round=fy2025")
    box = page.get_by_role("combobox", name="部局")
    box.click()
    look("an open choice")
    box.fill("ありません")
    look("a choice without a match")
    page.keyboard.press("Escape")
    page.locator("[data-testid='stFileUploader'] [data-testid='stTooltipHoverTarget']").hover()
    look("the help of the uploader")
    issue = page.locator("[class*='st-key-issue-']").filter(has_text="#REF!")
    issue.get_by_text("値を入力する").click()
    settled(page)
    issue.get_by_role("textbox", name="正しい値").fill("1")
    look("a value being typed")
    issue.get_by_text("今回は実績なし(理由を選ぶ)").click()
    settled(page)
    look("a reason being chosen")
    dropzone = page.locator("[data-testid='stFileUploaderDropzoneInput']")
    dropzone.set_input_files({"name": "写真.png", "mimeType": "image/png", "buffer": b"\x89PNG"})
    look("a file of a kind that is not taken")
    dropzone.set_input_files({"name": "大.xlsx", "mimeType": "application/zip", "buffer": b"0" * (21 << 20)})
    look("a file that is too large")

    page.goto(f"{sampled.url}/nowhere")
    settled(page)
    look("an address that does not exist")
    page.context.set_offline(True)
    page.wait_for_timeout(500)
    look("no connection")
    assert left == {}, left


def test_the_list_of_what_cannot_be_reached_gives_a_reason_for_each():
    assert all(where and why for where, why in UNREACHABLE.items())
