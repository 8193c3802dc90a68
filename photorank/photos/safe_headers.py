"""What a photo's file says of itself, read where no damaged header can end this process.

Pillow reads most headers in Python, which at worst raises an error. WebP, HEIC and AVIF are opened
by libraries written in C, so that is done by the processes that decode.
"""

from pathlib import Path

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.decode_limits import MAX_FILE_BYTES
from photorank.photos.decode_pool import header_apart
from photorank.photos.metadata import exif
from photorank.photos.metadata.xmp import XmpTags
from photorank.photos.open_photo import open_file

_START = 12  # bytes that tell the format


def embedded_tags(photo: Path) -> XmpTags:
    """Return the judgements in a photo's own file: XMP, else the ratings in its EXIF.

    No pixel is decoded, and of most formats only the beginning of the file is read.

    Raises
    ------
    UnreadablePhotoError
        If the file is not a photo that can be opened.
    MetadataError
        If its XMP cannot be read, or a rating is no number that there is.
    DecoderError
        If no process can be started that reads it.
    """
    data = _read_in_c(photo)
    if data is None:
        return exif.embedded_tags(photo)
    head = header_apart("tags", data)
    if head["damage"] is not None:
        raise MetadataError(head["damage"])
    return XmpTags(*head["tags"])


def exposure_bias(photo: Path) -> float | None:
    """Return by how many stops a photo was exposed otherwise than measured, None if not told.

    No pixel is decoded.
    """
    try:
        data = _read_in_c(photo)
        if data is not None:
            stops: float | None = header_apart("exposure_bias", data)["stops"]
            return stops
    except UnreadablePhotoError:  # without a readable header nothing is told
        return None
    return exif.exposure_bias(photo)


def _read_in_c(photo: Path) -> bytes | None:
    """Return the whole file if a library in C reads its header."""
    with open_file(photo) as file:
        start = file.read(_START)
        if start[4:8] != b"ftyp" and start[:4] + start[8:] != b"RIFFWEBP":
            return None
        return start + file.read(MAX_FILE_BYTES - _START)
