import numpy as np
import pytest

from photorank.comparisons import sorted_blocks
from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError

N, D = 24, 5
GROUPS = np.array([-1, 0, 1, 2] * 6)


@pytest.fixture
def photos():
    """Embeddings, labels with ties and one missing value, and a trust weight for each label."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 5, N).astype(float)
    y[3] = np.nan
    return rng.normal(size=(N, D)), y, rng.uniform(0.5, 2, N)


def matrices(y, p, trust, scope, codes):
    """Matrices (n, n) of the weights and label differences of all pairs, as in `methods.md`."""
    gap = y[:, None] - y[None]
    may = np.isfinite(gap)
    if scope != "all":
        known = (codes[:, None] >= 0) & (codes[None] >= 0)
        may &= known & ((codes[:, None] == codes[None]) == (scope == "within"))
    gap = np.where(may, gap, 0)
    W = np.where(gap != 0, np.abs(gap) ** p, 0) * trust[:, None] * trust[None]
    return W / (W.sum() / 2), gap, W


def squared_errors(W, margins, ratings):
    """Squared errors in rating differences, summed over photo pairs for each column of ratings."""
    off = ratings[:, None] - ratings[None] - margins[:, :, None]  # (n, n, a)
    return np.einsum("ij,ija->a", W, off**2) / 2


CASES = [(p, scope) for p in (0, 1, 2) for scope in ("all", "within", "across")]


@pytest.mark.parametrize(("p", "scope"), CASES)
def test_score_graph_equals_explicit_matrices(photos, p, scope):
    """The class Comparisons computes the same sums over photo pairs as full (n, n) matrices do."""
    X, y, trust = photos
    graph = Comparisons.from_scores(y, gap_power=p, weights=trust).restricted(GROUPS, scope)
    W, gap, _ = matrices(y, p, trust, scope, GROUPS)
    L = np.diag(W.sum(1)) - W

    np.testing.assert_allclose(graph.squared_errors(X), squared_errors(W, gap, X))
    np.testing.assert_allclose(graph.laplacian(X), L @ X, atol=1e-12)
    np.testing.assert_allclose(graph.laplacian(X[:, 0]), L @ X[:, 0], atol=1e-12)
    np.testing.assert_allclose(graph.preference(), (W * gap).sum(1), atol=1e-12)
    np.testing.assert_allclose(graph.net_wins(), (W * np.sign(gap)).sum(1), atol=1e-12)
    assert graph.squared_margins() == pytest.approx((W * gap**2).sum() / 2)
    assert graph.n_pairs == np.count_nonzero(W) / 2


@pytest.mark.parametrize("listed", [0, 10**6])
@pytest.mark.parametrize(("p", "scope"), CASES)
def test_score_agreement_equals_the_loop_over_pairs(photos, p, scope, listed, monkeypatch):
    """Score agreement equals the result of a plain loop over all pairs of photos."""
    monkeypatch.setattr(sorted_blocks, "_LISTED", listed)
    _, y, trust = photos
    ratings = np.random.default_rng(1).integers(0, 6, N).astype(float)
    graph = Comparisons.from_scores(y, gap_power=p, weights=trust).restricted(GROUPS, scope)
    _, gap, W = matrices(y, p, trust, scope, GROUPS)
    agrees = (np.sign(gap) * np.sign(ratings[:, None] - ratings[None]) + 1) / 2

    agreement = graph.agreement(ratings)

    np.testing.assert_allclose(agreement.credit, (W * agrees).sum(1), atol=1e-9)
    np.testing.assert_allclose(agreement.weight, W.sum(1), atol=1e-9)


@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_products_and_block_shares_equal_the_loop(photos, scope):
    """Fast sums over photo pairs, and ranks within groups, equal a direct calculation."""
    _, y, _ = photos
    a, b = np.random.default_rng(2).normal(size=(2, N))
    graph = Comparisons.from_scores(y).restricted(GROUPS, scope)
    may = np.isfinite(y[:, None] - y[None])
    if scope != "all":
        known = (GROUPS[:, None] >= 0) & (GROUPS[None] >= 0)
        may &= known & ((GROUPS[:, None] == GROUPS[None]) == (scope == "within"))

    expected = (may * (a[:, None] - a[None]) * (b[:, None] - b[None])).sum(1)

    np.testing.assert_allclose(graph.products(a, b), expected, atol=1e-9)
    if scope == "within":
        inside = (GROUPS == 2) & np.isfinite(y)
        places = np.arange(inside.sum()) + 0.5
        np.testing.assert_allclose(
            np.sort(graph.fractional_ranks(a)[inside]), places / inside.sum()
        )


def test_within_and_across_make_all(photos):
    """Within-group and across-group pairs together make all pairs if every photo has a group."""
    _, y, _ = photos
    graph = Comparisons.from_scores(y)
    codes = np.arange(N) % 4
    ratings = np.arange(N) * 1.0

    parts = [graph.restricted(codes, scope).agreement(ratings) for scope in ("within", "across")]

    np.testing.assert_allclose(parts[0].credit + parts[1].credit, graph.agreement(ratings).credit)


def test_folds_within_groups_are_intersected(photos):
    """Restricting to folds and then to groups keeps the pairs that share both fold and group."""
    X, y, _ = photos
    folds = np.arange(N) // 8
    both = np.where(GROUPS < 0, -1, GROUPS * 10 + folds)

    twice = Comparisons.from_scores(y).restricted(folds, "within").restricted(GROUPS, "within")
    once = Comparisons.from_scores(y).restricted(both, "within")

    np.testing.assert_allclose(twice.laplacian(X), once.laplacian(X))


@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_taking_rows_equals_building_anew(photos, scope):
    """Taking rows from a comparison graph equals building a graph from those photos' labels."""
    X, y, trust = photos
    rows = np.random.default_rng(3).permutation(N)[:15]

    taken = Comparisons.from_scores(y, weights=trust).restricted(GROUPS, scope).take(rows)
    anew = Comparisons.from_scores(y[rows], weights=trust[rows]).restricted(GROUPS[rows], scope)

    np.testing.assert_allclose(taken.laplacian(X[rows]), anew.laplacian(X[rows]))
    assert taken.n_pairs == anew.n_pairs


