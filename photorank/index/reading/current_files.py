"""Check that files on disk still hold the photos that were indexed from them."""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from photorank.errors import UnreadablePhotoError
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import STAMP, load_roots
from photorank.index.catalogue.rooted_paths import Place, Roots, path_bytes
from photorank.index.imported_digests import is_imported
from photorank.photos.find_photos import Stamp
from photorank.photos.open_photo import file_digest
from photorank.workspace import IndexPaths


def digest_now(paths: IndexPaths, path: Path) -> str:
    """Digest of a file's current content.

    A file unchanged since indexing is not read again: its stored digest is returned.

    Raises UnreadablePhotoError if the file is gone or cannot be read.
    """
    with reading(paths) as connection:
        return _digest_now(connection, load_roots(connection), path)


def changed_files(paths: IndexPaths, photos: Iterable[tuple[Path, str]]) -> list[int]:
    """Positions in `photos` of files whose current content differs from the listed digest.

    `photos` are pairs (path, digest).

    A file that is gone holds nothing else. Files are read only if size, times or inode differ.
    """
    changed = []
    with reading(paths) as connection:
        roots = load_roots(connection)
        for position, (path, digest) in enumerate(photos):
            known = _indexed_state(connection, roots.place(path_bytes(path)))
            if holds_another(path, digest, known):
                changed.append(position)
    return changed


def holds_another(path: Path, digest: str, known: tuple[str, Stamp] | None) -> bool:
    """True if a file exists and its content does not have the given digest.

    `known` is its digest when it was indexed, with the stamp that it had then.
    """
    try:
        return _content_digest(path, known) != digest
    except UnreadablePhotoError:
        return os.path.isfile(path)


def photo_number(paths: IndexPaths, digest: str) -> int | None:
    """Catalogue number of the photo with the given digest; None if there is no such photo."""
    with reading(paths) as connection:
        row = connection.execute("SELECT id FROM photos WHERE digest = ?", [digest]).fetchone()
    return None if row is None else int(row[0])


def _digest_now(connection: sqlite3.Connection, roots: Roots, path: Path) -> str:
    return _content_digest(path, _indexed_state(connection, roots.place(path_bytes(path))))


def _content_digest(path: Path, known: tuple[str, Stamp] | None) -> str:
    """Digest of a file's content; the file is read only if size, times or inode changed.

    Of a photo whose embedding was imported nobody knows the bytes: its name alone counts.
    """
    if known is not None and is_imported(known[0]):
        return known[0]
    try:
        if known is not None and known[1] == Stamp.of(os.stat(path)):
            return known[0]
    except OSError:
        pass  # who opens it tells why
    return file_digest(path)


def _indexed_state(connection: sqlite3.Connection, place: Place | None) -> tuple[str, Stamp] | None:
    """Digest and stamp (size, times, inode) of a file when it was indexed; None if not indexed."""
    row = connection.execute(
        f"SELECT digest, {STAMP} FROM files JOIN photos ON photos.id = photo"  # noqa: S608
        " WHERE root = ? AND path = ?",
        place or (None, None),
    ).fetchone()
    return None if row is None else (row[0], Stamp(*row[1:]))
