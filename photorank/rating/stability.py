"""Stability of ratings under changes of a photo's size, crop and compression."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from photorank.encoders.base import Encoder, encode_photos
from photorank.photos.stability_copies import stability_copies
from photorank.typing import Embeddings, Ratings
from photorank.vectors.master import MasterVector

MAX_STEADY_FLIPS = 0.05  # share of reversed orders in a stable pair


@dataclass(frozen=True)
class OrderStability:
    """Stability of two photos' order by rating when they are resized, cropped or compressed."""

    spreads: tuple[float, float]  # standard deviation of each rating over its variants
    flips: float  # 0 to 1: pairs of variants whose order is not that of the photos themselves

    @property
    def steady(self) -> bool:
        """True if resizing, cropping and compressing seldom change the order of the two photos."""
        return self.flips <= MAX_STEADY_FLIPS


def embed_stability_copies(photo: Image.Image, encoder: Encoder) -> Embeddings:
    """Unit embeddings (k, d) of a photo and its resized, cropped and compressed variants.

    The photo comes first.
    """
    return encode_photos(encoder, [encoder.prepare(one) for one in stability_copies(photo)])


def flips(first: Ratings, second: Ratings) -> float:
    """Share of cases in which altered copies of two photos reverse the photos' order by rating.

    Of all pairs of a variant of the first and one of the second, the share whose
    order is not that of the photos themselves, which come foremost; ties count one
    half, and where the photos themselves tie, everything but a tie does. 0 is
    steady; two photos that no form can tell apart are near 0.5.

    Examples
    --------
    >>> flips(np.array([2.0, 3.0]), np.array([1.0, 2.5]))
    0.25
    """
    gaps = np.sign(first[:, None] - second)  # (k, l)
    return float(np.abs(gaps - gaps[0, 0]).mean() / 2)


def steadiness(vector: MasterVector, first: Embeddings, second: Embeddings) -> OrderStability:
    """Stability of two photos' order by rating, from embeddings of each photo and its variants."""
    ratings = [vector.rate(one, vector.fingerprint) for one in (first, second)]
    spreads = [float(np.std(one, ddof=1)) for one in ratings]
    return OrderStability((spreads[0], spreads[1]), flips(*ratings))
