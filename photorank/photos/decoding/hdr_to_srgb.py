"""Conversion of 16-bit pixels with HDR or other unusual transfer curves to 8-bit sRGB."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photorank.photos.decoding.colour_definitions import BT_709, ColourSpace, Curve, xyz_matrix
from photorank.photos.decoding.deep_pixels import DeepFrames
from photorank.typing import Floats, Frames

Light: TypeAlias = NDArray[np.float32]  # (h, w, 3), linear, 1 is paper white

_HDR_WHITE_NITS = 203.0  # paper white in HDR (BT.2408), 255 in sRGB
_PQ_PEAK_NITS, _HLG_PEAK_NITS = 10_000.0, 1_000.0
_HLG_SYSTEM_GAMMA = 1.2  # for a display of 1,000 nits (BT.2100)
_KNEE = 0.8  # of paper white, from which highlights are compressed
_MIN_BRIGHT_SHARE = 0.001  # of pixels above paper white, from which highlights are compressed
_SAMPLE_STEP = 8  # pixels between samples for this share
_ROWS_AT_A_TIME = 256  # of an HDR photo, since floats need twelve times its memory


def hdr_to_srgb(codes: DeepFrames, space: ColourSpace) -> Image.Image:
    """8-bit sRGB image from 16-bit RGB pixel values (h, w, 3) with any transfer curve.

    Light beyond paper white is clipped where there is little of it, else rolled off.
    """
    light = _LinearConverter(space)
    bright = light.of(codes[::_SAMPLE_STEP, ::_SAMPLE_STEP]).max(axis=-1) > 1.02
    roll_off = bright.mean() > _MIN_BRIGHT_SHARE
    done = np.empty(codes.shape, dtype=np.uint8)
    for top in range(0, len(codes), _ROWS_AT_A_TIME):
        rows = light.of(codes[top : top + _ROWS_AT_A_TIME])
        done[top : top + _ROWS_AT_A_TIME] = _srgb_codes(_rolled_off(rows) if roll_off else rows)
    return Image.fromarray(done)


class _LinearConverter:
    """Converter from 16-bit pixel values to linear RGB (BT.709 primaries) with paper white at 1."""

    def __init__(self, space: ColourSpace) -> None:
        to_xyz = xyz_matrix(space.primaries)
        self._is_hlg = space.curve == "HLG"
        self._light = _light_table(space.curve).astype(np.float32)
        self._luminance = to_xyz[1].astype(np.float32)
        self._to_709 = (np.linalg.inv(xyz_matrix(BT_709)) @ to_xyz).T.astype(np.float32)

    def of(self, codes: DeepFrames) -> Light:
        """Linear RGB values (rows, w, 3) converted from 16-bit pixel values (rows, w, 3)."""
        light = self._light[codes]
        if self._is_hlg:  # a screen shows the scene with more contrast
            brightness = np.maximum(light @ self._luminance, 1e-6)[..., None]
            light *= brightness ** (_HLG_SYSTEM_GAMMA - 1) * (_HLG_PEAK_NITS / _HDR_WHITE_NITS)
        return light @ self._to_709


def _light_table(curve: Curve) -> Floats:
    """Table (65536,) of the linear light of every 16-bit pixel value, under a transfer curve.

    1 is paper white for PQ, and the maximum for all other curves.
    """
    code = np.linspace(0, 1, 1 << 16)
    if curve == "PQ":  # SMPTE ST 2084
        m1, m2 = 2610 / 16384, 2523 / 4096 * 128
        c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
        root = code ** (1 / m2)
        light = (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
        return light * (_PQ_PEAK_NITS / _HDR_WHITE_NITS)
    if curve == "HLG":  # BT.2100
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return code ** float(curve)


def _rolled_off(light: Light) -> Light:
    """Linear RGB with highlights smoothly compressed towards 1, at constant hue."""
    peak = light.max(axis=-1, keepdims=True)
    beyond = np.maximum(peak - _KNEE, 0) / (1 - _KNEE)
    return light * (
        (np.minimum(peak, _KNEE) + (1 - _KNEE) * -np.expm1(-beyond)) / np.maximum(peak, 1e-6)
    )


def _srgb_codes(light: Light) -> Frames:
    light = np.clip(light, 0, 1)
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * code).astype(np.uint8)
