import numpy as np
import pytest
from PIL import Image

from photorank.encoders.base import Fingerprint
from photorank.errors import ComparisonsError, EncoderMismatchError
from photorank.evaluation.nuisance import compare_without_content, without_content
from photorank.evaluation.photo_kinds import between_kinds, content_directions, kinds_of
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.json_values import to_json
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.learning.judged_photos import judged_photos
from photorank.learning.learn_vector import learn_vector
from photorank.learning.protocol import Protocol
from photorank.vectors.master import MasterVector
from photorank.vectors.store import add_vector, load_vector
from tests.fixtures.colours import ColourEncoder

ONCE = Protocol(folds=4, repeats=1)


@pytest.fixture(scope="module")
def red(painted):
    """Rating vector named "red", learned from the judgements in the index `painted`."""
    return learn_vector(Index.open(painted.index("painted")), "red", "all-pairs")


def kinds(n=90, d=6, seed=0):
    """Embeddings of photos of three kinds with different means, and each photo's kind."""
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 3
    centres = rng.normal(size=(3, d))
    return (centres[codes] + 0.1 * rng.normal(size=(n, d))).astype(np.float32), codes


def test_without_its_content_a_direction_rates_all_kinds_alike():
    """A vector orthogonal to `content_directions` gives all kinds of photos equal mean ratings."""
    X, codes = kinds()
    spanned = content_directions(X, codes)
    v = np.random.default_rng(1).normal(size=X.shape[1])
    rest = v - (v @ spanned.T) @ spanned

    means = [(X[codes == kind] @ rest).mean() for kind in range(3)]
    assert spanned.shape == (2, 6)
    np.testing.assert_allclose(spanned @ spanned.T, np.eye(2), atol=1e-12)
    assert means == pytest.approx([means[0]] * 3, abs=1e-5)
    assert np.ptp([(X[codes == kind] @ v).mean() for kind in range(3)]) > 0.1


def test_photos_of_no_kind_have_no_say():
    """Photos without a kind (code -1) do not change the result of `content_directions`."""
    X, codes = kinds()
    strange = np.concatenate([X, 100 + X[:5]])

    np.testing.assert_allclose(
        np.abs(content_directions(strange, np.append(codes, [-1] * 5))),
        np.abs(content_directions(X, codes)),
    )


@pytest.mark.slow
def test_the_share_between_kinds_is_kelleys():
    """The share of variance between groups of photos equals Kelley's epsilon squared."""
    rng = np.random.default_rng(0)
    codes = np.arange(300) % 5
    r = codes + rng.normal(size=300)
    within = sum(((r[codes == k] - r[codes == k].mean()) ** 2).sum() for k in range(5))
    expected = 1 - (within / 295) / (((r - r.mean()) ** 2).sum() / 299)

    found = between_kinds(r, codes)
    assert found.value == pytest.approx(expected)
    assert found.low < expected < found.high
    chance = [between_kinds(rng.normal(size=60), codes[:60]).value for _ in range(60)]
    assert abs(np.mean(chance)) < 0.03
    assert between_kinds(codes.astype(float), codes).value == pytest.approx(1)


def test_what_is_rated_by_its_kind_alone_is_rated_alike_afterwards(index, red):
    """With content removed from a vector, kinds of photos are rated at least as alike as before."""
    told = []
    found = compare_without_content(
        index, red, clusters=4, protocol=ONCE, on_progress=lambda *done: told.append(done)
    )

    assert told[-1] == (4, 4)
    assert not found.in_sample  # it was learned anew in every fold
    assert found.directions == 3
    assert abs(found.between.after.value) < found.between.before.value + 0.05
    assert sum(gap.n_photos for gap in found.gaps) == 80
    assert [gap.before.value for gap in found.gaps] == sorted(
        (gap.before.value for gap in found.gaps), reverse=True
    )
    assert found.change.value == pytest.approx(
        found.pairwise_accuracy.after.value - found.pairwise_accuracy.before.value
    )
    assert set(to_json(found)) >= {"gaps", "between", "pairwise_accuracy", "change", "within"}


@pytest.mark.slow
def test_a_prior_that_saw_the_photos_makes_the_result_in_sample(own_index):
    """If a vector's prior was learned from the same photos, the result counts as in-sample."""
    photos = own_index.photos()
    rng = np.random.default_rng(0)
    rows = [
        LabelRow(line, photo.path.name, rng.normal(), "", f"g{line % 8}", None, None)
        for line, photo in enumerate(photos)
    ]
    import_labels(own_index.paths, LabelTable("test", rows), base=[photos[0].path.parent])
    index = Index.open(own_index.paths)
    add_vector(index, learn_vector(index, "base", "all-pairs"))
    vector = learn_vector(index, "mine", "all-pairs", prior="base")

    fair = compare_without_content(index, load_vector(index, "base"), clusters=2, protocol=ONCE)
    flattered = compare_without_content(index, vector, clusters=2, protocol=ONCE)

    assert not fair.in_sample
    assert fair.pairwise_accuracy.before.low < 0.5
    assert flattered.in_sample
    assert flattered.pairwise_accuracy.before.low > 0.5


