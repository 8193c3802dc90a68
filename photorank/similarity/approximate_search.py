"""Approximate search for embeddings with the greatest dot products, by FAISS inverted lists.

The rows are sorted into lists around centres; a search reads the lists whose centres are
nearest to the direction. They are made on request alone and hold a copy of all rows.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photorank.errors import ChangedIndexError
from photorank.index.catalogue.connection import reading
from photorank.index.opened import Index
from photorank.index.reading.records import Found
from photorank.index.reading.rows import load_photos
from photorank.json_values import from_json
from photorank.typing import Direction
from photorank.workspace import replacing, write_bytes

_MIN_RECALL = 0.9  # no more lists are read than it takes, and a quarter of them at most
_RECALL_PHOTOS = 100  # best photos of which recall is the share found
_DIRECTIONS = 32  # over which recall is measured
_END_PHOTOS = 50  # at either end of such a direction
_KMEANS_ROUNDS = 10
_PHOTOS_A_CENTRE = 64  # by which a list's centre is placed


@dataclass(frozen=True)
class Recall:
    """Recall of approximate search: share (0 to 1) of the exact search's results that it finds."""

    share: float  # of the exact best k, the mean over directions that were drawn
    k: int
    read: int  # lists that a search reads
    lists: int

    def __str__(self) -> str:
        return (
            f"approximate: finds {100 * self.share:.0f} % of the exact best {self.k}, measured on "
            f"{_DIRECTIONS} directions; {self.read} of {self.lists} lists are read"
        )


def approximate_best(
    index: Index,
    direction: Direction,
    k: int,
    *,
    lowest: bool = False,
    tell: Callable[[object], None],
) -> list[Found]:
    """Photos with the greatest (or `lowest`) dot products with a direction, approximately.

    Inverted lists are built if they are missing. Percentiles take the photos that were found for
    the best there are. `tell` is called with what the user should know: above all the recall.
    """
    path = index.paths.lists(_content_key(index))
    kept = _kept_lists(path)
    if kept is None:
        tell("making inverted lists, once for these photos; they take the room of the shards again")
        kept = _build_lists(index)
    lists, recall = kept
    tell(recall)
    lists.nprobe = recall.read
    sign = -1.0 if lowest else 1.0
    # Some may have vanished since the lists were made.
    products, numbers = lists.search(_query(sign * direction, lists.d), min(2 * k, lists.ntotal))
    found: list[Found] = []
    for product, number in zip(products[0].tolist(), numbers[0].tolist(), strict=True):
        if len(found) == k or number < 0:
            break
        try:
            (photo,) = load_photos(index.paths, np.array([number]))
        except ChangedIndexError:
            continue
        below = 100 * (len(found) + 0.5) / lists.ntotal
        found.append(Found(photo, sign * product, below if lowest else 100 - below))
    return found


def _kept_lists(path: Path) -> tuple[Any, Recall] | None:
    """Cached FAISS inverted lists and their measured recall; None if missing or damaged."""
    import faiss

    try:
        recall = from_json(Recall, json.loads(path.with_suffix(".json").read_bytes()))
        if not (0 <= recall.share <= 1 and 1 <= recall.read <= recall.lists):
            return None
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY), recall
    except (OSError, RuntimeError, TypeError, ValueError, KeyError):
        return None


def _build_lists(index: Index) -> tuple[Any, Recall]:
    """Build FAISS inverted lists of all embeddings, and save them with their measured recall."""
    import faiss

    rows, numbers = index.embeddings(), index.numbers()
    n, d = rows.shape
    rng = np.random.default_rng(0)
    n_lists = max(min(math.isqrt(n), n // _PHOTOS_A_CENTRE), 1)
    lists = faiss.IndexIVFFlat(faiss.IndexFlatIP(d), d, n_lists, faiss.METRIC_INNER_PRODUCT)
    lists.cp.niter, lists.cp.spherical = _KMEANS_ROUNDS, True
    lists.cp.min_points_per_centroid = 1  # FAISS warns of fewer than 39 in small indexes
    taught = np.sort(rng.choice(n, min(n, _PHOTOS_A_CENTRE * n_lists), replace=False))
    lists.train(rows[taught])
    lists.add_with_ids(rows, numbers)
    recall = _tuned_recall(index, lists, rng)

    path = index.paths.lists(_content_key(index))
    for old in path.parent.glob("*"):  # of shards that are no more
        if not old.is_dir():  # which is not ours
            old.unlink()
    with replacing(path) as temporary:
        faiss.write_index(lists, str(temporary))
    write_bytes(path.with_suffix(".json"), json.dumps(asdict(recall)).encode())
    return lists, recall


def _tuned_recall(index: Index, lists: Any, rng: np.random.Generator) -> Recall:
    """Raise the number of inverted lists read per search until recall suffices; return the recall.

    The directions lead from the mean of some photos to that of others, as those that are
    learned from judgements do. They are harder than looking for the like of one photo.
    """
    n, k = len(index), min(_RECALL_PHOTOS, len(index))
    directions = []
    for _ in range(_DIRECTIONS):
        ends = index.embeddings_of(rng.integers(n, size=2 * _END_PHOTOS)).astype(np.float64)
        directions.append(ends[:_END_PHOTOS].mean(axis=0) - ends[_END_PHOTOS:].mean(axis=0))
    numbers = index.numbers()
    exact = [numbers[index.nearest(direction, k)[0]] for direction in directions]
    lists.nprobe, most = 1, max(lists.nlist // 4, 1)
    while True:
        found = lists.search(np.concatenate([_query(one, lists.d) for one in directions]), k)[1]
        shares = [len(np.intersect1d(*both)) / k for both in zip(exact, found, strict=True)]
        recall = Recall(float(np.mean(shares)), k, lists.nprobe, lists.nlist)
        if recall.share >= _MIN_RECALL or recall.read >= most:
            return recall
        lists.nprobe = min(2 * recall.read, most)


def _query(direction: Direction, dimensions: int) -> Any:
    """FAISS query (1, d) from a vector's direction, zero-padded if shorter than the embeddings."""
    query = np.zeros((1, dimensions), dtype=np.float32)
    query[0, : len(direction)] = direction
    return query


def _content_key(index: Index) -> str:
    """Cache key that changes when an index's embeddings change.

    Inverted lists with an older key are no longer used.
    """
    with reading(index.paths) as connection:
        names = connection.execute("SELECT name FROM shards ORDER BY name").fetchall()
    return hashlib.sha256("".join(name for (name,) in names).encode()).hexdigest()[:16]
