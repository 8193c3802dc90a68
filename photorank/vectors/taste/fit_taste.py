"""Bayesian model of one person's taste: a shared rating direction, and the person's deviation."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import ComparisonsError
from photorank.typing import Codes, Direction, Embeddings, Floats, Pairs, Ratings
from photorank.vectors.learners.solvers.coordinates import unit_prior
from photorank.vectors.learners.solvers.newton import Local, minimise

# In units of the standard deviation of everybody's ratings over photos, from the people who
# rated OASIS: `benchmarks/taste.py --constants`.
DEVIATION = 0.73  # standard deviation of a person's deviation from everybody, over photos
NOISE = 1.25  # standard deviation of one label around the person's own rating
# Standard deviation of how much of everybody's taste a person shares, around 1. It is 0.21 around
# a vector that hundreds of people taught, where 0.5 does no worse; a prompt may be further from
# what anybody likes.
SCALE_SPREAD = 0.5

DIMENSIONS = 50  # principal components of the photos that a deviation lives in
_PROBIT_SLOPE = 1.702  # with which the logistic function is the normal distribution, to 0.01
_LABELS_OF_UNIT = 20.0  # own labels that weigh as much as the known unit
_ROWS = 8192  # photos in memory at a time, in double precision
_TOLERANCE = 1e-9  # of the gradient, in posterior standard deviations


@dataclass(frozen=True)
class TastePrior:
    """Prior distribution of a person's taste: everybody's common taste plus a random deviation.

    A person rates photo x by ``s g(x) + z(x)·δ``: g is everybody's rating in
    units of its own standard deviation over the photos, z the photo in a few
    principal components, s ~ N(1, 0.5²), δ ~ N(0, Σ).
    """

    direction: Direction  # (d,) v0, unit length
    centre: Floats  # (d,) the mean photo, which rates 0
    spread: float  # standard deviation of x·v0 over the photos
    basis: Floats  # (d, q) z = (x − centre) basis
    variances: Floats  # (q,) of z over the photos; z is uncorrelated
    covariance: Floats  # (q, q) Σ
    noise: float  # standard deviation of one label
    unit: float | None = None  # labels' units in one of the ratings', where the scale is known
    # The same before other people's ratings taught how tastes differ.
    without_others: "TastePrior | None" = None

    @classmethod
    def of(cls, X: Embeddings | Floats, direction: ArrayLike | None) -> "TastePrior":
        """Prior distribution of a new person's taste, from embeddings X (n, d) and a common taste.

        The direction is what is taken to be everybody's: any master-vector. With None the
        person's own deviation is all there is, as large as both together. Raises
        ComparisonsError if the direction is none, or rates all photos the same.
        """
        rows = np.asarray(X, dtype=np.float64)
        v0, spread, deviation = np.zeros(rows.shape[1]), 1.0, 1 + DEVIATION**2
        if direction is not None:
            v0, deviation = unit_prior(direction, rows.shape[1]), DEVIATION**2
            spread = float(np.std(rows @ v0)) if len(rows) else 0.0
            if not spread > 1e-9:
                raise ComparisonsError("the prior vector rates all these photos the same")
        centre = rows.mean(axis=0)
        variances, components = _principal(rows - centre)
        q = len(variances)
        scale = np.sqrt(variances.mean()) if q else 1.0
        return cls(
            v0,
            centre,
            spread,
            basis=components / scale,
            variances=variances / scale**2,
            covariance=np.eye(q) * deviation / max(q, 1),
            noise=NOISE,
        )

    def coordinates(self, X: Embeddings | Floats) -> Floats:
        """Photo coordinates (n, 1 + q): rating by shared direction, q principal components."""
        axes = np.column_stack([self.direction / self.spread, self.basis])
        Z = np.empty((len(X), axes.shape[1]))
        for begin in range(0, len(X), _ROWS):  # a double copy of 100,000 photos takes a gigabyte
            part = slice(begin, begin + _ROWS)
            Z[part] = (np.asarray(X[part], dtype=np.float64) - self.centre) @ axes
        return Z

    @property
    def for_tests(self) -> "TastePrior":
        """Prior for fair tests: its covariance is not estimated from other people's ratings."""
        return self if self.without_others is None else self.without_others

    @property
    def slope(self) -> float:
        """Log-odds of a choice per unit of rating difference."""
        return _PROBIT_SLOPE / float(np.sqrt(2) * self.noise)

    @property
    def label_spread(self) -> float:
        """Expected standard deviation of one person's labels over the photos."""
        shared = 1 + SCALE_SPREAD**2 if self.direction.any() else 0.0
        deviation = float(np.diag(self.covariance) @ self.variances)
        return float(np.sqrt(shared + deviation + self.noise**2))

    @cached_property
    def mean(self) -> Floats:
        """Prior mean (1 + q,) of the taste weights: 1 for the shared direction, then q zeros."""
        return np.append(1.0, np.zeros(len(self.covariance)))

    @cached_property
    def precision(self) -> Floats:
        """Prior precision (inverse covariance) matrix (1 + q, 1 + q) of the taste weights.

        The weights are that of the shared direction, then those of q principal components.
        """
        q = len(self.covariance)
        precision = np.zeros((1 + q, 1 + q))
        precision[0, 0] = SCALE_SPREAD**-2
        precision[1:, 1:] = np.linalg.inv(self.covariance)
        return precision


