"""View-model of the page Photos: the photos on a page with captions, and files that are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from dashboard.formatting import percent, plain
from photorank.errors import counted
from photorank.index.opened import Index, IndexFaces, IndexLabels, Photo
from photorank.index.reading.passed_over import passed_over_lines
from photorank.outside_text import printable
from photorank.photos.files import SkippedFile
from photorank.rating.percentiles import percentiles
from photorank.typing import Codes, Flags, Floats, Labels, Pairs, Ratings

PAGE = 24  # photos: divisible by 2, 3, 4 and 6 columns

_MAX_UNUSED_FILES = 1000  # that are no photos, of which the page lists so many

ORDERS = {
    "best": "Best",
    "worst": "Worst",
    "disagreement": "Biggest disagreement with people",
    "mistakes": "Confident mistakes, in pairs",
}
# Orders by people's judgements, for which a vector may not have seen the photo.
HELD_OUT = ("disagreement", "mistakes")
MOST_MISTAKES = 60  # pairs


@dataclass(frozen=True)
class Tile:
    """Photo in a grid, with its alt text and caption."""

    picture: Path  # of its thumbnail
    alt: str
    caption: str  # Markdown
    photo: Photo | None = None  # what it leads to; its name is then said by the link


FaceFilter: TypeAlias = Literal["any", "face", "eyes"]
FACE_FILTERS: dict[FaceFilter, str] = {
    "any": "All",
    "face": "With a face",
    "eyes": "Eyes open",
}


@dataclass(frozen=True)
class Filters:
    """Filters and sort order of the page Photos."""

    order: str = "best"  # one of ORDERS
    group: int | None = None  # a number into the labels' group names
    judged_only: bool = False
    faces: FaceFilter = "any"


class Sheet(NamedTuple):
    """Rows of the photos to show, in order, and a sentence that describes them."""

    rows: Codes  # of the index
    sentence: str


def orders(labels: IndexLabels) -> dict[str, str]:
    """Names of the available sort orders; two of them need judgements."""
    judged = not np.isnan(labels.scores).all()
    return {key: name for key, name in ORDERS.items() if judged or key not in HELD_OUT}


def of_faces(faces: IndexFaces, wanted: FaceFilter) -> Flags:
    """Whether each photo (n,) has a visible face, or faces with open eyes and none hardly open."""
    if wanted == "face":
        return np.nan_to_num(faces.column("faces")) > 0
    shut = np.nan_to_num(faces.column("eyes_hardly_open"))
    return (np.nan_to_num(faces.column("eyes_open")) > 0) & (shut == 0)


def sheet(
    labels: IndexLabels,
    ratings: Ratings,
    filters: Filters,
    vector: str,
    faces: IndexFaces | None = None,
) -> Sheet:
    """Photos of an index after filtering and sorting."""
    judged = ~np.isnan(labels.scores)
    shown = np.ones(len(ratings), dtype=bool)
    where = ""
    if filters.group is not None:
        shown &= labels.groups == filters.group
        where = f" in {plain(labels.group_names[filters.group])}"
    if filters.order == "disagreement":
        shown &= judged & ~np.isnan(ratings)  # those that it cannot rate unseen are left out
    elif filters.judged_only:
        shown &= judged
    if faces is not None and filters.faces != "any":
        shown &= of_faces(faces, filters.faces)
        where += {"face": " with a face", "eyes": " with open eyes"}[filters.faces]
    rows = np.flatnonzero(shown)

    photos = counted(len(rows), "judged photo" if filters.judged_only else "photo")
    by = f"by **{plain(vector)}**"
    if filters.order == "disagreement":
        key = -np.abs(label_percentiles(ratings) - label_percentiles(labels.scores))[rows]
        sentence = (
            f"{counted(len(rows), 'judged photo')}{where}, first those on which {by[3:]} and "
            "people differ most. The numbers say how much of the index each ranks below a photo."
        )
    elif filters.order == "worst":
        key, sentence = ratings[rows], f"{photos}{where}, the worst {by} first."
    else:
        key, sentence = -ratings[rows], f"{photos}{where}, the best {by} first."
    return Sheet(rows[np.argsort(key, kind="stable")], sentence)


def mistaken_pairs(pairs: Pairs, labels: IndexLabels, group: int | None, vector: str) -> Sheet:
    """Photos of pairs (m, 2) that a vector orders wrongly, side by side, people's choice first.

    With a group only pairs of two of its photos.
    """
    where = ""
    if group is not None:
        pairs = pairs[(labels.groups[pairs] == group).all(axis=1)]
        where = f" in {plain(labels.group_names[group])}"
    return Sheet(
        pairs.ravel(),
        f"{counted(len(pairs), 'pair')}{where} that **{plain(vector)}** is most wrong about: on "
        "the left the photo that people prefer, on the right the one that it prefers.",
    )


def unseen_note(seen: Flags, ratings: Ratings, *, refitted: bool) -> str:
    """Sentence on photos that a vector has learned from, and how they are rated here; "" if none.

    `ratings` (n,) are held out, nan where that is not possible.
    """
    if refitted:
        return (
            "It has learned from these photos: each is rated here by what was learned without it "
            "and those kept together with it."
        )
    gone = int(np.count_nonzero(seen & np.isnan(ratings)))
    return f"It has learned from {counted(gone, 'photo')}, left out here." if gone else ""


def label_percentiles(scores: Labels) -> Floats:
    """Percentile (n,) of each value among all values, 0 to 100; nan for nan."""
    places = np.full(len(scores), np.nan)
    judged = ~np.isnan(scores)
    places[judged] = percentiles(scores[judged])
    return places


def tiles(
    index: Index, rows: Codes, ratings: Ratings, percentiles: Ratings, labels: Labels, order: str
) -> list[Tile]:
    """Tiles of photos, captioned with rating, percentile and label."""
    people = label_percentiles(labels) if order in HELD_OUT else None
    made = []
    for row in rows.tolist():
        first = f"better than {percentile_text(percentiles[row])}"
        if people is not None:
            vector, others = percentile_text(percentiles[row]), percentile_text(people[row])
            first = f"vector {vector} · people {others}"
        facts = [f"rating {short_number(ratings[row])}"]
        if not np.isnan(labels[row]):
            facts.append(f"people gave {short_number(labels[row])}")
        caption = f"**{first}**  \n:small[:gray[{' · '.join(facts)}]]"
        made.append(tile_of(index, row, caption, linked=True))
    return made


def tile_of(index: Index, row: int, caption: str = "", *, linked: bool = False) -> Tile:
    """Tile of an indexed photo with a caption, and optionally a link to the photo's page."""
    photo = index.photo(row)
    return Tile(index.thumbnail(photo), alt_text(photo), caption, photo if linked else None)


