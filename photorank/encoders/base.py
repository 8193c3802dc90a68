"""What an encoder is: its fingerprint, and the four things it can do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from PIL import Image

from photorank.errors import EncoderMismatchError
from photorank.typing import Embeddings, Frames, Json


@dataclass(frozen=True)
class Fingerprint:
    """All that decides what an embedding means; two that differ are never compared."""

    model: str  # the encoder's architecture, as in its spec
    weights: str  # SHA-256 of the weights
    framing: str  # how a photo is fitted to the frame
    size: int  # pixels: the frame's (short) side

    @classmethod
    def from_json(cls, data: Json) -> "Fingerprint":
        """Read back what :meth:`to_json` wrote."""
        return cls(
            str(data["model"]), str(data["weights"]), str(data["framing"]), int(data["size"])
        )

    def to_json(self) -> Json:
        """Plain JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.model} ({self.weights[:8]}) framing {self.framing} {self.size} px"

    def require(self, found: "Fingerprint", *, vector: str) -> None:
        """Raise unless embeddings of `found` may be rated by a vector of this fingerprint.

        Raises
        ------
        EncoderMismatchError
            If the encoder, its weights, the framing or the size differ.
        """
        if self != found:
            raise EncoderMismatchError(vector, str(self), str(found))


class Encoder(Protocol):
    """An image tower and a text tower into one space; towers load when first used."""

    @property
    def spec(self) -> str:
        """The name that :func:`photorank.encoders.load_encoder` understands."""

    @property
    def fingerprint(self) -> Fingerprint:
        """What the embeddings of this encoder mean."""

    @property
    def dimensions(self) -> int:
        """The length d of an embedding."""

    @property
    def short_side(self) -> int:
        """Pixels of a photo's short side that :meth:`prepare` can make use of."""

    @property
    def logit_scale(self) -> float | None:
        """The factor on cosines that the model was trained with, if it was."""

    def prepare(self, photo: Image.Image) -> list[Frames]:
        """Fit an upright sRGB photo to the frame: one frame, or several to be averaged.

        Runs in worker threads; needs no tower.
        """

    def encode_frames(self, frames: Sequence[Frames]) -> Embeddings:
        """Unit embeddings (n, d) of frames; shapes may differ."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Unit embeddings (n, d) of texts, in the space of the photos."""


@runtime_checkable
class MeanPooled(Protocol):
    """An encoder whose embedding of a frame is a mean over positions, at unit length."""

    @property
    def fingerprint(self) -> Fingerprint:
        """What the embeddings of this encoder mean."""

    def prepare(self, photo: Image.Image) -> list[Frames]:
        """Fit an upright sRGB photo to the frame: one frame, or several to be averaged."""

    def position_features(self, frame: Frames) -> Embeddings:
        """Features (rows, columns, d) that a frame's embedding is the mean of."""


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
