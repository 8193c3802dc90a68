"""JSON files of Google Takeout and similar exports: finding and reading a photo's JSON file."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.metadata.names_in_folder import FolderNames, name_key
from photorank.photos.metadata.time_text import iso_time
from photorank.photos.metadata.timestamp import Place, Timestamp
from photorank.photos.open_photo import open_file, read_whole
from photorank.photos.suffixes import PHOTO_SUFFIXES

_MAX_BYTES = 4 << 20  # of a JSON file; Google's have two kilobytes
_CUT = 46  # letters to which Google cuts a name before .json
_SUPPLEMENT = ".supplemental-metadata"
_COUNTER = re.compile(r"(\(\d+\))$")  # of equal names: IMG(1).jpg and IMG.jpg(1).json
# Google's mark of an edit is in the language of the account, of any letters and marks, or the name
# of an effect; what is cut ends anywhere in it: IMG-edited, IMG-ha editado, IMG-POP_OUT, IMG-edi.
_EDITED = re.compile(r"(?<=.)-[^-\d.()\[\]]*$")


def takeout_json(photo: Path, names: FolderNames) -> tuple[Path, dict[str, Any]] | None:
    """Path and content of the Google Takeout JSON file of a photo; None if it has none.

    Google names it after the photo, adds ``.supplemental-metadata`` of late, cuts the whole to 46
    letters or some more, and moves the number that tells files of one name apart to its end. An
    edited photo shares the file of its original. Raises MetadataError, with the path, if it cannot
    be read.
    """
    for title, stems in _candidate_names(photo, names):
        for stem in stems:
            for name in names.alike(photo.parent, f"{stem}.json"):
                path = photo.with_name(name)
                if (told := _json(path)) is not None and _may_be_of(
                    title, photo, path, told, names
                ):
                    return path, told
    return None


def takeout_time(photo: Path, names: FolderNames) -> Timestamp | None:
    """Capture time (UTC), with GPS position if known, from a photo's Google Takeout JSON file."""
    try:
        found = takeout_json(photo, names)
        seconds = int(found[1]["photoTakenTime"]["timestamp"]) if found else 0
        moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (MetadataError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    if found is None or (time := iso_time(moment.isoformat())) is None:
        return None
    places = (_position(found[1].get(key)) for key in ("geoData", "geoDataExif"))
    return Timestamp("Takeout", time, in_utc=True, place=next(filter(None, places), None))


def _candidate_names(photo: Path, names: FolderNames) -> Iterator[tuple[str, list[str]]]:
    """Yield (title, JSON file names) pairs that Google Takeout may have for a photo.

    The title is the photo's name that the JSON file should contain. File names are without suffix.
    """
    stem, suffix = photo.stem, photo.suffix
    yield from _names_of_unedited(stem, suffix)
    while edit := _EDITED.search(plain := _COUNTER.sub("", stem)):
        counter = stem.removeprefix(plain)
        original = plain[: edit.start()]
        stem = original + counter
        suffixes = [suffix, *_other_suffixes(photo, original, names)]
        for one in suffixes:
            yield from _names_of_unedited(stem, one)
        # The second edit of one photo has a number, too.
        if counter and not any(names.alike(photo.parent, stem + one) for one in suffixes):
            for one in suffixes:
                yield from _names_of_unedited(original, one)
    yield photo.name, [photo.stem]


def _names_of_unedited(stem: str, suffix: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each possible title of an unedited photo, with the possible names of its JSON file.

    A title is the photo's name as the JSON file gives it. The possible names of the JSON file are
    without suffix.
    """
    yield stem + suffix, _stems(stem + suffix, "")  # a name may end in a number on its own
    if counter := _COUNTER.search(stem):
        plain = stem[: counter.start()] + suffix
        yield plain, _stems(plain, counter[1])


def _other_suffixes(photo: Path, original: str, names: FolderNames) -> list[str]:
    """Possible suffixes of a photo's unedited original, other than the photo's own suffix.

    They are read from the names of JSON files in the photo's folder.
    """
    start = name_key(original)
    found: set[str] = set()
    for name in map(name_key, names.beginning(photo.parent, f"{original}.")):
        told = "." + re.split("[.(]", name[len(start) + 1 :], maxsplit=1)[0]
        is_cut = len(start + told) >= _CUT
        if name.endswith(".json"):
            found |= {told, *(one for one in PHOTO_SUFFIXES if is_cut and one.startswith(told))}
    return sorted(found & PHOTO_SUFFIXES - {photo.suffix.lower()})


def _stems(name: str, counter: str) -> list[str]:
    """File names, without suffix, that the Takeout JSON file of a photo called `name` may have."""
    bare = name.rpartition(".")[0] + _SUPPLEMENT
    whole = name + _SUPPLEMENT
    least = min(len(name), _CUT - len(counter))
    cut = [whole[:length] + counter for length in range(len(whole), least - 1, -1)]
    return [*cut, bare + counter]


def _may_be_of(
    title: str, photo: Path, path: Path, told: dict[str, Any], names: FolderNames
) -> bool:
    """True if a Takeout JSON file may belong to `photo`, by the JSON file's name or title field.

    False if it belongs to a photo with the same name but for case or Unicode form.
    """
    others = set(names.alike(photo.parent, photo.name)) - {photo.name}
    if any(path.name.startswith(other) for other in others):
        return False
    said = told.get("title")
    if name_key(path.name).startswith(name_key(title)) or not isinstance(said, str):
        return True
    # What Google does not allow in a file's name becomes _, and the photo's own name may be cut.
    stem, of = (re.sub(r"\W", "_", name_key(Path(one).stem)) for one in (said, title))
    return stem.startswith(of)


def _json(path: Path) -> dict[str, Any] | None:
    """JSON object that a file contains; None if the file contains another JSON value.

    The object may be the only item of a list.
    """
    try:
        with open_file(path) as file:
            data = read_whole(file, _MAX_BYTES + 1)
    except UnreadablePhotoError as error:
        raise MetadataError(error.reason, path) from error
    if len(data) > _MAX_BYTES:
        raise MetadataError(f"JSON of more than {_MAX_BYTES >> 20} MB", path)
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MetadataError("not JSON", path) from error
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    return told if isinstance(told, dict) else None


def _position(data: Any) -> Place | None:
    """GPS position parsed from a JSON object; None if missing, invalid or (0, 0)."""
    try:
        place = Place(float(data["latitude"]), float(data["longitude"]))
    except (KeyError, TypeError, ValueError):
        return None
    return place.checked()
