"""Copies of companion files (videos, RAW, sidecars), named after the copies of their photos."""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from photorank.errors import StorageError, UnreadablePhotoError
from photorank.export.copy_photos import (
    Link,
    PhotoCopy,
    copy_file,
    link_to,
    rename_finished,
)
from photorank.photos.open_photo import file_digest
from photorank.workspace import storage_errors, sync_folder


def write_companions(
    copies: Sequence[PhotoCopy], companions: Mapping[Path, Sequence[Path]], link: Link
) -> Iterator[PhotoCopy]:
    """Copy or link the companion files of copied photos, and yield the outcome for each file.

    `companions` are files by the photo that they go along with. A companion has the name of its
    photo's copy. No file is replaced. Raises StorageError if the disk fails or is full.
    """
    folders = set()
    for copy in copies:
        if copy.outcome not in ("new", "there"):
            continue
        for companion in companions.get(copy.photo, ()):
            target = copy.target.with_name(_name(companion, copy))
            folders.add(target.parent)
            with storage_errors(target.parent):
                yield _copy_or_link(companion, target, link)
    for folder in folders:
        with storage_errors(folder):
            sync_folder(folder)


def _name(companion: Path, copy: PhotoCopy) -> str:
    """Name of a companion file's copy, such as IMG_1 (2).MOV beside IMG_1 (2).jpg."""
    stem = copy.photo.stem
    if not companion.name.casefold().startswith(stem.casefold()):
        return companion.name  # of another version of the shot
    return copy.target.stem + companion.name[len(stem) :]


def _copy_or_link(source: Path, target: Path, link: Link) -> PhotoCopy:
    """Copy or link one companion file, and return the outcome.

    An existing file at the target is not replaced.
    """
    temporary = target.with_name(f".{secrets.token_hex(8)}.photorank-part")
    try:
        if os.path.lexists(target):
            same = target.is_file() and file_digest(target) == file_digest(source)
            why = "" if same else "another file has its name there"
            return PhotoCopy(source, target, 0, "there" if same else "changed", why)
        if link == "copy":
            if copy_file(source, temporary) != file_digest(temporary):
                raise StorageError(target, "what was written cannot be read back")
        else:
            link_to(source, temporary, link)
        size = source.stat().st_size if link == "copy" else 0
        rename_finished(temporary, target, link)
        return PhotoCopy(source, target, size, "new")
    except FileExistsError:  # another process was faster
        return PhotoCopy(source, target, 0, "changed", "another file has its name there")
    except UnreadablePhotoError as error:
        return PhotoCopy(source, target, 0, "gone", error.reason)
    finally:
        temporary.unlink(missing_ok=True)
