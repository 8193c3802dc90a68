"""Projection matrices for network features, and scales for technical signals, from a file."""

import hashlib
import io
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from photorank.errors import DamagedWeightsError
from photorank.typing import Embeddings, Floats

FILE = Path(__file__).parent / "constants.npz"
# `scripts/embedding_constants.py` prints it.
SHA256 = "986a352f285397269dd9ce20deab6d5888a25b73dd8e568707bbc4cc1f4925d8"

# What one standard deviation of a signal counts in a row: all 32 together count half as much as
# the head. Of 0.1 to 4 times the head this is the weight at which neither beauty (OASIS) nor
# quality (phone series) loses more than 0.003 of pairwise accuracy.
_SIGNAL_WEIGHT = 0.5 / np.sqrt(32)
_MOST_DEVIATIONS = 6.0  # standard deviations at which a signal is clipped


class Constants(NamedTuple):
    """Projection matrices of network features, and scales of technical signals such as noise.

    Both were fitted without ratings.
    """

    head: Embeddings  # (1280, 512) of the last layer, orthonormal columns
    stages: Embeddings  # (856, 256) of the stages' means, with their scale
    stage_means: Embeddings  # (856,) that are subtracted first
    signal_means: Embeddings  # (32,)
    signal_deviations: Embeddings  # (32,) standard deviations

    def scaled(self, signals: Floats) -> Embeddings:
        """Technical signals (n, 32) as embeddings contain them: standardised, clipped and weighted.

        Undefined signals become 0.
        """
        apart = np.nan_to_num((signals - self.signal_means) / self.signal_deviations)
        clipped = np.clip(apart, -_MOST_DEVIATIONS, _MOST_DEVIATIONS)
        return (clipped * _SIGNAL_WEIGHT).astype(np.float32)


@cache
def load_constants(file: Path = FILE) -> Constants:
    """Constants from a file in this package; raises DamagedWeightsError if its SHA-256 is wrong."""
    with np.load(io.BytesIO(shipped_bytes(file, SHA256)), allow_pickle=False) as arrays:
        return Constants(*(arrays[name].astype(np.float32) for name in Constants._fields))


def shipped_bytes(file: Path, sha256: str) -> bytes:
    """Content of a package file; raises DamagedWeightsError if its SHA-256 is not `sha256`."""
    hint = "Install photorank again."
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DamagedWeightsError(file, error.strerror or "it cannot be read", hint=hint) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DamagedWeightsError(
            file, f"its SHA-256 is {found[:12]}…, not {sha256[:12]}…", hint=hint
        )
    return content
