import csv
import io

import pytest

from dashboard.models.results import (
    evaluation_protocol,
    evaluation_tables,
    forest,
    metric_texts,
    plain_board,
)
from tests.fixtures.evaluations import difference, evaluation, result


def board(*results, **options):
    """Leaderboard over all pairs, by pairwise accuracy."""
    if results:
        options["results"] = results
    return evaluation_tables.board(evaluation(**options), "all", "pairwise_accuracy")


def test_the_headline_names_the_leader_its_interval_the_plain_prompt_and_chance():
    """The headline compares the best vector (with interval) to the plain prompt and to guessing."""
    said = board().headline.replace("\N{NO-BREAK SPACE}", " ")

    assert said == (
        r"**all\-pairs** puts 79 % of the pairs in people’s order (77 % to 81 %), against 58 % "
        "for the plain prompt. Guessing would get 50 %."
    )


def test_a_vector_that_saw_the_photos_never_leads():
    """A vector learned from the tested photos comes last and is never called the best."""
    shown = board()

    assert shown.rows["vector"].iloc[-1] == "beauty"
    assert shown.leader == "all-pairs"
    assert "beauty" not in shown.headline + shown.caution


def test_rows_are_ordered_by_the_metric_that_is_shown():
    """The table is sorted by the shown metric, whatever the order of vectors in the evaluation."""
    assert list(board().rows["vector"])[:3] == ["all-pairs", "ours", "plain-prompt"]


def test_the_reader_is_told_that_the_winner_was_picked():
    """A caution says that the best vector was picked from several and its lead may be luck."""
    caution = board().caution

    assert "best of 3" in caution
    assert "**ours**, could be luck" in caution


def test_gaps_are_the_leaders_lead_whichever_way_the_pair_was_written():
    """A lead is the best vector's accuracy minus another's, in whichever order they are stored."""
    gaps = board().leads.set_index("vector")

    assert list(gaps.index) == ["ours", "plain-prompt"]
    assert gaps.loc["plain-prompt", ["value", "low", "high"]].tolist() == [0.21, 0.18, 0.24]
    assert gaps["clear"].tolist() == [False, True]


def test_the_lead_is_said_with_its_number_and_interval():
    """The leaderboard text gives the best vector's lead over the second, with an interval."""
    said = board().leads_reading

    assert (
        r"**all\-pairs** is ahead of **ours** by +1.5 points (95 % interval −1.0 to +4.0)" in said
    )
    assert "1 of 2 differences is clear. A hollow" in said
    assert "hollow" in said


def test_without_luck_no_hollow_mark_is_explained():
    """If every difference is statistically clear, the chart's text mentions no hollow marks."""
    clear = [difference("all-pairs", "ours", 0.05, 0.02, 0.08)]

    assert "hollow" not in board(differences=clear).leads_reading


def test_a_vector_that_is_the_same_is_not_called_the_runner_up():
    """If a vector equals the best one, the text says so and compares the best with the next."""
    shown = board(
        result("ours", (0.79, 0.77, 0.81)),
        result("all-pairs", (0.79, 0.77, 0.81)),
        result("mean-difference", (0.75, 0.73, 0.77)),
        differences=[
            difference("ours", "all-pairs", 0.0, 0.0, 0.0, p_holm=1.0),
            difference("ours", "mean-difference", 0.04, 0.02, 0.06),
        ],
    )

    assert r"**mean\-difference**, is clear" in shown.caution
    assert r"all\-pairs did exactly the same" in shown.caution


def test_a_leader_that_may_be_guessing_is_not_praised():
    """If the best vector's accuracy interval includes 50 %, it is not called clearly better."""
    assert board(result("ours", (0.55, 0.49, 0.61))).headline.startswith("No vector is clearly")


def test_the_plain_prompt_may_win():
    """If a plain prompt does better than all learned vectors, the headline says so."""
    shown = board(
        result("plain-prompt", (0.8, 0.7, 0.9), kind="prompt"), result("ours", (0.6, 0.5, 0.7))
    )

    assert "nothing learned from judgements does better" in shown.headline
    assert "against" not in shown.headline


def test_only_in_sample_vectors_leave_nothing_to_say():
    """If all vectors were learned from the tested photos, none is called the best."""
    shown = board(result("beauty", (0.9, 0.8, 1.0), in_sample=True))

    assert shown.leader is None
    assert shown.headline.startswith("Every vector here has seen")
    assert shown.leads_reading == ""


def test_the_sample_is_not_called_peoples_taste():
    """For the sample index, the text speaks of a known order and never of people's taste."""
    shown = board(index="sample")

    assert "people" not in shown.headline
    assert "nothing of taste" in shown.caution
    assert "agrees with the known order" in plain_board.headline(shown)
    assert "agrees with the known order" in forest.caption(shown, "plain")


def test_the_samples_name_is_the_demos():
    """The constant SAMPLE of evaluation_tables equals the constant SAMPLE of photorank.demo."""
    from photorank.demo import SAMPLE

    assert evaluation_tables.SAMPLE == SAMPLE


def test_the_charts_sentence_names_only_what_is_drawn():
    """The chart's description mentions diamonds and hollow marks only if they are drawn."""
    assert "diamonds" in board().reading
    assert "hollow" in board().reading
    alone = board(result("ours", (0.7, 0.6, 0.8))).reading
    assert not any(word in alone for word in ("diamonds", "hollow", "pale", "square"))


def test_selectors_offer_only_what_was_measured():
    """Results can be selected only for metrics and kinds of photo pairs that were measured."""
    found = evaluation()

    assert list(metric_texts.scopes(found)) == ["all", "within"]
    assert list(metric_texts.metrics(found, "all")) == ["pairwise_accuracy", "kendall_tau_b"]


def test_a_correlation_is_no_percentage():
    """Kendall's τ is given as a plain number, with 0.00 as the value of guessing."""
    shown = evaluation_tables.board(evaluation(), "all", "kendall_tau_b")

    assert "Kendall’s τ-b of 0.58 (0.54 to 0.62)" in shown.headline
    assert shown.headline.endswith("Guessing would get 0.00.")
    assert shown.leads.empty


def test_a_scope_is_named_in_the_headline():
    """The headline names the scope if the numbers are for pairs within groups only."""
    shown = evaluation_tables.board(evaluation(), "within", "pairwise_accuracy")

    assert "over pairs of one group" in shown.headline


def test_the_command_makes_the_evaluation_again():
    """The command to repeat an evaluation contains every option of its protocol."""
    found = evaluation(fold_by="group", folds=7, repeats=2, seed=5, within="series")

    assert evaluation_protocol.command(found) == (
        "photorank evaluate --index oasis --fold-by group --folds 7 --repeats 2 --seed 5 "
        "--within series"
    )


@pytest.mark.parametrize("fold_by", ["photo", "group", "series"])
def test_the_protocol_says_what_stays_together(fold_by):
    """The evaluation protocol's text says which photos each kind of test fold keeps together."""
    said = evaluation_protocol.protocol_text(evaluation(fold_by=fold_by))

    assert ("near-duplicates" if fold_by == "photo" else f"photos of a {fold_by}") in said


def test_the_csv_holds_every_number():
    """The CSV has one line for each vector, scope and metric; an undefined value is empty."""
    rows = list(csv.DictReader(io.StringIO(evaluation_tables.as_csv(evaluation()))))

    assert len(rows) == 6 * 3
    assert {row["value"] for row in rows if row["metric"] == "ndcg"} == {""}
    assert rows[0]["vector"] == "plain-prompt"
    assert float(rows[0]["value"]) == 0.58
