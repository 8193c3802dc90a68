"""Learner by ridge least squares over all pairs of compared photos, in closed form."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.typing import Codes, Floats
from photorank.vectors.learners.choose_penalty import (
    penalty_beside_copies,
    penalty_of_least_squares,
)
from photorank.vectors.learners.direction_learner import UncertainLearner
from photorank.vectors.learners.solvers.coordinates import RowSpace, unit_prior
from photorank.vectors.learners.solvers.dual import DualProblem, dual_problem
from photorank.vectors.learners.solvers.ridge import Problem


class AllPairs(UncertainLearner):
    r"""Ridge least squares over all photo pairs, optionally shrunk towards a prior direction.

    Minimises, over v and the prior's scale s,

    .. math:: \sum_{i<j} w_{ij} (v \cdot (x_i - x_j) - m_{ij})^2
              + \alpha (v - s v_0)^T \Omega (v - s v_0)

    for the weights and margins of the comparison graph. With graph Laplacian
    L and b_i = Σ_j w_ij m_ij the answer is
    ``v = s v0 + (Xᵀ L X + α Ω)⁻¹ Xᵀ (b − L X s v0)``: all n(n−1)/2 pairs cost
    no more than a ridge regression, and Ω gives the system full rank.

    Parameters
    ----------
    alpha : float or None, default=None
        The penalty; None chooses it on the photos given to :meth:`fit` alone:
        by generalised cross-validation (Golub, Heath & Wahba 1979), or, where
        groups are known or only compared within themselves, by holding them out;
        beside degraded copies it is a fixed share of the photos' spread.
    penalty : {"identity", "variance", "within-tier"}, default="identity"
        Ω: the identity; the features' variances, as if each were standardised
        first; or their covariance among photos of equal label, shrunk after
        Ledoit & Wolf (2004), as in Fisher's discriminant.
    prior : array-like of shape (d,) or None, default=None
        v0, what is believed before any judgement: a prompt's vector, a
        published head, everybody's vector.
    gap_power : {0, 1, 2} or None, default=None
        Weigh pairs by their label gap to this power; None leaves the
        comparisons as they are (0 for plain scores).

    Attributes
    ----------
    direction_ : ndarray of shape (d,)
        The learned direction, of unit length.
    length_ : float
        The length of v: one unit of label is ``1 / length_`` of rating.
    alpha_ : float
        The penalty that was used.
    prior_scale_ : float
        s; 0 without a prior.

    References
    ----------
    Golub, Heath and Wahba (1979). Generalized cross-validation as a method for
    choosing a good ridge parameter. https://doi.org/10.2307/1268518

    Ledoit and Wolf (2004). A well-conditioned estimator for large-dimensional
    covariance matrices. https://doi.org/10.1016/S0047-259X(03)00096-4

    Examples
    --------
    >>> photos = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.6, 0.8]])
    >>> AllPairs(alpha=1e-6).fit(photos, [4.0, 3.0, 1.0, 2.0]).decision_function(photos).argsort()
    array([2, 3, 1, 0])
    """

    _precisions = (np.float64, np.float32)
    takes_differences = True

    def __init__(
        self,
        alpha: float | None = None,
        *,
        penalty: Literal["identity", "variance", "within-tier"] = "identity",
        prior: ArrayLike | None = None,
        gap_power: int | None = None,
    ) -> None:
        self.alpha = alpha
        self.penalty = penalty
        self.prior = prior
        self.gap_power = gap_power

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        if self.gap_power is not None:
            comparisons = comparisons.with_gap_power(self.gap_power)
        rows = comparisons.active
        everybody = len(rows) == len(X)
        judged, graph = (X, comparisons) if everybody else (X[rows], comparisons.take(rows))
        beside = self._beside if self._beside is None or everybody else self._beside.take(rows)
        if len(judged) < X.shape[1]:
            judged = judged.astype(np.float64)  # small, and the span of few photos needs it
        # In coordinates where Ω is the identity every penalty is a plain ridge.
        unwhiten = self._unwhitening(judged, graph)  # (d,) or (d, d), or None
        Z = judged if unwhiten is None else _times(judged, unwhiten)
        if beside is not None and unwhiten is not None:
            beside = beside.scaled(unwhiten)
        prior = None if self.prior is None else unit_prior(self.prior, X.shape[1])
        given = None if prior is None else judged @ prior
        groups = None if self._groups is None else self._groups[rows]

        # The penalty keeps v − s v0 among the photos; their copies are outside of their span.
        dual = dual_problem(Z, graph, given) if beside is None else None
        space = RowSpace.of(Z) if beside is None and dual is None else None
        if space is not None:
            Z = space.coordinates  # (n, r)
        problem = dual or Problem.of(Z, graph, given, beside)
        alpha = self.alpha
        if alpha is None and beside is not None:
            alpha = penalty_beside_copies(Z, graph)
        if alpha is None:
            alpha = penalty_of_least_squares(problem, Z, graph, given, groups)
        fit = problem.solve(float(alpha))

        self.alpha_, self.prior_scale_ = float(alpha), float(fit.prior_scales[0])
        self._centre = judged.mean(axis=0, dtype=np.float64)
        span = dual or space
        self._posterior = (problem, fit, span, unwhiten)
        own = self._in_features(fit.weights[0], span, unwhiten)
        return own if prior is None else own + self.prior_scale_ * prior

    @property
    def degrees_of_freedom_(self) -> float:
        """Effective number of parameters (degrees of freedom) of the ridge fit."""
        problem, fit, *_ = self._posterior
        return float(problem.degrees_of_freedom(fit)[0])

    @property
    def noise_(self) -> float:
        """Estimated standard deviation of noise in people's scores, or in choices coded −1 to 1."""
        problem, fit, *_ = self._posterior
        return float(problem.noise(fit)[0])

    def _covariance_root(self) -> Floats:
        # Choices are independent: cov(v) = s² H⁻¹ with H = XᵀLX + αΩ. Pairs of labels share
        # photos and the noise is one draw a photo: cov(v) = σ² H⁻¹ XᵀL²X H⁻¹.
        problem, fit, span, unwhiten = self._posterior
        return self._in_features(problem.covariance_root(fit), span, unwhiten)

    def _unwhitening(self, X: Floats, comparisons: Comparisons) -> Floats | None:
        """Inverse square root of the penalty matrix Ω; None if Ω is the identity.

        The shape is (d, d), or (d,) for a diagonal Ω. Ω is scaled to a mean eigenvalue of 1.

        None stands for the identity, which needs no copy of the photos.
        """
        if self.penalty == "identity":
            return None
        if self.penalty == "variance":
            variance = X.var(axis=0, dtype=np.float64)
            variance = np.where(variance > 0, variance / max(variance.mean(), 1e-300), 1.0)
            return 1 / np.sqrt(variance)
        if self.penalty != "within-tier":
            raise ComparisonsError(
                f"penalty must be identity, variance or within-tier, not {self.penalty!r}"
            )
        if comparisons.scores is None:
            raise ComparisonsError("choices have no tiers: use the penalty identity or variance")
        from sklearn.covariance import ledoit_wolf

        tiers = _tiers(comparisons.scores)
        means = np.stack([X[tiers == tier].mean(axis=0) for tier in range(tiers.max() + 1)])
        covariance = ledoit_wolf(X - means[tiers], assume_centered=True)[0]
        covariance *= len(covariance) / np.trace(covariance)
        return np.linalg.inv(np.linalg.cholesky(covariance)).T

    @staticmethod
    def _in_features(
        weights: Floats, span: DualProblem | RowSpace | None, unwhiten: Floats | None
    ) -> Floats:
        """Weights (d, …) of the embedding's dimensions, from the solver's weights (r, …)."""
        features = weights if span is None else span.in_features(weights)
        if unwhiten is None:
            return features
        return (features.T * unwhiten).T if unwhiten.ndim == 1 else unwhiten @ features


def _times(X: Floats, unwhiten: Floats) -> Floats:
    return X * unwhiten if unwhiten.ndim == 1 else X @ unwhiten


def _tiers(scores: Floats) -> Codes:
    """Tiers (n,) of n scores: bin numbers from 0 (lowest scores) to at most 9.

    Up to 10 distinct scores have a group each; more are split at their deciles.
    """
    distinct, tiers = np.unique(scores, return_inverse=True)
    if len(distinct) <= 10:
        return tiers.astype(np.intp)
    edges = np.quantile(scores, np.linspace(0.1, 0.9, 9))
    return np.unique(np.searchsorted(edges, scores), return_inverse=True)[1].astype(np.intp)
