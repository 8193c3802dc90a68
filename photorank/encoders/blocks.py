"""Blocks of an embedding: last layer (head), means of earlier stages, technical signals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photorank.typing import Embeddings, Flags

_MAX_LENGTH_ERROR = 2e-3  # of a head's norm; float16 causes 5e-4
LARGEST = (
    4.0  # length of a block beside the head, most photos' being 1: longer ones are scaled down
)


@dataclass(frozen=True)
class Blocks:
    """Size of each block of an embedding: last layer (head), earlier stages, technical signals.

    The stages block is made from the means of the network's stages before the last layer; signals
    are technical measures of the photo, such as sharpness. Embeddings are stored as float16.
    """

    head: int  # dimensions of the network's last layer, at unit length
    stages: int = 0  # dimensions of the means of its stages
    signals: int = 0  # dimensions of the technical signals
    constants: str = ""  # digest of what scales the signals, shortened

    @property
    def dimensions(self) -> int:
        """Dimension d of an embedding."""
        return self.head + self.stages + self.signals

    @property
    def max_norm(self) -> float:
        """Upper bound on the norm (length) of an embedding."""
        return float((1 + 2 * LARGEST**2) ** 0.5)

    def parts(self, rows: Embeddings) -> list[Embeddings]:
        """Views of embeddings' parts: last layer (head), means of earlier stages, and signals."""
        return np.split(rows, [self.head, self.head + self.stages], axis=1)

    def stored(self, rows: Embeddings) -> Embeddings:
        """Embeddings (n, d) as an index stores them, rounded to float16.

        The last layer (head) is scaled to unit length, and the norm of each other block is limited.
        """
        head, *others = self.parts(np.asarray(rows, dtype=np.float32))
        short = [one / np.maximum(lengths(one) / LARGEST, 1) for one in others]
        return np.hstack([unit_rows(head), *short]).astype(np.float16).astype(np.float32)

    def undamaged(self, rows: Embeddings) -> Flags:
        """Mask (n,): True for each embedding (n, d) in `rows` whose blocks all have valid norms.

        The last layer (head) must have unit length, and no other block a norm above `LARGEST`.
        """
        head, *others = (lengths(one)[:, 0] for one in self.parts(rows))
        right = np.abs(head - 1) <= _MAX_LENGTH_ERROR
        for length in others:
            right &= length <= LARGEST + _MAX_LENGTH_ERROR  # False for nan
        return right


def lengths(vectors: Embeddings) -> Embeddings:
    """Euclidean norm (n, 1) of each vector (n, d)."""
    return np.sqrt(np.einsum("nd,nd->n", vectors, vectors))[:, None]


def unit_rows(vectors: Embeddings) -> Embeddings:
    """Vectors (n, d) scaled to unit length."""
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def cosine(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Cosine of two vectors (d,), -1 to 1."""
    one, other = first.astype(np.float64), second.astype(np.float64)
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))
