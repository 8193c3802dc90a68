"""Tests of companion files, which are copied beside an album's photos."""

import os

import pytest

from photorank.export.copy_companions import write_companions
from photorank.export.copy_photos import PhotoCopy


@pytest.fixture
def card(tmp_path):
    """Directory with two folders, of which one holds a photo's related files and one is empty."""
    (tmp_path / "card").mkdir()
    (tmp_path / "out").mkdir()
    for name in ("IMG_1.MOV", "IMG_1.JPG.xmp", "img_1.cr3"):
        (tmp_path / "card" / name).write_bytes(name.encode())
    return tmp_path


def copied(card, target="IMG_1.JPG", link="copy", outcome="new"):
    """Copy all companion files of a photo, and return each one's outcome by file name."""
    photo = card / "card" / "IMG_1.JPG"
    copy = PhotoCopy(photo, card / "out" / target, 1, outcome)
    files = sorted((card / "card").iterdir())
    return {one.target.name: one.outcome for one in write_companions([copy], {photo: files}, link)}


@pytest.mark.parametrize("link", ["copy", "hard", "soft"])
def test_companions_bear_the_name_of_their_photos_copy(card, link):
    """Video, RAW and sidecar files copied along with a photo get the name of the photo's copy."""
    names = ["IMG_1 (2).JPG.xmp", "IMG_1 (2).MOV", "IMG_1 (2).cr3"]

    assert copied(card, "IMG_1 (2).JPG", link) == dict.fromkeys(names, "new")

    assert sorted(os.listdir(card / "out")) == names
    assert (card / "out" / "IMG_1 (2).MOV").read_bytes() == b"IMG_1.MOV"
    assert copied(card, "IMG_1 (2).JPG", link) == dict.fromkeys(names, "there")


def test_no_file_is_replaced(card):
    """An existing file in the output folder is not replaced by a copied file of the same name."""
    (card / "out" / "IMG_1.MOV").write_bytes(b"another")

    assert copied(card)["IMG_1.MOV"] == "changed"

    assert (card / "out" / "IMG_1.MOV").read_bytes() == b"another"
    assert len(os.listdir(card / "out")) == 3


def test_a_photo_that_was_left_out_takes_nothing_along(card):
    """Companion files (video, RAW, sidecar) of a deleted photo are not copied."""
    assert copied(card, outcome="gone") == {}
