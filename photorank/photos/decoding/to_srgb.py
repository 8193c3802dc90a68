"""Conversion of an opened photo to 8-bit sRGB, on a white background."""

import io

import numpy as np
from PIL import Image, ImageCms

from photorank.errors import UnreadablePhotoError
from photorank.photos.damage_reasons import EXPORT_ADVICE
from photorank.photos.decoding.colour_definitions import (
    SRGB,
    ColourSpace,
    icc_profile,
    is_unlike_srgb,
)
from photorank.photos.decoding.deep_pixels import rounded, rounded_png, sixteen_bit_pixels
from photorank.photos.decoding.hdr_to_srgb import hdr_to_srgb

_MODE_OF_SPACE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
# Kinds of pixels that are known to come out right; no guess is made about others.
_KNOWN_MODES = {
    *("1", "L", "LA", "La", "P", "PA", "RGB", "RGBX", "RGBA", "RGBa", "CMYK", "YCbCr"),
    *("I;16", "I;16L", "I;16B", "I;16N"),
}


def to_srgb(photo: Image.Image, data: bytes, space: ColourSpace, factor: int = 1) -> Image.Image:
    """Photo in 8-bit sRGB with its size divided by `factor`, without transparency or metadata.

    Its ICC profile says what its colours mean, else `space`. `data` are the file's bytes. Raises
    UnreadablePhotoError for pixels of a kind that is not known to be right.
    """
    if photo.mode not in _KNOWN_MODES:
        raise UnreadablePhotoError(f"pixels of kind {photo.mode} are not read; {EXPORT_ADVICE}")
    icc = photo.info.get("icc_profile")
    codes = None
    if is_unlike_srgb(space) and not icc and photo.mode != "CMYK":
        codes = sixteen_bit_pixels(photo, data, factor)
    plain = _plain(photo, data)
    if factor > 1:
        plain = plain.reduce(factor)
    alpha = plain.getchannel("A") if plain.mode == "RGBA" else None
    colours = plain if alpha is None else plain.convert("RGB")
    picture = hdr_to_srgb(codes, space) if codes is not None else _rgb(colours, icc, space)
    # Some programs leave alpha at zero throughout: what hides everything is not meant.
    if alpha is not None and alpha.getextrema() != (0, 0):
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=alpha)
        picture = white
    if picture is photo:
        picture = photo.copy()
    picture.info = {}  # else the old profile would be saved with the new colours
    return picture


def _plain(photo: Image.Image, data: bytes) -> Image.Image:
    """Photo converted to 8-bit grey, RGB, RGBA or CMYK, so that its pixels can be averaged."""
    if photo.mode.startswith("I;16"):
        # Pillow's own conversion clips at 255 instead of scaling.
        return Image.fromarray(rounded(np.asarray(photo).astype(np.uint16)))
    if (nearest := rounded_png(photo, data)) is not None:
        return nearest
    if photo.has_transparency_data:
        return photo if photo.mode == "RGBA" else photo.convert("RGBA")
    return photo if photo.mode in {"L", "RGB", "CMYK"} else photo.convert("RGB")


def _rgb(colours: Image.Image, icc: bytes | None, space: ColourSpace) -> Image.Image:
    """Image converted to sRGB from its ICC profile, or else from colour space `space`."""
    if icc or space == SRGB or colours.mode == "CMYK":
        return _rgb_by_profile(colours, icc)
    return _rgb_by_profile(colours, icc_profile(space))


def _rgb_by_profile(colours: Image.Image, icc: bytes | None) -> Image.Image:
    """Image converted to sRGB by its ICC profile; a damaged or unsuitable profile is ignored."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc or b""))
        space = profile.profile.xcolor_space.strip()
        if space == "RGB" and colours.mode == "L":
            colours = colours.convert("RGB")
        if space == "GRAY" and colours.mode == "RGB" and _is_grey(colours):
            colours = colours.getchannel("G")  # of grey with alpha, or in a WebP
        if _MODE_OF_SPACE.get(space) == colours.mode:
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(colours, profile, srgb, outputMode="RGB")
            return converted or colours  # None only where it converts in place
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        pass  # a photo with a damaged profile is still a photo
    # `convert` copies a picture that is RGB already, which costs a millisecond.
    return colours if colours.mode == "RGB" else colours.convert("RGB")


def _is_grey(picture: Image.Image) -> bool:
    """True if the three channels of an RGB image are equal."""
    red, green, blue = picture.split()
    return red.tobytes() == green.tobytes() == blue.tobytes()
