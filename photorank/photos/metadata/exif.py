"""What a photo's file says of itself: when and by what it was taken, and how it was rated."""

import io
import math
import re
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import ExifTags, Image

from photorank.errors import MetadataError
from photorank.photos.metadata.xmp import XmpTags, checked_rating, read_xmp, stars_of_percent
from photorank.photos.metadata.xmp_packet import MAX_PACKET_BYTES
from photorank.photos.open_photo import open_file, open_header

_RATING = 0x4746  # in stars
_RATING_PERCENT = 0x4749
_CAMERA_LETTERS = 100  # that are kept; the longest real names have half of it

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)|Z")
_ZONES_STEP = timedelta(minutes=15)  # between the zones that there are
_CLOCKS_ERROR = timedelta(minutes=5)  # of a camera's clock that is taken for right

_PNG_EXIF = {"exif", "Raw profile type exif"}  # as Pillow calls what stands before the pixels
_PNG_XMP = b"XML:com.adobe.xmp\0"


class Shot(NamedTuple):
    """When and by what a photo was taken; None where the photo does not tell."""

    taken: str | None = None  # by the camera's clock: 2024-07-31T18:05:09, or with +02:00 after it
    camera: str | None = None  # make and model


def shot(data: bytes) -> Shot:
    """Return when and by what a photo was taken; what cannot be read is as if not told."""
    try:
        exif = _exif(open_header(io.BytesIO(data)), io.BytesIO(data))
        return Shot(_taken(exif), _camera(exif))
    except Exception:  # decoders raise anything; a photo without readable EXIF is still a photo
        return Shot()


def exposure_bias(photo: Path | BinaryIO) -> float | None:
    """Return what :func:`photorank.photos.safe_headers.exposure_bias` does, in this process."""
    try:
        with _opened(photo) as file:
            tags = _exif(open_header(file), file).get_ifd(ExifTags.IFD.Exif)
        stops = float(tags[ExifTags.Base.ExposureBiasValue])
    except Exception:  # decoders raise anything; without readable EXIF nothing is told
        return None
    return stops if math.isfinite(stops) else None


def embedded_tags(photo: Path | BinaryIO) -> XmpTags:
    """Return what :func:`photorank.photos.safe_headers.embedded_tags` does, in this process."""
    with _opened(photo) as file:
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


def _opened(photo: Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    return open_file(photo) if isinstance(photo, Path) else nullcontext(photo)


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
        if kind not in (b"eXIf", b"iTXt") or size > MAX_PACKET_BYTES:
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
        return zlib.decompressobj().decompress(text, MAX_PACKET_BYTES + 1)
    except zlib.error as error:
        raise MetadataError("compressed XMP that cannot be unpacked") from error


def _taken(exif: Image.Exif) -> str | None:
    """Return the camera's clock and how far it is from UTC; else the time of satellites."""
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    clock = _time(tags.get(ExifTags.Base.DateTimeOriginal), "%Y:%m:%d %H:%M:%S")
    of_satellites = _satellites_time(exif)
    if clock is None:
        return None if of_satellites is None else of_satellites.isoformat() + "+00:00"
    zone = _zone(tags.get(ExifTags.Base.OffsetTimeOriginal))
    if zone is None:
        zone = _zone(tags.get(ExifTags.Base.OffsetTime))
    if zone is None and of_satellites is not None:
        zone = _zone_between(clock, of_satellites)
    return clock.replace(tzinfo=None if zone is None else timezone(zone)).isoformat()


def _time(value: object, form: str) -> datetime | None:
    try:
        return datetime.strptime(str(value or "").strip("\0 "), form)
    except ValueError:
        return None


def _zone(value: object) -> timedelta | None:
    """Return how far a clock is before UTC, by a text such as +05:30."""
    found = _OFFSET.fullmatch(str(value or "").strip("\0 "))
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    zone = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return _on_earth(-zone if sign == "-" else zone)


def _zone_between(clock: datetime, of_satellites: datetime) -> timedelta | None:
    """Return how far a clock is before UTC, if the two times may be of one moment."""
    zone = round((clock - of_satellites) / _ZONES_STEP) * _ZONES_STEP
    return _on_earth(zone) if abs(clock - of_satellites - zone) <= _CLOCKS_ERROR else None


def _on_earth(zone: timedelta) -> timedelta | None:
    return zone if timedelta(hours=-12) <= zone <= timedelta(hours=14) else None


def _satellites_time(exif: Image.Exif) -> datetime | None:
    """Return when satellites told where a photo was taken, in UTC."""
    try:
        tags = exif.get_ifd(ExifTags.IFD.GPSInfo)
        day = _time(tags.get(ExifTags.GPS.GPSDateStamp), "%Y:%m:%d")
        hours, minutes, seconds = map(float, tags[ExifTags.GPS.GPSTimeStamp])
        since = timedelta(hours=hours, minutes=minutes, seconds=math.floor(seconds))
    except Exception:  # decoders raise anything; the camera's clock is told all the same
        return None
    return day + since if day and timedelta() <= since < timedelta(days=1) else None


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
