"""Bring an index up to date with its photos: what is new, changed, renamed or gone."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from photorank.encoders import load_encoder
from photorank.encoders.base import Encoder
from photorank.encoders.runtimes import Runtime, Switchable
from photorank.errors import IndexMismatchError, NoPhotosError
from photorank.index.batches import Batches
from photorank.index.catalogue import writing
from photorank.index.ledger import (
    KnownFile,
    KnownSkip,
    add_roots,
    count_photos,
    has_photos,
    known_digests,
    known_files,
    known_skips,
    load_roots,
    record_findings,
)
from photorank.index.manifest import Manifest, read_manifest, write_manifest
from photorank.index.pipeline import LazyEncoder, open_photos, usable_cores
from photorank.index.places import Place, Roots
from photorank.index.runtime import adopt_runtime
from photorank.index.scan import Scan, compare, reading_software
from photorank.index.upkeep import compact, drop_vanished, sweep
from photorank.photos.files import SkippedFile, find_photos
from photorank.workspace import IndexPaths, Workspace

DEFAULT_ENCODER = "open_clip:ViT-L-14-quickgelu/openai"
_PHOTOS_A_CORE = 16  # of a batch: two rounds for every worker
_BATCH_SIZES = (32, 256)  # the least keeps a GPU busy, the most fits in a few hundred megabytes


class Loader(Protocol):
    """Something that makes an encoder as :func:`photorank.encoders.load_encoder` does."""

    def __call__(self, spec: str, *, framing: str | None = None, device: str = "auto") -> Encoder:
        """Return the encoder."""


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
        Threads that decode photos. Default: one a core.
    batch_size : int, optional
        Photos that the encoder takes at a time. Default: 16 a core, 32 to 256.
    prune : bool, default=False
        Drop the vanished photos under the paths, and embeddings that no file needs
        any more. People's judgements are kept, and count again should a photo
        return.
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
        stored = _stored_manifest(index, connection)
        if stored is not None:
            _refuse_another(name, stored, encoder_spec, framing)
        files = list(find_photos(named, exclude))
        unusable = [file for file in files if isinstance(file, SkippedFile)]
        if len(unusable) == len(files):
            raise NoPhotosError(paths, _named_reasons(unusable))
        encoder = LazyEncoder(partial(_load, load, name, stored, encoder_spec, framing, device))
        manifest = stored or _new_manifest(encoder())
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
        workers = workers or usable_cores()
        adopt_runtime(runtime, scan.todo, encoder, batches.known, workers=workers)
        _embed(batches, scan, workers, on_progress)

        skips = scan.skipped | batches.skipped
        usable = [place for place in scan.found if place not in skips]
        if not usable:
            unusable = _skipped_files(skips, load_roots(connection))
            raise NoPhotosError(paths, _named_reasons(unusable))
        if any(scan.findings):
            record_findings(connection, scan.findings)
        changed = bool(scan.todo or any(scan.findings) or prune)
        after = known_files(connection) if changed else before
        if prune:
            drop_vanished(connection, index, roots.places(named))
        if changed:
            compact(connection, index, manifest.dimensions)
            sweep(connection, index)  # what compaction left
        if isinstance(encoder.loaded, Switchable) and encoder.loaded.runtime:
            manifest = replace(manifest, runtime=encoder.loaded.runtime)
        manifest = replace(manifest, photos=count_photos(connection))
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


def _embed(
    batches: Batches,
    scan: Scan,
    workers: int,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    """Open, encode and record what is new or changed."""
    ahead = 2 * batches.batch_size + workers
    opened = open_photos(scan.todo, batches.encoder, batches.known, workers=workers, ahead=ahead)
    with closing(opened):  # no thread outlives an error
        for done, photo in enumerate(opened, start=1):
            batches.take(photo)
            if on_progress:
                on_progress(done, len(scan.todo))
    batches.write()


def _stored_manifest(index: IndexPaths, connection: sqlite3.Connection) -> Manifest | None:
    """Return the index's manifest; one without any photo binds nobody to its encoder."""
    if not index.manifest.exists() or not has_photos(connection):
        return None
    return read_manifest(index)


def _refuse_another(name: str, manifest: Manifest, spec: str | None, framing: str | None) -> None:
    """Raise if another encoder or framing is asked for than the index has."""
    own = manifest.fingerprint.framing
    if (spec and not _same_spec(spec, manifest.encoder)) or (framing and framing != own):
        raise IndexMismatchError(
            name,
            f"{manifest.encoder}, framing {own}",
            f"{spec or manifest.encoder}, framing {framing or own}",
        )


def _same_spec(asked: str, known: str) -> bool:
    """Compare specs without loading anything; a known one's path is absolute."""
    for mark in ("@", "local-dir:"):
        start, found, file = asked.partition(mark)
        if found and f"{start}{mark}{Path(file).expanduser().absolute()}" == known:
            return True
    return asked == known


def _load(
    load: Loader,
    name: str,
    stored: Manifest | None,
    spec: str | None,
    framing: str | None,
    device: str,
) -> Encoder:
    """Load the encoder, which must be the index's own if that exists."""
    if stored is None:
        return load(spec or DEFAULT_ENCODER, framing=framing, device=device)
    encoder = load(stored.encoder, framing=stored.fingerprint.framing, device=device)
    if encoder.fingerprint != stored.fingerprint:  # the same name, but other weights
        raise IndexMismatchError(name, str(stored.fingerprint), str(encoder.fingerprint))
    return encoder


def _new_manifest(encoder: Encoder) -> Manifest:
    return Manifest(
        encoder=encoder.spec,
        fingerprint=encoder.fingerprint,
        dimensions=encoder.dimensions,
        logit_scale=encoder.logit_scale,
    )


def _real(path: Path) -> Path:
    """Return a folder's real path, so that it is one root under all its names."""
    if path.is_dir():
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent), path.name)


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _united(roots: tuple[str, ...], named: Sequence[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*roots, *(str(_folder(path)) for path in named)]))


def batch_size_for(cores: int) -> int:
    """Return how many photos an encoder takes at a time where it has so many cores."""
    least, most = _BATCH_SIZES
    return min(max(_PHOTOS_A_CORE * cores, least), most)


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
