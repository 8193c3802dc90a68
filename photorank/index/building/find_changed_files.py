"""Scan of photo folders that classifies files as new, changed, unchanged or gone."""

from collections.abc import Collection
from dataclasses import dataclass, field

from photorank.index.building.run_state import Run, folder_of
from photorank.index.catalogue.file_records import (
    Findings,
    KnownFile,
    KnownSkip,
    add_roots,
    known_files,
    known_skips,
)
from photorank.index.catalogue.rooted_paths import Place, Roots, lies_under, path_bytes
from photorank.photos.find_photos import PhotoFile, SkippedFile, Stamp


@dataclass
class Scan:
    """Result of a scan: files to read, files to skip, and files that are gone or restored."""

    roots: Roots
    before: dict[Place, KnownFile]  # files as the catalogue had them
    skipped_before: dict[Place, KnownSkip]
    todo: list[tuple[Place, PhotoFile]] = field(default_factory=list)  # new or changed
    doubtful: list[tuple[Place, PhotoFile]] = field(default_factory=list)  # to be read: maybe so
    found: list[Place] = field(default_factory=list)  # all that could be photos
    skipped: dict[Place, KnownSkip] = field(default_factory=dict)  # new and remembered
    findings: Findings = field(default_factory=lambda: Findings([], [], {}, [], {}))


def scan_files(run: Run) -> Scan:
    """Files under the requested paths, grouped as new, changed, unchanged or gone; none is opened.

    A file that is as it was needs nothing; where only its change time or inode differ, or contents
    are to be verified, it is doubtful. One that could not be read is tried again only when it or
    the reading software has changed. A file is gone if it lies under the paths and was not found,
    unless its folder could not be read.
    """
    roots = add_roots(run.connection, map(folder_of, run.named))
    scan = Scan(roots, known_files(run.connection), known_skips(run.connection))
    places = {}
    for file in run.files:
        place = roots.place(path_bytes(file.path))
        if place is None:
            raise ValueError(f"{file.path} lies under no root")  # which were added for all
        places[place] = file
        _classify(scan, place, file, run)
    unreadable = {
        place
        for place, file in places.items()
        if isinstance(file, SkippedFile) and not file.mtime_ns and not file.passed_over
    }
    _find_gone(scan, places, roots.places(run.named), unreadable)
    return scan


def _classify(scan: Scan, place: Place, file: PhotoFile | SkippedFile, run: Run) -> None:
    """Classify one file as new, possibly changed, unchanged or skipped, and add it to the scan."""
    before, skip = scan.before.get(place), scan.skipped_before.get(place)
    passed_over = isinstance(file, SkippedFile) and file.passed_over
    alike = before and not passed_over and before.stamp[:2] == file.stamp[:2]
    if before and alike and isinstance(file, PhotoFile) and _is_doubtful(before.stamp, file, run):
        scan.found.append(place)
        scan.doubtful.append((place, file))
    elif before and alike:
        scan.found.append(place)
        if before.vanished:
            scan.findings.back.append(place)
        if None in before.stamp:
            scan.findings.stamps[place] = file.stamp
    elif isinstance(file, SkippedFile):
        scan.skipped[place] = KnownSkip(file.stamp, file.reason, None)
        if scan.skipped[place] != skip:
            scan.findings.skips[place] = scan.skipped[place]
        if (file.mtime_ns or passed_over) and before and not before.vanished:
            scan.findings.gone.append(place)
    else:
        scan.found.append(place)
        remembered = skip and skip.reader == run.reader and skip.stamp.agrees(file.stamp)
        if skip and remembered and not run.request.verify:
            scan.skipped[place] = skip
        else:
            scan.todo.append((place, file))


def _is_doubtful(before: Stamp, file: PhotoFile, run: Run) -> bool:
    """True if a file's content may have changed although its size and modification time match."""
    if run.request.verify or not before.agrees(file.stamp):
        return True
    # An older photorank kept no change time; it wrote the manifest when it had read the file.
    return before.ctime_ns is None and (file.ctime_ns or 0) > run.stored_ns


def _find_gone(
    scan: Scan, seen: Collection[Place], scope: set[Place], unreadable: set[Place]
) -> None:
    """Find files that vanished or are no longer skipped; add them to the scan's findings."""
    scan.findings.gone.extend(
        place
        for place, before in scan.before.items()
        if not before.vanished
        and place not in seen
        and lies_under(place, scope)
        and not lies_under(place, unreadable)
    )
    read = {place for place, _ in scan.todo + scan.doubtful}
    settled = scan.skipped_before.keys() - scan.skipped.keys() - read
    scan.findings.usable_again.extend(place for place in settled if lies_under(place, scope))
