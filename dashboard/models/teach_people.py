"""View-model of the page Teach with several people: agreement and disputed photos."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.formatting import plain, with_interval
from dashboard.models.photo_tiles import Tile, tile_of
from dashboard.models.teach_texts import MOVED, rating_text
from photorank.evaluation.agreement import Shared, Voice, agreed_best, agreements, contested
from photorank.index.opened import Index

FEW = 6  # people compared to begin with: every two of them are
_LINE = "  \n"  # of Markdown


@dataclass(frozen=True)
class PeopleTexts:
    """Comparison of people's tastes: texts, table and photos."""

    headline: str
    agreements: pd.DataFrame
    best: list[Tile]
    contested: list[Tile]


def people_texts(index: Index, voices: Sequence[Voice]) -> PeopleTexts:
    """Comparison of people's tastes: agreement, shared favourites, disputed photos."""
    ranked = sorted(agreements(voices), key=lambda found: -found.likes_accuracy.value)
    closest, furthest = ranked[0], ranked[-1]
    headline = (
        f"**{plain(closest.first)}** and **{plain(closest.second)}** would choose alike on "
        f"**{with_interval(closest.likes_accuracy)}** of all pairs of photos"
    )
    if furthest is not closest:
        headline += (
            f"; {plain(furthest.first)} and {plain(furthest.second)} agree least, on "
            f"{with_interval(furthest.likes_accuracy)}"
        )
    rows = [
        {
            "people": f"{found.first} and {found.second}",
            "value": found.likes_accuracy.value,
            "low": found.likes_accuracy.low,
            "high": found.likes_accuracy.high,
            "said": None if found.said_accuracy is None else found.said_accuracy.value,
            "pairs": 0 if found.said_accuracy is None else found.said_accuracy.n_pairs,
        }
        for found in ranked
    ]
    raters = [voice.rater for voice in voices]
    return PeopleTexts(
        f"{headline}. At random it would be half.",
        pd.DataFrame(rows),
        [_shared(index, raters, photo) for photo in agreed_best(voices)[:MOVED]],
        [_shared(index, raters, photo) for photo in contested(voices)[:MOVED]],
    )


def _shared(index: Index, raters: Sequence[str], found: Shared) -> Tile:
    ratings = zip(raters, found.ratings, found.standard_errors, strict=True)
    each = [f"{plain(rater)} {rating_text(rating, error)}" for rater, rating, error in ratings]
    return tile_of(index, found.row, f":small[:gray[{_LINE.join(each)}]]")
