"""Files of an index that the names in a table mean."""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from photorank.index.catalogue.file_records import load_roots
from photorank.index.catalogue.rooted_paths import path_bytes
from photorank.labels.tables.judgement_tables import ChoiceRow, LabelRow
from photorank.photos.pathtext import text_path

ROWS_TOGETHER = 20_000  # that are in memory at a time

Row = TypeVar("Row", LabelRow, ChoiceRow)


class Matched(NamedTuple, Generic[Row]):
    """Row of a table, and the photos that its names mean."""

    row: Row
    photos: tuple[int, ...]  # one for each name that means one photo
    problems: tuple[str, ...]  # why other names mean none
    unreadable: tuple[str, ...]  # files that are there and are no photos


def match_files(
    connection: sqlite3.Connection,
    rows: Iterable[Row],
    folders: Sequence[Path | str],
    *,
    together: int = ROWS_TOGETHER,
) -> Iterator[list[Matched[Row]]]:
    """Yield rows with the photos that they name, in batches of which one is in memory.

    Names are relative to some folders. A temporary table is made in the catalogue's connection.
    """
    names = _NamesInIndex(connection, folders)
    left = iter(rows)
    while batch := list(islice(left, together)):
        names.look_up({file: None for row in batch for file in row.files})
        yield [names.matched(row) for row in batch]


class _NamesInIndex:
    """Photos of the names in a batch of rows, looked up together."""

    def __init__(self, connection: sqlite3.Connection, folders: Sequence[Path | str]) -> None:
        self._connection = connection
        self._roots = load_roots(connection)
        self._folders = [os.path.realpath(folder) for folder in folders]
        self._photos: dict[str, set[int]] = {}
        self._unreadable: set[str] = set()
        connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS wanted (name INTEGER, root INTEGER, path BLOB)"
        )

    def matched(self, row: Row) -> Matched[Row]:
        """Photos that one row's names mean."""
        photos: list[int] = []
        problems, unreadable = [], []
        for file in row.files:
            found = self._photos.get(file, set())
            if len(found) == 1:
                photos += found
            elif found:
                problems.append(f"{file!r} is in several of the folders, and not the same picture")
            elif file in self._unreadable:
                unreadable.append(file)
            else:
                problems.append(f"{file!r} is not in the index")
        return Matched(row, tuple(photos), tuple(problems), tuple(unreadable))

    def look_up(self, files: Iterable[str]) -> None:
        """Look up some names, and forget those of the batch before."""
        names = list(files)
        wanted = []
        for number, name in enumerate(map(text_path, names)):
            for folder in self._folders if not os.path.isabs(name) else [""]:
                path = os.path.normpath(os.path.join(folder, name))
                place = self._roots.place(path_bytes(path))
                if place is None:  # an absolute path may lead through links
                    place = self._roots.place(path_bytes(os.path.realpath(path)))
                if place is not None:
                    wanted.append((number, *place))
        self._connection.execute("DELETE FROM temp.wanted")
        self._connection.executemany("INSERT INTO temp.wanted VALUES (?, ?, ?)", wanted)
        self._photos = defaultdict(set)
        for number, photo in self._connection.execute(
            "SELECT name, photo FROM temp.wanted JOIN files USING (root, path)"
        ):
            self._photos[names[number]].add(photo)
        unreadable = self._connection.execute(
            "SELECT name FROM temp.wanted JOIN skipped USING (root, path)"
        )
        self._unreadable = {names[number] for (number,) in unreadable}
