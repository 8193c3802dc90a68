import errno
import hashlib
import io
import os
import subprocess
import sys
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from photorank.errors import UnreadablePhotoError
from photorank.photos.framing import frame
from photorank.photos.metadata.exif import Shot, shot
from photorank.photos.open_photo import (
    decode_photo,
    os_reason,
    photo_digest,
    read_photo,
)
from photorank.photos.thumbnails import thumbnail

MAKE, ORIENTATION, EXIF_IFD, DATE_TIME_ORIGINAL = 0x010F, 0x0112, 0x8769, 0x9003
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# How each format is told to save; the loss that each may cause, in grey levels.
FORMATS = {
    "JPEG": ({"quality": 95}, 2),
    "MPO": ({"quality": 95}, 2),
    "PNG": ({}, 0),
    "WEBP": ({"quality": 95}, 3),
    "TIFF": ({}, 0),
    "BMP": ({}, 0),
    "GIF": ({}, 12),
    "AVIF": ({"quality": 95}, 3),
    "HEIF": ({"quality": 95}, 3),
    "JXL": ({"quality": 95}, 3),
}


@pytest.fixture(scope="session", autouse=True)
def _heif():
    """Register the HEIC and JPEG XL plugins, for tests that write such files."""
    import pillow_heif
    import pillow_jxl  # noqa: F401 - it registers itself

    pillow_heif.register_heif_opener()


