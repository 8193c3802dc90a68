"""View-model of the page Photos: filters, sort orders, and a summary sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dashboard.formatting import listing, plain
from dashboard.models.photo_tiles import label_percentiles, percentile_text
from photorank.errors import counted
from photorank.index.judging.marks import KEEP, LEAVE_OUT, NO_FLAG, Marked
from photorank.index.measuring.shapes_and_colours import Looks
from photorank.index.opened import IndexFaces, IndexLabels
from photorank.index.reading.facets import Facets
from photorank.outside_text import printable
from photorank.typing import Codes, Flags, Floats, Pairs, Ratings

ORDERS = {
    "best": "Best",
    "worst": "Weakest",
    "date": "By date",
    "disagreement": "Disputed",
    "mistakes": "Mistakes",
}
_QUICK = ("best", "worst", "date")  # orders that need no held-out ratings
# Orders by people's judgements, for which a vector may not have seen the photo.
HELD_OUT = ("disagreement", "mistakes")
MOST_MISTAKES = 60  # pairs
_MOST_OTHERS = 3  # vectors named where one has no held-out photo
MOST_NAMES = 300  # folders or cameras to choose from

FaceFilter: TypeAlias = Literal["any", "face", "eyes"]
FACE_FILTERS: dict[FaceFilter, str] = {
    "any": "All",
    "face": "With a face",
    "eyes": "Eyes open",
}
ShapeFilter: TypeAlias = Literal["any", "landscape", "portrait", "square"]
SHAPES: dict[ShapeFilter, str] = {
    "any": "All",
    "landscape": "Landscape",
    "portrait": "Portrait",
    "square": "Square",
}
FlagFilter: TypeAlias = Literal["any", "kept", "open", "left"]
FLAGS: dict[FlagFilter, str] = {
    "any": "All",
    "kept": "Always kept",
    "open": "Not decided",
    "left": "Left out",
}
_FLAG_OF: dict[FlagFilter, int] = {"kept": KEEP, "open": NO_FLAG, "left": LEAVE_OUT}
_SQUARE = 50  # thousandths that a square's aspect may differ from 1


@dataclass(frozen=True)
class Filters:
    """Filters and sort order of the page Photos."""

    order: str = "best"  # one of ORDERS
    group: int | None = None  # a number into the labels' group names
    judged_only: bool = False
    faces: FaceFilter = "any"
    shape: ShapeFilter = "any"
    days: tuple[date, date] | None = None  # the first and the last, both included
    folders: tuple[int, ...] = ()  # numbers into the facets' names; none: all
    cameras: tuple[int, ...] = ()
    better_than: int = 0  # percent
    stars: int = 0  # at least
    flag: FlagFilter = "any"

    @property
    def count_without_group(self) -> int:
        """Number of filters in use, except the filter by photo group."""
        set_ones = (self.judged_only, self.faces != "any", self.shape != "any", self.days)
        more = (self.folders, self.cameras, self.better_than, self.stars, self.flag != "any")
        return sum(map(bool, (*set_ones, *more)))

    @property
    def total(self) -> int:
        """Number of filters in use, including the filter by photo group."""
        return self.count_without_group + (self.group is not None)


@dataclass(frozen=True, eq=False)
class PhotoData:
    """Data about an index's photos that the filters and sort orders need."""

    labels: IndexLabels
    facets: Facets
    looks: Looks
    digests: list[str]
    marks: Mapping[str, Marked]  # of the person, by digest
    faces: IndexFaces | None = None


class Sheet(NamedTuple):
    """Row numbers of the photos to show on the page Photos, in order, with a summary sentence."""

    rows: Codes  # of the index
    sentence: str


def orders(labels: IndexLabels) -> dict[str, str]:
    """Displayed names of the sort orders that are possible with an index's labels.

    Two of them need labels by people.
    """
    judged = not np.isnan(labels.scores).all()
    return {key: name for key, name in ORDERS.items() if judged or key not in HELD_OUT}


def day_range(facets: Facets) -> tuple[date, date] | None:
    """First and last capture day of an index's photos; None if no capture day is known."""
    told = sorted(filter(None, map(_day, np.unique(facets.days).tolist())))
    return (told[0], told[-1]) if told else None


def faces_mask(faces: IndexFaces, wanted: FaceFilter) -> Flags:
    """Boolean mask (n,) of n photos: True for those that pass the filter by faces.

    The filter asks for a face, or for faces with open eyes only.
    """
    if wanted == "face":
        return np.nan_to_num(faces.column("faces")) > 0
    shut = np.nan_to_num(faces.column("eyes_hardly_open"))
    return (np.nan_to_num(faces.column("eyes_open")) > 0) & (shut == 0)


