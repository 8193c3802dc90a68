"""Durable batches: encode what was opened, and write shard and catalogue in an order that lasts."""

import os
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from photorank.encoders.base import encode_photos
from photorank.index.building.decode_ahead import Embedded, Framed, LazyEncoder, Opened, Unusable
from photorank.index.catalogue.file_records import Entry, KnownSkip, NewPhoto, record_batch
from photorank.index.catalogue.rooted_paths import Place
from photorank.index.embeddings.shards import write_shard
from photorank.index.manifest import Manifest, write_manifest
from photorank.typing import Embeddings
from photorank.workspace import IndexPaths, storage_errors

PHOTOS = 1024  # that a crash may cost
SECONDS = 30.0  # of work that a crash may cost


@dataclass
class Batches:
    """Takes opened photos in, and makes them part of the index a batch at a time.

    The shard is on the disk before the one transaction that refers to it, so a
    photo is never in the catalogue without its embedding.
    """

    connection: sqlite3.Connection
    paths: IndexPaths
    manifest: Manifest
    encoder: LazyEncoder
    batch_size: int  # photos the encoder takes at a time
    reader: str  # the software that decodes photos
    known: set[str]  # digests that have an embedding
    begins: bool  # the index: it exists from its first embedding on
    skipped: dict[Place, KnownSkip] = field(default_factory=dict)  # of all batches
    hashes: dict[str, int] = field(default_factory=dict)  # of all batches, by digest

    def __post_init__(self) -> None:
        self._clear()

    def take(self, photo: Opened | Unusable) -> None:
        """Add one file to the batch, which is written when it is full or has waited long."""
        if isinstance(photo, Unusable):
            self._skip(photo, photo.reason, passing=photo.passing)
        else:
            # Without its pixels, of which only one encoder batch is held.
            self._opened.append(Opened(photo.place, photo.file, photo.digest))
            if photo.digest not in self._met and photo.digest not in self.known:
                self._meet(photo)
        taken = len(self._opened) + len(self._skips)
        if taken >= PHOTOS or time.monotonic() - self._begun >= SECONDS:
            self.write()

    def write(self) -> None:
        """Make all that was taken durable."""
        self._encode()
        entries = []
        for photo in self._opened:
            if reason := self._unembedded.get(photo.digest):
                self._skip(photo, reason, passing=False)
            else:
                file = photo.file
                entries.append(Entry(photo.place, file.size, file.mtime_ns, photo.digest))
        new = [NewPhoto(photo.digest, *photo.shot, row) for row, photo in enumerate(self._embedded)]
        shard = None
        if new:
            for photo in self._embedded:
                self._write_thumbnail(photo)
            shard = write_shard(self.paths, np.concatenate(self._rows))
            if self.begins:
                write_manifest(self.paths, self.manifest)
                self.begins = False
        record_batch(self.connection, shard, new, entries, self._skips)
        self.skipped |= self._skips
        self.known.update(photo.digest for photo in new)
        for photo in self._embedded:
            if isinstance(photo, Framed):
                self.hashes[photo.digest] = photo.picture_hash
        self._clear()

    def _clear(self) -> None:
        self._begun = time.monotonic()
        self._opened: list[Opened] = []
        self._waiting: list[Framed] = []  # to be encoded
        self._met: set[str] = set()  # digests that were waiting once
        self._embedded: list[Framed | Embedded] = []
        self._rows: list[Embeddings] = []  # of the embedded ones
        self._unembedded: dict[str, str] = {}  # digest: why
        self._skips: dict[Place, KnownSkip] = {}

    def _meet(self, photo: Opened) -> None:
        """Embed a content that is new, unless that was done elsewhere."""
        if isinstance(photo, Framed):
            self._met.add(photo.digest)
            self._waiting.append(photo)
            if len(self._waiting) == self.batch_size:
                self._encode()
        elif isinstance(photo, Embedded):
            self._met.add(photo.digest)
            self._keep([photo], photo.row[None])

    def _encode(self) -> None:
        if not self._waiting:
            return
        rows = encode_photos(self.encoder(), [photo.frames for photo in self._waiting])
        self._keep([replace(photo, frames=[]) for photo in self._waiting], rows)  # without pixels
        self._waiting = []

    def _keep(self, photos: Sequence[Framed | Embedded], rows: Embeddings) -> None:
        lengths = np.linalg.norm(rows, axis=1)
        usable = np.isfinite(lengths) & (lengths > 0)
        self._rows.append(rows[usable] / lengths[usable, None])
        for photo, good in zip(photos, usable, strict=True):
            if good:
                self._embedded.append(photo)
            else:
                self._unembedded[photo.digest] = "the encoder gives no embedding for it"

    def _skip(self, photo: Opened | Unusable, reason: str, *, passing: bool) -> None:
        text = reason.encode("utf-8", "backslashreplace").decode()  # it may quote any name
        file = photo.file
        reader = None if passing else self.reader
        self._skips[photo.place] = KnownSkip(file.size, file.mtime_ns, text, reader)

    def _write_thumbnail(self, photo: Framed | Embedded) -> None:
        """Replace a thumbnail as a whole; it is not worth waiting for the disk."""
        path = self.paths.thumbnail(photo.digest)
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.part")
            temporary.write_bytes(photo.thumbnail)
            os.replace(temporary, path)
