import json
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy.stats import binomtest

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import NoLabelsError, UnknownNameError
from photorank.evaluation.contenders import Contender
from photorank.evaluation.details import gap_curve
from photorank.evaluation.evaluate import evaluate
from photorank.evaluation.saved_evaluation import (
    evaluation_paths,
    read_evaluation,
    save_evaluation,
)
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.json_values import to_json
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.learning.judged_photos import judged_photos
from photorank.learning.learn_vector import fit_and_test, learn_vector
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.ranking import pairwise_accuracy
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.master import MasterVector
from photorank.vectors.store import add_vector

QUICK = Protocol(folds=4, repeats=2)
ONCE = Protocol(folds=2, repeats=1)  # where the number of folds is not what is asked


@pytest.fixture(scope="module")
def evaluation(painted):
    """Evaluation of the learner all-pairs on the index `painted`."""
    opened = Index.open(painted.index("painted"))
    return evaluate(opened, vectors=[], learners=["all-pairs"], protocol=QUICK)


def rows(evaluation, scope="all"):
    """Evaluation results for one kind of photo pairs, as a dict from vector name to result."""
    return {row.vector: row for row in evaluation.rows(scope)}


def accuracy(row):
    """Pairwise accuracy of one evaluation result."""
    return row.metrics["pairwise_accuracy"]


def test_learners_find_what_the_judgements_follow(evaluation):
    """On held-out photos, a learner orders most pairs right, and a random vector about half."""
    assert accuracy(rows(evaluation)["all-pairs"]).low > 0.7
    random = accuracy(rows(evaluation)["random-direction"])
    assert random.low < 0.6 < accuracy(rows(evaluation)["all-pairs"]).value


@pytest.mark.slow
def test_a_score_of_many_people_may_count_more(own_index):
    """With weighting by raters, a pair's weight depends on how many people rated its photos."""
    labels = own_index.labels()
    names = [photo.path.name for photo in own_index.photos()]
    crowd = [
        LabelRow(line, name, score, "crowd", None, None, 1 + 8 * (line % 2))
        for line, (name, score) in enumerate(zip(names, labels.scores, strict=True))
        if np.isfinite(score)
    ]
    base = [own_index.photos()[0].path.parent]
    import_labels(own_index.paths, LabelTable("crowd", crowd), base=base)
    opened = Index.open(own_index.paths)
    v = np.eye(opened.manifest.dimensions)[0]
    add_vector(opened, MasterVector("one", "test", v, opened.fingerprint))
    trust = opened.labels().n_raters
    graph = Comparisons.from_scores(opened.labels().scores, weights=np.maximum(trust, 1))
    folds = Protocol(folds=2, repeats=1, by_raters=True)

    weighed = evaluate(opened, vectors=["one"], learners=[], protocol=folds)

    codes = split_into_folds(judged_photos(opened, by_raters=True), folds).codes[0]
    shown = np.full(len(opened), -1)
    shown[graph.active] = codes
    expected = pairwise_accuracy(opened.embeddings() @ v, graph.restricted(shown, "within"))
    plain = evaluate(opened, vectors=["one"], learners=[], protocol=Protocol(folds=2, repeats=1))
    assert accuracy(rows(weighed)["one"]).value == pytest.approx(expected)
    assert accuracy(rows(plain)["one"]).value != pytest.approx(expected)


@pytest.mark.slow
def test_evaluating_on_an_official_split_gives_jackknife_intervals(own_index):
    """With an official train/test split, the accuracy of a learner has a jackknife interval."""
    names = [photo.path.name for photo in own_index.photos()]
    labels = own_index.labels().scores
    table = [
        LabelRow(line, name, score, "", None, None, None, ("train", "test")[line % 2])
        for line, (name, score) in enumerate(zip(names, labels, strict=True))
        if np.isfinite(score)
    ]
    base = [own_index.photos()[0].path.parent]
    import_labels(own_index.paths, LabelTable("split", table), base=base)
    opened = Index.open(own_index.paths)

    evaluation = evaluate(opened, learners=["all-pairs"], protocol=Protocol(fold_by="split"))

    row = rows(evaluation)["all-pairs"]
    assert row.interval == "jackknife"
    assert row.n_photos == sum(row.split == "test" for row in table)
    assert accuracy(row).low < accuracy(row).value < accuracy(row).high
    assert evaluation.details.learning_curve == ()
    assert evaluation.details.calibration is None


def test_belief_in_probabilities_has_intervals(evaluation):
    """Brier score, calibration error and all calibration bins have confidence intervals."""
    found = evaluation.details.calibration
    for one in (found.brier_limits, found.calibration_error):
        assert 0 <= one.low < one.value < one.high <= 1
    for row in found.bins:
        wilson = binomtest(round(row.observed * row.n_pairs), row.n_pairs).proportion_ci(
            method="wilson"
        )
        assert row.low <= wilson.low + 1e-9 < row.observed < wilson.high - 1e-9 <= row.high
    assert any(row.high - row.low > 0.01 for row in found.bins)


