import pytest
from streamlit.testing.v1 import AppTest


def page():
    """Show the page numbers of so many photos, and say which photos are on the page."""
    import streamlit as st

    from dashboard.widgets.photo_grid import page_of

    n = st.session_state["n"]
    st.text(",".join(map(str, range(n)[page_of(n, 24, "page")])))


def shown(n, number):
    """Return the photos of one page."""
    app = AppTest.from_function(page)
    app.session_state["n"], app.session_state["page"] = n, number
    text = app.run().text[0].value
    assert not app.exception
    return [int(one) for one in text.split(",") if one]


def test_pages_hold_every_photo_once():
    """The last page is short, and no photo is lost between two."""
    pages = [shown(51, number) for number in (1, 2, 3)]

    assert [len(rows) for rows in pages] == [24, 24, 3]
    assert [row for rows in pages for row in rows] == list(range(51))


@pytest.mark.parametrize("n", [0, 24])
def test_few_photos_have_one_page(n):
    """The numbers need a page even where no photo passes."""
    assert shown(n, 1) == list(range(n))
