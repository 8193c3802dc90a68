"""Photos to score, found one at a time from files, folders, glob patterns, lists or URLs."""

import glob
import os
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from photorank.errors import PhotorankError, UnreadablePhotoError
from photorank.outside_text import TypedPathError, typed_path
from photorank.photos.find_photos import SkippedFile, find_photos
from photorank.photos.open_photo import read_photo
from photorank.photos.path_text import text_path
from photorank.scoring.addresses import check_address, found_at, is_address, source_at
from photorank.scoring.path_lists import TABLES, Entry, check_list, entries, lines
from photorank.scoring.score_photos import Source

STDIN = "-"
_LISTS = TABLES | {".txt", ".lst"}


class SourcesError(PhotorankError, ValueError):
    """The given paths, lists or URLs cannot be used, or name no photo."""


def check_sources(asked: Sequence[str], column: str | None) -> None:
    """Raise SourcesError if any of the given lists or URLs is unusable.

    The error names all unusable ones. No photo is read.
    A path to nothing is no error here: it becomes a row with its error, like a photo in a list.
    """
    faults = []
    for text in asked:
        try:
            if (listed := _list_in(text)) is not None:
                check_list(listed, column)
            elif is_address(text) and not text.startswith("file://"):
                check_address(text)
        except (PhotorankError, OSError) as error:
            faults.append(str(error))
    if asked.count(STDIN) > 1:
        faults.append("- (standard input) can be read once.")
    if faults:
        raise SourcesError(" ".join(faults))


def find_sources(
    asked: Sequence[str], stdin: BinaryIO, *, column: str | None = None
) -> Iterator[Source]:
    """Yield photos to score as they are found, in the same order each time.

    `asked` are paths, folders, patterns such as ``photos/**/*.jpg``, addresses such as
    ``s3://bucket/photos``, ``-`` for a path a line of standard input, and lists: ``@FILE``, or
    the path of a table, whose `column` has the paths.
    """
    for text in asked:
        if text == STDIN:
            yield from (_listed(entry, Path()) for entry in lines(stdin, "standard input"))
        elif (listed := _list_in(text)) is not None:
            yield from (_listed(entry, listed.parent) for entry in entries(listed, column))
        elif is_address(text) and not text.startswith("file://"):
            yield from found_at(text)
        else:
            yield from _local(text)


def named_paths(asked: Sequence[str], stdin: BinaryIO) -> list[Path]:
    """Paths of photo files, named by arguments, standard input (``-``) or lists (``@FILE``).

    Raises SourcesError if nothing is named or an entry of a list is none, TypedPathError if no
    file can have a path.
    """
    check_sources([text for text in asked if text[:1] in (STDIN, "@")], None)
    paths, faults = list[Path](), list[str]()
    for text in asked:
        listed = _list_in(text) if text.startswith("@") else None
        if text != STDIN and listed is None:
            paths.append(typed_path(text))
            continue
        found = lines(stdin, "standard input") if listed is None else entries(listed, None)
        for entry in found:
            if entry.fault:
                faults.append(f"{entry.text}: {entry.fault}.")
            else:
                paths.append(
                    typed_path(_path_of(entry, Path() if listed is None else listed.parent))
                )
    if not paths and not faults:
        faults.append("No photo is named.")
    if faults:
        raise SourcesError(" ".join(faults))
    return paths


def _list_in(text: str) -> Path | None:
    """Path of the list file that an argument names; None if the argument is no list."""
    if text.startswith("@") and not os.path.lexists(text):
        return Path(text[1:])
    path = Path(text)
    listed = path.suffix.lower() in _LISTS and not is_address(text) and not path.is_dir()
    return path if listed and not glob.has_magic(text) else None


def _local(text: str) -> Iterator[Source]:
    """Yield the photos that a path, a folder or a glob pattern names."""
    path = text_path(text)
    if not os.path.lexists(path) and glob.has_magic(path):
        found = False
        parts = Path(path).parts
        twice = [both == ("**", "**") for both in pairwise(("", *parts))]  # which is as once
        for one in _matching([part for part, again in zip(parts, twice, strict=True) if not again]):
            found = True
            yield from () if os.path.isdir(one) else [_file(one)]
        if not found:
            yield Source.refused(path, "no file is like this pattern")
    elif os.path.isdir(path):
        found = False
        for file in find_photos([Path(path)]):
            if isinstance(file, SkippedFile) and file.passed_over:
                continue
            found = True
            if isinstance(file, SkippedFile):
                yield Source.refused(str(file.path), file.reason)
            else:
                yield _file(str(file.path))
        if not found:
            yield Source.refused(os.path.abspath(path), "no photo is in this folder")
    else:
        yield _file(path)


def _matching(parts: Sequence[str]) -> Iterator[str]:
    """Yield the paths that match a glob pattern, which is given as path components."""
    if "**" not in parts:
        yield from glob.iglob(os.path.join(*parts))
        return
    at = parts.index("**")
    tops = sorted(glob.iglob(os.path.join(*parts[:at]))) if at else [os.curdir]
    for folder in _folders_below(tops):
        yield from _matching([glob.escape(folder), *(parts[at + 1 :] or "*")])


def _folders_below(tops: Sequence[str]) -> Iterator[str]:
    """Yield the given folders and all subfolders that are not hidden; symbolic links come last."""
    visited: set[tuple[int, int]] = set()  # device and inode: links may lead in circles
    queue = sorted(tops, key=os.path.islink)
    while queue:
        for folder, below, _ in os.walk(queue.pop(0)):
            status = os.stat(folder)
            below[:] = sorted(name for name in below if not name.startswith("."))
            if (status.st_dev, status.st_ino) in visited:
                below.clear()
                continue
            visited.add((status.st_dev, status.st_ino))
            queue += filter(os.path.islink, (os.path.join(folder, name) for name in below))
            yield folder


def _listed(entry: Entry, folder: Path) -> Source:
    """Photo to score, from a list entry that gives its path or URL.

    An invalid entry gives a photo with the reason instead of bytes.
    """
    if entry.fault:
        return Source.refused(entry.text, entry.fault)
    if is_address(entry.text) and not entry.text.startswith("file://"):
        return source_at(entry.text)
    return _file(_path_of(entry, folder))


def _path_of(entry: Entry, folder: Path) -> str:
    """Path named by a list entry, looked up in the current folder, then in the list's folder."""
    path = text_path(entry.text)
    if not os.path.isabs(path) and not os.path.lexists(path):
        beside = folder / path
        return str(beside) if os.path.lexists(beside) else path
    return path


def _file(path: str) -> Source:
    return Source(os.path.abspath(path), partial(_read, path))


def _read(path: str) -> bytes:
    try:
        if not os.path.lexists(path):
            raise UnreadablePhotoError("does not exist")
        return read_photo(typed_path(path))
    except TypedPathError as error:
        raise UnreadablePhotoError(str(error)) from error
