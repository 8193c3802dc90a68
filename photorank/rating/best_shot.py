"""The best shot of each series, by sharpness, technical quality and rating."""

import numpy as np

from photorank.comparisons.codes import rows_by_code
from photorank.index.opened import Index
from photorank.index.reading.records import IndexSignals
from photorank.typing import Codes, Floats, Ratings
from photorank.vectors.store import builtin_vectors

# Chosen on 1,064 pairs of 46 series of phone shots, of which people rated each shot by itself; they
# order 0.94 of the pairs. Standard deviations are those of everyday photographs, so that a series'
# order does not depend on its collection.
_SHARPNESS_DEVIATION = 0.5  # of the signal: decades of squared detail
_TECHNICAL_DEVIATION = 0.15  # of the ratings by the built-in vector
_TECHNICAL_WEIGHT = 1.0  # beside sharpness
_RATING_WEIGHT = 0.25  # of the chosen vector's rating, in its deviations over the index
# What a shot loses whose picture is blown out beyond what is in the series' best exposed shot. More
# of it finds more shots that are too light by two stops, and loses the lighter of two good ones.
_CLIPPING_LOSS = 5.0
_CLEARLY_CLIPPED = 0.05  # share of the picture


def best_shots(rows: Codes, codes: Codes, merit: Ratings | Codes) -> Codes:
    """Row of the best shot of each series: the highest merit (n,), the first row if tied."""
    order = rows[np.lexsort((rows, -merit[rows], codes[rows]))]
    return order[np.flatnonzero(np.diff(codes[order], prepend=-1))]


def technical_ratings(index: Index) -> Ratings | None:
    """Ratings (n,) of the built-in vector `technical`; None where it sees no fine detail.

    The first version of `embedded` looks at photos of 224 pixels, and other encoders have no such
    vector: sharpness decides alone.
    """
    blocks = index.fingerprint.blocks
    technical = builtin_vectors(index).get("technical")
    return index.rate(technical) if technical and blocks and blocks.stages else None


def merit_in_series(
    ratings: Ratings, signals: IndexSignals, series: Codes, technical: Ratings | None = None
) -> Floats:
    """Merit (n,) for comparing the photos of one series; higher is better.

    The sharpness of the subject, the technical rating and a quarter of the rating, each in
    standard deviations, less what is clearly over-exposed beside the series' best exposed shot.
    Photos of different series are not to be compared by it: a misty morning is less sharp than a
    brick wall however well it was taken. Where a shot of the series was not measured, ratings alone
    decide in it.

    Examples
    --------
    >>> names = ("subject_sharpness", "clipped_highlights")
    >>> signals = IndexSignals(names, np.array([[-2, 0.0], [-3, 0.0], [-1, 0.0]]))
    >>> merit_in_series(np.zeros(3), signals, np.array([0, 0, -1])).argsort().tolist()
    [1, 0, 2]
    """
    spread = float(ratings.std()) if len(ratings) else 0.0
    rated = ratings / spread if spread > 0 else np.zeros(len(ratings))
    merit = signals.column("subject_sharpness") / _SHARPNESS_DEVIATION + _RATING_WEIGHT * rated
    if technical is not None:
        merit += _TECHNICAL_WEIGHT * technical / _TECHNICAL_DEVIATION
    clipped = signals.column("clipped_highlights")
    for rows in _members(np.asarray(series)):
        if np.isfinite(merit[rows]).all():
            excess = clipped[rows] - np.nanmin(clipped[rows]) - _CLEARLY_CLIPPED
            merit[rows] -= _CLIPPING_LOSS * np.maximum(np.nan_to_num(excess), 0)
        else:
            merit[rows] = rated[rows]
    return np.where(np.isfinite(merit), merit, rated)


def _members(series: Codes) -> list[Codes]:
    """Rows of each series."""
    several = np.flatnonzero(series >= 0)
    return [several[rows] for rows in rows_by_code(series[several])]
