import numpy as np
import pytest

from photorank.errors import ComparisonsError
from photorank.metrics.folds import make_folds, merged_groupings, training_variance_share


def test_folds_share_out_the_photos():
    """In each repeat every photo is in one fold, and fold sizes differ by at most one."""
    folds = make_folds(103, k=10, repeats=4, seed=0)

    assert folds.codes.shape == (4, 103)
    for codes in folds.codes:
        sizes = np.bincount(codes, minlength=10)
        assert sorted(set(sizes)) == [10, 11]
    assert not (folds.codes[0] == folds.codes[1]).all()


def test_the_seed_decides():
    """Equal seeds give equal folds, and different seeds give different folds."""
    one, same, other = (make_folds(50, seed=seed).codes for seed in (3, 3, 4))

    assert (one == same).all()
    assert not (one == other).all()


def test_a_fold_is_a_random_sample_of_the_photos():
    """Two photos share a fold as often as in random draws, and all folds have the same size."""
    codes = make_folds(12, k=3, repeats=4000, seed=0).codes

    together = (codes[:, 0] == codes[:, 1]).mean()

    assert (np.sort(codes, axis=1) == np.repeat([0, 1, 2], 4)).all()
    assert together == pytest.approx(3 / 11, abs=0.03)  # of eleven others three are drawn


@pytest.mark.parametrize(("groups", "k", "ways"), [(5, 5, 1), (3, 2, 3), (4, 3, 6)])
def test_equal_splits_count_once(groups, k, ways):
    """Repeats with identical folds are counted once: 5 groups in 5 folds give one repeat."""
    folds = make_folds(4 * groups, k=k, repeats=60, by=np.repeat(np.arange(groups), 4), seed=0)

    assert folds.codes.shape == (ways, 4 * groups)
    alike = folds.codes[:, :, None] == folds.codes[:, None]
    assert len(np.unique(alike.reshape(ways, -1), axis=0)) == ways
    assert folds.n_units == groups


def test_groups_stay_whole():
    """No group is split between two folds, in any repeat."""
    groups = np.random.default_rng(0).integers(0, 17, 120)

    folds = make_folds(120, k=5, by=groups, seed=0)

    for codes in folds.codes:
        assert len(np.unique(np.stack([groups, codes]), axis=1).T) == len(np.unique(groups))


def test_single_photos_fill_up_beside_a_large_group():
    """Ungrouped photos fill up the smaller folds until all folds have the same size."""
    by = np.where(np.arange(100) < 25, 0, -1)

    codes = make_folds(100, k=4, repeats=1, by=by, seed=0).codes[0]

    assert np.bincount(codes).tolist() == [25] * 4
    assert len(np.unique(codes[:25])) == 1


def test_groups_of_unequal_size_are_balanced():
    """Groups are assigned to folds by falling size, each to the smallest fold so far."""
    by = np.repeat(np.arange(7), [40, 20, 10, 10, 5, 5, 10])

    codes = make_folds(100, k=2, repeats=1, by=by, seed=0).codes[0]

    assert np.bincount(codes).tolist() == [50, 50]


def test_there_are_no_more_folds_than_units():
    """The number of folds never exceeds the number of groups or photos."""
    assert make_folds(30, by=np.arange(30) % 3, seed=0).k == 3
    assert make_folds(4, k=10, seed=0).k == 4


@pytest.mark.parametrize(
    ("n", "arguments", "message"),
    [
        pytest.param(0, {}, "^0 photos in 0 units", id="no photo"),
        pytest.param(1, {}, "^1 photo in 1 unit", id="one photo"),
        pytest.param(9, {"by": np.zeros(9, int)}, "--fold-by photo", id="one group"),
        pytest.param(9, {"k": 1}, "at least two folds", id="one fold"),
        pytest.param(9, {"repeats": 0}, "at least two folds, once", id="no repeat"),
        pytest.param(9, {"by": np.zeros(8, int)}, "one number a photo", id="short codes"),
    ],
)
def test_what_cannot_be_split_is_said(n, arguments, message):
    """An impossible split into folds is refused with an error that says why."""
    with pytest.raises(ComparisonsError, match=message):
        make_folds(n, **arguments, seed=0)


def test_groups_and_copies_are_kept_together():
    """Groups and sets of copies that have a photo in common are merged into one group."""
    groups = np.array([0, 0, 1, 1, -1, -1, 2])
    copies = np.array([-1, 0, 0, -1, 1, 1, -1])

    assert merged_groupings(copies, groups).tolist() == [0, 0, 0, 0, 1, 1, 2]


def test_luck_is_what_other_training_photos_would_not_teach():
    """The share of rating variance that is due to the training photos is estimated correctly."""
    rng = np.random.default_rng(0)
    n = 400
    folds = make_folds(n, k=10, repeats=3, seed=0)
    taught = rng.normal(size=(n, n))  # what photo j teaches of photo i
    luck = np.stack(
        [(taught * (codes[:, None] != codes)).sum(axis=1) for codes in folds.codes]
    ) / np.sqrt(n)
    own = np.broadcast_to(rng.normal(size=n), luck.shape)

    assert training_variance_share(luck, folds) == pytest.approx(1, abs=0.1)
    assert training_variance_share(own, folds) == pytest.approx(0)
    assert training_variance_share(own + luck, folds) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("n", "k"), [(40, 10), (3, 3)])
def test_luck_that_one_repeat_does_not_tell_is_all(n, k):
    """With only one repeat of cross-validation, training_variance_share returns 1."""
    folds = make_folds(n, k=k, repeats=1 if n > k else 3, seed=0)
    ratings = np.random.default_rng(0).normal(size=(1, n))

    assert training_variance_share(ratings, folds) == 1
    assert training_variance_share(np.ones((1, n)), folds) == 1
