"""Tests of metadata in a photo's own file: time, camera, and ratings written by exiftool."""

import io

import pytest
from PIL import Image, PngImagePlugin

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.metadata.choose_capture_date import capture_date
from photorank.photos.metadata.exif import Shot, embedded_tags, shot
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.timestamp import Timestamp
from photorank.photos.metadata.xmp import XmpTags, with_rating
from photorank.photos.photo_tags import photo_tags
from tests.photos.exiftool import run_exiftool
from tests.photos.sidecars import saved

XMP, MAKE, MODEL, RATING, RATING_PERCENT = 700, 0x10F, 0x110, 0x4746, 0x4749
EXIF_IFD, TAKEN = 0x8769, 0x9003
ORIGINAL = Timestamp("DateTimeOriginal", "2024-07-31T18:05:09")
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "TIFF": "tif", "HEIF": "heic"}


@pytest.fixture(autouse=True)
def _heif():
    """Let Pillow write HEIC files in these tests."""
    import pillow_heif

    pillow_heif.register_heif_opener()


@pytest.fixture
def photo(tmp_path, scene):
    """Function that writes a photo in a given image format and returns its path."""

    def write(kind="JPEG", **options):
        path = tmp_path / f"photo.{FORMATS.get(kind, kind.lower())}"
        scene.resize((60, 40)).save(path, kind, **options)
        return path

    return write


def exif_of(tags, taken=None):
    """EXIF data with the given tags, and with a capture time if one is given."""
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[tag] = value
    if taken is not None:
        exif.get_ifd(EXIF_IFD)[TAKEN] = taken
        exif[EXIF_IFD] = exif.get_ifd(EXIF_IFD)  # TIFF's writer looks for it here
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_time_and_camera(photo, kind):
    """The capture time and camera name are read from EXIF in every format that can hold EXIF."""
    exif = exif_of({MAKE: "SONY", MODEL: "ILCE-7M3"}, "2024:07:31 18:05:09")
    exif = exif.tobytes() if kind == "HEIF" else exif

    found = shot(photo(kind, exif=exif).read_bytes())

    assert found == Shot((ORIGINAL,), "SONY ILCE-7M3")


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", None])
def test_no_capture_time(photo, taken):
    """If the camera's clock was never set, the photo has a camera model but no capture time."""
    path = photo(exif=exif_of({MODEL: "X100V"}, taken))
    assert shot(path.read_bytes()) == Shot((), "X100V")
    assert shot(b"not a photo") == Shot()


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON Z 6_2", "NIKON Z 6_2"),
        ("Apple", "iPhone 15 Pro", "Apple iPhone 15 Pro"),
        ("OLYMPUS IMAGING CORP.  ", "E-M1\0\0\n", "OLYMPUS IMAGING CORP. E-M1"),
        ("Canon", "", "Canon"),
        ("", "", None),
        ("A" * 500, "B" * 500, "A" * 100),
    ],
)
def test_make_and_model_are_one_name(photo, make, model, camera):
    """Camera make and model are joined, without padding and without the make twice."""
    path = photo(exif=exif_of({MAKE: make, MODEL: model}))
    assert shot(path.read_bytes()).camera == camera


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("rating", [-1, 0, 4])
def test_ratings_that_exiftool_embeds_are_read(photo, kind, rating):
    """XMP ratings and labels that exiftool embeds are read in four file formats."""
    path = photo(kind)
    run_exiftool("-overwrite_original", f"-XMP:Rating={rating}", "-XMP:Label=Grün", path)

    assert embedded_tags(path) == XmpTags(rating, "Grün")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
@pytest.mark.parametrize(
    ("option", "rating"), [("-IFD0:Rating=3", 3), ("-IFD0:RatingPercent=75", 4)]
)
def test_exif_ratings_that_exiftool_embeds_are_read(photo, kind, option, rating):
    """EXIF ratings embedded by exiftool are read, whether as stars or as Windows' percentage."""
    path = photo(kind)
    run_exiftool("-overwrite_original", option, path)

    assert embedded_tags(path) == XmpTags(rating)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_xmp_goes_before_exif(photo, kind):
    """If XMP and EXIF both hold a rating, the XMP rating is used."""
    packet = saved(5, label="Red")
    tiff_tags = {XMP: packet} if kind == "TIFF" else {}
    exif = exif_of({RATING: 2, RATING_PERCENT: 99, **tiff_tags})
    options = {"exif": exif if kind == "TIFF" else exif.tobytes(), "xmp": packet}
    if kind == "PNG":
        del options["xmp"]
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
        options["pnginfo"] = text
    assert embedded_tags(photo(kind, **options)) == XmpTags(5, "Red")


