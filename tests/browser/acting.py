"""People at their screens: a browser for each of them, and what they do there with mouse and keyboard."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import close, settled
from tests.browser.walking import english, fill, screenshot, visit

expect.set_options(timeout=30_000)  # the machine may be busy with other things


@dataclass
class Cast:
    """A browser of their own for everybody who takes part, and a folder for what they take away."""

    url: str
    folder: Path
    open_page: object
    pages: dict[str, object] = field(default_factory=dict)

    def at(self, who: str, address: str):
        """Somebody at a screen."""
        if who not in self.pages:
            self.pages[who] = self.open_page()
            address += f"{'&' if '?' in address else '?'}as={who}"
        visit(self.pages[who], self.url, address)
        return self.pages[who]

    def leave(self) -> None:
        """Everybody closes the browser; nobody has met with an error or with another machine."""
        for who, page in self.pages.items():
            assert (page.watch.foreign, page.watch.errors, page.watch.failures) == (set(), [], []), who
            close(page)
        self.pages.clear()

    def take(self, page, button: str) -> Path:
        """Press a download button; the file as the browser names it."""
        with page.expect_download() as taken:
            page.get_by_role("button", name=button).first.click()
        path = self.folder / taken.value.suggested_filename
        taken.value.save_as(path)
        return path

    def answer(self, page, answers: Mapping[str, Mapping[str, object]], *hurts: Callable[[bytes], bytes]) -> Path:
        """Take the form by its button and fill it in, then do to the file what people do."""
        path = self.take(page, "① 回答様式を受け取る")
        data = fill(path.read_bytes(), answers)
        for hurt in hurts:
            data = hurt(data)
        path.write_bytes(data)
        return path


def look(page, name: str) -> None:
    """Nothing on the screen is English; a picture of it where KPI_SCREENSHOTS says to keep some."""
    left = english(page)
    assert not left, (name, left)
    if folder := os.environ.get("KPI_SCREENSHOTS"):
        screenshot(page, Path(folder), f"round-{name}")


def pick(page, label: str, option: str, *, within=None) -> None:
    """Choose in a list as one types."""
    box = (within or page).get_by_role("combobox", name=label)
    if box.input_value() != option:
        box.click()
        box.fill(option)
        box.press("ArrowDown")  # opens the list where something moved around it and closed it
        page.get_by_role("option", name=option).first.click()
        settled(page)


def pick_all(page, label: str, *options: str, within=None) -> None:
    """Choose several in a list that stays open meanwhile."""
    for option in options:
        pick(page, label, option, within=within)
    page.keyboard.press("Escape")
    settled(page)


def write_day(page, label: str, day: str, *, within=None) -> None:
    """Type a day and take it by Enter."""
    field = (within or page).get_by_role("textbox", name=label)
    field.fill(day)
    field.press("Enter")
    settled(page)


def press(page, button: str, told: str, *, within=None, resting: int = 0) -> None:
    """Press a button, the finger ``resting`` on it for some milliseconds, and wait until the page says what it did."""
    (within or page).get_by_role("button", name=button).first.click(delay=resting)
    expect(page.get_by_text(told).first).to_be_visible()
    settled(page)


def tick(page, label: str) -> None:
    """Tick a box."""
    page.get_by_text(label).click()
    settled(page)
    expect(page.get_by_role("checkbox", name=label)).to_be_checked()


def table(page, name: str):
    """A table by its caption."""
    return page.get_by_role("table", name=name)


def says(place, *words: str) -> None:
    """All these words stand somewhere."""
    for one in words:
        expect(place).to_contain_text(one)


def standing(page) -> Mapping[str, str]:
    """The board: department or 課 → its state."""
    rows = table(page, "部局と課の回答の状況").locator("tbody tr")
    found = (row.locator("th, td").all_inner_texts() for row in rows.all())
    return {cells[0].split("\n")[0]: cells[1].split("\n")[0] for cells in found}


def row(page, caption: str, name: str) -> str:
    """What a table of two columns says of something."""
    return table(page, caption).locator("tr").filter(has_text=name).locator("td").inner_text()


def item(page, name: str):
    """The box of one answer under review."""
    return page.locator("[class*='st-key-item-']").filter(has_text=name)
