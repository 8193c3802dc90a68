"""Opening of TIFF photos, with choice of the page and support for layouts Pillow cannot decode."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import TiffImageFile

from photorank.errors import UnreadablePhotoError
from photorank.photos.damage_reasons import EXPORT_ADVICE
from photorank.photos.decode_limits import refuse_too_many_pixels
from photorank.photos.decoding.deep_pixels import MAX_DEEP_PIXELS, rounded
from photorank.typing import Frames

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_MAX_PAGES = 32  # examined; in longer files the photo is among the first
_SAME_SHAPE = 0.03  # relative difference of aspect ratio between a thumbnail and its photo
_RAW_PHOTOMETRICS = {32803, 34892}  # colour filter array, linear raw (DNG)
_DNG_VERSION = 50706

# Layouts that Pillow decodes rightly, of the first page: tests compare them with tifffile.
_PILLOW_COMPRESSIONS = {1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34925, 50000}
_PILLOW_PHOTOMETRICS = {1, 2, 3, 5, 6}  # grey, RGB, palette, print colours, YCbCr
_REDUCED, _OLD_REDUCED, _MASK = 1, 2, 4  # of NewSubfileType, SubfileType, NewSubfileType
_WHITE_IS_ZERO, _YCBCR = 0, 6  # photometric interpretations
_JPEG = 7  # TIFF's number of the compression
_UNSIGNED = 1  # TIFF's number of the sample format
_PREMULTIPLIED, _ALPHA = 1, 2  # kinds of extra samples

_MODES = {  # Pillow modes by photometric interpretation
    _WHITE_IS_ZERO: "L",
    1: "L",
    2: "RGB",
    3: "P",
    5: "CMYK",
    _YCBCR: "RGB",  # which tifffile makes of what JPEG compresses
}
_ALPHA_MODES = {  # by mode and kind of the first extra sample
    ("L", _ALPHA): "LA",
    ("L", _PREMULTIPLIED): "La",
    ("RGB", _ALPHA): "RGBA",
    ("RGB", _PREMULTIPLIED): "RGBa",
}


def open_tiff(data: bytes) -> Image.Image | None:
    """Open a TIFF photo with Pillow if Pillow decodes its layout correctly, else with tifffile.

    None if the file is camera RAW. Raises UnreadablePhotoError for pixels that are not read.
    """
    photo = _opened_by_pillow(data)
    if photo is not None:
        refuse_too_many_pixels(photo.width, photo.height)
    if photo is not None and _holds_one_image(photo) and _pillow_decodes(photo):
        return photo
    from tifffile import TiffFile

    with TiffFile(BytesIO(data)) as file:
        first, page = file.pages.first, _photo_page(file)
        if _is_raw(file, page):
            return None
        if photo is not None and page is first and _pillow_decodes(photo):
            return photo
        return _decoded(page, first)


def _opened_by_pillow(data: bytes) -> TiffImageFile | None:
    """First page of a TIFF file, opened by Pillow; None if Pillow cannot open the file."""
    try:
        return TiffImageFile(BytesIO(data))
    except (SyntaxError, OSError, ValueError):
        return None


def _holds_one_image(photo: TiffImageFile) -> bool:
    """True if a TIFF file holds a single image, without further pages or sub-images."""
    tags = photo.tag_v2
    return ExifTags.Base.SubIFDs not in tags and _DNG_VERSION not in tags and photo.n_frames == 1


def _pillow_decodes(photo: TiffImageFile) -> bool:
    """True if Pillow correctly decodes the pixel layout of a TIFF file's first page."""
    tags = photo.tag_v2
    bits = tags.get(ExifTags.Base.BitsPerSample, (1,))
    planar = tags.get(ExifTags.Base.PlanarConfiguration, 1) == 2 and len(bits) > 1
    extra = tags.get(ExifTags.Base.ExtraSamples, ())
    compression = tags.get(ExifTags.Base.Compression, 1)
    return (
        compression in _PILLOW_COMPRESSIONS
        and tags.get(ExifTags.Base.PhotometricInterpretation)
        in (_PILLOW_PHOTOMETRICS | ({0} if bits == (1,) else set()))
        and set(tags.get(ExifTags.Base.SampleFormat, (1,))) == {1}
        and (
            max(bits) <= 8
            or (_is_16_bit_for_pillow(photo, bits) and not planar and compression != _JPEG)
        )
        and not (planar and extra)
    )


def _is_16_bit_for_pillow(photo: TiffImageFile, bits: tuple[int, ...]) -> bool:
    """True if a 16-bit TIFF is grey or very large, and is thus decoded by Pillow, not tifffile.

    Of two bytes of a colour Pillow keeps the first, which makes it half a code darker.
    """
    is_large = photo.width * photo.height > MAX_DEEP_PIXELS
    return bits == (16,) or (is_large and set(bits) == {16})


