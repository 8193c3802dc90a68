"""XMP sidecars and packets: reading of rating, label and flag, writing of ratings."""

import math
import os
from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

from photorank.errors import MetadataError
from photorank.photos.metadata.xmp_packet import RDF, Packet, packet_text, parse_packet

_XMP = "http://ns.adobe.com/xap/1.0/"
_RATING = f"{_XMP} Rating"
_LABEL = f"{_XMP} Label"
# In percent; Windows ends its namespace with a slash, exiftool does not.
_MICROSOFT_RATINGS = (
    "http://ns.microsoft.com/photo/1.0/ Rating",
    "http://ns.microsoft.com/photo/1.0 Rating",
)
_PICK = "http://ns.adobe.com/xmp/1.0/DynamicMedia/ pick"
_GOOD = "http://ns.adobe.com/xmp/1.0/DynamicMedia/ good"
_DIGIKAM_PICK = "http://www.digikam.org/ns/1.0/ PickLabel"
_DIGIKAM_COLOUR = "http://www.digikam.org/ns/1.0/ ColorLabel"
_DARKTABLE_COLOURS = "http://darktable.sf.net/ colorlabels"
_PHOTOSHOP_COLOUR = "http://ns.adobe.com/photoshop/1.0/ LabelColor"

# fmt: off
_DIGIKAM_COLOURS = {
    "1": "Red", "2": "Orange", "3": "Yellow", "4": "Green", "5": "Blue", "6": "Magenta",
    "7": "Gray", "8": "Black", "9": "White",
}
_DARKTABLE_COLOUR_OF = {"0": "Red", "1": "Yellow", "2": "Green", "3": "Blue", "4": "Purple"}
# fmt: on
_FLAGS = {  # -1 rejected, 0 undecided, 1 picked
    _PICK: {"-1": -1, "1": 1},
    _GOOD: {"false": -1, "true": 1},
    _DIGIKAM_PICK: {"1": -1, "2": 0, "3": 1},
}
_PERCENT_OF_STARS = {1: 1, 2: 25, 3: 50, 4: 75, 5: 99}  # as Windows writes them

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
    """Rating, colour label and flag of a photo, written by any program; None where missing."""

    rating: float | None = None  # stars 1 to 5, 0: not rated, -1: rejected
    label: str | None = None  # the program's names of colours, separated by commas
    pick: int | None = None  # the flag: 1 picked, 0 undecided, -1 rejected


def read_xmp(data: bytes) -> XmpTags:
    """Rating, label and flag in an XMP packet or sidecar of any program.

    Without xmp:Rating the rating of Windows counts, without xmp:Label the colours of Lightroom,
    digiKam or darktable. Raises MetadataError if it is no readable XMP, declares a document type
    (as an XML bomb does), exceeds `MAX_PACKET_BYTES`, or its rating is no number from -1 to 5.

    >>> read_xmp(with_rating(None, 4))
    XmpTags(rating=4.0, label=None, pick=None)
    """
    return _tags(parse_packet(packet_text(data).xml))


def with_rating(data: bytes | None, rating: int) -> bytes:
    """Sidecar bytes with a new rating, other bytes unchanged; a new sidecar if `data` is None.

    `rating` is 1 to 5 stars, 0 for not rated, -1 for rejected. Every xmp:Rating is changed, and so
    is Windows' percent; a missing xmp:Rating becomes an attribute of the first description. Raises
    MetadataError if `data` is no readable XMP, ValueError for another rating.

    >>> before = with_rating(None, 2)
    >>> with_rating(before, 5) == before.replace(b'xmp:Rating="2"', b'xmp:Rating="5"')
    True
    """
    if rating not in range(-1, 6):
        raise ValueError(f"a rating is a whole number from -1 to 5, not {rating}")
    text = packet_text(_EMPTY_SIDECAR.encode() if data is None else data)
    packet = parse_packet(text.xml)
    values = dict.fromkeys(_MICROSOFT_RATINGS, str(_PERCENT_OF_STARS.get(rating, 0)))
    values[_RATING] = str(rating)
    edits = [
        (one.start, one.end, one.before + values[one.name].encode() + one.after)
        for one in packet.properties
        if one.name in values
    ]
    if all(one.name != _RATING for one in packet.properties):
        edits.append(_new_rating(packet, rating))
    xml = packet.source
    for start, end, new in sorted(edits, reverse=True):
        xml = xml[:start] + new + xml[end:]
    written = text.encoded(xml)
    if read_xmp(written).rating != rating:  # never replace a sidecar by a wrong one
        raise MetadataError("XMP that no rating can be written into")
    return written


