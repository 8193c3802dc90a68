"""Photo grid of the page Teach, in which the user gives stars with the keyboard."""

import numpy as np
import streamlit as st

from dashboard.component.photo_view import GridStyle, grid_photos, photo_grid
from dashboard.models.teach_session import TeachSession


@st.fragment
def star_grid(session: TeachSession) -> None:
    """Show a grid of all photos, in which the person who labels gives stars with the keyboard."""
    photos = grid_photos(session.index, np.arange(len(session.index)))
    photo_grid("stars", photos, GridStyle(label="Photos to give stars", rater=session.rater))
