import numpy as np

from photorank.index.opened import Index
from photorank.similarity.kept_series import series_of
from photorank.similarity.series_apart import series_codes_apart
from photorank.workspace import IndexPaths


def test_another_process_finds_the_same_series(home):
    """It tells which photos they are of."""
    index = Index.open(IndexPaths(home / "index" / "small"))
    found = series_codes_apart(index.paths)
    np.testing.assert_array_equal(found.photos, index.numbers())
    np.testing.assert_array_equal(found.codes, series_of(index).codes)
