import os
from dataclasses import replace

import numpy as np
import pytest

from photorank.encoders import load_encoder
from photorank.index.array_cache import cached_arrays
from photorank.index.opened import open_index
from photorank.rating.concepts import (
    CONCEPTS,
    concept_embeddings,
    moving_concepts,
    shown_and_liked,
)
from photorank.vectors.plain_prompts import prompt_vector


def test_pulls_are_numpys_correlations():
    """A concept's pull is the correlation of its similarity to photos with the photos' ratings."""
    rng = np.random.default_rng(0)
    similarities, ratings, own = rng.normal(size=(50, 4)), rng.normal(size=50), rng.normal(size=4)

    shown, liked = shown_and_liked(similarities, ratings, own)

    for concept in range(4):
        column = similarities[:, concept]
        assert liked[concept] == pytest.approx(np.corrcoef(column, ratings)[0, 1])
        assert shown[concept] == pytest.approx((own[concept] - column.mean()) / column.std())


def test_what_all_photos_show_alike_says_nothing():
    """If all photos show a concept equally or are rated equally, its rating correlation is 0."""
    shown, liked = shown_and_liked(np.ones((5, 1)), np.arange(5.0), np.array([3.0]))
    assert (shown[0], liked[0]) == (0, 0)
    _, liked = shown_and_liked(np.arange(5.0)[:, None], np.ones(5), np.array([3.0]))
    assert liked[0] == 0


@pytest.mark.slow
def test_a_prompt_is_moved_most_by_itself(home):
    """A prompt's ratings correlate most with the prompt's own text: the correlation is 1."""
    index, encoder = open_index("small"), load_encoder("embedded")
    vector = prompt_vector("sea", ["the sea"], encoder)

    found = moving_concepts(index, vector, index.embeddings()[0], encoder, k=len(CONCEPTS))

    own = next(one for one in found if one.text == "the sea")
    assert own.liked == pytest.approx(1, abs=1e-6)
    assert [abs(one.pull) for one in found] == sorted(
        (abs(one.pull) for one in found), reverse=True
    )
    assert all(one.pull == pytest.approx(one.shown * one.liked) for one in found)


def test_the_concepts_words_are_encoded_once_an_index(bare_pair):
    """Embeddings of concept words are cached per index; a damaged or outdated cache is rebuilt."""
    from tests.fixtures.colours import ColourEncoder

    class WordedEncoder(ColourEncoder):
        def encode_texts(self, texts):
            return np.eye(self.dimensions, dtype=np.float32)[: len(texts)]

    index, _, _ = bare_pair
    loaded = []

    def load():
        loaded.append(True)
        return WordedEncoder()

    first = concept_embeddings(index, load)
    assert concept_embeddings(index, load) == pytest.approx(first)
    assert len(loaded) == 1

    index.paths.concepts.write_bytes(b"half of a file")
    assert concept_embeddings(index, load) == pytest.approx(first)
    own, other = (
        str(one) for one in (index.fingerprint, replace(index.fingerprint, model="other"))
    )
    for of, words, kept in (
        (own, CONCEPTS[::-1], first),
        (other, CONCEPTS, first),
        (own, CONCEPTS, np.zeros_like(first)),
    ):
        np.savez(index.paths.concepts, encoder=of, concepts=words, embeddings=kept)
        assert concept_embeddings(index, load) == pytest.approx(first)
    assert len(loaded) == 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_caches_place_is_not_waited_for(bare_pair):
    """A named pipe in place of the cache's file counts as no cache and does not block."""
    path = bare_pair[0].paths.concepts
    os.mkfifo(path)
    assert cached_arrays(path, "encoder") is None


def test_two_photos_are_too_few_to_compare_with(bare_pair):
    """No concepts are given for two photos, which are too few for correlations."""
    index, vector, encoder = bare_pair

    assert moving_concepts(index, vector, index.embeddings()[0], encoder) == []


@pytest.fixture
def bare_pair(tmp_path):
    """Index of only two photos, with a vector and the index's encoder."""
    from photorank.index.building.build import build_index
    from photorank.index.building.request import BuildRequest
    from photorank.index.opened import Index
    from photorank.vectors.master import MasterVector
    from photorank.workspace import Workspace
    from tests.fixtures.colours import ColourEncoder, fill

    (tmp_path / "photos").mkdir()
    fill(tmp_path / "photos", 2)
    workspace = Workspace(tmp_path / "home")
    build_index(
        workspace.index("two"),
        BuildRequest([tmp_path / "photos"], encoder_spec="colours", load=ColourEncoder),
    )
    index = Index.open(workspace.index("two"))
    vector = MasterVector("v", "prompt", np.eye(48)[0], index.fingerprint)
    return index, vector, ColourEncoder()
