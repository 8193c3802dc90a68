"""Evaluation report: results and settings of a run, saved as JSON in the index."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path

from photorank.errors import BrokenEvaluationError
from photorank.evaluation.result_types import (
    Details,
    DuplicateCounts,
    Result,
    ScopedDifference,
    ranked,
)
from photorank.json_values import from_json, to_json
from photorank.learning.protocol import Protocol
from photorank.typing import Scope
from photorank.workspace import IndexPaths, read_bytes, write_bytes


@dataclass(frozen=True)
class Evaluation:
    """Results and settings of one evaluation; its fields are the keys of its JSON file."""

    index: str
    encoder: str
    framing: str
    n_photos: int
    judgements: str  # scores or choices
    created: str
    protocol: Protocol
    results: tuple[Result, ...]  # scope by scope, each ranked
    differences: tuple[ScopedDifference, ...]
    details: Details = field(default_factory=Details)  # empty in files of older versions
    copies: DuplicateCounts | None = None  # in one fold each; None in older files
    requested: Protocol | None = None  # before folds and repeats were as many as can be; likewise

    def rows(self, scope: Scope) -> list[Result]:
        """Results for one scope (kind of photo pairs), on the folds that `protocol` specifies."""
        folds = ("", self.protocol.fold_by)
        return [row for row in self.results if row.scope == scope and row.fold_by in folds]

    def with_other_folds(self, row: Result) -> Result | None:
        """Result for the same vector and kind of photo pairs as `row`, but with other test folds.

        Test folds are of single photos, or of groups or series. None if folds were made in one way
        only.
        """
        for other in self.results:
            if (other.vector, other.scope) == (row.vector, row.scope) and other is not row:
                return other
        return None

    @property
    def requested_protocol(self) -> Protocol:
        """Evaluation protocol requested by the user; `fold_by` is None if the user did not set it.

        Where older files do not tell, two kinds of folds were used only if the user named none.
        """
        if self.requested is not None:
            return self.requested
        ways = {row.fold_by for row in self.results}
        return replace(self.protocol, fold_by=None) if len(ways) > 1 else self.protocol

    def competing(self, scope: Scope = "all") -> list[Result]:
        """Results on unseen photos that compete in one scope (kind of photo pairs), best first.

        Left out are vectors that learned from the test photos, or may have.
        """
        return ranked(row for row in self.rows(scope) if row.competes)

    def compared(self, scope: Scope, metric: str) -> list[ScopedDifference]:
        """Metric differences between every two vectors or learners, on one kind of photo pairs.

        A scope is a kind of photo pairs. Undefined differences are left out.
        """
        return [
            row
            for row in self.differences
            if (row.scope, row.metric) == (scope, metric) and isfinite(row.value)
        ]

    @property
    def scopes(self) -> list[Scope]:
        """Scopes (kinds of photo pairs) that have results."""
        return list(dict.fromkeys(result.scope for result in self.results))


def save_evaluation(paths: IndexPaths, evaluation: Evaluation) -> Path:
    """Save an evaluation as a JSON file named by creation time; return its path."""
    data = (json.dumps(to_json(evaluation), indent=1) + "\n").encode()
    stamp = evaluation.created.replace(":", "").replace("+0000", "Z")
    path = paths.evaluation(f"{stamp}-{hashlib.sha256(data).hexdigest()[:8]}")
    write_bytes(path, data)
    return path


def evaluation_paths(paths: IndexPaths) -> list[Path]:
    """Paths of an index's saved evaluations, oldest first."""
    return sorted(paths.evaluations.glob("*.json"))


def read_evaluation(path: Path) -> Evaluation:
    """Evaluation read from a file; raises BrokenEvaluationError if the file is not valid."""
    try:
        return from_json(Evaluation, json.loads(read_bytes(path)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenEvaluationError(path) from error


def latest_evaluation(paths: IndexPaths) -> Evaluation | None:
    """Latest saved evaluation of an index; None if there is none.

    Raises BrokenEvaluationError if its file is damaged.
    """
    saved = evaluation_paths(paths)
    return read_evaluation(saved[-1]) if saved else None
