"""Probability that people prefer one photo to another, from the two photos' ratings."""

from dataclasses import dataclass

import numpy as np

from photorank.typing import Floats, Ratings
from photorank.vectors.master import MasterVector

# Logarithms of the slopes that are looked at, in logits a standard deviation of the differences.
_LOG_SLOPES = (-12.0, 6.0)


@dataclass(frozen=True)
class Slope:
    """Slope from rating differences to log-odds of preference, with a note on its source."""

    value: float
    calibrated: bool  # fitted on held-out judgements
    reason: str  # where the value is from, in words


def probability(first: float, second: float, slope: float) -> float:
    """Probability that the first photo is better: logistic function of slope · (first − second).

    Swapping the photos swaps the two probabilities, which sum to 1; equal
    ratings give 0.5.

    Examples
    --------
    >>> probability(0.3, 0.1, 5.0) + probability(0.1, 0.3, 5.0)
    1.0
    """
    from scipy.special import expit

    return float(expit(slope * (first - second)))


def fit_slope(differences: Floats, weights: Floats | None = None) -> float:
    """Maximum-likelihood slope (0 or more) of :func:`probability`, fitted to judged photo pairs.

    Differences (m,) are of the photo that people preferred, less the other's, by ratings that
    were not learned from these judgements; weights (m,) say how often each was judged so.
    Certainty is never learned from a finite sample: the outcomes are smoothed to
    (m + 1) / (m + 2) as by Platt (1999).
    """
    from scipy.special import expit

    weight = np.ones(len(differences)) if weights is None else np.asarray(weights, np.float64)
    spread = float(np.sqrt(np.average(differences**2, weights=weight))) if len(weight) else 0.0
    if spread == 0:
        return 0.0
    gap = differences / spread
    won = (weight.sum() + 1) / (weight.sum() + 2)

    def is_too_flat(log_slope: float) -> bool:  # the likelihood, concave in the slope, still rises
        return float((weight * gap) @ (won - expit(np.exp(log_slope) * gap))) > 0

    low, high = _LOG_SLOPES
    if not is_too_flat(low):
        return 0.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if is_too_flat(middle) else (low, middle)
    return float(np.exp(low) / spread)


def uncalibrated_slope(ratings: Ratings) -> float:
    """Default slope of the log-odds of preference: 1 / standard deviation of rating differences."""
    spread = float(np.sqrt(2) * np.std(ratings))  # of the difference of two photos
    return 1 / spread if spread > 0 else 0.0


def slope_for(vector: MasterVector, collection: Ratings, logit_scale: float | None) -> Slope:
    """Fitted or estimated slope of log-odds of preference against a vector's rating differences.

    It is the slope fitted to judgements, else the model's for a prompt, else the collection's.

    The model's is the factor on cosines that the encoder was trained with, if any; the
    collection's follows from the vector's ratings of it (n,).
    """
    if vector.slope is not None:
        # What the probabilities mean depends on what was judged: taste, or known defects.
        source = f" ({vector.card.source})" if vector.card.source else ""
        return Slope(vector.slope, True, f"fitted on pairs that the vector had not seen{source}")
    if logit_scale is not None and vector.kind in ("prompt", "antonyms"):
        slope = logit_scale / vector.scale
        return Slope(slope, False, "not calibrated: the model's own logit scale")
    return Slope(
        uncalibrated_slope(collection),
        False,
        "not calibrated: one standard deviation of the collection's rating differences is one "
        "logit (73 %)",
    )
