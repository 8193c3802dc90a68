"""End photorank by kill -9 at random moments, and look whether anything was lost or damaged.

python benchmarks/kills.py --index 70 --export 45 --evaluate 40 --label 45

Each victim is a process of its own, forked when the libraries are loaded, so that the moments lie
in its work and not in its start. What happened is written to benchmarks/results/reliability/.
"""

import argparse
import hashlib
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - one thread a process, or none could be forked
from PIL import Image  # noqa: E402

from photorank.index import batches  # noqa: E402
from photorank.index.build import build_index  # noqa: E402
from photorank.index.health import examine_index  # noqa: E402
from photorank.index.store import Index  # noqa: E402
from photorank.workspace import IndexPaths, Workspace  # noqa: E402

PHOTOS = 60
COSINE = 0.99  # of two embeddings of a photo, in whatever precision
ENCODER = "embedded"
LIBRARIES = ("torch", "timm", "faiss", "scipy.stats", "sklearn.linear_model", "streamlit")


def main() -> None:
    """Kill as often as is asked, and write what happened."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("index", "export", "evaluate", "label"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks/results/reliability")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    chance = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    for name in LIBRARIES:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        for name, kills in (
            ("index", kill_index),
            ("export", kill_export),
            ("evaluate", kill_evaluate),
            ("label", kill_label),
        ):
            if number := getattr(options, name):
                how = f"`python benchmarks/kills.py --{name} {number} --seed {options.seed}`"
                found = kills(scene, number, chance) | {"part": "Crashes", "how": how}
                print(json.dumps(found), flush=True)
                file = options.results / f"kills-{name}.json"
                file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


class Scene:
    """A folder of photos with labels, and what an undisturbed run makes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.photos = folder, folder / "photos"
        self.photos.mkdir()
        rng = np.random.default_rng(0)
        for number in range(PHOTOS):
            pixels = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
            picture = Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC)
            picture.save(self.photos / f"{number:03}.jpg")
        self.labels = folder / "labels.csv"
        rows = [f"{number:03}.jpg,{rng.integers(1, 6)}" for number in range(PHOTOS)]
        self.labels.write_text("file,score\n" + "\n".join(rows) + "\n")
        batches.PHOTOS = 8
        self.home("whole")
        # Here nothing computes: threads of a library would not come along into the victims.
        child(self.index)
        child(lambda: self.command("labels", "import", self.labels))
        child(lambda: self.command("vector", "learn", "mine", "--learner", "all-pairs"))
        self.whole = self.contents()

    def home(self, name: str) -> Workspace:
        """Make a workspace the current one."""
        for part in ("index", "datasets"):
            (self.folder / name / part).mkdir(parents=True, exist_ok=True)
        os.environ["PHOTORANK_HOME"] = str(self.folder / name)
        return Workspace(self.folder / name)

    @property
    def paths(self) -> IndexPaths:
        """The files of the current workspace's index."""
        return Workspace.current().index("kept")

    def index(self, told: int | None = None) -> None:
        """Index the photos, and write a byte for each into a pipe."""

        def tell(done: int, total: int) -> None:
            if told is not None:
                os.write(told, b".")

        build_index(
            [self.photos],
            "kept",
            workspace=Workspace.current(),
            encoder_spec=ENCODER,
            runtime="torch",
            workers=1,
            batch_size=4,
            on_progress=tell,
        )

    def command(self, *words: object) -> None:
        """Run a command of the command line."""
        from photorank.cli.app import app

        try:
            app([str(word) for word in words])
        except SystemExit as ended:
            if ended.code:
                raise

    def contents(self) -> list[Any]:
        """Return all that the index shows."""
        index = Index.open(self.paths)
        return [
            (photo.digest, str(photo.path), row)
            for photo, row in zip(index.photos(), index.embeddings(), strict=True)
        ]

    def agrees(self, shown: list[Any]) -> bool:
        """Tell whether each photo is one of an undisturbed run, with its embedding.

        Runs choose their precision by what is fastest just then, so bits may differ.
        """
        whole = {(digest, path): row for digest, path, row in self.whole}
        return all(
            (digest, path) in whole and float(row @ whole[digest, path]) > COSINE
            for digest, path, row in shown
        )


def kill_index(scene: Scene, number: int, chance: random.Random) -> dict[str, str]:
    """Kill indexing after any number of photos."""
    states: set[int] = set()
    wrong = bad = inside = 0
    for kill in range(number):
        if kill % 3 == 0:  # each workspace is killed up to three times before it is completed
            scene.home(f"index-{kill}")
        reading, writing = os.pipe()
        victim = fork(lambda told=writing: scene.index(told))
        os.close(writing)
        photos = chance.randrange(PHOTOS)
        while photos > 0 and (more := os.read(reading, photos)):
            photos -= len(more)
        time.sleep(chance.uniform(0, 0.2))  # also between a batch's shard and its transaction
        inside += ended(victim)
        os.close(reading)
        if scene.paths.manifest.exists():
            shown = scene.contents()
            states.add(len(shown))
            bad += not scene.agrees(shown)
        if kill % 3 == 2 or kill == number - 1:
            child(scene.index)
            whole = scene.contents()
            bad += len(whole) != PHOTOS or not scene.agrees(whole)
            wrong += unhealthy(scene.paths)
    return {
        "what": f"kill -9 while `index` embeds {PHOTOS} photos (`embedded`), up to three times in "
        "a row",
        "times": f"{number}, {inside} before its end, at {len(states)} different numbers of photos",
        "happened": f"{bad} wrong contents at any moment or after the next run; {wrong} "
        "findings of `doctor`'s examination of the index after it",
    }


