"""Interface of comparison graphs, which sum over edges without listing all n² photo pairs.

An edge says by how much one photo was preferred to another. Learners ask the
graph for its Laplacian, metrics for its agreement with ratings.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple, Self

import numpy as np

from photorank.comparisons.double_precision import portions, products
from photorank.typing import Codes, Embeddings, Floats, Labels, Pairs, Ratings, Scope


class Agreement(NamedTuple):
    """For each photo, total weight of its correctly ordered pairs, and of all its pairs."""

    credit: Floats  # (n,) of the pairs that the ratings order as people did, ties half
    weight: Floats  # (n,) of all pairs that people ordered


class SampledPairs(NamedTuple):
    """Photo pairs sampled from a comparison graph: winners, losers and margins."""

    pairs: Pairs  # (m, 2) rows of the winner and of the loser
    margins: Floats  # (m,) by how much, > 0


class Edges(NamedTuple):
    """Weights (m,) of m photo pairs, and margins (m,) by which the first photo is preferred."""

    weight: Floats  # (m,) 0 where the two may not be compared, ties not
    margin: Floats  # (m,) of the first over the second, 0 where people did not order them


class ComparisonGraph(ABC):
    """Weighted graph over n photos: weights w_ij ≥ 0 and margins m_ij by which i is preferred to j.

    Margins are signed: m_ij = −m_ji.

    Laplacian, preference, net wins and squared margins are of weights that are
    normalised to sum 1 over the edges, so that a penalty means the same for 10
    judgements and 10,000.
    """

    n: int

    @property
    @abstractmethod
    def n_pairs(self) -> int:
        """Number of photo pairs in which people preferred one photo to the other."""

    @property
    @abstractmethod
    def active(self) -> Codes:
        """Row numbers of the photos that have an edge."""

    @property
    @abstractmethod
    def components(self) -> Codes:
        """Connected-component number (n,) of each photo; −1 for a photo without an edge."""

    @property
    def n_components(self) -> int:
        """Number of connected components, without isolated photos."""
        return int(self.components.max(initial=-1)) + 1

    @property
    @abstractmethod
    def n_judgements(self) -> float:
        """Number of independent judgements.

        That is the number of choices, or the number of scored photos minus the number of connected
        components, without photos that have no edge.
        """

    @property
    @abstractmethod
    def scores(self) -> Labels | None:
        """Score (n,) of each photo, nan if missing; None if judgements are choices, not scores."""

    @abstractmethod
    def laplacian(self, X: Embeddings | Floats) -> Floats:
        """Product (n, k) or (n,) of graph Laplacian (degree minus weight matrix) and array X."""

    def gram(self, Z: Embeddings | Floats) -> Floats:
        """Product Zᵀ L Z (r, r) of the given array Z (n, r) and this graph's Laplacian matrix L.

        Only the lower half is sure to be filled.
        """
        gram = np.zeros((Z.shape[1], Z.shape[1]))
        for part in portions(Z.shape[1], len(Z)):
            gram[part.start :, part] = products(Z[:, part.start :], self.laplacian(Z[:, part]))
        return gram

    def deviations(self, Z: Floats) -> Floats | None:
        """Deviations D (n, r) of features Z (n, r), with Dᵀ D = Zᵀ L Z for the graph's Laplacian L.

        None if no closed form is known.
        """
        return None

    @abstractmethod
    def preference(self) -> Floats:
        """Net preference (n,) of each photo i: Σ_j w_ij m_ij, with edge weights w and margins m."""

    @abstractmethod
    def net_wins(self) -> Floats:
        """Net wins (n,) of each photo i: Σ_j w_ij sign(m_ij), with edge weights w and margins m."""

    @abstractmethod
    def squared_margins(self) -> float:
        """Sum of the weighted squared margins Σ_{i<j} w_ij m_ij² over the photo pairs."""

    def squared_errors(self, ratings: Floats) -> Floats:
        """Squared loss Σ_{i<j} w_ij (r_i − r_j − m_ij)² of each column r of `ratings`, as (a,).

        w_ij is the weight of an edge, and m_ij its margin: by how much i is preferred to j.
        """
        left = self.laplacian(ratings) - 2 * self.preference()[:, None]
        return self.squared_margins() + np.einsum("na,na->a", ratings, left)

    @abstractmethod
    def agreement(self, ratings: Ratings) -> Agreement:
        """For each photo, total weight of its correctly ordered pairs, and of all its pairs."""

    @abstractmethod
    def untied_weight(self, ratings: Ratings) -> Floats:
        """Total weight (n,) of each photo's pairs in which the two photos' ratings differ.

        Pairs that people could not order count too.
        """

    @abstractmethod
    def edges(self, pairs: Pairs) -> Edges:
        """Weight (m,) of each photo pair, and the first photo's margin (m,) over the second."""

    @abstractmethod
    def with_gap_power(self, gap_power: int) -> Self:
        """Same graph, with each edge weighted by the label difference to the power `gap_power`.

        A graph of choices is unchanged.
        """

    @abstractmethod
    def restricted(self, codes: Codes, scope: Scope) -> Self:
        """Same graph with only the pairs within groups of photos, or only those across groups."""

    @abstractmethod
    def lies_within(self, codes: Codes) -> bool:
        """True if every edge joins two photos with the same group code."""

    @abstractmethod
    def take(self, rows: Codes) -> Self:
        """Subgraph of the photos with the given row numbers, renumbered from 0."""

    @abstractmethod
    def sample(
        self, m: int, *, rng: np.random.Generator, extremes: float | None = None
    ) -> SampledPairs:
        """Random sample, with replacement, of m photo pairs that people judged, without ties.

        With `extremes`, winners come from that share of best labels and
        losers from the same share of worst; choices have no such extremes.
        """
