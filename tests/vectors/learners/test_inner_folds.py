import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.vectors.learners.inner_folds import HeldOutLoss, alpha_by_inner_folds, inner_folds


def test_groups_that_are_compared_only_within_themselves_stay_whole():
    """If photos are compared only within their group, no group is split and all folds are used."""
    groups = np.repeat(np.arange(20), 4)
    scores = np.tile([1.0, 2.0, 3.0, 4.0], 20)

    folds = inner_folds(Comparisons.from_scores(scores, within=groups), 0)

    assert (folds.reshape(20, 4) == folds[::4, None]).all()
    assert set(folds) == {0, 1, 2, 3, 4}


def test_few_groups_stay_whole_unless_one_has_most_of_the_photos():
    """Five groups stay whole in the folds, unless one group has more than half of the photos."""

    def folds_of(*sizes):
        groups = np.repeat(np.arange(len(sizes)), sizes)
        comparisons = Comparisons.from_scores(np.arange(float(sum(sizes))), within=groups)
        return [set(part) for part in np.split(inner_folds(comparisons, 0), np.cumsum(sizes)[:-1])]

    assert [len(folds) for folds in folds_of(8, 8, 8, 8, 8)] == [1] * 5
    assert len(folds_of(8, 8, 8, 8)[0]) > 1
    assert len(folds_of(60, 8, 8, 8, 8)[0]) == 5


def test_known_groups_stay_whole_whoever_is_compared_with_whom():
    """All photos of a group are put into the same cross-validation fold."""
    groups = np.where(np.arange(60) < 20, -1, np.arange(60) // 4)

    folds = inner_folds(Comparisons.from_scores(np.arange(60.0)), 0, groups)

    assert (folds[20:].reshape(10, 4) == folds[20::4, None]).all()
    assert set(folds[:20]) == {0, 1, 2, 3, 4}


def test_chains_of_choices_stay_whole():
    """Photos linked by choices share a fold; photos without choices belong to no fold."""
    first = np.arange(0, 40, 2)

    folds = inner_folds(Comparisons.from_choices(first, first + 1, n=50), 0)

    assert (folds[first] == folds[first + 1]).all()
    assert (folds[40:] == -1).all()


def test_the_penalty_of_least_held_out_loss_is_chosen():
    """The penalty with the least total held-out loss is chosen; train and test never overlap."""
    held_out = []

    def losses(train, test):
        assert not set(train.rows) & set(test.rows)
        held_out.extend(test.rows)
        return [HeldOutLoss(abs(alpha - 2), 1.0) for alpha in (3.0, 2.0, 1.0)]

    alphas = np.array([3.0, 2.0, 1.0])
    chosen = alpha_by_inner_folds(alphas, Comparisons.from_scores(np.arange(30.0)), losses, seed=0)

    assert chosen == 2
    assert sorted(held_out) == list(range(30))


def test_the_middle_penalty_serves_where_nothing_can_be_held_out():
    """If no pairs can be held out, the middle one of the candidate penalties is chosen."""
    chosen = alpha_by_inner_folds(
        np.array([9.0, 5.0, 1.0]), Comparisons.from_scores([1.0, 2.0]), lambda *_: [], seed=0
    )

    assert chosen == 5
