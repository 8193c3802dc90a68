from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from photorank.index.judging.click_log import Clicks
from photorank.json_values import to_json
from photorank.learning.measure_taste import personal_state
from photorank.rating.percentiles import percentiles
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.taste.fit_taste import Judged, taste_of
from photorank.vectors.taste.photo_subset import PhotoSubset, subset_in
from tests.fixtures.timing import least_seconds

N = 80


@pytest.fixture
def vector(index):
    """Master vector, the vector that rates photos for everybody."""
    return MasterVector("ours", "prompt", np.ones(48) + np.arange(48), index.fingerprint)


@pytest.fixture
def subset(index, vector):
    """Subset of the index's photos for learning a taste, with the master vector as prior."""
    return subset_in(index, vector.direction)


def clicked(ratings, m, *, seed=0, noise=0.0, informative=0.0, ties=0, stars=0):
    """Simulated clicks of a person with the given true ratings of photos."""
    rng = np.random.default_rng(seed)
    first = rng.integers(len(ratings), size=m)
    second = (first + 1 + rng.integers(len(ratings) - 1, size=m)) % len(ratings)
    gap = ratings[first] - ratings[second]
    lost = rng.random(m) > (expit(gap / noise) if noise else gap > 0)
    first[lost], second[lost] = second[lost], first[lost].copy()
    asked = np.where(rng.random(m) < informative, "informative", "random").tolist()
    starred = rng.permutation(len(ratings))[:stars]
    return Clicks(
        first,
        second,
        np.arange(m) < ties,
        asked,
        np.empty((0, 2), dtype=np.intp),
        starred,
        np.clip(np.round(3 + ratings[starred]), 1, 5),
    )


def own_ratings(Z, seed=1):
    """Simulated ratings by one person, nearly unrelated to the master vector's ratings."""
    weights = np.random.default_rng(seed).normal(size=Z.shape[1])
    return Z @ (weights / np.linalg.norm(weights))


def test_with_no_judgement_it_is_the_prior(index, vector, subset):
    """If a person judged nothing, ratings and vector equal the prior's, and accuracy is None."""
    state = personal_state(index, "ada", vector, clicked(np.zeros(N), 0), subset=subset)

    made = state.vector("ada-1")
    np.testing.assert_allclose(made.direction, vector.direction, atol=1e-12)
    np.testing.assert_allclose(percentiles(state.ratings), percentiles(index.rate(vector)))
    assert (state.accuracy, state.forecast, state.curve, state.moved) == (None, None, (), ())
    assert (made.card.n_photos, made.card.n_pairs, made.card.metrics) == (0, 0, {})


def test_the_vector_rates_as_the_state_does_and_tells_where_it_is_from(index, vector, subset):
    """A personal vector gives the learned ratings and records its prior, person and accuracy."""
    said = clicked(own_ratings(subset.Z), 40, stars=5)

    state = personal_state(index, "ada", vector, said, subset=subset)
    made = state.vector("ada-1")

    np.testing.assert_allclose(index.rate(made), state.ratings, atol=1e-6)
    assert (made.kind, made.card.index) == ("personal", "painted")
    assert made.card.parameters == {"learner": {}, "prior": "ours", "rater": "ada"}
    assert (made.card.n_pairs, state.n_stars) == (40, 5)
    judged = {index.photo(int(row)).digest for row in np.append(said.winners, said.starred)}
    assert all(made.card.saw(digest) for digest in judged)
    assert made.card.metrics["pairwise_accuracy"] == to_json(state.accuracy)
    assert made.card.prior_accuracy.value == state.curve[0].accuracy.value
    assert MasterVector.from_json(made.to_json()).slope == made.slope


def test_the_digest_of_what_was_said_sees_every_change(index, vector, subset):
    """The digest of a person's clicks ignores their order but changes if a choice is reversed."""
    said = clicked(own_ratings(subset.Z), 6)
    back = said._replace(winners=said.winners[::-1], losers=said.losers[::-1])
    turned = said._replace(winners=said.losers, losers=said.winners)

    digests = [
        personal_state(index, "ada", vector, one, subset=subset).vector("v").card.labels
        for one in (said, back, turned)
    ]

    assert digests[0] == digests[1] != digests[2]


def test_held_out_choices_share_no_photo_with_those_learned_from(index, vector, subset):
    """Held-out accuracy is measured on choices that share no photo with the training choices."""
    said = clicked(own_ratings(subset.Z), 30, noise=0.3)
    pairs, hits = np.column_stack([said.winners, said.losers]), []
    for fold in range(10):
        tests = pairs[fold::10]
        kept = ~np.isin(pairs, tests).any(axis=1)
        weights = taste_of(subset.prior, Judged(subset.Z, pairs[kept])).weights
        hits += list((subset.Z[tests[:, 0]] - subset.Z[tests[:, 1]]) @ weights > 0)

    state = personal_state(index, "ada", vector, said, subset=subset)

    assert state.accuracy.value == pytest.approx(np.mean(hits))
    assert state.accuracy.n_pairs == 30


