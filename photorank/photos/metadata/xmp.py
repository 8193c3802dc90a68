"""XMP: the rating, the colour label and the flag that a program gave a photo, read and written."""

import math
import os
from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from photorank.errors import MetadataError
from photorank.photos.metadata.xmp_packet import RDF, Packet, packet_text, parse_packet

_XMP = "http://ns.adobe.com/xap/1.0/"
_RATING = f"{_XMP} Rating"
_LABEL = f"{_XMP} Label"
# In percent; Windows ends the name of its space with a slash, exiftool does not.
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
_DIGIKAM_NAMES = {
    "1": "Red", "2": "Orange", "3": "Yellow", "4": "Green", "5": "Blue", "6": "Magenta",
    "7": "Gray", "8": "Black", "9": "White",
}
_DARKTABLE_NAMES = {"0": "Red", "1": "Yellow", "2": "Green", "3": "Blue", "4": "Purple"}
# fmt: on
_FLAGS = {  # what each program writes for rejected, undecided and picked
    _PICK: {"-1": -1, "1": 1},
    _GOOD: {"false": -1, "true": 1},
    _DIGIKAM_PICK: {"1": -1, "2": 0, "3": 1},
}
_PERCENTS = {1: 1, 2: 25, 3: 50, 4: 75, 5: 99}  # as Windows writes stars

_NEW = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="photorank">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about=""
    xmlns:xmp="{_XMP}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


class XmpTags(NamedTuple):
    """What a program wrote about how good a photo is; None where it does not say."""

    rating: float | None = None  # stars 1 to 5, 0: not rated, -1: rejected
    label: str | None = None  # the colour, as the program calls it; of several, all with commas
    pick: int | None = None  # the flag: 1 picked, 0 undecided, -1 rejected


def read_xmp(data: bytes) -> XmpTags:
    """Return the judgements in an XMP packet or sidecar, whichever program wrote it.

    Properties may be attributes or elements, in one description or several. Where
    there is no xmp:Rating, the one of Windows counts, where there is no xmp:Label,
    the colours of Lightroom, digiKam or darktable.

    Parameters
    ----------
    data : bytes
        In UTF-8, UTF-16 or UTF-32, or as the XML declaration says.

    Raises
    ------
    MetadataError
        If it is no XMP that can be read, declares a document type (as an XML bomb
        does), is larger than `MAX_PACKET_BYTES`, or its rating is no number from -1 to 5.

    Examples
    --------
    >>> read_xmp(with_rating(None, 4, label="Green"))
    XmpTags(rating=4.0, label='Green', pick=None)
    """
    return _tags(parse_packet(packet_text(data).xml))


def with_rating(data: bytes | None, rating: int, *, label: str | None = None) -> bytes:
    """Return a sidecar with a rating, in which everything else is byte for byte as it was.

    Every xmp:Rating that is there is changed, and the rating in percent of Windows
    with it; where there is none, it becomes an attribute of the first description.

    Parameters
    ----------
    data : bytes, optional
        The sidecar as it is. Default: a new one is made.
    rating : int
        Stars 1 to 5, 0 for not rated, -1 for rejected.
    label : str, optional
        The colour label, likewise. Default: it stays as it is. The numbers that
        digiKam and darktable keep beside it are not changed.

    Raises
    ------
    MetadataError
        If `data` is no XMP that can be read.
    ValueError
        If there is no such rating.

    Examples
    --------
    >>> before = with_rating(None, 2)
    >>> with_rating(before, 5) == before.replace(b'xmp:Rating="2"', b'xmp:Rating="5"')
    True
    """
    if rating not in range(-1, 6):
        raise ValueError(f"a rating is a whole number from -1 to 5, not {rating}")
    text = packet_text(_NEW.encode() if data is None else data)
    packet = parse_packet(text.xml)
    values = {_RATING: str(rating)}
    if label is not None:
        values[_LABEL] = escape(label, {'"': "&quot;"})
    edits = _added({name: values[name] for name in values if not _has(packet, name)}, packet)
    values |= dict.fromkeys(_MICROSOFT_RATINGS, str(_PERCENTS.get(rating, 0)))
    for one in packet.properties:
        if one.name in values:
            edits.append((one.start, one.end, one.before + values[one.name].encode() + one.after))
    xml = packet.source
    for start, end, new in sorted(edits, reverse=True):
        xml = xml[:start] + new + xml[end:]
    written = text.encoded(xml)
    if read_xmp(written).rating != rating:  # a photo's sidecar is not to be lost by our mistake
        raise MetadataError("XMP that no rating can be written into")
    return written


