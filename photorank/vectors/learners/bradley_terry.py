"""Bradley–Terry learner: preference probabilities by penalised maximum likelihood."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import ChoiceComparisons, Comparisons
from photorank.errors import ComparisonsError
from photorank.typing import Direction, Floats
from photorank.vectors.learners.choose_penalty import penalty_of_loss
from photorank.vectors.learners.davidson import Likelihood
from photorank.vectors.learners.direction_learner import UncertainLearner
from photorank.vectors.learners.solvers.coordinates import Coordinates, unit_prior


class _Fit(NamedTuple):
    likelihood: Likelihood
    parameters: Floats  # (k + 1,)
    coordinates: Coordinates
    alpha: float


class BradleyTerry(UncertainLearner):
    r"""Penalised logistic regression on comparisons, ties included.

    With rating difference η = v·(x_i − x_j), the first photo is preferred with
    probability :math:`e^{η/2} / (e^{η/2} + e^{-η/2} + ν)` and the two tie with
    :math:`ν / (…)` (Davidson 1970), ν ≥ 0 being learned; without ties this is
    the model of Bradley and Terry (1952). Minimises the mean negative
    log-likelihood of the comparisons plus α ‖v − s v0‖², over v, ν and the
    prior's scale s.

    Parameters
    ----------
    alpha : float or None, default=None
        The penalty. None chooses it by the deviance of held-out comparisons
        in 5 inner folds of photos (of groups, where only they are compared):
        pairs share photos, so a pair left out alone would still be known
        through its photos' other pairs.
    n_pairs : int or None, default=None
        Labels only: pairs to draw from all those with different labels; by
        default 20 a photo. Choices are used as they were made.
    prior : array-like of shape (d,) or None, default=None
        v0, what is believed before any judgement.
    random_state : int, default=0
        Seed of the drawn pairs and of the inner folds.

    Attributes
    ----------
    direction_ : ndarray of shape (d,)
        The learned direction, of unit length.
    length_ : float
        The length of v: a rating difference times it is the log-odds.
    alpha_ : float
        The penalty that was used.
    tie_ : float
        ν; 0 if there was no tie.
    prior_scale_ : float
        s; 0 without a prior, or where the judgements contradict it.

    See Also
    --------
    AllPairs : Squared loss over every pair, in closed form.

    References
    ----------
    Bradley and Terry (1952). Rank analysis of incomplete block designs.
    https://doi.org/10.2307/2334029

    Davidson (1970). On extending the Bradley-Terry model to accommodate ties in
    paired comparison experiments. https://doi.org/10.1080/01621459.1970.10481082

    Examples
    --------
    >>> photos = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    >>> choices = Comparisons.from_choices([0, 0, 2], [1, 2, 1], n=3)
    >>> BradleyTerry().fit(photos, choices).decision_function(photos).argsort()
    array([1, 2, 0])
    """

    def __init__(
        self,
        alpha: float | None = None,
        *,
        n_pairs: int | None = None,
        prior: ArrayLike | None = None,
        random_state: int = 0,
    ) -> None:
        self.alpha = alpha
        self.n_pairs = n_pairs
        self.prior = prior
        self.random_state = random_state

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        if self.alpha is not None and not self.alpha > 0:
            raise ComparisonsError("alpha must be above 0: choices may have no largest likelihood")
        prior = None if self.prior is None else unit_prior(self.prior, X.shape[1])
        choices = self._choices(comparisons)
        fit = self._fitted(X, choices, prior)
        scale = float(fit.coordinates.prior_scale @ fit.parameters[:-1])
        if scale < 0:  # contradicted by the judgements: dropped, never turned round
            fit, scale = self._fitted(X, choices, None), 0.0

        self.alpha_, self.prior_scale_ = fit.alpha, scale
        self.tie_ = float(np.exp(fit.parameters[-1]))
        self._centre = X[comparisons.active].mean(axis=0)
        labelled = not isinstance(comparisons, ChoiceComparisons)
        self._posterior = (fit, comparisons.n_judgements if labelled else None)
        return fit.coordinates.back @ fit.parameters[:-1]

    def _choices(self, comparisons: Comparisons) -> ChoiceComparisons:
        """Choices to learn from: the given ones, or random pairs in which the higher label wins."""
        if isinstance(comparisons, ChoiceComparisons):
            return comparisons
        m = 20 * len(comparisons.active) if self.n_pairs is None else self.n_pairs
        pairs, _ = comparisons.sample(m, rng=np.random.default_rng(self.random_state))
        return Comparisons.from_choices(pairs[:, 0], pairs[:, 1], n=comparisons.n)

    def _fitted(self, X: Floats, choices: ChoiceComparisons, prior: Direction | None) -> _Fit:
        coordinates = Coordinates.of(X, choices, prior)
        likelihood, alpha = Likelihood(coordinates.Z, choices, coordinates.curvature), self.alpha
        if alpha is None:
            alpha = penalty_of_loss(likelihood, coordinates.spread, self.random_state, self._groups)
        return _Fit(likelihood, likelihood.minimum(alpha), coordinates, alpha)

    def _covariance_root(self) -> Floats:
        # Choices are independent: Laplace's approximation, cov(v) = H⁻¹ with H the Hessian of the
        # penalised log-likelihood. Pairs of labels share photos, which that would count again and
        # again: cov(v) = H⁻¹ (Σ_i s_i s_iᵀ) H⁻¹ with s_i the gradient of all pairs of photo i
        # (Aronow, Samii & Assenova 2015, https://doi.org/10.1093/pan/mpv018).
        fit, photos = self._posterior
        root = fit.likelihood.covariance_root(fit.parameters, fit.alpha, photos)
        return fit.coordinates.back @ root
