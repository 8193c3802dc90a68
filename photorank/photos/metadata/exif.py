"""EXIF of a photo: capture time, camera, exposure bias and rating."""

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
from photorank.photos.metadata.xmp import XmpTags, parse_rating, read_xmp, stars_of_percent
from photorank.photos.metadata.xmp_packet import MAX_PACKET_BYTES
from photorank.photos.open_photo import open_file, open_header

_RATING = 0x4746  # in stars
_RATING_PERCENT = 0x4749
_MAX_CAMERA_LETTERS = 100  # twice the longest real names

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)|Z")
_ZONE_STEP = timedelta(minutes=15)  # all zones of the world are multiples of it
_MAX_CLOCK_ERROR = timedelta(minutes=5)  # of a camera's clock against satellites

_PNG_EXIF = {"exif", "Raw profile type exif"}  # keys by Pillow for EXIF before the pixels
_PNG_XMP = b"XML:com.adobe.xmp\0"


class Shot(NamedTuple):
    """Capture time and camera of a photo, None where unknown."""

    taken: str | None = None  # camera clock: 2024-07-31T18:05:09, or with +02:00
    camera: str | None = None  # make and model


def shot(data: bytes) -> Shot:
    """Capture time and camera from a photo file's bytes; unreadable fields are None."""
    try:
        exif = _exif(open_header(io.BytesIO(data)), io.BytesIO(data))
        return Shot(_taken(exif), _camera(exif))
    except Exception:  # decoders raise anything; a photo without readable EXIF is still a photo
        return Shot()


def exposure_bias(photo: Path | BinaryIO) -> float | None:
    """Exposure bias in stops, None if unknown; read in this process, not in the decode pool."""
    try:
        with _opened(photo) as file:
            tags = _exif(open_header(file), file).get_ifd(ExifTags.IFD.Exif)
        stops = float(tags[ExifTags.Base.ExposureBiasValue])
    except Exception:  # decoders raise anything; the bias is then unknown
        return None
    return stops if math.isfinite(stops) else None


def embedded_tags(photo: Path | BinaryIO) -> XmpTags:
    """Rating, label and flag in a photo file; read in this process, not in the decode pool."""
    with _opened(photo) as file:
        header = open_header(file)
        try:
            packet = _xmp_packet(header, file)
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
        return parse_rating(str(exif[_RATING]), -1, 5)
    if _RATING_PERCENT in exif:
        return stars_of_percent(parse_rating(str(exif[_RATING_PERCENT]), 0, 100))
    return None


def _xmp_packet(header: Image.Image, file: BinaryIO) -> bytes | None:
    """XMP packet of a photo as bytes, None if there is none."""
    packet = header.info.get("xmp")
    if not packet and header.format == "PNG":
        packet = next((xmp for kind, xmp in _png_metadata(file) if kind == b"iTXt"), None)
    if isinstance(packet, tuple):  # some writers of TIFF store it as numbers
        packet = bytes(packet)
    return packet or None


def _exif(header: Image.Image, file: BinaryIO) -> Image.Exif:
    """EXIF of a photo, empty if there is none."""
    if header.format != "PNG" or _PNG_EXIF & header.info.keys():
        return header.getexif()
    exif = Image.Exif()  # Pillow would decode the pixels to find EXIF after them
    for kind, data in _png_metadata(file):
        if kind == b"eXIf":
            exif.load(data)
    return exif


def _png_metadata(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Chunk type and bytes of EXIF and XMP in a PNG, before or after its pixels."""
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
    """Text of a PNG iTXt chunk after its keyword, decompressed up to `MAX_PACKET_BYTES`."""
    compressed = data[:1] == b"\1"
    text = data[2:].split(b"\0", 2)[-1]  # after the language and the translated keyword
    if not compressed:
        return text
    try:
        return zlib.decompressobj().decompress(text, MAX_PACKET_BYTES + 1)
    except zlib.error as error:
        raise MetadataError("compressed XMP that cannot be unpacked") from error


def _taken(exif: Image.Exif) -> str | None:
    """Capture time in ISO 8601: camera clock with UTC offset if known, else GPS time."""
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    clock = _parsed_time(tags.get(ExifTags.Base.DateTimeOriginal), "%Y:%m:%d %H:%M:%S")
    gps_time = _gps_time(exif)
    if clock is None:
        return None if gps_time is None else gps_time.isoformat() + "+00:00"
    zone = _utc_offset(tags.get(ExifTags.Base.OffsetTimeOriginal))
    if zone is None:
        zone = _utc_offset(tags.get(ExifTags.Base.OffsetTime))
    if zone is None and gps_time is not None:
        zone = _offset_between(clock, gps_time)
    return clock.replace(tzinfo=None if zone is None else timezone(zone)).isoformat()


def _parsed_time(value: object, form: str) -> datetime | None:
    try:
        return datetime.strptime(str(value or "").strip("\0 "), form)
    except ValueError:
        return None


def _utc_offset(value: object) -> timedelta | None:
    """UTC offset parsed from a text such as +05:30, None if invalid."""
    found = _OFFSET.fullmatch(str(value or "").strip("\0 "))
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    zone = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return _valid_offset(-zone if sign == "-" else zone)


def _offset_between(clock: datetime, gps_time: datetime) -> timedelta | None:
    """UTC offset of a camera clock, from the difference to GPS time; None if implausible."""
    zone = round((clock - gps_time) / _ZONE_STEP) * _ZONE_STEP
    return _valid_offset(zone) if abs(clock - gps_time - zone) <= _MAX_CLOCK_ERROR else None


def _valid_offset(zone: timedelta) -> timedelta | None:
    return zone if timedelta(hours=-12) <= zone <= timedelta(hours=14) else None


def _gps_time(exif: Image.Exif) -> datetime | None:
    """GPS time of a photo in UTC, None if unknown."""
    try:
        tags = exif.get_ifd(ExifTags.IFD.GPSInfo)
        day = _parsed_time(tags.get(ExifTags.GPS.GPSDateStamp), "%Y:%m:%d")
        hours, minutes, seconds = map(float, tags[ExifTags.GPS.GPSTimeStamp])
        since = timedelta(hours=hours, minutes=minutes, seconds=math.floor(seconds))
    except Exception:  # decoders raise anything; the camera's clock is known all the same
        return None
    return day + since if day and timedelta() <= since < timedelta(days=1) else None


def _camera(exif: Image.Exif) -> str | None:
    make, model = (_one_line(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    first = make.partition(" ")[0].lower()
    if model.lower().startswith(first):  # Canon calls its models Canon, Nikon NIKON
        return model or None
    return f"{make} {model}".strip()[:_MAX_CAMERA_LETTERS]


def _one_line(value: object) -> str:
    """EXIF text on one line, without unprintable characters."""
    text = "".join(char if char.isprintable() else " " for char in str(value or ""))
    return " ".join(text.split())[:_MAX_CAMERA_LETTERS]
