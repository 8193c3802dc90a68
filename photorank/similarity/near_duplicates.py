"""Near-duplicates: recompressed, resized, mirrored, cropped, bordered or grey copies.

A copy is recognised by its embedding and by the correlation of grey levels together: a copy in
black and white has another embedding and the same greys, a cropped one the other way round.
"""

from functools import cache
from itertools import product
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from photorank.comparisons.codes import connected
from photorank.index.building.picture_hashes import PictureHashes
from photorank.index.opened import Index
from photorank.photos.grey_fingerprint import SIDE, grey_cells
from photorank.typing import Codes, Embeddings, Flags, Floats

# Two photos are of one picture if correlation + this share of the cosine reaches the sum. Chosen on
# OASIS: it misses 4 of 1,000 copies and joins 4 of 326,000 pairs of photos.
_COSINE_SHARE = 0.4
_LEAST_SUM = 1.2
LEAST_COSINE = (_LEAST_SUM - 1) / _COSINE_SHARE  # for a correlation of 1
NEAR_DUPLICATE = 0.97  # cosine, not centred, above which two photos show one moment
# Photos in whose number the mean embedding is trusted half: few do not tell what is common to all.
_TRUSTED_PHOTOS = 20
_GRID = 8  # cells along each side that are correlated
_CROPS = (1.0, 0.92, 0.85, 0.77, 0.7)  # shares of a side that a crop may leave
_MAX_STRETCH = 0.2  # logarithm of the ratio of a crop's two shares
_STEP = 0.8  # of a cell, between two positions of a crop
# Parts that both pictures are compared in, for what is written over an edge or framed unevenly.
_PARTS = (
    *(((0.0, 1.0), (0.0, 1.0)), ((0.0, 0.8), (0.0, 1.0)), ((0.2, 1.0), (0.0, 1.0))),
    *(((0.0, 1.0), (0.0, 0.8)), ((0.0, 1.0), (0.2, 1.0)), ((0.12, 0.88), (0.12, 0.88))),
)
# Share of the photos up to which an encoder is believed that they are copies of one picture. On
# OASIS `embedded` has 0.2 %, and a network of random weights 94 %.
_MOST_COPIES = 0.25
_ROWS = 512  # photos that are compared with the others at once, which bounds the memory

Span = tuple[float, float]


def near_duplicate_codes(embeddings: Embeddings, greys: NDArray[np.uint8] | None) -> Codes:
    """Near-duplicate group (n,) of each photo, as a number; −1 for a photo without duplicates.

    Parameters
    ----------
    embeddings : ndarray of shape (n, d)
        Unit rows.
    greys : ndarray of shape (n, 128) or None
        Fingerprints (:func:`photorank.photos.grey_fingerprint.grey_fingerprint`); without them
        photos are compared by their embeddings alone.

    Examples
    --------
    >>> turned = np.array([[1, 0], [0, 1], [0.99, 0.141]], dtype=np.float32)
    >>> near_duplicate_codes(turned, None)
    array([ 0, -1,  0])
    """
    n = len(embeddings)
    centred = without_mean(embeddings, centre_of(embeddings))
    moments, maybe, cosines = [], [], []
    for start in range(0, n, _ROWS):
        rows = slice(start, start + _ROWS)
        moment = embeddings[rows] @ embeddings[start:].T > NEAR_DUPLICATE
        moments.append(_pairs(moment, start))
        if greys is not None:
            alike = centred[rows] @ centred[start:].T
            maybe.append(_pairs((alike > LEAST_COSINE) & ~moment, start))
            cosines.append(alike[maybe[-1][0] - start, maybe[-1][1] - start])
    links = np.concatenate(moments, axis=1) if n else np.empty((2, 0), dtype=np.intp)
    if greys is not None and n:  # once for all: each picture is looked at in many crops
        pairs = np.concatenate(maybe, axis=1)
        copies = are_near_duplicates(greys, greys, pairs, np.concatenate(cosines))
        links = np.concatenate([links, pairs[:, copies]], axis=1)
    first, second = links
    group = connected(first, second, n)
    alone = np.bincount(group, minlength=n)[group] == 1
    codes = np.full(n, -1, dtype=np.intp)
    codes[~alone] = np.unique(group[~alone], return_inverse=True)[1]
    return codes


def implausible_group_size(copies: Codes) -> int:
    """Size of the largest near-duplicate group if it is implausibly large, else 0.

    A group that large is a mistake. `copies` has each photo's group number, −1 for none.

    Examples
    --------
    >>> implausible_group_size(np.array([0, 0, -1, 0]))
    3
    >>> implausible_group_size(np.array([-1, -1, -1, -1]))
    0
    """
    largest = int(np.bincount(copies[copies >= 0], minlength=1).max())
    return largest if largest > _MOST_COPIES * len(copies) else 0


def near_duplicates_among(index: Index, rows: Codes) -> Codes:
    """Near-duplicate group number (k,) of each of k photos; −1 for a photo without duplicates.

    −1 for a photo without near-duplicates among the rows.
    """
    return near_duplicate_codes(index.heads_of(rows), grey_fingerprints(index, rows))


def grey_fingerprints(index: Index, rows: Codes) -> NDArray[np.uint8]:
    """Fingerprints (k, 128) of k photos of an index: 16 × 16 grey levels of 4 bits each.

    Zeros for a photo that cannot be read.
    """
    hashes = PictureHashes(index.paths, index.digests())
    greys = hashes.greys(rows)
    hashes.keep()
    return greys


