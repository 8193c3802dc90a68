"""HTTP route of the page Home; its HTML shows the best photos before Streamlit has loaded.

A browser takes a second or more to load Streamlit and to run the page. Meanwhile it shows a first
view of it: the title and the photos, drawn by the same component, in the same place.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboard.models.words import MODES, Mode
from dashboard.routes.addresses import FORGET, ROOM
from dashboard.routes.component_files import modules, modules_hash
from dashboard.routes.page_documents import base_path, document
from dashboard.routes.pictures import THUMBNAIL_SIDE
from dashboard.sections import first_page
from dashboard.session_state import WORDS_COOKIE
from dashboard.warm_up import WITHOUT_PAGE
from photorank.typing import Json

_PRELOADED = 9  # photos, as many as a usual window shows
_PATIENCE_SECONDS = 0.25  # for data that is not in the caches; the page itself then shows it
_STYLE = (Path(__file__).parent / "first_view.css").read_text(encoding="utf-8")
# The script is asked for, and run, before those of Streamlit.
_HEAD = """<script type="module" src="{folder}/first_view.js"></script>
{preloads}<style>{style}</style>"""
_PICTURE = '<link rel="preload" as="image" fetchpriority="high" href="{address}">'
_BODY = """<main id="first-view" style="{colours}"><h1>{title}</h1>
<div><template shadowrootmode="open"><style>{css}</style>{html}</template></div></main>
<script type="application/json" id="first-view-data">{data}</script>
<div id="root">"""
_COLOURS = {
    "--st-text-color": "textColor",
    "--st-background-color": "backgroundColor",
    "--st-primary-color": "primaryColor",
    "--st-border-color": "borderColor",
}

_pool = ThreadPoolExecutor(1, thread_name_prefix=WITHOUT_PAGE)


class FirstView(NamedTuple):
    """First content shown on the page Home: title, grid data, and URLs of photos to preload."""

    title: str
    data: Json  # of the grid
    pictures: list[str]  # URLs of the first photos


def home_route() -> list[Route]:
    """List with the HTTP route of the page Home; empty if another page is at the root URL."""
    if first_page() != "home":
        return []
    base = base_path()
    plain = document()

    async def answer(request: Request) -> Response:
        mode = request.cookies.get(WORDS_COOKIE, "")
        shown = None if request.query_params else await _first_view(mode)
        return HTMLResponse(
            plain if shown is None else _with_first_view(plain, shown), headers=FORGET
        )

    return [Route(f"{'/' if base else ''}{base}/", answer)]


async def _first_view(kept: str) -> FirstView | None:
    """First content of the page Home; None if there are no photos, or on an error or timeout."""
    mode: Mode = next((mode for mode in MODES if mode == kept), "plain")
    made = asyncio.get_running_loop().run_in_executor(_pool, _made, mode)
    made.add_done_callback(
        lambda late: late.cancelled() or late.exception()
    )  # nobody else asks, if it is late
    await asyncio.wait([made], timeout=_PATIENCE_SECONDS)
    # What is wrong with an index the page meets as well, and says.
    return made.result() if made.done() and made.exception() is None else None


def _made(mode: Mode) -> FirstView | None:
    # Streamlit warns of caches that are made before its server runs.
    from dashboard.cache import index_data
    from dashboard.component.mounting import component_data
    from dashboard.component.photo_view import grid_data
    from dashboard.widgets import home_cards

    names = index_data.index_names()
    if not names:
        return None
    index = index_data.index(names[0])
    vector = index_data.default_rating_vector(index)
    if vector is None:
        return None
    photos, style = home_cards.best_photos(index, vector), home_cards.best_style(vector)
    columns = photos.columns()
    shown = columns.digests[columns.stacks > 0]  # first photos of stacks, and single ones
    at = f"{ROOM}/photos/{quote(index.name, safe='')}"
    pictures = [f"{at}/{bytes(one).hex()}/{THUMBNAIL_SIDE}" for one in shown[:_PRELOADED]]
    data = component_data(grid_data(photos, style, mode), "first-view")
    return FirstView(home_cards.TITLE, data, pictures)


def _with_first_view(html: str, view: FirstView) -> str:
    """HTML document with the best photos added, so that they show before Streamlit has loaded."""
    from dashboard.component.mounting import CSS, HTML

    folder = f"{ROOM}/component/{modules_hash()}"
    preloads = [f'<link rel="modulepreload" href="{folder}/{file}">' for file in modules()]
    preloads += [_PICTURE.format(address=address) for address in view.pictures]
    head = _HEAD.format(
        folder=folder,
        preloads="\n".join(preloads),
        style=_STYLE,
    )
    body = _BODY.format(
        colours=_colours(),
        title=escape(view.title),
        css=CSS,
        html=HTML,
        data=json.dumps(view.data).replace("<", "\\u003c"),
    )
    before, _, after = html.partition("</script>")  # that says where the server answers
    return f"{before}</script>{head}{after}".replace('<div id="root">', body, 1)


def _colours() -> str:
    """CSS declarations of the theme's colours, for light and dark mode."""
    values = {
        name: [st.get_option(f"theme.{kind}.{option}") for kind in ("light", "dark")]
        for name, option in _COLOURS.items()
    }
    return escape(
        ";".join(f"{name}:light-dark({light},{dark})" for name, (light, dark) in values.items())
    )
