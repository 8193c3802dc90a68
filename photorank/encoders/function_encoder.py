"""Encoder made from any Python function of images."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from photorank.encoders.base import Fingerprint, Prepared
from photorank.encoders.blocks import unit_rows
from photorank.errors import EncoderError, NoTextError, counted, first_line
from photorank.photos.framing import FRAMINGS, frame
from photorank.typing import Embeddings, Frames
from photorank.workspace import checked_name

ImageFunction: TypeAlias = Callable[[list[Image.Image]], ArrayLike]


class FunctionEncoder:
    """Encoder of photos that calls a Python function for embeddings (see :func:`image_encoder`)."""

    long_side = 0  # it embeds no signals
    logit_scale: float | None = None

    def __init__(
        self, function: ImageFunction, name: str, digest: str, *, framing: str, size: int
    ) -> None:
        if framing not in FRAMINGS:
            known = ", ".join(FRAMINGS)
            raise EncoderError(f"there is no framing {framing!r}. There is: {known}.")
        self._function = function
        self.spec = checked_name("an encoder", name)
        self._digest = digest
        self._framing = framing
        self.short_side = size

    def __call__(self, images: list[Image.Image]) -> ArrayLike:
        """Result of the Python function: a row of numbers for each image."""
        return self._function(images)

    def __repr__(self) -> str:
        return f"<encoder {self.spec}, framing {self._framing} {self.short_side} px>"

    def framed(self, framing: str | None) -> "FunctionEncoder":
        """Copy of the encoder with another photo framing (crop or padding).

        The encoder itself if `framing` is None or the one it has.
        """
        if framing in (None, self._framing):
            return self
        return FunctionEncoder(
            self._function, self.spec, self._digest, framing=framing or "", size=self.short_side
        )

    @property
    def fingerprint(self) -> Fingerprint:
        """Fingerprint of the embeddings: encoder name and digest, framing, and input size."""
        weights = hashlib.sha256(f"{self.spec}\n{self._digest}".encode()).hexdigest()
        return Fingerprint(self.spec, weights, self._framing, self.short_side)

    @cached_property
    def dimensions(self) -> int:
        """Length d of an embedding, measured by embedding a grey image."""
        grey = np.full((self.short_side, self.short_side, 3), 127, dtype=np.uint8)
        return self._rows([grey]).shape[1]

    def prepare(self, photo: Image.Image) -> Prepared:
        """Input arrays (frames) for the Python function, made from one upright sRGB photo."""
        return Prepared(frame(photo, self._framing, self.short_side))

    def encode_frames(self, frames: Sequence[Frames]) -> Embeddings:
        """Unit embeddings (n, d) of network inputs (frames); an embedding of zeros stays zero."""
        if not frames:
            return np.empty((0, self.dimensions), dtype=np.float32)
        rows = self._rows(frames)
        some = np.isfinite(rows).all(axis=1) & rows.any(axis=1)
        rows[some] = unit_rows(rows[some])
        return rows

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Raise NoTextError: a function of images has no text network."""
        raise NoTextError(f"the encoder {self.spec}")

    def _rows(self, frames: Sequence[Frames]) -> Embeddings:
        """Embeddings (n, d) from the Python function; raises EncoderError if they are invalid."""
        images = [Image.fromarray(pixels) for pixels in frames]
        try:
            given = np.asarray(self._function(images))
            rows = given if np.iscomplexobj(given) else given.astype(np.float32)
        except (TypeError, ValueError) as error:
            raise EncoderError(f"the encoder {self.spec} fails: {first_line(error)}") from error
        if np.iscomplexobj(rows):
            raise EncoderError(
                f"the encoder {self.spec} gives complex numbers: it must give real ones"
            )
        if rows.ndim != 2 or len(rows) != len(frames) or not rows.shape[1]:
            raise EncoderError(
                f"the encoder {self.spec} gives an array of shape {rows.shape} for "
                f"{counted(len(frames), 'image')}: it must give one row of numbers for each"
            )
        return rows


def image_encoder(
    *, name: str, digest: str, framing: str = "crop", size: int = 224
) -> Callable[[ImageFunction], FunctionEncoder]:
    """Decorator that makes an encoder from a function that maps PIL images to rows of numbers.

    The function takes a list of upright sRGB images and returns one row of d numbers for each;
    rows are scaled to unit length. A package offers its encoder to the command line by an entry
    point of the group ``photorank.encoders``, whose name is the `name` given here.

    Parameters
    ----------
    name : str
        What `photorank index --encoder` calls it.
    digest : str
        What tells its weights apart, such as their SHA-256 or a version. Change it whenever the
        rows may change: embeddings of different digests are never compared.
    framing : str, default="crop"
        How a photo is fitted to the images: ``crop``, ``pad``, ``squash`` and ``tiles`` give
        squares, ``whole`` and ``views`` keep the photo's shape, so that images differ in size.
    size : int, default=224
        The images' short side in pixels.

    Examples
    --------
    >>> @image_encoder(name="mean-colour", digest="1", size=8)
    ... def mean_colour(images):
    ...     return [np.asarray(image).mean(axis=(0, 1)) for image in images]
    >>> mean_colour
    <encoder mean-colour, framing crop 8 px>
    >>> mean_colour.dimensions
    3
    """

    def made(function: ImageFunction) -> FunctionEncoder:
        return FunctionEncoder(function, name, digest, framing=framing, size=size)

    return made
