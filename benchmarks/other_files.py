"""Experiment that runs photorank commands on kinds of broken files that the tests lack.

    python benchmarks/other_files.py

`index`, `status`, `top`, `rate`, `signals`, `album`, `export`, `labels collect` and `doctor` run as
a user runs them. What happened is written to benchmarks/results/reliability/other-files.json; a
traceback, a hang, an altered file, a good photo that is skipped, a reason that is missing, or more
memory than the limit ends the run with 1.
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from broken_files import GOOD, write

ROOT = Path(__file__).parents[1]
SECONDS = 300  # for one command
MEMORY = 3.0  # GB, of a command and its decoders: four of them may hold a photo of 250 megapixels


def main() -> None:
    """Run the commands on a folder of broken files, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks/results/reliability")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = run(Path(folder), random.Random(options.seed))  # noqa: S311 - bytes
    options.results.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1)
    print(text)
    (options.results / "other-files.json").write_text(text + "\n", encoding="utf-8")
    if found["wrong"]:
        raise SystemExit(1)


def run(root: Path, dice: random.Random) -> dict[str, object]:
    """Results of running the commands on newly made broken files, as one table row."""
    photos = root / "photos"
    made = write(photos, dice)
    before = digests(photos)
    wrong: list[str] = []
    most = 0.0
    took: dict[str, float] = {}
    for part in ("index", "datasets"):
        (root / "home" / part).mkdir(parents=True)
    strange = sorted(photos.glob("*.jpg"), key=lambda path: os.fsencode(path.name))[:5]
    commands = {
        "index": ["index", photos, "--name", "x", "--encoder", "embedded", "--json"],
        "index again": ["index", photos, "--name", "x", "--json"],
        "status": ["status", "--json"],
        "top": ["top", "--vector", "technical", "-k", 50, "--json"],
        "rate": ["rate", *strange, "--vector", "technical", "--json"],
        "signals": ["signals", "--json"],
        "album": ["album", "--vector", "technical", "--places", 10, "--json"],
        "export": ["export", "--format", "csv", "--vector", "technical", "--to", root / "out"],
        "sidecars": ["export", "--format", "xmp", "--vector", "technical", "--to", root / "xmp"],
        "collect": ["labels", "collect", "stars", "--json"],
        "doctor": ["doctor", "--json"],
    }
    told: dict[str, str] = {}
    for name, words in commands.items():
        code, out, err, memory, took[name] = command(root / "home", words)
        most = max(most, memory)
        if code not in (0, 1) or "Traceback" in err:
            wrong.append(f"{name} ended with {code}: {err[-500:]}")
        if name == "index" and code == 0:
            told = {one["path"]: one["reason"] for one in json.loads(out)["skipped"]}
            wrong += [f"no reason for {path}" for path, why in told.items() if not why.strip()]
        elif name not in ("index", "rate", "collect", "doctor") and code:
            wrong.append(f"{name} was refused: {err[-300:]}")
    wrong += [f"the good photo {path} was skipped" for path in told if "/good/" in path]
    if digests(photos) != before:
        wrong.append("a file was altered")
    if most > MEMORY:
        wrong.append(f"{most:.1f} GB")
    return {
        "part": "Bad input",
        "what": f"a second corpus, made in other ways, among {GOOD} good photos, through `index` "
        "(twice), `status`, `top`, `rate`, `signals`, `album`, `export`, `labels collect` and "
        "`doctor`",
        "times": f"{made:,} files",
        "happened": f"{made + GOOD - len(told):,} read, {len(told):,} skipped with a reason; "
        f"{len(wrong)} tracebacks, hangs, altered files or good photos skipped; `index` took "
        f"{took['index']:.0f} s, all at most {most:.1f} GB with their decoders",
        "how": "`python benchmarks/other_files.py`",
        "wrong": wrong,
        "reasons": sorted(set(told.values())),
        "seconds": {name: round(seconds, 1) for name, seconds in took.items()},
    }


def command(home: Path, words: list[object]) -> tuple[int, str, str, float, float]:
    """Exit code, output, error output, peak memory (GB) and run time (s) of a command."""
    begun, most = time.monotonic(), 0.0
    with (home / "out").open("w+") as out, (home / "err").open("w+") as err:
        process = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "photorank", *map(str, words)],
            cwd=ROOT,
            env=os.environ | {"PHOTORANK_HOME": str(home)},
            stdout=out,
            stderr=err,
        )
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            time.sleep(0.05)
            try:
                family = [watched, *watched.children(recursive=True)]
                most = max(most, sum(one.memory_info().rss for one in family) / 1e9)
            except psutil.Error:
                continue
            if time.monotonic() - begun > SECONDS:
                for one in family:
                    one.kill()
        out.seek(0)
        err.seek(0)
        return process.returncode, out.read(), err.read(), most, time.monotonic() - begun


def digests(folder: Path) -> dict[str, str]:
    """Digest, modification time and mode of each file below 64 MB in a folder, as text.

    Symbolic links are left out.
    """
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 26:
            data = path.read_bytes()
            stat = path.stat()
            found[str(path)] = (
                f"{hashlib.sha256(data).hexdigest()} {stat.st_mtime_ns} {stat.st_mode}"
            )
    return found


if __name__ == "__main__":
    main()
