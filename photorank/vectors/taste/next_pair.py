"""Active learning: choice of the photo pair whose comparison tells most about a person's taste."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from photorank.typing import Codes, Floats, Pairs
from photorank.vectors.taste.fit_taste import Taste

Asked = Literal["random", "informative"]

RANDOM_SHARE = 0.2
_CANDIDATES = 1000  # random pairs that the next one is picked from


class NextPair(NamedTuple):
    """Row numbers of two photos to show side by side, and how the pair was chosen."""

    first: int
    second: int
    asked: Asked


def next_pair(
    taste: Taste,
    Z: Floats,
    *,
    asked: ArrayLike,
    rng: np.random.Generator,
    within: Codes | None = None,
    random_share: float = RANDOM_SHARE,
) -> NextPair | None:
    """Next photo pair to ask a person about, random or most informative; None if no pair is left.

    Of some random candidates it is the one whose choice is expected to tell most
    of the taste, divided by one more than how often its photos were shown.
    Without that a few odd photos come up again and again, and what is learned is
    how the person likes these (``benchmarks/taste.py``). A `random_share` of the pairs
    is random instead: as no taste picked them, they are a fair test of what was learned.

    `Z` are the photos' coordinates (n, 1 + q), `asked` (m, 2) the pairs that were shown, in
    either order, skipped ones too. With `within`, group or series numbers (n,), only pairs
    of one group are asked; −1 is none.

    Examples
    --------
    >>> from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of
    >>> photos = np.random.default_rng(0).normal(size=(40, 3))
    >>> prior = TastePrior.of(photos, [1.0, 0.0, 0.0])
    >>> Z = prior.coordinates(photos)
    >>> rng = np.random.default_rng(1)
    >>> next_pair(taste_of(prior, Judged(Z)), Z, asked=[], rng=rng).asked
    'informative'
    """
    before = np.asarray(asked, dtype=np.intp).reshape(-1, 2)
    pairs = _unasked(_GroupedPhotos.of(len(Z), within), before, rng)
    if not len(pairs):
        return None
    times = np.bincount(before.ravel(), minlength=len(Z))
    shown = times[pairs].sum(axis=1)
    how: Asked = "random" if rng.random() < random_share else "informative"
    if how == "random":
        worth = -shown.astype(np.float64)
    else:
        worth = taste.information(Z[pairs[:, 0]], Z[pairs[:, 1]]) / (1 + shown)
    first, second = rng.permutation(pairs[np.argmax(worth)])
    return NextPair(int(first), int(second), how)


class _GroupedPhotos(NamedTuple):
    """Photos sorted by group; only photos of the same group may form a pair."""

    rows: Codes  # (k,) all photos that have a partner, block by block
    begin: Codes  # (k,) where in `rows` the photo's block begins
    size: Codes  # (k,) photos in it, 2 or more

    @classmethod
    def of(cls, n: int, within: Codes | None) -> "_GroupedPhotos":
        codes = np.zeros(n, dtype=np.intp) if within is None else np.asarray(within)
        rows = np.flatnonzero(codes >= 0)
        rows = rows[np.bincount(codes[rows])[codes[rows]] > 1]
        rows = rows[np.argsort(codes[rows], kind="stable")]
        _, begin, block, size = np.unique(
            codes[rows], return_index=True, return_inverse=True, return_counts=True
        )
        return cls(rows, begin[block], size[block])

    @property
    def n_pairs(self) -> float:
        """Number of possible photo pairs, each within one group."""
        return float((self.size - 1).sum()) / 2

    def all_pairs(self) -> Pairs:
        """Row numbers (m, 2) of all possible photo pairs, each within one group."""
        place = np.arange(len(self.rows))
        later = self.begin + self.size - 1 - place  # partners that come after
        first = np.repeat(place, later)
        step = np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
        return np.column_stack([self.rows[first], self.rows[first + 1 + step]])

    def random_pairs(self, m: int, rng: np.random.Generator) -> Pairs:
        """Row numbers (m, 2) of random photo pairs, each within one group.

        A random photo, and a random partner from its block.
        """
        first = rng.integers(len(self.rows), size=m)
        begin, size = self.begin[first], self.size[first]
        second = begin + (first - begin + 1 + rng.integers(size - 1)) % size
        return np.column_stack([self.rows[first], self.rows[second]])


def _unasked(partners: _GroupedPhotos, before: Pairs, rng: np.random.Generator) -> Pairs:
    """Photo pairs (m, 2) that the person has not seen: all, or a random sample if there are many.

    They are in random order.
    """
    if partners.n_pairs <= max(_CANDIDATES, 2 * len(before)):
        pairs = rng.permutation(partners.all_pairs())
    else:  # most pairs are new, so some of these are
        pairs = partners.random_pairs(_CANDIDATES, rng)
    return pairs[~np.isin(_pair_codes(pairs), _pair_codes(before))]


def _pair_codes(pairs: Pairs) -> Codes:
    """Integer codes (m,) of m photo pairs, the same for either order of a pair's photos."""
    return (pairs.min(axis=1) << 32) | pairs.max(axis=1)
