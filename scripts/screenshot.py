"""Script that takes the screenshots of the dashboard in README and guides.

    python scripts/screenshot.py

Needs a system chromium and the `dev` extra. The sample is built in a folder of
its own, so nothing of yours is touched or shown.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from photorank.photos.open_photo import photo_digest

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
SETTLED = 2_500  # milliseconds: a chart's last animation
CHARTS = {  # by the look of Looking closer that shows it, if any, and a part of its title
    "content": ("", "Mean rating of each kind"),
    "learning": ("More photos", "by number of photos learned from"),
    "reliability": ("Believing it", "How often the first photo was better"),
    "risk": ("", "Share of wrong answers"),
    "groups": ("Groups", "inside each group"),
    "matrix": ("Every difference", "Paired differences"),
}
LEADS = ".st-key-gaps"  # the table of leads, on the same page
TWO = {"first": "chelsea/defocus-1", "second": "chelsea/defocus-3"}
PAGES = {  # by what is shown when they are ready
    "search": ("search?q=a+cat", ".cell img[src]"),
    "album": ("album?places=12", ".st-key-album-sample .cell img[src]"),
    "label": ("teach", ".choice .strip img"),
}
ONE = "coffee/tilt-4"


def main() -> None:
    """Build the sample index, start a dashboard that shows it, and take the screenshots."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PHOTORANK_HOME": home}
        photorank = [sys.executable, "-m", "photorank"]
        subprocess.run([*photorank, "demo", "--build-only"], env=environment, check=True)
        port = _free_port()
        server = subprocess.Popen([*photorank, "dashboard", "--port", str(port)], env=environment)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            take_pictures(f"http://127.0.0.1:{port}", Path(home))
        finally:
            server.terminate()
            server.wait(timeout=20)


def take_pictures(address: str, home: Path) -> None:
    """Take screenshots of the dashboard's pages and charts."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM
        )
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": 1280, "height": 900}, device_scale_factor=1, color_scheme=scheme
            )
            dark = "-dark" if scheme == "dark" else ""
            _open(page, f"{address}/", chart=False)
            _keep(page.screenshot(), f"home{dark}")
            _open(page, f"{address}/discerning_power", chart=False)
            _keep(page.screenshot(), f"discerning-power{dark}")
            _open(page, f"{address}/map")
            _keep(page.screenshot(), f"map{dark}")
            if scheme == "light":
                _charts(page, address)
                _pages(page, address)
                _one_photo(page, address)
                _two_photos(page, address, home)
        browser.close()


def _charts(page: Page, address: str) -> None:
    """Take a screenshot of each chart on the page Discerning power."""
    page.set_viewport_size({"width": 1280, "height": 1200})  # each is seen whole
    _open(page, f"{address}/discerning_power?content=true")
    for name, (look, title) in CHARTS.items():
        if look:
            page.locator(".st-key-look").get_by_text(look, exact=True).click()
        _part(page, f'.stVegaLiteChart[aria-label*="{title}"]', name)
    _part(page, LEADS, "gaps")


def _part(page: Page, selector: str, name: str) -> None:
    """Take a screenshot of one part of a page."""
    found = page.locator(selector)
    found.wait_for(timeout=60_000)
    found.evaluate("part => part.scrollIntoView({block: 'center'})")  # not below the head
    page.wait_for_timeout(SETTLED)
    _keep(found.screenshot(), name)


def _pages(page: Page, address: str) -> None:
    """Take screenshots of the search page, the album page and the page Teach."""
    page.set_viewport_size({"width": 1280, "height": 900})
    for name, (path, ready) in PAGES.items():
        _open(page, f"{address}/{path}", chart=False)
        page.locator(ready).last.wait_for(timeout=60_000)
        page.wait_for_timeout(SETTLED)
        _keep(page.screenshot(), name)


def _one_photo(page: Page, address: str) -> None:
    """Take a screenshot of the page that explains the rating of one photo."""
    page.set_viewport_size({"width": 1280, "height": 1400})
    _open(page, f"{address}/photo", chart=False)
    _pick(page, 0, ONE, "a photo")
    page.get_by_text("What moves it").wait_for(timeout=60_000)
    page.wait_for_timeout(SETTLED)
    _keep(page.screenshot(), "one-photo")


def _pick(page: Page, place: int, photo: str, shown: str) -> None:
    """Select a photo in a page's drop-down list of indexed photos."""
    # Not by its role: an open list hides all others from readers of the screen.
    picker = page.locator('input[aria-label="or pick one that is here"]').nth(place)
    picker.click()
    picker.fill(photo)
    page.get_by_role("option", name=photo).click()
    page.get_by_role("img", name=shown, exact=True).wait_for()
    page.wait_for_timeout(SETTLED)


def _two_photos(page: Page, address: str, home: Path) -> None:
    """Take a screenshot of the comparison of two versions of one photo."""
    page.set_viewport_size({"width": 1280, "height": 800})
    photos = home / "index" / "sample" / "photos"
    asked = []
    for which, photo in TWO.items():
        [file] = photos.glob(f"{photo}.*")
        asked.append(f"{which}={photo_digest(file.read_bytes())[:12]}")
    _open(page, f"{address}/compare?{'&'.join(asked)}")
    _keep(page.screenshot(), "two-photos")


def _open(page: Page, address: str, *, chart: bool = True) -> None:
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    if chart:
        page.locator("canvas, svg.marks").first.wait_for(timeout=60_000)
    page.wait_for_timeout(SETTLED)


def _keep(png: bytes, name: str) -> None:
    """Convert a PNG screenshot to a WebP file of some tens of kilobytes."""
    Image.open(io.BytesIO(png)).convert("RGB").save(PICTURES / f"{name}.webp", quality=82, method=6)


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
