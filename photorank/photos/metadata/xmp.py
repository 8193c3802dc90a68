"""Reading of ratings, labels and flags from XMP, and writing of ratings to XMP."""

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import count
from typing import NamedTuple

from photorank.errors import MetadataError
from photorank.photos.metadata.time_text import iso_time
from photorank.photos.metadata.xmp_syntax import RDF, Packet, Property, packet_text, parse_packet

_XMP = "http://ns.adobe.com/xap/1.0/"
_RATING = f"{_XMP} Rating"
_LABEL = f"{_XMP} Label"
# In percent; Windows ends its namespace with a slash, exiftool does not.
_MICROSOFT_RATINGS = (
    "http://ns.microsoft.com/photo/1.0/ Rating",
    "http://ns.microsoft.com/photo/1.0 Rating",
)
_ACDSEE_RATING = "http://ns.acdsee.com/iptc/1.0/ rating"
_RANGES = {  # valid range of each rating, in order of precedence
    _RATING: (-1, 5),
    **dict.fromkeys(_MICROSOFT_RATINGS, (0, 100)),
    _ACDSEE_RATING: (0, 5),
}
_PHOTO_MECHANIC = "http://ns.camerabits.com/photomechanic/1.0/"
_PHOTO_MECHANIC_CLASS = f"{_PHOTO_MECHANIC} ColorClass"
_PHOTO_MECHANIC_PREFS = f"{_PHOTO_MECHANIC} Prefs"  # tagged:class:stars:frame
_DARKTABLE = "http://darktable.sf.net/"
_DARKTABLE_HISTORY = f"{_DARKTABLE} history"
_DARKTABLE_SAYS = (
    "history_end",
    "history_basic_hash",
    "history_auto_hash",
    "history_current_hash",
    "change_timestamp",
)
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?", re.ASCII)
_SIDECAR_FOR = "http://ns.adobe.com/photoshop/1.0/ SidecarForExtension"
_TIMES = (
    "http://ns.adobe.com/exif/1.0/ DateTimeOriginal",
    "http://ns.adobe.com/exif/1.0/ DateTimeDigitized",
    "http://ns.adobe.com/photoshop/1.0/ DateCreated",
    f"{_XMP} CreateDate",
)
_PICK = "http://ns.adobe.com/xmp/1.0/DynamicMedia/ pick"
_GOOD = "http://ns.adobe.com/xmp/1.0/DynamicMedia/ good"
_DIGIKAM_PICK = "http://www.digikam.org/ns/1.0/ PickLabel"
_DIGIKAM_COLOUR = "http://www.digikam.org/ns/1.0/ ColorLabel"
_DARKTABLE_COLOURS = f"{_DARKTABLE} colorlabels"
_PHOTOSHOP_COLOUR = "http://ns.adobe.com/photoshop/1.0/ LabelColor"

# fmt: off
_DIGIKAM_COLOURS = {
    "1": "Red", "2": "Orange", "3": "Yellow", "4": "Green", "5": "Blue", "6": "Magenta",
    "7": "Gray", "8": "Black", "9": "White",
}
_DARKTABLE_COLOUR_OF = {"0": "Red", "1": "Yellow", "2": "Green", "3": "Blue", "4": "Purple"}
_PHOTO_MECHANIC_CLASSES = {
    "1": "Winner", "2": "Winner alt", "3": "Superior", "4": "Superior alt", "5": "Typical",
    "6": "Typical alt", "7": "Extras", "8": "Trash",
}
# fmt: on
_FLAGS = {  # -1 rejected, 0 undecided, 1 picked
    _PICK: {"-1": -1, "1": 1},
    _GOOD: {"false": -1, "true": 1},
    _DIGIKAM_PICK: {"1": -1, "2": 0, "3": 1},
}
_PERCENT_OF_STARS = {1: 1, 2: 25, 3: 50, 4: 75, 5: 99}  # Windows' percentages

_EMPTY_SIDECAR = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="photorank">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about=""
    xmlns:xmp="{_XMP}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


class XmpTags(NamedTuple):
    """User's rating, colour label and flag of a photo; None where missing."""

    rating: float | None = None  # stars 1 to 5, 0: not rated, -1: rejected
    label: str | None = None  # the program's names of colours, separated by commas
    pick: int | None = None  # the flag: 1 picked, 0 undecided, -1 rejected


