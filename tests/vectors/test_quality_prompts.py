"""Vectors made from prompts about qualities of photos, such as sharpness."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data
from sklearn.datasets import load_sample_image

from photorank.encoders import load_encoder
from photorank.encoders.base import encode_photos
from photorank.errors import DegenerateDirectionError
from photorank.vectors.plain_prompts import PLAIN_PROMPT, prompt_vector
from photorank.vectors.quality_prompts import (
    KIND,
    PHRASES,
    STRENGTH,
    TABLE,
    clauses_of,
    quality_directions,
    worded_vector,
)
from photorank.vectors.shipped import shipped_vector
from tests.fixtures.colours import ColourEncoder

DAY, NIGHT = "a sunny day", "a dark night"


@pytest.fixture(scope="module")
def encoder():
    """Encoder “embedded”, loaded once for all tests of this file."""
    return load_encoder("embedded", device="cpu")


def test_every_phrase_has_its_antonym_and_none_is_the_missions_prompt():
    """All quality phrases differ, and no phrase with a space occurs in the default prompt."""
    assert len(set(PHRASES)) == 2 * len(TABLE)
    assert not any(phrase in PLAIN_PROMPT for phrase in PHRASES if " " in phrase)


@pytest.mark.slow
def test_a_prompt_of_sharpness_prefers_the_sharp_photo(encoder):
    """A prompt for sharpness prefers sharp photos, and one for blur prefers blurred ones."""
    photos = [Image.fromarray(one) for one in (data.chelsea(), load_sample_image("china.jpg"))]
    blurred = [photo.filter(ImageFilter.GaussianBlur(4)) for photo in photos]
    rows = encode_photos(encoder, [encoder.prepare(one) for one in [*photos, *blurred]])
    for text, better in (("a crisp, sharp photo in focus", 1), ("a blurry, unsharp mess", -1)):
        ratings = worded_vector("w", [text], encoder).rate(rows, encoder.fingerprint)
        assert (better * (ratings[:2] - ratings[2:]) > 0).all(), text


@pytest.mark.slow
def test_a_wish_and_its_opposite_point_apart(encoder):
    """For opposite texts, worded_vector gives less similar vectors than prompt_vector does."""
    good, bad = (
        worded_vector("w", [text], encoder).direction
        for text in ("a beautiful, professional photo", "an ugly, failed photo")
    )
    plain = [
        prompt_vector("p", [text], encoder).direction
        for text in ("a beautiful, professional photo", "an ugly, failed photo")
    ]
    assert good @ bad < plain[0] @ plain[1] - 0.2


@pytest.mark.slow
def test_words_of_no_table_praise_and_blame(encoder):
    """A prompt without any phrase of the quality table is still recognised as praise or blame."""
    worth = shipped_vector("worth.whole").direction
    for text, sign in (
        ("grandma will love this lovely one", 1),
        ("a dreadful disappointment", -1),
        ("a picture that is not beautiful", -1),
        ("nothing awful about it", 1),
    ):
        assert sign * (worded_vector("w", [text], encoder).direction @ worth) > 0.5, text


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("not only beautiful but sharp", [(1, "beautiful but sharp")]),
        ("it isn't just nice, it is great", [(1, "it nice, it is great")]),
        ("it is not just right", [(1, "it is"), (-1, "just right")]),
        ("not only", [(1, "not only")]),
        ("far from beautiful", [(-1, "beautiful")]),
        ("taken far from the city", [(1, "taken far from the city")]),
        ("crisp, free of noise", [(1, "crisp"), (-1, "noise")]),
        ("without noise or blur", [(-1, "noise or blur")]),
        ("anything  but\nboring", [(-1, "boring")]),
        ("never anything but sharp", [(1, "sharp")]),
        ("not free of noise", [(1, "noise")]),
        ("no lack of focus", [(1, "of focus")]),
        ("neither sharp nor bright", [(-1, "sharp"), (-1, "bright")]),
        ("nothing but praise", [(1, "praise")]),
        ("nothing short of stunning", [(1, "stunning")]),
        ("no doubt a keeper", [(1, "a keeper")]),
        ("I cannot say it is good", [(1, "I"), (-1, "say it is good")]),
        ("devoid of colour but sharp", [(-1, "colour"), (1, "sharp")]),
        ("barely in focus", [(-1, "in focus")]),
        ("it couldn't be better", [(1, "it better")]),
        ("it cannot be called good", [(1, "it"), (-1, "be called good")]),
    ],
)
def test_what_is_negated_has_the_opposite_sign(text, clauses):
    """A negation reverses the sign of its clause, unlike phrases such as "nothing but"."""
    assert [(sign, " ".join(clause.split())) for sign, clause in clauses_of(text)] == clauses


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a dog on a beach", "qwv plim 7733", "the spoon of seven"])
def test_what_says_nothing_of_quality_stays_with_class_names(encoder, text):
    """If a prompt names no photo quality, its rating vector is close to the prompt's embedding."""
    plain, worded = (
        make("w", [text], encoder).direction for make in (prompt_vector, worded_vector)
    )
    assert plain @ worded > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("text", ["42", "7", "12 345", "100 %"])
