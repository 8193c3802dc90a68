"""Fair shares in an album for each event, and for photos with and without people."""

import numpy as np
import pytest

from photorank.album.automatic_event_limits import automatic_limits


@pytest.mark.parametrize("seed", range(20))
def test_no_part_exceeds_its_share_and_all_places_can_be_filled(seed):
    """An event gets at most 1.25 times its fair share of an album's free places, plus one."""
    rng = np.random.default_rng(seed)
    n, places = int(rng.integers(5, 60)), int(rng.integers(1, 40))
    parts = rng.integers(0, 4, n)
    first = rng.random(n) < 0.7
    there = np.flatnonzero(rng.random(n) < 0.1)
    limits = automatic_limits(parts, first, there, places)
    free = first.copy()
    free[there] = False
    moments = np.bincount(parts[free], minlength=4)
    left = places - len(there)
    if left <= 0 or left >= moments.sum() or np.count_nonzero(moments) < 2:
        assert limits is None
        return
    held = np.bincount(parts[there], minlength=4)
    assert np.minimum(limits - held, moments).sum() >= left
    assert (limits - held <= 1.25 * left * moments / moments.sum() + 1).all()


def test_one_part_is_not_limited():
    """If all photos belong to one event, an album has no limit per event."""
    assert automatic_limits(np.zeros(9, dtype=int), np.ones(9, bool), np.array([], int), 3) is None
