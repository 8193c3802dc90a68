"""Candidate photos for an album, and the value function by which albums are compared."""

from dataclasses import dataclass, replace

import numpy as np

from photorank.album.coverage import KeptSimilarities
from photorank.album.greedy_choice import Rules, most_cover
from photorank.album.request import AlbumRequest
from photorank.album.value import Mask, Value
from photorank.index.opened import Index
from photorank.rating.best_shot import best_shots
from photorank.similarity.series import Series
from photorank.typing import Codes, Floats, Ratings

_SEED = 0  # of the random clients, so that the same request gives the same album
_VARIETY_TIE = 1e-6  # weight of ratings when variety alone counts, to break ties


@dataclass(frozen=True)
class Candidates:
    """Photos that may be chosen for an album: one version (original, edit, …) of each photo.

    Further versions are candidates only if they are pinned or in the album already.
    """

    rows: Codes  # (g,) of the index
    ratings: Ratings  # (g,)
    pinned: Codes  # (p,) places in `rows`
    held: Codes  # (h,) places in `rows` of the photos that are in already, unpinned
    merit: Ratings  # (n,) of the index's photos, to compare those of one series by
    first: Mask  # (g,) the best shot of each series, or the pinned ones


def in_group(index: Index, n: int, request: AlbumRequest) -> Mask:
    """Mask (n,) of photos in the requested group (such as an event); all True without a group."""
    if request.group is None:
        return np.ones(n, dtype=bool)
    labels = index.labels()
    if request.group not in labels.group_names:
        return np.zeros(n, dtype=bool)
    found: Mask = labels.groups == labels.group_names.index(request.group)
    return found


def shortlist(index: Index, ratings: Ratings, request: AlbumRequest) -> Codes:
    """Sorted row numbers of the photos that are considered for an album.

    These are all photos of the requested group or, if too many, the best rated ones and those that
    are pinned or in the album already. At least as many are considered as the album has places, if
    there are so many.
    """
    among = np.flatnonzero(in_group(index, len(ratings), request))
    most = max(request.considered, request.places)
    if len(among) <= most:
        return among
    best = among[np.argpartition(-ratings[among], most)[:most]]
    there = sorted(request.pinned.union(request.held))
    return np.union1d(best, np.array(there, dtype=np.intp))


def candidates_of(
    ratings: Ratings, merit: Ratings, series: Series, request: AlbumRequest, among: Mask
) -> Candidates:
    """Candidates for an album, with the best shot of each series of similar photos marked.

    `merit` (n,) ranks the shots of a series; `among` (n,) are the photos to choose from.
    """
    mains = series.versions
    pinned = np.array(sorted(request.pinned), dtype=np.intp)
    held = np.array([row for row in request.held if row not in request.pinned], dtype=np.intp)
    there = np.concatenate([pinned, held])
    banned = np.isin(mains, mains[sorted(request.banned.difference(there.tolist()))])
    stands = mains == np.arange(len(mains))
    # A version that is in stands for its photo, and so does one whose main one is elsewhere.
    stands[np.isin(mains, mains[there])] = False
    stands[there] = True
    lost = among & ~among[mains] & ~np.isin(mains, mains[there])
    stands[best_shots(np.flatnonzero(lost), mains, ratings)] = True
    banned[there] = False
    rows = np.flatnonzero(stands & among & ~banned)

    first = np.zeros(len(ratings), dtype=bool)
    first[there] = True
    others = rows[~np.isin(series.codes[rows], series.codes[there])]
    first[best_shots(others, series.codes, merit)] = True
    pinned, held = (np.searchsorted(rows, some) for some in (pinned, held))
    return Candidates(rows, ratings[rows], pinned, held, merit, first[rows])


def value_of_albums(
    kept: KeptSimilarities, candidates: Candidates, rules: Rules, request: AlbumRequest
) -> Value:
    """Function for an album's value: quality plus variety, each relative to a choice by it alone.

    An album without places is measured by what one place could have.
    """
    rules = replace(rules, places=max(rules.places, 1))
    similarities = kept.of(candidates.rows, _photos_to_represent(candidates, request.clients))
    worth = weight_of_quality(request) * _quality(candidates, rules)
    return Value(worth, similarities, request.balance / (most_cover(similarities, rules) or 1.0))


def weight_of_quality(request: AlbumRequest) -> float:
    """Weight of photo quality in an album's value, 0 to 1; the rest is the weight of variety."""
    return max(1 - request.balance, _VARIETY_TIE)


def _quality(candidates: Candidates, rules: Rules) -> Floats:
    """Quality (g,) of g candidates: their ratings, shifted to a minimum of 0 and scaled.

    The qualities of the album with the best ratings sum to 1.
    """
    lowest = candidates.ratings.min(initial=np.inf)
    quality = candidates.ratings - lowest if len(candidates.rows) else candidates.ratings
    best = np.sort(quality[candidates.first | (rules.places > candidates.first.sum())])[::-1]
    most = best[: rules.places].sum()
    return quality / most if most > 0 else np.zeros(len(quality))


def _photos_to_represent(candidates: Candidates, most: int) -> Codes:
    """Sorted row numbers (c,) of the photos that an album should represent.

    These are the best shots of all series of similar photos, or a random sample of `most` of them.
    An album's variety is how well it represents these photos.
    """
    clients = candidates.rows[candidates.first]
    if len(clients) > most:
        # By lot, one for each photo of the index: to ban a photo changes one client at most.
        lots = np.random.default_rng(_SEED).random(len(candidates.merit))[clients]
        clients = np.sort(clients[np.argpartition(lots, most)[:most]])
    return clients
