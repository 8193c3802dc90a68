from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from photorank.errors import ComparisonsError
from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of
from tests.fixtures.timing import least_seconds

N, D = 300, 12


@pytest.fixture(scope="module")
def prior():
    """Taste prior made from 300 photos with embeddings of 12 dimensions."""
    X = photos()
    return TastePrior.of(X, np.eye(D)[0] + np.eye(D)[1])


@pytest.fixture(scope="module")
def Z(prior):  # noqa: N802 - a matrix
    """Photo coordinates that the taste prior computes from the photos' embeddings."""
    return prior.coordinates(photos())


def photos():
    """Random embeddings of photos, of shape (300, 12), with a mean other than 0."""
    return np.random.default_rng(0).normal(size=(N, D)) * np.linspace(2, 0.5, D) + 3


def pairs(m, seed=1):
    """Random pairs of different photos, as an array of row numbers of shape (m, 2)."""
    rng = np.random.default_rng(seed)
    first = rng.integers(N, size=m)
    return np.column_stack([first, (first + 1 + rng.integers(N - 1, size=m)) % N])


def test_coordinates_are_in_units_of_the_collection(prior, Z):
    """Photo coordinates have mean 0, and the first coordinate has variance 1."""
    assert Z.mean(axis=0) == pytest.approx(np.zeros(1 + D), abs=1e-9)
    assert Z[:, 0].std() == pytest.approx(1)
    np.testing.assert_allclose(np.cov(Z[:, 1:].T, ddof=0), np.diag(prior.variances), atol=1e-9)
    assert prior.variances.mean() == pytest.approx(1)


def test_without_judgements_a_taste_is_its_prior(prior, Z):
    """Without judgements, a person's taste has the same direction and ratings as the prior."""
    taste = taste_of(prior, Judged(Z))

    np.testing.assert_allclose(taste.direction, prior.direction, atol=1e-12)
    np.testing.assert_array_equal(taste.ratings(Z), Z[:, 0])
    np.testing.assert_allclose(taste.root @ taste.root.T, np.linalg.inv(prior.precision))


def test_ratings_are_scalar_products_with_the_direction(prior, Z):
    """Scalar products of centred photos with the taste's vector equal the taste's ratings."""
    taste = taste_of(prior, Judged(Z, pairs(30)))

    X = photos()
    np.testing.assert_allclose((X - X.mean(axis=0)) @ taste.vector, taste.ratings(Z), atol=1e-9)


def test_choices_end_at_the_peak_of_the_posterior(prior, Z):
    """The fitted weights are those that minimise the penalised logistic loss."""
    chosen = pairs(40)
    ties = (np.arange(40) % 5 == 0).astype(float)
    apart, won = Z[chosen[:, 0]] - Z[chosen[:, 1]], 1 - ties / 2

    def loss(w):
        eta = prior.slope * (apart @ w)
        off = w - prior.mean
        return (
            off @ prior.precision @ off / 2
            - (won * np.log(expit(eta)) + (1 - won) * np.log(expit(-eta))).sum()
        )

    best = minimize(loss, prior.mean, method="BFGS", options={"gtol": 1e-6})

    taste = taste_of(prior, Judged(Z, chosen, ties))
    np.testing.assert_allclose(taste.weights, best.x, atol=1e-5)
    assert loss(taste.weights) <= best.fun + 1e-9


def test_labels_have_the_closed_form_of_a_linear_model(prior, Z):
    """The taste learned from photo labels equals the posterior of a ridge regression."""
    rows, labels = np.arange(25), np.random.default_rng(2).normal(size=25) + 4
    centred = Z[rows] - Z[rows].mean(axis=0)
    y = (labels - labels.mean()) * prior.label_spread / labels.std(ddof=1)
    inverse = prior.precision + centred.T @ centred / prior.noise**2
    target = prior.precision @ prior.mean + centred.T @ y / prior.noise**2

    taste = taste_of(prior, Judged(Z, rows=rows, labels=labels))

    np.testing.assert_allclose(taste.weights, np.linalg.solve(inverse, target), atol=1e-9)
    np.testing.assert_allclose(taste.root @ taste.root.T, np.linalg.inv(inverse), atol=1e-9)


@pytest.mark.parametrize("change", [lambda y: 10 * y, lambda y: y + 7], ids=["scale", "origin"])
def test_a_persons_own_use_of_the_scale_does_not_matter(prior, Z, change):
    """Multiplying all labels of a person by 10, or adding 7 to them, does not change the taste."""
    rows, labels = np.arange(25), np.random.default_rng(2).integers(1, 6, 25).astype(float)

    one = taste_of(prior, Judged(Z, rows=rows, labels=labels))
    other = taste_of(prior, Judged(Z, rows=rows, labels=change(labels)))

    np.testing.assert_allclose(one.weights, other.weights, atol=1e-9)


