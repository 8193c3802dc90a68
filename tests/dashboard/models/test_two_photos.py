from dataclasses import replace

import numpy as np
import pytest

from dashboard.models import two_photos
from photorank.encoders.base import Fingerprint
from photorank.rating.probability import Slope
from photorank.vectors.master import MasterVector

VECTOR = MasterVector("v", "prompt", np.array([1.0, 0.0]), Fingerprint("m", "0" * 64, "whole", 8))
PAIR = np.array([[0.6, 0.8], [0.2, 0.98]])
COLLECTION = np.array([0.1, 0.3, 0.5, 0.7])
SLOPE = Slope(2.0, True, "fitted on held-out judgements")


def test_swapping_the_photos_swaps_the_verdict():
    """Swapping the two photos swaps their chances, their facts and which one is preferred."""
    one = two_photos.verdict(VECTOR, PAIR, SLOPE, COLLECTION)
    other = two_photos.verdict(VECTOR, PAIR[::-1], SLOPE, COLLECTION)

    assert one.probability == pytest.approx(1 / (1 + np.exp(-0.8)))
    assert one.chances == other.chances[::-1] == ("69\xa0%", "31\xa0%")
    assert one.facts == other.facts[::-1]
    assert "**first**" in one.sentence
    assert "**second**" in other.sentence


def test_photos_are_placed_in_the_collection():
    """The text beside each photo gives the photo's rating and the share of photos rated lower."""
    facts = two_photos.verdict(VECTOR, PAIR, SLOPE, COLLECTION).facts

    assert facts[0] == "rating 0.600 · better than 75\xa0% of the collection"
    assert facts[1] == "rating 0.200 · better than 25\xa0% of the collection"


def test_equal_photos_are_a_draw():
    """Equal photos get a chance of 50 % each, and the verdict says there is no difference."""
    verdict = two_photos.verdict(VECTOR, PAIR[[0, 0]], SLOPE, COLLECTION)

    assert verdict.chances == ("50\xa0%", "50\xa0%")
    assert "no difference" in verdict.sentence


def test_a_guessed_scale_is_said_to_be_one():
    """An uncalibrated probability has one badge “Not calibrated”, followed by the reason."""
    guessed = Slope(1.0, False, "not calibrated: the model's own logit scale")
    trust = two_photos.verdict(VECTOR, PAIR, guessed, COLLECTION).trust

    assert trust == r":orange-badge[Not calibrated]: the model\'s own logit scale."


def test_a_cards_source_is_shown_letter_by_letter():
    """Markdown in a vector card's source adds no picture or link to the page."""
    slope = Slope(1.0, True, "fitted on pairs (![x](http://a.b))")

    assert "![" not in two_photos.verdict(VECTOR, PAIR, slope, COLLECTION).trust


def test_the_verdict_is_a_sentence_and_says_what_its_scale_was_tested_on():
    """The verdict on two photos says whether its percentages were tested on people's choices."""
    pair, slope = np.array([[1.0, 0.0], [-1.0, 0.0]]), Slope(99.0, True, "fitted (no ratings)")
    typed = two_photos.verdict(replace(VECTOR, name="your-words"), pair, slope, COLLECTION, "plain")

    assert typed.sentence == (
        "By your words the **first** photo is better, with a probability of more than\xa099\xa0%."
    )
    assert "not on people’s choices" in typed.trust
    tested = two_photos.verdict(VECTOR, PAIR, SLOPE, COLLECTION, "plain")
    assert tested.trust == "The percentages were tested on people’s choices."
