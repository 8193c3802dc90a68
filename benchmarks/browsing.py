"""Speed and memory use when a large index is browsed: scrolling, sorting, changing pages.

    python benchmarks/browsing.py
    python benchmarks/browsing.py --home FOLDER --index NAME
    python benchmarks/browsing.py --home FOLDER --first 5

Without `--home`, over 100,000 made-up photos with thumbnails. Frames are processor time of script,
style and layout on the page's main thread; whatever else is told in seconds is by the clock and
wants a machine that does nothing else. Chromium and playwright are needed.
"""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from clicks import ARGUMENTS  # noqa: E402
from load import draw_thumbnails, resident  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from synthetic import write_synthetic  # noqa: E402
from visitors import Visitor, server  # noqa: E402

from photorank.workspace import Workspace  # noqa: E402

SCROLL, LEAPS = 300, 60  # frames
STEP_PX = 120
JUMPS = (0.5, 0.9, 0.2, 0.7, 0.05, 0.33, 0.61, 0.97)  # shares of the page's height
ORDERS = ("Weakest", "By date", "Best", "Weakest", "By date", "Best")
PAGES = ("Home", "Photos", "Teach", "Album", "Compare", "Discerning power")
WARM_SECONDS = 8.0  # after the first page, in which the server loads what other pages need
TIMELINE = ["devtools.timeline", "disabled-by-default-devtools.timeline.frame"]
WORK = {"FireAnimationFrame", "EventDispatch", "TimerFire", "FunctionCall", "RunMicrotasks"} | {
    *("Layout", "UpdateLayoutTree", "ParseAuthorStyleSheet", "MinorGC", "MajorGC")
}
FRAME = "FireAnimationFrame"
MAIN = "document.querySelector('[data-testid=stMain]')"
SEEN = """[...document.querySelectorAll('*')]
    .flatMap(one => [...one.shadowRoot?.querySelectorAll('.grid .cell') ?? []])
    .filter(one => { const box = one.getBoundingClientRect();
                     return box.bottom > 0 && box.top < innerHeight; })"""
FILLED = f"""(() => {{
    const pictures = {SEEN}.map(one => one.querySelector('img'));
    return pictures.length > 3 && pictures.every(
        one => one.getAttribute('src') && one.complete && one.naturalWidth > 0);
}})()"""
FIRST = f"{SEEN}.some(one => one.querySelector('img').naturalWidth > 0)"
# What a driver does before it clicks is no waiting of a person.
NOTE_CLICK = """() => addEventListener(
    "click", () => { window.clicked = performance.now(); }, { capture: true, once: true })"""
STILL = "document.querySelector('[data-test-script-state=notRunning]')"
SHOWN = f"""title => document.querySelector('[data-testid=stMain] h1')?.textContent.trim() === title
    && !document.querySelector('[data-stale=true]') && {STILL}
    && {SEEN}.every(one => one.querySelector('img').naturalWidth > 0)
    && performance.now() - window.clicked"""


