"""Pages of the dashboard, grouped by section, and their URLs."""

import os

SECTIONS = {
    "": {
        "home": "Home",
        "photos": "Photos",
        "teach": "Teach",
        "album": "Album",
        "compare": "Compare",
        "discerning_power": "Discerning power",
    },
    "Lab": {"vectors": "Vectors", "map": "Map", "search": "Search", "encoders": "Encoders"},
}
# Addresses of before, which links and bookmarks still have, and those that a person would type.
MOVED = {
    "index": "home",
    "welcome": "home",
    "browse": "photos",
    "grid": "photos",
    "label": "teach",
    "stars": "teach",
    "albums": "album",
    "book": "album",
    "two_photos": "compare",
    "discerning": "discerning_power",
    "evaluation": "discerning_power",
    "results": "discerning_power",
    "leaderboard": "encoders",
}
# What an address asked for besides its page.
ASKED = {"stars": {"mode": "Stars"}}
ONE_PHOTO = "photo"  # page without an entry among the pages
ADDRESSES = [*SECTIONS[""], *SECTIONS["Lab"], *MOVED, ONE_PHOTO]


def first_page() -> str:
    """Name of the page at the root URL, by default Home.

    The environment variable PHOTORANK_FIRST_PAGE can name another page.
    """
    first = os.environ.get("PHOTORANK_FIRST_PAGE", "home")
    return MOVED.get(first, first)
