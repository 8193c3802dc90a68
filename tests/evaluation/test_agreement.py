import numpy as np
import pytest
from scipy.stats import kendalltau

from photorank.errors import ComparisonsError
from photorank.evaluation.agreement import (
    PersonTaste,
    agreed_best,
    agreements,
    common_vector,
    contested,
    person_tastes,
)
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.labels.tables.judgement_tables import ChoiceRow, ChoiceTable, LabelRow, LabelTable
from photorank.vectors.master import MasterVector
from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of
from photorank.vectors.taste.photo_subset import subset_in

N, D = 100, 4


@pytest.fixture(scope="module")
def subset():
    """Subset of made-up photos, given as a taste prior and the photos' coordinates."""
    X = np.random.default_rng(0).normal(size=(N, D))
    prior = TastePrior.of(X, np.eye(D)[0])
    return prior, prior.coordinates(X)


def voice(rater, subset, ratings, rows=None, *, noise=0.1):
    """Taste of a person who gave noisy ratings to some photos (all by default)."""
    prior, Z = subset
    rows = np.arange(N) if rows is None else rows
    rng = np.random.default_rng(len(rater))
    labels = ratings[rows] + noise * rng.normal(size=len(rows))
    judged = Judged(Z, rows=rows, labels=labels)
    return PersonTaste(rater, judged, taste_of(prior, judged), np.arange(len(judged.Z)))


@pytest.mark.slow
def test_people_of_one_taste_agree_and_of_opposite_ones_do_not(subset):
    """People with equal tastes agree in labels and ratings; people with opposite tastes do not."""
    liked = subset[1][:, 1]
    people = [voice("ann", subset, liked), voice("bo", subset, liked), voice("c", subset, -liked)]

    same, other, _ = agreements(people)

    assert (same.first, same.second) == ("ann", "bo")
    for found in (same.said_accuracy, same.likes_accuracy):
        assert 0.85 < found.low <= found.value <= found.high <= 1
    for found in (other.said_accuracy, other.likes_accuracy):
        assert found.high < 0.3
    assert same.said_accuracy.n_photos == N


def test_what_was_said_is_compared_as_kendall_does(subset):
    """The agreement of two people's labels is Kendall's τ_b on the photos that both judged."""
    rng = np.random.default_rng(1)
    mine, theirs = rng.integers(1, 6, N).astype(float), rng.integers(1, 6, N).astype(float)
    a = voice("ann", subset, mine, np.arange(60), noise=0)
    b = voice("bob", subset, theirs, np.arange(20, N), noise=0)

    (found,) = agreements([a, b])

    expected = kendalltau(mine[20:60], theirs[20:60]).statistic
    assert found.said_tau_b.value == pytest.approx(expected)
    assert found.said_tau_b.n_photos == 40


def test_choices_of_the_same_pair_are_compared(subset):
    """Two people's agreement is computed from photo pairs that both judged without a tie."""
    prior, Z = subset
    one = Judged(Z, np.array([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]), np.array([0, 0, 0, 1, 0.0]))
    other = Judged(Z, np.array([[0, 1], [3, 2], [4, 5], [6, 7]]))
    people = [
        PersonTaste(name, said, taste_of(prior, said), np.arange(N))
        for name, said in (("a", one), ("b", other))
    ]

    (found,) = agreements(people)

    assert found.said_accuracy.value == pytest.approx(2 / 3)
    assert found.said_tau_b.value == pytest.approx(1 / 3)
    assert (found.said_accuracy.n_pairs, found.said_accuracy.n_photos) == (3, 6)


def test_people_who_judged_nothing_together_are_compared_by_taste_alone(subset):
    """If two people judged no common photo, only their learned tastes are compared."""
    liked = subset[1][:, 1]
    known = [
        voice("ann", subset, liked, np.arange(50)),
        voice("bo", subset, liked, np.arange(50, N)),
    ]
    unknown = [
        voice("ann", subset, liked, np.arange(3)),
        voice("bo", subset, liked, np.arange(3, 6)),
    ]

    (sure,), (unsure,) = agreements(known), agreements(unknown)

    assert sure.said_accuracy is sure.said_tau_b is None
    assert sure.likes_tau_b.low > 0.5
    width = [found.likes_tau_b.high - found.likes_tau_b.low for found in (sure, unsure)]
    assert width[1] > 2 * width[0]
    assert sure.likes_accuracy.value == pytest.approx((1 + sure.likes_tau_b.value) / 2)


