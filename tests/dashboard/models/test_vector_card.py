from dataclasses import replace

import numpy as np
import pytest

from dashboard.formatting import FROM_PHOTOS, FROM_WORDS
from dashboard.models import vector_card
from dashboard.models.results.plain_board import default_text
from photorank.encoders.base import Fingerprint
from photorank.encoders.blocks import Blocks
from photorank.evaluation.default_vector import by_preference
from photorank.vectors.learners_by_name import LEARNERS
from photorank.vectors.master import Card, MasterVector
from tests.fixtures.evaluations import RESULTS, evaluation, result

MADE_BY = Fingerprint("m", "0" * 64, "whole", 8)
KINDS = (("", None), (":2", Blocks(512, 256, 32)))  # both versions of embedded
METRICS = {"pairwise_accuracy": {"value": 0.7, "low": 0.6, "high": 0.8}}
LEARNED = MasterVector(
    "ours",
    "all-pairs",
    np.array([1.0, 0.0]),
    MADE_BY,
    slope=3.0,
    card=Card(index="small", n_photos=24, n_pairs=84, metrics=METRICS, source="judgements of *us*"),
)
WORDS = MasterVector(
    "sharp",
    "antonyms",
    np.array([1.0, 0.0]),
    MADE_BY,
    card=Card(parameters={"texts": ["a *sharp* photo"], "not": ["a blurred one"]}),
)


def facts(vector):
    """Facts of a vector's card, as a dict."""
    table = vector_card.card(vector, None, own=True).facts
    return dict(zip(table["fact"], table["value"], strict=True))


def test_a_learned_vector_says_from_what():
    """The card of a learned vector gives the learner and the numbers of photos and pairs."""
    card = vector_card.card(LEARNED, None, own=True)

    assert card.made == FROM_PHOTOS
    assert (
        card.origin == r"Learned (by all\-pairs) from 24 photos and 84 pairs: judgements of \*us\*."
    )


def test_a_vector_of_words_says_which():
    """The card of a vector made from words quotes its wanted and unwanted texts."""
    card = vector_card.card(WORDS, None, own=True)

    assert card.made == FROM_WORDS
    assert card.origin == r"Likes “a \*sharp\* photo”, not “a blurred one”."


def test_a_vector_through_qualities_lists_their_weights():
    """The card lists each quality with its signed weight, and says where weights are from."""
    parameters = {"texts": ["crisp"], "not": [], "qualities": {"well lit": 0.21, "bright": -0.1}}
    card = Card(parameters=parameters, source="words, through built-in qualities")
    made = vector_card.card(replace(WORDS, kind="prompt+qualities", card=card), None, own=True)
    assert made.made == FROM_WORDS
    said = made.origin.replace("\\", "")
    assert said == (
        "Likes “crisp”. Words, through built-in qualities: well lit +0.210, bright −0.100."
    )


def test_weak_words_are_told_as_they_are():
    """The built-in encoder gets a warning that it understands texts only partly."""
    first, second = (Fingerprint(f"embedded{n}", "0", "whole", 8, blocks) for n, blocks in KINDS)
    assert "hardly *how well*" in vector_card.weak_words_note(first)
    assert "fixed table" in vector_card.weak_words_note(second)
    assert vector_card.weak_words_note(MADE_BY) is None


def test_the_evaluation_of_this_index_speaks_before_the_card():
    """A vector's card quotes the evaluation on this index rather than the vector's own test."""
    said = [
        vector_card.card(LEARNED, evaluation(), own=True).held_out,
        vector_card.card(LEARNED, None, own=True).held_out,
        vector_card.card(WORDS, evaluation(), own=True).held_out,
    ]

    assert said[0].replace("\xa0", " ").startswith("Here it puts 78 %")
    assert said[1].replace("\xa0", " ").startswith("When it was made, it put 70 %")
    assert said[2].startswith("Not tested here")
    by_theme = vector_card.card(LEARNED, evaluation(fold_by="group"), own=True).held_out
    assert said[0].endswith(", with photos held out.")
    assert by_theme.endswith(", with whole groups held out.")


