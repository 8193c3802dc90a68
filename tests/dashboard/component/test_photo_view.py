import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.component.mounting import widget_key
from photorank.index.judging.marks import marks_of
from photorank.index.opened import Index
from photorank.workspace import IndexPaths
from tests.fixtures.mounted import mounted, press

PLACE = widget_key("g", "small", "ann")


@pytest.fixture
def paths(home):
    """Paths of the files that make up the index `small`, as an `IndexPaths` object."""
    return IndexPaths(home / "index" / "small")


def page():
    """Show a grid of three photos, and print what the user did in the grid."""
    import numpy as np
    import streamlit as st

    from dashboard.cache import index_data
    from dashboard.component.photo_view import GridStyle, grid_photos, photo_grid

    index = index_data.index("small")
    rows = np.array([2, 0, 1])
    style = GridStyle(rater="ann", actions={"alike": "More like it"})
    act = photo_grid("g", grid_photos(index, rows), style)
    st.text(repr(act))


@pytest.fixture
def shown(paths):
    """Streamlit test page with a photo grid, after the page script has run once."""
    app = AppTest.from_function(page, default_timeout=60)
    app.run()
    assert not app.exception
    return app


def test_marks_are_written_once_and_acknowledged(shown, paths):
    """A mark sent twice is written once, and the latest message of each tab is acknowledged."""
    digests = Index.open(paths).digests()
    star = {"token": digests[0][:16], "mark": "stars", "value": 4}
    flag = {"token": digests[1][:16], "mark": "flag", "value": -1}
    press(shown, PLACE, star)
    [data] = mounted(shown)
    assert data["acked"] == {"client": "tab", "seq": 1}
    assert data["marks"] == {digests[0][:16]: [0, 4]}

    press(shown, PLACE, star, flag)
    press(shown, PLACE, {**star, "value": 2}, client="another tab")
    assert marks_of(paths, "ann") == {digests[0]: (0, 2), digests[1]: (-1, 0)}
    assert mounted(shown)[0]["acked"] == {"client": "another tab", "seq": 1}


@pytest.mark.parametrize(
    "state",
    [
        {"outbox": 3},
        {"outbox": {"client": 1, "items": []}},
        {"outbox": {"client": "x", "items": "y"}},
        {"outbox": {"client": "x", "items": [{"seq": "1"}, None, {"seq": 1, "mark": "stars"}]}},
        {
            "outbox": {
                "client": "x",
                "items": [{"seq": 1, "token": "%", "mark": "flag", "value": 1}],
            }
        },
        {"act": {"what": ["alike"], "tokens": [1]}},
    ],
)
def test_what_no_component_sends_is_no_mark(shown, paths, state):
    """Malformed data in the photo view's state saves no mark and raises no error."""
    shown.session_state[PLACE] = state
    shown.run()
    assert not shown.exception
    assert marks_of(paths, "ann") == {}


def test_a_mark_that_is_none_is_told(shown, paths):
    """A mark of six stars is refused with a message, and nothing is saved."""
    token = Index.open(paths).digests()[0][:16]
    press(shown, PLACE, {"token": token, "mark": "stars", "value": 6})
    assert "6 is no mark" in shown.error[0].value
    assert marks_of(paths, "ann") == {}


def test_a_button_tells_which_photos_it_is_for(shown, paths):
    """Digest prefixes sent by a pressed button become photo numbers in the same order."""
    digests = Index.open(paths).digests()
    tokens = [digests[3][:16], digests[1][:16], "0" * 16]
    shown.session_state[PLACE] = {"act": {"what": "alike", "tokens": tokens}}
    shown.run()
    assert shown.text[0].value == "Act(what='alike', rows=[3, 1])"


def test_nothing_of_a_folder_is_passed_to_the_page(shown, paths):
    """Photos are passed to the page by index name and digest, never by folder."""
    folder = str(Index.open(paths).photo(0).path.parent)
    assert folder not in json.dumps(mounted(shown))
