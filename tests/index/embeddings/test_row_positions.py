"""Tests of the file that caches the photo number of each row of an index's embeddings."""

import numpy as np
import pytest

from photorank.index.embeddings import row_positions
from photorank.index.embeddings.row_positions import load_layout
from tests.fixtures.colours import paint


def take(library, name):
    """Write a photo of random pixels, seeded by the character code of its one-letter name."""
    paint(library.folder / f"{name}.png", ord(name))


@pytest.fixture
def kept(library, monkeypatch):
    """Index of four photos, one of them deleted, with a cache file of its row positions."""
    monkeypatch.setattr(row_positions, "_KEPT_FROM", 1)
    for name in "abcd":
        take(library, name)
    library.build()
    (library.folder / "b.png").unlink()
    library.build()
    photos_of(library)
    assert library.paths.positions.exists()
    return library


def photos_of(library):
    """Photo number of each row of an index."""
    return load_layout(library.paths, library.index.manifest.dimensions).photos.tolist()


def from_catalogue(library):
    """Photo number of each row, read from the catalogue after the cache file is deleted."""
    library.paths.positions.unlink()
    return photos_of(library)


def test_the_file_is_what_is_read(kept):
    """Row positions are read from the cache file if it has one position for each row."""
    found = photos_of(kept)
    assert sorted(found) == [-1, 1, 3, 4]
    with np.load(kept.paths.positions) as file:
        arrays = dict(file)
    np.savez(kept.paths.positions, **arrays | {"photos": np.array([9, 9, 9, 9])})
    assert photos_of(kept) == [9, 9, 9, 9]
    np.savez(kept.paths.positions, **arrays | {"photos": np.array([9, 9])})
    assert photos_of(kept) == found


@pytest.mark.slow
def test_after_any_change_the_catalogue_is_read(kept):
    """After photos are added, deleted, restored or pruned, row positions match the catalogue."""
    before = photos_of(kept)
    for change, options in (
        (lambda: take(kept, "e"), {}),
        (lambda: (kept.folder / "a.png").unlink(), {}),
        (lambda: take(kept, "b"), {}),
        (lambda: (kept.folder / "c.png").unlink(), {"prune": True}),
    ):
        change()
        kept.build(**options)
        after = photos_of(kept)
        assert after not in (before, [])
        assert photos_of(kept) == from_catalogue(kept) == after
        before = after


@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "folder"])
def test_a_file_that_cannot_be_used_is_none(kept, damage):
    """A damaged or unwritable file of row positions is ignored, and the same photos are found."""
    expected, file = photos_of(kept), kept.paths.positions
    data = bytearray(file.read_bytes())
    if damage == "folder":
        file.unlink()
        file.mkdir()
    else:
        at = data.index(np.array([1], dtype=np.intp).tobytes())
        flipped = data[:at] + b"\x02" + data[at + 1 :]
        file.write_bytes({"cut": data[:-30], "flipped": flipped, "text": b"text"}[damage])
    assert photos_of(kept) == photos_of(kept) == expected


def test_few_rows_are_not_kept(library):
    """Row positions of a small index are not saved to a file."""
    take(library, "a")
    library.build()
    photos_of(library)
    assert not library.paths.positions.exists()
