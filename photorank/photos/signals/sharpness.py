"""Signals of sharpness: of the whole picture, of its sharpest tile and of its middle."""

from math import log10, nan

import numpy as np

from photorank.typing import Floats, Grey

_TILES_PER_SIDE = 8
_SVD_SIDE = 32  # pixels of a tile whose singular values are computed
# Mean squared Laplacian of a flat area after rounding to 8 bits: less is indistinguishable from 0.
_MIN_ENERGY = 1e-6
_SUBJECT_WIDTH = 0.25  # standard deviation, as a share of a side: subjects are in the middle half


def sharpness(grey: Grey) -> float:
    """Sharpness of a whole picture: log10 of the mean squared Laplacian.

    It compares two shots of one scene, hardly different scenes, and depends on the picture's size.
    Noise counts as detail.

    Returns
    -------
    float
        −6 to 1.2; higher is sharper. nan for fewer than 24 pixels in a direction.

    References
    ----------
    Pech-Pacheco, J. L. et al. (2000). Diatom autofocusing in brightfield
    microscopy. https://doi.org/10.1109/ICPR.2000.903548

    Examples
    --------
    >>> flat = np.full((64, 64), 0.5, dtype=np.float32)
    >>> sharpness(flat)
    -6.0
    """
    tiles = _tile_energies(grey)
    return _decades(tiles.mean()) if tiles.size else nan


def best_tile_sharpness(grey: Grey) -> float:
    """Sharpness of the sharpest of 64 tiles, in the units of :func:`sharpness`.

    With a shallow depth of field only a small part of a good photo may be sharp.

    Examples
    --------
    >>> half = np.zeros((64, 64), dtype=np.float32)
    >>> half[:, 40:] = np.random.default_rng(0).random((64, 24))
    >>> best_tile_sharpness(half) > sharpness(half)
    True
    """
    tiles = _tile_energies(grey)
    return _decades(tiles.max()) if tiles.size else nan


def subject_sharpness(grey: Grey) -> float:
    """Sharpness of the picture's middle, in the units of :func:`sharpness`.

    Tiles are weighted by a Gaussian around the centre.
    """
    tiles = _tile_energies(grey)
    if not tiles.size:
        return nan
    place = (np.arange(_TILES_PER_SIDE) + 0.5) / _TILES_PER_SIDE - 0.5
    weights = np.exp(-0.5 * (place / _SUBJECT_WIDTH) ** 2)
    return _decades(np.average(tiles, weights=np.outer(weights, weights)))


def high_frequencies(grey: Grey) -> float:
    """log10 of the share of spectral power above half the Nyquist frequency: fine detail.

    Returns
    -------
    float
        −8 to 0 (all of it); higher is finer, or noisier. nan for a flat picture or fewer than 24
        pixels in a direction.

    References
    ----------
    De, K. & Masilamani, V. (2013). Image sharpness measure for blurred images
    in frequency domain. https://doi.org/10.1016/j.proeng.2013.09.086

    Examples
    --------
    >>> noise = np.random.default_rng(0).random((64, 64), dtype=np.float32)
    >>> -0.15 < high_frequencies(noise) < -0.05  # four fifths of all frequencies
    True
    """
    from scipy import fft

    if min(grey.shape) < 3 * _TILES_PER_SIDE:
        return nan
    height, width = grey.shape
    # Without a window the step between opposite edges would count as fine detail.
    window = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    spectrum = fft.rfft2((grey - grey.mean()) * window)
    power = spectrum.real**2 + spectrum.imag**2
    power[:, 1 : (width + 1) // 2] *= 2  # rfft2 leaves out their mirror images
    down, across = np.abs(fft.fftfreq(height)), fft.rfftfreq(width)
    fine = np.hypot(down[:, None], across[None, :]) > 0.25
    total = float(power.sum())
    if total <= _MIN_ENERGY * grey.size:
        return nan
    return max(log10(float(power[fine].sum()) / total + 1e-8), -8.0)


def singular_share(grey: Grey) -> float:
    """Share of a tile's 4 largest singular values in the sum of all 32, mean of 64 tiles.

    A tile's mean is subtracted first. A blurred tile has nearly a low rank.

    Returns
    -------
    float
        0.125 to 1; lower is sharper. nan if no tile has detail, or for fewer than 32 pixels in a
        direction.

    References
    ----------
    Su, B., Lu, S. & Tan, C. L. (2011). Blurred image region detection and
    classification. https://doi.org/10.1145/2072298.2072024

    Examples
    --------
    >>> ramp = np.outer(np.ones(64), np.linspace(0, 1, 64)).astype(np.float32)
    >>> round(singular_share(ramp), 3)
    1.0
    """
    tiles = _small_tiles(grey)
    if not len(tiles):
        return nan
    values = np.linalg.svd(tiles - tiles.mean(axis=(1, 2), keepdims=True), compute_uv=False)
    total = values.sum(axis=1)
    shown = total > _SVD_SIDE * _MIN_ENERGY
    return float((values[shown, :4].sum(axis=1) / total[shown]).mean()) if shown.any() else nan


def _small_tiles(grey: Grey) -> Grey:
    """Evenly spaced tiles (64, 32, 32), empty if the picture is smaller than one tile."""
    height, width = grey.shape
    if min(height, width) < _SVD_SIDE:
        return np.empty((0, _SVD_SIDE, _SVD_SIDE), dtype=np.float32)
    tops = np.linspace(0, height - _SVD_SIDE, _TILES_PER_SIDE).astype(int)
    lefts = np.linspace(0, width - _SVD_SIDE, _TILES_PER_SIDE).astype(int)
    return np.stack([grey[y : y + _SVD_SIDE, x : x + _SVD_SIDE] for y in tops for x in lefts])


def _tile_energies(grey: Grey) -> Floats:
    """Mean squared Laplacian of each tile (8, 8), empty if the picture is too small."""
    if min(grey.shape) < 3 * _TILES_PER_SIDE:
        return np.empty((0, 0))
    detail = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2]
    detail -= grey[1:-1, 2:]
    detail *= detail
    rows, columns = (np.linspace(0, n, _TILES_PER_SIDE + 1).astype(int) for n in detail.shape)
    sums = np.add.reduceat(np.add.reduceat(detail, rows[:-1], axis=0), columns[:-1], axis=1)
    return sums.astype(np.float64) / np.outer(np.diff(rows), np.diff(columns))


def _decades(energy: float) -> float:
    return log10(float(energy) + _MIN_ENERGY)