@dataclass(frozen=True)
class Judged:
    """One person's choices and labels of photos, and the photos' coordinates in a taste model.

    `Z` has a row per photo: its rating by the shared direction, and q principal components.
    """

    Z: Floats  # (n, 1 + q)
    pairs: Pairs = field(default_factory=lambda: np.empty((0, 2), dtype=np.intp))
    """(m, 2) rows of winner and loser."""
    ties: Floats | None = None
    """(m,) 1 where the person could not decide, else 0; none by default."""
    rows: Codes = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    """(l,) rows that have a label."""
    labels: Floats = field(default_factory=lambda: np.empty(0))
    """(l,) their labels, higher is better."""
    times: Floats | None = None
    """(m,) how often each choice was made; once by default."""
    blocks: Codes | None = None
    """(l,) which labels are on one scale; all by default."""


@dataclass(frozen=True)
class Taste:
    """Posterior of a person's taste: a normal distribution over rating weights.

    The weights are s, of the shared rating, and δ, the deviation; see :class:`TastePrior`.

    (s, δ) ~ N(weights, root rootᵀ).
    """

    prior: TastePrior
    weights: Floats  # (1 + q,)
    root: Floats  # (1 + q, 1 + q)

    @property
    def vector(self) -> Floats:
        """Rating vector (d,), to be multiplied with photo embeddings minus the mean embedding."""
        own = self.prior.basis @ self.weights[1:]
        return self.weights[0] / self.prior.spread * self.prior.direction + own

    @property
    def direction(self) -> Direction:
        """Rating direction (d,), a unit vector; before any judgement, the prior's direction."""
        return self.vector / np.linalg.norm(self.vector)

    def ratings(self, Z: Floats) -> Ratings:
        """Ratings (n,) of photos by a person's taste, from the photos' coordinates Z (n, 1 + q).

        The coordinates are those of :meth:`TastePrior.coordinates`. The mean embedding is rated 0.
        """
        return Z @ self.weights

    def standard_errors(self, Z: Floats) -> Floats:
        """Standard error (n,) of each photo's rating, in the unit of the ratings."""
        spread = Z @ self.root
        return np.sqrt(np.einsum("ij,ij->i", spread, spread))

    def probability(self, first: Floats, second: Floats) -> Floats:
        """Probabilities (m,) that the person prefers the first photo of each of m pairs.

        Chance is 0.5; what is not known of the person draws it there (MacKay
        1992, https://doi.org/10.1162/neco.1992.4.5.720).
        """
        from scipy.special import expit

        gap, variance = self._differences(first, second)
        slope = self.prior.slope
        return expit(slope * gap / np.sqrt(1 + np.pi / 8 * slope**2 * variance))

    def information(self, first: Floats, second: Floats) -> Floats:
        """Expected information gain (m,) in bits from the person's choice in each of m photo pairs.

        It is the mutual information of the choice and the taste: the choice's
        entropy less what would be left if the taste were known (Houlsby et al.
        2011, equation 3, https://doi.org/10.48550/arXiv.1112.5745).
        """
        from scipy.special import entr, ndtr

        gap, variance = self._differences(first, second)
        scale = np.sqrt(2) * self.prior.noise
        gap, variance = gap / scale, variance / scale**2
        p = ndtr(gap / np.sqrt(1 + variance))
        c = np.pi * np.log(2) / 2
        noise = np.sqrt(c / (c + variance)) * np.exp(-(gap**2) / (2 * (c + variance)))
        return np.clip((entr(p) + entr(1 - p)) / np.log(2) - noise, 0.0, 1.0)

    def _differences(self, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        """Mean and variance (m,) of each pair's rating difference, first minus second photo."""
        apart = first - second
        return apart @ self.weights, self.standard_errors(apart) ** 2


def taste_of(prior: TastePrior, judged: Judged) -> Taste:
    """Posterior of one person's taste, from the prior and the person's judgements.

    A choice follows a logistic model of the difference of two ratings, and a tie is half a
    choice of either. A label is the rating plus noise, once the person's own mean and spread of
    labels are taken off. The posterior is normal, around its peak: that is exact for labels,
    and Laplace's approximation for choices. Raises ComparisonsError if a label is not finite.

    References
    ----------
    MacKay, D. J. C. (1992). The evidence framework applied to classification
    networks. https://doi.org/10.1162/neco.1992.4.5.720
    """
    from scipy.special import expit

    if not np.isfinite(judged.labels).all():
        raise ComparisonsError("a person's labels must be finite numbers")
    rows, labels = _centred(prior, judged)
    apart = judged.Z[judged.pairs[:, 0]] - judged.Z[judged.pairs[:, 1]]  # (m, 1 + q)
    won = np.ones(len(apart)) if judged.ties is None else 1 - judged.ties / 2
    times, slope = np.ones(len(apart)) if judged.times is None else judged.times, prior.slope
    fixed = prior.precision + rows.T @ rows / prior.noise**2
    target = prior.precision @ prior.mean + rows.T @ labels / prior.noise**2

    def bends(w: Floats) -> Floats:
        p = expit(slope * (apart @ w))
        return slope**2 * times * p * (1 - p)  # (m,)

    def near(w: Floats) -> Local:
        eta, bend = slope * (apart @ w), bends(w)
        surprise = float(times @ (np.logaddexp(0, eta) - won * eta))
        gradient = fixed @ w - target + slope * apart.T @ (times * (expit(eta) - won))
        return Local(
            float(w @ fixed @ w / 2 - target @ w) + surprise,
            gradient,
            lambda v: fixed @ v + apart.T @ (bend * (apart @ v)),
        )

    w: Floats = prior.mean
    if len(labels):
        w = np.asarray(np.linalg.solve(fixed, target), dtype=np.float64)
    if len(apart):
        scale = np.diag(fixed) + bends(w) @ apart**2
        w = minimise(near, w, scale=scale, tolerance=_TOLERANCE)
    precision = fixed + (apart.T * bends(w)) @ apart
    return Taste(prior, w, np.linalg.inv(np.linalg.cholesky(precision)).T)


def _principal(rows: Floats) -> tuple[Floats, Floats]:
    """Variances (q,) and directions (d, q) of the principal components of centred data (n, d)."""
    from scipy.linalg import eigh

    n, d = rows.shape
    moments = rows.T @ rows if d <= n else rows @ rows.T  # the smaller one; a tenth of an SVD
    size = len(moments)
    found, axes = eigh(moments, subset_by_index=[max(size - DIMENSIONS, 0), size - 1])
    kept = np.flatnonzero(found > max(1e-12 * found[-1], 1e-24))[::-1]
    components = axes[:, kept] if d <= n else rows.T @ axes[:, kept] / np.sqrt(found[kept])
    return found[kept] / n, components


def _centred(prior: TastePrior, judged: Judged) -> tuple[Floats, Floats]:
    """Coordinates and labels of labelled photos, minus the means of the photos' groups.

    Labels are then scaled to the unit of ratings.
    """
    Z, labels = judged.Z[judged.rows], judged.labels
    blocks = np.zeros(len(labels), dtype=np.intp) if judged.blocks is None else judged.blocks
    codes = np.unique(blocks, return_inverse=True)[1]
    n = len(labels) - codes.max(initial=-1) - 1  # a block's first label is its own mean
    if n < 1:
        return Z[:0], labels[:0]
    labels = labels - _group_means(labels[:, None], codes)[:, 0]
    variance = float(labels @ labels) / n
    if prior.unit is not None:  # a handful of labels tells little of its own spread
        known = (prior.unit * prior.label_spread) ** 2
        variance = (n * variance + _LABELS_OF_UNIT * known) / (n + _LABELS_OF_UNIT)
    if not variance > 0:
        return Z[:0], labels[:0]  # all labels alike order nothing
    return Z - _group_means(Z, codes), labels * prior.label_spread / np.sqrt(variance)


def _group_means(values: Floats, codes: Codes) -> Floats:
    """For each row of `values` (l, k), mean (l, k) over the rows in the same group."""
    order = np.argsort(codes, kind="stable")
    count = np.bincount(codes)
    sums = np.add.reduceat(values[order], np.cumsum(count) - count)
    return (sums / count[:, None])[codes]
