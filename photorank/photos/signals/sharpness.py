"""How sharp a picture is: all over, where it is sharpest, and where its subject should be."""

from math import log10, nan

import numpy as np

from photorank.typing import Floats, Grey

_TILES = 8  # in each direction
_SMALL = 32  # pixels of a tile's side where its singular values are looked at
# The least that is told apart from none: rounding to 8 bits leaves about this much in a flat field.
_NOTHING = 1e-6
# Of a side, from the centre: people put their subject in the middle half.
_SUBJECT = 0.25


def sharpness(grey: Grey) -> float:
    """Return how much detail the whole picture has, in decades.

    The logarithm of the mean squared Laplacian. It depends on what is in the
    picture and on its size, so it says little of two different scenes and much
    of two shots of one. Noise counts as detail.

    Returns
    -------
    float
        From −6 to 1.2; higher is sharper, and ten times the energy is one more.
        nan for fewer than 24 pixels in a direction.

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
    """Return the sharpness of the sharpest of 64 tiles, in decades.

    What a photo with a shallow depth of field shows sharply may be small. As
    :func:`sharpness` otherwise.

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
    """Return the sharpness of the picture's middle, in decades.

    Tiles count by a bell around the centre, a quarter of each side wide. As
    :func:`sharpness` otherwise.
    """
    tiles = _tile_energies(grey)
    if not tiles.size:
        return nan
    place = (np.arange(_TILES) + 0.5) / _TILES - 0.5
    bell = np.exp(-0.5 * (place / _SUBJECT) ** 2)
    return _decades(np.average(tiles, weights=np.outer(bell, bell)))


def high_frequencies(grey: Grey) -> float:
    """Return how much of the picture's contrast is in fine detail, in decades.

    The logarithm of the share of the power spectrum, without the mean, beyond
    half the highest frequency that the pixels can hold in any direction.

    Returns
    -------
    float
        From −8 to 0, all of it; higher is finer, or noisier. nan for a flat
        picture, or fewer than 24 pixels in a direction.

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

    if min(grey.shape) < 3 * _TILES:
        return nan
    height, width = grey.shape
    # Without a window the step from one edge to the opposite one would look like fine detail.
    window = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    spectrum = fft.rfft2((grey - grey.mean()) * window)
    power = spectrum.real**2 + spectrum.imag**2
    power[:, 1 : (width + 1) // 2] *= 2  # those that rfft2 leaves out mirror these
    down, across = np.abs(fft.fftfreq(height)), fft.rfftfreq(width)
    fine = np.hypot(down[:, None], across[None, :]) > 0.25
    total = float(power.sum())
    if total <= _NOTHING * grey.size:
        return nan
    return max(log10(float(power[fine].sum()) / total + 1e-8), -8.0)


def singular_share(grey: Grey) -> float:
    """Return how much of the detail a few shapes explain, the mean of 64 small tiles.

    The share of the largest four in the sum of a tile's 32 singular values,
    its mean taken away. A blurred tile is nearly of low rank.

    Returns
    -------
    float
        From 0.125 to 1; higher is smoother, so lower is better. nan where no tile
        has any detail, or for fewer than 32 pixels in a direction.

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
    shown = total > _SMALL * _NOTHING
    return float((values[shown, :4].sum(axis=1) / total[shown]).mean()) if shown.any() else nan


def _small_tiles(grey: Grey) -> Grey:
    """Return 64 tiles (64, 32, 32) spread evenly; none of a picture smaller than a tile."""
    height, width = grey.shape
    if min(height, width) < _SMALL:
        return np.empty((0, _SMALL, _SMALL), dtype=np.float32)
    tops = np.linspace(0, height - _SMALL, _TILES).astype(int)
    lefts = np.linspace(0, width - _SMALL, _TILES).astype(int)
    return np.stack([grey[y : y + _SMALL, x : x + _SMALL] for y in tops for x in lefts])


def _tile_energies(grey: Grey) -> Floats:
    """Return the mean squared Laplacian of each tile (8, 8); empty where they would be tiny."""
    if min(grey.shape) < 3 * _TILES:
        return np.empty((0, 0))
    detail = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2]
    detail -= grey[1:-1, 2:]
    detail *= detail
    rows, columns = (np.linspace(0, n, _TILES + 1).astype(int) for n in detail.shape)
    sums = np.add.reduceat(np.add.reduceat(detail, rows[:-1], axis=0), columns[:-1], axis=1)
    return sums.astype(np.float64) / np.outer(np.diff(rows), np.diff(columns))


def _decades(energy: float) -> float:
    return log10(float(energy) + _NOTHING)
