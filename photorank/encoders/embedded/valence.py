"""Valence of a text: the strength of praise or blame in its words.

A fixed direction among sentence embeddings, fitted to words that people rated.
"""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from photorank.encoders.constants import shipped_bytes
from photorank.encoders.embedded.class_names import centred_sentences
from photorank.typing import Floats

# Coefficients of the direction and its constant, made by `scripts/word_valence.py`.
FILE = Path(__file__).with_name("valence.npy")
SHA256 = "88a5b106e8e82fff994031428891369bb6ad7dded3bece3fbe8a0e22bcfb7b55"


def valence(texts: Sequence[str], device: str) -> Floats:
    """Valence (n,) of each text: −1 for strong blame, 0 for neutral, 1 for strong praise."""
    *coefficients, constant = _direction().tolist()
    return np.asarray(centred_sentences(texts, device) @ np.array(coefficients) + constant)


@cache
def _direction() -> Floats:
    return np.asarray(np.load(io.BytesIO(shipped_bytes(FILE, SHA256)), allow_pickle=False))
