"""Coverage of confidence intervals for learners' accuracies, on simulated photos.

    python benchmarks/refitting_coverage.py                     # every design, 2,000 runs each
    python benchmarks/refitting_coverage.py --runs 200 --sizes 30 --labels noisy

Where labels are shuffled, every learner's true held-out accuracy is 0.5. Where
they follow a direction with noise, it is the mean accuracy, over all runs and
several thousand fresh photos each, of what was learned from nine tenths of the
photos; bias is the mean result less that. A 95 % interval that includes the
refitting holds it in about 95 % of runs; one that takes the fitted directions as
given does so less often. The last column is of the difference between a learner
and the first one.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import sqrt

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.learning.held_out_directions import out_of_fold_ratings
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.pair_sums import PairSums
from photorank.metrics.ranking import pairwise_accuracy
from photorank.typing import Floats
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners_by_name import LEARNERS

KINDS = ("mean-difference", "all-pairs")
# Photos, dimensions and groups of the designs beside those of few dimensions folded by photo.
MANY_DIMENSIONS, IN_GROUPS = (150, 300, 0), (160, 16, 20)
LABELS = {"shuffled": False, "noisy": True}  # whether there is anything to learn
FRESH = 3000  # photos that the true accuracy is measured on


@dataclass(frozen=True)
class Design:
    """Settings of a simulation: numbers of photos, dimensions and groups, and kind of labels."""

    n: int
    d: int
    groups: int  # 0: folds by photo
    signal: bool

    def photos(self, n: int, direction: Floats, rng: np.random.Generator) -> JudgedPhotos:
        """Simulated photos, with similar embeddings and labels within each group."""
        groups = self.groups * n // self.n
        codes = np.arange(n) % groups if groups else np.full(n, -1)
        X, y = rng.normal(size=(n, self.d)), rng.normal(size=n)
        if groups:
            X += 0.7 * rng.normal(size=(groups, self.d))[codes]
        X /= np.linalg.norm(X, axis=1, keepdims=True)
        if self.signal:
            y += X @ direction * sqrt(self.d)
            if groups:
                y += 0.7 * rng.normal(size=groups)[codes]
        return JudgedPhotos(
            X=X.astype(np.float32),
            comparisons=Comparisons.from_scores(y),
            groups=codes,
            series=np.full(n, -1),
            digests=tuple(map(str, range(n))),
        )


@dataclass(frozen=True)
class Run:
    """Confidence intervals and true accuracy of one learner in one simulation."""

    refitted: Estimate
    as_given: Estimate
    difference: Difference  # to the first learner
    truth: float


def main() -> None:
    """Print the coverage of each learner's confidence intervals, for each simulation design."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000, help="draws a row (2000)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 60, 150, 300], help="photos")
    parser.add_argument("--labels", nargs="+", choices=LABELS, default=list(LABELS))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    columns = "truth | bias | with refitting | without | difference"
    print(f"| labels | learner | n | d | folds by | {columns} |")
    print("|---" * 10 + "|")
    shapes = [*((n, 16, 0) for n in arguments.sizes), MANY_DIMENSIONS, IN_GROUPS]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for labels in arguments.labels:
            for n, d, groups in shapes:
                design = Design(n, d, groups, LABELS[labels])
                each = partial(one_run, design, arguments.seed)
                runs = list(pool.map(each, range(arguments.runs), chunksize=10))
                print_rows(design, dict(zip(KINDS, zip(*runs, strict=True), strict=True)))


def one_run(design: Design, seed: int, run: int) -> list[Run]:
    """Results of all learners in one simulation, on the same photos and folds."""
    rng = np.random.default_rng([seed, design.n, design.d, design.groups, design.signal, run])
    direction = rng.normal(size=design.d)
    direction /= np.linalg.norm(direction)
    photos = design.photos(design.n, direction, rng)
    fresh = design.photos(FRESH // design.n * design.n, direction, rng) if design.signal else None
    by = "group" if design.groups else "photo"
    folds = split_into_folds(photos, Protocol(fold_by=by, seed=int(rng.integers(2**31))))
    pairs = HeldOutPairs.of(photos.comparisons, folds)
    runs: list[Run] = []
    base: list[PairSums] | None = None
    for kind in KINDS:
        ratings = out_of_fold_ratings(LEARNERS[kind], photos, folds)
        sums = pairs.sums(ratings, refitted=True)
        base = sums if base is None else base
        runs.append(
            Run(
                pairs.estimate(sums, refitted=True),
                pairs.estimate(pairs.sums(ratings, refitted=False), refitted=False),
                pairs.difference(sums, base, refitted=True),
                truth(LEARNERS[kind], photos, folds, fresh),
            )
        )
    return runs


def truth(
    learner: DirectionLearner, photos: JudgedPhotos, folds: Folds, fresh: JudgedPhotos | None
) -> float:
    """True accuracy of a learner trained without the first fold, measured on fresh photos.

    It is 0.5 if labels are random.
    """
    if fresh is None:
        return 0.5
    rows = np.flatnonzero(folds.codes[0] != 0)
    taught = photos.take(rows)
    fitted = learner.unfitted().fit(taught.X, taught.comparisons)
    return pairwise_accuracy(fitted.decision_function(fresh.X), fresh.comparisons)


def print_rows(design: Design, runs: dict[str, tuple[Run, ...]]) -> None:
    """Print a table row for each learner, with the coverage of its confidence intervals."""
    truths = {
        kind: float(np.mean([run.truth for run in of_kind])) for kind, of_kind in runs.items()
    }
    by = "group" if design.groups else "photo"
    labels = "noisy" if design.signal else "shuffled"
    for kind, of_kind in runs.items():
        true, apart = truths[kind], truths[kind] - truths[KINDS[0]]
        values = [run.refitted.value for run in of_kind]
        bias = f"{np.mean(values) - true:+.3f} ± {1.96 * np.std(values) / sqrt(len(values)):.3f}"
        shares = [
            share([holds(run.refitted, true) for run in of_kind]),
            share([holds(run.as_given, true) for run in of_kind]),
            share([holds(run.difference, apart) for run in of_kind]) if kind != KINDS[0] else "",
        ]
        cells = [labels, kind, design.n, design.d, by, f"{true:.3f}", bias, *shares]
        print("|", " | ".join(map(str, cells)), "|", flush=True)


def holds(estimate: Estimate | Difference, true: float) -> bool:
    """True if a confidence interval contains the true value."""
    return estimate.low <= true <= estimate.high


def share(held: list[bool]) -> str:
    """Percentage of True values in a list, with its 95 % confidence interval, as text."""
    p = float(np.mean(held))
    return f"{p:.1%} ± {1.96 * sqrt(p * (1 - p) / len(held)):.1%}"


if __name__ == "__main__":
    main()
