"""Reports of evaluations, and the files that keep them."""

import hashlib
import json
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from photorank.errors import BrokenEvaluationError
from photorank.evaluation.results import Details, Result, ScopedDifference
from photorank.learning.protocol import Protocol
from photorank.typing import Json, Scope
from photorank.workspace import IndexPaths, write_bytes


@dataclass(frozen=True)
class Evaluation:
    """Results of one run, and how it was made."""

    index: str
    encoder: str
    framing: str
    n_photos: int
    judgements: str  # scores or choices
    protocol: Protocol
    results: tuple[Result, ...]
    differences: tuple[ScopedDifference, ...]
    details: Details
    created: str

    def ranked(self, scope: Scope) -> list[Result]:
        """Results of a scope, best accuracy first, in-sample ones last."""
        rows = [result for result in self.results if result.scope == scope]
        return sorted(rows, key=lambda row: (row.in_sample, -row.accuracy.value))

    def competing(self, scope: Scope = "all") -> list[Result]:
        """Scope's results of what has not seen the photos, best accuracy first."""
        return [row for row in self.ranked(scope) if not row.in_sample]

    def compared(self, scope: Scope, metric: str) -> list[ScopedDifference]:
        """Differences in one metric over one scope."""
        return [
            row
            for row in self.differences
            if (row.scope, row.metric) == (scope, metric) and isfinite(row.difference.value)
        ]

    @property
    def scopes(self) -> list[Scope]:
        """Scopes that have pairs, in the order of the table."""
        return list(dict.fromkeys(result.scope for result in self.results))

    def to_json(self) -> Json:
        """JSON of the contract; undefined numbers are null."""
        return {
            "index": self.index,
            "encoder": self.encoder,
            "framing": self.framing,
            "n_photos": self.n_photos,
            "judgements": self.judgements,
            "created": self.created,
            "protocol": self.protocol.to_json(),
            "results": [row.to_json() for scope in self.scopes for row in self.ranked(scope)],
            "differences": [row.to_json() for row in self.differences],
            "details": self.details.to_json(),
        }

    @classmethod
    def from_json(cls, data: Json) -> "Evaluation":
        """Evaluation that :meth:`to_json` wrote; an older photorank wrote no details.

        Raises KeyError, TypeError, ValueError or AttributeError if something is missing or wrong.
        """
        names = ("index", "encoder", "framing", "judgements", "created")
        return cls(
            **{name: str(data[name]) for name in names},
            n_photos=int(data["n_photos"]),
            protocol=Protocol.from_json(data["protocol"]),
            results=tuple(map(Result.from_json, data["results"])),
            differences=tuple(map(ScopedDifference.from_json, data["differences"])),
            details=Details.from_json(data.get("details") or {}),
        )


def save_evaluation(paths: IndexPaths, evaluation: Evaluation) -> Path:
    """Path of an evaluation after it is written into its index; names sort by time."""
    data = (json.dumps(evaluation.to_json(), indent=1) + "\n").encode()
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
        return Evaluation.from_json(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenEvaluationError(path) from error


def latest_evaluation(paths: IndexPaths) -> Evaluation | None:
    """Latest evaluation of an index, None if there is none.

    Raises BrokenEvaluationError if its file is damaged.
    """
    saved = evaluation_paths(paths)
    return read_evaluation(saved[-1]) if saved else None
