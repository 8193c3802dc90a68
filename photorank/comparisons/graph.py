"""The comparison graph for learners and metrics: sums over edges, no list of n² pairs.

An edge says by how much one photo was preferred to another. Learners ask the
graph for its Laplacian, metrics for its agreement with ratings.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple, Self

import numpy as np

from photorank.typing import Codes, Embeddings, Floats, Labels, Pairs, Ratings, Scope


class Agreement(NamedTuple):
    """Weight of each photo's pairs that ratings order rightly; each pair is in two photos' sums."""

    credit: Floats  # (n,) of the pairs that the ratings order as people did, ties half
    weight: Floats  # (n,) of all pairs that people ordered


class SampledPairs(NamedTuple):
    """Some edges of the graph, listed."""

    pairs: Pairs  # (m, 2) rows of the winner and of the loser
    margins: Floats  # (m,) by how much, > 0


class Edges(NamedTuple):
    """Weight and margin of some pairs of photos."""

    weight: Floats  # (m,) 0 where the two may not be compared, ties not
    margin: Floats  # (m,) of the first over the second, 0 where people did not order them


class ComparisonGraph(ABC):
    """A weighted graph over n photos: edge weights w_ij ≥ 0 and signed margins m_ij = −m_ji.

    Laplacian, preference, net wins and squared margins are of weights that are
    normalised to sum 1 over the edges, so that a penalty means the same for 10
    judgements and 10,000.
    """

    n: int

    @property
    @abstractmethod
    def n_pairs(self) -> int:
        """Number of pairs that people ordered, each counted once."""

    @property
    @abstractmethod
    def active(self) -> Codes:
        """Rows of the photos that take part in some edge."""

    @property
    @abstractmethod
    def components(self) -> Codes:
        """Number of each photo's connected component (n,), by first photo; −1 if not active."""

    @property
    def n_components(self) -> int:
        """Number of connected components among the active photos."""
        return int(self.components.max(initial=-1)) + 1

    @property
    @abstractmethod
    def n_judgements(self) -> float:
        """Number of independent judgements: labelled photos less components, or choices made."""

    @property
    @abstractmethod
    def scores(self) -> Labels | None:
        """Labels (n,), nan where there is none; None if people only chose between photos."""

    @abstractmethod
    def laplacian(self, X: Embeddings | Floats) -> Floats:
        """Product L X (n, k) of the Laplacian L = diag(W1) − W and X (n, k); also for (n,)."""

    @abstractmethod
    def preference(self) -> Floats:
        """Sums b_i = Σ_j w_ij m_ij (n,): how much each photo was preferred in all."""

    @abstractmethod
    def net_wins(self) -> Floats:
        """Net wins of each photo, Σ_j w_ij sign(m_ij) (n,), ignoring margins."""

    @abstractmethod
    def squared_margins(self) -> float:
        """Sum Σ_{i<j} w_ij m_ij²: the squared error of ratings that are all equal."""

    @abstractmethod
    def agreement(self, ratings: Ratings) -> Agreement:
        """Weight of each photo's pairs that ratings (n,) order as people did, and of all."""

    @abstractmethod
    def untied_weight(self, ratings: Ratings) -> Floats:
        """Weight of each photo's pairs whose ratings differ (n,), gaps forgotten.

        Pairs that people could not order count too.
        """

    @abstractmethod
    def edges(self, pairs: Pairs) -> Edges:
        """Weights and margins of pairs (m, 2) of different rows, in any order."""

    @abstractmethod
    def with_gap_power(self, gap_power: int) -> Self:
        """Graph weighed by the labels' gaps to this power; choices have no gaps and stay."""

    @abstractmethod
    def restricted(self, codes: Codes, scope: Scope) -> Self:
        """Graph of the pairs within a group, or across groups; photos without one (−1) drop out."""

    @abstractmethod
    def take(self, rows: Codes) -> Self:
        """Graph among some photos, renumbered 0 … len(rows) − 1."""

    @abstractmethod
    def sample(
        self, m: int, *, rng: np.random.Generator, extremes: float | None = None
    ) -> SampledPairs:
        """Random ordered pairs (m of them), drawn with replacement.

        With `extremes`, winners come from that share of best labels and
        losers from the same share of worst; choices have no such extremes.
        """
