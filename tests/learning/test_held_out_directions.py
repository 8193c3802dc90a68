import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from photorank.errors import ComparisonsError, EncoderMismatchError
from photorank.index.judging.import_rows import import_labels
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.learning.held_out_directions import (
    Refits,
    fitting,
    held_out,
    how_tested,
    out_of_fold_directions,
    out_of_fold_ratings,
)
from photorank.learning.judged_photos import judged_photos
from photorank.learning.learn_vector import learn_vector
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.ranking import pairwise_accuracy
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.master import Card, MasterVector
from photorank.vectors.seen_pictures import SeenPictures
from photorank.vectors.store import add_vector, load_vector, remove_vector

QUICK = Protocol(folds=4, repeats=2)


@pytest.mark.slow
def test_a_fit_has_one_thread_of_every_blas():
    """During fitting, every BLAS library, including SciPy's, is limited to one thread."""
    program = """
import numpy as np
from threadpoolctl import threadpool_info
from photorank.learning.held_out_directions import fitting
with fitting(np.ones((2, 2), dtype=np.float32)):
    import scipy.linalg
    print(*(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"))
"""
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert set(ran.stdout.split()) == {"1"}


def test_an_official_split_is_tested_on_once(index):
    """An official split's training part is used for fitting and its test part for one test."""
    known = judged_photos(index)
    parts = tuple(("train", "test", "validation")[n % 3] for n in range(len(known.X)))
    photos = replace(known, splits=parts)
    folds = split_into_folds(photos, Protocol(fold_by="split"))
    rated = out_of_fold_ratings(AllPairs(), photos, folds)[0]

    tested = np.array(parts) == "test"
    taught = np.flatnonzero(np.array(parts) == "train")
    fitted = AllPairs().fit(photos.X[taught], photos.comparisons.take(taught))
    assert folds.learned_from(0, 0).tolist() == taught.tolist()
    assert rated[tested] == pytest.approx(fitted.decision_function(photos.X[tested]))
    with pytest.raises(ComparisonsError, match="no official split"):
        split_into_folds(known, Protocol(fold_by="split"))


def test_no_photo_is_rated_by_a_model_that_saw_it(index):
    """A photo's held-out rating comes from a model learned only on photos of the other folds."""
    photos = judged_photos(index)

    class Memory(DirectionLearner):
        """Learner that records which photos it was given to learn from."""

        def _learn(self, X, comparisons):
            seen.append({row.tobytes() for row in X.astype(np.float32)})
            return X.mean(axis=0)

    seen = []
    folds = split_into_folds(photos, QUICK)
    ratings = out_of_fold_ratings(Memory(), photos, folds)

    assert ratings.shape == (2, 80)
    assert len(seen) == 8
    for repeat, fold in np.ndindex(2, 4):  # fits run at once and end in any order
        tested = folds.codes[repeat] == fold
        assert np.count_nonzero(tested) == 20
        seen.remove({row.tobytes() for row in photos.X[~tested]})
    assert not seen


@pytest.mark.parametrize("fold_by", ["photo", "group"])
def test_shuffled_labels_score_chance(index, fold_by):
    """A learner's accuracy on shuffled labels stays close to one half."""
    labels = judged_photos(index)
    rng = np.random.default_rng(5)
    shuffled = labels.comparisons.with_scores(rng.permutation(labels.comparisons.scores))
    photos = type(labels)(labels.X, shuffled, labels.groups, labels.series, labels.digests)
    folds = split_into_folds(photos, Protocol(fold_by=fold_by, folds=8, repeats=1))

    ratings = out_of_fold_ratings(AllPairs(), photos, folds)

    within = shuffled.restricted(folds.codes[0], "within")
    assert 0.35 < pairwise_accuracy(ratings[0], within) < 0.65


def test_what_has_not_seen_the_photos_is_tested_as_it_is(index):
    """A vector that never saw the photos is tested unchanged in every fold."""
    vector = MasterVector("words", "prompt", np.eye(48)[0], index.fingerprint)
    photos = judged_photos(index)
    found = held_out(index, vector, photos, split_into_folds(photos, QUICK))

    assert found.testing == "as it is"
    assert found.directions.shape == (2, 4, 48)
    assert (found.directions == vector.direction).all()
    stranger = replace(vector, fingerprint=replace(index.fingerprint, weights="f" * 64))
    with pytest.raises(EncoderMismatchError):
        how_tested(index, stranger, photos)


@pytest.mark.slow
def test_what_saw_the_photos_is_learned_anew_where_that_holds_them_out(index):
    """A vector that was learned from an index is learned again to test it on unseen photos."""
    photos = judged_photos(index)
    learned = learn_vector(index, "base", "all-pairs")
    elsewhere = replace(learned, card=replace(learned.card, index="elsewhere"))
    add_vector(index, learned)
    add_vector(index, MasterVector("words", "prompt", np.eye(48)[0], index.fingerprint))
    seen = learn_vector(index, "mine", "all-pairs", prior="base")
    fair = learn_vector(index, "ours", "all-pairs", prior="words")

    assert how_tested(index, learned, photos) == "refitted"
    assert how_tested(index, fair, photos) == "refitted"
    assert how_tested(index, seen, photos) == "in-sample"
    assert how_tested(index, elsewhere, photos) == "in-sample"
    assert how_tested(index, replace(learned, kind="blend"), photos) == "in-sample"
    remove_vector(index, "words")
    assert how_tested(index, fair, photos) == "in-sample"


