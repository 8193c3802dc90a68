"""Choice of the confidence interval that fits a held-out metric."""

from collections.abc import Sequence

from photorank.metrics.estimates import Estimate
from photorank.metrics.folds import Folds
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.pair_sums import PairSums, pool, values_by_fold
from photorank.metrics.refitting_intervals import corrected_resampled
from photorank.typing import Codes


def estimate_of(
    sums: Sequence[PairSums],
    folds: Folds,
    *,
    refitted: bool,
    n_units: int,
    n_photos: int,
    n_pairs: int,
) -> Estimate:
    """Value of a metric with its confidence interval, computed from sums over held-out pairs.

    The interval is the corrected resampled t interval of refitted models, else the jackknife's.

    Parameters
    ----------
    sums : sequence of PairSums
        One a repeat, or pooled, without each of the units that :func:`units_of` names.
    folds : Folds
    refitted : bool
        Whether what rates was fitted anew in every fold: the interval is then the
        corrected resampled one. Ratings that are given have a jackknife.
    n_units : int
        Photos or groups, as they were dealt into folds, that have pairs.
    n_photos, n_pairs : int
        What was counted, for the record.
    """
    counts = {"n_photos": n_photos, "n_pairs": n_pairs}
    if not refitted:
        return jackknife(pool(sums).leave_one_out(), **counts)
    return corrected_resampled(
        values_by_fold(sums),
        test_to_train=folds.test_to_train * max(one.luck for one in sums),
        repeats=len(sums),
        n_units=n_units,
        floor=sums[0].floor,
        **counts,
    )


def units_of(folds: Folds, refitted: bool) -> list[Codes | None]:
    """For each cross-validation repeat, array (n,) of the photos' units: test folds or clusters.

    Test folds if `refitted`, or of given ratings what was sampled together; None is each photo on
    its own.
    """
    return list(folds.codes) if refitted else [folds.by] * len(folds.codes)
