"""What technical signals add to an embedding, on people's beauty ratings and on known defects.

    python benchmarks/signals.py --oasis DIR --work DIR

DIR of OASIS holds `images/` and `ratings.csv`; --work keeps three indexes between runs: the
sample, `oasis`, and `spoilt`, which is 60 photos of OASIS spoilt as the sample is: eight scenes
alone would tell little. Learners are fitted anew in every fold; differences are paired, with
95 % intervals that include the refitting.
"""

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from photorank.demo import build_sample
from photorank.index.building.build import build_index
from photorank.index.building.measure_signals import measure_signals
from photorank.index.building.request import BuildRequest
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import (
    ChoiceRow,
    ChoiceTable,
    LabelRow,
    LabelTable,
    read_labels,
)
from photorank.learning.held_out import out_of_fold_ratings
from photorank.learning.judged_photos import judged_photos
from photorank.learning.protocol import FoldBy, Protocol
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.photos.open_photo import decode_photo, read_photo
from photorank.photos.signals.all_signals import SIGNALS, photo_signals
from photorank.sample import DEFECTS, SEVERITIES, degraded
from photorank.typing import Scope
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.signal_block import AllPairsWithSignals, with_signals
from photorank.workspace import Workspace

USED = [name for name in SIGNALS if name not in ("width", "height")]
SPOILT_PHOTOS = 60


class Setting(NamedTuple):
    """What is asked of an index."""

    index: str
    fold_by: FoldBy
    scope: Scope
    folds: int = 10


SETTINGS = (
    Setting("sample", "group", "within"),
    Setting("oasis", "photo", "all"),
    Setting("oasis", "photo", "within"),
    Setting("oasis", "group", "all"),
    Setting("spoilt", "group", "within", folds=5),
)


def main() -> None:
    """Build what is missing, and print a table a question."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oasis", type=Path, required=True, help="folder of images/, ratings.csv")
    parser.add_argument("--work", type=Path, required=True, help="keeps indexes between runs")
    parser.add_argument("--repeats", type=int, default=1)
    arguments = parser.parse_args()
    indexes = measured(Workspace(arguments.work), arguments.oasis)
    print(speed(sorted((arguments.oasis / "images").iterdir())[:40]))
    print("\n| photos | held out by | pairs | embedding | signals | both | gain of both |")
    print("|---|---|---|---|---|---|---|")
    for setting in SETTINGS:
        print(gain(indexes[setting.index], setting, arguments.repeats), flush=True)


def measured(workspace: Workspace, oasis: Path) -> dict[str, Index]:
    """Return the three indexes, with signals; what is missing is built."""
    indexes = {
        "sample": build_sample(workspace),
        "oasis": oasis_index(workspace, oasis),
        "spoilt": spoilt_index(workspace, oasis),
    }
    for index in indexes.values():
        measure_signals(index.paths)
    return indexes


def gain(index: Index, setting: Setting, repeats: int) -> str:
    """Return a row: held-out accuracy of the embedding, the signals and both."""
    photos = judged_photos(index)
    protocol = Protocol(fold_by=setting.fold_by, folds=setting.folds, repeats=repeats)
    folds = photos.split(protocol)
    found = index.signals()
    columns = [found.names.index(name) for name in USED]
    signals = found.values[photos.rows][:, columns]
    alone = with_signals(np.empty((len(signals), 0), dtype=np.float32), signals)
    both = with_signals(photos.X, signals)
    learner = AllPairsWithSignals(n_signals=len(USED))
    ratings = [
        out_of_fold_ratings(AllPairs(), photos, folds),
        out_of_fold_ratings(learner, replace(photos, X=alone), folds),
        out_of_fold_ratings(learner, replace(photos, X=both), folds),
    ]
    pairs = HeldOutPairs.of(photos.comparisons, folds).inside(photos.groups, setting.scope)
    sums = [pairs.sums(one, refitted=True) for one in ratings]
    cells = [cell(pairs.estimate(one, refitted=True)) for one in sums]
    difference = pairs.difference(sums[2], sums[0], refitted=True)
    where = f"{setting.scope} groups" if setting.scope == "within" else setting.scope
    return f"| {setting.index} | {setting.fold_by} | {where} | {' | '.join(cells)} | {difference} |"


def speed(files: Sequence[Path]) -> str:
    """Return what measuring costs."""
    took = []
    for file in files:
        data = read_photo(file)
        begun = time.process_time()
        photo_signals(data)
        took.append(1000 * (time.process_time() - begun))
    size = Image.open(files[0]).size
    return f"{np.median(took):.0f} ms of one core a photo of {size[0]} x {size[1]}, decoded"


def oasis_index(workspace: Workspace, folder: Path) -> Index:
    """Return the index of OASIS with its beauty ratings."""
    paths = workspace.index("oasis")
    build_index(
        workspace.index("oasis"), BuildRequest([folder / "images"], encoder_spec="embedded")
    )
    import_labels(paths, read_labels(folder / "ratings.csv"), base=[folder / "images"])
    return Index.open(paths)


def spoilt_index(workspace: Workspace, folder: Path) -> Index:
    """Return the index of some photos of OASIS and their spoilt copies."""
    paths = workspace.index("spoilt")
    files = sorted((folder / "images").iterdir())
    drawn = np.random.default_rng(0).choice(len(files), SPOILT_PHOTOS, replace=False)
    labels: list[LabelRow] = []
    choices: list[ChoiceRow] = []
    for number in drawn.tolist():
        scene = paths.photos / files[number].stem
        versions = spoil(files[number], scene, seed=number)
        names = [f"{scene.name}/{version}.jpg" for best_first in versions for version in best_first]
        labels += [LabelRow(0, name, 0.0, group=scene.name) for name in sorted({*names})]
        for best_first in versions:
            pairs = combinations([f"{scene.name}/{version}.jpg" for version in best_first], 2)
            choices += [ChoiceRow(0, winner, loser) for winner, loser in pairs]
    build_index(workspace.index("spoilt"), BuildRequest([paths.photos], encoder_spec="embedded"))
    import_labels(paths, LabelTable("spoilt", labels), base=[paths.photos], judgements="choices")
    import_choices(paths, ChoiceTable("spoilt", choices), base=[paths.photos], judgements="choices")
    return Index.open(paths)


def spoil(file: Path, scene: Path, *, seed: int) -> list[list[str]]:
    """Write a photo and its spoilt copies, and return their names, best first, a list a defect."""
    scene.mkdir(parents=True, exist_ok=True)
    photo = decode_photo(read_photo(file))
    versions = []
    for defect in DEFECTS:
        best_first = ["original"]
        for severity in SEVERITIES:
            best_first.append(f"{defect}-{severity}")
            path = scene / f"{best_first[-1]}.jpg"
            if not path.exists():
                degraded(photo, defect, severity, seed=seed).save(path, quality=95)
        versions.append(best_first)
    if not (scene / "original.jpg").exists():
        photo.save(scene / "original.jpg", quality=95)
    return versions


def cell(estimate: object) -> str:
    """Return value and limits alone."""
    return str(estimate).partition(" (")[0]


if __name__ == "__main__":
    main()
