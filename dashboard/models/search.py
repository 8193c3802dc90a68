"""View-model of the page Search: search methods, and texts on results."""

from typing import NamedTuple

import numpy as np

from dashboard.formatting import plain
from photorank.index.opened import Index
from photorank.rating.closest_better import closest_better
from photorank.typing import Codes, Direction, Embeddings, Floats, Ratings
from photorank.vectors.master import MasterVector

MOST_FOUND = 240  # photos: ten pages

EXAMPLES = ("the sea", "a dog", "flowers", "a city at night")

WAYS = {
    "words": "Words",
    "photo": "A photo",
    "better": "Like a photo, but better",
    "vector": "A vector",
}


def ways(*, like: bool) -> dict[str, str]:
    """Displayed names of search methods; search by photo comes first if the URL names a photo."""
    return ({"photo": WAYS["photo"]} if like else {}) | WAYS


class Found(NamedTuple):
    """Row numbers of found photos, best match first, and optionally their cosine similarities."""

    rows: Codes  # of the index
    similarities: Floats | None = None  # cosines, -1 to 1; None where they are not shown


def farthest_along(index: Index, direction: Direction) -> Found:
    """Row numbers of the photos with the greatest dot product of embedding and direction."""
    return Found(*index.nearest(direction, MOST_FOUND))


def rated_highest(index: Index, vector: MasterVector) -> Found:
    """Row numbers of the photos that a rating vector rates highest, best first."""
    return Found(farthest_along(index, vector.direction).rows)


def most_similar(index: Index, embedding: Embeddings, own: int | None) -> Found:
    """Row numbers of the photos most similar to a given photo, which is left out.

    `embedding` (d,) is the given photo's, `own` its row number or None.
    """
    rows, similarities = index.nearest(
        embedding[: index.manifest.head].astype(np.float64), MOST_FOUND + 1
    )
    others = rows != (-1 if own is None else own)
    return Found(rows[others][:MOST_FOUND], similarities[others][:MOST_FOUND])


def similar_but_better(
    index: Index, vector: MasterVector, embedding: Embeddings, ratings: Ratings
) -> Found:
    """Row numbers of photos similar to a given photo but rated clearly higher than it."""
    found = closest_better(index, vector, embedding, ratings, k=MOST_FOUND)
    return Found(
        np.array([one.row for one in found], dtype=np.intp),
        np.array([one.similarity for one in found]),
    )


def found_text(way: str, vector: str, n: int) -> str:
    """Phrase on how photos were found and sorted, such as “rated highest by …, the best first”.

    It follows the number of found photos.
    """
    of_all = f"of {n:,}" if n > MOST_FOUND else ""
    by = f"**{plain(vector)}**"
    return {
        "words": f"{of_all} closest to these words, the closest first",
        "photo": f"{of_all} most similar to it, the most similar first",
        "better": f"similar to it and rated clearly higher by {by}, the most similar first",
        "vector": f"{of_all} rated highest by {by}, the best first",
    }[way].strip()
