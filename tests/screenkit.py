"""Running a screen for real over a copy of a store with samples, as whoever one wants to be."""

from __future__ import annotations

import importlib
import re
from html.parser import HTMLParser

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import pages.parts.snapshot
import pages.parts.storage
from kpi.people import OPERATOR
from loaders.desk import Desk
from loaders.service import open_store
from tests.samplekit import AT, with_samples, with_store

DAY = "2026-11-21"
FAILED = "画面を表示できませんでした"


@pytest.fixture
def samples(tmp_path, monkeypatch):
    yield _served(with_samples(tmp_path), monkeypatch)
    _forget()


@pytest.fixture
def empty(tmp_path, monkeypatch):
    yield _served(with_store(tmp_path), monkeypatch)
    _forget()


def _served(data, monkeypatch):
    """A desk at a store that the screens draw from."""
    _forget()
    monkeypatch.setenv("KPI_TODAY", DAY)
    for module in (pages.parts.snapshot, pages.parts.storage):
        monkeypatch.setattr(module, "DATA", data)
    return Desk(open_store(data, at=AT), OPERATOR, data, lambda: AT)


def _forget():
    st.cache_data.clear()
    st.cache_resource.clear()


def _script(screen):
    import importlib

    from pages.parts import asof
    from pages.parts.frame import guarded

    asof.carry(screen)
    asof.control()
    asof.banner(screen)
    guarded(getattr(importlib.import_module(f"pages.{screen}"), f"{screen}_page"))()


def run(screen, **query):
    """A screen at an address; ``as_`` is who one is (``as`` in the address)."""
    importlib.import_module(f"pages.{screen}")
    at = AppTest.from_function(_script, default_timeout=60, kwargs={"screen": screen})
    for key, value in query.items():
        at.query_params["as" if key == "as_" else key] = value
    return at.run()


def plan_id(desk):
    return desk.store.plan_ids()[0]


def look(desk):
    return desk.snapshot(plan_id(desk))


def _nodes(block):
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from _nodes(child)


def html(at):
    return "".join(node.value for node in _nodes(at._tree) if node.type == "html")


class _Words(HTMLParser):
    def __init__(self, markup):
        super().__init__()
        self.found = []
        self.feed(markup)

    def handle_data(self, data):
        self.found.append(data)


def words(at):
    """Everything of a page that people read as text, without spaces between."""
    said = _Words(html(at)).found
    said += [re.sub(r"\\(.)", r"\1", m.value) for kind in ("success", "warning", "info", "error") for m in at.get(kind)]
    return "".join([*said, *(h.value for h in (*at.title, *at.header))])


def by_label(widgets, label):
    return next(w for w in widgets if w.label.startswith(label))


def press(at, key):
    return next(b for b in at.button if b.key == key).click().run()
