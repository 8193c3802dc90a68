"""Colour spaces defined by primaries and transfer curve, and ICC profiles made from them."""

import struct
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from photorank.typing import Floats

# A power of the code value, or a curve of its own: sRGB's, and the two of HDR (BT.2100).
Curve: TypeAlias = float | Literal["sRGB", "PQ", "HLG"]
Point: TypeAlias = tuple[float, float]  # CIE x and y

_D65: Point = (0.3127, 0.3290)
_D50_XYZ = np.array([0.9642, 1.0, 0.8249])  # white point of every ICC profile
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)

_LEAST_GAMMA = 1.8  # of curves for whose dark tones 8 bits suffice


class Primaries(NamedTuple):
    """CIE xy chromaticities of a colour space's three primaries and its white point."""

    red: Point
    green: Point
    blue: Point
    white: Point = _D65


class ColourSpace(NamedTuple):
    """RGB colour space, defined by its primaries and its transfer curve."""

    primaries: Primaries
    curve: Curve


BT_709 = Primaries((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
BT_2020 = Primaries((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
SRGB = ColourSpace(BT_709, "sRGB")
ADOBE_RGB = ColourSpace(Primaries((0.640, 0.330), (0.210, 0.710), (0.150, 0.060)), 563 / 256)

# By their numbers in ISO/IEC 23091-2 (CICP): colour primaries, transfer characteristics.
_PRIMARIES = {
    1: BT_709,
    4: Primaries((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)),
    5: Primaries((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    7: Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    8: Primaries((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)),
    9: BT_2020,
    11: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    22: Primaries((0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),
}
# The curves of television (1, 6, 14, 15 and others) are for cameras; stills that name them are
# encoded for screens, as sRGB is.
_CURVES: dict[int, Curve] = {4: 2.2, 5: 2.8, 8: 1.0, 16: "PQ", 17: 2.6, 18: "HLG"}


def space_of_cicp(primaries: int, transfer: int) -> ColourSpace:
    """Colour space that two CICP codes (ISO/IEC 23091-2) stand for; sRGB for unknown codes."""
    return ColourSpace(_PRIMARIES.get(primaries, BT_709), _CURVES.get(transfer, "sRGB"))


@cache
def icc_profile(space: ColourSpace) -> bytes:
    """ICC profile, as bytes, of a colour space with an sRGB or pure power (gamma) curve."""
    matrix = _d50_matrix(space.primaries)
    if space.curve == "sRGB":
        numbers = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]
        curve = b"para\0\0\0\0\0\x03\0\0" + b"".join(map(_fixed, numbers))
    else:
        curve = b"para\0\0\0\0\0\0\0\0" + _fixed(float(space.curve))
    tags = {
        b"desc": b"desc\0\0\0\0\0\0\0\x05tags\0" + bytes(78),
        b"wtpt": _xyz(_D50_XYZ),
        **{name: _xyz(matrix[:, at]) for at, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        offset = 128 + 4 + 12 * len(tags) + len(body)
        table += name + struct.pack(">II", offset, len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4s", 128 + len(table) + len(body), b"lcms")
    head += b"\x02\x40\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    return (head + _xyz(_D50_XYZ)[8:]).ljust(128, b"\0") + table + body


def is_unlike_srgb(space: ColourSpace) -> bool:
    """True if a transfer curve differs so much from sRGB's that conversion needs 16-bit pixels."""
    if isinstance(space.curve, float):
        return space.curve < _LEAST_GAMMA
    return space.curve != "sRGB"


def xyz_matrix(primaries: Primaries) -> Floats:
    """Matrix (3, 3) that converts linear RGB to CIE XYZ, with Y = 1 for white."""
    columns = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]).T
    return columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])


def _d50_matrix(primaries: Primaries) -> Floats:
    """Matrix (3, 3) that converts linear RGB to CIE XYZ with white point D50 (by Bradford)."""
    to_xyz = xyz_matrix(primaries)
    factors = (_BRADFORD @ _D50_XYZ) / (_BRADFORD @ to_xyz.sum(axis=1))
    return np.linalg.inv(_BRADFORD) @ np.diag(factors) @ _BRADFORD @ to_xyz


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Floats) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(float(value)) for value in values)
