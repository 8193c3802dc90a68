"""The page as a person meets it: a real server, a real browser, two photos of one's own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.conftest import draw_photo

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
CHROMIUM = shutil.which("chromium")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PATIENCE = 120_000  # ms: loading the encoder takes seconds, on a busy machine many

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")


@pytest.fixture
def server(home, tmp_path):
    """Run the dashboard's server over a real workspace and return its address."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", APP]
    command += [f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"]
    with (tmp_path / "server.log").open("w+") as log:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(APP.parents[1])},
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_up(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


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


@pytest.fixture
def page():
    """Return a page of a headless browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


def chances(page, first, second):
    """Upload two photos and return the two probabilities that the page shows, in per cent."""
    uploads = page.locator("input[type=file]")
    uploads.nth(1).wait_for(state="attached")
    uploads.nth(0).set_input_files(first)
    page.get_by_alt_text("the first photo").wait_for()
    uploads.nth(1).set_input_files(second)
    page.get_by_alt_text("the second photo").wait_for()
    shown = page.get_by_test_id("stMetricValue")
    shown.nth(1).wait_for()
    return [int(re.search(r"\d+", text).group()) for text in shown.all_inner_texts()]


def test_two_uploaded_photos_get_probabilities_that_sum_to_one(server, page, tmp_path):
    """The two sum to 100 %, swapping the photos swaps them, and nothing goes to the internet."""
    strangers = []
    page.on("request", lambda request: strangers.append(request.url))
    photos = [tmp_path / "sharp.jpg", tmp_path / "blurred.jpg"]
    draw_photo(photos[0], seed=7, size=(560, 420))
    draw_photo(photos[1], seed=7, size=(560, 420), blur=8)

    page.goto(f"{server}/two_photos")
    one = chances(page, *photos)
    page.goto(f"{server}/two_photos")
    other = chances(page, *photos[::-1])

    assert len(one) == 2
    assert sum(one) == 100
    assert one[0] != 50
    assert one == other[::-1]
    assert all(url.startswith((server, "data:", "blob:")) for url in strangers)
