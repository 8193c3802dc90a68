import numpy as np
import pytest

from photorank.bench.compare_framings import measure_framings
from photorank.encoders.base import Prepared
from photorank.errors import UnknownNameError
from photorank.evaluation.evaluate import evaluate
from photorank.index.opened import open_index
from photorank.learning.protocol import Protocol
from tests.fixtures.colours import ColourEncoder

ONCE = Protocol(fold_by="photo", folds=3, repeats=1)


class FramedColours(ColourEncoder):
    """Encoder of a photo's mean colours; with the framing `pad`, it encodes random noise."""

    def prepare(self, photo):
        """Photo as one small image; if the framing is `pad`, random noise replaces the photo."""
        [pixels] = super().prepare(photo).frames
        if self.fingerprint.framing == "pad":
            rng = np.random.default_rng(int(pixels.astype(int).sum()))
            pixels = rng.integers(0, 256, pixels.shape, dtype=np.uint8)
        return Prepared([pixels])


def load(framing):
    """Test encoder with the given framing of photos."""
    return FramedColours(framing=framing)


@pytest.mark.slow  # a whole index embedded twice
def test_the_indexs_own_framing_scores_as_in_an_evaluation(home):
    """In the index's own framing, a learner is about as accurate as `evaluate` finds it."""
    from photorank.encoders import load_encoder

    index = open_index("small")
    table = measure_framings(
        index,
        lambda framing: load_encoder("embedded", framing=framing),
        framings=("whole", "crop"),
        protocol=ONCE,
    )

    rows = {row.framing: row for row in table.rows}
    [known] = [
        row
        for row in evaluate(index, vectors=[], learners=["all-pairs"], protocol=ONCE).results
        if row.vector == "all-pairs" and row.scope == "all"
    ]
    assert rows["whole"].accuracy.value == pytest.approx(known.accuracy.value, abs=0.02)
    assert rows["whole"].accuracy.n_pairs == known.n_pairs
    assert table.base == "crop"
    assert rows["crop"].ahead is None
    assert rows["whole"].ahead.value == pytest.approx(
        rows["whole"].accuracy.value - rows["crop"].accuracy.value, abs=0.02
    )


@pytest.mark.slow
def test_a_framing_that_shows_nothing_is_last(home):
    """A framing that shows the photos ranks above a framing that shows only noise."""
    told = []
    table = measure_framings(
        open_index("small"),
        load,
        framings=("pad", "squash"),
        protocol=ONCE,
        on_progress=lambda *done: told.append(done),
    )

    best, worst = table.rows
    assert (best.framing, worst.framing) == ("squash", "pad")
    assert table.base == "pad"
    assert best.ahead.value == pytest.approx(best.accuracy.value - worst.accuracy.value)
    assert best.p_holm == pytest.approx(best.ahead.p)
    assert told[-1] == (48, 48)
    assert {"index", "rows", "protocol", "base"} <= set(table.to_json())


def test_names_are_looked_at_before_any_work(home):
    """A misspelt framing or learner raises an error before any photo is embedded."""
    for wrong in ({"framings": ("whole", "middle")}, {"learner": "luck"}):
        with pytest.raises(UnknownNameError):
            measure_framings(open_index("small"), pytest.fail, **wrong)


def test_photos_that_are_gone_are_left_out(own_gallery):
    """Photos with missing or changed files are left out of the comparison for every framing."""
    (own_gallery / "beach" / "3.jpg").unlink()
    (own_gallery / "beach" / "4.jpg").write_bytes((own_gallery / "street" / "0.jpg").read_bytes())

    table = measure_framings(open_index("small"), load, framings=("crop", "squash"), protocol=ONCE)

    assert {row.accuracy.n_photos for row in table.rows} == {22}
