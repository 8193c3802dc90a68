"""Experiment that kills photorank at random moments and checks for lost or damaged data.

python benchmarks/kills.py --index 10 --export 10 --evaluate 10 --label 10 --seed 3

Each victim is a process of its own, forked when the libraries are loaded, so that the moments lie
in its work and not in its start. Each run is a piece of its own seed, added to what earlier ones
left in benchmarks/results/reliability/.
"""

import argparse
import asyncio
import hashlib
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # a process of more threads could not be forked
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from kill_scene import Scene  # noqa: E402
from processes import child, ended, fork, killed  # noqa: E402
from visitors import Visitor, server  # noqa: E402
from websockets.exceptions import ConnectionClosed  # noqa: E402

from photorank.index.maintenance.checks import examine_index  # noqa: E402
from photorank.index.opened import Index  # noqa: E402
from photorank.workspace import IndexPaths  # noqa: E402

Found = dict[str, int]

# What is told of each kind of kills: what was tried, how often, and what happened.
WORDS = {
    "index": (
        "kill -9 while `index` embeds {photos} photos (`embedded`), up to three times in a row",
        "{kills}, {inside} before its end, {partly} of them with a part of the photos in the index",
        "{differ} contents, seen after a kill or after the next run, that are not an undisturbed "
        "run's (digest, path, every bit of the embedding); {unhealthy} findings of `doctor`'s "
        "examination of the index after the next run",
    ),
    "export": (
        "kill -9 while `export` writes CSV, XMP or Parquet",
        "{kills}, {inside} before its end",
        "{half} half-written files under their own names, {parts} times a part under a temporary "
        "one; {differ} next exports that differ from an undisturbed one; {unhealthy} findings in "
        "the index; {altered} photos altered",
    ),
    "evaluate": (
        "kill -9 while `evaluate` measures two learners and a vector",
        "{kills}, {inside} before its end",
        "{half} half-written results, {differ} next ones that differ from an undisturbed one's; "
        "{unhealthy} findings in the index",
    ),
    "label": (
        "kill -9 of the dashboard's server while a person labels, between and during clicks",
        "{kills}, {inside} at work, after {clicks} answered clicks",
        "{lost} answered clicks lost, {extra} choices nobody made; {unhealthy} findings in the "
        "index",
    ),
}
CHOICES = ("first", "second", "tie")
LIBRARIES = ("torch", "timm", "faiss", "scipy.stats", "sklearn.linear_model", "streamlit")


