import numpy as np
import pytest

from photorank.errors import MissingVectorError, UnknownNameError
from photorank.evaluation.evaluate import evaluate
from photorank.index.judging.import_rows import import_choices
from photorank.labels.tables.judgement_tables import ChoiceRow, ChoiceTable
from photorank.learning.judged_photos import judged_photos
from photorank.learning.learn_vector import IN_SAMPLE, judgements_digest, learn_vector
from photorank.learning.protocol import Protocol
from photorank.rating.rate_photo import compare_embeddings
from photorank.vectors.master import Card, MasterVector
from photorank.vectors.store import add_vector, load_vector
from photorank.vectors.taste.fit_taste import Judged, taste_of
from photorank.vectors.taste.population_prior import prior_in

ONCE = Protocol(folds=2, repeats=1)


@pytest.mark.slow
def test_the_card_tells_where_a_vector_is_from(index, tmp_path):
    """A learned vector's card has photo and pair counts, digests and held-out accuracy."""
    vector = learn_vector(index, "mine", "all-pairs")

    card = vector.card
    assert (card.index, card.n_photos, card.seed) == ("painted", 80, 0)
    assert card.n_pairs == judged_photos(index).comparisons.n_pairs
    assert all(card.saw(photo.digest) for photo in index.photos())
    estimate = card.metrics["pairwise_accuracy"]
    assert estimate["low"] < estimate["value"] < estimate["high"]
    assert card.metrics["protocol"]["fold_by"] == "group"


@pytest.mark.slow
def test_learned_vectors_are_calibrated(index):
    """A learned vector gives calibrated probabilities that one photo is preferred to another."""
    vector = learn_vector(index, "mine", "all-pairs")
    X = index.embeddings()
    order = np.argsort(vector.rate(X, index.fingerprint))

    two = compare_embeddings(index, vector, X[[order[-1], order[0]]])

    assert two.slope.calibrated
    assert 0.8 < two.probabilities[0] < 1
    assert sum(two.probabilities) == pytest.approx(1)


def test_the_digest_of_judgements_sees_every_change(index):
    """Equal judgements have equal digests, and swapping two scores changes the digest."""
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


@pytest.mark.slow
def test_a_prior_that_saw_the_photos_holds_nothing_out(index):
    """If the prior was learned from the same photos, the accuracy is labelled in-sample."""
    add_vector(index, learn_vector(index, "base", "all-pairs"))

    vector = learn_vector(index, "mine", "all-pairs", prior="base")
    add_vector(index, vector)
    evaluation = evaluate(index, vectors=["base", "mine"], learners=[], protocol=ONCE)

    assert "pairwise_accuracy" not in vector.card.metrics
    assert 0.5 < vector.card.metrics[IN_SAMPLE]["value"] <= 1
    assert vector.slope is None
    found = {row.vector: row for row in evaluation.results if row.scope == "all"}
    assert found["mine"].in_sample
    assert found["base"].refitted
    assert not found["base"].in_sample


@pytest.mark.slow
def test_what_a_prior_saw_stays_known(index):
    """A vector's metadata also list the training photos of the prior vector used in learning."""
    saw = Card(photos=frozenset({"0123456789abcdef"}))
    prior = MasterVector("told", "prompt", np.ones(48), index.fingerprint, card=saw)
    add_vector(index, prior)

    vector = learn_vector(index, "mine", "all-pairs", prior="told")

    assert vector.card.saw("0123456789abcdef" + "0" * 48)
    assert vector.card.saw(index.photos()[0].digest)
    assert vector.card.metrics["pairwise_accuracy"]["value"] > 0.5


@pytest.mark.slow
def test_a_prior_pulls_the_direction(index):
    """A vector learned with a prior points closer to the prior than one learned without it."""
    other = np.random.default_rng(0).normal(size=48)
    prior = MasterVector("prior", "prompt", other, index.fingerprint)
    plain = learn_vector(index, "plain", "all-pairs")
    near = MasterVector("near", "prompt", plain.direction + prior.direction, index.fingerprint)
    add_vector(index, near)

    pulled = learn_vector(index, "pulled", "all-pairs", prior="near")

    assert pulled.direction @ near.direction > plain.direction @ near.direction
    assert pulled.card.parameters["prior"] == "near"


def test_what_a_learner_does_not_understand_is_refused(index):
    """An argument that the learner lacks, or an unknown prior, is refused with an error."""
    with pytest.raises(UnknownNameError, match="argument of mean-difference"):
        learn_vector(index, "mine", "mean-difference", gap_power=1)
    with pytest.raises(MissingVectorError, match="nobody"):
        learn_vector(index, "mine", "all-pairs", prior="nobody")
    with pytest.raises(MissingVectorError):
        load_vector(index, "mine")


def test_one_persons_choices_teach_where_the_index_has_scores(own_index):
    """A personal vector is learned from choices even if the index's other judgements are scores."""
    names = sorted(photo.path.name for photo in own_index.photos())
    rows = [ChoiceRow(n + 2, names[n], names[n + 40], n % 9 == 0, "bob") for n in range(40)]
    import_choices(own_index.paths, ChoiceTable("bob.csv", rows), judgements="scores")
    prior = MasterVector("prior", "prompt", np.ones(48) + np.arange(48), own_index.fingerprint)
    add_vector(own_index, prior)

    made = learn_vector(own_index, "bobs", "personal", rater="bob", prior="prior")

    ground = prior_in(own_index, prior.direction)
    pairs = own_index.choices("bob")
    said = Judged(
        ground.coordinates(own_index.embeddings()),
        np.column_stack([pairs.winners, pairs.losers]),
        pairs.ties.astype(float),
    )
    np.testing.assert_allclose(made.direction, taste_of(ground, said).direction, atol=1e-6)
    assert made.kind == "personal"
    assert made.card.parameters["rater"] == "bob"
    assert "pairwise_accuracy" in made.card.metrics


@pytest.mark.slow
def test_a_personal_vector_is_evaluated_out_of_fold(own_index):
    """A personal vector is tested only on photos of folds from which it was not learned."""
    prior = MasterVector("prior", "prompt", np.ones(48) + np.arange(48), own_index.fingerprint)
    add_vector(own_index, prior)
    made = learn_vector(own_index, "mine", "personal", prior="prior")
    add_vector(own_index, made)

    found = evaluate(own_index, vectors=["mine"], learners=["personal"], protocol=ONCE)

    rows = {row.vector: row for row in found.results if row.scope == "all"}
    assert rows["mine"].refitted
    assert not rows["mine"].in_sample
    assert rows["personal"].metrics["pairwise_accuracy"].value > 0.5
