"""What each contender scores on the same pairs, and how two of them differ there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.evaluation.contenders import Contender
from photorank.evaluation.results import Result, ScopedDifference
from photorank.evaluation.top_of_list_by_fold import FLOORS, values_by_fold_of_lists
from photorank.learning.protocol import JudgedPhotos, Protocol
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.folds import Folds
from photorank.metrics.intervals import holm, jackknife, paired_difference
from photorank.metrics.pair_sums import PairSums, pool, values_by_fold
from photorank.metrics.ranking import PAIR_METRICS
from photorank.metrics.resampled import corrected_resampled, corrected_resampled_difference
from photorank.typing import Codes, Floats, Scope

# Differences are tested for these; each metric and scope is a family of its own.
COMPARED_METRICS = ("pairwise_accuracy", "kendall_tau_b", "spearman")


@dataclass(frozen=True)
class Field:
    """The pairs of one scope, by repeat, and how their uncertainty is counted."""

    scope: Scope
    graphs: tuple[Comparisons, ...]  # one a repeat: pairs within a test fold, in scope
    folds: Folds
    clusters: Codes | None  # photos sampled together; None: each on its own
    n_photos: int
    n_pairs: int  # of one repeat, on average


def field_of(photos: JudgedPhotos, folds: Folds, protocol: Protocol, scope: Scope) -> Field | None:
    """Return the pairs of one scope, or None if there is none."""
    codes = photos.codes(protocol.within or "group")
    graphs = tuple(
        photos.comparisons.restricted(fold, "within").restricted(codes, scope)
        for fold in folds.codes
    )
    n_pairs = sum(graph.n_pairs for graph in graphs)
    if not n_pairs:
        return None
    return Field(
        scope=scope,
        graphs=graphs,
        folds=folds,
        clusters=folds.by,
        n_photos=len(set().union(*(graph.active.tolist() for graph in graphs))),
        n_pairs=round(n_pairs / len(graphs)),
    )


@dataclass(frozen=True)
class Measured:
    """One contender's sums over the pairs of one scope."""

    contender: Contender
    pooled: dict[str, PairSums]  # by metric, over repeats; without each photo or cluster
    by_fold: dict[str, Floats]  # by metric, (repeats * K,): their mean is the pooled value
    lists: dict[str, Floats]  # by metric of lists, (repeats * K,) likewise

    @classmethod
    def of(cls, contender: Contender, field: Field) -> "Measured":
        """Return a contender's sums over the pairs of a scope."""
        pooled, by_fold = {}, {}
        rounds = list(zip(contender.ratings, field.graphs, field.folds.codes, strict=True))
        for name, sums in PAIR_METRICS.items():
            pooled[name] = pool(sums(r, graph, clusters=field.clusters) for r, graph, _ in rounds)
            parts = [sums(r, graph, clusters=codes, couples=0) for r, graph, codes in rounds]
            by_fold[name] = values_by_fold(parts)
        lists = values_by_fold_of_lists(contender.ratings, field.graphs, field.folds)
        return cls(contender, pooled, by_fold, lists)

    def result(self, field: Field) -> Result:
        """Return its metrics with intervals: refitted where it was fitted, else a jackknife."""
        one = self.contender
        counts = {"n_photos": field.n_photos, "n_pairs": field.n_pairs}
        metrics: dict[str, Estimate] = {}
        for name, sums in self.pooled.items():
            if one.fitted:
                metrics[name] = corrected_resampled(
                    self.by_fold[name],
                    test_share=field.folds.test_share,
                    repeats=len(field.graphs),
                    floor=sums.floor,
                    **counts,
                )
            else:
                metrics[name] = jackknife(sums.leave_one_out(), **counts)
        for name, values in self.lists.items():
            metrics[name] = corrected_resampled(
                values,
                test_share=field.folds.test_share if one.fitted else 0.0,
                repeats=len(field.graphs),
                floor=FLOORS.get(name, 0.0),
                **counts,
            )
        return Result(
            vector=one.name,
            kind=one.kind,
            scope=field.scope,
            in_sample=one.in_sample,
            refitted=one.refitted,
            baseline=one.baseline,
            interval="corrected resampled" if one.fitted else "jackknife",
            metrics=metrics,
            n_photos=field.n_photos,
            n_pairs=field.n_pairs,
        )


def differences_of(measured: Sequence[Measured], field: Field) -> list[ScopedDifference]:
    """Compare every two contenders on the same pairs; those that saw the photos are left out."""
    fair = [one for one in measured if not one.contender.in_sample]
    found = []
    for metric in COMPARED_METRICS:
        family: list[tuple[Measured, Measured, Difference]] = []
        for a, b in combinations(fair, 2):
            if a.contender.fitted or b.contender.fitted:
                difference = corrected_resampled_difference(
                    a.by_fold[metric],
                    b.by_fold[metric],
                    test_share=field.folds.test_share,
                    repeats=len(field.graphs),
                    n_photos=field.n_photos,
                )
            else:
                difference = paired_difference(
                    a.pooled[metric].leave_one_out(), b.pooled[metric].leave_one_out()
                )
            if np.isfinite(difference.p):
                family.append((a, b, difference))
        adjusted = holm(np.array([difference.p for _, _, difference in family]))
        found += [
            ScopedDifference(
                a.contender.name, b.contender.name, field.scope, metric, difference, float(p_holm)
            )
            for (a, b, difference), p_holm in zip(family, adjusted, strict=True)
        ]
    return found