def encoded(picture, kind, **options):
    """Bytes of a picture encoded in a given file format."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def difference(picture, expected):
    """Mean absolute difference between two pictures, in grey levels (0 to 255)."""
    assert picture.size == expected.size
    return np.abs(np.asarray(picture, dtype=float) - np.asarray(expected, dtype=float)).mean()


def reason(data):
    """Reason that decode_photo gives for refusing the given bytes."""
    with pytest.raises(UnreadablePhotoError) as caught:
        decode_photo(data)
    return caught.value.reason


def camera_exif(orientation=1, taken=None):
    """EXIF metadata as a camera writes it: maker, orientation and, if given, capture time."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Camera", orientation
    if taken:
        exif.get_ifd(EXIF_IFD)[DATE_TIME_ORIGINAL] = taken
        exif[EXIF_IFD] = exif.get_ifd(EXIF_IFD)  # TIFF's writer looks for it here
    return exif


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same_picture(scene, kind):
    """A picture saved in any file format decodes to the same RGB picture, without metadata."""
    options, loss = FORMATS[kind]

    photo = decode_photo(encoded(scene, kind, **options))

    assert photo.mode == "RGB"
    assert photo.info == {}
    assert difference(photo, scene) <= loss


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "lzw", "HEIF", "AVIF"])
def test_orientation_is_applied_once(scene, kind, orientation):
    """Photos of all eight EXIF orientations are decoded upright from all formats that have EXIF."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's transpositions
    small = scene.resize((90, 60))
    stored = small.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else small
    exif = camera_exif(orientation)
    options = {"exif": exif.tobytes() if kind == "HEIF" else exif}
    if kind == "lzw":
        kind, options["compression"] = "TIFF", "tiff_lzw"

    photo = decode_photo(encoded(stored, kind, **options))

    assert difference(photo, small) < 6


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_every_mode_becomes_rgb(scene, mode):
    """Images of every mode (line art, grey, palette, alpha, CMYK, 16 bits) decode to RGB."""
    if mode == "I;16":
        expected = scene.convert("L")
        picture = Image.fromarray(np.asarray(expected).astype(np.uint16) * 257)
    else:
        expected = picture = scene.convert(mode)
    kinds = ["TIFF", "JPEG"] if mode in {"CMYK", "YCbCr"} else ["TIFF", "PNG"]

    for kind in kinds:
        photo = decode_photo(encoded(picture, kind, **FORMATS[kind][0]))
        assert photo.mode == "RGB"
        assert difference(photo, expected.convert("RGB")) < 2, kind


def test_16_bits_are_scaled_and_not_clipped():
    """A 16-bit ramp from black to white becomes the full 8-bit ramp."""
    ramp = np.arange(0, 65_536, 257, dtype=np.uint16)[None, :]

    for kind in ("PNG", "TIFF"):
        photo = np.asarray(decode_photo(encoded(Image.fromarray(ramp), kind)))
        np.testing.assert_array_equal(photo[0, :, 0], np.arange(256))


def test_big_endian_16_bits():
    """A big-endian 16-bit TIFF is read like a little-endian one."""
    ramp = Image.fromarray(np.arange(0, 65_536, 257, dtype=np.uint16)[None, :])
    little = encoded(ramp, "TIFF")
    assert little[:4] == b"II*\0"
    big = Image.frombytes("I;16B", (256, 1), np.asarray(ramp).astype(">u2").tobytes())

    photo = decode_photo(encoded(big, "TIFF"))

    np.testing.assert_array_equal(np.asarray(photo)[0, :, 1], np.arange(256))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_transparency_lies_on_white(kind):
    """Transparent pixels become white, and half-transparent black becomes middle grey."""
    picture = Image.new("RGBA", (60, 20), (0, 0, 0, 255))
    picture.paste((200, 0, 0, 0), (20, 0, 40, 20))
    picture.paste((0, 0, 0, 128), (40, 0, 60, 20))
    options = {"lossless": True} if kind == "WEBP" else {}

    photo = decode_photo(encoded(picture, kind, **options))

    for x, grey in ((10, 0), (30, 255), (50, 127)):
        assert np.allclose(photo.getpixel((x, 10)), grey, atol=4)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_entry_lies_on_white(kind):
    """A transparent palette colour is shown as white."""
    picture = Image.new("P", (4, 1))
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.putdata([0, 1, 0, 1])

    photo = decode_photo(encoded(picture, kind, transparency=0))

    assert photo.getpixel((0, 0)) == (255, 255, 255)
    assert photo.getpixel((1, 0)) == (0, 0, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "MPO"])
def test_the_first_picture_of_several_is_taken(kind):
    """Files with several pictures, such as animations, are decoded as their first picture."""
    first, second = Image.new("RGB", (32, 32), "red"), Image.new("RGB", (32, 32), "blue")

    photo = decode_photo(encoded(first, kind, save_all=True, append_images=[second]))

    assert difference(photo, first) < 3


def wide_profile():
    """ICC colour profile similar to Adobe RGB: wider than sRGB, with a gamma of 2.2."""

    def number(value):
        return round(value * 65536).to_bytes(4, "big", signed=True)

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(number(value) for value in values)

    curve = b"curv\0\0\0\0\0\0\0\x01" + int(2.19921875 * 256).to_bytes(2, "big") + b"\0\0"
    name = b"desc\0\0\0\0\0\0\0\x05wide\0" + bytes(4 + 4 + 2 + 1 + 67)
    tags = {
        b"desc": name, b"cprt": b"text\0\0\0\0none\0\0\0\0", b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947), b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    table, body = len(tags).to_bytes(4, "big"), b""
    for tag, data in tags.items():
        data += bytes(-len(data) % 4)
        offset = 128 + 4 + 12 * len(tags) + len(body)
        table += tag + offset.to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += data
    size = (128 + len(table) + len(body)).to_bytes(4, "big")
    head = size + b"lcms\x02\x10\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    return head + number(0.9642) + number(1.0) + number(0.8249) + bytes(48) + table + body


def adobe_as_srgb(*colour):
    """Adobe RGB colour converted to sRGB by the matrices of both standards."""
    xyz = np.array(
        [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    ) @ ((np.array(colour) / 255) ** 2.19921875)
    light = np.clip(
        np.array([[3.2405, -1.5371, -0.4985], [-0.9693, 1.8760, 0.0416], [0.0556, -0.2040, 1.0572]])
        @ xyz,
        0,
        1,
    )
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_colour_profiles_are_converted(kind):
    """Colours of a wide-gamut profile are converted to sRGB; neutral grey is unchanged."""
    picture = Image.new("RGB", (64, 32), (100, 180, 60))
    picture.paste((128, 128, 128), (32, 0, 64, 32))
    options = {"lossless": True} if kind == "WEBP" else {}

    photo = decode_photo(encoded(picture, kind, icc_profile=wide_profile(), **options))

    assert np.allclose(photo.getpixel((8, 16)), adobe_as_srgb(100, 180, 60), atol=3)
    assert np.allclose(photo.getpixel((56, 16)), (128, 128, 128), atol=3)


def test_the_old_profile_does_not_stay_with_the_new_colours():
    """The thumbnail of a colour-converted photo does not include the original ICC profile."""
    picture = Image.new("RGB", (64, 32), (100, 180, 60))
    photo = decode_photo(encoded(picture, "JPEG", icc_profile=wide_profile()))

    assert "icc_profile" not in Image.open(io.BytesIO(thumbnail(photo))).info


def test_a_colour_profile_in_a_grey_photo_is_no_harm(scene):
    """An sRGB profile leaves a grey photo unchanged; a wide-gamut profile is applied to it."""
    grey = scene.convert("L")

    photo = decode_photo(encoded(grey, "PNG", icc_profile=SRGB))

    assert difference(photo, grey.convert("RGB")) <= 1
    dark = decode_photo(encoded(Image.new("L", (8, 8), 20), "PNG", icc_profile=wide_profile()))
    assert np.allclose(dark.getpixel((0, 0)), adobe_as_srgb(20, 20, 20), atol=1)


@pytest.mark.parametrize("profile", [b"", b"nonsense", SRGB[:200], SRGB[:130] + bytes(500)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_damaged_profile_does_not_lose_the_photo(scene, mode, profile):
    """A photo with an unreadable colour profile is decoded as sRGB."""
    picture = scene.convert(mode)

    photo = decode_photo(encoded(picture, "TIFF", icc_profile=profile))

    assert difference(photo, picture.convert("RGB")) == 0


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize(
    "exif",
    [b"nonsense", b"MM\0*" + b"\xff" * 60, bytes(camera_exif(6).tobytes())[:20], b"II*\0\0\0\0\0"],
)
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_damaged_exif_does_not_lose_the_photo(scene, kind, exif):
    """A photo with unreadable EXIF is decoded without rotation and with empty metadata."""
    data = encoded(scene, kind, exif=b"Exif\0\0" + exif)

    assert decode_photo(data).size == scene.size
    assert shot(data) == Shot()


@pytest.mark.parametrize("before", [True, False])
def test_exif_that_imagemagick_writes_into_a_png(scene, before):
    """EXIF that ImageMagick stores as hexadecimal text in a PNG turns the photo upright."""
    exif = camera_exif(6).tobytes()
    text = f"\nAPP1\n{len(exif):8}\n{exif.hex()}\n".encode()
    piece = chunk(b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(text))
    data = encoded(scene, "PNG")
    at = 33 if before else len(data) - 12

    photo = decode_photo(data[:at] + piece + data[at:])

    assert photo.size == (scene.height, scene.width)


@pytest.mark.slow
def test_an_avif_in_a_general_container_is_no_heic(scene):
    """An AVIF file whose main brand is the general mif1 is recognised by its other brands."""
    data = encoded(scene, "AVIF").replace(b"ftypavif", b"ftypmif1", 1)

    assert difference(decode_photo(data), scene) < 3


def test_an_impossible_orientation_is_ignored(scene):
    """An EXIF orientation of 9, which does not exist, is ignored."""
    assert decode_photo(encoded(scene, "JPEG", exif=camera_exif(9))).size == scene.size


@pytest.mark.parametrize(
    ("short_side", "size"),
    [(None, (4000, 3000)), (224, (500, 375)), (234, (500, 375)), (235, (1000, 750)),
     (469, (2000, 1500)), (938, (4000, 3000)), (90, (250, 188))],
)  # fmt: skip
def test_a_jpeg_is_decoded_no_larger_than_needed(large_jpeg, short_side, size):
    """A JPEG is decoded at 1/8, 1/4 or 1/2 size if that is at least 1.6 times the needed size."""
    assert decode_photo(large_jpeg, short_side=short_side).size == size


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_rounding_to_whole_pixels_does_not_change_the_frame(scene, kind, orientation):
    """Reduced decoding of a photo of any size gives frames of the same shape as full decoding."""
    for width in range(1801, 1810):
        data = encoded(scene.resize((width, 1351)), kind, exif=camera_exif(orientation))
        full, draft = decode_photo(data), decode_photo(data, short_side=224)

        assert draft.info == {"full_size": (1351, width)}
        for framing in ("crop", "pad", "whole"):
            [ours], [theirs] = frame(draft, framing, 224), frame(full, framing, 224)
            assert ours.shape == theirs.shape
            assert difference(Image.fromarray(ours), Image.fromarray(theirs)) < 2.5


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "CMYK"])
def test_other_formats_are_shrunk_at_once(large_scene, mode):
    """A large TIFF photo is scaled down during decoding, in every colour mode."""
    picture = large_scene.convert(mode)
    data = encoded(picture, "TIFF")

    draft = decode_photo(data, short_side=224)

    assert draft.size == (500, 375)
    [ours], [theirs] = frame(draft, "whole", 224), frame(picture.convert("RGB"), "whole", 224)
    assert difference(Image.fromarray(ours), Image.fromarray(theirs)) < 1


def test_a_stereo_pair_has_a_draft_too(scene):
    """The first picture of a stereo pair (MPO) is decoded at reduced size and turned upright."""
    picture = scene.resize((1800, 1200))
    data = encoded(picture, "MPO", save_all=True, append_images=[scene], exif=camera_exif(6))

    assert decode_photo(data, short_side=224).size == (600, 900)


def test_the_colour_that_stands_for_transparency_is_averaged_as_white():
    """When a PNG photo is scaled down, pixels of the transparent colour count as white."""
    stripes = np.zeros((400, 400, 3), dtype=np.uint8)
    stripes[:, ::2] = (0, 255, 0)
    data = encoded(Image.fromarray(stripes), "PNG", transparency=(0, 255, 0))
    stripes[:, ::2] = 255

    photo = decode_photo(data, short_side=50)

    assert photo.size == (80, 80)
    expected = decode_photo(encoded(Image.fromarray(stripes), "PNG"), short_side=50)
    assert np.abs(np.asarray(photo).astype(int) - np.asarray(expected)).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["P", "1", "LA", "I;16"])
def test_every_kind_of_pixels_is_scaled_down_as_rgb_is(scene, mode):
    """Images of every pixel mode, such as palette, are scaled down like their RGB version."""
    large = scene.resize((900, 600))
    if mode == "I;16":
        grey = large.convert("L")
        picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
        plain = grey.convert("RGB")
    else:
        picture = large.convert(mode)
        plain = picture.convert("RGB")

    photo = decode_photo(encoded(picture, "PNG"), short_side=100)

    assert photo.size == (300, 200)
    assert difference(photo, decode_photo(encoded(plain, "PNG"), short_side=100)) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("framing", ["crop", "whole", "squash", "pad", "tiles"])
def test_a_draft_is_hardly_another_picture(large_jpeg, framing):
    """Reduced decoding changes the encoder's input by less than one grey level on average."""
    full, draft = decode_photo(large_jpeg), decode_photo(large_jpeg, short_side=224)

    assert full.size == (4000, 3000)
    for ours, theirs in zip(frame(draft, framing, 224), frame(full, framing, 224), strict=True):
        assert difference(Image.fromarray(ours), Image.fromarray(theirs)) < 1


