import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of
from photorank.vectors.taste.personal_learner import Personal, judged_from_graph


@pytest.fixture(scope="module")
def photos():
    """Random embeddings of 40 photos in 6 dimensions."""
    return np.random.default_rng(0).normal(size=(40, 6))


def test_the_learner_is_the_taste_of_the_choices(photos):
    """The learner's direction equals that of the taste fitted to the choices, ties included."""
    prior = TastePrior.of(photos, np.eye(6)[0])
    pairs = np.array([[0, 1], [1, 0], [0, 1], [5, 3], [8, 9], [9, 8]])
    ties = np.array([0, 0, 0, 0, 1, 1.0])
    graph = Comparisons.from_choices(pairs[:, 0], pairs[:, 1], n=40, ties=ties)

    learned = Personal(prior=prior).fit(photos, graph)

    taste = taste_of(prior, Judged(prior.coordinates(photos), pairs, ties))
    np.testing.assert_allclose(learned.direction_, taste.direction, atol=1e-7)


def test_the_learner_is_the_taste_of_the_labels(photos):
    """The personal learner's direction equals that of the taste fitted to the same labels."""
    prior = TastePrior.of(photos, np.eye(6)[0])
    labels = np.random.default_rng(1).normal(size=40)
    labels[30:] = np.nan

    learned = Personal(prior=prior).fit(photos, Comparisons.from_scores(labels))

    said = Judged(prior.coordinates(photos), rows=np.arange(30), labels=labels[:30])
    np.testing.assert_allclose(learned.direction_, taste_of(prior, said).direction, atol=1e-9)


def test_few_choices_move_a_prior_little_and_many_far(photos):
    """One choice against the prior hardly turns a personal vector; hundreds reverse it."""
    v0 = np.eye(6)[0]
    order = np.argsort(photos @ v0)
    rng = np.random.default_rng(2)
    worse, better = rng.integers(0, 20, 400), rng.integers(20, 40, 400)

    def learned(m):
        choices = Comparisons.from_choices(order[worse[:m]], order[better[:m]], n=40)
        return Personal(prior=v0).fit(photos, choices).direction_ @ v0

    assert learned(1) > 0.7
    assert learned(400) < -0.7


def test_a_prior_of_other_photos_is_refused(photos):
    """A prior (array or TastePrior) is refused if its dimension is not that of the embeddings."""
    choices = Comparisons.from_choices([0], [1], n=40)
    ready = TastePrior.of(photos[:, :4], np.eye(4)[0])

    with pytest.raises(ComparisonsError, match="4 dimensions"):
        Personal(prior=ready).fit(photos, choices)
    with pytest.raises(ComparisonsError, match="prior must be 6"):
        Personal(prior=np.ones(3)).fit(photos, choices)


def test_scores_within_groups_are_on_scales_of_their_own(photos):
    """Scores that are compared only within groups get a separate scale for each group."""
    groups = np.arange(40) % 4
    graph = Comparisons.from_scores(np.arange(40.0), within=groups)

    said = judged_from_graph(photos, graph)

    assert sorted(said.rows.tolist()) == list(range(40))
    assert (
        len({(groups[row], block) for row, block in zip(said.rows, said.blocks, strict=True)}) == 4
    )
