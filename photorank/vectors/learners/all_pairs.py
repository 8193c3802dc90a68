"""Ridge least squares over every pair of the comparison graph, in closed form."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.typing import Codes, Floats
from photorank.vectors.learners.coordinates import row_space, unit_prior
from photorank.vectors.learners.direction_learner import UncertainLearner
from photorank.vectors.learners.inner_folds import FOLDS, HeldOut, best_alpha
from photorank.vectors.learners.ridge import Fit, Problem


class AllPairs(UncertainLearner):
    r"""Ridge least squares over all pairs, optionally shrunk towards a prior direction.

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
        by generalised cross-validation (Golub, Heath & Wahba 1979), or, for
        choices within several groups, by holding out groups.
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
    degrees_of_freedom_ : float
        Effective number of parameters.
    noise_ : float
        Standard deviation of one label (of one choice's margin) around the fit.

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
        # In coordinates where Ω is the identity every penalty is a plain ridge.
        unwhiten = self._unwhiten(X, comparisons)  # (d,) or (d, d), or None
        Z = X if unwhiten is None else _times(X, unwhiten)
        active = comparisons.active
        basis = row_space(Z, active)  # the penalty keeps v − s v0 among the photos
        if basis is not None:
            Z = Z @ basis  # (n, r)
        prior = None if self.prior is None else unit_prior(self.prior, X.shape[1])
        given = None if prior is None else X @ prior

        problem = Problem.of(Z, comparisons, given)
        fit = problem.solve(self._chosen_alpha(problem, Z, comparisons, given))

        self.alpha_, self.prior_scale_ = fit.alpha, fit.prior_scale
        self.degrees_of_freedom_ = fit.degrees_of_freedom
        self.noise_ = problem.noise(fit)
        self._centre = np.bincount(active, minlength=len(X)) @ X / len(active)
        self._posterior = (problem, fit, basis, unwhiten)
        own = self._in_features(fit.weights, basis, unwhiten)
        return own if prior is None else own + fit.prior_scale * prior

    def _chosen_alpha(
        self, problem: Problem, Z: Floats, comparisons: Comparisons, given: Floats | None
    ) -> float:
        """Penalty: `self.alpha`, or if None the penalty of least cross-validated error."""
        if self.alpha is not None:
            return float(self.alpha)
        if comparisons.scores is not None or comparisons.n_components < FOLDS:
            return problem.best_alpha()
        # Choices within one group share its photos. Counting them as independent, as the
        # formula does, is far too trusting where there are many: groups are held out instead.
        alphas = problem.alphas()

        def path(rows: Codes) -> Iterable[Fit]:
            part = Problem.of(
                Z[rows], comparisons.take(rows), None if given is None else given[rows]
            )
            return (part.solve(alpha) for alpha in alphas)

        def loss(fit: Fit, rows: Codes) -> HeldOut:
            graph = comparisons.take(rows)
            r = Z[rows] @ fit.weights
            if given is not None:
                r = r + fit.prior_scale * given[rows]
            error = graph.squared_margins() - 2 * r @ graph.preference() + r @ graph.laplacian(r)
            return HeldOut(float(error) * graph.n_judgements, graph.n_judgements)

        return best_alpha(alphas, comparisons, path, loss, seed=0)

    def _covariance_root(self) -> Floats:
        # Choices are independent: cov(v) = s² H⁻¹ with H = XᵀLX + αΩ. Pairs of labels share
        # photos and the noise is one draw a photo: cov(v) = σ² H⁻¹ XᵀL²X H⁻¹.
        problem, fit, basis, unwhiten = self._posterior
        return self._in_features(problem.covariance_root(fit), basis, unwhiten)

    def _unwhiten(self, X: Floats, comparisons: Comparisons) -> Floats | None:
        """Root Ω^(−1/2) of the penalty matrix of mean eigenvalue 1: (d,) if diagonal, else (d, d).

        None stands for the identity, which needs no copy of the photos.
        """
        if self.penalty == "identity":
            return None
        rows = X[comparisons.active]
        if self.penalty == "variance":
            variance = rows.var(axis=0)
            variance = np.where(variance > 0, variance / max(variance.mean(), 1e-300), 1.0)
            return 1 / np.sqrt(variance)
        if self.penalty != "within-tier":
            raise ComparisonsError(
                f"penalty must be identity, variance or within-tier, not {self.penalty!r}"
            )
        if comparisons.scores is None:
            raise ComparisonsError("choices have no tiers: use the penalty identity or variance")
        from sklearn.covariance import ledoit_wolf

        tiers = _tiers(comparisons.scores[comparisons.active])
        means = np.stack([rows[tiers == tier].mean(axis=0) for tier in range(tiers.max() + 1)])
        covariance = ledoit_wolf(rows - means[tiers], assume_centered=True)[0]
        covariance *= len(covariance) / np.trace(covariance)
        return np.linalg.inv(np.linalg.cholesky(covariance)).T

    @staticmethod
    def _in_features(weights: Floats, basis: Floats | None, unwhiten: Floats | None) -> Floats:
        """Weights in the feature space, from weights (r,) or (r, k) in the solver's coordinates."""
        features = weights if basis is None else basis @ weights
        if unwhiten is None:
            return features
        return (features.T * unwhiten).T if unwhiten.ndim == 1 else unwhiten @ features


def _times(X: Floats, unwhiten: Floats) -> Floats:
    return X * unwhiten if unwhiten.ndim == 1 else X @ unwhiten


def _tiers(scores: Floats) -> Codes:
    """Tier code of each label (n,): one per distinct label if few, else one per decile."""
    distinct, tiers = np.unique(scores, return_inverse=True)
    if len(distinct) <= 10:
        return tiers.astype(np.intp)
    edges = np.quantile(scores, np.linspace(0.1, 0.9, 9))
    return np.unique(np.searchsorted(edges, scores), return_inverse=True)[1].astype(np.intp)
