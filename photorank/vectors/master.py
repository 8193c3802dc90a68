"""Master-vector: a rating direction in one encoder's embedding space, with a metadata card."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photorank.encoders.base import Fingerprint
from photorank.errors import CardError, counted
from photorank.json_values import fault_in_json, from_json, to_json
from photorank.metrics.estimates import Limits
from photorank.typing import Direction, Embeddings, Flags, Json, Ratings
from photorank.vectors.seen_pictures import SeenPictures
from photorank.workspace import checked_name, read_bytes, write_bytes

SCHEMA = 1
# Sixteen hex digits tell 10⁸ photos apart with a chance of error of one in 3,000.
_DIGEST_DIGITS = 16
# Kinds of vectors whose cards, by an older photorank, do not say that their photos are unknown.
_OF_UNKNOWN_PHOTOS = ("published",)
# Numbers that are rated together: 2 MB in float64, so that a core's cache holds them.
_BLOCK = 1 << 18
MOST = 1e100  # size of a vector's numbers, so that their squares can be computed with


@dataclass(frozen=True)
class Card:
    """Metadata card of a vector: all that is needed to evaluate the vector or learn it again."""

    parameters: Json = field(default_factory=dict)  # prompts, or the learner's arguments
    index: str | None = None  # the index it was learned in
    photos: frozenset[str] = frozenset()  # shortened digests of the photos it saw
    pictures: SeenPictures | None = None  # codes that recognise altered copies of them
    unknown: bool = False  # whether it learned from photos that nobody can tell
    labels: str | None = None  # digest of the judgements it saw
    n_photos: int = 0
    n_pairs: int = 0
    seed: int | None = None
    metrics: Json = field(default_factory=dict)  # held-out, each with its interval
    licence: str = ""
    source: str = ""  # data and method, in words
    created: str = ""  # ISO date

    @property
    def accuracy(self) -> Limits | None:
        """Held-out pairwise accuracy with a confidence interval; None if not measured."""
        found = self.metrics.get("pairwise_accuracy")
        return from_json(Limits, found) if found else None

    @property
    def prior_accuracy(self) -> Limits | None:
        """Held-out accuracy of the prior direction that learning began from; None if unknown."""
        found = self.metrics.get("prior_accuracy")
        return from_json(Limits, found) if found else None

    @property
    def fold_by(self) -> str:
        """Kind of photo group that test folds keep whole, such as "series"; empty if untested."""
        return (self.metrics.get("protocol") or {}).get("fold_by", "")

    def saw(self, digest: str) -> bool:
        """True if the vector was learned from the photo with this digest."""
        return shortened(digest) in self.photos

    def seen(
        self, digests: Sequence[str], embeddings: Embeddings, greys: NDArray[np.uint8] | None
    ) -> Flags:
        """Mask (n,): True for the vector's training photos, and for altered copies of them."""
        found = np.zeros(len(digests), dtype=bool)
        if self.photos:
            found[:] = [self.saw(digest) for digest in digests]
        others = np.flatnonzero(~found)
        if self.pictures is not None and greys is not None and len(others):
            found[others] = self.pictures.recognises(embeddings[others], greys[others])
        return found


def shortened(digest: str) -> str:
    """First 16 hexadecimal digits of a photo's digest, as stored in vector cards."""
    return digest[:_DIGEST_DIGITS]


