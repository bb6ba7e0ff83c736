"""README's two commands, in a new virtual environment, in an empty home, at a terminal with a display."""

import os
import pty
import select
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests import ROOT
from tests.browser.conftest import TODAY, settled

PARTS = ("app.py", "requirements.txt", ".streamlit", "kpi", "loaders", "pages", "data")

pytestmark = pytest.mark.skipif(
    os.environ.get("KPI_FRESH") != "1",
    reason="installs everything anew from the package index, which takes minutes: set KPI_FRESH=1",
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _read(terminal: int) -> str:
    """What the program has written to its terminal since the last look."""
    said = b""
    while select.select([terminal], [], [], 0)[0]:
        try:
            said += os.read(terminal, 65536)
        except OSError:
            break
    return said.decode("utf-8", "replace")


def test_the_two_commands_open_the_dashboard_in_an_empty_home_without_a_question(tmp_path, open_page):
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    home.mkdir()
    checkout.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "kpi.duckdb*")
            shutil.copytree(ROOT / part, checkout / part, ignore=ignored)
        else:
            shutil.copy(ROOT / part, checkout / part)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    port = _free_port()
    env = {
        "HOME": str(home),
        "PATH": f"{tmp_path / 'venv' / 'bin'}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "DISPLAY": ":0",
        "BROWSER": "true",  # the framework opens the reader's browser; here a program that does nothing
        "STREAMLIT_SERVER_PORT": str(port),
        "KPI_TODAY": TODAY,
        **{k: v for k, v in os.environ.items() if k.lower().endswith("_proxy") or k.startswith("PIP_")},
    }
    subprocess.run(["pip", "install", "-q", "-r", "requirements.txt"], cwd=checkout, env=env, check=True)
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        ["streamlit", "run", "app.py"],
        cwd=checkout,
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said, url, end = "", f"http://127.0.0.1:{port}", time.monotonic() + 60
    try:
        while time.monotonic() < end and process.poll() is None and not _answers(url):
            said += _read(terminal)
            time.sleep(0.2)
        assert process.poll() is None, said
        assert _answers(url), f"it does not answer; the terminal says:\n{said + _read(terminal)}"
        page = open_page()
        page.goto(url)
        settled(page, timeout=40_000)
        assert "19指標" in page.locator(".lead").inner_text()
        assert page.get_by_role("button", name="サンプルを読み込む").is_visible()
        assert (checkout / "data" / "kpi.duckdb").exists()
        said += _read(terminal)
        assert "email" not in said.lower(), said
        assert "Traceback" not in said, said
        assert page.watch.foreign == set()
    finally:
        process.terminate()
        process.wait(20)
        os.close(terminal)
