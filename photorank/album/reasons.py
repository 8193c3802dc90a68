"""Why a photo is in an album, or just missed it, in words."""

from collections.abc import Sequence

from photorank.index.opened import Photo
from photorank.similarity.series import is_bracket

_TOP = 90.0  # percentile from which a rating is a reason


def count_of(n: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count_of(1, "photo"), count_of(12, "photo")
    ('1 photo', '12 photos')
    """
    return f"{n} {noun}{'' if n == 1 else 's'}"


def of_series(name: str | None, photos: Sequence[Photo], *, best: bool) -> str | None:
    """Return what being one of a series says for a photo, None for one on its own."""
    size = len(photos)
    if size < 2:
        return None
    which = "best" if best else "one"
    if name is not None:
        return f"{which} of {size} in series {name}"
    if is_bracket(photos):
        return f"{which} of {size} exposures of one scene"
    return f"{which} of {size} near-identical shots"


def of_rating(percentile: float, vector: str) -> str | None:
    """Return what its rating says for a photo, None if it says little."""
    if percentile < _TOP:
        return None
    return f"better than {min(int(percentile), 99)} % by {vector}"


def of_variety(stands_for: int, share: float) -> str | None:
    """Return what variety says for a photo that is nearest to some others, None if it says little.

    Parameters
    ----------
    stands_for : int
        Photos of the collection that no other photo of the album is more like.
    share : float
        Of what the photo added to the album's value, the part that is variety.
    """
    if share < 0.5:
        return None
    if stands_for < 2:
        return "unlike the rest of the album"
    return f"stands for {count_of(stands_for, 'photo')} unlike the rest of the album"


def joined(*reasons: str | None) -> str:
    """Return the reasons there are in one line.

    Examples
    --------
    >>> joined("you pinned it", None, "best of 7 near-identical shots")
    'you pinned it; best of 7 near-identical shots'
    """
    return "; ".join(reason for reason in reasons if reason)