def test_a_result_on_photos_that_were_seen_is_not_quoted():
    """The card quotes no in-sample result, measured on photos that the vector learned from."""
    beauty = replace(LEARNED, name="beauty", card=Card())

    assert vector_card.card(beauty, evaluation(), own=False).held_out.startswith("Not tested here")


def test_the_whole_card_is_one_click_away():
    """The card's table lists calibration, licence and metrics; a missing value is a dash."""
    assert facts(LEARNED)["calibrated"] == "yes, 3 logits a unit of rating"
    assert facts(LEARNED)["held-out"] == "pairwise_accuracy (value 0.7; low 0.6; high 0.8)"
    assert facts(WORDS)["calibrated"] == "no"
    assert facts(WORDS)["licence"] == "—"
    assert facts(WORDS)["parameters"] == "texts “a *sharp* photo”; not “a blurred one”"


def test_every_learner_has_its_words():
    """The form offers exactly the learning methods that exist."""
    assert set(vector_card.LEARNERS) == set(LEARNERS)


@pytest.mark.parametrize(("text", "said"), [("", []), (" a \n\n b", ["a", "b"])])
def test_each_line_is_a_prompt(text, said):
    """Each line of the text is a prompt, and empty lines are skipped."""
    assert vector_card.lines(text) == said


def test_the_vector_that_did_best_here_is_offered_first():
    """Vectors are offered in this order: tested on held-out data, learned, prompt, random."""
    vectors = {
        name: replace(vector, name=name)
        for name, vector in {
            "new-words": WORDS,
            "plain-prompt": WORDS,
            "beauty": LEARNED,
            "ours": LEARNED,
        }.items()
    }

    found = evaluation()
    assert by_preference(vectors, found) == ["ours", "plain-prompt", "beauty", "new-words"]
    guesses = result("plain-prompt", (0.58, 0.49, 0.60), kind="prompt")
    found = evaluation([guesses, *RESULTS[1:]])
    assert by_preference(vectors, found) == ["ours", "beauty", "new-words", "plain-prompt"]
    assert by_preference(vectors, None)[:2] == ["beauty", "ours"]


@pytest.mark.parametrize(
    ("own", "rater", "first"),
    [
        ({"pairwise_accuracy": 0.7, "prior_accuracy": 0.7}, "me", "my-taste"),
        ({"pairwise_accuracy": 0.6, "prior_accuracy": 0.7}, "me", "ours"),
        ({"pairwise_accuracy": 0.6}, "me", "my-taste"),  # begun from nothing
        ({"pairwise_accuracy": 0.4}, "me", "ours"),
        ({"in_sample": 0.9}, "me", "ours"),
        ({"pairwise_accuracy": 0.9}, "Ann", "ours"),
    ],
)
def test_the_users_taste_comes_first_where_it_is_no_worse_than_what_it_began_from(
    own, rater, first
):
    """The user's own vector ranks first only if it is no worse than the vector it started from."""
    metrics = {name: {"value": v, "low": v - 0.1, "high": v + 0.1} for name, v in own.items()}
    card = Card(parameters={"rater": rater}, metrics=metrics)
    taste = replace(LEARNED, name="my-taste", kind="personal", card=card)
    assert by_preference({"ours": LEARNED, "my-taste": taste}, evaluation())[0] == first


def test_a_change_of_the_vector_that_pages_begin_with_is_told():
    """If a measurement changed the default vector, the text says so; otherwise it is empty."""
    vectors = {"beauty": replace(LEARNED, name="beauty"), "ours": replace(LEARNED, name="ours")}

    told = default_text(vectors, evaluation(), "plain")
    assert "begins with **ours** instead of **Beauty**" in told
    assert default_text({"ours": vectors["ours"]}, evaluation(), "plain") == ""
