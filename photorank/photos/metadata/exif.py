"""EXIF of a photo: capture times, camera, settings, exposure bias and rating."""

import io
import math
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from photorank.errors import MetadataError
from photorank.outside_text import printable
from photorank.photos.damage_reasons import TIFF_STARTS
from photorank.photos.decoding.jxl_boxes import jxl_box
from photorank.photos.metadata.time_text import DAY_LETTERS, iso_time, zone_of
from photorank.photos.metadata.timestamp import Place, Source, Timestamp, timestamp_from_json
from photorank.photos.metadata.xmp import (
    XmpTags,
    counted_rating,
    parse_rating,
    read_xmp,
    stars_of_percent,
    xmp_time,
)
from photorank.photos.metadata.xmp_syntax import MAX_PACKET_BYTES
from photorank.photos.open_photo import open_file, open_header

T = TypeVar("T")

_RATING = 0x4746  # EXIF tag, in stars
_RATING_PERCENT = 0x4749
_MAX_CAMERA_LETTERS = 100  # twice the longest real name
_MAX_LENS_LETTERS = 80
_TURNED = {5, 6, 7, 8}  # EXIF orientations that swap width and height

_IPTC_TIMES = (((2, 55), (2, 60)), ((2, 62), (2, 63)))  # fields of day and time: created, digitized
_PNG_EXIF = {"exif", "Raw profile type exif"}  # Pillow's keys for EXIF before the pixels
_JXL_EXIF_OFFSET_BYTES = 4
_GIF_XMP, _GIF_XMP_END = b"\x0bXMP DataXMP", b"\1\xff\xfe\xfd"
_PNG_XMP = b"XML:com.adobe.xmp\0"


class Shot(NamedTuple):
    """Camera of a photo, and capture times in the photo's file, most reliable time first."""

    stamps: tuple[Timestamp, ...] = ()
    camera: str | None = None  # make and model


def shot(photo: bytes | BinaryIO) -> Shot:
    """Capture times and camera in a photo file's metadata; unreadable fields are omitted."""
    file = io.BytesIO(photo) if isinstance(photo, bytes) else photo
    header = _result_or_none(lambda: open_header(file))
    if header is None:
        return Shot()
    exif = _result_or_none(lambda: _exif(header, file)) or Image.Exif()
    return Shot(tuple(_timestamps(header, file, exif)), _result_or_none(lambda: _camera(exif)))


def shot_from_json(parts: Sequence[Any]) -> Shot:
    """Camera and capture times of a photo, restored from JSON lists."""
    stamps, camera = parts
    return Shot(tuple(timestamp_from_json(stamp) for stamp in stamps), camera)


def exposure_bias(photo: Path | BinaryIO) -> float | None:
    """Exposure bias of a photo in stops, read in the calling process; None if unknown."""
    try:
        with _opened(photo) as file:
            tags = _exif(open_header(file), file).get_ifd(ExifTags.IFD.Exif)
        stops = float(tags[ExifTags.Base.ExposureBiasValue])
    except Exception:  # decoders raise anything; the bias is then unknown
        return None
    return stops if math.isfinite(stops) else None


def embedded_tags(photo: Path | BinaryIO) -> XmpTags:
    """User's rating, colour label and flag in a photo file, read in the calling process."""
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
    return tags._replace(rating=counted_rating([tags.rating, *_exif_ratings(exif)]))


