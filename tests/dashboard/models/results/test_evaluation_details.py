import csv
import io

import pytest

from dashboard.formatting import FROM_PHOTOS, FROM_WORDS
from dashboard.models.results import evaluation_details
from tests.fixtures.evaluations import PEOPLE, details, difference, estimate, evaluation, result


def looks(scope="all", metric="pairwise_accuracy", **found):
    """Dict from the name of a detail view to the view's charts, for a made-up evaluation."""
    about = evaluation(details=details() | found)
    return evaluation_details.panels(about, scope, metric)


def said(name, place=0, **found):
    """Sentence of one panel, with plain spaces in place of non-breaking spaces."""
    return looks(**found)[name][place].reading.replace("\N{NO-BREAK SPACE}", " ")


def test_every_look_that_has_numbers_is_offered():
    """All detail views that have data are offered, in the order of the LABELS constant."""
    assert list(looks()) == list(evaluation_details.LABELS)


def test_an_evaluation_without_details_offers_only_its_differences():
    """An evaluation without saved details offers only the matrix that compares the vectors."""
    assert list(evaluation_details.panels(evaluation(), "all", "pairwise_accuracy")) == ["matrix"]
    assert evaluation_details.panels(evaluation(differences=()), "all", "pairwise_accuracy") == {}


@pytest.mark.parametrize(
    ("empty", "name"),
    [
        ({"by_gap": []}, "gap"),
        ({"learning_curve": details()["learning_curve"][:1]}, "learning"),
        ({"calibration": details()["calibration"] | {"bins": []}}, "belief"),
        ({"by_group": details()["by_group"][:1]}, "groups"),
    ],
)
def test_a_look_without_numbers_is_not_offered(empty, name):
    """A detail chart is not offered if the evaluation has too few data for it."""
    assert set(evaluation_details.LABELS) - set(looks(**empty)) == {name}


def test_every_panel_has_a_sentence_with_its_pairs_a_title_and_a_csv():
    """Each panel has a sentence that mentions its pairs, a title, and its numbers as CSV."""
    for panels in looks(people=PEOPLE).values():
        for panel in panels:
            assert "pairs" in panel.reading
            assert panel.title
            assert len(list(csv.DictReader(io.StringIO(panel.csv)))) >= len(panel.rows)


def test_close_and_clear_calls_are_told_apart():
    """Accuracy is given separately for photo pairs with small and with large label differences."""
    reading = said("gap")

    assert r"labels at most 0.4 apart), **all\-pairs** agrees with them on 58 % (57 %" in reading
    assert "of 6,568 pairs" in reading
    assert "far apart (over 0.4), on 97 % (96 % to 98 %) of 6,548 pairs" in reading


def test_baselines_keep_their_familys_colour_among_the_gaps():
    """In the accuracy chart, vectors from photos have another colour than vectors from words."""
    rows = looks()["gap"][0].rows

    families = dict(zip(rows["vector"], rows["family"], strict=True))
    assert families["all-pairs"] == FROM_PHOTOS
    assert families["plain-prompt"] == FROM_WORDS


def test_the_learning_curve_says_what_the_last_step_brought():
    """The learning curve's sentence gives the gain in accuracy from its last step."""
    assert "the last step, from 364 photos, brought +2.0 points" in said("learning")


@pytest.mark.slow
def test_people_are_a_rule_only_where_they_are_known():
    """The learning chart has a line for people's agreement only if this agreement is known."""
    assert looks()["learning"][0].rules == ()
    assert "people" not in said("learning")

    panel = looks(people=PEOPLE)["learning"][0]
    assert [value for _, value in panel.rules] == [0.74, 0.93]
    assert "one person against all others on 74 % (72 % to 76 %) of 5,000 pairs" in said(
        "learning", people=PEOPLE
    )
    assert "0.93" in panel.csv


def test_people_who_cannot_be_compared_are_no_rule():
    """If agreement between people cannot be computed, the chart has no line for it."""
    unknown = {"one_rater_accuracy": PEOPLE["one_rater_accuracy"] | estimate(None)}

    assert looks(people=unknown)["learning"][0].rules == ()


def test_belief_is_said_with_its_error_and_its_yardstick():
    """The text gives the calibration error and compares the Brier score with always saying 50 %."""
    reading = said("belief")

    assert "20,000 draws from 96,543 pairs it is 2.0 [0.0, 5.0] points off on average" in reading
    assert "Brier score 0.140 [0.120, 0.160]; always saying 50 % gets 0.250" in reading


