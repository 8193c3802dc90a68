"""Matching of a table's file names to the photos of an index."""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from photorank.index.catalogue.file_records import load_roots
from photorank.index.catalogue.rooted_paths import Place, Roots, path_bytes
from photorank.labels.tables.judgement_tables import ChoiceRow, LabelRow
from photorank.photos.pathtext import text_path

ROWS_TOGETHER = 20_000  # that are in memory at a time

Row = TypeVar("Row", LabelRow, ChoiceRow)


class Missing(NamedTuple):
    """File name in a table that does not match exactly one photo, and the reason."""

    file: str
    mistake: str  # of the table; empty where the file is there and is no photo


class Matched(NamedTuple, Generic[Row]):
    """Row of a table, and the photos that its file names match."""

    row: Row
    photos: tuple[int, ...]  # of the names that are not missing
    missing: tuple[Missing, ...]


def match_files(
    connection: sqlite3.Connection,
    rows: Iterable[Row],
    folders: Sequence[Path | str],
    *,
    together: int = ROWS_TOGETHER,
) -> Iterator[list[Matched[Row]]]:
    """Yield table rows with the matching photos, in batches with one batch in memory at a time.

    Names are relative to some folders. A temporary table is made in the catalogue's connection.
    """
    roots = load_roots(connection)
    real_folders = [os.path.realpath(folder) for folder in folders]
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS wanted (name INTEGER, root INTEGER, path BLOB)"
    )
    left = iter(rows)
    while batch := list(islice(left, together)):
        names = list(dict.fromkeys(file for row in batch for file in row.files))
        wanted = [
            (number, root, path)
            for number, name in enumerate(names)
            for root, path in _places(name, real_folders, roots)
        ]
        connection.execute("DELETE FROM temp.wanted")
        connection.executemany("INSERT INTO temp.wanted VALUES (?, ?, ?)", wanted)
        photos, missing = _photos_and_missing(connection, names)
        yield [
            Matched(
                row,
                tuple(photos[file] for file in row.files if file in photos),
                tuple(missing[file] for file in row.files if file in missing),
            )
            for row in batch
        ]


def _places(name: str, folders: Sequence[str], roots: Roots) -> Iterator[Place]:
    """Yield the (root, relative path) places in an index that a file name may refer to."""
    file = text_path(name)
    for folder in folders if not os.path.isabs(file) else [""]:
        path = os.path.normpath(os.path.join(folder, file))
        place = roots.place(path_bytes(path))
        if place is None:  # an absolute path may lead through links
            place = roots.place(path_bytes(os.path.realpath(path)))
        if place is not None:
            yield place


def _photos_and_missing(
    connection: sqlite3.Connection, names: Sequence[str]
) -> tuple[dict[str, int], dict[str, Missing]]:
    """Photo of each name that matches exactly one, and the reason for each name that does not."""
    found: dict[int, set[int]] = defaultdict(set)
    for number, photo in connection.execute(
        "SELECT name, photo FROM temp.wanted JOIN files USING (root, path)"
    ):
        found[number].add(photo)
    unreadable = connection.execute("SELECT name FROM temp.wanted JOIN skipped USING (root, path)")
    no_photos = {number for (number,) in unreadable}
    photos, missing = {}, {}
    for number, name in enumerate(names):
        if len(found[number]) == 1:
            photos[name] = found[number].pop()
        elif found[number]:
            why = f"{name!r} is in several of the folders, and not the same picture"
            missing[name] = Missing(name, why)
        else:
            why = "" if number in no_photos else f"{name!r} is not in the index"
            missing[name] = Missing(name, why)
    return photos, missing
