"""Export of star ratings to XMP sidecars; by default, ratings given by people are not replaced."""

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from photorank.errors import MetadataError, StorageError, UnreadablePhotoError
from photorank.export.destination import PhotoFolders
from photorank.index.judging.marks import LEAVE_OUT, Marked, marks_of
from photorank.index.opened import Index
from photorank.photos.isolated_metadata import embedded_tags
from photorank.photos.metadata.find_sidecars import sidecar_for
from photorank.photos.metadata.find_sidecars import sidecars as sidecars_of
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.rawtherapee import pp3_sidecars, read_pp3
from photorank.photos.metadata.xmp import made_by_photorank, read_xmp, with_rating
from photorank.photos.metadata.xmp_syntax import MAX_PACKET_BYTES
from photorank.photos.open_photo import open_file, read_whole
from photorank.rating.percentiles import percentiles
from photorank.rating.stars import STAR_PERCENTILES, stars
from photorank.typing import Codes
from photorank.vectors.master import MasterVector
from photorank.workspace import write_bytes

REJECTED = -1  # rating of a rejected photo, as in other programs

_PART = re.compile(r"\..+\.xmp(\.bak\d*)?\.[0-9a-f]{16}\.part", re.IGNORECASE)  # of `replacing`

# new: there was none · changed: only its rating · unchanged: has these stars already · shared: the
# better photo of the same sidecar decides · rated: already, kept · unusable, gone, another (photo
# than was indexed): see `why`
Outcome: TypeAlias = Literal[
    "new", "changed", "unchanged", "shared", "rated", "unusable", "gone", "another"
]
_CHANGED = "it has changed since it was indexed: run `photorank index` again"
WRITTEN: tuple[Outcome, ...] = ("new", "changed")


@dataclass(frozen=True)
class Sidecar:
    """XMP sidecar of one photo, planned or written: its path, stars and outcome."""

    photo: Path
    path: Path
    stars: int  # 1 to 5, or REJECTED
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True)
class SidecarOptions:
    """Options of a sidecar export, such as the percentile thresholds for 2 to 5 stars."""

    cuts: Sequence[float] = STAR_PERCENTILES  # 4 increasing percentiles, for 2 to 5 stars
    to: Path | None = None  # folder that repeats the photos' tree; None: beside the photos
    overwrite: bool = False  # change existing ratings, too; a copy of the sidecar is kept


def sidecars(
    index: Index, vector: MasterVector, options: SidecarOptions, *, write: bool
) -> Iterator[Sidecar]:
    """Yield an XMP sidecar per photo, with stars by rating percentile; save it only if `write`."""
    star_counts = stars(percentiles(index.rate(vector)), options.cuts)
    yield from sidecars_of_stars(index, star_counts, options, write=write)


def stars_of_person(index: Index, rater: str) -> Codes:
    """Stars (n,) that a person gave n photos: 1 to 5, 0 if unrated, -1 (REJECTED) if rejected.

    Photos that the person marked to be left out are rejected.
    """
    marks = marks_of(index.paths, rater)
    given = [marks.get(digest, Marked()) for digest in index.digests()]
    return np.array(
        [REJECTED if one.flag == LEAVE_OUT else one.stars for one in given], dtype=np.intp
    )


def sidecars_of_stars(
    index: Index, star_counts: Codes, options: SidecarOptions, *, write: bool
) -> Iterator[Sidecar]:
    """Yield an XMP sidecar per photo, with stars from `star_counts`; save it only if `write`.

    Photos with 0 are left out. An existing sidecar keeps its name and all other tags, and its old
    bytes as ``….xmp.bak``. A photo with 1 to 5 stars or rejected, in a sidecar or in its own file,
    keeps its rating unless `options.overwrite`; a sidecar's rating is photorank's only if no other
    program has saved it. A file that holds another photo than was indexed gets none.
    Raises StorageError if one cannot be written; each is then whole, the old or the new one.
    """
    if write:
        index.verify()
    photos = index.photos()
    changed = set(index.changed(range(len(photos))))
    root = os.path.commonpath([photo.path.parent for photo in photos] or [Path("/")])
    best: dict[Path, int] = {}
    names = FolderNames()
    beside = [sidecar_for(photo.path, names) for photo in photos]
    for row, (path, count) in enumerate(zip(beside, star_counts.tolist(), strict=True)):
        if row not in changed and count:
            best[path] = max(best.get(path, count), count)
    targets = beside
    if options.to is not None:
        targets = [options.to / path.relative_to(root) for path in beside]
        folders = PhotoFolders.of_all_indexes(index)
        for folder in {target.parent for target in targets}:
            folders.refuse(folder)
    if write:
        for folder in {target.parent for target in targets}:
            _sweep(folder)
    done: set[Path] = set()
    for row, (photo, path, target, count) in enumerate(
        zip(photos, beside, targets, star_counts.tolist(), strict=True)
    ):
        if not count:
            continue
        if row in changed:
            yield Sidecar(photo.path, target, count, "another", _CHANGED)
        elif not photo.path.is_file():
            yield Sidecar(photo.path, target, count, "gone", "the photo is not there any more")
        elif path in done or best[path] > count:
            yield Sidecar(photo.path, target, best[path], "shared")
        else:
            done.add(path)
            ours = _PhotoAndSidecar(photo.path, path, names)
            yield _sidecar(ours, target, count, options, write=write)


