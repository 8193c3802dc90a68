"""Tests of decoding photos whose colour space is given only by a tag in the file."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from photorank.errors import UnreadablePhotoError
from photorank.photos.decoding.colour_definitions import (
    ADOBE_RGB,
    BT_2020,
    icc_profile,
    space_of_cicp,
)
from photorank.photos.open_photo import decode_photo

# Chromaticities by their standards, and matrices from linear RGB by Lindbloom and BT.2087.
SRGB_TO_P3 = [[0.82246, 0.17754, 0.0], [0.03319, 0.96681, 0.0], [0.01708, 0.07240, 0.91052]]
SRGB_TO_2020 = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]

COLOURS = np.array(
    [(250, 250, 250), (200, 60, 40), (40, 120, 60), (60, 80, 160), (128, 128, 128), (20, 20, 20)],
    np.uint8,
)


def patches(colours):
    """Picture of six large colour patches, which survive lossy compression."""
    rows = np.rint(np.asarray(colours)).astype(np.uint8).reshape(2, 3, 3)
    return Image.fromarray(rows.repeat(64, axis=0).repeat(64, axis=1))


def seen(data):
    """Decoded colour at the middle of each patch of a photo."""
    return np.asarray(decode_photo(data))[32::64, 32::64].reshape(-1, 3).astype(int)


def light(code):
    """Linear light (0 to 1) of sRGB codes (0 to 255)."""
    code = np.asarray(code) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def srgb(linear):
    """Pixel values in sRGB, from 0 to 255, for linear light values from 0 to 1."""
    linear = np.asarray(linear)
    return 255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def pq(nits):
    """PQ codes (SMPTE ST 2084), from 0 to 255, of light in nits."""
    power = (np.asarray(nits) / 10_000) ** 0.1593017578125
    return 255 * ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg(nits_2020):
    """HLG pixel values, from 0 to 255, for a screen's red, green and blue light in nits."""
    screen = np.asarray(nits_2020) / 1000
    luminance = screen @ [0.2627, 0.6780, 0.0593]
    scene = screen * luminance[..., None] ** (1 / 1.2 - 1)
    return 255 * np.where(
        scene <= 1 / 12,
        np.sqrt(3 * scene),
        0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073,
    )


