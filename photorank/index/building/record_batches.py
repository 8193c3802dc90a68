"""Durable writing of photos in batches: embeddings to a shard, then records to the catalogue."""

import os
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace

from photorank.encoders.base import NO_EMBEDDING, Prepared, encode_photos, usable_rows
from photorank.errors import EncoderError
from photorank.index.building.decode_ahead import Embedded, Framed, Opened, Unusable
from photorank.index.building.run_state import Run
from photorank.index.catalogue.connection import refuse_removed
from photorank.index.catalogue.file_records import (
    Entry,
    KnownSkip,
    NewPhoto,
    Shard,
    record_batch,
)
from photorank.index.catalogue.kept_manifest import keep_manifest
from photorank.index.catalogue.rooted_paths import Place
from photorank.index.embeddings.half_precision import concatenated
from photorank.index.embeddings.shards import write_shard
from photorank.photos.hash_and_shape import PictureCodes
from photorank.photos.metadata.choose_capture_date import capture_date
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.path_text import unicode_text
from photorank.typing import Embeddings, Rows
from photorank.workspace import storage_errors


class Batches:
    """Buffer of decoded photos that are embedded and written one batch at a time.

    The shard is on the disk before the one transaction that refers to it, so a photo is
    never in the catalogue without its embedding. `known` holds the digests that have an
    embedding; those of each batch join it.
    """

    def __init__(self, run: Run, known: set[str]) -> None:
        self.run = run
        self.known = known
        self.skipped: dict[Place, KnownSkip] = {}  # of all batches
        self.codes: dict[str, PictureCodes] = {}  # of all batches, by digest
        self._begins = run.stored is None  # the index: it exists from its first embedding on
        self._names = FolderNames()
        self._clear()

    def take_all(self, photos: Generator[Opened | Unusable], total: int) -> None:
        """Embed all files of an indexing run and record them in the catalogue, batch by batch."""
        on_progress = self.run.request.on_progress
        with closing(photos):  # neither a thread nor a cluster's work outlives an error
            for done, photo in enumerate(photos, start=1):
                self.take(photo)
                if on_progress:
                    try:
                        on_progress(done, total)
                    except KeyboardInterrupt:  # between two photos: what was taken is whole
                        self.write()
                        raise
        self.write()

    def take(self, photo: Opened | Unusable) -> None:
        """Add one file to the batch, and write the batch once it is full or some seconds old.

        So a crash loses little.
        """
        new = (
            isinstance(photo, Framed | Embedded)
            and photo.digest not in self._met
            and photo.digest not in self.known
        )
        if new and isinstance(photo, Framed):
            self._met.add(photo.digest)
            self._waiting.append(photo)
            if len(self._waiting) == self.run.batch_size:
                self._encode()
        elif new and isinstance(photo, Embedded):
            self._met.add(photo.digest)
            self._add_embeddings([photo], photo.row[None])
        if isinstance(photo, Opened):  # without its pixels, of which one encoder batch is held
            photo = Opened(photo.place, photo.file, photo.digest)
        self._taken.append(photo)
        request = self.run.request
        if isinstance(photo, Unusable) and not photo.passing and request.on_unusable:
            request.on_unusable(photo.file.path, photo.reason)
        waited = time.monotonic() - self._begun
        if len(self._taken) >= request.crash_photos or waited >= request.crash_seconds:
            self.write()

    def write(self) -> None:
        """Write the current batch durably: embeddings to a new shard, records to the catalogue."""
        self._encode()  # which takes seconds
        refuse_removed(self.run.index)
        outcomes = {photo.place: self._outcome(photo) for photo in self._taken}
        entries = {place: one for place, one in outcomes.items() if isinstance(one, Entry)}
        skips = {place: one for place, one in outcomes.items() if isinstance(one, KnownSkip)}
        new = [self._new_photo(photo, row) for row, photo in enumerate(self._embedded)]
        shard = self._write_files() if new else None
        record_batch(self.run.connection, shard, new, entries, skips)
        self.skipped |= skips
        self.known.update(photo.digest for photo in new)
        for photo in self._embedded:
            if isinstance(photo, Framed):
                self.codes[photo.digest] = photo.codes
        self._clear()

    def _clear(self) -> None:
        self._begun = time.monotonic()
        self._taken: list[Opened | Unusable] = []
        self._waiting: list[Framed] = []  # to be encoded
        self._met: set[str] = set()  # digests that were waiting once
        self._embedded: list[Framed | Embedded] = []
        self._rows: list[Rows] = []  # of the embedded ones
        self._unembedded: set[str] = set()  # digests

    def _outcome(self, photo: Opened | Unusable) -> Entry | KnownSkip:
        """Catalogue record of a file: its content digest, or the reason why it is unusable."""
        file = photo.file
        if isinstance(photo, Unusable):
            # The reason may quote any name.
            reason = unicode_text(photo.reason)
            reader = None if photo.passing else self.run.reader
            return KnownSkip(file.stamp, reason, reader)
        if photo.digest in self._unembedded:
            return KnownSkip(file.stamp, NO_EMBEDDING, self.run.reader)
        return Entry(file.stamp, photo.digest)

    def _new_photo(self, photo: Framed | Embedded, row: int) -> NewPhoto:
        """Catalogue record of an embedded photo, with capture time and camera."""
        mtime_ns = photo.file.mtime_ns if self.run.request.file_times else None
        stamps, camera = photo.shot
        dated = capture_date(stamps, photo.file.path, self._names, mtime_ns=mtime_ns)
        source = dated.source or ""
        faces = photo.faces if isinstance(photo, Framed) else None
        return NewPhoto(photo.digest, dated.taken, source, camera, row, photo.signals, faces)

    def _encode(self) -> None:
        if not self._waiting:
            return
        rows = encode_photos(self.run.encoder(), [photo.prepared for photo in self._waiting])
        without_pixels = [replace(photo, prepared=Prepared([])) for photo in self._waiting]
        self._add_embeddings(without_pixels, rows)
        self._waiting = []

    def _add_embeddings(self, photos: Sequence[Framed | Embedded], rows: Embeddings) -> None:
        """Add usable embeddings (finite, not zero) to the batch; mark other photos as unusable."""
        if rows.shape[1] != (width := self.run.manifest.dimensions):
            raise EncoderError(
                f"{self.run.manifest.encoder} gives {rows.shape[1]} numbers for a photo, where it "
                f"gave {width} before. Let it give as many for every photo."
            )
        usable = usable_rows(rows, self.run.manifest.head)
        self._rows.append(self.run.manifest.stored(rows[usable]))
        for photo, good in zip(photos, usable, strict=True):
            if good:
                self._embedded.append(photo)
            else:
                self._unembedded.add(photo.digest)

    def _write_files(self) -> Shard:
        """Write the batch's thumbnails and embeddings, and the manifest of a new index."""
        for photo in self._embedded:
            self._write_thumbnail(photo)
        shard = write_shard(self.run.index, concatenated(self._rows))
        if self._begins:
            keep_manifest(self.run.connection, self.run.index, self.run.manifest)
            self._begins = False
        return shard

    def _write_thumbnail(self, photo: Framed | Embedded) -> None:
        """Write a photo's thumbnail file atomically, without fsync."""
        path = self.run.index.thumbnail(photo.digest)
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.part")
            temporary.write_bytes(photo.thumbnail)
            os.replace(temporary, path)
