"""Tests of access to an opened index's photos by row, one at a time or all at once."""

import pytest


def test_photos_by_row_are_the_list_of_photos(collection):
    """The sequence photos_by_row can be indexed, sliced and iterated like the list of photos."""
    index = collection.index
    every, by_row = index.photos(), index.photos_by_row()
    assert list(by_row) == every
    assert len(by_row) == len(every)
    assert (by_row[2], by_row[-1], by_row[1:4]) == (every[2], every[-1], every[1:4])
    with pytest.raises(IndexError):
        by_row[len(every)]


def test_the_digest_of_photos_tells_each_change(collection):
    """The digest of an index's photos is constant until a change, here of a photo's file name."""
    before = collection.index.photos_digest()
    assert collection.index.photos_digest() == before
    photo = collection.index.photo(0)
    photo.path.rename(photo.path.with_name("renamed.png"))
    collection.build(collection.folder)
    assert collection.index.photos_digest() != before
