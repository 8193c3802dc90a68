import altair as alt
import pytest

from dashboard.charts import evaluation_charts
from dashboard.models.results import evaluation_tables, metric_texts
from tests.fixtures.evaluations import evaluation, result


@pytest.fixture
def board():
    """Return the board over all pairs."""
    return evaluation_tables.board(evaluation(), "all", "pairwise_accuracy")


def drawn(chart):
    """Return the chart's specification and the rows it draws."""
    spec = chart.to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows if "vector" in row]
    return spec, rows


def layers_of(spec, mark):
    """Return the layers of one kind of mark."""
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]


def test_every_vector_is_a_row_and_those_that_saw_the_photos_stand_apart(board):
    """They come last, below an empty row, and hollow."""
    spec, rows = drawn(evaluation_charts.intervals(board.rows, board.metric))

    order = layers_of(spec, "rule")[0]["encoding"]["y"]["sort"]
    assert order[-2:] == [evaluation_charts.GAP, "beauty"]
    assert {row["vector"] for row in rows if row["hollow"]} == {"beauty"}
    assert "has seen these photos" in next(r["text"] for r in rows if r["vector"] == "beauty")


def test_baselines_are_pale(board):
    """What is there to be beaten does not shout."""
    _, rows = drawn(evaluation_charts.intervals(board.rows, board.metric))

    assert {r["vector"]: r["strength"] for r in rows if r["strength"] < 1} == {
        "plain-prompt": 0.55,
        "random-direction": 0.55,
    }


def test_chance_is_drawn_where_it_is_one_number(board):
    """Strokes at 0.5 for pairs in order; none for NDCG, which has no such level."""
    spec, _ = drawn(evaluation_charts.intervals(board.rows, board.metric))
    assert layers_of(spec, "tick")[0]["encoding"]["x"]["datum"] == 0.5

    spec, _ = drawn(evaluation_charts.intervals(board.rows, metric_texts.METRICS["ndcg"]))
    assert not layers_of(spec, "tick")


def test_families_differ_by_colour_and_by_shape(board):
    """Those who do not see the colours can still tell words from judgements."""
    spec, _ = drawn(evaluation_charts.intervals(board.rows, board.metric))
    shape = layers_of(spec, "point")[0]["encoding"]["shape"]["scale"]

    assert shape["domain"] == evaluation_charts.FAMILIES
    assert len(set(shape["range"])) == len(evaluation_charts.FAMILIES)


def test_no_colour_but_grey_is_fixed(board):
    """The theme brings the colours, or the dark page could not be read."""
    text = evaluation_charts.intervals(board.rows, board.metric).to_json()

    assert text.count("#") == text.count(evaluation_charts.GREY)


def test_a_gap_that_may_be_luck_is_hollow(board):
    """Only a clear difference is filled."""
    _, rows = drawn(evaluation_charts.leads(board.leads, board.leader, board.metric))

    assert {row["vector"]: row["hollow"] for row in rows} == {"ours": True, "plain-prompt": False}


@pytest.mark.parametrize(("first", "accent"), [(0.63, 0), (0.37, 1)])
def test_the_bar_parts_at_the_probability_and_marks_the_preferred(first, accent):
    """The two parts fill the bar; the greater one has the accent colour."""
    spec = evaluation_charts.probability_bar(first).to_dict()
    named = [text for data in spec["datasets"].values() for text in (data[0].get("text"),) if text]
    assert named == ["first", "even chance", "second"]
    parts = next(rows for rows in spec["datasets"].values() if "from" in rows[0])

    assert (parts[0]["from"], parts[0]["to"], parts[1]["to"]) == (0, first, 1)
    assert parts[0]["to"] == parts[1]["from"]
    assert [part["colour"] == evaluation_charts.FAMILIES[0] for part in parts].index(True) == accent


def test_one_vector_is_enough_for_a_chart():
    """A scale without width is no error."""
    alone = evaluation_tables.board(
        evaluation([result("ours", (0.5, 0.5, 0.5))], []), "all", "pairwise_accuracy"
    )

    assert isinstance(evaluation_charts.intervals(alone.rows, alone.metric), alt.LayerChart)


def test_a_screen_reader_meets_a_chart_as_one_picture(board):
    """No mark is read out by itself, and what a chart configures stays as it is."""
    chart = evaluation_charts.intervals(board.rows, board.metric)
    config = evaluation_charts.as_one_picture(chart).to_dict()["config"]

    assert config.pop("mark") == {"aria": False}
    assert config == chart.to_dict()["config"]
