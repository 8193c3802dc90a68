import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.hinge_pairs import hinge_pairs


def listed(better, ratings, weights):
    """Matrix (n, n) of the weights of pairs whose winner is rated less than 1 above the loser."""
    return np.where(better & (ratings[:, None] - ratings < 1), weights, 0.0)


@pytest.mark.parametrize("scope", ["all", "within", "across"])
@pytest.mark.parametrize("tiers", [3, 200], ids=["ties", "hardly any ties"])
def test_sums_over_labels_match_a_list_of_pairs(scope, tiers):
    """Hinge-loss sums computed from labels equal those computed from an explicit list of pairs."""
    rng = np.random.default_rng(0)
    n = 70
    y, groups, trust = rng.integers(tiers, size=n) * 1.0, rng.integers(4, size=n), rng.random(n)
    y[::9] = np.nan
    ratings = np.round(4 * rng.normal(size=n)) / 4  # some leads are exactly 1
    same = groups[:, None] == groups
    allowed = {"all": True, "within": same, "across": ~same}[scope]
    W = listed((y[:, None] > y) & allowed, ratings, np.outer(trust, trust))
    comparisons = Comparisons.from_scores(y, weights=trust + np.isnan(y))
    values = rng.normal(size=n)

    leads = hinge_pairs(comparisons.restricted(groups, scope), ratings)

    both = W + W.T
    np.testing.assert_allclose(leads.net, W.sum(axis=1) - W.sum(axis=0), atol=1e-12)
    assert leads.weight == pytest.approx(W.sum())
    np.testing.assert_allclose(
        leads.laplacian(values), both.sum(axis=1) * values - both @ values, atol=1e-12
    )
    hinge = (W * (1 - ratings[:, None] + ratings) ** 2).sum()
    assert leads.squared_hinge(ratings) == pytest.approx(hinge)


def test_sums_over_choices_match_a_list_of_pairs():
    """The hinge loss over choices equals the hinge loss computed from an explicit list of pairs."""
    rng = np.random.default_rng(0)
    n = 12
    pairs = rng.integers(n, size=(80, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    ratings, values = 2 * rng.normal(size=n), rng.normal(size=n)
    wins = np.zeros((n, n))
    np.add.at(wins, (pairs[:, 0], pairs[:, 1]), 1)
    W = listed(wins > 0, ratings, wins)

    leads = hinge_pairs(Comparisons.from_choices(*pairs.T, n=n), ratings)

    both = W + W.T
    np.testing.assert_allclose(leads.net, W.sum(axis=1) - W.sum(axis=0), atol=1e-12)
    np.testing.assert_allclose(
        leads.laplacian(values), both.sum(axis=1) * values - both @ values, atol=1e-12
    )
    hinge = (W * (1 - ratings[:, None] + ratings) ** 2).sum()
    assert leads.squared_hinge(ratings) == pytest.approx(hinge)
