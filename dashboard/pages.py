"""Common frame of all pages, and the navigation between pages."""

import os
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

# The page at the root of the address; a container opens "two_photos".
FIRST = os.environ.get("PHOTORANK_FIRST_PAGE", "discerning_power")
TITLES = {
    "discerning_power": "Discerning power",
    "browse": "Browse",
    "search": "Search",
    "map": "Map",
    "album": "Album",
    "two_photos": "Two photos",
    "photo": "One photo",
    "label": "Label",
    "vectors": "Vectors",
}
PAGES = [
    st.Page(f"views/{name}.py", title=title, default=name == FIRST)
    for name, title in TITLES.items()
]
WELCOME = [st.Page("views/welcome.py", title="Welcome")]

page = st.navigation(PAGES if index_data.index_names() else WELCOME, position="top")
page.run()