def sidecars_of_copies(
    copies: Sequence[tuple[Path, Path]], star_counts: Sequence[int], *, write: bool
) -> Iterator[Sidecar]:
    """Yield an XMP sidecar with stars for each photo copy; save it only if `write`.

    `copies` are pairs of a photo and its copy, `star_counts` are 1 to 5. Tags of the photo's own
    sidecar are taken over; nothing is written beside the photo.
    """
    names = FolderNames()
    for (photo, copy), count in zip(copies, star_counts, strict=True):
        target = copy.with_name(copy.name + ".xmp")
        options = SidecarOptions(to=copy.parent)
        ours = _PhotoAndSidecar(photo, sidecar_for(photo, names), names)
        yield _sidecar(ours, target, count, options, write=write)


class _PhotoAndSidecar(NamedTuple):
    """Paths of a photo and of the (possibly missing) sidecar beside it."""

    photo: Path
    sidecar: Path
    names: FolderNames


def _sidecar(
    beside: _PhotoAndSidecar, target: Path, count: int, options: SidecarOptions, *, write: bool
) -> Sidecar:
    """Record of one photo's XMP sidecar with `count` stars; the file is written only if `write`.

    Other tags are taken from the sidecar beside the photo, if there is one.
    """
    photo = beside.photo
    try:
        own, old = _file_bytes(beside.sidecar), _file_bytes(target)
        elsewhere = target != beside.sidecar
        from_photorank = old is not None and _is_from_photorank(old, own if elsewhere else None)
        rated = _is_rated(photo, beside.names) or (
            elsewhere and not from_photorank and _has_rating(old)
        )
        if rated and not options.overwrite:
            return Sidecar(photo, target, count, "rated", "it is rated already")
        new = with_rating(own, count)
        if new == old:
            return Sidecar(photo, target, count, "unchanged")
        if write:
            if old is not None and not from_photorank:
                write_bytes(_backup_path(target), old)
            write_bytes(target, new)
    except StorageError:  # all others would fail as well
        raise
    except MetadataError as error:
        return Sidecar(photo, target, count, "unusable", error.reason)
    except OSError as error:  # such as a name that would be too long
        return Sidecar(photo, target, count, "unusable", error.strerror or "it cannot be used")
    return Sidecar(photo, target, count, "new" if old is None else "changed")


def _sweep(folder: Path) -> None:
    """Remove incomplete sidecars that a killed export left in a folder."""
    try:
        parts = [name for name in os.listdir(folder) if _PART.fullmatch(name)]
    except OSError:
        return  # it is not there yet; where it cannot be read, writing tells why
    for name in parts:
        (folder / name).unlink(missing_ok=True)


def _is_rated(photo: Path, names: FolderNames) -> bool:
    """True if a photo's file, or a sidecar of it, holds a rating that a person gave.

    Each place is read, as a sidecar by photorank would hide a rating in the file.
    """
    for path in sidecars_of(photo, names):
        data = _file_bytes(path)
        if data is not None and not made_by_photorank(data) and _has_rating(data):
            return True
    if any(read_pp3(path).rating for path in pp3_sidecars(photo, names)):
        return True
    try:
        return embedded_tags(photo).rating not in (None, 0)
    except (MetadataError, UnreadablePhotoError):
        return False  # the file is not changed, so no rating is lost


def _has_rating(data: bytes | None) -> bool:
    return data is not None and read_xmp(data).rating not in (None, 0)


def _is_from_photorank(data: bytes, base: bytes | None) -> bool:
    """True if a sidecar equals sidecar `base` with its star rating set by photorank.

    None for `base` is an empty sidecar.
    """
    return any(with_rating(base, count) == data for count in (REJECTED, *range(1, 6)))


def _backup_path(sidecar: Path) -> Path:
    """Unused path for the next backup of a sidecar."""
    names = (f"{sidecar.name}.bak{number}" for number in itertools.chain([""], itertools.count(2)))
    return next(path for path in map(sidecar.with_name, names) if not os.path.lexists(path))


def _file_bytes(path: Path) -> bytes | None:
    try:
        with open_file(path) as file:
            return read_whole(file, MAX_PACKET_BYTES + 1)
    except UnreadablePhotoError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return None
        raise MetadataError(error.reason, path) from error


def parse_cuts(text: str) -> tuple[float, ...]:
    """Percentile thresholds for 2, 3, 4 and 5 stars, parsed from text like ``40,70,90,97``.

    Raises ValueError unless there are four from 0 to 100, each greater than the one before.

    >>> parse_cuts("40, 70, 90, 97")
    (40.0, 70.0, 90.0, 97.0)
    """
    cuts = tuple(float(part) for part in text.split(","))
    if len(cuts) != 4 or not 0 <= cuts[0] < cuts[1] < cuts[2] < cuts[3] <= 100:
        raise ValueError(text)
    return cuts
