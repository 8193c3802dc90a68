"""Open one photo safely: bounded, upright, in sRGB, or with the reason why not."""

import errno
import hashlib
import importlib.util
import io
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from math import ceil
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError, features

from photorank.errors import MissingExtraError, UnreadablePhotoError
from photorank.photos.damage_reasons import damage, is_heif
from photorank.photos.decode_limits import MAX_FILE_BYTES, MAX_PIXELS, MAX_WEBP_PIXELS

# Pillow keeps its own limit, half as high, for the whole process: one limit is enough. Its
# warnings go to the terminal, about metadata too; what matters becomes a reason here.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("ignore", module=r"PIL\.")

_START = 64  # bytes that tell the format

# No EPS, PDF or other formats that run programs or that no camera writes.
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "GIF", "BMP")

# Times the pixels of use that scaling down in whole steps leaves. From 12 megapixels a ViT-B/32's
# embeddings keep a cosine of 0.99997 with those of all pixels, and ratings a Spearman correlation
# of 0.9992; at 2 these are 0.999995 and 0.9998, and decoding takes a quarter longer.
_LEFT = 1.6
_THUMBNAIL_GAP = 1.3  # times the thumbnail's side that averaging whole pixels leaves

_AVERAGED = {"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"}
_MODE_OF_SPACE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

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
    """Return in a few words why the system refused a file or folder."""
    return _OS_REASONS.get(error.errno or 0, (error.strerror or "cannot be read").lower())


@contextmanager
def open_file(path: Path) -> Iterator[BinaryIO]:
    """Open a photo's file, which is held to `MAX_FILE_BYTES`.

    Raises
    ------
    UnreadablePhotoError
        If there is no regular file, no permission, or it is larger.
    """
    # A pipe that took a photo's place since the search would block without O_NONBLOCK.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadablePhotoError("not a regular file", path)
            if os.fstat(file.fileno()).st_size > MAX_FILE_BYTES:
                raise UnreadablePhotoError(f"larger than {MAX_FILE_BYTES >> 30} GiB", path)
            yield file
    except OSError as error:
        raise UnreadablePhotoError(os_reason(error), path) from error
    except MemoryError as error:
        raise UnreadablePhotoError("too large for the memory that is free", path) from error


def read_photo(path: Path) -> bytes:
    """Return a photo's bytes.

    Raises
    ------
    UnreadablePhotoError
        If there is no regular file, no permission, nothing in it, or more than `MAX_FILE_BYTES`.
    """
    with open_file(path) as file:
        data = file.read(MAX_FILE_BYTES)  # bounded, for it may be growing
    if not data:
        raise UnreadablePhotoError("empty file", path)
    return data


