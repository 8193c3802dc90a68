from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.charts import evaluation_charts
from dashboard.models import labelling
from dashboard.models.labelling import Desk, Last, Pair
from photorank.evaluation.agreement import agreed_best, agreements, contested, voices
from photorank.index.judging.click_log import Clicks, clicks, record_choice, record_stars
from photorank.index.opened import Index
from photorank.learning.personal_taste import personal_state
from photorank.vectors.store import list_vectors
from photorank.vectors.taste.photo_subset import Ground, ground_in

ONE, TWO = Pair(0, 1, "random"), Pair(2, 3, "informative")
NOTHING = np.empty(0, dtype=np.intp)


@pytest.fixture
def index(paths):
    """Return the index `small`."""
    return Index.open(paths)


@pytest.fixture
def ground(index):
    """Return what is believed of everybody at first."""
    return ground_in(index, list_vectors(index)["ours"].direction)


def choose(index, rater, pairs):
    """Record choices, the first photo the winner, every one of a random pair."""
    for winner, loser in pairs:
        digests = [index.photo(row).digest for row in (winner, loser)]
        record_choice(index.paths, rater, *digests, tie=False, asked="random")


def state_of(index, ground, rater):
    """Return what is known of a person."""
    vector, said = list_vectors(index)["ours"], clicks(index, rater)
    return personal_state(index, rater, vector, said, ground=ground)


def test_an_answer_puts_the_next_pair_on_the_table():
    """And what was said of the last one is remembered, to be shown."""
    desk = Desk(current=ONE, upcoming=TWO, problem="not kept")
    desk.advance("first")

    assert (desk.current, desk.upcoming, desk.problem) == (TWO, None, "")
    assert desk.last == Last(ONE, "first")


def test_what_was_undone_is_shown_again_and_the_other_pair_after_it():
    """Undoing twice does not put one pair before itself."""
    desk = Desk(current=TWO, last=Last(ONE, "tie"))
    desk.go_back(ONE)
    assert (desk.current, desk.upcoming, desk.last) == (ONE, TWO, None)

    desk.go_back(ONE)
    assert (desk.current, desk.upcoming) == (ONE, TWO)

    desk.go_back(None)  # stars were undone
    assert desk.current == ONE
    assert desk.undone == 3


def test_no_pair_is_drawn_twice_until_none_is_left(index, ground):
    """Neither those that were seen, nor the one on the table; of four photos there are six."""
    few = Ground.over(index, ground.prior, np.arange(4))
    said = Clicks(NOTHING, NOTHING, NOTHING, [], np.empty((0, 2), np.intp), NOTHING, NOTHING)
    table, seen = None, set()
    while (pair := labelling.draw(index, few, said, table, None)) is not None:
        key = frozenset((pair.first, pair.second))
        assert key not in seen
        seen.add(key)
        if table is not None:
            shown = [[table.first, table.second]]
            said = said._replace(skipped=np.vstack([said.skipped, shown]))
        table = pair
    assert len(seen) == 6


def test_pairs_may_be_of_one_group(index, ground, paths):
    """The two photos that are drawn have the group in common."""
    codes = labelling.codes(index.labels(), "group")
    said = clicks(index, "nobody")
    for _ in range(20):
        pair = labelling.draw(index, ground, said, None, codes)
        assert codes[pair.first] == codes[pair.second]
    assert labelling.codes(index.labels(), "all") is None


def test_before_any_choice_the_page_promises_nothing(index, ground):
    """No number, no curve, no photo that moved."""
    found = labelling.learned(index, state_of(index, ground, "ann"), None)

    assert found.headline.startswith("**0 choices.** After some twenty choices")
    assert (found.outlook, found.reading, found.moved, found.last) == ("", "", [], [])


def test_what_was_learned_is_said_with_its_interval(index, ground):
    """Accuracy and forecast with their intervals, the curve from 0 choices on, ratings ± error."""
    rng = np.random.default_rng(0)
    choose(index, "ann", [sorted(rng.choice(24, 2, replace=False)) for _ in range(40)])
    record_stars(index.paths, "ann", index.photo(0).digest, 4)
    state = state_of(index, ground, "ann")
    found = labelling.learned(index, state, Last(ONE, "second"))

    assert found.headline.startswith("**40 choices and 1 photo with stars.**")
    assert f"{100 * state.accuracy.low:.0f}" in found.headline
    assert f"{100 * state.accuracy.high:.0f}" in found.headline
    assert (labelling.PRIOR_SAW in found.headline) == state.prior_saw
    for known in (frozenset(), frozenset(["seen"])):
        prior = replace(state.prior, card=replace(state.prior.card, photos=known))
        knowing = replace(state, prior=prior, photos=frozenset(["seen", "new"]))
        headline = labelling.learned(index, knowing, None).headline
        assert (labelling.PRIOR_SAW in headline) == bool(known)
    few = replace(state.accuracy, n_pairs=4)
    short = replace(state, accuracy=few, curve=[state.curve[-1]._replace(accuracy=few)] * 2)
    assert "After some twenty choices" in labelling.learned(index, short, None).headline
    assert labelling.learned(index, short, None).reading == ""
    assert found.outlook.startswith("20 more choices")
    assert found.curve["choices"].iloc[0] == 0
    assert "by ours alone" in found.reading
    assert 0 < len(found.moved) <= labelling.MOVED
    assert [tile.caption.split("**")[1] for tile in found.last] == ["not chosen", "chosen"]
    assert all("±" in tile.caption for tile in found.last)


def test_people_are_compared_in_words(index, ground):
    """The closest two are named with their interval, and every photo has everybody's rating."""
    choose(index, "ann", [(0, 7), (8, 15), (16, 23)])
    choose(index, "bob", [(7, 0), (15, 8), (16, 23)])
    choose(index, "c*y", [(0, 7), (8, 15), (1, 6)])
    raters = ["ann", "bob", "c*y"]
    heard = voices(index, raters, ground)
    found = labelling.company(
        index, raters, agreements(heard), agreed_best(heard), contested(heard)
    )

    assert "would choose alike on" in found.headline
    assert "agree least" in found.headline
    assert len(found.agreements) == 3
    assert found.agreements["value"].is_monotonic_decreasing
    assert r"c\*y" in found.best[0].caption
    assert found.contested[0].caption.count("±") == 3


def test_two_people_are_needed_to_compare():
    """One alone has two ways to label."""
    assert list(labelling.modes(1)) == ["pairs", "stars"]
    assert list(labelling.modes(2)) == ["pairs", "stars", "together"]


def test_the_curve_draws_every_number_of_choices():
    """Points, their intervals, and the level of guessing."""
    rows = pd.DataFrame(
        {"choices": [0, 5, 24], "value": [0.5, 0.6, 0.7], "low": [0.3] * 3, "high": [0.9] * 3}
    )
    drawn = evaluation_charts.accuracy_by_choices(rows).to_dict()

    assert len(drawn["layer"]) == 4
    assert {row["choices"] for row in drawn["datasets"][drawn["layer"][1]["data"]["name"]]} == {
        0,
        5,
        24,
    }


def test_a_photo_is_told_to_those_who_cannot_see_it():
    """Which side it is on, and its folder and name."""
    photo = type("Photo", (), {"path": Path("/a/beach/3.jpg")})
    assert labelling.side_alt(photo, "first") == "the first photo, beach/3.jpg"
