"""Bring an index up to date with its photos: what is new, changed, renamed or gone."""

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from photorank.encoders import load_encoder
from photorank.encoders.runtimes import Runtime, Switchable
from photorank.errors import NoPhotosError
from photorank.index.building.batches import Batches
from photorank.index.building.choose_runtime import adopt_runtime
from photorank.index.building.decode_ahead import (
    LazyEncoder,
    batch_size_for,
    open_photos,
    usable_cores,
)
from photorank.index.building.encoder_identity import (
    Loader,
    load_own,
    new_manifest,
    refuse_another,
    stored_manifest,
)
from photorank.index.building.picture_hashes import keep_hashes
from photorank.index.building.ray_cluster import Cluster, Job, embed_on_cluster
from photorank.index.building.scan import Scan, compare, reading_software
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.file_records import (
    KnownFile,
    KnownSkip,
    add_roots,
    count_photos,
    known_digests,
    known_files,
    known_skips,
    load_roots,
    record_findings,
)
from photorank.index.catalogue.rooted_paths import Place, Roots
from photorank.index.maintenance.compaction import compact, drop_vanished, sweep
from photorank.index.manifest import write_manifest
from photorank.photos.files import SkippedFile, find_photos
from photorank.workspace import Workspace


@dataclass(frozen=True)
class BuildReport:
    """What an indexing run found under its paths; photos are counted by content."""

    index: str
    added: int  # photos that were not in the index before
    unchanged: int  # photos that were, under this name or another
    vanished: int  # photos whose last file is gone
    skipped: list[SkippedFile]  # files that cannot be used, sorted by path


def build_index(
    paths: Sequence[Path],
    name: str,
    *,
    workspace: Workspace,
    encoder_spec: str | None = None,
    framing: str | None = None,
    exclude: Sequence[str] = (),
    device: str = "auto",
    runtime: Runtime = "auto",
    workers: int | None = None,
    batch_size: int | None = None,
    prune: bool = False,
    cluster: Cluster | None = None,
    load: Loader = load_encoder,
    on_progress: Callable[[int, int], None] | None = None,
) -> BuildReport:
    """Embed the photos under some paths that an index does not have yet.

    Files that are as they were (path, size, time of change) are not opened. A
    renamed or copied file keeps its embedding, a changed one is embedded anew. A
    photo whose files are gone, or excluded now, is marked and no longer shown;
    should it come back, nothing is lost. Paths that are not named stay as they are.
    Killed at any moment, the next run goes on, with at most 1,024 photos or half a
    minute of work to do again.

    Parameters
    ----------
    paths : sequence of Path
        Folders, searched with all their subfolders, and single files.
    name : str
        The index, made if there is none.
    workspace : Workspace
        Where indexes are.
    encoder_spec, framing : str, optional
        Default: the index's own; for a new one `DEFAULT_ENCODER` and its framing.
    exclude : sequence of str
        Shell patterns of names and of paths to pass over.
    device : str, default="auto"
        Where the encoder runs.
    runtime : {"auto", "torch", "openvino", "openvino-int8"}
        What runs it: ``auto`` takes the fastest that is installed and agrees with
        torch in full precision, measured on some of the photos; a few hundred are
        embedded before that would pay. ``openvino-int8`` is refused where it does
        not agree.
    workers : int, optional
        Processes that decode photos. Default: one a core.
    batch_size : int, optional
        Photos that the encoder takes at a time. Default: 16 a core, 32 to 256.
    prune : bool, default=False
        Drop the vanished photos under the paths, and embeddings that no file needs
        any more. People's judgements are kept, and count again should a photo
        return.
    cluster : Cluster, optional
        Whose workers open and embed the photos. `device`, `runtime`, `workers` and
        `batch_size` are then those of each worker, and `load` can be pickled.
    load : callable, default=load_encoder
        Makes the encoder.
    on_progress : callable, optional
        Called with the number of files done and of all that have to be opened.

    Raises
    ------
    MissingPathError, NoPhotosError
        If there is nothing to index; a new index is then not made.
    IndexMismatchError
        If the index was made with another encoder or framing.
    EncoderError, MissingExtraError, MissingWeightsError
        If the encoder or the runtime cannot be had.
    ClusterError
        If the cluster cannot be reached or fails.
    LockedIndexError
        If another process is writing to the index.
    StorageError
        If the disk is full, read-only or gone; what was durable before stays.
    NewerSchemaError, BrokenIndexError
        If the index cannot be used by this photorank.
    """
    index = workspace.index(name)
    named = [_real(Path(path)) for path in paths]
    with writing(index) as connection:
        stored = stored_manifest(index, connection)
        if stored is not None:
            refuse_another(name, stored, encoder_spec, framing)
        files = list(find_photos(named, exclude))
        unusable = [file for file in files if isinstance(file, SkippedFile)]
        if len(unusable) == len(files):
            raise NoPhotosError(paths, _named_reasons(unusable))
        loader = partial(load_own, load, name, stored, encoder_spec, framing)
        encoder = LazyEncoder(partial(loader, "cpu" if cluster else device))
        manifest = stored or new_manifest(encoder())
        manifest = replace(manifest, roots=_united(manifest.roots, named))

        sweep(connection, index)
        roots = add_roots(connection, [_folder(path) for path in named])
        before, reader = known_files(connection), reading_software()
        scan = compare(files, named, roots, before, known_skips(connection), reader)
        batches = Batches(
            connection,
            index,
            manifest,
            encoder,
            batch_size=batch_size or batch_size_for(usable_cores()),
            reader=reader,
            known=known_digests(connection) if scan.todo else set(),
            begins=stored is None,
        )
        if cluster:
            loader = partial(load_own, load, name, manifest, encoder_spec, framing)
            job = Job(loader, device, runtime, batch_size, workers)
            used = embed_on_cluster(cluster, job, batches, scan.todo, on_progress)
        else:
            used = _embed_here(batches, scan, runtime, workers or usable_cores(), on_progress)

        skips = scan.skipped | batches.skipped
        usable = [place for place in scan.found if place not in skips]
        if not usable:
            unusable = _skipped_files(skips, load_roots(connection))
            raise NoPhotosError(paths, _named_reasons(unusable))
        if batches.hashes:
            keep_hashes(index, batches.hashes)
        if any(scan.findings):
            record_findings(connection, scan.findings)
        changed = bool(scan.todo or any(scan.findings) or prune)
        after = known_files(connection) if changed else before
        if prune:
            drop_vanished(connection, index, roots.places(named))
        if changed:
            compact(connection, index, manifest.dimensions)
            sweep(connection, index)  # what compaction left
        manifest = replace(
            manifest, photos=count_photos(connection), runtime=used or manifest.runtime
        )
        if changed or manifest != stored:
            write_manifest(index, manifest)

    here = {after[place].photo for place in usable}
    shown = _shown(before)
    gone = {before[place].photo for place in scan.findings.gone if place not in skips}
    return BuildReport(
        index=name,
        added=len(here - shown),
        unchanged=len(here & shown),
        vanished=len(gone - _shown(after)),
        skipped=_skipped_files(skips, roots),
    )


