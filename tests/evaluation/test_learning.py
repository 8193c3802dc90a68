import numpy as np
import pytest

from photorank.errors import MissingVectorError, UnknownNameError
from photorank.evaluation.evaluate import judged_photos
from photorank.evaluation.learning import judgements_digest, learn_vector
from photorank.rating.photos import compare_embeddings
from photorank.vectors.master import MasterVector
from photorank.vectors.store import add_vector, load_vector


def test_the_card_tells_where_a_vector_is_from(index, tmp_path):
    """Data, counts, digests and held-out accuracy with its interval are on the card."""
    vector = learn_vector(index, "mine", "all-pairs")

    card = vector.card
    assert (card.index, card.n_photos, card.seed) == ("painted", 80, 0)
    assert card.n_pairs == judged_photos(index).comparisons.n_pairs
    assert all(card.saw(photo.digest) for photo in index.photos())
    estimate = card.metrics["pairwise_accuracy"]
    assert estimate["low"] < estimate["value"] < estimate["high"]
    assert card.metrics["protocol"]["fold_by"] == "group"


def test_learned_vectors_are_calibrated(index):
    """Held-out pairs give the slope, so that probabilities mean something."""
    vector = learn_vector(index, "mine", "all-pairs")
    X = index.embeddings()
    order = np.argsort(vector.rate(X, index.fingerprint))

    two = compare_embeddings(index, vector, X[[order[-1], order[0]]])

    assert two.slope.calibrated
    assert 0.8 < two.probabilities[0] < 1
    assert sum(two.probabilities) == pytest.approx(1)


def test_the_digest_of_judgements_sees_every_change(index):
    """It is the same for the same judgements, and another for others."""
    photos = judged_photos(index)
    scores = photos.comparisons.scores.copy()
    scores[[0, 1]] = scores[[1, 0]]
    swapped = type(photos)(
        photos.X,
        photos.comparisons.with_scores(scores),
        photos.groups,
        photos.series,
        photos.digests,
    )

    assert judgements_digest(photos) == judgements_digest(judged_photos(index))
    assert judgements_digest(photos) != judgements_digest(swapped)


def test_a_prior_pulls_the_direction(index):
    """A vector learned from a prior lies nearer to it than one learned without."""
    other = np.random.default_rng(0).normal(size=48)
    prior = MasterVector("prior", "prompt", other, index.fingerprint)
    plain = learn_vector(index, "plain", "all-pairs")
    near = MasterVector("near", "prompt", plain.direction + prior.direction, index.fingerprint)
    add_vector(index, near)

    pulled = learn_vector(index, "pulled", "all-pairs", prior="near")

    assert pulled.direction @ near.direction > plain.direction @ near.direction
    assert pulled.card.parameters["prior"] == "near"


def test_what_a_learner_does_not_understand_is_refused(index):
    """Gap weights for a learner without them, or an unknown prior, are errors in words."""
    with pytest.raises(UnknownNameError, match="argument of mean-difference"):
        learn_vector(index, "mine", "mean-difference", gap_power=1)
    with pytest.raises(MissingVectorError, match="nobody"):
        learn_vector(index, "mine", "all-pairs", prior="nobody")
    with pytest.raises(MissingVectorError):
        load_vector(index, "mine")
