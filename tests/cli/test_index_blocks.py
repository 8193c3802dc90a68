"""Indexes made by the same encoder, with and without technical signals in their embeddings."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from photorank.encoders import load_encoder
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector
from photorank.vectors.plain_prompts import prompt_vector
from photorank.vectors.store import add_vector, load_vector
from photorank.workspace import Workspace
from tests.fixtures.colours import fill


def without_signals(spec, **how):
    """Encoder without technical signals, as in older versions of photorank."""
    encoder = load_encoder(spec, **how)
    encoder.set_blocks(None)
    return encoder


@pytest.fixture
def old_and_new(tmp_path, tiny_spec):
    """Index without technical signals, index with them, and the folder of their photos."""
    fill(tmp_path / "photos", 5)
    home = Workspace(tmp_path / "home")
    for name, load in (("old", without_signals), ("new", load_encoder)):
        request = BuildRequest([tmp_path / "photos"], encoder_spec=tiny_spec, load=load)
        build_index(home.index(name), request)
    return Index.open(home.index("old")), Index.open(home.index("new")), tmp_path / "photos"


@pytest.mark.slow
def test_an_older_index_goes_on_without_signals(old_and_new):
    """If an older index has no signals, photos added to it get embeddings without signals."""
    old, new, folder = old_and_new
    before = old.embeddings()
    fill(folder / "more", 2, start=90)
    build_index(old.paths, BuildRequest([folder]))
    later = Index.open(old.paths)
    assert (later.manifest.dimensions, later.fingerprint.blocks) == (32, None)
    assert later.embeddings().shape == (7, 32)
    np.testing.assert_array_equal(later.embeddings()[:5], before)
    assert np.isnan(later.signals().values).all()
    assert later.encoder().dimensions == 32
    np.testing.assert_allclose(new.heads(), before, atol=1e-3)
    assert np.isfinite(new.signals().column("sharpness")).all()


@pytest.mark.slow
def test_words_and_older_vectors_are_0_in_the_signals(old_and_new):
    """Vectors from words or from an older index give weight 0 to the signals of a new index."""
    old, new, _ = old_and_new
    vector = prompt_vector("words", ["a dog"], new.encoder())
    assert vector.direction.shape == (64,)
    assert (vector.direction[32:] == 0).all()
    direction = np.random.default_rng(0).normal(size=32)
    learned = MasterVector("learned", "all-pairs", direction, old.fingerprint)
    add_vector(new, learned)
    assert load_vector(new, "learned").direction.shape == (64,)
    np.testing.assert_allclose(new.rate(load_vector(new, "learned")), old.rate(learned), atol=5e-3)
    np.testing.assert_allclose(new.rate(learned), old.rate(learned), atol=5e-3)


@pytest.mark.slow
def test_a_learned_vector_may_look_at_the_signals(tmp_path, tiny_spec):
    """A learned vector tells blurred photos from sharp ones mainly by technical signals."""
    photo = Image.fromarray(data.chelsea())
    for at in range(12):
        left = 12 * at
        part = photo.crop((left, 0, left + 240, 240))
        part.save(tmp_path / f"{at:02}.png")
        part.filter(ImageFilter.GaussianBlur(1)).save(tmp_path / f"{at:02}-blurred.png")
    paths = Workspace(tmp_path / "home").index("blur")
    build_index(paths, BuildRequest([tmp_path], encoder_spec=tiny_spec))
    index = Index.open(paths)
    from photorank.vectors.learners.all_pairs import AllPairs

    sharp = np.array([float("blurred" not in one.path.name) for one in index.photos()])
    learned = AllPairs().fit(index.embeddings()[:16], sharp[:16])
    assert learned.score(index.embeddings()[16:], sharp[16:]) == 1.0
    assert np.linalg.norm(learned.direction_[32:]) > np.linalg.norm(learned.direction_[:32])
