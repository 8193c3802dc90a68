from pathlib import Path

import pytest

from photorank.labels.photo_library.collected_judgements import LibraryFile
from photorank.labels.photo_library.edits_by_file_name import versions

NOON = "2024-07-31T12:00:00"


def told(*files):
    """Lists of positions in `files`, one list for each photo that has several versions."""
    library = [
        LibraryFile(Path("/p") / name, f"{number}", taken, ("p",), *camera)
        for number, (name, taken, *camera) in enumerate(files)
    ]
    return versions(library)


@pytest.mark.parametrize(
    "edited",
    [
        "IMG_1-edited.jpg",
        "img_1-EDITED.JPG",
        "IMG_1-Edit-2.jpg",
        "IMG_1_edit.png",
        "IMG_1 (bearbeitet).jpg",
        "IMG_1_DxO.jpg",
        "IMG_1_DxO_DeepPRIME XD2s.jpg",
        "IMG_1-Enhanced-NR.jpg",
    ],
)
def test_an_edit_and_its_original_are_one_photo(edited):
    """An edited file and its original count as one photo, with the edited file listed first."""
    assert told(("IMG_1.jpg", NOON), (edited, None), ("IMG_2.jpg", NOON)) == [[1, 0]]
    assert told(("IMG_1.jpg", NOON), (edited, NOON)) == [[1, 0]]


def test_an_iphones_edit_and_its_original_are_one_photo():
    """Apple's edit IMG_E1234 is matched to its original IMG_1234, in any letter case."""
    assert told(("IMG_1234.HEIC", NOON), ("img_e1234.jpg", NOON)) == [[1, 0]]
    assert told(("IMG_E123.jpg", NOON), ("IMG_123.jpg", NOON)) == []


def test_an_edit_of_another_time_or_camera_is_another_photo():
    """Files with matching names count as different photos if their time or camera differs."""
    later = "2024-08-01T12:00:00"
    assert told(("IMG_1.jpg", NOON), ("IMG_1-edited.jpg", later)) == []
    assert told(("IMG_1.jpg", NOON, "A"), ("IMG_1-edited.jpg", NOON, "B")) == []
    assert told(("a/IMG_1.jpg", NOON, "A"), ("b/IMG_1.jpg", NOON, "B")) == []
    assert told(("a/IMG_1.jpg", NOON, "A"), ("b/IMG_1.jpg", NOON, None)) == [[0, 1]]


def test_a_file_that_was_fetched_twice_is_one_photo():
    """A file named IMG_1 (1).jpg is a copy only if IMG_1.jpg exists with the same time."""
    assert told(("IMG_1.jpg", NOON), ("IMG_1 (1).jpg", NOON)) == [[0, 1]]
    assert told(("IMG_1.jpg", NOON), ("IMG_1(1).jpg", "2024-08-01T12:00:00")) == []
    assert told(("Trip (1).jpg", NOON), ("Trip (2).jpg", NOON)) == []


def test_one_name_and_one_time_are_one_photo():
    """Files of equal name and time are one photo, even in different folders or formats."""
    assert told(("IMG_1.jpg", NOON), ("export/IMG_1.jpg", NOON)) == [[0, 1]]
    assert told(("IMG_1.heic", NOON), ("IMG_1.jpg", NOON)) == [[0, 1]]


def test_one_name_alone_says_nothing():
    """Files of the same name with different or no capture times are separate photos."""
    assert told(("a/IMG_1.jpg", NOON), ("b/IMG_1.jpg", "2024-08-01T12:00:00")) == []
    assert told(("a/IMG_1.jpg", None), ("b/IMG_1.jpg", None)) == []


def test_a_zone_that_only_one_version_tells_parts_none():
    """Two files count as versions of one photo even if only one file states a time zone."""
    assert told(("a/IMG_1.jpg", NOON), ("b/IMG_1.jpg", f"{NOON}+02:00")) == [[0, 1]]
    assert told(("IMG_1.jpg", f"{NOON}+02:00"), ("IMG_1-edited.jpg", NOON)) == [[1, 0]]
    assert told(("a/IMG_1.jpg", NOON), ("b/IMG_1.jpg", "2024-07-31T13:00:00+02:00")) == []