def are_near_duplicates(
    first: NDArray[np.uint8], second: NDArray[np.uint8], pairs: Codes, cosines: Floats
) -> Flags:
    """Mask (m,) of m image pairs (2, m): True for pairs of near-duplicates.

    Decided by the correlation of the fingerprints `first` and `second`, and by the `cosines` (m,)
    of the embeddings without their mean.
    """
    return correlations(first, second, pairs) + _COSINE_SHARE * cosines >= _LEAST_SUM


def correlations(
    first: NDArray[np.uint8], second: NDArray[np.uint8], pairs: Codes
) -> NDArray[np.float32]:
    """Correlation (m,) of each of m image pairs: the maximum over mirrored and cropped variants.

    Parameters
    ----------
    first, second : ndarray of shape (·, 128)
        Fingerprints (128 bytes each).
    pairs : ndarray of shape (2, m)
        Rows of `first`, and of `second`.

    Returns
    -------
    ndarray of shape (m,)
        From −1 to 1. Different photos have more than 0.9 in 3 of 10,000 cases.
    """
    best = np.full(pairs.shape[1], -1.0, dtype=np.float32)
    for cropped, other, own, partner in (
        (first, second, pairs[0], pairs[1]),
        (second, first, pairs[1], pairs[0]),
    ):
        seen, places = np.unique(partner, return_inverse=True)
        parts = _normalised_crops(grey_cells(other[seen]), _PARTS)
        mirrored = _normalised_crops(grey_cells(other[seen])[:, :, ::-1], _PARTS)
        shown = np.stack([parts, mirrored])  # (2, ·, parts, 64)
        order = np.argsort(own, kind="stable")
        rows, begins = np.unique(own[order], return_index=True)
        ends = np.append(begins[1:], len(order))
        for start in range(0, len(rows), _ROWS):
            block = slice(start, start + _ROWS)
            cells = grey_cells(cropped[rows[block]])
            crops, same = (
                _normalised_crops(cells, _crop_windows()),
                _normalised_crops(cells, _PARTS),
            )
            for at, (begin, end) in enumerate(zip(begins[block], ends[block], strict=True)):
                some = order[begin:end]
                against = shown[:, places[some]]  # (2, ·, parts, 64)
                whole = (against[:, :, 0] @ crops[at].T).max(axis=(0, 2))
                part = np.einsum("mkpd,pd->mkp", against, same[at]).max(axis=(0, 2))
                best[some] = np.maximum(best[some], np.maximum(whole, part))
    return best


def centre_of(embeddings: Embeddings) -> Embeddings:
    """Mean (d,) of embeddings, shrunk towards 0 if there are few embeddings."""
    return embeddings.sum(axis=0) / (len(embeddings) + _TRUSTED_PHOTOS)


def without_mean(embeddings: Embeddings, centre: Embeddings) -> Embeddings:
    """Embeddings (n, d) minus a mean (d,), scaled to unit length.

    Encoders differ in how much all their embeddings have in common, and so in plain cosines.
    """
    rows = embeddings - centre
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _pairs(alike: Flags, start: int) -> Codes:
    """Pairs (2, m) of row numbers for which a symmetric mask is True, each pair once.

    Row 0 of the mask has row number `start`.
    """
    return np.stack(np.nonzero(np.triu(alike, 1))) + start


def _normalised_crops(cells: Floats, windows: tuple[tuple[Span, Span], ...]) -> Floats:
    """Grey values (n, k, 64) of k crops of n images: 8 × 8 pixels each, with mean 0 and norm 1."""
    seen = cells.reshape(len(cells), SIDE * SIDE) @ _crop_matrix(windows)
    seen = seen.reshape(len(cells), len(windows), _GRID * _GRID)
    seen -= seen.mean(axis=-1, keepdims=True)
    return seen / np.maximum(np.linalg.norm(seen, axis=-1, keepdims=True), 1e-3)


@cache
def _crop_matrix(windows: tuple[tuple[Span, Span], ...]) -> NDArray[np.float32]:
    """Matrix (256, k * 64) that turns an image of 16 × 16 pixels into k crops of 8 × 8 pixels."""
    both = [np.einsum("ri,cj->rcij", _averages(rows), _averages(cols)) for rows, cols in windows]
    return np.concatenate([one.reshape(_GRID * _GRID, -1) for one in both]).T.astype(np.float32)


def _averages(span: Span, points: int = 6) -> Floats:
    """Matrix (8, 16) of averaging weights from an image's 16 pixel rows to a crop's 8 pixel rows.

    They serve for columns, too. `span` is the part of the image that the crop covers, from 0 to 1.
    """
    low, high = span
    at = low + (high - low) * (np.arange(_GRID * points) + 0.5) / (_GRID * points)
    places = (at * SIDE - 0.5).clip(0, SIDE - 1)
    distance = np.abs(places[:, None] - np.arange(SIDE))
    return (1 - distance).clip(0).reshape(_GRID, points, SIDE).mean(axis=1)


@cache
def _crop_windows() -> tuple[tuple[Span, Span], ...]:
    """Crop windows to try on an image, each given as a span of rows and a span of columns."""
    return tuple(
        (rows, columns)
        for high, wide in product(_CROPS, _CROPS)
        if abs(log(high / wide)) <= _MAX_STRETCH
        for rows, columns in product(_spans(high), _spans(wide))
    )


def _spans(share: float) -> list[Span]:
    """Evenly spaced intervals (begin, end) along an image side of length 1, each `share` long."""
    slack = 1 - share
    count = max(ceil(slack * _GRID / _STEP) + 1, 2) if slack else 1
    return [(begin, begin + share) for begin in np.linspace(0, slack, count).tolist()]
