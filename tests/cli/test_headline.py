import pytest

from photorank.cli.evaluate import headline
from tests.fixtures.evaluations import difference, evaluation, result


def row(vector, value, **flags):
    """Evaluation result of a vector, with a confidence interval of ± 0.02 around its accuracy."""
    return result(vector, (value, value - 0.02, value + 0.02), **flags)


@pytest.mark.parametrize(
    "gap",
    [
        difference("ours", "plain-prompt", 0.33, 0.3, 0.36, p_holm=0.0001),
        difference("plain-prompt", "ours", -0.33, -0.36, -0.3, p_holm=0.0001),
    ],
    ids=["forward", "backward"],
)
def test_the_best_is_set_against_words_alone(gap):
    """The headline gives the best vector's accuracy lead over a plain text prompt, with p-value."""
    rows = [row("ours", 0.79), row("plain-prompt", 0.46), row("ours", 0.6, scope="within")]

    assert headline(evaluation(rows, [gap])) == (
        "Of 2 that had not seen the photos, ours is best: it puts the better of two photos first "
        "in 79.0 % [77.0, 81.0] (chance is 50 %; n = 808 photos, 96,543 pairs). Words alone do in "
        "46.0 % [44.0, 48.0]; the difference is 33.0 points [30.0, 36.0] (p < 0.001, adjusted for "
        "the number of comparisons)."
    )


def test_what_has_seen_the_photos_cannot_be_the_best():
    """The headline does not name a vector as best if it learned from the photos it is tested on."""
    said = headline(
        evaluation([row("plain-prompt", 0.46), row("beauty", 0.95, in_sample=True)], [])
    )

    assert "plain-prompt is best" in said
    assert "beauty" not in said


def test_without_an_interval_there_is_no_headline():
    """If a result has no confidence interval, its headline only says that pairs are too few."""
    rows = [
        result("ours", (1.0, None, None), n_pairs=1),
        result("random-direction", (0.5, 0, 1), kind="random"),
    ]

    assert headline(evaluation(rows, [])) == "Too few pairs to tell (1)."
