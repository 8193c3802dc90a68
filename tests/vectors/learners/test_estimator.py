import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from photorank.comparisons.comparisons import Comparisons
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.mean_difference import MeanDifference

X = np.random.default_rng(0).normal(size=(20, 3))
COMPARISONS = Comparisons.from_scores(X[:, 0])


def test_plain_arrays_are_checked_without_scikit_learn(monkeypatch):
    """Plain arrays are checked without importing scikit-learn, which would take time."""
    monkeypatch.setitem(sys.modules, "sklearn.utils.validation", None)

    learner = AllPairs().fit(X.astype(np.float32), COMPARISONS)

    assert learner.n_features_in_ == 3
    assert learner.decision_function(X.astype(np.float32)).dtype == np.float64


@pytest.mark.parametrize("wrong", [np.full((20, 3), np.nan), np.full((20, 3), "a"), X[0]])
def test_what_is_no_array_of_finite_numbers_is_refused(wrong):
    """Input that is no array of finite numbers of the right shape raises a ValueError."""
    with pytest.raises(ValueError, match=r"NaN|convert|2D array"):
        MeanDifference().fit(wrong, COMPARISONS)
    with pytest.raises(ValueError, match="3 features"):
        MeanDifference().fit(X, COMPARISONS).predict(X[:, :2])
    with pytest.raises(ValueError, match="20 are compared"):
        MeanDifference().fit(X[:5], COMPARISONS)


def test_names_of_columns_are_remembered():
    """A learner remembers column names and refuses a table with columns in another order."""
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    learner = MeanDifference().fit(table, COMPARISONS)

    assert learner.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names"):
        learner.predict(table[["c", "a", "b"]])


def test_learners_are_the_same_if_their_parameters_are():
    """Two learners with equal parameters count as equal, even if only one has been fitted."""
    learner = AllPairs(alpha=0.1, prior=np.ones(3)).fit(X, COMPARISONS)
    copy = learner.unfitted()

    assert copy.same_as(learner)
    assert clone(learner).same_as(learner)
    assert not hasattr(copy, "direction_")
    assert not AllPairs(alpha=0.2, prior=np.ones(3)).same_as(learner)
    assert not AllPairs(alpha=0.1, prior=np.zeros(3)).same_as(learner)
    assert not MeanDifference().same_as(learner)
    assert repr(AllPairs(alpha=0.1)) == "AllPairs(alpha=0.1)"
    with pytest.raises(ValueError, match="no parameter 'beta'"):
        learner.set_params(beta=1)
