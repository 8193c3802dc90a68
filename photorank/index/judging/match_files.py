"""Matching of file names in a table to photos of an index."""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from photorank.index.catalogue.file_records import STAMP, load_roots
from photorank.index.catalogue.rooted_paths import Place, as_path, path_bytes
from photorank.index.reading.current_files import holds_another
from photorank.labels.tables.judgement_tables import ChoiceRow, LabelRow
from photorank.photos.find_photos import Stamp
from photorank.photos.metadata.names_in_folder import name_key
from photorank.photos.path_text import text_path

ROWS_TOGETHER = 20_000  # held in memory

_FILE = f"photo, root, path, vanished, digest, {STAMP}"  # of files and photos

Row = TypeVar("Row", LabelRow, ChoiceRow)


class Missing(NamedTuple):
    """File name in a table for which no single photo was found, with the reason."""

    file: str
    mistake: str  # of the table; empty where the file is there and is no photo


class Matched(NamedTuple, Generic[Row]):
    """Row of an imported table, with the photos found under the row's file names."""

    row: Row
    photos: tuple[int, ...]  # of the names that are not missing
    missing: tuple[Missing, ...]
    loose: dict[str, str]  # names that differ from those of the files, which are told


class _Known(NamedTuple):
    """Catalogue record of an indexed file that may match a file name."""

    photo: int
    place: Place
    vanished: bool
    digest: str
    stamp: Stamp


class _Found(NamedTuple):
    """Photo found for each file name of a table, or the reason why there is none."""

    photos: dict[str, int]
    missing: dict[str, Missing]
    loose: dict[str, str]  # as in `Matched`


def match_files(
    connection: sqlite3.Connection,
    rows: Iterable[Row],
    folders: Sequence[Path | str],
    *,
    together: int = ROWS_TOGETHER,
) -> Iterator[list[Matched[Row]]]:
    """Yield batches of table rows, each with the photos found under the row's file names.

    Names are relative to some folders. The very name counts, then the one without white space
    around it, then one that differs in case, slashes or the form of letters, if there is only one.
    A file that holds another photo than was indexed matches none. A temporary table is made in the
    catalogue's connection.
    """
    finder = _Finder(connection, folders)
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS wanted (name INTEGER, root INTEGER, path BLOB)"
    )
    left = iter(rows)
    while batch := list(islice(left, together)):
        names = list(dict.fromkeys(file for row in batch for file in row.files))
        photos, missing, loose = finder.find(names)
        if not missing and not loose:
            photo_of = photos.__getitem__
            yield [Matched(row, tuple(map(photo_of, row.files)), (), {}) for row in batch]
            continue
        yield [
            Matched(
                row,
                tuple(photos[file] for file in row.files if file in photos),
                tuple(missing[file] for file in row.files if file in missing),
                {file: loose[file] for file in row.files if file in loose},
            )
            for row in batch
        ]


class _Folder(NamedTuple):
    """Base folder for relative file names, as a root folder's number and a path below that root."""

    root: int
    below: bytes  # the root, ending in '/' or empty


