"""The interface of encoders, and the fingerprint that tells two encoders' embeddings apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from PIL import Image

from photorank.errors import EncoderMismatchError
from photorank.typing import Embeddings, Frames


@dataclass(frozen=True)
class Fingerprint:
    """Identity of embeddings: those of different fingerprints are never compared."""

    model: str  # the encoder's architecture, as in its spec
    weights: str  # SHA-256 of the weights
    framing: str  # how a photo is fitted to the frame
    size: int  # pixels: the frame's (short) side

    def __str__(self) -> str:
        return f"{self.model} ({self.weights[:8]}) framing {self.framing} {self.size} px"

    def require(self, found: "Fingerprint", *, vector: str) -> None:
        """Raise EncoderMismatchError if embeddings of another fingerprint are to be rated."""
        if self != found:
            raise EncoderMismatchError(vector, str(self), str(found))


class Encoder(Protocol):
    """Image network and text network into one space; each loads when it is first used."""

    @property
    def spec(self) -> str:
        """Name that :func:`photorank.encoders.load_encoder` understands."""

    @property
    def fingerprint(self) -> Fingerprint:
        """Identity of this encoder's embeddings."""

    @property
    def dimensions(self) -> int:
        """Length d of an embedding."""

    @property
    def short_side(self) -> int:
        """Pixels of a photo's short side that :meth:`prepare` uses; more are wasted."""

    @property
    def logit_scale(self) -> float | None:
        """Factor on cosines that the model was trained with; None if it had none."""

    def prepare(self, photo: Image.Image) -> list[Frames]:
        """Frames of an upright sRGB photo: one, or several whose embeddings are averaged.

        Runs in worker threads and loads no network.
        """

    def encode_frames(self, frames: Sequence[Frames]) -> Embeddings:
        """Unit embeddings (n, d) of frames; shapes may differ."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Unit embeddings (n, d) of texts, in the space of the photos."""


@runtime_checkable
class MeanPooled(Protocol):
    """Encoder whose frame embedding is the mean of its feature map, scaled to unit length."""

    @property
    def fingerprint(self) -> Fingerprint:
        """Identity of this encoder's embeddings."""

    def prepare(self, photo: Image.Image) -> list[Frames]:
        """Frames of an upright sRGB photo: one, or several whose embeddings are averaged."""

    def position_features(self, frame: Frames) -> Embeddings:
        """Features (rows, columns, d) whose mean is a frame's embedding."""


def encode_photos(encoder: Encoder, photos: Sequence[list[Frames]]) -> Embeddings:
    """One unit embedding (n, d) a photo: the mean of its frames' embeddings."""
    counts = [len(frames) for frames in photos]
    flat = encoder.encode_frames([frame for frames in photos for frame in frames])
    if all(count == 1 for count in counts):
        return flat
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return unit_rows(np.add.reduceat(flat, starts, axis=0))


def unit_rows(vectors: Embeddings) -> Embeddings:
    """Vectors (n, d) at unit length."""
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
