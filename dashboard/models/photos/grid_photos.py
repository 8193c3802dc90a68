"""Photos shown in a grid: their order, stacks and captions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.routes.orders import UNRATED, OrderReference, PhotoColumns, hold_order
from photorank.index.measuring.shapes_and_colours import Looks
from photorank.index.opened import BEGINNING_DIGITS, Index
from photorank.outside_text import printable
from photorank.typing import Codes, Ratings

Caption = Callable[[int], str]  # of a row; "" says the percentile


@dataclass(frozen=True, eq=False)
class GridPhotos:
    """Photos of an index for a grid, in display order."""

    index: Index
    rows: Codes  # (n,)
    looks: Looks  # of all rows of the index
    percentiles: Ratings | None = None  # of all rows of the index, 0 to 100
    stacks: Codes | None = None  # (n,) photos of a stack at its first, 0 at the others, else 1
    caption: Caption | None = None
    captions: str = ""  # what the captions depend on, besides the rows

    def hold(self) -> OrderReference:
        """Keep the photos' data in memory for the browser; return a reference to the data."""
        return hold_order(
            self.columns(), self.names_and_captions, f"{self.index.paths.root} {self.captions}"
        )

    def columns(self) -> PhotoColumns:
        """Columns of photo data that the browser needs to lay out the grid."""
        rows = self.rows
        if self.percentiles is None:
            percentiles = np.full(len(rows), UNRATED)
        else:
            hundredths = 100 * self.percentiles[rows]
            percentiles = np.where(np.isnan(hundredths), UNRATED, np.nan_to_num(hundredths))
        stacks = np.ones(len(rows), np.uint16) if self.stacks is None else self.stacks
        return PhotoColumns(
            digests=self.index.digest_beginnings()[rows],
            aspects=self.looks.aspects[rows],
            percentiles=percentiles.astype(np.uint16),
            tones=self.looks.tones[rows] if self.looks.complete else np.zeros(len(rows), np.uint16),
            stacks=np.minimum(stacks, 0xFFFF).astype(np.uint16),
        )

    def names_and_captions(self, places: Sequence[int]) -> list[tuple[str, str]]:
        """File name and caption of each photo at the given positions in the display order."""
        rows = [int(self.rows[place]) for place in places]
        caption = self.caption or (lambda row: "")
        return [(printable(self.index.photo(row).path.name), caption(row)) for row in rows]


def rows_of_tokens(index: Index, tokens: Sequence[str]) -> list[int]:
    """Row numbers of the photos with the given tokens (digest prefixes), in the tokens' order."""
    found = index.rows_of_digests(token for token in tokens if len(token) == BEGINNING_DIGITS)
    return [found[token] for token in dict.fromkeys(tokens) if token in found]


def stacked(rows: Codes, series: Codes) -> tuple[Codes, Codes]:
    """Row numbers sorted so that photos of one series (burst) are adjacent, and the series' sizes.

    A size stands at the first photo of its series, and 0 at the further ones.
    `rows` (n,) are in the order of the grid and `series` (N,) numbers the series of all photos of
    the index, -1 for none. A stack stands where its first photo stood.

    Examples
    --------
    >>> rows, stacks = stacked(np.array([4, 1, 3, 0, 2]), np.array([7, -1, -1, 7, 7]))
    >>> rows.tolist(), stacks.tolist()
    ([4, 3, 0, 1, 2], [3, 0, 0, 1, 1])
    >>> rows, stacks = stacked(np.array([0, 1]), np.array([-1, 3]))
    >>> stacks.tolist()
    [1, 1]
    """
    codes = series[rows]
    n = len(rows)
    own = np.where(codes < 0, codes.max(initial=-1) + 1 + np.arange(n), codes)
    _, first, stack, sizes = np.unique(
        own, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((np.arange(n), first[stack]))
    counts = np.where(first[stack] == np.arange(n), sizes[stack], 0)
    return rows[order], counts[order]
