"""View-model of Search: what is looked for, and what is said of it."""

from dataclasses import dataclass

import numpy as np

from dashboard.formatting import plain
from photorank.index.opened import Index
from photorank.rating.closest_better import closest_better
from photorank.typing import Codes, Direction, Embeddings, Floats, Ratings
from photorank.vectors.master import MasterVector

MOST = 240  # photos that are found: ten pages

EXAMPLES = ("the sea", "a dog", "flowers", "a city at night")

WAYS = {
    "words": "Words",
    "photo": "A photo",
    "better": "Like a photo, but better",
    "vector": "A vector",
}


@dataclass(frozen=True)
class Found:
    """Photos that were found, the closest first."""

    rows: Codes
    similarities: Floats  # cosines, -1 to 1


def along(index: Index, direction: Direction) -> Found:
    """Return the photos farthest along a direction."""
    return Found(*index.nearest(direction, MOST))


def like(index: Index, embedding: Embeddings, own: int | None) -> Found:
    """Return the photos nearest to one (d,), without itself if it is of the index."""
    rows, similarities = index.nearest(embedding.astype(np.float64), MOST + 1)
    others = rows != (-1 if own is None else own)
    return Found(rows[others][:MOST], similarities[others][:MOST])


def better(index: Index, vector: MasterVector, embedding: Embeddings, ratings: Ratings) -> Found:
    """Return the photos nearest to one (d,) among those that a vector rates clearly higher."""
    found = closest_better(index, vector, embedding, ratings, k=MOST)
    return Found(
        np.array([one.row for one in found], dtype=np.intp),
        np.array([one.similarity for one in found]),
    )


def sentence(way: str, vector: str, n: int) -> str:
    """Say which of n photos were found, and in which order, after their number."""
    of_all = f"of {n:,}" if n > MOST else ""
    by = f"**{plain(vector)}**"
    return {
        "words": f"{of_all} that come closest to these words, the closest first",
        "photo": f"{of_all} that are most like it, the likest first",
        "better": f"much like it that {by} rates clearly higher, the likest first",
        "vector": f"{of_all} that {by} rates highest, the best first",
    }[way].strip()
