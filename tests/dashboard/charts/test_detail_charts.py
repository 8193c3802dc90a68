import pytest

from dashboard.charts import detail_charts, evaluation_charts
from dashboard.models.results import evaluation_details
from tests.dashboard.charts.test_evaluation_charts import layers_of
from tests.dashboard.test_theme import THEMES, contrast
from tests.fixtures.evaluations import PEOPLE, details, evaluation

PANELS = {
    panel.name: panel
    for panels in evaluation_details.panels(
        evaluation(details=details(people=PEOPLE)), "all", "pairwise_accuracy"
    ).values()
    for panel in panels
}


def spec_of(name):
    """Vega-Lite specification of a detail panel's chart."""
    return detail_charts.detail_chart(PANELS[name]).to_dict()


def rows_of(spec, column):
    """Rows with the given column, from all datasets of a chart."""
    return [row for rows in spec["datasets"].values() for row in rows if column in row]


@pytest.mark.slow
@pytest.mark.parametrize("name", PANELS)
def test_no_colour_but_grey_is_fixed(name):
    """Charts fix no colour but grey; the theme sets the others, so the dark page is readable."""
    text = detail_charts.detail_chart(PANELS[name]).to_json()

    assert text.count("#") == text.count(evaluation_charts.GREY)


def test_families_keep_their_colours_among_the_lines_of_gaps():
    """Kinds of vectors have theme colours 1 to 3; a second vector of one kind has colour 4."""
    spec = spec_of("gap")
    colour = layers_of(spec, "line")[0]["encoding"]["color"]

    assert colour["scale"]["domain"] == ["all-pairs", "plain-prompt", "random-direction"]
    slots = detail_charts._colour_order(
        {"words": evaluation_charts.FAMILIES[1], "more words": evaluation_charts.FAMILIES[1]}
    )
    assert slots == [
        evaluation_charts.FAMILIES[0],
        "words",
        evaluation_charts.FAMILIES[2],
        "more words",
    ]


def test_lines_of_gaps_differ_by_shape_too():
    """Lines in the chart by label gap differ by their points' shape, not only by colour."""
    shape = layers_of(spec_of("gap"), "point")[0]["encoding"]["shape"]["scale"]

    assert len(set(shape["range"])) == len(shape["range"]) >= len(shape["domain"])


def test_close_calls_stand_left():
    """On the chart's horizontal axis, small label differences stand left of large differences."""
    sort = layers_of(spec_of("gap"), "line")[0]["encoding"]["x"]["sort"]

    assert sort == ["≤ 0.4", "> 0.4"]


@pytest.mark.slow
def test_people_and_guessing_are_rules_beside_the_learning_curve():
    """Lines for human agreement and guessing are labelled and lie within the chart's scale."""
    spec = spec_of("learning")
    scale = layers_of(spec, "point")[0]["encoding"]["y"]["scale"]["domain"]

    levels = {row["text"]: row["level"] for row in rows_of(spec, "text")}
    assert levels == {"guessing": 0.5} | {
        text: PEOPLE[key]["value"] for key, text in evaluation_details.PEOPLE.items()
    }
    assert all(scale[0] < level < scale[1] for level in levels.values())


def test_reliability_has_its_diagonal():
    """The reliability chart's diagonal runs from (0, 0) to (1, 1), and its x axis from 0 to 1."""
    spec = spec_of("reliability")

    assert [(row["x"], row["y"]) for row in rows_of(spec, "x")] == [(0, 0), (1, 1)]
    assert layers_of(spec, "point")[0]["encoding"]["x"]["scale"]["domain"] == [0, 1]


def test_the_risk_begins_at_zero():
    """The risk axis begins at zero, because a cut axis would distort the size of small risks."""
    assert layers_of(spec_of("risk"), "line")[0]["encoding"]["y"]["scale"]["domainMin"] == 0


@pytest.mark.slow
def test_a_group_is_a_row_with_its_number_of_pairs():
    """In the chart of groups, each row shows its number of pairs and its tooltip says “group”."""
    spec = spec_of("groups")

    assert {row["text"].split()[0] for row in rows_of(spec, "group")} >= {"group0", "group2"}
    assert all("pairs" in row["text"] for row in rows_of(spec, "group"))
    assert layers_of(spec, "rule")[0]["encoding"]["tooltip"][0]["title"] == "group"


def test_a_difference_that_could_be_luck_is_a_hollow_cell():
    """In the matrix of vectors, a cell is filled only if the two vectors differ clearly."""
    strength = {
        (row["vector"], row["other"]): row["strength"]
        for row in rows_of(spec_of("matrix"), "strength")
    }

    assert strength["all-pairs", "ours"] == 0
    assert strength["all-pairs", "plain-prompt"] > strength["ours", "plain-prompt"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", THEMES)
def test_numbers_can_be_read_on_the_strongest_cell(name):
    """Text on the strongest cell colour has WCAG's contrast of 4.5 : 1 in each theme."""
    theme = THEMES[name]
    most = max(row["strength"] for row in rows_of(spec_of("matrix"), "strength"))
    mixed = "#"
    for place in (1, 3, 5):
        over, under = (
            int(colour[place : place + 2], 16)
            for colour in (theme["chartCategoricalColors"][0], theme["backgroundColor"])
        )
        mixed += f"{round(most * over + (1 - most) * under):02X}"

    assert contrast(theme["textColor"], mixed) >= 4.5
