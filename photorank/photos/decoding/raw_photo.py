"""Camera RAW: the preview that the camera made, else the developed sensor; EXIF and XMP."""

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image

from photorank.errors import MissingExtraError, UnreadablePhotoError
from photorank.photos.damage_reasons import TIFF_STARTS, size_text
from photorank.photos.decode_limits import MAX_PIXELS, too_many_pixels
from photorank.typing import Frames

if TYPE_CHECKING:
    from rawpy import RawPy

# First bytes of RAW files that are no TIFF. Olympus and Panasonic change TIFF's third byte.
_NEARLY_TIFF = (b"IIRO", b"IIRS", b"MMOR", b"IIU\0")
_FUJIFILM, _MINOLTA, _CANON_BOX = b"FUJIFILMCCD-RAW", b"\0MRM", b"ftypcrx "
_CIFF, _SIGMA = b"HEAPCCDR", b"FOVb"

_CANON_EXIF = ((b"CMT2", ExifTags.IFD.Exif), (b"CMT4", ExifTags.IFD.GPSInfo))  # boxes of a CR3
_CANON_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # a box's name

_MIN_PREVIEW_SIDE = 1000  # pixels of the long side: less is a thumbnail
_MIN_PREVIEW_SHARE = 0.5  # of the sensor's long side, where that is small
_ORIENTATIONS = {3: 3, 5: 8, 6: 6}  # of EXIF, by LibRaw's flip
_DIM_WHITE = 160  # grey level: a third of full light, below which a photo has no white
_SAMPLE_STEP = 8  # pixels, of the sample that tells
_SRGB_GAMMA = (2.4, 12.92)  # power, slope near black


def is_raw(data: bytes) -> bool:
    """Whether a file's first bytes are those of camera RAW, of a kind that is no plain TIFF."""
    return (
        data.startswith((*_NEARLY_TIFF, _FUJIFILM, _MINOLTA, _SIGMA))
        or data[4:12] == _CANON_BOX
        or data[6:14] == _CIFF
        or (data.startswith(TIFF_STARTS) and data[8:12] in (b"IIII", b"MMMM"))  # Phase One
        or (data.startswith(TIFF_STARTS) and data[8:10] == b"CR")  # Canon's CR2
    )


def open_raw(data: bytes) -> Image.Image:
    """Opened photo of a RAW file: its preview, or where that is small the sensor at half size.

    Raises UnreadablePhotoError if it cannot be read, or rawpy is missing.
    """
    try:
        import rawpy
    except ImportError as error:
        raise UnreadablePhotoError(str(MissingExtraError("camera RAW", "raw"))) from error
    try:
        with rawpy.imread(BytesIO(data)) as raw:
            if raw.sizes.raw_width * raw.sizes.raw_height > MAX_PIXELS:
                raise too_many_pixels(MAX_PIXELS)
            preview = _preview(raw)
            if preview is None or not _is_large(preview, raw):
                preview = _developed(raw, preview)
            return preview
    except rawpy.LibRawUnsufficientMemoryError as error:
        raise MemoryError from error
    except rawpy.LibRawIOError as error:
        raise UnreadablePhotoError(f"truncated camera RAW after {size_text(len(data))}") from error
    except rawpy.LibRawError as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise UnreadablePhotoError(f"camera RAW that LibRaw does not read ({reason})") from error


def _preview(raw: "RawPy") -> Image.Image | None:
    """Preview in a RAW file, with the sensor's orientation; None if there is none to be read."""
    import rawpy

    try:
        thumb = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if isinstance(thumb.data, np.ndarray):
        preview = Image.fromarray(thumb.data)
    elif thumb.format == rawpy.ThumbFormat.JPEG:
        preview = Image.open(BytesIO(thumb.data), formats=("JPEG",))
    else:
        return None
    sizes = raw.sizes
    is_upright = (preview.width < preview.height) != (sizes.width < sizes.height)
    turned = 1 if is_upright else _ORIENTATIONS.get(sizes.flip, 1)
    preview.getexif()[ExifTags.Base.Orientation] = turned
    return preview


def _is_large(preview: Image.Image, raw: "RawPy") -> bool:
    """Whether a preview is large enough to be rated in place of the photo."""
    side = max(preview.size)
    whole = max(raw.sizes.width, raw.sizes.height)
    return side >= _MIN_PREVIEW_SIDE or side >= _MIN_PREVIEW_SHARE * whole


def _developed(raw: "RawPy", preview: Image.Image | None) -> Image.Image:
    """Sensor of a RAW file developed at half size, upright; if that fails, a small preview."""
    import rawpy

    def develop(as_exposed: bool) -> Frames:
        return raw.postprocess(
            half_size=True,
            use_camera_wb=True,
            gamma=_SRGB_GAMMA,
            no_auto_bright=as_exposed,
            adjust_maximum_thr=0.0,  # else LibRaw brightens all the same
        )

    try:
        pixels = develop(as_exposed=True)
        if np.percentile(pixels[::_SAMPLE_STEP, ::_SAMPLE_STEP], 99) < _DIM_WHITE:
            pixels = develop(as_exposed=False)  # cameras brighten what they kept from clipping
    except rawpy.LibRawNonFatalError:
        if preview is None:
            raise
        return preview
    return Image.fromarray(np.squeeze(pixels))


class _Header(Image.Image):
    """EXIF and XMP of a RAW file, in the form of an opened photo without pixels."""

    format = "RAW"

    def __init__(self, exif: Image.Exif, xmp: bytes | None) -> None:
        super().__init__()
        self._known = exif
        if xmp:
            self.info["xmp"] = xmp

    def getexif(self) -> Image.Exif:
        return self._known


def raw_header(data: bytes) -> Image.Image | None:
    """Opened photo without pixels: EXIF and XMP of a RAW or TIFF file, read in Python.

    None if the file is neither.
    """
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
    return _Header(exif, None) if is_raw(data) else None


def _box(data: bytes, name: bytes) -> bytes:
    """Contents of the first box of a name in an ISO media file, empty if there is none."""
    at = data.find(name)
    start = at - 4 if len(name) == 4 else at - 8  # a long name stands behind "uuid"
    if start < 0:
        return b""
    return data[at + len(name) : start + int.from_bytes(data[start : start + 4], "big")]