def alt_text(photo: Photo, parts: int = 1) -> str:
    """Last parts of a photo's path as plain text."""
    return printable("/".join(photo.path.parts[-parts:]))


def percentile_text(percentile: float) -> str:
    r"""Percentile, 0 to 100, formatted in whole per cent and capped at 99 %.

    Examples
    --------
    >>> percentile_text(99.8), percentile_text(50.0)
    ('99\xa0%', '50\xa0%')
    """
    return percent(min(int(percentile + 1e-9), 99) / 100)


def short_number(value: float) -> str:
    """Number with decimals that suit its size, and a typographic minus sign.

    Examples
    --------
    >>> short_number(-0.012345), short_number(0.17), short_number(5.9), short_number(-2.0)
    ('−0.012', '0.170', '5.90', '−2')
    """
    size = abs(value)
    if value == round(value):
        text = f"{value:.0f}"
    else:
        text = f"{value:.{3 if size < 1 else 2 if size < 10 else 1}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


class UnusedFiles(NamedTuple):
    """Title of a list of files, sentences that count them, and the list."""

    title: str
    sentences: list[str]
    table: pd.DataFrame  # file, why


def unused_files(files: Sequence[SkippedFile]) -> UnusedFiles:
    """Files that are no photos, counted by kind, after those that could not be used."""
    others = [file for file in files if file.passed_over]
    skipped = [file for file in files if not file.passed_over]
    sentences = [printable(text) for text in passed_over_lines(others)]
    if len(files) > _MAX_UNUSED_FILES:
        first = f"The first {_MAX_UNUSED_FILES:,} are listed"
        sentences.append(f"{first}; `photorank status --json` has all.")
    listed = [
        (printable(file.path), file.reason) for file in [*skipped, *others][:_MAX_UNUSED_FILES]
    ]
    return UnusedFiles(
        f"{counted(len(skipped), 'file')} could not be used, {len(others):,} passed over",
        sentences,
        pd.DataFrame(listed, columns=["file", "why"]),
    )
