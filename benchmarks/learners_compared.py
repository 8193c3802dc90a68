"""Accuracy of all learners on an index, each compared with the learner `all-pairs`.

    python benchmarks/learners_compared.py --index oasis

All stand on the same folds (10, 3 repeats) and the same pairs; differences are
paired and their 95 % intervals include refitting. A budget of m pairs is chosen
for information or drawn at random: a tree of m = n − 1 pairs spans all photos.
"""

import argparse
from typing import Literal

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.index.opened import open_index
from photorank.learning.held_out_directions import out_of_fold_ratings
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.typing import Floats
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners.informative_pairs import CandidatePairs
from photorank.vectors.learners.spanning_pairs import SpanningPairs
from photorank.vectors.learners_by_name import LEARNERS


class RandomPairs(SpanningPairs):
    """Variant of the learner `spanning-pairs` that draws its pairs of photos at random."""

    def _chosen(self, X: Floats, comparisons: Comparisons, m: int) -> CandidatePairs:
        pairs, margins = comparisons.sample(m, rng=np.random.default_rng(self.random_state))
        pairs, first = np.unique(pairs, axis=0, return_index=True)
        return CandidatePairs(pairs, margins[first], np.ones(len(pairs)))


BASE = "all-pairs"  # at gap power 0, its default
BUDGETS = (50, 100, 200)
VARIANTS: dict[str, DirectionLearner] = {
    BASE: LEARNERS[BASE],
    **LEARNERS,
    "all-pairs, gap power 1": AllPairs(gap_power=1),
    "all-pairs, gap power 2": AllPairs(gap_power=2),
    "all-pairs, penalty by variance": AllPairs(penalty="variance"),
    "all-pairs, penalty by covariance within tiers": AllPairs(penalty="within-tier"),
    "n - 1 random pairs": RandomPairs(),
    **{f"{m} informative pairs": SpanningPairs(m) for m in BUDGETS},
    **{f"{m} random pairs": RandomPairs(m) for m in BUDGETS},
}


def main() -> None:
    """Print a table of all learners' accuracies, in cross-validation by photo and by group."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    photos = judged_photos(open_index(arguments.index))
    print(f"| learner | by photo, n = {len(photos.X)} | to {BASE} | by group | to {BASE} |")
    print("|---|---|---|---|---|")
    columns = [accuracy_column(photos, by, arguments.seed) for by in ("photo", "group")]
    for name in VARIANTS:
        print("|", " | ".join([name, *(cell for cells in columns for cell in cells[name])]), "|")


def accuracy_column(
    photos: JudgedPhotos, by: Literal["photo", "group"], seed: int
) -> dict[str, tuple[str, str]]:
    """Accuracy of each learner, and its difference from the accuracy of `all-pairs`, as text."""
    folds = split_into_folds(photos, Protocol(fold_by=by, seed=seed))
    pairs = HeldOutPairs.of(photos.comparisons, folds)
    sums = {
        name: pairs.sums(out_of_fold_ratings(learner, photos, folds), refitted=True)
        for name, learner in VARIANTS.items()
    }
    cells = {}
    for name, found in sums.items():
        accuracy = pairs.estimate(found, refitted=True)
        gap = pairs.difference(found, sums[BASE], refitted=True)
        apart = "" if name == BASE else f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]"
        cells[name] = (f"{accuracy.value:.3f} [{accuracy.low:.3f}, {accuracy.high:.3f}]", apart)
    return cells


if __name__ == "__main__":
    main()
