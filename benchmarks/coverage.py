"""Coverage of the metrics' 95 % confidence intervals, measured on simulated photos.

    python benchmarks/coverage.py                     # every design, 2,000 runs each
    python benchmarks/coverage.py --runs 200 --sizes 200 --designs tiers

Each run draws new photos from one population, rates them by two fixed
directions, and asks for the interval of the first one's pairwise accuracy and
of the paired difference of the two. The design "folds" does what `evaluate` does,
by the same functions; the others take all pairs. The truth is the accuracy of all
pairs of all runs together, in folds or not; bias is the mean result less the
truth. A figure outside 93.5-96.5 % is marked with a star.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from typing import NamedTuple

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.jackknife_intervals import jackknife, paired_difference
from photorank.metrics.ranking import PAIR_METRICS
from photorank.typing import Codes, Floats, Labels

TIERS = (0.90, 0.05, 0.05)
PHOTOS_A_CLUSTER = 10
SHARED = 0.4  # of the variance, by the photos of a cluster
EMBEDDING = 32  # dimensions: enough that no two random photos are near-duplicates
# How strongly the first rating follows the labels: about chance, an accuracy of 0.75, of 0.95.
SIGNALS = (0.0, 1.0, 6.3)
TIER_SIGNALS = (0.0, 0.8, 2.1)


class Drawn(NamedTuple):
    """Labels, rating errors and cluster codes of simulated photos, as arrays."""

    labels: Labels  # (n,)
    noise: Floats  # (3, n) what the ratings see beside the labels
    clusters: Codes | None  # (n,)


def photos(n: int, rng: np.random.Generator) -> Drawn:
    """Simulated photos, independent of each other."""
    return Drawn(rng.normal(size=n), rng.normal(size=(3, n)), None)


def tiers(n: int, rng: np.random.Generator) -> Drawn:
    """Simulated photos with labels in three tiers of very unequal size."""
    return Drawn(rng.choice(len(TIERS), n, p=TIERS) * 1.0, rng.normal(size=(3, n)), None)


def clusters(n: int, rng: np.random.Generator) -> Drawn:
    """Simulated photos in clusters of unequal size; labels and rating errors correlate in each."""
    codes = _clusters(n, rng)
    drawn = [_shared(codes, rng) for _ in range(4)]
    return Drawn(drawn[0], np.stack(drawn[1:]), codes)


def clustered_tiers(n: int, rng: np.random.Generator) -> Drawn:
    """Simulated photos with labels in three tiers of unequal size, correlated within clusters."""
    codes = _clusters(n, rng)
    quality = _shared(codes, rng)
    labels = np.searchsorted([1.2816, 1.6449], quality) * 1.0  # normal quantiles 0.90, 0.95
    return Drawn(labels, np.stack([_shared(codes, rng) for _ in range(3)]), codes)


DESIGNS: dict[str, tuple[Callable[[int, np.random.Generator], Drawn], tuple[float, ...]]] = {
    "photos": (photos, SIGNALS),
    "tiers": (tiers, TIER_SIGNALS),
    "clusters": (clusters, SIGNALS),
    "clustered-tiers": (clustered_tiers, TIER_SIGNALS),
    "folds": (photos, SIGNALS),
}


def simulate(
    design: str, n: int, signal: float, metric: str, runs: int, seed: tuple[int, ...]
) -> Floats:
    """Array (runs, 11) of simulation results, with one row for each random data set.

    The columns are the lower and upper limits of a metric for ratings A, those of its difference
    between ratings A and B, the metric's value for A, and three pair sums each for A and B.
    """
    rng = np.random.default_rng(seed)
    rows = []
    while len(rows) < runs:
        drawn = DESIGNS[design][0](n, rng)
        everyone = Comparisons.from_scores(drawn.labels)
        if not everyone.n_pairs:
            continue
        both = drawn.noise[0] + drawn.noise[1:]  # the two ratings err on the same photos
        ratings = [
            strength * signal * drawn.labels + noise / np.sqrt(2)
            for strength, noise in zip((1.0, 0.8), both, strict=True)
        ]
        a, b = (PAIR_METRICS[metric](r, everyone, clusters=drawn.clusters) for r in ratings)
        if design == "folds":
            one, difference = _as_evaluated(metric, ratings, everyone, rng)
        else:
            one = jackknife(a.leave_one_out(), n_photos=n, n_pairs=everyone.n_pairs)
            difference = paired_difference(a.leave_one_out(), b.leave_one_out())
        limits = [one.low, one.high, difference.low, difference.high, one.value]
        rows.append([*limits, *a.total, *b.total])
    return np.array(rows)


def _as_evaluated(
    metric: str, ratings: list[Floats], comparisons: Comparisons, rng: np.random.Generator
) -> tuple[Estimate, Difference]:
    """Value of a metric and its difference between two sets of ratings, estimated as in `evaluate`.

    `ratings` holds A and B. The estimates are computed as by `evaluate`.
    """
    n = comparisons.n
    X = rng.normal(size=(n, EMBEDDING))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    none = np.full(n, -1)
    judged = JudgedPhotos(X.astype(np.float32), comparisons, none, none, tuple(map(str, range(n))))
    folds = split_into_folds(judged, Protocol(seed=int(rng.integers(2**31))))
    pairs = HeldOutPairs.of(comparisons, folds)
    a, b = (
        pairs.sums(np.broadcast_to(r, folds.codes.shape), PAIR_METRICS[metric], refitted=False)
        for r in ratings
    )
    return pairs.estimate(a, refitted=False), pairs.difference(a, b, refitted=False)


def covered(low: Floats, high: Floats, truth: float) -> tuple[str, float]:
    """Percentage (as text) of intervals that contain the true value, and mean interval width.

    A star marks a percentage that is not from 93.5 to 96.5.
    """
    defined = np.isfinite(low)
    share = 100 * float(((low <= truth) & (truth <= high))[defined].mean())
    return f"{share:.1f}{' ' if 93.5 <= share <= 96.5 else '*'}", float(
        (high - low)[defined].mean()
    )


def main() -> None:
    """Run the simulations, and print the coverage for each design, size and signal strength."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=2000, help="draws a row (2000)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 60, 150, 374], help="photos")
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=list(DESIGNS))
    parser.add_argument("--metric", choices=PAIR_METRICS, default="pairwise_accuracy")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    print(f"{arguments.metric}, {arguments.runs} runs a row; nominal 95 %")
    columns = "design            n  truth    bias  covered %  width"
    print(f"{columns} | difference  covered %  width | undefined")
    workers = cpu_count() or 1
    with ProcessPoolExecutor(workers) as pool:
        for design in arguments.designs:
            for n in arguments.sizes:
                for signal in DESIGNS[design][1]:
                    simulated = partial(simulate, design, n, signal, arguments.metric)
                    shares = [len(part) for part in np.array_split(range(arguments.runs), workers)]
                    seeds = [(arguments.seed, worker) for worker in range(workers)]
                    rows = np.concatenate(list(pool.map(simulated, shares, seeds)))
                    print(_line(design, n, rows), flush=True)


