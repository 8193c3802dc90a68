"""Names of the files in folders, found whatever their case or normal form is."""

import os
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

_FOLDERS_KEPT = 64  # listings; photos come folder by folder


class FolderNames:
    """Names of the files in folders, each of which is listed once."""

    def __init__(self) -> None:
        self._listed = lru_cache(_FOLDERS_KEPT)(_listing)

    def alike(self, folder: Path, name: str) -> list[str]:
        """Names in a folder that are one name but for case and normal form, the very one first."""
        found = self._listed(folder).get(name_key(name), [])
        return sorted(found, key=lambda one: one != name)

    def beginning(self, folder: Path, start: str) -> list[str]:
        """Names in a folder that begin with `start`, but for case and normal form."""
        listed, key = self._listed(folder), name_key(start)
        keys = list(listed)  # sorted
        found = takewhile(lambda one: one.startswith(key), keys[bisect_left(keys, key) :])
        return [name for one in found for name in listed[one]]


def name_key(name: str) -> str:
    """Key that names have in common which differ in case or normal form (NFC, NFD) only.

    >>> name_key("Zoe\u0308.JPG") == name_key("zo\u00eb.jpg")
    True
    """
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _listing(folder: Path) -> dict[str, list[str]]:
    """Names in a folder by their keys, which are sorted; none if it cannot be listed."""
    names: dict[str, list[str]] = defaultdict(list)
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return {}
    for name in entries:
        names[name_key(name)].append(name)
    return dict(sorted(names.items()))
