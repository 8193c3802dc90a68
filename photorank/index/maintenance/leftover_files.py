"""Detection and removal of files that interrupted runs left in an index."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from photorank.errors import BrokenIndexError
from photorank.index.catalogue.connection import reading
from photorank.workspace import IndexPaths, storage_errors

_ABANDONED_SECONDS = 60.0  # after which an unfinished file is abandoned


def leftover_files(paths: IndexPaths) -> list[Path]:
    """Paths of partly written files of an index, unchanged for over a minute."""
    latest = time.time() - _ABANDONED_SECONDS
    return [path for path in _parts(paths) if path.stat().st_mtime < latest]


def unknown_shards(paths: IndexPaths) -> list[Path]:
    """Paths of shard files that the catalogue does not list."""
    with reading(paths) as connection:
        known = {paths.shard(name) for (name,) in connection.execute("SELECT name FROM shards")}
    return sorted({path for path in paths.shards.glob("*") if path.suffix != ".part"} - known)


def remove_leftovers(connection: sqlite3.Connection, paths: IndexPaths) -> None:
    """Remove an index's partly written files, and shard files that its catalogue does not list.

    They remain of a batch or a compaction that was cut short. A reader that still wants one
    finds the same embeddings in another shard. Raises BrokenIndexError if a shard of the catalogue
    is missing: the others may then be of another catalogue, and all stay.
    """
    rows = connection.execute("SELECT name FROM shards")
    known = {paths.shard(name) for (name,) in rows}
    for path in known:
        if not path.exists():
            raise BrokenIndexError(path, "it is missing")
    with storage_errors(paths.shards):
        for path in paths.shards.glob("*"):
            if path not in known:
                with suppress(PermissionError):  # Windows keeps what a reader has mapped
                    path.unlink(missing_ok=True)
        for path in paths.root.glob(".*.part"):
            path.unlink(missing_ok=True)


def _parts(paths: IndexPaths) -> Iterator[Path]:
    own = (paths.root, paths.shards, paths.vectors, paths.evaluations, paths.lists("").parent)
    for folder in own:
        yield from sorted(folder.glob(".*.part"))
    yield from sorted(paths.thumbnails.glob("*/.*.part"))