def sheet(
    known: PhotoData, ratings: Ratings, percentiles: Ratings, filters: Filters, vector: str
) -> Sheet:
    """Row numbers of the photos that pass the filters, sorted, with a summary sentence.

    `percentiles` (n,) are 0 to 100.
    """
    labels = known.labels
    shown = filter_mask(known, percentiles, filters)
    where = ""
    if filters.group is not None:
        where = f" in {plain(labels.group_names[filters.group])}"
    if filters.order == "disagreement":
        # Those that it cannot rate unseen are left out.
        shown &= ~np.isnan(labels.scores) & ~np.isnan(ratings)
    if known.faces is not None and filters.faces != "any":
        where += {"face": " with a face", "eyes": " with open eyes"}[filters.faces]
    rows = np.flatnonzero(shown)

    photos = counted(len(rows), "judged photo" if filters.judged_only else "photo")
    by = f"by **{plain(vector)}**"
    if filters.order == "disagreement":
        key = -np.abs(label_percentiles(ratings) - label_percentiles(labels.scores))[rows]
        sentence = (
            f"{counted(len(rows), 'judged photo')}{where}, first those on which {by[3:]} and "
            "people differ most. The numbers say how much of the collection each ranks below "
            "a photo."
        )
    elif filters.order == "date":
        key = _sort_key(known, ratings, rows, "date")
        undated = np.count_nonzero(known.facets.taken[rows] == b"")
        sentence = f"{photos}{where}, the earliest first."
        if undated == len(rows):
            sentence = f"{photos}{where}. No dates are known: they are in order of their names."
        elif undated:
            sentence += f" {counted(int(undated), 'photo')} at the end tell no time."
    else:
        key = _sort_key(known, ratings, rows, filters.order)
        first = "worst" if filters.order == "worst" else "best"
        sentence = f"{photos}{where}, the {first} {by} first."
    return Sheet(rows[np.argsort(key, kind="stable")], sentence)


def next_first_rows(
    known: PhotoData, ratings: Ratings, shown: Codes, order: str, most: int
) -> list[int]:
    """Row numbers of the first few photos in each sort order except the current one.

    They are at most `most` for each order; `order` is the current one.

    `shown` (k,) are the photos of the given order. The other orders are those by rating or date;
    none where the order has only some of the photos that pass the filters.
    """
    if order not in _QUICK:
        return []
    rows, first = np.sort(shown), []
    for other in _QUICK:
        if other != order:
            key = _sort_key(known, ratings, rows, other)
            if len(rows) > most:  # a partition is quicker than sorting all of them
                few = ~(key > np.partition(key, most - 1)[most - 1])  # nan is greater than none
            else:
                few = np.ones(len(rows), dtype=bool)
            first += rows[few][np.argsort(key[few], kind="stable")[:most]].tolist()
    return first


def _sort_key(
    known: PhotoData, ratings: Ratings, rows: Codes, order: str
) -> Ratings | NDArray[np.bytes_]:
    """Keys (k,) for sorting k photos: a photo with a smaller key comes earlier."""
    if order == "date":
        taken = known.facets.taken[rows]
        return np.where(taken == b"", b"~", taken)  # after all times
    return ratings[rows] if order == "worst" else -ratings[rows]


def filter_mask(known: PhotoData, percentiles: Ratings, filters: Filters) -> Flags:
    """Boolean mask (n,) of an index's n photos, True for those that pass all filters."""
    labels, facets = known.labels, known.facets
    shown = np.ones(len(percentiles), dtype=bool)
    if filters.group is not None:
        shown &= labels.groups == filters.group
    if filters.judged_only:
        shown &= ~np.isnan(labels.scores)
    if known.faces is not None and filters.faces != "any":
        shown &= faces_mask(known.faces, filters.faces)
    if filters.shape != "any":
        shown &= _of_shape(known.looks, filters.shape)
    if filters.days is not None:
        first, last = (day.isoformat().encode() for day in filters.days)
        shown &= (facets.days >= first) & (facets.days <= last)
    for wanted, names in ((filters.folders, facets.folders), (filters.cameras, facets.cameras)):
        if wanted:
            shown &= np.isin(names.codes, wanted)
    if filters.better_than:
        shown &= np.nan_to_num(percentiles) >= filters.better_than
    if filters.stars or filters.flag != "any":
        marks = [known.marks.get(digest, Marked()) for digest in known.digests]
        shown &= np.array([mark.stars >= filters.stars for mark in marks], dtype=bool)
        if filters.flag != "any":
            shown &= np.array([mark.flag == _FLAG_OF[filters.flag] for mark in marks], dtype=bool)
    return shown


