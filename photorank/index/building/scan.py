"""Compare the files under some folders with the catalogue: what has to be opened, what is gone."""

import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from photorank.index.catalogue.file_records import Findings, KnownFile, KnownSkip
from photorank.index.catalogue.rooted_paths import Place, Roots, lies_under, path_bytes
from photorank.photos.files import PhotoFile, SkippedFile


@dataclass
class Scan:
    """The files that a run found, sorted by what is to be done with them."""

    todo: list[tuple[Place, PhotoFile]] = field(default_factory=list)  # new or changed
    found: list[Place] = field(default_factory=list)  # all that could be photos
    skipped: dict[Place, KnownSkip] = field(default_factory=dict)  # new and remembered
    findings: Findings = field(default_factory=lambda: Findings([], [], {}, []))


def compare(
    files: Iterable[PhotoFile | SkippedFile],
    scope: Iterable[Path],
    roots: Roots,
    known: dict[Place, KnownFile],
    known_skips: dict[Place, KnownSkip],
    reader: str,
) -> Scan:
    """Sort what was found under the paths in `scope`; no file is opened.

    A file that is still as it was needs nothing, one that could not be read is left
    alone while neither it nor `reader` has changed. A file is gone if it lies in the
    scope and was not found, unless the folder it lies in could not be read.
    """
    scan = Scan()
    unreadable: set[Place] = set()
    seen: set[Place] = set()
    for file in files:
        place = roots.place(path_bytes(file.path))
        if place is None:
            raise ValueError(f"{file.path} lies under no root")  # the caller adds all roots
        seen.add(place)
        before, skip = known.get(place), known_skips.get(place)
        if before and (before.size, before.mtime_ns) == (file.size, file.mtime_ns):
            scan.found.append(place)
            if before.vanished:
                scan.findings.back.append(place)
        elif isinstance(file, SkippedFile):
            if not file.mtime_ns:
                unreadable.add(place)
            elif before and not before.vanished:
                scan.findings.gone.append(place)
            scan.skipped[place] = KnownSkip(file.size, file.mtime_ns, file.reason, None)
            if scan.skipped[place] != skip:
                scan.findings.skips[place] = scan.skipped[place]
        else:
            scan.found.append(place)
            if skip and skip.reader == reader and skip[:2] == (file.size, file.mtime_ns):
                scan.skipped[place] = skip
            else:
                scan.todo.append((place, file))

    folders = roots.places(scope)
    for place, before in known.items():
        if before.vanished or place in seen or not lies_under(place, folders):
            continue
        if not lies_under(place, unreadable):
            scan.findings.gone.append(place)
    waiting = {place for place, _ in scan.todo}
    scan.findings.usable_again.extend(
        place
        for place in known_skips
        if place not in scan.skipped and place not in waiting and lies_under(place, folders)
    )
    return scan


def reading_software() -> str:
    """Return the versions of all that decodes photos; a new one may read what an old could not."""
    return " ".join(f"{name} {_version(name)}" for name in ("photorank", "pillow", "pillow-heif"))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "-"
