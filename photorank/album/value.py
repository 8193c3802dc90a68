"""Value of an album: quality of its photos, plus how well they represent all other photos."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from photorank.album.coverage import ROWS_A_BLOCK, Cover, Similarities, in_blocks
from photorank.typing import Codes, Floats

Mask: TypeAlias = NDArray[np.bool_]  # (n,)

_ANEW = 256  # gains worked out anew together
_MORE = 4  # times as many, if those were too few


@dataclass(frozen=True)
class Value:
    """Function that computes an album's value: sum of qualities, plus coverage of other photos.

    Clients are the photos to be represented: F(S) = Σ worth(s) + scale · Σ over clients of the best
    cover by S.
    """

    worth: Floats  # (n,) of each photo by itself, ≥ 0
    similarities: Similarities  # (n, c) how well each photo stands for each client
    scale: float = 1.0  # value of a unit of cover

    def __call__(self, rows: Codes) -> float:
        """Value of an album that consists of the photos with the row numbers `rows`."""
        return float(self.worth[rows].sum() + self.of_cover(self.cover(rows)))

    def cover(self, rows: Codes) -> Cover:
        """Coverage (c,) of c photos by an album: each one's greatest similarity to an album photo.

        The c photos are those that the album should represent; `rows` are the row numbers of the
        album's photos.
        """
        best: Cover = self.similarities[rows].max(axis=0, initial=0.0)
        return best

    def of_cover(self, cover: Cover) -> float:
        """Part of an album's value that comes from how well it represents other photos.

        `cover` (c,) is the coverage of c photos, as from :meth:`cover`.
        """
        return self.scale * float(cover.sum(dtype=np.float64))

    def gains(self, cover: Cover, rows: Codes) -> Floats:
        """Gain (m,) in an album's value from adding one photo, for each of the m photos at `rows`.

        The gain in value, for an album of which :meth:`cover` returned `cover` (c,).
        """

        def new(start: int) -> Floats:
            part = self.similarities[rows[start : start + ROWS_A_BLOCK]] - cover
            total: Floats = np.maximum(part, 0, out=part).sum(axis=1, dtype=np.float64)
            return total

        return self.worth[rows] + self.scale * np.concatenate(
            [np.empty(0), *in_blocks(new, len(rows))]
        )

    @cached_property
    def alone(self) -> Floats:
        """Value (n,) of each photo alone: an upper bound on its gain when added to any album."""
        return self.worth + self.scale * self.similarities.sums

    def most_gaining(
        self,
        cover: Cover,
        rows: Codes,
        ceilings: Floats,
        take: Callable[[Codes], Codes],
        most: int,
    ) -> Codes:
        """Row numbers of the allowed photos with the greatest gains, at most `most` of them.

        `take` is given rows in the order of falling gains, and returns those that may be chosen.
        `ceilings` (n,) are limits that no gain exceeds: few gains are worked out, and these replace
        their ceilings.
        """
        rows = rows[np.argsort(-ceilings[rows], kind="stable")]
        begin, end = 0, _ANEW
        while True:
            new = rows[begin:end]
            ceilings[new] = self.gains(cover, new)
            known = rows[:end]
            order = np.lexsort((known, -self.worth[known], -ceilings[known]))
            taken = take(known[order])[:most]
            if end >= len(rows):
                return taken
            if len(taken) == most and ceilings[taken].min(initial=np.inf) > ceilings[rows[end]]:
                return taken
            begin, end = end, _MORE * end