def choices():
    """Winners, losers and tie flags of a few choices, with a repeat, a contradiction and a tie."""
    winners, losers = [0, 0, 1, 2, 3, 5, 5], [1, 1, 0, 3, 4, 4, 6]
    return winners, losers, [False, False, False, True, False, False, False]


def test_choice_graph_collects_the_pairs_that_were_shown():
    """Each pair in a choice graph is weighted by how often the pair was shown."""
    winners, losers, ties = choices()
    graph = Comparisons.from_choices(winners, losers, n=8, ties=ties)
    W, M = np.zeros((8, 8)), np.zeros((8, 8))
    for a, b, tie in zip(winners, losers, ties, strict=True):
        W[a, b] += 1
        W[b, a] += 1
        M[a, b] += not tie
        M[b, a] -= not tie
    M = np.divide(M, W, out=np.zeros_like(M), where=W > 0)
    W /= W.sum() / 2
    X = np.random.default_rng(0).normal(size=(8, 3))

    np.testing.assert_allclose(graph.laplacian(X), (np.diag(W.sum(1)) - W) @ X)
    np.testing.assert_allclose(graph.preference(), (W * M).sum(1), atol=1e-12)
    np.testing.assert_allclose(graph.net_wins(), (W * np.sign(M)).sum(1), atol=1e-12)
    np.testing.assert_allclose(graph.squared_errors(X), squared_errors(W, M, X))
    assert graph.squared_margins() == pytest.approx((W * M**2).sum() / 2)
    assert (graph.n_pairs, graph.n_components, graph.n_judgements) == (4, 2, 7)
    assert graph.active.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_choice_agreement_leaves_undecided_pairs_out():
    """The agreement of ratings with people's choices leaves out choices that ended in a tie."""
    winners, losers, ties = choices()
    graph = Comparisons.from_choices(winners, losers, n=8, ties=ties)
    ratings = np.array([3.0, 1, 0, 0, 2, 2, 1, 9])

    credit, weight = graph.agreement(ratings)

    assert weight.sum() / 2 == 6
    assert credit.sum() / 2 == 3 + 0 + 0.5 + 1


def test_a_doubled_choice_is_a_doubled_weight():
    """The same choice made twice equals one choice of weight 2."""
    twice = Comparisons.from_choices([0, 0, 2], [1, 1, 1], n=3)
    heavy = Comparisons.from_choices([0, 2], [1, 1], n=3, weights=[2, 1])

    np.testing.assert_array_equal(twice.weight, heavy.weight)
    np.testing.assert_array_equal(twice.preference(), heavy.preference())