def _box(name, body, *, size=None):
    """JPEG XL box; `size` 0 means up to the end of file, 1 means an 8-byte size field."""
    long = (len(body) + 16).to_bytes(8, "big") if size == 1 else b""
    return (len(body) + 8 if size is None else size).to_bytes(4, "big") + name + long + body


@pytest.mark.parametrize("size", [None, 0, 1])
def test_xmp_of_jpeg_xl_is_read(photo, size):
    """The XMP box of a JPEG XL file is read in each of three encodings of the box's size."""
    pytest.importorskip("pillow_jxl")
    packet = saved(4, label="Red")
    path = photo("JXL", lossless=True, use_container=True)
    path.write_bytes(path.read_bytes() + _box(b"xml ", packet, size=size))
    assert embedded_tags(path) == XmpTags(4, "Red")


def test_packed_metadata_of_jpeg_xl_are_read(photo):
    """Stars and dates packed with Brotli are read from JPEG XL, with or without an EXIF offset."""
    pytest.importorskip("pillow_jxl")
    brotli = pytest.importorskip("brotli")
    exif = exif_of({}, "2024:07:31 18:05:09").tobytes().removeprefix(b"Exif\0\0")
    path = photo("JXL", lossless=True, use_container=True)
    plain = path.read_bytes()
    for start in (bytes(4), b""):
        boxes = [(b"xml ", saved(4, label="Red")), (b"Exif", start + exif)]
        packed = (_box(b"brob", name + brotli.compress(data)) for name, data in boxes)
        path.write_bytes(plain + b"".join(packed))
        assert embedded_tags(path) == XmpTags(4, "Red")
        assert "2024-07-31T18:05:09" in str(shot(path.read_bytes()))


def test_packed_metadata_that_cannot_be_unpacked_are_told(photo):
    """Damaged Brotli metadata in a JPEG XL raise an error; a box of invalid size is ignored."""
    pytest.importorskip("pillow_jxl")
    path = photo("JXL", lossless=True, use_container=True)
    plain = path.read_bytes()
    assert embedded_tags(path) == XmpTags()
    path.write_bytes(plain + _box(b"brob", b"xml packed"))
    with pytest.raises(MetadataError, match="Brotli"):
        embedded_tags(path)
    path.write_bytes(plain + _box(b"xml ", b"<x/>", size=3))
    assert embedded_tags(path) == XmpTags()


def test_no_pixel_is_decoded(photo, monkeypatch):
    """Reading metadata does not decode any pixel of the photo."""
    paths = [photo(kind) for kind in FORMATS]
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda self: pytest.fail("decoded"))
    assert {embedded_tags(path) for path in paths} == {XmpTags()}


def test_what_cannot_be_read_is_said_in_words(photo, tmp_path):
    """Unreadable photos and damaged metadata raise errors that say the reason in words."""
    (tmp_path / "text.jpg").write_text("buy milk")
    with pytest.raises(UnreadablePhotoError, match="not an image"):
        embedded_tags(tmp_path / "text.jpg")
    with pytest.raises(UnreadablePhotoError, match="vanished"):
        embedded_tags(tmp_path / "gone.jpg")
    with pytest.raises(UnreadablePhotoError, match="a folder, not a file"):
        embedded_tags(tmp_path)
    with pytest.raises(MetadataError, match="document type"):
        embedded_tags(photo(xmp=b"<!DOCTYPE x><x/>"))
    with pytest.raises(MetadataError, match="rating '77'"):
        embedded_tags(photo(exif=exif_of({RATING: 77})))