def _line(design: str, n: int, rows: Floats) -> str:
    totals = rows[:, 5:].sum(axis=0)
    a, b = (sums[0] / np.sqrt(sums[1] * sums[2]) for sums in (totals[:3], totals[3:]))
    share, width = covered(rows[:, 0], rows[:, 1], a)
    share_of_difference, width_of_difference = covered(rows[:, 2], rows[:, 3], a - b)
    undefined, bias = 100 * float(np.isnan(rows[:, 0]).mean()), np.nanmean(rows[:, 4]) - a
    return (
        f"{design:15} {n:4}  {a:5.3f}  {bias:+.3f}  {share:>9}  {width:.3f} | "
        f"{a - b:10.3f}  {share_of_difference:>9}  {width_of_difference:.3f} | {undefined:6.1f} %"
    )


def _clusters(n: int, rng: np.random.Generator) -> Codes:
    count = n // PHOTOS_A_CLUSTER
    return rng.choice(count, n, p=rng.dirichlet(np.full(count, 4.0)))


def _shared(codes: Codes, rng: np.random.Generator) -> Floats:
    """Standard normal random numbers (n,) for n photos, correlated within clusters."""
    common, own = rng.normal(size=codes.max() + 1)[codes], rng.normal(size=len(codes))
    return np.sqrt(SHARED) * common + np.sqrt(1 - SHARED) * own


if __name__ == "__main__":
    main()
