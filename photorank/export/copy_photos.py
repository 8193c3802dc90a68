"""Verified copies of photos, or links to them, in another folder; no file is replaced."""

import contextlib
import errno
import hashlib
import itertools
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from photorank.errors import ExportError, StorageError, UnreadablePhotoError
from photorank.index.opened import Photo
from photorank.outside_text import MAX_NAME_BYTES
from photorank.photos.open_photo import file_digest, open_file
from photorank.workspace import folder_for, storage_errors, sync_folder

Link: TypeAlias = Literal["copy", "hard", "soft"]

# new: written, or to be written · there: exported before · changed, gone: see `why`
Outcome: TypeAlias = Literal["new", "there", "changed", "gone"]

_CHUNK_BYTES = 1 << 20  # bytes
_LEAST_DIGITS = 3  # of a number before a name: 001_
_ROOM_FOR_COUNT = 6  # bytes after a numbered name: " (2)"
_PART_NAME = re.compile(r"\.[0-9a-f]{16}\.photorank-part")  # of a file that is being written
_NO_LINK_ERRORS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@dataclass(frozen=True)
class PhotoCopy:
    """Record of one photo's copy or link, planned or already written: paths, size, outcome."""

    photo: Path
    target: Path
    size: int  # bytes; 0 for a link
    outcome: Outcome
    why: str = ""


def plan(
    photos: Sequence[Photo], folder: Path | None, link: Link, *, numbered: bool = False
) -> list[PhotoCopy]:
    """List of the copies that :func:`write` would make; nothing is written.

    A photo keeps its name, or becomes ``name (2).jpg`` and so on if another file has it; before
    the name goes its number in the order, where that is wanted. Without a folder no other file is
    looked at: the plan is that for an empty one.
    """
    taken: set[str] = set()
    copies = []
    digits = max(len(str(len(photos))), _LEAST_DIGITS)
    for number, photo in enumerate(photos, start=1):
        name = _numbered(photo.path.name, f"{number:0{digits}d}_") if numbered else photo.path.name
        try:
            size = photo.path.stat().st_size if photo.path.is_file() else None
        except OSError:
            size = None
        if size is None:
            target, why = (folder or Path()) / name, "the photo is not there any more"
            copies.append(PhotoCopy(photo.path, target, 0, "gone", why))
            continue
        target, there = _target_for(photo, name, folder, link, taken)
        taken.add(target.name.casefold())
        size = size if link == "copy" else 0
        copies.append(PhotoCopy(photo.path, target, size, "there" if there else "new"))
    return copies


def write(
    photos: Sequence[Photo], folder: Path, link: Link, *, numbered: bool = False
) -> Iterator[PhotoCopy]:
    """Copy or link photos into a folder, and yield the outcome for each photo.

    A copy gets its name only when it is whole, on the disk and read back; parts of an interrupted
    run are removed, its complete copies kept. A photo whose content is not the indexed one is left
    out. Raises StorageError if the disk fails or is full (copies yielded before are whole),
    ExportError if it takes no such links.
    """
    copies = plan(photos, folder, link, numbered=numbered)
    by_path = {photo.path: photo for photo in photos}
    with storage_errors(folder), folder_for(folder):
        for left in folder.iterdir():
            if _PART_NAME.fullmatch(left.name):
                left.unlink(missing_ok=True)
        _check_room(copies, folder)
        for planned in copies:
            is_new = planned.outcome == "new"
            yield _written(by_path[planned.photo], planned, link) if is_new else planned
        sync_folder(folder)


def bytes_needed(copies: Sequence[PhotoCopy]) -> int:
    """Disk space in bytes that is needed for the new copies in a plan."""
    return sum(planned.size for planned in copies if planned.outcome == "new")


def _written(photo: Photo, planned: PhotoCopy, link: Link) -> PhotoCopy:
    temporary = planned.target.with_name(f".{secrets.token_hex(8)}.photorank-part")
    try:
        if link == "copy":
            digest = copy_file(photo.path, temporary)
            if digest == photo.digest and file_digest(temporary) != digest:
                raise StorageError(planned.target, "what was written cannot be read back")
        else:
            digest = file_digest(photo.path)
            link_to(photo.path, temporary, link)
        if digest != photo.digest:
            why = "it has changed since it was indexed: run `photorank index --verify` again"
            return replace(planned, outcome="changed", why=why)
        return replace(planned, target=_rename(temporary, photo, planned, link))
    except UnreadablePhotoError as error:
        return replace(planned, outcome="gone", why=error.reason)
    finally:
        temporary.unlink(missing_ok=True)


