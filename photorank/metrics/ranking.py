"""Agreement of ratings with people's ranking of photos: pairwise accuracy and correlations.

The functions that end in ``_sums`` return a metric as :class:`PairSums`, which can be pooled over
repeats and carries what an interval needs (or does not, and is quicker, where `couples` is 0).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.codes import order_within, run_starts
from photorank.comparisons.comparisons import Comparisons, ScoreComparisons
from photorank.metrics.pair_sums import (
    COUPLES,
    PairSums,
    TermFunctions,
    checked_ratings,
    pair_sums,
    summed_by,
    unit_codes,
)
from photorank.typing import Codes, Floats, Pairs, Ratings


def pairwise_accuracy(ratings: ArrayLike, comparisons: Comparisons) -> float:
    """Share of photo pairs that ratings order as people did.

    Equal ratings count one half; pairs that people did not order are left
    out. With two tiers this is the area under the ROC curve, and without ties
    (1 + τ) / 2 for Kendall's τ. Pairs are weighed as the graph weighs them.

    Parameters
    ----------
    ratings : array-like of shape (n,)
        Higher is better; only their order within a block of pairs matters.
    comparisons : Comparisons

    Returns
    -------
    float
        From 0 to 1, higher is better, 0.5 at chance and for constant ratings;
        nan if there is no pair.

    Raises
    ------
    ComparisonsError
        If there is not one finite rating a photo.

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([1.0, 2.0, 2.0, 3.0])
    >>> pairwise_accuracy([0.1, 0.5, 0.2, 0.5], comparisons)  # one of five pairs is tied
    0.9
    """
    return accuracy_sums(ratings, comparisons, couples=0).value


def kendall_tau_b(ratings: ArrayLike, comparisons: Comparisons) -> float:
    """Kendall's rank correlation τ_b over the compared pairs of photos.

    Each pair counts its sign; ties in the labels and in the ratings are
    accounted for in the denominator. Gap powers are ignored, trust in labels
    is not.

    Parameters
    ----------
    ratings : array-like of shape (n,)
    comparisons : Comparisons

    Returns
    -------
    float
        From −1 to 1, higher is better, 0 at chance; nan if all labels or all
        ratings are equal.

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems.
    https://doi.org/10.1093/biomet/33.3.239

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([1.0, 2.0, 2.0, 3.0])
    >>> round(kendall_tau_b([0.1, 0.5, 0.2, 0.5], comparisons), 3)
    0.8
    """
    return kendall_sums(ratings, comparisons, couples=0).value


def spearman(ratings: ArrayLike, comparisons: Comparisons) -> float:
    """Spearman's rank correlation ρ between the ratings and the labels of the compared photos.

    Only compared pairs of photos count.

    Ranks are taken within a block (a fold, or a fold of a group) as shares of
    its size, so that pairs of large and small blocks weigh the same. Over one
    block it is the usual ρ.

    Parameters
    ----------
    ratings : array-like of shape (n,)
    comparisons : Comparisons
        Of scores; choices have no ranks.

    Returns
    -------
    float
        From −1 to 1, higher is better, 0 at chance; nan if all labels or all
        ratings are equal, and for choices.

    References
    ----------
    Spearman, C. (1904). The proof and measurement of association between two
    things. https://doi.org/10.2307/1412159

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([1.0, 2.0, 3.0, 4.0])
    >>> spearman([0.1, 0.9, 0.5, 1.0], comparisons)
    0.8
    """
    return spearman_sums(ratings, comparisons, couples=0).value


def pearson(ratings: ArrayLike, comparisons: Comparisons) -> float:
    """Pearson's r between the rating differences and the label differences of compared pairs.

    Over all pairs of one block it is the usual r. Unlike the others it
    depends on the ratings' scale being a straight line against the labels'.

    Parameters
    ----------
    ratings : array-like of shape (n,)
    comparisons : Comparisons
        Of scores; choices have no values.

    Returns
    -------
    float
        From −1 to 1, higher is better, 0 at chance; nan if all labels or all
        ratings are equal, and for choices.

    References
    ----------
    Daniels, H. E. (1944). The relation between measures of correlation in the
    universe of sample permutations. https://doi.org/10.1093/biomet/33.2.129

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([1.0, 2.0, 3.0])
    >>> round(pearson([0.1, 0.2, 0.3], comparisons), 6)
    1.0
    """
    return pearson_sums(ratings, comparisons, couples=0).value


def accuracy_sums(
    ratings: ArrayLike,
    comparisons: Comparisons,
    *,
    clusters: Codes | None = None,
    couples: int = COUPLES,
) -> PairSums:
    """Sums for :func:`pairwise_accuracy`: weights of correctly ordered pairs and of all pairs."""
    r = checked_ratings(ratings, comparisons.n)

    def by_photo(graph: Comparisons) -> Floats:
        credit, weight = graph.agreement(r)
        return np.stack([credit, weight, weight], axis=1)

    def by_pair(graph: Comparisons, pairs: Pairs) -> Floats:
        sign, weight, _ = _kendall_terms(r, graph, pairs)
        return np.stack([(sign + weight) / 2, weight, weight], axis=1)

    count = TermFunctions(by_photo, by_pair)
    return pair_sums(count, comparisons, clusters=clusters, floor=0.0, couples=couples)


def gap_weighted_sums(
    ratings: ArrayLike,
    comparisons: Comparisons,
    *,
    gap_power: int,
    clusters: Codes | None = None,
    couples: int = COUPLES,
) -> PairSums:
    """Sums for pairwise accuracy, each pair weighted by a power of its label difference (gap)."""
    weighted = comparisons.with_gap_power(gap_power)
    return accuracy_sums(ratings, weighted, clusters=clusters, couples=couples)


def kendall_sums(
    ratings: ArrayLike,
    comparisons: Comparisons,
    *,
    clusters: Codes | None = None,
    couples: int = COUPLES,
) -> PairSums:
    """Sums over photo pairs from which :func:`kendall_tau_b` can be computed."""
    r = checked_ratings(ratings, comparisons.n)
    plain = comparisons.with_gap_power(0)

    def by_photo(graph: Comparisons) -> Floats:
        credit, weight = graph.agreement(r)
        return np.stack([2 * credit - weight, weight, graph.untied_weight(r)], axis=1)

    def by_pair(graph: Comparisons, pairs: Pairs) -> Floats:
        return np.stack(_kendall_terms(r, graph, pairs), axis=1)

    count = TermFunctions(by_photo, by_pair)
    return pair_sums(count, plain, clusters=clusters, floor=-1.0, couples=couples)


def pearson_sums(
    ratings: ArrayLike,
    comparisons: Comparisons,
    *,
    clusters: Codes | None = None,
    couples: int = COUPLES,
) -> PairSums:
    """Sums for :func:`pearson` over photo pairs: products of rating and label differences."""
    r = checked_ratings(ratings, comparisons.n)
    if not isinstance(comparisons, ScoreComparisons):
        return _undefined(comparisons, clusters)
    return _products(comparisons.scores, r, comparisons, clusters, couples)


def spearman_sums(
    ratings: ArrayLike,
    comparisons: Comparisons,
    *,
    clusters: Codes | None = None,
    couples: int = COUPLES,
) -> PairSums:
    """Sums over pairs of photos from which :func:`spearman` computes the rank correlation.

    Without a photo the others' ranks move as well. Those moves are followed
    to first order, as in the influence function of ρ (Croux & Dehon 2010,
    https://doi.org/10.1007/s10260-010-0142-z).
    """
    r = checked_ratings(ratings, comparisons.n)
    if not isinstance(comparisons, ScoreComparisons):
        return _undefined(comparisons, clusters)
    a, b = comparisons.fractional_ranks(comparisons.scores), comparisons.fractional_ranks(r)
    sums = _products(a, b, comparisons, clusters, couples)
    # ∂/∂a_i of Σ (a_i − a_j)(b_i − b_j) is Σ_j (b_i − b_j), and so on.
    pull_a, pull_b = comparisons.differences(a), comparisons.differences(b)
    moved = np.stack(
        [
            _rank_shifts(pull_b, a, comparisons) + _rank_shifts(pull_a, b, comparisons),
            2 * _rank_shifts(pull_a, a, comparisons),
            2 * _rank_shifts(pull_b, b, comparisons),
        ],
        axis=1,
    )
    if clusters is not None:
        moved = summed_by(unit_codes(clusters, n=comparisons.n), moved)
    return replace(sums, without=sums.without - moved)


def pearson_by_column(ratings: Floats, comparisons: Comparisons) -> Floats:
    """Pearson correlation (c,) of each column of ratings (n, c) with labels in `comparisons`."""
    if not isinstance(comparisons, ScoreComparisons):
        return np.full(ratings.shape[1], np.nan)
    labels, r = (_minus_first(values, comparisons) for values in (comparisons.scores, ratings))
    return correlation_by_column(labels, r, comparisons)


def correlation_by_column(a: Floats, b: Floats, graph: ScoreComparisons) -> Floats:
    """Correlation (c,) of `a` (n,) with each column of `b` (n, c), over photo pair differences."""
    product = a @ graph.differences(b)
    squares = a @ graph.differences(a) * np.einsum("nc,nc->c", b, graph.differences(b))
    defined = squares > 0
    return np.where(defined, product / np.sqrt(np.where(defined, squares, 1.0)), np.nan)


# Pair metrics of an evaluation: name -> ratings, comparisons, clusters -> sums.
PAIR_METRICS: dict[str, Callable[..., PairSums]] = {
    "pairwise_accuracy": accuracy_sums,
    "kendall_tau_b": kendall_sums,
    "spearman": spearman_sums,
    "pearson": pearson_sums,
}
GAP_WEIGHTED = "gap_weighted_accuracy"


def pair_metrics(gap_power: int, comparisons: Comparisons) -> dict[str, Callable[..., PairSums]]:
    """Dictionary of the functions that compute pairwise metrics; the keys are the metrics' names.

    Gap-weighted accuracy is among them if `gap_power` is above 0 and labels are scores.
    """
    if not gap_power or comparisons.scores is None:
        return PAIR_METRICS
    return PAIR_METRICS | {GAP_WEIGHTED: partial(gap_weighted_sums, gap_power=gap_power)}


def _kendall_terms(r: Ratings, graph: Comparisons, pairs: Pairs) -> tuple[Floats, Floats, Floats]:
    """Three arrays (m,) of terms that Kendall's rank correlation τ_b sums over m photo pairs.

    They are signed agreement, weight by labels and weight by ratings. The sign is + where the
    ratings order a pair as people did, and − where they reverse it. Ties in the labels, or in the
    ratings, have weight 0.
    """
    weight, margin = graph.edges(pairs)
    sign = np.sign(r[pairs[:, 0]] - r[pairs[:, 1]])
    return weight * np.sign(margin) * sign, weight * (margin != 0), weight * (sign != 0)


def _products(
    a: Floats, b: Floats, comparisons: ScoreComparisons, clusters: Codes | None, couples: int
) -> PairSums:
    """Sums over photo pairs for a correlation: Σ Δa Δb, Σ Δa², Σ Δb² (Δ: difference in a pair)."""
    a, b = (_minus_first(values, comparisons) for values in (a, b))

    def by_photo(graph: ScoreComparisons) -> Floats:
        return np.stack([graph.products(*two) for two in ((a, b), (a, a), (b, b))], axis=1)

    def by_pair(graph: ScoreComparisons, pairs: Pairs) -> Floats:
        weight = graph.with_gap_power(0).edges(pairs).weight
        da, db = (values[pairs[:, 0]] - values[pairs[:, 1]] for values in (a, b))
        return np.stack([weight * da * db, weight * da * da, weight * db * db], axis=1)

    count = TermFunctions(by_photo, by_pair)
    return pair_sums(count, comparisons, clusters=clusters, floor=-1.0, couples=couples)


def _minus_first(values: Floats, comparisons: ScoreComparisons) -> Floats:
    """Value of each photo minus the value of the first photo in its block (set of compared photos).

    A block is a set of photos that are compared together. A constant block is exactly 0.
    """
    counted = np.zeros(values.shape)
    labelled = values[comparisons.rows]
    counted[comparisons.rows] = labelled - labelled[comparisons.block_firsts]
    return counted


def _rank_shifts(pull: Floats, shares: Floats, comparisons: ScoreComparisons) -> Floats:
    """Drop (n,) in a sum over pairs, by the rank shifts that the removal of each photo causes.

    `shares` are fractional ranks, and `pull` is the sum's derivative by them.
    """
    rows, block = comparisons.rows, comparisons.same
    pull, shares = pull[rows], shares[rows]
    order = order_within(shares, block)
    run = np.cumsum(run_starts(shares[order], block[order])) - 1  # equal shares of one block
    upto = np.cumsum(np.bincount(run, pull[order]))
    # A block's pulls add up to 0, so those above are minus those below; ties count half.
    above = np.empty(len(rows))
    above[order] = (-(upto + np.concatenate([[0.0], upto[:-1]])) / 2)[run]
    lost = np.zeros(comparisons.n)
    lost[rows] = (above - np.bincount(block, pull * shares)[block]) / np.bincount(block)[block]
    return lost


def _undefined(comparisons: Comparisons, clusters: Codes | None) -> PairSums:
    """Sums that are all nan, for a metric that needs scores while the photos have only choices."""
    n_units = comparisons.n if clusters is None else unit_codes(clusters, n=comparisons.n).max() + 1
    return PairSums(np.full(3, np.nan), np.full((n_units, 3), np.nan), np.empty((0, 3)), -1.0)