def main() -> None:
    """Print measurements of browsing speed and server memory, one per line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, help="a workspace that is there")
    parser.add_argument("--index", default="synthetic")
    parser.add_argument("--photos", type=int, default=100_000, help="made-up ones")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="first pages of fresh servers, alone")
    options = parser.parse_args()
    with workspace(options.home, options.photos) as home, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for _ in range(options.first):
            first_page(home, browser)
        if not options.first:
            browse(home, options.index, browser)
    if not options.first:
        with workspace(options.home, options.photos) as home, server(home) as (port, process):
            asyncio.run(sessions(port, process, options.index, options.sessions))


@contextmanager
def workspace(home: Path | None, photos: int) -> Iterator[Path]:
    """Context manager that yields a workspace: `home`, or a temporary one if `home` is None.

    The temporary workspace has synthetic photos.
    """
    if home is not None:
        yield home
        return
    with TemporaryDirectory() as folder:
        made = Workspace(Path(folder))
        for part in ("index", "datasets"):
            (made.root / part).mkdir()
        draw_thumbnails(write_synthetic(made.index("synthetic"), photos, labels=photos // 5))
        yield made.root


def first_page(home: Path, browser: Browser) -> None:
    """Print the load time, in seconds, of the first page of a freshly started server."""
    with server(home) as (port, _):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        begun = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
        page.wait_for_function("document.querySelector('h1')", polling=5)
        answered = time.perf_counter() - begun
        page.wait_for_function(FIRST, polling=5)
        print(f"first page: {answered:.2f} s, photos {time.perf_counter() - begun:.2f} s")
        page.close()


def browse(home: Path, index: str, browser: Browser) -> None:
    """Print the times of scrolling, jumping, sorting and changing pages in one browser tab."""
    with server(home) as (port, process):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(300_000)
        page.goto(f"http://127.0.0.1:{port}/photos?index={index}")
        page.wait_for_function(FILLED)
        page.wait_for_timeout(3000)
        scrolling = f"{MAIN}.scrollTop += {STEP_PX}"
        report("a frame of scrolling", traced(page, scrolling, SCROLL), "ms")
        leaping = f"{MAIN}.scrollTop = (i * 7919 % 1000) / 1000 * {MAIN}.scrollHeight"
        report("a frame of leaps", traced(page, leaping, LEAPS), "ms")
        report("a jump is filled after", [jump(page, share) for share in JUMPS], "s")
        page.evaluate(f"{MAIN}.scrollTop = 0")
        page.wait_for_timeout(1000 * WARM_SECONDS)
        report("another order is shown after", [order(page, name) for name in ORDERS], "s")
        for which in ("first", "second"):
            for name in PAGES:
                print(f"the {which} visit of {name}: {visit(page, name):.2f} s", flush=True)
        print(f"the server holds {resident(process):.0f} MB with one session")


def traced(page: Page, move: str, frames: int) -> list[float]:
    """CPU time in milliseconds of each animation frame while a script scrolls the page."""
    events: list[dict[str, object]] = []
    ended: list[object] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on("Tracing.dataCollected", lambda some: events.extend(some["value"]))
    devtools.on("Tracing.tracingComplete", lambda told: ended.append(told))
    config = {"includedCategories": TIMELINE}
    devtools.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    page.evaluate(
        f"""n => new Promise(done => {{
            let i = 0;
            const next = () => {{ {move}; ++i < n ? requestAnimationFrame(next) : done(); }};
            requestAnimationFrame(next);
        }})""",
        frames,
    )
    devtools.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)
    devtools.detach()
    return by_frame(events)


def by_frame(events: Sequence[dict]) -> list[float]:  # type: ignore[type-arg]
    """CPU time in milliseconds of each animation frame, from the browser's trace events.

    Only outermost events count, of the thread with the most frames.
    """
    work = [one for one in events if one.get("ph") == "X" and one["name"] in WORK]
    threads = [(one["pid"], one["tid"]) for one in work if one["name"] == FRAME]
    busiest = max(set(threads), key=threads.count)
    begins = sorted(
        one["ts"]
        for one in events
        if (one["pid"], one["tid"]) == busiest and one["name"] == "BeginMainThreadFrame"
    )
    taken, until = np.zeros(len(begins) + 1), 0
    for one in sorted(work, key=lambda one: (one["ts"], -one["dur"])):
        if (one["pid"], one["tid"]) == busiest and one["ts"] >= until:
            until = one["ts"] + one["dur"]
            taken[np.searchsorted(begins, one["ts"], "right")] += one.get("tdur", one["dur"]) / 1000
    return [float(ms) for ms in taken if ms > 0]


def jump(page: Page, share: float) -> float:
    """Seconds from a jump within a page until all visible photos are shown."""
    page.wait_for_timeout(500)
    taken: float = page.evaluate(
        f"""share => new Promise(done => {{
            const begun = performance.now();
            {MAIN}.scrollTop = share * {MAIN}.scrollHeight;
            const look = () => {FILLED} ? done(performance.now() - begun) : setTimeout(look, 5);
            setTimeout(look, 20);
        }})""",
        share,
    )
    return taken / 1000


def order(page: Page, name: str) -> float:
    """Seconds from a click on another sort order until the reordered photos are shown."""
    page.wait_for_function(STILL)
    page.wait_for_timeout(1000)
    before = page.evaluate(f"{SEEN}[0].dataset.token")
    page.evaluate(NOTE_CLICK)
    page.get_by_text(name, exact=True).click()
    shown = f"""token => {SEEN}[0]?.dataset.token !== token && {FILLED}
        && performance.now() - window.clicked"""
    taken: float = page.wait_for_function(shown, arg=before, polling=5).json_value()
    return taken / 1000


def visit(page: Page, name: str) -> float:
    """Seconds from a click on the link to another page until its visible photos are drawn."""
    page.wait_for_function(STILL)
    page.wait_for_timeout(1000)
    page.evaluate(NOTE_CLICK)
    page.get_by_role("link", name=name, exact=True).first.click()
    title = {"Home": "Your best"}.get(name, name)
    taken: float = page.wait_for_function(SHOWN, arg=title, polling=5).json_value()
    return taken / 1000


async def sessions(port: int, process: int, index: str, most: int) -> None:
    """Open the page Photos in many concurrent sessions, and print the server's memory."""
    people: list[Visitor] = []
    for number in range(1, most + 1):
        people.append(Visitor(port))
        await people[-1].come()
        order = ("best", "worst", "date")[number % 3]
        page = await people[-1].open("Photos", f"index={index}&order={order}")
        assert not page.errors, page.errors
        if number in (1, 10, most):
            print(f"the server holds {resident(process):.0f} MB with {number} sessions", flush=True)


def report(what: str, taken: Sequence[float], unit: str) -> None:
    """Print the median, 95th percentile and maximum of measured times."""
    value: Callable[[float], float] = lambda share: float(np.quantile(taken, share))  # noqa: E731
    print(
        f"{what}: {value(0.5):.2f} {unit} (median), {value(0.95):.2f} (95 %), "
        f"{max(taken):.2f} at most; n = {len(taken)}",
        flush=True,
    )


if __name__ == "__main__":
    main()
