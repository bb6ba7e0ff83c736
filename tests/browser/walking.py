"""Every screen in every state that the browser tests walk through, and how they get there."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from kpi.collection.acts import Act
from kpi.place import Place
from loaders.plan.folder import load_plan
from loaders.services.intake import take_return
from loaders.services.operations import make_form
from loaders.store import Store
from pages.parts.app import screens
from tests import hurt, samplekit
from tests.browser.conftest import NOW, settled
from tests.once import by_value, remembered

PLAN, _ = load_plan(samplekit.PLANS / samplekit.PLAN)

#: Where each screen is, and what its title says.
SCREENS = {one.address or "overview": (one.address, one.title) for one in screens.SCREENS}

#: What is looked at, on a server without returns and on one with samples and a return full of faults.
EMPTY = {name: address for name, (address, _) in SCREENS.items()}
FILLED = EMPTY | {
    "indicator-judged": "indicator?indicator=dx-support",
    "indicator-nation": "indicator?indicator=learning-participation",
    "field-life": "field?field=life",
    "compare-ranks": "compare?series=doctors-all",
    "rounds-reminder": "rounds?round=fy2025&letter=reminder",
    "review-confirmed": "review?round=fy2024",
    "submit-sent": "submit?department=planning&round=fy2025",
    "submit-faults": "submit?department=land&round=fy2025",
    "data-observations": "data?kind=observations",
    "data-published": "data?kind=published",
    "origin-figures": "origin?figure=dx-support",
    "admin-card": "admin?part=cards&card=dx-support",
}


def _filled(data: bytes, answers: dict[str, dict[str, object]]) -> bytes:
    def change(book):
        sheet = hurt.form(book)
        for indicator_id, values in answers.items():
            for key, value in values.items():
                hurt.cell(sheet, indicator_id, key, PLAN).value = value

    return hurt.edit(data, change)


#: Write into a form as a department does, by indicator and column.
fill = remembered(_filled, by_value)


def leave_faults(store: Store) -> None:
    """A draft of 県土整備部 with one doubtful and one broken cell."""
    snapshot = store.snapshot(PLAN.id)
    name, data = make_form(snapshot, Place(snapshot.plan.id, "fy2025", "land"), day=NOW.date())
    answers = {
        "ict-construction": {"value": "約５００", "release": "確定"},
        "bridge-ai": {"value": "#REF!", "release": "確定"},
    }
    hurt_form = hurt.rename_sheet(hurt.delete_meta(fill(data, answers)), "提出用(県土)")
    take_return(
        store, hurt_form, name, snapshot=snapshot, round_id="fy2025", department_id="land", act=Act("県土整備部", NOW)
    )


#: Go to an address as the browser's Back does, without loading the whole program anew, until the script has run.
GO = """(address) => new Promise((done) => {
  const app = document.querySelector("[data-testid=stApp]");
  new MutationObserver((_, seen) => {
    if (app.dataset.testScriptState !== "notRunning") return;
    seen.disconnect();
    done();
  }).observe(app, {attributes: true, attributeFilter: ["data-test-script-state"]});
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate", {state: {}}));
  setTimeout(done, 6000);  // a busy browser may show nothing of a quick run between its beginning and its end
})"""


def visit(page, url: str, address: str) -> None:
    """Go to a screen and wait until it stands. Who has the program open already stays in it."""
    if page.url.startswith(f"{url}/"):
        page.evaluate(GO, f"/{address}")
    else:
        page.goto(f"{url}/{address}")
    settled(page)


def unfold_one(summary) -> None:
    """Open an expander and wait until it lies still; before, a click may meet what has moved to that place."""
    summary.click()
    summary.page.wait_for_function(
        "(box) => box.open && !box.getAnimations().length", arg=summary.locator("..").element_handle()
    )


def unfold(page) -> None:
    """Open every expander that is not open."""
    closed = "[data-testid=stExpander] details:not([open]) > summary"
    page.evaluate(f"document.querySelectorAll('{closed}').forEach((e) => e.click())")
    if page.locator("[data-testid='stExpander']").count():
        page.wait_for_timeout(300)
        settled(page)


def screenshot(page, folder: Path, name: str) -> None:
    """The whole screen as a picture: the window is made as tall as what stands in it."""
    size = page.viewport_size
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(tall + 20, 8000)})
    page.wait_for_timeout(300)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
    page.set_viewport_size(size)


#: Words in Latin letters that are names or units of the trade, as the plan and the forms themselves write them.
ALLOWED = {
    *("CSV", "Excel", "KPI", "PNG", "SVG", "PDF", "HTML", "XLSX", "XLSM", "XLS", "ODS", "ZIP", "zip"),
    *("xlsx", "xls", "MB"),
    *("ICT", "DX", "SNS", "DMO", "CRM", "YouTube", "You", "Tube", "Twitter", "IoT", "RPA", "BPR", "GIS", "MaaS"),
    *(
        "URL",
        "FTTH",
        "LTE",
        "WEB",
        "Web",
        "REF",
        "HEMS",
        "VPN",
        "LGWAN",
        "Wi",
        "GIGA",
        "SINET",
        "Word",
        "BIM",
        "CIM",
        "Construction",
        *("Customer", "Relationship", "Management", "AX", "Aomori", "Transformation", "CIO", "LOOK"),
    ),
    *("NAME", "DIV", "VALUE", "NUM", "NULL", "SPILL", "CALC", "Windows"),
}

#: File names, addresses inside the program, codes of checks, and the number of a figure (CNR-7389).
NAMES = re.compile(
    r"\borigin\?\S*figure=|\S+@\S+|\S+\.(?:xlsx?|xlsm|csv|zip|toml|png)\b|\bdata/plans\b|\b[a-z_]+(?:\.[a-z_0-9]+)+\b|https?://\S+|\b[A-Z0-9]{3}-\d{4}\b|\b[0-9a-f]{64}\b"
)

#: Everything shown or read out: (where, text). Icons are ligatures of a font; what is aria-hidden is not read out. A
#: table for the printer says what the one above it says, with names of files and series in it.
READ = """() => {
  const found = [];
  const shown = (e) => e && !e.closest("script, style, noscript, template, .on-paper, [data-testid=stIconMaterial]");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (shown(node.parentElement) && node.data.trim()) found.push(["text", node.data.trim()]);
  }
  const aria = ["aria-label", "aria-roledescription", "aria-description", "aria-valuetext"];
  const names = [...aria, "title", "placeholder", "alt"];
  for (const e of document.querySelectorAll(names.map((n) => `[${n}]`).join(","))) {
    if (!shown(e) || e.closest("[aria-hidden=true]:not(button)")) continue;
    for (const name of names) if (e.getAttribute(name)) found.push([name, e.getAttribute(name)]);
  }
  found.push(["title", document.title]);
  return found;
}"""


def english(page) -> set[str]:
    """Texts with a word of three or more Latin letters that is no name."""
    found = set()
    for where, text in page.evaluate(READ):
        words = re.findall(r"[A-Za-z]{3,}", NAMES.sub(" ", text))
        if any(word not in ALLOWED for word in words):
            found.add(f"{where}: {text[:120]}")
    return found


#: 640 px wide is what a 1280 px window shows at 200 % zoom.
SIZES = {"1280": (1280, 800), "zoomed": (640, 400), "375": (375, 812)}

#: The page, its main part, and any table of ours that would have to be pushed sideways to be read.
SIDEWAYS = """() => {
  const wide = [...document.querySelectorAll("html, [data-testid=stMain], .scroll, [data-testid=stForm]")]
    .filter((e) => !(e.closest("[data-testid=stSidebar]")?.clientWidth < 100))  // folded away
    .filter((e) => e.scrollWidth > e.clientWidth + 1)
    .map((e) => `${e.dataset.testid || e.className || e.tagName}: ${e.scrollWidth} > ${e.clientWidth}`);
  const parts = "[data-testid=stMain] :is(p, button, input, h1, h2, .badge, .empty, .card)";
  const out = [...document.querySelectorAll(parts)]
    .filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1)
    .filter((e) => !e.closest("[data-testid=stDataFrame], .unseen"))
    .map((e) => `${e.tagName} reaches ${Math.round(e.getBoundingClientRect().right)}: ${e.innerText.slice(0, 30)}`);
  return [...wide, ...out];
}"""

#: What assistive technology and the keyboard need, in one look; each fault in words.
FAULTS = """() => {
  const faults = [];
  const seen = (e) => e.getClientRects().length && !e.closest("[aria-hidden=true], template");
  const all = (q) => [...document.querySelectorAll(q)].filter(seen);
  if (document.documentElement.lang !== "ja") faults.push("the page's language is not ja");
  if (all("h1").length !== 1) faults.push(`${all("h1").length} first headings`);
  let level = 0;
  for (const h of all("h1, h2, h3, h4, h5, h6")) {
    const own = Number(h.tagName[1]);
    if (own > level + 1) faults.push(`heading ${own} after ${level}: ${h.innerText}`);
    level = own;
  }
  const name = (e) => e.getAttribute("aria-label") || e.getAttribute("alt") || e.getAttribute("title")
    || (e.getAttribute("aria-labelledby") || "").split(" ").map((i) => document.getElementById(i)?.innerText).join("")
    || [...(e.labels || [])].map((l) => l.innerText).join("") || "";
  for (const e of all("img, [role=img], [data-testid=stVegaLiteChart], [data-testid=stDataFrame] canvas")) {
    const told = name(e) || name(e.closest("[aria-label]") || e) || e.querySelector("table")?.innerText || e.innerText;
    if (!told) faults.push(`no words for ${e.outerHTML.slice(0, 90)}`);
  }
  for (const t of all("table.kpi")) {
    if (!t.caption?.innerText) faults.push("a table without a caption");
    if ([...t.querySelectorAll("th")].some((h) => !h.scope)) faults.push(`no scope: ${t.caption?.innerText}`);
  }
  for (const e of all("input:not([type=hidden]), select, textarea")) {
    if (!name(e)) faults.push(`no label: ${e.outerHTML.slice(0, 120)}`);
  }
  for (const e of all("button, a[href]")) {
    if (!name(e) && !e.innerText.trim()) faults.push(`nameless: ${e.outerHTML.slice(0, 90)}`);
  }
  return faults;
}"""


#: The width of what stands on a sheet of A4 between its margins, in the pixels of a style sheet.
PAPER = {"A4 portrait": 711, "A4 landscape": 1040}
#: Texts that are cut by an edge of the paper or of a box, and texts that are printed over one another.
MISPRINTED = """() => {
  const faults = [], width = document.documentElement.clientWidth, found = [];
  const aside = ["stSelectbox", "stMultiSelect", "stSidebar", "stToolbar"].map((id) => `[data-testid=${id}]`).join();
  const hidden = (e) => !e.checkVisibility({visibilityProperty: true, opacityProperty: true})
    || e.closest("svg, select") || e.closest(aside);
  const clipped = (e) => {
    for (; e; e = e.parentElement) if (getComputedStyle(e).clipPath !== "none") return true;
  };
  const texts = document.createTreeWalker(document.querySelector("[data-testid=stMain]"), NodeFilter.SHOW_TEXT);
  for (let node; node = texts.nextNode();) {
    const said = node.textContent.trim(), holder = node.parentElement;
    if (!said || hidden(holder) || clipped(holder)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 1 && box.height > 1) found.push([box, said.slice(0, 30), holder]);
    }
    for (let e = holder; e && e.dataset.testid !== "stMain"; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.overflowX !== "visible" && style.display !== "inline" && e.scrollWidth > e.clientWidth + 2) {
        faults.push(`cut in a box: ${said.slice(0, 40)}`);
        break;
      }
    }
  }
  for (const [box, said] of found) if (box.right > width + 1 || box.left < -1) faults.push(`cut: ${said}`);
  found.sort((a, b) => a[0].top - b[0].top);
  found.forEach(([one, said, holder], n) => {
    for (let m = n + 1; m < found.length && found[m][0].top < one.bottom - 4; m++) {
      const [other, more, beside] = found[m];
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      if (across > 4 && holder !== beside) faults.push(`overprinted: ${said} / ${more}`);
    }
  });
  return [...new Set(faults)];
}"""


@dataclass
class Seen:
    """What was found on the screens of one state, by screen; empty where nothing is wrong."""

    english: dict[str, list[str]] = field(default_factory=dict)
    sideways: dict[str, list[str]] = field(default_factory=dict)
    misprinted: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


def _too_wide(page, tries: int = 25) -> list[str]:
    """What reaches over the edge once the page has settled at its new width: charts follow a resize a little later."""
    wide: list[str] = []
    for _ in range(tries):
        page.wait_for_timeout(120)
        wide = page.evaluate(SIDEWAYS)
        if not wide:
            break
    return wide


def _printed(page, width: int) -> list[str]:
    """What is wrong with the screen as a printer gets it."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(150)
    faults: list[str] = page.evaluate(MISPRINTED)
    page.emulate_media(media="screen")
    return faults


def walk(page, url: str, addresses: dict[str, str], state: str) -> Seen:
    """Look at every screen once, at every size; pictures go to KPI_SCREENSHOTS where that is set."""
    seen, pictures = Seen(), os.environ.get("KPI_SCREENSHOTS")
    for name, address in addresses.items():
        visit(page, url, address)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if wide := _too_wide(page):
                seen.sideways[f"{name} at {size}"] = wide
            if pictures:
                screenshot(page, Path(pictures), f"{state}-{name}-{size}")
        for paper, width in PAPER.items():
            if faults := _printed(page, width):
                seen.misprinted[f"{name} on {paper}"] = faults
        page.set_viewport_size({"width": 1280, "height": 800})
        unfold(page)
        if left := english(page):
            seen.english[name] = sorted(left)
        if faults := page.evaluate(FAULTS):
            seen.faults[name] = faults
    seen.foreign = page.watch.foreign
    seen.errors = page.watch.errors + page.watch.failures
    return seen