def kill_export(scene: Scene, number: int, chance: random.Random) -> dict[str, str]:
    """Kill exports; the next one to the same folder must make what an undisturbed one makes."""
    scene.home("whole")
    before = tree(scene.photos)
    wrong = bad = half = parts = inside = 0
    for format, options in (("csv", ()), ("xmp", ()), ("parquet", ())):
        whole = scene.folder / f"whole-{format}"

        def export(to: Path, format: str = format, options: tuple[str, ...] = options) -> None:
            scene.command(
                "export", "--format", format, "--vector", "mine", "--to", to, "--json", *options
            )

        begun = time.monotonic()
        child(lambda to=whole: export(to))
        seconds = time.monotonic() - begun
        expected = tree(whole)
        for kill in range(number // 3 + (number % 3 if format == "csv" else 0)):
            to = scene.folder / f"export-{format}-{kill}"
            inside += killed(lambda to=to: export(to), chance.uniform(0, seconds))
            seen = tree(to)
            parts += any(".part" in name for name in seen)
            half += any(
                expected.get(name) != digest for name, digest in seen.items() if ".part" not in name
            )
            child(lambda to=to: export(to))
            bad += {name: one for name, one in tree(to).items() if ".part" not in name} != expected
            wrong += unhealthy(scene.paths)
    return {
        "what": "kill -9 while `export` writes CSV, XMP or Parquet",
        "times": f"{number}, {inside} before its end",
        "happened": f"{half} half-written files under their own names, {parts} times a part under "
        f"a temporary one; {bad} next exports that "
        f"differ from an undisturbed one; {wrong} findings in the index; "
        f"{sum(tree(scene.photos) != one for one in [before])} photos altered",
    }


def kill_evaluate(scene: Scene, number: int, chance: random.Random) -> dict[str, str]:
    """Kill evaluations; the next must give the numbers of an undisturbed one."""
    scene.home("whole")

    def evaluate() -> None:
        scene.command(
            *("evaluate", "--learners", "mean-difference,all-pairs", "--folds", 3, "--repeats", 1),
            "--json",
        )

    def latest() -> Any:
        paths = sorted(scene.paths.evaluations.glob("*.json"))
        results = json.loads(paths[-1].read_text())["results"] if paths else None
        return json.dumps(results)  # as text, for nan is not equal to itself

    child(evaluate)
    begun = time.monotonic()
    child(evaluate)
    seconds = time.monotonic() - begun
    expected = latest()
    wrong = bad = inside = 0
    for _ in range(number):
        inside += killed(evaluate, chance.uniform(0, seconds))
        bad += latest() != expected  # the last whole one, whichever that is
        wrong += unhealthy(scene.paths)
        if chance.random() < 0.3:
            child(evaluate)
            bad += latest() != expected
    child(evaluate)
    bad += latest() != expected
    return {
        "what": "kill -9 while `evaluate` measures two learners and a vector",
        "times": f"{number}, {inside} before its end",
        "happened": f"{bad} results that differ from an undisturbed one; {wrong} findings in the "
        "index",
    }


def kill_label(scene: Scene, number: int, chance: random.Random) -> dict[str, str]:
    """Kill the page on which a person labels; every click it has answered must be kept."""
    scene.home("whole")
    lost = extra = wrong = clicks = inside = 0
    for _ in range(number):
        had = len(Index.open(scene.paths).choices().winners)
        reading, writing = os.pipe()

        def click(told: int = writing) -> None:
            from streamlit.testing.v1 import AppTest

            page = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()
            page.switch_page("views/label.py").run()
            while True:
                outcomes = ("first-", "second-", "tie-")
                one = next(one for one in page.button if str(one.key).startswith(outcomes))
                one.click().run()
                if page.exception:
                    raise RuntimeError(page.exception[0].value)
                os.write(told, b".")

        victim = fork(click)
        os.close(writing)
        wanted = chance.randrange(1, 4)
        answered = b""
        while len(answered) < wanted and (more := os.read(reading, 1)):
            answered += more
        time.sleep(chance.uniform(0, 0.4))
        inside += ended(victim)
        while more := os.read(reading, 64):
            answered += more
        os.close(reading)
        kept = len(Index.open(scene.paths).choices().winners) - had
        lost += max(len(answered) - kept, 0)
        extra += max(kept - len(answered) - 1, 0)  # one may be kept and not answered yet
        clicks += len(answered)
        wrong += unhealthy(scene.paths)
    return {
        "what": "kill -9 of the dashboard's page “Label” between and during clicks",
        "times": f"{number}, {inside} at work, after {clicks} answered clicks",
        "happened": f"{lost} answered clicks lost, {extra} choices nobody made; {wrong} findings "
        "in the index",
    }


def fork(work: Callable[[], None]) -> int:
    """Start work in a process of its own, and return its number."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def child(work: Callable[[], None]) -> None:
    """Do work in a process of its own, which must succeed."""
    _, status = os.waitpid(fork(work), 0)
    if status:
        raise SystemExit("a run that nobody disturbed failed; see above")


def killed(work: Callable[[], None], seconds: float) -> bool:
    """Kill work after some seconds, and tell whether it was still at it."""
    process = fork(work)
    time.sleep(seconds)
    return ended(process)


def ended(process: int) -> bool:
    """Kill a process, and tell whether it was still alive."""
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a run failed before it was killed; see above")
    return os.WIFSIGNALED(status)


def unhealthy(paths: IndexPaths) -> int:
    """Return how much of an index is wrong."""
    found = [finding for finding in examine_index(paths) if finding.level == "wrong"]
    for finding in found:
        print(finding, flush=True)
    return len(found)


def tree(folder: Path) -> dict[str, str]:
    """Return the digest of each file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


if __name__ == "__main__":
    main()
