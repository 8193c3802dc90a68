"""Limits on an album's photos per event, separately for photos with and without faces."""

import numpy as np

from photorank.album.value import Mask
from photorank.index.opened import IndexFaces
from photorank.labels.photo_library.events_and_days import events_of
from photorank.typing import Codes, Floats

# Limit of a part, relative to its share of the moments: above 1, so that parts of poor photos need
# not be filled.
_MOST_OF_SHARE = 1.25
_LEAST_MEASURED = 0.5  # share of photos searched for faces, from which faces define parts


def balanced_parts(seconds: Floats, faces: IndexFaces) -> Codes:
    """Part number (n,) of each photo; an event has two parts: photos with and without a face.

    If most photos have not been searched for faces, all of an event's photos are one part.
    """
    parts = 2 * events_of(seconds) + 2  # photos without a date are a part, too
    measured = faces.measured
    if len(seconds) and measured.mean() >= _LEAST_MEASURED:
        parts += np.nan_to_num(faces.column("faces")) > 0
    return np.unique(parts, return_inverse=True)[1].astype(np.intp)


def automatic_limits(parts: Codes, first: Mask, there: Codes, places: int) -> Codes | None:
    """Maximum numbers of album photos per event, separately for photos with and without faces.

    A part is an event's photos with faces, or those without; None if no part is limited.
    A part's share is that of the moments, counted by their best shots, `first` (n,), besides
    those of the photos that are in already, `there`. The places can always be filled.
    """
    free = first.copy()
    free[there] = False
    count = int(parts.max(initial=-1)) + 1
    moments = np.bincount(parts[free], minlength=count)
    left = places - len(there)
    if left <= 0 or left >= moments.sum() or np.count_nonzero(moments) < 2:
        return None
    share = np.ceil(_MOST_OF_SHARE * left * moments / moments.sum()).astype(np.intp)
    limits: Codes = np.bincount(parts[there], minlength=count) + share
    return limits
