"""Stars for other programs, in XMP sidecars; what a person rated is left to that person."""

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from photorank.errors import MetadataError, StorageError, UnreadablePhotoError
from photorank.index.opened import Index, Photo
from photorank.photos.metadata.xmp import is_own, read_xmp, sidecar_for, with_rating
from photorank.photos.metadata.xmp import sidecars as sidecars_of
from photorank.photos.metadata.xmp_packet import MAX_PACKET_BYTES
from photorank.photos.open_photo import open_file
from photorank.photos.safe_headers import embedded_tags
from photorank.rating.percentiles import percentiles
from photorank.typing import Codes, Floats
from photorank.vectors.master import MasterVector
from photorank.workspace import write_bytes

STARS_AT = (40.0, 70.0, 90.0, 97.0)  # percentiles from which there are 2, 3, 4 and 5 stars

# new: there was none · changed: its rating alone · unchanged: says so already · shared: the better
# photo of the same sidecar decides · rated: already, left alone · unusable, gone: see `why`
Outcome: TypeAlias = Literal["new", "changed", "unchanged", "shared", "rated", "unusable", "gone"]
WRITTEN: tuple[Outcome, ...] = ("new", "changed")


@dataclass(frozen=True)
class Sidecar:
    """What becomes of one photo's sidecar."""

    photo: Path
    path: Path
    stars: int  # 1 to 5
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True)
class Stars:
    """Which photos get how many stars, and where their sidecars go."""

    cuts: Sequence[float] = STARS_AT  # 4 increasing percentiles
    to: Path | None = None  # the tree is repeated there; None: beside the photos
    overwrite: bool = False  # ratings that are there, too; what they were is kept in a copy


def stars(standing: Floats, cuts: Sequence[float] = STARS_AT) -> Codes:
    """Return 1 to 5 stars for percentiles (n,): one more from each cut on.

    Examples
    --------
    >>> stars(np.array([10.0, 40.0, 69.9, 99.0]))
    array([1, 2, 2, 5])
    """
    return 1 + np.searchsorted(np.asarray(cuts, dtype=np.float64), standing, side="right")


def sidecars(index: Index, vector: MasterVector, how: Stars, *, write: bool) -> Iterator[Sidecar]:
    """Yield what becomes of each photo's sidecar; with `write`, make it so as they are yielded.

    The variant that is there is written (``photo.xmp`` or ``photo.jpg.xmp``), all
    other tags stay, and the previous bytes are kept beside it as ``….xmp.bak``. A
    photo with 1 to 5 stars, or rejected, is left alone unless `how.overwrite`, whether
    a sidecar says so or the photo's own file. Only a sidecar that is byte for byte
    what photorank makes of nothing is sure to hold no person's rating.

    Raises
    ------
    StorageError
        If a sidecar cannot be written. Each is whole, the old one or the new one.
    """
    photos = index.photos()
    given = stars(percentiles(index.rate(vector)), how.cuts)
    base = _common_folder(photos)
    best: dict[Path, int] = {}
    beside = [sidecar_for(photo.path) for photo in photos]
    for path, count in zip(beside, given.tolist(), strict=True):
        best[path] = max(best.get(path, 0), count)
    done: set[Path] = set()
    for photo, path, count in zip(photos, beside, given.tolist(), strict=True):
        target = path if how.to is None else how.to / path.relative_to(base)
        if not photo.path.is_file():
            yield Sidecar(photo.path, target, count, "gone", "the photo is not there any more")
        elif path in done or best[path] > count:
            yield Sidecar(photo.path, target, best[path], "shared")
        else:
            done.add(path)
            yield _one(photo.path, path, target, count, how, write=write)