def _embed_here(
    batches: Batches,
    scan: Scan,
    runtime: Runtime,
    workers: int,
    on_progress: Callable[[int, int], None] | None,
) -> str:
    """Open, encode and record what is new or changed; return what computed."""
    encoder = batches.encoder
    adopt_runtime(runtime, scan.todo, encoder, batches.known, workers=workers)
    ahead = 2 * batches.batch_size + workers
    opened = open_photos(scan.todo, encoder, batches.known, workers=workers, ahead=ahead)
    with closing(opened):  # no thread outlives an error
        for done, photo in enumerate(opened, start=1):
            batches.take(photo)
            if on_progress:
                on_progress(done, len(scan.todo))
    batches.write()
    return encoder.loaded.runtime if isinstance(encoder.loaded, Switchable) else ""


def _real(path: Path) -> Path:
    """Return a folder's real path, so that it is one root under all its names."""
    if path.is_dir():
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent), path.name)


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _united(roots: tuple[str, ...], named: Sequence[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*roots, *(str(_folder(path)) for path in named)]))


def _shown(files: dict[Place, KnownFile]) -> set[int]:
    return {file.photo for file in files.values() if not file.vanished}


def _named_reasons(files: Sequence[SkippedFile]) -> list[str]:
    """Return why each file cannot be used, with its name."""
    return [f"{file.path.name}: {file.reason}" for file in files]


def _skipped_files(skips: dict[Place, KnownSkip], roots: Roots) -> list[SkippedFile]:
    paths = {place: Path(os.fsdecode(roots.path(place))) for place in skips}
    return [
        SkippedFile(paths[place], skip.size, skip.mtime_ns, skip.reason)
        for place, skip in sorted(skips.items(), key=lambda item: paths[item[0]])
    ]
