"""View-model of the page Map: plotted photos with their colours, and selected photos."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from dashboard.formatting import plain
from dashboard.models.photo_tiles import label_percentiles, percentile_text, short_number
from photorank.errors import counted
from photorank.index.opened import IndexLabels
from photorank.similarity.map_layout import Method, can_map
from photorank.typing import Codes, Floats, Ratings

MOST_POINTS = 1500  # more cannot be told apart, and a browser would be slow
BRUSH = "brush"  # name of the selection box in the chart
Box = tuple[float, float, float, float]  # left, right, bottom, top

METHODS: dict[Method, str] = {"pca": "At once", "tsne": "Like beside like"}
METHOD_HELP: dict[Method, str] = {
    "pca": "Each photo stands where the two main differences among all of them put it "
    "(principal components).",
    "tsne": "Photos that are alike stand beside each other; distances between far ones mean "
    "nothing (t-SNE). The first map of a large index takes minutes; then it is kept.",
}
COLOURS = {
    "rating": "Rating",
    "label": "People's label",
    "disagreement": "Disagreement",
}


class DrawnPhotos(NamedTuple):
    """Photos drawn on the map: row numbers in the index, thumbnail URLs and names."""

    rows: Codes  # of the index
    pictures: list[str]  # where the browser finds them, "" for one that is gone
    names: list[str]  # what a reader who cannot see them is told


@dataclass(frozen=True)
class Colouring:
    """Colour values of the map's points, with scale, title and explanation."""

    amounts: Floats  # (n,), nan where it says nothing
    title: str
    domain: tuple[float, float]
    diverging: bool
    reading: str
    of_people: bool = True  # so that it says more than the vector does


def methods() -> dict[Method, str]:
    """Displayed names of the installed methods for computing map positions."""
    return {method: name for method, name in METHODS.items() if can_map(method)}


def colouring_names(labels: IndexLabels) -> dict[str, str]:
    """Names of the quantities that can colour the map; only the rating if there are no labels."""
    judged = bool(np.isfinite(labels.scores).any())
    return {key: name for key, name in COLOURS.items() if judged or key == "rating"}


def colouring(
    labels: IndexLabels, percentiles: Ratings, by: str, vector: str, *, seen: bool = False
) -> Colouring:
    """Colour values of the map's points: rating percentile, label percentile or their difference.

    `seen` tells whether the vector has learned from the photos' judgements.
    """
    people = label_percentiles(labels.scores)
    if by == "label":
        reading = "The stronger a point's colour, the higher people put the photo."
        return Colouring(people, "people: better than (%)", (0, 100), False, reading)
    if by == "disagreement":
        reading = (
            f"Green: **{plain(vector)}** puts the photo higher than people do. Ochre: people put "
            "it higher." + (" It has learned from judgements of these photos." if seen else "")
        )
        apart = percentiles - people
        most = max(float(np.nanmax(np.abs(apart))), 1.0)
        return Colouring(apart, "vector − people (%)", (-most, most), True, reading)
    reading = f"The stronger a point's green, the higher **{plain(vector)}** rates the photo."
    return Colouring(percentiles, "better than (%)", (0, 100), False, reading, False)


def drawn_rows(n: int) -> Codes:
    """Row numbers of the photos to draw on the map; if there are many, a fixed random sample."""
    if n <= MOST_POINTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, MOST_POINTS, replace=False))


def points(
    drawn: DrawnPhotos,
    places: Floats,
    colouring: Colouring,
    ratings: Ratings,
    percentiles: Ratings,
) -> pd.DataFrame:
    """Table of the map's points, a row per photo: position, colour value and tooltip."""
    rows = drawn.rows
    texts = [
        f"rating {short_number(ratings[row])}, better than {percentile_text(percentiles[row])}"
        for row in rows.tolist()
    ]
    return pd.DataFrame(
        {
            "x": places[rows, 0],
            "y": places[rows, 1],
            "value": colouring.amounts[rows],
            "image": drawn.pictures,
            "photo": drawn.names,
            "said": texts,
        }
    )


def box_text(box: Box | None) -> str:
    """Map area as text for the URL: left, right, bottom and top.

    Examples
    --------
    >>> box_text((-1.0, 0.25, 0.0, 1.0))
    '-1.000,0.250,0.000,1.000'
    """
    return "" if box is None else ",".join(f"{edge:.3f}" for edge in box)


def parse_box(text: str) -> Box | None:
    """Map area (left, right, bottom, top) from the text in a URL; None if the text is invalid.

    Examples
    --------
    >>> parse_box("1,0,-1,1"), parse_box("here")
    ((0.0, 1.0, -1.0, 1.0), None)
    """
    try:
        one, other, low, high = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not np.isfinite([one, other, low, high]).all():
        return None
    return min(one, other), max(one, other), min(low, high), max(low, high)


def box_of_selection(selection: dict[str, list[float]]) -> Box | None:
    """Map area that the user selected in the chart; None if nothing is selected."""
    x, y = selection.get("x"), selection.get("y")
    if not x or not y:
        return None
    return float(min(x)), float(max(x)), float(min(y)), float(max(y))


def drawn_text(n: int, n_drawn: int) -> str:
    """Sentence on how many photos the map shows, and what distances on the map mean."""
    if n_drawn < n:
        text = (
            f"{n_drawn:,} of {counted(n, 'photo')} are drawn, chosen at random; a selection takes "
            "all that lie in it"
        )
    else:
        text = f"Each point is one of the {n:,} photos" if n > 1 else "The point is the one photo"
    return f"{text}. The more alike two photos are to the encoder, the closer they tend to stand."


def rows_in_box(box: Box | None, places: Floats, ratings: Ratings) -> Codes:
    """Row numbers of the photos inside a map area, highest rating first.

    All photos if `box` is None.
    """
    rows = np.arange(len(places)) if box is None else _inside(places, box)
    return rows[np.argsort(-ratings[rows], kind="stable")]


def _inside(places: Floats, box: Box) -> Codes:
    """Row numbers of the photos whose map points lie inside a box (left, right, bottom, top).

    Examples
    --------
    >>> _inside(np.array([[0.0, 0.0], [0.5, 0.5]]), (0.2, 1.0, 0.2, 1.0))
    array([1])
    """
    left, right, bottom, top = box
    x, y = places.T
    return np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
