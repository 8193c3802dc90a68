"""Heat map of a rating: contribution of each part of the photo, exact or by occlusion.

A position's features have seen more of the photo than the patch they stand for, so even an exact
map tells where the encoder holds what it rates, not what would change were that patch cut out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from PIL import Image, ImageStat

from photorank.encoders.base import Encoder, MeanPooled, encode_photos
from photorank.encoders.constants import load_constants
from photorank.photos.framing import Box, boxes
from photorank.typing import Floats
from photorank.vectors.master import MasterVector

_EXACT_CELLS = 64  # along the long side, fine enough to combine tiles and views
_OCCLUSION_CELLS = 8  # along the long side; each cell needs one encoding
_BATCH = 16  # photos


@dataclass(frozen=True)
class HeatMap:
    """Contributions of a photo's parts to its rating, on a grid."""

    values: Floats  # (rows, columns), in units of the rating
    weights: Floats  # (rows, columns) how much of the mean over positions is there; 0 by occlusion
    rest: float  # of the rating that is nowhere in the photo: its bias, an occlusion's remainder
    rating: float  # values.sum() + rest
    method: Literal["sum over positions", "occlusion"]

    @property
    def exact(self) -> bool:
        """True if each contribution to the rating is exact; False if estimated by hiding parts."""
        return self.method == "sum over positions"

    def minus_average(self, average: float) -> Floats:
        """Contribution (rows, columns) of each grid cell to the rating's difference from `average`.

        Of an exact map the average's own share is taken off everywhere, so the
        parts sum to the difference of the two ratings; what occlusion found is
        a difference already.
        """
        return self.values - self.weights * (average - self.rest)


def heat_map(
    photo: Image.Image,
    encoder: Encoder,
    vector: MasterVector,
    on_progress: Callable[[int, int], None] | None = None,
) -> HeatMap:
    """Heat map of a photo's rating by a vector; the photo must already be rotated upright.

    It is exact where the embedding is a mean over positions, else by :func:`occlusion`, which
    calls `on_progress` with the number of trials done and to do. Raises EncoderMismatchError if
    the vector belongs to another encoder or framing.
    """
    vector.fingerprint.require(encoder.fingerprint, vector=vector.name)
    if isinstance(encoder, MeanPooled):
        return sum_over_positions(photo, encoder, vector)
    return occlusion(photo, encoder, vector, on_progress=on_progress)


def sum_over_positions(photo: Image.Image, encoder: MeanPooled, vector: MasterVector) -> HeatMap:
    """Exact heat map of a rating, for an encoder that averages over feature-map positions.

    With f_kp a head at position p of P_k in frame k of K, f_k their mean, m the mean of the unit
    f_k, and the stages' products g_ksq at position q of Q_s, the rating is

        scale · [Σ_k Σ_p (f_kp · v) / (P_k ‖f_k‖ K ‖m‖) + Σ_k Σ_s Σ_q g_ksq / (K Q_s)] + rest,

    so each position has its part of it; the rest is what no position has: the signals' part, the
    bias and the stages' offset. For one frame this is class activation mapping with v in place of
    a class's weights.

    References
    ----------
    Zhou, B. et al. (2016). Learning deep features for discriminative localization.
    https://doi.org/10.1109/CVPR.2016.319
    """
    prepared, fingerprint = encoder.prepare(photo), encoder.fingerprint
    blocks = fingerprint.blocks
    signals = blocks.signals if blocks else 0
    direction = np.zeros(encoder.dimensions)
    direction[: len(vector.direction)] = vector.scale * vector.direction
    own = direction[: len(direction) - signals]
    frames = [encoder.position_maps(one, own) for one in prepared.frames]
    means = np.stack([one.head_mean for one in frames]).astype(np.float64)  # (K, dh)
    lengths = np.linalg.norm(means, axis=1)
    # K ‖m‖, and 1 for a single frame.
    length = float(np.linalg.norm((means / lengths[:, None]).sum(axis=0)))
    rows, columns = _grid(photo, _EXACT_CELLS)
    values, weights = np.zeros((rows, columns)), np.zeros((rows, columns))
    rating, count = vector.bias, len(frames)
    places = boxes(*photo.size, fingerprint.framing, fingerprint.size)
    for one, own_length, box in zip(frames, lengths, places, strict=True):
        maps = [one.head / (own_length * length), *(stage / count for stage in one.stages)]
        for parts in maps:
            rating += float(parts.mean())
            values += _on_grid(parts / parts.size, box, rows, columns)
        rating += one.offset / count
        flat = np.full(one.head.shape, 1 / (one.head.size * count))
        weights += _on_grid(flat, box, rows, columns)
    if signals:
        scaled = load_constants().scaled(prepared.signals[None])[0]
        rating += float(scaled @ direction[-signals:])
    rest = rating - float(values.sum())
    return HeatMap(values, weights, rest, rating, "sum over positions")