def test_choices_can_be_restricted_and_taken():
    """Choices can be restricted to pairs within or across groups, or to some photos."""
    graph = Comparisons.from_choices([0, 1, 3], [1, 2, 2], n=4)
    codes = np.array([0, 0, 1, 1])

    assert graph.restricted(codes, "within").n_pairs == 2
    assert graph.restricted(codes, "across").n_pairs == 1
    reversed_rows = graph.take(np.array([3, 2, 1]))
    assert reversed_rows.n_pairs == 2
    assert reversed_rows.agreement(np.array([2.0, 0.0, 1.0])).credit.sum() / 2 == 2


@pytest.mark.parametrize("p", [0, 1, 2])
def test_large_labels_lose_no_digits(p):
    """Adding 1.7 billion, about a Unix time, to all labels does not change the results."""
    y = np.random.default_rng(0).permutation(50) * 1.0
    X = np.random.default_rng(1).normal(size=(50, 3))

    shifted = Comparisons.from_scores(y + 1.7e9, gap_power=p)

    plain = Comparisons.from_scores(y, gap_power=p)
    np.testing.assert_allclose(shifted.laplacian(X), plain.laplacian(X), rtol=1e-6, atol=1e-9)
    credits = shifted.agreement(X[:, 0]).credit, plain.agreement(X[:, 0]).credit
    np.testing.assert_allclose(*credits, rtol=1e-6)


def test_sampled_pairs_are_ordered_and_within_their_group(photos):
    """In each sampled pair, both photos are in one group and the better photo comes first."""
    _, y, _ = photos
    graph = Comparisons.from_scores(y, within=GROUPS)

    pairs, margins = graph.sample(300, rng=np.random.default_rng(0))

    assert len(pairs) == 300
    np.testing.assert_allclose(y[pairs[:, 0]] - y[pairs[:, 1]], margins)
    assert (margins > 0).all()
    assert (GROUPS[pairs[:, 0]] == GROUPS[pairs[:, 1]]).all()


