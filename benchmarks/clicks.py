"""Time from a key press on the dashboard page Teach until the next pair of photos is painted.

    python benchmarks/clicks.py --oasis FOLDER

In a browser, first over OASIS with its own photos, then over 20,000 made-up ones that have
thumbnails alone. A person presses a key a second. Chromium and playwright are needed.
"""

import argparse
import random
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from scipy.stats import quantile_test  # noqa: E402
from synthetic import write_synthetic  # noqa: E402
from visitors import server  # noqa: E402

from photorank.index.building.build import build_index  # noqa: E402
from photorank.index.building.request import BuildRequest  # noqa: E402
from photorank.index.opened import Index  # noqa: E402
from photorank.photos.thumbnails import thumbnail  # noqa: E402
from photorank.workspace import Workspace  # noqa: E402

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PAIR = """[...document.querySelectorAll('[class*=st-key-choice] *')]
    .flatMap(one => [...one.shadowRoot?.querySelectorAll('.choice .stage img[src]') ?? []])"""
CHANGED = f"""before => {{
    const pair = {PAIR};
    return pair.length === 2 && pair.map(one => one.alt).join() !== before
        && pair.every(one => one.complete && one.naturalWidth > 0);
}}"""


def main() -> None:
    """Print the page's response times to key presses, with real and with synthetic photos."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oasis", type=Path, help="the dataset's folder")
    parser.add_argument("--photos", type=int, default=20_000, help="made-up ones")
    parser.add_argument("--keys", type=int, default=100)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = Workspace(Path(folder))
        for part in ("index", "datasets"):
            (home.root / part).mkdir()
        if options.oasis:
            build_index(home.index("oasis"), BuildRequest([options.oasis], encoder_spec="embedded"))
            report("OASIS", pressed(home, "oasis", options.keys))
        index = write_synthetic(home.index("synthetic"), options.photos)
        draw(index)
        report("made-up", pressed(home, "synthetic", options.keys))


def draw(index: Index) -> None:
    """Write a random thumbnail for each photo of an index."""
    rng = np.random.default_rng(0)
    for photo in index.photos():
        colours = rng.integers(0, 256, (3, 4, 3), dtype=np.uint8)
        file = index.thumbnail(photo)
        file.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(colours).resize((384, 288), Image.Resampling.BILINEAR)
        file.write_bytes(thumbnail(picture))


def pressed(home: Workspace, index: str, keys: int) -> list[float]:
    """Milliseconds from each key press (except the first) until the next photo pair is shown."""
    rng = random.Random(0)  # noqa: S311
    with server(home.root) as (port, _), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"http://127.0.0.1:{port}/teach?rater=ann&index={index}")
        page.wait_for_function(CHANGED, arg="")
        taken = []
        for _ in range(keys + 1):
            before = page.evaluate(f"{PAIR}.map(one => one.alt).join()")
            begun = time.perf_counter()
            page.keyboard.press(rng.choice(("ArrowLeft", "ArrowRight")))
            page.wait_for_function(CHANGED, arg=before, polling=5)
            taken.append(1000 * (time.perf_counter() - begun))
            page.wait_for_timeout(1000)
        browser.close()
    return taken[1:]


def report(what: str, taken: list[float]) -> None:
    """Print the median and 95th percentile of measured times, with 95 % confidence intervals."""
    said = []
    for share in (0.5, 0.95):
        value = float(np.quantile(taken, share))
        low, high = quantile_test(taken, q=value, p=share).confidence_interval(0.95)
        said.append(f"{100 * share:.0f} % within {value:.0f} ms [{low:.0f}, {high:.0f}]")
    print(f"{what}: {'; '.join(said)}; n = {len(taken)}", flush=True)


if __name__ == "__main__":
    main()
