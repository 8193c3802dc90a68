"""Results of an evaluation, as values and as JSON."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Self, get_args, get_type_hints

from photorank.metrics.estimates import Difference, Estimate, json_number, number_of_json
from photorank.typing import Json, Scope


@dataclass(frozen=True)
class Result:
    """Result of one vector or learner in one scope."""

    vector: str
    kind: str
    scope: Scope
    in_sample: bool
    refitted: bool
    baseline: bool
    interval: str  # how the intervals were made
    metrics: dict[str, Estimate]
    n_photos: int
    n_pairs: int

    def to_json(self) -> Json:
        """Row of the results file, as JSON."""
        return {
            "vector": self.vector,
            "kind": self.kind,
            "scope": self.scope,
            "in_sample": self.in_sample,
            "refitted": self.refitted,
            "baseline": self.baseline,
            "interval": self.interval,
            "n_photos": self.n_photos,
            "n_pairs": self.n_pairs,
            "metrics": {name: one.limits_to_json() for name, one in self.metrics.items()},
        }

    @classmethod
    def from_json(cls, row: Json) -> "Result":
        """Result that :meth:`to_json` wrote."""
        facts = _read(row, get_type_hints(cls), but="metrics")
        shared = {name: facts[name] for name in ("n_photos", "n_pairs")}
        shared["method"] = facts["interval"]
        metrics = {
            name: Estimate.from_json(found | shared) for name, found in row["metrics"].items()
        }
        return cls(**facts, metrics=metrics)

    @property
    def accuracy(self) -> Estimate:
        """Pairwise accuracy, which every result has."""
        return self.metrics["pairwise_accuracy"]


@dataclass(frozen=True)
class ScopedDifference:
    """Difference of `a` less `b` on the same pairs."""

    a: str
    b: str
    scope: Scope
    metric: str
    difference: Difference
    p_holm: float  # adjusted over all pairs of vectors in this scope and metric

    def lead_of(self, vector: str) -> Difference:
        """Difference of one of the two less the other."""
        return self.difference if vector == self.a else -self.difference

    def other(self, vector: str) -> str:
        """Name of the one that a vector is compared with."""
        return self.b if vector == self.a else self.a

    def to_json(self) -> Json:
        """Row of the results file, as JSON."""
        names = {"a": self.a, "b": self.b, "scope": self.scope, "metric": self.metric}
        return names | self.difference.to_json() | {"p_holm": json_number(self.p_holm)}

    @classmethod
    def from_json(cls, row: Json) -> "ScopedDifference":
        """Difference that :meth:`to_json` wrote."""
        return cls(
            **_read(row, get_type_hints(cls), but="difference"),
            difference=Difference.from_json(row),
        )


@dataclass(frozen=True)
class PartialAccuracy:
    """Accuracy of one vector over some of the pairs, or after some of the photos."""

    vector: str
    accuracy: Estimate

    def to_json(self) -> Json:
        """Row of the results file, as JSON."""
        facts = {one.name: getattr(self, one.name) for one in fields(self)}
        del facts["accuracy"]
        return facts | self.accuracy.to_json()

    @classmethod
    def from_json(cls, row: Json) -> Self:
        """Accuracy that :meth:`to_json` wrote."""
        facts = _read(row, get_type_hints(cls), but="accuracy")
        return cls(**facts, accuracy=Estimate.from_json(row))


@dataclass(frozen=True)
class GapAccuracy(PartialAccuracy):
    """Accuracy over pairs whose label gap is in a range."""

    above: float
    upto: float


@dataclass(frozen=True)
class GroupAccuracy(PartialAccuracy):
    """Accuracy over the pairs of one group."""

    group: str


@dataclass(frozen=True)
class LearningPoint(PartialAccuracy):
    """Held-out accuracy of a learner after so many photos."""

    n_learned_from: int


class CalibrationBin(NamedTuple):
    """Predicted probabilities of about one size, and how often they came true."""

    predicted: float
    observed: float
    low: float
    high: float
    n_pairs: int


class RiskPoint(NamedTuple):
    """Share of wrong answers if only the surest share of pairs is answered."""

    coverage: float
    risk: float


@dataclass(frozen=True)
class Calibration:
    """Calibration of held-out probabilities."""

    vector: str
    n_pairs: int
    brier: Estimate
    expected_calibration_error: Estimate
    bins: tuple[CalibrationBin, ...]
    risk_coverage: tuple[RiskPoint, ...]

    def to_json(self) -> Json:
        """Object of the results file, as JSON."""
        return {
            "vector": self.vector,
            "n_pairs": self.n_pairs,
            **self.brier.columns("brier"),
            **self.expected_calibration_error.columns("expected_calibration_error"),
            "bins": [row._asdict() for row in self.bins],
            "risk_coverage": [row._asdict() for row in self.risk_coverage],
        }

    @classmethod
    def from_json(cls, data: Json) -> "Calibration":
        """Calibration that :meth:`to_json` wrote; an older photorank wrote no intervals."""

        def estimate(name: str) -> Estimate:
            ends = {end: data.get(f"{name}_{end}") for end in ("low", "high")}
            return Estimate.from_json({"value": data[name], "n_pairs": data["n_pairs"]} | ends)

        return cls(
            str(data["vector"]),
            int(data["n_pairs"]),
            estimate("brier"),
            estimate("expected_calibration_error"),
            tuple(
                CalibrationBin(**_read(row, get_type_hints(CalibrationBin))) for row in data["bins"]
            ),
            tuple(
                RiskPoint(**_read(row, get_type_hints(RiskPoint))) for row in data["risk_coverage"]
            ),
        )


@dataclass(frozen=True)
class Details:
    """Details of the best contender, as far as they are known."""

    by_gap: tuple[GapAccuracy, ...] = ()
    by_group: tuple[GroupAccuracy, ...] = ()
    learning_curve: tuple[LearningPoint, ...] = ()
    calibration: Calibration | None = None
    people: dict[str, Estimate] = field(default_factory=dict)  # how well they agree, by metric

    def to_json(self) -> Json:
        """Object of the results file, as JSON; unknown values are null or empty."""
        return {
            "by_gap": [row.to_json() for row in self.by_gap],
            "by_group": [row.to_json() for row in self.by_group],
            "learning_curve": [row.to_json() for row in self.learning_curve],
            "calibration": self.calibration and self.calibration.to_json(),
            "people": {name: one.to_json() for name, one in self.people.items()} or None,
        }

    @classmethod
    def from_json(cls, data: Json) -> "Details":
        """Details that :meth:`to_json` wrote; an older photorank wrote less, or nothing."""
        found = data.get("calibration")
        return cls(
            tuple(map(GapAccuracy.from_json, data.get("by_gap") or [])),
            tuple(map(GroupAccuracy.from_json, data.get("by_group") or [])),
            tuple(map(LearningPoint.from_json, data.get("learning_curve") or [])),
            found and Calibration.from_json(found),
            {
                name: Estimate.from_json(one)
                for name, one in (data.get("people") or {}).items()
                if one is not None
            },
        )


def _read(row: Json, kinds: dict[str, Any], *, but: str = "") -> Json:
    """Values of a row by name, each converted to its kind.

    Raises KeyError, TypeError or ValueError if one is missing or of another kind.
    """
    return {name: _KINDS.get(kind, kind)(row[name]) for name, kind in kinds.items() if name != but}


def _scope(value: Any) -> Scope:
    if value not in get_args(Scope):
        raise ValueError(f"no scope: {value}")
    return value


_KINDS: dict[Any, Callable[[Any], Any]] = {Scope: _scope, float: number_of_json}
