"""Import of existing embeddings into an index; the photo files may be absent."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from photorank.encoders import IMPORTED
from photorank.encoders.base import Fingerprint
from photorank.encoders.blocks import unit_rows
from photorank.errors import IndexMismatchError, NoPhotosError
from photorank.index.building.build import BuildReport
from photorank.index.catalogue.connection import refuse_removed, writing
from photorank.index.catalogue.file_records import (
    Entry,
    KnownSkip,
    NewPhoto,
    add_roots,
    count_photos,
    known_digests,
    load_root_folders,
    record_batch,
)
from photorank.index.catalogue.kept_manifest import has_photos, keep_manifest, own_manifest
from photorank.index.catalogue.rooted_paths import Place, Roots, as_path, path_bytes
from photorank.index.embeddings.shards import write_shard
from photorank.index.imported_digests import imported_digest
from photorank.index.importing.embedding_files import EmbeddingFile, Named, embedding_files
from photorank.index.manifest import Manifest
from photorank.photos.find_photos import SkippedFile, Stamp
from photorank.typing import Embeddings
from photorank.workspace import IndexPaths

_SHARD_ROWS = 32_768  # per shard, which a crash may cost and memory holds several times
_NOT_LOOKED_AT = Stamp(0, 0)  # stamp of files that are not read
_UNUSABLE = "its embedding is no row of numbers, only zeros, or too large for 32 bits"
_NO_FILE = "its name leads to a folder, or holds a NUL character, so no photo can have it"
_TWICE = "its name came before, with another embedding"


@dataclass(frozen=True)
class ImportRequest:
    """Settings of an import: files of embeddings, their encoder's name, the photos' folder."""

    folder: Path  # of the embeddings, or one file
    encoder: str  # in the user's words: embeddings of one encoder are compared with each other
    photos: Path | None = None  # folder that relative names lie in; default: the embeddings' own
    on_progress: Callable[[int, int], None] | None = None  # is told rows done, of how many


def import_embeddings(index: IndexPaths, request: ImportRequest) -> BuildReport:
    """Add embeddings to a new or existing index without opening photos; return a report.

    Rows are scaled to unit length. A photo is known by its name and its embedding: what was
    imported before stays as it is, and a name that comes with another embedding has that one from
    then on. Killed at any moment, the next run goes on.

    Raises
    ------
    MissingPathError, EmbeddingsError
        If there are no embeddings, or they contradict each other; nothing is imported then.
    IndexMismatchError
        If the index has embeddings of another encoder.
    NoPhotosError
        If no row can be used.
    LockedIndexError, StorageError
        If another process is writing, or the disk is full, read-only or gone.
    """
    files = embedding_files(request.folder)
    fingerprint = Fingerprint(request.encoder, _digest_of_name(request), "as imported", 0)
    made = Manifest(IMPORTED + request.encoder, fingerprint, files[0].d, logit_scale=None)
    with writing(index) as connection:
        if has_photos(connection):
            made = _matching_manifest(index, own_manifest(connection, index), made)
        run = _Import(index, connection, made, request)
        run.take_all(files)
        if not count_photos(connection):
            reasons = {file.reason: None for file in run.skipped}
            raise NoPhotosError([request.folder], list(reasons) or [_UNUSABLE])
        roots = tuple(str(folder) for folder in sorted(load_root_folders(index)))
        latest = replace(made, roots=roots, photos=count_photos(connection))
        keep_manifest(connection, index, latest)
    skipped = sorted(run.skipped, key=lambda file: file.path)
    return BuildReport(index.name, run.added, run.unchanged, 0, skipped, [])


class _Import:
    """Import in progress, which collects embeddings and writes them one shard at a time."""

    def __init__(
        self,
        index: IndexPaths,
        connection: sqlite3.Connection,
        manifest: Manifest,
        request: ImportRequest,
    ) -> None:
        self._index, self._connection, self._manifest = index, connection, manifest
        self._base = os.path.realpath(request.photos or _folder_of(request.folder))
        self._on_progress = request.on_progress
        self._known = known_digests(connection)
        self._begins = not has_photos(connection)
        self._seen: dict[bytes, str] = {}  # digests of this run by name, "" where unusable
        self._folders: dict[str, bytes] = {}  # of photo names, by what is written
        self.skipped: list[SkippedFile] = []
        self.added = self.unchanged = 0
        self._clear()

    def _clear(self) -> None:
        self._rows: list[Embeddings] = []
        self._new: list[NewPhoto] = []
        self._digests: dict[bytes, str] = {}  # by name
        self._unusable: dict[bytes, str] = {}  # reasons by name

    def take_all(self, files: Sequence[EmbeddingFile]) -> None:
        """Import all embeddings in the given files."""
        self._roots = self._add_roots(files)
        done, total = 0, sum(file.n for file in files)
        for file in files:
            start = 0
            for part in file.parts():
                self._collect(part, file.name, start)
                start += len(part.rows)
                done += len(part.rows)
                if self._on_progress:
                    self._on_progress(done, total)
                if len(self._digests) >= _SHARD_ROWS:
                    self._write()
        self._write()

    def _collect(self, part: Named, file: str, start: int) -> None:
        """Collect a chunk's usable embeddings; a photo without a name is named by row number."""
        with np.errstate(over="ignore"):  # what is infinite then is left out
            lengths = np.linalg.norm(part.rows, axis=1)
        usable = np.isfinite(lengths) & (lengths > 0)
        part.rows[~usable] = 1.0  # of any length: they are left out
        rows = unit_rows(part.rows)
        fresh: list[int] = []
        for at, (given, good) in enumerate(zip(part.names, usable.tolist(), strict=True)):
            told = given or f"{file}/{start + at:09}"
            if not _may_name_file(told):
                path = Path(self._base, told.replace("\0", r"\0"))
                self.skipped.append(SkippedFile(path, 0, 0, _NO_FILE))
                continue
            name = self._path(told)
            digest = imported_digest(name, rows[at]) if good else ""
            if name in self._seen:
                if self._seen[name] != digest:
                    self.skipped.append(SkippedFile(as_path(name), 0, 0, _TWICE))
                continue
            self._seen[name] = digest
            if not digest:
                self._unusable[name] = _UNUSABLE
                continue
            self._digests[name] = digest
            if digest in self._known:
                self.unchanged += 1
            else:
                self._new.append(NewPhoto(digest, None, "", None, len(self._new)))
                fresh.append(at)
        if fresh:
            self._rows.append(rows[fresh])

    def _write(self) -> None:
        """Write the collected embeddings: first a shard file, then the catalogue's records."""
        if not self._digests and not self._unusable:
            return
        refuse_removed(self._index)
        shard = write_shard(self._index, np.concatenate(self._rows)) if self._rows else None
        if self._begins and shard is not None:
            keep_manifest(self._connection, self._index, self._manifest)
            self._begins = False
        entries = {
            self._place(name): Entry(_NOT_LOOKED_AT, digest)
            for name, digest in self._digests.items()
        }
        skips = {
            self._place(name): KnownSkip(_NOT_LOOKED_AT, why, None)
            for name, why in self._unusable.items()
        }
        record_batch(self._connection, shard, self._new, entries, skips)
        self.added += len(self._new)
        self._known.update(photo.digest for photo in self._new)
        self.skipped += [
            SkippedFile(as_path(name), 0, 0, why) for name, why in self._unusable.items()
        ]
        self._clear()

    def _path(self, name: str) -> bytes:
        """Absolute path for a photo name (or URL): the base folder joined with the name."""
        return b"".join(self._parts(name))

    def _parts(self, name: str) -> tuple[bytes, bytes]:
        """Absolute folder (ending in '/') and file name that a photo name stands for."""
        end = name.rfind(os.sep) + 1
        folder, last = name[:end], name[end:]
        if folder not in self._folders:
            whole = path_bytes(os.path.normpath(os.path.join(self._base, folder)))
            self._folders[folder] = whole.rstrip(b"/") + b"/"
        return self._folders[folder], os.fsencode(last)

    def _place(self, name: bytes) -> Place:
        place = self._roots.place(name)
        if place is None:
            raise ValueError(f"{name!r} lies under no root")  # which were added for all
        return place

    def _add_roots(self, files: Sequence[EmbeddingFile]) -> Roots:
        """Record root folders for the photos that `files` name; return all recorded folders."""
        base = path_bytes(self._base).rstrip(b"/") + b"/"
        folders = {
            self._parts(name)[0] for file in files for name in filter(_may_name_file, file.names())
        }
        outside = [folder for folder in folders if not folder.startswith(base)]
        roots = [as_path(os.path.commonpath(outside))] if outside else []
        if len(outside) < len(folders) or not roots:
            roots.append(Path(self._base))
        return add_roots(self._connection, roots)


def _may_name_file(name: str) -> bool:
    return "\0" not in name and name.rpartition(os.sep)[2] not in ("", os.curdir, os.pardir)


def _folder_of(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _digest_of_name(request: ImportRequest) -> str:
    return hashlib.sha256(f"embeddings by {request.encoder}".encode()).hexdigest()


def _matching_manifest(index: IndexPaths, stored: Manifest, made: Manifest) -> Manifest:
    """Manifest of the index; raises IndexMismatchError if the import has another encoder."""
    same = stored.fingerprint == made.fingerprint and stored.dimensions == made.dimensions
    if not same:
        raise IndexMismatchError(
            index.name,
            f"{stored.encoder} ({stored.dimensions} dimensions)",
            f"{made.encoder} ({made.dimensions} dimensions)",
        )
    return stored
