"""Reading and decoding of photo files, and the reasons why files cannot be read."""

import errno
import hashlib
import importlib.util
import io
import os
import stat
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from math import ceil
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, UnidentifiedImageError, features

from photorank.errors import MissingExtraError, UnreadablePhotoError
from photorank.photos.damage_reasons import JXL_STARTS, TIFF_STARTS, damage_reason, is_heif
from photorank.photos.decode_limits import (
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MAX_WEBP_PIXELS,
    refuse_too_many_pixels,
    too_many_pixels_error,
)
from photorank.photos.decoding.colour_space_from_tags import tagged_space
from photorank.photos.decoding.raw_header import is_raw, raw_header
from photorank.photos.decoding.raw_photo import open_raw
from photorank.photos.decoding.tiff_pages import open_tiff
from photorank.photos.decoding.to_srgb import to_srgb
from photorank.photos.suffixes import AVIF_SUFFIXES, HEIC_SUFFIXES, JXL_SUFFIXES, RAW_SUFFIXES

# Pillow's own limit is half as high. Its warnings, also of metadata, would go to the terminal; what
# matters becomes the reason of an error here.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("ignore", module=r"PIL\.")

_FORMAT_BYTES = 64  # first bytes, which show the format

# EPS, PDF and others run programs, or no camera writes them.
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "BMP")

# Least ratio of a reduced photo's short side to the side that is asked for. From 12 megapixels a
# ViT-B/32's embeddings keep a cosine of 0.99997 with those of all pixels, and ratings a Spearman
# correlation of 0.9992; at 2 these are 0.999995 and 0.9998, and decoding takes a quarter longer.
_REDUCED_SIDE_RATIO = 1.6

# Of a HEIC it would be a thumbnail, made by whatever program.
_DRAFTED_FORMATS = {"JPEG", "MPO"}

_DECODERS = (  # suffixes, decoder module, format name, extra
    (HEIC_SUFFIXES, "pillow_heif", "HEIC", "heic"),
    (RAW_SUFFIXES, "rawpy", "camera RAW", "raw"),
    (JXL_SUFFIXES, "pillow_jxl", "JPEG XL", "jxl"),
)

