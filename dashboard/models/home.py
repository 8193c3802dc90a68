"""View-model of the page Home: what the vectors are worth here, in one sentence and a few rows."""

from dataclasses import dataclass

import pandas as pd

from dashboard.formatting import AT_RANDOM, FROM_PHOTOS, FROM_WORDS, percent
from dashboard.models.results.evaluation_tables import Board
from dashboard.models.words import Mode, right_text, vector_text
from photorank.vectors.master import MasterVector


@dataclass(frozen=True)
class PowerNote:
    """What is known of the vectors' discerning power: a sentence, and rows if it was measured."""

    sentence: str
    rows: pd.DataFrame | None = None  # of the board: the best learned one, words, guessing


def measured(board: Board, photos: int, mode: Mode) -> PowerNote:
    """The best learned vector, the best from words and guessing, of an evaluation's board."""
    fair = board.rows[~board.rows["apart"]]
    kept = [fair[fair["family"] == made].head(1) for made in (FROM_PHOTOS, FROM_WORDS, AT_RANDOM)]
    rows = pd.concat(kept).sort_values("value", ascending=False, ignore_index=True)
    learned = fair[fair["family"] == FROM_PHOTOS]
    if learned.empty:
        return PowerNote("None that was learned could be tested fairly here.", rows)
    best = learned.iloc[0]
    name = vector_text(best["vector"], mode)
    said = right_text(best["value"]) if board.metric.as_share else f"reaches {best['shown']}"
    return PowerNote(f"Of {photos:,} photos: **{name}** is {said}, on pairs it had not seen.", rows)


def not_measured(vector: MasterVector | None, mode: Mode) -> PowerNote:
    """What its card says of a vector that nobody's judgements could test here."""
    known = None if vector is None else vector.card.accuracy
    if vector is None or known is None:
        return PowerNote("Not measured on your photos.")
    return PowerNote(
        f"Not measured on your photos; on public ones **{vector_text(vector.name, mode)}** puts "
        f"{percent(known.value)} of pairs in people’s order."
    )
