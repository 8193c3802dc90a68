"""View-model of the page Teach with several people: agreement and disputed photos."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.formatting import plain, with_interval
from dashboard.models.teach_texts import rating_text
from photorank.evaluation.agreement import (
    PersonTaste,
    PhotoRatings,
    agreed_best,
    agreements,
    contested,
)
from photorank.outside_text import printable

FEW = 6  # people compared to begin with: every two of them are
SHOWN = 12  # photos at most, of the best and of the disputed ones


@dataclass(frozen=True)
class PeopleTexts:
    """Texts, table and photos that compare several people's tastes."""

    headline: str
    agreements: pd.DataFrame
    best: dict[int, str]  # what each person's rating of a photo is, by row
    contested: dict[int, str]


def people_texts(person_tastes: Sequence[PersonTaste]) -> PeopleTexts:
    """Texts on several people's tastes: agreement, shared favourites and disputed photos."""
    ranked = sorted(agreements(person_tastes), key=lambda found: -found.likes_accuracy.value)
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
    raters = [voice.rater for voice in person_tastes]
    return PeopleTexts(
        f"{headline}. At random it would be half.",
        pd.DataFrame(rows),
        {one.row: _ratings_text(raters, one) for one in agreed_best(person_tastes)[:SHOWN]},
        {one.row: _ratings_text(raters, one) for one in contested(person_tastes)[:SHOWN]},
    )


def _ratings_text(raters: Sequence[str], found: PhotoRatings) -> str:
    """Text with each person's predicted rating of one photo and its standard error."""
    ratings = zip(raters, found.ratings, found.standard_errors, strict=True)
    return " · ".join(
        f"{printable(rater)} {rating_text(rating, error)}" for rater, rating, error in ratings
    )
