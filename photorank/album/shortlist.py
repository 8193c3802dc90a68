"""The photos of a large collection that an album is chosen from: the best rated ones."""

import numpy as np

from photorank.album.request import Wishes
from photorank.album.select import Mask
from photorank.index.opened import Index
from photorank.typing import Codes, Ratings

# Every photo is compared with every series before it: ten times as many would take minutes.
MOST = 25_000


def collection(index: Index, n: int, wishes: Wishes) -> Mask:
    """Return which of an index's n photos there are to choose from."""
    if wishes.group is None:
        return np.ones(n, dtype=bool)
    labels = index.labels()
    if wishes.group not in labels.group_names:
        return np.zeros(n, dtype=bool)
    found: Mask = labels.groups == labels.group_names.index(wishes.group)
    return found


def shortlist(index: Index, ratings: Ratings, wishes: Wishes) -> Codes:
    """Return the rows, in order, that an album is chosen from: all, or the `MOST` best rated.

    What is pinned is among them. More than `MOST` places are filled from all photos.
    """
    among = np.flatnonzero(collection(index, len(ratings), wishes))
    most = max(MOST, wishes.places)
    if len(among) <= most:
        return among
    best = among[np.argpartition(-ratings[among], most)[:most]]
    return np.union1d(best, np.array(sorted(wishes.pinned), dtype=np.intp))
