"""What the file names of a table mean in an index, and which of its rows cannot be used."""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from photorank.errors import LabelsError
from photorank.index.catalogue.file_records import load_roots
from photorank.index.catalogue.rooted_paths import path_bytes
from photorank.labels.tables.csv_table import Problem, Problems
from photorank.photos.pathtext import text_path


@dataclass(frozen=True)
class Names:
    """What some of a table's file names mean in the index."""

    photos: dict[str, set[int]]
    unusable: set[str]  # files that are there and are no photos


class Sorting:
    """Sorts the rows of a table into those that can be used and the problems."""

    def __init__(self) -> None:
        self._unusable: set[str] = set()
        self.problems = Problems()
        self.usable = 0

    def photo(self, names: Names, file: str, line: int, table: str) -> int | None:
        """Return the photo that a file name means; None after taking down why there is none."""
        found = names.photos.get(file, set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            what = f"{file!r} is in several of the folders, and not the same picture"
            self.problems.add(Problem(line, what, table))
        elif file in names.unusable:
            self._unusable.add(file)  # no mistake of the table: the run said so already
        else:
            self.problems.add(Problem(line, f"{file!r} is not in the index", table))
        return None

    def settled(self, source: str, *, partial: bool) -> list[str]:
        """Return notes on what was left out; raise if that will not do."""
        if self.problems and not (partial and self.usable):
            raise LabelsError(
                f"{source} was not imported: {self.problems}. Correct these "
                "rows, or import the others with --partial."
            )
        if not self.usable:
            raise LabelsError(f"{source} has no row about a photo that could be read.")
        notes = []
        if self.problems:
            notes.append(f"left out: {self.problems}")
        if self._unusable:
            notes.append(f"left out: {len(self._unusable)} files that could not be read as photos")
        return notes


class NameBook:
    """Looks file names up in an index, many at once."""

    def __init__(self, connection: sqlite3.Connection, base: Sequence[Path | str]) -> None:
        self._connection = connection
        self._roots = load_roots(connection)
        self._folders = [os.path.realpath(folder) for folder in base]
        connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS wanted (name INTEGER, root INTEGER, path BLOB)"
        )

    def look_up(self, files: Iterable[str]) -> Names:
        """Return what some names mean."""
        names = list(dict.fromkeys(files))
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
        photos: dict[str, set[int]] = defaultdict(set)
        for number, photo in self._connection.execute(
            "SELECT name, photo FROM temp.wanted JOIN files USING (root, path)"
        ):
            photos[names[number]].add(photo)
        unusable = self._connection.execute(
            "SELECT name FROM temp.wanted JOIN skipped USING (root, path)"
        )
        return Names(photos, {names[number] for (number,) in unusable})
