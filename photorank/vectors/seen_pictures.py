"""Perceptual hashes of a vector's training photos, to recognise altered copies of these photos."""

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import product
from math import pi
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photorank.errors import CardError
from photorank.photos.grey_fingerprint import BYTES as GREY_BYTES
from photorank.similarity.near_duplicates import (
    LEAST_COSINE,
    are_near_duplicates,
    centre_of,
    without_mean,
)
from photorank.typing import Embeddings, Flags, Json

# Codes that a card keeps at most, of pictures drawn at random: under 160 kB of text.
MOST_PICTURES = 820
_SIGNS = 128  # random directions, of which each picture keeps on which side it lies
_ROWS = 4096  # embeddings that are compared with all pictures at once


@dataclass(frozen=True, eq=False)
class SeenPictures:
    """Perceptual hashes of m images: 16 × 16 grey levels, and signs of 128 random projections.

    The projections are of the embeddings, minus a mean embedding.
    """

    centres: Embeddings  # (c, d) mean embeddings, one of which is taken off before signs are
    centre: NDArray[np.uint8]  # (m,) the one of each picture
    signs: NDArray[np.uint8]  # (m, 16)
    greys: NDArray[np.uint8]  # (m, 128)

    @classmethod
    def of(
        cls, embeddings: Embeddings, greys: NDArray[np.uint8] | None, *, seed: int = 0
    ) -> "SeenPictures | None":
        """Perceptual hashes of photos, from embeddings (n, d) and 4-bit grey images (n, 128 bytes).

        Of many photos a random part is kept: a card stays small, and a set that overlaps is still
        noticed where a single photo may not be.
        """
        if greys is None or not len(greys):
            return None
        centre = centre_of(embeddings).astype(np.float16).astype(np.float32)
        signs = _signs(without_mean(embeddings, centre))
        every = cls(centre[None], np.zeros(len(greys), dtype=np.uint8), signs, greys)
        return every._thinned(MOST_PICTURES, seed)

    @classmethod
    def union(cls, several: Iterable["SeenPictures | None"]) -> "SeenPictures | None":
        """Union of several sets of perceptual hashes; None if no set is given.

        Large sets are thinned, each to an equal share of the maximum.
        """
        known = [one for one in dict.fromkeys(several) if one is not None]
        if len(known) < 2:
            return known[0] if known else None
        parts = [one._thinned(MOST_PICTURES // len(known), seed=0) for one in known]
        begins = np.cumsum([0, *(len(one.centres) for one in parts)])
        return cls(
            np.concatenate([one.centres for one in parts]),
            np.concatenate(
                [one.centre + begin for one, begin in zip(parts, begins, strict=False)]
            ).astype(np.uint8),
            np.concatenate([one.signs for one in parts]),
            np.concatenate([one.greys for one in parts]),
        )

    def recognises(self, embeddings: Embeddings, greys: NDArray[np.uint8]) -> Flags:
        """Mask (n,): True for photos that are copies, possibly altered, of an image in the set."""
        found = np.zeros(len(embeddings), dtype=bool)
        own = _as_signs(self.signs)
        for number, start in product(range(len(self.centres)), range(0, len(embeddings), _ROWS)):
            mine = np.flatnonzero(self.centre == number)
            rows = slice(start, start + _ROWS)
            signs = _as_signs(_signs(without_mean(embeddings[rows], self.centres[number])))
            # The share of directions that part two embeddings is their angle (Charikar 2002).
            cosines = np.sin(pi / 2 * (signs @ own[mine].T) / _SIGNS)
            pairs = np.stack(np.nonzero(cosines >= LEAST_COSINE))
            alike = are_near_duplicates(
                greys[rows], self.greys[mine], pairs, cosines[pairs[0], pairs[1]]
            )
            found[start + pairs[0, alike]] = True
        return found

    def to_text(self) -> dict[str, str]:
        """Hash arrays as text: a dictionary from array name to compressed bytes in Base64."""
        arrays = {one.name: getattr(self, one.name) for one in fields(self)}
        arrays["centres"] = self.centres.astype("<f2")
        return {name: _text(array.tobytes()) for name, array in arrays.items()}

    @classmethod
    def from_text(cls, text: Json, path: Path | str) -> "SeenPictures":
        """Perceptual hashes read from the dict `text`; raises CardError if the dict is invalid."""
        try:
            data = {
                one.name: zlib.decompress(base64.b64decode(text[one.name])) for one in fields(cls)
            }
            centre = np.frombuffer(data["centre"], np.uint8)
            centres = np.frombuffer(data["centres"], "<f2").astype(np.float32)
            signs = np.frombuffer(data["signs"], np.uint8).reshape(len(centre), _SIGNS // 8)
            greys = np.frombuffer(data["greys"], np.uint8).reshape(len(centre), GREY_BYTES)
            return cls(centres.reshape(int(centre.max()) + 1, -1), centre, signs, greys)
        except (KeyError, TypeError, ValueError, zlib.error) as error:
            raise CardError(path, "its codes of pictures cannot be read") from error

    def _thinned(self, most: int, seed: int) -> "SeenPictures":
        """Perceptual hashes of a random sample of at most `most` images."""
        if len(self.greys) <= most:
            return self
        rows = np.random.default_rng(seed).choice(len(self.greys), most, replace=False)
        rows = np.sort(rows)
        return replace(
            self, centre=self.centre[rows], signs=self.signs[rows], greys=self.greys[rows]
        )


def _signs(centred: Embeddings) -> NDArray[np.uint8]:
    """Signs of embeddings' projections on 128 random directions, packed as bits (n, 16 bytes)."""
    return np.packbits(centred @ _directions(centred.shape[1]) > 0, axis=1)


def _as_signs(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Signs (n, 128), each −1 or 1, unpacked from bits (n, 16 bytes)."""
    return np.unpackbits(packed, axis=1).astype(np.float32) * 2 - 1


@cache
def _directions(dimensions: int) -> Embeddings:
    """Random directions (d, 128) in embedding space, the same in every version of photorank."""
    drawn = np.random.RandomState(0).standard_normal((dimensions, _SIGNS))
    return drawn.astype(np.float32)


def _text(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")
