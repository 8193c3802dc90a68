"""Types for evaluation results; their field names are the keys of the saved JSON file."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

import numpy as np

from photorank.metrics.estimates import Difference, Estimate, Limits
from photorank.similarity.near_duplicates import implausible_group_size
from photorank.typing import Codes, Scope


@dataclass(frozen=True)
class Result:
    """Metrics of a vector or learner on all photo pairs, or only within or across groups."""

    vector: str
    kind: str
    scope: Scope
    in_sample: bool
    refitted: bool
    baseline: bool
    interval: str  # how the intervals were made
    n_photos: int
    n_pairs: int
    metrics: dict[str, Limits]
    fold_by: str = ""  # what was held out together; "" in files of older versions
    unknown: bool = False  # nobody knows which photos it learned from

    @property
    def competes(self) -> bool:
        """True if the test photos were unseen in training, so that the vector may rank as best."""
        return not (self.in_sample or self.unknown)

    @property
    def accuracy(self) -> Limits:
        """Pairwise accuracy with its confidence limits."""
        return self.metrics["pairwise_accuracy"]


def ranked(results: Iterable[Result]) -> list[Result]:
    """Results sorted by accuracy, best first; vectors that may have seen the photos come last."""
    return sorted(results, key=lambda row: (not row.competes, -row.accuracy.value))


@dataclass(frozen=True)
class ScopedDifference:
    """Difference in a metric between two vectors or learners in one scope (kind of pairs).

    The value is a's metric minus b's.
    """

    a: str
    b: str
    scope: Scope
    metric: str
    value: float
    low: float
    high: float
    p: float  # two-sided, of no difference
    p_holm: float  # adjusted over all pairs of vectors in this scope and metric

    def lead_of(self, vector: str) -> Difference:
        """Lead of `vector`: its metric minus that of the other compared vector or learner."""
        found = Difference(self.value, self.low, self.high, self.p)
        return found if vector == self.a else -found

    def other(self, vector: str) -> str:
        """Name of the vector or learner that `vector` is compared with."""
        return self.b if vector == self.a else self.a


@dataclass(frozen=True)
class AccuracyByGap(Estimate):
    """Accuracy of a vector on the photo pairs whose label difference lies in one range."""

    vector: str
    above: float
    upto: float


@dataclass(frozen=True)
class AccuracyByGroup(Estimate):
    """Accuracy of a vector on the photo pairs within one group, such as an event."""

    vector: str
    group: str


@dataclass(frozen=True)
class AccuracyByPhotos(Estimate):
    """Held-out accuracy of a learner fitted to a given number of photos."""

    vector: str
    n_learned_from: int


@dataclass(frozen=True)
class CalibrationBin:
    """Bin of a reliability diagram: mean predicted probability and observed frequency."""

    predicted: float
    observed: float
    low: float
    high: float
    n_pairs: int


@dataclass(frozen=True)
class RiskPoint:
    """Point of a risk–coverage curve: error rate among the most confident predictions."""

    coverage: float
    risk: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Calibration of probabilities on held-out pairs; confidence limits are nan in old files."""

    vector: str
    n_pairs: int
    brier: float
    brier_low: float = nan
    brier_high: float = nan
    expected_calibration_error: float
    expected_calibration_error_low: float = nan
    expected_calibration_error_high: float = nan
    bins: tuple[CalibrationBin, ...]
    risk_coverage: tuple[RiskPoint, ...]

    @property
    def brier_limits(self) -> Limits:
        """Brier score with the limits of its confidence interval."""
        return Limits(self.brier, self.brier_low, self.brier_high)

    @property
    def calibration_error(self) -> Limits:
        """Expected calibration error with the limits of its confidence interval."""
        return Limits(
            self.expected_calibration_error,
            self.expected_calibration_error_low,
            self.expected_calibration_error_high,
        )


@dataclass(frozen=True)
class DuplicateCounts:
    """Counts of near-duplicates and altered copies among the judged photos."""

    photos: int  # with a copy
    pictures: int  # that they show
    largest: int  # photos of one picture, directly or in chains
    mistaken: int = 0  # as `largest`, where that is too many to be copies

    @classmethod
    def of(cls, codes: Codes) -> "DuplicateCounts":
        """Counts of near-duplicates and altered copies, from cluster numbers (n,) of n photos.

        A photo without copies has −1.
        """
        sizes = np.bincount(codes[codes >= 0])
        largest = int(sizes.max(initial=0))
        return cls(int(sizes.sum()), len(sizes), largest, implausible_group_size(codes))


@dataclass(frozen=True)
class Details:
    """Detailed results of an evaluation, mainly of the best vector or learner.

    A detail that was not measured is empty or None.
    """

    by_gap: tuple[AccuracyByGap, ...] = ()
    by_group: tuple[AccuracyByGroup, ...] = ()
    learning_curve: tuple[AccuracyByPhotos, ...] = ()
    calibration: Calibration | None = None
    people: dict[str, Estimate] | None = None  # how well they agree, by metric
