"""Data classes of a leaderboard; field names are the keys of its JSON."""

from dataclasses import dataclass
from math import isfinite, isnan

from photorank.evaluation.result_types import Result, ScopedDifference
from photorank.index.opened import Index
from photorank.leaderboard.cost import Cost
from photorank.learning.protocol import Protocol
from photorank.typing import Scope

_SURE = 0.05  # adjusted p-value below which a difference is significant


@dataclass(frozen=True)
class Row:
    """Result of a vector or learner of one index, for one scope (all pairs, or within groups)."""

    index: str
    encoder: str
    weights: str  # beginning of their checksum
    framing: str
    contender: str
    cost: Cost | None
    result: Result

    @classmethod
    def of(cls, index: Index, contender: str, result: Result, cost: Cost | None) -> "Row":
        """Row of the leaderboard for a vector or learner of an index."""
        made = index.fingerprint
        named = (index.name, index.manifest.encoder, made.weights[:8], made.framing)
        return cls(*named, contender, cost, result)

    @property
    def full_name(self) -> str:
        """Unique name of the row: vector or learner, and index."""
        return f"{self.contender} @ {self.index}"

    @property
    def order(self) -> tuple[str, bool, float]:
        """Sort key that puts the rows of each scope together, best first.

        Results on unseen photos come before others, then the highest accuracy comes first.
        """
        value = self.result.accuracy.value
        return self.result.scope, not self.result.competes, 1.0 if isnan(value) else -value


@dataclass(frozen=True)
class Shown:
    """Thumbnails of the photos that the best vector or learner rates highest and lowest."""

    by: str
    best: tuple[str, ...]
    worst: tuple[str, ...]


@dataclass(frozen=True)
class PanelReport:
    """Results of all compared indexes of one panel (indexes of the same photos)."""

    name: str
    indexes: tuple[str, ...]
    n_photos: int
    protocol: Protocol
    rows: tuple[Row, ...]  # scope by scope, the best first
    differences: tuple[ScopedDifference, ...]  # of all pairs of fair contenders, with Holm
    notes: tuple[str, ...]
    shown: Shown | None = None

    def scope(self, scope: Scope) -> list[Row]:
        """Rows of one scope (all pairs, or within groups), best first."""
        return [row for row in self.rows if row.result.scope == scope]

    def fair(self, scope: Scope = "all") -> list[Row]:
        """Rows that can be ranked as best: tested on unseen photos, and not a baseline."""
        return [
            row for row in self.scope(scope) if row.result.competes and row.result.kind != "random"
        ]

    def against_best(self, scope: Scope = "all") -> dict[str, ScopedDifference]:
        """Accuracy differences from the best row, keyed by the other row's full name.

        Only rows tested on unseen photos, without the baselines.
        """
        fair = self.fair(scope)
        best = fair[0].full_name if fair else ""
        return {
            one.other(best): one
            for one in self.differences
            if best in (one.a, one.b) and one.scope == scope and isfinite(one.value)
        }

    def summary(self) -> str:
        """Summary in sentences: the best vector or learner, its accuracy, and how far it leads."""
        fair, leads = self.fair(), self.against_best()
        if not fair:
            return "Nothing here was tested on photos that it had not seen."
        best = fair[0]
        limits = best.result.accuracy
        text = (
            f"Of {len(fair)} that had not seen the photos, {best.contender} on {best.index} "
            f"({best.encoder}, framing {best.framing}) is best: it puts the better of two photos "
            f"first in {limits.value:.3f} [{limits.low:.3f}, {limits.high:.3f}] of "
            f"{best.result.n_pairs:,} pairs of {best.result.n_photos:,} photos; 0.5 is chance."
        )
        alike = [name for name, lead in leads.items() if not lead.p_holm < _SURE]
        if alike:
            some = ", ".join(alike[:5]) + (f" and {len(alike) - 5} more" if len(alike) > 5 else "")
            text += f" Too near to it to be told apart (p ≥ {_SURE}, Holm): {some}."
        elif leads:
            text += " It is ahead of each of the others (p < 0.05, Holm)."
        return text + " It was picked as the best of them, so its own value flatters a little."


@dataclass(frozen=True)
class Leaderboard:
    """Leaderboard: one report for each set of photos, and notes on indexes left out."""

    created: str
    version: str  # of photorank
    machine: str  # on which costs were measured
    panels: tuple[PanelReport, ...]
    left_out: tuple[str, ...]