def is_own(data: bytes) -> bool:
    """Tell whether a sidecar is what photorank makes of nothing, with 1 to 5 stars.

    Such stars come from a master-vector, and are no person's judgement. Once another
    program has saved the sidecar, a person has seen them.

    Examples
    --------
    >>> is_own(with_rating(None, 4)), is_own(with_rating(None, 4, label="Red"))
    (True, False)
    """
    return data in _own_sidecars()


@cache
def _own_sidecars() -> frozenset[bytes]:
    return frozenset(with_rating(None, stars) for stars in range(1, 6))


def sidecars(photo: Path) -> list[Path]:
    """Return the sidecars that a photo has, the one that is its own alone first.

    darktable and digiKam write ``photo.jpg.xmp``; Lightroom and Capture One write
    ``photo.xmp``, which a RAW file and the JPEG beside it have in common.
    """
    names = [photo.name + ".xmp", photo.name + ".XMP", photo.stem + ".xmp", photo.stem + ".XMP"]
    there = [path for path in map(photo.with_name, names) if os.path.lexists(path)]
    kept: list[Path] = []
    for path in there:  # where case does not matter, one file answers to two names
        same = [one for one in kept if one.name.lower() == path.name.lower()]
        if not any(_is_same(path, one) for one in same):
            kept.append(path)
    return kept


def sidecar_for(photo: Path) -> Path:
    """Return the sidecar to write a photo's rating into: the one it has, else a new one.

    A new one is ``photo.jpg.xmp``, which no other file shares. Photos that have a
    ``photo.xmp`` in common, such as a RAW file and its JPEG, are one shot to the
    programs that write it, and get one rating.
    """
    return next(iter(sidecars(photo)), photo.with_name(photo.name + ".xmp"))


def stars_of_percent(percent: float) -> float:
    """Return the stars that Windows means by a rating in percent.

    Examples
    --------
    >>> [stars_of_percent(percent) for percent in (0, 1, 25, 50, 75, 99)]
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    """
    return min(1.0 + round(percent / 25), 5.0) if percent > 0 else 0.0


def checked_rating(text: str, low: float, high: float) -> float:
    """Return a rating's number.

    Raises
    ------
    MetadataError
        If it is none between `low` and `high`.
    """
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
        rating = checked_rating(found[_RATING], -1, 5)
    elif percent := next((found[name] for name in _MICROSOFT_RATINGS if name in found), None):
        rating = stars_of_percent(checked_rating(percent, 0, 100))
    flags = (_FLAGS[name].get(found[name].lower()) for name in _FLAGS if name in found)
    pick = next((flag for flag in flags if flag is not None), None)
    digikam = _DIGIKAM_NAMES.get(found.get(_DIGIKAM_COLOUR, ""))
    darktable = (_DARKTABLE_NAMES.get(number) for number in items.get(_DARKTABLE_COLOURS, ()))
    colours = ", ".join(filter(None, darktable)) or None
    label = found.get(_LABEL) or found.get(_PHOTOSHOP_COLOUR) or digikam or colours
    return XmpTags(rating, label, pick)


def _has(packet: Packet, name: str) -> bool:
    return any(one.name == name for one in packet.properties)


def _added(values: dict[str, str], packet: Packet) -> list[tuple[int, int, bytes]]:
    """Return the edit that gives the first description properties of the XMP namespace."""
    if not values:
        return []
    if not packet.nodes:
        raise MetadataError("XMP without any description")
    node = packet.nodes[0]
    prefix = next((one for one, uri in node.prefixes.items() if one and uri == _XMP), None)
    new = b""
    if prefix is None:
        free = (f"xmp{number or ''}" for number in count())
        prefix = next(one for one in free if one not in node.prefixes)
        new = node.space + f'xmlns:{prefix}="{_XMP}"'.encode()
    for name, value in values.items():
        new += node.space + f'{prefix}:{name.split()[1]}="{value}"'.encode()
    return [(node.end, node.end, new)]


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
