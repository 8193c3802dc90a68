"""Tests of the home page's HTML, which may list photos to show before the app has loaded."""

import gc
import json
import re
import time

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import home_document
from dashboard.cache import index_data
from dashboard.home_document import home_route
from dashboard.routes.addresses import ROOM
from dashboard.routes.orders import order_routes
from dashboard.widgets import home_cards
from photorank.evaluation.default_vector import by_preference
from photorank.index.opened import Index
from photorank.workspace import Workspace

DATA = re.compile(r'<script type="application/json" id="first-view-data">(.*?)</script>', re.DOTALL)


@pytest.fixture
def client():
    """Test client of the home page's routes alone."""
    return TestClient(Starlette(routes=[*home_route(), *order_routes()]))


def with_first_view(client):
    """Response for the home page once its HTML includes photos, after up to 40 requests."""
    for _ in range(40):
        answer = client.get("/")
        if "first-view-data" in answer.text:
            return answer
    pytest.fail("there is no first view after forty times")


@pytest.mark.slow
def test_it_names_the_photos_that_the_page_will_show(home, client, caplog):
    """Home's HTML lists the photos that the page will show: the best by the default vector."""
    answer = with_first_view(client)
    data = json.loads(DATA.search(answer.text)[1])
    index = index_data.index("small")
    known = index_data.vectors(index)
    vector = known[by_preference(known, None)[0]]
    photos = home_cards.best_photos(index, vector)

    order = client.get(f"/{ROOM}/orders/{data['order']}").content
    assert order.startswith(photos.columns().digests.tobytes())
    assert (data["index"], data["judgedBy"], data["words"]) == ("small", vector.name, "plain")
    assert answer.headers["cache-control"] == "no-store"
    columns = photos.columns()
    first = [bytes(one).hex() for one in columns.digests[columns.stacks > 0][:9]]
    preloaded = re.findall(rf'as="image" .*?href="{ROOM}/photos/small/(\w+)/384"', answer.text)
    assert preloaded == first
    assert answer.text.index("first_view.js") < answer.text.index("static/js/index")
    assert "ScriptRunContext" not in [record.message for record in caplog.records]


@pytest.mark.slow
def test_names_cannot_end_what_holds_them(home, client, monkeypatch):
    """An index name or page title with HTML tags does not end the script element that holds it."""
    monkeypatch.setattr(home_cards, "TITLE", "</h1><script>alert(1)</script>")
    monkeypatch.setattr(Index, "name", "</script><script>alert(2)</script>")
    answer = with_first_view(client)
    assert "<script>alert" not in answer.text
    assert json.loads(DATA.search(answer.text)[1])["index"] == "</script><script>alert(2)</script>"


@pytest.mark.parametrize("address", ["/?index=small", "/?vector=technical"])
def test_an_address_that_asks_for_more_is_left_to_the_page(home, client, address):
    """If the URL names an index or vector, the home page's HTML is sent without photos."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert "first-view" not in answer.text


def test_without_photos_the_page_shows_the_way_in(tmp_path, client, monkeypatch):
    """If no index exists or an index is broken, Home's HTML has status 200 and no photos."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path))
    assert "first-view" not in client.get("/").text

    broken = Workspace(tmp_path).index("broken").manifest
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    answer = client.get("/")
    assert answer.status_code == 200
    assert "first-view" not in answer.text


@pytest.mark.slow
def test_what_is_wrong_is_left_to_the_page(home, client, monkeypatch):
    """If choosing the photos of the home page fails, its HTML is sent without photos."""
    with_first_view(client)
    monkeypatch.setattr(home_cards, "best_photos", lambda *_: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 200
    assert "first-view" not in answer.text


@pytest.mark.slow
def test_an_error_that_comes_late_is_no_traceback(home, client, monkeypatch, caplog):
    """If preparing the home page fails after a time limit, asyncio logs no traceback."""
    monkeypatch.setattr(home_document, "_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(home_document, "_made", lambda _: time.sleep(0.2) or 1 / 0)
    with client:
        assert client.get("/").status_code == 200
        time.sleep(0.5)
        gc.collect()
    assert "never retrieved" not in caplog.text


def test_another_first_page_has_no_first_view(monkeypatch):
    """If Home is not the dashboard's start page, the server prepares no first view of Home."""
    monkeypatch.setenv("PHOTORANK_FIRST_PAGE", "map")
    assert home_route() == []
