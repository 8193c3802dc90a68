"""A real server over a real workspace, and a real browser."""

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
    """The dashboard's server over a workspace."""

    def __init__(self, home, folder):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.folder = folder
        self.process = None

    @property
    def address(self):
        """Address at which the server answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self):
        """Environment variables for the server process and others on the same workspace."""
        return os.environ | {"PYTHONPATH": str(APP.parents[1]), "PHOTORANK_HOME": str(self.home)}

    def start(self):
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", APP, "--server.headless=true"]
        command += [f"--server.port={self.port}", "--server.fileWatcherType=none"]
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        wait_until_up(self.port, self.process)

    def end(self, how=signal.SIGTERM):
        """Send it a signal and wait until it has ended."""
        self.process.send_signal(how)
        self.process.wait(timeout=20)


@contextmanager
def serving(workspace, folder):
    """Serve a copy of a workspace, made in a folder, until the block ends."""
    server = Server(shutil.copytree(workspace, folder / "served"), folder)
    server.start()
    try:
        yield server
    finally:
        server.end()


@pytest.fixture(scope="session")
def running(indexed_home, tmp_path_factory):
    """Return the server shared by all tests that leave its photos unchanged.

    Who judges there does so under a name that no other test has.
    """
    with serving(indexed_home, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="package")
def mortal(indexed_home, tmp_path_factory):
    """Return a server that tests may kill, provided they start it again."""
    with serving(indexed_home, tmp_path_factory.mktemp("mortal")) as server:
        yield server


@pytest.fixture
def server(running):
    """Return the address of the shared server."""
    return running.address


def wait_until_up(port, process):
    """Wait for the server to answer."""
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
    """Return the one headless browser shared by these tests.

    Its event loop runs in their thread, so it must be gone when other tests start one there.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def page(chromium):
    """Return the browser tab shared by all tests that need none of their own."""
    return new_page(chromium)


@pytest.fixture
def tab(page):
    """Return an extra tab in the shared browser, closed after the test.

    To the server each tab is a visitor of its own; the browser has fetched and compiled
    Streamlit's code for all of them, which is half of what a new visitor costs.
    """
    tab = page.context.new_page()
    yield tab
    tab.close()


@pytest.fixture
def visitor(chromium):
    """Return a function that opens a page in its own browser context, closed after the test."""
    pages = []

    def arrived(**options):
        pages.append(new_page(chromium, **options))
        return pages[-1]

    yield arrived
    for one in pages:
        one.context.close()


def new_page(chromium, **options):
    """Return a page in a new browser context whose timeout suits a busy machine."""
    context = chromium.new_context(**options)
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def drawn(page):
    """Wait until a page has a heading, and nothing more will be drawn or fetched."""
    page.wait_for_function(DRAWN, polling=POLLING)


def wait_until(page, holds):
    """Wait until a condition of the page, the disk or both holds, however busy the machine is."""
    end = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < end, f"it does not hold after {PATIENCE / 1000:.0f} s"
        page.wait_for_timeout(POLLING)


@contextmanager
def answered(page):
    """Wait until the server has answered what the block does, and the page shows it.

    Only for what the server is asked for at once, and nothing on the page could be waited for.
    """
    page.evaluate(COUNT_ANSWERS)
    yield
    page.wait_for_function("() => window.answers > 0", polling=POLLING)
    drawn(page)


def upload(page):
    """Return the upload field for photos to compare, once it is on the page."""
    field = page.locator(".st-key-upload input[type=file]")
    field.wait_for(state="attached")
    return field


def go_on(page, path):
    """Go from a page to another as the browser's own buttons do, in the app that is there."""
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
