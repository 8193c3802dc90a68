"""Tests of a Ray worker's results for photo files; no cluster is needed."""

import os
from pathlib import Path

import numpy as np
import pytest

from photorank.encoders.base import Prepared
from photorank.errors import ClusterError
from photorank.index.building.decode_ahead import Embedded, Framed, Opened, Unusable
from photorank.index.building.ray_worker import _row, _table, result_of_row
from photorank.photos.find_photos import PhotoFile
from photorank.photos.metadata.exif import Shot
from photorank.photos.metadata.timestamp import Place, Timestamp

PLACE, FILE = (1, b"a.jpg"), PhotoFile(Path("/photos/a.jpg"), 5, 6)
SHOT = Shot((Timestamp("GPS", "2024-07-31T18:05:09", True, Place(40.7, -74.0)),), "X100V")
ROW = np.array([0.6, 0.8], dtype=np.float32)
REASON = os.fsdecode(b"caf\xe9.jpg is no photo")


def sent(photo):
    """Worker's result of a file, converted to a table row and read back."""
    (row,) = _table([_row(0, photo, iter([ROW]))]).to_pylist()
    return result_of_row(row, [(PLACE, FILE)])


@pytest.mark.parametrize(
    "photo",
    [
        Unusable(PLACE, FILE, REASON, passing=True),
        Unusable(PLACE, FILE, "it is damaged", passing=False),
        Opened(PLACE, FILE, "d" * 64),
    ],
)
def test_a_file_comes_back_as_it_was_sent(photo):
    """A Ray worker's result for a photo file is read back unchanged from a table row."""
    assert sent(photo) == photo


def test_a_photo_comes_back_with_its_embedding():
    """A worker returns a photo's embedding and leaves the photo's other data unchanged."""
    found = sent(
        Framed(PLACE, FILE, "d" * 64, Prepared([np.zeros(3)]), {"noise": 2.0}, b"webp", SHOT, 7)
    )
    assert isinstance(found, Embedded)
    assert (found.file, found.digest, found.thumbnail, found.shot) == (
        FILE,
        "d" * 64,
        b"webp",
        SHOT,
    )
    assert found.signals == {"noise": 2.0}
    np.testing.assert_array_equal(found.row, ROW)


def test_a_worker_that_refuses_ends_the_run():
    """If a worker refuses to run, an error ends the whole run instead of skipping one file."""
    (row,) = _table([{"refusal": "a worker on m: no weights"}]).to_pylist()
    with pytest.raises(ClusterError, match="no weights"):
        result_of_row(row, [])
