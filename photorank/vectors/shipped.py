"""Vectors that come with photorank, each known by the digest of its card."""

import hashlib
from pathlib import Path

from photorank.encoders.base import Fingerprint
from photorank.errors import DamagedVectorError
from photorank.vectors.master import MasterVector

# Built-in cards in the order they are offered.
BUILTIN = ("beauty", "technical")
FOLDER = Path(__file__).parent / "builtin"

# SHA-256 of each card; scripts/builtin_vectors.py prints them. A direction that was turned round
# is a card like any other.
SHA256 = {
    "beauty.whole": "6942ba6484f4c07e6dd980c1a68d784669f0cfa239e34553b72e538ca45a294a",
    "beauty.crop": "94b1279743160b04191b7be3ca6f9053631b052f31e65aa206999dbd4c6572d7",
    "technical.whole": "7bec662c30b44cae93c9cc6d69341e133f51ba390d02a1f66965f7e0c4535ff3",
    "technical.crop": "1753cba1d7c30c8ae2250e791cb366bb6b7da9198ff24505f014c39fe775f211",
}


def shipped_vector(card: str, folder: Path = FOLDER) -> MasterVector:
    """Vector of a built-in card, such as ``beauty.whole``.

    Raises :class:`DamagedVectorError` if the card is not the one that was shipped.
    """
    path = folder / f"{card}.json"
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DamagedVectorError(path, (error.strerror or "it cannot be read").lower()) from error
    if digest != SHA256[card]:
        raise DamagedVectorError(path, f"its SHA-256 is {digest[:12]}…, not {SHA256[card][:12]}…")
    return MasterVector.load(path)


def shipped_for(
    fingerprint: Fingerprint, folder: Path = FOLDER
) -> dict[str, MasterVector | DamagedVectorError]:
    """Built-in vectors of an encoder and framing by name, or why one cannot be used."""
    found: dict[str, MasterVector | DamagedVectorError] = {}
    for name in BUILTIN:
        card = f"{name}.{fingerprint.framing}"
        if card not in SHA256 or fingerprint.model != "embedded":
            continue
        try:
            vector = shipped_vector(card, folder)
        except DamagedVectorError as error:
            found[name] = error
        else:
            if vector.fingerprint == fingerprint:
                found[name] = vector
    return found


def damaged_vectors(folder: Path = FOLDER) -> list[DamagedVectorError]:
    """Errors of the built-in cards that are not those that were shipped."""
    damaged = []
    for card in SHA256:
        try:
            shipped_vector(card, folder)
        except DamagedVectorError as error:
            damaged.append(error)
    return damaged
