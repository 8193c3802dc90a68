"""Leader clustering of similar photos, without an n × n matrix in memory."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from photorank.typing import Codes, Embeddings

SamePicture: TypeAlias = Callable[[Codes, Codes], NDArray[np.bool_]]  # of pairs of rows

_ROWS = 512  # that are compared together
_LEADERS = 65_536  # that they are compared with at once
_PAIRS = 256  # whose cosines are worked out at once: a core's cache holds them
_MAIN_AXES, _RANDOM_AXES = 64, 128  # by which most pairs are ruled out
_AXES_PHOTOS = 4096  # from which the main axes are found
_SHORTFALL = 3.5  # standard errors by which a pair's estimated cosine may be too small


def leaders(
    embeddings: Embeddings, threshold: float, looser: float, same_picture: SamePicture
) -> Codes:
    """Row number (n,) of each photo's cluster leader: a similar earlier photo, or the photo itself.

    Photos are taken in turn. One joins the likest leader that is like enough, else it
    is a leader itself. So a photo looks like its leader, not merely like a photo that
    looks like one: a slow change of scene makes several groups, never one long chain.

    Photos are alike from a cosine of `threshold` on, and from `looser` on if `same_picture`,
    asked about pairs of rows, says that they are the same picture.

    Notes
    -----
    All coordinates are looked at where the first 64 main axes and 128 random ones of the rest
    estimate a cosine that is not clearly too small: less than one pair in a thousand that
    just reaches `looser` is missed, and hardly any that exceeds it by far.

    Examples
    --------
    >>> turned = np.array([[1, 0], [0, 1], [0.99, 0.141], [0.95, 0.31]], dtype=np.float32)
    >>> leaders(turned, 0.95, 0.95, lambda one, other: np.zeros(len(one), dtype=bool))
    array([0, 1, 0, 0])
    """
    n = len(embeddings)
    short = _shortened(embeddings)
    leader = np.full(n, -1, dtype=np.intp)
    known = np.empty(0, dtype=np.intp)
    for start in range(0, n, _ROWS):
        rows = np.arange(start, min(start + _ROWS, n))
        for some in range(0, len(known), _LEADERS):
            pairs = _candidates(short, rows, known[some : some + _LEADERS], looser)
            _join(leader, *_alike(embeddings, *pairs, threshold, looser, same_picture))
        rest = rows[leader[rows] < 0]
        earlier, later = _candidates(short, rest, rest, looser)
        ordered = earlier < later
        later, earlier, cosines = _alike(
            embeddings, later[ordered], earlier[ordered], threshold, looser, same_picture
        )
        begins = np.searchsorted(earlier, rest)
        ends = np.searchsorted(earlier, rest, "right")
        best = np.full(n if len(rest) else 0, -1.0, dtype=np.float32)
        for row, begin, end in zip(rest.tolist(), begins.tolist(), ends.tolist(), strict=True):
            if leader[row] >= 0:
                continue
            leader[row] = row
            followers, likeness = later[begin:end], cosines[begin:end]
            better = likeness > best[followers]
            leader[followers[better]] = row
            best[followers[better]] = likeness[better]
        known = np.append(known, rows[leader[rows] == rows])
    return leader


def pair_cosines(embeddings: Embeddings, first: Codes, second: Codes) -> NDArray[np.float32]:
    """Cosines (m,) of m pairs of embeddings, each pair given by two row numbers."""
    cosines = np.empty(len(first), dtype=np.float32)
    for start in range(0, len(first), _PAIRS):
        part = slice(start, start + _PAIRS)
        cosines[part] = np.einsum("ij,ij->i", embeddings[first[part]], embeddings[second[part]])
    return cosines


def _shortened(embeddings: Embeddings) -> Embeddings:
    """Embeddings projected to fewer dimensions, for fast estimates of cosines.

    An estimate is rarely below the true cosine.
    A random projection of what the main axes leave estimates its product with a standard
    error of at most √(2 / axes) times the lengths (Johnson & Lindenstrauss); a last
    coordinate adds some of them.
    """
    n, d = embeddings.shape
    if d <= 2 * (_MAIN_AXES + _RANDOM_AXES) or n <= 2 * _ROWS:
        return embeddings
    axes = np.random.default_rng(0).normal(size=(d, _MAIN_AXES + _RANDOM_AXES)).astype(np.float32)
    # Subspace iteration: after one step nearly the main axes; any axes would do.
    some = embeddings[:: -(-n // _AXES_PHOTOS)]
    axes[:, :_MAIN_AXES] = some.T @ (some @ axes[:, :_MAIN_AXES])
    along = embeddings @ np.linalg.qr(axes)[0]
    rest = 1 - np.einsum("ij,ij->i", along[:, :_MAIN_AXES], along[:, :_MAIN_AXES])
    along[:, _MAIN_AXES:] *= np.sqrt((d - _MAIN_AXES) / _RANDOM_AXES)
    margin = np.sqrt(np.maximum(rest, 0) * _SHORTFALL * np.sqrt(2 / _RANDOM_AXES))
    return np.hstack([along, margin[:, None]]).astype(np.float32)


def _candidates(short: Embeddings, rows: Codes, others: Codes, least: float) -> tuple[Codes, Codes]:
    """Photo pairs (two arrays of row numbers) with an estimated cosine of at least `least`."""
    alike = short[rows] @ short[others].T >= least - 1e-4
    # Few are: finding them in one row of all is much faster than in a table.
    first, second = np.divmod(np.flatnonzero(alike), max(len(others), 1))
    return rows[first], others[second]


def _alike(
    embeddings: Embeddings,
    first: Codes,
    second: Codes,
    threshold: float,
    looser: float,
    same_picture: SamePicture,
) -> tuple[Codes, Codes, NDArray[np.float32]]:
    """Candidate pairs that are similar enough to share a cluster, with their cosines."""
    cosines = pair_cosines(embeddings, first, second)
    alike = cosines >= threshold - 1e-5  # products of equal rows may fall short of 1
    unsure = np.flatnonzero(~alike & (cosines >= looser))
    unsure = unsure[~np.isin(first[unsure], first[alike])]
    if len(unsure):
        alike[unsure] = same_picture(first[unsure], second[unsure])
    return first[alike], second[alike], cosines[alike]


def _join(leader: Codes, rows: Codes, leaders: Codes, cosines: NDArray[np.float32]) -> None:
    """Give each photo without a cluster leader the most similar of its candidate leaders."""
    order = np.lexsort((-cosines, rows))
    rows, leaders = rows[order], leaders[order]
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    new = first[leader[rows[first]] < 0]
    leader[rows[new]] = leaders[new]
