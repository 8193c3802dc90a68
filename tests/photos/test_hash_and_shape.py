import pytest
from PIL import Image, ImageOps

from photorank.photos.hash_and_shape import (
    UNKNOWN,
    aspect_of_file,
    codes_of_file,
    look_of_file,
    shape_of_file,
)
from photorank.photos.metadata.exif import exposure_bias
from tests.conftest import draw_photo


def distance(one, other):
    """Number of bits in which the perceptual hashes of two image files differ."""
    return (codes_of_file(one).hash_bits ^ codes_of_file(other).hash_bits).bit_count()


def test_the_hash_is_of_the_picture_not_of_the_file(tmp_path):
    """Hashes are close for copies in another size or colour, and far apart for other pictures."""
    first = tmp_path / "a.jpg"
    draw_photo(first, seed=1, size=(320, 240), blur=12)
    picture = Image.open(first)
    picture.resize((96, 72)).convert("L").save(tmp_path / "b.webp", quality=40)
    ImageOps.mirror(picture).save(tmp_path / "c.png")
    draw_photo(tmp_path / "d.jpg", seed=2, size=(320, 240), blur=12)
    assert distance(first, tmp_path / "b.webp") <= 8
    assert distance(first, tmp_path / "c.png") > 16
    assert distance(first, tmp_path / "d.jpg") > 16


def test_what_cannot_be_read_has_no_hash_and_no_shape(tmp_path):
    """Unreadable files give no hash and no shape instead of an error."""
    (tmp_path / "text.webp").write_text("buy milk")
    draw_photo(tmp_path / "half.jpg", seed=1)
    (tmp_path / "half.jpg").write_bytes((tmp_path / "half.jpg").read_bytes()[:700])
    for name in ("text.webp", "half.jpg", "missing.jpg"):
        assert codes_of_file(tmp_path / name) is None
    assert shape_of_file(tmp_path / "text.webp") is None
    assert shape_of_file(tmp_path / "missing.jpg") is None


@pytest.mark.parametrize(
    ("size", "shape"),
    [((40, 30), "landscape"), ((30, 40), "portrait"), ((40, 40), "square"), ((41, 40), "square")],
)
def test_shapes(tmp_path, size, shape):
    """A photo of 41 by 40 pixels is square; wider ones are landscape, higher ones portrait."""
    Image.new("RGB", size).save(tmp_path / "a.webp")
    assert shape_of_file(tmp_path / "a.webp") == shape


def test_the_exposure_bias_is_read_from_the_header(tmp_path):
    """The exposure bias is in stops, or None if it is missing or invalid or the file is gone."""
    for name, value in (("a.jpg", -1.5), ("b.jpg", None)):
        exif = Image.Exif()
        if value is not None:
            exif.get_ifd(0x8769)[0x9204] = value
        Image.new("RGB", (8, 8)).save(tmp_path / name, exif=exif)
    assert exposure_bias(tmp_path / "a.jpg") == -1.5
    assert exposure_bias(tmp_path / "b.jpg") is None
    assert exposure_bias(tmp_path / "missing.jpg") is None


def test_a_look_is_shape_and_mean_colour(tmp_path):
    """A photo's look is a pair of integers for the aspect ratio and the mean colour."""
    Image.new("RGB", (300, 200), (255, 0, 0)).save(tmp_path / "red.webp", lossless=True)
    Image.new("RGB", (200, 300)).save(tmp_path / "black.webp", lossless=True)
    assert look_of_file(tmp_path / "red.webp") == (1500, 31 << 11)
    assert look_of_file(tmp_path / "black.webp") == (667, 1)
    assert aspect_of_file(tmp_path / "black.webp") == 667


def test_what_cannot_be_read_has_a_usual_shape(tmp_path):
    """An unreadable photo gets a default shape in the photo grid."""
    (tmp_path / "damaged.webp").write_bytes(b"RIFF")
    for name in ("damaged.webp", "gone.webp"):
        assert look_of_file(tmp_path / name) == UNKNOWN
        assert aspect_of_file(tmp_path / name) == UNKNOWN.aspect


def test_a_shape_fits_sixteen_bits(tmp_path):
    """The aspect ratio of a very wide panorama, times 1,000, is limited to 65,000 (16 bits)."""
    Image.new("RGB", (9000, 10)).save(tmp_path / "wide.png")
    assert aspect_of_file(tmp_path / "wide.png") == 65_000


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (384, 1)])
@pytest.mark.parametrize("lossless", [False, True])
def test_a_shape_is_read_from_the_header_as_pillow_reads_it(tmp_path, size, lossless):
    """The aspect ratio in a WebP header is read for every kind of WebP."""
    Image.new("RGB", size).save(tmp_path / "a.webp", lossless=lossless)
    assert aspect_of_file(tmp_path / "a.webp") == min(65_000, round(1000 * size[0] / size[1]))
