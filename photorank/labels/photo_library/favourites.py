"""Favourites from Google Takeout, Apple Photos exports and Picasa."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from photorank.errors import MetadataError
from photorank.labels.photo_library.collected_judgements import (
    Collected,
    Judgement,
    LibraryFile,
    read_each,
)
from photorank.photos.metadata.ini_file import read_ini
from photorank.photos.metadata.names_in_folder import FolderNames, name_key
from photorank.photos.metadata.takeout import takeout_json

_PICASA_FILES = (".picasa.ini", "Picasa.ini")  # the new name and the old

_FAVOURITE, _OTHER = Judgement(1, "favourite"), Judgement(0, "not a favourite")


def collect_favourites(files: Iterable[LibraryFile]) -> Collected:
    """Judgements from JSON sidecars or Picasa files: score 1 for a favourite photo, else 0.

    A photo without a JSON file of its own has no label. Google writes one for each
    photo and says only of favourites that they are; others say it either way. In a folder
    where Picasa's file has stars, the photos without a star are no favourites.
    """
    collected = Collected()
    names = FolderNames()
    starred = cache(lambda folder: _starred(folder, names))

    def favourite(photo: Path) -> bool | None:
        if found := takeout_json(photo, names):
            return _is_favourite(*found)
        stars = starred(photo.parent)
        return name_key(photo.name) in stars if stars else None

    for file, told in read_each(files, favourite, collected):
        if told is not None:
            collected.add(file, _FAVOURITE if told else _OTHER)
    return collected


def _is_favourite(path: Path, told: dict[str, Any]) -> bool | None:
    """True if a photo's JSON file marks a favourite, False if not, None if it does not say."""
    for key in ("favorited", "favorite"):
        if isinstance(value := told.get(key), bool | int):
            return bool(value)
        if value is not None:
            raise MetadataError(f"{key} is {value!r:.40}, neither true nor false", path)
    return False if "photoTakenTime" in told else None


def _starred(folder: Path, names: FolderNames) -> set[str]:
    """Normalised names of the photo files starred in a folder's Picasa INI file."""
    for name in (found for wanted in _PICASA_FILES for found in names.alike(folder, wanted)):
        sections = read_ini(folder / name)
        return {name_key(one) for one in sections.sections() if sections[one].get("star") == "yes"}
    return set()
