"""An album of K photos: what is in it, what it is worth, and why."""

from dataclasses import dataclass

import numpy as np

from photorank.album import reasons
from photorank.album.candidates import Ground, ground_of, parts_of_value
from photorank.album.explanations import Chosen, Missed, Told
from photorank.album.request import Wishes, check, limits_of
from photorank.album.select import Choice, Mask, Rules, choose, value_of
from photorank.album.shortlist import collection, shortlist
from photorank.album.swap import best_swap
from photorank.index.opened import Index, Photo
from photorank.index.reading.records import IndexSignals
from photorank.photos.metadata.capture_time import instants_among
from photorank.rating.best_shot import order_in_series
from photorank.rating.percentiles import percentiles
from photorank.similarity.series import Series
from photorank.typing import Ratings

_TIE = 1e-6  # of the value: of photos of equal variety the better rated one is taken


@dataclass(frozen=True)
class Exchange:
    """The exchange of one photo for another that would help most, or cost least."""

    out: int
    into: int
    gain: float  # of the album's value


@dataclass(frozen=True)
class Album:
    """The album that was chosen, in the order of time."""

    places: int
    chosen: list[Chosen]
    value: float  # (1 - balance) · quality + balance · variety
    quality: float  # 1: the places best rated photos; 0: the worst one over and over
    variety: float  # 1: what as many photos reach that are chosen for variety alone
    bound: float  # that the value of no album by the same wishes exceeds
    promise: float  # the share of the best value that is certain beforehand
    missed: list[Missed]
    swap: Exchange | None
    notes: list[str]


def arrange(
    index: Index, ratings: Ratings, series: Series, wishes: Wishes, *, vector: str
) -> Album:
    """Choose an album.

    With room for all, all are in it. Else the value is balanced between quality, the sum
    of the ratings over the worst one's, and variety, how well each photo of the collection
    (of more than 1,000 series a sample of so many) is like one of the album: the cosine above
    what two photos have on average. One shot of a series is taken while there are others:
    the best by its rating, and by its technical signals where they were measured.

    Parameters
    ----------
    index : Index
    ratings : ndarray of shape (n,)
        Of all the index's photos.
    series : Series
        Of the shortlist at least.
    wishes : Wishes
    vector : str
        What the ratings are called.

    Raises
    ------
    AlbumError
        If the wishes contradict each other.
    """
    photos = index.photos()
    check(wishes, photos)
    notes: list[str] = []
    limits = limits_of(index, wishes, photos, notes)
    there = collection(index, len(ratings), wishes)
    among = np.zeros(len(ratings), dtype=bool)
    among[shortlist(index, ratings, wishes)] = True
    if (considered := int(among.sum())) < (total := int(there.sum())):
        notes.append(f"chosen among the {considered:,} best rated (and pinned) of {total:,} photos")
    signals = index.signals()
    merit = order_in_series(ratings, signals, series.codes)
    ground = ground_of(ratings, merit, series, wishes, among)
    rules = Rules(
        wishes.places if limits is not None else min(wishes.places, len(ground.rows)),
        ground.pinned,
        ground.first,
        None if limits is None else limits[ground.rows],
        wishes.at_most,
    )
    quality, covers = parts_of_value(index.embeddings(), ground, rules)
    worth = max(1 - wishes.balance, _TIE) * quality
    covers *= np.float32(wishes.balance)
    choice = choose(worth, covers, rules)
    _note(notes, wishes, choice, len(ground.rows), photos, ground)
    _note_series(notes, index, series, signals, among)

    standing = np.full(len(ratings), np.nan)
    standing[there] = percentiles(ratings[there])
    told = Told(photos, ratings, standing, series, ground, wishes, vector, choice, among)
    chosen = told.chosen(worth, covers)
    taken = [photo.taken for photo in photos]
    chosen.sort(key=lambda one: one.row)
    moments = instants_among(taken, [one.row for one in chosen])
    chosen = [chosen[place] for place in np.argsort(moments, kind="stable")]
    swap = best_swap(worth, covers, rules, choice)
    variety = value_of(np.zeros(len(worth)), covers, choice.rows)
    return Album(
        wishes.places,
        chosen,
        choice.value,
        float(quality[choice.rows].sum()),
        variety / wishes.balance if wishes.balance else float("nan"),
        choice.bound,
        rules.promise,
        told.missed(worth, covers, rules),
        swap and Exchange(int(ground.rows[swap.out]), int(ground.rows[swap.into]), swap.gain),
        notes,
    )


def _note(
    notes: list[str],
    wishes: Wishes,
    choice: Choice,
    n: int,
    photos: list[Photo],
    ground: Ground,
) -> None:
    """Add what a person should know of the album as a whole."""
    k = len(choice.rows)
    if k < wishes.places:
        why = "there are no more" if k == n else f"the limit per {wishes.per} allows no more"
        notes.append(f"{reasons.count_of(wishes.places - k, 'place')} left empty: {why}")
    without = sum(photos[row].taken is None for row in ground.rows[choice.rows].tolist())
    if 0 < without < k:
        notes.append(f"{reasons.count_of(without, 'photo')} without a capture time, put last")
    elif without:
        notes.append("no capture times are known: sorted by path")


def _note_series(
    notes: list[str], index: Index, series: Series, signals: IndexSignals, among: Mask
) -> None:
    """Add how series were found, and how the best shot of each."""
    encoder = index.manifest.encoder
    if encoder != "embedded" and len(among) > 1:
        notes.append(
            f"how alike photos of one series are was measured with embedded, not with {encoder}: "
            "see whether a cosine of "
            f"{series.threshold:g} suits your photos, else choose another"
        )
    if np.bincount(series.codes[among]).max(initial=0) < 2:
        return
    if np.isfinite(signals.values).any():
        how = "the sharp, not blown out and well rated one"
    else:
        how = (
            f"the best rated one; `photorank signals --index {index.name}` lets sharpness count, "
            "too"
        )
    notes.append(
        f"of photos that look almost the same (a cosine of {series.threshold:g} or more) one comes "
        f"first: {how}"
    )
