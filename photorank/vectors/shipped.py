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
    "beauty.whole": "4ee62dbcbee9eea205380e74fb8a439d8136497cb61f098973e2b50f0236806a",
    "beauty.crop": "3d8db285d33a72053a01564bfef7569869064dacf39697a53d26a634e0749193",
    "technical.whole": "41dc2af11e243cbe291167303a4475ed0bd62a31e31c58969f7944d47999df52",
    "technical.crop": "8637900f6cd851556aa8dcde9d5c857377c83e2c4d2cc89d0490d81429635dfb",
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
