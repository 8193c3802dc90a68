"""Camera RAW photos, opened as their embedded preview or as developed sensor data."""

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image

from photorank.errors import MissingExtraError, UnreadablePhotoError
from photorank.photos.damage_reasons import size_text
from photorank.photos.decode_limits import refuse_too_many_pixels
from photorank.typing import Frames

if TYPE_CHECKING:
    from rawpy import RawPy

_MIN_PREVIEW_SIDE = 1000  # long side in pixels; smaller ones are thumbnails
_MIN_PREVIEW_SHARE = 0.5  # of the sensor's long side, if the sensor is small
_ORIENTATIONS = {3: 3, 5: 8, 6: 6}  # of EXIF, by LibRaw's flip
_DIM_WHITE = 160  # grey level, a third of full light, below which a photo has no white
_SAMPLE_STEP = 8  # pixels between samples
_SRGB_GAMMA = (2.4, 12.92)  # power, and slope near black


def open_raw(data: bytes) -> Image.Image:
    """Open a RAW photo: its embedded preview if large enough, else its sensor data at half size.

    Raises UnreadablePhotoError if it cannot be read, or rawpy is missing.
    """
    try:
        import rawpy
    except ImportError as error:
        raise UnreadablePhotoError(str(MissingExtraError("camera RAW", "raw"))) from error
    try:
        with rawpy.imread(BytesIO(data)) as raw:
            refuse_too_many_pixels(raw.sizes.raw_width, raw.sizes.raw_height)
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
    """Preview image embedded in a RAW file; None if missing or in an unknown format.

    Its EXIF orientation is set.
    """
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
    """True if a RAW file's preview is large enough to be used as the photo."""
    side = max(preview.size)
    whole = max(raw.sizes.width, raw.sizes.height)
    return side >= _MIN_PREVIEW_SIDE or side >= _MIN_PREVIEW_SHARE * whole


def _developed(raw: "RawPy", preview: Image.Image | None) -> Image.Image:
    """Upright photo developed at half size from sensor data; the given preview if that fails."""
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
