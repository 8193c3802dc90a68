import pandas as pd
import pytest

from dashboard.charts import evaluation_charts


@pytest.fixture
def chart():
    """Chart of values with intervals for two groups of photos."""
    rows = pd.DataFrame(
        {
            "name": ["beach", "forest"],
            "family": [evaluation_charts.FAMILIES[0], evaluation_charts.FAMILIES[1]],
            "value": [0.8, 0.7],
            "low": [0.7, 0.6],
            "high": [0.9, 0.8],
            "text": ["beach 80 %", "forest 70 %"],
        }
    )
    return evaluation_charts.intervals(rows, ["beach", "forest"], "pairs in order")


def layers_of(spec, mark):
    """Layers of a chart specification that have a given type of mark."""
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]


@pytest.mark.slow
def test_guessing_and_a_guide_from_name_to_mark_are_drawn(chart):
    """The chart marks guessing at 0.5, and a line leads from each vector's name to its mark."""
    assert layers_of(chart.to_dict(), "tick")[0]["encoding"]["x"]["datum"] == 0.5
    guide = layers_of(chart.to_dict(), "rule")[0]["encoding"]
    assert (guide["x"]["value"], guide["x2"]["value"]) == (0, "width")


def test_families_differ_by_colour_and_by_shape(chart):
    """Vector families differ in shape and colour, for readers who cannot tell colours apart."""
    shape = layers_of(chart.to_dict(), "point")[0]["encoding"]["shape"]["scale"]

    assert shape["domain"] == evaluation_charts.FAMILIES
    assert len(set(shape["range"])) == len(evaluation_charts.FAMILIES)


def test_no_colour_but_grey_is_fixed(chart):
    """Charts fix no colour but grey; the theme sets all others, so dark mode stays readable."""
    text = chart.to_json()

    assert text.count("#") == text.count(evaluation_charts.GREY)


@pytest.mark.slow
def test_a_screen_reader_meets_a_chart_as_one_picture(chart):
    """A screen reader announces a chart as one picture, not point by point."""
    config = evaluation_charts.as_one_picture(chart).to_dict()["config"]

    assert config.pop("mark") == {"aria": False}
    assert config == chart.to_dict()["config"]
