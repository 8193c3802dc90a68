"""The comparison graph: people's judgements, whatever their form, as weighted pairs of photos.

An edge says by how much one photo was preferred to another. Learners ask the
graph for its Laplacian, metrics for its agreement with ratings; neither ever
sees a list of n² pairs.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from photorank.typing import Codes, Embeddings, Floats, Labels, Pairs, Ratings, Scope


class Agreement(NamedTuple):
    """What each photo's comparisons say of some ratings; each pair is in two photos' sums."""

    credit: Floats  # (n,) weight of the pairs that the ratings order as people did, ties half
    weight: Floats  # (n,) weight of all pairs that people ordered


class SampledPairs(NamedTuple):
    """Some edges of the graph, made explicit."""

    pairs: Pairs  # (m, 2) rows of the winner and of the loser
    margins: Floats  # (m,) by how much, > 0


class Edges(NamedTuple):
    """What the graph says of some pairs of photos."""

    weight: Floats  # (m,) 0 where the two may not be compared, ties not
    margin: Floats  # (m,) of the first over the second, 0 where people did not order them


class Comparisons(ABC):
    """A weighted graph over n photos: edge weights w_ij ≥ 0 and signed margins m_ij = −m_ji.

    Made by :meth:`from_scores` or :meth:`from_choices`. Learners use the graph
    Laplacian L = diag(W1) − W, with the weights normalised to sum 1 over the
    edges, so that a penalty means the same for 10 judgements and 10,000.

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([1.0, 3.0, 3.0, 2.0])
    >>> comparisons.n, comparisons.n_pairs
    (4, 5)
    >>> agreement = comparisons.agreement(np.array([0.1, 0.9, 0.8, 0.2]))
    >>> float(agreement.credit.sum() / agreement.weight.sum())
    1.0
    """

    n: int

    @staticmethod
    def from_scores(
        scores: ArrayLike,
        *,
        gap_power: int = 0,
        within: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> "Comparisons":
        """Compare every pair of photos with different scores, stars or tiers.

        Parameters
        ----------
        scores : array-like of shape (n,)
            Higher is better; nan where a photo has no label.
        gap_power : {0, 1, 2}, default=0
            The pair's weight is the gap between its labels to this power.
        within : array-like of shape (n,), optional
            Group numbers; only pairs of one group count. −1 is no group.
        weights : array-like of shape (n,), optional
            Trust in each label, e.g. its number of raters; a pair's weight is
            multiplied by both.

        Raises
        ------
        ComparisonsError
            If shapes differ, a score is infinite or a weight is not positive.
        """
        from photorank.comparisons.score_graph import score_graph

        graph = score_graph(scores, gap_power=gap_power, weights=weights)
        return graph if within is None else graph.restricted(np.asarray(within), "within")

    @staticmethod
    def from_choices(
        winners: ArrayLike,
        losers: ArrayLike,
        *,
        n: int,
        ties: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        within: ArrayLike | None = None,
    ) -> "Comparisons":
        """Compare the pairs that people were shown.

        Parameters
        ----------
        winners, losers : array-like of shape (m,)
            Rows of the two photos of each choice.
        n : int
            Number of photos.
        ties : array-like of bool, shape (m,), optional
            Where the person could not decide; who is called winner is then moot.
        weights : array-like of shape (m,), optional
            How often each choice was made; 1 by default.
        within : array-like of shape (n,), optional
            Group numbers; only choices within one group count. −1 is no group.

        Raises
        ------
        ComparisonsError
            If a row is out of range, a photo is compared with itself, or a
            weight is not positive.
        """
        from photorank.comparisons.choice_graph import choice_graph

        graph = choice_graph(winners, losers, n=n, ties=ties, weights=weights)
        return graph if within is None else graph.restricted(np.asarray(within), "within")

    @property
    @abstractmethod
    def n_pairs(self) -> int:
        """How many pairs people ordered, each counted once."""

    @property
    @abstractmethod
    def active(self) -> Codes:
        """Rows of the photos that take part in some edge."""

    @property
    @abstractmethod
    def n_components(self) -> int:
        """Connected components among the active photos."""

    @property
    @abstractmethod
    def n_judgements(self) -> float:
        """Independent judgements: labelled photos less components, or choices made."""

    @abstractmethod
    def laplacian(self, X: Embeddings | Floats) -> Floats:
        """Return L X (n, k) for X (n, k), weights normalised; a vector (n,) gives one back."""

    @abstractmethod
    def preference(self) -> Floats:
        """Return b (n,), b_i = Σ_j w_ij m_ij: how much each photo was preferred in all."""

    @abstractmethod
    def net_wins(self) -> Floats:
        """Return (n,) Σ_j w_ij sign(m_ij): preference with the margins forgotten."""

    @abstractmethod
    def energy(self) -> float:
        """Return Σ_{i<j} w_ij m_ij², what least squares would explain with ratings all equal."""

    @abstractmethod
    def agreement(self, ratings: Ratings) -> Agreement:
        """Count, photo by photo, the pairs that ratings (n,) order as people did."""

    @abstractmethod
    def told_apart(self, ratings: Ratings) -> Floats:
        """Return (n,) the plain weight of each photo's pairs whose ratings differ.

        Pairs that people could not order count too, gaps do not.
        """

    @abstractmethod
    def edges(self, pairs: Pairs) -> Edges:
        """Look up pairs (m, 2) of different rows, in any order."""

    @property
    @abstractmethod
    def scores(self) -> Labels | None:
        """The labels (n,), nan where there is none; None if people only chose between photos."""

    @abstractmethod
    def with_gap_power(self, gap_power: int) -> Self:
        """Weigh each pair by its labels' gap to this power; choices have no gaps and stay."""

    @abstractmethod
    def restricted(self, codes: Codes, scope: Scope) -> Self:
        """Keep the pairs within a group, or across groups; photos without one (−1) drop out."""

    @abstractmethod
    def take(self, rows: Codes) -> Self:
        """Return the graph among some photos, renumbered 0 … len(rows) − 1."""

    @abstractmethod
    def sample(
        self, m: int, *, rng: np.random.Generator, extremes: float | None = None
    ) -> SampledPairs:
        """Draw m ordered pairs with replacement.

        With `extremes`, winners come from that share of best labels and
        losers from the same share of worst; choices have no such extremes.
        """
