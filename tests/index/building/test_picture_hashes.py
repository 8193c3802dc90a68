"""Tests of the cache of perceptual hashes and grey images of an index's photos."""

import numpy as np
import pytest

from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.index.building import picture_hashes
from photorank.index.building.picture_hashes import PictureHashes, keep_codes
from photorank.index.opened import Index
from photorank.photos.hash_and_shape import PictureCodes, codes_of_file
from photorank.workspace import IndexPaths

NAMES = ("version", "digests", "bits", "greys")


@pytest.fixture
def index(home):
    """Index `small` without its cache of hashes."""
    paths = IndexPaths(home / "index" / "small")
    paths.hashes.unlink()
    return Index.open(paths)


def hashes_of(index):
    """New reader of the hashes of an index's photos."""
    return PictureHashes(index.paths, index.digests())


def greys_from_files(index):
    """Grey images computed from the thumbnail files, zeros for a missing file."""
    found = [codes_of_file(index.paths.thumbnail(digest)) for digest in index.digests()]
    return [list(one.grey if one else bytes(128)) for one in found]


def test_what_is_cached_is_not_computed_again(index, monkeypatch):
    """Cached hashes are not computed again, whatever the order in which they were cached."""
    wanted = greys_from_files(index)
    rows = np.arange(len(index))
    hashes = hashes_of(index)
    hashes.greys(rows[::-3])
    hashes.greys(rows)
    hashes.keep()
    monkeypatch.setattr(picture_hashes, "codes_of_file", None)
    assert hashes_of(index).greys(rows).tolist() == wanted


def test_photos_that_cannot_be_read_are_not_kept(index):
    """A photo that cannot be read is not cached, so that a later run reads the photo again."""
    gone = index.paths.thumbnail(index.digests()[1])
    kept = gone.read_bytes()
    gone.unlink()
    hashes = hashes_of(index)
    apart = hashes.distances(np.array([0, 0]), np.array([1, 2]), lambda done, total: None)
    assert apart[0] == 256
    assert apart[1] <= 64
    assert not hashes.greys(np.array([1])).any()
    assert hashes.unreadable
    hashes.keep()
    gone.write_bytes(kept)
    assert hashes_of(index).greys(np.arange(3)).tolist() == greys_from_files(index)[:3]


def test_codes_of_indexing_are_added(index):
    """Hashes computed during indexing are added to the cache and never replace cached ones."""
    digests = index.digests()
    first, second = PictureCodes(1, bytes(range(128))), PictureCodes(2, bytes(128))
    keep_codes(index.paths, {digests[0]: first})
    keep_codes(index.paths, {digests[0]: second, digests[1]: second})
    found = hashes_of(index).greys(np.arange(2))
    assert found.tolist() == [list(range(128)), [0] * 128]


@pytest.mark.parametrize("part", ["bits", "greys", "digests"])
def test_columns_of_unequal_length_are_made_again(index, part):
    """If arrays in the cache of picture hashes differ in length, all hashes are computed again."""
    rows = np.arange(len(index))
    wanted = hashes_of(index).greys(rows).tolist()
    keep_codes(index.paths, {index.digests()[0]: PictureCodes(1, bytes(128))})
    kept = dict(cached_arrays(index.paths.hashes, *NAMES))
    kept[part] = kept[part][:-1] if part != "digests" else np.repeat(kept[part][:1], 2)
    cache_arrays(index.paths.hashes, **kept)
    assert hashes_of(index).greys(rows).tolist() == wanted
