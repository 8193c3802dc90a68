"""Judgements from folders: scores by folder name, or by membership of an album."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from photorank.errors import LabelsError, MissingPathError, UnreadablePhotoError
from photorank.labels.photo_library.collected_judgements import (
    Collected,
    Judgement,
    LibraryFile,
    Trouble,
)
from photorank.photos.find_photos import PhotoFile, find_photos
from photorank.photos.open_photo import open_file, photo_digest, read_photo, read_whole

_MAX_LIST = 64 << 20  # bytes; a path has a hundred, so half a million photos

_INSIDE, _OUTSIDE = Judgement(1, "in the album"), Judgement(0, "not in the album")


def collect_folders(files: Iterable[LibraryFile], tiers: Sequence[str]) -> Collected:
    """Judgements by folder name: scores 1, 2, … for the names in `tiers`, from worst to best.

    The innermost folder that is a tier counts, case does not. Photos in none have no
    label, those with copies in several have the best. Raises LabelsError for a name that is
    among the tiers twice.
    """
    ranks = {tier.casefold(): rank for rank, tier in enumerate(tiers, start=1)}
    if len(ranks) < len(tiers):
        raise LabelsError(f"each tier is named once, from the worst to the best: {tiers}.")
    collected = Collected()
    for file in files:
        for folder in reversed(file.folders):
            if rank := ranks.get(folder.casefold()):
                collected.add(file, Judgement(rank, tiers[rank - 1]))
                break
    met = {judgement.name for judgement, _ in collected.labels.values()}
    if missing := [tier for tier in tiers if tier not in met]:
        collected.notes.append(f"no photo lies in a folder named {', '.join(missing)}")
    return collected


def collect_album(files: Sequence[LibraryFile], album: Path) -> Collected:
    """Judgements of all photos in a library: score 1 for photos in an album, else 0.

    The album is a folder with copies of the chosen photos, which are known by their content, or
    a text with a photo a line: its path, absolute or relative to the text's own folder, or its
    name, if there is only one of that name.

    Raises MissingPathError if there is no such folder or file, LabelsError if the text cannot be
    read or no photo is in the album.
    """
    collected = Collected()
    search = _digests_in_folder if album.is_dir() else _digests_in_list
    chosen = search(files, album, collected)
    if not chosen & {file.digest for file in files}:
        why = [f"{path}: {reason}." for path, reason in collected.troubles[:1]]
        raise LabelsError(" ".join([f"no photo of the index is in the album {album}.", *why]))
    for file in files:
        collected.add(file, _INSIDE if file.digest in chosen else _OUTSIDE)
    return collected


def _digests_in_folder(files: Iterable[LibraryFile], album: Path, collected: Collected) -> set[str]:
    """Set of the content digests of the photos in an album's folder."""
    known = {file.digest for file in files}
    by_path = {str(file.path): file.digest for file in files if not file.changed}
    chosen = set()
    for found in find_photos([Path(os.path.realpath(album))]):
        if not isinstance(found, PhotoFile):
            if not found.passed_over:
                collected.troubles.append(Trouble(found.path, found.reason))
            continue
        try:
            digest = by_path.get(str(found.path)) or photo_digest(read_photo(found.path))
        except UnreadablePhotoError as error:
            collected.troubles.append(Trouble(found.path, error.reason))
            continue
        chosen.add(digest)
        if digest not in known:
            why = "no photo of the index has this content; a name can be given in a text instead"
            collected.troubles.append(Trouble(found.path, why))
    return chosen


def _digests_in_list(files: Iterable[LibraryFile], album: Path, collected: Collected) -> set[str]:
    """Set of the content digests of the photos that an album's text file lists."""
    by_path: dict[str, LibraryFile] = {}
    by_name: dict[str, list[LibraryFile]] = {}
    for file in files:
        by_path[str(file.path)] = file
        by_name.setdefault(file.path.name, []).append(file)
    chosen = set()
    for line in _lines(album):
        path = os.path.normpath(os.path.join(os.path.abspath(album.parent), line))
        found = by_path.get(path) or by_path.get(os.path.realpath(path))
        named = [found] if found else by_name.get(line, [])
        digests = {file.digest for file in named}
        if not named:
            why = "not in the index"
        elif any(file.changed for file in named):
            why = "changed since it was indexed"
        elif len(digests) > 1:
            why = "several photos have this name"
        else:
            chosen |= digests
            continue
        collected.troubles.append(Trouble(Path(line), why))
    return chosen


def _lines(album: Path) -> list[str]:
    """Photo names or paths in an album's text file, one from each non-empty line."""
    try:
        with open_file(album) as file:
            data = read_whole(file, _MAX_LIST + 1)
    except UnreadablePhotoError as error:
        if not os.path.lexists(album):
            raise MissingPathError(album) from error
        raise LabelsError(f"{album} cannot be read: {error.reason}.") from error
    if len(data) > _MAX_LIST or b"\0" in data:
        raise LabelsError(f"{album} is not a text with a photo a line, in UTF-8.")
    lines = os.fsdecode(data.removeprefix(b"\xef\xbb\xbf")).splitlines()
    return [line.strip() for line in lines if line.strip()]
