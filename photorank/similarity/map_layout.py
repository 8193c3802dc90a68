"""Two-dimensional map of an index's photos (PCA or t-SNE), computed once and cached."""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np

from photorank.errors import MissingExtraError
from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.index.opened import Index
from photorank.typing import Codes, Embeddings, Floats

Method = Literal["pca", "tsne"]

_VERSION = 1  # of what the places mean; those of another are made anew
_PCA_PHOTOS = 20_000  # that principal components are found from: more move them by little
_TSNE_PHOTOS = 3_000
_TSNE_COMPONENTS = 50  # the others are mostly noise
_NEIGHBOURS = 10  # among whose places the median is another photo's
_ROWS = 20_000  # in memory at a time


def can_map(method: Method) -> bool:
    """True if the packages needed for a map by `method` (PCA or t-SNE) are installed."""
    return method == "pca" or find_spec("openTSNE") is not None


def map_points(index: Index, method: Method = "pca", *, most: int = _TSNE_PHOTOS) -> Floats:
    """Coordinates (n, 2) of n photos on a map, from -1 to 1; read from the cache if possible.

    By "pca" it is along the two directions in which the embeddings vary most (Pearson 1901,
    https://doi.org/10.1080/14786440109462720); by "tsne" neighbours stay together, and
    distances mean nothing (van der Maaten & Hinton 2008; by openTSNE: Poličar, Stražar & Zupan
    2024, https://doi.org/10.18637/jss.v109.i03). t-SNE places at `most` so many photos; all
    others go beside those they are like. Raises MissingExtraError if t-SNE is wanted and
    openTSNE is not installed.
    """
    path, numbers = index.paths.atlas(method), index.numbers()
    found = _cached_points(path, numbers)
    if found is None:
        found = _scaled(_components(index, 2) if method == "pca" else _tsne(index, most))
        cache_arrays(path, version=_VERSION, numbers=numbers, places=found.astype(np.float32))
    return found


def _tsne(index: Index, most: int) -> Floats:
    if not can_map("tsne"):
        raise MissingExtraError("a map by t-SNE", "map")
    from openTSNE import TSNE

    X = _components(index, _TSNE_COMPONENTS)  # (n, 50)
    n = len(X)
    chosen = _evenly_spaced(n, most)
    if len(chosen) <= _NEIGHBOURS:
        return X[:, :2]
    tsne = TSNE(perplexity=min(30, (len(chosen) - 1) / 3), initialization="pca", random_state=0)
    mapped = tsne.fit(X[chosen])
    found = np.empty((n, 2))
    found[chosen] = mapped
    others = np.setdiff1d(np.arange(n), chosen)
    if len(others):
        found[others] = mapped.prepare_partial(
            X[others], initialization="median", k=_NEIGHBOURS, perplexity=_NEIGHBOURS / 3
        )
    return found


def _components(index: Index, k: int) -> Floats:
    """Coordinates (n, k) of n photos on their first k principal components.

    Columns are 0 for missing components.
    """
    from sklearn.decomposition import PCA

    n, found = len(index), np.zeros((len(index), k))
    if n < 2:
        return found
    some = index.heads_of(_evenly_spaced(n, _PCA_PHOTOS))
    kept = min(k, *some.shape)
    pca = PCA(kept, svd_solver="covariance_eigh").fit(some.astype(np.float64))
    for start in range(0, n, _ROWS):
        rows: Embeddings = index.heads_of(np.arange(start, min(start + _ROWS, n)))
        found[start : start + len(rows), :kept] = pca.transform(rows)
    return found


def _evenly_spaced(n: int, most: int) -> Codes:
    """Up to `most` distinct row numbers, evenly spaced from 0 to n - 1."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.intp))


def _scaled(found: Floats) -> Floats:
    middle = (found.max(axis=0, initial=-np.inf) + found.min(axis=0, initial=np.inf)) / 2
    centred = found - middle if len(found) else found
    return centred / max(float(np.abs(centred).max(initial=0.0)), 1e-12)


def _cached_points(path: Path, numbers: Codes) -> Floats | None:
    """Map coordinates (n, 2) of n photos from the cache; None unless all n are cached."""
    kept = cached_arrays(path, "version", "numbers", "places")
    if kept is None or int(kept["version"]) != _VERSION:
        return None
    known, at = kept["numbers"], kept["places"].astype(np.float64)
    if at.shape != (len(known), 2) or not np.isin(numbers, known).all():
        return None
    order = np.argsort(known)
    found: Floats = at[order[np.searchsorted(known, numbers, sorter=order)]]
    return found
