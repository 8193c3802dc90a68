"""Leaderboard in plain words: the best rating vector's accuracy, and how certain its lead is."""

from collections.abc import Mapping
from math import isfinite

import pandas as pd

from dashboard.formatting import AT_RANDOM, FROM_WORDS
from dashboard.models.results.evaluation_tables import SAMPLE, Board
from dashboard.models.words import Mode, vector_text
from photorank.evaluation.default_vector import by_preference
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.typing import Ratings
from photorank.vectors.master import MasterVector


def headline(board: Board) -> str:
    """Sentence comparing the best vector's accuracy with those of text prompts and of guessing."""
    rows, metric = board.rows, board.metric
    fair = rows[~rows["apart"] & (rows["family"] != AT_RANDOM)]
    if fair.empty:
        return "Every way to judge has seen these photos, or may have: none can be tested fairly."
    best = fair.iloc[0]
    if not metric.as_share or not isfinite(best["low"]):
        return board.headline
    text = (
        f"**{vector_text(best['vector'], 'plain')}** agrees with {board.agrees_with} "
        f"{_times(best['value'])} about photos it had not seen "
        f"({_whole(best['low'])} to {_whole(best['high'])})"
    )
    words = fair[fair["family"] == FROM_WORDS].head(1)
    if not words.empty and words.iloc[0]["vector"] != best["vector"]:
        text += f"; words alone do {_whole(words.iloc[0]['value'])} times"
    chance = metric.chance or 0.5
    if best["low"] <= chance:
        text = f"Nothing here is clearly better than guessing. {text}"
    return f"{text}. Guessing would be right {_whole(chance)} times."


def caution(board: Board, index: str) -> str:
    """Sentence on how certain the best rating vector's lead is."""
    texts = []
    if index == SAMPLE:
        texts.append(
            "The sample’s order is known because its photos were spoilt on purpose: it checks that "
            "photorank works and says nothing of taste."
        )
    others = board.leads[(board.leads["low"] != 0) | (board.leads["high"] != 0)]
    if not others.empty:
        following = others.iloc[0]
        sure = "is clear" if following["clear"] else "could be luck"
        name = vector_text(following["vector"], "plain")
        texts.append(f"Its lead over the next, **{name}**, {sure}.")
    fair = board.rows[~board.rows["apart"] & (board.rows["family"] != AT_RANDOM)]
    if len(fair) > 1:
        texts.append(
            f"It was picked as the best of {len(fair)} on these very photos: expect a little less "
            "on new ones."
        )
    return " ".join(texts)


def default_text(vectors: Mapping[str, MasterVector], evaluation: Evaluation, mode: Mode) -> str:
    """Sentence saying that an evaluation changed the default rating vector; empty if it did not."""
    before, now = (by_preference(vectors, one)[0] for one in (None, evaluation))
    if before == now:
        return ""
    return (
        f"Since this was measured, every page begins with **{vector_text(now, mode)}** instead of "
        f"**{vector_text(before, mode)}**, until you choose another."
    )


def stored_for(name: str, stored: Mapping[str, MasterVector], index: str) -> MasterVector | None:
    """Saved rating vector for a name on the leaderboard; None if no such vector is saved.

    A learner, which was tested on photos left out, is shown by what it made of the whole index.
    """
    if name in stored:
        return stored[name]
    made = (one for one in stored.values() if (one.kind, one.card.index) == (name, index))
    return next(made, None)


def best_of_each_origin(rows: pd.DataFrame, families: tuple[str, ...]) -> pd.Series:
    """Names of the best rating vectors, one per origin (choices, words, …), most accurate first.

    Only vectors that were tested on unseen photos are compared.
    """
    fair = rows[~rows["apart"]]
    kept = pd.concat([fair[fair["family"] == made].head(1) for made in families])
    return kept.sort_values("value", ascending=False)["vector"]


def _whole(share: float) -> str:
    return f"{round(100 * share)}"


def _times(share: float) -> str:
    return f"{_whole(share)} times in 100"


def mistake_text(places: Ratings, pair: tuple[int, int], name: str, index: str) -> str:
    """Text on a photo pair that a rating vector orders wrongly, with both photos' percentiles.

    The left photo is the one that people prefer.
    Places are the vector's percentiles; `index` is the index's name.
    """
    left, right = (_whole(places[row] / 100) for row in pair)
    puts = f"{name} puts it above {left} of 100 photos, the right above {right}"
    said = "The left is known to be better" if index == SAMPLE else "People prefer the left"
    return f"{said}. {puts}."
