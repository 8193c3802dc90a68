import numpy as np
import pytest

from photorank.errors import ComparisonsError
from photorank.index.opened import SingleRatings
from photorank.metrics.human_ceiling import RaterTable
from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of
from photorank.vectors.taste.personal_learner import Personal
from photorank.vectors.taste.population_prior import MIN_PEOPLE, learned_prior, prior_by_others

N, D, NOISE = 120, 6, 1.5
VARIANCES = np.array([1.5, 0.5, 0.1, 0.0, 0.0, 0.0])  # of deviations, by component


@pytest.fixture(scope="module")
def crowd():
    """Photo embeddings, a taste prior, and ratings by 300 people with different tastes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, D)) * np.linspace(1.5, 0.7, D)
    prior = TastePrior.of(X, np.eye(D)[-1])
    Z = prior.coordinates(X)
    photos, raters, scores = [], [], []
    for person in range(300):
        seen = rng.permutation(N)[:30]
        own = Z[seen, 0] + Z[seen, 1:] @ (np.sqrt(VARIANCES) * rng.normal(size=D))
        photos.append(seen)
        raters.append(np.full(30, person))
        scores.append(4 + 2 * (own + NOISE * rng.normal(size=30)))
    table = RaterTable(np.concatenate(photos), np.concatenate(raters), np.concatenate(scores), N)
    return X, prior, table


def test_how_tastes_differ_is_recovered(crowd):
    """A prior learned from simulated people recovers the parameters of the simulation."""
    X, prior, table = crowd

    learned = learned_prior(prior, X, table)

    found = learned.covariance[:-1, :-1]  # the last is everybody's, whose share is not Σ's
    np.testing.assert_allclose(found, np.diag(VARIANCES[:-1]), atol=0.2)
    assert learned.noise == pytest.approx(NOISE, rel=0.05)
    assert learned.unit == pytest.approx(2, rel=0.15)


def test_a_learned_prior_serves_the_next_person_better(crowd):
    """For a person with ten labels, a prior learned from other people gives better ratings."""
    X, prior, table = crowd
    learned, Z = learned_prior(prior, X, table), prior.coordinates(X)
    rng, nearer = np.random.default_rng(1), []
    for _ in range(40):
        truth = Z[:, 0] + Z[:, 1:] @ (np.sqrt(VARIANCES) * rng.normal(size=D))
        rows = rng.permutation(N)[:10]
        judged = Judged(Z, rows=rows, labels=truth[rows] + NOISE * rng.normal(size=10))
        fits = [
            np.corrcoef(taste_of(believed, judged).ratings(Z), truth)[0, 1]
            for believed in (learned, prior)
        ]
        nearer.append(fits[0] - fits[1])

    assert np.mean(nearer) > 2 * np.std(nearer) / np.sqrt(len(nearer))


def test_what_others_said_is_left_out_of_a_test(crowd):
    """Accuracy tests use the original prior, not the one learned from other people's ratings."""
    X, prior, table = crowd

    learned = learned_prior(prior, X, table)

    assert learned.for_tests is prior
    assert Personal(prior=learned).for_tests().prior is prior
    assert prior.for_tests is prior
    assert Personal(prior=prior).for_tests().prior is prior


def test_one_person_cannot_tell_how_people_differ(crowd):
    """Learning the covariance of tastes from the labels of a single person is refused."""
    X, prior, table = crowd
    alone = table.raters == 0
    single = RaterTable(table.photos[alone], table.raters[alone], table.scores[alone], N)

    with pytest.raises(ComparisonsError, match="two people"):
        learned_prior(prior, X, single)


def test_a_prior_against_everybody_is_refused(crowd):
    """A prior is refused if people's labels decrease along its direction."""
    X, prior, table = crowd

    with pytest.raises(ComparisonsError, match="do not grow"):
        learned_prior(TastePrior.of(X, -prior.direction), X, table)


def test_others_tell_how_far_one_person_may_be(crowd):
    """The prior for one person's taste has a covariance learned from other people's scores."""
    X, prior, table = crowd
    photos = np.append(table.photos, [0, 1])
    single = SingleRatings(
        photos, np.append(table.raters, [999] * 2), np.append(table.scores, [0, 9]), N
    )

    known = prior_by_others(prior, single, lambda rows: X[rows])

    expected = learned_prior(prior, X, table)
    np.testing.assert_allclose(known.covariance, expected.covariance)
    assert known.unit == pytest.approx(expected.unit)
    assert known.unit is not None


def test_few_others_leave_the_prior_as_it_is(crowd):
    """If other people are few or disagree with the prior, the prior stays unchanged."""
    X, prior, table = crowd
    few = table.raters < MIN_PEOPLE - 1
    some = SingleRatings(table.photos[few], table.raters[few], table.scores[few], N)
    every = SingleRatings(table.photos, table.raters, table.scores, N)

    assert prior_by_others(prior, some, lambda rows: X[rows]) is prior
    against = TastePrior.of(X, -prior.direction)
    assert prior_by_others(against, every, lambda rows: X[rows]) is against
