import re
from pathlib import Path

import pytest

from dashboard.models.results import evaluation_tables, forest
from tests.fixtures.evaluations import evaluation, result

STYLE = Path(forest.__file__).parents[2] / "component" / "forest.css"


@pytest.fixture
def board():
    """Leaderboard that ranks rating vectors by pairwise accuracy over all pairs of photos."""
    return evaluation_tables.board(evaluation(), "all", "pairwise_accuracy")


def test_what_saw_the_photos_is_hollow_and_the_caption_says_so(board):
    """If a vector has seen the test photos in training, its mark in the chart is hollow."""
    table = forest.forest(board, {}, "plain")

    assert [row.name for row in table.rows if row.hollow] == ["beauty"]
    assert table.rows[-1].name == "beauty"
    assert "Hollow, at the end: had seen these photos" in table.caption
    one = evaluation([result("a", (0.6, 0.5, 0.7))], [])
    alone = evaluation_tables.board(one, "all", board.name)
    assert "Hollow" not in forest.forest(alone, {}, "plain").caption


def test_guessing_is_not_told_by_itself(board):
    """The baseline row “Guessing” has a note on its method that does not repeat its name."""
    rows = {row.name: row for row in forest.forest(board, {}, "plain").rows}

    assert rows["random-direction"].label == "Guessing"
    assert rows["random-direction"].note == "as by drawing lots"


def test_baselines_are_small_and_a_lead_that_may_be_luck_is_hollow(board):
    """Baselines have small marks, and score differences that may be chance have hollow marks."""
    small = {row.name for row in forest.forest(board, {}, "plain").rows if row.small}
    assert small == {"plain-prompt", "random-direction"}

    leads = forest.leads_forest(board.leads, board.leader, board.metric)
    assert {row.name: row.hollow for row in leads.rows} == {"ours": True, "plain-prompt": False}
    data = forest.forest_data(leads)
    assert data["unit"] == "points"
    assert "0" in [tick["text"] for tick in data["ticks"]]
    assert data["rows"][0]["from"] < data["level"] < data["rows"][0]["to"]


def test_marks_are_never_see_through():
    """Chart marks use no opacity, which would lower their contrast below 3 : 1."""
    rules = re.findall(r"([^{}]+){([^{}]*)}", STYLE.read_text())
    faint = [name for name, rule in rules if "opacity" in rule and re.search("span|dot|lane", name)]
    assert not faint
