import pytest

from photorank.cli.evaluate import headline


def row(vector, value, *, scope="all", in_sample=False):
    """Return a result as the evaluation has it, with an interval of ± 0.02."""
    accuracy = {"value": value, "low": value - 0.02, "high": value + 0.02}
    return {
        "vector": vector,
        "scope": scope,
        "in_sample": in_sample,
        "n_photos": 808,
        "n_pairs": 64831,
        "metrics": {"pairwise_accuracy": accuracy},
    }


def gap(a, b, value):
    """Return a paired difference with an interval of ± 0.03."""
    found = {"value": value, "low": value - 0.03, "high": value + 0.03, "p_holm": 0.0001}
    return {"a": a, "b": b, "scope": "all", "metric": "pairwise_accuracy", **found}


@pytest.mark.parametrize(
    "difference",
    [gap("ours", "plain-prompt", 0.33), gap("plain-prompt", "ours", -0.33)],
    ids=["forward", "backward"],
)
def test_the_best_is_set_against_words_alone(difference):
    """The sentence says how much better the best is, whichever way round it was measured."""
    said = headline(
        {
            "results": [row("ours", 0.79), row("plain-prompt", 0.46), row("ours", 0.6, scope="x")],
            "differences": [difference],
        }
    )

    assert said == (
        "Of 2 that had not seen the photos, ours is best: it puts the better of two photos first "
        "in 79.0 % [77.0, 81.0] (chance is 50 %; n = 808 photos, 64831 pairs). Words alone do in "
        "46.0 % [44.0, 48.0]; the difference is 33.0 points [30.0, 36.0] (p < 0.001, adjusted for "
        "the number of comparisons)."
    )


def test_what_has_seen_the_photos_cannot_be_the_best():
    """A vector that learned from the photos it is tested on is not in the running."""
    rows = [row("plain-prompt", 0.46), row("beauty", 0.95, in_sample=True)]

    said = headline({"results": rows, "differences": []})

    assert "plain-prompt is best" in said
    assert "beauty" not in said
