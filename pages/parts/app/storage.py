"""The store and the plan's files, opened once for all sessions."""

from __future__ import annotations

import functools
from contextlib import suppress

import streamlit as st

from kpi.issue import Issue
from loaders.services.operations import Data, load_data, open_store, store_of
from loaders.settings import data_folder
from loaders.store import Store

DATA = data_folder()


@st.cache_resource(show_spinner="データを準備しています…")
def store() -> Store:
    """The store, made from ``data/`` on the first start."""
    return opened()


@st.cache_resource(show_spinner=False)
def opened() -> Store:
    """The same for who asks without a screen, before the first visitor."""
    return open_store(DATA, loaded=_loaded(_state_of_the_files()))


@functools.cache
def watched() -> Store:
    """The same store for who only looks whether it is there: nothing is made, and nobody is waited for long."""
    return store_of(DATA, wait=1.0)


def data_issues() -> tuple[Issue, ...]:
    """What is wrong with the files of ``data/`` as they are: read again by each server where one has changed."""
    return _loaded(_state_of_the_files()).issues


@st.cache_resource(max_entries=1, show_spinner=False)
def _loaded(files: str) -> Data:
    return load_data(DATA)


def _state_of_the_files() -> str:
    """What differs after every change of a plan's files or the published figures, without reading them."""
    found = []
    for path in sorted(path for part in ("plans", "benchmarks") for path in (DATA / part).rglob("*")):
        with suppress(FileNotFoundError):  # somebody is putting another in its place
            state = path.stat()
            found.append(f"{path}:{state.st_mtime_ns}:{state.st_size}")
    return "\n".join(found)
