"""Indexing run that brings an index up to date with its photo folders."""

from dataclasses import dataclass, replace

from photorank.heap import keep_memory
from photorank.index.building.decode_ahead import Opener
from photorank.index.building.find_changed_files import Scan, scan_files
from photorank.index.building.picture_hashes import keep_codes
from photorank.index.building.precision_of_index import with_precision
from photorank.index.building.ray_cluster import embed_on_cluster
from photorank.index.building.record_batches import Batches
from photorank.index.building.request import BuildRequest
from photorank.index.building.run_state import Run, begin_run, no_photos_error
from photorank.index.building.settle_dates import reread_dates, settle_dates, unsourced_photos
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.file_records import (
    KnownFile,
    KnownSkip,
    count_photos,
    known_digests,
    known_files,
    record_findings,
)
from photorank.index.catalogue.kept_manifest import keep_manifest
from photorank.index.catalogue.rooted_paths import Place, Roots, as_path
from photorank.index.maintenance.compaction import compact, drop_vanished
from photorank.index.maintenance.leftover_files import remove_leftovers
from photorank.photos.find_photos import SkippedFile
from photorank.workspace import IndexPaths


@dataclass(frozen=True)
class BuildReport:
    """Report of an indexing run: skipped files, and counts of new, unchanged and vanished photos.

    Files of equal content count as one photo.
    """

    index: str
    added: int  # photos that were not in the index before
    unchanged: int  # photos that were, under this name or another
    vanished: int  # photos whose last file is gone
    skipped: list[SkippedFile]  # files that cannot be used, sorted by path
    passed_over: list[SkippedFile]  # files that are no photos, sorted by path


def build_index(index: IndexPaths, request: BuildRequest) -> BuildReport:
    """Bring an index up to date with the photos under the given paths; return a report.

    Files that are as they were (path, size, times, inode) are not opened, unless contents are to
    be verified; but where an older photorank kept no source of a photo's date, its metadata is read
    again, once. A renamed or copied file keeps its embedding, a changed one is embedded anew. A
    photo whose files are gone or excluded is marked and not shown; should it come back, nothing is
    lost. Other paths stay as they are. Killed at any moment, the next run goes on, with at most
    1,024 photos or half a minute of work to do again.

    Parameters
    ----------
    index : IndexPaths
        The index, made if there is none.
    request : BuildRequest
        Which photos, and how.

    Raises
    ------
    MissingPathError, NoPhotosError
        If there is nothing to index; a new index is then not made.
    IndexMismatchError
        If the index was made with another encoder or framing.
    EncoderError, MissingExtraError, MissingWeightsError
        If the encoder or the runtime cannot be had.
    FaceModelsError
        If faces are asked for and cannot be looked for, or their models are damaged.
    ClusterError
        If the cluster cannot be reached or fails.
    LockedIndexError, StorageError
        If another process is writing, or the disk is full, read-only or gone.
    NewerSchemaError, BrokenIndexError
        If the index cannot be used by this photorank.
    """
    with writing(index) as connection:
        run = begin_run(index, connection, request)
        remove_leftovers(connection, index)
        scan = scan_files(run)
        to_read = bool(scan.todo or scan.doubtful)
        batches = Batches(run, known_digests(connection) if to_read else set())
        runtime = embed(batches, scan) if to_read else ""

        skips = scan.skipped | batches.skipped
        usable = [place for place in scan.found if place not in skips]
        if not usable:
            raise no_photos_error(request, _skipped_files(skips, scan.roots))
        to_date = unsourced_photos(run, scan.roots, usable)
        changed = bool(to_read or any(scan.findings) or request.prune or to_date)
        if changed:
            reread_dates(run, to_date)
            keep_codes(index, batches.codes)
            _finish_run(run, scan)
        after = known_files(connection) if changed else scan.before
        manifest = replace(
            batches.run.manifest,
            photos=count_photos(connection),
            runtime=runtime or run.manifest.runtime,
        )
        if changed or manifest != run.stored or not index.manifest.exists():
            keep_manifest(connection, index, manifest)

    here, shown = {after[place].photo for place in usable}, _shown(scan.before)
    gone = {scan.before[place].photo for place in scan.findings.gone if place not in skips}
    others = _skipped_files(skips, scan.roots)
    return BuildReport(
        index=index.name,
        added=len(here - shown),
        unchanged=len(here & shown),
        vanished=len(gone - _shown(after)),
        skipped=[file for file in others if not file.passed_over],
        passed_over=[file for file in others if file.passed_over],
    )


def embed(batches: Batches, scan: Scan) -> str:
    """Embed and record new and changed files; return the name of the inference runtime used."""
    keep_memory()
    run, todo = batches.run, scan.todo + scan.doubtful
    opener = Opener(run.encoder, batches.known, faces=run.faces)
    if scan.todo:
        run = batches.run = replace(run, manifest=with_precision(run, scan.todo, opener))
    if cluster := run.request.cluster:
        return embed_on_cluster(cluster, batches, todo)
    ahead = 2 * run.batch_size + run.workers
    batches.take_all(opener.ahead(todo, workers=run.workers, most=ahead), len(todo))
    return run.encoder.runtime


def _finish_run(run: Run, scan: Scan) -> None:
    """Finish an indexing run: record file changes, correct time zones, merge small shards.

    With `prune` in the request, the records of vanished files are deleted.
    """
    record_findings(run.connection, scan.findings)
    if run.request.prune:
        drop_vanished(run.connection, run.index, scan.roots.places(run.named))
    settle_dates(run.connection)
    compact(run.connection, run.index, run.manifest.dimensions)
    remove_leftovers(run.connection, run.index)  # what compaction left


def _shown(files: dict[Place, KnownFile]) -> set[int]:
    return {file.photo for file in files.values() if not file.vanished}


def _skipped_files(skips: dict[Place, KnownSkip], roots: Roots) -> list[SkippedFile]:
    files = [skip.file(as_path(roots.path(place))) for place, skip in skips.items()]
    return sorted(files, key=lambda file: file.path)