@pytest.mark.slow
def test_on_an_official_split_the_test_part_is_told_of(own_index):
    """On an official train/test split, the pairwise accuracy is that of the test photos alone."""
    photos, scores = own_index.photos(), own_index.labels().scores
    rows = [
        LabelRow(n, photo.path.name, score, "", None, None, None, ("train", "test")[n % 2])
        for n, (photo, score) in enumerate(zip(photos, scores, strict=True))
    ]
    import_labels(own_index.paths, LabelTable("split", rows), base=[photos[0].path.parent])
    index = Index.open(own_index.paths)
    vector = learn_vector(index, "red", "all-pairs")

    found = compare_without_content(index, vector, clusters=2, protocol=Protocol(fold_by="split"))

    assert sum(gap.n_photos for gap in found.gaps) == 40
    assert found.pairwise_accuracy.before.method == "jackknife"
    assert found.pairwise_accuracy.before.low > 0.5
    assert not found.in_sample


def test_no_two_clusters_have_one_name(index):
    """If there are more clusters than the 36 words for names, the others are named by number."""

    class WordedEncoder(ColourEncoder):
        def encode_texts(self, texts):
            return np.eye(self.dimensions, dtype=np.float32)[: len(texts)]

    codes, names = kinds_of(index, judged_photos(index), "clusters", 40, 0, WordedEncoder)

    assert len(set(names)) == len(names) == len(set(codes.tolist())) == 40
    assert sum(name.startswith("like ") for name in names) == 36


def test_groups_are_kinds_too(index, red):
    """The groups in the label table can be used as kinds of content, under their own names."""
    found = compare_without_content(index, red, by="group", protocol=ONCE)

    assert {gap.group for gap in found.gaps} == {f"g{number}" for number in range(8)}
    assert found.directions == 7


def test_the_vector_without_content_is_at_right_angles_to_it(index, red):
    """A vector without the influence of groups gives all groups of photos equal mean ratings."""
    rest = without_content("rest", index, red, by="group")

    X, codes = index.embeddings(), index.labels().groups
    means = np.array([rest.rate(X[codes == k], index.fingerprint).mean() for k in range(8)])
    assert np.ptp(means) < 1e-6
    assert rest.card.photos == red.card.photos
    assert rest.card.parameters["without_content"] == "group"
    assert rest.slope is None


def test_the_vector_that_is_kept_is_the_one_that_was_measured(index, red):
    """The saved vector is the same vector that the evaluation measured."""
    photos = judged_photos(index)
    drawn, others = (kinds_of(index, photos, "clusters", 4, seed, None)[0] for seed in (5, 6))
    sizes, other_sizes = (sorted(np.bincount(codes)) for codes in (drawn, others))
    assert sizes != other_sizes

    protocol = Protocol(folds=2, repeats=1, seed=5)
    measured = compare_without_content(index, red, clusters=4, protocol=protocol)
    kept = without_content("rest", index, red, clusters=4, seed=5)

    assert sorted(gap.n_photos for gap in measured.gaps) == sizes
    spanned = content_directions(photos.X, drawn)
    assert measured.directions == len(spanned)
    expected = red.direction - (red.direction @ spanned.T) @ spanned
    np.testing.assert_allclose(kept.direction, expected / np.linalg.norm(expected), atol=1e-12)


def test_another_encoders_vector_is_refused(index):
    """A vector made for another encoder raises an EncoderMismatchError."""
    stranger = MasterVector("v", "prompt", np.eye(48)[0], Fingerprint("m", "0" * 64, "crop", 8))
    with pytest.raises(EncoderMismatchError):
        compare_without_content(index, stranger)


@pytest.mark.parametrize("n", [2, 5, 6])
def test_too_few_photos_are_told(library, n):
    """If too few photos are judged, an error asks for more judgements, instead of nan results."""
    rng, rows = np.random.default_rng(0), []
    for at in range(n):
        cells = Image.fromarray(rng.integers(0, 256, (4, 4, 3), dtype=np.uint8))
        cells.resize((64, 64), Image.Resampling.NEAREST).save(library.folder / f"{at}.png")
        rows.append(LabelRow(2 + at, f"{at}.png", float(at), "", None, None, None))
    library.build()
    import_labels(library.paths, LabelTable("s", rows))
    index = library.index
    vector = MasterVector("v", "prompt", np.ones(48), index.fingerprint)
    with pytest.raises(ComparisonsError, match="judge more of them"):
        compare_without_content(index, vector)


def test_one_kind_is_no_content(index, red):
    """A single cluster is refused, because a comparison of kinds of photos needs two or more."""
    with pytest.raises(ComparisonsError, match="fewer than two kinds"):
        compare_without_content(index, red, clusters=1, protocol=ONCE)
