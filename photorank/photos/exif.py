"""What a photo's file says of itself: when and by what it was taken, and how it was rated."""

import io
import math
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import ExifTags, Image

from photorank.errors import MetadataError
from photorank.photos.packet import MAX_BYTES
from photorank.photos.pixels import open_file, open_header
from photorank.photos.xmp import XmpTags, checked_rating, read_xmp, stars_of_percent

_RATING = 0x4746  # in stars
_RATING_PERCENT = 0x4749
_CAMERA_LETTERS = 100  # that are kept; the longest real names have half of it

_PNG_EXIF = {"exif", "Raw profile type exif"}  # as Pillow calls what stands before the pixels
_PNG_XMP = b"XML:com.adobe.xmp\0"


class Shot(NamedTuple):
    """When and by what a photo was taken; None where the photo does not tell."""

    taken: str | None = None  # by the camera's clock, as 2024-07-31T18:05:09
    camera: str | None = None  # make and model


def shot(data: bytes) -> Shot:
    """Return when and by what a photo was taken; what cannot be read is as if not told."""
    try:
        exif = _exif(open_header(io.BytesIO(data)), io.BytesIO(data))
        return Shot(_taken(exif), _camera(exif))
    except Exception:  # decoders raise anything; a photo without readable EXIF is still a photo
        return Shot()


def exposure_bias(photo: Path) -> float | None:
    """Return by how many stops a photo was exposed otherwise than measured, None if not told.

    No pixel is decoded.
    """
    try:
        with open_file(photo) as file:
            tags = _exif(open_header(file), file).get_ifd(ExifTags.IFD.Exif)
        stops = float(tags[ExifTags.Base.ExposureBiasValue])
    except Exception:  # decoders raise anything; without readable EXIF nothing is told
        return None
    return stops if math.isfinite(stops) else None


def embedded_tags(photo: Path) -> XmpTags:
    """Return the judgements in a photo's own file: XMP, else the ratings in its EXIF.

    No pixel is decoded, and of most formats only the beginning of the file is read.

    Raises
    ------
    UnreadablePhotoError
        If the file is not a photo that can be opened.
    MetadataError
        If its XMP cannot be read, or a rating is no number that there is.
    """
    with open_file(photo) as file:
        header = open_header(file)
        try:
            packet = _packet(header, file)
            exif = _exif(header, file)
        except MetadataError:
            raise
        except Exception as error:  # decoders raise anything
            raise MetadataError("its metadata is damaged") from error
    tags = read_xmp(packet) if packet else XmpTags()
    return tags if tags.rating is not None else tags._replace(rating=_exif_rating(exif))


def _exif_rating(exif: Image.Exif) -> float | None:
    if _RATING in exif:
        return checked_rating(str(exif[_RATING]), -1, 5)
    if _RATING_PERCENT in exif:
        return stars_of_percent(checked_rating(str(exif[_RATING_PERCENT]), 0, 100))
    return None


def _packet(header: Image.Image, file: BinaryIO) -> bytes | None:
    """Return the XMP of a photo."""
    packet = header.info.get("xmp")
    if not packet and header.format == "PNG":
        packet = next((xmp for kind, xmp in _png_metadata(file) if kind == b"iTXt"), None)
    if isinstance(packet, tuple):  # TIFF's writers may call it numbers
        packet = bytes(packet)
    return packet or None


def _exif(header: Image.Image, file: BinaryIO) -> Image.Exif:
    """Return the EXIF of a photo."""
    if header.format != "PNG" or _PNG_EXIF & header.info.keys():
        return header.getexif()
    exif = Image.Exif()  # Pillow would decode the pixels to see whether it comes after them
    for kind, data in _png_metadata(file):
        if kind == b"eXIf":
            exif.load(data)
    return exif


def _png_metadata(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the EXIF and the XMP of a PNG, which may stand before its pixels or after."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind not in (b"eXIf", b"iTXt") or size > MAX_BYTES:
            file.seek(size + 4, io.SEEK_CUR)
            continue
        data = file.read(size)
        file.seek(4, io.SEEK_CUR)
        if kind == b"eXIf":
            yield kind, data
        elif data.startswith(_PNG_XMP):
            yield kind, _international_text(data[len(_PNG_XMP) :])


def _international_text(data: bytes) -> bytes:
    """Return the text of a chunk after its keyword, unpacked as far as it may be."""
    compressed = data[:1] == b"\1"
    text = data[2:].split(b"\0", 2)[-1]  # after the language and the translated keyword
    if not compressed:
        return text
    try:
        return zlib.decompressobj().decompress(text, MAX_BYTES + 1)
    except zlib.error as error:
        raise MetadataError("compressed XMP that cannot be unpacked") from error


def _taken(exif: Image.Exif) -> str | None:
    text = str(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal, ""))
    try:
        return datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return None


def _camera(exif: Image.Exif) -> str | None:
    make, model = (_words(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    first = make.partition(" ")[0].lower()
    if model.lower().startswith(first):  # Canon calls its models Canon, Nikon NIKON
        return model or None
    return f"{make} {model}".strip()[:_CAMERA_LETTERS]


def _words(value: object) -> str:
    """Return a text of EXIF in one line; what cannot be shown is left out."""
    text = "".join(char if char.isprintable() else " " for char in str(value or ""))
    return " ".join(text.split())[:_CAMERA_LETTERS]
