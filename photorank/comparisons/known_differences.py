"""Training pairs of known order: photos and their degraded copies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.codes import places
from photorank.typing import Codes, Embeddings, Floats


@dataclass(frozen=True)
class KnownDifferences:
    """Embeddings of photos minus those of their degraded copies, with target rating differences."""

    n: int  # photos
    photos: Codes  # (m,) row of the photo of each difference
    rows: Embeddings  # (m, d)
    margins: Floats  # (m,) in standard deviations of a label
    weight: float  # of all differences together; the judgements together have 1

    @classmethod
    def of_copies(
        cls, rows: Embeddings, photos: ArrayLike, margins: Sequence[float], weight: float, *, n: int
    ) -> "KnownDifferences":
        """Training pairs of k photos and their copies, from embedding differences (k, copies, d).

        `photos` (k,) are the photos' numbers, `margins` (copies,) the same for every photo.
        """
        k, copies, d = rows.shape
        return cls(
            n=n,
            photos=np.repeat(np.asarray(photos, dtype=np.intp), copies),
            rows=rows.reshape(k * copies, d),
            margins=np.tile(margins, k),
            weight=weight,
        )

    @property
    def _share(self) -> float:
        """Weight of one pair of a photo and its copy, as an equal share of all pairs' weight."""
        return self.weight / max(len(self.rows), 1)

    def take(self, rows: Codes) -> "KnownDifferences":
        """Embedding differences of the photos `rows` only; those photos are renumbered from 0."""
        place = places(rows, self.n)[self.photos]
        kept = place >= 0
        return replace(
            self,
            n=len(rows),
            photos=place[kept],
            rows=self.rows[kept],
            margins=self.margins[kept],
        )

    def scaled(self, scale: Floats) -> "KnownDifferences":
        """Training pairs with embedding differences scaled by factors (d,) or a matrix (d, r)."""
        rows = self.rows * scale if scale.ndim == 1 else self.rows @ scale
        return replace(self, rows=rows.astype(np.float32))

    def outer_products(self) -> Floats:
        """Weighted sum (d, d) of δ δᵀ over the pairs' embedding differences δ (d,)."""
        rows = self.rows.astype(np.float64)
        return self._share * (rows.T @ rows)

    def products(self, unit: float) -> Floats:
        """Sum (d,) of each pair's weight × embedding difference × target rating difference.

        The target rating differences (margins) are first multiplied by `unit`.
        """
        return self._share * unit * (self.margins @ self.rows.astype(np.float64))

    def squared_margins(self, unit: float) -> float:
        """Weighted sum of squared margins (rating differences that pairs of photos should have).

        The margins are first multiplied by `unit`.
        """
        return float(self._share * unit**2 * np.sum(self.margins**2))