def shown_names(names: list[str], codes: Codes) -> dict[int, str]:
    """Names and photo counts of the folders or cameras with the most photos.

    Keys are the numbers in `codes`.
    The one with the most photos is first.
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable")[:MOST_NAMES].tolist()
    return {code: f"{printable(names[code])} ({counts[code]:,})" for code in order if counts[code]}


def mistaken_pairs(pairs: Pairs, labels: IndexLabels, group: int | None, vector: str) -> Sheet:
    """Row numbers of photos in pairs that a rating vector orders wrongly, with a summary sentence.

    In each pair the photo that people prefer is first.
    `pairs` (m, 2) are those that the vector orders most wrongly. With a group only pairs of two
    of its photos.
    """
    where = ""
    if group is not None:
        pairs = pairs[(labels.groups[pairs] == group).all(axis=1)]
        where = f" in {plain(labels.group_names[group])}"
    return Sheet(
        pairs.ravel(),
        f"{counted(len(pairs), 'pair')}{where} that **{plain(vector)}** is most wrong about: "
        "first the photo that people prefer, then the one that it prefers.",
    )


def training_photos_note(seen: Flags, ratings: Ratings, *, refitted: bool) -> str:
    """Sentence on whether a vector's training photos are rated by cross-validation or left out.

    They are cross-validated if `refitted`. Empty if there are none.
    `ratings` (n,) are held out, nan where that is not possible.
    """
    if refitted:
        return (
            "It has learned from these photos: each is rated here by what was learned without it "
            "and those kept together with it."
        )
    gone = int(np.count_nonzero(seen & np.isnan(ratings)))
    return f"It has learned from {counted(gone, 'photo')}, left out here." if gone else ""


def count_text(rows: Codes, stacks: Codes | None) -> str:
    """Text with the number of photos and, if stacks hide some, the number of visible photos.

    `stacks` are as of :func:`dashboard.models.photos.grid_photos.stacked`.
    """
    said, tiles = counted(len(rows), "photo"), len(rows) if stacks is None else (stacks > 0).sum()
    return said if tiles == len(rows) else f"{said}, {tiles:,} shown"


def empty_text(
    judged: Flags, held: Ratings | None, filters: Filters, vector: str, others: Sequence[str]
) -> str:
    """Sentences on why the page Photos shows no photo.

    `judged` (n,) are the photos that people judged, `held` (n,) their held-out ratings for the
    orders that need some; `others` are vectors that did not learn from all judged photos.
    """
    if not len(judged):
        return "This collection has no photos any more. Add some on Home."
    if held is not None and not np.isfinite(held[judged]).any():
        return learned_from_all_text(vector, others)
    if filters.total:
        return "No photo passes these filters."
    return f"**{plain(vector)}** is wrong about no two photos that people judged here."


def learned_from_all_text(vector: str, others: Sequence[str]) -> str:
    """Text saying that a vector was trained on all judged photos and cannot be tested on them.

    It suggests `others`, if there are any, to test instead.
    """
    text = (
        f"**{plain(vector)}** has learned from all the photos that people judged here, so it "
        "cannot be tested on them."
    )
    if not others:
        return text
    named = listing([f"**{plain(one)}**" for one in others[:_MOST_OTHERS]])
    return f"{text} Test {named} instead: choose that."


def percentiles_caption(row: int, vector: Ratings, people: Floats) -> str:
    """Caption with two percentiles of a photo: by a vector's ratings and by people's labels."""
    return f"judged {percentile_text(vector[row])} · people {percentile_text(people[row])}"


def _of_shape(looks: Looks, shape: ShapeFilter) -> Flags:
    aspects = looks.aspects.astype(np.int64)
    square = np.abs(aspects - 1000) <= _SQUARE
    return {
        "square": square,
        "landscape": ~square & (aspects > 1000),
        "portrait": ~square & (aspects < 1000),
        "any": np.ones(len(aspects), dtype=bool),
    }[shape]


def _day(text: bytes) -> date | None:
    try:
        return date.fromisoformat(text.decode("ascii"))
    except ValueError:
        return None
