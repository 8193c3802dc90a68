import numpy as np
import pytest

from photorank.index.opened import open_index
from photorank.rating import closest_better as module
from photorank.rating.closest_better import closest_better
from photorank.vectors.store import load_vector


@pytest.fixture
def index(home):
    """Return the small index of the shared gallery."""
    return open_index("small")


def test_the_nearest_of_those_rated_clearly_higher(index, monkeypatch):
    """NumPy's own search over all photos finds the same, if all are of one kind."""
    monkeypatch.setattr(module, "_OF_ITS_KIND", len(index))
    vector = load_vector(index, "ours")
    ratings, X = index.rate(vector), index.embeddings()
    for row in range(0, len(index), 5):
        found = closest_better(index, vector, X[row], ratings, k=3)

        higher = np.flatnonzero(ratings > ratings[row] + 0.5 * ratings.std())
        nearest = higher[np.argsort(-(X[higher] @ X[row]), kind="stable")][:3]
        if len(higher):
            assert [one.row for one in found] == nearest.tolist()
            assert all(one.photo == index.photo(one.row) for one in found)
            assert [one.similarity for one in found] == pytest.approx(X[nearest] @ X[row], abs=1e-6)


def test_what_is_less_alike_than_most_pairs_is_of_another_kind(index):
    """Of the photos rated higher only those are told that few pairs surpass."""
    share = module._OF_ITS_KIND / len(index)
    vector = load_vector(index, "ours")
    ratings, X = index.rate(vector), index.embeddings()
    pairs = (X @ X.T)[np.triu_indices(len(X), 1)]

    told = [
        one.similarity
        for row in range(len(X))
        for one in closest_better(index, vector, X[row], ratings)
    ]

    assert 0 < len(told) < 3 * len(X) - 6
    assert np.quantile(pairs, 1 - share - 0.1) <= min(told)
    assert min(told) <= np.quantile(pairs, 1 - share + 0.1)


def test_many_shots_of_a_scene_are_all_of_one_kind(index, monkeypatch):
    """However few pairs are the likest ones, half of the way to being the same is enough."""
    monkeypatch.setattr(module, "_ALIKE", 0)
    monkeypatch.setattr(module, "_OF_ITS_KIND", 0)
    vector = load_vector(index, "ours")
    ratings, X = index.rate(vector), index.embeddings()
    middle = (1 + (X @ X.T)[np.triu_indices(len(X), 1)].mean()) / 2

    told = [
        one.similarity
        for row in range(len(X))
        for one in closest_better(index, vector, X[row], ratings)
    ]

    assert told
    assert min(told) == pytest.approx(middle, abs=0.05)


def test_nothing_is_better_than_the_best(index):
    """The best photo of the index has no better one."""
    vector = load_vector(index, "ours")
    ratings = index.rate(vector)

    best = index.embeddings()[int(ratings.argmax())]
    assert closest_better(index, vector, best, ratings) == []


def test_a_little_better_is_better_than_nothing(index, monkeypatch):
    """Where no photo is clearly higher, one that is higher at all will do."""
    monkeypatch.setattr(module, "_OF_ITS_KIND", len(index))
    vector = load_vector(index, "ours")
    ratings = index.rate(vector)
    second = int(np.argsort(ratings)[-2])
    squeezed = np.where(np.arange(len(ratings)) == int(ratings.argmax()), ratings, ratings - 9)
    squeezed[int(ratings.argmax())] = ratings[second] + 0.1 * squeezed.std()

    [found] = closest_better(index, vector, index.embeddings()[second], squeezed)

    assert found.row == int(ratings.argmax())
