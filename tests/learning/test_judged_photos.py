from dataclasses import replace

import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.ranking import pairwise_accuracy


def test_some_of_the_photos_keep_all_that_is_known_of_them(index):
    """A subset of judged photos has the row, scores, group, digest and split of each photo."""
    photos = replace(judged_photos(index), splits=tuple("ab" * 40))
    rows = np.array([7, 3, 50])
    part = photos.take(rows)

    assert (photos.X[rows] == part.X).all()
    assert (part.comparisons.scores == photos.comparisons.scores[rows]).all()
    assert (part.groups == photos.groups[rows]).all()
    assert part.digests == tuple(index.digests()[row] for row in part.rows)
    assert part.splits == ("b", "b", "a")
    made = replace(photos, rows=np.empty(0, dtype=int), splits=())
    assert len(made.take(rows).rows) == len(made.take(rows).splits) == 0


@pytest.mark.parametrize("by", ["photo", "group"])
def test_near_duplicates_are_never_in_two_folds(index, by):
    """A copy is in the same fold as its original, even if it belongs to another group."""
    known = judged_photos(index)
    n = len(known.X)
    copies = replace(
        known,
        X=np.concatenate([known.X, known.X]),
        comparisons=Comparisons.from_scores(np.tile(np.arange(float(n)), 2)),
        groups=np.concatenate([known.groups, known.groups[::-1]]),
        series=np.tile(known.series, 2),
        digests=known.digests * 2,
        greys=None,
    )
    folds = split_into_folds(copies, Protocol(fold_by=by, folds=4))

    assert folds.k == 4
    assert (folds.codes[:, :n] == folds.codes[:, n:]).all()


def test_few_choices_are_all_tested():
    """If there are few choices, the two photos of each choice are always in the same fold."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 12)).astype(np.float32)
    first = np.arange(0, 80, 2)
    none = np.full(80, -1)
    photos = JudgedPhotos(
        X / np.linalg.norm(X, axis=1, keepdims=True),
        Comparisons.from_choices(first, first + 1, n=80),
        groups=none,
        series=none,
        digests=tuple(map(str, range(80))),
    )
    for codes in split_into_folds(photos, Protocol()).codes:
        assert (codes[first] == codes[first + 1]).all()
        assert np.bincount(codes).max() <= 8


def test_groups_are_never_split(index):
    """Folds by group keep each group in one fold."""
    photos = judged_photos(index)

    folds = split_into_folds(photos, Protocol(fold_by="group"))

    assert folds.k == 8
    for codes in folds.codes:
        assert all(len(set(codes[photos.groups == group])) == 1 for group in range(8))


def test_series_are_needed_to_fold_by_series(index):
    """Folding by series without any series gives an error that suggests folding by photo."""
    with pytest.raises(ComparisonsError, match="--fold-by photo"):
        split_into_folds(judged_photos(index), Protocol(fold_by="series"))


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 60])
def test_pairs_of_folds_flatter_no_vector(n):
    """On average, accuracy over pairs within test folds equals accuracy over all pairs."""
    rng = np.random.default_rng(0)
    within, everywhere = [], []
    for seed in range(100):
        labels, rating = rng.normal(size=n), rng.normal(size=n)
        rating += labels
        comparisons = Comparisons.from_scores(labels)
        none = np.full(n, -1)
        photos = JudgedPhotos(np.eye(n, dtype=np.float32), comparisons, none, none, ("",) * n)
        folds = split_into_folds(photos, Protocol(seed=seed))
        ratings = np.broadcast_to(rating, folds.codes.shape)
        within.append(HeldOutPairs.of(comparisons, folds).accuracy(ratings).value)
        everywhere.append(pairwise_accuracy(rating, comparisons))

    apart = np.subtract(within, everywhere)
    assert abs(apart.mean()) < 3 * apart.std() / 10
    assert abs(apart.mean()) < 0.015
