import numpy as np
import pytest

from dashboard.models import photo_map
from photorank.index.opened import IndexLabels
from tests.dashboard.views.test_pages import button, texts


def labels(scores):
    """Labels of an index with the given scores, without groups or series."""
    scores, none = np.array(scores, dtype=float), np.full(len(scores), -1)
    counted = np.isfinite(scores).astype(np.intp)
    return IndexLabels(scores, counted, none, [], none, [])


def test_disagreement_is_the_vectors_percentile_less_peoples():
    """Disagreement is a photo's percentile by vector minus that by label; NaN without a label."""
    found = photo_map.colouring(
        labels([1, np.nan, 3]), np.array([90.0, 50.0, 10.0]), "disagreement", "v"
    )

    assert found.diverging
    assert found.amounts[0] > 0 > found.amounts[2]
    assert np.isnan(found.amounts[1])


def test_photos_without_labels_are_coloured_by_rating_alone():
    """Colouring by label or disagreement is offered only if some photo has a label."""
    assert list(photo_map.colouring_names(labels([np.nan, np.nan]))) == ["rating"]
    assert list(photo_map.colouring_names(labels([1, np.nan]))) == [
        "rating",
        "label",
        "disagreement",
    ]


def test_of_many_photos_some_are_drawn_but_all_can_be_selected():
    """A large map draws a fixed sample of photos; a selected box also includes undrawn photos."""
    n = 3 * photo_map.MOST_POINTS
    places = np.random.default_rng(0).uniform(-1, 1, (n, 2))
    rows = photo_map.drawn_rows(n)

    assert len(rows) == photo_map.MOST_POINTS
    assert rows.tolist() == photo_map.drawn_rows(n).tolist()
    assert len(photo_map.rows_in_box((-1, 1, -1, 1), places, np.zeros(n))) == n
    assert f"{photo_map.MOST_POINTS:,} of {n:,} photos" in photo_map.drawn_text(n, len(rows))


def test_selected_photos_are_sorted_best_first():
    """Selected photos, or all if no area is selected, are sorted by falling rating."""
    places = np.array([[0.0, 0.0], [0.1, 0.1], [0.9, 0.9]])
    found = photo_map.rows_in_box((-0.5, 0.5, -0.5, 0.5), places, np.array([1.0, 2.0, 3.0]))

    assert found.tolist() == [1, 0]
    assert photo_map.rows_in_box(None, places, np.array([1.0, 2.0, 3.0])).tolist() == [2, 1, 0]


@pytest.mark.parametrize("text", ["", "a", "1,2,3", "1,2,3,nan", "1,2,3,4,5", "__import__"])
def test_an_address_that_is_no_box_selects_nothing(text):
    """If the area in the address is not four finite numbers, no box is selected on the map."""
    assert photo_map.parse_box(text) is None


def test_a_brush_taken_away_is_no_box():
    """An empty selection gives no box; edges of a selection may come in either order."""
    assert photo_map.box_of_selection({}) is None
    assert photo_map.box_of_selection({"x": [0.5, -0.5], "y": [0.0, 1.0]}) == (-0.5, 0.5, 0.0, 1.0)


@pytest.mark.slow
def test_an_area_lists_its_photos_and_pins_them_to_the_album(dashboard, home):
    """One click pins all photos in an area of the map to the album, and another unpins them."""
    app = dashboard("map")
    app.text_input(key="area").set_value("-1,1,-1,1").run()
    assert not app.exception
    assert "24 photos" in texts(app)

    button(app, "Pin these 24 to the album").click().run()
    assert not app.exception
    assert len(app.session_state["marks"]["small"]) == 24

    button(app, "Unpin these 24").click().run()
    assert not app.exception
    assert app.session_state["marks"]["small"] == {}


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["rating", "label", "disagreement"])
def test_the_map_has_every_colour(dashboard, home, colour):
    """For each choice of colour, the map is one chart with a point for each photo."""
    app = dashboard("map")
    app.segmented_control(key="colour").set_value(colour).run()

    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 1
    assert "Each point is one of the 24 photos" in texts(app)


@pytest.mark.slow
def test_an_area_without_photos_says_so(dashboard, home):
    """If an area of the map has no photo, the page says so and shows no error."""
    app = dashboard("map")
    app.text_input(key="area").set_value("5,6,5,6").run()

    assert not app.exception
    assert "No photo is here" in app.info[0].value


@pytest.mark.slow
def test_the_map_and_search_work_without_labels_and_need_a_vector(dashboard, bare_index):
    """In an index without vectors, the map and search pages say that a vector is needed."""
    for page in ("map", "search"):
        app = dashboard(page)
        assert not app.exception
        assert "vector" in app.info[0].value


def test_disagreement_with_judgements_that_were_learned_from_is_called_so():
    """If the vector is compared with judgements that it learned from, the map's text says so."""
    known = labels([1, np.nan, 3]), np.array([90.0, 50.0, 10.0]), "disagreement", "v"

    assert "It has learned from judgements" in photo_map.colouring(*known, seen=True).reading
    assert "learned" not in photo_map.colouring(*known).reading


def test_a_box_holds_its_edges():
    """Points on the edge of a selection box are inside; an empty box selects nothing."""
    points = np.array([[0.0, 0.0], [1.0, 1.0], [0.5, -0.5]])

    assert photo_map.rows_in_box((0.0, 1.0, 0.0, 1.0), points, np.zeros(3)).tolist() == [0, 1]
    assert photo_map.rows_in_box((2.0, 3.0, 2.0, 3.0), points, np.zeros(3)).tolist() == []
