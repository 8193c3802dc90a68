"""Measurement of each photo once (sharpness, faces ...), and storage of the results."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from photorank.cores import usable_cores
from photorank.errors import UnreadablePhotoError
from photorank.index.catalogue.connection import adding, reading
from photorank.index.catalogue.file_records import load_roots
from photorank.index.catalogue.rooted_paths import as_path
from photorank.photos.find_photos import SkippedFile
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.workspace import IndexPaths

T = TypeVar("T")


@dataclass(frozen=True)
class Measurement(Generic[T]):
    """Definition of a measurement: functions that measure a photo and store the result."""

    name: str  # of the threads
    known: str  # SQL that selects the numbers of photos that need no measuring
    measure: Callable[[bytes], T]  # a photo file's bytes; raises UnreadablePhotoError
    record: Callable[[sqlite3.Connection, dict[str, T]], None]  # by digest, in a transaction


@dataclass(frozen=True)
class MeasureReport:
    """Result of :func:`measure_photos`: counts of photos, and the skipped files."""

    measured: int  # photos
    known: int  # photos that had been measured before
    skipped: list[SkippedFile]  # of photos of which no file could be used


@dataclass(frozen=True)
class MeasureOptions:
    """Settings of a run of :func:`measure_photos`."""

    workers: int | None = None  # threads, each with a decode worker; default: one a core
    on_progress: Callable[[int, int], None] | None = None  # is told photos done, of how many
    crash_photos: int = 256  # that a crash may cost


DEFAULTS = MeasureOptions()


def measure_photos(
    paths: IndexPaths, measurement: Measurement[T], options: MeasureOptions
) -> MeasureReport:
    """Measure all photos that were not measured before, and return a report.

    A crash loses at most `crash_photos` measurements, an interrupt none, and the next run goes on.
    A photo that cannot be read is skipped and tried again by the next run. Raises StorageError,
    NewerSchemaError or BrokenIndexError, and what `measure` does beside UnreadablePhotoError.
    """
    todo, known = _unmeasured(paths, measurement.known)
    digests = sorted(todo, key=lambda digest: todo[digest])  # folder by folder
    skipped: list[SkippedFile] = []
    done, size = 0, options.crash_photos

    def one(digest: str) -> T | SkippedFile:
        return _measure_photo(measurement.measure, digest, todo[digest])

    with ThreadPoolExecutor(options.workers or usable_cores(), measurement.name) as pool:
        for start in range(0, len(digests), size):
            batch = digests[start : start + size]
            found: dict[str, T] = {}
            waiting = [pool.submit(one, digest) for digest in batch]
            try:
                for digest, future in zip(batch, waiting, strict=True):
                    result = future.result()
                    if isinstance(result, SkippedFile):
                        skipped.append(result)
                    else:
                        found[digest] = result
                    done += 1
                    if options.on_progress is not None:
                        options.on_progress(done, len(digests))
            finally:
                for future in waiting:
                    future.cancel()
                with adding(paths) as connection:  # without photos dropped meanwhile
                    measurement.record(connection, found)
    return MeasureReport(len(digests) - len(skipped), known, skipped)


def _unmeasured(paths: IndexPaths, measured: str) -> tuple[dict[str, list[Path]], int]:
    """Files still to be measured, by photo digest, and the number of photos already measured."""
    files: dict[str, list[Path]] = {}
    with reading(paths) as connection:
        roots = load_roots(connection)
        for digest, *place in connection.execute(
            "SELECT digest, root, path FROM files JOIN photos ON photos.id = photo"  # noqa: S608
            f" WHERE NOT vanished AND photo NOT IN ({measured}) ORDER BY root, path"
        ):
            files.setdefault(digest, []).append(as_path(roots.path(tuple(place))))
        (known,) = connection.execute(
            "SELECT count(DISTINCT photo) FROM files"  # noqa: S608 - names of our own
            f" WHERE NOT vanished AND photo IN ({measured})"
        ).fetchone()
    return files, known


def _measure_photo(
    measure: Callable[[bytes], T], digest: str, files: Sequence[Path]
) -> T | SkippedFile:
    """Measure a photo from one of its unchanged files; return a SkippedFile if none is usable."""
    reasons = []
    for file in files:
        try:
            data = read_photo(file)
            if photo_digest(data) == digest:
                return measure(data)
            reasons.append("changed since it was indexed")
        except UnreadablePhotoError as error:
            reasons.append(error.reason)
    return SkippedFile(files[0], 0, 0, reasons[0])
