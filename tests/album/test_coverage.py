import numpy as np
import pytest

from photorank.album import coverage
from photorank.album.coverage import KeptSimilarities, likeness


@pytest.fixture
def heads():
    """Array (400, 8) of random unit vectors that stand for the embeddings of 400 photos."""
    drawn = np.random.default_rng(3).normal(1, 1, (400, 8)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("rows", "clients", "anew"),
    [
        (range(300), range(0, 300, 3), 0),  # the same request
        ([*range(6), *range(7, 300)], range(0, 300, 3), 0),  # a photo is left out
        (range(301), range(0, 300, 3), 100),  # one is pinned that was no candidate
        (range(300), [1, *range(3, 300, 3)], 300),  # another is to be represented
        (range(301), [1, *range(3, 300, 3)], 400),  # and both
        (range(300), range(1, 300, 3), 30_000),  # all others are
        (range(300), range(0, 297, 3), 29_700),  # fewer are
        (range(9), range(0, 300, 3), 900),  # far fewer candidates
    ],
)
def test_only_new_cosines_are_worked_out(heads, monkeypatch, rows, clients, anew):
    """Only uncached cosine similarities are computed; the result equals a full computation."""
    kept = KeptSimilarities(heads)
    kept.of(np.arange(300), np.arange(0, 300, 3)).sums.sum()
    rows, clients = np.array(rows), np.array(clients)
    asked, product = [], coverage.cosines_of
    monkeypatch.setattr(
        coverage,
        "cosines_of",
        lambda one, other: (asked.append(len(one) * len(other)), product(one, other))[1],
    )
    found = kept.of(rows, clients)
    assert sum(asked) == anew
    same_as_new(found, likeness(heads[rows], heads[clients]))


def test_similarities_stay_those_of_each_request_in_turn(heads):
    """Cached similarities equal newly computed ones after each of many changing requests."""
    rng, kept = np.random.default_rng(0), KeptSimilarities(heads)
    for _ in range(40):
        rows = np.sort(rng.choice(400, int(rng.integers(380, 400)), replace=False))
        clients = np.sort(rng.choice(rows[:110], int(rng.integers(99, 101)), replace=False))
        same_as_new(kept.of(rows, clients), likeness(heads[rows], heads[clients]))


def same_as_new(found, expected):
    """Assert that cached similarities equal newly computed ones, in any column order."""
    tell = np.random.default_rng(1).random(len(expected))  # each column by one number
    order, wanted = (np.argsort(tell @ one) for one in (found[:], expected))
    np.testing.assert_allclose(found[:][:, order], expected[:, wanted], atol=1e-6)
    np.testing.assert_allclose(found.sums, expected.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(found.most[order], expected[:, wanted].max(axis=0), atol=1e-6)
    assert len(found) == len(expected)
    assert found.n_represented == expected.shape[1]
