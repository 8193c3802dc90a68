"""Streamlit script that starts every page: navigation, and redirects from old URLs.

It also shows the page of an empty workspace.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard.cache import index_data
from dashboard.sections import ASKED, MOVED, ONE_PHOTO, SECTIONS, first_page

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
    // Streamlit puts headings among the items of a list, which readers of the screen take amiss.
    new MutationObserver(() => {
        const list = document.querySelector("[data-testid=stSidebarNavItems]:not([role])");
        for (const one of list ? [list, ...list.querySelectorAll("li, ul")] : []) {
            one.setAttribute("role", "none");
        }
    }).observe(document.body, { childList: true, subtree: true });
}
</script>"""

# An icon of Streamlit's own would be fetched from the internet.
st.set_page_config(page_title="photorank", page_icon=HERE / "icon.svg", layout="wide")
st.html(HERE / "style.css")
st.html(CLOSE_LIST, unsafe_allow_javascript=True)

# Parameters that the page Discerning power had while it was at the root.
OF_POWER = {"scope", "metric", "look", "content", "kinds"}
FIRST = first_page()

names = index_data.index_names()
pages = {
    name: st.Page(f"views/{name}.py", title=title, default=name == FIRST)
    for section in SECTIONS.values()
    for name, title in section.items()
}


def go(name: str, address: str = "") -> None:
    """Switch to a page, keeping the URL's parameters.

    An old `address` adds the parameters that have replaced it.
    """
    asked = ASKED.get(address, {})
    st.switch_page(pages[name], query_params=st.query_params.to_dict() | asked)


def hidden_page(address: str, run: str | Callable[[], None]) -> "st.Page":
    """Page that has a URL but no entry in the navigation."""
    return st.Page(run, title=address, url_path=address, visibility="hidden")


unlisted = [
    hidden_page(ONE_PHOTO, "views/photo.py"),
    *(hidden_page(old, partial(go, new, old)) for old, new in MOVED.items()),
]
sections = {title: [pages[name] for name in section] for title, section in SECTIONS.items()}
sections[""] += unlisted
page = st.navigation(sections, position="top" if names else "hidden")
if not names and page is not pages["home"]:
    st.switch_page(pages["home"])
if page is pages["home"] and OF_POWER & set(st.query_params):
    go("discerning_power")
page.run()
