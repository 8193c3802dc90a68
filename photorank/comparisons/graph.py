"""Comparison graph for learners and metrics: sums over edges, without a list of n² pairs.

An edge says by how much one photo was preferred to another. Learners ask the
graph for its Laplacian, metrics for its agreement with ratings.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple, Self

import numpy as np

from photorank.typing import Codes, Embeddings, Floats, Labels, Pairs, Ratings, Scope


class Agreement(NamedTuple):
    """Weight of each photo's pairs ordered rightly, and of all; each pair counts at both photos."""

    credit: Floats  # (n,) of the pairs that the ratings order as people did, ties half
    weight: Floats  # (n,) of all pairs that people ordered


class SampledPairs(NamedTuple):
    """Edges sampled from the graph: winner, loser and margin."""

    pairs: Pairs  # (m, 2) rows of the winner and of the loser
    margins: Floats  # (m,) by how much, > 0


class Edges(NamedTuple):
    """Weights and margins of listed pairs of photos."""

    weight: Floats  # (m,) 0 where the two may not be compared, ties not
    margin: Floats  # (m,) of the first over the second, 0 where people did not order them


class ComparisonGraph(ABC):
    """Weighted graph over n photos: edge weights w_ij ≥ 0 and signed margins m_ij = −m_ji.

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
        """Rows of the photos with at least one edge."""

    @property
    @abstractmethod
    def components(self) -> Codes:
        """Connected-component code (n,) of each photo, by first photo; −1 without an edge."""

    @property
    def n_components(self) -> int:
        """Number of connected components, photos without an edge not counted."""
        return int(self.components.max(initial=-1)) + 1

    @property
    @abstractmethod
    def n_judgements(self) -> float:
        """Number of independent judgements: labelled photos minus components, or choices."""

    @property
    @abstractmethod
    def scores(self) -> Labels | None:
        """Labels (n,), nan for unlabelled photos; None for a graph of choices."""

    @abstractmethod
    def laplacian(self, X: Embeddings | Floats) -> Floats:
        """Product L X (n, k) with the graph Laplacian L = diag(W1) − W; X is (n, k) or (n,)."""

    @abstractmethod
    def preference(self) -> Floats:
        """Net preference b_i = Σ_j w_ij m_ij of each photo (n,)."""

    @abstractmethod
    def net_wins(self) -> Floats:
        """Net wins of each photo, Σ_j w_ij sign(m_ij) (n,)."""

    @abstractmethod
    def squared_margins(self) -> float:
        """Sum of squared margins Σ_{i<j} w_ij m_ij²: the squared error of constant ratings."""

    @abstractmethod
    def agreement(self, ratings: Ratings) -> Agreement:
        """Weight of each photo's pairs ordered alike by ratings (n,) and people, and of all."""

    @abstractmethod
    def untied_weight(self, ratings: Ratings) -> Floats:
        """Weight of each photo's pairs with different ratings (n,), at gap power 0.

        Pairs that people could not order count too.
        """

    @abstractmethod
    def edges(self, pairs: Pairs) -> Edges:
        """Weights and margins of pairs (m, 2) of distinct rows, in the order of the pairs."""

    @abstractmethod
    def with_gap_power(self, gap_power: int) -> Self:
        """Graph with label gaps to this power as weights; unchanged for choices."""

    @abstractmethod
    def restricted(self, codes: Codes, scope: Scope) -> Self:
        """Graph of the pairs within a group, or across groups; photos of code −1 have no pairs."""

    @abstractmethod
    def take(self, rows: Codes) -> Self:
        """Subgraph of the photos `rows`, renumbered 0 … len(rows) − 1."""

    @abstractmethod
    def sample(
        self, m: int, *, rng: np.random.Generator, extremes: float | None = None
    ) -> SampledPairs:
        """Random sample of m ordered pairs, drawn with replacement.

        With `extremes`, winners come from that share of best labels and
        losers from the same share of worst; choices have no such extremes.
        """
