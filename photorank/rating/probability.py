"""Probability that people prefer one photo to another, from the difference of two ratings."""

from dataclasses import dataclass

import numpy as np

from photorank.typing import Floats, Ratings


@dataclass(frozen=True)
class Slope:
    """Logits per unit of rating difference, and how far to trust it."""

    value: float
    calibrated: bool  # fitted on held-out judgements
    reason: str  # where the value is from, in words


def probability(first: float, second: float, slope: float) -> float:
    """P(first is better) = σ(slope · (first − second)), between 0 and 1.

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
    """Fit the slope of :func:`probability` to judged pairs by maximum likelihood.

    Parameters
    ----------
    differences : ndarray of shape (m,)
        Rating of the photo that people preferred, minus the other's; from
        ratings that were not learned from these judgements.
    weights : ndarray of shape (m,), optional
        How often each was judged so.

    Returns
    -------
    float
        ≥ 0; 0 if the ratings say nothing of the judgements.

    Notes
    -----
    Certainty is never learned from a finite sample: the outcomes are
    smoothed to (m + 1) / (m + 2) as by Platt (1999).
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_expit

    weight = np.ones(len(differences)) if weights is None else np.asarray(weights, np.float64)
    spread = float(np.sqrt(np.average(differences**2, weights=weight))) if len(weight) else 0.0
    if spread == 0:
        return 0.0
    gap = differences / spread
    won = (weight.sum() + 1) / (weight.sum() + 2)

    def loss(log_slope: float) -> float:
        logit = np.exp(log_slope) * gap
        return -float(
            np.average(won * log_expit(logit) + (1 - won) * log_expit(-logit), weights=weight)
        )

    best = minimize_scalar(loss, bounds=(-12, 6), method="bounded", options={"xatol": 1e-6})
    # The likelihood is concave in the slope, so no gain over a slope of 0 means 0 is best.
    return float(np.exp(best.x) / spread) if best.fun < np.log(2) - 1e-12 else 0.0


def uncalibrated_slope(ratings: Ratings) -> float:
    """Slope that makes one standard deviation of rating differences one logit."""
    spread = float(np.sqrt(2) * np.std(ratings))  # of the difference of two photos
    return 1 / spread if spread > 0 else 0.0


def slope_for(
    kind: str, fitted: float | None, ratings: Ratings, *, logit_scale: float | None, scale: float
) -> Slope:
    """Choose a vector's slope: its fitted one, else its model's own, else the collection's.

    Parameters
    ----------
    kind : str
        The vector's kind.
    fitted : float or None
        Its calibrated slope.
    ratings : ndarray of shape (n,)
        Its ratings of the collection.
    logit_scale : float or None
        The factor on cosines that the encoder was trained with.
    scale : float
        The vector's scale: rating units per unit of cosine.
    """
    if fitted is not None:
        return Slope(fitted, True, "fitted on pairs that the vector had not seen")
    if logit_scale is not None and kind in ("prompt", "antonyms"):
        return Slope(logit_scale / scale, False, "not calibrated: the model's own logit scale")
    return Slope(
        uncalibrated_slope(ratings),
        False,
        "not calibrated: one standard deviation of the collection's rating differences is one "
        "logit (73 %)",
    )