def heic(colours, primaries, transfer):
    """HEIC file of colour patches, with its colour space only in the nclx box."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    tags = {"color_primaries": primaries, "transfer_characteristics": transfer}
    patches(colours).save(
        file, "HEIF", quality=98, chroma=444, matrix_coefficients=6, full_range_flag=1, **tags
    )
    return file.getvalue()


def avif(colours, primaries, transfer):
    """AVIF file of colour patches, with its colour space only in the nclx box."""
    file = io.BytesIO()
    patches(colours).save(file, "AVIF", quality=100, subsampling="4:4:4", speed=10)
    start, end = file.getvalue().split(b"colrnclx")
    return start + b"colrnclx" + struct.pack(">HH", primaries, transfer) + end[4:]


def png(colours, *chunks):
    """PNG of colour patches, with the given extra chunks before its pixel data."""
    file = io.BytesIO()
    patches(colours).save(file, "PNG")
    data = file.getvalue()
    more = b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in chunks
    )
    return data[:33] + more + data[33:]


def png_cicp(colours, primaries, transfer):
    """PNG of colour patches, with its colour space in the cICP chunk."""
    return png(colours, (b"cICP", bytes([primaries, transfer, 0, 1])))


@pytest.mark.parametrize("write", [heic, avif, png_cicp])
@pytest.mark.parametrize("space", ["P3", "BT.2020", "PQ", "HLG", "linear", "sRGB", "unknown"])
def test_colours_told_by_cicp_numbers(write, space):
    """Colours in Display P3, BT.2020, PQ and HLG are converted to the same sRGB colours."""
    linear = light(COLOURS)
    colours, numbers = {
        "P3": (srgb(linear @ np.transpose(SRGB_TO_P3)), (12, 13)),
        "BT.2020": (srgb(linear @ np.transpose(SRGB_TO_2020)), (9, 14)),
        "PQ": (pq(203 * (linear @ np.transpose(SRGB_TO_2020))), (9, 16)),
        "HLG": (hlg(203 * (linear @ np.transpose(SRGB_TO_2020))), (9, 18)),
        "linear": (255 * linear, (1, 8)),
        "sRGB": (COLOURS, (1, 13)),
        "unknown": (COLOURS, (2, 2)),
    }[space]

    # Eight bits of a wide space are few in the shadows and at the edge of sRGB.
    wrong = np.abs(seen(write(colours, *numbers)) - COLOURS)
    assert wrong[1:5].max() <= 13
    assert wrong.mean() <= 3.5


def test_light_beyond_paper_white_is_rolled_off():
    """HDR highlights above paper white stay brighter than paper white and keep their order."""
    nits = np.array([[203] * 3, [400] * 3, [800] * 3, [100] * 3, [20] * 3, [1000, 400, 100]])

    white, sky, sun, middle, dark, lamp = seen(png_cicp(pq(nits), 9, 16))

    assert dark[0] < middle[0] < white[0] < sky[0] <= sun[0] <= 255
    assert abs(middle[0] - srgb(100 / 203)) < 3
    assert lamp[0] > lamp[1] > lamp[2]


def test_avif_without_libheif_is_not_taken_for_srgb(monkeypatch):
    """If pillow-heif is missing, the error for a wide-gamut AVIF file says what to install."""
    import sys

    monkeypatch.setitem(sys.modules, "pillow_heif", None)

    assert np.abs(seen(avif(COLOURS, 1, 13)) - COLOURS).max() <= 5
    with pytest.raises(UnreadablePhotoError, match=r'pip install "photorank\[heic\]"'):
        decode_photo(avif(COLOURS, 12, 13))


def adobe(colours):
    """Pixel values in Adobe RGB (1998) for given sRGB pixel values, converted by LittleCMS."""
    space = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile(ADOBE_RGB)))
    turned = ImageCms.profileToProfile(patches(colours), ImageCms.createProfile("sRGB"), space)
    return np.asarray(turned)[32::64, 32::64].reshape(-1, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("tag", ["R03", "number"])
def test_adobe_rgb_as_cameras_say_it(tag, kind):
    """Photos that EXIF marks as Adobe RGB, by either of two tags, are converted to sRGB."""
    exif = Image.Exif()
    inside = exif.get_ifd(0x8769)
    inside[0xA001] = 0xFFFF if tag == "R03" else 2
    if tag == "R03":
        inside[0xA005] = {1: "R03"}
    exif[0x8769] = inside
    file = io.BytesIO()
    patches(adobe(COLOURS)).save(file, kind, quality=98, subsampling=0, exif=exif)

    assert np.abs(adobe(COLOURS).astype(int) - COLOURS).max() > 12
    assert np.abs(seen(file.getvalue()) - COLOURS).max() <= 3


@pytest.mark.parametrize("kind", ["PNG", "AVIF"])
def test_what_a_file_says_of_its_pixels_goes_before_exif(kind):
    """If a file's pixels are marked sRGB but its EXIF says Adobe RGB, the EXIF tag is ignored."""
    exif = Image.Exif()
    inside = exif.get_ifd(0x8769)
    inside[0xA005] = {1: "R03"}
    exif[0x8769] = inside
    chunk = PngImagePlugin.PngInfo()
    chunk.add(b"sRGB", b"\0")
    lossless = {"pnginfo": chunk} if kind == "PNG" else {"quality": 100, "subsampling": "4:4:4"}
    file = io.BytesIO()
    patches(COLOURS).save(file, kind, exif=exif.tobytes(), **lossless)

    assert np.abs(seen(file.getvalue()) - COLOURS).max() <= 2


def test_png_in_linear_light():
    """A PNG with gAMA 1 holds linear light and is converted; an sRGB chunk overrides gAMA."""
    linear = 255 * light(COLOURS)

    wrong = np.abs(seen(png(linear, (b"gAMA", (100_000).to_bytes(4, "big")))) - COLOURS)

    assert wrong.max() <= 7
    assert np.abs(seen(png(COLOURS, (b"gAMA", (45_455).to_bytes(4, "big")))) - COLOURS).max() == 0
    both = [(b"sRGB", b"\0"), (b"gAMA", (100_000).to_bytes(4, "big"))]
    assert np.abs(seen(png(COLOURS, *both)) - COLOURS).max() == 0


