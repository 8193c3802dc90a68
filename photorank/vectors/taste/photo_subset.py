"""Photos that a person is asked about: all photos of an index, or a random sample."""

from dataclasses import dataclass, replace

import numpy as np

from photorank.index.judging.click_log import Clicks
from photorank.index.opened import Index
from photorank.typing import Codes, Direction, Floats
from photorank.vectors.taste.fit_taste import TastePrior
from photorank.vectors.taste.population_prior import prior_in, prior_of_rater

# More would slow each click down, and hardly find pairs that tell more: `next_pair` looks at a
# thousand.
MOST = 20_000


@dataclass(frozen=True, eq=False)
class PhotoSubset:
    """Subset of an index's photos that a person may be asked to judge."""

    prior: TastePrior
    rows: Codes  # (k,) of the index, ascending
    Z: Floats  # (k, 1 + q) their coordinates, read-only

    @classmethod
    def of_rows(cls, index: Index, prior: TastePrior, rows: Codes) -> "PhotoSubset":
        """Subset of an index's photos, given by row numbers in ascending order."""
        Z = prior.coordinates(index.embeddings_of(rows))
        Z.flags.writeable = False
        return cls(prior, rows, Z)

    def of_rater(self, index: Index, rater: str) -> "PhotoSubset":
        """Copy of the photo subset, with a prior distribution for the taste of the person `rater`.

        The arrays are shared with the original.
        """
        return replace(self, prior=prior_of_rater(index, self.prior, rater))

    def including(self, index: Index, rows: Codes) -> "PhotoSubset":
        """Subset that also includes the photos with the given row numbers."""
        missing = np.setdiff1d(rows, self.rows)
        if not len(missing):
            return self
        more, at = (
            PhotoSubset.of_rows(index, self.prior, missing),
            np.searchsorted(self.rows, missing),
        )
        return replace(
            self,
            rows=np.insert(self.rows, at, missing),
            Z=np.insert(self.Z, at, more.Z, axis=0),
        )

    def places(self, rows: Codes) -> Codes:
        """Positions in this subset, for photos given by their row numbers in the index.

        All of them must be in the subset.
        """
        return np.searchsorted(self.rows, rows)

    def clicks_in_subset(self, said: Clicks) -> Clicks:
        """A person's clicks, with row numbers in the index replaced by positions in the subset."""
        return said._replace(
            winners=self.places(said.winners),
            losers=self.places(said.losers),
            skipped=self.places(said.skipped),
            starred=self.places(said.starred),
        )


def subset_in(
    index: Index,
    direction: Direction | None,
    *,
    rater: str | None = None,
    within: Codes | None = None,
) -> PhotoSubset:
    """Subset of an index's photos to ask a person about, with the prior of that person's taste.

    The direction is what everybody is taken to like, None to begin from nothing. How far
    `rater` may deviate is learned from the others, as
    :func:`~photorank.vectors.taste.population_prior.prior_of_rater` does. `within` (n,) numbers the
    groups or series that pairs are to be of, −1 is none.
    """
    subset = PhotoSubset.of_rows(index, prior_in(index, direction), some_rows(len(index), within))
    return subset if rater is None else subset.of_rater(index, rater)


def some_rows(n: int, within: Codes | None = None, *, most: int = MOST) -> Codes:
    """Row numbers of photos to form pairs from: all n photos, or about `most` random ones.

    They are drawn at random, once and for all; with `within` whole blocks of two
    photos or more are drawn, for parts of a series would be left without partners.

    Examples
    --------
    >>> some_rows(4)
    array([0, 1, 2, 3])
    >>> some_rows(6, np.array([0, 0, 0, 1, 1, -1]), most=3).tolist() in ([0, 1, 2], [3, 4])
    True
    """
    rng = np.random.default_rng(0)
    if n <= most:
        return np.arange(n)
    if within is None:
        return np.sort(rng.permutation(n)[:most])
    sizes = np.bincount(within[within >= 0])
    blocks = rng.permutation(np.flatnonzero(sizes > 1))
    blocks = blocks[: max(1, int(np.searchsorted(np.cumsum(sizes[blocks]), most, "right")))]
    return np.flatnonzero(np.isin(within, blocks))