@pytest.mark.parametrize("zipped", [False, True])
def test_a_png_may_tell_of_itself_after_its_pixels(photo, zipped):
    """XMP and EXIF are read even if they are stored after a PNG's pixel data."""
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", saved(5, label="Rot").decode(), zip=zipped)
    exif = exif_of({RATING: 2, MODEL: "X100V"}, "2024:07:31 18:05:09")
    path = photo("PNG", pnginfo=text, exif=exif)
    with_both = moved_to_the_end(moved_to_the_end(path.read_bytes(), b"iTXt"), b"eXIf")
    only_exif = moved_to_the_end(photo("PNG", exif=exif).read_bytes(), b"eXIf")

    path.write_bytes(with_both)
    assert embedded_tags(path) == XmpTags(5, "Rot")
    path.write_bytes(only_exif)
    assert embedded_tags(path) == XmpTags(2)
    assert shot(only_exif) == Shot((ORIGINAL,), "X100V")


def test_a_gif_may_tell_its_stars(photo):
    """Stars in a GIF's XMP application block are read; a block that is cut off is an error."""
    path = photo("GIF")
    trailer = bytes([1, *range(255, -1, -1), 0])
    block = b"!\xff\x0bXMP DataXMP" + saved(5, label="Rot") + trailer
    data = path.read_bytes()
    path.write_bytes(data[:-1] + block + data[-1:])
    assert embedded_tags(path) == XmpTags(5, "Rot")
    path.write_bytes(data[:-1] + block[:60])
    with pytest.raises(MetadataError):
        embedded_tags(path)
    path.write_bytes(data)
    assert embedded_tags(path) == XmpTags()


def moved_to_the_end(data, kind):
    """Copy of a PNG with one of its chunks moved to just before the last chunk."""
    start = data.index(kind) - 4
    end = start + 12 + int.from_bytes(data[start : start + 4], "big")
    last = len(data) - 12
    return data[:start] + data[end:last] + data[start:end] + data[last:]


@pytest.mark.parametrize("text", [b"\1\0\0\0nonsense", b"\1\0\0\0"])
def test_a_damaged_chunk_of_a_png_is_an_error_in_words(photo, text):
    """If the compressed XMP metadata of a PNG cannot be unpacked, an error says so."""
    data = photo("PNG").read_bytes()
    chunk = b"XML:com.adobe.xmp\0" + text
    end = data.index(b"IEND") - 4
    chunk = len(chunk).to_bytes(4, "big") + b"iTXt" + chunk + b"\0\0\0\0"
    path = photo("PNG")
    path.write_bytes(data[:end] + chunk + data[end:])
    if text.endswith(b"nonsense"):
        with pytest.raises(MetadataError, match="unpacked"):
            embedded_tags(path)
    else:
        assert embedded_tags(path) == XmpTags()
    path.write_bytes(data[:end] + chunk[:30])
    assert embedded_tags(path) == XmpTags()


def test_sidecars_go_before_the_file(photo, tmp_path):
    """For each tag, a photo's own sidecar outranks a shared sidecar, which outranks the photo file.

    That a photo is not rated is no rating.
    """
    path = photo(xmp=saved(1, label="Blue"))
    assert photo_tags(path) == XmpTags(1, "Blue")
    (tmp_path / "photo.XMP").write_bytes(saved(2))
    assert photo_tags(path) == XmpTags(2, "Blue")
    (tmp_path / "photo.jpg.xmp").write_bytes(saved(0, label="Red"))
    assert photo_tags(path) == XmpTags(2, "Red")


def test_a_sidecar_that_photorank_made_says_nothing(photo, tmp_path):
    """Stars in a sidecar that photorank wrote are ignored; tags in the photo file are used."""
    path = photo(xmp=saved(1, label="Blue"))
    (tmp_path / "photo.jpg.xmp").write_bytes(with_rating(None, 5))
    assert photo_tags(path) == XmpTags(1, "Blue")


