"""Copies of photos, or links to them, in a folder of their own: verified, and over nothing."""

import contextlib
import errno
import hashlib
import itertools
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from photorank.errors import ExportError, StorageError, UnreadablePhotoError
from photorank.index.opened import Photo
from photorank.photos.open_photo import open_file
from photorank.workspace import storage_errors, sync_folder

Link: TypeAlias = Literal["copy", "hard", "soft"]
LINKS = get_args(Link)

# new: written, or to be written · there: already, as it should be · changed, gone: see `why`
Outcome: TypeAlias = Literal["new", "there", "changed", "gone"]

_CHUNK = 1 << 20  # bytes
_PART = re.compile(r"\.[0-9a-f]{16}\.photorank-part")  # a file that is being written
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@dataclass(frozen=True)
class Piece:
    """What becomes of one photo in the folder."""

    photo: Path
    target: Path
    size: int  # bytes that it takes there; 0 for a link
    outcome: Outcome
    why: str = ""


def plan(photos: Sequence[Photo], folder: Path, link: Link) -> list[Piece]:
    """Return what :func:`write` would do, without touching anything.

    A photo keeps its name. Where that is taken by something else, it is called
    ``name (2).jpg``, and so on. What is in the folder from an earlier run stays as it is.
    """
    taken: set[str] = set()
    pieces = []
    for photo in photos:
        try:
            size = photo.path.stat().st_size if photo.path.is_file() else None
        except OSError:
            size = None
        if size is None:
            pieces.append(_gone(photo.path, folder))
            continue
        target, there = _place(photo, folder, link, taken)
        taken.add(target.name.casefold())
        pieces.append(
            Piece(photo.path, target, size if link == "copy" else 0, "there" if there else "new")
        )
    return pieces


def write(photos: Sequence[Photo], folder: Path, link: Link) -> Iterator[Piece]:
    """Copy or link photos into a folder, and yield what became of each.

    A copy appears under its name when it is whole and on the disk, and has been read
    back. Parts that an interrupted run left are swept first; what it completed is not
    written again. Only a photo with the content that was indexed is taken.

    Parameters
    ----------
    photos : sequence of Photo
    folder : Path
        Made if it is missing; see :func:`photorank.export.destination.checked_folder`.
    link : {"copy", "hard", "soft"}
        A hard link is the same file under a second name; a soft one points to it.

    Raises
    ------
    StorageError
        If the disk is full, read-only or gone. What was yielded before is whole.
    ExportError
        If the disk knows no such links.
    """
    pieces = plan(photos, folder, link)
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            if _PART.fullmatch(left.name):
                left.unlink(missing_ok=True)
        _check_room(pieces, folder)
    by_path = {photo.path: photo for photo in photos}
    for piece in pieces:
        if piece.outcome != "new":
            yield piece
            continue
        with storage_errors(folder):
            yield _written(by_path[piece.photo], piece, link)
    with storage_errors(folder):
        sync_folder(folder)


def needed(pieces: Sequence[Piece]) -> int:
    """Return how many bytes a plan takes."""
    return sum(piece.size for piece in pieces if piece.outcome == "new")


def _written(photo: Photo, piece: Piece, link: Link) -> Piece:
    temporary = piece.target.with_name(f".{secrets.token_hex(8)}.photorank-part")
    try:
        if link == "copy":
            digest = _copied(photo.path, temporary)
            if digest == photo.digest and _digest(temporary) != digest:
                raise StorageError(piece.target, "what was written cannot be read back")
        else:
            digest = _digest(photo.path)
            _link(photo.path, temporary, link)
        if digest != photo.digest:
            why = "it has changed since it was indexed: run `photorank index` again"
            return replace(piece, outcome="changed", why=why)
        return replace(piece, target=_put(temporary, photo, piece, link))
    except UnreadablePhotoError as error:
        return replace(piece, outcome="gone", why=error.reason)
    finally:
        temporary.unlink(missing_ok=True)


def _copied(source: Path, temporary: Path) -> str:
    """Copy a file with its times, durably, and return the digest of what was read."""
    digest = hashlib.sha256()
    with temporary.open("xb") as copy:
        for chunk in _chunks(source):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    with contextlib.suppress(FileNotFoundError):  # it was read as a whole all the same
        times = source.stat()
        os.utime(temporary, ns=(times.st_atime_ns, times.st_mtime_ns))
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes; only what goes wrong in reading becomes an UnreadablePhotoError."""
    with open_file(path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _link(source: Path, temporary: Path, link: Link) -> None:
    real = os.path.realpath(source)
    try:
        if link == "hard":
            os.link(real, temporary)
        else:
            os.symlink(real, temporary)
    except OSError as error:
        folder = temporary.parent
        if error.errno == errno.EXDEV:
            raise ExportError(
                f"{folder} is on another disk than {source}, where a hard link cannot be. Use "
                "--link soft or --link copy."
            ) from error
        if error.errno in _NO_LINKS:
            raise ExportError(
                f"the disk of {folder} takes no {link} link to {source}. Use --link copy."
            ) from error
        raise


def _put(temporary: Path, photo: Photo, piece: Piece, link: Link) -> Path:
    """Give a whole file its name, or the next free one; nothing is ever replaced."""
    target = piece.target
    while True:
        try:
            if link == "soft":
                os.symlink(os.readlink(temporary), target)
            else:
                os.link(temporary, target)
            return target
        except FileExistsError:  # somebody was faster
            target, _ = _place(photo, target.parent, link, {target.name.casefold()})
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # No links on this disk: an empty file of our own keeps the place.
            with target.open("xb"):
                pass
            os.replace(temporary, target)
            return target


def _place(photo: Photo, folder: Path, link: Link, taken: set[str]) -> tuple[Path, bool]:
    """Return where a photo goes, and whether it is there already."""
    name = photo.path
    names = (f"{name.stem} ({number}){name.suffix}" for number in itertools.count(2))
    for one in itertools.chain([name.name], names):
        if one.casefold() in taken:
            continue
        target = folder / one
        if not os.path.lexists(target):
            return target, False
        if _is_done(photo, target, link):
            return target, True
    raise AssertionError("numbers do not end")


def _is_done(photo: Photo, target: Path, link: Link) -> bool:
    """Tell whether a file is what this export would make."""
    try:
        if link == "soft":
            return target.is_symlink() and os.readlink(target) == os.path.realpath(photo.path)
        if target.is_symlink() or not target.is_file():
            return False
        if os.path.samefile(target, photo.path) != (link == "hard"):
            return False
        return _digest(target) == photo.digest
    except (OSError, UnreadablePhotoError):
        return False


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def _check_room(pieces: Sequence[Piece], folder: Path) -> None:
    """Raise before anything is written if it cannot all be."""
    free = shutil.disk_usage(folder).free
    if (bytes_needed := needed(pieces)) > free:
        raise StorageError(
            folder,
            f"the disk is full: {bytes_needed / 1e6:,.1f} MB are needed and {free / 1e6:,.1f} MB "
            "are free",
        )


def _gone(photo: Path, folder: Path) -> Piece:
    return Piece(photo, folder / photo.name, 0, "gone", "the photo is not there any more")
