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
    "beauty.whole": "fc6f636c478fee4283167486504aca84dc80b1b3217e38708ef07eafdeb76042",
    "beauty.crop": "de449fb519d2407583e7f6a7f649e36b2b30ffcdf9167d182822fc3cb6271e2f",
    "technical.whole": "38124ba50d6a19144e93ee44ef7afe02d26570ea2ac82f4413b9be5ebfc7877d",
    "technical.crop": "3b625fbd6757f22aa9f31862257e674f9ede3a49d0a818ee0b6eff55703f2818",
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
