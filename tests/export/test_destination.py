import os
import subprocess
import sys

import pytest

from photorank.errors import BrokenIndexError, ExportError
from photorank.export.destination import (
    PhotoFolders,
    checked_folder,
    checked_new_file,
    checked_path,
    checked_table,
    outside_photos,
)
from photorank.export.write_sidecars import SidecarOptions, sidecars
from photorank.outside_text import TypedPathError
from tests.fixtures.colours import paint


def test_a_destination_among_the_photos_is_refused(collection, tmp_path):
    """A photo folder, a folder inside it or a link to it is refused as an export's destination."""
    (tmp_path / "link").symlink_to(collection.folder)
    (tmp_path / "dangling").symlink_to(collection.folder / "not yet")
    for folder in (
        *("photos", "photos/day 0", "photos/new/export", "link", "link/new/export"),
        *("dangling", "dangling/new", "elsewhere/../photos", "link/day 0/.."),
    ):
        with pytest.raises(ExportError, match="photos are in the index"):
            checked_folder(collection.index, tmp_path / folder)
        with pytest.raises(ExportError, match="photos are in the index"):
            checked_new_file(collection.index, tmp_path / folder / "pairs.csv")

    for folder in ("photos2", "new/photos", "link/.."):
        assert checked_folder(collection.index, tmp_path / folder) == tmp_path / folder


def test_photos_that_a_link_led_to_are_photos(collection, tmp_path):
    """Exports into a folder are refused if the photo library reaches it through a link."""
    paint(tmp_path / "attic" / "box" / "old.png", 99)
    (collection.folder / "attic").symlink_to(tmp_path / "attic")
    collection.build()

    with pytest.raises(ExportError):
        checked_folder(collection.index, tmp_path / "attic" / "box" / "new")


def test_photos_of_other_indexes_are_photos(collection, tmp_path):
    """Exports into other indexes' photo folders are refused; a damaged catalogue raises an error.

    Where photos lie is in the catalogue, so a damaged manifest blocks no export of others.
    """
    index = collection.index
    paint(tmp_path / "theirs" / "one.png", 99)
    collection.paths = collection.workspace.index("other")
    collection.build(tmp_path / "theirs")
    collection.paths.manifest.write_bytes(b"{bad")
    assert checked_folder(index, tmp_path / "new") == tmp_path / "new"
    with pytest.raises(ExportError, match="'other'"):
        checked_folder(index, tmp_path / "theirs" / "new")

    collection.paths.catalogue.write_bytes(b"no catalogue")
    with pytest.raises(BrokenIndexError):
        checked_folder(index, tmp_path / "new")


def test_a_folder_is_known_by_what_it_is(collection, tmp_path):
    """A photo folder is recognised by device and inode, whatever path leads to it."""
    folders = PhotoFolders.of_all_indexes(collection.index)
    day = collection.folder / "day 0"
    status = os.stat(day)
    assert (status.st_dev, status.st_ino) in folders.identities
    nameless = PhotoFolders({}, folders.identities)

    name = collection.index.name
    assert nameless.folder_of(day / "new" / "export") == (day, name)
    assert nameless.folder_of(collection.folder / "new") == (collection.folder, name)
    assert nameless.folder_of(tmp_path / "new") is None


@pytest.mark.skipif(sys.platform != "linux", reason="mounts are made otherwise there")
def test_a_second_mount_of_a_folder_of_photos_is_refused(collection, tmp_path):
    """A second mount of a photo folder is refused as destination, although its path differs."""
    (tmp_path / "mount").mkdir()
    mount = ["mount", "--bind", collection.folder / "day 0", tmp_path / "mount"]
    if subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(ExportError):
            checked_folder(collection.index, tmp_path / "mount" / "new")
    finally:
        subprocess.run(["umount", tmp_path / "mount"], check=True)  # noqa: S603, S607


def test_sidecars_are_not_written_through_a_link_in_the_destination(collection, tmp_path):
    """If a link in the destination leads back to the photos, the export of sidecars is refused."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "day 1").symlink_to(collection.folder / "day 1")
    options = SidecarOptions(to=tmp_path / "out")

    with pytest.raises(ExportError):
        list(sidecars(collection.index, collection.vector, options, write=True))
    assert not list(tmp_path.rglob("*.xmp"))


def test_a_destination_beside_a_photo_that_was_named_alone_is_refused(collection, tmp_path):
    """The folder of a photo that was indexed as a single file is refused as a destination."""
    lone = paint(tmp_path / "lone" / "one.png", 99)
    collection.build(collection.folder, lone)
    with pytest.raises(ExportError):
        checked_folder(collection.index, tmp_path / "lone")
    assert checked_folder(collection.index, tmp_path / "two") == tmp_path / "two"


def test_a_file_is_no_destination(collection, tmp_path):
    """An export to a path that is a file is refused."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="is a file"):
        checked_folder(collection.index, tmp_path / "file")


def test_a_table_replaces_only_a_table(collection, tmp_path):
    """An export replaces its own earlier table, but no other file of the same name."""
    index = collection.index
    (tmp_path / "a.csv").write_text("path,rating\n")
    assert checked_table(index, tmp_path, "a.csv", b"path,") == tmp_path / "a.csv"
    (tmp_path / "b.csv").symlink_to("a.csv")
    assert checked_table(index, tmp_path, "b.csv", b"path,") == tmp_path / "b.csv"
    (tmp_path / "b.csv").unlink()
    (tmp_path / "in.csv").symlink_to(collection.folder / "a.csv")
    with pytest.raises(ExportError, match="whose photos are in the index"):
        checked_table(index, tmp_path, "in.csv", b"path,")
    (tmp_path / "b.csv").write_text("my notes")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("b.csv", "link.csv", "pipe.csv", "folder.csv"):
        with pytest.raises(ExportError, match="no table of an earlier export"):
            checked_table(index, tmp_path, name, b"path,")


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_neither_a_file_nor_a_folder_is_no_destination(kind, collection, tmp_path):
    """A pipe, a device or a broken link is refused as the destination of an export."""
    place = tmp_path / kind
    os.mkfifo(place) if kind == "pipe" else place.symlink_to(tmp_path / "nothing")
    for check in (checked_folder, checked_new_file, checked_path):
        with pytest.raises(ExportError, match="Name another place"):
            check(collection.index, place)
    assert outside_photos(collection.index, place) == place  # a page does not tell what is there


@pytest.mark.parametrize(
    "typed", ["", "  ", "a\0b", "x" * 300, "~nobody/x", "a\x1b[2J", "a\u202eb"]
)
def test_what_no_folder_should_be_called_is_refused(collection, typed):
    """An invalid folder name is refused with a short message without control characters."""
    with pytest.raises(TypedPathError) as caught:
        checked_folder(collection.index, typed)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


def test_a_home_is_found(collection, tmp_path, monkeypatch):
    """The ~ in `--to=~/Album`, which shells do not expand, is replaced by the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert checked_folder(collection.index, "~/Album") == tmp_path / "Album"
