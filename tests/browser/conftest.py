"""A fresh server with its own data, and a real Chromium that reports every request it makes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

from loaders.services.operations import open_store
from tests import ROOT
from tests.samplekit import with_files, with_samples

TODAY = "2026-11-21"
NOW = datetime(2026, 11, 21, 12)
#: The one without windows first: it starts quicker and takes less of the processors.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--js-flags=--no-opt --no-maglev --single-threaded",  # no page lives so long that compiling it well pays
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in Path(item.fspath).parts:
            item.add_marker("browser")


@dataclass(frozen=True)
class Process:
    """A server that another process has forked."""

    pid: int

    def runs(self) -> bool:
        """Whether it has not ended."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def stop(self, seconds: float = 10) -> None:
        """End it, kindly at first."""
        for how, end in ((signal.SIGTERM, time.monotonic() + seconds), (signal.SIGKILL, time.monotonic() + seconds)):
            with suppress(ProcessLookupError):
                os.kill(self.pid, how)
            while self.runs() and time.monotonic() < end:
                time.sleep(0.05)


@dataclass
class Server:
    """A running program and where it keeps its data."""

    url: str
    data: Path
    process: Process
    log: Path


def free_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


_PORTS: list[int] = []


def _usual_port() -> int:
    """A port at which a server of this process stood before and none does now, else a new one.

    A page that comes from where it came from before is not compiled anew by the browser.
    """
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    _PORTS.append(free_port())
    return _PORTS[-1]


@contextmanager
def running(
    folder: Path,
    *,
    env: dict[str, str] | None = None,
    secrets: Callable[[str], str] | None = None,
    flags: Sequence[str] = (),
) -> Iterator[Server]:
    """The program started as README says, on data of its own, stopped at the end.

    ``secrets`` gets the program's address and gives the text of a secrets.toml.
    """
    data = folder / "data"
    if not data.exists():
        with_files(data)
    port = _usual_port()
    url = f"http://127.0.0.1:{port}"
    if secrets:
        kept = folder / "secrets.toml"
        kept.write_text(secrets(url), "utf-8")
        flags = (*flags, "--secrets.files", str(kept))
    log = folder / "server.log"
    arguments = ["run", "app.py", "--server.port", str(port), "--server.headless", "true", *flags]
    process = started(arguments, {"KPI_DATA": str(data), "KPI_TODAY": TODAY, **(env or {})}, log)
    try:
        await_health(url, process, log)
        yield Server(url, data, process, log)
    finally:
        process.stop()


@cache
def _warm() -> subprocess.Popen[str]:
    """The process that forks servers, one for all tests of this one; it ends with its standard input."""
    command = [sys.executable, "-m", "tests.browser.warm"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def started(arguments: list[str], environment: dict[str, str], log: Path) -> Process:
    """A server that was just started with such arguments of ``streamlit``; it writes into ``log``."""
    environment = {**os.environ, **environment}
    asked = {"arguments": arguments, "environment": environment, "folder": str(ROOT), "log": str(log)}
    warm = _warm()
    assert warm.stdin
    assert warm.stdout
    print(json.dumps(asked), file=warm.stdin, flush=True)
    return Process(int(warm.stdout.readline()))


def await_health(url: str, process: Process, log: Path, seconds: float = 90) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not process.runs():
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture(scope="session")
def sampled(tmp_path_factory) -> Iterator[Server]:
    """One server with the samples and one faulty draft, for whatever only looks."""
    from tests.browser.walking import leave_faults

    folder = tmp_path_factory.mktemp("sampled")
    leave_faults(open_store(with_samples(folder / "data")))
    with running(folder) as server:
        yield server


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Iterator[Server]:
    """One server without a single return, for whatever only looks."""
    with running(tmp_path_factory.mktemp("bare")) as server:
        yield server


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    """A fresh server for one test."""
    with running(tmp_path) as fresh:
        yield fresh


@dataclass
class Watch:
    """What a page asked for and what went wrong in it."""

    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> set[str]:
        """Hosts asked that are not this machine; data: and blob: addresses have none."""
        return self.hosts - {"127.0.0.1", ""}

    def on(self, page) -> None:
        """Listen to a page."""
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or ""))
        page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).hostname or ""))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: self.errors.append(m.text) if "Content Security Policy" in m.text else None)
        page.on("response", lambda r: self._failed(r.url, r.status) if r.status >= 400 else None)
        page.on("requestfailed", self._broke)

    def _failed(self, url: str, status: int) -> None:
        path = urlsplit(url).path
        # Under a deep link the framework first looks for its server beside the page, then at the root.
        probing = path.endswith(("/_stcore/health", "/_stcore/host-config")) and not path.startswith("/_stcore")
        if not (status == 404 and probing):
            self.failures.append(f"{status} {path}")

    def _broke(self, request) -> None:
        # A download or a page left behind ends its request early; that is no failure.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.failures.append(f"{request.failure} {request.url}")


