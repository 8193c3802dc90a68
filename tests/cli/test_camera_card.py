"""Files of a camera card: RAW and JPEG pairs, Live Photos, videos, thumbnails, hidden files."""

import hashlib
import os

import pytest

from tests.photos.corpus import scene
from tests.photos.decoding.dng import dng

SIZE = (96, 64)


def checksums(folder):
    """Checksum and modification time of each file in a folder, by path."""
    return {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def card(tmp_path):
    """Folder of a camera card with photos, their companion files and other files."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    folder = tmp_path / "card" / "DCIM" / "100CANON"
    folder.mkdir(parents=True)
    scene(1, SIZE).save(folder / "IMG_0001.JPG")
    scene(2, SIZE).save(folder / "IMG_0002.HIF", "HEIF")
    scene(3, SIZE).save(folder / "IMG_0003.HEIC", "HEIF")
    (folder / "IMG_0004.DNG").write_bytes(dng(scene(4, SIZE)))
    scene(5, SIZE).save(folder / "0005", "PNG")
    others = ["IMG_0001.CR3", "IMG_0001.XMP", "IMG_0002.CR3", "IMG_0003.MOV", "IMG_0004.DNG.xmp"]
    others += ["MVI_0006.MOV", "MVI_0006.THM", "._IMG_0001.JPG", "AUTPRINT.MRK"]
    for name in others:
        (folder / name).write_bytes(name.encode())
    (tmp_path / "card" / ".Trashes").mkdir()
    return tmp_path / "card"


@pytest.mark.slow
def test_every_file_of_a_card_is_used_paired_or_named(card, photorank, empty_home, tmp_path):
    """Of a camera card's files, 5 are indexed as photos and the other 10 are reported by name."""
    before = checksums(card)

    made = photorank("index", card, "--name", "card", "--encoder", "embedded")

    assert "index card: 5 added, 0 unchanged, 0 vanished, 0 skipped" in made.out
    assert "10 files passed over: 2 .CR3, 2 .MOV, 2 .XMP, " in made.out
    assert "5 of them go along with a photo of their name" in made.out
    told = photorank("status", "--index", "card").out
    assert "10 files passed over" in told
    assert "IMG_0003.MOV: goes along with the photo of its name" in told
    assert len(photorank("status", "--index", "card", "--json").json["passed_over"]) == 10
    again = photorank("index", card, "--name", "card", "--json").json
    assert (again["added"], again["unchanged"], len(again["passed_over"])) == (0, 5, 10)

    plain = ("album", "--places", 9, "--vector", "beauty", "--index", "card")
    assert "5 companions (RAW, videos, sidecars): --to DIR" in photorank(*plain).err
    out = tmp_path / "out"
    copied = photorank(*plain, "--to", out, "--with-companions")

    assert "5 companions copied with them, 0 there already" in copied.out
    photos = {"IMG_0001.JPG", "IMG_0002.HIF", "IMG_0003.HEIC", "IMG_0004.DNG", "0005"}
    along = {"IMG_0001.CR3", "IMG_0001.XMP", "IMG_0002.CR3", "IMG_0003.MOV", "IMG_0004.DNG.xmp"}
    assert set(os.listdir(out)) == photos | along
    assert (out / "IMG_0003.MOV").read_bytes() == b"IMG_0003.MOV"
    assert checksums(card) == before


@pytest.mark.slow
def test_raw_is_rated_until_its_jpeg_is_there(card, photorank, empty_home):
    """An indexed RAW file is skipped in the next run if a JPEG of the same name lies beside it."""
    photorank("index", card, "--name", "card", "--encoder", "embedded")
    scene(6, SIZE).save(card / "DCIM" / "100CANON" / "IMG_0004.JPG")

    again = photorank("index", card, "--name", "card", "--json").json

    assert (again["added"], again["unchanged"]) == (1, 4)
    assert photorank("status", "--json").json["photos"] == 5
    [pair] = [one for one in again["passed_over"] if one["path"].endswith("IMG_0004.DNG")]
    assert pair["reason"] == "goes along with the photo of its name"


def test_a_folder_without_photos_says_what_there_is(photorank, refused, empty_home, tmp_path):
    """If a folder has no photos, the error names a file of another kind that is in it."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.psd").touch()

    assert "a.psd: another kind of file" in refused("index", tmp_path / "notes", "--name", "x")


def test_companions_need_a_folder_to_go_to(photorank, empty_home):
    """The option `--with-companions` without `--to` is refused before photos are chosen."""
    asked = photorank("album", "--places", 1, "--vector", "beauty", "--with-companions")

    assert asked.code == 2
    assert "--with-companions needs --to" in asked.err
