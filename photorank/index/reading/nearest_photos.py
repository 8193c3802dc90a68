"""Search for the photos of an index whose embeddings are nearest to a direction."""

import numpy as np

from photorank.index.catalogue.rooted_paths import path_bytes, path_order
from photorank.index.embeddings.exact_search import Nearest
from photorank.index.embeddings.row_positions import Layout
from photorank.index.reading.records import Found
from photorank.index.reading.rows import Rows, load_photos
from photorank.typing import Codes, Direction, Floats
from photorank.workspace import IndexPaths


def nearest_rows(
    layout: Layout, rows: Rows, direction: Direction, k: int, *, lowest: bool
) -> tuple[Codes, Floats]:
    """The k photos nearest to a direction: row numbers and dot products, best first.

    With `lowest`, the k photos with the smallest products, smallest first.
    """
    found = _search(layout, direction, k, lowest=lowest)
    places = rows.places(layout.photos[found.positions])
    order = np.lexsort((places, -found.products))[:k]
    products = found.products[order]
    return places[order], -products if lowest else products


def best_photos(
    paths: IndexPaths, layout: Layout, direction: Direction, k: int, *, lowest: bool
) -> list[Found]:
    """The k photos nearest to a direction by dot product, as records, best first.

    With `lowest`, the k photos with the smallest products, smallest first.
    """
    found = _search(layout, direction, k, lowest=lowest)
    photos = load_photos(paths, layout.photos[found.positions])
    by_path = [path_order(path_bytes(photo.path)) for photo in photos]
    order = sorted(range(len(photos)), key=lambda one: (-found.products[one], by_path[one]))
    n = int(np.count_nonzero(layout.has_file))
    # Twice the photos passed, for ties count half; all that tie are among the found.
    better = -found.products
    passed = np.searchsorted(better, better, "left") + np.searchsorted(better, better, "right")
    standing = 100 * (passed if lowest else 2 * n - passed) / (2 * max(n, 1))
    return [
        Found(
            photos[one],
            float(-found.products[one] if lowest else found.products[one]),
            float(standing[one]),
        )
        for one in order[:k]
    ]


def _search(layout: Layout, direction: Direction, k: int, *, lowest: bool) -> Nearest:
    v = np.asarray(direction, dtype=np.float64)
    return layout.mapped.nearest(-v if lowest else v, k, layout.has_file)
