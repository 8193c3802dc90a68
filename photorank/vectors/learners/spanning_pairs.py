"""Learner by least squares on few pairs: a spanning forest of the comparison graph."""

from typing import cast

import numpy as np

from photorank.comparisons.codes import connected
from photorank.comparisons.comparisons import ChoiceComparisons, Comparisons, ScoreComparisons
from photorank.errors import ComparisonsError
from photorank.typing import Codes, Floats
from photorank.vectors.learners.direction_learner import UncertainLearner
from photorank.vectors.learners.informative_pairs import (
    CandidatePairs,
    candidate_pairs,
    informative_pairs,
)
from photorank.vectors.learners.solvers.coordinates import row_space
from photorank.vectors.learners.solvers.ridge import Problem


class SpanningPairs(UncertainLearner):
    """Least-squares learner that uses only a spanning forest of the judged photo pairs.

    The pairs are of wide margins between distant photos, out of some nine a photo: first
    disjoint ones, then those that join them to a forest (Kruskal's algorithm).
    The differences of m pairs have at most rank n − c, for n photos in c
    connected components, and pairs that form a spanning forest reach it: of
    the n(n−1)/2 pairs of n labels, n − 1 are enough. Pairs of labels that
    share a photo share its noise, and once that is taken into account
    (generalised least squares) every spanning forest gives the answer of all
    pairs; as if each pair had noise of its own, it would not. Choices are
    separate judgements and are weighed by how often they were made.

    Parameters
    ----------
    n_pairs : int or None, default=None
        The budget m; None takes one pair less than there are photos in each
        component. A larger budget adds a second forest, and so on, which tells
        nothing new of labels.
    alpha : float or None, default=None
        The penalty; None chooses it by generalised cross-validation.
    random_state : int, default=0
        Seed of the pairs that are considered.

    Attributes
    ----------
    direction_ : ndarray of shape (d,)
        The learned direction, of unit length.
    length_ : float
        The length of v: one unit of label is ``1 / length_`` of rating.
    pairs_ : ndarray of shape (m, 2)
        Rows of the photos of each pair, winner first.
    rank_ : int
        The rank of the pairs as equations, at most m.
    alpha_ : float
        The penalty that was used.
    degrees_of_freedom_ : float
        Effective number of parameters.

    See Also
    --------
    AllPairs : Every pair in closed form, which costs no more.

    References
    ----------
    Kruskal (1956). On the shortest spanning subtree of a graph and the traveling
    salesman problem. https://doi.org/10.1090/S0002-9939-1956-0078686-7

    Examples
    --------
    >>> photos = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.6, 0.8]])
    >>> learner = SpanningPairs(alpha=1e-6).fit(photos, [4.0, 3.0, 1.0, 2.0])
    >>> learner.pairs_.shape, learner.decision_function(photos).argsort()
    ((3, 2), array([2, 3, 1, 0]))
    """

    def __init__(
        self,
        n_pairs: int | None = None,
        *,
        alpha: float | None = None,
        random_state: int = 0,
    ) -> None:
        self.n_pairs = n_pairs
        self.alpha = alpha
        self.random_state = random_state

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        m = self.n_pairs
        if m is None:
            m = len(comparisons.active) - comparisons.n_components
        if m < 1:
            raise ComparisonsError(f"n_pairs must be 1 or more, not {m}")

        chosen = self._chosen(X, comparisons, m)
        swap = chosen.margins < 0
        self.pairs_ = np.where(swap[:, None], chosen.pairs[:, ::-1], chosen.pairs)
        component = connected(chosen.pairs[:, 0], chosen.pairs[:, 1], len(X))
        self.rank_ = len(X) - int(component.max()) - 1

        rows = np.unique(chosen.pairs)
        basis = row_space(X, rows)
        Z = X if basis is None else X @ basis
        if isinstance(comparisons, ChoiceComparisons):
            problem = Problem.of(Z, _as_choices(chosen, comparisons.n), None)
        else:
            scores = cast(ScoreComparisons, comparisons)
            problem = _label_problem(Z, scores, component, self.rank_)
        self.alpha_ = problem.alpha_by_gcv() if self.alpha is None else float(self.alpha)
        fit = problem.solve(self.alpha_)
        self.degrees_of_freedom_ = float(problem.degrees_of_freedom(fit)[0])
        self._centre = X[rows].mean(axis=0)
        self._posterior = (problem, fit, basis)
        return fit.weights[0] if basis is None else basis @ fit.weights[0]

    def _chosen(self, X: Floats, comparisons: Comparisons, m: int) -> CandidatePairs:
        rng = np.random.default_rng(self.random_state)
        return informative_pairs(X, candidate_pairs(comparisons, rng), m)

    def _covariance_root(self) -> Floats:
        # cov(v) = σ² (DᵀC⁻¹D + αI)⁻¹ for pair differences D with noise σ²C.
        problem, fit, basis = self._posterior
        root = problem.covariance_root(fit)
        return root if basis is None else basis @ root


def _as_choices(chosen: CandidatePairs, n: int) -> ChoiceComparisons:
    """Comparison graph of the selected pairs only, each pair as a choice between two photos."""
    wins, losses = (1 + chosen.margins) / 2, (1 - chosen.margins) / 2
    return ChoiceComparisons(
        n=n,
        first=chosen.pairs[:, 0],
        second=chosen.pairs[:, 1],
        first_wins=chosen.times * wins,
        second_wins=chosen.times * losses,
        ties=np.zeros(len(wins)),
    )


def _label_problem(Z: Floats, scores: ScoreComparisons, component: Codes, rank: int) -> Problem:
    """Ridge regression problem whose targets are the label differences of photo pairs.

    With B the pairs' incidence matrix and U the trust in the labels, the
    pairs' noise has covariance B U⁻¹ Bᵀ. Weighting the differences B Z by its
    inverse leaves the photos' deviations from the mean of their component.
    """
    from scipy.sparse import csr_array

    part = component[scores.rows]
    n_photos = np.bincount(part)[part]
    trust = scores.trust * (n_photos > 1)
    trust = trust * np.count_nonzero(trust) / trust.sum()
    shape = (int(component.max()) + 1, len(part))
    totals = csr_array((trust, (part, np.arange(len(part)))), shape=shape)
    of_component = np.maximum(totals.sum(axis=1), np.finfo(float).tiny)

    def deviation(values: Floats) -> Floats:
        values = values[scores.rows].reshape(len(part), -1)
        means = (totals @ values) / of_component[:, None]
        return np.sqrt(trust / rank)[:, None] * (values - means[part])

    margins = deviation(np.nan_to_num(scores.scores))[:, 0]
    return Problem.of_rows(deviation(Z), margins, np.zeros(len(margins)), float(rank))
