"""Contribution of single photos to an album, given the album's other photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from photorank.album.candidates import likeness
from photorank.album.greedy_choice import Covers
from photorank.album.request import BALANCE
from photorank.index.opened import Index
from photorank.typing import Codes, Embeddings, Ratings

_SEED = 0  # of the random photos that represent the collection
_CLIENTS = 1000  # number of these photos, at most


@dataclass(frozen=True)
class InContext:
    """Contribution of one photo to an album, and its most similar photo there."""

    adds: float  # share of the album's value that it brings, or would bring
    in_album: bool
    most_alike: Path | None  # the other photo of the album that is most like it
    cosine: float  # with that photo


class Asked(NamedTuple):
    """Photo to assess, in the index or not."""

    row: int | None  # of the index
    embedding: Embeddings  # (d,)
    rating: float


def in_context(
    index: Index, ratings: Ratings, album: Sequence[int], asked: Sequence[Asked]
) -> list[InContext]:
    """Contribution of each given photo to the album of the photos at `rows`.

    The album's value is that of :mod:`photorank.album.greedy_choice`: ratings above the
    collection's worst one, as a share of the best album's, and how well the album stands for the
    collection, as a mean likeness. A photo that is like one of the album adds little, however well
    it is rated.
    """
    heads = index.heads()
    clients = np.arange(len(heads))
    if len(clients) > _CLIENTS:
        clients = np.sort(np.random.default_rng(_SEED).choice(clients, _CLIENTS, replace=False))
    above = ratings - ratings.min(initial=np.inf)
    best = np.cumsum(np.sort(above)[::-1])
    values = _Values(
        np.array(album, dtype=np.intp), likeness(heads[list(album)], heads[clients]), above, best
    )
    found = []
    for one in asked:
        head = one.embedding[None, : index.manifest.head]
        inside = one.row is not None and one.row in album
        others = np.flatnonzero(values.rows != (one.row if inside else -1))
        own = one.rating - float(ratings.min(initial=np.inf))
        without, with_it = values.around(others, own, likeness(head, heads[clients])[0])
        cosines = heads[values.rows[others]] @ head[0]
        nearest = int(np.argmax(cosines)) if len(others) else None
        found.append(
            InContext(
                (with_it - without) / with_it if with_it > 0 else 0.0,
                inside,
                None if nearest is None else index.photo(int(values.rows[others[nearest]])).path,
                float("nan") if nearest is None else float(cosines[nearest]),
            )
        )
    return found


class _Values(NamedTuple):
    """Terms from which the value of an album and of its subsets is computed."""

    rows: Codes  # (k,)
    covers: Covers  # (k, c)
    above: Ratings  # (n,) ratings above the worst one
    best: Ratings  # (n,) sums of the best ones

    def around(self, others: Codes, own: float, cover: Covers) -> tuple[float, float]:
        """Value of the album's photos `others`, without and with one more photo."""
        covered = self.covers[others].max(axis=0, initial=0.0)
        quality = float(self.above[self.rows[others]].sum())
        most = float(self.best[min(len(others), len(self.best) - 1)]) or 1.0
        return (
            (1 - BALANCE) * quality / most + BALANCE * float(covered.mean()),
            (1 - BALANCE) * (quality + own) / most
            + BALANCE * float(np.maximum(covered, cover).mean()),
        )
