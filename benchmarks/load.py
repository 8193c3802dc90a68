"""Dashboard under load by many visitors: page times, errors and memory growth.

    python benchmarks/load.py

A server of its own shows an index of random embeddings with thumbnails. Sessions come over its
WebSocket as browsers do, go from page to page, press buttons, choose between photos, fetch every
picture, and think in between. The result is written to benchmarks/results/reliability/load.json.
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
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from synthetic import write_synthetic  # noqa: E402
from visitors import Page, Visitor, server  # noqa: E402

from photorank.index.opened import Index  # noqa: E402
from photorank.photos.open_photo import thumbnail  # noqa: E402
from photorank.workspace import Workspace  # noqa: E402

# What changes nothing that others see, and what 50 people at once would do.
PRESSED = ("Two at random", "The first is better", "The second is better", "Equally good", "Skip")
LINKS = 50_000  # to one file, which file systems allow
COMING = 15.0  # seconds in which all come


def main() -> None:
    """Build an index, run the visitors and write the results."""
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
        index = write_synthetic(home.index("synthetic"), options.photos, labels=20_000)
        draw_thumbnails(index)
        with server(home.root) as (port, process):
            found = asyncio.run(crowd(port, process, options))
    found["how"] = (
        f"`python benchmarks/load.py --photos {options.photos} --sessions {options.sessions} "
        f"--seconds {options.seconds:.0f} --thinking {options.thinking:.0f}`"
    )
    print(json.dumps(found, indent=1))
    options.results.mkdir(parents=True, exist_ok=True)
    file = options.results / "load.json"
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def draw_thumbnails(index: Index) -> None:
    """Give every photo a thumbnail, linked to one of a few images."""
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


async def crowd(port: int, process: int, options: argparse.Namespace) -> dict[str, object]:
    """Run one visitor through all pages, then all visitors at once."""
    first = Visitor(port)
    slow = {"the dashboard": (await first.come()).seconds}
    for title in first.pages:
        slow[title] = (await first.open(title)).seconds
    await first.leave()
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
    worst = max(slow, key=slow.__getitem__)
    return {
        "part": "Load",
        "what": f"{options.sessions} sessions over WebSocket, {options.thinking:.0f} s of thinking "
        f"between clicks, {options.photos:,} photos, {options.seconds:.0f} s",
        "times": f"{len(every):,} pages and clicks",
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
        "errors": errors[:20],
        "p95": round(p95, 3),
        "memory_mb": {name: round(size) for name, size in memory.items()},
    }


async def visit(
    port: int,
    number: int,
    options: argparse.Namespace,
    until: float,
    taken: dict[str, list[float]],
    errors: list[str],
) -> None:
    """Run one visitor: arrive, click, pause, leave."""
    dice = random.Random(number)  # noqa: S311 - clicks
    await asyncio.sleep(dice.uniform(0, COMING))
    person = Visitor(port)
    where = "Discerning power"
    try:
        page = await person.come()
        note(where, page, taken, errors)
        while time.monotonic() < until:
            await asyncio.sleep(dice.uniform(0.5, 1.5) * options.thinking)
            buttons = sorted(page.buttons.keys() & set(PRESSED))
            if buttons and dice.random() < 0.7:
                page = await person.press(page, dice.choice(buttons))
                note(f"{where}, a button", page, taken, errors)
            else:
                where = dice.choice(sorted(person.pages))
                page = await person.open(where)
                note(where, page, taken, errors)
        await person.leave()
    except Exception as error:  # whatever ends a session is what is looked for
        errors.append(f"{where}: {type(error).__name__} {error}")


def note(title: str, page: Page, taken: dict[str, list[float]], errors: list[str]) -> None:
    """Record a page's time and errors."""
    taken[title].append(page.seconds)
    errors.extend(f"{title}: {error}" for error in page.errors)


async def watch(process: int, memory: dict[str, float]) -> None:
    """Record the server's peak memory."""
    memory["peak"] = memory["warm"]
    while True:
        memory["peak"] = max(memory["peak"], resident(process))
        await asyncio.sleep(0.5)


def resident(process: int) -> float:
    """Resident memory of a process in MB."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    main()
