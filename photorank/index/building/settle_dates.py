"""Corrections of stored capture dates with an unknown source, or a wrong or missing time zone."""

import sqlite3
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from photorank.errors import UnreadablePhotoError
from photorank.index.building.run_state import Run
from photorank.index.catalogue.rooted_paths import Place, Roots, path_bytes
from photorank.index.catalogue.transactions import transaction
from photorank.photos.find_photos import PhotoFile
from photorank.photos.isolated_metadata import shot
from photorank.photos.metadata.choose_capture_date import capture_date
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.settle_zones import DatedPhoto, is_unsettled, zone_changes

_AT_ONCE = 1024  # dates recorded in one transaction, which a crash may cost


class UnsourcedPhoto(NamedTuple):
    """Photo with a stored capture date of unknown source, and a file to read the date from again.

    Older versions recorded no source.
    """

    number: int  # in the catalogue
    file: PhotoFile  # one of its own


def unsourced_photos(run: Run, roots: Roots, usable: Collection[Place]) -> list[UnsourcedPhoto]:
    """Photos whose capture date has no recorded source (such as EXIF), each with one file."""
    rows = run.connection.execute(
        "SELECT photo, root, path FROM files JOIN photos ON id = photo WHERE taken_from IS NULL"
    ).fetchall()
    numbers = {(root, path): number for number, root, path in rows}
    if not numbers:
        return []
    found: dict[int, PhotoFile] = {}
    places = {place: numbers[place] for place in usable if place in numbers}
    for file in run.files:
        place = roots.place(path_bytes(file.path))
        if place in places and isinstance(file, PhotoFile):
            found.setdefault(places[place], file)
    return [UnsourcedPhoto(*one) for one in found.items()]


def reread_dates(run: Run, photos: list[UnsourcedPhoto]) -> None:
    """Read photos' capture dates again from their files, and store them in the catalogue."""
    names, told = FolderNames(), run.request.on_progress

    def dated(photo: UnsourcedPhoto) -> tuple[str | None, str, str | None, int] | None:
        mtime_ns = photo.file.mtime_ns if run.request.file_times else None
        try:
            stamps, camera = shot(photo.file.path)
        except UnreadablePhotoError:  # the disk's trouble: the next run tries again
            return None
        date = capture_date(stamps, photo.file.path, names, mtime_ns=mtime_ns)
        return date.taken, date.source or "", camera, photo.number

    with ThreadPoolExecutor(run.workers, thread_name_prefix="photorank-dates") as pool:
        for start in range(0, len(photos), _AT_ONCE):
            batch = [date for date in pool.map(dated, photos[start : start + _AT_ONCE]) if date]
            with transaction(run.connection):
                run.connection.executemany(
                    "UPDATE photos SET taken = ?, taken_from = ?, camera = ? WHERE id = ?", batch
                )
            if told:
                told(min(start + _AT_ONCE, len(photos)), len(photos))


def settle_dates(connection: sqlite3.Connection) -> None:
    """Correct missing and doubtful time zones of capture times with the help of other photos."""
    sources = connection.execute(
        "SELECT DISTINCT taken_from FROM photos WHERE taken_from IS NOT NULL"
    ).fetchall()  # none may stay open: the next transaction could not install its triggers
    if not any(is_unsettled(source) for (source,) in sources):
        return
    rows = connection.execute(
        "SELECT id, taken, coalesce(taken_from, ''), camera FROM photos WHERE taken IS NOT NULL"
    ).fetchall()
    changed = zone_changes([DatedPhoto(*photo) for _, *photo in rows])
    with transaction(connection):
        connection.executemany(
            "UPDATE photos SET taken = ?, taken_from = ? WHERE id = ?",
            [(*dated, rows[at][0]) for at, dated in changed],
        )
