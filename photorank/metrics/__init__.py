"""Metrics: agreement of ratings with people's judgements, with confidence intervals.

A metric takes the ratings first and the comparisons second; its docstring names its value at
chance. :func:`photorank.measure` gives all of them with intervals.
"""

from photorank.metrics.calibration import (
    brier,
    expected_calibration_error,
    reliability,
    risk_coverage,
)
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.logistic import pearson_after_logistic
from photorank.metrics.ranking import kendall_tau_b, pairwise_accuracy, pearson, spearman
from photorank.metrics.top_of_list import album_regret_at_k, ndcg, precision_at_k

__all__ = [
    "Difference",
    "Estimate",
    "album_regret_at_k",
    "brier",
    "expected_calibration_error",
    "kendall_tau_b",
    "ndcg",
    "pairwise_accuracy",
    "pearson",
    "pearson_after_logistic",
    "precision_at_k",
    "reliability",
    "risk_coverage",
    "spearman",
]
