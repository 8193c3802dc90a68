"""Built-in vectors, shipped as JSON files with known SHA-256 digests."""

import hashlib
from pathlib import Path

from photorank.encoders.base import Fingerprint
from photorank.errors import DamagedVectorError
from photorank.vectors.master import MasterVector

# Built-in cards in the order they are offered.
BUILTIN = ("worth", "beauty", "technical")
# For versions and shots of one scene: of two scenes it says nothing, so it is used by name alone.
WITHIN_SCENES = ("framing",)
FOLDER = Path(__file__).parent / "builtin"

# SHA-256 of each card; scripts/builtin_vectors.py prints them. A direction that was turned round
# is a card like any other.
SHA256 = {
    "beauty.crop.1": "de449fb519d2407583e7f6a7f649e36b2b30ffcdf9167d182822fc3cb6271e2f",
    "beauty.crop": "4038fee7f593b6adac71cc3f61297c46b6385f4d5afccb3d2accbacefbd49463",
    "beauty.whole.1": "fc6f636c478fee4283167486504aca84dc80b1b3217e38708ef07eafdeb76042",
    "beauty.whole": "430bc9281c7e52f0f9c9a9f111f0703725f710394361bfd519bd904a8fb99663",
    "framing.crop": "6918f59f0b6d060aca47b0ad74f909f5328d72e8209e77421999fd9c6a02bf0b",
    "framing.whole": "e25ed53add6422803d3107313e32d29bc3b0570ccc47ef13cb2cbeda6c054184",
    "technical.crop.1": "3b625fbd6757f22aa9f31862257e674f9ede3a49d0a818ee0b6eff55703f2818",
    "technical.crop": "8cd8c6a9932226544b241696c74a02360bc2bbbc5f1580929b1611c2c2e8f46e",
    "technical.whole.1": "38124ba50d6a19144e93ee44ef7afe02d26570ea2ac82f4413b9be5ebfc7877d",
    "technical.whole": "e5b8ce28c3d72d70a06e5189d35c55282339b8ac90fc45ecc3e46e2af5936478",
    "worth.crop": "d37f28b1328b1ee060d7d2a41dbb5d599ad6e6f32e09957b0a572e2980de3437",
    "worth.whole": "92fc90ef7a93561f68295f3f72eea7b4d80fbfa3b5a535c0028674b013632b4e",
}


def shipped_vector(card: str, folder: Path = FOLDER) -> MasterVector:
    """Built-in vector read from its file, by a name such as ``beauty.whole``.

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
    """Built-in vectors for an encoder, by name; an error object replaces each damaged vector."""
    found: dict[str, MasterVector | DamagedVectorError] = {}
    for name in (*BUILTIN, *WITHIN_SCENES):
        card = f"{name}.{fingerprint.framing}"
        if fingerprint.blocks is None:
            card += ".1"  # of the first version
        if card not in SHA256 or not fingerprint.is_embedded:
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
    """Error objects, one for each built-in vector whose file is damaged."""
    damaged = []
    for card in SHA256:
        try:
            shipped_vector(card, folder)
        except DamagedVectorError as error:
            damaged.append(error)
    return damaged
