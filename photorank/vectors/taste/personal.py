"""A learner for one person: it trusts the prior as far as people are known to differ."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.choice_graph import ChoiceComparisons
from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.score_graph import ScoreComparisons
from photorank.errors import ComparisonsError
from photorank.index.opened import Index
from photorank.typing import Direction, Floats
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.taste.population_prior import prior_by_others
from photorank.vectors.taste.posterior import Judged, TastePrior, taste_of

KIND = "personal"
_ENOUGH = 4000  # photos that tell in which ways the photos of an index differ


class Personal(DirectionLearner):
    """The taste that a person's judgements and a prior make likely.

    How far the judgements move the prior is not fitted to them, for there may be
    ten: it is what was learned from many other people (see
    :class:`~photorank.vectors.taste.posterior.TastePrior`). Choices count by a logistic
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
        self.taste_ = taste_of(prior, judged(prior.coordinates(photos), graph))
        return self.taste_.vector


def untaught(learner: DirectionLearner) -> DirectionLearner:
    """Return a learner to test with: what others said of the photos held out teaches it nothing."""
    prior = learner.prior if isinstance(learner, Personal) else None
    if isinstance(prior, TastePrior) and prior.untaught is not None:
        return Personal(prior=prior.fair)
    return learner


def prior_in(index: Index, direction: Direction | None, *, rater: str | None = None) -> TastePrior:
    """Return the prior of somebody who judges an index's photos, from a master-vector (d,).

    The ways in which people may deviate are those in which all of its photos differ,
    judged or not; how far a `rater` may is learned from the others, where there are
    enough of them (see :func:`~photorank.vectors.taste.population_prior.prior_by_others`).
    """
    some = np.random.default_rng(0).permutation(len(index))[:_ENOUGH]
    prior = TastePrior.of(index.embeddings_of(np.sort(some)), direction)
    if rater is None:
        return prior
    others = index.single_ratings(without=rater)
    learned = prior_by_others(prior, others, index.embeddings_of)
    if learned is prior or len(index.single_ratings().raters) > len(others.raters):
        return learned  # the person's own scores, if any, are on the same scale
    return replace(learned, unit=None)


def judged(Z: Floats, comparisons: Comparisons) -> Judged:
    """Return a comparison graph over photos with coordinates Z as one person's judgements."""
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
