"""State of an indexing run: its request, the files found, and the index before the run."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from photorank.cores import usable_cores
from photorank.encoders.base import NO_EMBEDDING, Encoder
from photorank.errors import (
    EncoderError,
    IndexMismatchError,
    LostManifestError,
    NoPhotosError,
    PhotorankError,
    counted,
)
from photorank.index.building.batch_size import batch_size_for
from photorank.index.building.decode_ahead import LazyEncoder, reading_software
from photorank.index.building.encoder_of_lost_manifest import proven_manifest
from photorank.index.building.request import DEFAULT_ENCODER, BuildRequest, Loader
from photorank.index.catalogue.faces_switch import detects_faces
from photorank.index.catalogue.kept_manifest import has_photos, own_manifest
from photorank.index.manifest import Manifest
from photorank.photos.find_photos import PhotoFile, SkippedFile, find_photos
from photorank.workspace import IndexPaths


@dataclass(frozen=True)
class Run:
    """Fixed data of an indexing run: request, files found, manifests, encoder, SQL connection."""

    index: IndexPaths
    request: BuildRequest
    connection: sqlite3.Connection
    named: list[Path]  # the real paths that were asked for
    files: list[PhotoFile | SkippedFile]  # found under them
    stored: Manifest | None  # the index's own until now
    manifest: Manifest
    encoder: LazyEncoder
    reader: str  # the software that decodes photos
    faces: bool  # whether they are looked for in new photos

    @property
    def stored_ns(self) -> int:
        """Time in ns since 1970 when the manifest file was last written; 0 if it is missing."""
        try:
            return self.index.manifest.stat().st_mtime_ns
        except OSError:
            return 0

    @property
    def workers(self) -> int:
        """Number of threads in this process that read and decode photos."""
        asked = None if self.request.cluster else self.request.workers
        return asked or usable_cores()

    @property
    def batch_size(self) -> int:
        """Number of photos that this process encodes in one batch."""
        return self.request.batch_size or batch_size_for(usable_cores())


def begin_run(index: IndexPaths, connection: sqlite3.Connection, request: BuildRequest) -> Run:
    """Prepare an indexing run over the requested paths; load the encoder if the index is new.

    Raises IndexMismatchError if the index has another encoder or framing, MissingPathError or
    NoPhotosError if there is nothing to index, and the encoder's errors if a new one cannot
    be had, FaceModelsError if faces cannot be looked for.
    """
    stored = _stored_manifest(index, connection, request)
    own = None if stored is None else _matching_manifest(index.name, stored, request)
    named = [_resolved(Path(path)) for path in request.paths]
    files = list(find_photos(named, request.exclude))
    unusable = [file for file in files if isinstance(file, SkippedFile)]
    if len(unusable) == len(files):
        raise no_photos_error(request, unusable)
    encoder = LazyEncoder(partial(_load, index, request, own))
    manifest = own or _new_manifest(encoder())
    roots = dict.fromkeys([*manifest.roots, *(str(folder_of(path)) for path in named)])
    manifest = replace(manifest, roots=tuple(roots))
    reader = reading_software()
    faces = detects_faces(connection, request.faces) and not request.cluster
    return Run(index, request, connection, named, files, stored, manifest, encoder, reader, faces)


def load_own(index: str, manifest: Manifest, load: Loader, device: str) -> Encoder:
    """Load the encoder of an index and verify its fingerprint."""
    own = load(manifest.encoder, framing=manifest.fingerprint.framing, device=device)
    return manifest.checked(index, own)


def folder_of(path: Path) -> Path:
    """The given path if it is a folder, else the folder that contains the file."""
    return path if path.is_dir() else path.parent


def no_photos_error(request: BuildRequest, files: Sequence[SkippedFile]) -> PhotorankError:
    """Exception that explains why an indexing run got no usable photo.

    An EncoderError if the encoder fails on all photos, else a NoPhotosError.
    """
    opened = [file for file in files if not file.passed_over]
    if opened and all(file.reason == NO_EMBEDDING for file in opened):
        return EncoderError(
            f"the encoder gives NaN or only zeros for each of {counted(len(opened), 'photo')}, so "
            "its weights are damaged or are not its own. Name others: `photorank index FOLDER "
            "--name NAME --encoder open_clip:MODEL@FILE`."
        )
    files = sorted(files, key=lambda file: file.passed_over)  # what somebody can do something about
    return NoPhotosError(request.paths, [f"{file.path.name}: {file.reason}" for file in files])


def _stored_manifest(
    index: IndexPaths, connection: sqlite3.Connection, request: BuildRequest
) -> Manifest | None:
    """Manifest of an index; None if the index has no photo yet.

    The encoder of an index without photos may still be changed.
    """
    if not has_photos(connection):
        return None
    try:
        return own_manifest(connection, index)
    except LostManifestError:
        if not request.encoder_spec:
            raise
        return proven_manifest(index, connection, _load(index, request, None))


def _matching_manifest(name: str, stored: Manifest, request: BuildRequest) -> Manifest:
    """Manifest of an index; raises IndexMismatchError if the request names another encoder.

    The same error is raised if the request names another framing.
    """
    spec, framing, own = request.encoder_spec, request.framing, stored.fingerprint.framing
    if not framing or framing == own:
        if not spec or _same_spec(spec, stored.encoder):
            return stored
        if _names_file(spec) and _names_file(stored.encoder):
            moved = request.load(spec, framing=own, device=request.device)
            return replace(stored, encoder=stored.checked(name, moved).spec)
    raise IndexMismatchError(
        name,
        f"{stored.encoder}, framing {own}",
        f"{spec or stored.encoder}, framing {framing or own}",
    )


def _names_file(spec: str) -> bool:
    """True if `spec`, the text that identifies an encoder, contains a path of local weights."""
    return "@" in spec or "local-dir:" in spec


def _same_spec(asked: str, known: str) -> bool:
    """True if two specs (texts) name the same encoder; no encoder is loaded."""
    for mark in ("@", "local-dir:"):
        start, found, file = asked.partition(mark)
        if found and f"{start}{mark}{Path(file).expanduser().absolute()}" == known:
            return True
    from photorank.encoders.embedded import EmbeddedEncoder

    if asked == EmbeddedEncoder.model:  # as `status` names it
        asked = EmbeddedEncoder.spec
    return asked == known or known == f"{asked}:1"  # an older index keeps its encoder's version


def _load(index: IndexPaths, request: BuildRequest, stored: Manifest | None) -> Encoder:
    """Load the encoder of an index, or the requested one for a new index."""
    device = "cpu" if request.cluster else request.device
    if stored is not None:
        return load_own(index.name, stored, request.load, device)
    spec = request.encoder_spec or DEFAULT_ENCODER
    return request.load(spec, framing=request.framing, device=device)


def _new_manifest(encoder: Encoder) -> Manifest:
    return Manifest(
        encoder=encoder.spec,
        fingerprint=encoder.fingerprint,
        dimensions=encoder.dimensions,
        logit_scale=encoder.logit_scale,
    )


def _resolved(path: Path) -> Path:
    """Path with symbolic links to folders resolved; a link to a file stays a link.

    Otherwise a folder could become a root twice.
    """
    if path.is_dir():
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent), path.name)
