"""Pairs of held-out photos, and metrics over these pairs with confidence intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError, counted
from photorank.metrics.choose_interval import estimate_of, units_of
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.folds import Folds, training_variance_share
from photorank.metrics.jackknife_intervals import paired_difference
from photorank.metrics.pair_sums import COUPLES, PairSums, pool, unit_codes, values_by_fold
from photorank.metrics.ranking import accuracy_sums
from photorank.metrics.refitting_intervals import (
    corrected_resampled,
    corrected_resampled_difference,
)
from photorank.typing import Codes, Floats, Scope

Metric: TypeAlias = Callable[..., PairSums]  # such as `accuracy_sums`


@dataclass(frozen=True)
class HeldOutPairs:
    """Pairs of held-out photos from the same test fold, for each repeat of cross-validation.

    Examples
    --------
    >>> import numpy as np
    >>> folds = Folds(np.array([[0, 0, 1, 1]]), 2, None)
    >>> pairs = HeldOutPairs.of(Comparisons.from_scores([1.0, 2.0, 3.0, 4.0]), folds)
    >>> pairs.n_pairs, pairs.accuracy(np.array([[1.0, 2.0, 4.0, 3.0]])).value
    (2, 0.5)
    """

    graphs: tuple[Comparisons, ...]  # one a repeat
    folds: Folds
    n_photos: int

    @classmethod
    def of(cls, comparisons: Comparisons, folds: Folds) -> "HeldOutPairs":
        """Pairs of compared photos that lie in the same test fold, for each repeat."""
        graphs = tuple(comparisons.restricted(codes, "within") for codes in folds.codes)
        return cls(graphs, folds, comparisons.n)

    def inside(self, codes: Codes, scope: Scope) -> "HeldOutPairs":
        """Held-out pairs in one scope: all of them, those within groups, or those across groups.

        `codes` (n,) are the photos' group numbers.
        """
        graphs = tuple(graph.restricted(codes, scope) for graph in self.graphs)
        active = set().union(*(graph.active.tolist() for graph in graphs))
        return HeldOutPairs(graphs, self.folds, len(active))

    @cached_property
    def n_pairs(self) -> int:
        """Number of photo pairs per repeat of the cross-validation, as a rounded mean."""
        return round(sum(graph.n_pairs for graph in self.graphs) / len(self.graphs))

    @cached_property
    def n_units(self) -> int:
        """Number of units (photos, or groups kept whole) that have held-out pairs."""
        active = np.unique(np.concatenate([graph.active for graph in self.graphs]))
        by = self.folds.by
        return len(active if by is None else np.unique(unit_codes(by, n=len(by))[active]))

    def require(self) -> None:
        """Raise ComparisonsError if no fold holds two photos that were judged differently."""
        if not self.n_pairs:
            fewer = "use fewer folds with `--folds 2`, or " if self.folds.k > 2 else ""
            raise ComparisonsError(
                f"of {counted(self.n_photos, 'judged photo')} no two that were judged differently "
                f"are in one of {self.folds.k} folds: {fewer}judge more photos"
            )

    def sums(
        self, ratings: Floats, metric: Metric = accuracy_sums, *, refitted: bool
    ) -> list[PairSums]:
        """Sums over held-out pairs, from which a metric such as accuracy is computed."""
        units, couples = units_of(self.folds, refitted), 0 if refitted else COUPLES
        rounds = zip(ratings, self.graphs, units, strict=True)
        sums = [metric(r, graph, clusters=codes, couples=couples) for r, graph, codes in rounds]
        if not refitted:
            return [pool(sums)]
        luck = training_variance_share(ratings, self.folds)
        return [replace(one, luck=luck) for one in sums]

    def accuracy(self, ratings: Floats) -> Estimate:
        """Pairwise accuracy of ratings (repeats, n) by a model refitted in every fold."""
        return self.estimate(self.sums(ratings, refitted=True), refitted=True)

    def estimate(self, sums: Sequence[PairSums], *, refitted: bool) -> Estimate:
        """Value of a metric with its confidence interval, from sums over the held-out pairs."""
        counts = {"n_units": self.n_units, "n_photos": self.n_photos, "n_pairs": self.n_pairs}
        return estimate_of(sums, self.folds, refitted=refitted, **counts)

    def estimate_of_lists(self, by_fold: Floats, floor: float, *, refitted: bool) -> Estimate:
        """Mean of a top-of-list metric (such as NDCG) over folds and repeats, with interval.

        `by_fold` (repeats * K,) has the metric's value in each of the K folds of each repeat.

        Lists are not left out photo by photo: without refitting, folds count as drawn anew.
        """
        return corrected_resampled(
            by_fold,
            test_to_train=self.folds.test_to_train if refitted else 0.0,
            repeats=len(self.graphs),
            n_units=self.n_units,
            floor=floor,
            n_photos=self.n_photos,
            n_pairs=self.n_pairs,
        )

    def difference(
        self, a: Sequence[PairSums], b: Sequence[PairSums], *, refitted: bool
    ) -> Difference:
        """Difference of a metric between models a and b, from their sums over the same pairs."""
        if not refitted:
            return paired_difference(*(pool(one).leave_one_out() for one in (a, b)))
        return corrected_resampled_difference(
            values_by_fold(a),
            values_by_fold(b),
            test_to_train=self.folds.test_to_train * max(one.luck for one in (*a, *b)),
            repeats=len(self.graphs),
            n_units=self.n_units,
            floor=a[0].floor,
            n_photos=self.n_photos,
        )
