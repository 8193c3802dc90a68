"""Tests of ratings of held-out photos, and of the pairs a vector orders most wrongly."""

from dataclasses import replace

import numpy as np
import pytest

from photorank.learning.confident_mistakes import confident_mistakes
from photorank.learning.held_out_ratings import held_out_ratings
from photorank.learning.judged_photos import judged_photos
from photorank.learning.learn_vector import learn_vector
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.vectors.master import MasterVector
from photorank.vectors.store import add_vector


@pytest.mark.slow
def test_photos_that_were_learned_from_are_rated_without_them(index):
    """Photos that a vector learned from are rated by refits without them, which agree less."""
    vector = learn_vector(index, "mine", "all-pairs")
    add_vector(index, vector)
    ratings = index.rate(vector)
    found = held_out_ratings(index, vector, ratings)
    scores = index.labels().scores

    assert found.refitted
    assert found.seen.all()
    assert np.isfinite(found.ratings).all()
    plain, held = (np.corrcoef(one, scores)[0, 1] for one in (ratings, found.ratings))
    assert held < plain


@pytest.mark.slow
def test_what_saw_the_photos_elsewhere_rates_none_of_them(index):
    """A vector that saw the photos in another index has no held-out ratings."""
    vector = learn_vector(index, "mine", "all-pairs")
    elsewhere = replace(vector, card=replace(vector.card, index="elsewhere"))

    found = held_out_ratings(index, elsewhere, index.rate(elsewhere))

    assert not found.refitted
    assert found.seen.all()
    assert np.isnan(found.ratings).all()


def test_a_vector_that_saw_nothing_rates_as_it_is(index):
    """A vector made from words has seen no photo, so its ratings are left unchanged."""
    words = MasterVector("words", "prompt", np.eye(48)[0], index.fingerprint)

    found = held_out_ratings(index, words, index.rate(words))

    assert not found.seen.any()
    np.testing.assert_array_equal(found.ratings, index.rate(words))


def test_mistakes_are_pairs_that_people_order_the_other_way(index):
    """The list of pairs that a vector orders wrongly begins with the largest rating difference."""
    words = MasterVector("words", "prompt", np.eye(48)[3], index.fingerprint)
    found = held_out_ratings(index, words, index.rate(words))
    scores = index.labels().scores

    pairs = confident_mistakes(index, found, 8)

    gaps = found.ratings[pairs[:, 1]] - found.ratings[pairs[:, 0]]
    assert len(pairs) == 8
    assert (scores[pairs[:, 0]] > scores[pairs[:, 1]]).all()
    assert (gaps > 0).all()
    assert (np.diff(gaps) <= 0).all()
    assert len(set(pairs.ravel().tolist())) == 16


@pytest.mark.slow
def test_mistakes_of_a_learned_vector_are_made_by_one_model(index):
    """In each wrongly ordered pair, the same refitted vector rated both photos."""
    vector = learn_vector(index, "mine", "all-pairs")
    add_vector(index, vector)
    found = held_out_ratings(index, vector, index.rate(vector))

    pairs = confident_mistakes(index, found, 5)

    fold = np.full(len(index), -1)
    photos = judged_photos(index)
    fold[photos.rows] = split_into_folds(photos, Protocol(repeats=1)).codes[0]
    assert len(pairs)
    assert (fold[pairs[:, 0]] == fold[pairs[:, 1]]).all()