def main() -> None:
    """Kill photorank as often as requested during each kind of work, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("index", "export", "evaluate", "label"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--photos", type=int, default=60, help="how many are indexed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks/results/reliability")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    chance = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    for name in LIBRARIES:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder), options.photos)
        for name, kills in (
            ("index", kill_index),
            ("export", kill_export),
            ("evaluate", kill_evaluate),
            ("label", kill_label),
        ):
            if number := getattr(options, name):
                found = kills(scene, number, chance)
                print(name, json.dumps(found), flush=True)
                piece = {"seed": options.seed, "kills": number} | found
                record(options.results / f"kills-{name}.json", name, piece, options.photos)


def record(file: Path, name: str, piece: Found, photos: int) -> None:
    """Add a run's counts to a results file, and update the file's summary text."""
    pieces = json.loads(file.read_text())["pieces"] if file.exists() else []
    others = [one for one in pieces if one["seed"] != piece["seed"]]
    pieces = sorted([*others, piece], key=lambda one: one["seed"])
    sums = {key: sum(one[key] for one in pieces) for key in piece if key != "seed"}
    what, times, happened = WORDS[name]
    seeds = " ".join(str(one["seed"]) for one in pieces)
    row = {
        "part": "Crashes",
        "what": what.format(photos=photos),
        "times": times.format(**sums),
        "happened": happened.format(**sums),
        "how": f"`for s in {seeds}; do python benchmarks/kills.py --{name} {piece['kills']} "
        "--seed $s; done`",
        "pieces": pieces,
    }
    file.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")


def kill_index(scene: Scene, number: int, chance: random.Random) -> Found:
    """Kill indexing after a random number of photos, and check the index."""
    found = dict.fromkeys(("inside", "partly", "differ", "unhealthy"), 0)
    for kill in range(number):
        if kill % 3 == 0:  # each workspace is killed up to three times before it is completed
            scene.home(f"index-{time.monotonic_ns()}")
        reading, writing = os.pipe()
        victim = fork(lambda told=writing: scene.index(told))
        os.close(writing)
        photos = chance.randrange(scene.n_photos // 2)
        while photos > 0 and (more := os.read(reading, photos)):
            photos -= len(more)
        time.sleep(chance.uniform(0, 0.2))  # also between a batch's shard and its transaction
        found["inside"] += ended(victim)
        os.close(reading)
        if scene.paths.manifest.exists():
            shown = scene.contents()
            found["partly"] += 0 < len(shown or ()) < scene.n_photos
            found["differ"] += not scene.agrees(shown)
        if kill % 3 == 2 or kill == number - 1:
            child(scene.index)
            whole = scene.contents()
            found["differ"] += len(whole or ()) != scene.n_photos or not scene.agrees(whole)
            found["unhealthy"] += unhealthy(scene.paths)
    return found


def kill_export(scene: Scene, number: int, chance: random.Random) -> Found:
    """Kill an export; check that the next export equals that of an uninterrupted run."""
    scene.home("whole")
    before = tree(scene.photos)
    found = dict.fromkeys(("inside", "half", "parts", "differ", "unhealthy", "altered"), 0)
    expected: dict[str, dict[str, str]] = {}
    seconds: dict[str, float] = {}

    def export(format: str, to: Path) -> None:
        scene.command("export", "--format", format, "--vector", "mine", "--to", to, "--json")

    for kill in range(number):
        format = ("csv", "xmp", "parquet")[kill % 3]
        if format not in expected:
            whole = scene.folder / f"whole-{format}"
            begun = time.monotonic()
            child(lambda format=format, to=whole: export(format, to))
            seconds[format], expected[format] = time.monotonic() - begun, tree(whole)
        to = scene.folder / f"export-{kill}"
        again = lambda format=format, to=to: export(format, to)  # noqa: E731
        found["inside"] += killed(again, chance.uniform(0, seconds[format]))
        seen = tree(to)
        found["parts"] += any(".part" in name for name in seen)
        found["half"] += any(
            expected[format].get(name) != digest
            for name, digest in seen.items()
            if ".part" not in name
        )
        child(again)
        after = {name: one for name, one in tree(to).items() if ".part" not in name}
        found["differ"] += after != expected[format]
        found["unhealthy"] += unhealthy(scene.paths)
    found["altered"] = len(set(before.items()) ^ set(tree(scene.photos).items()))
    return found


def kill_evaluate(scene: Scene, number: int, chance: random.Random) -> Found:
    """Kill an evaluation; check that saved results equal those of an uninterrupted run."""
    scene.home("whole")
    found = dict.fromkeys(("inside", "half", "differ", "unhealthy"), 0)

    def evaluate() -> None:
        scene.command(
            *("evaluate", "--learners", "mean-difference,all-pairs", "--folds", 3, "--repeats", 1),
            "--json",
        )

    def saved() -> dict[str, str]:
        """JSON text of each saved evaluation, by file name; empty for a damaged file.

        Text is compared, because NaN differs from itself.
        """
        results = {}
        for path in scene.paths.evaluations.glob("*.json"):
            try:
                evaluation = json.loads(path.read_bytes())
            except ValueError:
                results[path.name] = ""
            else:
                results[path.name] = json.dumps(evaluation | {"created": ""})
        return results

    child(evaluate)
    begun = time.monotonic()
    child(evaluate)
    seconds = time.monotonic() - begun
    known = saved()
    expected = next(iter(known.values()))
    found["differ"] += sum(one != expected for one in known.values())
    for kill in range(number):
        found["inside"] += killed(evaluate, chance.uniform(0, seconds))
        if kill % 3 == 2 or kill == number - 1:
            before = len(saved())
            child(evaluate)
            found["differ"] += len(saved()) != before + 1
        new = {name: one for name, one in saved().items() if name not in known}
        found["half"] += sum(not one for one in new.values())
        found["differ"] += sum(one not in ("", expected) for one in new.values())
        known |= new
        found["unhealthy"] += unhealthy(scene.paths)
    return found


def kill_label(scene: Scene, number: int, chance: random.Random) -> Found:
    """Kill the server during labelling, and check that it kept every confirmed click."""
    home = scene.home("whole").root
    found = dict.fromkeys(("inside", "clicks", "lost", "extra", "unhealthy"), 0)
    for _ in range(number):
        had = len(Index.open(scene.paths).choices().winners)
        with server(home) as (port, process):
            answered = asyncio.run(label_until_killed(port, process, chance))
        found["inside"] += 1
        kept = len(Index.open(scene.paths).choices().winners) - had
        found["lost"] += max(answered - kept, 0)
        found["extra"] += max(kept - answered - 1, 0)  # one may be kept and not answered yet
        found["clicks"] += answered
        found["unhealthy"] += unhealthy(scene.paths)
    return found


async def label_until_killed(port: int, process: int, chance: random.Random) -> int:
    """Number of choices acknowledged by the server before it was killed."""
    person, wanted, answered = Visitor(port), chance.randrange(1, 6), 0

    async def kill() -> None:
        await asyncio.sleep(chance.uniform(0, 0.3))  # between clicks, or during one
        os.kill(process, signal.SIGKILL)

    await person.come()
    page = await person.open("Teach")
    killing = None
    try:
        while True:
            if answered == wanted and killing is None:
                killing = asyncio.create_task(kill())
            page = await person.choose(page, chance.choice(CHOICES))
            if page.errors:
                raise SystemExit(f"the page failed before it was killed: {page.errors}")
            answered += 1
    except (ConnectionClosed, OSError):
        return answered


def unhealthy(paths: IndexPaths) -> int:
    """Check an index, print the problems found, and return their number."""
    found = [finding for finding in examine_index(paths) if finding.level == "wrong"]
    for finding in found:
        print(finding, flush=True)
    return len(found)


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 digest of each file in a folder and its subfolders, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


if __name__ == "__main__":
    main()