def test_abstaining_is_said_at_half_of_the_pairs():
    """The text compares the error rate on the surest half of the pairs with that on all pairs."""
    reading = said("belief", 1)

    assert "errs less: answering only the surest 50 % of 20,000 draws" in reading
    assert "it is wrong in 7 %; answering all, in 21 %" in reading


def test_passing_that_does_not_help_is_not_praised():
    """If a vector makes no fewer errors on its surest pairs, the evaluation text says so."""
    found = details()["calibration"]
    found["risk_coverage"][1]["risk"] = 0.21

    assert "errs no less" in said("belief", 1, calibration=found)


def test_groups_are_ordered_and_named_at_both_ends():
    """If there are few groups, all are shown, best first, and the text names best and worst."""
    rows = looks()["groups"][0].rows

    assert list(rows["group"]) == ["group2", "group1", "group0"]
    assert "best in **group2**, 52 % (40 % to 90 %) of 42 pairs" in said("groups")
    assert "Groups shown: all 3." in said("groups")


def test_of_many_groups_the_ends_are_shown_and_all_are_in_the_csv():
    """A chart of many groups shows the five best and worst with enough pairs; the CSV has all."""
    found = details(groups=30)["by_group"]
    tiny = {**found[0], "group": "tiny", "n_pairs": 1} | estimate(1.0)
    panel = looks(by_group=[tiny, *found])["groups"][0]

    names = [f"group{i}" for i in (29, 28, 27, 26, 25, 4, 3, 2, 1, 0)]
    assert list(panel.rows["group"]) == names
    assert "of the 30 groups with at least 30 pairs (31 in all)" in panel.reading
    assert "tiny" in panel.csv


def test_where_all_groups_are_small_the_largest_are_shown():
    """If all groups are small, the chart shows those with the most pairs."""
    small = [{**row, "n_pairs": 1} | estimate(1.0) for row in details(groups=20)["by_group"]]
    large = [{**row, "group": f"large{i}", "n_pairs": 9} for i, row in enumerate(small[:10])]
    panel = looks(by_group=[*small, *large])["groups"][0]

    assert sorted(panel.rows["group"]) == sorted(f"large{i}" for i in range(10))
    assert "the 10 with the most pairs" in panel.reading


def test_an_interval_that_is_not_known_spans_everything():
    """A group of one pair has an unknown interval, which the chart draws from 0 to 1."""
    found = details()["by_group"]
    found[0] |= estimate(1.0)

    first = looks(by_group=found)["groups"][0].rows.iloc[0]
    assert (first.low, first.high) == (0, 1)


def test_a_groups_name_is_shown_letter_by_letter():
    """A group's name is shown as plain text, so it cannot bring markup into the page."""
    found = details()["by_group"]
    found[2]["group"] = "![x](http://a.b)"

    assert "![x]" not in said("groups", by_group=found)


def test_the_matrix_is_the_better_minus_the_worse_whichever_way_it_was_written():
    """Each matrix cell holds the better vector's accuracy minus that of the worse vector."""
    rows = looks()["matrix"][0].rows

    assert list(zip(rows["vector"], rows["other"], strict=True)) == [
        ("all-pairs", "ours"),
        ("all-pairs", "plain-prompt"),
        ("ours", "plain-prompt"),
    ]
    assert rows.loc[1, ["value", "low", "high"]].tolist() == [0.21, 0.18, 0.24]
    assert rows["clear"].tolist() == [False, True, True]
    assert list(rows["shown"]) == ["1.5", "21.0", "19.5"]


def test_the_matrix_counts_what_is_clear():
    """The matrix description says how many pairs of rating vectors clearly differ in accuracy."""
    assert "clear, 2 of 3" in said("matrix")
    assert "on the same 96,543 pairs" in said("matrix")


def test_the_matrix_is_of_the_chosen_scope_and_metric():
    """The matrix of vectors is shown only for the scope and the metric that it was computed for."""
    assert "matrix" not in looks(scope="within")
    assert "matrix" not in looks(metric="kendall_tau_b")


def test_a_matrix_of_many_vectors_shows_the_best_and_its_csv_has_all():
    """The matrix shows only the ten best vectors, but its CSV file holds all twelve vectors."""
    names = [f"v{i}" for i in range(12)]
    rows = [result(name, (0.9 - i / 100, 0.5, 1.0)) for i, name in enumerate(names)]
    pairs = [difference(a, b, 0.1, 0.0, 0.2) for a in names for b in names if a < b]
    panel = evaluation_details.panels(evaluation(rows, pairs), "all", "pairwise_accuracy")[
        "matrix"
    ][0]

    assert len(panel.rows) == 10 * 9 / 2
    assert "the best 10 of 12 vectors" in panel.reading
    assert panel.csv.count("\n") == 1 + 12 * 11 / 2
