"""Run time of each learner on 100,000 photos.

Medians of several runs, scikit-learn's ridge regression beside them: without ties
and gap weights it minimises what `AllPairs` does, for one penalty that is given.
Then what `evaluate` needs, held-out ratings of 808 photos from ten folds dealt three
times, beside scikit-learn's loop of `GroupKFold` and `RidgeCV`.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import GroupKFold

from photorank.comparisons.comparisons import Comparisons
from photorank.learning.held_out_directions import out_of_fold_ratings
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.typing import Embeddings, Labels
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.rank_svm import Hinge

HELD_OUT_PHOTOS, PENALTIES = 808, np.logspace(-4, 2, 25)  # as many photos as OASIS has


def made_up(n: int, d: int, seed: int) -> tuple[Embeddings, Labels]:
    """Random unit embeddings, and labels that follow a random direction with noise."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d), dtype=np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    y = X @ rng.standard_normal(d, dtype=np.float32) + 0.5 * rng.normal(size=n)
    return X, y


def seconds(call: Callable[[], object], runs: int) -> float:
    """Median wall time of several calls of a function, in seconds."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def peak_gigabytes() -> float:
    """Peak memory of this process, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def held_out(dimensions: int, seed: int) -> dict[str, Callable[[], object]]:
    """Functions that compute held-out ratings by photorank and by scikit-learn, keyed by name."""
    X, y = made_up(HELD_OUT_PHOTOS, dimensions, seed)
    alone, n = np.full(len(X), -1), len(X)
    photos = JudgedPhotos(
        X=X,
        comparisons=Comparisons.from_scores(y),
        groups=alone,
        series=alone,
        digests=tuple(map(str, range(n))),
    )
    protocol = Protocol(seed=seed)
    folds = split_into_folds(photos, protocol)

    def loop() -> None:
        for repeat in range(len(folds.codes)):
            splits = GroupKFold(protocol.folds, shuffle=True, random_state=repeat)
            for train, test in splits.split(X, y, groups=np.arange(n)):
                RidgeCV(PENALTIES).fit(X[train], y[train]).predict(X[test])

    def ours() -> None:
        out_of_fold_ratings(AllPairs(), photos, folds)

    return {"all-pairs, held out": ours, "GroupKFold and RidgeCV, held out": loop}


def main() -> None:
    """Print a table of run times."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--photos", type=int, default=100_000)
    options.add_argument("--dimensions", type=int, default=768)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    X, y = made_up(given.photos, given.dimensions, given.seed)
    AllPairs().fit(X, y)
    alone = peak_gigabytes()  # before anything needs the photos in double precision
    tiers = np.digitize(y, np.quantile(y, [0.1, 0.3, 0.6, 0.9])).astype(float)
    wide = X.astype(np.float64)
    weights = np.random.default_rng(given.seed).normal(size=given.dimensions)

    def gradient(labels: Labels) -> Callable[[], object]:
        hinge = Hinge(wide, Comparisons.from_scores(labels), np.ones(wide.shape[1]))
        return lambda: hinge.near(weights, 1e-3).gradient

    rows = {
        "all-pairs, penalty chosen": lambda: AllPairs().fit(X, y),
        "all-pairs, penalty given": lambda: AllPairs(1e-4).fit(X, y),
        "all-pairs, five tiers": lambda: AllPairs().fit(X, tiers),
        "scikit-learn Ridge(cholesky)": lambda: Ridge(5.0, solver="cholesky").fit(wide, y),
        "rank-svm, one gradient": gradient(y),
        "rank-svm, one gradient, five tiers": gradient(tiers),
    }
    rows |= held_out(given.dimensions, given.seed)
    print(f"{given.photos:,} photos x {given.dimensions}, median of {given.runs} runs")
    for name, call in rows.items():
        print(f"{name:36s} {seconds(call, given.runs):7.2f} s", flush=True)
    own = X.nbytes / 1e9
    print(f"{'peak memory, all-pairs alone':36s} {alone:7.2f} GB, of which photos {own:.2f}")
    print(f"{'peak memory':36s} {peak_gigabytes():7.2f} GB")


if __name__ == "__main__":
    main()
