"""Comparison of vectors and learners by their metrics on the same photo pairs."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from photorank.evaluation.contenders import Contender
from photorank.evaluation.result_types import Result, ScopedDifference
from photorank.evaluation.top_of_list_by_fold import (
    FLOORS,
    NOT_MEASURED,
    list_metrics,
    values_by_fold_of_lists,
)
from photorank.metrics.estimates import Difference, Estimate, holm
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.pair_sums import PairSums
from photorank.metrics.ranking import pair_metrics
from photorank.typing import Floats, Scope

# Differences are tested for these; each metric and scope is a family of its own.
COMPARED_METRICS = ("pairwise_accuracy", "kendall_tau_b", "spearman")


@dataclass(frozen=True)
class Measured:
    """Vector or learner under evaluation, with the data from which its metrics are computed."""

    contender: Contender
    pairs: HeldOutPairs
    metrics: dict[str, Callable[..., PairSums]]  # over pairs, by name
    lists: dict[str, Floats]  # by metric of lists, (repeats * K,): their mean is the value
    _sums: dict[tuple[str, bool], list[PairSums]]  # known so far, of these ratings

    def sums(self, metric: str, *, refitted: bool) -> list[PairSums]:
        """Cached sums over photo pairs; the given metric is computed from these sums."""
        if (metric, refitted) not in self._sums:
            self._sums[metric, refitted] = self.pairs.sums(
                self.contender.ratings, self.metrics[metric], refitted=refitted
            )
        return self._sums[metric, refitted]

    def estimates(self) -> dict[str, Estimate]:
        """Metrics of this vector or learner as a dict by name, with confidence intervals."""
        fitted, pairs = self.contender.refitted_per_fold, self.pairs
        found = {
            name: pairs.estimate(self.sums(name, refitted=fitted), refitted=fitted)
            for name in self.metrics
        }
        for name, values in self.lists.items():
            floor = FLOORS.get(name, 0.0 if name in NOT_MEASURED else -np.inf)
            found[name] = pairs.estimate_of_lists(values, floor, refitted=fitted)
        return found

    def result(self, scope: Scope, fold_by: str) -> Result:
        """Metrics for one scope of photo pairs: all pairs, within groups, or across groups."""
        one, pairs = self.contender, self.pairs
        metrics = self.estimates()
        return Result(
            vector=one.name,
            kind=one.kind,
            scope=scope,
            in_sample=one.in_sample,
            refitted=one.refitted,
            baseline=one.baseline,
            interval=metrics["pairwise_accuracy"].method,
            n_photos=pairs.n_photos,
            n_pairs=pairs.n_pairs,
            metrics=NOT_MEASURED | {name: estimate.limits for name, estimate in metrics.items()},
            fold_by=fold_by,
            unknown=one.unknown,
        )

    def ahead_of(self, other: "Measured", metric: str) -> Difference:
        """Lead (difference in one metric) over another vector or learner, on the same pairs."""
        refitted = self.contender.refitted_per_fold or other.contender.refitted_per_fold
        a, b = (one.sums(metric, refitted=refitted) for one in (self, other))
        return self.pairs.difference(a, b, refitted=refitted)


def measured(
    contenders: Sequence[Contender], pairs: HeldOutPairs, gap_power: int, *, lists: bool = True
) -> list[Measured]:
    """Each vector or learner with its metrics, measured on the same held-out pairs."""
    wanted = list_metrics() if lists else {}
    ratings = np.stack([one.ratings for one in contenders], axis=-1)  # (repeats, n, contenders)
    by_fold = values_by_fold_of_lists(ratings, pairs.graphs, pairs.folds, wanted)
    metrics = pair_metrics(gap_power, pairs.graphs[0])
    # A vector that is refitted has the ratings of the learner beside it, and so its sums.
    sums: defaultdict[bytes, dict[tuple[str, bool], list[PairSums]]] = defaultdict(dict)
    return [
        Measured(
            one,
            pairs,
            metrics,
            {name: values[:, i] for name, values in by_fold.items()},
            sums[one.ratings.tobytes()],
        )
        for i, one in enumerate(contenders)
    ]


def differences_of(
    measured: Sequence[Measured], scope: Scope, metrics: Sequence[str] = COMPARED_METRICS
) -> list[ScopedDifference]:
    """Metric differences between any two vectors or learners not trained on the test photos."""
    fair = [one for one in measured if not one.contender.in_sample]
    found = []
    for metric in metrics:
        family: list[tuple[str, str, Difference]] = []
        for a, b in combinations(fair, 2):
            difference = a.ahead_of(b, metric)
            if np.isfinite(difference.p):
                family.append((a.contender.name, b.contender.name, difference))
        adjusted = holm(np.array([difference.p for _, _, difference in family]))
        found += [
            ScopedDifference(a, b, scope, metric, **vars(difference), p_holm=float(p_holm))
            for (a, b, difference), p_holm in zip(family, adjusted, strict=True)
        ]
    return found