def test_labels_of_two_scales_are_centred_apart(prior, Z):
    """A constant added to all labels of one block (one rating scale) does not change the taste."""
    rows, labels = np.arange(30), np.random.default_rng(2).normal(size=30)
    blocks = rows % 3

    one = taste_of(prior, Judged(Z, rows=rows, labels=labels, blocks=blocks))
    other = taste_of(prior, Judged(Z, rows=rows, labels=labels + 50 * blocks, blocks=blocks))

    np.testing.assert_allclose(one.weights, other.weights, atol=1e-9)


def test_opposite_choices_mirror_the_deviation():
    """If a taste prior prefers no direction, reversing all choices reverses all ratings' signs."""
    X = photos()
    believed = TastePrior.of(X, None)
    coordinates, chosen = believed.coordinates(X), pairs(40)

    one = taste_of(believed, Judged(coordinates, chosen))
    other = taste_of(believed, Judged(coordinates, chosen[:, ::-1]))

    np.testing.assert_allclose(one.ratings(coordinates), -other.ratings(coordinates), atol=1e-7)


def test_opposite_tastes_are_as_far_from_indifference(prior, Z):
    """Reversing all choices and the prior's direction changes the sign of every rating."""
    chosen = pairs(40)
    turned = TastePrior.of(photos(), -prior.direction)
    coordinates = turned.coordinates(photos())

    one = taste_of(prior, Judged(Z, chosen)).ratings(Z)
    other = taste_of(turned, Judged(coordinates, chosen[:, ::-1])).ratings(coordinates)

    np.testing.assert_allclose(one, -other, atol=1e-7)


@pytest.mark.parametrize("kind", ["choices", "labels"])
def test_a_planted_taste_is_recovered(prior, Z, kind):
    """A simulated taste outside the prior's direction is recovered from many judgements."""
    rng = np.random.default_rng(3)
    truth = np.append(0.0, rng.normal(size=D) / np.sqrt(D))
    if kind == "choices":
        chosen = pairs(3000)
        gap = prior.slope * (Z[chosen[:, 0]] - Z[chosen[:, 1]]) @ truth
        lost = rng.random(3000) > expit(gap)
        chosen[lost] = chosen[lost][:, ::-1]
        judged = Judged(Z, chosen)
    else:
        labels = Z @ truth + 0.5 * rng.normal(size=N)
        judged = Judged(Z, rows=np.arange(N), labels=labels)

    assert np.corrcoef(taste_of(prior, judged).ratings(Z), Z @ truth)[0, 1] > 0.97


def test_standard_errors_shrink_with_judgements(prior, Z):
    """A further judgement never raises ratings' standard errors; many judgements lower them."""
    chosen = pairs(200)

    errors = [taste_of(prior, Judged(Z, chosen[:m])).standard_errors(Z) for m in (0, 1, 20, 200)]

    for fewer, more in pairwise(errors):
        assert (more <= fewer + 1e-9).all()
    assert errors[-1].mean() < errors[0].mean() / 2


def test_standard_errors_cover(prior, Z):
    """Intervals of 1.96 standard errors contain the true rating in 95 % of simulations."""
    rng, inside = np.random.default_rng(4), []
    root = np.linalg.cholesky(np.linalg.inv(prior.precision))
    for seed in range(60):
        truth = prior.mean + root @ rng.normal(size=1 + D)
        chosen = pairs(60, seed)
        lost = rng.random(60) > expit(prior.slope * (Z[chosen[:, 0]] - Z[chosen[:, 1]]) @ truth)
        chosen[lost] = chosen[lost][:, ::-1]
        taste = taste_of(prior, Judged(Z, chosen))
        inside.append(np.abs(taste.ratings(Z) - Z @ truth) < 1.96 * taste.standard_errors(Z))

    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)


def test_only_ties_pull_towards_indifference(prior, Z):
    """Ties between photos that the prior rates very differently weaken the prior's influence."""
    order = np.argsort(Z[:, 0])
    ties = np.column_stack([order[-20:], order[:20]])

    taste = taste_of(prior, Judged(Z, ties, np.ones(20)))

    assert 0 < taste.weights[0] < 0.7
    assert taste.standard_errors(Z).mean() < taste_of(prior, Judged(Z)).standard_errors(Z).mean()


