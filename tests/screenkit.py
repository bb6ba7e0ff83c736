"""Running a screen for real over a data folder of one's own, as whoever one wants to be, and reading what it says."""

from __future__ import annotations

import importlib
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

import pages.parts.app.current_view
import pages.parts.app.storage
from kpi.people import OPERATOR
from loaders.services import Services
from pages.parts.shared import layout
from tests.samplekit import AT, store_of

DAY = "2026-11-21"
FAILED = "画面を表示できませんでした"

# Every AppTest looks through all installed packages for components, which takes longer than most of our screens.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def _wait(runner, timeout=3.0):
    """Wait for a script's own end: asking a thousand times a second whether it has come takes from its processor."""
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        runner.request_stop()
        runner.join()
        raise RuntimeError(f"the script did not end within {timeout} seconds")


local_script_runner.require_widgets_deltas = _wait

# --- running a screen ---------------------------------------------------------------------------------------------

#: The folder that what is cached was read from.
_drawn_from: list[Path] = []


def forget():
    """Let nothing that was cached be drawn again."""
    st.cache_data.clear()
    st.cache_resource.clear()
    pages.parts.app.storage.watched.cache_clear()
    _drawn_from.clear()


def draw_from(data, monkeypatch):
    """Let the screens draw from a data folder; see the fixture ``use``."""
    if _drawn_from != [data]:
        forget()
        _drawn_from.append(data)
    monkeypatch.setenv("KPI_TODAY", DAY)
    # What is folded is looked into as well; that it is not made before is a test of its own (test_folded.py).
    monkeypatch.setattr(layout, "is_open", lambda _box: True)
    for module in (pages.parts.app.storage, pages.parts.app.current_view):
        monkeypatch.setattr(module, "DATA", data)
    return data


def operator(data):
    """The services over the store that is in a data folder, for who may do everything."""
    return Services(store_of(data), OPERATOR, data, lambda: AT)


def plan_id(services):
    return services.store.plan_ids()[0]


def look(services):
    return services.snapshot(plan_id(services))


def _script(screen):
    import importlib

    import streamlit as st

    from pages.parts.app import identity, plan_choice
    from pages.parts.app.screens import SCREENS
    from pages.parts.shared import as_of, notices
    from pages.parts.shared.layout import guarded, told_if_busy

    screen = st.session_state.get("screen", screen)

    # As the program's own pages do: asked again for itself, whatever the menu showed.
    def page():
        one = getattr(importlib.import_module(f"pages.{screen}"), f"{screen}_page")
        identity.require(next(s.need for s in SCREENS if s.page is one))
        one()

    def whole():
        plan_choice.arrive(screen)
        plan_choice.carry()
        plan_choice.chooser()
        as_of.carry(screen)
        guarded(as_of.control)()
        as_of.banner(screen)
        notices.begin()
        guarded(page)()
        notices.rest()
        as_of.drawn()

    told_if_busy(whole)()


def run(screen, **query):
    """A screen at an address; ``as_`` is who one is (``as`` in the address)."""
    importlib.import_module(f"pages.{screen}")
    at = AppTest.from_function(_script, default_timeout=60, kwargs={"screen": screen})
    for key, value in query.items():
        at.query_params["as" if key == "as_" else key] = value
    return at.run()


def move(at, screen):
    """To another screen by the menu, whose links leave out whatever stands in the address."""
    at.session_state["screen"] = screen
    at.query_params.clear()
    return at.run()


def by_label(widgets, label):
    return next(w for w in widgets if w.label.startswith(label))


def press(at, key):
    return next(b for b in at.button if b.key == key).click().run()


def upload(at, name, data):
    at.file_uploader[0].upload(name, data).run()
    return at


# --- reading what it says -----------------------------------------------------------------------------------------


def _nodes(block):
    """Every element of a page, expanders and columns opened."""
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from _nodes(child)


def everything(at):
    return list(_nodes(at._tree))


