import pytest

from dashboard.models import nuisance_texts
from photorank.evaluation.nuisance import Change, KindMean, Nuisance
from photorank.metrics.estimates import Difference, Estimate
from tests.dashboard.views.test_pages import texts


def estimate(value):
    """Estimate with an interval of ± 0.02 around a value."""
    return Estimate(value, value - 0.02, value + 0.02, 80, 300, "jackknife")


def nuisance(kinds=3, **changed):
    """Made-up result of removing the effect of photo content from one vector's ratings."""
    gaps = tuple(
        KindMean(f"kind {number}", 9, estimate(1 - number / 5), estimate(0.01))
        for number in range(kinds)
    )
    facts = {"index": "small", "vector": "ours", "by": "clusters", "in_sample": False}
    shares = {
        "between": Change(estimate(0.4), estimate(-0.01)),
        "pairwise_accuracy": Change(estimate(0.79), estimate(0.68)),
        "within": Change(estimate(0.71), estimate(0.7)),
    }
    change = Difference(-0.11, -0.14, -0.08, 0.001)
    return Nuisance(**facts, directions=2, kinds=2, gaps=gaps, change=change, **(shares | changed))


def test_the_sentence_says_what_is_left_without_content():
    """The text says how much content affects ratings, before and after content is removed."""
    said = nuisance_texts.removal_texts(nuisance())

    assert "40\xa0% (38\xa0% to 42\xa0%)" in said.sentence
    assert "0\xa0% (0\xa0% to 1\xa0%)" in said.sentence
    assert "68\xa0%" in said.sentence
    assert "71\xa0%" in said.reading
    assert "flatter" not in said.sentence


def test_only_the_ends_of_many_kinds_are_drawn():
    """A chart of many kinds of photos shows only the six best kinds and the six worst kinds."""
    assert len(nuisance_texts.removal_texts(nuisance(kinds=5)).rows) == 2 * 5
    rows = nuisance_texts.removal_texts(nuisance(kinds=40)).rows
    assert len(rows) == 2 * 12
    assert set(rows["version"]) == {nuisance_texts.WITH, nuisance_texts.WITHOUT}


@pytest.mark.slow  # the page twice, and what it measures
@pytest.mark.usefixtures("evaluated")
def test_content_is_taken_out_on_request(dashboard):
    """A switch on the page shows how a vector rates photos without the effect of content."""
    app = dashboard("discerning_power", spoken="statistics")
    assert "puts" in app.markdown[0].value
    app.toggle(key="content").set_value(True).run()

    assert not app.exception
    assert "differences between kinds of photos" in texts(app)
    app.segmented_control(key="kinds").set_value("group").run()
    assert not app.exception
    assert "differences between groups" in texts(app)
    assert any("photorank nuisance --vector ours --by group" in one.value for one in app.code)