def _opened(photo: Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    return open_file(photo) if isinstance(photo, Path) else nullcontext(photo)


def _exif_ratings(exif: Image.Exif) -> Iterator[float]:
    """Yield the star ratings in a photo's EXIF; percentages written by Windows become stars."""
    if _RATING in exif:
        yield parse_rating(str(exif[_RATING]), -1, 5)
    if _RATING_PERCENT in exif:
        yield stars_of_percent(parse_rating(str(exif[_RATING_PERCENT]), 0, 100))


def _xmp_packet(header: Image.Image, file: BinaryIO) -> bytes | None:
    """Bytes of the XMP packet embedded in a photo file; None if there is none."""
    packet = header.info.get("xmp")
    if not packet and header.format == "PNG":
        packet = next((xmp for kind, xmp in _png_metadata(file) if kind == b"iTXt"), None)
    if not packet and header.format == "JXL":
        packet = jxl_box(file, b"xml ")
    if not packet and header.format == "GIF":
        packet = _gif_packet(file)
    if isinstance(packet, tuple):  # some writers of TIFF store it as numbers
        packet = bytes(packet)
    return packet or None


def _gif_packet(file: BinaryIO) -> bytes:
    """Bytes of the XMP packet in a GIF file; empty if there is none near its start."""
    file.seek(0)
    return file.read(MAX_PACKET_BYTES).partition(_GIF_XMP)[2].partition(_GIF_XMP_END)[0]


def _exif(header: Image.Image, file: BinaryIO) -> Image.Exif:
    """EXIF tags of a photo; empty if there are none."""
    exif = Image.Exif()
    if header.format == "JXL" and "exif" not in header.info:
        data = jxl_box(file, b"Exif") or b""
        # Before it stands an offset, which some writers leave out.
        exif.load(data if data.startswith(TIFF_STARTS) else data[_JXL_EXIF_OFFSET_BYTES:])
        return exif
    # Of a PNG Pillow would decode the pixels to find EXIF after them.
    if header.format != "PNG" or _PNG_EXIF & header.info.keys():
        return header.getexif()
    for kind, data in _png_metadata(file):
        if kind == b"eXIf":
            exif.load(data)
    return exif


def _png_metadata(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield (type, content) of each PNG chunk that holds EXIF, XMP or the modification time."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind not in (b"eXIf", b"iTXt", b"tIME") or size > MAX_PACKET_BYTES:
            file.seek(size + 4, io.SEEK_CUR)
            continue
        data = file.read(size)
        file.seek(4, io.SEEK_CUR)
        if kind != b"iTXt":
            yield kind, data
        elif data.startswith(_PNG_XMP):
            yield kind, _itxt_text(data[len(_PNG_XMP) :])


def _itxt_text(data: bytes) -> bytes:
    """Text of a PNG's iTXt chunk as bytes, decompressed up to `MAX_PACKET_BYTES`."""
    compressed = data[:1] == b"\1"
    text = data[2:].split(b"\0", 2)[-1]  # after the language and the translated keyword
    if not compressed:
        return text
    try:
        return zlib.decompressobj().decompress(text, MAX_PACKET_BYTES + 1)
    except zlib.error as error:
        raise MetadataError("compressed XMP that cannot be unpacked") from error


def _timestamps(header: Image.Image, file: BinaryIO, exif: Image.Exif) -> Iterator[Timestamp]:
    """Yield the timestamps in a photo's metadata: capture times, GPS time, time of last change.

    Of the capture times, none is yielded after the first that has a time of day.
    """
    tags = {**dict(exif), **(_result_or_none(lambda: exif.get_ifd(ExifTags.IFD.Exif)) or {})}
    readers: dict[Source, Callable[[], str | None]] = {
        "DateTimeOriginal": lambda: _exif_time(tags, _ORIGINAL),
        "DateTimeDigitized": lambda: _exif_time(tags, _DIGITIZED),
        "XMP": lambda: xmp_time(_xmp_packet(header, file) or b""),
        "IPTC": lambda: _iptc_time(header),
        "Creation Time": lambda: _creation_time(header),
    }
    for source, read in readers.items():
        if time := _result_or_none(read):
            yield Timestamp(source, time)
            if len(time) > DAY_LETTERS:
                break
    if stamp := _result_or_none(lambda: _gps_stamp(exif)):
        yield stamp
    if time := _exif_time(tags, _CHANGED):
        yield Timestamp("DateTime", time)
    elif time := _result_or_none(lambda: _png_changed(header, file)):
        yield Timestamp("DateTime", time, in_utc=True)


def _result_or_none(read: Callable[[], T | None]) -> T | None:
    """Result of calling `read`; None if `read` raises an exception.

    So one damaged field hides no other.
    """
    try:
        return read()
    except Exception:
        return None


class _TimeTags(NamedTuple):
    """Two EXIF tag numbers: the tag of a time, and the tag of that time's UTC offset."""

    time: int
    zone: int


_ORIGINAL = _TimeTags(ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal)
_DIGITIZED = _TimeTags(ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized)
_CHANGED = _TimeTags(ExifTags.Base.DateTime, ExifTags.Base.OffsetTime)


def _exif_time(tags: Mapping[int, object], names: _TimeTags) -> str | None:
    """Time in an EXIF tag as ISO 8601, with its UTC offset if known.

    A missing time zone is taken from another tag with the same time.
    """
    others = (one for one in (_ORIGINAL, _CHANGED) if _same_time(tags, one, names))
    zones = (tags.get(one.zone) for one in (names, *others))
    return iso_time(
        tags.get(names.time), next((zone for zone in zones if zone_of(zone) is not None), None)
    )


def _same_time(tags: Mapping[int, object], one: _TimeTags, other: _TimeTags) -> bool:
    """True if the EXIF time `one` is missing or equal to the EXIF time `other`."""
    return iso_time(tags.get(one.time)) in (None, iso_time(tags.get(other.time)))


def _iptc_time(header: Image.Image) -> str | None:
    """Capture time in a photo's IPTC date and time fields, as ISO 8601; None if missing."""
    if not isinstance(header, ImageFile.ImageFile):
        return None
    fields = IptcImagePlugin.getiptcinfo(header) or {}
    for day, time in _IPTC_TIMES:
        texts = [fields.get(name) or b"" for name in (day, time)]
        if found := iso_time(b" ".join(text for text in texts if isinstance(text, bytes))):
            return found
    return None


def _creation_time(header: Image.Image) -> str | None:
    """Capture time in the text "Creation Time" of a PNG, as ISO 8601; None if missing."""
    text = str(header.info.get("Creation Time") or "")
    return iso_time(text) or (iso_time(parsedate_to_datetime(text).isoformat()) if text else None)


def _png_changed(header: Image.Image, file: BinaryIO) -> str | None:
    """Time of a PNG's last change (UTC) in its tIME chunk, as ISO 8601."""
    if header.format != "PNG":
        return None
    told = next(data for kind, data in _png_metadata(file) if kind == b"tIME")
    return iso_time(datetime(*struct.unpack(">H5B", told)).isoformat())


def _gps_stamp(exif: Image.Exif) -> Timestamp | None:
    """GPS timestamp in a photo's EXIF: time in UTC, and position if known."""
    tags = exif.get_ifd(ExifTags.IFD.GPSInfo)
    day = iso_time(tags.get(ExifTags.GPS.GPSDateStamp))
    hours, minutes, seconds = map(float, tags[ExifTags.GPS.GPSTimeStamp])
    since = timedelta(hours=hours, minutes=minutes, seconds=math.floor(seconds))
    if day is None or not timedelta() <= since < timedelta(days=1):
        return None
    moment = datetime.fromisoformat(day[:DAY_LETTERS]) + since
    return Timestamp(
        "GPS", moment.isoformat(), in_utc=True, place=_result_or_none(lambda: _gps_place(tags))
    )


def _gps_place(tags: Mapping[int, Any]) -> Place | None:
    def degrees(value: int, side: int, minus: str) -> float:
        whole, minutes, seconds = map(float, tags[value])
        return (whole + minutes / 60 + seconds / 3600) * (-1 if str(tags[side])[:1] == minus else 1)

    names = ExifTags.GPS
    return Place(
        degrees(names.GPSLatitude, names.GPSLatitudeRef, "S"),
        degrees(names.GPSLongitude, names.GPSLongitudeRef, "W"),
    ).checked()


def _camera(exif: Image.Exif) -> str | None:
    make, model = (_one_line(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    first = make.partition(" ")[0].lower()
    if model.lower().startswith(first):  # Canon calls its models Canon, Nikon NIKON
        return model or None
    return f"{make} {model}".strip()[:_MAX_CAMERA_LETTERS]


def _one_line(value: object) -> str:
    """Text of an EXIF value on one line, without control characters."""
    text = "".join(char if char.isprintable() else " " for char in str(value or ""))
    return " ".join(text.split())[:_MAX_CAMERA_LETTERS]


def settings_text(photo: bytes) -> list[str]:
    """Lines of text with a photo file's camera settings and image size, without GPS position."""
    try:
        header = open_header(io.BytesIO(photo))
        exif = header.getexif()
        width, height = header.size
        if exif.get(ExifTags.Base.Orientation) in _TURNED:
            width, height = height, width
        size = f"{width:,} × {height:,} pixels"
        tags = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # decoders raise anything; nothing is known then
        return []
    told = (_exposure(tags), _aperture(tags), _sensitivity(tags), _focal(tags), _lens(tags), size)
    return [one for one in told if one]


def _exposure(tags: dict[int, Any]) -> str:
    seconds = _positive(tags.get(ExifTags.Base.ExposureTime))
    if seconds is None:
        return ""
    return f"1/{round(1 / seconds):,} s" if seconds < 0.3 else f"{seconds:.3g} s"


def _aperture(tags: dict[int, Any]) -> str:
    stop = _positive(tags.get(ExifTags.Base.FNumber))
    return "" if stop is None else f"f/{stop:.3g}"


def _sensitivity(tags: dict[int, Any]) -> str:
    said = tags.get(ExifTags.Base.ISOSpeedRatings)
    iso = _positive(said[0] if isinstance(said, tuple) and said else said)
    return "" if iso is None else f"ISO {iso:.0f}"


def _focal(tags: dict[int, Any]) -> str:
    length = _positive(tags.get(ExifTags.Base.FocalLength))
    return "" if length is None else f"{length:.3g} mm"


def _lens(tags: dict[int, Any]) -> str:
    said = tags.get(ExifTags.Base.LensModel)
    return printable(said.strip("\0 "))[:_MAX_LENS_LETTERS] if isinstance(said, str) else ""


def _positive(value: Any) -> float | None:
    """EXIF value as a number if it is positive and finite; None for any other value."""
    try:
        found = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return found if math.isfinite(found) and 1e-9 < found < 1e9 else None
