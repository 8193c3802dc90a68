"""Request for an album, with checks that its settings do not contradict each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from photorank.album.face_quota import FaceQuota
from photorank.errors import AlbumError, counted
from photorank.index.opened import Index, Photo

Per: TypeAlias = Literal["day", "event", "folder", "orientation", "group"]
PER = get_args(Per)

# On half of OASIS, with ratings learned from the other half, this gives up about a tenth of what
# the best rated photos are worth to people, for photos that are clearly less alike.
BALANCE = 0.3


@dataclass(frozen=True)
class AlbumRequest:
    """Settings for choosing an album's photos, with row numbers of pinned and excluded photos."""

    places: int
    balance: float = BALANCE  # 0 ratings alone … 1 variety alone
    group: str | None = None  # the photos to choose from; None: all
    pinned: frozenset[int] = frozenset()
    banned: frozenset[int] = frozenset()
    per: Per | None = None  # what the limit is of
    at_most: int = 0  # photos of one day, event, …
    with_faces: FaceQuota | None = None  # instead of such a limit
    # Without such limits, and where variety counts: each event has about its share at most.
    balanced: bool = True
    held: tuple[int, ...] = ()  # photos that are in already, in the order of the album
    # Photos that are considered at most, the best rated ones: every photo is compared with every
    # series before it, and ten times as many would take minutes.
    considered: int = 25_000
    clients: int = 1000  # series that stand for the collection at most

    @property
    def why_full(self) -> str:
        """Sentence part that says which quota is full, as the reason that a photo is left out."""
        if self.with_faces is not None:
            return "the quota on faces leaves it no place"
        if self.per is not None:
            return f"this {self.per} already has {counted(self.at_most, 'photo')}"
        return "its event has its share of the places already"

    @property
    def is_limited(self) -> bool:
        """True if the request has a quota on faces, or a limit per day, event or the like."""
        return self.with_faces is not None or self.per is not None


def rows_of_files(index: Index, paths: Sequence[Path]) -> frozenset[int]:
    """Index row numbers of the photos at `paths`; raises AlbumError if a file is not indexed."""
    rows = {path: index.row_now(path) if path.exists() else index.row_of(path) for path in paths}
    for path, row in rows.items():
        if row is None:
            raise AlbumError(
                f"{path} is no photo of index {index.name!r}. Name a photo that is in it, or add "
                f"its folder with `photorank index FOLDER --name {index.name}`."
            )
    return frozenset(row for row in rows.values() if row is not None)


def check_request(request: AlbumRequest, photos: Sequence[Photo]) -> None:
    """Raise AlbumError if the settings of a request are invalid or contradict each other."""
    if request.with_faces is not None and request.per is not None:
        raise AlbumError(
            f"a quota on faces and a limit per {request.per} exclude each other: choose one."
        )
    if not 0 <= request.balance <= 1:
        raise AlbumError(f"variety is {request.balance}: give 0 (ratings alone) to 1 (it alone).")
    both = request.pinned & request.banned
    if both:
        raise AlbumError(f"{photos[min(both)].path} is both pinned and banned: choose one.")
    if len(request.pinned) > request.places:
        raise AlbumError(
            f"{counted(len(request.pinned), 'photo')} pinned, and "
            f"{counted(request.places, 'place')}: pin fewer, or make more places."
        )
    known = {photo.group for photo in photos} if request.group is not None else {None}
    if request.group is not None and request.group not in known:
        some = ", ".join(sorted(filter(None, known))[:10])
        raise AlbumError(
            f"there is no group {request.group!r}. "
            + (
                f"There is: {some}."
                if some
                else "Make groups with `photorank labels group --by event`."
            )
        )
    for row in sorted(request.pinned):
        if request.group not in (None, photos[row].group):
            raise AlbumError(
                f"{photos[row].path} is pinned, but not in group {request.group!r}: unpin it, or "
                "choose from all groups."
            )