def test_a_tie_does_not_mind_its_order(prior, Z):
    """Swapping the two photos of a tie leaves the learned taste unchanged."""
    one = taste_of(prior, Judged(Z, np.array([[3, 8]]), np.ones(1)))
    other = taste_of(prior, Judged(Z, np.array([[8, 3]]), np.ones(1)))

    np.testing.assert_allclose(one.weights, other.weights, atol=1e-8)


def test_a_contradiction_says_what_a_tie_says(prior, Z):
    """Two opposite choices between two photos count as much as two ties between them."""
    contradiction = taste_of(prior, Judged(Z, np.array([[3, 8], [8, 3]])))
    ties = taste_of(prior, Judged(Z, np.array([[3, 8], [3, 8]]), np.ones(2)))

    np.testing.assert_allclose(contradiction.weights, ties.weights, atol=1e-8)


def test_a_choice_made_twice_counts_twice(prior, Z):
    """A choice listed twice counts the same as that choice listed once with a count of 2."""
    chosen = pairs(5)

    repeated = taste_of(prior, Judged(Z, np.repeat(chosen, 2, axis=0)))
    counted = taste_of(prior, Judged(Z, chosen, times=np.full(5, 2.0)))

    np.testing.assert_allclose(repeated.weights, counted.weights, atol=1e-8)


@pytest.mark.parametrize(
    "labels", [np.array([3.0]), np.full(6, 3.0), np.empty(0)], ids=["one", "alike", "none"]
)
def test_labels_that_order_nothing_change_nothing(prior, Z, labels):
    """Labels of a single photo, or equal labels of all photos, leave the prior unchanged."""
    taste = taste_of(prior, Judged(Z, rows=np.arange(len(labels)), labels=labels))

    np.testing.assert_allclose(taste.weights, prior.mean, atol=1e-12)


def test_labels_that_are_no_numbers_are_refused(prior, Z):
    """Labels that are not finite are refused with an error."""
    with pytest.raises(ComparisonsError, match="finite"):
        taste_of(prior, Judged(Z, rows=np.arange(2), labels=np.array([1.0, np.nan])))


def test_a_prior_that_rates_all_photos_alike_is_refused():
    """A taste prior is refused if its direction rates all photos the same."""
    X = np.column_stack([np.ones(5), np.arange(5.0)])

    with pytest.raises(ComparisonsError, match="same"):
        TastePrior.of(X, [1.0, 0.0])


def test_probabilities_are_drawn_to_a_half_by_doubt(prior, Z):
    """Uncertainty about a person's taste draws the predicted choice probabilities towards 1/2."""
    taste = taste_of(prior, Judged(Z, pairs(20)))
    first, second = Z[:50], Z[50:100]

    p = taste.probability(first, second)

    np.testing.assert_allclose(p + taste.probability(second, first), 1)
    known = expit(prior.slope * (first - second) @ taste.weights)
    assert (np.abs(p - 0.5) <= np.abs(known - 0.5)).all()


def test_information_is_the_expected_fall_of_entropy(prior, Z):
    """The formula for the information in a choice between two photos agrees with a simulation."""
    taste = taste_of(prior, Judged(Z, pairs(20)))
    first, second = Z[:40], Z[40:80]
    draws = np.random.default_rng(5).normal(size=(1 + D, 40_000))
    p = expit(prior.slope * (first - second) @ (taste.weights[:, None] + taste.root @ draws))

    def entropy(q):
        return -(q * np.log2(q) + (1 - q) * np.log2(1 - q))

    expected = entropy(p.mean(axis=1)) - entropy(p).mean(axis=1)
    np.testing.assert_allclose(taste.information(first, second), expected, atol=0.02)


def test_a_photo_against_itself_tells_nothing(prior, Z):
    """A photo compared with itself gives no information about the taste."""
    taste = taste_of(prior, Judged(Z))

    assert taste.information(Z[:5], Z[:5]) == pytest.approx(np.zeros(5), abs=1e-12)


@pytest.mark.slow
def test_an_update_is_quick_among_many_photos():
    """Fitting a taste to 500 choices takes less time than 5 passes over all 100,000 photos."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 64)).astype(np.float32)
    believed = TastePrior.of(X[:4000], rng.normal(size=64))
    judged = Judged(believed.coordinates(X), rng.integers(100_000, size=(500, 2)))

    took = least_seconds(lambda: taste_of(believed, judged))

    one_pass = least_seconds(lambda: X.T @ X)
    assert took < 5 * one_pass
