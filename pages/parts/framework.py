"""What we use of the framework beyond its documentation, in this one place; requirements.txt holds its minor release.

``tests/pages/app/test_framework.py`` names each of these, so that a release that moves one fails there and not at a
screen. Its elements in the browser are named in ``app/static``, where only a style sheet and a script can name them;
the same test reads those names there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.column_types import ColumnConfig
from streamlit.elements.lib.grid_container import GridContainer
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.secrets import secrets_singleton
from streamlit.runtime.uploaded_file_manager import UploadedFile
from streamlit.web.server.server_util import get_cookie_secret, is_xsrf_enabled
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

__all__ = ["USER_COOKIE_NAME", "ColumnConfig", "DeltaGenerator", "GridContainer", "UploadedFile"]


def in_a_run() -> bool:
    """Whether a session's script is running: outside of one there is no address and no session."""
    return get_script_run_ctx(suppress_warning=True) is not None


# --- signing in ----------------------------------------------------------------------------------------------------


def secrets_loaded() -> bool:
    """Whether there is a secrets file that could be read. A file that cannot be read counts as none."""
    return secrets_singleton.load_if_toml_exists()


def has_auth_section() -> bool:
    """Whether the secrets file has a section ``[auth]``, whatever stands in it."""
    return "auth" in secrets_singleton


def auth_section() -> Mapping[str, Any]:
    """What stands in the section ``[auth]``; nothing where there is none."""
    return get_secrets_auth_section()


def redirect_origin() -> str:
    """Scheme, host and port of the configured ``redirect_uri``; empty where it names none."""
    return get_origin_from_redirect_uri() or ""


def reads_sign_ins() -> bool:
    """Whether the framework reads its sign-in cookie at all: without its own protection of forms it does not."""
    return is_xsrf_enabled()


def cookie_claims(cookies: Mapping[str, str]) -> Mapping[str, Any]:
    """The claims in a request's sign-in cookie, if this server signed it; nothing otherwise.

    The claim ``origin`` is the address that the cookie was made for: whoever asks must compare it.
    """

    def one(name: str) -> bytes | None:
        value = cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, value.encode("latin-1", "replace")) if value else None

    try:
        raw = get_cookie_with_chunks(one, USER_COOKIE_NAME)
        claims = json.loads(raw) if raw else {}
    except (ValueError, UnicodeError):
        return {}
    return claims if isinstance(claims, dict) else {}


# --- addresses that are no screens ---------------------------------------------------------------------------------

# Anywhere in the path, so that a prefix in front (baseUrlPath, a proxy's) opens nothing.
# The page's own fonts and pictures lie below /static/media/ for everybody; a file of a screen has digits for a name.
MEDIA = re.compile(r"(?<!/static)/media/|/media/[0-9a-f]+\b")
UPLOAD = re.compile(r"/_stcore/upload_file/")
#: What operators and programs would read.
FOR_PROGRAMS = re.compile(r"/_stcore/(metrics|agent(/|$))")
HEALTH = re.compile(r"/_stcore/health$")
SIGN_IN = re.compile(r"/auth/login/?$")
SIGN_OUT = re.compile(r"/auth/logout/?$")
CALLBACK = re.compile(r"/oauth2callback/?$")
#: A file's own address, as the framework tells it over a stream and as a browser then asks for it.
FILE_ADDRESS = re.compile(rb"/(media/[0-9a-f]+|_stcore/upload_file/[0-9A-Za-z-]+/[0-9A-Za-z-]+)")

# --- the one page that it serves -----------------------------------------------------------------------------------

PAGE_LANGUAGE = b'<html lang="en">'
PAGE_TITLE = b"<title>Streamlit</title>"
#: A link to its way in for programs, which is closed here.
PAGE_FOR_PROGRAMS = re.compile(rb'<link rel="service-desc"[^>]*>')
PAGE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.S)
