"""Sharpness of an image and of its subject, from the mean squared Laplacian of each tile."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from photorank.typing import Floats, Grey

_TILES_PER_SIDE = 8
# Mean squared Laplacian of a flat area after rounding to 8 bits: less is indistinguishable from 0.
_MIN_ENERGY = 1e-6
_SUBJECT_WIDTH = 0.25  # standard deviation of the central weight, as a share of a side
_PLACES = (np.arange(_TILES_PER_SIDE) + 0.5) / _TILES_PER_SIDE - 0.5
_CENTRALITY = np.exp(-0.5 * np.add.outer(_PLACES**2, _PLACES**2) / _SUBJECT_WIDTH**2)
# Weight of each tile (8, 8) where the subject counts; their sum is 1.
_SUBJECT_WEIGHTS: Floats = _CENTRALITY / _CENTRALITY.sum()


def sharpness(octaves: Sequence[Grey]) -> Floats:
    """Sharpness features (5 × octaves,) of an image, from the squared Laplacians of its tiles.

    For each octave (pyramid level), log10 of five statistics over tiles of the mean squared
    Laplacian: mean, mean weighted towards the centre, where the subject counts, maximum, 20 %
    quantile, and median.
    """
    tiles = np.array([tile_energies(octave).ravel() for octave in octaves])
    ordered = np.sort(tiles, axis=1)
    places = [round(share * (tiles.shape[1] - 1)) for share in (1.0, 0.2, 0.5)]
    means = [tiles.mean(axis=1), (tiles * _SUBJECT_WEIGHTS.ravel()).sum(axis=1)]
    return np.log10(np.column_stack([*means, ordered[:, places]]) + _MIN_ENERGY).ravel()


def tile_energies(grey: Grey) -> Floats:
    """Mean squared Laplacian (8, 8) in a grid of 8 × 8 tiles; nan if a side is under 24 pixels.

    It compares shots of one scene, hardly different scenes; noise counts as detail.

    References
    ----------
    Pech-Pacheco, J. L. et al. (2000). Diatom autofocusing in brightfield
    microscopy. https://doi.org/10.1109/ICPR.2000.903548

    Examples
    --------
    >>> float(tile_energies(np.full((64, 64), 0.5, dtype=np.float32)).max())
    0.0
    """
    if min(grey.shape) < 3 * _TILES_PER_SIDE:
        return np.full((_TILES_PER_SIDE, _TILES_PER_SIDE), np.nan)
    height, width = grey.shape
    # Whole rows lie in one piece, which halves the time; their ends, where rows meet, are cut off.
    flat, size = grey.ravel(), (height - 2) * width
    detail = 4 * flat[width : width + size]
    for start in (0, 2 * width, width - 1, width + 1):  # the neighbours, up, down, left and right
        detail -= flat[start : start + size]
    inner = detail.reshape(height - 2, width)[:, 1:-1]
    rows, columns = (_tile_edges(side) for side in inner.shape)
    bands = [inner[top:bottom] for top, bottom in pairwise(rows)]
    squares = [np.einsum("hw,hw->w", band, band) for band in bands]
    sums = np.add.reduceat(squares, columns[:-1], axis=1).astype(np.float64)
    return sums / np.outer(np.diff(rows), np.diff(columns))


def _tile_edges(side: int) -> list[int]:
    """Positions in pixels of the tile edges along one side of an image."""
    return [number * side // _TILES_PER_SIDE for number in range(_TILES_PER_SIDE + 1)]