@pytest.mark.slow
def test_a_vector_of_one_person_is_learned_anew_from_that_person(own_index):
    """To test one person's vector, the vector is learned again from that person's judgements."""
    base = [own_index.photos()[0].path.parent]
    names = [photo.path.name for photo in own_index.photos()]
    rows = [
        LabelRow(line, name, float(score), "contrary", None, None, None)
        for line, (name, score) in enumerate(
            zip(names, np.random.default_rng(1).permutation(len(names)), strict=True)
        )
    ]
    import_labels(own_index.paths, LabelTable("contrary", rows), base=base)
    opened = type(own_index).open(own_index.paths)
    add_vector(opened, learn_vector(opened, "theirs", "all-pairs", rater="contrary"))

    photos = judged_photos(opened)
    folds = split_into_folds(photos, Protocol(folds=2))
    found = held_out(opened, load_vector(opened, "theirs"), photos, folds)

    taught = replace(photos, comparisons=opened.comparisons(rater="contrary"))
    assert found.testing == "refitted"
    np.testing.assert_array_equal(
        found.directions, out_of_fold_directions(AllPairs(), taught, folds)
    )


@pytest.mark.slow
def test_a_person_of_few_judgements_is_tested_in_sample(own_index):
    """If a person has too few judgements to refit their vector by fold, the test is in-sample."""
    base = [own_index.photos()[0].path.parent]
    names = [photo.path.name for photo in own_index.photos()[:2]]
    rows = [LabelRow(n, name, float(n), "brief", None, None, None) for n, name in enumerate(names)]
    import_labels(own_index.paths, LabelTable("brief", rows), base=base)
    opened = type(own_index).open(own_index.paths)
    everybody = learn_vector(opened, "theirs", "all-pairs")
    parameters = everybody.card.parameters | {"rater": "brief"}
    vector = replace(everybody, card=replace(everybody.card, parameters=parameters))

    photos = judged_photos(opened)
    found = held_out(opened, vector, photos, split_into_folds(photos, QUICK))

    assert how_tested(opened, vector, photos) == "refitted"
    assert found.testing == "in-sample"
    assert (found.directions == vector.direction).all()


@pytest.mark.slow
def test_an_altered_copy_counts_as_the_photo_that_was_learned_from(index):
    """A vector counts as in-sample on a re-saved copy of a photo that it learned from."""
    learned = learn_vector(index, "base", "all-pairs")
    photos = judged_photos(index)
    copies = replace(photos, digests=tuple(f"copy of {digest}" for digest in photos.digests))
    elsewhere = replace(learned, card=replace(learned.card, index="elsewhere"))
    blind = replace(elsewhere, card=replace(elsewhere.card, pictures=None))
    rng = np.random.default_rng(0)
    others = replace(copies, greys=rng.integers(0, 256, copies.greys.shape).astype(np.uint8))

    assert how_tested(index, elsewhere, copies) == "in-sample"
    assert how_tested(index, blind, copies) == "as it is"
    assert how_tested(index, elsewhere, others) == "as it is"
    unknown = replace(blind, card=replace(blind.card, unknown=True))
    assert how_tested(index, unknown, copies) == "unknown"


@pytest.mark.slow
def test_what_a_prior_has_seen_is_on_the_card_too(index):
    """A vector's card recognises photos that the vector or its prior was learned from."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 48)).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    greys = rng.integers(0, 256, (30, 128)).astype(np.uint8)
    card = Card(pictures=SeenPictures.of(X, greys))
    add_vector(index, MasterVector("base", "blend", np.eye(48)[0], index.fingerprint, card=card))

    learned = learn_vector(index, "mine", "all-pairs", prior="base")

    photos = judged_photos(index)
    assert learned.card.pictures.recognises(X, greys).all()
    assert learned.card.pictures.recognises(photos.X, photos.greys).all()


@pytest.mark.slow
def test_the_same_learner_is_refitted_once(index):
    """Earlier refits are reused for a learner with the same parameters, but not for another."""
    photos = judged_photos(index)
    fits = []
    with fitting(photos.X) as threads:
        refits = Refits(split_into_folds(photos, QUICK), threads)
        first = refits.directions(AllPairs(), photos, lambda: fits.append(1))
        again = refits.directions(AllPairs(), photos, lambda: fits.append(1))
        other = refits.directions(AllPairs(alpha=1.0), photos, lambda: fits.append(1))

    assert again is first
    assert len(fits) == 2 * first.shape[0] * first.shape[1]
    assert not np.allclose(first, other)
