from dataclasses import replace

import numpy as np
import pytest

from dashboard import actions
from dashboard.models.teach_session import PAIRS_AHEAD, Pair, codes_of_kind
from photorank.index.judging.click_log import Undone, record_stars
from photorank.vectors.taste.photo_subset import PhotoSubset


def named(session, pair):
    """First 16 hex digits of the digest of each photo in a pair, as a page names them."""
    return [session.index.photo(row).digest[:16] for row in (pair.first, pair.second)]


def answer(session, pair, what, asked="random"):
    """Record an answer to a pair of photos, as the page does."""
    item = {"seq": 1, "what": what, "pair": named(session, pair), "asked": asked}
    actions.record_answers(session, [item])


def test_pairs_wait_and_none_is_drawn_twice_until_none_is_left(session):
    """Four photos give six pairs, each drawn once: pairs seen or waiting are not drawn again."""
    few = PhotoSubset.of_rows(session.index, session.subset.prior, np.arange(4))
    session = replace(session, subset=few)
    pairs = session.pairs(session.clicks())
    assert len({pair.rows for pair in pairs}) == 6
    for left in (5, 4):
        answer(session, pairs[0], "skip")
        pairs = session.pairs(session.clicks())
        assert len(pairs) == left


def test_the_waiting_pairs_stay_while_answers_come(session):
    """Waiting pairs keep their order while answers come, and new pairs are added at the end."""
    before = list(session.pairs(session.clicks()))
    assert len(before) == PAIRS_AHEAD
    answer(session, before[0], "first")
    after = session.pairs(session.clicks())
    assert after[:-1] == before[1:]
    assert len(after) == PAIRS_AHEAD


@pytest.mark.parametrize("kind", ["group", "all"])
def test_pairs_may_be_of_one_group(session, kind):
    """Both photos of a pair to judge belong to one group if pairs within groups are asked for."""
    codes = codes_of_kind(session.index.labels(), kind)
    session = replace(session, within=codes)
    if kind == "all":
        assert codes is None
        return
    pairs = session.pairs(session.clicks())
    assert len(pairs) == PAIRS_AHEAD
    assert all(codes[pair.first] == codes[pair.second] for pair in pairs)


def test_an_answer_that_comes_twice_counts_once(session):
    """If a pair is answered twice, as by a key pressed twice, only the first answer is saved."""
    pair = session.pairs(session.clicks())[0]
    answer(session, pair, "second")
    answer(session, pair, "first")
    said = session.clicks()
    assert (said.winners.tolist(), said.losers.tolist()) == ([pair.second], [pair.first])
    assert said.asked == ["random"]


def test_taking_back_names_its_pair(session):
    """Undo takes back only its own pair's answer, and only once; other answers and stars stay."""
    one, two, *_ = session.pairs(session.clicks())
    answer(session, one, "tie")
    answer(session, two, "skip")
    record_stars(session.index.paths, "ann", session.index.photo(0).digest, 3)
    for _ in range(2):
        answer(session, one, "undo")
    said = session.clicks()
    assert (len(said.winners), len(said.skipped), len(said.starred)) == (0, 1, 1)


def test_a_new_page_takes_back_the_latest_click_and_shows_its_pair_again(session):
    """If an undo names no pair, the latest choice is undone and its pair is shown again."""
    pair = session.pairs(session.clicks())[0]
    answer(session, pair, "first")
    actions.record_answers(session, [{"seq": 2, "what": "undo", "pair": None}])
    assert len(session.clicks().winners) == 0
    assert session.queue.again.rows == pair.rows


@pytest.mark.parametrize(
    "item",
    [
        {"what": "first"},
        {"what": "first", "pair": ["x", "y"]},
        {"what": "first", "pair": ["%", 3]},
        {"what": "best", "pair": "both"},
        {"what": ["first"], "pair": "both"},
    ],
)
def test_what_is_no_answer_is_kept_nowhere(session, item):
    """Malformed answers from a hand-made request are not recorded."""
    pair = named(session, session.pairs(session.clicks())[0])
    item = {**item, "pair": pair} if item.get("pair") == "both" else item
    actions.record_answers(session, [{"seq": 1, **item}])
    assert len(session.clicks().seen_pairs) == 0


def test_stars_and_photos_that_are_gone_are_no_pair(session):
    """Undoing shows a pair again only for a choice whose two photos both still exist."""
    digest = session.index.photo(0).digest

    assert session.pair_of(Undone("stars", (digest,))) is None
    assert session.pair_of(Undone("choice", (digest, "0" * 64))) is None
    both = (session.index.photo(3).digest, digest)
    assert session.pair_of(Undone("choice", both, "random")) == Pair(0, 3, "random")
