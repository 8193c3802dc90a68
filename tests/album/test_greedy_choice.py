import itertools

import numpy as np
import pytest

from photorank.album.coverage import Similarities
from photorank.album.greedy_choice import GREEDY_SHARE, Rules, choose
from photorank.album.propose_swap import propose_swap
from photorank.album.value import Value


def scene(seed, *, quotas=False):
    """Tuple of a function that computes an album's value, and random rules for albums."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 10))
    X = rng.normal(size=(n, 4))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    balance = rng.choice([0.0, 0.3, 0.7, 1.0])
    similarities = np.maximum(X @ X.T, 0).astype(np.float32)
    k = int(rng.integers(1, n))
    pinned = rng.choice(n, rng.integers(0, min(k, 2) + 1), replace=False)
    parts = rng.integers(-1, 3, n) if quotas else None
    rules = Rules(k, pinned, np.ones(n, dtype=bool), parts, int(rng.integers(1, 3)))
    return Value((1 - balance) * rng.random(n), Similarities(similarities), balance / n), rules


def allowed(rules, rows):
    """True if a set of photos contains every pinned photo and obeys the album's limits."""
    if not set(rules.pinned.tolist()) <= set(rows) or len(rows) > rules.places:
        return False
    if rules.parts is None:
        return True
    count = np.bincount([rules.parts[row] for row in rows if rules.parts[row] >= 0], minlength=3)
    own = np.bincount(rules.parts[rules.pinned][rules.parts[rules.pinned] >= 0], minlength=3)
    return bool((count <= np.maximum(rules.limit, own)).all())


def best_of_all(value, rules):
    """Greatest value of an album within the rules, found by trying every set of photos."""
    n = len(value.worth)
    return max(
        value(np.array(rows, dtype=np.intp))
        for size in range(rules.places + 1)
        for rows in itertools.combinations(range(n), size)
        if allowed(rules, rows)
    )


@pytest.mark.parametrize("quotas", [False, True], ids=["places", "quotas"])
@pytest.mark.parametrize("seed", range(40))
def test_greedy_keeps_its_promise_and_the_bound_holds(seed, quotas):
    """A greedy album has the guaranteed share of the best value, and no album exceeds its bound."""
    value, rules = scene(seed, quotas=quotas)
    choice = choose(value, rules)
    best = best_of_all(value, rules)

    assert allowed(rules, choice.rows.tolist())
    assert rules.promise * best - 1e-6 <= choice.value <= best + 1e-6
    assert best <= choice.bound + 1e-5
    assert choice.gains.sum() == pytest.approx(choice.value, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_the_best_swap_is_the_best_of_all_swaps(seed):
    """The proposed swap gains as much as the best one found by trying every exchange."""
    value, rules = scene(seed, quotas=bool(seed % 2))
    choice = choose(value, rules)
    gains = [-np.inf]
    for out in choice.rows[len(rules.pinned) :].tolist():
        for into in sorted(set(range(len(value.worth))) - set(choice.rows.tolist())):
            rows = [row for row in choice.rows.tolist() if row != out] + [into]
            if allowed(rules, rows):
                gains.append(value(np.array(rows)) - choice.value)

    swap = propose_swap(value, rules, choice)
    assert (swap is None) == (max(gains) == -np.inf)
    if swap:
        assert swap.gain == pytest.approx(max(gains), abs=1e-6)


def test_lazy_greedy_is_greedy():
    """The lazy greedy algorithm chooses the same photos as one that recomputes every gain."""
    rng = np.random.default_rng(1)
    similarities = Similarities(rng.random((200, 80)).astype(np.float32) ** 4)
    value = Value(rng.random(200) / 50, similarities, 1 / 80)
    everything = np.ones(200, dtype=bool)
    choice = choose(value, Rules(15, np.empty(0, dtype=np.intp), everything))
    chosen = []
    for _ in range(15):
        values = [value(np.array([*chosen, row])) for row in range(200)]
        values = [-1 if row in chosen else one for row, one in enumerate(values)]
        chosen.append(int(np.argmax(values)))
    assert choice.rows.tolist() == chosen
    assert (np.diff(choice.gains) <= 1e-9).all()


def test_ratings_alone_take_the_best_rated_and_the_bound_is_their_sum():
    """If only ratings count, the best-rated photos are chosen, and the value equals its bound."""
    worth = np.array([0.1, 0.4, 0.3, 0.2])
    rules = Rules(2, np.empty(0, dtype=np.intp), np.ones(4, dtype=bool))
    choice = choose(Value(worth, Similarities(np.zeros((4, 0), dtype=np.float32))), rules)
    assert choice.rows.tolist() == [1, 2]
    assert choice.bound == pytest.approx(choice.value) == pytest.approx(0.7)


def test_the_first_go_first():
    """No series has a second shot in an album before every series has a first shot in it."""
    value = Value(np.array([0.9, 0.8, 0.1]), Similarities(np.zeros((3, 0), dtype=np.float32)))
    first = np.array([True, False, True])
    empty = np.empty(0, dtype=np.intp)
    assert choose(value, Rules(2, empty, first)).rows.tolist() == [0, 2]
    assert choose(value, Rules(3, empty, first)).rows.tolist() == [0, 2, 1]


def test_the_promise_is_the_classic_one():
    """The guaranteed share of the optimum is 1 − 1/e without quotas and one half with them."""
    rules = Rules(1, np.empty(0, dtype=np.intp), np.ones(1, dtype=bool))
    assert rules.promise == GREEDY_SHARE == pytest.approx(0.632, abs=1e-3)
    parted = Rules(1, rules.pinned, rules.first, np.zeros(1, dtype=np.intp), 1)
    assert parted.promise == 0.5
