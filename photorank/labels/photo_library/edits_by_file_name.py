"""Edited or exported photos, recognised by file names and neighbouring files."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from photorank.labels.photo_library.collected_judgements import Collected, Judgement, LibraryFile
from photorank.photos.metadata.capture_seconds import local_clock
from photorank.photos.suffixes import shot_stem

_EDITED, _PLAIN = Judgement(1, "edited"), Judgement(0, "not edited")

# Google's mark is in the language of the account; Lightroom counts its own: IMG_1-Edit-2. What is
# denoised is called IMG_1-Enhanced-NR by Lightroom, IMG_1_DxO_DeepPRIME by PhotoLab.
_MARK = re.compile(
    r"[-_ ]\(?(?:edited|edit|bearbeitet|modifié|editado|modificato|bewerkt|編集済み"
    r"|enhanced(?:-nr|-sr|-rd)*|dxo(?:[-_ ]deepprime(?:[-_ ]?xd\d?s?)?)?)\)?"
    r"(?:[-_ ]?\d{1,2})?(?=(?:\(\d+\))?$)",
    re.IGNORECASE,
)
_COPY = re.compile(r" ?\(\d{1,2}\)$")  # mark of a repeated download: IMG_1 (1)
_APPLE = re.compile(r"^(img_)e(\d{4,}.*)$", re.IGNORECASE)  # IMG_E1234 is IMG_1234, edited


class _StrippedName(NamedTuple):
    """File name stripped of an edit mark such as ``-edited``, and whether a mark was found.

    `edited` says whether there was a mark.
    """

    original: str  # without marks of an edit, in small letters
    edited: bool  # whether there was a mark


def collect_edited(files: Sequence[LibraryFile], raws: Iterable[Path]) -> Collected:
    """Judgements of all photos in a library: score 1 if edited or exported, else 0.

    A photo and its twin are one shot and have one label. It is edited if

    - its name bears a mark: ``IMG_1-edited``, ``IMG_1_edit``, ``IMG_1-Edit-2``,
      ``IMG_E1234``; the photo of that name without the mark, in the same folder, has
      the same label;
    - a RAW file of its name lies in the folder above, or in one beside its own, as
      where exports are put. One in its own folder is none, for cameras write both. Nor
      is one where the two folders hold the very same names: these are the camera's
      pairs sorted by kind, or everything was exported, and nothing was chosen;
    - another photo of its name has the same capture time and other content, in
      another folder.
    """
    names = [_name(file.path) for file in files]
    marked = {
        (file.path.parent, name.original)
        for file, name in zip(files, names, strict=True)
        if name.edited
    }
    raw_shots: dict[str, set[Path]] = defaultdict(set)  # folders of RAW files by name
    raw_names: dict[Path, set[str]] = defaultdict(set)
    for raw in raws:
        raw_shots[raw.stem.lower()].add(raw.parent)
        raw_names[raw.parent].add(raw.stem.lower())
    photo_names: dict[Path, set[str]] = defaultdict(set)
    for file, name in zip(files, names, strict=True):
        photo_names[file.path.parent].add(name.original)
    twins: dict[tuple[str, str], set[tuple[Path, str]]] = defaultdict(set)
    for file, name in zip(files, names, strict=True):
        if file.taken:
            twins[name.original, local_clock(file.taken)].add((file.path.parent, file.digest))

    collected = Collected()
    for file, name in zip(files, names, strict=True):
        folder = file.path.parent
        edited = (
            (folder, name.original) in marked
            or any(
                _exports_to(raw, folder) and raw_names[raw] != photo_names[folder]
                for raw in raw_shots.get(name.original, ())
                if folder not in raw_shots[name.original]  # else it is the camera's own pair
            )
            or any(
                other != folder and digest != file.digest
                for other, digest in twins[name.original, local_clock(file.taken or "")]
            )
        )
        collected.add(file, _EDITED if edited else _PLAIN)
    return collected


def versions(files: Sequence[LibraryFile]) -> list[list[int]]:
    """Lists of positions in `files`: one list per photo with several versions, edited ones first.

    Photos with a single file are left out.

    Two files are, if one bears the mark of an edit and the other is the photo of that
    name without it in the same folder, or if they have one name and one capture time: in
    two folders, as files of two kinds in one, or as ``IMG_1`` and ``IMG_1 (1)``. None are
    of which capture times or cameras are known to differ: cameras count anew.
    """
    names = [_name(file.path) for file in files]
    places: dict[tuple[str, str], list[int]] = defaultdict(list)  # folders as text: it is quicker
    shots: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (file, name) in enumerate(zip(files, names, strict=True)):
        places[os.path.dirname(file.path), name.original].append(number)
        if file.taken:
            shots[name.original, local_clock(file.taken)].append(number)
    for (original, taken), numbers in list(shots.items()):
        if (plain := _COPY.sub("", original)) != original and (plain, taken) in shots:
            shots[plain, taken] += numbers
    taken_at = [file.taken and local_clock(file.taken) for file in files]
    cameras = [file.camera for file in files]
    together = []
    for numbers in places.values():
        if len(numbers) > 1 and any(names[number].edited for number in numbers):
            for shot in _grouped_by_value(numbers, taken_at):
                together += _grouped_by_value(shot, cameras)
    for numbers in shots.values():
        if len(numbers) > 1:
            together += _grouped_by_value(numbers, cameras)
    return [
        sorted(numbers, key=lambda number: not names[number].edited)
        for numbers in _merged(together)
    ]


def shot_name(path: Path) -> str:
    """File name without edit marks, which all versions of a photo have in common.

    Examples
    --------
    >>> shot_name(Path("IMG_1_DxO.jpg")), shot_name(Path("img_1.CR2"))
    ('img_1', 'img_1')
    >>> shot_name(Path("PXL_1.PORTRAIT-02.ORIGINAL.jpg"))
    'pxl_1'
    """
    return _name(path).original


def _grouped_by_value(numbers: Sequence[int], told: Sequence[str | None]) -> list[list[int]]:
    """Positions of files in a list, grouped by a property of the files, such as the camera.

    They stay a single group if fewer than two values are known.

    Files of unknown value are in none of several groups.
    """
    known = {told[number] for number in numbers} - {None}
    if len(known) < 2:
        return [list(numbers)]
    return [[number for number in numbers if told[number] == one] for one in known]


def _merged(groups: Iterable[Sequence[int]]) -> list[list[int]]:
    """Groups of two or more file numbers, after merging all groups that share a number."""
    part_of: dict[int, list[int]] = {}  # the same list for all that are together
    for group in groups:
        own = [part_of.setdefault(number, [number]) for number in group]
        longest = max(own, key=len)
        for part in {id(part): part for part in own if part is not longest}.values():
            longest += part
            part_of |= dict.fromkeys(part, longest)
    parts = {id(part): sorted(part) for part in part_of.values() if len(part) > 1}
    return sorted(parts.values())


def _name(path: Path) -> _StrippedName:
    stem = shot_stem(path.name)
    plain = _APPLE.sub(r"\1\2", _MARK.sub("", stem))
    return _StrippedName(plain or stem, plain != stem)


def _exports_to(raws: Path, folder: Path) -> bool:
    """True if a folder is inside or next to a folder of RAW files, a usual place for exports."""
    return folder.parent in (raws, raws.parent)
