"""Learner of one person's rating direction, starting from what other people like."""

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import ChoiceComparisons, Comparisons, ScoreComparisons
from photorank.errors import ComparisonsError
from photorank.typing import Floats
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of

KIND = "personal"


class Personal(DirectionLearner):
    """Bayesian learner of one person's rating direction, from a prior and the person's judgements.

    How far the judgements move the prior is not fitted to them, for there may be
    ten: it is what was learned from many other people (see
    :class:`~photorank.vectors.taste.fit_taste.TastePrior`). Choices count by a logistic
    model, scores photo by photo and not by pairs, so that gap powers and trust
    in scores change nothing.

    Parameters
    ----------
    prior : array-like of shape (d,), TastePrior or None, default=None
        What is believed before any judgement: a direction, whose deviations then
        live in the principal components of the judged photos, or both ready made.

    Attributes
    ----------
    direction_ : ndarray of shape (d,)
        The learned direction, of unit length.
    taste_ : Taste
        The posterior, which knows standard errors.

    Examples
    --------
    >>> photos = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.6, 0.8]])
    >>> Personal(prior=[1.0, 0.2]).fit(photos, [4.0, 3.0, 1.0, 2.0]).decision_function(
    ...     photos
    ... ).argsort()
    array([2, 3, 1, 0])
    """

    def __init__(self, *, prior: ArrayLike | TastePrior | None = None) -> None:
        self.prior = prior

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        rows = comparisons.active
        photos, graph = X[rows], comparisons.take(rows)
        prior = self.prior
        if not isinstance(prior, TastePrior):
            prior = TastePrior.of(photos, prior)
        if len(prior.direction) != X.shape[1]:
            raise ComparisonsError(
                f"the prior is of {len(prior.direction)} dimensions, the photos of {X.shape[1]}"
            )
        self.taste_ = taste_of(prior, judged_from_graph(prior.coordinates(photos), graph))
        return self.taste_.vector

    def for_tests(self) -> "Personal":
        """Learner for fair tests, with a prior that was not learned from other people's ratings."""
        prior = self.prior
        return Personal(prior=prior.for_tests) if isinstance(prior, TastePrior) else self


def judged_from_graph(Z: Floats, comparisons: Comparisons) -> Judged:
    """Input of the taste model, made from a comparison graph of one person's judgements.

    `Z` (n, 1 + q) are the photos' coordinates, see :meth:`TastePrior.coordinates`.
    """
    if isinstance(comparisons, ChoiceComparisons):
        graph = comparisons
        pairs = np.column_stack([graph.first, graph.second])
        every = [(pairs, graph.first_wins), (pairs[:, ::-1], graph.second_wins)]
        every.append((pairs, graph.ties))
        times = np.concatenate([count for _, count in every])
        return Judged(
            Z,
            pairs=np.concatenate([pair for pair, _ in every])[times > 0],
            ties=np.repeat([0.0, 0.0, 1.0], len(pairs))[times > 0],
            times=times[times > 0],
        )
    if not isinstance(comparisons, ScoreComparisons):
        raise ComparisonsError("a taste is learned from choices or scores")
    scores, blocks = comparisons.scores, comparisons.blocks()
    rows = np.concatenate(blocks)
    codes = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    return Judged(Z, rows=rows, labels=scores[rows], blocks=codes)
