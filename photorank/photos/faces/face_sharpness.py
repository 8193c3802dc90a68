"""Sharpness of a face, comparable between photos that show the same person at the same size."""

import numpy as np
from PIL import Image

from photorank.typing import Floats

# Pixels of the photo's long side at which it is measured: a face that is a tenth of it has 150.
# Smaller photos are measured as they are.
_LONG_SIDE = 1536
_MIN_SIDE = 8  # pixels of a box, below which nothing is measured
_MIN_SHARPNESS = 1e-6  # variance ratio, before the logarithm


def face_sharpness(photo: Image.Image, box: Floats) -> float:
    """Sharpness of a photo within a face's box: log10 of Laplacian variance over grey variance.

    The box is (left, top, right, bottom) in pixels. The sharpness is nan where the
    face is too small or has no contrast at all.
    """
    scale = min(_LONG_SIDE / max(photo.size), 1.0)
    left, top = np.maximum(box[:2], 0).tolist()
    right, bottom = np.minimum(box[2:], photo.size).tolist()
    width, height = round((right - left) * scale), round((bottom - top) * scale)
    if min(width, height) < _MIN_SIDE:
        return float("nan")
    part = photo.resize((width, height), Image.Resampling.LANCZOS, (left, top, right, bottom), 2.0)
    grey = np.asarray(part.convert("L"), dtype=np.float64) / 255
    detail = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1]
    detail -= grey[1:-1, :-2] + grey[1:-1, 2:]
    spread = float(grey.var())
    return float(np.log10(detail.var() / spread + _MIN_SHARPNESS)) if spread > 0 else float("nan")
