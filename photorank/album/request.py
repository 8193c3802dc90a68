"""What a person wants of an album, and whether that can be had."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photorank.album import reasons
from photorank.album.quotas import Per, parts
from photorank.errors import AlbumError
from photorank.index.opened import Index, Photo
from photorank.typing import Codes

# On half of OASIS, with ratings learned from the other half, this gives up about a tenth of what
# the best rated photos are worth to people, for photos that are clearly less alike.
BALANCE = 0.3


@dataclass(frozen=True)
class Wishes:
    """What a person wants of an album. Photos are rows of the index."""

    places: int
    balance: float = BALANCE  # 0 ratings alone … 1 variety alone
    group: str | None = None  # the photos to choose from; None: all
    pinned: frozenset[int] = frozenset()
    banned: frozenset[int] = frozenset()
    per: Per | None = None  # what the limit is of
    at_most: int = 0  # photos of one day, event, …


def rows_of_files(index: Index, paths: Sequence[Path]) -> frozenset[int]:
    """Return the rows of photos by their files.

    Raises
    ------
    AlbumError
        If a file is not in the index.
    """
    rows = {path: index.row_of(path) for path in paths}
    for path, row in rows.items():
        if row is None:
            raise AlbumError(
                f"{path} is no photo of index {index.name!r}. Name a photo that is in it, or add "
                f"its folder with `photorank index FOLDER --name {index.name}`."
            )
    return frozenset(row for row in rows.values() if row is not None)


def check(wishes: Wishes, photos: Sequence[Photo]) -> None:
    """Raise if the wishes contradict each other."""
    both = wishes.pinned & wishes.banned
    if both:
        raise AlbumError(f"{photos[min(both)].path} is both pinned and banned: choose one.")
    if len(wishes.pinned) > wishes.places:
        raise AlbumError(
            f"{reasons.count_of(len(wishes.pinned), 'photo')} pinned, and "
            f"{reasons.count_of(wishes.places, 'place')}: pin fewer, or make more places."
        )
    known = {photo.group for photo in photos} - {None}
    if wishes.group is not None and wishes.group not in known:
        some = ", ".join(sorted(filter(None, known))[:10])
        raise AlbumError(
            f"there is no group {wishes.group!r}. "
            + (f"There is: {some}." if some else "Make groups with `photorank groups make`.")
        )
    for row in sorted(wishes.pinned):
        if wishes.group not in (None, photos[row].group):
            raise AlbumError(
                f"{photos[row].path} is pinned, but not in group {wishes.group!r}: unpin it, or "
                "choose from all groups."
            )


def limits_of(
    index: Index, wishes: Wishes, photos: Sequence[Photo], notes: list[str]
) -> Codes | None:
    """Return the part of each photo that the limit is of, or None without one."""
    if wishes.per is None:
        return None
    codes, names = parts(index, wishes.per)
    if not names:
        raise AlbumError(
            f"no photo tells its {wishes.per}, so there can be no limit per {wishes.per}."
        )
    if (without := int((codes < 0).sum())) > 0:
        notes.append(
            f"{reasons.count_of(without, 'photo')} of no known {wishes.per}: no limit holds there"
        )
    pinned = Counter(int(codes[row]) for row in wishes.pinned if codes[row] >= 0)
    for code, count in pinned.items():
        if count > wishes.at_most:
            notes.append(f"{count} photos of {names[code]} are pinned, more than {wishes.at_most}")
    return codes
