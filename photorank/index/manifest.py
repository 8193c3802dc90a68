"""Manifest of an index: a small JSON file with its encoder, photo folders and photo count."""

import json
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from photorank.encoders import IMPORTED
from photorank.encoders.base import Encoder, Fingerprint, OptionalSignals
from photorank.encoders.blocks import unit_rows
from photorank.encoders.choose_runtime import FEW_PHOTOS, Switchable, precision_of
from photorank.errors import (
    BrokenIndexError,
    IndexMismatchError,
    MissingIndexError,
    NewerSchemaError,
)
from photorank.json_values import from_json, to_json
from photorank.typing import Embeddings, Rows
from photorank.workspace import IndexPaths, read_bytes, write_bytes

SCHEMA_VERSION = 6  # of the manifest and of the catalogue

Judgements: TypeAlias = Literal["scores", "choices"]


@dataclass(frozen=True)
class Manifest:
    """Facts about an index as a whole: its encoder, embedding dimension, photo folders, and more.

    Every writer replaces the file whole when it has changed anything, so its modification time
    serves as a cache key.
    """

    encoder: str  # the spec that `load_encoder` understands
    fingerprint: Fingerprint
    dimensions: int  # d
    logit_scale: float | None  # of the model, if it was trained with one
    roots: tuple[str, ...] = ()  # the paths that were indexed; labels name files relative to them
    judgements: Judgements = "scores"  # what people's comparisons are made of
    runtime: str = ""  # what computed the latest embeddings
    precision: str = ""  # of all embeddings; "" in files of an older photorank
    photos: int = 0  # when it was last written
    schema_version: int = SCHEMA_VERSION

    def checked(self, index: str, encoder: Encoder) -> Encoder:
        """Encoder, checked to match the index and set to the index's numeric precision.

        Raises IndexMismatchError if the fingerprint is not the index's.
        """
        if isinstance(encoder, OptionalSignals):
            encoder.set_blocks(self.fingerprint.blocks)
        if encoder.fingerprint != self.fingerprint:
            raise IndexMismatchError(index, str(self.fingerprint), str(encoder.fingerprint))
        if isinstance(encoder, Switchable) and self.embedded_in:
            encoder.set_precision(self.embedded_in)
        return encoder

    def __post_init__(self) -> None:
        # Until there was a second version, the first one was called so.
        if self.encoder == "embedded" and self.fingerprint.blocks is None:
            object.__setattr__(self, "encoder", "embedded:1")

    @property
    def knows_words(self) -> bool:
        """True if the encoder can embed text; False for imported embeddings and custom encoders."""
        return self.encoder.partition(":")[0] in ("embedded", "open_clip")

    @property
    def is_imported(self) -> bool:
        """True if the embeddings were imported, so that there is no encoder for further photos."""
        return self.encoder.startswith(IMPORTED)

    @property
    def head(self) -> int:
        """Number of values in an embedding's head (its first part, from the last network layer)."""
        blocks = self.fingerprint.blocks
        return blocks.head if blocks else self.dimensions

    def stored(self, rows: Embeddings) -> Rows:
        """Embeddings (n, d) converted to the data type and scale in which a shard stores them.

        Float32 of unit length; float16, not scaled, if made of blocks such as a head and signals.
        """
        if self.fingerprint.blocks is None:
            return unit_rows(rows)
        return rows.astype(np.float16)

    @property
    def embedded_in(self) -> str:
        """Numeric precision in which photos were embedded, such as fp32; empty if unknown."""
        return self.precision or (self.runtime and precision_of(self.runtime))

    @property
    def may_mix_precisions(self) -> bool:
        """True if embeddings may differ in precision because an older photorank made them."""
        return not self.precision and bool(self.runtime) and self.photos >= FEW_PHOTOS


def read_manifest(paths: IndexPaths) -> Manifest:
    """Manifest of an index, read from its file.

    Raises MissingIndexError if there is no such index, NewerSchemaError if a newer photorank wrote
    it, BrokenIndexError if it cannot be understood, UnreadableFileError if the disk refuses.
    """
    try:
        data = json.loads(read_bytes(paths.manifest))
        version = int(data["schema_version"])
        if version > SCHEMA_VERSION:
            raise NewerSchemaError(paths.manifest, version, SCHEMA_VERSION)
        manifest = from_json(Manifest, data)
        if unknown := data.keys() - to_json(manifest).keys():
            raise ValueError(f"unknown: {unknown}")
        return manifest
    except (FileNotFoundError, NotADirectoryError) as error:
        if paths.manifest.is_dir():
            remedy = "Move that folder away: the catalogue keeps a copy of the manifest."
            raise BrokenIndexError(paths.manifest, "it is a folder", remedy) from error
        raise MissingIndexError(paths.name, []) from error
    except NewerSchemaError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        remedy = (
            "`photorank doctor --repair` writes it again from the catalogue's copy, and nothing is "
            "lost; or put that file back from your backup."
        )
        raise BrokenIndexError(paths.manifest, "it is not an index's manifest", remedy) from error


def write_manifest(paths: IndexPaths, manifest: Manifest) -> None:
    """Replace the manifest of an index atomically."""
    # Folders' names need not be Unicode; escaped as ASCII they survive JSON all the same.
    latest = replace(manifest, schema_version=SCHEMA_VERSION)
    text = json.dumps(to_json(latest), indent=2, ensure_ascii=True)
    write_bytes(paths.manifest, text.encode("ascii") + b"\n")
