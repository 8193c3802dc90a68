"""Technical signals of an index's photos, each measured once and kept in the catalogue."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from photorank.errors import UnreadablePhotoError
from photorank.index.building.decode_ahead import usable_cores
from photorank.index.catalogue.connection import adding, reading
from photorank.index.catalogue.file_records import load_roots, record_signals
from photorank.index.catalogue.rooted_paths import as_path
from photorank.photos.decode_pool import signals_isolated
from photorank.photos.files import SkippedFile
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.workspace import IndexPaths


@dataclass(frozen=True)
class SignalsReport:
    """Counts and skipped files of a run of :func:`measure_signals`."""

    measured: int  # photos
    known: int  # photos that had been measured before
    skipped: list[SkippedFile]  # of photos of which no file could be used


def measure_signals(
    paths: IndexPaths,
    *,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    crash_photos: int = 256,
) -> SignalsReport:
    """Measure the photos without signals, beside other writers.

    A crash loses at most `crash_photos` measurements, and the next run goes on. A photo that
    cannot be read is skipped and tried again by the next run. `on_progress` gets the numbers
    of photos done and to do. Raises StorageError, NewerSchemaError or BrokenIndexError.
    """
    todo, known = _unmeasured(paths)
    digests = sorted(todo, key=lambda digest: todo[digest])  # folder by folder
    skipped: list[SkippedFile] = []
    done = 0
    with ThreadPoolExecutor(workers or usable_cores(), "photorank-signals") as pool:
        for start in range(0, len(digests), crash_photos):
            batch = digests[start : start + crash_photos]
            found: dict[str, dict[str, float]] = {}
            measured = pool.map(_measured, batch, [todo[digest] for digest in batch])
            for digest, result in zip(batch, measured, strict=True):
                if isinstance(result, SkippedFile):
                    skipped.append(result)
                else:
                    found[digest] = result
                done += 1
                if on_progress is not None:
                    on_progress(done, len(digests))
            with adding(paths) as connection:  # without photos dropped meanwhile
                record_signals(connection, found)
    return SignalsReport(len(digests) - len(skipped), known, skipped)


def _unmeasured(paths: IndexPaths) -> tuple[dict[str, list[Path]], int]:
    """Files of each photo without signals, by photo digest, and the number of measured photos."""
    files: dict[str, list[Path]] = {}
    with reading(paths) as connection:
        roots = load_roots(connection)
        for digest, *place in connection.execute(
            "SELECT digest, root, path FROM files JOIN photos ON photos.id = photo"
            " WHERE NOT vanished AND photo NOT IN (SELECT photo FROM signals) ORDER BY root, path"
        ):
            files.setdefault(digest, []).append(as_path(roots.path(tuple(place))))
        (known,) = connection.execute(
            "SELECT count(*) FROM signals WHERE photo IN (SELECT photo FROM files"
            " WHERE NOT vanished)"
        ).fetchone()
    return files, known


def _measured(digest: str, files: Sequence[Path]) -> dict[str, float] | SkippedFile:
    """Signals of the photo, from its first file that still has the photo's content."""
    reasons = []
    for file in files:
        try:
            data = read_photo(file)
            if photo_digest(data) == digest:
                return signals_isolated(data)
            reasons.append("changed since it was indexed")
        except UnreadablePhotoError as error:
            reasons.append(error.reason)
    return SkippedFile(files[0], 0, 0, reasons[0])