def occlusion(
    photo: Image.Image,
    encoder: Encoder,
    vector: MasterVector,
    *,
    cells: int = _OCCLUSION_CELLS,
    on_progress: Callable[[int, int], None] | None = None,
) -> HeatMap:
    """Heat map by occlusion: drop in rating when a grid cell is filled with the mean colour.

    There are so many cells along the long side; each is a photo to encode.

    References
    ----------
    Zeiler, M. D. & Fergus, R. (2014). Visualizing and understanding convolutional
    networks, section 2.1. https://doi.org/10.1007/978-3-319-10590-1_53
    """
    rows, columns = _grid(photo, cells)
    grey = tuple(round(mean) for mean in ImageStat.Stat(photo).mean)
    places = list(product(range(rows), range(columns)))

    def covered(row: int, column: int) -> Image.Image:
        left, right = (round(photo.width * (column + end) / columns) for end in (0, 1))
        top, bottom = (round(photo.height * (row + end) / rows) for end in (0, 1))
        copy = photo.copy()
        copy.paste(grey, (left, top, right, bottom))
        return copy

    def rated(photos: list[Image.Image]) -> Floats:
        embeddings = encode_photos(encoder, [encoder.prepare(one) for one in photos])
        return vector.rate(embeddings, encoder.fingerprint)

    [rating] = rated([photo])
    falls = np.empty(len(places))
    for start in range(0, len(places), _BATCH):
        part = places[start : start + _BATCH]
        falls[start : start + len(part)] = rating - rated([covered(*place) for place in part])
        if on_progress is not None:
            on_progress(start + len(part), len(places))
    values = falls.reshape(rows, columns)
    rest = float(rating - values.sum())
    return HeatMap(values, np.zeros_like(values), rest, float(rating), "occlusion")


def _grid(photo: Image.Image, cells: int) -> tuple[int, int]:
    """Numbers of rows and columns of a grid that has `cells` cells along a photo's long side."""
    side = max(photo.size) / cells
    return max(round(photo.height / side), 1), max(round(photo.width / side), 1)


def _on_grid(parts: Floats, box: Box, rows: int, columns: int) -> Floats:
    """Sums (rows, columns) of a feature map (h, w) over the cells of a grid laid on the photo."""
    down = _overlaps(parts.shape[0], box.top, box.bottom, rows)
    across = _overlaps(parts.shape[1], box.left, box.right, columns)
    return down @ parts @ across.T


def _overlaps(positions: int, start: float, end: float, cells: int) -> Floats:
    """Share (cells, positions) of each feature-map position in each grid cell, on one image axis.

    It is the share of a position's length that lies in a cell. Both are rows, or both columns.
    """
    edges = start + (end - start) * np.arange(positions + 1) / positions
    low, high = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
    marks = np.arange(cells + 1)[:, None] / cells
    shared = np.minimum(high, marks[1:]) - np.maximum(low, marks[:-1])
    return np.maximum(shared, 0) / (high - low)
