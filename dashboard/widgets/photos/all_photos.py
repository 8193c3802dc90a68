"""Photo grid of the page Photos; setting a flag or stars reruns the grid, not the whole page."""

from dataclasses import replace

import streamlit as st

from dashboard import session_state
from dashboard.component.photo_view import GridStyle, photo_grid
from dashboard.models.photos.grid_photos import GridPhotos

ACTIONS = {"alike": "More like it", "page": "More on its own page"}


@st.fragment
def all_photos(photos: GridPhotos, style: GridStyle) -> None:
    """Show photos with flags, stars, and buttons that lead to a photo's page or similar photos."""
    style = replace(style, actions=ACTIONS)
    act = photo_grid("photos", photos, style)
    if act is None or not act.rows:
        return
    token = session_state.photo_token(photos.index.photo(act.rows[0]).digest)
    if act.what == "alike":
        query = session_state.link_query({"like": token})
        st.switch_page("views/search.py", query_params=query)
    if act.what == "page":
        query = session_state.link_query({"photo": token})
        st.switch_page("views/photo.py", query_params=query)
