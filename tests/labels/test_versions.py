from pathlib import Path

import pytest

from photorank.labels.library import LibraryFile
from photorank.labels.twins import versions

NOON = "2024-07-31T12:00:00"


def told(*files):
    """Return which of some files, with their times, are versions of one photo."""
    library = [
        LibraryFile(Path("/p") / name, f"{number}", taken, ("p",))
        for number, (name, taken) in enumerate(files)
    ]
    return versions(library)


@pytest.mark.parametrize(
    "edited", ["IMG_1-edited.jpg", "IMG_1-Edit-2.jpg", "IMG_1_edit.png", "IMG_1 (bearbeitet).jpg"]
)
def test_an_edit_and_its_original_are_one_photo(edited):
    """The edited one comes first, whatever the times say."""
    assert told(("IMG_1.jpg", NOON), (edited, None), ("IMG_2.jpg", NOON)) == [[1, 0]]


def test_one_name_and_one_time_are_one_photo():
    """As an export in another folder, or as a file of another kind beside it."""
    assert told(("IMG_1.jpg", NOON), ("export/IMG_1.jpg", NOON)) == [[0, 1]]
    assert told(("IMG_1.heic", NOON), ("IMG_1.jpg", NOON)) == [[0, 1]]


def test_one_name_alone_says_nothing():
    """Cameras count from 1 again; another time, or none, is another photo."""
    assert told(("a/IMG_1.jpg", NOON), ("b/IMG_1.jpg", "2024-08-01T12:00:00")) == []
    assert told(("a/IMG_1.jpg", None), ("b/IMG_1.jpg", None)) == []
