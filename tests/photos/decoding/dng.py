"""DNG files as cameras write them, made for tests: raw mosaics, with or without a preview."""

import io

import numpy as np
import tifffile

# XYZ to a camera whose primaries are sRGB's, as DNG's ColorMatrix1 wants it.
_MATRIX = [3.2405, -1.5371, -0.4985, -0.9693, 1.8760, 0.0416, 0.0556, -0.2040, 1.0572]


def light(picture):
    """Linear light values of an sRGB picture, from 0 to 1."""
    code = np.asarray(picture) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def mosaic(picture):
    """Bayer mosaic (RGGB) of a picture: one linear colour value for each pixel."""
    linear = np.rint(light(picture) * 65_535).astype(np.uint16)
    pixels = linear[..., 1].copy()
    pixels[::2, ::2] = linear[::2, ::2, 0]
    pixels[1::2, 1::2] = linear[1::2, 1::2, 2]
    return pixels


def dng(picture, *, preview=None, orientation=1, taken=None, xmp=None):
    """DNG file that holds a picture as a Bayer mosaic and, if given, a preview image."""
    rational = [number for one in _MATRIX for number in (round(one * 10_000), 10_000)]
    tags = [
        (50706, "B", 4, bytes([1, 4, 0, 0]), True),
        (50708, "s", 0, "Made Camera", True),
        (50721, "2i", 9, rational, True),
        (50728, "2I", 3, [1, 1] * 3, True),
        (50778, "H", 1, 21, True),
        (271, "s", 0, "Made", True),
        (272, "s", 0, "Camera", True),
        (274, "H", 1, orientation, True),
    ]
    if taken:
        tags.append((36867, "s", 0, taken, True))
    if xmp:
        tags.append((700, "B", len(xmp), xmp, True))
    cfa = [
        (33421, "H", 2, [2, 2], True),
        (33422, "B", 4, bytes([0, 1, 1, 2]), True),
        (50714, "H", 1, 0, True),
        (50717, "H", 1, 65_535, True),
    ]
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        if preview is None:
            writer.write(mosaic(picture), photometric="cfa", extratags=tags + cfa, metadata=None)
        else:
            small = np.asarray(preview.resize((64, 48)))
            common = {"photometric": "rgb", "metadata": None}
            writer.write(small, subfiletype=1, subifds=2, extratags=tags, **common)
            writer.write(
                mosaic(picture), subfiletype=0, photometric="cfa", extratags=cfa, metadata=None
            )
            jpeg = io.BytesIO()
            preview.save(jpeg, "JPEG", quality=95)
            writer.write(
                iter([jpeg.getvalue()]),
                shape=(preview.height, preview.width, 3),
                dtype=np.uint8,
                subfiletype=1,
                photometric="ycbcr",
                compression="jpeg",
                rowsperstrip=preview.height,
                metadata=None,
            )
    return file.getvalue()
