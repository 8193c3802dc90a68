"""Tests of cached embedding differences between judged photos and their degraded copies."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from photorank.encoders.base import Fingerprint
from photorank.errors import ComparisonsError, TooFewPhotosError
from photorank.evaluation.contenders import vector_contender
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.learning.degraded_differences import cached_differences, differences_from_degraded
from photorank.learning.held_out_directions import Refits, fitting, held_out
from photorank.learning.judged_photos import judged_photos
from photorank.learning.learn_vector import learn_vector
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.photos.degraded.degrade import BESIDE_SCORES
from photorank.workspace import Workspace
from tests.fixtures.colours import ColourEncoder

COPIES = len(BESIDE_SCORES)
N = 14  # judged photos


@pytest.fixture
def paths(tmp_path):
    """Paths of the files that make up an index of 14 photos with random scores."""
    index = Workspace(tmp_path / "home").index("judged")
    files = paint(tmp_path / "photos", N)
    build_index(index, BuildRequest([tmp_path / "photos"], load=ColourEncoder))
    judge(index, files)
    return index


def paint(folder, n):
    """Write n image files of 16 random colours each, too different to be near-duplicates."""
    folder.mkdir(exist_ok=True)
    files = [folder / f"{number:02}.png" for number in range(n)]
    for number, file in enumerate(files):
        colours = np.random.default_rng(number).integers(1, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(colours).resize((24, 24), Image.Resampling.NEAREST).save(file)
    return files


def judge(paths, files):
    """Import a random score for each photo file into an index."""
    draw = np.random.default_rng(len(files))
    rows = [LabelRow(2, file.name, float(draw.normal()), "", None, None, None) for file in files]
    import_labels(paths, LabelTable(f"scores of {len(files)}", rows), base=[files[0].parent])


def learn(index, name="joint", encoder=None):
    """Vector learned from judged pairs and, with weight 0.5, from pairs with degraded copies."""
    return learn_vector(
        index, name, "all-pairs", with_degradations=0.5, load=encoder or ColourEncoder
    )


def test_copies_are_embedded_once(paths):
    """Embeddings of degraded copies are cached: only newly judged photos' copies are embedded."""
    index, encoder, counts = Index.open(paths), ColourEncoder(), []
    first = differences_from_degraded(index, judged_photos(index), lambda: encoder, 0.1)
    assert encoder.encoded == N * (1 + COPIES)
    again = differences_from_degraded(index, judged_photos(index), lambda: 1 / 0, 0.1)
    np.testing.assert_array_equal(first.rows, again.rows)
    folder = index.photo(0).path.parent
    files = paint(folder, N + 2)
    build_index(paths, BuildRequest([folder], load=ColourEncoder))
    judge(paths, files)
    index = Index.open(paths)
    differences_from_degraded(
        index,
        judged_photos(index),
        lambda: encoder,
        0.1,
        on_progress=lambda *done: counts.append(done),
    )
    assert encoder.encoded == (N + 2) * (1 + COPIES)
    assert counts[-1] == (2, 2)


def test_differences_are_those_of_each_photo(paths):
    """Cached differences between photos and degraded copies are returned in the photos' order."""
    index = Index.open(paths)
    photos = judged_photos(index)
    told = differences_from_degraded(index, photos, ColourEncoder, 0.3)
    order = np.random.default_rng(0).permutation(N)
    turned = cached_differences(index, photos.take(order), 0.3)
    assert told.weight == turned.weight == 0.3
    assert turned.photos.tolist() == np.repeat(np.arange(N), COPIES).tolist()
    np.testing.assert_array_equal(
        turned.rows.reshape(N, COPIES, -1), told.rows.reshape(N, COPIES, -1)[order]
    )
    assert turned.margins[:COPIES].tolist() == [copy.margin for copy in BESIDE_SCORES]
    light = [copy.name for copy in BESIDE_SCORES].index("2 stops too light")
    assert (np.linalg.norm(told.rows.reshape(N, COPIES, -1)[:, light], axis=1) > 0.01).all()


def test_of_many_photos_those_with_the_smallest_digests_have_copies(paths):
    """If only ten photos may have degraded copies, those with the smallest digests are chosen."""
    index = Index.open(paths)
    photos = judged_photos(index)
    told = differences_from_degraded(index, photos, ColourEncoder, 0.1, most=10)
    drawn = {photos.digests[place] for place in told.photos.tolist()}
    assert drawn == set(sorted(photos.digests)[:10])


def test_a_vector_is_tested_by_learning_it_anew_with_copies(paths):
    """Held-out tests learn a vector again, with the cached degraded copies of photos."""
    index = Index.open(paths)
    vector, photos = learn(index), judged_photos(index)
    folds = split_into_folds(photos, Protocol(folds=2, repeats=1))
    found = held_out(index, vector, photos, folds)
    assert found.testing == "refitted"
    beside = cached_differences(index, photos, 0.5)
    learner = learn_vector(index, "plain", "all-pairs")
    plain = held_out(index, learner, photos, folds).directions
    assert np.abs(found.directions - plain).max() > 0.01
    taught = replace(photos, beside=beside)
    for fold in range(2):
        part = taught.take(folds.learned_from(0, fold))
        assert set(part.beside.photos.tolist()) == set(range(len(part.X)))
        expected = _fit(part)
        np.testing.assert_allclose(found.directions[0, fold], expected, atol=1e-6)
    with fitting(photos.X) as threads:
        refits = Refits(folds, threads)
        assert vector_contender(index, vector, photos, refits).refitted
        paths.degraded.unlink()
        contender = vector_contender(index, vector, photos, refits)
        assert contender.in_sample
        assert not contender.refitted


