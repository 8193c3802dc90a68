"""Interface of all encoders, and the fingerprint that identifies an encoder's embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from PIL import Image

from photorank.encoders.blocks import Blocks, unit_rows
from photorank.encoders.constants import load_constants
from photorank.errors import EncoderMismatchError
from photorank.typing import Direction, Embeddings, Flags, Floats, Frames


@dataclass(frozen=True)
class Fingerprint:
    """Identity of an embedding space; embeddings of different fingerprints are never mixed."""

    model: str  # the encoder's architecture, as in its spec
    weights: str  # SHA-256 of the weights
    framing: str  # how a photo is fitted to the frame
    size: int  # pixels: the frame's (short) side
    blocks: Blocks | None = None  # None: all is the head, in 32 bits

    def __str__(self) -> str:
        return f"{self.model} ({self.weights[:8]}) framing {self.framing} {self.size} px"

    @property
    def is_embedded(self) -> bool:
        """True if the embeddings come from the built-in encoder, named ``embedded``.

        Its text network knows objects but not qualities.
        """
        return self.model.partition(":")[0] == "embedded"

    @property
    def of_head(self) -> "Fingerprint":
        """Fingerprint of embeddings that come from the same encoder's last layer alone.

        Vectors made from texts have it.
        """
        return replace(self, blocks=None)

    def require(self, found: "Fingerprint", *, vector: str) -> None:
        """Raise EncoderMismatchError unless a vector and the embeddings are from matching encoders.

        A vector of the head alone fits embeddings with further blocks.
        """
        if self not in (found, found.of_head):
            raise EncoderMismatchError(vector, str(self), str(found))


class Prepared(NamedTuple):
    """Photo prepared for encoding: network inputs (frames) and technical signals (sharpness, …)."""

    frames: list[Frames]  # one, or several whose embeddings are averaged
    signals: Floats = np.empty(0)  # (s,) of its pixels, nan where undefined


class PositionMaps(NamedTuple):
    """Maps of how much each image position adds to the dot product of an embedding and a direction.

    A map's mean is its block's product, of the head before it is scaled to unit length.
    """

    head: Floats  # (h, w)
    head_mean: Embeddings  # (dh,) the frame's head before it is scaled
    stages: Sequence[Floats] = ()  # maps (h, w) of different sizes
    offset: float = 0.0  # what is added to the stages' means


class Encoder(Protocol):
    """Image network and text network with one shared embedding space; each loads on first use."""

    @property
    def spec(self) -> str:
        """Encoder's name (spec), in the form that :func:`photorank.encoders.load_encoder` takes."""

    @property
    def fingerprint(self) -> Fingerprint:
        """Identity of this encoder's embedding space: model, weights, photo framing, input size."""

    @property
    def dimensions(self) -> int:
        """Length d of an embedding."""

    @property
    def short_side(self) -> int:
        """Minimum short side, in pixels, that a decoded photo needs for :meth:`prepare`."""

    @property
    def long_side(self) -> int:
        """Minimum long side in pixels that photos need for technical signals; 0 without signals."""

    @property
    def logit_scale(self) -> float | None:
        """Logit scale: trained factor on cosine similarities; None if the encoder has none."""

    def prepare(self, photo: Image.Image) -> Prepared:
        """Network inputs (frames) and technical signals (sharpness, …) of an upright sRGB photo.

        Runs in worker threads and loads no network.
        """

    def encode_frames(self, frames: Sequence[Frames]) -> Embeddings:
        """Embeddings (n, d) of network inputs (frames), without technical signals.

        The frames may differ in shape.
        """

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Unit-length embeddings of texts, comparable to the head (last layer) of photos' ones."""


@runtime_checkable
class OptionalSignals(Protocol):
    """Encoder that can leave out technical signals (sharpness, …) for indexes made without them."""

    def set_blocks(self, blocks: Blocks | None) -> None:
        """Choose which parts (blocks) future embeddings contain.

        None means the last layer (head) alone.
        """


@runtime_checkable
class MeanPooled(Protocol):
    """Encoder whose embeddings are feature maps averaged over image positions."""

    @property
    def fingerprint(self) -> Fingerprint:
        """Identity of this encoder's embedding space: model, weights, photo framing, input size."""

    @property
    def dimensions(self) -> int:
        """Length d of an embedding."""

    def prepare(self, photo: Image.Image) -> Prepared:
        """Network inputs (frames) and technical signals (sharpness, …) of an upright sRGB photo."""

    def position_maps(self, frame: Frames, direction: Direction) -> PositionMaps:
        """Maps of what each image position adds to the embedding's dot product with `direction`.

        The maps leave out the signals block.
        """


NO_EMBEDDING = "the encoder gives NaN or only zeros for it"


def usable_rows(rows: Embeddings, head: int) -> Flags:
    """Mask (n,): True for finite embeddings with a nonzero value in columns 0 to `head` − 1."""
    lengths = np.linalg.norm(rows[:, :head], axis=1)
    usable: Flags = np.isfinite(rows).all(axis=1) & (lengths > 0)
    return usable


def encode_photos(encoder: Encoder, photos: Sequence[Prepared]) -> Embeddings:
    """Embeddings (n, d) of photos, averaged over each photo's network inputs (frames).

    Technical signals are appended if the encoder has them. The values are rounded as an index
    stores them, so that a photo is rated alike inside and outside of one.
    """
    counts = [len(photo.frames) for photo in photos]
    rows = encoder.encode_frames([frame for photo in photos for frame in photo.frames])
    single = all(count == 1 for count in counts)
    if not single:
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        rows = np.add.reduceat(rows, starts, axis=0) / np.array(counts)[:, None]
    blocks = encoder.fingerprint.blocks
    if blocks is None:
        return rows if single else unit_rows(rows)
    signals = np.stack([photo.signals for photo in photos])
    return blocks.stored(np.hstack([rows, load_constants().scaled(signals)]))