def test_choices_picked_for_being_doubtful_and_ties_are_no_test(index, vector, subset):
    """Tested accuracy leaves out ties and pairs that were picked for being informative."""
    said = clicked(own_ratings(subset.Z), 60, informative=0.7, ties=10)
    fair = sum(asked == "random" for asked in said.asked[10:])
    unknown = said._replace(asked=["" if a == "random" else a for a in said.asked])

    for one in (said, unknown):
        assert personal_state(index, "a", vector, one, subset=subset).accuracy.n_pairs == fair
    none = said._replace(asked=["informative"] * 60)
    assert personal_state(index, "a", vector, none, subset=subset).accuracy is None


def test_the_curve_begins_with_the_prior_and_ends_with_all(index, vector, subset):
    """The learning curve runs from 0 choices to all, and each point has the same test pairs."""
    said = clicked(-3 * subset.Z[:, 0], 120)

    curve = personal_state(index, "ada", vector, said, subset=subset).curve

    assert [point.n_choices for point in curve][:3] == [0, 5, 10]
    assert curve[-1].n_choices == 120
    assert {point.accuracy.n_pairs for point in curve} == {120}
    prior_hits = subset.Z[said.winners, 0] > subset.Z[said.losers, 0]
    assert curve[0].accuracy.value == pytest.approx(prior_hits.mean())
    assert curve[-1].accuracy.low > curve[0].accuracy.high


def test_the_forecast_is_positive_where_choices_teach(index, vector, subset):
    """After 30 choices, the forecast says that further choices will raise the accuracy."""
    ratings = -3 * subset.Z[:, 0]

    early, late = (
        personal_state(index, "ada", vector, clicked(ratings, m), subset=subset).forecast
        for m in (30, 200)
    )

    assert early.low > 0
    assert 0 <= late.value < early.value / 2
    assert late.high - late.low < early.high - early.low


@pytest.mark.slow
def test_shuffled_choices_have_a_forecast_around_nothing(index, vector, subset):
    """For random choices, the interval of the forecast gain in accuracy usually contains 0."""
    holds = []
    for seed in range(40):
        said = clicked(np.random.default_rng(seed).normal(size=N), 30, seed=seed, noise=1e9)
        forecast = personal_state(index, "ada", vector, said, subset=subset).forecast
        holds.append(forecast.low <= 0 <= forecast.high)

    assert sum(holds) >= 34


def test_what_others_said_is_in_the_taste_and_not_in_its_test(index, vector, subset):
    """Other people's ratings affect the predictions for a person, but not the test accuracy."""
    taught = replace(
        subset.prior, covariance=9 * subset.prior.covariance, without_others=subset.prior
    )
    said = clicked(own_ratings(subset.Z), 60, noise=0.5)

    plain, learned = (
        personal_state(index, "a", vector, said, subset=replace(subset, prior=prior))
        for prior in (subset.prior, taught)
    )

    assert not np.allclose(learned.ratings, plain.ratings, atol=1e-3)
    assert (learned.accuracy, learned.curve) == (plain.accuracy, plain.curve)
    assert learned.forecast == plain.forecast


def test_what_moved_most_comes_first(index, vector, subset):
    """Photos are sorted by how far the person's rating percentile differs from the prior's."""
    state = personal_state(index, "a", vector, clicked(own_ratings(subset.Z), 40), subset=subset)

    before, after = percentiles(subset.Z[:, 0]), percentiles(state.ratings)
    moves = [abs(photo.after - photo.before) for photo in state.moved]
    assert moves == sorted(moves, reverse=True)
    assert moves[0] == pytest.approx(np.abs(after - before).max())
    assert state.moved[0].before == before[state.moved[0].row]


def test_a_prior_that_saw_the_photos_is_not_called_held_out(index, vector, subset):
    """If the prior was learned from the photos, the personal vector's accuracy is in-sample."""
    seen = frozenset(shortened(photo.digest) for photo in index.photos())
    taught = MasterVector(
        "ours", "all-pairs", vector.direction, index.fingerprint, card=Card(photos=seen)
    )

    said = clicked(own_ratings(subset.Z), 40)
    made = personal_state(index, "ada", taught, said, subset=subset).vector("ada-1")

    assert set(made.card.metrics) == {"in_sample_accuracy"}
    assert made.card.photos == seen
    assert made.slope is None


def test_stars_alone_make_a_taste(index, vector, subset):
    """A taste can be learned from star ratings alone, without choices; accuracy is then None."""
    ratings = own_ratings(subset.Z)

    state = personal_state(index, "a", vector, clicked(2 * ratings, 0, stars=60), subset=subset)

    assert np.corrcoef(state.ratings, ratings)[0, 1] > 0.8
    assert (state.n_choices, state.n_stars, state.accuracy) == (0, 60, None)
    assert state.vector("a").card.n_photos == 60


@pytest.mark.slow
def test_it_follows_every_click_among_many_photos(index, vector, subset):
    """Learning from 100 choices in 100,000 photos is faster than 40 passes over all the data."""
    n = 100_000
    drawn = np.random.default_rng(0).integers(N, size=n)
    Z = subset.Z[drawn] + 0.1 * np.random.default_rng(1).normal(size=(n, 1))
    many = PhotoSubset(subset.prior, np.arange(n), Z)
    said = clicked(own_ratings(subset.Z), 100, informative=0.8)

    took = least_seconds(lambda: personal_state(index, "ada", vector, said, subset=many))

    one_pass = least_seconds(lambda: Z.T @ Z)
    assert took < 40 * one_pass  # half a second where one takes 12 ms
