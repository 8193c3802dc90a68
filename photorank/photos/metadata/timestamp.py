"""Timestamp of a photo: a capture time with its source, such as EXIF or the file name."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

# What may tell a time; `choose_capture_date.py` says which is trusted before which.
Source: TypeAlias = Literal[
    "Creation Time",
    "DateTime",
    "DateTimeDigitized",
    "DateTimeOriginal",
    "GPS",
    "IPTC",
    "Takeout",
    "XMP",
    "file time",
    "name",
    "sidecar",
]


class Place(NamedTuple):
    """GPS position of a photo: latitude and longitude in degrees."""

    latitude: float
    longitude: float

    def checked(self) -> "Place | None":
        """GPS position itself if its coordinates are valid; None if out of range or both 0."""
        there = abs(self.latitude) <= 90 and abs(self.longitude) <= 180
        return self if there and (self.latitude or self.longitude) else None


class Timestamp(NamedTuple):
    """Capture time of a photo according to one source, such as EXIF or the file name."""

    source: Source
    time: str  # ISO 8601: a clock's, with its zone if told; a day; or, if `in_utc`, that of UTC
    in_utc: bool = False  # the moment is known, the local time is not
    place: Place | None = None


def timestamp_from_json(parts: Sequence[Any]) -> Timestamp:
    """Timestamp restored from a JSON list of its fields.

    >>> timestamp_from_json(["GPS", "2024-08-01T03:30:00", True, [40.7, -74.0]]).place
    Place(latitude=40.7, longitude=-74.0)
    """
    source, time, in_utc, place = parts
    return Timestamp(source, time, in_utc, place and Place(*place))
