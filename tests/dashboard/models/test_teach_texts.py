from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.charts import detail_charts
from dashboard.models import teach_texts
from photorank.index.judging.click_log import record_stars
from photorank.vectors.master import shortened


def test_before_any_choice_the_page_promises_nothing(session):
    """Before any choice is made, the page shows no forecast, learning curve or changed photos."""
    found = teach_texts.learned_texts(session.taste())

    assert found.headline.startswith("**0 choices.** One pair in five is drawn at random")
    assert "0 of 5 tests made" in found.headline
    assert (found.outlook, found.reading, found.moved) == ("", "", [])


@pytest.mark.slow
def test_what_was_learned_is_said_with_its_interval(session, choose):
    """Accuracy and forecast are given with intervals; the learning curve starts at 0 choices."""
    rng = np.random.default_rng(0)
    choose("ann", [sorted(rng.choice(24, 2, replace=False)) for _ in range(40)])
    record_stars(session.index.paths, "ann", session.index.photo(0).digest, 4)
    taste = session.taste()
    found = teach_texts.learned_texts(taste)

    assert found.headline.startswith("**40 choices and 1 photo with stars.**")
    assert f"{100 * taste.accuracy.low:.0f}" in found.headline
    assert f"{100 * taste.accuracy.high:.0f}" in found.headline
    assert found.outlook.startswith("20 more choices")
    assert found.curve["choices"].iloc[0] == 0
    assert "by ours alone" in found.reading
    assert 0 < len(found.moved) <= teach_texts.MOVED
    assert teach_texts.progress_text(taste).startswith("40 choices · predicts ")


@pytest.mark.slow
def test_a_prior_that_saw_the_photos_is_told(session, choose):
    """If the starting vector was learned from photos of this index, the headline warns of it."""
    rng = np.random.default_rng(0)
    choose("ann", [sorted(rng.choice(24, 2, replace=False)) for _ in range(40)])
    taste = session.taste()
    for seen in (frozenset(), frozenset([shortened(session.index.photo(0).digest)])):
        prior = replace(taste.prior, card=replace(taste.prior.card, photos=seen))
        headline = teach_texts.learned_texts(replace(taste, prior=prior)).headline
        assert (teach_texts.PRIOR_SAW in headline) == bool(seen)


def test_few_tests_tell_nothing(session, choose):
    """Fewer than five tested choices give neither an accuracy nor a learning curve."""
    choose("ann", [(0, 7), (8, 15), (16, 23)])
    found = teach_texts.learned_texts(session.taste())

    assert "3 of 5 tests made" in found.headline
    assert found.reading == ""


def test_two_people_are_needed_to_compare():
    """One rater can judge pairs or give stars; two or more raters can also be compared."""
    assert list(teach_texts.modes(1)) == ["pairs", "stars"]
    assert list(teach_texts.modes(2)) == ["pairs", "stars", "together"]


def test_the_curve_draws_every_number_of_choices():
    """The accuracy curve has one point for each number of choices: 0, 5 and 24."""
    rows = pd.DataFrame(
        {"choices": [0, 5, 24], "value": [0.5, 0.6, 0.7], "low": [0.3] * 3, "high": [0.9] * 3}
    )
    drawn = detail_charts.accuracy_by_choices(rows).to_dict()

    assert len(drawn["layer"]) == 4
    points = drawn["datasets"][drawn["layer"][1]["data"]["name"]]
    assert {row["choices"] for row in points} == {0, 5, 24}
