import numpy as np
import pytest

from photorank.album.coverage import Similarities
from photorank.album.greedy_choice import Rules, choose
from photorank.album.propose_swap import propose_swap
from photorank.album.value import Value


def many(seed):
    """Value function for albums chosen from 1,500 photos, and the photos' random group numbers."""
    rng = np.random.default_rng(seed)
    similarities = rng.random((1500, 60)).astype(np.float32) ** 6
    return Value(rng.random(1500) ** 3 / 3, Similarities(similarities), 1 / 60), rng.integers(
        -1, 4, 1500
    )


@pytest.mark.parametrize("limit", [2, 1500])
def test_the_greatest_gains_are_those_of_all(limit):
    """Skipping photos by upper bounds does not change which photos add most to an album."""
    value, parts = many(limit)
    rows, cover = np.arange(1500), value.cover(np.arange(12))
    gains, ceilings = value.gains(cover, rows), value.alone.copy()

    def of_each_part(order):
        places = {part: np.flatnonzero(parts[order] == part)[:limit] for part in range(-1, 4)}
        return order[np.sort(np.concatenate(list(places.values())))]

    taken = value.most_gaining(cover, rows, ceilings, of_each_part, 8)
    everything = np.lexsort((rows, -value.worth, -gains))
    assert taken.tolist() == of_each_part(everything)[:8].tolist()
    assert (ceilings >= gains).all()
    assert (ceilings == gains).sum() < 1500


@pytest.mark.parametrize("seed", range(3))
def test_no_swap_that_was_ruled_out_gains_more(seed):
    """No swap of one album photo raises the album's value more than the proposed swap."""
    value, parts = many(seed)
    empty = np.empty(0, dtype=np.intp)
    rules = Rules(9, empty, np.ones(1500, dtype=bool), parts if seed else None, 3)
    choice = choose(value, rules)
    swap = propose_swap(value, rules, choice)
    rows = choice.rows
    for place, out in enumerate(rows.tolist()):
        others = np.delete(rows, place)
        left = np.flatnonzero(rules.still_allowed(others.tolist()) & choice.open)
        gains = value(others) + value.gains(value.cover(others), left) - choice.value
        assert gains.max() <= swap.gain + 1e-9
        if out == swap.out:
            assert gains.max() == pytest.approx(swap.gain, abs=1e-9)


def test_a_bound_of_few_gains_is_the_bound_of_all():
    """The upper bound on an album's value, found from few photos, equals that from all photos."""
    value, _ = many(7)
    empty = np.empty(0, dtype=np.intp)
    choice = choose(value, Rules(9, empty, np.ones(1500, dtype=bool)))
    everything = np.arange(1500)
    bounds = [np.sort(value.worth)[-9:].sum() + value.of_cover(value.similarities[:].max(axis=0))]
    for count in {round(step) for step in np.linspace(0, 9, 5)}:
        cover = value.cover(choice.rows[:count])
        bounds.append(value.of_cover(cover) + np.sort(value.gains(cover, everything))[-9:].sum())
    assert choice.bound == pytest.approx(min(bounds), abs=1e-12)
