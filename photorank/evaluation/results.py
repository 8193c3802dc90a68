"""Results of an evaluation as values, whose fields are the names of its JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

from photorank.metrics.estimates import Difference, Estimate, Limits
from photorank.typing import Scope


@dataclass(frozen=True)
class Result:
    """One vector or learner in one scope."""

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

    @property
    def accuracy(self) -> Limits:
        """Pairwise accuracy, which every result has."""
        return self.metrics["pairwise_accuracy"]


def ranked(results: Iterable[Result]) -> list[Result]:
    """Results by accuracy, the best first; what has seen the photos comes last."""
    return sorted(results, key=lambda row: (row.in_sample, -row.accuracy.value))


@dataclass(frozen=True)
class ScopedDifference:
    """How much better a is than b on the same pairs."""

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
        """How much better one of the two is than the other."""
        found = Difference(self.value, self.low, self.high, self.p)
        return found if vector == self.a else -found

    def other(self, vector: str) -> str:
        """The one of the two that a vector is compared with."""
        return self.b if vector == self.a else self.a


@dataclass(frozen=True)
class AccuracyByGap(Estimate):
    """Accuracy of a vector over the pairs whose labels are so far apart."""

    vector: str
    above: float
    upto: float


@dataclass(frozen=True)
class AccuracyByGroup(Estimate):
    """Accuracy of a vector over the pairs of one group."""

    vector: str
    group: str


@dataclass(frozen=True)
class AccuracyByPhotos(Estimate):
    """Held-out accuracy of a learner after so many photos."""

    vector: str
    n_learned_from: int


@dataclass(frozen=True)
class CalibrationBin:
    """Probabilities of about one size, and how often what they predict happened."""

    predicted: float
    observed: float
    low: float
    high: float
    n_pairs: int


@dataclass(frozen=True)
class RiskPoint:
    """Share of wrong answers where only the surest share of pairs is answered."""

    coverage: float
    risk: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How far held-out probabilities can be believed; once they had no intervals."""

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
    def error(self) -> Limits:
        """Brier score."""
        return Limits(self.brier, self.brier_low, self.brier_high)

    @property
    def off(self) -> Limits:
        """Expected calibration error."""
        return Limits(
            self.expected_calibration_error,
            self.expected_calibration_error_low,
            self.expected_calibration_error_high,
        )


@dataclass(frozen=True)
class Details:
    """What is behind the one number of the best contender, so far as it is known."""

    by_gap: tuple[AccuracyByGap, ...] = ()
    by_group: tuple[AccuracyByGroup, ...] = ()
    learning_curve: tuple[AccuracyByPhotos, ...] = ()
    calibration: Calibration | None = None
    people: dict[str, Estimate] | None = None  # how well they agree, by metric
