import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photorank.rating.percentiles import percentiles
from photorank.rating.rate_photo import rate_files
from photorank.rating.stars import stars
from photorank.scoring.score_photos import Source
from tests.fixtures.colours import fill, paint


def test_photos_are_scored_as_the_index_rates_them(scorer, collection):
    """Indexed photos get the index's ratings, percentiles and stars; no photo is embedded again."""
    rows = {Path(one.path): one.score for one in scorer.rows(collection.folder)}

    ratings = scorer.index.rate(scorer.vector)
    standing = percentiles(ratings)
    expected = zip(scorer.index.photos(), ratings, standing, stars(standing), strict=True)
    assert len(rows) == 10
    for photo, rating, percentile, star in expected:
        assert rows[photo.path] == (pytest.approx(rating), pytest.approx(percentile), star)
    assert scorer.encoder.encoded == 0


def test_new_photos_are_scored_as_rate_does_in_any_company(scorer, tmp_path):
    """A photo outside the index gets the same rating alone and among others."""
    files = fill(tmp_path / "new", 7, start=50)
    rows = scorer.rows(tmp_path / "new")

    alone = rate_files(scorer.index, scorer.vector, files, lambda: scorer.encoder)
    assert [one.score.rating for one in rows] == pytest.approx([one.rating for one in alone])
    assert [one.score.percentile for one in rows] == [one.percentile for one in alone]


def test_what_cannot_be_scored_is_a_row_with_its_reason(scorer, tmp_path):
    """Damaged, missing and black photos get a row with a reason, and the run goes on."""
    folder = tmp_path / "mixed"
    good = paint(folder / "good.png", 60)
    (folder / "bad.jpg").write_bytes(b"no photo")
    (folder / "empty.jpg").touch()
    Image.new("RGB", (20, 20)).save(folder / "black.png")
    rows = {Path(one.path).name: one for one in scorer.rows(folder, tmp_path / "gone.jpg", good)}

    assert rows["good.png"].error is None
    assert {name: row.error for name, row in rows.items() if row.score is None} == {
        "bad.jpg": "not an image (text file?)",
        "empty.jpg": "empty file",
        "black.png": "the encoder gives NaN or only zeros for it",
        "gone.jpg": "does not exist",
    }


def test_sources_are_read_as_far_ahead_as_two_batches(scorer, tmp_path):
    """Reading ahead from endless sources is limited to a fixed number of photos."""
    data = paint(tmp_path / "one.png", 70).read_bytes()
    taken = itertools.count()
    pulled = []

    def endless():
        for number in taken:
            pulled.append(number)
            yield Source(f"{number}.png", lambda: data)

    batches = scorer.batches(endless(), batch_size=4)
    for _ in range(5):
        rows = next(batches)
    batches.close()

    assert [row.path for row in rows] == [f"{number}.png" for number in range(16, 20)]
    assert len(pulled) <= 20 + 2 * 4 + np.maximum(64, 8)
