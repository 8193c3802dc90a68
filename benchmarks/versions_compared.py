"""Accuracy of learners on two indexes of the same photos, made by different encoders.

    python benchmarks/versions_compared.py --indexes oasis-v1 oasis

The judgements are those of the first index. Both stand on its folds (10, 3 repeats) and
pairs; the difference is paired, and 95 % intervals include refitting.
"""

import argparse
from dataclasses import replace

import numpy as np

from photorank.index.opened import Index, open_index
from photorank.learning.held_out_directions import out_of_fold_ratings
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.typing import Embeddings
from photorank.vectors.learners_by_name import LEARNERS

KINDS = ("mean-difference", "all-pairs", "bradley-terry", "rank-svm")


def main() -> None:
    """Print a table of each learner's accuracy on both indexes, for each kind of test fold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--indexes", nargs=2, required=True, metavar=("BEFORE", "AFTER"))
    parser.add_argument("--by", nargs="+", default=["photo", "group"], help="photo, group, series")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    before = judged_photos(open_index(arguments.indexes[0]))
    after = replace(before, X=rows_of(before, open_index(arguments.indexes[1])))
    print("| held out by | learner | before | after | difference |\n|---|---|---|---|---|")
    for by in arguments.by:
        folds = split_into_folds(before, Protocol(fold_by=by, seed=arguments.seed))
        pairs = HeldOutPairs.of(before.comparisons, folds)
        for kind in KINDS:
            old, new = (
                pairs.sums(out_of_fold_ratings(LEARNERS[kind], photos, folds), refitted=True)
                for photos in (before, after)
            )
            cells = [told(pairs.estimate(sums, refitted=True), "") for sums in (old, new)]
            apart = told(pairs.difference(new, old, refitted=True), "+")
            print("|", " | ".join([by, kind, *cells, apart]), "|", flush=True)


def rows_of(photos: JudgedPhotos, index: Index) -> Embeddings:
    """Embeddings (n, d) of n judged photos, taken from another index of the same photos."""
    rows = {photo.digest: row for row, photo in enumerate(index.photos())}
    return index.embeddings_of(np.array([rows[digest] for digest in photos.digests]))


def told(found: Estimate | Difference, sign: str) -> str:
    """Estimate with its 95 % confidence interval, as text."""
    low, high = (format(end, f"{sign}.3f") for end in (found.low, found.high))
    return f"{found.value:{sign}.3f} [{low}, {high}]"


if __name__ == "__main__":
    main()
