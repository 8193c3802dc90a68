"""Tests of an index's rows, compared with a plain query of the catalogue."""

import os
import shutil
import sqlite3

import numpy as np
import pytest

from photorank.index.catalogue.rooted_paths import as_path, path_order
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.index.reading.library_files import library_files
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from tests.fixtures.colours import fill, paint


def plainly(paths):
    """Path and digest of every file, sorted by path, from a plain query of the catalogue."""
    connection = sqlite3.connect(paths.catalogue)
    found = connection.execute(
        "SELECT roots.path, files.path, digest FROM files JOIN photos ON photos.id = photo"
        " JOIN roots ON roots.id = root WHERE NOT vanished AND shard IS NOT NULL"
    ).fetchall()
    connection.close()
    files = [(root.rstrip(b"/") + b"/" + path, digest) for root, path, digest in found]
    return sorted(files, key=lambda file: path_order(file[0]))


def agree(paths):
    """Check an index's rows against the catalogue, and return the opened index."""
    files, index = plainly(paths), Index.open(paths)
    first = {}
    for path, digest in files:
        first.setdefault(digest, path)
    assert index.digests() == list(first)
    assert [photo.path for photo in index.photos()] == [as_path(path) for path in first.values()]
    assert [index.photo(row) for row in range(len(index))] == index.photos()
    rows = {digest: row for row, digest in enumerate(first)}
    for path, digest in files:
        assert index.row_of(as_path(path)) == rows[digest]
    told = [(os.fsencode(file.path), file.digest) for file in library_files(paths)]
    assert told == files
    assert index.rows_of(index.numbers()).tolist() == list(range(len(index)))
    return index


@pytest.fixture
def odd(library):
    """Library with duplicate photos and with file names that are hard to sort."""
    folders = ["a", "a b", "a-b", "a/b", "a.b/c", "Z"]
    for number, folder in enumerate(folders):
        for name in ("1.png", "1-2.png", "1 2.png", os.fsdecode(b"\xff\n.png")):
            paint(library.folder / folder / name, number * 10 + len(name))
    shutil.copy(library.folder / "a" / "1.png", library.folder / "Z" / "copy.png")
    other = library.root / "other"
    paint(other / "first.png", 200)
    shutil.copy(library.folder / "Z" / "1.png", other / "copy.png")
    library.build(library.folder, other)
    return library


def test_rows_are_those_of_the_catalogue(odd):
    """The rows of an opened index equal the catalogue's for odd names, copies and two folders."""
    index = agree(odd.paths)
    assert len(index) > 10
    assert index.row_of("/nowhere/1.png") is None
    assert index.row_of(odd.folder) is None


@pytest.mark.slow
def test_rows_follow_what_comes_and_goes(odd):
    """A newly opened index reflects which photos were renamed, changed, added or deleted."""
    before = agree(odd.paths)
    kept = before.photos()
    (odd.folder / "a" / "1.png").rename(odd.folder / "renamed.png")
    (odd.folder / "Z" / "1.png").unlink()
    paint(odd.folder / "a b" / "1.png", 250)
    paint(odd.folder / "new" / "1.png", 251)
    odd.build(odd.folder, odd.root / "other")
    agree(odd.paths)
    assert before.photos() == kept  # it is of its moment
    fill(odd.folder / "many", 5)
    odd.build(odd.folder, odd.root / "other", prune=True)
    agree(odd.paths)


def test_facts_of_a_photo_that_was_dropped_meanwhile_are_missing(odd):
    """An index opened before a photo was deleted lists the photo without a capture time."""
    index = Index.open(odd.paths)
    digests = index.digests()
    connection = sqlite3.connect(odd.paths.catalogue)
    connection.execute("UPDATE photos SET taken = digest, camera = digest")
    gone = digests[3]
    connection.execute("DELETE FROM photos WHERE digest = ?", [gone])
    connection.commit()
    connection.close()
    assert [photo.taken for photo in index.photos()] == [
        None if digest == gone else digest for digest in digests
    ]


def test_memberships_are_told_by_every_way(odd):
    """Each photo's group and series agree in `Index.photos()` and in `Index.labels()`."""
    photos = Index.open(odd.paths).photos()
    table = [
        LabelRow(
            2 + row,
            str(photo.path),
            float(row),
            "",
            f"g{row % 3}" if row % 4 else None,
            "é" if row % 4 else None,
            None,
        )
        for row, photo in enumerate(photos)
    ]
    import_labels(odd.paths, LabelTable("table", table))
    index = agree(odd.paths)
    labels = index.labels()
    np.testing.assert_array_equal(labels.scores, np.arange(len(photos)))
    for row, photo in enumerate(index.photos()):
        assert photo.group == table[row].group
        assert photo.series == table[row].series
        group, series = labels.groups[row], labels.series[row]
        assert photo.group == (labels.group_names[group] if group >= 0 else None)
        assert photo.series == (labels.series_names[series] if series >= 0 else None)
    assert labels.group_names == ["g0", "g1", "g2"]
    assert labels.series_names == ["é"]