class _Finder:
    """Lookup of indexed photos by file name; relative names start from given base folders."""

    def __init__(self, connection: sqlite3.Connection, folders: Sequence[Path | str]) -> None:
        self._connection = connection
        self._roots = load_roots(connection)
        self._changed: dict[Place, bool] = {}  # of files whose size, times or inode differ
        self._folders = [os.path.realpath(folder) for folder in folders]
        places = (self._roots.place(path_bytes(folder)) for folder in self._folders)
        self._placed = [  # those that lie in a root
            _Folder(place[0], place[1] + b"/" if place[1] else b"") for place in places if place
        ]

    def find(self, names: Sequence[str]) -> _Found:
        """Catalogue number of the photo that matches each file name, or the reason for no match.

        A name is compared exactly, then without white space around it, then ignoring case and kind
        of slash.
        """
        photos, missing, unknown = self._exact(names)
        bare = {name.strip(): name for name in missing if name != name.strip()}
        if bare:
            found, not_found, _ = self._exact(list(bare))
            photos.update((bare[name], photo) for name, photo in found.items())
            missing = {name: one for name, one in missing.items() if name not in photos}
            missing.update((bare[name], one) for name, one in not_found.items())
            unknown = [name for name in unknown if name not in photos]
        loose: dict[str, str] = {}
        for name, files in self._inexact(unknown).items():
            if len({file.photo for file in files.values()}) > 1:
                some = " or ".join(map(repr, sorted(files)[:3]))
                missing[name] = Missing(name, f"{name!r} is {some} but for case or slashes")
            elif any(map(self._is_changed, files.values())):
                missing[name] = _changed(name)
            elif files:
                loose[name], file = next(iter(files.items()))
                photos[name] = file.photo
                del missing[name]
        return _Found(photos, missing, loose)

    def _is_changed(self, file: _Known) -> bool:
        """True if a file now holds another photo than the indexed one."""
        path = self._roots.path(file.place)
        try:
            if Stamp.of(os.stat(path)) == file.stamp:
                return False
        except OSError:
            return False  # it is gone, and what was said of it stays true
        if file.place not in self._changed:
            self._changed[file.place] = holds_another(as_path(path), file.digest, None)
        return self._changed[file.place]

    def _inexact(self, names: Sequence[str]) -> dict[str, dict[str, _Known]]:
        """Indexed files that match each given name if case and the kind of slash are ignored.

        The result is a dictionary by given name; its values are dictionaries of files by relative
        path. Unicode form is ignored, too.
        """
        wanted: dict[str, list[str]] = defaultdict(list)
        for name in names:
            for path in self._paths(name.strip().replace("\\", "/")):
                wanted[name_key(path)].append(name)
        found: dict[str, dict[str, _Known]] = {name: {} for name in names}
        if not wanted:
            return found
        for row in self._connection.execute(
            f"SELECT {_FILE} FROM files JOIN photos ON photos.id = photo WHERE NOT vanished"  # noqa: S608
        ):
            file = _known(row)
            full = str(as_path(self._roots.path(file.place)))
            for name in wanted.get(name_key(full), ()):
                found[name][os.path.relpath(full, self._folders[0])] = file
        return found

    def _exact(self, names: Sequence[str]) -> tuple[dict[str, int], dict[str, Missing], list[str]]:
        """Catalogue number of the photo at each exact file path, or the reason why there is none.

        Also the names, among the others, that are not in the index at all.
        """
        wanted = [
            (number, root, path)
            for number, name in enumerate(names)
            for root, path in self._places(name)
        ]
        self._connection.execute("DELETE FROM temp.wanted")
        self._connection.executemany("INSERT INTO temp.wanted VALUES (?, ?, ?)", wanted)
        found: dict[int, list[_Known]] = defaultdict(list)
        for number, *row in self._connection.execute(
            f"SELECT name, {_FILE} FROM temp.wanted"  # noqa: S608
            " CROSS JOIN files USING (root, path) JOIN photos ON photos.id = photo"
        ):
            found[number].append(_known(row))
        unreadable = self._connection.execute(
            "SELECT name FROM temp.wanted JOIN skipped USING (root, path)"
        )
        no_photos = {number for (number,) in unreadable}
        photos, missing, unknown = {}, {}, []
        for number, name in enumerate(names):
            files = found[number]
            if number in no_photos and all(file.vanished for file in files):
                missing[name] = Missing(name, "")
            elif any(map(self._is_changed, files)):
                missing[name] = _changed(name)
            elif len({file.photo for file in files}) > 1:
                why = f"{name!r} is in several of the folders, and not the same picture"
                missing[name] = Missing(name, why)
            elif files:
                photos[name] = files[0].photo
            else:
                missing[name] = Missing(name, f"{name!r} is not in the index")
                unknown.append(name)
        return photos, missing, unknown

    def _places(self, name: str) -> Iterator[Place]:
        """Yield the pairs (root folder's number, relative path) that a file name may stand for."""
        file = os.path.normpath(text_path(name))
        if not os.path.isabs(file) and file[:2] != ".." and len(self._placed) == len(self._folders):
            below = path_bytes(file)  # of most names: nothing needs to be asked of the disk
            yield from ((folder.root, folder.below + below) for folder in self._placed)
            return
        for path in self._paths(name):
            place = self._roots.place(path_bytes(path))
            if place is None:  # an absolute path may lead through links
                place = self._roots.place(path_bytes(os.path.realpath(path)))
            if place is not None:
                yield place

    def _paths(self, name: str) -> list[str]:
        """Absolute paths that a file name may stand for, one per base folder."""
        file = text_path(name)
        if os.path.isabs(file):
            return [os.path.normpath(file)]
        return [os.path.normpath(os.path.join(folder, file)) for folder in self._folders]


def _known(row: Sequence[Any]) -> _Known:
    photo, root, path, vanished, digest, *stamp = row
    return _Known(photo, (root, path), bool(vanished), digest, Stamp(*stamp))


def _changed(name: str) -> Missing:
    why = f"{name!r} has changed since it was indexed: run `photorank index` on its folder first"
    return Missing(name, why)
