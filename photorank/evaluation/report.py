"""What an evaluation found, as values, as JSON, and as a file of the index."""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

from photorank.errors import BrokenEvaluationError
from photorank.metrics.estimates import Difference, Estimate
from photorank.typing import Json, Scope
from photorank.workspace import IndexPaths, write_bytes


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
    metrics: dict[str, Estimate]
    n_photos: int
    n_pairs: int

    def to_json(self) -> Json:
        """Return the contract's row."""
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
            "metrics": {
                name: {
                    "value": _number(estimate.value),
                    "low": _number(estimate.low),
                    "high": _number(estimate.high),
                }
                for name, estimate in self.metrics.items()
            },
        }


@dataclass(frozen=True)
class ScopedDifference:
    """How much better a is than b on the same pairs."""

    a: str
    b: str
    scope: Scope
    metric: str
    difference: Difference
    p_holm: float  # adjusted over all pairs of vectors in this scope and metric

    def to_json(self) -> Json:
        """Return the contract's row."""
        return {
            "a": self.a,
            "b": self.b,
            "scope": self.scope,
            "metric": self.metric,
            "value": _number(self.difference.value),
            "low": _number(self.difference.low),
            "high": _number(self.difference.high),
            "p": _number(self.difference.p),
            "p_holm": _number(self.p_holm),
        }


@dataclass(frozen=True)
class Evaluation:
    """Every result of one run, and how it was made."""

    index: str
    encoder: str
    framing: str
    n_photos: int
    judgements: str  # scores or choices
    protocol: Json
    results: tuple[Result, ...]
    differences: tuple[ScopedDifference, ...]
    details: Json  # gaps, groups, learning curve, calibration, people: see details.py
    created: str

    def ranked(self, scope: Scope) -> list[Result]:
        """Return a scope's results, best accuracy first; what has seen the photos comes last."""
        rows = [result for result in self.results if result.scope == scope]
        return sorted(
            rows, key=lambda row: (row.in_sample, -row.metrics["pairwise_accuracy"].value)
        )

    @property
    def scopes(self) -> list[Scope]:
        """The scopes that have pairs, in the order of the table."""
        return list(dict.fromkeys(result.scope for result in self.results))

    def to_json(self) -> Json:
        """Return the contract's JSON; what is not defined is null."""
        return {
            "index": self.index,
            "encoder": self.encoder,
            "framing": self.framing,
            "n_photos": self.n_photos,
            "judgements": self.judgements,
            "created": self.created,
            "protocol": self.protocol,
            "results": [row.to_json() for scope in self.scopes for row in self.ranked(scope)],
            "differences": [row.to_json() for row in self.differences],
            "details": self.details,
        }


def save_evaluation(paths: IndexPaths, evaluation: Evaluation) -> Path:
    """Write an evaluation into its index and return its path; names sort by time."""
    data = (json.dumps(evaluation.to_json(), indent=1) + "\n").encode()
    stamp = evaluation.created.replace(":", "").replace("+0000", "Z")
    path = paths.evaluation(f"{stamp}-{hashlib.sha256(data).hexdigest()[:8]}")
    write_bytes(path, data)
    return path


def evaluation_paths(paths: IndexPaths) -> list[Path]:
    """Return the files of an index's evaluations, oldest first."""
    return sorted(paths.evaluations.glob("*.json"))


def read_evaluation(path: Path) -> Json:
    """Read a saved evaluation.

    Raises
    ------
    BrokenEvaluationError
        If the file is not one.
    """
    try:
        data = json.loads(path.read_bytes())
    except ValueError as error:
        raise BrokenEvaluationError(path) from error
    if not isinstance(data, dict) or "results" not in data:
        raise BrokenEvaluationError(path)
    return data


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
