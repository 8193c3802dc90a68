"""Technical measurements (signals) of a photo, such as sharpness, for the photo database."""

import io

import numpy as np
from PIL import Image

from photorank.photos.open_photo import decode_photo, full_size, open_header
from photorank.photos.signals.compression import jpeg_quality
from photorank.photos.signals.signals_block import (
    LEAST_LONG_SIDE,
    NAMES,
    noise_of,
    signals_block,
)
from photorank.typing import Floats

# The names are the catalogue's columns, in this order.
SIGNALS = (
    *("width", "height", "sharpness", "best_tile_sharpness", "subject_sharpness", "noise"),
    *("brightness", "clipped_shadows", "clipped_highlights", "contrast", "colourfulness"),
    "jpeg_quality",
)
_SHARPNESS = {
    "sharpness": "sharpness mean, octave 1",
    "best_tile_sharpness": "sharpness max, octave 1",
    "subject_sharpness": "sharpness subject, octave 1",
}
# Colourfulness of Hasler & Süsstrunk (2003), https://doi.org/10.1117/12.477378: 0 (grey) to about
# 110; 15 is slightly, 33 moderately, 59 quite colourful.
_MEANS_IN_COLOURFULNESS = 0.3


def photo_signals(data: bytes) -> dict[str, float]:
    """Dictionary of a photo file's technical measurements (sharpness, …); nan where undefined.

    Raises UnreadablePhotoError if the bytes are no usable photo.
    """
    photo = decode_photo(data, short_side=1, long_side=LEAST_LONG_SIDE)
    quality = jpeg_quality(open_header(io.BytesIO(data)))
    return catalogue_signals(signals_block(photo), photo, quality)


def catalogue_signals(block: Floats, photo: Image.Image, quality: float) -> dict[str, float]:
    """Dictionary of a photo's technical measurements, as stored in the photo database.

    `block` is the signals block (32,) of the embedding, `quality` the JPEG quality.

    Sharpness is the log10 of the mean squared Laplacian, −6 to 1.2: of the whole picture, of the
    sharpest of 64 tiles, and of its middle; noise a standard deviation in grey levels of 255, above
    about 3 visible; brightness the mean grey level, contrast the standard deviation of grey levels;
    clipping the share of pixels that are black or white; colourfulness 0 to about 110.
    """
    of = dict(zip(NAMES, block.tolist(), strict=True))
    width, height = full_size(photo)
    means = np.hypot(of["red over green"], of["yellow over blue"])
    values = {
        "width": float(width),
        "height": float(height),
        **{name: of[part] for name, part in _SHARPNESS.items()},
        "noise": noise_of(of["noise, octave 1"]),
        "brightness": of["brightness"],
        "clipped_shadows": of["black"] ** 2,
        "clipped_highlights": of["white"] ** 2,
        "contrast": of["contrast"],
        "colourfulness": float(255 * (of["colourfulness"] + _MEANS_IN_COLOURFULNESS * means)),
        "jpeg_quality": quality,
    }
    return {name: values[name] for name in SIGNALS}
