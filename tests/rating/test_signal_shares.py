"""Contributions of the technical signals to the rating of a photo."""

import numpy as np
import pytest

from photorank.index.opened import open_index
from photorank.photos.signals.signals_block import GROUPS, NAMES
from photorank.rating.signal_shares import signal_shares
from photorank.vectors.master import MasterVector


@pytest.fixture
def index(home):
    """The index “small” of the shared photo gallery."""
    return open_index("small")


def vector_of(index, **weights):
    """Vector with weights on only the named technical signals."""
    direction = np.zeros(index.fingerprint.blocks.dimensions)
    for name, weight in weights.items():
        direction[NAMES.index(name) - len(NAMES)] = weight
    return MasterVector("signals", "by hand", direction, index.fingerprint)


def shares_of(index, vector, row):
    """Contributions of the technical signals to the rating of the photo in an index row."""
    return signal_shares(index, vector, index.embeddings()[row], index.rate(vector))


def test_every_signal_is_in_one_group():
    """Each technical signal belongs to exactly one group."""
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(NAMES)


def test_shares_sum_to_the_lead_of_a_rating_by_signals(index):
    """The signals' contributions add up to the photo's rating minus the mean rating."""
    weights = dict(zip(NAMES, np.random.default_rng(0).normal(size=len(NAMES)), strict=True))
    vector = vector_of(index, **weights)
    ratings = index.rate(vector)
    for row in (0, 5, 20):
        shares = shares_of(index, vector, row)
        lead = ratings[row] - ratings.mean()
        assert shares.total == pytest.approx(lead, abs=1e-9)
        assert shares.pull == pytest.approx(lead / ratings.std(), abs=1e-9)


def test_a_blurred_photo_loses_by_its_sharpness_alone(index, gallery):
    """If ratings depend only on sharpness, sharpness explains a blurred photo's low rating."""
    vector = vector_of(index, **{"sharpness mean, octave 1": 1.0})
    blurred, sharp = (
        shares_of(index, vector, index.row_of(gallery / "beach" / f"{blur}.jpg")) for blur in (7, 0)
    )
    assert blurred.pull < 0 < sharp.pull
    assert str(blurred).startswith("sharpness −")
    assert [one.text for one in sharp.told] == ["sharpness"]


def test_nothing_is_told_where_signals_do_not_count(index, collection):
    """The contributions of technical signals are None if the vector or index has no signals."""
    head = MasterVector("h", "prompt", np.ones(index.manifest.head), index.fingerprint.of_head)
    assert shares_of(index, head, 0) is None
    assert shares_of(collection.index, collection.vector, 0) is None
