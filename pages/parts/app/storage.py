"""The store and the plan's files, opened once for all sessions."""

from __future__ import annotations

import functools

import streamlit as st

from kpi.issue import Issue
from loaders.services.operations import load_data, open_store, store_of
from loaders.settings import data_folder
from loaders.store import Store

DATA = data_folder()


@st.cache_resource(show_spinner="データを準備しています…")
def store() -> Store:
    """The store, made from ``data/`` on the first start."""
    return open_store(DATA)


@functools.cache
def watched() -> Store:
    """The same store for who only looks whether it is there: nothing is made, and nobody is waited for long."""
    return store_of(DATA, wait=1.0)


@st.cache_resource(show_spinner=False)
def data_issues() -> tuple[Issue, ...]:
    """What is wrong with the files of ``data/``: found once at the start, as they are read then."""
    return load_data(DATA).issues
