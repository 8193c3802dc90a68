"""Tests of the random-direction baseline (accuracy of guessing), for many photos and few pairs."""

import warnings

import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.evaluation.random_directions import random_result
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.ranking import kendall_tau_b, pairwise_accuracy

PROTOCOL = Protocol(fold_by="photo")


def judged(scores, codes):
    """Photos with given scores and random embeddings, and their held-out pairs by fold."""
    n = len(scores)
    X = np.random.default_rng(0).normal(size=(n, 16)).astype(np.float32)
    none = np.full(n, -1)
    photos = JudgedPhotos(X, Comparisons.from_scores(scores), none, none, ("",) * n)
    folds = Folds(np.asarray(codes)[None], int(np.max(codes)) + 1, None)
    return photos, HeldOutPairs.of(photos.comparisons, folds)


def test_the_mean_is_that_of_the_metrics_for_each_direction():
    """The reported metric is the mean over all random directions, even if labels are tied."""
    scores = np.random.default_rng(1).integers(0, 4, 60).astype(float)
    photos, pairs = judged(scores, np.arange(60) % 3)
    found = random_result(photos, pairs, "all", PROTOCOL).metrics

    directions = np.random.default_rng(PROTOCOL.seed).normal(size=(200, 16))
    for name, metric in (
        ("pairwise_accuracy", pairwise_accuracy),
        ("kendall_tau_b", kendall_tau_b),
    ):
        values = [metric(photos.X @ one, pairs.graphs[0]) for one in directions]
        assert np.isclose(found[name].value, np.mean(values))
        assert np.isclose(found[name].low, np.quantile(values, 0.025))


@pytest.mark.slow
def test_folds_of_thousands_are_rated_by_some_of_their_photos():
    """If a fold has thousands of photos, random directions are tested on a few hundred of them."""
    scores = np.random.default_rng(1).normal(size=4_000)
    photos, pairs = judged(scores, np.arange(4_000) % 2)

    found = random_result(photos, pairs, "within", PROTOCOL).metrics["pairwise_accuracy"]

    assert abs(found.value - 0.5) < 0.03
    assert 0.4 < found.low < 0.5 < found.high < 0.6


@pytest.mark.slow
def test_without_a_pair_nothing_is_defined_and_nothing_is_warned_of():
    """If no tested photos differ in label, the metrics are undefined and no warning is raised."""
    scores = np.zeros(700)
    scores[-1] = 1.0
    photos, pairs = judged(scores, np.arange(700) // 350)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = random_result(photos, pairs, "within", PROTOCOL).metrics

    assert all(not one.is_defined for one in found.values())
