"""Load test of the dashboard with many visitors: page times, errors and memory growth.

    python benchmarks/load.py

A server of its own shows an index of random embeddings with thumbnails. Sessions come over its
WebSocket as browsers do, go from page to page, press buttons, choose between photos, give stars,
fetch the first pictures of every grid, and think in between. What happened is written to
benchmarks/results/reliability/load.json; a page with an error or without its button ends the run
with 1.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from synthetic import write_synthetic  # noqa: E402
from visitors import Page, Visitor, server  # noqa: E402

from photorank.index.opened import Index  # noqa: E402
from photorank.photos.thumbnails import thumbnail  # noqa: E402
from photorank.workspace import Workspace  # noqa: E402

# What people press on a page, the first of it before all else.
STARS, CHOICES = "stars", ("first", "second", "tie")
PRESSED = {
    "Compare": ("Two at random", "Swap"),
    "Photos": (STARS,),
    "Teach": (*CHOICES, "skip"),
}
LINKS = 50_000  # to one file, which file systems allow
COMING = 15.0  # seconds in which all come


def main() -> None:
    """Build an index, run the simulated visitors, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--thinking", type=float, default=5.0)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks/results/reliability")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = Workspace(Path(folder))
        for part in ("index", "datasets"):
            (home.root / part).mkdir()
        index = write_synthetic(home.index("synthetic"), options.photos, labels=options.photos // 5)
        draw_thumbnails(index)
        with server(home.root) as (port, process):
            found = asyncio.run(crowd(port, process, options))
        kept = len(Index.open(index.paths).choices().winners)
        if kept != found["choices"]:
            found["errors"].append(f"{kept} of {found['choices']} choices are in the index")
    found["how"] = (
        f"`python benchmarks/load.py --photos {options.photos} --sessions {options.sessions} "
        f"--seconds {options.seconds:.0f} --thinking {options.thinking:.0f}`"
    )
    print(json.dumps(found, indent=1))
    options.results.mkdir(parents=True, exist_ok=True)
    file = options.results / "load.json"
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if found["errors"]:
        raise SystemExit(1)


def draw_thumbnails(index: Index) -> None:
    """Give every photo a thumbnail that is a hard link to one of a few images."""
    dice = random.Random(0)  # noqa: S311 - colours
    file = Path()
    for number, digest in enumerate(index.digests()):
        path = index.paths.thumbnail(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % LINKS == 0:
            small = Image.frombytes("RGB", (12, 8), dice.randbytes(288))
            path.write_bytes(thumbnail(small.resize((384, 256), Image.Resampling.BICUBIC)))
            file = path
        else:
            os.link(file, path)


async def crowd(port: int, process: int, options: argparse.Namespace) -> dict[str, Any]:
    """Results of the load test, in which one visitor opens every page before many come at once."""
    slow = await first_visits(port)
    memory = {"warm": resident(process)}
    errors: list[str] = []
    taken: dict[str, list[float]] = defaultdict(list)
    until = time.monotonic() + COMING + options.seconds
    watching = asyncio.create_task(watch(process, memory))
    await asyncio.gather(
        *(visit(port, number, options, until, taken, errors) for number in range(options.sessions))
    )
    watching.cancel()
    await asyncio.sleep(10)  # for the server to forget who left
    memory["end"] = resident(process)
    every = sorted(seconds for page in taken.values() for seconds in page)
    p95 = statistics.quantiles(every, n=20)[-1]
    presses = Counter({title: len(one) for title, one in taken.items() if ": " in title})
    worst = max(slow, key=slow.__getitem__)
    return {
        "part": "Load",
        "what": f"{options.sessions} sessions over WebSocket, {options.thinking:.0f} s of thinking "
        f"between clicks, {options.photos:,} photos, {options.seconds:.0f} s",
        "times": f"{len(every) - presses.total():,} pages, {presses.total():,} presses ("
        + ", ".join(f"{n} {title}" for title, n in sorted(presses.items()))
        + ")",
        "happened": f"{len(errors)} errors; a page takes {statistics.median(every):.2f} s "
        f"(median), {p95:.2f} s (95th percentile), {every[-1]:.1f} s at most; the server holds "
        f"{memory['warm']:.0f} MB when every page was seen once, {memory['peak']:.0f} MB at most, "
        f"{memory['end']:.0f} MB when all have left. First visits before that: {worst} "
        f"{slow[worst]:.1f} s, all others at most "
        f"{max(one for title, one in slow.items() if title != worst):.1f} s",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, clients on the same",
        "first_visits": {title: round(seconds, 2) for title, seconds in slow.items()},
        "pages": {
            title: {
                "n": len(seconds),
                "median": round(statistics.median(seconds), 3),
                "most": round(max(seconds), 3),
            }
            for title, seconds in sorted(taken.items())
        },
        "choices": sum(
            presses[f"Teach: {what}"] + 1 for what in CHOICES
        ),  # and the first visitor's
        "errors": errors[:20],
        "p95": round(p95, 3),
        "memory_mb": {name: round(size) for name, size in memory.items()},
    }


async def first_visits(port: int) -> dict[str, float]:
    """Load time of each page at its first visit, in seconds, by page title.

    What the visitors press on a page is pressed once here.
    """
    person = Visitor(port)
    slow = {"the dashboard": (await person.come()).seconds}
    for title in person.listed:
        page = await person.open(title)
        slow[title] = page.seconds
        for what in PRESSED.get(title, ()):
            page = await press(person, page, title, what)
    await person.leave()
    return slow


async def visit(
    port: int,
    number: int,
    options: argparse.Namespace,
    until: float,
    taken: dict[str, list[float]],
    errors: list[str],
) -> None:
    """Run one simulated visitor, who opens pages, presses buttons, pauses and leaves."""
    dice = random.Random(number)  # noqa: S311 - clicks
    await asyncio.sleep(dice.uniform(0, COMING))
    person = Visitor(port)
    where, pressed = "Home", 0
    try:
        page = await person.come()
        note(where, page, taken, errors)
        while time.monotonic() < until:
            await asyncio.sleep(dice.uniform(0.5, 1.5) * options.thinking)
            buttons = PRESSED.get(where, ())
            if buttons and dice.random() < 0.7:
                what = dice.choice(buttons) if pressed else buttons[0]
                page = await press(person, page, where, what)
                pressed += 1
                note(f"{where}: {what}", page, taken, errors)
            else:
                where, pressed = dice.choice(person.listed), 0
                page = await person.open(where, f"rater=visitor-{number}")
                note(where, page, taken, errors)
        await person.leave()
    except Exception as error:  # whatever ends a session is what is looked for
        errors.append(f"{where}: {type(error).__name__} {error}")


async def press(person: Visitor, page: Page, where: str, what: str) -> Page:
    """Press a button, choose a photo or give stars; return the resulting page."""
    if where == "Teach":
        return await person.choose(page, what)
    if what == STARS:
        return await person.give_stars(page, 4)
    return await person.press(page, what)


def note(title: str, page: Page, taken: dict[str, list[float]], errors: list[str]) -> None:
    """Add a page's load time and errors to those collected so far."""
    taken[title].append(page.seconds)
    errors.extend(f"{title}: {error}" for error in page.errors)


async def watch(process: int, memory: dict[str, float]) -> None:
    """Update the server's peak memory in `memory` twice a second, until cancelled."""
    memory["peak"] = memory["warm"]
    while True:
        memory["peak"] = max(memory["peak"], resident(process))
        await asyncio.sleep(0.5)


def resident(process: int) -> float:
    """Resident memory of a process, in MB."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    main()
