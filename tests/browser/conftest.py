"""Fixtures of browser tests: a real server on a real workspace, and a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
CHROMIUM = shutil.which("chromium")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
DRAWN = """() => document.querySelector("#root h1") !== null
    && document.getElementById("first-view") === null
    && document.querySelector("[data-test-script-state=notRunning]") !== null
    && [...document.images].every(one => one.complete)"""
COUNT_ANSWERS = """() => {
    const app = document.querySelector("[data-test-script-state]");
    const count = () => { window.answers += app.dataset.testScriptState === "notRunning"; };
    window.answers = 0;
    new MutationObserver(count).observe(app, {attributeFilter: ["data-test-script-state"]});
}"""
PATIENCE = 120_000  # ms: loading the encoder takes seconds, on a busy machine many
POLLING = 50  # ms between two looks: one a drawn frame would have the browser draw for the looks

NEEDS_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]


class Server:
    """Dashboard server that runs in its own process on a workspace."""

    def __init__(self, home, folder):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.folder = folder
        self.process = None

    @property
    def address(self):
        """Address of the dashboard server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self):
        """Environment variables of the dashboard server's process."""
        return os.environ | {"PYTHONPATH": str(APP.parents[1]), "PHOTORANK_HOME": str(self.home)}

    def start(self):
        """Start the server, and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", APP, "--server.headless=true"]
        command += [f"--server.port={self.port}", "--server.fileWatcherType=none"]
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        wait_until_up(self.port, self.process)

    def end(self, how=signal.SIGTERM):
        """Send a signal to the server process, and wait until it has ended."""
        self.process.send_signal(how)
        self.process.wait(timeout=20)


@contextmanager
def serving(workspace, folder):
    """Context manager that runs a dashboard server on a copy of a workspace."""
    server = Server(shutil.copytree(workspace, folder / "served"), folder)
    server.start()
    try:
        yield server
    finally:
        server.end()


@pytest.fixture(scope="session")
def running(indexed_home, tmp_path_factory):
    """Dashboard server shared by all tests that leave its photos unchanged.

    Who judges there does so under a name that no other test has.
    """
    with serving(indexed_home, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="package")
def mortal(indexed_home, tmp_path_factory):
    """Dashboard server that tests may kill if they start it again."""
    with serving(indexed_home, tmp_path_factory.mktemp("mortal")) as server:
        yield server


@pytest.fixture
def server(running):
    """Address of the shared dashboard server."""
    return running.address


def wait_until_up(port, process):
    """Wait until the dashboard server answers, at most about a minute."""
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/_stcore/health")
                if connection.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not answer within a minute")


@pytest.fixture(scope="package")
def chromium():
    """Headless browser shared by the browser tests.

    Its event loop runs in their thread, so it must be gone when other tests start one there.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def page(chromium):
    """Browser tab shared by all tests without a tab of their own."""
    return new_page(chromium)


@pytest.fixture
def tab(page):
    """Extra tab in the shared browser, closed after the test.

    To the server each tab is a visitor of its own; the browser has fetched and compiled
    Streamlit's code for all of them, which is half of what a new visitor costs.
    """
    tab = page.context.new_page()
    yield tab
    tab.close()


@pytest.fixture
def visitor(chromium):
    """Function that opens a page in its own browser context, closed after the test."""
    pages = []

    def arrived(**options):
        pages.append(new_page(chromium, **options))
        return pages[-1]

    yield arrived
    for one in pages:
        one.context.close()


def new_page(chromium, **options):
    """Page in a new browser context, with a timeout that suits a busy machine."""
    context = chromium.new_context(**options)
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def drawn(page):
    """Wait until a page has a heading and is completely loaded and drawn."""
    page.wait_for_function(DRAWN, polling=POLLING)


def wait_until(page, holds):
    """Wait until a function returns true, with a timeout that suits a busy machine."""
    end = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < end, f"it does not hold after {PATIENCE / 1000:.0f} s"
        page.wait_for_timeout(POLLING)


@contextmanager
def answered(page):
    """Context manager that, after its block, waits until the page shows the server's answer.

    Only for what the server is asked for at once, and nothing on the page could be waited for.
    """
    page.evaluate(COUNT_ANSWERS)
    yield
    page.wait_for_function("() => window.answers > 0", polling=POLLING)
    drawn(page)


def upload(page):
    """Upload field for photos to compare; waits until the page shows the field."""
    field = page.locator(".st-key-upload input[type=file]")
    field.wait_for(state="attached")
    return field


def go_on(page, path):
    """Open another page of the app by changing the browser's history, without a reload."""
    before = page.locator("h1").inner_text()
    page.evaluate(
        """path => {
            history.pushState(null, "", path);
            dispatchEvent(new PopStateEvent("popstate"));
        }""",
        path,
    )
    changed = "h1 => document.querySelector('h1')?.innerText !== h1"
    page.wait_for_function(changed, arg=before, polling=POLLING)
    drawn(page)
