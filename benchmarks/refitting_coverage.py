"""How often the intervals of learners hold one half when there is nothing to learn.

    python benchmarks/refitting_coverage.py --runs 500

Labels are shuffled, so every learner's true held-out accuracy is 0.5. A 95 %
interval that includes the refitting holds it in about 95 % of runs; one that
takes the fitted directions as given does so less often.
"""

import argparse
from math import sqrt

import numpy as np

from photorank.evaluation.protocol import JudgedPhotos, Protocol, out_of_fold_ratings
from photorank.labels.comparisons import Comparisons
from photorank.metrics.intervals import Estimate, corrected_resampled, jackknife
from photorank.metrics.pair_sums import values_by_fold
from photorank.metrics.ranking import accuracy_sums
from photorank.vectors.direction import DirectionLearner
from photorank.vectors.learners import LEARNERS

KINDS = ("mean-difference", "all-pairs", "spanning-pairs")


def main() -> None:
    """Print, for each learner and shape of data, how often the interval held one half."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print("| learner | n | d | folds by | runs | held 0.5, with refitting | without |")
    print("|---|---|---|---|---|---|---|")
    for n, d, groups in ((150, 16, 0), (150, 300, 0), (160, 16, 20)):
        for kind in KINDS:
            held = np.zeros(2)
            for run in range(arguments.runs):
                rng = np.random.default_rng([arguments.seed, n, d, groups, run])
                held += [_holds(estimate) for estimate in _both(LEARNERS[kind], n, d, groups, rng)]
            shares = [_share(count, arguments.runs) for count in held]
            by = "group" if groups else "photo"
            print(f"| {kind} | {n} | {d} | {by} | {arguments.runs} | {shares[0]} | {shares[1]} |")


def _both(
    learner: DirectionLearner, n: int, d: int, groups: int, rng: np.random.Generator
) -> tuple[Estimate, Estimate]:
    """Return the interval with refitting and the one without, on labels that mean nothing."""
    X = rng.normal(size=(n, d))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    codes = np.arange(n) % groups if groups else np.full(n, -1)
    photos = JudgedPhotos(
        X=X.astype(np.float32),
        comparisons=Comparisons.from_scores(rng.permutation(n).astype(float)),
        groups=codes,
        series=np.full(n, -1),
        digests=tuple(map(str, range(n))),
    )
    protocol = Protocol(fold_by="group" if groups else "photo", seed=int(rng.integers(2**31)))
    folds = photos.split(protocol)
    ratings = out_of_fold_ratings(learner, photos, folds)
    graphs = [photos.comparisons.restricted(fold, "within") for fold in folds.codes]
    rounds = list(zip(ratings, graphs, folds.codes, strict=True))
    counts = {"n_photos": n, "n_pairs": graphs[0].n_pairs}
    by_fold = values_by_fold([accuracy_sums(r, graph, clusters=fold) for r, graph, fold in rounds])
    first, *others = [accuracy_sums(r, graph) for r, graph, _ in rounds]
    return (
        corrected_resampled(by_fold, test_share=1 / (folds.k - 1), **counts),
        jackknife(sum(others, start=first).leave_one_out(), **counts),
    )


def _holds(estimate: Estimate) -> bool:
    return estimate.low <= 0.5 <= estimate.high


def _share(count: float, runs: int) -> str:
    share = count / runs
    return f"{share:.1%} ± {1.96 * sqrt(share * (1 - share) / runs):.1%}"


if __name__ == "__main__":
    main()
