"""Learner on embeddings and technical signals together, with a penalty for each block."""

from collections.abc import Iterator

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.typing import Codes, Embeddings, Floats
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners.inner_folds import HeldOut, best_alpha, misordered

# How far the signals' block may reach, beside an embedding of reach 1: its penalty is the inverse
# square. At 0 there are no signals; beyond 10 the embedding is hardly looked at.
_REACHES = np.array([0.0, 0.1, 0.3, 1.0, 3.0, 10.0])


class AllPairsWithSignals(DirectionLearner):
    """:class:`AllPairs` on concatenated embeddings and technical signals.

    Signals are standardised on the photos given to :meth:`fit` alone. Both blocks
    are then made as wide as each other, else 1,280 dimensions drown 14 signals,
    and how far the signals may reach beside the embedding is chosen by holding out
    photos among those given; not at all is one of the choices.

    The result is a direction in the space of both. A
    :class:`~photorank.vectors.master.MasterVector` rates embeddings alone, so this
    one stays a learner, to find out what signals add.

    Parameters
    ----------
    n_signals : int, default=0
        How many of the last columns are signals; see :func:`with_signals`.

    Attributes
    ----------
    direction_ : ndarray of shape (d + n_signals,)
        Of unit length, for columns as they are given.
    reach_ : float
        How far the signals' block was let reach; 0 is not at all.

    Examples
    --------
    >>> photos = np.array([[1.0, 0.0, 3.0], [1.0, 0.0, 1.0], [0.0, 1.0, 2.0], [0.0, 1.0, 0.0]])
    >>> learned = AllPairsWithSignals(n_signals=1).fit(photos, [4.0, 2.0, 3.0, 1.0])
    >>> learned.decision_function(photos).argsort()
    array([3, 1, 2, 0])
    """

    def __init__(self, n_signals: int = 0) -> None:
        self.n_signals = n_signals

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        d = X.shape[1] - self.n_signals
        active = comparisons.active
        width = np.sqrt(X[active, :d].var(axis=0).sum())
        spread = X[active, d:].std(axis=0)
        constant = spread <= 1e-9 * np.abs(X[active, d:]).max(axis=0, initial=0)
        weights = np.where(constant, 0.0, 1 / np.where(constant, 1.0, spread))
        # Without an embedding, or where it is the same for all, there is nothing to weigh against.
        weights *= (width or 1.0) / np.sqrt(max(self.n_signals, 1))
        reaches = _REACHES if width > 0 and self.n_signals else np.array([1.0])

        def scales(reach: float) -> Floats:
            return np.concatenate([np.ones(d), reach * weights])

        fits = [AllPairs().fit(X * scales(reach), comparisons) for reach in reaches]

        def losses(train: Codes, test: Codes) -> Iterator[HeldOut]:
            part, other = comparisons.take(train), comparisons.take(test)
            for reach, fit in zip(reaches, fits, strict=True):
                scale = scales(reach)
                learned = AllPairs(fit.alpha_).fit(X[train] * scale, part)
                yield misordered(other, X[test] * scale @ learned.direction_)

        self.reach_ = (
            best_alpha(reaches, comparisons, losses, seed=0)
            if len(reaches) > 1
            else float(reaches[0])
        )
        fitted = fits[int(np.flatnonzero(reaches == self.reach_)[0])]
        return scales(self.reach_) * fitted.direction_ * fitted.length_


def with_signals(embeddings: Embeddings, signals: Floats) -> Floats:
    """Concatenation (n, d + s) of embeddings (n, d) and signals (n, s).

    What is not defined (nan) becomes the median of the photos of which it is.

    Examples
    --------
    >>> with_signals(np.eye(2, dtype=np.float32), np.array([[3.0], [np.nan]]))
    array([[1., 0., 3.],
           [0., 1., 3.]])
    """
    known = np.isfinite(signals)
    middle = [
        np.median(column[has]) if has.any() else 0.0
        for column, has in zip(signals.T, known.T, strict=True)
    ]
    return np.hstack([embeddings, np.where(known, signals, middle)])