class Words(HTMLParser):
    """What people read of a piece of HTML, with its labels for screen readers."""

    def __init__(self, markup, *, labels=True):
        super().__init__()
        self.found = []
        self._labels = labels
        self.feed(markup)

    def handle_starttag(self, name, attrs):
        if self._labels:
            self.found += [value for key, value in attrs if key in ("aria-label", "data-label", "title", "alt")]

    def handle_data(self, data):
        self.found.append(data)


def said(at):
    """Every text that a person can read on a page."""
    texts = []
    for node in everything(at):
        texts.append(getattr(node, "label", "") or "")
        proto = getattr(node, "proto", None)
        texts += [str(getattr(proto, name, "") or "") for name in ("alt", "help", "placeholder")]
        if node.type == "html":
            texts += Words(node.value).found
        elif node.type == "dataframe":
            table = node.value
            texts += [str(c) for c in table.columns]
            # A figure's number that leads to its origin is read as the number alone.
            cells = [v for c in table.columns for v in table[c] if isinstance(v, str)]
            texts += [re.sub(r"^origin\?.*figure=", "", v) for v in cells]
        elif node.type in ("selectbox", "radio"):
            texts += list(node.options)
        elif isinstance(getattr(node, "value", None), str):
            texts.append(node.value)
    return [t for t in texts if t]


def html(at):
    return "".join(node.value for node in everything(at) if node.type == "html")


def words(at):
    """What a page says in its own pieces, its messages, title and headings, without spaces between."""
    said = Words(html(at), labels=False).found
    said += [re.sub(r"\\(.)", r"\1", m.value) for kind in ("success", "warning", "info", "error") for m in at.get(kind)]
    return "".join([*said, *(h.value for h in (*at.title, *at.header))])


def lead(at):
    found = re.search(r'<p class="lead">(.+?)</p>', html(at), re.S)
    return "".join(Words(found.group(1)).found) if found else ""


def sound(at):
    """No exception and no word of failure."""
    return not at.exception and not at.error


# --- its language -------------------------------------------------------------------------------------------------

NOTHING = re.compile(r"\b(nan|NaN|None|NaT|null|undefined|inf|Traceback|Error|Exception)\b|<NA>")
# Not words: addresses of cells and files, codes of figures and periods, fingerprints, names of checks.
CODES = re.compile(
    r"\b[0-9a-f]{64}\b|\b[A-Z0-9]{3}-\d{4}\b|\b(FY|CY)\d{4}(H\d)?\b|\S*\.(xlsx|csv|toml)\b|data/plans|SHA-256"
    r"|\b[a-z]+\.[a-z_0-9]+\b|\bR\d+|[!][A-Z]+\d+|https?://\S+"
)
ALLOWED = frozenset(
    [
        "DX", "ICT", "AI", "IT", "EC", "CRM", "SNS", "DMO", "CSV", "Excel", "KPI", "You", "Tube", "YouTube",
        "Twitter", "CMS", "RPA", "GIGA", "ISO", "NPO", "SPAC", "QOL", "IoT", "Wi", "Fi", "FAQ", "PDF", "ODS",
        "ODF", "Microsoft", "Shift", "JIS", "BOM", "OK", "CY", "FY", "GPS", "MaaS", "BPR", "EBPM", "OS", "PC",
        "URL", "LTE", "Construction", "TOML", "UI", "REF", "DTD", "FALSE", "TRUE", "HTML", "MB",
        "OpenDocument", "VALUE", "NUM", "DIV", "NAME", "NULL", "XML", "ZIP", "zip", "Office", "LibreOffice",
        "Word", "NA", "ods", "xlsb",
        # of the plans' own text
        "AX", "Aomori", "Transformation", "CIO", "LOOK", "Customer", "Relationship", "Management",
    ]
)  # fmt: skip


def english(texts):
    found = {}
    for text in texts:
        for word in re.findall(r"[A-Za-z][A-Za-z_]+", CODES.sub(" ", text)):
            if word not in ALLOWED:
                found.setdefault(word, text[:60])
    return found
