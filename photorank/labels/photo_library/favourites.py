"""Favourites read from JSON sidecars of Google Takeout and Apple Photos exports."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.labels.photo_library.collected_judgements import (
    Collected,
    Judgement,
    LibraryFile,
    each,
)
from photorank.photos.open_photo import open_file, os_reason

_MAX_BYTES = 4 << 20  # those of Google have two kilobytes
_CUT = 46  # letters that Google leaves of a name before .json
_SUPPLEMENT = ".supplemental-metadata"
_COUNTER = re.compile(r"(\(\d+\))$")  # of files of one name: IMG(1).jpg and IMG.jpg(1).json
_EDITED = re.compile(r"-(edited|bearbeitet|modifié|editado|modificato|bewerkt|編集済み)$")

_FAVOURITE, _OTHER = Judgement(1, "favourite"), Judgement(0, "not a favourite")


def collect_favourites(files: Iterable[LibraryFile]) -> Collected:
    """Judgements of photos with a JSON sidecar: favourite (1) or not (0).

    A photo without a JSON file of its own has no label. Google writes one for each
    photo and says only of favourites that they are; others say it either way.
    """
    collected = Collected()
    names = cache(_json_names)  # photos come folder by folder

    def favourite(photo: Path) -> bool | None:
        name = sidecar_of(photo.name, names(photo.parent))
        if name is None:
            return None
        path = photo.with_name(name)
        return _told(photo.name, path, _json(path))

    for file, told in each(files, favourite, collected):
        if told is not None:
            collected.add(file, _FAVOURITE if told else _OTHER)
    return collected


def sidecar_of(photo: str, names: Mapping[str, str]) -> str | None:
    """JSON sidecar of a photo, None if missing; `names` maps stems to JSON file names.

    Google names them after the photo, adds ``.supplemental-metadata`` of late, cuts
    the whole to 46 letters, and moves the number that tells files of one name apart
    to its end. An edited photo shares the file of its original.

    Examples
    --------
    >>> names = ["IMG_1.jpg", "IMG_1.jpg.supplemental-me(2)"]
    >>> sidecar_of("IMG_1(2).jpg", {name: f"{name}.json" for name in names})
    'IMG_1.jpg.supplemental-me(2).json'
    """
    stem, dot, suffix = photo.rpartition(".")
    counter = match[1] if (match := _COUNTER.search(stem)) else ""
    plain = stem.removesuffix(counter)
    wanted = [(photo, "")]  # a name may end in such a number on its own
    wanted += [(f"{one}{dot}{suffix}", counter) for one in dict.fromkeys(
        [plain, _EDITED.sub("", plain)])]  # fmt: skip
    for name, number in wanted:
        whole = name + _SUPPLEMENT
        lengths = range(len(whole), min(len(name), _CUT) - 1, -1)
        for length in lengths:
            if found := names.get(whole[:length] + number):
                return found
    return names.get(stem)


def _json(path: Path) -> Any:
    """Parsed content of a JSON file."""
    try:
        with open_file(path) as file:
            data = file.read(_MAX_BYTES + 1)
    except UnreadablePhotoError as error:
        raise MetadataError(error.reason, path) from error
    if len(data) > _MAX_BYTES:
        raise MetadataError(f"JSON of more than {_MAX_BYTES >> 20} MB", path)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MetadataError("not JSON", path) from error


def _told(photo: str, path: Path, told: Any) -> bool | None:
    """Whether a photo is a favourite according to parsed JSON, None if unknown."""
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    if not isinstance(told, dict):
        return None
    title = told.get("title")
    cut = len(path.stem) == _CUT and not path.name.startswith(photo)
    if cut and isinstance(title, str) and title[:_CUT] == photo[:_CUT] and title != photo:
        return None  # that of another photo whose name begins alike
    for key in ("favorited", "favorite"):
        if isinstance(value := told.get(key), bool | int):
            return bool(value)
        if value is not None:
            raise MetadataError(f"{key} is {value!r:.40}, neither true nor false", path)
    return False if "photoTakenTime" in told else None


def _json_names(folder: Path) -> dict[str, str]:
    """JSON file names of a folder, by their stem."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise MetadataError(os_reason(error), folder) from error
    return {path.stem: path.name for path in paths if path.suffix.lower() == ".json"}
