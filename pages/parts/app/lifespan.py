"""What begins with the server and not with its first visitor: the store, the nightly copy, a child to open files in."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import streamlit as st

from loaders.services.nightly import start_nightly
from loaders.settings import WrongSetting
from loaders.store import StoreError
from loaders.workbook.isolation.worker_pool import shared_pool
from pages.parts.app.storage import opened

_LOG = logging.getLogger("kpi")


@asynccontextmanager
async def life(_app: st.App) -> AsyncIterator[None]:
    """Let the server answer at once and prepare beside it. The first screen waits for the store if it must."""
    threading.Thread(target=prepare, name="kpi-prepare").start()
    yield


def prepare() -> None:
    """Open the store, start looking after its copies, and start the first child; what fails is told to the log.

    The screens are read in before anybody asks for one.
    """
    import_module("pages.parts.app.screens")
    try:
        start_nightly(opened())
    except (WrongSetting, StoreError, OSError) as error:
        _LOG.error("起動の準備で問題がありました。%s", error)
    shared_pool().warm()
