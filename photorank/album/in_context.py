"""Share of an album's value that one photo contributes, given the album's other photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from photorank.album.coverage import Cover, likeness
from photorank.album.request import BALANCE
from photorank.index.opened import Index
from photorank.outside_text import printable
from photorank.typing import Codes, Embeddings, Ratings

_SEED = 0  # of the random photos that represent the collection
_CLIENTS = 1000  # number of these photos, at most


@dataclass(frozen=True)
class InContext:
    """Share of an album's value contributed by a photo, and the album photo most similar to it."""

    adds: float  # share of the album's value that it brings, or would bring
    in_album: bool
    most_alike: Path | None  # the other photo of the album that is most like it
    cosine: float  # with that photo

    def in_words(self, album: str) -> str:
        """Sentence part with the photo's contribution, such as "adds 2.1 % to the best 24 photos".

        >>> InContext(0.0213, False, Path("a/IMG_1.jpg"), 0.7).in_words("the best 24 photos")
        'would add 2.1 % to the best 24 photos, of which IMG_1.jpg is most like it'
        """
        share = f"{100 * self.adds:.1f} %" if self.adds >= _LEAST_SHARE else "hardly anything"
        said = f"{'adds' if self.in_album else 'would add'} {share} to {album}"
        if self.most_alike is None:
            return said
        return f"{said}, of which {printable(self.most_alike.name)} is most like it"


_LEAST_SHARE = 0.0005  # that is told in a figure


class PhotoToAssess(NamedTuple):
    """Photo, indexed or not, whose contribution to an album's value is to be computed."""

    row: int | None  # of the index
    embedding: Embeddings  # (d,)
    rating: float


class AlbumContext:
    """Album for which the contribution of any photo, in the album or not, can be computed.

    The album's value is that of :mod:`photorank.album.greedy_choice`: ratings above the
    collection's worst one, as a share of the best album's, and how well the album stands for the
    collection, as a mean likeness. A photo that is like one of the album adds little, however well
    it is rated. Only the embeddings of the album and of at most a thousand photos are read.
    """

    def __init__(self, index: Index, ratings: Ratings, album: Sequence[int]) -> None:
        n = len(ratings)
        clients = np.arange(n)
        if n > _CLIENTS:
            clients = np.sort(np.random.default_rng(_SEED).choice(n, _CLIENTS, replace=False))
        self.rows: Codes = np.array(album, dtype=np.intp)  # (k,)
        self._index = index
        self._least = float(ratings.min(initial=np.inf))
        self._heads, self._clients = index.heads_of(self.rows), index.heads_of(clients)
        similarities = likeness(self._heads, self._clients)
        self._owner = (
            similarities.argmax(axis=0) if len(similarities) else np.empty(0, dtype=np.intp)
        )
        self._best_cover = similarities.max(axis=0, initial=0.0)  # of each client, by the album
        similarities[self._owner, np.arange(len(self._owner))] = 0
        self._second_cover = similarities.max(axis=0, initial=0.0)  # without its best photo
        self._above = ratings[self.rows] - self._least  # (k,)
        most = np.sort(ratings)[::-1][: len(album) + 1]
        self._best = np.cumsum(most - self._least)  # sums of the best ratings

    def tell(self, asked: Sequence[PhotoToAssess]) -> list[InContext]:
        """Each given photo's share of the album's value, and the album photo most similar to it."""
        heads = np.array([photo.embedding[: self._index.manifest.head] for photo in asked])
        similarities = likeness(heads, self._clients) if len(heads) else heads
        return [self._one(*each) for each in zip(asked, heads, similarities, strict=True)]

    def tell_rows(self, rows: Sequence[int], ratings: Ratings) -> list[InContext]:
        """For each photo in `rows`, its value to the album and the most similar album photo."""
        heads = self._index.heads_of(rows)
        return self.tell(
            [
                PhotoToAssess(row, head, float(ratings[row]))
                for row, head in zip(rows, heads, strict=True)
            ]
        )

    def _one(self, photo: PhotoToAssess, head: Embeddings, cover: Cover) -> InContext:
        own_places = np.flatnonzero(self.rows == (-1 if photo.row is None else photo.row))
        count = len(self.rows) - len(own_places)
        covered = self._best_cover
        if len(own_places):
            covered = np.where(self._owner == own_places[0], self._second_cover, covered)
        quality = float(self._above.sum() - self._above[own_places].sum())
        most = float(self._best[min(count, len(self._best) - 1)]) or 1.0
        without = (1 - BALANCE) * quality / most + BALANCE * float(covered.mean())
        own = (1 - BALANCE) * (photo.rating - self._least) / most
        new = BALANCE * float(np.maximum(cover - covered, 0).mean())
        with_it = without + own + new
        cosines = self._heads @ head
        cosines[own_places] = -np.inf
        nearest = int(np.argmax(cosines)) if count else None
        return InContext(
            (own + new) / with_it if with_it > 0 else 0.0,
            bool(len(own_places)),
            None if nearest is None else self._index.photo(int(self.rows[nearest])).path,
            float("nan") if nearest is None else float(cosines[nearest]),
        )
