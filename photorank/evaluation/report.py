"""Reports of evaluations: one run's results, and the file of the index that keeps them."""

import hashlib
import json
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from photorank.errors import BrokenEvaluationError
from photorank.evaluation.results import Details, Result, ScopedDifference, ranked
from photorank.json_values import from_json, to_json
from photorank.learning.protocol import Protocol
from photorank.typing import Scope
from photorank.workspace import IndexPaths, write_bytes


@dataclass(frozen=True)
class Evaluation:
    """Every result of one run, and how it was made; the fields are the names of its JSON."""

    index: str
    encoder: str
    framing: str
    n_photos: int
    judgements: str  # scores or choices
    created: str
    protocol: Protocol
    results: tuple[Result, ...]  # scope by scope, each ranked
    differences: tuple[ScopedDifference, ...]
    details: Details = field(default_factory=Details)  # an older photorank had none

    def competing(self, scope: Scope = "all") -> list[Result]:
        """Results of a scope of what has not seen the photos, best accuracy first."""
        return ranked(row for row in self.results if row.scope == scope and not row.in_sample)

    def compared(self, scope: Scope, metric: str) -> list[ScopedDifference]:
        """Differences in one metric over one scope."""
        return [
            row
            for row in self.differences
            if (row.scope, row.metric) == (scope, metric) and isfinite(row.value)
        ]

    @property
    def scopes(self) -> list[Scope]:
        """The scopes that have pairs, in the order of the table."""
        return list(dict.fromkeys(result.scope for result in self.results))


def save_evaluation(paths: IndexPaths, evaluation: Evaluation) -> Path:
    """Path of the file that an evaluation was written into; names sort by time."""
    data = (json.dumps(to_json(evaluation), indent=1) + "\n").encode()
    stamp = evaluation.created.replace(":", "").replace("+0000", "Z")
    path = paths.evaluation(f"{stamp}-{hashlib.sha256(data).hexdigest()[:8]}")
    write_bytes(path, data)
    return path


def evaluation_paths(paths: IndexPaths) -> list[Path]:
    """Files of an index's evaluations, oldest first."""
    return sorted(paths.evaluations.glob("*.json"))


def read_evaluation(path: Path) -> Evaluation:
    """Evaluation of a file; BrokenEvaluationError if it is none."""
    try:
        return from_json(Evaluation, json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenEvaluationError(path) from error


def latest_evaluation(paths: IndexPaths) -> Evaluation | None:
    """Latest evaluation of an index, None if there is none.

    Raises BrokenEvaluationError if its file is damaged.
    """
    saved = evaluation_paths(paths)
    return read_evaluation(saved[-1]) if saved else None
