from io import BytesIO

import numpy as np
import pytest

from photorank.index.array_cache import cache_arrays, cached_arrays

ARRAY = BytesIO()
np.save(ARRAY, np.arange(3))


def test_what_is_kept_comes_back(tmp_path):
    """Reading two of three cached arrays returns exactly these two, with unchanged values."""
    path = tmp_path / "kept.npz"

    assert cache_arrays(path, numbers=np.arange(3.0), words=("sea", "snow"), more=[1])
    found = cached_arrays(path, "numbers", "words")

    assert {name: values.tolist() for name, values in found.items()} == {
        "numbers": [0.0, 1.0, 2.0],
        "words": ["sea", "snow"],
    }


@pytest.mark.parametrize("content", [None, b"", b"no zip", b"PK\x05\x06", ARRAY.getvalue()])
def test_what_cannot_be_read_is_not_there(tmp_path, content):
    """A missing or damaged cache file is read as None, so that it is made anew."""
    path = tmp_path / "kept.npz"
    if content is not None:
        path.write_bytes(content)

    assert cached_arrays(path, "numbers") is None


def test_a_file_without_one_of_the_names_is_of_no_use(tmp_path):
    """A cached file that lacks one of the requested arrays is not used."""
    cache_arrays(tmp_path / "kept.npz", numbers=[1])

    assert cached_arrays(tmp_path / "kept.npz", "numbers", "words") is None


def test_a_place_that_takes_no_file_does_no_harm(tmp_path):
    """If the cache cannot be written, cache_arrays returns False instead of raising an error."""
    (tmp_path / "file").write_bytes(b"")

    assert not cache_arrays(tmp_path / "file" / "kept.npz", numbers=[1])
