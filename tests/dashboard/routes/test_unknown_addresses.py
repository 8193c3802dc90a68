"""Addresses that belong to no page of the dashboard."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.app import ROUTES
from dashboard.routes.unknown_addresses import PageForUnknownAddresses

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def client():
    """Test client of a server that answers "passed" to each request the middleware lets through."""
    passed = Route("/{rest:path}", lambda _: PlainTextResponse("passed"))
    app = Starlette(routes=[passed], middleware=[Middleware(PageForUnknownAddresses)])
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("path", ["/home/home", "/%ff", "/nope", "/photos/1", "//evil.test/photos"])
def test_an_address_of_no_page_is_a_page_that_leads_home(client, path):
    """An unknown address gets a 404 page that links to Home and loads no other resource."""
    answer = client.get(f"http://testserver{path}", headers=BROWSER)

    assert answer.status_code == 404
    assert "Nothing is at this address." in answer.text
    assert '<a href="/">Home</a>' in answer.text
    assert "src=" not in answer.text


@pytest.mark.parametrize("path", ["/", "/photos", "/label", "/photo?index=small"])
def test_pages_pass(client, path):
    """Addresses of current and former dashboard pages pass the check for unknown addresses."""
    assert client.get(path, headers=BROWSER).text == "passed"


def test_a_slash_too_many_leads_to_the_page(client):
    """A page's address with a trailing slash redirects to the page and keeps its query."""
    answer = client.get("/photos/?index=small", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (307, "/photos?index=small")


@pytest.mark.slow
def test_what_pages_are_made_of_passes(client):
    """Media, scripts and downloads never get the 404 page, even if opened in a browser tab."""
    for route in ROUTES:
        path = route.path.replace("{", "").replace("}", "")
        assert client.get(path, headers=BROWSER).text == "passed", path
    for path in ("/_stcore/health", "/media/abc.pdf", "/static/js/main.js"):
        assert client.get(path, headers=BROWSER).text == "passed"
    assert client.get("/nope", headers={"accept": "*/*"}).text == "passed"
