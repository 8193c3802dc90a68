import numpy as np
import pytest

from photorank.encoders import load_encoder
from photorank.encoders.base import Fingerprint
from photorank.errors import (
    BuiltInVectorError,
    DegenerateDirectionError,
    EncoderMismatchError,
    MissingVectorError,
    ReservedNameError,
    VectorNameTakenError,
)
from photorank.index.opened import open_index
from photorank.vectors.master import MasterVector
from photorank.vectors.plain_prompts import prompt_vector
from photorank.vectors.store import (
    BUILTIN,
    add_vector,
    builtin_vectors,
    list_vectors,
    load_vector,
    remove_vector,
    unusable_cards,
)


@pytest.fixture
def index(home):
    """The index “small” of the shared photo gallery, as a private copy."""
    return open_index("small")


def direction(index, seed=0):
    """Random direction vector with as many dimensions as the index's embeddings."""
    return np.random.default_rng(seed).normal(size=index.manifest.dimensions)


def test_own_and_builtin_vectors_are_listed(index):
    """The list of vectors has the index's own first, then the built-in ones for its encoder."""
    assert list(list_vectors(index)) == ["ours", "plain-prompt", *BUILTIN]


@pytest.mark.parametrize("framing", ["whole", "crop"])
def test_builtin_cards_tell_where_they_are_from(framing):
    """Each built-in vector's card states numbers of photos and pairs, and an accuracy above 0.5."""
    fingerprint = load_encoder("embedded", framing=framing).fingerprint

    class Bare:
        """Minimal index with only the attributes that the built-in vectors need."""

        def __init__(self):
            self.fingerprint = fingerprint

    vectors = builtin_vectors(Bare())

    assert tuple(vectors) == BUILTIN
    for vector in vectors.values():
        accuracy = vector.card.metrics["pairwise_accuracy"]
        assert 0.5 < accuracy["low"] < accuracy["value"] < accuracy["high"] < 1
        assert accuracy["n_pairs"] > 5_000
        assert vector.card.n_photos >= 808
        assert "OASIS" in vector.card.licence
        assert vector.slope > 0


def test_a_vector_is_added_once(index):
    """A second vector of the same name is refused, and the first one stays unchanged."""
    add_vector(index, MasterVector("mine", "prompt", direction(index), index.fingerprint))
    before = index.paths.vector("mine").read_bytes()

    with pytest.raises(VectorNameTakenError, match="vector remove mine"):
        add_vector(index, MasterVector("mine", "prompt", direction(index, 1), index.fingerprint))

    assert index.paths.vector("mine").read_bytes() == before


@pytest.mark.parametrize("name", ["all-pairs", "random-direction", "beauty"])
def test_names_of_learners_are_kept_for_them(index, name):
    """A vector may not have the name of a learner or baseline."""
    with pytest.raises(ReservedNameError, match="another name"):
        add_vector(index, MasterVector(name, "prompt", direction(index), index.fingerprint))


def test_another_encoders_vector_is_refused(index):
    """A vector for another encoder can be neither added to the index nor loaded from it."""
    other = Fingerprint("open_clip:ViT-B-32", "0" * 64, "crop", 224)
    foreign = MasterVector("foreign", "prompt", np.ones(512), other)
    with pytest.raises(EncoderMismatchError, match="open_clip:ViT-B-32"):
        add_vector(index, foreign)

    foreign.save(index.paths.vector("foreign"))

    with pytest.raises(EncoderMismatchError, match="vector learn"):
        load_vector(index, "foreign")


def test_a_damaged_card_hides_no_other(index):
    """A damaged vector file is reported, and all usable vectors are still listed."""
    index.paths.vector("bad").write_text('{"a":')
    other = Fingerprint("open_clip:ViT-B-32", "0" * 64, "crop", 224)
    MasterVector("foreign", "prompt", np.ones(512), other).save(index.paths.vector("foreign"))

    assert list(list_vectors(index)) == ["ours", "plain-prompt", *BUILTIN]
    damaged, foreign = map(str, unusable_cards(index))
    assert "bad.json" in damaged
    assert "open_clip:ViT-B-32" in foreign


def test_removing_leaves_the_others(index):
    """Removing a vector leaves the others; removing a built-in vector is refused with an error."""
    remove_vector(index, "ours")

    assert "ours" not in list_vectors(index)
    with pytest.raises(MissingVectorError, match="ours"):
        remove_vector(index, "ours")
    with pytest.raises(BuiltInVectorError, match="'beauty' is built into photorank"):
        remove_vector(index, "beauty")
    assert "beauty" in list_vectors(index)


class Words:
    """Text encoder whose embedding counts the letters a to d."""

    fingerprint = Fingerprint("words", "0" * 64, "whole", 1)

    def encode_texts(self, texts):
        """Letter counts (a to d) of each text, scaled to unit length."""
        counts = np.array([[text.count(letter) for letter in "abcd"] for text in texts], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def test_a_prompt_is_its_unit_embedding():
    """The vector of a one-text prompt is that text's unit embedding, with scale 1."""
    vector = prompt_vector("p", ["aab"], Words())

    np.testing.assert_allclose(vector.direction, np.array([2, 1, 0, 0]) / 5**0.5, atol=1e-7)
    assert (vector.kind, vector.scale) == ("prompt", pytest.approx(1))


def test_an_ensemble_is_the_mean_of_unit_embeddings():
    """Each of a prompt's several texts has the same weight, however many words it has."""
    vector = prompt_vector("p", ["aaaa", "b"], Words())

    np.testing.assert_allclose(vector.direction, np.array([1, 1, 0, 0]) / 2**0.5, atol=1e-7)


def test_antonyms_point_from_the_unwanted_to_the_wanted():
    """The vector points from the embedding of the unwanted text to that of the wanted text."""
    vector = prompt_vector("p", ["a"], Words(), negatives=["b"])

    np.testing.assert_allclose(vector.direction, np.array([1, -1, 0, 0]) / 2**0.5, atol=1e-7)
    assert vector.kind == "antonyms"
    assert vector.card.parameters == {"texts": ["a"], "not": ["b"]}


@pytest.mark.parametrize(
    ("texts", "negatives"),
    [([], []), ([" "], []), (["a"], ["a"]), (["a"], [""])],
    ids=["nothing", "blank", "the same", "blank antonym"],
)
def test_words_without_a_direction_are_refused(texts, negatives):
    """A prompt that yields no vector, such as a blank text, raises an error."""
    with pytest.raises(DegenerateDirectionError, match=r"word|text"):
        prompt_vector("p", texts, Words(), negatives=negatives)