def sidecars_of_copies(
    copies: Sequence[tuple[Path, Path]], count: Sequence[int], *, write: bool
) -> Iterator[Sidecar]:
    """Yield what becomes of the sidecars of copied photos, beside the copies.

    What a photo's own sidecar says goes along; nothing is written where the photo lies.

    Parameters
    ----------
    copies : sequence of (Path, Path)
        A photo, and its copy in another folder.
    count : sequence of int
        Stars of each, 1 to 5.
    write : bool
        Write them as they are yielded.
    """
    for (photo, copy), stars_given in zip(copies, count, strict=True):
        target = copy.with_name(copy.name + ".xmp")
        how = Stars(to=copy.parent)
        yield _one(photo, sidecar_for(photo), target, stars_given, how, write=write)


def _one(
    photo: Path, beside: Path, target: Path, count: int, how: Stars, *, write: bool
) -> Sidecar:
    """Return what becomes of a sidecar that is one photo's to write."""
    try:
        own, there = _bytes(beside), _bytes(target)
        ours = there is not None and _is_ours(there, own if target != beside else None)
        rated = _is_rated(photo) or (target != beside and not ours and _has_rating(there))
        if rated and not how.overwrite:
            return Sidecar(photo, target, count, "rated", "it is rated already")
        new = with_rating(own, count)
        if new == there:
            return Sidecar(photo, target, count, "unchanged")
        if write:
            if there is not None and not ours:
                write_bytes(_free_copy(target), there)
            write_bytes(target, new)
    except StorageError:  # so will it be for all others
        raise
    except MetadataError as error:
        return Sidecar(photo, target, count, "unusable", error.reason)
    except OSError as error:  # such as a name that has no room for four letters more
        return Sidecar(photo, target, count, "unusable", error.strerror or "it cannot be used")
    return Sidecar(photo, target, count, "new" if there is None else "changed")


def _is_rated(photo: Path) -> bool:
    """Tell whether any sidecar of a photo, or its own file, has a rating that counts as a person's.

    A sidecar of ours would hide a rating inside the file.
    """
    for path in sidecars_of(photo):
        data = _bytes(path)
        if data is not None and not is_own(data) and _has_rating(data):
            return True
    try:
        return embedded_tags(photo).rating not in (None, 0)
    except (MetadataError, UnreadablePhotoError):
        return False  # what nobody can read, nobody misses; the file stays as it is anyway


def _has_rating(data: bytes | None) -> bool:
    return data is not None and read_xmp(data).rating not in (None, 0)


def _is_ours(data: bytes | None, base: bytes | None) -> bool:
    """Tell whether photorank would make these bytes of others, or of nothing."""
    return any(with_rating(base, count) == data for count in range(1, 6))


def _free_copy(sidecar: Path) -> Path:
    """Return where the next copy of a sidecar is kept; no copy replaces another."""
    names = (f"{sidecar.name}.bak{number}" for number in itertools.chain([""], itertools.count(2)))
    return next(path for path in map(sidecar.with_name, names) if not os.path.lexists(path))


def _bytes(path: Path) -> bytes | None:
    try:
        with open_file(path) as file:
            return file.read(MAX_PACKET_BYTES + 1)
    except UnreadablePhotoError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return None
        raise MetadataError(error.reason, path) from error


def _common_folder(photos: Sequence[Photo]) -> Path:
    """Return the folder that all photos lie under."""
    if not photos:
        return Path("/")
    return Path(os.path.commonpath([photo.path.parent for photo in photos]))


def checked_cuts(text: str) -> tuple[float, ...]:
    """Return the cuts in a list like ``40,70,90,97``.

    Raises
    ------
    ValueError
        If they are not 4 increasing percentiles.

    Examples
    --------
    >>> checked_cuts("40, 70, 90, 97")
    (40.0, 70.0, 90.0, 97.0)
    """
    cuts = tuple(float(part) for part in text.split(","))
    if (
        len(cuts) != 4
        or not all(0 <= cut <= 100 for cut in cuts)
        or list(cuts) != sorted(set(cuts))
    ):
        raise ValueError(text)
    return cuts