def test_a_bad_sidecar_is_told_by_its_own_name(photo, tmp_path):
    """A sidecar that is a folder, an empty file or a dead link gives an error that names it."""
    path, sidecar = photo(), tmp_path / "photo.jpg.xmp"
    sidecar.mkdir()
    with pytest.raises(MetadataError, match="a folder, not a file") as caught:
        photo_tags(path)
    assert caught.value.path == sidecar
    sidecar.rmdir()
    sidecar.touch()
    with pytest.raises(MetadataError, match="empty"):
        photo_tags(path)
    sidecar.unlink()
    sidecar.symlink_to(tmp_path / "gone")
    with pytest.raises(MetadataError, match="vanished"):
        photo_tags(path)


def test_a_huge_sidecar_is_not_read_whole(photo, tmp_path):
    """A sidecar larger than 64 MB is refused with an error that names the limit."""
    path = photo()
    with (tmp_path / "photo.xmp").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(MetadataError, match="64 MB"):
        photo_tags(path)


def test_exif_of_every_kind_of_damage_is_no_error(photo):
    """Damaged EXIF raises no error; a photo whose EXIF is unreadable has no time."""
    data = photo(exif=exif_of({MODEL: "X100V"}, "2024:07:31 18:05:09")).read_bytes()
    at = data.index(b"Exif\0\0")
    for byte in range(at + 6, at + 60):
        damaged = bytearray(data)
        damaged[byte] ^= 0xFF
        assert isinstance(shot(bytes(damaged)), Shot)
    assert shot(io.BytesIO(data).read(at + 10)) == Shot()


def clocked(clock=None, original=None, changed=None, satellites=None):
    """EXIF data with a camera's clock time, its time zones, and a GPS time."""
    exif = Image.Exif()
    tags = {TAKEN: clock, 0x9011: original, 0x9010: changed}
    exif.get_ifd(EXIF_IFD).update({tag: text for tag, text in tags.items() if text})
    exif[EXIF_IFD] = exif.get_ifd(EXIF_IFD)  # TIFF's writer looks for it here
    if satellites:
        day, time = satellites
        exif.get_ifd(0x8825).update({29: day, 7: time})
    return exif


def dated(path):
    """Capture date of a photo from its file alone, without the other files of its folder."""
    return capture_date(shot(path.read_bytes()).stamps, path, FolderNames())


NOON = "2024:07:31 12:00:00"
PLAIN = "2024-07-31T12:00:00"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_clock_is_told_with_its_zone(photo, kind):
    """A capture time keeps its UTC offset in every file format."""
    path = photo(kind, exif=clocked(NOON, "+05:45"))
    assert dated(path).taken == f"{PLAIN}+05:45"


@pytest.mark.parametrize(
    ("tags", "taken"),
    [
        ((NOON, "-08:00", "+02:00"), f"{PLAIN}-08:00"),
        ((NOON, None, "+02:00"), f"{PLAIN}+02:00"),
        ((NOON, "+00:00", "+02:00"), f"{PLAIN}+00:00"),
        ((NOON, "Z"), f"{PLAIN}+00:00"),
        ((NOON, "   :  ", "+02:00"), f"{PLAIN}+02:00"),
        ((NOON, "+25:00"), PLAIN),
        ((NOON, "CEST"), PLAIN),
        ((NOON, None, None, ("2024:07:31", (3, 1, 7.0))), f"{PLAIN}+09:00"),
        ((NOON, None, None, ("2024:08:01", (1, 0, 0.0))), PLAIN),
        ((NOON, "+02:00", None, ("2024:07:31", (3, 0, 0.0))), f"{PLAIN}+02:00"),
        ((NOON, None, None, ("2024:07:31", (3, 7, 0.0))), PLAIN),
        ((NOON, None, None, ("2004:12:15", (3, 0, 0.0))), PLAIN),
        ((NOON, None, None, ("2024:07:31", (25, 0, 0.0))), PLAIN),
        ((None, None, None, ("2024:07:31", (3, 1, 7.5))), "2024-07-31T03:01:07+00:00"),
        ((None, "+02:00"), None),
        ((None, None, None, ("", (3, 0, 0.0))), None),
    ],
)
def test_what_tells_the_zone(photo, tags, taken):
    """The zone in OffsetTimeOriginal outranks OffsetTime, then GPS; invalid zones are ignored."""
    path = photo(exif=clocked(*tags))
    assert dated(path).taken == taken
