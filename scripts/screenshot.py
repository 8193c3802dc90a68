"""Make the README's picture: the dashboard's first page over the sample, in a real browser.

    python scripts/screenshot.py

Needs a system chromium and the `dev` extra. The sample is built in a folder of
its own, so nothing of yours is touched or shown.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "images"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Build the sample, serve it, and take the picture."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PHOTORANK_HOME": home}
        photorank = [sys.executable, "-m", "photorank"]
        subprocess.run([*photorank, "demo", "--build-only"], env=environment, check=True)
        port = _free_port()
        server = subprocess.Popen([*photorank, "dashboard", "--port", str(port)], env=environment)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            _photograph(f"http://127.0.0.1:{port}", PICTURES / "discerning-power.png")
        finally:
            server.terminate()
            server.wait(timeout=20)


def _photograph(address: str, picture: Path) -> None:
    picture.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM
        )
        page = browser.new_page(
            viewport={"width": 1280, "height": 900}, device_scale_factor=1, color_scheme="light"
        )
        page.goto(address)
        page.get_by_role("heading", level=1).wait_for(timeout=60_000)
        page.locator("canvas, svg.marks").first.wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)  # the chart's last animation
        page.screenshot(path=picture)
        browser.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(address: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=1)
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(f"{address} did not answer within {seconds} s")


if __name__ == "__main__":
    main()
