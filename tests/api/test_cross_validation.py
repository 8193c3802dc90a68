import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import photorank
from photorank.errors import ComparisonsError
from photorank.learning.held_out_directions import out_of_fold_ratings
from photorank.learning.judged_photos import JudgedPhotos
from photorank.metrics.folds import make_folds
from photorank.metrics.held_out_pairs import HeldOutPairs


@pytest.fixture
def judged():
    """Random rows (n, d), and scores equal to their first column plus noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 6))
    return X, X[:, 0] + 0.5 * rng.normal(size=120)


def test_comparisons_are_split_by_scikit_learn(judged):
    """Scores, choices and learners work in scikit-learn's splitters, grid search and pipelines."""
    X, scores = judged
    people = photorank.Comparisons.from_scores(scores)
    folds = KFold(3, shuffle=True, random_state=0)
    wins = np.argsort(-scores)
    choices = photorank.Comparisons.from_choices(wins[:-1], wins[1:], n=len(X))

    found = cross_val_score(photorank.AllPairs(), X, people, cv=folds)
    by_scores = cross_val_score(photorank.AllPairs(), X, scores, cv=folds)
    searched = GridSearchCV(photorank.AllPairs(), {"alpha": [1e-3, 1e3]}, cv=folds).fit(X, people)
    pipeline = make_pipeline(StandardScaler(), photorank.AllPairs())
    _, rows, _, graph = train_test_split(X, people, test_size=0.25, random_state=0)

    assert found == pytest.approx(by_scores)
    assert searched.best_score_ > 0.7
    assert cross_val_score(pipeline, X, people, cv=folds).min() > 0.7
    assert len(rows) == len(graph) == 30
    taught = people[np.arange(len(X)) >= 60]
    assert photorank.AllPairs().fit(X[60:], taught).score(X[:60], people[:60]) > 0.7
    assert len(choices[10:20]) == 10


@pytest.mark.slow
def test_cross_validation_is_that_of_an_index(judged):
    """Cross-validation uses the same folds, fits and intervals as `photorank evaluate`."""
    X, scores = judged
    people = photorank.Comparisons.from_scores(scores)
    groups = np.arange(120) // 10

    found = photorank.cross_validate("all-pairs", X, people, groups=groups, folds=4, repeats=2)

    folds = make_folds(120, k=4, repeats=2, by=groups, seed=0)
    photos = JudgedPhotos(X, people, groups, np.full(120, -1), digests=())
    ratings = out_of_fold_ratings(photorank.AllPairs(), photos, folds)
    assert found["pairwise_accuracy"] == HeldOutPairs.of(people, folds).accuracy(ratings)
    assert found["spearman"].low < found["spearman"].value < found["spearman"].high


def test_any_estimator_that_predicts_is_cross_validated(judged):
    """Cross-validation takes a pipeline that ends in a learner, and a user's own estimator."""
    X, scores = judged

    class OnScores(Ridge):
        """Ridge regression on the scores of the compared photos."""

        def fit(self, X, y):
            """Fit the ridge regression to the features X and the scores in y."""
            return super().fit(X, y.scores)

    for learner in (make_pipeline(StandardScaler(), photorank.AllPairs()), OnScores()):
        found = photorank.cross_validate(learner, X, scores, folds=4, repeats=1)
        assert found["pairwise_accuracy"].low > 0.6


@pytest.mark.slow
def test_groups_of_any_kind_share_a_fold(judged):
    """Group names and numbers give the same folds; None, "" and −1 mean a photo without a group."""
    X, scores = judged
    numbers = np.where(np.arange(120) < 30, -1, np.arange(120) // 10)
    names = [None if code < 0 else f"album {code:02}" for code in numbers.tolist()]

    one, other = (
        photorank.cross_validate("mean-difference", X, scores, groups=groups, folds=4)
        for groups in (numbers, names)
    )
    assert one == other
    with pytest.raises(ComparisonsError, match="119 groups for 120 rows"):
        photorank.cross_validate("all-pairs", X, scores, groups=names[1:])
    with pytest.raises(ComparisonsError, match="in 1 unit"):
        photorank.cross_validate("all-pairs", X, scores, groups=["one"] * 120)


def test_given_ratings_are_measured_with_intervals(judged):
    """The accuracy of given ratings leaves out unlabelled photos and has a confidence interval."""
    X, scores = judged
    scores = np.where(np.arange(120) < 20, np.nan, scores)

    alone = photorank.measure(X[:, 0], scores)
    together = photorank.measure(X[:, 0], scores, groups=np.arange(120) // 30)

    right = photorank.metrics.pairwise_accuracy(
        X[20:, 0], photorank.Comparisons.from_scores(scores[20:])
    )
    assert alone["pairwise_accuracy"].value == pytest.approx(right)
    assert alone["pairwise_accuracy"].n_photos == 100
    assert alone["pairwise_accuracy"].low < right < alone["pairwise_accuracy"].high
    assert together["pairwise_accuracy"].value == pytest.approx(right)
    with pytest.raises(ComparisonsError, match="120 judged photos for 119 rows"):
        photorank.measure(X[1:, 0], scores)
