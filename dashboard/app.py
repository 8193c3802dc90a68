"""The frame around every page, and the list of pages."""

from pathlib import Path

import streamlit as st

from dashboard import loading

HERE = Path(__file__).parent

# An icon of Streamlit's own would be fetched from the internet.
st.set_page_config(page_title="photorank", page_icon=HERE / "icon.svg", layout="wide")
st.html(HERE / "style.css")

PAGES = [
    st.Page("views/discerning.py", title="Discerning power", default=True),
    st.Page("views/browse.py", title="Browse"),
    st.Page("views/search.py", title="Search"),
    st.Page("views/map.py", title="Map"),
    st.Page("views/album.py", title="Album"),
    st.Page("views/two_photos.py", title="Two photos"),
    st.Page("views/photo.py", title="One photo"),
    st.Page("views/label.py", title="Label"),
    st.Page("views/vectors.py", title="Vectors"),
]
WELCOME = [st.Page("views/welcome.py", title="Welcome")]

page = st.navigation(PAGES if loading.index_names() else WELCOME, position="top")
page.run()
