"""Making of an album of K photos, with its value and reasons for the choice of each photo."""

from dataclasses import dataclass, replace

import numpy as np

from photorank.album.candidates import (
    candidates_of,
    in_group,
    shortlist,
    value_of_albums,
    weight_of_quality,
)
from photorank.album.face_quota import notes_if_too_few
from photorank.album.greedy_choice import choose
from photorank.album.grounds import Grounds, KeptGrounds
from photorank.album.limits_per_day_or_event import limited_parts, rules_of_request
from photorank.album.propose_swap import Swap, propose_swap
from photorank.album.reasons import Chosen, Missed, Reasons
from photorank.album.request import AlbumRequest, check_request
from photorank.errors import counted
from photorank.index.opened import Index
from photorank.similarity.series import Series
from photorank.typing import Floats, Ratings


@dataclass(frozen=True)
class Album:
    """Finished album: its photos in order of time, with reasons, and its quality and variety."""

    places: int
    chosen: list[Chosen]
    value: float  # (1 - balance) · quality + balance · variety
    quality: float  # 1: the places best rated photos; 0: the worst one over and over
    variety: float  # 1: what as many photos reach that are chosen for variety alone
    bound: float  # that the value of no album by the same request exceeds
    promise: float  # the share of the best value that is certain beforehand
    missed: list[Missed]
    swap: Swap | None  # of rows of the index: what would help most, or cost least
    notes: list[str]


def make_album(
    index: Index,
    ratings: Ratings,
    series: Series,
    request: AlbumRequest,
    *,
    vector: str,
    kept: KeptGrounds | None = None,
) -> Album:
    """Album of highly rated and varied photos, chosen as requested.

    With room for all, all are in it. Else the value balances quality, the sum of the ratings
    above the worst one's, and variety, how well each photo of the collection (of more than
    1,000 series a sample) is like one of the album: the cosine above what two photos have on
    average. One shot of a series is taken while there are others: the best by its rating, and
    by its technical signals where they were measured.

    Parameters
    ----------
    index : Index
    ratings : ndarray of shape (n,)
    series : Series
        At least of the shortlist.
    request : AlbumRequest
    vector : str
        Name of the vector that gave the ratings.
    kept : KeptGrounds, optional
        Of the index, where several albums are made of it.

    Raises
    ------
    AlbumError
        If the request contradicts itself.
    """
    photos = index.photos_by_row()
    check_request(request, photos)
    parts, notes = limited_parts(index, request)
    there = in_group(index, len(ratings), request)
    among = np.zeros(len(ratings), dtype=bool)
    among[shortlist(index, ratings, request)] = True
    if (considered := int(among.sum())) < (total := int(there.sum())):
        notes.append(f"chosen among the {considered:,} best rated (and pinned) of {total:,} photos")
    kept = kept or KeptGrounds(index)
    grounds = kept.of(ratings, series, among, there)
    shots = grounds.shots
    candidates = candidates_of(ratings, shots.terms.merit, series, request, among)
    if parts is None and request.balanced and request.balance > 0:
        parts = grounds.parts
    rules = rules_of_request(request, candidates, parts)
    if request.with_faces and rules.parts is not None:
        notes += notes_if_too_few(request.with_faces, rules.parts, rules.first)
    if rules.parts is not None and not request.is_limited:
        notes.append(
            "no event takes more than about its share of the places, with its photos of people or "
            "with its others"
        )
    free = replace(rules, held=rules.held[:0])  # the scale is that of an album chosen at once
    value = value_of_albums(kept.similarities, candidates, free, request)
    choice = choose(value, rules)
    taken = [photos[row].taken for row in candidates.rows[choice.rows].tolist()]
    notes += _notes_on_missing(request, len(candidates.rows), taken)
    notes += _notes_on_series(index, grounds)
    if (seen := shots.faces) and (seen.closed.any() or seen.cut.any()):
        notes.append("of a series' shots, those with open eyes and whole faces come first")

    reasons = Reasons(photos, grounds, candidates, request, vector, choice)
    swap = propose_swap(value, rules, choice)
    variety = value.of_cover(value.cover(choice.rows))
    return Album(
        request.places,
        _in_order_of_time(reasons.chosen(value), index.moments()),
        choice.value,
        float(value.worth[choice.rows].sum()) / weight_of_quality(request),
        variety / request.balance if request.balance else float("nan"),
        choice.bound,
        rules.promise,
        reasons.missed(value, rules),
        swap and Swap(int(candidates.rows[swap.out]), int(candidates.rows[swap.into]), swap.gain),
        notes,
    )


def _in_order_of_time(chosen: list[Chosen], moments: Floats) -> list[Chosen]:
    chosen = sorted(chosen, key=lambda one: one.row)
    order = np.argsort(moments[[one.row for one in chosen]], kind="stable")
    return [chosen[place] for place in order]


def _notes_on_missing(request: AlbumRequest, n: int, taken: list[str | None]) -> list[str]:
    """Notes for the user if an album has too few photos, or photos without a capture time.

    `n` is the number of candidates, `taken` the capture times of the album's photos.
    """
    notes = []
    if (k := len(taken)) < request.places:
        limit = "quota on faces" if request.with_faces else f"limit per {request.per}"
        why = "there are no more" if k == n else f"the {limit} allows no more"
        notes.append(f"{counted(request.places - k, 'place')} left empty: {why}")
    without = taken.count(None)
    if 0 < without < k:
        notes.append(f"{counted(without, 'photo')} without a capture time, put last")
    elif without:
        notes.append("no capture times are known: sorted by folder and name")
    return notes


def _notes_on_series(index: Index, grounds: Grounds) -> list[str]:
    """Notes for the user on how series of similar shots and their best shots were found."""
    notes, series, among = [], grounds.series, grounds.among
    encoder = index.manifest.encoder
    if not index.fingerprint.is_embedded and len(among) > 1:
        notes.append(
            f"what counts as one moment was measured with embedded, not with {encoder}: see "
            f"whether `--alike {series.threshold:g}` suits your photos, else choose another"
        )
    if np.bincount(series.codes[among]).max(initial=0) < 2:
        return notes
    if grounds.has_signals:
        how = "the sharp, not blown out and well rated one"
    else:
        how = (
            f"the best rated one; `photorank signals --index {index.name}` lets sharpness count, "
            "too"
        )
    notes.append(f"of photos that look almost the same one comes first: {how}")
    return notes
