"""Versions of a photo (edits, exports) and companion files (RAW, videos), by file name."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from photorank.index.opened import Index, Photo
from photorank.index.reading.library_files import companion_files, library_files
from photorank.labels.photo_library.edits_by_file_name import shot_name, versions
from photorank.photos.suffixes import PHOTO_SUFFIXES
from photorank.typing import Codes, Embeddings

# Files of one name and time may still be of two photos: of scans that all bear one date, say. With
# `embedded` a photo of OASIS has a cosine of 0.49 or more with half of itself, and 19 of 20 pairs
# of different ones have less than 0.34.
_MIN_COSINE = 0.4


def find_versions(
    index: Index, photos: Sequence[Photo], known: Codes, among: Codes | None = None
) -> tuple[dict[int, list[int]], dict[int, list[Path]]]:
    """Versions and companion files of photos, as two dictionaries keyed by row number.

    Files by one name and of one time are of one photo only if they look somewhat alike, and
    photos of two of people's series (`known`, −1 for none) are no versions. `among` are the
    rows that are looked at, all by default.

    The rows of all versions are told by the row of the one that stands for the photo; and the
    files that go along with a photo of their shot in their folder, by row.
    """
    rows = range(len(photos)) if among is None else among.tolist()
    row_of = {photos[row].digest: row for row in rows}
    there = library_files(index.paths, None if among is None else set(rows))
    files = [file for file in there if file.digest in row_of]
    embeddings = index.heads()
    named_alike = (dict.fromkeys(row_of[files[at].digest] for at in one) for one in versions(files))
    found: dict[int, list[int]] = {}
    for rows in chain.from_iterable(_somewhat_alike(list(one), embeddings) for one in named_alike):
        if len(rows) > 1 and len({int(known[row]) for row in rows} - {-1}) < 2:
            found[rows[0]] = rows

    shots: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in companion_files(index.paths):
        shots[path.parent, _shot_of_companion(path)].append(path)
    companions: dict[int, list[Path]] = defaultdict(list)
    for file in files if shots else ():
        companions[row_of[file.digest]] += shots.get((file.path.parent, shot_name(file.path)), [])
    return found, {row: sorted(set(paths)) for row, paths in companions.items() if paths}


def _shot_of_companion(path: Path) -> str:
    """Name that a companion file such as IMG_1.CR3 shares with all files of its shot."""
    photo = path.with_suffix("")
    return shot_name(photo if photo.suffix.lower() in PHOTO_SUFFIXES else path)


def _somewhat_alike(rows: list[int], embeddings: Embeddings) -> Iterator[list[int]]:
    """Yield groups of row numbers; a group's photos are all similar to its first photo."""
    while rows:
        alike = embeddings[rows] @ embeddings[rows[0]] >= _MIN_COSINE
        yield [row for row, same in zip(rows, alike.tolist(), strict=True) if same]
        rows = [row for row, same in zip(rows, alike.tolist(), strict=True) if not same]