def photo_digest(data: bytes) -> str:
    """Return the SHA-256 of a photo's bytes in hexadecimal: its identity under any name.

    Examples
    --------
    >>> photo_digest(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(data).hexdigest()


def missing_decoder(suffix: str) -> str | None:
    """Return how to get what reads files of a suffix like ``.heic``, or None if it is there."""
    if suffix in {".heic", ".heif"} and importlib.util.find_spec("pillow_heif") is None:
        return str(MissingExtraError("HEIC", "heic"))
    if suffix == ".avif" and not features.check("avif"):
        return "AVIF needs a newer Pillow: `pip install --upgrade pillow`"
    return None


def decode_photo(data: bytes, *, short_side: int | None = None) -> Image.Image:
    """Return a photo's first picture upright, in sRGB, with what is transparent on white.

    Parameters
    ----------
    data : bytes
        A whole JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP or MPO file, whatever its name.
    short_side : int, optional
        Pixels of the short side that the caller can make use of. The photo is then scaled
        down by a whole number while 1.6 times as many are left, a JPEG by up to 8 in decoding
        already: several times faster, and after resizing hardly another picture.

    Returns
    -------
    PIL.Image.Image
        Mode RGB, 8 bits, without metadata. If it was scaled down, ``info["full_size"]`` has
        the short and the long side that it had, for `frame` to find the same shape.

    Raises
    ------
    UnreadablePhotoError
        If it is damaged, not a photo, or larger than `MAX_PIXELS`.
    """
    try:
        photo = open_header(io.BytesIO(data))
        full_size = photo.size
        if short_side:
            photo.draft(None, (ceil(_LEFT * short_side),) * 2)
        photo.load()
        picture = _upright(photo, _srgb(_reduced(photo, short_side or photo.width)))
    except UnreadablePhotoError:
        raise
    # Decoders meet garbage with any exception at all: OSError, SyntaxError, struct.error,
    # ValueError and more were seen. One bad file must not end a run over thousands.
    except Exception as error:
        raise UnreadablePhotoError(damage(data, error)) from error
    if max(picture.size) < max(full_size):
        picture.info["full_size"] = tuple(sorted(full_size))
    return picture


def small_picture(photo: Image.Image, side: int = 384) -> Image.Image:
    """Return a photo for browsing, its long side at most `side` pixels."""
    scale = min(1.0, side / max(photo.size))
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    # Half the time of a filter over all pixels; the difference of a grey level is seen by no eye.
    return photo.resize(size, Image.Resampling.LANCZOS, reducing_gap=_THUMBNAIL_GAP)


def thumbnail(photo: Image.Image) -> bytes:
    """Return the small picture of a photo as WebP."""
    file = io.BytesIO()
    # By this method files are a sixth larger than by the best, and made much sooner.
    small_picture(photo).save(file, "WEBP", quality=80, method=1)
    return file.getvalue()


@cache
def _formats(heif: bool) -> tuple[str, ...]:
    """Return the formats that can be opened here, after registering their decoders."""
    Image.init()
    if heif and missing_decoder(".heic") is None:
        import pillow_heif

        pillow_heif.register_heif_opener()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def open_header(file: BinaryIO) -> Image.Image:
    """Return the photo with its header read and its size checked, no pixel decoded.

    Raises
    ------
    UnreadablePhotoError
        If it is not a photo, or larger than `MAX_PIXELS`.
    """
    start = file.read(_START)
    file.seek(0)
    if not start:
        raise UnreadablePhotoError("empty file")
    try:
        photo = Image.open(file, formats=_formats(is_heif(start)))
    except UnidentifiedImageError as error:
        if is_heif(start) and (missing := missing_decoder(".heic")):
            raise UnreadablePhotoError(missing) from error
        file.seek(0)
        raise UnreadablePhotoError(damage(file.read(MAX_FILE_BYTES))) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(MAX_PIXELS) from error
    except Exception as error:  # as in `decode_photo`
        file.seek(0)
        raise UnreadablePhotoError(damage(file.read(MAX_FILE_BYTES), error)) from error
    limit = MAX_WEBP_PIXELS if photo.format == "WEBP" else MAX_PIXELS
    if photo.width * photo.height > limit:
        raise _too_large(limit)
    return photo


def _too_large(limit: int) -> UnreadablePhotoError:
    return UnreadablePhotoError(f"more than {limit // 1_000_000} megapixels")


def _reduced(photo: Image.Image, short_side: int) -> Image.Image:
    """Return the photo scaled down by a whole number, 1.6 times `short_side` left."""
    factor = int(min(photo.size) / (_LEFT * short_side))
    # Averaging would mix palette numbers, and the one colour that stands for transparency.
    if factor < 2 or photo.mode not in _AVERAGED or "transparency" in photo.info:
        return photo
    return photo.reduce(factor)


def _upright(photo: Image.Image, picture: Image.Image) -> Image.Image:
    """Return the picture turned as the photo's EXIF says."""
    try:
        orientation = photo.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # damaged EXIF does not lose the photo; decoders raise anything here
        return picture
    return picture.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else picture


def _srgb(photo: Image.Image) -> Image.Image:
    """Return the photo as RGB in sRGB, without alpha and without its metadata."""
    if photo.mode in {"I", "F", "LAB", "HSV"}:
        raise UnreadablePhotoError(
            f"pixels of kind {photo.mode} are not read; export it as RGB with 8 or 16 bits"
        )
    alpha = None
    if photo.mode.startswith("I;16"):
        # Pillow's own conversion clips at 255 instead of scaling.
        grey = np.asarray(photo).astype(np.float32) / 257
        colours = Image.fromarray(np.rint(grey).astype(np.uint8))
    elif photo.has_transparency_data:
        full = photo if photo.mode == "RGBA" else photo.convert("RGBA")
        colours, alpha = full.convert("RGB"), full.getchannel("A")
    else:
        colours = photo.convert(photo.mode if photo.mode in {"L", "CMYK"} else "RGB")
    picture = _converted(colours, photo.info.get("icc_profile"))
    if alpha is not None:
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=alpha)
        picture = white
    picture.info = {}  # else the old profile would be saved with the new colours
    return picture


def _converted(colours: Image.Image, icc: bytes | None) -> Image.Image:
    """Return RGB, L or CMYK colours as sRGB; where the profile cannot tell, as if they were."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc or b""))
        space = profile.profile.xcolor_space.strip()
        if space == "RGB" and colours.mode == "L":
            colours = colours.convert("RGB")
        if _MODE_OF_SPACE.get(space) == colours.mode:
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(colours, profile, srgb, outputMode="RGB")
            return converted or colours  # None only where it converts in place
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        pass  # a damaged profile does not lose the photo
    # A copy of what is RGB already would cost a millisecond.
    return colours if colours.mode == "RGB" else colours.convert("RGB")
