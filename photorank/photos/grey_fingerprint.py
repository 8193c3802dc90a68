"""Thumbnail fingerprint of an image: 16 × 16 grey levels, robust to small alterations."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photorank.typing import Floats

SIDE = 16  # cells along each side
BYTES = SIDE * SIDE // 2  # two cells of 4 bits each
_LEVELS = 15  # number of grey steps above the darkest cell
_LONG_SIDE_PX = 384  # at which borders are detected
# A row or column of pixels is part of a plain border if its grey varies no more than this …
_BORDER_DEVIATION = 4.0
# … and differs from the outermost one by no more than this, both of 255 levels.
_BORDER_DRIFT = 8.0
_MAX_BORDER = 0.3  # share of a side, at each end


def grey_fingerprint(picture: Image.Image) -> bytes:
    """Fingerprint (128 bytes) of an image: its 16 × 16 thumbnail in 16 grey levels.

    Plain borders on opposite sides (frames, letterboxes) are taken off first, and the contrast is
    stretched. The proportions of the picture are not kept.
    """
    grey = picture.convert("L")
    grey.thumbnail((_LONG_SIDE_PX, _LONG_SIDE_PX), Image.Resampling.BICUBIC)
    inside = _without_borders(np.asarray(grey, dtype=np.float32))
    small = Image.fromarray(inside.astype(np.uint8)).resize((SIDE, SIDE), Image.Resampling.BOX)
    cells = np.asarray(small, dtype=np.float32).ravel()
    span = max(float(np.ptp(cells)), 1.0)
    levels = np.rint((cells - cells.min()) / span * _LEVELS).astype(np.uint8)
    return (levels[0::2] << 4 | levels[1::2]).tobytes()


def grey_cells(codes: NDArray[np.uint8]) -> Floats:
    """Grey levels (n, 16, 16), 0 to 15, unpacked from n fingerprints of 128 bytes (n, 128)."""
    levels = np.stack([codes >> 4, codes & 15], axis=-1)
    return levels.reshape(len(codes), SIDE, SIDE).astype(np.float32)


def _without_borders(grey: Floats) -> Floats:
    """Grey image with its uniform borders (a frame, a letterbox) cut off."""
    for _ in range(4):  # each side twice: some of a frame shows only when the rest is off
        first, last = _border_rows(grey), _border_rows(grey[::-1])
        if first and last:
            grey = grey[first : len(grey) - last]
        grey = grey.T
    return grey


def _border_rows(rows: Floats) -> int:
    """Number of uniform pixel rows at the top of an image, at most 30 % of all rows."""
    most = int(len(rows) * _MAX_BORDER)
    plain = rows[:most].std(axis=1) <= _BORDER_DEVIATION
    alike = np.abs(rows[:most].mean(axis=1) - rows[0].mean()) <= _BORDER_DRIFT
    return int(np.argmin(np.append(plain & alike, False)))
