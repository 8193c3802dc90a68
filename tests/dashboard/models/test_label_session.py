from dataclasses import replace

import numpy as np
import pytest

from dashboard import actions
from dashboard.models.label_session import Pair, PairQueue, codes_of_kind
from photorank.index.judging.click_log import Undone
from photorank.vectors.taste.photo_subset import PhotoSubset

ONE, TWO = Pair(0, 1, "random"), Pair(2, 3, "informative")


def test_an_answer_shows_the_next_pair():
    """And what was said of the last one is remembered, to be shown."""
    queue = PairQueue(current=ONE, upcoming=TWO, problem="not kept")
    queue.advance("first")

    assert (queue.current, queue.upcoming, queue.problem) == (TWO, None, "")
    assert queue.answered == (ONE, "first")


def test_what_was_undone_is_shown_again_and_the_other_pair_after_it():
    """Undoing twice does not put one pair before itself."""
    queue = PairQueue(current=TWO, answered=(ONE, "tie"))
    queue.go_back(ONE)
    assert (queue.current, queue.upcoming, queue.answered) == (ONE, TWO, None)

    queue.go_back(ONE)
    assert (queue.current, queue.upcoming) == (ONE, TWO)

    queue.go_back(None)  # stars were undone
    assert queue.current == ONE
    assert queue.undone == 3


def test_no_pair_is_drawn_twice_until_none_is_left(session):
    """Neither those that were seen, nor the one on the page; of four photos there are six."""
    few = PhotoSubset.of_rows(session.index, session.subset.prior, np.arange(4))
    session = replace(session, subset=few)
    seen = set()
    while (pair := session.show_pair()) is not None:
        upcoming = session.draw_ahead()
        assert upcoming is None or {upcoming.first, upcoming.second} != {pair.first, pair.second}
        key = frozenset((pair.first, pair.second))
        assert key not in seen
        seen.add(key)
        actions.record_answer(session, pair, "skip")
        assert session.queue.problem == ""
    assert len(seen) == 6


@pytest.mark.parametrize("kind", ["group", "all"])
def test_pairs_may_be_of_one_group(session, kind):
    """The two photos that are drawn have the group in common where that was asked for."""
    codes = codes_of_kind(session.index.labels(), kind)
    session = replace(session, within=codes)
    if kind == "all":
        assert codes is None
        return
    for _ in range(20):
        session.queue.current = None
        pair = session.show_pair()
        assert codes[pair.first] == codes[pair.second]


def test_a_click_on_a_pair_that_was_answered_says_nothing(session):
    """Whoever presses twice says nothing of the pair that came up meanwhile."""
    pair = session.show_pair()
    session.draw_ahead()
    actions.record_answer(session, pair, "first")
    actions.record_answer(session, pair, "second")

    assert len(session.clicks().winners) == 1
    actions.undo_click(session)
    assert {session.queue.current.first, session.queue.current.second} == {pair.first, pair.second}
    assert len(session.clicks().winners) == 0


def test_stars_and_photos_that_are_gone_are_no_pair(session):
    """What was undone is shown again where both its photos are there."""
    digest = session.index.photo(0).digest

    assert session.pair_of(Undone("stars", (digest,))) is None
    assert session.pair_of(Undone("choice", (digest, "0" * 64))) is None
    both = (session.index.photo(3).digest, digest)
    assert session.pair_of(Undone("choice", both, "random")) == Pair(0, 3, "random")
