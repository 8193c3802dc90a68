"""Catalogue paths as pairs of a root folder and a path relative to it.

If a library moves, only its root folder changes.
"""

import os
from collections.abc import Container, Iterable
from pathlib import Path
from typing import TypeAlias

Place: TypeAlias = tuple[int, bytes]  # a root's number, the path below it; b"" is the root


def path_bytes(path: Path | str) -> bytes:
    """Path as the catalogue stores it: bytes, with '/' as separator."""
    return os.fsencode(os.fspath(path).replace(os.sep, "/"))


def as_path(path: bytes) -> Path:
    """Path object for a path that the catalogue stores as bytes.

    Examples
    --------
    >>> path_bytes(as_path(b"/photos/a.jpg"))
    b'/photos/a.jpg'
    """
    return Path(os.fsdecode(path))


def path_order(path: bytes) -> bytes:
    """Sort key that gives catalogue paths the same order as :class:`Path` objects."""
    return path.replace(b"/", b"\0")


class Roots:
    """Root folders by number; every catalogue path is relative to one of them.

    No root is inside another.

    Examples
    --------
    >>> roots = Roots([(1, b"/photos")])
    >>> roots.place(b"/photos/2024/a.jpg")
    (1, b'2024/a.jpg')
    >>> roots.place(b"/photos2/a.jpg") is None
    True
    """

    def __init__(self, rows: Iterable[tuple[int, bytes]]) -> None:
        self.folders = dict(rows)  # number: path
        self._prefixes = [(number, _prefix(folder)) for number, folder in self.folders.items()]

    def place(self, path: bytes) -> Place | None:
        """Pair (root folder's number, relative path) of an absolute path; None if in no root."""
        for number, prefix in self._prefixes:
            if path.startswith(prefix):
                return number, path[len(prefix) :]
            if path + b"/" == prefix:
                return number, b""
        return None

    def places(self, paths: Iterable[Path]) -> set[Place]:
        """Pairs (root folder's number, relative path) of the given paths that lie in a root."""
        found = (self.place(path_bytes(path)) for path in paths)
        return {place for place in found if place is not None}

    def path(self, place: Place) -> bytes:
        """Absolute path for a pair (root folder's number, relative path)."""
        number, below = place
        return _prefix(self.folders[number]) + below if below else self.folders[number]


def lies_under(place: Place, folders: Container[Place]) -> bool:
    """True if a path equals one of the folders or is inside one."""
    root, path = place
    while path:
        if (root, path) in folders:
            return True
        path = path.rpartition(b"/")[0]
    return (root, b"") in folders


def _prefix(folder: bytes) -> bytes:
    return folder.rstrip(b"/") + b"/"  # the root of a disk ends in one already
