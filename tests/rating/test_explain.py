import numpy as np
import pytest

from photorank.encoders import load_encoder
from photorank.errors import MissingPathError, MissingWeightsError
from photorank.index.opened import open_index
from photorank.rating.explain import concepts_behind, explain, explain_file
from photorank.rating.percentiles import percentiles, share_below
from photorank.vectors.store import load_vector


@pytest.fixture
def index(home):
    """The index “small” of the shared photo gallery."""
    return open_index("small")


@pytest.mark.slow
def test_an_explanation_agrees_with_the_index(index, gallery):
    """An explanation has the index's rating; its parts sum to that rating minus the mean rating."""
    vector = load_vector(index, "ours")
    path = gallery / "forest" / "2.jpg"
    encoder = load_encoder("embedded")
    why = explain_file(index, vector, path, encoder)

    ratings = index.rate(vector)
    assert why.heat.rating == pytest.approx(ratings[index.row_of(path)], abs=2e-3)
    lead = why.heat.rating - ratings.mean()
    assert why.parts.sum() + why.signals.total == pytest.approx(lead, abs=1e-5)
    assert why.drawn().size == why.picture.size
    assert why.embedding == pytest.approx(index.embeddings()[index.row_of(path)], abs=2e-3)
    assert len(concepts_behind(index, vector, why.embedding, encoder)) == 6


@pytest.mark.slow
def test_a_photo_of_the_index_stands_where_the_index_has_it(index, gallery):
    """An indexed photo is ranked by its rating in the index, not by a newly computed rating."""
    vector, encoder = load_vector(index, "ours"), load_encoder("embedded")
    data = (gallery / "forest" / "2.jpg").read_bytes()
    row, ratings = index.row_of(gallery / "forest" / "2.jpg"), index.rate(vector)
    ratings[row] = ratings.max() + 1  # as if embedded on another machine
    index.rate = lambda vector: ratings

    why = explain(index, vector, data, encoder)
    assert why.below == share_below(ratings, ratings)[row] == pytest.approx(100 * 23 / 24)
    assert why.percentile == percentiles(ratings)[row]
    other = explain(index, vector, data + b" ", encoder)
    assert other.below < why.below


@pytest.mark.slow
def test_without_a_text_tower_concepts_are_left_out(index, gallery, monkeypatch):
    """Without a text encoder, the explanation has a heat map and better photos but no concepts."""
    encoder = load_encoder("embedded")

    def gone(texts):
        raise MissingWeightsError("embedded", "there is no network")

    monkeypatch.setattr(encoder, "encode_texts", gone)
    vector = load_vector(index, "ours")
    why = explain_file(index, vector, gallery / "beach" / "6.jpg", encoder)

    assert concepts_behind(index, vector, why.embedding, encoder) is None
    assert np.isfinite(why.heat.values).all()
    assert why.better


def test_a_missing_file_is_told(index, tmp_path):
    """A missing file is refused with an error that names its path."""
    with pytest.raises(MissingPathError, match=r"nothing\.jpg"):
        explain_file(
            index, load_vector(index, "ours"), tmp_path / "nothing.jpg", load_encoder("embedded")
        )
