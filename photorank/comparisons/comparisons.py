"""Comparisons: people's scores or choices as a weighted graph over photos."""

from types import EllipsisType
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.choice_graph import ChoiceGraph
from photorank.comparisons.graph import ComparisonGraph
from photorank.comparisons.score_graph import ScoreGraph


class Comparisons(ComparisonGraph):
    """People's judgements of n photos as a comparison graph, built from scores or from choices.

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([1.0, 3.0, 3.0, 2.0])
    >>> comparisons.n, comparisons.n_pairs
    (4, 5)
    >>> agreement = comparisons.agreement(np.array([0.1, 0.9, 0.8, 0.2]))
    >>> float(agreement.credit.sum() / agreement.weight.sum())
    1.0
    >>> comparisons[[0, 1]].n_pairs  # as scikit-learn's splitters take rows
    1
    """

    @property
    def shape(self) -> tuple[int]:
        """Number of photos as a shape tuple, required by scikit-learn."""
        return (self.n,)

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, rows: ArrayLike | slice | tuple[ArrayLike | slice, EllipsisType]) -> Self:
        """Comparison graph of the selected photos, which are renumbered from 0.

        `rows` is a list, slice or mask.
        """
        chosen = rows[0] if isinstance(rows, tuple) and rows[1:] == (...,) else rows
        return self.take(np.atleast_1d(np.arange(self.n)[chosen]))  # type: ignore[index]

    @staticmethod
    def from_scores(
        scores: ArrayLike,
        *,
        gap_power: int = 0,
        within: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> "ScoreComparisons":
        """Comparison graph of scores or stars: an edge for every two photos with different values.

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
        graph = ScoreComparisons.of(scores, gap_power=gap_power, weights=weights)
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
    ) -> "ChoiceComparisons":
        """Comparison graph of choices: an edge for every photo pair shown to people.

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
        graph = ChoiceComparisons.of(winners, losers, n=n, ties=ties, weights=weights)
        return graph if within is None else graph.restricted(np.asarray(within), "within")


class ScoreComparisons(ScoreGraph, Comparisons):
    """Comparisons built from scores: a graph that joins photos with different scores."""


class ChoiceComparisons(ChoiceGraph, Comparisons):
    """Comparisons built from choices: a graph that joins photos shown to people as a pair."""
