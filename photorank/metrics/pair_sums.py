"""Additive sums over pairs of photos, from which pairwise metrics are computed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.metrics.jackknife_intervals import LeaveOneOut
from photorank.typing import Codes, Floats, Pairs, Ratings

# Relative size below which a difference of sums is rounding error.
_ROUNDING = 1e-12
# Couples of units, and photo pairs between them, that are looked at for the jackknife's
# correction: all couples of up to 140 units, and enough of more.
COUPLES = 10_000
_PAIRS_OF_COUPLES = 100_000
# Units above which the correction is below half a percent of an interval's width.
_MAX_UNITS = 1000

Graph = TypeVar("Graph", bound=Comparisons)


@dataclass(frozen=True)
class PairSums:
    """Sums over pairs of photos, from which a pairwise metric and its interval are computed.

    N = Σ a_ij b_ij, A = Σ a_ij² and B = Σ b_ij² are sums over pairs ij, a of the labels and b of
    the ratings; the metric is N / √(A B).

    Every one of photorank's pairwise metrics is a generalised correlation
    coefficient (Daniels 1944, https://doi.org/10.1093/biomet/33.2.129): only
    what is summed differs. Sums of several repeats add up, and the metric
    without a photo follows from the sums without it.

    Examples
    --------
    >>> from photorank.metrics.ranking import accuracy_sums
    >>> comparisons = Comparisons.from_scores([1.0, 2.0, 3.0])
    >>> first = accuracy_sums(np.array([0.1, 0.2, 0.3]), comparisons)
    >>> second = accuracy_sums(np.array([0.1, 0.3, 0.2]), comparisons)
    >>> round((first + second).value, 3)  # 3 + 2 of 3 + 3 pairs
    0.833
    >>> first.leave_one_out().without
    array([1., 1., 1.])
    """

    total: Floats  # (3,) N, A (of the labels), B (of the ratings)
    without: Floats  # (u, 3) the same without each unit: a photo, or a cluster of photos
    between: Floats  # (c, 3) the same of the pairs between two units, for some couples of units
    floor: float  # the metric's least value: 0 for an accuracy, −1 for a correlation
    luck: float = 1.0  # share of the ratings that is owed to the photos learned from; 1 if unknown

    def __add__(self, other: "PairSums") -> "PairSums":
        """Total of the pair sums of two cross-validation repeats on the same photos."""
        return self._combined(other, np.add)

    def __sub__(self, other: "PairSums") -> "PairSums":
        """Pair sums minus those of `other`, whose photo pairs must be a subset of `self`'s."""
        return self._combined(other, np.subtract)

    def _combined(self, other: "PairSums", two: Callable[[Floats, Floats], Floats]) -> "PairSums":
        if (
            self.without.shape != other.without.shape
            or self.between.shape != other.between.shape
            or self.floor != other.floor
        ):
            raise ComparisonsError("only sums of one metric over the same photos can be added")
        return PairSums(
            two(self.total, other.total),
            two(self.without, other.without),
            two(self.between, other.between),
            self.floor,
            max(self.luck, other.luck),
        )

    @property
    def value(self) -> float:
        """Metric computed from the sums; nan if undefined.

        It is undefined without pairs, and for a correlation with a constant.
        """
        return float(_ratio(self.total, self.total))

    def leave_one_out(self) -> LeaveOneOut:
        """Values of the metric: on all photos, and with each photo (or cluster) left out in turn.

        Units without pairs are passed over.
        """
        units = len(self.without)
        takes_part = self.total[1] - self.without[:, 1] > _ROUNDING * self.total[1]
        return LeaveOneOut(
            self.value,
            _ratio(self.without[takes_part], self.total),
            self.floor,
            self._couple_effects(),
            units * (units - 1) / 2,
        )

    def _couple_effects(self) -> Floats:
        """Effect (c,) of each of c couples of photo clusters on a pairwise metric's value.

        It comes from the photo pairs between the two clusters, and is computed to first order. A
        photo without a cluster counts as a cluster.
        """
        if np.isnan(self.value):
            return np.empty(0)
        numerator, labels, ratings = self.between.T
        size = np.sqrt(self.total[1] * self.total[2])
        share = labels / self.total[1] + ratings / self.total[2]
        return numerator / size - self.value * share / 2


class TermFunctions(NamedTuple, Generic[Graph]):
    """Two functions that compute the terms of a metric's sums: for each photo, and for each pair.

    The terms of a photo are sums over all pairs with this photo.
    """

    by_photo: Callable[[Graph], Floats]  # (n, 3), where a pair is in two photos' sums
    by_pair: Callable[[Graph, Pairs], Floats]  # (m, 3)


def pair_sums(
    count: TermFunctions[Graph],
    comparisons: Graph,
    *,
    clusters: Codes | None,
    floor: float,
    couples: int,
) -> PairSums:
    """Sums for a metric: over all photo pairs, and without each photo or cluster in turn.

    The sums over the pairs between two units are computed for some couples of units.

    Parameters
    ----------
    count : TermFunctions
    comparisons : Comparisons
    clusters : ndarray of shape (n,), optional
        Photos that were sampled together, −1 for a photo on its own; each
        photo is a unit by default.
    floor : float
        The metric's least value.
    couples : int
        How many couples of units to look at; 0 where no interval is wanted.
    """
    each = count.by_photo(comparisons)
    total = each.sum(axis=0) / 2
    units, lost = np.arange(comparisons.n, dtype=np.intp), each
    if clusters is not None:
        units = unit_codes(clusters, n=comparisons.n)
        # A pair inside a unit is in two of its photos' sums, yet is lost only once.
        whole = comparisons.lies_within(units)
        inside = each if whole else count.by_photo(comparisons.restricted(units, "within"))
        lost = summed_by(units, each - inside / 2)
    between = np.zeros((0, 3))
    if couples:
        begin, pairs = _unit_couples(units.tobytes(), couples)
        between = np.add.reduceat(count.by_pair(comparisons, pairs), begin)
    return PairSums(total, total - lost, between, floor)


def pool(sums: Iterable[PairSums]) -> PairSums:
    """Total of the pair sums of several cross-validation repeats on the same photos."""
    return reduce(add, sums)


def values_by_fold(parts: Sequence[PairSums]) -> Floats:
    """Contributions (J,) of J test folds to a metric; their mean is the metric over all pairs.

    A fold's own ratio would count a fold of few pairs as much as one of many;
    these are the pooled ratio's first-order shares.

    Parameters
    ----------
    parts : sequence of PairSums
        One a repeat, with its test folds as the clusters; they need no couples.
    """
    folds = np.concatenate([part.total - part.without for part in parts])  # (J, 3)
    mean = folds.mean(axis=0)
    if not (mean[1:] > 0).all():
        return np.full(len(folds), np.nan)
    scale = np.sqrt(mean[1] * mean[2])
    value = mean[0] / scale
    share = (folds[:, 1] / mean[1] + folds[:, 2] / mean[2]) / 2
    return value + folds[:, 0] / scale - value * share


def checked_ratings(ratings: ArrayLike, n: int, *, by_column: bool = False) -> Ratings:
    """Ratings (n,) as floats; raises ComparisonsError for a wrong shape or a non-finite value.

    With `by_column` their shape may be (n, …).
    """
    r = np.asarray(ratings, dtype=np.float64)
    if (r.shape[:1] if by_column else r.shape) != (n,) or not np.isfinite(r).all():
        raise ComparisonsError(f"ratings must be one finite number a photo, {n} in all")
    return r


def unit_codes(clusters: Codes, *, n: int) -> Codes:
    """Unit number (n,) of each photo: the same within a cluster, unique for an unclustered photo.

    An unclustered photo has a negative number in `clusters`.
    """
    clusters = np.asarray(clusters)
    if clusters.shape != (n,):
        raise ComparisonsError(f"clusters must be one number a photo, {n} in all")
    alone = clusters < 0
    own = np.where(alone, clusters.max(initial=0) + 1 + np.arange(n), clusters)
    return np.unique(own, return_inverse=True)[1].astype(np.intp)


def summed_by(codes: Codes, values: Floats) -> Floats:
    """Sums (u, k) of the rows of `values` (n, k), grouped by codes (n,) from 0 to u − 1."""
    sums = [np.bincount(codes, column) for column in values.T]
    return np.stack(sums, axis=1).astype(np.float64)


@lru_cache(maxsize=4)
def _unit_couples(unit_codes: bytes, couples: int) -> tuple[Codes, Pairs]:
    """Photo pairs (m, 2) between random couples of clusters, and the first row (c,) of each couple.

    The beginnings, which are positions among the photo pairs, are returned first. A photo without a
    cluster counts as a cluster.

    The same units (n,), whose bytes are given, have the same couples, so that repeats can be added
    up; vector after vector and metric after metric they are asked for again.
    """
    units = np.frombuffer(unit_codes, dtype=np.intp)
    size = np.bincount(units)
    n_units = len(size)
    rng = np.random.default_rng(n_units)
    if not 3 <= n_units <= _MAX_UNITS:
        couples = 0
    if n_units * (n_units - 1) // 2 <= couples:
        one, other = rng.permutation(np.stack(np.triu_indices(n_units, 1)), axis=1)
    else:
        one = rng.integers(n_units, size=couples)
        other = (one + 1 + rng.integers(n_units - 1, size=couples)) % n_units
    count = size[one] * size[other]
    fits = np.cumsum(count) <= _PAIRS_OF_COUPLES
    one, other, count = one[fits], other[fits], count[fits]

    members, first_of = np.argsort(units, kind="stable"), np.cumsum(size) - size
    couple, begin = np.repeat(np.arange(len(count)), count), np.cumsum(count) - count
    place = np.arange(len(couple)) - begin[couple]
    first = first_of[one][couple] + place // size[other][couple]
    second = first_of[other][couple] + place % size[other][couple]
    return begin, np.column_stack([members[first], members[second]])


def _ratio(sums: Floats, scale: Floats) -> Floats:
    """Metric N / √(A B) from the numerator N and two sums of squares A and B in `sums` (…, 3).

    nan where A or B is 0 up to rounding.
    """
    numerator, labels, ratings = np.moveaxis(sums, -1, 0)
    defined = (labels > _ROUNDING * scale[1]) & (ratings > _ROUNDING * scale[2])
    product = np.where(defined, labels * ratings, 1.0)
    return np.where(defined, numerator / np.sqrt(product), np.nan)