@pytest.fixture(scope="session")
def chromium():
    """The browser, or a skip with its reason; with REQUIRE_BROWSER=1 its absence fails."""
    if CHROMIUM is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


#: Browsers of their own that nobody uses now, with what they have compiled; nothing else is left in them.
_RESTED: list[BrowserContext] = []


@contextmanager
def _pages(chromium) -> Iterator[Callable]:
    used: list[tuple[BrowserContext, bool]] = []

    def new(width: int = 1280, height: int = 800, **given: object):
        context = _RESTED.pop() if _RESTED and not given else _context(chromium, **given)
        used.append((context, not given))
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.watch = Watch()
        page.watch.on(page)
        return page

    yield new
    for context, plain in used:
        if not (plain and _rests(context)):
            context.close()


#: When a page last asked its server for anything, and when it last heard of it. A busy server takes a while to answer,
#: and until then the page looks as if nothing had been asked.
ASKED = """(() => {
  const send = WebSocket.prototype.send;
  const heard = (event) => { event.currentTarget.heard = performance.now(); };
  WebSocket.prototype.send = function (data) {
    if (!this.asked) for (const kind of ["message", "close"]) this.addEventListener(kind, heard);
    this.asked = performance.now();
    window.line = this;
    return send.call(this, data);
  };
})()"""


def _context(chromium, **given: object) -> BrowserContext:
    context: BrowserContext = chromium.new_context(locale="ja-JP", accept_downloads=True, **given)
    context.add_init_script(ASKED)
    return context


def close(page) -> None:
    """Close a page, and leave nothing of it in the browser but what is compiled."""
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.close()


def _rests(context: BrowserContext) -> bool:
    """Whether all that somebody has left in a browser could be taken out of it."""
    try:
        context.set_offline(False)
        for page in context.pages:
            close(page)
        context.clear_cookies()
    except PlaywrightError:  # closed by the test, or no page of the program
        return False
    _RESTED.append(context)
    return True


@pytest.fixture
def open_page(chromium):
    """A function that gives a new page of some size, watched, in a browser of its own with settings that are given."""
    with _pages(chromium) as new:
        yield new


@pytest.fixture(scope="module")
def new_page(chromium):
    """The same for what a whole module looks at."""
    with _pages(chromium) as new:
        yield new


#: Until nothing has been drawn for a while, no script runs and none is waited for. What draws for ever is waited for
#: only so long, and so is a server that gives no answer.
STILL = """() => new Promise((done) => {
  const app = document.querySelector("[data-testid=stApp]");
  const seen = new MutationObserver(again);
  const begun = performance.now();
  let rest = setTimeout(look, 100);
  let end = setTimeout(last, 2000);
  function busy() {
    const line = window.line;
    const unanswered = line && line.readyState === WebSocket.OPEN && !(line.heard > line.asked);
    return app && (unanswered || app.dataset.testScriptState !== "notRunning");
  }
  function finish() {
    seen.disconnect();
    clearTimeout(rest);
    clearTimeout(end);
    done(true);
  }
  function again() {
    clearTimeout(rest);
    rest = setTimeout(look, 100);
  }
  function look() {
    busy() ? again() : finish();
  }
  function last() {
    busy() && performance.now() < begun + 30000 ? (end = setTimeout(last, 100)) : finish();
  }
  seen.observe(document.body, {attributes: true, characterData: true, childList: true, subtree: true});
})"""


def settled(page, *, timeout: int = 60_000) -> None:
    """Wait until the script has run to its end and nothing is being drawn."""
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']", timeout=timeout)
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stSkeleton], [data-testid=stSpinner]') "
        "&& document.querySelector('[data-testid=stMainBlockContainer] h2, [data-testid=stMainBlockContainer] h1')",
        timeout=timeout,
    )
    page.wait_for_function(STILL, timeout=timeout)