def chunk(kind, body):
    """Bytes of one chunk of a PNG file."""
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def huge_png(width, height):
    """PNG file with a header that declares a huge size and almost no image data."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "size", [(20_000, 15_001), (25_000, 25_000), (1, 300_000_001), (200_000, 200_000)]
)
def test_too_many_pixels_are_refused_from_the_header(size):
    """A tiny file whose header claims a huge picture is refused before it is decompressed."""
    assert reason(huge_png(*size)) == "more than 300 megapixels"


def test_a_webp_may_have_a_third_of_the_pixels():
    """A WebP file may have at most 100 megapixels, a third of the limit for other formats."""
    pictures = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = bytearray(encoded(pictures[0], "WEBP", save_all=True, append_images=pictures[1:]))
    assert data[12:16] == b"VP8X"
    data[24:30] = (16_383).to_bytes(3, "little") + (8_191).to_bytes(3, "little")

    assert reason(bytes(data)) == "more than 100 megapixels"


def test_the_largest_phones_photos_are_read():
    """Photos of 200 megapixels pass the size limit of the decoder."""
    assert reason(huge_png(16_320, 12_240)).startswith("truncated PNG")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WebP"), ("TIFF", "TIFF"), ("BMP", "BMP"),
     ("GIF", "GIF"), ("HEIF", "HEIC"), ("AVIF", "AVIF")],
)  # fmt: skip
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_a_file_that_was_cut_short_says_where(scene, kind, name, share):
    """The error for a truncated file gives the file's format and the number of bytes it has."""
    data = encoded(scene, kind)
    cut = data[: int(share * len(data))]
    size = f"{len(cut) / 1000:.0f} kB" if len(cut) >= 1000 else f"{len(cut)} bytes"

    assert reason(cut) == f"truncated {name} after {size}"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty file"),
        (b"Dear diary,\n", "not an image (text file?)"),
        ("Grüße aus Köln".encode(), "not an image (text file?)"),
        (b"<!DOCTYPE html><p>404", "not an image (a web page?)"),
        (bytes(5000), "nothing but zeros (a copy that failed?)"),
        (b"%PDF-1.7 \0\1\2", "a PDF, which is not read; export it as JPEG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not an image (text file?)"),
        (b"\0\0\0\x18ftypmp42" + bytes(50), "not an image (a video?)"),
        (b"\x01\x02\x03\x04" * 20, "not an image"),
        (b"\xff\xd8\xff" + b"\x01" * 200 + b"\xff\xd9",
         "damaged JPEG (its header cannot be read)"),
        (b"\xff\xd8\xff", "truncated JPEG after 3 bytes"),
        (b"\xff\xd8\xff\xc1\0\x0b\x0c\0\x08\0\x08\1\1\x11\0\xff\xd9",
         "a JPEG of 12 bits, which is not read; export it as JPEG of 8 bits"),
        (b"\xff\xd8\xff\xc3\0\x0b\x08\0\x08\0\x08\1\1\x11\0\xff\xd9",
         "a lossless JPEG, which is not read; export it as JPEG of 8 bits"),
    ],
)  # fmt: skip
def test_what_is_no_photo_is_called_by_its_name(data, expected):
    """The error for a file that is no photo says what kind of file it is."""
    assert reason(data) == expected