def _fit(photos):
    """Direction learned from all pairs of photos and their degraded copies."""
    from photorank.vectors.learners.all_pairs import AllPairs

    learner = AllPairs().fit(photos.X, photos.comparisons, photos.scenes, photos.beside)
    return learner.direction_


@pytest.mark.parametrize(
    "damage", ["cut", "header", "digests", "other shape", "no number", "other encoder"]
)
def test_a_useless_cache_is_made_anew(paths, damage):
    """If the cache file is damaged or belongs to another encoder, the file is written anew."""
    index, encoder = Index.open(paths), ColourEncoder()
    photos = judged_photos(index)
    told = differences_from_degraded(index, photos, ColourEncoder, 0.1)
    kept = dict(np.load(paths.degraded))
    if damage == "cut":
        paths.degraded.write_bytes(paths.degraded.read_bytes()[:500])
    elif damage == "header":  # of an array within the file; NumPy's parser raises a SyntaxError
        data = paths.degraded.read_bytes()
        paths.degraded.write_bytes(data.replace(b"'descr': '<f4'", b"'descr', '<f4'"))
    elif damage == "digests":
        np.savez(paths.degraded, **kept | {"digests": kept["digests"][:, None]})
    elif damage == "other shape":
        np.savez(paths.degraded, **kept | {"rows": kept["rows"][:, 1:]})
    elif damage == "no number":
        kept["rows"][0, 0, 0] = np.nan
        np.savez(paths.degraded, **kept)
    else:
        other = str(kept["identity"]).replace("squash", "pad")
        np.savez(paths.degraded, **kept | {"identity": np.array(other)})
    assert cached_differences(index, photos, 0.1) is None
    again = differences_from_degraded(index, photos, lambda: encoder, 0.1)
    assert encoder.encoded == N * (1 + COPIES)
    np.testing.assert_array_equal(told.rows, again.rows)


def test_too_few_photos_are_refused_with_the_reason(paths):
    """If under ten photos can be read, the error says why, but their copies are still cached."""
    index = Index.open(paths)
    photos = judged_photos(index)
    for row in photos.rows[:6].tolist():
        index.photo(row).path.unlink()
    with pytest.raises(TooFewPhotosError, match=r"has 8 photos .*vanished.* 10 are needed"):
        differences_from_degraded(index, photos, ColourEncoder, 0.1)
    assert cached_differences(index, photos, 0.1) is None
    assert len(np.load(paths.degraded)["digests"]) == 8


def test_learning_goes_on_without_room_for_the_cache(paths):
    """If degraded copies of photos cannot be cached, a vector is still learned."""
    paths.degraded.mkdir()  # a folder in the file's place
    index = Index.open(paths)
    vector = learn(index)
    assert vector.card.parameters["with_degradations"] == 0.5
    photos = judged_photos(index)
    folds = split_into_folds(photos, Protocol(folds=2, repeats=1))
    assert held_out(index, vector, photos, folds).testing == "in-sample"


def test_copies_of_another_framing_are_not_taken(paths):
    """Cached degraded copies record the photos' framing and are not used with another framing."""
    index = Index.open(paths)
    differences_from_degraded(index, judged_photos(index), ColourEncoder, 0.1)
    told = str(np.load(paths.degraded)["identity"])
    assert repr(index.fingerprint) in told
    assert repr(Fingerprint("colours", "0" * 64, "pad", 16)) not in told


def test_copies_that_another_process_cached_meanwhile_are_kept(paths):
    """Copies that another process caches while these are embedded stay in the cache."""
    index = Index.open(paths)
    photos = judged_photos(index)
    halves = [photos.take(np.arange(0, 12)), photos.take(np.arange(2, N))]

    def load_after_the_other():
        differences_from_degraded(index, halves[1], ColourEncoder, 0.1)
        return ColourEncoder()

    differences_from_degraded(index, halves[0], load_after_the_other, 0.1)
    assert cached_differences(index, photos, 0.1) is not None
    assert set(np.load(paths.degraded)["digests"]) == set(photos.digests)


def test_a_vector_is_not_learned_anew_with_the_copies_of_others(paths):
    """If over a tenth of the judged photos have no cached copies, a vector is in-sample."""
    index = Index.open(paths)
    vector, photos = learn(index), judged_photos(index)
    paths.degraded.unlink()
    differences_from_degraded(index, photos.take(np.arange(2, N)), ColourEncoder, 0.1)
    folds = split_into_folds(photos, Protocol(folds=2, repeats=1))
    assert cached_differences(index, photos, 0.5) is None
    assert held_out(index, vector, photos, folds).testing == "in-sample"


def test_nothing_is_embedded_where_nothing_can_be_learned(paths):
    """Too few judged photos, or no pair within a group, is refused before copies are embedded."""
    index = Index.open(paths)
    few = judged_photos(index).take(np.arange(9))
    with pytest.raises(ComparisonsError, match="9 photos judged, and 10 are needed"):
        differences_from_degraded(index, few, lambda: 1 / 0, 0.1)
    with pytest.raises(ComparisonsError, match="no pair"):
        learn_vector(index, "x", "all-pairs", within="group", with_degradations=0.1,
                     load=lambda: 1 / 0)  # fmt: skip
