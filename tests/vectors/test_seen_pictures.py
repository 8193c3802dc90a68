"""Tests that training photos of a vector, and altered copies of them, are recognised."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps

from photorank.encoders.base import Fingerprint
from photorank.errors import CardError
from photorank.photos.grey_fingerprint import grey_fingerprint
from photorank.vectors.master import Card, MasterVector
from photorank.vectors.seen_pictures import MOST_PICTURES, SeenPictures

N, D = 40, 96
ALTERED = {
    "as it is": lambda picture: picture,
    "mirrored": ImageOps.mirror,
    "cropped": lambda picture: picture.crop((30, 20, 300, 225)),
    "black and white": lambda picture: picture.convert("L").convert("RGB"),
    "bordered": lambda picture: ImageOps.expand(picture, 16, "white"),
}


def codes(pictures):
    """Fingerprints of the pictures' greyscale versions, as an array of shape (n, 128)."""
    return np.stack([np.frombuffer(grey_fingerprint(one), dtype=np.uint8) for one in pictures])


def unit(rows):
    """Rows of a matrix, scaled to unit length."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def pictures():
    """List of 2 * N different pictures of random colours."""
    fields = np.random.default_rng(0).integers(0, 256, (2 * N, 6, 8, 3)).astype(np.uint8)
    return [Image.fromarray(one).resize((320, 240), Image.Resampling.BICUBIC) for one in fields]


@pytest.fixture(scope="module")
def embeddings():
    """Random unit embeddings of the pictures, with a large common component."""
    return unit(1 + np.random.default_rng(1).normal(size=(2 * N, D)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALTERED)
def test_copies_are_recognised_and_other_pictures_are_not(pictures, embeddings, kind):
    """Altered copies of training pictures are recognised, and other pictures are not."""
    learned = SeenPictures.of(embeddings[:N], codes(pictures[:N]))
    known = SeenPictures.from_text(json.loads(json.dumps(learned.to_text())), "x")
    shown = codes(map(ALTERED[kind], pictures))
    near = unit(embeddings + 0.05 * np.random.default_rng(2).normal(size=embeddings.shape))

    found = known.recognises(near, shown)

    assert found[:N].all()
    assert not found[N:].any()


@pytest.mark.slow
def test_a_card_keeps_them_and_stays_small(pictures, embeddings):
    """A vector's file stays under 200 kB, even with the largest number of stored image hashes."""
    rng = np.random.default_rng(3)
    many = 3 * MOST_PICTURES
    greys = rng.integers(0, 256, (many, 128)).astype(np.uint8)
    seen = SeenPictures.of(unit(rng.normal(size=(many, D))), greys)
    fingerprint = Fingerprint("embedded", "0" * 64, "whole", 224)
    vector = MasterVector("v", "all-pairs", np.ones(D), fingerprint, card=Card(pictures=seen))

    again = MasterVector.from_json(json.loads(json.dumps(vector.to_json())))

    assert len(seen.greys) == MOST_PICTURES
    assert len(json.dumps(vector.to_json())) < 200_000  # of noise, which nothing compresses
    np.testing.assert_array_equal(again.card.pictures.greys, seen.greys)
    small = SeenPictures.of(embeddings, codes(pictures))
    assert again.card.seen(["a"], embeddings[:1], small.greys[:1]).tolist() == [False]
    kept = replace(again, card=replace(again.card, pictures=small))
    assert kept.card.seen(["a"], embeddings[:1], small.greys[:1]).tolist() == [True]


@pytest.mark.slow
def test_pictures_of_several_vectors_are_put_together(pictures, embeddings):
    """A union of several SeenPictures objects recognises the pictures of each object."""
    shown = codes(pictures)
    one = SeenPictures.of(embeddings[:N], shown[:N])
    two = SeenPictures.of(unit(embeddings[N:] + 0.3 * embeddings[0]), shown[N:])
    both = SeenPictures.union([one, None, two, one])
    again = SeenPictures.from_text(both.to_text(), "x")

    assert len(again.greys) == 2 * N
    assert again.recognises(embeddings[:N], shown[:N]).all()
    assert again.recognises(unit(embeddings[N:] + 0.3 * embeddings[0]), shown[N:]).all()
    assert SeenPictures.union([None, one]) is one
    assert SeenPictures.union([]) is None


@pytest.mark.parametrize(
    "text", [{}, {"centres": "!", "centre": "!", "signs": "!", "greys": "!"}, [], "x"]
)
def test_codes_that_cannot_be_read_are_told(text):
    """Picture fingerprints that cannot be decoded from text raise CardError."""
    with pytest.raises(CardError, match="codes of pictures"):
        SeenPictures.from_text(text, "card.json")
