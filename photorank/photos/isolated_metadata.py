"""Reading of photo metadata in a way that keeps damaged files from crashing the program.

Pillow reads most headers in Python, which at worst raises an error. WebP, HEIC, AVIF and JPEG XL
are opened by C libraries, so the processes of the decode pool read them.
"""

from pathlib import Path

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.damage_reasons import JXL_STARTS
from photorank.photos.decode_pool import header_isolated
from photorank.photos.metadata import exif
from photorank.photos.metadata.xmp import XmpTags
from photorank.photos.open_photo import open_file, read_whole

_FORMAT_BYTES = 12  # first bytes, which show the format


def embedded_tags(photo: Path) -> XmpTags:
    """User's rating, colour label and flag that a photo file holds in XMP or EXIF.

    Raises UnreadablePhotoError if the file is no photo, MetadataError if its XMP or its rating is
    invalid, DecoderError if no process can be started.
    """
    data = _bytes_for_pool(photo)
    if data is None:
        return exif.embedded_tags(photo)
    head = header_isolated("tags", data)
    if head["damage"] is not None:
        raise MetadataError(head["damage"])
    return XmpTags(*head["tags"])


def shot(photo: Path) -> exif.Shot:
    """Capture times and camera in a photo file's metadata.

    Raises UnreadablePhotoError if the file cannot be read, DecoderError if no process can be
    started.
    """
    data = _bytes_for_pool(photo)
    if data is not None:
        return exif.shot_from_json(header_isolated("shot", data)["shot"])
    with open_file(photo) as file:
        return exif.shot(file)


def exposure_bias(photo: Path) -> float | None:
    """Exposure bias (compensation) of a photo in stops; None if unknown."""
    try:
        data = _bytes_for_pool(photo)
        if data is not None:
            return header_isolated("exposure_bias", data)["stops"]
    except UnreadablePhotoError:
        return None
    return exif.exposure_bias(photo)


def _bytes_for_pool(photo: Path) -> bytes | None:
    """Bytes of a file if its format, such as HEIC, must be read in a decoder process; else None."""
    with open_file(photo) as file:
        start = file.read(_FORMAT_BYTES)
        in_c = start[4:8] == b"ftyp" or start[:4] + start[8:] == b"RIFFWEBP"
        if not in_c and not start.startswith(JXL_STARTS):
            return None
        return read_whole(file)