def _photo_page(file: "TiffFile") -> "TiffPage":
    """Page of a TIFF file that holds the photo at full size, not a thumbnail or a mask."""
    whole = [page for page in _pages(file) if not _is_reduced_or_mask(page)] or [file.pages.first]
    first = whole[0]
    same = [page for page in whole if page.is_subifd or _is_larger_copy(page, first)]
    return max([first, *same], key=lambda page: page.imagewidth * page.imagelength)


def _pages(file: "TiffFile") -> "Iterator[TiffPage]":
    """Yield the pages of a TIFF file, each followed by its sub-pages."""
    for number in range(_MAX_PAGES):
        try:
            page = file.pages[number].aspage()
        except IndexError:
            return
        yield page
        yield from (inside.aspage() for inside in islice(page.pages or (), _MAX_PAGES))


def _is_reduced_or_mask(page: "TiffPage") -> bool:
    """True if a TIFF page is marked as a reduced copy or a mask of another page."""
    old = page.tags.valueof(255, 0)
    return bool(page.subfiletype & (_REDUCED | _MASK)) or old == _OLD_REDUCED


def _is_larger_copy(page: "TiffPage", other: "TiffPage") -> bool:
    """True if `page` has the same aspect ratio as `other` and at least twice the width."""
    if not (other.imagelength and page.imagelength):
        return False
    ratio = (page.imagewidth / page.imagelength) / (other.imagewidth / other.imagelength)
    return abs(ratio - 1) <= _SAME_SHAPE and page.imagewidth >= 2 * other.imagewidth


def _is_raw(file: "TiffFile", page: "TiffPage") -> bool:
    """True if a TIFF file is a camera RAW file: a DNG, or one with sensor pixels."""
    return _DNG_VERSION in file.pages.first.tags or page.photometric in _RAW_PHOTOMETRICS


def _decoded(page: "TiffPage", first: "TiffPage") -> Image.Image:
    """Pillow image of a TIFF page, with ICC profile and EXIF orientation attached."""
    refuse_too_many_pixels(page.imagewidth, page.imagelength)
    if not _can_decode(page):
        raise UnreadablePhotoError(f"{_layout(page)} are not read; {EXPORT_ADVICE}")
    mode = _MODES[page.photometric]
    mode = _ALPHA_MODES.get((mode, next(iter(page.extrasamples), 0)), mode)
    pixels = _as_bytes(page)[..., : Image.getmodebands(mode)]
    if page.photometric == _WHITE_IS_ZERO:
        pixels[..., 0] = 255 - pixels[..., 0]
    size = (page.imagewidth, page.imagelength)
    picture = Image.frombytes(mode, size, np.ascontiguousarray(pixels).tobytes())
    if mode == "P" and page.colormap is not None:
        picture.putpalette((page.colormap.T >> 8).astype(np.uint8).tobytes())
    if page.iccprofile:
        picture.info["icc_profile"] = page.iccprofile
    orientation = ExifTags.Base.Orientation
    turned = page.tags.valueof(orientation) or first.tags.valueof(orientation)
    if turned:
        picture.getexif()[orientation] = int(turned)
    return picture


def _can_decode(page: "TiffPage") -> bool:
    """True if :func:`_decoded` supports the pixel layout of a TIFF page."""
    bits, photometric = page.bitspersample, page.photometric
    return (
        photometric in _MODES
        and page.sampleformat == _UNSIGNED
        and isinstance(bits, int)
        and bits <= (8 if _MODES[photometric] == "P" else 16)
        and (photometric != _YCBCR or page.compression == _JPEG)
        and (page.compression != _JPEG or bits <= 8)
        and page.imagedepth == 1
        and page.dtype is not None
    )


def _layout(page: "TiffPage") -> str:
    """Text that describes the pixel layout of a TIFF page, for an error message."""
    kind = {1: "", 2: "signed ", 3: "float "}.get(int(page.sampleformat), "complex ")
    photometric = getattr(page.photometric, "name", page.photometric)
    return f"{page.bitspersample}-bit {kind}pixels of a TIFF ({photometric})"


def _as_bytes(page: "TiffPage") -> Frames:
    """8-bit pixel values (h, w, channels) of a TIFF page of any bit depth."""
    pixels = page.asarray(maxworkers=1)
    if page.axes.startswith("S"):  # each sample in a plane of its own
        pixels = np.moveaxis(pixels, 0, -1)
    pixels = pixels.reshape(page.imagelength, page.imagewidth, -1)
    bits = page.bitspersample
    if bits > 8:
        deep = pixels.astype(np.uint16, copy=False)
        if bits < 16:  # the highest code is the highest of 16 bits
            spread = (deep << (16 - bits)) | (deep >> (2 * bits - 16))
            deep = spread.astype(np.uint16, copy=False)
        return rounded(deep)
    if bits < 8 and _MODES[page.photometric] != "P":
        return pixels * (255 // (2**bits - 1))
    return pixels