def read_xmp(data: bytes) -> XmpTags:
    """User's rating, colour label and flag in an XMP packet or sidecar.

    Where xmp:Rating is missing or 0, that of Windows, ACDSee or Photo Mechanic counts, without
    xmp:Label the colours of Lightroom, digiKam, darktable or Photo Mechanic. The star that
    darktable gives to all it imports is none. Raises MetadataError if it is no readable XMP,
    declares a document type (as an XML bomb does), exceeds `MAX_PACKET_BYTES`, or its rating is no
    number from -1 to 5 or in a form that is not known.

    >>> read_xmp(with_rating(None, 4))
    XmpTags(rating=4.0, label=None, pick=None)
    """
    return _tags(parse_packet(packet_text(data).xml))


def with_rating(data: bytes | None, rating: int) -> bytes:
    """Bytes of an XMP sidecar with the rating written into it; a new sidecar if `data` is None.

    `rating` is 1 to 5 stars, 0 for not rated, -1 for rejected. Every xmp:Rating is changed, and so
    are Windows' percent and ACDSee's stars; a missing xmp:Rating becomes an attribute of the first
    description. Raises MetadataError if `data` is no readable XMP or one of these cannot be read,
    ValueError for another rating.

    >>> before = with_rating(None, 2)
    >>> with_rating(before, 5) == before.replace(b'xmp:Rating="2"', b'xmp:Rating="5"')
    True
    """
    if rating not in range(-1, 6):
        raise ValueError(f"a rating is a whole number from -1 to 5, not {rating}")
    text = packet_text(_EMPTY_SIDECAR.encode() if data is None else data)
    packet = parse_packet(text.xml)
    values = dict.fromkeys(_MICROSOFT_RATINGS, str(_PERCENT_OF_STARS.get(rating, 0)))
    values |= {_RATING: str(rating), _ACDSEE_RATING: str(max(rating, 0))}
    edits = []
    for one in packet.properties:
        if one.name in values:
            _parsed(one)  # what cannot be read is not replaced
            edits.append((one.start, one.end, one.before + values[one.name].encode() + one.after))
    if all(one.name != _RATING for one in packet.properties):
        edits.append(_new_rating(packet, rating))
    xml = packet.source
    for start, end, new in sorted(edits, reverse=True):
        xml = xml[:start] + new + xml[end:]
    written = text.encoded(xml)
    if (
        _rating(parse_packet(packet_text(written).xml)) != rating
    ):  # never replace a sidecar by a wrong one
        raise MetadataError("XMP that no rating can be written into")
    return written


def made_by_photorank(data: bytes) -> bool:
    """True if photorank wrote a sidecar and no other program has changed it since.

    Its stars come from a master-vector and are no person's judgement.

    >>> made_by_photorank(with_rating(None, 4))
    True
    """
    return data in _own_sidecars()


@cache
def _own_sidecars() -> frozenset[bytes]:
    return frozenset(with_rating(None, stars) for stars in (-1, *range(1, 6)))


def xmp_time(data: bytes) -> str | None:
    """Capture time in an XMP packet or sidecar, in ISO 8601; None if missing.

    Raises MetadataError if it is no readable XMP.
    """
    values = {
        one.name: one.value for one in reversed(parse_packet(packet_text(data).xml).properties)
    }
    times = (iso_time(values.get(name)) for name in _TIMES)
    return next((time for time in times if time), None)


def sidecar_extension(data: bytes) -> str | None:
    """Extension, such as ``cr2``, of the photo file that a sidecar is for; None if unknown.

    Raises MetadataError if it is no readable XMP.
    """
    packet = parse_packet(packet_text(data).xml)
    told = (one.value for one in packet.properties if one.name == _SIDECAR_FOR)
    return (next(told, None) or "").lstrip(".").lower() or None


def stars_of_percent(percent: float) -> float:
    """Stars, 0 to 5, of a Windows rating in percent.

    >>> [stars_of_percent(percent) for percent in (0, 1, 25, 50, 75, 99)]
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    """
    return min(1.0 + round(percent / 25), 5.0) if percent > 0 else 0.0


def parse_rating(text: str, low: float, high: float) -> float:
    """Rating parsed from text; raises MetadataError if not a number from `low` to `high`."""
    value = float(text) if _NUMBER.fullmatch(text.strip()) else math.nan
    if not low <= value <= high:
        raise MetadataError(f"rating {text[:40]!r} is not a number from {low:g} to {high:g}")
    return value


