from pathlib import Path

import numpy as np

from dashboard.models import photo_tiles
from photorank.photos.find_photos import COMPANION, OTHER_KIND, SkippedFile

SCORES = np.array([5.0, 1.0, float("nan"), 3.0])


def test_unlabelled_photos_have_no_percentile():
    """Percentiles are computed among labelled photos; an unlabelled photo has NaN."""
    places = photo_tiles.label_percentiles(SCORES)

    assert np.isnan(places[2])
    assert np.argsort(places[[0, 1, 3]]).tolist() == [1, 2, 0]


def test_what_could_not_be_used_comes_first_and_a_long_list_ends():
    """The list of unusable files starts with damaged files; if cut at 1,000 files, it says so."""
    others = [SkippedFile(Path(f"/p/{number}.MOV"), 0, 0, COMPANION) for number in range(1200)]
    damaged = SkippedFile(Path("/p/z.jpg"), 9, 9, "truncated JPEG after 9 bytes")

    unused = photo_tiles.unused_files(
        [*others, SkippedFile(Path("/p/a.psd"), 0, 0, OTHER_KIND), damaged]
    )

    assert unused.title == "1 file could not be used, 1,201 files passed over"
    assert unused.sentences[0] == "1,201 files passed over: 1200 .MOV, 1 .psd"
    assert unused.sentences[-1] == "The first 1,000 are listed."
    assert list(unused.table["file"])[:2] == ["/p/z.jpg", "/p/0.MOV"]
    assert len(unused.table) == 1000
    assert photo_tiles.unused_files([damaged]).title == "1 file could not be used"
    assert photo_tiles.unused_files(others[:1]).title == "1 file passed over"
