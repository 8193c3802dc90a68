"""Run times of commands, ratings, metrics and dashboard pages, by number of photos.

    python benchmarks/scale.py --sizes 1000 10000 100000 1000000 --plot docs/images/scale.svg

Embeddings are drawn at random, with the blocks of the encoder `embedded` and in 16 bits; every
photo has a score. Indexes are written to a temporary folder (1.9 GB for a million) and each is
measured in a process of its own. Reading from disk is measured on Linux, where TMPDIR is on a disk.
"""

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from synthetic import VECTOR, write_synthetic

from photorank.bench.evaluation_speed import measure_evaluation
from photorank.bench.page_speed import measure_dashboard
from photorank.bench.timing import side_by_side
from photorank.cli.dashboard_server import dashboard_folder
from photorank.encoders.embedded.versions import EmbeddedEncoder
from photorank.index.opened import open_index
from photorank.vectors.store import load_vector
from photorank.workspace import Workspace

NAME = "synthetic"
ROUNDS = 5
ROWS = {
    "top, command": "`photorank top -k 100`, a new process",
    "top, from disk": "the same, the index's files read from disk",
    "status, command": "`photorank status --json`, a new process",
    "top, warm": "the best 100 in a process that has the index open",
    "opening": "all paths, groups and scores, once",
    "rating": "all ratings by one vector",
    "evaluate": "accuracy, τ_b and ρ with intervals",
    "SciPy": "SciPy: τ_b and ρ without",
    "page": "page Photos, what the server does for a click",
}
SHOWN = ("top, command", "top, warm", "rating", "evaluate", "page")  # in the plot


def measured(home: Path) -> dict[str, float]:
    """Run time (s) of each operation on a workspace's index, and peak memory (GB)."""
    os.environ["PHOTORANK_HOME"] = str(home)
    command = [sys.executable, "-m", "photorank", "top", "-k", "100", "--vector", VECTOR]
    status = [sys.executable, "-m", "photorank", "status", "--json"]
    seconds = {
        "top, from disk": statistics.median(from_disk(home, command) for _ in range(3)),
        "top, command": side_by_side({"": lambda: run(command)}, 3)[""],
        "status, command": side_by_side({"": lambda: run(status)}, 3)[""],
    }
    index = open_index(NAME)
    vector = load_vector(index, VECTOR)
    begun = time.perf_counter()
    index.labels()
    seconds["opening"] = time.perf_counter() - begun
    best = lambda: index.best(vector.direction, 100)  # noqa: E731
    seconds["top, warm"] = side_by_side({"": best}, ROUNDS)[""]
    speed = measure_evaluation(index, vector, rounds=ROUNDS)
    seconds |= {"rating": speed.rating, "evaluate": speed.ours, "SciPy": speed.scipy}
    seconds["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    # Photos alone: the page Map lays out a million photos in 11 GB.
    script = dashboard_folder() / "pages.py"
    [page] = measure_dashboard(index, vector, script, rounds=ROUNDS, views="photos").pages
    seconds["page"] = page.again
    return seconds


def run(command: list[str]) -> None:
    """Run a photorank command on the index, in a new process."""
    subprocess.run([*command, "--index", NAME], check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def from_disk(home: Path, command: list[str]) -> float:
    """Run time, in seconds, of a command that reads the index from disk, not from the cache."""
    for path in home.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    begun = time.perf_counter()
    run(command)
    return time.perf_counter() - begun


def table(found: dict[int, dict[str, float]]) -> str:
    """Markdown table of run times, with an extrapolation to ten times as many photos."""
    sizes = sorted(found)
    lines = ["| seconds | " + " | ".join(f"{n:,}" for n in sizes) + " | ten times as many |"]
    lines.append("|---|" + "---|" * (len(sizes) + 1))
    for row, words in (
        ROWS | {"memory": "peak memory until there, GB, mapped shards included"}
    ).items():
        cells = [found[n][row] for n in sizes]
        lines.append(
            f"| {words} | "
            + " | ".join(f"{cell:.3g}" for cell in cells)
            + f" | {extrapolated(found, row):.2g} |"
        )
    return "\n".join(lines)


def extrapolated(found: dict[int, dict[str, float]], row: str) -> float:
    """Seconds for ten times as many photos, extrapolated linearly from the two largest indexes."""
    before, last = sorted(found)[-2:]
    slope = (found[last][row] - found[before][row]) / (last - before)
    return found[last][row] + max(slope, 0.0) * 9 * last


def plot(found: dict[int, dict[str, float]]) -> str:
    """SVG plot of run time by number of photos, with logarithmic axes."""
    sizes = sorted(found)
    low, high = -3, 2
    left, top, width, height = 60, 20, 400, 280
    x0, x1 = math.log10(sizes[0]), math.log10(sizes[-1])

    def at(n: float, seconds: float) -> tuple[float, float]:
        across = (math.log10(n) - x0) / (x1 - x0)
        up = (math.log10(max(seconds, 10**low)) - low) / (high - low)
        return left + across * width, top + (1 - up) * height

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 350" font-family="sans-serif"'
        ' font-size="12"><rect width="640" height="350" fill="#fff"/>'
    ]
    for power in range(low, high + 1):
        _, y = at(sizes[0], 10.0**power)
        parts.append(f'<path d="M{left} {y:.1f}h{width}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>'
        )
    for n in sizes:
        x, _ = at(n, 1)
        parts.append(f'<text x="{x:.1f}" y="{top + height + 20}" text-anchor="middle">{n:,}</text>')
    parts.append(
        f'<text x="{left + width / 2}" y="{top + height + 42}" text-anchor="middle">photos</text>'
    )
    ends = sorted((at(sizes[-1], found[sizes[-1]][row])[1], row) for row in SHOWN)
    written = -math.inf
    for colour, (y, row) in zip(
        ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#555"), ends, strict=True
    ):
        points = [at(n, found[n][row]) for n in sizes]
        line = " ".join(f"{x:.1f},{z:.1f}" for x, z in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{z:.1f}" r="3" fill="{colour}"/>' for x, z in points]
        written = max(y + 4, written + 15)  # labels do not overlap
        parts.append(
            f'<text x="{left + width + 10}" y="{written:.1f}" fill="{colour}">{row}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    """Build the indexes, measure every operation, and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    options.add_argument("--plot", type=Path, help="where the plot is written, as SVG")
    options.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.measure:
        print(json.dumps(measured(given.measure)))
        return
    if len(set(given.sizes)) < 2:
        options.error("--sizes needs two or more, to extrapolate from")
    found = {}
    for n in given.sizes:
        with TemporaryDirectory() as folder:
            home = Workspace(Path(folder))
            home.datasets.mkdir()
            write_synthetic(home.index(NAME), n, labels=n, blocks=EmbeddedEncoder.blocks)
            call = [sys.executable, __file__, "--measure", folder]
            found[n] = json.loads(subprocess.run(call, check=True, stdout=subprocess.PIPE).stdout)  # noqa: S603
        print(
            f"{n:,} photos measured, load {statistics.mean(os.getloadavg()):.1f}", file=sys.stderr
        )
    print(table(found))
    if given.plot:
        given.plot.write_text(plot(found))


if __name__ == "__main__":
    main()
