"""Colour space of a photo without ICC profile, from other metadata in its file."""

from collections.abc import Iterator

from PIL import ExifTags, Image

from photorank.errors import MissingExtraError, UnreadablePhotoError
from photorank.photos.decoding.colour_definitions import (
    ADOBE_RGB,
    BT_709,
    SRGB,
    ColourSpace,
    Primaries,
    space_of_cicp,
)

_CICP_OF_SRGB = ({1, 2}, {1, 2, 6, 13, 14, 15})  # primaries, transfers
_CICP_OF_NOTHING = (2, 2)
_SRGB_GAMMA = 1 / 2.2  # as PNG files call sRGB's curve
_GAMMA_TOLERANCE = 0.05  # relative, for rounding by writers
_XY_TOLERANCE = 0.01
_PNG_COLOUR = {"gamma", "chromaticity"}  # Pillow's keys for the chunks gAMA and cHRM
_EXIF_ADOBE_RGB = 2  # not in the standard
# Bytes in EXIF without which it says no Adobe RGB: the name, or the number in either byte order.
_ADOBE_MARKS = (b"R03", b"\xa0\x01\0\3\0\0\0\1\0\2", b"\x01\xa0\3\0\1\0\0\0\2\0")


def tagged_space(photo: Image.Image, data: bytes) -> ColourSpace:
    """Colour space that a photo file's metadata declares; sRGB if it declares none.

    `data` are the file's bytes. Raises UnreadablePhotoError where the tags say that it is another
    one, but a library is missing that reads which.
    """
    if cicp := _cicp(photo, data):
        return space_of_cicp(*cicp)
    if photo.format == "PNG" and "srgb" in photo.info:
        return SRGB
    if photo.format == "PNG" and _PNG_COLOUR & photo.info.keys():
        return _space_of_png(photo)
    return ADOBE_RGB if _is_adobe_rgb(photo) else SRGB


def _cicp(photo: Image.Image, data: bytes) -> tuple[int, int] | None:
    """CICP codes (primaries, transfer curve) in a photo file; None if missing or unspecified."""
    if photo.format == "PNG":
        at = data.find(b"cICP", 0, data.find(b"IDAT"))
        return (data[at + 4], data[at + 5]) if at >= 0 else None
    nclx = photo.info.get("nclx_profile")
    if photo.format == "AVIF":
        boxes = list(_nclx_boxes(data))
        if all(_is_srgb(box) for box in boxes):
            return next((box for box in boxes if box != _CICP_OF_NOTHING), None)
        nclx = _nclx_of_avif(data)
    told = (nclx["color_primaries"], nclx["transfer_characteristics"]) if nclx else None
    return None if told == _CICP_OF_NOTHING else told


def _nclx_boxes(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the pair of CICP codes in each colour box (``colr``) of an AVIF file."""
    at = data.find(b"colrnclx")
    while at >= 0:
        primaries, transfer = (data[at + place : at + place + 2] for place in (8, 10))
        yield int.from_bytes(primaries, "big"), int.from_bytes(transfer, "big")
        at = data.find(b"colrnclx", at + 1)


def _is_srgb(numbers: tuple[int, int]) -> bool:
    return all(one in plain for one, plain in zip(numbers, _CICP_OF_SRGB, strict=True))


def _nclx_of_avif(data: bytes) -> dict[str, int] | None:
    """Dictionary of the CICP colour codes of an AVIF's main image; None if missing.

    They are read by libheif, since Pillow omits them.
    """
    try:
        import pillow_heif
    except ImportError as error:
        reason = str(MissingExtraError("the colour space of this AVIF", "heic"))
        raise UnreadablePhotoError(reason) from error
    return pillow_heif.open_heif(data).info.get("nclx_profile")


def _space_of_png(photo: Image.Image) -> ColourSpace:
    """Colour space that the gAMA and cHRM chunks of a PNG define."""
    xy = photo.info.get("chromaticity")
    primaries = Primaries(xy[2:4], xy[4:6], xy[6:8], xy[:2]) if xy else BT_709
    if all(
        abs(one - other) <= _XY_TOLERANCE
        for point, plain in zip(primaries, BT_709, strict=True)
        for one, other in zip(point, plain, strict=True)
    ):
        primaries = BT_709
    gamma = photo.info.get("gamma")
    if not gamma or (
        primaries == BT_709 and abs(gamma - _SRGB_GAMMA) <= _GAMMA_TOLERANCE * _SRGB_GAMMA
    ):
        return ColourSpace(primaries, "sRGB")
    return ColourSpace(primaries, 1 / gamma)


def _is_adobe_rgb(photo: Image.Image) -> bool:
    """True if EXIF names Adobe RGB in the tag InteropIndex or ColorSpace."""
    told = photo.info.get("exif") or b""  # which a HEIC has as None
    if not any(mark in told for mark in _ADOBE_MARKS):  # parsing takes as long as a small photo
        return False
    try:
        exif = photo.getexif()
        index = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, "")
        space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
    except Exception:  # decoders raise anything; a photo with damaged EXIF is still a photo
        return False
    return str(index).startswith("R03") or space == _EXIF_ADOBE_RGB