def made_by_photorank(data: bytes) -> bool:
    """Whether photorank wrote a sidecar and no other program has saved it since.

    Its stars come from a master-vector and are no person's judgement.

    >>> made_by_photorank(with_rating(None, 4))
    True
    """
    return data in _own_sidecars()


@cache
def _own_sidecars() -> frozenset[bytes]:
    return frozenset(with_rating(None, stars) for stars in range(1, 6))


def sidecars(photo: Path) -> list[Path]:
    """Existing sidecars of a photo, ``photo.jpg.xmp`` before the shared ``photo.xmp``.

    darktable and digiKam write ``photo.jpg.xmp``; Lightroom and Capture One write ``photo.xmp``,
    which a RAW file shares with its JPEG.
    """
    names = [photo.name + ".xmp", photo.name + ".XMP", photo.stem + ".xmp", photo.stem + ".XMP"]
    kept: list[Path] = []
    for path in filter(os.path.lexists, map(photo.with_name, names)):
        same = [one for one in kept if one.name.lower() == path.name.lower()]
        if not any(_is_same_file(path, one) for one in same):  # on disks that ignore case
            kept.append(path)
    return kept


def sidecar_for(photo: Path) -> Path:
    """Sidecar path for a photo's rating: first existing sidecar, else ``photo.jpg.xmp``.

    Photos that share a ``photo.xmp``, such as a RAW file and its JPEG, get one rating: to the
    programs that write it they are one shot.
    """
    return next(iter(sidecars(photo)), photo.with_name(photo.name + ".xmp"))


def stars_of_percent(percent: float) -> float:
    """Stars, 0 to 5, of a Windows rating in percent.

    >>> [stars_of_percent(percent) for percent in (0, 1, 25, 50, 75, 99)]
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    """
    return min(1.0 + round(percent / 25), 5.0) if percent > 0 else 0.0


def parse_rating(text: str, low: float, high: float) -> float:
    """Rating parsed from text; MetadataError if not a number from `low` to `high`."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise MetadataError(f"rating {text[:40]!r} is not a number from {low:g} to {high:g}")
    return value


def _tags(packet: Packet) -> XmpTags:
    found: dict[str, str] = {}
    items: dict[str, tuple[str, ...]] = {}
    for one in packet.properties:
        if one.value:
            found.setdefault(one.name, one.value)
            items.setdefault(one.name, one.items)
    rating = None
    if _RATING in found:
        rating = parse_rating(found[_RATING], -1, 5)
    elif percent := next((found[name] for name in _MICROSOFT_RATINGS if name in found), None):
        rating = stars_of_percent(parse_rating(percent, 0, 100))
    flags = (_FLAGS[name].get(found[name].lower()) for name in _FLAGS if name in found)
    pick = next((flag for flag in flags if flag is not None), None)
    digikam = _DIGIKAM_COLOURS.get(found.get(_DIGIKAM_COLOUR, ""))
    darktable = (_DARKTABLE_COLOUR_OF.get(number) for number in items.get(_DARKTABLE_COLOURS, ()))
    colours = ", ".join(filter(None, darktable)) or None
    label = found.get(_LABEL) or found.get(_PHOTOSHOP_COLOUR) or digikam or colours
    return XmpTags(rating, label, pick)


def _new_rating(packet: Packet, rating: int) -> tuple[int, int, bytes]:
    """Edit (start, end, bytes) that inserts xmp:Rating into the first rdf:Description."""
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


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