def copy_file(source: Path, temporary: Path) -> str:
    """Copy a file durably with its timestamps, and return the SHA-256 of its bytes."""
    digest = hashlib.sha256()
    with temporary.open("xb") as copy:
        for chunk in _chunks(source):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    with contextlib.suppress(FileNotFoundError):  # the photo vanished after it was read
        times = source.stat()
        os.utime(temporary, ns=(times.st_atime_ns, times.st_mtime_ns))
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes in chunks; read errors become UnreadablePhotoError."""
    with open_file(path, most=sys.maxsize) as file:  # what is copied need not fit into memory
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def link_to(source: Path, temporary: Path, link: Link) -> None:
    """Create a hard or soft link to a file; raises ExportError if the disk does not support it."""
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
        if error.errno in _NO_LINK_ERRORS:
            raise ExportError(
                f"the disk of {folder} takes no {link} link to {source}. Use --link copy."
            ) from error
        raise


def _rename(temporary: Path, photo: Photo, planned: PhotoCopy, link: Link) -> Path:
    """Rename a finished copy to its planned path, or to the next free path; return that path."""
    target = planned.target
    while True:
        try:
            rename_finished(temporary, target, link)
            return target
        except FileExistsError:  # another process was faster
            target, _ = _target_for(
                photo, planned.target.name, target.parent, link, {target.name.casefold()}
            )


def rename_finished(temporary: Path, target: Path, link: Link) -> None:
    """Rename a finished file to its final name; raises FileExistsError if it is taken."""
    try:
        if link == "soft":
            os.symlink(os.readlink(temporary), target)
        else:
            os.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINK_ERRORS:
            raise
        # This disk takes no links: an empty file reserves the name.
        with target.open("xb"):
            pass
        os.replace(temporary, target)


def _target_for(
    photo: Photo, wanted: str, folder: Path | None, link: Link, taken: set[str]
) -> tuple[Path, bool]:
    """Path for a photo's copy, and True if the photo has already been exported there."""
    name = Path(wanted)
    names = (f"{name.stem} ({number}){name.suffix}" for number in itertools.count(2))
    for one in itertools.chain([wanted], names):
        if one.casefold() in taken:
            continue
        if folder is None:
            return Path(one), False
        target = folder / one
        if not os.path.lexists(target):
            return target, False
        if _is_exported(photo, target, link):
            return target, True
    raise AssertionError("numbers do not end")


def _is_exported(photo: Photo, target: Path, link: Link) -> bool:
    """True if the file at `target` is already a copy of the photo, or a link to it."""
    try:
        if link == "soft":
            return target.is_symlink() and os.readlink(target) == os.path.realpath(photo.path)
        if target.is_symlink() or not target.is_file():
            return False
        if os.path.samefile(target, photo.path) != (link == "hard"):
            return False
        return file_digest(target) == photo.digest
    except (OSError, UnreadablePhotoError):
        return False


def _numbered(name: str, number: str) -> str:
    """File name with a number in front, shortened to the length that file systems allow."""
    stem, suffix = os.fsencode(Path(name).stem), os.fsencode(Path(name).suffix)
    room = MAX_NAME_BYTES - len(number) - len(suffix) - _ROOM_FOR_COUNT
    if len(stem) > room:
        stem = stem[:room].decode(errors="ignore").encode()
    return number + os.fsdecode(stem + suffix)


def _check_room(copies: Sequence[PhotoCopy], folder: Path) -> None:
    """Raise StorageError if the disk has too little free space for all copies."""
    free = shutil.disk_usage(folder).free
    if (needed := bytes_needed(copies)) > free:
        raise StorageError(
            folder,
            f"the disk is full: {needed / 1e6:,.1f} MB are needed and {free / 1e6:,.1f} MB "
            "are free",
        )