def test_a_png_named_jpg_is_read(tmp_path, scene):
    """The format of a photo is recognised by the file's bytes, not by its name."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(scene, "PNG"))

    assert difference(decode_photo(read_photo(path)), scene) == 0


@pytest.mark.slow
def test_heic_without_its_library_tells_how_to_get_it(scene, monkeypatch):
    """If the HEIC decoder is missing, the error names the command that installs it."""
    data = encoded(scene, "HEIF")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)

    assert 'pip install "photorank[heic]"' in reason(data)


def test_jpeg_xl_without_its_library_tells_how_to_get_it(scene, monkeypatch):
    """If the JPEG XL decoder is missing, the error names the command that installs it."""
    data = encoded(scene, "JXL")
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)

    assert 'pip install "photorank[jxl]"' in reason(data)


def test_jpeg_xl_is_turned_by_its_picture_alone(scene):
    """A JPEG XL is turned by its own header only; its EXIF orientation is ignored."""
    exif = camera_exif(6).tobytes().removeprefix(b"Exif\0\0")

    assert decode_photo(encoded(scene, "JXL", exif=exif)).size == scene.size


@pytest.mark.parametrize("kind", FORMATS)
def test_garbage_is_refused_and_never_crashes(scene, kind):
    """Damaged bytes give a photo or a one-line error, never a crash."""
    data = encoded(scene.resize((80, 60)), kind, **FORMATS[kind][0])
    rng = np.random.default_rng(zlib.crc32(kind.encode()))
    reasons = []
    for _ in range(60):
        damaged = bytearray(data[: rng.integers(1, len(data))] if rng.random() < 0.3 else data)
        for at in rng.integers(0, len(damaged), rng.integers(1, 20)):
            damaged[at] = rng.integers(256)
        try:
            assert decode_photo(bytes(damaged)).mode == "RGB"
        except UnreadablePhotoError as error:
            reasons.append(error.reason)
    assert reasons
    assert all(reason and reason.isprintable() for reason in reasons)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((450, 300), (384, 256)), ((300, 450), (256, 384)), ((100, 50), (100, 50)),
     ((9000, 1), (384, 1))],
)  # fmt: skip
def test_thumbnail(scene, shape, expected):
    """A thumbnail is a WebP no larger than the photo, and making it leaves the photo unchanged."""
    photo = scene.resize(shape)
    small = Image.open(io.BytesIO(thumbnail(photo)))

    assert (small.format, small.size, photo.size) == ("WEBP", expected, shape)
    assert difference(small.convert("RGB"), photo.resize(expected, Image.Resampling.LANCZOS)) < 5


def test_read_photo_returns_the_bytes(tmp_path):
    """read_photo returns the file's bytes, and photo_digest is their SHA-256 in hexadecimal."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"pixels")

    assert read_photo(path) == b"pixels"
    assert photo_digest(read_photo(path)) == hashlib.sha256(b"pixels").hexdigest()