def test_numbers_neither_praise_nor_blame(encoder, text):
    """A prompt that is only a number counts neither as praise nor as blame."""
    worth = shipped_vector("worth.whole").direction
    assert abs(worded_vector("w", [text], encoder).direction @ worth) < 0.2


@pytest.mark.slow
def test_the_card_tells_what_the_words_went_through(encoder):
    """The card of a vector made from words names its kind, quality phrases and training photos."""
    vector = worded_vector("wish", ["a sharp photo"], encoder)
    assert vector.kind == KIND
    assert vector.card.source == "words, through built-in qualities"
    assert len(vector.card.parameters["qualities"]) == 5
    assert vector.card.photos == shipped_vector("worth.whole").card.photos
    assert np.linalg.norm(vector.direction) == pytest.approx(1)
    assert vector.scale == pytest.approx(1)


@pytest.mark.slow
def test_unwanted_words_are_taken_off(encoder):
    """The direction of a prompt with unwanted words is the wanted minus the unwanted direction."""
    wanted, unwanted, both = (
        worded_vector("w", texts, encoder, negatives=negatives).direction
        for texts, negatives in (
            (["a sunny day"], []),
            (["a dark night"], []),
            (["a sunny day"], ["a dark night"]),
        )
    )
    difference = wanted - unwanted
    np.testing.assert_allclose(both, difference / np.linalg.norm(difference), atol=1e-6)


def test_qualities_weigh_alike():
    """Every photo quality, such as sharpness, has some weight: the quality's vector is not zero."""
    directions = quality_directions(load_encoder("embedded", device="cpu"))
    assert directions.shape == (len(TABLE) + 1, 800)
    assert STRENGTH > 0
    assert (np.linalg.norm(directions, axis=1) > 0).all()


def test_praise_asks_for_worth_and_some_technical_quality(encoder):
    """Words of praise get a weighted sum of the vectors for worth and for technical quality."""
    technical = shipped_vector("technical.whole").direction
    given = np.eye(800)[5]
    for worth, taken in ((shipped_vector("worth.whole").direction, None), (given, given)):
        praise = quality_directions(encoder, taken)[-1]
        parts = np.column_stack([worth, technical])
        shares = np.linalg.lstsq(parts, praise)[0]
        np.testing.assert_allclose(parts @ shares, praise, atol=1e-6)
        assert shares[0] > shares[1] > 0.2 * shares[0]


@pytest.mark.slow
@pytest.mark.parametrize("spec", ["embedded:1"])
def test_others_take_the_plain_prompt(spec):
    """For encoders without quality vectors, a prompt becomes a plain text embedding."""
    for encoder in (load_encoder(spec, device="cpu"), load_encoder("embedded", framing="pad")):
        assert quality_directions(encoder) is None
        vector, plain = (make("w", ["a dog"], encoder) for make in (worded_vector, prompt_vector))
        assert vector.kind == plain.kind == "prompt"
        np.testing.assert_array_equal(vector.direction, plain.direction)
    assert quality_directions(ColourEncoder()) is None


def test_blank_words_are_refused(encoder):
    """A blank prompt is refused both as a plain prompt and as one with quality phrases."""
    for text in ("", "  "):
        for make in (prompt_vector, worded_vector):
            with pytest.raises(DegenerateDirectionError, match="no words"):
                make("w", ["a dog", text], encoder)


def test_letters_in_another_encoding_are_refused(encoder):
    """Prompts that are not valid Unicode, wanted or unwanted, are refused."""
    for texts, negatives in ((["caf\udce9"], []), (["a dog"], ["caf\udce9"])):
        with pytest.raises(DegenerateDirectionError, match="not Unicode"):
            worded_vector("w", texts, encoder, negatives=negatives)
