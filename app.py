"""The program's entry: ``streamlit run app.py`` serves the script of ``pages/parts/app/main.py`` behind our middleware.

The script lives below ``pages/parts`` because Streamlit serves the files of a ``pages`` folder beside the script by
name, around any gate, until some session has run the script itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from loaders.settings import WrongSetting, node  # noqa: E402
from pages.parts.app.http_rights import Gate  # noqa: E402
from pages.parts.app.lifespan import life  # noqa: E402
from pages.parts.app.middleware import HousePage, static_routes  # noqa: E402

try:
    NODE = node()
except WrongSetting as error:
    raise SystemExit(str(error)) from None

app = st.App(
    ROOT / "pages" / "parts" / "app" / "main.py",
    lifespan=life,
    routes=static_routes(),
    middleware=[Middleware(HousePage), Middleware(Gate, node=NODE)],
)
