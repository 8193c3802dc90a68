"""What the file names of a table mean in an index, and which of its rows cannot be used."""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from photorank.errors import LabelsError
from photorank.index.ledger import load_roots
from photorank.index.places import path_bytes
from photorank.labels.csvtable import Problem, first_problems


@dataclass(frozen=True)
class Names:
    """What a table's file names mean in the index."""

    photos: dict[str, set[int]]
    unusable: set[str]  # files that are there and are no photos


class Sorting:
    """Sorts the rows of a table into those that can be used and the problems."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._unusable: set[str] = set()
        self.problems: list[Problem] = []

    def photo(self, line: int, file: str) -> int | None:
        """Return the photo that a file name means; None after taking down why there is none."""
        found = self._names.photos.get(file, set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            what = f"{file!r} is in several of the folders, and not the same picture"
            self.problems.append(Problem(line, what))
        elif file in self._names.unusable:
            self._unusable.add(file)  # no mistake of the table: the run said so already
        else:
            self.problems.append(Problem(line, f"{file!r} is not in the index"))
        return None

    def settled(self, source: str, *, usable: bool, partial: bool) -> list[str]:
        """Return notes on what was left out; raise if that will not do."""
        if self.problems and not (partial and usable):
            raise LabelsError(
                f"{source} was not imported: {first_problems(self.problems)}. Correct these "
                "rows, or import the others with --partial."
            )
        if not usable:
            raise LabelsError(f"{source} has no row about a photo that could be read.")
        notes = []
        if self.problems:
            notes.append(f"left out: {first_problems(self.problems)}")
        if self._unusable:
            notes.append(f"left out: {len(self._unusable)} files that could not be read as photos")
        return notes


def look_up(
    connection: sqlite3.Connection, base: Sequence[Path | str], files: Iterable[str]
) -> Names:
    """Look all files of a table up at once."""
    roots = load_roots(connection)
    folders = [os.path.realpath(folder) for folder in base]
    names = sorted(set(files))
    wanted = []
    for number, name in enumerate(names):
        for folder in folders if not os.path.isabs(name) else [""]:
            path = os.path.normpath(os.path.join(folder, name))
            place = roots.place(path_bytes(path))
            if place is None:  # an absolute path may lead through links
                place = roots.place(path_bytes(os.path.realpath(path)))
            if place is not None:
                wanted.append((number, *place))
    connection.execute("CREATE TEMP TABLE wanted (name INTEGER, root INTEGER, path BLOB)")
    connection.executemany("INSERT INTO wanted VALUES (?, ?, ?)", wanted)
    photos: dict[str, set[int]] = defaultdict(set)
    for number, photo in connection.execute(
        "SELECT name, photo FROM wanted JOIN files USING (root, path)"
    ):
        photos[names[number]].add(photo)
    unusable = connection.execute("SELECT name FROM wanted JOIN skipped USING (root, path)")
    return Names(photos, {names[number] for (number,) in unusable})