def deep_png(codes, *chunks, alpha=False):
    """PNG of the given 16-bit pixel codes (h, w, 3), with extra chunks before its pixel data."""
    if alpha:
        codes = np.dstack([codes, np.full(codes.shape[:2], 65_535)])
    rows = b"".join(b"\0" + row.tobytes() for row in codes.astype(">u2"))
    size = struct.pack(">II5B", codes.shape[1], codes.shape[0], 16, 6 if alpha else 2, 0, 0, 0)
    more = [(b"IHDR", size), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in more
    )


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("kind", ["linear", "PQ"])
def test_a_deep_png_is_read_with_all_its_bits(kind, alpha):
    """A 16-bit PNG shows all greys correctly, including dark ones that 8 bits would merge."""
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    linear = light(greys)
    if kind == "linear":
        data = deep_png(65_535 * linear, (b"gAMA", (100_000).to_bytes(4, "big")), alpha=alpha)
    else:
        data = deep_png(257 * pq(203 * linear), (b"cICP", bytes([9, 16, 0, 1])), alpha=alpha)

    assert np.abs(np.asarray(decode_photo(data)).astype(int) - greys).max() <= 1
    small = np.asarray(decode_photo(data, short_side=5)).astype(int)
    assert small.shape == (8, 8, 3)
    assert np.abs(small - greys.reshape(8, 2, 8, 2, 3).mean(axis=(1, 3))).max() <= 8


def test_a_heic_of_ten_bits_is_read_with_all_its_bits():
    """A 10-bit HEIC in PQ is decoded with all 1,024 levels instead of Pillow's 256."""
    pillow_heif = pytest.importorskip("pillow_heif")
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    codes = np.rint(1023 / 255 * pq(203 * light(greys))).astype(np.uint16) << 6
    wide = codes.repeat(8, axis=0).repeat(8, axis=1)
    file = io.BytesIO()
    tags = {"color_primaries": 9, "transfer_characteristics": 16, "matrix_coefficients": 9}
    made = pillow_heif.from_bytes("RGB;16", (128, 128), wide.tobytes())
    made.save(file, quality=-1, chroma=444, full_range_flag=1, **tags)

    found = np.asarray(decode_photo(file.getvalue()))[4::8, 4::8].astype(int)

    assert np.abs(found - greys)[1:].max() <= 2
    assert np.abs(found - greys).mean() < 0.5


@pytest.mark.parametrize("bits", [10, 12])
def test_an_avif_of_more_bits_is_read_with_all_of_them(bits):
    """An HDR AVIF of 10 or more bits is decoded with all its bits instead of Pillow's 8 bits."""
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    codes = np.rint((2**bits - 1) / 255 * pq(203 * light(greys))).astype(np.uint16)
    wide = codes.repeat(8, axis=0).repeat(8, axis=1)
    shape = {"level": 100, "bitspersample": bits, "pixelformat": "444", "speed": 8}
    data = imagecodecs.avif_encode(wide, **shape, primaries=9, transfer=16, matrix=9)

    found = np.asarray(decode_photo(data))[4::8, 4::8].astype(int)

    assert np.abs(found - greys)[1:].max() <= 2
    assert np.abs(found - greys).mean() < 0.5


@pytest.mark.slow
def test_a_heic_is_not_read_from_its_thumbnail(scene):
    """A thumbnail inside a HEIC is ignored, however small the requested size is."""
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    scene.save(file, "HEIF", quality=95, thumbnails=[max(scene.size) // 2])

    photo = decode_photo(file.getvalue(), short_side=min(scene.size) // 4)

    whole = scene.reduce(2)
    assert photo.size == whole.size
    assert np.abs(np.asarray(photo).astype(int) - np.asarray(whole)).mean() < 2


def test_png_with_primaries():
    """A PNG with Adobe RGB primaries is converted to sRGB; one with sRGB primaries is unchanged."""

    def chrm(*numbers):
        return (b"cHRM", b"".join(round(100_000 * one).to_bytes(4, "big") for one in numbers))

    wide = chrm(0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
    plain = chrm(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)

    gamma = (b"gAMA", (45_455).to_bytes(4, "big"))
    assert np.abs(seen(png(adobe(COLOURS), wide, gamma)) - COLOURS).max() <= 3
    assert np.abs(seen(png(COLOURS, plain)) - COLOURS).max() == 0


def test_a_profile_of_tags_agrees_with_the_standards_matrix():
    """An ICC profile made for BT.2020 converts colours as the matrix in BT.2087 does."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile(space_of_cicp(9, 8))))
    assert space_of_cicp(9, 8).primaries == BT_2020
    picture = patches(255 * (light(COLOURS) @ np.transpose(SRGB_TO_2020)))

    turned = ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB"))

    assert np.abs(np.asarray(turned)[32::64, 32::64].reshape(-1, 3) - COLOURS.astype(int)).max() < 9
