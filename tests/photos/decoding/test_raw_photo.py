"""Tests of camera RAW files: previews, development, orientation and header data."""

import sys

import numpy as np
import pytest
from PIL import Image

from photorank.errors import UnreadablePhotoError
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.open_photo import decode_photo
from tests.photos.decoding.dng import dng


@pytest.fixture(scope="module")
def wide(scene):
    """Photograph resized to be large enough for the preview of a RAW file."""
    return scene.resize((1020, 680))


def difference(picture, expected):
    """Mean absolute pixel difference of two pictures of equal size, in grey levels."""
    assert picture.size == expected.size
    return np.abs(np.asarray(picture, dtype=float) - np.asarray(expected, dtype=float)).mean()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("orientation", "turn"), [(1, None), (3, "ROTATE_180"), (6, "ROTATE_270"), (8, "ROTATE_90")]
)
@pytest.mark.parametrize("has_preview", [True, False])
def test_a_raw_file_comes_out_upright(wide, orientation, turn, has_preview):
    """A RAW photo is turned upright, whether from its preview or from half-size sensor data."""
    data = dng(wide, preview=wide if has_preview else None, orientation=orientation)

    photo = decode_photo(data)

    expected = wide if has_preview else wide.resize((510, 340), Image.Resampling.BOX)
    expected = expected.transpose(Image.Transpose[turn]) if turn else expected
    assert difference(photo, expected) < (2 if has_preview else 4)


def test_an_exposure_that_spared_the_highlights_is_brightened(wide):
    """A RAW photo that is underexposed by half is brightened when it is decoded."""
    dim = Image.fromarray((np.asarray(wide) * 0.5).astype(np.uint8))

    assert np.asarray(decode_photo(dng(dim))).mean() > 1.3 * np.asarray(dim).mean()


def test_a_preview_is_decoded_no_larger_than_needed(wide):
    """A RAW file's preview is scaled down while decoding; the photo's full size is reported."""
    photo = decode_photo(dng(wide, preview=wide), short_side=100)

    assert photo.size == (255, 170)
    assert photo.info == {"full_size": (680, 1020)}


def test_a_thumbnail_does_not_stand_for_the_photo(wide):
    """A tiny embedded preview of a RAW file is ignored, and the sensor data is developed."""
    data = dng(wide, preview=wide.resize((300, 200)))

    assert decode_photo(data).size == (510, 340)


@pytest.mark.slow
def test_raw_is_decoded_in_a_process_of_its_own(wide):
    """RAW decoding in a separate process gives the same picture, and refuses damaged files."""
    data = dng(wide, preview=wide)

    photo, told, *_ = decode_isolated(data)

    assert difference(photo, decode_photo(data)) == 0
    assert told.camera == "Made Camera"
    with pytest.raises(UnreadablePhotoError):
        decode_isolated(b"FUJIFILMCCD-RAW" + bytes(200))


def test_raw_without_its_library_tells_how_to_get_it(wide, monkeypatch):
    """If rawpy is missing, a DNG gives an error with the pip command that installs rawpy."""
    data = dng(wide, preview=wide)
    monkeypatch.setitem(sys.modules, "rawpy", None)

    with pytest.raises(UnreadablePhotoError, match=r'pip install "photorank\[raw\]"'):
        decode_photo(data)


@pytest.mark.parametrize("start", [b"FUJIFILMCCD-RAW", b"\0\0\0\x18ftypcrx ", b"IIRO", b"FOVb"])
def test_a_raw_file_that_is_cut_short_is_refused_as_such(start):
    """A RAW file that is cut short is refused with an error that says it is camera RAW."""
    with pytest.raises(UnreadablePhotoError, match="camera RAW"):
        decode_photo(start + bytes(100))
