"""Details of an evaluation, such as accuracy by label difference and calibration."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import nan
from typing import TypeAlias

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.evaluation.contenders import Contender
from photorank.evaluation.result_types import (
    AccuracyByGap,
    AccuracyByGroup,
    Calibration,
    CalibrationBin,
    RiskPoint,
)
from photorank.index.opened import SingleRatings
from photorank.metrics.breakdowns import by_gap, by_group
from photorank.metrics.calibration import (
    ReliabilityBin,
    brier,
    expected_calibration_error,
    reliability,
    risk_coverage,
)
from photorank.metrics.estimates import Estimate
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.human_ceiling import RaterTable, human_ceiling
from photorank.metrics.refitting_intervals import corrected_jackknife
from photorank.rating.probability import fit_slope
from photorank.typing import Codes, Flags, Floats

# Held-out pairs that calibration is measured on.
_CALIBRATION_PAIRS = 20_000
_GAP_BINS = 5

# Gives a metric of the pairs that are counted its interval.
Spread: TypeAlias = Callable[[Callable[[Flags], float]], Estimate]


def gap_curve(contenders: Sequence[Contender], pairs: HeldOutPairs) -> tuple[AccuracyByGap, ...]:
    """Pairwise accuracy of each vector or learner, by the label difference (gap) of the pairs.

    Each range holds about a fifth of the pairs; choices have no gaps. Intervals are made as in the
    table of results.
    """
    graph = pairs.graphs[0]
    scores = graph.scores
    if scores is None or not graph.n_pairs:
        return ()
    margins = graph.sample(_CALIBRATION_PAIRS, rng=np.random.default_rng(0)).margins
    inner = np.quantile(margins, np.linspace(0, 1, _GAP_BINS + 1)[1:-1])
    edges = np.unique([0.0, *inner, float(np.nanmax(scores) - np.nanmin(scores))]).tolist()
    return tuple(
        AccuracyByGap(**vars(row.accuracy), vector=contender.name, above=row.above, upto=row.upto)
        for contender in contenders
        for row in by_gap(contender.ratings, pairs, edges, refitted=contender.refitted_per_fold)
    )


def group_table(
    contender: Contender, pairs: HeldOutPairs, groups: Codes, names: Sequence[str]
) -> tuple[AccuracyByGroup, ...]:
    """Accuracy of one vector or learner within each group of photos, such as an event."""
    codes, sizes = np.unique(groups, return_counts=True)
    groups = np.where(np.isin(groups, codes[sizes > 1]), groups, -1)  # a photo alone has no pair
    return tuple(
        AccuracyByGroup(**vars(row.accuracy), vector=contender.name, group=names[row.group])
        for row in by_group(contender.ratings, pairs, groups, refitted=contender.refitted_per_fold)
        if row.accuracy.n_pairs
    )


def calibration(contender: Contender, pairs: HeldOutPairs) -> Calibration | None:
    """Calibration of probabilities on held-out pairs; None if there is no pair or only one fold.

    The slope of each fold is fitted to the other folds, as for a new photo; a single split has
    none.
    """
    graph, folds = pairs.graphs[0], pairs.folds
    if not graph.n_pairs or not folds.refits:
        return None
    p, outcomes, fold = _held_out_probabilities(contender.ratings[0], graph, folds)

    spread: Spread = partial(
        corrected_jackknife,
        fold=fold,
        test_to_train=folds.test_to_train,
        n_photos=len(folds.codes[0]),
    )
    error = spread(lambda kept: brier(p[kept], outcomes[kept]))
    off = spread(lambda kept: expected_calibration_error(p[kept], outcomes[kept]))
    curve = risk_coverage(p, outcomes)
    kept = np.unique(np.linspace(0, len(curve.coverage) - 1, 50).round().astype(int))
    return Calibration(
        vector=contender.name,
        n_pairs=len(p),
        brier=error.value,
        brier_low=error.low,
        brier_high=error.high,
        expected_calibration_error=off.value,
        expected_calibration_error_low=off.low,
        expected_calibration_error_high=off.high,
        bins=tuple(
            CalibrationBin(row.predicted, row.observed, row.low, row.high, row.n_pairs)
            for row in _bins(p, outcomes, spread)
        ),
        risk_coverage=tuple(
            RiskPoint(float(curve.coverage[i]), float(curve.risk[i])) for i in kept
        ),
    )


def rater_agreement(single: SingleRatings, seed: int) -> dict[str, Estimate] | None:
    """Agreement between people, as a dict of metrics; None if there are fewer than two people."""
    if len(np.unique(single.raters)) < 2:
        return None
    return dict(vars(human_ceiling(RaterTable(*single), seed=seed)))


def _held_out_probabilities(
    ratings: Floats, graph: Comparisons, folds: Folds
) -> tuple[Floats, Floats, Codes]:
    """Predicted probabilities (m,), outcomes (m,) and fold numbers (m,) of m held-out pairs."""
    rng = np.random.default_rng(0)
    pairs = graph.sample(min(_CALIBRATION_PAIRS, graph.n_pairs), rng=rng).pairs
    gaps = ratings[pairs[:, 0]] - ratings[pairs[:, 1]]  # winner minus loser
    fold = folds.codes[0][pairs[:, 0]]
    slopes = np.array([fit_slope(gaps[fold != k]) for k in range(folds.k)])
    # Which photo comes first must not give the outcome away.
    shown = np.where(rng.random(len(gaps)) < 0.5, 1, -1)
    logits = slopes[fold] * gaps * shown
    return 1 / (1 + np.exp(-logits)), (shown > 0).astype(float), fold


def _bins(p: Floats, outcomes: Floats, spread: Spread) -> Iterator[ReliabilityBin]:
    """Yield the non-empty bins of the reliability diagram, with confidence limits.

    The limits enclose Wilson's interval and that over folds.

    Wilson's interval takes pairs as independent, which pairs that share photos are not; that over
    folds knows it, but tells nothing where all pairs of a bin went the same way.
    """
    for row in reliability(p, outcomes):
        if row.n_pairs:
            inside = (p >= row.lower) & ((p < row.upper) | (row.upper == 1))
            folds = spread(partial(_observed, outcomes, inside))
            low, high = np.fmin(row.low, folds.low), np.fmax(row.high, folds.high)
            yield replace(row, low=float(low), high=float(high))


def _observed(outcomes: Floats, inside: Flags, kept: Flags) -> float:
    chosen = outcomes[kept & inside]
    return float(chosen.mean()) if len(chosen) else nan
