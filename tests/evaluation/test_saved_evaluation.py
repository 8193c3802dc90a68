import json
from math import isnan
from operator import itemgetter

import pytest

from photorank.errors import BrokenEvaluationError
from photorank.evaluation.saved_evaluation import Evaluation, latest_evaluation, read_evaluation
from photorank.json_values import from_json, to_json
from photorank.metrics.estimates import Difference
from photorank.workspace import IndexPaths
from tests.fixtures.evaluations import PEOPLE, details, difference, result, saved

FULL = saved(details=details(people=PEOPLE))


def changed(data, path, value):
    """Copy of JSON data with the value at a path replaced, or removed if the new value is `...`."""
    again = json.loads(json.dumps(data))
    *way, last = path
    place = again
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return again


def test_what_is_read_is_written_again_in_the_same_way():
    """No number or name is lost when an evaluation is read from JSON and written again."""
    again = to_json(from_json(Evaluation, FULL))

    assert again["details"]["calibration"] == FULL["details"]["calibration"]
    assert again["differences"] == FULL["differences"]
    assert FULL["protocol"].items() <= again["protocol"].items()
    by_name = itemgetter("vector", "scope")
    assert sorted(again["results"], key=by_name) == sorted(FULL["results"], key=by_name)
    assert to_json(from_json(Evaluation, again)) == again


def test_results_of_an_older_photorank_do_not_say_how_they_were_folded():
    """If an older file's results lack `fold_by`, the `fold_by` of the file's protocol is used."""
    old = saved(fold_by="group")
    for row in old["results"]:
        del row["fold_by"]
    found = from_json(Evaluation, old)

    assert len(found.rows("all")) == 5
    assert found.requested_protocol.fold_by == "group"


def test_what_is_not_defined_is_nan_and_null_again():
    """Undefined numbers, which are nan in Python, are null in the JSON and nan again on reading."""
    rows = [result("ours", (0.7, 0.6, 0.8))]
    gap = difference("ours", "words", None, None, None) | {"p": None, "p_holm": None}
    found = from_json(Evaluation, saved(rows, [gap]))

    assert isnan(found.results[0].metrics["ndcg"].value)
    assert not found.results[0].metrics["ndcg"].is_defined
    assert found.compared("all", "pairwise_accuracy") == []
    assert to_json(found)["differences"] == [gap]
    assert to_json(found)["results"][0]["metrics"]["ndcg"]["value"] is None


def test_a_difference_is_read_from_either_side():
    """The lead of b over a, with its interval, is the negative of the lead of a over b."""
    [row] = from_json(Evaluation, saved(differences=[difference("a", "b", 1, 0.5, 2)])).differences

    assert (row.other("a"), row.other("b")) == ("b", "a")
    assert row.lead_of("a") == Difference(1, 0.5, 2, 0.0001)
    lead = row.lead_of("b")
    assert (lead.value, lead.low, lead.high) == (-1, -2, -0.5)


def test_an_older_evaluation_opens():
    """An older evaluation without details, calibration intervals or rater weights can be read."""
    older = changed(saved(), ["protocol", "by_raters"], ...)
    found = from_json(Evaluation, older)
    assert found.details.calibration is None
    assert found.details.by_gap == ()
    assert not found.protocol.by_raters

    without = changed(FULL, ["details", "calibration", "brier_low"], ...)
    assert isnan(from_json(Evaluation, without).details.calibration.brier_low)


@pytest.mark.parametrize(
    "damaged",
    [
        [],
        {"results": []},
        changed(FULL, ["differences"], ...),
        changed(FULL, ["results", 0, "metrics"], 7),
        changed(FULL, ["results", 0, "scope"], "elsewhere"),
        changed(FULL, ["results", 0, "n_pairs"], None),
        changed(FULL, ["results", 0, "metrics", "ndcg"], {"value": "much"}),
        changed(FULL, ["protocol", "fold_by"], "hand"),
        changed(FULL, ["protocol", "within"], "reach"),
        changed(FULL, ["details", "by_gap", 0], "close"),
        changed(FULL, ["details", "calibration", "bins"], None),
    ],
    ids=lambda data: str(len(str(data))),
)
def test_a_damaged_evaluation_is_an_error_in_words(damaged, tmp_path):
    """The error of a damaged evaluation names the file and suggests `photorank evaluate`."""
    path = tmp_path / "2020.json"
    path.write_text(json.dumps(damaged))

    with pytest.raises(BrokenEvaluationError, match="photorank evaluate") as told:
        read_evaluation(path)
    assert str(path) in str(told.value)


def test_the_latest_evaluation_is_the_last_by_name(tmp_path):
    """The latest evaluation is the one with the last file name; without any file it is None."""
    paths = IndexPaths(tmp_path)
    assert latest_evaluation(paths) is None
    paths.evaluations.mkdir()
    for year in ("2021", "2020"):
        paths.evaluation(year).write_text(json.dumps(FULL | {"created": year}))

    assert latest_evaluation(paths).created == "2021"
