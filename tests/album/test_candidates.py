import numpy as np
import pytest

from photorank.album import candidates
from photorank.album.candidates import KeptCovers, likeness


@pytest.fixture
def heads():
    """Return unit heads (40, 8)."""
    drawn = np.random.default_rng(3).normal(1, 1, (40, 8)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("rows", "clients", "anew"),
    [
        (range(30), range(0, 30, 3), False),  # the same request
        ([*range(7), *range(8, 30)], range(0, 30, 3), False),  # a photo is left out
        (range(31), range(0, 30, 3), True),  # one is pinned that was no candidate
        (range(30), range(1, 30, 3), True),  # others are to be represented
    ],
)
def test_covers_are_kept_while_the_photos_are_the_same(heads, monkeypatch, rows, clients, anew):
    """A second request has its own covers, which are worked out only for other photos."""
    kept = KeptCovers(heads)
    kept.of(np.arange(30), np.arange(0, 30, 3))
    rows, clients = np.array(rows), np.array(clients)
    asked = []
    monkeypatch.setattr(
        candidates, "likeness", lambda *given: (asked.append(1), likeness(*given))[1]
    )
    covers = kept.of(rows, clients)
    assert bool(asked) == anew
    np.testing.assert_allclose(covers, likeness(heads[rows], heads[clients]), atol=1e-6)