def counted_rating(ratings: Iterable[float | None]) -> float | None:
    """First rating that is neither None nor 0 (unrated), from a sequence of ratings.

    0 if all known ratings are 0; None if no rating is known.

    >>> counted_rating([None, 0, 4]), counted_rating([0, None]), counted_rating([])
    (4, 0, None)
    """
    told = [rating for rating in ratings if rating is not None]
    return next((rating for rating in told if rating), told[0] if told else None)


def _parsed(one: Property) -> float | None:
    """Stars parsed from an XMP rating property, None if empty; raises MetadataError if invalid."""
    if one.value is None:
        raise MetadataError("a rating in a form that is not known")
    if not one.value.strip():
        return None
    rating = parse_rating(one.value, *_RANGES[one.name])
    return stars_of_percent(rating) if one.name in _MICROSOFT_RATINGS else rating


def _rating(packet: Packet) -> float | None:
    """Star rating in an XMP packet; None if missing.

    Of several properties for ratings, the first other than 0 (unrated) counts.
    """
    ratings: dict[str, float | None] = {}
    for one in packet.properties:
        if one.name in _RANGES and ratings.get(one.name) is None:
            ratings[one.name] = _parsed(one)
        elif one.name == _PHOTO_MECHANIC_PREFS:
            stars = (one.value or "").split(":")[2:3]
            ratings[one.name] = float(stars[0]) if stars and stars[0] in set("12345") else None
    return counted_rating(map(ratings.get, (*_RANGES, _PHOTO_MECHANIC_PREFS)))


def _tags(packet: Packet) -> XmpTags:
    found: dict[str, str] = {}
    items: dict[str, tuple[str, ...]] = {}
    for one in packet.properties:
        if one.value:
            found.setdefault(one.name, one.value)
            items.setdefault(one.name, one.items)
    rating = _rating(packet)
    if rating == 1 and _is_untouched(packet, found):
        rating = None
    flags = (_FLAGS[name].get(found[name].lower()) for name in _FLAGS if name in found)
    pick = next((flag for flag in flags if flag is not None), None)
    digikam = _DIGIKAM_COLOURS.get(found.get(_DIGIKAM_COLOUR, ""))
    darktable = (_DARKTABLE_COLOUR_OF.get(number) for number in items.get(_DARKTABLE_COLOURS, ()))
    colours = ", ".join(filter(None, darktable)) or None
    mechanic = _PHOTO_MECHANIC_CLASSES.get(found.get(_PHOTO_MECHANIC_CLASS, ""))
    label = found.get(_LABEL) or found.get(_PHOTOSHOP_COLOUR) or digikam or colours or mechanic
    return XmpTags(rating, label, pick)


def _is_untouched(packet: Packet, found: Mapping[str, str]) -> bool:
    """True if darktable recorded no action by the user on a photo.

    By the history's hash: it is that of the basic or the automatic steps. In older files by the
    history's end, 0, or because it is empty.
    """
    said = {name: found.get(f"{_DARKTABLE} {name}") for name in _DARKTABLE_SAYS}
    if found.get(_DARKTABLE_COLOURS) or (said["change_timestamp"] or "-1") not in ("-1", "0"):
        return False
    if now := said["history_current_hash"]:
        return now in (said["history_basic_hash"], said["history_auto_hash"])
    if end := said["history_end"]:
        return end == "0"
    return any(one.name == _DARKTABLE_HISTORY and not one.items for one in packet.properties)


def _new_rating(packet: Packet, rating: int) -> tuple[int, int, bytes]:
    """Replacement (start, end, bytes) that inserts xmp:Rating into the first rdf:Description."""
    if not packet.nodes:
        raise MetadataError("XMP without any description")
    node = packet.nodes[0]
    prefix = next((one for one, uri in node.prefixes.items() if one and uri == _XMP), None)
    new = b""
    if prefix is None:
        free = (f"xmp{number or ''}" for number in count())
        prefix = next(one for one in free if one not in node.prefixes)
        new = node.space + f'xmlns:{prefix}="{_XMP}"'.encode()
    return node.end, node.end, new + node.space + f'{prefix}:Rating="{rating}"'.encode()
