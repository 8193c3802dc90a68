"""Change of the root folder of an index whose photo library was moved to another place."""

import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from photorank.errors import MissingPathError, MovedLibraryError, counted
from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.file_records import load_roots
from photorank.index.catalogue.kept_manifest import keep_manifest, own_manifest
from photorank.index.catalogue.rooted_paths import Roots, as_path, path_bytes
from photorank.index.catalogue.transactions import transaction
from photorank.index.manifest import Manifest
from photorank.workspace import IndexPaths


@dataclass(frozen=True)
class Move:
    """Result of a library's move: new root folders, and counts of files found and missing there.

    Vanished files are not counted.
    A file counts as found where one of its size is at the same place below the new folder.
    """

    roots: dict[str, str]  # each of the index's folders that moved: where it is now
    found: int  # files
    missing: int  # files
    first_missing: str | None  # a path


def plan_move(paths: IndexPaths, old: Path, new: Path) -> Move:
    """Result that :func:`reroot` would give, without changing the index.

    `old` is a folder of the index, or one above its folders; `new` is where it is now. Raises
    MissingPathError if there is no such new folder, MovedLibraryError if no folder of the index
    was there, the new one is part of the index already, or none of the photos is in it.
    """
    new = Path(os.path.realpath(new))
    if not new.is_dir():
        raise MissingPathError(new, hint="Name the folder that the library is in now.")
    with reading(paths) as connection:
        return _planned(connection, paths, _absolute(old), new)


def reroot(paths: IndexPaths, old: Path, new: Path) -> Move:
    """Record in the index that its photos have moved from folder `old` to folder `new`.

    No photo is opened. If it is cut short, doing it again completes it. Raises as
    :func:`plan_move`, and LockedIndexError if another process is writing.
    """
    move = plan_move(paths, old, new)
    with writing(paths) as connection:
        with transaction(connection):
            for before, after in move.roots.items():
                connection.execute(
                    "UPDATE roots SET path = ? WHERE path = ?",
                    [path_bytes(after), path_bytes(before)],
                )
        manifest = own_manifest(connection, paths)
        was, is_now = path_bytes(_absolute(old)), path_bytes(Path(os.path.realpath(new)))
        named = [
            str(as_path(_moved(path_bytes(root), was, is_now) or path_bytes(root)))
            for root in manifest.roots
        ]
        keep_manifest(connection, paths, replace(manifest, roots=tuple(dict.fromkeys(named))))
    return move


def _planned(connection: sqlite3.Connection, paths: IndexPaths, old: Path, new: Path) -> Move:
    was, is_now = path_bytes(old), path_bytes(new)
    roots = load_roots(connection)
    moved = {
        number: after
        for number, folder in roots.folders.items()
        if (after := _moved(folder, was, is_now)) is not None
    }
    if not moved and not _is_half_done(own_manifest(connection, paths), roots, was, is_now):
        known = ", ".join(sorted(str(as_path(folder)) for folder in roots.folders.values()))
        raise MovedLibraryError(f"index {paths.name!r} has no folder {old}. It has: {known}.")
    stay = [folder for number, folder in roots.folders.items() if number not in moved]
    for after in moved.values():
        for folder in stay:
            if Roots([(0, folder)]).place(after) or Roots([(0, after)]).place(folder):
                raise MovedLibraryError(
                    f"{as_path(after)} and {as_path(folder)}, which index {paths.name!r} has "
                    "already, lie in each other. Run `photorank index` on the new folder instead: "
                    "photos are known by their content and keep their embeddings and labels."
                )
    there = Roots(moved.items())
    found, missing, first = 0, 0, None
    for root, path, size in connection.execute(
        "SELECT root, path, size FROM files WHERE NOT vanished ORDER BY root, path"
    ):
        if root not in moved:
            continue
        file = as_path(there.path((root, path)))
        if _size(file) == size:
            found += 1
        else:
            missing, first = missing + 1, first or str(file)
    if missing and not found:
        raise MovedLibraryError(
            f"of {counted(missing, 'photo')} from {old}, none is in {new}; the first would be "
            f"{first}. Name the folder that holds them now."
        )
    folders = {
        str(as_path(roots.folders[number])): str(as_path(after)) for number, after in moved.items()
    }
    return Move(folders, found, missing, first)


def _is_half_done(manifest: Manifest, roots: Roots, was: bytes, is_now: bytes) -> bool:
    """True if an interrupted move changed the catalogue but not the manifest."""
    after = [_moved(path_bytes(root), was, is_now) for root in manifest.roots]
    return any(path is not None and roots.place(path) is not None for path in after)


def _moved(path: bytes, was: bytes, is_now: bytes) -> bytes | None:
    """Path under the new folder for a path under the old folder; None for other paths."""
    place = Roots([(0, was)]).place(path)
    return None if place is None else Roots([(0, is_now)]).path(place)


def _absolute(path: Path) -> Path:
    """Absolute path of a file or folder that may no longer exist."""
    return Path(os.path.abspath(path))


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
