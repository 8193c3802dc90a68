import numpy as np
import pytest
from PIL import Image

from photorank.errors import EncoderError
from photorank.photos.framing import ANY_SHAPE, FILL, FRAMINGS, boxes, frame

SHAPES = [(300, 200), (200, 300), (257, 256), (640, 427), (223, 224), (64, 64), (1000, 90), (37, 5)]


def gradient(width, height):
    """Photo that encodes the column in its red channel and the row in its green channel."""
    x = np.linspace(0, 255, width).astype(np.uint8)
    y = np.linspace(0, 255, height).astype(np.uint8)
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[..., 0], pixels[..., 1] = x[None, :], y[:, None]
    return Image.fromarray(pixels)


@pytest.mark.parametrize("size", [224, 37])
@pytest.mark.parametrize("shape", SHAPES)
def test_crop_is_torchvisions(scene, shape, size):
    """The centre crop equals torchvision's crop for CLIP in every pixel."""
    from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

    photo = scene.resize(shape)
    theirs = Compose([Resize(size, InterpolationMode.BICUBIC), CenterCrop(size)])(photo)

    [ours] = frame(photo, "crop", size)

    np.testing.assert_array_equal(ours, np.asarray(theirs))


@pytest.mark.slow
@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 100_000), (3_000_000, 1), (5000, 3), *SHAPES])
def test_every_framing_takes_every_shape(framing, shape):
    """Every framing method, such as crop or pad, gives frames of bounded size for any photo."""
    frames = frame(Image.new("RGB", shape, (10, 20, 30)), framing, 64)

    assert 1 <= len(frames) <= 5
    for pixels in frames:
        assert pixels.dtype == np.uint8
        assert pixels.flags.writeable
        assert pixels.ndim == 3
        assert min(pixels.shape[:2]) == 64
        assert max(pixels.shape[:2]) <= 256
        if framing not in ANY_SHAPE:
            assert pixels.shape == (64, 64, 3)
        if framing != "pad":
            assert (pixels == (10, 20, 30)).all()


def test_pad_shows_all_of_the_photo_on_the_fill():
    """The framing `pad` centres the undistorted photo and fills the rest with the fill colour."""
    [pixels] = frame(Image.new("RGB", (400, 200)), "pad", 100, fill=(1, 2, 3))

    assert (pixels[:25] == (1, 2, 3)).all()
    assert (pixels[25:75] == 0).all()
    assert (pixels[75:] == (1, 2, 3)).all()
    assert (frame(Image.new("RGB", (400, 200)), "pad", 100)[0][0, 0] == FILL).all()


def test_squash_is_a_plain_resize(scene):
    """The framing `squash` equals Pillow's resize to a square."""
    [pixels] = frame(scene, "squash", 96)

    np.testing.assert_array_equal(pixels, scene.resize((96, 96), Image.Resampling.BICUBIC))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((300, 200), (100, 150)), ((200, 300), (150, 100)), ((800, 200), (100, 400)),
     ((2000, 200), (100, 400)), ((200, 2000), (400, 100)), ((50, 50), (100, 100))],
)  # fmt: skip
def test_whole_keeps_the_shape_up_to_four_to_one(shape, expected):
    """The framing `whole` keeps a photo's shape up to 4:1; its short side has the frame size."""
    [pixels] = frame(gradient(*shape), "whole", 100)

    assert pixels.shape[:2] == expected
    assert pixels[0, 0].max() <= 5
    assert pixels[-1, -1, :2].min() >= 250


@pytest.mark.parametrize("shape", [(200, 200), (266, 200), (300, 200), (200, 500), (1000, 200)])
def test_tiles_cover_the_whole_photo_and_overlap(shape):
    """The framing `tiles` covers the whole photo; adjacent tiles overlap by at least a quarter."""
    photo, size = gradient(*shape), 100
    [whole] = frame(photo, "whole", size)
    if shape[1] > shape[0]:
        whole = whole.swapaxes(0, 1)

    starts = []
    for tile in frame(photo, "tiles", size):
        tile = tile.swapaxes(0, 1) if shape[1] > shape[0] else tile
        starts += [
            at
            for at in range(whole.shape[1] - size + 1)
            if np.array_equal(whole[:, at : at + size], tile)
        ][:1]

    assert starts[0] == 0
    assert starts[-1] == whole.shape[1] - size
    assert all(step <= 0.75 * size + 1 for step in np.diff(starts))
    assert len(starts) == len(frame(photo, "tiles", size)) <= 5


def test_the_filter_is_the_callers():
    """The photo is resized with the resampling filter that the caller of `frame` chose."""
    photo = gradient(31, 17)

    nearest = frame(photo, "squash", 8, resample=Image.Resampling.NEAREST)[0]

    np.testing.assert_array_equal(nearest, photo.resize((8, 8), Image.Resampling.NEAREST))


def test_an_unknown_framing_lists_the_known_ones():
    """The error for an unknown framing lists the known ones."""
    with pytest.raises(EncoderError, match=r"'middle'.*crop, pad, squash, whole, tiles"):
        frame(Image.new("RGB", (2, 2)), "middle", 8)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_part_of_a_scaled_down_photo_has_its_own_shape(framing):
    """A cropped photo is framed by its own size, not by the `full_size` of its original."""
    photo = gradient(400, 300)
    photo.info["full_size"] = (3001, 4001)
    part = photo.crop((0, 0, 100, 300))
    plain = Image.fromarray(np.asarray(part))

    for ours, theirs in zip(frame(part, framing, 64), frame(plain, framing, 64), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("shape", [(300, 200), (200, 300), (256, 256), (640, 250)])
def test_boxes_say_what_part_of_the_photo_a_frame_shows(framing, shape):
    """A frame's box gives the part of the photo that is visible in the frame."""
    photo, size = gradient(*shape), 100
    frames = frame(photo, framing, size, fill=(127, 127, 0))

    places = boxes(*shape, framing, size)

    assert len(places) == len(frames)
    for pixels, box in zip(frames, places, strict=True):
        h, w = pixels.shape[:2]
        for down, across in ((0.5, 0.5), (0.3, 0.5), (0.5, 0.7)):
            x = box.left + (box.right - box.left) * across
            y = box.top + (box.bottom - box.top) * down
            red, green, _ = pixels[int(h * down), int(w * across)].astype(float)
            if 0.02 < x < 0.98 and 0.02 < y < 0.98:
                assert red == pytest.approx(255 * x, abs=8)
                assert green == pytest.approx(255 * y, abs=8)


def test_a_view_is_mirrored():
    """The second frame of the framing `views` is the mirror image of the first."""
    first, second, *_ = frame(gradient(300, 200), "views", 100)

    np.testing.assert_allclose(first[:, ::-1].astype(int), second, atol=2)


@pytest.mark.parametrize("shape", [(300, 200), (211, 397), (1000, 90)])
def test_a_step_divides_the_long_side(shape):
    """In the framing `whole`, the long side is rounded to a multiple of the patch size."""
    [pixels] = frame(gradient(*shape), "whole", 224, step=14)

    assert min(pixels.shape[:2]) == 224
    assert max(pixels.shape[:2]) % 14 == 0
    [free] = frame(gradient(*shape), "whole", 224)
    assert abs(max(pixels.shape[:2]) - max(free.shape[:2])) <= 7