def test_agreed_best_is_what_everybody_likes(subset):
    """Photos that one person loves and another hates are not among the shared favourites."""
    Z = subset[1]
    people = [voice("ann", subset, Z[:, 0] + Z[:, 1]), voice("bo", subset, Z[:, 0] - Z[:, 1])]

    best = agreed_best(people, 5)

    assert len(best) == 5
    floor = np.quantile(Z[:, 0], 0.7)
    assert all(Z[photo.row, 0] > floor for photo in best)
    assert all(min(photo.ratings) > 0 for photo in best)
    assert all(len(photo.ratings) == len(photo.standard_errors) == 2 for photo in best)


def test_contested_is_what_they_differ_about(subset):
    """Photos that two people with opposite tastes rate most differently come first."""
    Z = subset[1]
    people = [voice("ann", subset, Z[:, 0] + Z[:, 1]), voice("bo", subset, Z[:, 0] - Z[:, 1])]

    found = contested(people, 8)

    assert len(found) == 8
    extreme = np.quantile(np.abs(Z[:, 1]), 0.75)
    assert all(np.abs(Z[photo.row, 1]) > extreme for photo in found)
    spreads = [photo.spread for photo in found]
    assert spreads == sorted(spreads, reverse=True)


def test_doubt_alone_contests_nothing(subset):
    """Two people without judgements disagree on no photo, although their tastes are uncertain."""
    prior, Z = subset
    silent = [
        PersonTaste(name, Judged(Z), taste_of(prior, Judged(Z)), np.arange(N))
        for name in ("ann", "bo")
    ]

    assert contested(silent) == ()
    (best, *_) = agreed_best(silent)
    assert best.spread == 0
    assert best.standard_error > 0


def test_too_few_people_are_refused(subset):
    """Common favourites need at least one person, and contested photos need two people."""
    with pytest.raises(ComparisonsError, match="nobody"):
        agreed_best([])
    with pytest.raises(ComparisonsError, match="two people"):
        contested([voice("ann", subset, subset[1][:, 1])])


def test_people_of_an_index_are_heard_and_share_a_vector(own_index):
    """The vector shared by several people is the mean of the vectors learned for each person."""
    names = sorted(photo.path.name for photo in own_index.photos())
    rng = np.random.default_rng(0)
    rows = [
        LabelRow(n + 2, name, float(rng.integers(1, 6)), "ann", None, None, None)
        for n, name in enumerate(names[:30])
    ]
    import_labels(own_index.paths, LabelTable("ann.csv", rows))
    pairs = [ChoiceRow(n + 2, names[n], names[n + 1], False, "bob") for n in range(0, 20, 2)]
    import_choices(own_index.paths, ChoiceTable("bob.csv", pairs))
    vector = MasterVector("ours", "prompt", rng.normal(size=48), own_index.fingerprint)
    subset = subset_in(own_index, vector.direction)

    people = person_tastes(own_index, ["ann", "bob", "nobody"], subset)
    made = common_vector("all-of-us", own_index, people, vector)

    assert [len(person.judged.rows) for person in people] == [30, 0, 0]
    assert [len(person.judged.pairs) for person in people] == [0, 10, 0]
    np.testing.assert_array_equal(people[2].taste.weights, subset.prior.mean)
    mean = np.mean([person.taste.ratings(subset.Z) for person in people], axis=0)
    np.testing.assert_allclose(own_index.rate(made), mean, atol=1e-6)
    assert made.card.parameters == {"prior": "ours", "raters": ["ann", "bob", "nobody"]}
    assert made.card.n_photos == 30
