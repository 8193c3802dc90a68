"""Data classes of a leaderboard; field names are the keys of its JSON."""

from dataclasses import dataclass, field
from math import isfinite, isnan
from pathlib import PurePath

from photorank.evaluation.result_types import Result, ScopedDifference
from photorank.index.opened import Index
from photorank.leaderboard.cost import Cost
from photorank.learning.protocol import Protocol
from photorank.typing import Scope


@dataclass(frozen=True)
class Row:
    """Leaderboard row of one rating vector or learner, with its test result on one index."""

    index: str
    encoder: str
    weights: str  # beginning of their checksum
    framing: str
    contender: str
    cost: Cost | None
    result: Result
    dimensions: int = 0  # of an embedding; 0 in files of older versions

    @classmethod
    def of(cls, index: Index, contender: str, result: Result, cost: Cost | None) -> "Row":
        """Leaderboard row of a rating vector or learner, tested on one index."""
        made = index.fingerprint
        named = (index.name, index.manifest.encoder, made.weights[:8], made.framing)
        return cls(*named, contender, cost, result, index.manifest.dimensions)

    @property
    def full_name(self) -> str:
        """Unique name of the row, in the form "name of vector or learner @ name of index"."""
        return f"{self.contender} @ {self.index}"

    @property
    def is_random(self) -> bool:
        """True if the row shows the chance level: the mean accuracy of random directions."""
        return self.result.kind == "random"

    @property
    def is_learned_anew(self) -> bool:
        """True if this leaderboard row's vector is refitted in every cross-validation fold."""
        return self.result.refitted or self.contender == self.result.kind

    @property
    def encoder_name(self) -> str:
        """Name of the encoder, without the folder of its weights file (no local path is shown)."""
        model, at, file = self.encoder.partition("@")
        return f"{model}{at}{PurePath(file).name}"

    @property
    def order(self) -> tuple[str, bool, float]:
        """Sort key of a leaderboard row: by kind of test pairs, then by descending accuracy.

        Results on unseen photos come before others, then the highest accuracy comes first.
        """
        value = self.result.accuracy.value
        return self.result.scope, not self.result.competes, 1.0 if isnan(value) else -value


@dataclass(frozen=True)
class Shown:
    """Photos rated highest and lowest by the best vector or learner, with people's scores."""

    by: str
    best: tuple[str, ...]
    worst: tuple[str, ...]
    best_scores: tuple[float, ...] = ()  # empty where people chose and gave no scores
    worst_scores: tuple[float, ...] = ()


@dataclass(frozen=True)
class PanelReport:
    """Results for one panel, which is a group of indexes of the same photos."""

    name: str
    indexes: tuple[str, ...]
    n_photos: int
    protocol: Protocol
    rows: tuple[Row, ...]  # scope by scope, the best first
    differences: tuple[ScopedDifference, ...]  # of all pairs of fair contenders, with Holm
    notes: tuple[str, ...]
    shown: Shown | None = None
    labels: str = ""  # whose judgements, in a sentence
    n_copies: int = 0  # photos of which others are copies, always in one fold with them
    vectors: dict[str, str] = field(default_factory=dict)  # what each stored one was made from
    most_folds: int = 0  # that the photos can be dealt into; 0 in files of older versions

    @property
    def title(self) -> str:
        """Title that names the report's indexes, such as "Photos of the indexes rome and paris"."""
        *rest, last = self.indexes
        return (
            f"Photos of the indexes {', '.join(rest)} and {last}" if rest else f"Photos of {last}"
        )

    def scope(self, scope: Scope) -> list[Row]:
        """Leaderboard rows for one scope of test pairs ("all", or "within" groups), best first."""
        return [row for row in self.rows if row.result.scope == scope]

    def fair(self, scope: Scope = "all") -> list[Row]:
        """Leaderboard rows of fair tests (on unseen photos) except the chance level; best first."""
        return [row for row in self.scope(scope) if row.result.competes and not row.is_random]

    def compared(self, scope: Scope = "all") -> list[ScopedDifference]:
        """Differences in accuracy, with p-values, of every two methods tested on unseen photos."""
        return [one for one in self.differences if one.scope == scope]

    def against_best(self, scope: Scope = "all") -> dict[str, ScopedDifference]:
        """Dictionary from a row's full name to the accuracy difference between it and the best row.

        Only rows tested on unseen photos, without random directions, in the order of the rows.
        """
        fair = [row.full_name for row in self.fair(scope)]
        found = {
            one.other(fair[0]): one
            for one in self.compared(scope)
            if fair and fair[0] in (one.a, one.b) and isfinite(one.value)
        }
        return {name: found[name] for name in fair if name in found}


@dataclass(frozen=True)
class Leaderboard:
    """Leaderboard: one report for each set of photos, and notes on indexes left out."""

    created: str
    version: str  # of photorank
    machine: str  # on which costs were measured
    panels: tuple[PanelReport, ...]
    left_out: tuple[str, ...]
    command: str = ""  # that makes it again; "" in files of older versions
    software: str = ""  # versions of Python and what computes
