"""Cross-validation folds that keep the photos of a group together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from photorank.comparisons.codes import connected
from photorank.errors import ComparisonsError, counted
from photorank.metrics.pair_sums import unit_codes
from photorank.typing import Codes, Floats

# What the parts of an official split are for; anything else is learned from.
_TEST, _UNUSED = "test", "validation"


@dataclass(frozen=True)
class Folds:
    """Cross-validation folds: for each repeat and each photo, the fold that the photo is tested in.

    Examples
    --------
    >>> folds = make_folds(6, k=3, repeats=1, seed=0)
    >>> folds.k, np.bincount(folds.codes[0]).tolist()
    (3, [2, 2, 2])
    """

    codes: Codes  # (repeats, n) the fold in which each photo is tested, −1 for never
    k: int
    by: Codes | None  # (n,) what was kept whole, −1 for a photo on its own
    unused: Codes | None = None  # rows that are neither tested on nor learned from

    @property
    def refits(self) -> bool:
        """True if the model is refitted for each fold (there are two or more folds)."""
        return self.k > 1

    @cached_property
    def n_units(self) -> int:
        """Number of units (photos, or groups kept whole): the largest possible number of folds."""
        n = self.codes.shape[1]
        return n if self.by is None else int(unit_codes(self.by, n=n).max()) + 1

    @property
    def test_to_train(self) -> float:
        """Ratio of test photos to training photos for k folds: 1 / (k − 1)."""
        return 1 / (self.k - 1)

    def learned_from(self, repeat: int, fold: int) -> Codes:
        """Indices of the training photos when one fold of one repeat is the test fold."""
        learned = self.codes[repeat] != fold
        if self.unused is not None:
            learned[self.unused] = False
        return np.flatnonzero(learned)


def official_split(splits: Sequence[str | None], by: Codes) -> Folds:
    """Single fold made from a dataset's official split: the "test" photos are held out.

    Parameters
    ----------
    splits : sequence of str or None
        "test", "validation" (not used at all) or anything else (learned from).
    by : ndarray of shape (n,)
        Photos that are nearly the same; those of a test photo are not learned from.

    Raises
    ------
    ComparisonsError
        If no photo is for testing, or none for learning.

    Examples
    --------
    >>> folds = official_split(["train", "test", None, "validation"], np.full(4, -1))
    >>> folds.codes, folds.learned_from(0, 0)
    (array([[-1,  0, -1, -1]]), array([0, 2]))
    """
    tested = np.array([split == _TEST for split in splits], dtype=bool)
    unused = np.array([split == _UNUSED for split in splits], dtype=bool)
    unused |= np.isin(by, by[tested & (by >= 0)]) & ~tested
    if not tested.any() or (tested | unused).all():
        raise ComparisonsError(
            "no official split is known that has photos to learn from and to test on: import the "
            "dataset with `photorank index --dataset`, or fold by photo with `--fold-by photo`"
        )
    return Folds(np.where(tested, 0, -1)[None], 1, by, np.flatnonzero(unused))


def make_folds(
    n: int,
    *,
    k: int = 10,
    repeats: int = 3,
    by: Codes | None = None,
    seed: int,
) -> Folds:
    """Split of n photos into k folds of nearly equal size, once per repeat.

    A repeat that equals an earlier one is left out, for it tells nothing more: five groups can be
    dealt into five folds in one way alone.

    Parameters
    ----------
    n : int
        Number of photos.
    k : int, default=10
        Number of folds; at most one a unit.
    repeats : int, default=3
        How often to split anew at most.
    by : ndarray of shape (n,), optional
        Photos of one code share a fold (a group, a series, near-duplicates);
        −1 is a photo on its own.
    seed : int

    Raises
    ------
    ComparisonsError
        If there are fewer than two units, or a shape is wrong.
    """
    units = np.arange(n) if by is None else unit_codes(by, n=n)
    sizes = np.bincount(units)
    if k < 2 or repeats < 1:
        raise ComparisonsError("testing on photos not learned from needs at least two folds, once")
    k = min(k, len(sizes))
    if k < 2:
        raise ComparisonsError(
            f"{counted(n, 'photo')} in {counted(len(sizes), 'unit')} to learn from or test on: two "
            "units are needed, so judge photos of other groups and series too. "
            "(`photorank evaluate --fold-by photo` keeps no group together. Photos of nearly the "
            "same embedding are one unit anyway.)"
        )
    rng = np.random.default_rng(seed)
    codes = _distinct_splits([_random_folds(sizes, k, rng) for _ in range(repeats)])
    return Folds(codes[:, units], k, by)


def merged_groupings(first: Codes, second: Codes) -> Codes:
    """Group numbers (n,) of photos from two groupings; groups that share a photo become one group.

    Examples
    --------
    >>> merged_groupings(np.array([-1, 5, 5, -1]), np.array([0, -1, 0, -1]))
    array([0, 0, 0, 1])
    """
    n = len(first)
    links: list[Codes] = []
    for codes in (first, second):
        members = np.flatnonzero(codes >= 0)
        members = members[np.argsort(codes[members], kind="stable")]
        same = codes[members[1:]] == codes[members[:-1]]
        links.append(np.stack([members[1:][same], members[:-1][same]]))
    one, other = np.concatenate(links, axis=1)
    return connected(one, other, n)


def training_variance_share(ratings: Floats, folds: Folds) -> float:
    """Share (0 to 1) of held-out ratings' variance that comes from the choice of training photos.

    In every repeat a photo is rated by a model that learned from partly other photos. What was
    learned by luck differs between them as their photos do; what other photos would teach just
    as well does not. It is 1 with one repeat, which cannot tell.
    """
    tested = (folds.codes >= 0).all(axis=0)
    codes, n = folds.codes[:, tested], folds.codes.shape[1]
    spread = ratings[:, tested].std(axis=1, keepdims=True) if tested.any() else np.zeros(1)
    if len(codes) < 2 or not (spread > 0).all():
        return 1.0
    rates = (ratings[:, tested] - ratings[:, tested].mean(axis=1, keepdims=True)) / spread
    differs = float(rates.var(axis=0, ddof=1).mean())
    unshared = np.mean([_unshared(one, other, n) for one, other in combinations(codes, 2)])
    return min(differs / float(unshared), 1.0)


def _unshared(one: Codes, other: Codes, n: int) -> float:
    """For two repeats of cross-validation, mean share of training photos not in common.

    A photo's training set in a repeat is all photos outside its fold. The mean is over test photos.
    """
    both = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(both, (one, other), 1)
    held_out, held_out_too = both.sum(axis=1)[one], both.sum(axis=0)[other]
    shared = n - held_out - held_out_too + both[one, other]
    return 1 - float(np.mean(shared / np.sqrt((n - held_out) * (n - held_out_too))))


def _distinct_splits(splits: Sequence[Codes]) -> Codes:
    """Array (r, u) of r distinct splits of u items into folds; how folds are numbered is ignored.

    Splits that differ only in the numbers of their folds count as one.
    """
    found: dict[bytes, Codes] = {}
    for fold in splits:
        _, first, own = np.unique(fold, return_index=True, return_inverse=True)
        found.setdefault(first[own].tobytes(), fold)  # whatever number a fold has
    return np.stack(list(found.values()))


def _random_folds(sizes: Codes, k: int, rng: np.random.Generator) -> Codes:
    """Random fold number (u,) of each of u photos or groups; folds get nearly equal sizes.

    Large units are assigned first, then single photos. Labels are never looked at: folds with
    even shares of each label have too few close pairs, and flatter.
    """
    fold = np.empty(len(sizes), dtype=np.intp)
    shuffled = rng.permutation(len(sizes))
    big = shuffled[sizes[shuffled] > 1]
    filled = np.zeros(k)
    for unit in big[np.argsort(-sizes[big], kind="stable")]:
        smallest = rng.choice(np.flatnonzero(filled == filled.min()))
        fold[unit] = smallest
        filled[smallest] += sizes[unit]

    single = shuffled[sizes[shuffled] == 1]
    # The lowest free places above what is filled so far level the folds out.
    places = filled[:, None] + rng.permutation(k)[:, None] / k + np.arange(len(single))
    chosen = np.argsort(places, axis=None)[: len(single)]
    fold[single] = chosen // max(len(single), 1)
    return fold
