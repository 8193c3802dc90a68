import numpy as np
import pytest

from photorank.index.opened import open_index
from photorank.rating.closest_better import alike_cosine, closest_better
from photorank.vectors.store import load_vector


@pytest.fixture
def index(home):
    """The index “small” of the shared photo gallery."""
    return open_index("small")


@pytest.mark.slow
def test_the_nearest_of_those_alike_and_rated_clearly_higher(index):
    """The closest better photos are the most similar ones that are rated clearly higher."""
    vector, alike = load_vector(index, "ours"), alike_cosine(index)
    ratings, X, heads = index.rate(vector), index.embeddings(), index.heads()
    n_found = 0
    for row in range(len(index)):
        found = closest_better(index, vector, X[row], ratings, k=3)

        cosines = heads @ heads[row]
        higher = np.flatnonzero((ratings > ratings[row] + 0.5 * ratings.std()) & (cosines >= alike))
        nearest = higher[np.argsort(-cosines[higher], kind="stable")][:3]
        if (ratings > ratings[row] + 0.5 * ratings.std()).any():
            assert [one.row for one in found] == nearest.tolist()
            assert all(one.photo == index.photo(one.row) for one in found)
            assert [one.similarity for one in found] == pytest.approx(cosines[nearest], abs=1e-6)
            n_found += len(found)
    assert 0 < n_found < 3 * len(index) - 6


def test_alike_are_the_likest_pairs(index):
    """The similarity threshold is the cosine that a given share of all photo pairs exceeds."""
    X = index.heads()
    pairs = (X @ X.T)[np.triu_indices(len(X), 1)]

    for share, cosine in ((0.3, alike_cosine(index, 0.3)), (10 / len(index), alike_cosine(index))):
        assert np.quantile(pairs, 1 - share - 0.1) <= cosine <= np.quantile(pairs, 1 - share + 0.1)


def test_many_shots_of_a_scene_are_all_alike(index):
    """Photos whose cosine similarity is halfway between the mean and 1 always count as similar."""
    X = index.heads()
    middle = (1 + (X @ X.T)[np.triu_indices(len(X), 1)].mean()) / 2

    assert alike_cosine(index, 0.0) == pytest.approx(middle, abs=0.05)


def test_nothing_is_better_than_the_best(index):
    """For the best photo of the index, no better photo is found."""
    vector = load_vector(index, "ours")
    ratings = index.rate(vector)

    best = index.embeddings()[int(ratings.argmax())]
    assert closest_better(index, vector, best, ratings) == []


def test_a_little_better_is_better_than_nothing(index):
    """If no photo is clearly better than a given photo, a slightly better photo is found."""
    vector, X = load_vector(index, "ours"), index.embeddings()
    likeness = X @ X.T - 2 * np.eye(len(X))
    row, other = np.unravel_index(likeness.argmax(), likeness.shape)
    [own] = vector.rate(X[row][None], index.fingerprint)
    ratings = np.where(np.arange(len(X)) % 2, own - 1, own - 3)
    ratings[other] = own + 0.1 * ratings.std()

    [found] = closest_better(index, vector, X[row], ratings)

    assert found.row == other


def test_a_photo_is_not_better_than_itself(index):
    """The best photo is not called better than itself if embedding it again lowers its rating."""
    vector = load_vector(index, "ours")
    ratings = index.rate(vector)
    best = int(ratings.argmax())
    ratings[best] += 0.01 * ratings.std()
    anew = index.embeddings()[best]

    assert closest_better(index, vector, anew, ratings) == []


def test_what_is_shown_as_better_is_still_what_was_indexed(collection):
    """A photo replaced since indexing is not suggested; the next better one takes its place."""
    index, vector = collection.index, collection.vector
    ratings, X = index.rate(vector), index.embeddings()
    worst = int(ratings.argmin())
    first, *others = closest_better(index, vector, X[worst], ratings, k=3)
    first.photo.path.write_bytes(b"another")
    assert [one.row for one in closest_better(index, vector, X[worst], ratings, k=2)] == [
        one.row for one in others
    ]
