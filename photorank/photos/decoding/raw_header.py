"""Recognition of camera RAW files, and reading of their EXIF and XMP in pure Python."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image

from photorank.photos.damage_reasons import TIFF_STARTS

# First bytes of RAW files that are no TIFF. Olympus and Panasonic change TIFF's third byte.
_NEARLY_TIFF = (b"IIRO", b"IIRS", b"MMOR", b"IIU\0")
_FUJIFILM, _MINOLTA, _CANON_BOX = b"FUJIFILMCCD-RAW", b"\0MRM", b"ftypcrx "
_CIFF, _SIGMA = b"HEAPCCDR", b"FOVb"

_CANON_EXIF = ((b"CMT2", ExifTags.IFD.Exif), (b"CMT4", ExifTags.IFD.GPSInfo))  # boxes of a CR3
_CANON_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # UUID of a box

# Of Canon's CIFF: records whose value stands in their directory, and those that hold a directory.
_IN_DIRECTORY, _KIND, _DIRECTORIES = 0x4000, 0x3800, (0x2800, 0x3000)
_CIFF_CAMERA, _CIFF_TIME = 0x080A, 0x180E
_MAX_RECORDS = 1000  # in CIFF and X3F; cameras write about a hundred
_MAX_LETTERS = 100  # of a text in X3F
_FIRST_SEGMENT_BYTES = 64  # first bytes of a JPEG, which show EXIF


def is_raw(data: bytes) -> bool:
    """True if a file's first bytes can only be those of a camera RAW format.

    False for a RAW file that begins like any other TIFF.
    """
    return (
        data.startswith((*_NEARLY_TIFF, _FUJIFILM, _MINOLTA, _SIGMA))
        or data[4:12] == _CANON_BOX
        or data[6:14] == _CIFF
        or (data.startswith(TIFF_STARTS) and data[8:12] in (b"IIII", b"MMMM"))  # Phase One
        or (data.startswith(TIFF_STARTS) and data[8:10] == b"CR")  # Canon's CR2
    )


class _Header(Image.Image):
    """Pillow image without pixels that carries the EXIF and XMP of a RAW file."""

    format = "RAW"

    def __init__(self, exif: Image.Exif, xmp: bytes | None) -> None:
        super().__init__()
        self._known = exif
        if xmp:
            self.info["xmp"] = xmp

    def getexif(self) -> Image.Exif:
        return self._known


def raw_header(data: bytes) -> Image.Image | None:
    """EXIF and XMP of a RAW or TIFF file, wrapped in a Pillow image; None for other files."""
    exif = Image.Exif()
    if data.startswith((*_NEARLY_TIFF, *TIFF_STARTS)):
        exif.load((b"II*\0" if data[:2] == b"II" else b"MM\0*") + data[4:])
        return _Header(exif, exif.get(ExifTags.Base.XMLPacket))
    if data.startswith(_FUJIFILM):
        at, size = (int.from_bytes(data[place : place + 4], "big") for place in (84, 88))
        return Image.open(BytesIO(data[at : at + size]), formats=("JPEG",))
    if data.startswith(_MINOLTA):
        at = data.find(b"\0TTW")
        exif.load(data[at + 8 :])
        return _Header(exif, None)
    if data[4:12] == _CANON_BOX:
        exif.load(_box(data, b"CMT1"))
        for name, directory in _CANON_EXIF:
            inside = Image.Exif()
            inside.load(_box(data, name))
            exif.get_ifd(directory).update(inside)
        return _Header(exif, _box(data, _CANON_XMP))
    if data[6:14] == _CIFF:
        told = dict(_ciff_records(data[int.from_bytes(data[2:6], "little") :]))
        make, model = told.get(_CIFF_CAMERA, b"\0").split(b"\0")[:2]
        return _made_header(
            make.decode(), model.decode(), int.from_bytes(told[_CIFF_TIME][:4], "little")
        )
    if data.startswith(_SIGMA):
        return _sigma_header(data)
    return _Header(exif, None) if is_raw(data) else None


def _made_header(make: str, model: str, clock: int) -> _Header:
    """Pillow image whose EXIF holds the given camera make, camera model and capture time."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = make, model
    time = datetime.fromtimestamp(clock, UTC).replace(tzinfo=None)
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = str(time)
    return _Header(exif, None)


def _ciff_records(root: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag number and value of each record in a Canon CIFF (old RAW) file.

    A block's directory is at its end.
    """
    blocks, left = [root], _MAX_RECORDS
    while blocks and left:
        block = blocks.pop()
        start = int.from_bytes(block[-4:], "little")
        (count,) = struct.unpack_from("<H", block, start)
        for at in range(start + 2, start + 2 + 10 * min(count, left), 10):
            tag, size, offset = struct.unpack_from("<HII", block, at)
            inside = tag & _IN_DIRECTORY
            value = block[at + 2 : at + 10] if inside else block[offset : offset + size]
            if tag & _KIND in _DIRECTORIES:
                blocks.append(value)
            yield tag, value
        left -= min(count, left)


def _sigma_header(data: bytes) -> Image.Image:
    """Pillow image that holds the EXIF of a Sigma X3F (RAW) file.

    It is that of the preview; in older files it is made from the property list.
    """
    start = int.from_bytes(data[-4:], "little")
    sections = list(_entries("<II4s", data, start + 8))
    for at, size, kind in sections:
        preview = data[at + 28 : at + size]
        if kind in (b"IMA2", b"IMAG") and b"Exif" in preview[:_FIRST_SEGMENT_BYTES]:
            return Image.open(BytesIO(preview), formats=("JPEG",))
    at = next(at for at, _, kind in sections if kind == b"PROP")
    count = int.from_bytes(data[at + 8 : at + 12], "little")
    texts = data[at + 24 + 8 * count :]

    def text(place: int) -> str:
        letters = texts[2 * place : 2 * (place + _MAX_LETTERS)].decode("utf-16-le", "replace")
        return letters.partition("\0")[0]

    pairs = _entries("<II", data, at + 8, between=12)
    told = {text(name): text(value) for name, value in pairs}
    return _made_header(told.get("CAMMANUF", ""), told.get("CAMMODEL", ""), int(told["TIME"]))


def _entries(layout: str, data: bytes, at: int, between: int = 0) -> Iterator[tuple[Any, ...]]:
    """Yield each entry of a table in a Sigma RAW file, unpacked with the struct format `layout`.

    The table begins with the number of its entries; `between` bytes lie before the first entry.
    """
    one = struct.Struct(layout)
    count = min(int.from_bytes(data[at : at + 4], "little"), _MAX_RECORDS)
    return one.iter_unpack(data[at + 4 + between :][: count * one.size])


def _box(data: bytes, name: bytes) -> bytes:
    """Content of the first box of a given type in a Canon CR3 (RAW) file; empty if missing."""
    at = data.find(name)
    start = at - 4 if len(name) == 4 else at - 8  # a long name stands behind "uuid"
    if start < 0:
        return b""
    return data[at + len(name) : start + int.from_bytes(data[start : start + 4], "big")]
