import numpy as np
import pytest

from photorank.errors import MissingVectorError, UnknownNameError
from photorank.evaluation.contenders import vector_contender
from photorank.evaluation.evaluate import evaluate, judged_photos
from photorank.evaluation.learning import IN_SAMPLE, judgements_digest, learn_vector
from photorank.evaluation.protocol import Protocol, out_of_fold_ratings
from photorank.index.labelling import import_labels
from photorank.labels.tables import LabelRow, LabelTable
from photorank.rating.photos import compare_embeddings
from photorank.vectors.all_pairs import AllPairs
from photorank.vectors.master import Card, MasterVector
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


def test_a_prior_that_saw_the_photos_holds_nothing_out(index):
    """Its accuracy is called in-sample, evaluation marks it so, and its photos are on the card."""
    add_vector(index, learn_vector(index, "base", "all-pairs"))

    vector = learn_vector(index, "mine", "all-pairs", prior="base")
    add_vector(index, vector)
    evaluation = evaluate(index, vectors=["base", "mine"], learners=[], protocol=Protocol(folds=2))

    assert "pairwise_accuracy" not in vector.card.metrics
    assert 0.5 < vector.card.metrics[IN_SAMPLE]["value"] <= 1
    assert vector.slope is None
    found = {row.vector: row for row in evaluation.results if row.scope == "all"}
    assert found["mine"].in_sample
    assert found["base"].refitted
    assert not found["base"].in_sample


def test_what_a_prior_saw_stays_known(index):
    """A vector learned elsewhere from a prior has seen the prior's photos too."""
    saw = Card(photos=frozenset({"0123456789abcdef"}))
    prior = MasterVector("told", "prompt", np.ones(48), index.fingerprint, card=saw)
    add_vector(index, prior)

    vector = learn_vector(index, "mine", "all-pairs", prior="told")

    assert vector.card.saw("0123456789abcdef" + "0" * 48)
    assert vector.card.saw(index.photos()[0].digest)
    assert vector.card.metrics["pairwise_accuracy"]["value"] > 0.5


def test_a_vector_of_one_person_is_learned_anew_from_that_person(index):
    """Evaluated against everybody, it is refitted from the judgements on its card."""
    base = [index.paths.root.parents[2] / "photos"]
    names = [photo.path.name for photo in index.photos()]
    rows = [
        LabelRow(line, name, float(score), "contrary", None, None, None)
        for line, (name, score) in enumerate(
            zip(names, np.random.default_rng(1).permutation(len(names)), strict=True)
        )
    ]
    import_labels(index.paths, LabelTable("contrary", rows), base=base)
    opened = type(index).open(index.paths)
    add_vector(opened, learn_vector(opened, "theirs", "all-pairs", rater="contrary"))

    photos = judged_photos(opened)
    folds = photos.split(Protocol(folds=2))
    contender = vector_contender(opened, load_vector(opened, "theirs"), photos, folds)

    taught = opened.comparisons(rater="contrary")
    expected = out_of_fold_ratings(AllPairs(), photos, folds, taught=taught)
    assert contender.refitted
    assert contender.ratings == pytest.approx(expected)
    import_labels(index.paths, LabelTable("contrary", rows[:1]), base=base)


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
