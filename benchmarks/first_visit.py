"""Clicks and seconds that a new user needs in a browser to reach a first saved album.

    python benchmarks/first_visit.py FOLDER [--choices 30]

Counts the clicks, key presses and typed texts of each step, and its seconds, from an empty
workspace on. FOLDER holds the photos; it is typed, as from a file manager. Needs a system chromium
and the extra `dev`.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).parents[1]
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PATIENCE_MS = 1_800_000  # for indexing on a slow machine
PACE_S = 1.0  # for which a person looks at a pair at least
PICTURE = ".cell img[src]"


@dataclass
class Story:
    """Record of a simulated visit: clicks, key presses and seconds of each step."""

    page: Page
    steps: list[tuple[str, int, int, float]] = field(default_factory=list)
    clicks: int = 0
    keys: int = 0
    since: float = field(default_factory=time.monotonic)

    def click(self, what: Locator) -> None:
        """Click an element, and count the click."""
        what.click()
        self.clicks += 1

    def press(self, key: str) -> None:
        """Press a key, and count the key press."""
        self.page.keyboard.press(key)
        self.keys += 1

    def step(self, name: str) -> None:
        """End the current step; print its clicks, key presses and seconds."""
        now = time.monotonic()
        print(f"| {name} | {self.clicks} | {self.keys} | {now - self.since:.1f} |", flush=True)
        self.steps.append((name, self.clicks, self.keys, now - self.since))
        self.clicks, self.keys, self.since = 0, 0, now

    def go(self, page: str) -> None:
        """Open a page by a click on its link in the navigation."""
        self.click(self.page.get_by_role("link", name=page, exact=True).first)


def main() -> None:
    """Start a dashboard with an empty workspace, and run the simulated visit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--choices", type=int, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = os.environ | {"PHOTORANK_HOME": home, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "photorank", "dashboard", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603
        try:
            live(f"http://localhost:{port}", asked.folder.resolve(), asked.choices)
        finally:
            server.terminate()
            server.wait()


def live(address: str, folder: Path, choices: int) -> None:
    """Simulate a new user's whole visit to the dashboard at a URL."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).read()  # noqa: S310
            break
        except OSError:
            time.sleep(0.1)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        print("| step | clicks | keys | seconds |\n|---|---|---|---|")
        story = Story(page)
        page.goto(address)
        add_photos(story, folder)
        teach(story, choices)
        make_album(story)
        browser.close()
    clicks, keys, seconds = (sum(step[at] for step in story.steps) for at in (1, 2, 3))
    print(f"| all | {clicks} | {keys} | {seconds:.1f} |")


def add_photos(story: Story, folder: Path) -> None:
    """Add a folder of photos, and wait until the best photos are shown."""
    page = story.page
    story.click(page.get_by_role("button", name="Add photos").first)
    story.step("the way in is found")
    field_of_path = page.get_by_role("dialog").get_by_role("textbox").first
    field_of_path.fill(str(folder))
    story.press("Enter")
    wanted = re.compile(r"^Add [0-9,]+ photos?( or more)?$")
    story.click(page.get_by_role("dialog").get_by_role("button", name=wanted))
    story.click(page.get_by_role("link", name="See your best"))
    page.locator(PICTURE).first.wait_for()
    story.step("photos are in, the best 20 seen")


def teach(story: Story, choices: int) -> None:
    """Choose one photo of each shown pair, then apply the learned taste to every page."""
    page = story.page
    story.go("Teach")
    page.locator(".choice .stage img[src]").first.wait_for()
    for number in range(choices):
        time.sleep(PACE_S)
        story.press("ArrowLeft" if number % 2 else "ArrowRight")
    page.get_by_text(f"{choices} choices").first.wait_for()
    story.step(f"{choices} choices taught, a second each at least")
    story.click(page.get_by_role("button", name="Use my taste everywhere"))
    page.get_by_text("Every page now judges by your taste").first.wait_for()
    story.go("Photos")
    page.locator(PICTURE).first.wait_for()
    story.step("the change seen in Photos")


def make_album(story: Story) -> None:
    """Open the album page, and save the album shown there under a name."""
    page = story.page
    story.go("Album")
    story.click(page.get_by_role("button", name="Keep this album"))
    page.get_by_label("Its name").fill("Summer")
    story.press("Enter")
    page.locator("#spreads .frame img").first.wait_for()
    story.step("an album made and kept")


if __name__ == "__main__":
    main()
