"""Functions that cross-validate learners and compute metrics of ratings, given plain arrays."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError, counted
from photorank.evaluation.contender_results import measured
from photorank.evaluation.contenders import Contender
from photorank.learning.held_out_directions import out_of_fold_ratings
from photorank.learning.judged_photos import JudgedPhotos
from photorank.metrics.estimates import Estimate
from photorank.metrics.folds import Folds, make_folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.typing import Codes, Floats
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners_by_name import make_learner

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


def cross_validate(
    learner: "str | DirectionLearner | BaseEstimator",
    X: ArrayLike,
    comparisons: Comparisons | ArrayLike,
    *,
    groups: ArrayLike | None = None,
    folds: int = 10,
    repeats: int = 3,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Held-out metrics of a learner by cross-validation, each with its confidence interval.

    Pairs are counted within a test fold, so that one fitted model rates both photos. Intervals
    include the fitting, by the corrected resampled variance (Nadeau & Bengio 2003).

    Parameters
    ----------
    learner : str or estimator
        A learner's name, or any scikit-learn estimator whose ``fit(X, comparisons)`` and
        ``predict(X)`` do what the learners' do, a pipeline with one at its end, too.
    X : array-like of shape (n, d)
        Embeddings, or whatever the learner takes.
    comparisons : Comparisons, or array-like of shape (n,)
        People's judgements; scores are the plain case.
    groups : array-like of shape (n,), optional
        Photos of one group share a fold: an album, an event, copies of one picture. None,
        nan, "" and −1 are photos on their own.
    folds, repeats : int
        Parts of the photos, and how often they are split anew; equal splits count once.
    seed : int
        Decides the splits.

    Returns
    -------
    dict of str to Estimate
        By metric: ``value``, ``low`` and ``high``, which hold the true value in 95 % of cases;
        nan where a metric is not defined for these judgements.

    Raises
    ------
    ComparisonsError
        If there are too few photos or groups, or no fold has two that were judged differently.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 4))
    >>> found = cross_validate("all-pairs", X, X[:, 0], folds=3, repeats=1)
    >>> print(found["pairwise_accuracy"])
    1.000 [0.884, 1.000] (n=60 photos)
    """
    rows = np.asarray(X)
    comparisons, judged, codes = _judged_photos(comparisons, len(rows), groups)
    rows = rows[judged]
    split = make_folds(comparisons.n, k=folds, repeats=repeats, by=codes, seed=seed)
    pairs = HeldOutPairs.of(comparisons, split)
    pairs.require()
    named = make_learner(learner, seed=seed) if isinstance(learner, str) else learner
    if isinstance(named, DirectionLearner):
        alone = np.full(comparisons.n, -1, dtype=np.intp)
        photos = JudgedPhotos(rows, comparisons, codes, alone, digests=())
        ratings = out_of_fold_ratings(named, photos, split)
    else:
        ratings = _predicted(named, rows, comparisons, split)
    contender = Contender("learner", "learner", ratings, refitted_per_fold=split.refits)
    return measured([contender], pairs, gap_power=1)[0].estimates()


def measure(
    ratings: ArrayLike, comparisons: Comparisons | ArrayLike, *, groups: ArrayLike | None = None
) -> dict[str, Estimate]:
    """Metrics of ratings against people's judgements, each with its confidence interval.

    The ratings are taken as given, such as those by a prompt or a published head: what learned
    from these judgements needs :func:`cross_validate`.

    Parameters
    ----------
    ratings : array-like of shape (n,)
        Higher is better.
    comparisons : Comparisons, or array-like of shape (n,)
        People's judgements; scores are the plain case.
    groups : array-like of shape (n,), optional
        Photos that were sampled together, such as an album: the intervals leave out whole groups.

    Returns
    -------
    dict of str to Estimate
        As of :func:`cross_validate`.

    Examples
    --------
    >>> print(measure([0.1, 0.4, 0.3, 0.9, 0.8], [1, 2, 3, 4, 5])["pairwise_accuracy"])
    0.80 [0.49, 0.94] (n=5 photos)
    """
    given = np.asarray(ratings, dtype=np.float64)
    graph, judged, codes = _judged_photos(comparisons, len(given), groups)
    together = Folds(np.zeros((1, graph.n), dtype=np.intp), 1, codes)
    contender = Contender("ratings", "ratings", given[judged][None], refitted_per_fold=False)
    return measured([contender], HeldOutPairs.of(graph, together), gap_power=1)[0].estimates()


def _judged_photos(
    judgements: Comparisons | ArrayLike, n: int, groups: ArrayLike | None
) -> tuple[Comparisons, Codes, Codes]:
    """Comparison graph of the judged photos, with their row numbers and group numbers."""
    import pandas as pd

    graph = judgements
    if not isinstance(graph, Comparisons):
        graph = Comparisons.from_scores(graph)
    if graph.n != n:
        raise ComparisonsError(
            f"{counted(graph.n, 'judged photo')} for {counted(n, 'row')}: each row is a photo"
        )
    rows = graph.active
    codes = np.full(n, -1, dtype=np.intp)
    if groups is not None:
        named = pd.Series(groups).reset_index(drop=True)
        if len(named) != n:
            raise ComparisonsError(
                f"{counted(len(named), 'group')} for {counted(n, 'row')}: give each row one"
            )
        known = named.notna() & ~named.isin([-1, ""])
        codes[known] = pd.factorize(named[known])[0]
    return graph.take(rows), rows, codes[rows]


def _predicted(
    estimator: "BaseEstimator", X: Floats, comparisons: Comparisons, folds: Folds
) -> Floats:
    """Out-of-fold ratings (repeats, n) of n photos, predicted by a scikit-learn estimator."""
    from sklearn.base import clone

    ratings = np.zeros(folds.codes.shape)
    for repeat, fold in np.ndindex(len(folds.codes), folds.k):
        learned, test = folds.learned_from(repeat, fold), folds.codes[repeat] == fold
        fitted = clone(estimator).fit(X[learned], comparisons.take(learned))
        ratings[repeat, test] = fitted.predict(X[test])
    return ratings
