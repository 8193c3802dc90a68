"""HTTP routes that serve the HTML of all pages, with the dashboard's base URL written into it.

Streamlit's browser code does not know whether `/photos` is a page of a server at `/` or a server
of its own. It asks there first, and a console shows two errors for each page that is opened.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit import file_util

from dashboard.sections import ADDRESSES, first_page

_TOLD = (
    "<head><script>window.__streamlit = "
    '{{ BACKEND_BASE_URL: new URL("/{base}", location.origin).href }};</script>{later}'
)
# Parts of Streamlit that one page draws with and another does not, fetched while nobody waits.
_PARTS = (
    *("Button", "ButtonGroup", "FileUploader", "InputInstructions", "NumberInput", "PageLink"),
    *("Spinner", "TextField"),
)
_LATER = '<link rel="prefetch" as="script" crossorigin href="./static/js/{name}">'


def base_path() -> str:
    """URL path below which the dashboard answers, without slashes at its ends; often empty."""
    return str(st.get_option("server.baseUrlPath")).strip("/")


def document() -> str:
    """HTML document of Streamlit's pages, with the dashboard's base URL."""
    folder = Path(file_util.get_static_dir())
    html = (folder / "index.html").read_text(encoding="utf-8")
    named = html.replace("<title>Streamlit</title>", "<title>photorank</title>")
    parts = [path.name for part in _PARTS for path in folder.glob(f"static/js/{part}.*.js")]
    later = "".join(_LATER.format(name=name) for name in parts)
    return named.replace("<head>", _TOLD.format(base=base_path(), later=later), 1)


def page_routes() -> list[Route]:
    """HTTP routes of all pages; the start page's own URL redirects to the root URL."""
    base, told = base_path(), document()

    def answer(_: Request) -> Response:
        return HTMLResponse(told, headers={"Cache-Control": "no-cache"})

    def to_the_root(request: Request) -> Response:
        return RedirectResponse(str(request.url.replace(path=f"/{base}")))

    first, start = first_page(), f"{'/' if base else ''}{base}"
    return [
        Route(f"{start}/{address}", to_the_root if address == first else answer)
        for address in ADDRESSES
    ]
