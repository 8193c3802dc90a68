import os
import shutil
from typing import get_args

import pytest

from photorank.errors import ExportError, StorageError
from photorank.export import copy_photos
from photorank.export.copy_photos import plan, write


@pytest.fixture
def photos(collection):
    """Indexed photos of the fixture `collection`: ten files in two folders."""
    return collection.index.photos()


def outcomes(pieces):
    """Outcome of each photo's export."""
    return [piece.outcome for piece in pieces]


def test_a_plan_touches_nothing(photos, tmp_path):
    """An export's plan lists the copies, and creates neither files nor a folder."""
    pieces = plan(photos, tmp_path / "out", "copy")
    assert outcomes(pieces) == ["new"] * 10
    assert sum(piece.size for piece in pieces) == sum(p.path.stat().st_size for p in photos)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("link", get_args(copy_photos.Link))
def test_what_is_there_has_the_photos_bytes_and_a_second_run_changes_nothing(
    photos, tmp_path, link
):
    """Copies, hard links and soft links have the photo's bytes and are recognised on a rerun."""
    out = tmp_path / "out"
    first = list(write(photos, out, link))
    assert outcomes(first) == ["new"] * 10
    for piece in first:
        assert piece.target.read_bytes() == piece.photo.read_bytes()
        assert piece.target.is_symlink() == (link == "soft")
        assert os.path.samefile(piece.target, piece.photo) == (link != "copy")
        assert piece.target.stat().st_mtime_ns == piece.photo.stat().st_mtime_ns
    before = sorted(path.name for path in out.iterdir())
    assert outcomes(write(photos, out, link)) == ["there"] * 10
    assert sorted(path.name for path in out.iterdir()) == before


def test_nothing_is_written_over(photos, tmp_path):
    """An existing file is never overwritten; a photo of the same name gets a number."""
    out = tmp_path / "out"
    out.mkdir()
    (out / photos[0].path.name).write_text("mine")
    os.symlink("nowhere", out / photos[1].path.name)
    pieces = list(write(photos, out, "copy"))
    assert (out / photos[0].path.name).read_text() == "mine"
    assert os.readlink(out / photos[1].path.name) == "nowhere"
    assert pieces[0].target.name == f"{photos[0].path.stem} (2).png"
    assert pieces[0].target.read_bytes() == photos[0].path.read_bytes()


def test_two_photos_of_one_name_both_come(photos, tmp_path, collection):
    """Photos with the same file name get numbered copies, which the next run recognises."""
    other = collection.folder / "day 2" / photos[0].path.name
    other.parent.mkdir()
    shutil.copy(photos[1].path, other)
    os.unlink(photos[1].path)
    collection.build()
    photos = collection.index.photos()
    names = [piece.target.name for piece in write(photos, tmp_path / "out", "copy")]
    assert len(set(names)) == 10
    assert f"{photos[0].path.stem} (2).png" in names
    assert outcomes(write(photos, tmp_path / "out", "copy")) == ["there"] * 10


def test_an_interrupted_run_is_completed(photos, tmp_path):
    """The run after an interrupted export removes only partial files, and copies the rest."""
    out = tmp_path / "out"
    list(write(photos[:4], out, "copy"))
    (out / ".0123456789abcdef.photorank-part").write_bytes(b"half")
    (out / ".mine").write_text("mine")
    assert outcomes(write(photos, out, "copy")) == ["there"] * 4 + ["new"] * 6
    assert sorted(path.name for path in out.iterdir() if path.name[0] == ".") == [".mine"]


def test_a_photo_that_changed_or_vanished_is_told_and_left_out(photos, tmp_path):
    """Photos that changed or vanished since indexing are reported; all others are exported."""
    photos[0].path.write_bytes(photos[1].path.read_bytes())
    photos[2].path.unlink()
    for link in get_args(copy_photos.Link):
        out = tmp_path / link
        pieces = list(write(photos[:4], out, link))
        assert outcomes(pieces) == ["changed", "new", "gone", "new"]
        assert "photorank index" in pieces[0].why
        assert len(list(out.iterdir())) == 2


def test_a_full_disk_is_told_before_anything_is_written(photos, tmp_path, full):
    """If the disk has too little room, an error is raised before any file is written."""
    photos[0].path.write_bytes(bytes(200_000))
    with pytest.raises(StorageError, match="the disk is full") as caught:
        list(write(photos, full.folder / "out", "copy"))
    assert "\n" not in str(caught.value)
    assert not (full.folder / "out").exists()
    assert outcomes(write(photos[1:], full.folder / "out", "copy")) == ["new"] * 9


def test_a_disk_that_fills_up_meanwhile_keeps_what_is_whole(photos, full, monkeypatch):
    """If the disk fills up during a copy, only whole files are left; the next run adds the rest."""
    monkeypatch.setattr(copy_photos, "_check_room", lambda pieces, folder: None)
    out = full.folder / "out"
    done = []
    with pytest.raises(StorageError, match="the disk is full"):  # noqa: PT012
        for piece in write(photos, out, "copy"):
            done.append(piece)
            if len(done) == 3:
                full.filled()
    assert {path.name for path in out.iterdir()} == {piece.target.name for piece in done}
    (full.folder / "filler").unlink()
    assert sorted(outcomes(write(photos, out, "copy"))) == ["new"] * 7 + ["there"] * 3


def test_hard_links_do_not_cross_disks(photos, full):
    """Hard links to another disk are refused with an error that suggests soft links or copies."""
    with pytest.raises(ExportError, match="--link soft or --link copy"):
        list(write(photos, full.folder / "out", "hard"))
    assert not (full.folder / "out").exists()


def test_a_disk_without_links_takes_copies(photos, tmp_path, monkeypatch):
    """Copies also work on a disk without hard links; an export by hard links is refused there."""

    def no_links(*paths):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    pieces = list(write(photos, tmp_path / "out", "copy"))
    assert outcomes(pieces) == ["new"] * 10
    for piece in pieces:
        assert piece.target.read_bytes() == piece.photo.read_bytes()
    with pytest.raises(ExportError, match="takes no hard link"):
        list(write(photos, tmp_path / "links", "hard"))


def test_hostile_names_come_along(hostile, tmp_path):
    """Copies have the photos' exact names, even with newlines, quotes or bytes that are no text."""
    photos = hostile.index.photos()
    pieces = list(write(photos, tmp_path / "out", "copy"))
    assert {piece.target.name for piece in pieces} == {photo.path.name for photo in photos}
