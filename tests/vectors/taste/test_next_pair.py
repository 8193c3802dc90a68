from collections import Counter

import numpy as np
import pytest

from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of
from photorank.vectors.taste.next_pair import next_pair
from tests.fixtures.timing import least_seconds


@pytest.fixture(scope="module")
def ground():
    """Taste model without any judgements, and the coordinates of 60 photos."""
    X = np.random.default_rng(0).normal(size=(60, 5))
    prior = TastePrior.of(X, np.eye(5)[0])
    Z = prior.coordinates(X)
    return taste_of(prior, Judged(Z)), Z


def ask_all(taste, Z, rng, *, most=10_000, **options):
    """Pairs of photos asked about, one after another, until no pair is left."""
    asked = []
    while len(asked) < most and (pair := next_pair(taste, Z, asked=asked, rng=rng, **options)):
        asked.append((pair.first, pair.second))
    return asked


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_every_pair_is_asked_once_and_then_no_more(ground, n):
    """Each of the n(n − 1)/2 pairs is asked exactly once, and then no pair is offered."""
    taste, Z = ground

    asked = ask_all(taste, Z[:n], np.random.default_rng(0))

    assert len(asked) == n * (n - 1) // 2
    assert len({frozenset(pair) for pair in asked}) == len(asked)


def test_pairs_stay_within_their_group(ground):
    """Asked pairs are exactly those within a group; photos without a group are never asked."""
    taste, Z = ground
    codes = np.array([0, 2, 0, -1, 2, 5, 0, -1, 2, 2])

    asked = ask_all(taste, Z[:10], np.random.default_rng(0), within=codes)

    assert all(codes[a] == codes[b] >= 0 for a, b in asked)
    assert len(asked) == 3 + 6


def test_many_groups_are_drawn_from_without_listing_their_pairs():
    """Both photos of each asked pair are of one group, even with 6,000 photos in 60 groups."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6000, 5))
    prior = TastePrior.of(X, np.eye(5)[0])
    Z, codes = prior.coordinates(X), rng.integers(-1, 60, 6000)

    asked = ask_all(taste_of(prior, Judged(Z)), Z, rng, within=codes, most=40)

    assert len(asked) == 40
    assert all(codes[a] == codes[b] >= 0 for a, b in asked)


def test_photos_are_not_shown_over_and_over(ground):
    """No photo is shown more than twice in the first 25 pairs of 60 photos."""
    taste, Z = ground

    asked = ask_all(taste, Z, np.random.default_rng(0), most=25)

    shown = Counter(row for pair in asked for row in pair)
    assert max(shown.values()) <= 2
    assert len(shown) >= 45


def test_informative_pairs_tell_more_than_random_ones(ground):
    """Pairs chosen as informative give over 1.3 times the information of random pairs."""
    taste, Z = ground

    def told(share):
        asked = ask_all(taste, Z, np.random.default_rng(1), most=20, random_share=share)
        first, second = np.array(asked).T
        return taste.information(Z[first], Z[second]).mean()

    assert told(0.0) > 1.3 * told(1.0)


@pytest.mark.slow
def test_a_share_of_pairs_is_random_and_says_so(ground):
    """By default one pair in five is random; the share can be set to 0 or 1."""
    taste, Z = ground
    rng = np.random.default_rng(2)

    def share(**options):
        hows = [next_pair(taste, Z, asked=[], rng=rng, **options).asked for _ in range(300)]
        return hows.count("random") / 300

    assert share() == pytest.approx(0.2, abs=0.07)
    assert share(random_share=0.0) == 0
    assert share(random_share=1.0) == 1


def test_either_photo_may_be_on_either_side(ground):
    """Either photo of the next pair comes first about half the time."""
    taste, Z = ground
    rng = np.random.default_rng(3)

    first = [next_pair(taste, Z[:2], asked=[], rng=rng).first for _ in range(100)]

    assert 25 < sum(first) < 75


def test_random_pairs_do_not_depend_on_the_taste(ground):
    """Random pairs are the same for any taste, so that they test it fairly."""
    taste, Z = ground
    chosen = np.random.default_rng(4).integers(60, size=(30, 2))
    other = taste_of(taste.prior, Judged(Z, chosen[chosen[:, 0] != chosen[:, 1]]))

    pairs = [
        ask_all(one, Z, np.random.default_rng(5), most=20, random_share=1.0)
        for one in (taste, other)
    ]

    assert pairs[0] == pairs[1]


@pytest.mark.slow
def test_a_pair_is_found_at_once_among_many_photos():
    """The next pair among 100,000 photos takes less time than ten passes over them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 20)).astype(np.float32)
    prior = TastePrior.of(X[:4000], np.eye(20)[0])
    Z, asked = prior.coordinates(X), rng.integers(100_000, size=(500, 2))
    taste = taste_of(prior, Judged(Z))
    groups = np.arange(100_000) % 5000

    took = least_seconds(lambda: next_pair(taste, Z, asked=asked, rng=rng, within=groups))

    one_pass = least_seconds(lambda: Z.T @ Z)
    assert took < 10 * one_pass
