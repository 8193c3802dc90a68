"""The best shot of each series, by technical signals and rating."""

import numpy as np

from photorank.comparisons.codes import rows_by_code
from photorank.index.reading.records import IndexSignals
from photorank.typing import Codes, Floats, Ratings

# What white noise of standard deviation 1 adds to the mean squared Laplacian: 4² + 4 · 1².
_NOISE_IN_DETAIL = 20
# What a picture that is all blown out loses, and each stop of grey levels, where the sharpest and
# the least sharp are 1 apart. Chosen on half of 60 scenes spoilt in eight ways, for three kinds of
# series.
_CLIPPING_LOSS = 10
_LOSS_PER_STOP = 0.5
_MIN_BRIGHTNESS = 0.01  # below it a picture is black


def best_shots(rows: Codes, codes: Codes, merit: Ratings | Codes) -> Codes:
    """Row of the best shot of each series: the highest merit (n,), the first row if tied."""
    order = rows[np.lexsort((rows, -merit[rows], codes[rows]))]
    return order[np.flatnonzero(np.diff(codes[order], prepend=-1))]


def within_series_score(signals: IndexSignals, series: Codes) -> Floats:
    """Technical score (n,) of each photo within its series; series code −1 means no series.

    The rank of the subject's sharpness in the series, from 0 to 1, less ten
    times the share of the picture that is blown out beyond what is in the
    series' best exposed shot, less half of how many stops its grey levels are
    brighter or darker than the series' median. What the noise adds to the
    sharpness is taken off, and detail is relative to the light: else of a dark
    scene the overexposed shot would be the sharpest. Photos of different series
    are not to be compared by it: a misty morning is less sharp than a brick
    wall however well it was taken.

    It is at most 1, with a mean of about 0.5 in a series; 0.5 for a photo on its own,
    and what was not measured is taken to be in the middle.

    Examples
    --------
    >>> names = ("subject_sharpness", "noise", "clipped_highlights", "brightness")
    >>> values = np.array([[-2, 0.5, 0, 0.4], [-3, 0.5, 0, 0.4], [-1, 0.5, 0, 0.4]])
    >>> within_series_score(IndexSignals(names, values), np.array([0, 0, -1]))
    array([1. , 0. , 0.5])
    """
    detail = 10 ** signals.column("subject_sharpness")
    detail -= _NOISE_IN_DETAIL * (signals.column("noise") / 255) ** 2
    light = np.maximum(signals.column("brightness"), _MIN_BRIGHTNESS)
    detail /= light
    lost, stops = signals.column("clipped_highlights"), np.log2(light)
    scores = np.full(len(detail), 0.5)
    for rows in _members(np.asarray(series)):
        measured = rows[np.isfinite(detail[rows]) & np.isfinite(lost[rows])]  # so is light
        if len(measured) > 1:
            excess = lost[measured] - lost[measured].min()
            apart = np.abs(stops[measured] - np.median(stops[measured]))
            scores[measured] = _ranks(detail[measured])
            scores[measured] -= _CLIPPING_LOSS * excess + _LOSS_PER_STOP * apart
    return scores


def order_in_series(ratings: Ratings, signals: IndexSignals, series: Codes) -> Codes:
    """Rank 0 … n − 1 for comparing the photos of one series; higher is better.

    A shot's :func:`within_series_score` and the rank of its rating, from 0 to 1, are added up:
    each of them is blind to faults that the other sees. Of equals the one of better signals
    counts as better. Where nothing was measured, ratings alone decide.

    Examples
    --------
    >>> names = ("subject_sharpness", "noise", "clipped_highlights", "brightness")
    >>> signals = IndexSignals(names, np.array([[-2, 0.5, 0, 0.4], [-3, 0.5, 0, 0.4]]))
    >>> order_in_series(np.array([1.0, 2.0]), signals, np.array([0, 0]))
    array([1, 0])
    """
    score = within_series_score(signals, series)
    together = score.copy()
    for rows in _members(np.asarray(series)):
        together[rows] += _ranks(ratings[rows])
    order = np.lexsort((ratings, score, together))
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.arange(len(order))
    return places


def _members(series: Codes) -> list[Codes]:
    """Rows of each series of two photos or more."""
    several = np.flatnonzero(series >= 0)
    several = several[np.bincount(series[several])[series[several]] > 1]
    return [several[rows] for rows in rows_by_code(series[several])]


def _ranks(values: Floats) -> Floats:
    """Ranks of two or more values, scaled to 0-1; tied values get their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(count) - count
    return np.asarray(below[place] + (count[place] - 1) / 2) / (len(values) - 1)