@dataclass(frozen=True, eq=False)
class MasterVector:
    """Rating direction: a unit vector v that rates embeddings x by ``scale * (x · v) + bias``.

    Parameters
    ----------
    name : str
        Its file's name.
    kind : str
        How it was made: ``prompt``, ``antonyms``, or a learner's name.
    direction : ndarray of shape (d,)
        Any length; stored at unit length, the length multiplied into `scale`.
    fingerprint : Fingerprint
        The embeddings it may rate.
    scale, bias : float
        Keep the scale of a published score; 1 and 0 leave plain scalar products.
    slope : float or None
        Logits per unit of rating difference, fitted on held-out judgements;
        None if it was not calibrated.
    card : Card
        Where it comes from.

    Examples
    --------
    >>> fingerprint = Fingerprint("embedded", "0" * 64, "whole", 224)
    >>> vector = MasterVector("mine", "prompt", np.array([3.0, 4.0]), fingerprint)
    >>> vector.direction, vector.scale
    (array([0.6, 0.8]), 5.0)
    >>> vector.rate(np.array([[1.0, 0.0]]), fingerprint)
    array([3.])
    """

    name: str
    kind: str
    direction: Direction
    fingerprint: Fingerprint
    scale: float = 1.0
    bias: float = 0.0
    slope: float | None = None
    card: Card = field(default_factory=Card)

    def __post_init__(self) -> None:
        checked_name("a vector", self.name)
        direction = np.asarray(self.direction, dtype=np.float64)
        bounded = direction.ndim == 1 and bool((np.abs(direction) <= MOST).all())
        length = float(np.linalg.norm(direction)) if bounded else 0.0
        if length == 0:
            told = f"its direction is not a list of numbers up to {MOST:g}, not all 0"
            raise CardError(self.name, told)
        object.__setattr__(self, "direction", direction / length)
        object.__setattr__(self, "scale", self.scale * length)
        if not all(abs(number) <= MOST for number in (self.scale, self.bias, self.slope or 0.0)):
            raise CardError(self.name, f"its scale, bias or slope is not a number up to {MOST:g}")

    def __repr__(self) -> str:
        size = counted(len(self.direction), "dimension")
        return f"<MasterVector {self.name!r}: {self.kind}, {size}, of {self.fingerprint}>"

    def rate(self, embeddings: Embeddings, fingerprint: Fingerprint) -> Ratings:
        """Ratings (n,) of embeddings (n, d); higher means more worth printing.

        A vector of the head alone, such as a prompt's, rates by the head.

        Raises
        ------
        EncoderMismatchError
            If another encoder, framing or size made the embeddings.
        """
        self.fingerprint.require(fingerprint, vector=self.name)
        rows = np.asarray(embeddings)[:, : len(self.direction)]
        products = np.empty(len(rows))
        step = max(_BLOCK // len(self.direction), 1)
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            # einsum adds up each row in the same order, so a photo rates the same in any company.
            products[part] = np.einsum("nd,d->n", rows[part].astype(np.float64), self.direction)
        return self.scale * products + self.bias

    def padded_to(self, fingerprint: Fingerprint) -> "MasterVector":
        """Vector with its direction zero-padded to the dimension of an encoder's embeddings.

        Raises EncoderMismatchError if it belongs to other embeddings.
        """
        self.fingerprint.require(fingerprint, vector=self.name)
        blocks = fingerprint.blocks
        if blocks is None or self.fingerprint == fingerprint:
            return self
        direction = np.pad(self.direction, (0, blocks.dimensions - len(self.direction)))
        return replace(self, direction=direction, fingerprint=fingerprint)

    def renamed(self, name: str) -> "MasterVector":
        """Copy of the vector under another name."""
        return replace(self, name=name)

    def save(self, path: Path | str) -> None:
        """Write the vector to a JSON file with a checksum, synced to disk."""
        data = self.to_json()
        data["checksum"] = _checksum(data)
        write_bytes(Path(path), (json.dumps(data, indent=1) + "\n").encode())

    @classmethod
    def load(cls, path: Path | str) -> "MasterVector":
        """Vector read from a JSON file that :meth:`save` wrote; no code in the file is executed.

        Raises
        ------
        MissingPathError
            If there is no such file.
        CardError
            If it is not a card, or of a newer schema.
        """
        try:
            data = json.loads(read_bytes(Path(path)))
            told = data.get("checksum", "") if isinstance(data, dict) else ""
            changed = bool(told) and told != _checksum(data)
        except (ValueError, RecursionError) as error:
            raise CardError(path, f"not JSON ({error})") from error
        if changed:
            raise CardError(
                path, "its checksum is another; if the change is yours, take out `checksum`"
            )
        return cls.from_json(data, path)

    def to_json(self) -> Json:
        """Vector and metadata card as a dictionary of JSON data."""
        card = self.card
        return {
            "schema": SCHEMA,
            "name": self.name,
            "kind": self.kind,
            "fingerprint": to_json(self.fingerprint),
            "scale": self.scale,
            "bias": self.bias,
            "slope": self.slope,
            "parameters": card.parameters,
            "data": {
                "index": card.index,
                "n_photos": card.n_photos,
                "n_pairs": card.n_pairs,
                "labels": card.labels,
                "photos": sorted(card.photos),
                "pictures": None if card.pictures is None else card.pictures.to_text(),
                "unknown": card.unknown,
            },
            "seed": card.seed,
            "metrics": card.metrics,
            "licence": card.licence,
            "source": card.source,
            "created": card.created or datetime.now(UTC).date().isoformat(),
            # Nine digits hold a float32, which is what embeddings are.
            "direction": [float(f"{value:.9g}") for value in self.direction],
        }

    @classmethod
    def from_json(cls, data: Json, path: Path | str = "the card") -> "MasterVector":
        """Vector restored from the data of :meth:`to_json`; raises CardError if invalid."""
        if not isinstance(data, dict) or not isinstance(data.get("schema"), int):
            raise CardError(path, "it has no schema number")
        if data["schema"] > SCHEMA:
            raise CardError(path, f"schema {data['schema']} was made by a newer photorank")
        try:
            seen = data["data"]
            slope = data["slope"]
            vector = cls(
                name=str(data["name"]),
                kind=str(data["kind"]),
                direction=np.array([float(value) for value in data["direction"]]),
                fingerprint=from_json(Fingerprint, data["fingerprint"]),
                slope=None if slope is None else float(slope),
                card=Card(
                    parameters=dict(data["parameters"]),
                    index=seen["index"],
                    photos=frozenset(shortened(str(digest)) for digest in seen["photos"]),
                    pictures=_pictures(seen.get("pictures"), path),
                    unknown=bool(seen.get("unknown", data["kind"] in _OF_UNKNOWN_PHOTOS)),
                    labels=seen["labels"],
                    n_photos=int(seen["n_photos"]),
                    n_pairs=int(seen["n_pairs"]),
                    seed=data["seed"],
                    metrics=dict(data["metrics"]),
                    licence=str(data["licence"]),
                    source=str(data["source"]),
                    created=str(data["created"]),
                ),
            )
            # Rounding made the length differ from 1 in the last digits; the scale is the file's.
            vector = replace(vector, scale=float(data["scale"]), bias=float(data["bias"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, CardError):
                raise CardError(path, error.why) from error
            raise CardError(path, fault_in_json(error)) from error
        return vector


def _pictures(text: Json | None, path: Path | str) -> SeenPictures | None:
    return None if text is None else SeenPictures.from_text(text, path)


def _checksum(data: Json) -> str:
    """SHA-256 of a vector's card, ignoring white space and the stored checksum."""
    said = {key: value for key, value in data.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
