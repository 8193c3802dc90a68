"""File names in folders, compared regardless of case and Unicode normal form."""

import os
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

_FOLDERS_KEPT = 64  # listings in the cache; photos come folder by folder


class FolderNames:
    """Cache of the file names in folders; each folder is listed once."""

    def __init__(self) -> None:
        self._listed = lru_cache(_FOLDERS_KEPT)(_listing)

    def alike(self, folder: Path, name: str) -> list[str]:
        """File names in a folder equal to `name` up to case and Unicode form, exact match first."""
        found = self._listed(folder).get(name_key(name), [])
        return sorted(found, key=lambda one: one != name)

    def beginning(self, folder: Path, start: str) -> list[str]:
        """File names in a folder that start with `start`, regardless of case and Unicode form."""
        listed, key = self._listed(folder), name_key(start)
        keys = list(listed)  # sorted
        found = takewhile(lambda one: one.startswith(key), keys[bisect_left(keys, key) :])
        return [name for one in found for name in listed[one]]


def name_key(name: str) -> str:
    """Comparison key of a file name, independent of case and Unicode form (NFC, NFD).

    >>> name_key("Zoe\u0308.JPG") == name_key("zo\u00eb.jpg")
    True
    """
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _listing(folder: Path) -> dict[str, list[str]]:
    """Dictionary from comparison key to a folder's file names; empty if it is unreadable."""
    names: dict[str, list[str]] = defaultdict(list)
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return {}
    for name in entries:
        names[name_key(name)].append(name)
    return dict(sorted(names.items()))