_TRANSPOSES = {  # by EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_FIRST_TURNED = 5  # EXIF orientation from which width and height are swapped

_OS_REASONS = {
    errno.ENOENT: "vanished",
    errno.ENOTDIR: "vanished",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "links that lead in a circle",
    errno.EISDIR: "a folder, not a file",
    errno.ENXIO: "not a regular file",
    errno.ENAMETOOLONG: "its path is too long",
    errno.EIO: "the disk does not answer",
}


def os_reason(error: OSError) -> str:
    """Short text that says why the operating system refused access to a file or folder."""
    return _OS_REASONS.get(error.errno or 0, (error.strerror or "cannot be read").lower())


@contextmanager
def open_file(path: Path, *, most: int = MAX_FILE_BYTES) -> Iterator[io.BufferedReader]:
    """Context manager that opens a file; raises UnreadablePhotoError if missing or too large.

    A pipe or device is refused too.
    """
    # A pipe that took a photo's place since the search would block without O_NONBLOCK.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadablePhotoError("not a regular file", path)
            if os.fstat(file.fileno()).st_size > most:
                raise UnreadablePhotoError(f"larger than {most >> 30} GiB", path)
            yield file
    except OSError as error:
        raise UnreadablePhotoError(os_reason(error), path) from error
    except MemoryError as error:
        raise UnreadablePhotoError("too large for the memory that is free", path) from error


def read_whole(file: BinaryIO, most: int = MAX_FILE_BYTES) -> bytes:
    """All bytes of an open file, or its first `most` bytes if there are more.

    It may be growing; and Python reserves as much memory as `read` is asked for.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return file.read(min(size, most))


def read_photo(path: Path) -> bytes:
    """Bytes of a photo file; raises UnreadablePhotoError if unreadable or empty."""
    with open_file(path) as file:
        data = read_whole(file)
    if not data:
        raise UnreadablePhotoError("empty file", path)
    return data


def photo_digest(data: bytes) -> str:
    """SHA-256 digest of a photo's bytes, in hexadecimal; independent of the file's name.

    >>> photo_digest(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(data).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 digest of a file of any size, in hexadecimal.

    It equals :func:`photo_digest` of the file's bytes. Raises UnreadablePhotoError as
    :func:`open_file`.
    """
    with open_file(path, most=sys.maxsize) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def missing_decoder(suffix: str) -> str | None:
    """Text that says how to install the decoder for a suffix like ``.heic``; None if installed."""
    for suffixes, module, what, extra in _DECODERS:
        if suffix in suffixes and importlib.util.find_spec(module) is None:
            return str(MissingExtraError(what, extra))
    if suffix in AVIF_SUFFIXES and not features.check("avif"):
        return "AVIF needs a newer Pillow: `pip install --upgrade pillow`"
    return None


def decode_photo(data: bytes, *, short_side: int | None = None, long_side: int = 0) -> Image.Image:
    """Photo decoded from a file's bytes: upright 8-bit sRGB, on white where transparent.

    If the caller needs only `short_side` pixels of the short side, the photo is scaled down by a
    whole number to at least 1.6 times that, and to at least `long_side` pixels of the long side, a
    JPEG by up to 8 while it is decoded: several times faster, with almost the same picture after
    resizing. ``info["full_size"]`` then has the original short and long side, from which `frame`
    finds the same shape. Raises UnreadablePhotoError if the file is damaged, not a photo, or larger
    than `MAX_PIXELS`.
    """
    try:
        photo = _opened(data)
        full_size = photo.size
        side = min(full_size)  # that is decoded to, at least
        if short_side:
            least_long = ceil(long_side * min(full_size) / max(full_size))
            side = max(ceil(_REDUCED_SIDE_RATIO * short_side), least_long)
        if short_side and photo.format in _DRAFTED_FORMATS:
            photo.draft(None, (side, side))
        photo.load()
        _restore_exif(photo)  # a PNG's text may come after its pixels
        factor = max(min(photo.size) // side, 1)
        picture = to_srgb(photo, data, tagged_space(photo, data), factor)
        picture = _upright(photo, picture)
    except UnreadablePhotoError:
        raise
    # Decoders raise anything: OSError, SyntaxError, struct.error, ValueError and more were seen.
    # One bad file must not end a run over thousands.
    except Exception as error:
        raise UnreadablePhotoError(damage_reason(data, error)) from error
    if max(picture.size) < max(full_size):
        picture.info["full_size"] = tuple(sorted(full_size))
    return picture


def _opened(data: bytes) -> Image.Image:
    """Image opened from the bytes of a photo file of any supported format.

    It is the main page of a TIFF, and the preview or the sensor data of a RAW.
    """
    if is_raw(data):
        return open_raw(data)
    if data.startswith(TIFF_STARTS):
        return open_tiff(data) or open_raw(data)
    return open_header(io.BytesIO(data))


def upright_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels of a photo file as displayed, after EXIF rotation.

    Raises UnreadablePhotoError as for :func:`open_file`, or if the file is not a photo.
    """
    with open_file(path) as file:
        start = file.read(_FORMAT_BYTES)
        file.seek(0)
        whole = start.startswith(TIFF_STARTS) or is_raw(start)
        photo = _opened(read_whole(file)) if whole else open_header(file)
        width, height = photo.size
        turned = orientation(photo) >= _FIRST_TURNED
    return (height, width) if turned else (width, height)


def full_size(photo: Image.Image) -> tuple[int, int]:
    """Width and height in pixels, before reduction, of a photo decoded by :func:`decode_photo`."""
    short, long = photo.info.get("full_size", sorted(photo.size))
    return (long, short) if photo.width >= photo.height else (short, long)


@cache
def _formats(suffix: str) -> tuple[str, ...]:
    """Names of the Pillow formats to try for a file suffix.

    Registers the decoder of these formats if Pillow lacks it.
    """
    Image.init()
    if suffix == ".heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
        return ("HEIF",)
    if suffix == ".jxl":
        from pillow_jxl import JpegXLImagePlugin

        JpegXLImagePlugin.DECODE_THREADS = 0  # photos are decoded side by side already
        return ("JXL",)
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def open_header(file: BinaryIO) -> Image.Image:
    """Open a photo by reading its header, without decoding pixels.

    Raises UnreadablePhotoError if the file is not a photo, or larger than `MAX_PIXELS`.
    """
    start = file.read(_FORMAT_BYTES)
    file.seek(0)
    if not start:
        raise UnreadablePhotoError("empty file")
    suffix = ".heic" if is_heif(start) else ".jxl" if start.startswith(JXL_STARTS) else ""
    if missing := missing_decoder(suffix):
        raise UnreadablePhotoError(missing)
    try:
        photo = Image.open(file, formats=_formats(suffix))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels_error() from error
    except Exception as error:  # as in `decode_photo`
        data = read_whole(file)
        if header := _raw_header(data):
            return header
        known = None if isinstance(error, UnidentifiedImageError) else error
        raise UnreadablePhotoError(damage_reason(data, known)) from error
    limit = MAX_WEBP_PIXELS if photo.format == "WEBP" else MAX_PIXELS
    refuse_too_many_pixels(photo.width, photo.height, limit)
    _restore_exif(photo)
    return photo


def _raw_header(data: bytes) -> Image.Image | None:
    """Pillow image with a RAW or TIFF file's EXIF and XMP; None for other or damaged files."""
    try:
        return raw_header(data)
    except Exception:  # of damaged files, which their decoder names
        return None


def _restore_exif(photo: Image.Image) -> None:
    """Restore EXIF that ImageMagick stored as hexadecimal text in a PNG."""
    text = photo.info.get("Raw profile type APP1")
    if not isinstance(text, str) or "exif" in photo.info:
        return
    _, _, digits = text.strip().partition("\n")[2].partition("\n")  # after a name and a length
    with suppress(ValueError):  # a photo with damaged EXIF is still a photo
        segment = bytes.fromhex(digits)
        if segment.startswith(b"Exif\0\0"):
            photo.info["exif"] = segment


def _upright(photo: Image.Image, picture: Image.Image) -> Image.Image:
    """Image `picture` turned upright by the EXIF orientation of the opened file `photo`."""
    return turned(picture, orientation(photo))


def turned(picture: Image.Image, orientation: int) -> Image.Image:
    """Image turned upright, given its EXIF orientation, 1 to 8."""
    turn = _TRANSPOSES.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def orientation(photo: Image.Image) -> int:
    """EXIF orientation, 1 to 8, that is still to be applied to an opened photo."""
    if photo.format == "JXL" and not getattr(photo, "jpeg", False):
        return 1  # its decoder turns it, unless it gave back the JPEG that it was made of
    try:
        said = photo.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # a photo with damaged EXIF is still a photo; decoders raise anything
        return 1
    return said if said in _TRANSPOSES else 1