def test_extremes_come_from_the_ends():
    """With extremes=0.25, sampled pairs join a photo of the best quarter and one of the worst."""
    y = np.random.default_rng(0).permutation(40) * 1.0

    pairs, _ = Comparisons.from_scores(y).sample(500, rng=np.random.default_rng(1), extremes=0.25)

    assert y[pairs[:, 0]].min() >= 30
    assert y[pairs[:, 1]].max() < 10


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: Comparisons.from_scores([1.0, np.inf]), id="infinite score"),
        pytest.param(lambda: Comparisons.from_scores([1.0, 2.0], gap_power=3), id="gap power 3"),
        pytest.param(lambda: Comparisons.from_scores([1.0, 2.0], weights=[1, 0]), id="no trust"),
        pytest.param(lambda: Comparisons.from_choices([0], [0], n=2), id="with itself"),
        pytest.param(lambda: Comparisons.from_choices([0], [2], n=2), id="unknown row"),
        pytest.param(lambda: Comparisons.from_choices([0], [1], n=2, weights=[-1]), id="negative"),
        pytest.param(lambda: Comparisons.from_choices([0, 1], [1], n=2), id="lengths"),
        pytest.param(
            lambda: Comparisons.from_scores([1.0, 1.0]).laplacian(np.eye(2)), id="constant labels"
        ),
        pytest.param(
            lambda: Comparisons.from_choices([], [], n=2).laplacian(np.eye(2)), id="no choices"
        ),
        pytest.param(
            lambda: Comparisons.from_scores([1.0, 1.0]).sample(3, rng=np.random.default_rng(0)),
            id="nothing to draw",
        ),
        pytest.param(
            lambda: Comparisons.from_choices([0], [1], n=2, ties=[True]).sample(
                3, rng=np.random.default_rng(0)
            ),
            id="only ties to draw",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(build):
    """Invalid judgements raise an error with a message instead of giving NaN later."""
    with pytest.raises(ComparisonsError, match=r"\w"):
        build()


@pytest.mark.parametrize(("p", "scope"), CASES)
def test_edges_of_scores_are_those_of_the_matrices(photos, p, scope):
    """Weights and margins of photo pairs equal the entries of (n, n) reference matrices."""
    _, y, trust = photos
    graph = Comparisons.from_scores(y, gap_power=p, weights=trust).restricted(GROUPS, scope)
    _, gap, W = matrices(y, p, trust, scope, GROUPS)
    pairs = np.argwhere(~np.eye(N, dtype=bool))

    weight, margin = graph.edges(pairs)

    ordered = margin != 0
    np.testing.assert_allclose(weight[ordered], W[tuple(pairs[ordered].T)])
    np.testing.assert_allclose(margin, gap[tuple(pairs.T)])
    assert ordered.sum() == 2 * graph.n_pairs


def test_edges_of_choices_count_what_was_shown():
    """A pair's weight is how often it was shown; its margin is (wins − losses) / times shown."""
    graph = Comparisons.from_choices([0, 1, 3, 2], [1, 0, 1, 3], n=5, ties=[0, 0, 0, 1])
    taken = graph.take(np.array([3, 1, 0, 2]))  # renumbered: 3 → 0, 0 → 2, 2 → 3

    weight, margin = graph.edges(np.array([[0, 1], [1, 3], [3, 1], [2, 3], [0, 4]]))
    after, turned = taken.edges(np.array([[2, 1], [1, 0], [0, 3]]))

    assert weight.tolist() == [2, 1, 1, 1, 0]
    assert margin.tolist() == [0, -1, 1, 0, 0]
    assert after.tolist() == [2, 1, 1]
    assert turned.tolist() == [0, -1, 0]


def test_ratings_tell_pairs_apart_whether_or_not_people_did(photos):
    """The weight of pairs with different ratings includes equal labels and ignores label gaps."""
    _, y, trust = photos
    ratings = np.random.default_rng(1).integers(0, 4, N).astype(float)
    graph = Comparisons.from_scores(y, gap_power=2, weights=trust)
    known = np.isfinite(y)
    apart = (ratings[:, None] != ratings[None]) & known[:, None] & known[None]

    np.testing.assert_allclose(
        graph.untied_weight(ratings), (apart * trust * trust[:, None]).sum(1)
    )


def test_components_are_what_comparisons_link():
    """Components of a comparison graph are numbered in the order of their first photos."""
    groups = np.array([7, 2, 7, 2, 5, 5, -1])
    labels = Comparisons.from_scores([1.0, 3.0, 2.0, 4.0, 6.0, 6.0, 0.0], within=groups)
    choices = Comparisons.from_choices([5, 1, 3], [3, 4, 5], n=6)

    assert labels.components.tolist() == [0, 1, 0, 1, -1, -1, -1]
    assert labels.take(np.array([3, 1, 2, 0])).components.tolist() == [0, 0, 1, 1]
    assert choices.components.tolist() == [-1, 0, -1, 1, 0, 1]
    assert (labels.n_components, choices.n_components) == (2, 2)


@pytest.mark.parametrize("scope", ["all", "within"])
def test_squared_deviations_are_the_laplacians(scope):
    """The matrix D = deviations(Z) satisfies Dᵀ D = Zᵀ L Z, with L as the graph's Laplacian."""
    rng = np.random.default_rng(0)
    labels = np.append(rng.integers(0, 9, 38), [20.0, np.nan])
    graph = Comparisons.from_scores(labels, weights=rng.uniform(0.5, 2, 40))
    graph = graph.restricted(np.arange(40) % 3, scope).take(rng.permutation(40))
    Z = rng.normal(size=(40, 5))

    deviations = graph.deviations(Z)

    np.testing.assert_allclose(deviations.T @ deviations, Z.T @ graph.laplacian(Z), atol=1e-12)


@pytest.mark.parametrize("gap_power", [0, 1])
@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_gram_is_the_laplacians(scope, gap_power, monkeypatch):
    """The method `gram` gives Zᵀ L Z, where L is the Laplacian matrix of the graph."""
    monkeypatch.setattr("photorank.comparisons.double_precision.AT_ONCE", 20)
    rng = np.random.default_rng(0)
    labels = np.append(rng.integers(0, 9, 38), [20.0, np.nan])
    graph = Comparisons.from_scores(labels, gap_power=gap_power, weights=rng.uniform(0.5, 2, 40))
    graph = graph.restricted(np.arange(40) % 3, scope)
    Z = (rng.normal(size=(40, 5)) + 100).astype(np.float32)

    expected = Z.astype(np.float64).T @ graph.laplacian(Z)

    np.testing.assert_allclose(np.tril(graph.gram(Z)), np.tril(expected), atol=1e-8)


@pytest.mark.parametrize("scores", [[np.nan] * 4, [1.0, np.nan], [2.0] * 3])
def test_where_no_photos_make_a_pair_it_is_said(scores):
    """Labels that make no pair give zero pairs, and pairwise sums raise an error that says so."""
    comparisons = Comparisons.from_scores(scores)
    Z = np.random.default_rng(0).normal(size=(len(scores), 3))
    assert comparisons.n_pairs == 0
    for sums in (comparisons.deviations, comparisons.squared_errors, comparisons.laplacian):
        with pytest.raises(ComparisonsError, match="no two photos were judged differently"):
            sums(Z)
