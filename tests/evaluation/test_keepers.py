"""Tests of the rating threshold below which photos are rejected."""

import numpy as np
import pytest

from photorank.errors import NoLabelsError, TooFewKeepersError
from photorank.evaluation.keepers import rejection_threshold
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.opened import Index
from photorank.learning.learn_vector import learn_vector
from photorank.metrics.reject_cut import reject_cut
from photorank.vectors.master import Card, MasterVector
from photorank.vectors.store import add_vector
from photorank.workspace import Workspace
from tests.fixtures.colours import ColourEncoder, fill


def red(index, **card):
    """Vector whose direction rates redder photos higher."""
    direction = np.tile([2.0, -1.0, -1.0], 16)
    return MasterVector("red", "prompt", direction, index.fingerprint, card=Card(**card))


def test_of_an_unseen_vector_the_cut_is_that_of_its_keepers(index):
    """If a vector has not seen the photos, ratings of good photos set the rejection threshold."""
    vector = red(index)
    scores, ratings = index.labels().scores, index.rate(vector)
    found = rejection_threshold(index, vector, keeper_top=0.5, lost=0.2)
    keepers = scores >= found.keeper_from
    assert keepers.sum() >= 40
    assert found.how == "unseen"
    assert found.cut.rating == reject_cut(ratings[keepers], lost=0.2).rating
    assert found.n_rejected == (ratings < found.cut.rating).sum()
    assert found.n_others == (~keepers).sum()
    assert found.n_others_rejected == (ratings[~keepers] < found.cut.rating).sum()
    assert found.n_others_rejected / found.n_others > 0.3  # red is what people liked here
    assert found.n_groups == 8


@pytest.mark.slow
def test_a_vector_that_learned_from_the_labels_is_learned_anew(index):
    """A learned vector's rejection threshold is set by ratings of photos not used in training."""
    vector = learn_vector(index, "ours", "all-pairs")
    found = rejection_threshold(index, vector, keeper_top=0.5, lost=0.2)
    assert found.how == "learned anew"
    keepers = index.labels().scores >= found.keeper_from
    flattered = reject_cut(index.rate(vector)[keepers], lost=0.2)
    assert found.cut.n_keepers == flattered.n_keepers
    assert found.cut.rating <= flattered.rating
    assert found.n_others_rejected <= (index.rate(vector)[~keepers] < flattered.rating).sum()


@pytest.mark.slow
def test_a_vector_with_a_prior_is_learned_anew_from_it(index):
    """To find a rejection threshold, a vector is learned again with the same prior vector."""
    add_vector(index, red(index))
    vector = learn_vector(index, "ours", "all-pairs", prior="red")
    assert rejection_threshold(index, vector, keeper_top=0.5, lost=0.2).how == "learned anew"


def test_of_any_other_vector_only_unseen_keepers_count(index):
    """To find a vector's rejection threshold, photos that the vector learned from are left out."""
    digests = index.digests()
    some = frozenset(digest[:16] for digest in digests[:30])
    found = rejection_threshold(index, red(index, photos=some), keeper_from=-10, lost=0.2)
    assert found.cut.n_keepers == 50
    every = frozenset(digest[:16] for digest in digests)
    with pytest.raises(TooFewKeepersError, match="there are 0 that the vector has not seen"):
        rejection_threshold(index, red(index, photos=every), keeper_from=-10)


def test_without_scores_nobody_is_a_keeper(tmp_path):
    """In an index without scores, setting a rejection threshold raises an error."""
    fill(tmp_path / "photos", 3)
    workspace = Workspace(tmp_path / "home")
    how = {"encoder_spec": "colours", "load": ColourEncoder}
    build_index(workspace.index("plain"), BuildRequest([tmp_path / "photos"], **how))
    index = Index.open(workspace.index("plain"))
    with pytest.raises(NoLabelsError, match="has no scores"):
        rejection_threshold(index, red(index), keeper_from=4)
