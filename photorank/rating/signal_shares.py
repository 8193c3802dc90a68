"""Contributions of technical signals (noise, sharpness, colour and so on) to a rating."""

from dataclasses import dataclass

import numpy as np

from photorank.encoders.base import Fingerprint
from photorank.index.opened import Index
from photorank.photos.signals.signals_block import GROUPS, NAMES
from photorank.rating.concepts import sampled_rows
from photorank.typing import Direction, Embeddings, Floats, Ratings
from photorank.vectors.master import MasterVector

_PLACES = [[NAMES.index(name) for name in names] for names in GROUPS.values()]
_LEAST_TOLD = 0.05  # standard deviations; smaller ones round to 0.0


@dataclass(frozen=True)
class SignalShare:
    """Contribution of one kind of technical signal to a rating, relative to the index's photos.

    The mean contribution over the index's photos is subtracted.
    """

    text: str  # one of `GROUPS`
    pull: float  # standard deviations of the index's ratings


@dataclass(frozen=True)
class SignalShares:
    """Contributions of technical signals to a rating, minus the mean over the index's photos.

    The signals are noise, sharpness, colour and so on. Their mean contributions over the index's
    photos are subtracted.
    """

    total: float  # in units of the rating
    kinds: list[SignalShare]  # the strongest first

    @property
    def pull(self) -> float:
        """Total effect of technical signals on a rating, in standard deviations of all ratings."""
        return sum(one.pull for one in self.kinds)

    @property
    def told(self) -> list[SignalShare]:
        """Signals' contributions that are shown to the user: all except those that round to 0.0."""
        return [one for one in self.kinds if abs(one.pull) >= _LEAST_TOLD]

    def __str__(self) -> str:
        return ", ".join(f"{one.text} {signed(one.pull)}" for one in self.told)


def signed(number: float) -> str:
    """Text of a number, with its sign and one decimal.

    Examples
    --------
    >>> signed(0.82), signed(-0.2), signed(0)
    ('+0.8', '−0.2', '+0.0')
    """
    return f"{number:+.1f}".replace("-", "−")


def signal_shares(
    index: Index, vector: MasterVector, embedding: Embeddings, ratings: Ratings
) -> SignalShares | None:
    """Contributions of technical signals to a photo's rating, from the photo's embedding (d,).

    `ratings` (n,) are the index's by the same vector. None where the index has no signals in its
    embeddings, or the vector does not look at them.
    """
    rows = np.vstack([embedding[None], index.embeddings_of(sampled_rows(index))])
    parts = parts_by_kind(vector, rows, index.fingerprint)
    if parts is None:
        return None
    lead = parts[0] - parts[1:].mean(axis=0)
    spread = float(ratings.std())
    pulls = lead / spread if spread > 0 else np.zeros(len(lead))
    kinds = [SignalShare(*one) for one in zip(GROUPS, pulls.tolist(), strict=True)]
    return SignalShares(float(lead.sum()), sorted(kinds, key=lambda one: -abs(one.pull)))


def parts_by_kind(
    vector: MasterVector, embeddings: Embeddings, fingerprint: Fingerprint
) -> Floats | None:
    """Contributions (n, 6) of six kinds of signal (noise, sharpness, …) to n photos' ratings.

    None where embeddings have no signals, or the vector does not look at them.
    """
    direction = signals_direction(vector, fingerprint)
    if direction is None:
        return None
    products = embeddings[:, -len(direction) :].astype(np.float64) * direction
    return np.column_stack([products[:, places].sum(axis=1) for places in _PLACES])


def signals_direction(vector: MasterVector, fingerprint: Fingerprint) -> Direction | None:
    """Weights (32,) that a vector gives to the 32 technical signals.

    None if the vector does not use technical signals.
    """
    blocks = fingerprint.blocks
    if blocks is None or not blocks.signals or len(vector.direction) < blocks.dimensions:
        return None
    direction: Direction = vector.scale * vector.direction[-blocks.signals :]
    return direction if direction.any() else None
