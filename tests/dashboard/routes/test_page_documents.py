import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from dashboard.routes.page_documents import page_routes


@pytest.fixture
def client():
    """Test client of the page routes alone."""
    return TestClient(Starlette(routes=page_routes()), follow_redirects=False)


@pytest.mark.parametrize("address", ["photos", "album", "label", "photo"])
def test_a_page_is_told_where_the_server_answers(client, address):
    """The served page contains the server's address, so its code need not search for it."""
    answer = client.get(f"/{address}?index=small")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    before, told, after = answer.text.partition("BACKEND_BASE_URL")
    assert told
    assert "<script type=" not in before
    assert 'new URL("/", location.origin)' in after


def test_parts_of_other_pages_are_fetched_ahead(client):
    """Each script that a page prefetches for other pages is a file of the installed Streamlit."""
    names = re.findall(
        r'rel="prefetch"[^>]* href="\./static/js/([^"]+)"', client.get("/photos").text
    )
    assert {"NumberInput", "PageLink"} <= {name.split(".")[0] for name in names}
    folder = Path(file_util.get_static_dir(), "static", "js")
    assert all((folder / name).is_file() for name in names)


def test_the_page_at_the_root_is_found_under_its_name(client, monkeypatch):
    """The first page's own address redirects to the root and keeps the query."""
    answer = client.get("/home?index=small")
    assert (answer.status_code, answer.headers["location"][-13:]) == (307, "/?index=small")

    monkeypatch.setenv("PHOTORANK_FIRST_PAGE", "two_photos")
    other = TestClient(Starlette(routes=page_routes()), follow_redirects=False)
    assert other.get("/compare").status_code == 307
    assert other.get("/home").status_code == 200