def test_json_is_the_contract(evaluation):
    """The evaluation's JSON has the names that scripts rely on, and only valid JSON values."""
    again = json.loads(json.dumps(to_json(evaluation), allow_nan=False))

    assert again["index"] == "painted"
    assert again["encoder"] == "colours"
    assert again["framing"] == "squash"
    assert again["n_photos"] == 80
    assert {"fold_by": "group", "folds": 4, "repeats": 2, "seed": 0}.items() <= again[
        "protocol"
    ].items()
    for row in again["results"]:
        assert {"vector", "kind", "scope", "in_sample", "n_photos", "n_pairs"} <= set(row)
        assert row["fold_by"] in ("group", "photo")
        assert row["scope"] in ("all", "within", "across")
        metrics = row["metrics"]
        names = {"pairwise_accuracy", "kendall_tau_b", "spearman", "pearson", "ndcg"}
        names |= {"ndcg_at_10", "precision_at_10", "album_regret_at_10", "pearson_after_logistic"}
        names |= {"gap_weighted_accuracy"}
        assert set(metrics) == names
        estimate = metrics["pairwise_accuracy"]
        assert estimate["low"] <= estimate["value"] <= estimate["high"]
    assert again["differences"]
    for row in again["differences"]:
        assert {"a", "b", "scope", "metric", "value", "low", "high", "p"} <= set(row)


@pytest.mark.slow
def test_where_groups_are_known_both_ways_to_fold_are_shown(evaluation, index):
    """If groups are known, results are given both with folds by group and with folds by photo."""
    ways = {(row.vector, row.fold_by) for row in evaluation.results if row.scope == "all"}
    alone = evaluate(index, learners=[], protocol=replace(ONCE, fold_by="photo"))

    assert ways >= {("all-pairs", "group"), ("all-pairs", "photo")}
    assert {row.vector for row in evaluation.competing()} == set(rows(evaluation))
    beside = evaluation.with_other_folds(rows(evaluation)["all-pairs"])
    assert (beside.fold_by, beside.scope) == ("photo", "all")
    assert evaluation.requested_protocol == replace(evaluation.protocol, fold_by=None)
    assert {row.fold_by for row in alone.results} == {"photo"}
    assert alone.with_other_folds(alone.results[0]) is None
    assert alone.requested_protocol == alone.protocol


def test_random_directions_are_a_mean_with_the_range_of_many(evaluation):
    """The random baseline shows the mean accuracy of 200 directions and the accuracies' range."""
    row = rows(evaluation)["random-direction"]
    accuracy = row.metrics["pairwise_accuracy"]

    assert accuracy.value == pytest.approx(0.5, abs=0.05)
    assert accuracy.low < 0.4
    assert accuracy.high > 0.6
    assert "200 random directions" in row.interval
    assert all("random-direction" not in (row.a, row.b) for row in evaluation.differences)


@pytest.mark.slow
def test_wide_gaps_may_count_more(index):
    """If gap_power p is not 0, the metrics include an accuracy with pair weights |label gap|^p."""
    v = np.eye(index.manifest.dimensions)[0]
    add_vector(index, MasterVector("one", "test", v, index.fingerprint))
    photos = judged_photos(index)
    told = {}
    for power in (0, 1, 2):
        protocol = replace(ONCE, fold_by="photo", gap_power=power)
        found = rows(evaluate(index, vectors=["one"], learners=[], protocol=protocol))["one"]
        graphs = HeldOutPairs.of(photos.comparisons, split_into_folds(photos, protocol)).graphs
        told[power] = found.metrics.get("gap_weighted_accuracy")
        if power:
            credit, weight = 0.0, 0.0
            for graph in graphs:
                agreement = graph.with_gap_power(power).agreement(photos.X @ v)
                credit, weight = credit + agreement.credit.sum(), weight + agreement.weight.sum()
            assert told[power].value == pytest.approx(credit / weight)
            assert told[power].low < told[power].value < told[power].high

    assert told[0] is None
    assert told[1].value != told[2].value


def test_baselines_are_always_in_the_table(evaluation):
    """The baselines random-direction and mean-difference are evaluated without being requested."""
    assert {name for name, row in rows(evaluation).items() if row.baseline} == {
        "random-direction",
        "mean-difference",
    }


def test_scopes_share_out_the_pairs(evaluation):
    """The pairs within a group and the pairs across groups add up to all pairs of a test fold."""
    counts = {row.scope: row.n_pairs for row in evaluation.results}

    assert counts["within"] + counts["across"] == pytest.approx(counts["all"], abs=1)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_results(evaluation, index):
    """All random draws of an evaluation come from its seed."""
    again, other = (
        evaluate(index, learners=["all-pairs"], protocol=replace(QUICK, seed=seed))
        for seed in (0, 1)
    )

    assert to_json(again)["results"] == to_json(evaluation)["results"]
    assert to_json(other)["results"] != to_json(evaluation)["results"]


