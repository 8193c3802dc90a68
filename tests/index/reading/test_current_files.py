"""Tests of finding an index's changed files by size, times and inode, then by content."""

import os
import shutil

import pytest

from photorank.errors import UnreadablePhotoError
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.transactions import transaction
from tests.fixtures.colours import fill, paint


def replace_behind_its_time(path, other):
    """Overwrite a file with another photo's bytes, but keep its size and modification time."""
    status = path.stat()
    path.write_bytes(other.read_bytes().ljust(status.st_size, b"\0")[: status.st_size])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.fixture
def five(library):
    """Indexed library of five photos."""
    fill(library.folder, 5)
    library.build()
    return library


def test_a_file_that_is_as_it_was_is_not_read(five):
    """Unchanged files are not read; an unreadable file with new permissions counts as changed."""
    if os.geteuid() == 0:
        pytest.skip("the super-user reads everything")
    index = five.index
    (five.folder / "0001.png").chmod(0)
    assert index.changed(range(5)) == [1]


def test_a_replaced_file_holds_another_photo(five):
    """A file with other content counts as changed; touched, copied or vanished files do not."""
    index = five.index
    photos = [photo.path for photo in index.photos()]
    replace_behind_its_time(photos[0], paint(five.root / "other.png", 99))
    os.utime(photos[1])
    shutil.copy2(photos[2], five.root / "copy.png")
    (five.root / "copy.png").replace(photos[2])
    photos[3].unlink()
    assert index.changed(range(5)) == [0]
    assert [photo.path for photo in index.changed_photos(index.photos())] == [photos[0]]
    assert index.row_now(photos[0]) is None
    assert [index.row_now(photo) for photo in photos[1:3]] == [1, 2]
    with pytest.raises(UnreadablePhotoError, match="vanished"):
        index.row_now(photos[3])


def test_files_that_change_places_are_rows_of_their_contents(five):
    """After two files swap names, each path gives the row of the content that it has now."""
    index = five.index
    first, second = (photo.path for photo in index.photos()[:2])
    first.rename(five.root / "aside.png")
    second.rename(first)
    (five.root / "aside.png").rename(second)
    assert [index.row_now(first), index.row_now(second)] == [1, 0]
    assert index.changed(range(5)) == [0, 1]


def test_contents_are_compared_where_an_older_photorank_kept_no_change_time(five):
    """If no change time is stored, files of unchanged size and date are compared by content."""
    with writing(five.paths) as connection, transaction(connection):
        connection.execute("UPDATE files SET ctime_ns = NULL, inode = NULL")
    index = five.index
    replace_behind_its_time(five.folder / "0002.png", paint(five.root / "other.png", 99))
    assert index.changed(range(5)) == [2]
