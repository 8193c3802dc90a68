"""16-bit pixel values of photos: reading from files, and rounding to 8 bits.

Dark tones need 16 bits in some transfer curves.
"""

from collections.abc import Callable
from io import BytesIO
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photorank.typing import Frames

DeepFrames: TypeAlias = NDArray[np.uint16]  # (h, w, 3)

MAX_DEEP_PIXELS = 100_000_000  # of a photo whose 16 bits are held in memory
_ROWS_AT_A_TIME = 256
_PNG_BITS_AT = 24  # the byte of a PNG that tells its bits a sample
# Pillow keeps the first of two bytes; decoded in the opposite byte order, it keeps the second.
_SECOND_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
_MORE_THAN_8_BITS, _TWELVE_BITS = 0x40, 0x20  # in the third byte of an AVIF's configuration


def sixteen_bit_pixels(photo: Image.Image, data: bytes, factor: int) -> DeepFrames:
    """16-bit RGB values (h, w, 3) of a photo, averaged over blocks of `factor` × `factor` pixels.

    They are as precise as in the file; `data` are the file's bytes.
    """
    codes = _as_fine_as_the_file(photo, data)
    if factor < 2:
        return codes
    size = (ceil(photo.height / factor), ceil(photo.width / factor), 3)
    means = np.empty(size, dtype=np.uint16)
    for channel in range(3):
        whole = Image.fromarray(codes[..., channel].astype(np.float32))
        means[..., channel] = np.rint(np.asarray(whole.reduce(factor)))
    return means


def rounded(codes: DeepFrames) -> Frames:
    """Pixel values rounded from 16 bits to 8 bits.

    >>> rounded(np.array([0, 128, 129, 65406, 65407, 65535], dtype=np.uint16)).tolist()
    [0, 0, 1, 254, 255, 255]
    """
    eight = np.empty(codes.shape, dtype=np.uint8)
    for top in range(0, len(codes), _ROWS_AT_A_TIME):
        rows = codes[top : top + _ROWS_AT_A_TIME]
        eight[top : top + _ROWS_AT_A_TIME] = (rows.astype(np.uint32) + 128) // 257
    return eight


def rounded_png(photo: Image.Image, data: bytes) -> Image.Image | None:
    """8-bit image from a 16-bit RGB or RGBA PNG; None for other files and for too large files.

    Pillow itself drops the second byte. `data` are the file's bytes.
    """
    is_deep = data[_PNG_BITS_AT : _PNG_BITS_AT + 1] == b"\x10"
    if photo.format != "PNG" or not is_deep or photo.mode not in {"RGB", "RGBA"}:
        return None
    codes = None
    if photo.width * photo.height <= MAX_DEEP_PIXELS and "transparency" not in photo.info:
        codes = _of_png(photo, data)
    if codes is None:
        return None
    picture = Image.fromarray(rounded(codes))
    if photo.mode == "RGBA":
        picture.putalpha(photo.getchannel("A"))
    return picture


def _as_fine_as_the_file(photo: Image.Image, data: bytes) -> DeepFrames:
    if photo.mode.startswith("I;16"):
        return np.repeat(np.asarray(photo).astype(np.uint16)[..., None], 3, axis=2)
    codes = None
    if photo.width * photo.height <= MAX_DEEP_PIXELS:
        finer = _FINER.get(photo.format or "")
        codes = finer(photo, data) if finer else None
    return np.asarray(photo.convert("RGB")).astype(np.uint16) * 257 if codes is None else codes


def _of_heif(photo: Image.Image, data: bytes) -> DeepFrames | None:
    """16-bit RGB pixel values of a HEIC with over 8 bits per channel; None for other files."""
    if photo.info.get("bit_depth", 8) <= 8:
        return None
    import pillow_heif

    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
    codes = np.asarray(file[file.primary_index])
    return codes[..., :3] if codes.dtype == np.uint16 and codes.ndim == 3 else None


def _of_avif(photo: Image.Image, data: bytes) -> DeepFrames | None:
    """16-bit RGB pixel values of an AVIF with 10 or 12 bits; None for other files."""
    bits = _bits_of_avif(data)
    if bits <= 8:
        return None
    import imagecodecs

    codes = imagecodecs.avif_decode(data, index=0)
    if codes.ndim == 2:
        codes = np.repeat(codes[..., None], 3, axis=2)
    if codes.shape[:2] != (photo.height, photo.width) or codes.shape[2] < 3:
        return None
    deep: DeepFrames = np.left_shift(codes[..., :3], 16 - bits, dtype=np.uint16)
    deep |= deep >> bits  # so that the highest code is the highest of 16 bits
    return deep


def _bits_of_avif(data: bytes) -> int:
    """Bits per channel that an AVIF declares for its first image."""
    at = data.find(b"av1C")
    flags = data[at + 6] if 0 <= at < len(data) - 6 else 0
    return (12 if flags & _TWELVE_BITS else 10) if flags & _MORE_THAN_8_BITS else 8


def _of_png(photo: Image.Image, data: bytes) -> DeepFrames | None:
    """16-bit RGB pixel values of a 16-bit RGB or RGBA PNG; None for other files."""
    again = Image.open(BytesIO(data), formats=("PNG",))
    order = _SECOND_BYTES.get(str(again.tile[0].args))
    if order is None:
        return None
    again.tile = [again.tile[0]._replace(args=order)]
    first, second = (np.asarray(one)[..., :3].astype(np.uint16) for one in (photo, again))
    return first * 256 + second


_FINER: dict[str, Callable[[Image.Image, bytes], DeepFrames | None]] = {
    "HEIF": _of_heif,
    "AVIF": _of_avif,
    "PNG": _of_png,
}