def test_read_photo_refuses_what_is_no_file_with_bytes(tmp_path):
    """A missing, empty or huge file, or a folder, is refused with an error that names its path."""
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "folder.jpg").mkdir()
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate((1 << 30) + 1)  # sparse: takes no room

    for name, expected in {
        "lost.jpg": "vanished",
        "empty.jpg": "empty file",
        "folder.jpg": "not a regular file",
        "huge.jpg": "larger than 1 GiB",
    }.items():
        with pytest.raises(UnreadablePhotoError, match=name) as caught:
            read_photo(tmp_path / name)
        assert caught.value.reason in {expected, "a folder, not a file"}


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe in the file system")
def test_read_photo_does_not_wait_for_a_pipe(tmp_path):
    """A named pipe in a photo's place is refused at once."""
    os.mkfifo(tmp_path / "pipe.jpg")

    with pytest.raises(UnreadablePhotoError, match="not a regular file"):
        read_photo(tmp_path / "pipe.jpg")


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "permission denied"), (errno.EIO, "the disk does not answer"),
     (errno.ESTALE, "stale file handle")],
)  # fmt: skip
def test_reasons_of_the_system(number, words):
    """A known system error has photorank's own text; any other has the system's text."""
    assert os_reason(OSError(number, os.strerror(number))) == words


@pytest.mark.slow
def test_damaged_metadata_is_not_told_on_the_terminal(tmp_path, scene):
    """If metadata is damaged, no Pillow warning is printed on the terminal."""
    (tmp_path / "a.jpg").write_bytes(encoded(scene, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05"))
    script = (
        "import sys, pathlib; from photorank.photos.open_photo import decode_photo, read_photo;"
        "decode_photo(read_photo(pathlib.Path(sys.argv[1])))"
    )

    run = subprocess.run(  # noqa: S603 (our own interpreter)
        [sys.executable, "-W", "default", "-c", script, str(tmp_path / "a.jpg")],
        capture_output=True,
        text=True,
    )

    assert (run.returncode, run.stderr) == (0, "")


def test_reading_a_file_reserves_no_more_than_it_has(tmp_path):
    """Reading a small photo reserves little memory, however large the size limit is."""
    photo = tmp_path / "0.png"
    Image.new("RGB", (8, 8)).save(photo)
    tracemalloc.start()

    assert read_photo(photo) == photo.read_bytes()

    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