@pytest.mark.slow
def test_a_vector_that_saw_the_photos_is_marked_and_comes_last(index):
    """In-sample results are marked, come last, and are not compared with other results."""
    learned = learn_vector(index, "mine", "all-pairs")
    # As if it had been learned elsewhere from the same photos: then it cannot be refitted here.
    elsewhere = MasterVector.from_json(
        learned.to_json() | {"data": learned.to_json()["data"] | {"index": "elsewhere"}}
    )
    add_vector(index, elsewhere)

    evaluation = evaluate(index, learners=["all-pairs"], protocol=ONCE)

    assert rows(evaluation)["mine"].in_sample
    assert accuracy(rows(evaluation)["mine"]).value > accuracy(rows(evaluation)["all-pairs"]).value
    assert [row for row in evaluation.results if row.scope == "all"][-1].vector == "mine"
    assert to_json(evaluation)["results"][0]["vector"] != "mine"
    assert all("mine" not in (row.a, row.b) for row in evaluation.differences)


@pytest.mark.slow
def test_a_vector_learned_here_is_learned_anew_out_of_fold(index):
    """A vector learned from this index is refitted per fold and evaluated out of sample."""
    add_vector(index, learn_vector(index, "mine", "all-pairs"))

    evaluation = evaluate(index, learners=["all-pairs"], protocol=ONCE)

    mine = rows(evaluation)["mine"]
    assert mine.refitted
    assert not mine.in_sample
    assert accuracy(mine).value == pytest.approx(accuracy(rows(evaluation)["all-pairs"]).value)


def test_differences_are_paired_and_adjusted(evaluation):
    """A difference is one vector's metric minus the other's; Holm's adjustment never lowers p."""
    assert evaluation.differences
    for row in evaluation.differences:
        a, b = (rows(evaluation, row.scope)[name].metrics[row.metric] for name in (row.a, row.b))
        assert row.value == pytest.approx(a.value - b.value, abs=1e-9)
        assert row.p_holm >= row.p


def test_an_evaluation_is_kept(evaluation, index):
    """A saved evaluation is read back unchanged."""
    path = save_evaluation(index.paths, evaluation)

    assert evaluation_paths(index.paths) == [path]
    assert to_json(read_evaluation(path)) == to_json(evaluation)


def test_equal_evaluations_in_one_second_are_both_kept(evaluation, index):
    """Two equal evaluations of one second are saved in two files, the later one listed last."""
    later = datetime.fromisoformat(evaluation.created) + timedelta(milliseconds=1)
    second = replace(evaluation, created=later.isoformat(timespec="milliseconds"))

    paths = [save_evaluation(index.paths, one) for one in (evaluation, second)]

    assert len(set(paths)) == 2
    assert evaluation_paths(index.paths) == paths


def test_unknown_learners_are_named_before_any_work(index):
    """An unknown learner is refused before any work, with an error that lists the learners."""
    with pytest.raises(UnknownNameError, match="all-pairs"):
        evaluate(index, learners=["all-paris"])


def test_labels_all_the_same_order_nothing(own_index):
    """Labels that are all the same are refused with an error that says so."""
    table = LabelTable(
        "constant", [LabelRow(2, f"{n:02}.png", 3.0, "x", None, None, None) for n in range(80)]
    )
    import_labels(own_index.paths, table, base=[own_index.photos()[0].path.parent])

    with pytest.raises(NoLabelsError, match="all the same"):
        judged_photos(Index.open(own_index.paths), rater="x")


def test_too_few_photos_for_the_folds_are_told(own_index):
    """If each fold holds one photo, no pair can be tested: accuracy and slope are None."""
    rows = [LabelRow(n + 2, f"{n:02}.png", float(n), "few", None, None, None) for n in range(3)]
    few = LabelTable("few", rows)
    import_labels(own_index.paths, few, base=[own_index.photos()[0].path.parent])
    opened = Index.open(own_index.paths)
    photos = judged_photos(opened, rater="few")

    learned = fit_and_test(AllPairs(), photos, Protocol())

    assert learned.slope is None
    assert learned.metrics["pairwise_accuracy"]["value"] is None


@pytest.mark.parametrize("scores", [[1.0, 2.0], [1.0, 1.0, 2.0]])
def test_gap_curves_of_few_labels_are_defined(scores):
    """If all pairs have the same label difference, the accuracy curve has a single point."""
    ratings = np.arange(len(scores), dtype=float)[None]
    pairs = HeldOutPairs.of(
        Comparisons.from_scores(scores), Folds(np.zeros((1, len(scores)), dtype=int), 1, None)
    )
    [row] = gap_curve([Contender("one", "prompt", ratings, refitted_per_fold=False)], pairs)

    assert (row.above, row.upto, row.value) == (0.0, 1.0, 1.0)
