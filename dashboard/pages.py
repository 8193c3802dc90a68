"""Common frame of all pages, and the navigation between pages."""

from pathlib import Path

import streamlit as st

from dashboard.cache import index_data

HERE = Path(__file__).parent

# On a phone the list of pages covers the page, and would stay there when one was chosen.
CLOSE_LIST = """<script>
if (!window.photorankClosesList) {
    window.photorankClosesList = true;
    window.addEventListener("click", event => {
        if (innerWidth < 768 && event.target.closest("[data-testid=stSidebarNavLink]")) {
            setTimeout(() => document.querySelector(
                "[data-testid=stSidebarCollapseButton] button")?.click(), 50);
        }
    });
}
</script>"""

# An icon of Streamlit's own would be fetched from the internet.
st.set_page_config(page_title="photorank", page_icon=HERE / "icon.svg", layout="wide")
st.html(HERE / "style.css")
st.html(CLOSE_LIST, unsafe_allow_javascript=True)

PAGES = [
    st.Page("views/discerning_power.py", title="Discerning power", default=True),
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

page = st.navigation(PAGES if index_data.index_names() else WELCOME, position="top")
page.run()
